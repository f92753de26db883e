"""What came of an import: counts, and every cell refused with its reason."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from collections_app.imports.messages import CellError


@dataclass(frozen=True, slots=True)
class Rejection:
    """One reason why a row was not taken: the row as a spreadsheet numbers it, and the cell.

    ``column`` and ``value`` are None where it is the row as a whole.
    """

    row: int
    column: str | None
    value: str | None
    error: CellError

    def as_json(self) -> dict[str, Any]:
        return {
            "row": self.row,
            "column": self.column,
            "value": self.value,
            "code": self.error.code,
            "message": self.error.message,
        }


@dataclass(slots=True)
class ImportResult:
    """The contract's object; ``import_id`` is None and ``saved`` False where nothing was kept."""

    kind: str
    rows: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: list[Rejection] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)
    dry_run: bool = False
    saved: bool = False
    import_id: int | None = None

    @property
    def rejected_rows(self) -> int:
        return len({rejection.row for rejection in self.rejected})

    def as_json(self) -> dict[str, Any]:
        return {
            "import_id": self.import_id,
            "kind": self.kind,
            "rows": self.rows,
            "created": self.created,
            "updated": self.updated,
            "unchanged": self.unchanged,
            "rejected": [rejection.as_json() for rejection in self.rejected],
            "ignored": self.ignored,
            "dry_run": self.dry_run,
            "saved": self.saved,
        }
