"""Finding out that somebody else was first: marks of what a form had shown against what stands."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping
from typing import Any, Protocol, TypeVar
from uuid import UUID

from django.utils.translation import gettext as _

from collections_app.accounts.models import AuditEntry
from collections_app.core.marks import changed_since, mark_of
from collections_app.core.refusals import Overtaken


class _Named(Protocol):
    public_id: UUID


Row = TypeVar("Row", bound=_Named)


def _overtaken(subject_kind: str, subject_id: int | str, *, field: str) -> Overtaken:
    """What to raise where a fact is no longer as the writer had seen it: it says who was first."""
    entries = AuditEntry.objects.filter(subject_kind=subject_kind, subject_id=str(subject_id))
    last = entries.select_related("actor").order_by("-at", "-pk").first()
    if last is None or last.actor is None:
        text = _("This was changed meanwhile.")
    else:
        text = _("%(name)s changed this meanwhile.") % {"name": last.actor.name}
    return Overtaken(text, field=field)


def refuse_overtaken(
    seen: Mapping[str, str] | None,
    facts: Mapping[str, Any],
    names: Iterable[str],
    *,
    subject_kind: str,
    subject_id: int | str,
) -> None:
    """Raise ``Overtaken`` where one of the facts ``names`` is no longer as the writer saw it.

    ``seen`` holds marks; without it nothing was shown, and nothing is refused.
    """
    if (lost := changed_since(seen, facts, names)) is not None:
        raise _overtaken(subject_kind, subject_id, field=lost)


def apply_what_differs(
    row: Row,
    changes: Mapping[str, Any],
    *,
    facts_of: Callable[[Row], dict[str, Any]],
    seen: Mapping[str, str] | None,
    guarded: Container[str],
    subject_kind: str,
) -> None:
    """Put ``changes`` on the row, but for what the writer left as they saw it: that stays as is.

    ``row`` has a public id and is not saved. Raises ``Overtaken`` where a ``guarded`` fact is
    changed that somebody else changed meanwhile. Without ``seen`` all changes are put on it.
    """
    before, former = facts_of(row), {name: getattr(row, name) for name in changes}
    for name, value in changes.items():
        setattr(row, name, value)
    if seen is None:
        return
    wanted = facts_of(row)
    for name in changes:
        if seen.get(name) == mark_of(wanted[name]):
            setattr(row, name, former[name])
    changed = [n for n, value in facts_of(row).items() if value != before[n] and n in guarded]
    refuse_overtaken(
        seen, before, changed, subject_kind=subject_kind, subject_id=str(row.public_id)
    )
