"""Rule 1: the figures of a customer's month, and the story that Kept was made for."""

from __future__ import annotations

from datetime import date

import pytest

from collections_app.commitments.models import Ending
from collections_app.customers.models import Customer, Ownership
from collections_app.standing.figures import CustomerFigures, customer_figures, grouped_figures
from tests.conftest import Cast
from tests.ledger_facts import (
    MONTH,
    bounce,
    end,
    make_customer,
    measure,
    pay,
    plan,
    promise,
    revise,
    set_status,
)

END = date(2026, 7, 31)


def day(number: int) -> date:
    return MONTH.replace(day=number)


@pytest.fixture
def customer(cast: Cast) -> Customer:
    return make_customer(cast.east_rep)


def figures(customer: Customer, on: date = END, month: date = MONTH) -> CustomerFigures:
    rows = {row.customer_id: row for row in customer_figures(month, on=on)}
    return rows[customer.pk]


def test_the_seed_example_of_rule_1(customer: Customer) -> None:
    its_plan = plan(customer, 200_000)
    promise(customer, [(day(31), 100_000)])
    first = figures(customer, day(5))
    assert (first.commitment_gap, first.uncovered) == (100_000_00, 100_000_00)
    measure(its_plan, 40_000, "incentive")
    promotion = measure(its_plan, 35_000, "promotion")
    measure(its_plan, 25_000, "joint_collection")
    covered = figures(customer, day(6))
    assert (covered.measures, covered.uncovered) == (100_000_00, 0)
    set_status(promotion, "dropped", day(10))
    assert figures(customer, day(10)).uncovered == 35_000_00
    pay(customer, 120_000, day(20))
    paid = figures(customer, day(20))
    assert (paid.unpromised, paid.uncovered) == (20_000_00, 15_000_00)


def test_a_change_of_a_measure_counts_from_its_day(customer: Customer) -> None:
    set_status(measure(plan(customer, 100), 40), "dropped", day(10))
    assert (figures(customer, day(9)).measures, figures(customer, day(10)).measures) == (4000, 0)


def test_a_done_measure_counts_nothing(customer: Customer) -> None:
    set_status(measure(plan(customer, 100), 40), "done", day(10))
    assert figures(customer).measures == 0


def test_a_promise_that_names_its_measure_is_not_counted_twice(customer: Customer) -> None:
    its_measure = measure(plan(customer, 100), 40)
    promise(customer, [(day(31), 30)], measure=its_measure)
    row = figures(customer)
    assert (row.committed, row.measures) == (3000, 1000)


def test_a_promise_larger_than_its_measure_leaves_nothing_of_it(customer: Customer) -> None:
    its_measure = measure(plan(customer, 100), 40)
    promise(customer, [(day(31), 70)], measure=its_measure)
    assert figures(customer).measures == 0


def test_what_an_ended_promise_brought_is_not_counted_as_measure_too(customer: Customer) -> None:
    its_measure = measure(plan(customer, 100), 40)
    made = promise(customer, [(day(31), 40)], measure=its_measure)
    pay(customer, 25, day(5))
    end(made, day(10))
    row = figures(customer)
    assert (row.committed, row.measures) == (2500, 1500)


def test_a_revision_counts_from_its_own_day_and_the_original_stays(customer: Customer) -> None:
    revise(plan(customer, 100), 150, day(10))
    before, after = figures(customer, day(9)), figures(customer, day(10))
    assert (before.target, after.target, after.original_target) == (10000, 15000, 10000)


def test_without_a_plan_the_target_is_nothing(customer: Customer) -> None:
    pay(customer, 10, day(4))
    row = figures(customer)
    assert (row.target, row.plan_state, row.coverage, row.attainment) == (
        0,
        "unplanned",
        None,
        None,
    )


def test_what_was_received_on_a_superseded_promise_stays_committed(customer: Customer) -> None:
    made = promise(customer, [(day(31), 50)])
    pay(customer, 20, day(5))
    end(made, day(10), Ending.SUPERSEDED)
    assert figures(customer).committed == 2000


def test_a_bounced_payment_restates_its_own_month_from_the_day_it_bounced(
    customer: Customer,
) -> None:
    bounce(pay(customer, 30, day(20)), date(2026, 8, 3))
    assert figures(customer, date(2026, 8, 2)).received == 3000
    assert figures(customer, date(2026, 8, 3)).received == 0


def test_money_paid_ahead_is_unpromised_in_its_month_and_committed_in_the_next(
    customer: Customer,
) -> None:
    promise(customer, [(day(10), 40)], made_on=date(2026, 6, 1))
    pay(customer, 40, date(2026, 6, 20))
    june = figures(customer, END, date(2026, 6, 1))
    july = figures(customer)
    assert (june.unpromised, july.committed, july.received) == (4000, 4000, 0)


def test_a_lapsed_instalment_is_at_risk_beside_what_is_short(customer: Customer) -> None:
    plan(customer, 100)
    promise(customer, [(day(10), 60)])
    pay(customer, 15, day(9))
    row = figures(customer, day(11))
    assert (row.short, row.lapsed, row.at_risk) == (4000, 4500, 8500)


def test_on_its_deadline_an_instalment_has_not_lapsed(customer: Customer) -> None:
    promise(customer, [(day(10), 60)])
    assert (figures(customer, day(10)).lapsed, figures(customer, day(11)).lapsed) == (0, 6000)


def test_one_customers_surplus_fills_no_others_shortage(cast: Cast) -> None:
    rich, poor = make_customer(cast.east_rep), make_customer(cast.east_rep)
    plan(rich, 10)
    plan(poor, 50)
    pay(rich, 100, day(5))
    [total] = grouped_figures(MONTH, on=END, by="all")
    assert (total.uncovered, total.short, total.surplus) == (-4000, 5000, 9000)


def test_currencies_are_never_added(cast: Cast) -> None:
    for currency in ("CNY", "USD"):
        plan(make_customer(cast.east_rep, currency=currency), 10)
    totals = grouped_figures(MONTH, on=END, by="all")
    assert [(t.currency, t.target) for t in totals] == [("CNY", 1000), ("USD", 1000)]


def test_a_month_belongs_to_the_owner_at_the_earlier_of_day_and_month_end(cast: Cast) -> None:
    customer = make_customer(cast.east_rep)
    plan(customer, 10)
    Ownership.objects.create(customer=customer, owner=cast.west_rep, valid_from=date(2026, 8, 1))
    Customer.objects.filter(pk=customer.pk).update(owner=cast.west_rep)
    [row] = grouped_figures(MONTH, on=date(2026, 8, 15), by="rep")
    assert row.key == cast.east_rep.email


def test_a_customer_without_plan_promise_or_payment_has_no_row(customer: Customer) -> None:
    assert customer_figures(MONTH, on=END) == []


def test_a_bounced_payment_still_gives_its_customer_a_row(customer: Customer) -> None:
    bounce(pay(customer, 30, day(20)), day(21))
    assert figures(customer).received == 0


def test_coverage_is_at_most_one(customer: Customer) -> None:
    plan(customer, 10)
    pay(customer, 100, day(5))
    assert str(figures(customer).coverage) == "1.0000"


def test_february_of_a_leap_year_has_its_twenty_ninth(customer: Customer) -> None:
    promise(customer, [(date(2028, 2, 29), 60)], made_on=date(2028, 2, 1))
    row = figures(customer, date(2028, 3, 1), date(2028, 2, 1))
    assert (row.committed, row.lapsed) == (6000, 6000)
