"""What the form of a promise starts with, and its rows when a preset cuts them anew."""

from __future__ import annotations

from datetime import date

from collections_app.commitments.models import Commitment
from collections_app.commitments.presets import PRESETS, preset_instalments
from collections_app.organisation.queries import work_calendar
from collections_app.standing.figures import CustomerFigures
from collections_app.standing.queries import commitments_of
from collections_app.standing.states import FULFILLED
from collections_app.web.acting import Scene
from collections_app.web.forms.promises import PromiseForm


def gap_to_fill(figures: CustomerFigures | None) -> int | None:
    """The commitment gap, if there is one: what the rep would ask a promise for."""
    if figures is None or figures.commitment_gap <= 0:
        return None
    return figures.commitment_gap


def cut(preset: str, amount: int, scene: Scene) -> list[tuple[date, int]]:
    """The amount cut by a preset over what is left of the scene's month."""
    return preset_instalments(
        preset, amount, month=scene.month, on=scene.day, calendar=work_calendar()
    )


def rest_of(commitment: Commitment, on: date) -> list[tuple[date, int]]:
    """What is still missing of a promise's instalments, each due on its day or today."""
    states = commitments_of([commitment.customer_id], on=on).get(commitment.customer_id, [])
    found = next((s for s in states if s.commitment.id == commitment.pk), None)
    return [
        (max(i.instalment.due_on, on), i.instalment.amount - i.received)
        for i in (found.instalments if found else ())
        if i.state not in FULFILLED
    ]


def with_rows(form: PromiseForm, preset: str, scene: Scene) -> PromiseForm:
    """The same form with its rows cut by the preset, or one row longer (``add``).

    Errors are let go: nothing was to be saved.
    """
    values = {name: form.data.get(name, "") for name in form.data if name != "preset"}
    rows = form.row_count()
    total = form.typed_total() if preset in PRESETS else None
    if total is not None:
        parts = cut(preset, total, scene)
        rows = len(parts)
        for number, (due_on, amount) in enumerate(parts, 1):
            values[f"due_{number}"] = due_on.isoformat()
            values[f"amount_{number}"] = str(form.fields["total"].prepare_value(amount))
    elif preset == "add":
        rows += 1
    values["rows"] = str(rows)
    return form.unbound(values)
