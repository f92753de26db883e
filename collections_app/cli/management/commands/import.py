"""``manage.py import KIND FILE``."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser

from collections_app.accounts.queries import person_by_email
from collections_app.cli.output import Answer, JsonCommand, WrongUsage, parse_day, table
from collections_app.imports.headings import KINDS
from collections_app.imports.messages import UnreadableFile, shown
from collections_app.imports.operations import run_import
from collections_app.imports.result import ImportResult
from collections_app.organisation.queries import today

SHOWN = 50


class Command(JsonCommand):
    help = "Import a CSV or XLSX file of one kind."

    def add_more_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("kind", choices=[*KINDS])
        parser.add_argument("file", type=Path)
        parser.add_argument("--as", dest="by", metavar="EMAIL", help="with this person's rights")
        parser.add_argument("--dry-run", action="store_true")
        parser.add_argument("--skip-bad-rows", action="store_true")
        parser.add_argument("--encoding")
        parser.add_argument("--complete-through", type=parse_day, metavar="DAY")

    def run(self, **options: Any) -> Answer:
        path: Path = options["file"]
        if not os.path.isfile(path):  # noqa: PTH113 - a name too long is no file, and no failure
            raise WrongUsage(f"There is no file {shown(path)}.")
        by = None
        if options["by"] is not None:
            by = person_by_email(options["by"])
            if by is None or not by.is_active:
                raise WrongUsage(f"There is no user {options['by']}.")
        through: date | None = options["complete_through"]
        if through is not None and options["kind"] != "payments":
            raise WrongUsage("--complete-through goes with payments only.")
        if path.stat().st_size > settings.MAX_UPLOAD_MB * 1024 * 1024:
            raise UnreadableFile("too_large", limit_mb=settings.MAX_UPLOAD_MB)
        try:
            data = path.read_bytes()
        except OSError as error:
            raise WrongUsage(f"The file {shown(path)} may not be read.") from error
        try:
            result = run_import(
                kind=options["kind"],
                data=data,
                filename=path.name,
                by=by,
                on=today(),
                dry_run=options["dry_run"],
                skip_bad_rows=options["skip_bad_rows"],
                encoding=options["encoding"],
                complete_through=through,
            )
        except UnreadableFile as refused:
            if refused.variant != "named":
                raise
            # The encoding named is none: that is the argument's fault, not the file's.
            raise WrongUsage(str(refused), code=refused.code) from refused
        return Answer(result.as_json(), _text(path, result), status=1 if result.rejected else 0)


def _text(path: Path, result: ImportResult) -> str:
    counts = (
        f"{path.name}: {result.rows} rows, {result.created} created, {result.updated} updated, "
        f"{result.unchanged} unchanged, {result.rejected_rows} rejected."
    )
    lines = [counts]
    if result.ignored:
        lines.append(f"Columns passed over: {', '.join(map(shown, result.ignored))}.")
    if result.rejected:
        rows = [
            (r.row, r.column, shown(r.value or "")[:40], r.error.message)
            for r in result.rejected[:SHOWN]
        ]
        lines.append(table(("Row", "Column", "Value", "What to do"), rows))
        if len(result.rejected) > SHOWN:
            lines.append(f"… and {len(result.rejected) - SHOWN} more.")
    if not result.saved:
        lines.append("Nothing was saved.")
    return "\n".join(lines)
