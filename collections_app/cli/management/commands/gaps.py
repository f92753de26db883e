"""``manage.py gaps MONTH``: the figures of rule 1."""

from __future__ import annotations

import csv
import io
from argparse import ArgumentTypeError
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.management.base import CommandParser

from collections_app.cli.output import Answer, JsonCommand, add_as_of, as_of, table, to_json
from collections_app.core.money import to_text
from collections_app.core.months import month_text, parse_month
from collections_app.organisation.queries import today
from collections_app.standing.figures import (
    CustomerFigures,
    GroupFigures,
    customer_figures,
    grouped_figures,
)

MONEY = (
    *("target", "original_target", "committed", "commitment_gap", "measures", "received"),
    *("unpromised", "uncovered", "short", "lapsed", "at_risk"),
)
COLUMNS = (*("key", "name", "currency", *MONEY, "attainment", "coverage", "plan_state", "asked"),)
SHOWN = ("key", "name", "currency", "target", "committed", "measures", "received", "at_risk")


class Command(JsonCommand):
    help = "The gap of a month by customer, rep, team or over all, for any day."

    def add_more_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("month", type=_month, metavar="YYYY-MM")
        parser.add_argument("--by", choices=["customer", "rep", "team", "all"], default="customer")
        parser.add_argument("--format", choices=["json", "csv"])
        add_as_of(parser)

    def run(self, **options: Any) -> Answer:
        on = as_of(options, today=today)
        month: date = options["month"]
        rows = [_row(figures) for figures in _figures(month, on, options["by"])]
        data = {"month": month_text(month), "as_of": on.isoformat(), "rows": rows}
        if options["format"] == "json":
            return Answer(data, to_json(data))
        text = _csv(rows) if options["format"] == "csv" else _table(rows)
        return Answer(data, text)


def _month(text: str) -> date:
    try:
        return parse_month(text)
    except ValueError:
        raise ArgumentTypeError(f"{text!r} is not a month: write it like 2026-11") from None


def _figures(month: date, on: date, by: str) -> Sequence[CustomerFigures | GroupFigures]:
    if by == "customer":
        return customer_figures(month, on=on)
    return grouped_figures(month, on=on, by=by)  # type: ignore[arg-type]


def _ratio(value: Decimal | None) -> str | None:
    return None if value is None else f"{value:.4f}"


def _row(figures: CustomerFigures | GroupFigures) -> dict[str, Any]:
    of_customer = figures if isinstance(figures, CustomerFigures) else None
    money = {name: to_text(getattr(figures, name), figures.currency) for name in MONEY}
    return {
        "key": figures.code if isinstance(figures, CustomerFigures) else figures.key,
        "name": figures.name,
        "currency": figures.currency,
        **money,
        "attainment": _ratio(figures.attainment),
        "coverage": _ratio(figures.coverage),
        "plan_state": of_customer and of_customer.plan_state,
        "asked": of_customer and of_customer.asked,
    }


def _csv(rows: list[dict[str, Any]]) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows({k: _harmless(k, v) for k, v in row.items()} for row in rows)
    return out.getvalue().rstrip("\n")


def _harmless(column: str, value: Any) -> Any:
    """A text that a spreadsheet would take for a formula is defused; numbers stay numbers."""
    if column in ("key", "name") and isinstance(value, str) and value[:1] in "=+-@\t\r":
        return f"'{value}"
    return value


def _table(rows: list[dict[str, Any]]) -> str:
    return table(SHOWN, [[row[c] or "" for c in SHOWN] for row in rows], right=range(3, 8))
