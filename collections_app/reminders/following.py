"""Which lapsed instalments want a follow-up, for many customers at once; and who is left quiet."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date

from collections_app.customers.models import Customer, Hold, RatingChange
from collections_app.followups.queries import follow_up_days, last_contacts
from collections_app.organisation.models import RatingPolicy
from collections_app.organisation.queries import organisation, policies_among, team_parents
from collections_app.reminders.policy import (
    DAY,
    Chased,
    Interval,
    chase_days,
    quiet_until,
    wanted_since,
)
from collections_app.standing.models import LAPSED, InstalmentStanding

Dated = list[tuple[date | None, str | None]]


@dataclass(frozen=True, slots=True)
class Wanted:
    """A lapsed instalment that wants a follow-up, since which day.

    ``latest`` is the last day on which another one came to be wanted. ``is_new`` on such a day
    itself; on the days after it is still wanted. ``is_first`` where the only one wanted yet is that
    of the morning after the deadline, of which the lapse's own notice tells.
    """

    customer_id: int
    instalment_id: int
    since: date
    latest: date
    is_new: bool
    is_first: bool


def follow_ups_wanted(customer_ids: Collection[int], *, on: date) -> list[Wanted]:
    """Rules 8 and 9 for each lapsed instalment of the customers, by customer and instalment.

    A day is judged by the customer's rating and its policy of that day. Money that was promised
    anew is not asked for: what the new promise replaced is superseded, and wants a follow-up again
    the morning after that promise lapses. Reads kept states, so that ``on`` is the standing day; a
    fixed number of statements, however many customers.
    """
    rows = list(
        InstalmentStanding.objects.filter(
            customer__in=customer_ids, state__in=LAPSED, instalment__deadline_on__lt=on
        )
        .order_by("customer", "instalment")
        .values_list("customer_id", "instalment_id", "instalment__deadline_on")
    )
    if not rows:
        return []
    lapsed = {id_ for id_, _instalment, _deadline in rows}
    contacts = follow_up_days(lapsed, since=min(row[2] for row in rows), on=on)
    holds, intervals = _holds(lapsed), chase_intervals(lapsed)
    found = []
    for id_, instalment_id, deadline_on in rows:
        lapse = Chased(deadline_on, intervals[id_], contacts.get(id_, ()), holds.get(id_, ()))
        since = wanted_since(lapse, on=on)
        if since is not None:
            days = list(chase_days(lapse, on=on))
            is_first = days == [deadline_on + DAY]
            found.append(Wanted(id_, instalment_id, since, days[-1], days[-1] == on, is_first))
    return found


def quiet_customers(customer_ids: Collection[int], *, on: date) -> dict[int, date]:
    """Those in their quiet period on the day, after a contact by hand: the first day after it."""
    days = organisation().quiet_days
    ends = {
        id_: quiet_until(last.on_day, days=days)
        for id_, last in last_contacts(customer_ids, on=on).items()
    }
    return {id_: end for id_, end in ends.items() if end > on}


def chase_intervals(customer_ids: Collection[int]) -> dict[int, list[Interval]]:
    """By customer: after how many days to follow up again, from when on, as rule 8 dates it."""
    ratings: defaultdict[int, Dated] = defaultdict(list)
    changes = RatingChange.objects.filter(customer__in=customer_ids).order_by("entered_at", "pk")
    for id_, valid_from, rating in changes.values_list("customer_id", "valid_from", "rating"):
        ratings[id_].append((valid_from, rating))
    # One without dated rows has the rating that it has for all days.
    present = Customer.objects.filter(pk__in=customer_ids)
    known = _Policies()
    return {
        id_: _intervals(ratings.get(id_) or [(None, rating)], team_id, known)
        for id_, rating, team_id in present.values_list("pk", "rating", "owner__team_id")
    }


class _Policies:
    """Every dated policy, of the organisation and of teams. Two statements."""

    def __init__(self) -> None:
        rows = list(RatingPolicy.objects.order_by("pk"))
        self._days = sorted({row.valid_from for row in rows if row.valid_from})
        self._on = {day: policies_among(rows, on=day) for day in (date.min, *self._days)}
        parents = team_parents() if any(row.team_id for row in rows) else {}
        self._on = {day: replace(of, parents=parents) for day, of in self._on.items()}

    @property
    def days(self) -> list[date]:
        """The days from which some policy counts."""
        return self._days

    def chase_days(self, rating: str | None, team_id: int | None, on: date) -> int:
        """After how many days a lapse is followed up again, by the policy of the day."""
        before = bisect_right(self._days, on)
        day = self._days[before - 1] if before else date.min
        return self._on[day].of(rating, team_id).chase_every_days


def _intervals(ratings: Dated, team_id: int | None, policies: _Policies) -> list[Interval]:
    """The interval from each day on which rating or policy changes."""
    dated = sorted(ratings, key=lambda one: one[0] or date.min)
    starts = sorted({date.min, *policies.days, *(day for day, _rating in ratings if day)})
    found: list[Interval] = []
    for start in starts:
        # The first rating counts from the beginning, whatever its day.
        rating = ([r for d, r in dated if (d or date.min) <= start] or [dated[0][1]])[-1]
        days = policies.chase_days(rating, team_id, start)
        if not found or found[-1].days != days:
            found.append(Interval(None if start == date.min else start, days))
    return found


def _holds(customer_ids: Collection[int]) -> dict[int, list[tuple[date, date]]]:
    """The spans of days on hold, both ends included; a day on which one was lifted is without."""
    found: defaultdict[int, list[tuple[date, date]]] = defaultdict(list)
    holds = Hold.objects.filter(customer__in=customer_ids).order_by("pk")
    for id_, start, end, lifted in holds.values_list(
        "customer_id", "starts_on", "ends_on", "lifted_on"
    ):
        last = end if lifted is None else min(end, date.fromordinal(lifted.toordinal() - 1))
        if last >= start:
            found[id_].append((start, last))
    return dict(found)
