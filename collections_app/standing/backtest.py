"""How the forecast of rule 7 would have done in months past, beside two naive forecasts.

Each past month is forecast as of a day in its midst from what was known by then, and compared with
what it brought. *All kept*: every open promise is kept and every measure brings what it should.
*Last month's rate*: of the target comes what came of the last month's.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction

from collections_app.accounts.models import Person
from collections_app.core.months import add_months, first_of
from collections_app.standing.figures import grouped_figures
from collections_app.standing.forecast import Outlook, open_instalments, outlooks
from collections_app.standing.rates import Window, kept_rates

METHODS = ("forecast", "all_kept", "last_rate")
BINS = 5


@dataclass(frozen=True, slots=True)
class Tried:
    """What was forecast of a group's month, and what came; minor units of one currency.

    ``group`` is blank for the total, else a rep's e-mail address; ``last_rate`` is None where
    last month had no target.
    """

    month: date
    on: date
    group: str
    currency: str
    received: int
    forecast: int
    all_kept: int
    last_rate: int | None

    def error(self, method: str) -> Fraction | None:
        """How far it was off, as a share of what came; None where nothing came or was forecast."""
        said: int | None = getattr(self, method)
        if self.received <= 0 or said is None:
            return None
        return Fraction(said - self.received, self.received)


@dataclass(frozen=True, slots=True)
class Chance:
    """One open instalment: how likely it was called, by each method, and whether it was kept."""

    forecast: Fraction
    last_rate: Fraction
    is_kept: bool


@dataclass(slots=True)
class Backtest:
    """All that was tried."""

    tried: list[Tried] = field(default_factory=list)
    chances: list[Chance] = field(default_factory=list)

    def mean_error(self, method: str, *, reps: bool, day: int | None = None) -> Fraction | None:
        """The mean of how far it was off, whichever way, over totals or over reps' months."""
        chosen = (t for t in self.tried if bool(t.group) == reps and day in (None, t.on.day))
        errors = [abs(e) for t in chosen if (e := t.error(method)) is not None]
        return sum(errors, Fraction(0)) / len(errors) if errors else None

    def brier(self, method: str) -> Fraction | None:
        """The mean square of called likelihood less outcome (Brier, 1950): 0 knows, 1/4 tosses."""
        if not self.chances:
            return None
        called = (_called(chance, method) - chance.is_kept for chance in self.chances)
        return sum((c * c for c in called), Fraction(0)) / len(self.chances)

    def calibration(self) -> list[tuple[int, int, Fraction, Fraction]]:
        """By fifths of the likelihood called: per cent from, cases, mean called, share kept."""
        bins: dict[int, list[Chance]] = defaultdict(list)
        for chance in self.chances:
            bins[min(int(chance.forecast * BINS), BINS - 1)].append(chance)
        return [
            (
                number * 100 // BINS,
                len(found),
                sum((c.forecast for c in found), Fraction(0)) / len(found),
                Fraction(sum(c.is_kept for c in found), len(found)),
            )
            for number, found in sorted(bins.items())
        ]


def _called(chance: Chance, method: str) -> Fraction:
    return {"forecast": chance.forecast, "last_rate": chance.last_rate}.get(method, Fraction(1))


def backtest(*, on: date, months: int, days: Sequence[int]) -> Backtest:
    """The last full ``months`` before ``on``, each forecast as of its given days.

    ``on`` is the standing day: what came, and what became of promises, is as known by then.
    """
    result = Backtest()
    for back in range(months, 0, -1):
        month = add_months(first_of(on), -back)
        came = _received(month, on)
        if not came:
            continue
        for number in days:
            day = month + timedelta(days=number - 1)
            rows = outlooks(month, on=day)
            result.tried += _tried(month, day, rows, came)
            result.chances += _chances(month, day, rows)
    return result


Group = tuple[str, str]


def _received(month: date, on: date) -> dict[Group, int]:
    """What the month brought, in total and by rep: by (group, currency)."""
    came = {("", g.currency): g.received for g in grouped_figures(month, on=on, by="all")}
    reps = grouped_figures(month, on=on, by="rep")
    return came | {(g.key, g.currency): g.received for g in reps}


def _tried(month: date, day: date, rows: list[Outlook], came: dict[Group, int]) -> Iterator[Tried]:
    sums: dict[Group, list[int]] = defaultdict(lambda: [0, 0])
    reps = emails_of(row.figures.owner_id for row in rows)
    for row in rows:
        for group in ("", reps[row.figures.owner_id]):
            held = sums[group, row.figures.currency]
            held[0] += row.forecast
            held[1] += row.all_kept
    targets = _targets(month, day)
    rates = _last_rates(month, day)
    for key, (forecast, all_kept) in sums.items():
        if key in came:
            by_rate = int(targets.get(key, 0) * rates[key]) if key in rates else None
            yield Tried(month, day, *key, came[key], forecast, all_kept, by_rate)


def emails_of(people: Iterable[int]) -> dict[int, str]:
    """The e-mail address of each person."""
    return dict(Person.objects.filter(pk__in=set(people)).values_list("pk", "email"))


def _targets(month: date, day: date) -> dict[Group, int]:
    groups = [("", g) for g in grouped_figures(month, on=day, by="all")]
    groups += [(g.key, g) for g in grouped_figures(month, on=day, by="rep")]
    return {(key, g.currency): g.target for key, g in groups}


def _last_rates(month: date, day: date) -> dict[Group, Fraction]:
    last = add_months(month, -1)
    came, targets = _received(last, day), _targets(last, day)
    return {key: Fraction(came[key], t) for key, t in targets.items() if t > 0 and key in came}


def _chances(month: date, day: date, rows: Iterable[Outlook]) -> Iterator[Chance]:
    called = {row.figures.customer_id: row.kept_number for row in rows}
    last = add_months(month, -1)
    window = Window(last, month - timedelta(days=1))
    whole = [rate for rate in kept_rates(by="all", window=window, on=day) if rate.number]
    number, kept = sum(r.number for r in whole), sum(r.kept for r in whole)
    overall = Fraction(kept, number) if number else Fraction(1)
    for customer, _instalment, verdict in open_instalments(month, on=day, customers=[*called]):
        if verdict:
            yield Chance(called[customer], overall, verdict == "kept")
