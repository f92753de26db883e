"""Which lapses want a follow-up, by kept states and the policies and ratings of their days."""

from __future__ import annotations

import sys
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from collections_app.customers.holds import lift_hold, put_on_hold
from collections_app.customers.models import Customer, RatingChange
from collections_app.followups.operations import log_follow_up
from collections_app.organisation.defaults import DEFAULT_POLICIES
from collections_app.organisation.models import Organisation, RatingPolicy
from collections_app.organisation.queries import moment_on
from collections_app.planning.models import Channel
from collections_app.reminders.following import follow_ups_wanted, quiet_customers
from tests.conftest import Cast
from tests.facts import promise
from tests.web.facts import day, make_commitment, make_customer, make_payment, stand_on, supersede

TABLE = {
    "A": [1, 8, 15],
    "B": [1, 5, 9, 13, 17],
    "C": [1, 3, 5, 7, 9, 11, 13, 15, 17, 19],
    "D": list(range(1, 21)),
}
DEADLINE = day(3)


def rated(cast: Cast, rating: str | None) -> Customer:
    customer = make_customer(cast.east_rep)
    Customer.objects.filter(pk=customer.pk).update(rating=rating)
    RatingChange.objects.create(customer=customer, rating=rating)
    return customer


def broken(cast: Cast, rating: str | None = "B") -> Customer:
    """A customer whose promise of 100 lapsed on the deadline of the tests."""
    customer = rated(cast, rating)
    make_commitment(customer, (DEADLINE, 100))
    return customer


def contact(customer: Customer, cast: Cast, number: int) -> None:
    at = moment_on(day(number))
    log_follow_up(
        customer=customer, at=at, outcome="no_answer", channel=Channel.PHONE, by=cast.east_rep,
        on=day(number),
    )  # fmt: skip


def wanted_on(customer: Customer, number: int) -> bool:
    stand_on(day(number))
    return any(one.is_new for one in follow_ups_wanted([customer.pk], on=day(number)))


def days_wanted(customer: Customer, *, until: int = 23) -> list[int]:
    return [number for number in range(1, until + 1) if wanted_on(customer, number)]


def test_the_same_broken_promise_wants_follow_up_as_the_table_of_policies_says(
    cast: Cast, capsys: pytest.CaptureFixture[str]
) -> None:
    customers = {rating: broken(cast, rating) for rating in TABLE}
    found: dict[str, list[int]] = {rating: [] for rating in TABLE}
    for number in range(1, 21):
        on = DEADLINE + timedelta(days=number)
        stand_on(on)
        rows = follow_ups_wanted([c.pk for c in customers.values()], on=on)
        new = {row.customer_id for row in rows if row.is_new}
        for rating, customer in customers.items():
            if customer.pk in new:
                found[rating].append(number)
    with capsys.disabled():
        sys.stdout.write("\nFollow up a broken promise on these days after its deadline:\n")
        for rating, numbers in found.items():
            cells = "".join(f"{n if n in numbers else '·':>3}" for n in range(1, 21))
            sys.stdout.write(f"{rating}{cells}\n")
    assert found == TABLE


def test_an_unrated_customer_counts_as_b(cast: Cast) -> None:
    assert days_wanted(broken(cast, None)) == [4, 8, 12, 16, 20]


def test_a_follow_up_stills_the_chase_for_the_ratings_interval(cast: Cast) -> None:
    customer = broken(cast, "B")
    contact(customer, cast, 6)
    assert days_wanted(customer) == [4, 10, 14, 18, 22]


def test_a_hold_stills_the_chase_until_it_is_lifted(cast: Cast) -> None:
    customer = broken(cast, "B")
    hold = put_on_hold(
        customer=customer, kind="dispute", ends_on=day(30), by=cast.east_rep, on=day(5)
    )
    lift_hold(hold=hold, by=cast.east_rep, on=day(11))
    assert days_wanted(customer) == [4, 11, 15, 19, 23]


def test_another_rating_counts_from_its_day(cast: Cast) -> None:
    customer = broken(cast, "A")
    RatingChange.objects.create(customer=customer, rating="D", valid_from=day(9))
    assert days_wanted(customer, until=13) == [4, 9, 10, 11, 12, 13]


def test_another_policy_counts_from_its_day(cast: Cast) -> None:
    customer = broken(cast, "A")
    RatingPolicy.objects.create(
        rating="A", valid_from=day(9), grace_days=3, tolerance_permille=0, reminder_days=[],
        chase_every_days=2, escalate_after_days=1,
    )  # fmt: skip
    assert days_wanted(customer, until=13) == [4, 9, 11, 13]


def test_a_teams_own_policy_is_for_its_customers_alone(cast: Cast) -> None:
    every_two = DEFAULT_POLICIES["B"] | {"chase_every_days": 2}
    RatingPolicy.objects.create(rating="B", team=cast.east, valid_from=None, **every_two)
    assert days_wanted(broken(cast), until=7) == [4, 6]


def test_money_promised_anew_is_not_chased_while_that_promise_is_open(cast: Cast) -> None:
    customer = rated(cast, "D")
    former = promise(customer, (DEADLINE, 100))
    assert wanted_on(customer, 4)
    supersede(former, promise(customer, (day(10), 100), made_on=day(5)), on=day(5))
    assert [number for number in range(5, 13) if wanted_on(customer, number)] == [11, 12]


def test_what_was_paid_wants_nothing(cast: Cast) -> None:
    customer = broken(cast, "D")
    make_payment(customer, 100, on=day(6))
    stand_on(day(7))
    assert follow_ups_wanted([customer.pk], on=day(7)) == []


def test_what_was_wanted_and_not_done_stays_on_the_list(cast: Cast) -> None:
    customer = broken(cast, "A")
    stand_on(day(9))
    (one,) = follow_ups_wanted([customer.pk], on=day(9))
    assert (one.since, one.latest, one.is_new) == (day(4), day(4), False)


def test_it_costs_the_same_queries_for_one_customer_and_for_three(cast: Cast) -> None:
    customers = [broken(cast, rating).pk for rating in "ABD"]
    stand_on(day(20))
    counts = []
    for some in (customers[:1], customers):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            follow_ups_wanted(some, on=day(20))
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 6


@pytest.mark.parametrize(("number", "is_quiet"), [(6, True), (7, True), (8, False)])
def test_a_contact_starts_the_quiet_period(cast: Cast, number: int, is_quiet: bool) -> None:
    customer = broken(cast)
    contact(customer, cast, 6)
    found = quiet_customers([customer.pk], on=day(number))
    assert found == ({customer.pk: date(2026, 11, 8)} if is_quiet else {})


def test_how_long_it_is_quiet_is_a_setting(cast: Cast) -> None:
    customer = broken(cast)
    contact(customer, cast, 6)
    stand_on(day(6))
    Organisation.objects.update(quiet_days=0)
    assert quiet_customers([customer.pk], on=day(6)) == {}
