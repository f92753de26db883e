"""An effect as a page shows it: the figures and instalments that change, before and after."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from collections_app.actions.effects import Change, Effect
from collections_app.standing.figures import CustomerFigures
from collections_app.web.pages.units import Unit

SHOWN = 12


@dataclass(frozen=True, slots=True)
class FigureChange:
    """A figure of the month before and after, in minor units."""

    name: str
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class EffectView:
    """``more`` counts the instalments that change and are not listed.

    ``is_foreseen`` says that it takes somebody's approval first; ``warnings`` are sentences.
    """

    figures: list[FigureChange]
    changes: list[Change]
    more: int
    unit: Unit
    is_foreseen: bool = False
    warnings: tuple[str, ...] = ()

    @property
    def is_nothing(self) -> bool:
        return not self.figures and not self.changes


def effect_view(
    effect: Effect, currency: str, *, is_foreseen: bool = False, warnings: Sequence[str] = ()
) -> EffectView:
    """Only what changes, in the order of rule 1."""
    figures = [
        FigureChange(name, before, after)
        for name, before, after in _pairs(effect.figures_before, effect.figures_after)
        if before != after
    ]
    amounts = [a for f in figures for a in (f.before, f.after)]
    for change in effect.changes:
        for state in (change.before, change.after):
            if state is not None:
                amounts += [state.received, state.instalment.amount]
    shown = list(effect.changes[:SHOWN])
    more = len(effect.changes) - len(shown)
    unit = Unit.of(currency, amounts)
    return EffectView(figures, shown, more, unit, is_foreseen, tuple(warnings))


def _pairs(
    before: CustomerFigures | None, after: CustomerFigures | None
) -> Iterator[tuple[str, int, int]]:
    names = {
        "target": _("Target"),
        "committed": _("Committed"),
        "commitment_gap": _("Commitment gap"),
        "measures": _("Measures"),
        "received": _("Received"),
        "unpromised": _("Unpromised receipts"),
        "uncovered": _("Uncovered"),
        "lapsed": _("Lapsed"),
        "at_risk": _("At risk"),
    }
    for key, name in names.items():
        yield name, getattr(before, key, 0), getattr(after, key, 0)
