"""The organisation, its day, its working days and its policies."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection

from collections_app.accounts.models import Team
from collections_app.core import clock
from collections_app.core.business_hours import BusinessHours
from collections_app.core.seen import seen
from collections_app.core.workdays import WorkCalendar
from collections_app.organisation.defaults import (
    DEFAULT_POLICIES,
    UNRATED_COUNTS_AS,
    holidays_of,
)
from collections_app.organisation.models import CalendarDay, Organisation, RatingPolicy


def organisation() -> Organisation:
    """The one organisation; made from the settings of the environment at the first call."""
    return seen("organisation", _read)


def _read() -> Organisation:
    found = Organisation.objects.first()
    if found is None:
        found, _ = Organisation.objects.get_or_create(
            id=1,
            defaults={
                "name": settings.ORGANISATION_NAME,
                "time_zone": settings.ORGANISATION_TIME_ZONE,
                "language": settings.ORGANISATION_LANGUAGE,
                "country": settings.ORGANISATION_COUNTRY,
                "currency": settings.ORGANISATION_CURRENCY,
            },
        )
    return found


def held_organisation() -> Organisation:
    """The organisation, its row locked until the caller's transaction ends.

    Writers of facts hold it shared while they refresh standing, and so wait for whoever has this.
    """
    organisation()
    return Organisation.objects.select_for_update().get(pk=1)


def share_organisation() -> None:
    """Keep the calendar as it is until the caller's transaction ends, beside others who do so."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM organisation_organisation WHERE id = 1 FOR SHARE")


def today() -> date:
    """The business date at this instant, in the organisation's time zone."""
    return clock.today_in(organisation().time_zone)


def day_of(instant: datetime) -> date:
    """The business date of an instant, in the organisation's time zone."""
    return instant.astimezone(ZoneInfo(organisation().time_zone)).date()


def moment_on(day: date) -> datetime:
    """The present time of day, on a business date, in the organisation's time zone."""
    zone = ZoneInfo(organisation().time_zone)
    return datetime.combine(day, clock.now().astimezone(zone).time(), zone)


def business_hours() -> BusinessHours:
    """The hours between which mail to customers leaves."""
    held = organisation()
    return BusinessHours(
        held.business_from_hour, held.business_until_hour, held.time_zone, work_calendar()
    )


def work_calendar() -> WorkCalendar:
    """The organisation's working days: its country's holidays, overruled by stored days."""
    return seen("calendar", _work_calendar)


def _work_calendar() -> WorkCalendar:
    special = dict(holidays_of(organisation().country))
    special.update(CalendarDay.objects.values_list("day", "is_working"))
    return WorkCalendar(special)


@dataclass(frozen=True, slots=True)
class Policies:
    """The policies in force on a day: the organisation's, and what teams do otherwise.

    ``parents`` says which team each is below; ``by_team`` holds the teams' own, by team and rating.
    """

    of_all: Mapping[str, RatingPolicy]
    by_team: Mapping[tuple[int, str], RatingPolicy]
    parents: Mapping[int, int | None]

    def of(self, rating: str | None, team_id: int | None) -> RatingPolicy:
        """The policy for customers of the rating whose owner is in the team; unrated as B.

        The team's own, else that of the nearest team above, else the organisation's.
        """
        rating = rating or UNRATED_COUNTS_AS
        for team in self._upwards(team_id):
            if (own := self.by_team.get((team, rating))) is not None:
                return own
        return self.of_all[rating]

    def _upwards(self, team_id: int | None) -> Iterator[int]:
        passed: set[int] = set()
        while team_id is not None and team_id not in passed:
            yield team_id
            passed.add(team_id)
            team_id = self.parents.get(team_id)


def policies_on(on: date) -> Policies:
    """The policies in force on the day; defaults of rule 8 where none is stored. Two statements."""
    found = policies_among(RatingPolicy.objects.order_by("pk"), on=on)
    return replace(found, parents=team_parents()) if found.by_team else found


def policies_among(rows: Iterable[RatingPolicy], *, on: date) -> Policies:
    """Those of the rows (in order of entry) that are in force on the day, teams not yet tied."""
    own: dict[str, RatingPolicy] = {}
    by_team: dict[tuple[int, str], RatingPolicy] = {}
    counting = [row for row in rows if row.valid_from is None or row.valid_from <= on]
    for policy in sorted(counting, key=lambda p: p.valid_from or date.min):
        if policy.team_id is None:
            own[policy.rating] = policy
        elif policy.is_given_up:
            by_team.pop((policy.team_id, policy.rating), None)
        else:
            by_team[policy.team_id, policy.rating] = policy
    of_all = {
        rating: own.get(rating) or RatingPolicy(rating=rating, **row)
        for rating, row in DEFAULT_POLICIES.items()
    }
    return Policies(of_all, by_team, {})


def team_parents() -> dict[int, int | None]:
    """Which team each is below."""
    return dict(Team.objects.values_list("pk", "parent_id"))
