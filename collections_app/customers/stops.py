"""Stopping mail to customers: to one, to a team's and below, to any; with who and when."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from collections_app.accounts.models import Person, Team
from collections_app.accounts.operations import record
from collections_app.core.refusals import Refused
from collections_app.customers.models import Customer, Stop
from collections_app.customers.trail import record_act
from collections_app.organisation.queries import team_parents


class StopRefused(Refused):
    """Mail cannot be stopped, or let go again, like this."""


def stops_in_force() -> QuerySet[Stop]:
    """Those that nobody has lifted, with whom they are about and who put them."""
    return Stop.objects.filter(lifted_at__isnull=True).select_related(
        "customer", "team", "entered_by"
    )


@dataclass(frozen=True, slots=True)
class Stopped:
    """To whom nothing goes: all, teams, customers by id; each with the stop that says so."""

    of_all: Stop | None
    by_team: Mapping[int, Stop]
    by_customer: Mapping[int, Stop]
    parents: Mapping[int, int | None]

    def stop_of(self, customer_id: int, team_id: int | None) -> Stop | None:
        """What keeps mail from a customer whose owner is in the team; None where nothing does."""
        if self.of_all is not None:
            return self.of_all
        for team in self._upwards(team_id):
            if team in self.by_team:
                return self.by_team[team]
        return self.by_customer.get(customer_id)

    def _upwards(self, team_id: int | None) -> Iterator[int]:
        passed: set[int] = set()
        while team_id is not None and team_id not in passed:
            yield team_id
            passed.add(team_id)
            team_id = self.parents.get(team_id)


def stopped() -> Stopped:
    """To whom nothing goes now; at most two statements."""
    found = list(stops_in_force())
    by_team = {one.team_id: one for one in found if one.team_id is not None}
    return Stopped(
        next((one for one in found if one.team_id is None and one.customer_id is None), None),
        by_team,
        {one.customer_id: one for one in found if one.customer_id is not None},
        team_parents() if by_team else {},
    )


def stop_mail(
    *, by: Person, customer: Customer | None = None, team: Team | None = None, reason: str = ""
) -> Stop:
    """Let no mail go to the customer, to those of the team and below, or (neither) to any.

    Raises ``StopRefused`` with ``conflict`` where it is stopped already.
    """
    try:
        with transaction.atomic():
            stop = Stop.objects.create(customer=customer, team=team, reason=reason, entered_by=by)
            _record(stop, by, "stop_mail")
    except IntegrityError as error:
        raise StopRefused(_("It is stopped already."), code="conflict") from error
    return stop


def lift_stop(*, stop: Stop, by: Person) -> None:
    """Let mail go again; what became due meanwhile and is not too old is said.

    Raises ``StopRefused`` with ``already_ended`` where somebody was first.
    """
    with transaction.atomic():
        in_force = Stop.objects.filter(pk=stop.pk, lifted_at__isnull=True)
        if not in_force.update(lifted_at=Now(), lifted_by=by):
            raise StopRefused(_("This stop has been lifted already."), code="already_ended")
        _record(stop, by, "lift_stop")


def _record(stop: Stop, by: Person, verb: str) -> None:
    payload = {"reason": stop.reason, "team": stop.team.name if stop.team else None}
    if stop.customer_id is not None:
        record_act(
            actor=by,
            verb=verb,
            subject_kind="stop",
            subject_id=stop.public_id,
            customer_id=stop.customer_id,
            payload=payload,
        )
    else:
        record(
            actor=by,
            verb=verb,
            subject_kind="stop",
            subject_id=str(stop.public_id),
            payload=payload,
        )
