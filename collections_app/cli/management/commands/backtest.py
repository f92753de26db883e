"""``manage.py backtest``: how the forecast would have done in months past."""

from __future__ import annotations

from argparse import ArgumentTypeError
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.core.management.base import CommandParser

from collections_app.cli.output import Answer, JsonCommand, add_as_of, as_of, table
from collections_app.core.money import ratio, to_text
from collections_app.core.months import month_text
from collections_app.standing.backtest import METHODS, Backtest, Tried, backtest
from collections_app.standing.queries import standing_day

MOST_MONTHS = 60
NAMES = {"forecast": "forecast", "all_kept": "all kept", "last_rate": "last month's rate"}


class Command(JsonCommand):
    help = "Compares the forecast of past months with what they brought, and with naive forecasts."

    def add_more_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--months", type=_months, default=12, metavar="N")
        parser.add_argument("--days", type=_days, default=(5, 10, 20), metavar="5,10,20")
        add_as_of(parser)

    def run(self, **options: Any) -> Answer:
        on = as_of(options, today=standing_day)
        found = backtest(on=on, months=options["months"], days=options["days"])
        data = {
            "as_of": on.isoformat(),
            "months": [_row(tried) for tried in found.tried if not tried.group],
            "mean_error": _errors(found, options["days"]),
            "brier": {method: _ratio(found.brier(method)) for method in METHODS},
            "calibration": [
                {"from": start, "cases": cases, "called": _ratio(called), "kept": _ratio(kept)}
                for start, cases, called, kept in found.calibration()
            ],
        }
        return Answer(data, _text(data))


def _months(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= MOST_MONTHS:
        raise ArgumentTypeError(f"{text!r} is not a number of months from 1 to {MOST_MONTHS}")
    return int(text)


def _days(text: str) -> tuple[int, ...]:
    days = text.split(",")
    if not all(day.isdecimal() and 1 <= int(day) <= 28 for day in days):
        raise ArgumentTypeError(f"{text!r} is no list of days from 1 to 28, like 5,10,20")
    return tuple(sorted({int(day) for day in days}))


def _ratio(value: Fraction | None) -> str | None:
    return None if value is None else str(ratio(value.numerator, value.denominator))


def _row(tried: Tried) -> dict[str, Any]:
    said = {name: getattr(tried, name) for name in METHODS}
    money = {n: None if v is None else to_text(v, tried.currency) for n, v in said.items()}
    return {
        "month": month_text(tried.month),
        "as_of": tried.on.isoformat(),
        "currency": tried.currency,
        "received": to_text(tried.received, tried.currency),
        **money,
        "error": {method: _ratio(tried.error(method)) for method in METHODS},
    }


def _errors(found: Backtest, days: tuple[int, ...]) -> list[dict[str, Any]]:
    return [
        {
            "day": day,
            "of": "reps" if reps else "total",
            **{m: _ratio(found.mean_error(m, reps=reps, day=day)) for m in METHODS},
        }
        for reps in (False, True)
        for day in days
    ]


def _percent(share: str | None) -> str:
    return "" if share is None else f"{Decimal(share):.1%}"


def _text(data: dict[str, Any]) -> str:
    """Three tables: month by month, the mean error, and how likely against how often."""
    names = [NAMES[method] for method in METHODS]
    months = table(
        ("month", "as of", "currency", "received", *names),
        [
            [r["month"], r["as_of"], r["currency"], r["received"]]
            + [f"{r[m]} ({_percent(r['error'][m])})" if r[m] else "" for m in METHODS]
            for r in data["months"]
        ],
        right=range(3, 7),
    )
    errors = table(
        ("mean error of", "as of day", *names),
        [[e["of"], str(e["day"]), *(_percent(e[m]) for m in METHODS)] for e in data["mean_error"]]
        + [["Brier of kept", "", *(data["brier"][m] or "" for m in METHODS)]],
        right=range(1, 5),
    )
    called = table(
        ("called", "cases", "mean called", "kept"),
        [
            [
                f"{c['from']}-{c['from'] + 20} %",
                str(c["cases"]),
                _percent(c["called"]),
                _percent(c["kept"]),
            ]
            for c in data["calibration"]
        ],
        right=range(1, 4),
    )
    return "\n\n".join((months, errors, called))
