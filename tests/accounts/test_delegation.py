"""Standing in for an absent colleague: whose customers one sees, and what the record says."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from collections_app.accounts.delegation import (
    DelegationRefused,
    end_delegation,
    let_stand_in,
)
from collections_app.accounts.models import AuditEntry, Delegation, Person
from collections_app.actions.promise import Terms, record_promise
from collections_app.customers.models import Customer
from collections_app.organisation.queries import today
from collections_app.planning.operations import record_ask
from tests.conftest import Cast
from tests.web.facts import make_customer, stand_on


def away(cast: Cast, *, start: int = 0, end: int = 5, **more: object) -> Delegation:
    values = {
        "person": cast.east_rep, "delegate": cast.east_rep_two, "actor": cast.east_rep,
        "on": today(), **more,
    }  # fmt: skip
    day = today()
    return let_stand_in(
        starts_on=day + timedelta(days=start),
        ends_on=day + timedelta(days=end),
        **values,  # type: ignore[arg-type]
    )


def seen_by(person: Person) -> set[str]:
    return set(Customer.objects.visible_to(person).values_list("code", flat=True))


@pytest.fixture
def customer(cast: Cast) -> Customer:
    return make_customer(cast.east_rep, code="C-1")


def test_a_delegate_sees_the_absent_persons_customers(cast: Cast, customer: Customer) -> None:
    assert seen_by(cast.east_rep_two) == set()
    away(cast)
    assert seen_by(cast.east_rep_two) == {customer.code}


def test_the_absent_person_still_sees_them(cast: Cast, customer: Customer) -> None:
    away(cast)
    assert seen_by(cast.east_rep) == {customer.code}


def test_before_its_first_day_an_absence_opens_nothing(cast: Cast, customer: Customer) -> None:
    away(cast, start=1)
    assert seen_by(cast.east_rep_two) == set()


def test_after_its_last_day_an_absence_opens_nothing(cast: Cast, customer: Customer) -> None:
    one = away(cast)
    Delegation.objects.filter(pk=one.pk).update(
        starts_on=today() - timedelta(days=4), ends_on=today() - timedelta(days=1)
    )
    assert seen_by(cast.east_rep_two) == set()


def test_on_its_last_day_it_still_does(cast: Cast, customer: Customer) -> None:
    away(cast, end=0)
    assert seen_by(cast.east_rep_two) == {customer.code}


def test_an_absence_that_is_ended_opens_nothing_from_then_on(
    cast: Cast, customer: Customer
) -> None:
    one = away(cast)
    end_delegation(delegation=one, actor=cast.east_rep, on=today())
    assert seen_by(cast.east_rep_two) == set()


def test_a_delegates_delegate_sees_nothing_of_it(cast: Cast, customer: Customer) -> None:
    away(cast)
    away(cast, person=cast.east_rep_two, delegate=cast.east_manager, actor=cast.east_rep_two)
    third = cast.west_rep
    away(cast, person=cast.east_manager, delegate=third, actor=cast.admin)
    assert customer.code not in seen_by(third)


def test_a_disabled_delegate_sees_nothing(cast: Cast, customer: Customer) -> None:
    away(cast)
    cast.east_rep_two.is_active = False
    assert seen_by(cast.east_rep_two) == set()


def test_what_a_delegate_does_is_on_record_with_both_names(cast: Cast, customer: Customer) -> None:
    away(cast)
    day = today()
    record_ask(
        customer=customer, month=day.replace(day=1), asked_on=day, answer="no_answer",
        by=cast.east_rep_two, on=day,
    )  # fmt: skip
    entry = AuditEntry.objects.get(verb="ask")
    assert (entry.actor, entry.on_behalf_of) == (cast.east_rep_two, cast.east_rep)


def test_a_promise_that_a_delegate_records_names_the_absent_person(
    cast: Cast, customer: Customer
) -> None:
    away(cast)
    stand_on(today())
    terms = Terms(made_on=today(), instalments=[(today() + timedelta(days=9), 500)])
    made = record_promise(customer=customer, terms=terms, by=cast.east_rep_two, on=today())
    assert (made.entered_by, made.on_behalf_of) == (cast.east_rep_two, cast.east_rep)


def test_what_the_owner_does_names_nobody_else(cast: Cast, customer: Customer) -> None:
    away(cast)
    day = today()
    record_ask(
        customer=customer, month=day.replace(day=1), asked_on=day, answer="no_answer",
        by=cast.east_rep, on=day,
    )  # fmt: skip
    assert AuditEntry.objects.get(verb="ask").on_behalf_of is None


def test_two_cannot_stand_in_on_the_same_day(cast: Cast) -> None:
    away(cast)
    with pytest.raises(DelegationRefused) as refused:
        away(cast, start=5, end=9, delegate=cast.east_manager)
    assert refused.value.code == "conflict"


def test_the_day_after_another_may_stand_in(cast: Cast) -> None:
    away(cast)
    away(cast, start=6, end=9, delegate=cast.east_manager)
    assert Delegation.objects.count() == 2


@pytest.mark.parametrize(("start", "end"), [(-1, 3), (3, 2), (0, 400)])
def test_an_absence_in_the_past_or_the_wrong_way_round_is_refused(
    cast: Cast, start: int, end: int
) -> None:
    with pytest.raises(DelegationRefused) as refused:
        away(cast, start=start, end=end)
    assert refused.value.code == "out_of_range"


@pytest.mark.parametrize("who", ["west_rep", "finance", "east_rep"])
def test_a_rep_chooses_among_those_of_the_team_who_sell(cast: Cast, who: str) -> None:
    with pytest.raises(DelegationRefused) as refused:
        away(cast, delegate=getattr(cast, who))
    assert refused.value.code == "not_allowed"


def test_a_rep_cannot_give_a_colleagues_customers_to_themself(cast: Cast) -> None:
    with pytest.raises(DelegationRefused) as refused:
        away(cast, actor=cast.east_rep_two)
    assert refused.value.code == "not_allowed"


def test_another_teams_manager_cannot_give_them_away(cast: Cast) -> None:
    with pytest.raises(DelegationRefused) as refused:
        away(cast, actor=cast.west_manager, delegate=cast.west_rep)
    assert refused.value.code == "not_allowed"


def test_the_teams_manager_lets_somebody_stand_in(cast: Cast) -> None:
    assert away(cast, actor=cast.east_manager).entered_by == cast.east_manager


def test_ending_twice_changes_nothing_more(cast: Cast) -> None:
    one = away(cast)
    end_delegation(delegation=one, actor=cast.east_rep, on=today())
    ended = end_delegation(delegation=one, actor=cast.east_rep, on=date(2199, 1, 1))
    assert ended.ended_on == today()
    assert AuditEntry.objects.filter(verb="end_delegation").count() == 1
