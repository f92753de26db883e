"""The figures strip: what the month comes to, against the same day of the month before."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from collections_app.standing.gaps import GroupGap


@dataclass(frozen=True, slots=True)
class Tile:
    """A figure in minor units, and by how much it differs; ``than`` is None without one before.

    ``show`` is what the list of customers is narrowed to by a click, blank for nothing.
    """

    key: str
    label: str
    amount: int
    than: int | None
    show: str = ""

    @property
    def is_late(self) -> bool:
        return self.key in ("at_risk", "lapsed") and bool(self.amount)

    @property
    def sign(self) -> str:
        return "+" if (self.than or 0) > 0 else ""


def tiles_of(total: GroupGap, before: GroupGap | None) -> list[Tile]:
    """What is at risk first."""
    known = (
        ("at_risk", _("At risk"), "at_risk"),
        ("target", _("Target"), "target"),
        ("committed", _("Committed"), "committed"),
        ("commitment_gap", _("Commitment gap"), ""),
        ("measures", _("Measures"), "measures"),
        ("received", _("Received"), "received"),
        ("short", _("Short"), "short"),
        ("lapsed", _("Lapsed"), "lapsed"),
    )
    return [
        Tile(
            key,
            label,
            getattr(total, key),
            getattr(total, key) - getattr(before, key) if before is not None else None,
            show,
        )
        for key, label, show in known
    ]
