"""Kept rates of rule 7: every boundary, and no way to better them but to keep one's word."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from collections_app.accounts.models import ImportRecord
from collections_app.actions.hand_over import hand_over
from collections_app.actions.promise import Terms, cancel_promise, record_promise, renegotiate
from collections_app.commitments.models import Commitment
from collections_app.customers.models import Customer, RatingChange
from collections_app.customers.terms import change_rating
from collections_app.organisation.queries import organisation, today
from collections_app.standing.rates import KeptGroup, Window, kept_rates, kept_rates_of, window_of
from tests import facts
from tests.conftest import Cast
from tests.web.facts import (
    DAY,
    day,
    make_commitment,
    make_customer,
    make_payment,
    make_reversal,
    stand_on,
)

WHOLE = Window(day(1), day(30))


@pytest.fixture
def customer(cast: Cast) -> Customer:
    return make_customer(cast.east_rep)


def rate(on: date = DAY, window: Window = WHOLE) -> KeptGroup | None:
    return next(iter(kept_rates(by="all", window=window, on=on)), None)


def counted(on: date = DAY, window: Window = WHOLE) -> tuple[int, int, int, int]:
    """(on-time money, amount, kept, number) in whole units; nothing is four zeros."""
    found = rate(on, window)
    if found is None:
        return 0, 0, 0, 0
    return found.on_time // 100, found.amount // 100, found.kept, found.number


def test_the_rate_is_on_time_money_of_what_was_promised(customer: Customer) -> None:
    make_commitment(customer, (day(5), 60), (day(9), 40))
    make_payment(customer, 75, on=day(5))
    stand_on()
    found = rate()
    assert found is not None
    assert (found.by_amount, found.by_number) == (Decimal("0.7500"), Decimal("0.5000"))
    assert (found.broken, found.renegotiated, found.missing) == (0, 0, 25_00)


def test_money_on_the_deadline_counts_and_a_day_later_not(customer: Customer) -> None:
    make_commitment(customer, (day(5), 100))
    make_payment(customer, 30, on=day(5))
    make_payment(customer, 70, on=day(6))
    stand_on()
    assert counted() == (30, 100, 0, 1)


def test_a_deadline_on_either_end_of_the_window_counts_and_beside_it_not(
    customer: Customer,
) -> None:
    make_commitment(customer, (day(4), 1), (day(5), 2), (day(9), 4), (day(10), 8))
    stand_on()
    assert counted(window=Window(day(5), day(9)))[1] == 6


def test_grace_moves_an_instalment_into_the_window_of_its_deadline(customer: Customer) -> None:
    make_commitment(customer, (day(5), 100), grace=3)
    stand_on()
    assert counted(window=Window(day(1), day(7)))[1] == 0
    assert counted(window=Window(day(8), day(9)))[1] == 100


def test_there_is_no_verdict_on_the_deadline_itself(customer: Customer) -> None:
    make_commitment(customer, (day(23), 100))
    make_payment(customer, 100, on=day(20))
    stand_on()
    assert rate(on=day(23)) is None
    assert counted(on=day(24)) == (100, 100, 1, 1)


def test_within_tolerance_is_kept_by_number_and_exact_by_amount(customer: Customer) -> None:
    facts.promise(customer, (day(5), 100), tolerance=1)
    make_payment(customer, 99, on=day(5))
    stand_on()
    assert counted() == (99, 100, 1, 1)


def test_more_than_was_promised_makes_up_for_nothing(customer: Customer) -> None:
    make_commitment(customer, (day(5), 100))
    make_payment(customer, 500, on=day(4))
    make_commitment(make_customer(customer.owner), (day(5), 100))
    stand_on()
    assert counted() == (100, 200, 1, 2)


def test_a_promise_that_ended_by_its_deadline_is_left_out_and_shown(customer: Customer) -> None:
    facts.end(make_commitment(customer, (day(5), 100)), on=day(5))
    stand_on()
    found = rate()
    assert found is not None
    assert (found.number, found.amount, found.renegotiated) == (0, 0, 1)
    assert (found.by_amount, found.by_number) == (None, None)


def test_a_promise_that_ended_after_its_deadline_counts(customer: Customer) -> None:
    facts.end(make_commitment(customer, (day(5), 100)), on=day(6))
    stand_on()
    assert counted() == (0, 100, 0, 1)


def test_a_promise_fulfilled_before_it_ended_counts_as_kept(customer: Customer) -> None:
    promise = make_commitment(customer, (day(9), 100))
    make_payment(customer, 100, on=day(4))
    facts.end(promise, on=day(6))
    stand_on()
    assert counted() == (100, 100, 1, 1)


def test_a_bounced_payment_takes_its_verdict_back_from_its_day_on(customer: Customer) -> None:
    make_commitment(customer, (day(5), 100))
    make_reversal(make_payment(customer, 100, on=day(5)), 100, on=day(20), reference="X")
    stand_on()
    assert counted(on=day(19)) == (100, 100, 1, 1)
    assert counted(on=day(20)) == (0, 100, 0, 1)


def test_currencies_are_never_added(cast: Cast) -> None:
    for currency in ("CNY", "USD"):
        customer = make_customer(cast.east_rep, currency=currency)
        make_commitment(customer, (day(5), 100))
    stand_on()
    rows = kept_rates(by="all", window=WHOLE, on=DAY)
    assert [(row.currency, row.amount) for row in rows] == [("CNY", 100_00), ("USD", 100_00)]


def test_a_verdict_belongs_to_the_rating_of_the_deadline(customer: Customer) -> None:
    RatingChange.objects.create(customer=customer, rating="B")
    RatingChange.objects.create(customer=customer, rating=None, valid_from=day(8))
    RatingChange.objects.create(customer=customer, rating="D", valid_from=day(12))
    make_commitment(customer, (day(7), 1), (day(8), 2), (day(12), 4))
    stand_on()
    rows = kept_rates(by="rating", window=WHOLE, on=DAY)
    assert [(row.key, row.amount) for row in rows] == [("B", 1_00), ("D", 4_00), ("", 2_00)]


def test_the_window_of_a_month_end_begins_on_the_last_day_there_is() -> None:
    assert window_of(date(2026, 5, 31), months=3) == Window(date(2026, 2, 28), date(2026, 5, 30))
    assert window_of(DAY, months=12) == Window(date(2025, 11, 23), date(2026, 11, 22))


def test_rates_of_many_customers_come_by_customer(customer: Customer) -> None:
    other = make_customer(customer.owner)
    make_commitment(customer, (day(5), 100))
    make_payment(customer, 40, on=day(5))
    make_commitment(other, (day(5), 10))
    stand_on()
    found = kept_rates_of([customer.pk, other.pk], on=DAY)
    assert {id_: row.by_amount for id_, row in found.items()} == {
        customer.pk: Decimal("0.4000"), other.pk: Decimal("0.0000"),
    }  # fmt: skip


# What was entered by hand today, and what was known before. The clock of the database is the day.


def entered(commitment: Commitment, on: date) -> None:
    """Let a promise have been entered by a person on the day."""
    noon = datetime.combine(on, time(12), ZoneInfo(organisation().time_zone))
    Commitment.objects.filter(pk=commitment.pk).update(
        entered_at=noon, entered_by=commitment.customer.owner
    )


def test_money_before_the_day_of_entry_fills_the_promise_but_no_rate(customer: Customer) -> None:
    entered(make_commitment(customer, (day(9), 100)), day(6))
    make_payment(customer, 60, on=day(5))
    make_payment(customer, 10, on=day(6))
    stand_on()
    assert counted() == (10, 40, 0, 1)


def test_a_promise_filled_before_it_was_entered_is_in_no_rate(customer: Customer) -> None:
    entered(make_commitment(customer, (day(9), 100)), day(6))
    make_payment(customer, 100, on=day(5))
    stand_on()
    assert counted() == (0, 0, 0, 0)


def test_an_imported_promise_counts_whole(customer: Customer) -> None:
    promise = make_commitment(customer, (day(9), 100))
    entered(promise, day(20))
    file = ImportRecord.objects.create(kind="commitments", filename="x", sha256="0")
    Commitment.objects.update(import_record=file)
    make_payment(customer, 100, on=day(5))
    stand_on()
    assert counted() == (100, 100, 1, 1)


# The tricks, by the operations that people have.


@pytest.fixture
def broken(customer: Customer) -> Commitment:
    """A promise of 100 that lapsed yesterday, with nothing paid."""
    now = today()
    promise = facts.promise(
        customer, (now - timedelta(days=1), 100), made_on=now - timedelta(days=20)
    )
    entered(promise, now - timedelta(days=20))
    stand_on(now)
    return promise


def now_counted(later: int = 0) -> tuple[int, int, int, int]:
    on = today() + timedelta(days=later)
    return counted(on, window_of(on, months=12))


def new_terms(amount: int, *, back: int = 0) -> Terms:
    due_on = today() + timedelta(days=5)
    made_on = today() - timedelta(days=back)
    return Terms(made_on=made_on, instalments=[(due_on, amount * 100)])


def test_renegotiating_a_lapsed_promise_launders_nothing(broken: Commitment) -> None:
    assert now_counted() == (0, 100, 0, 1)
    renegotiate(
        commitment=broken, terms=new_terms(100), reason="later", asked_by="customer",
        by=broken.customer.owner, on=today(),
    )  # fmt: skip
    assert now_counted() == (0, 100, 0, 1)


def test_dating_a_renegotiation_back_before_the_deadline_launders_nothing(
    broken: Commitment,
) -> None:
    renegotiate(
        commitment=broken, terms=new_terms(100, back=1), reason="later", asked_by="customer",
        by=broken.customer.owner, on=today(),
    )  # fmt: skip
    broken.refresh_from_db()
    assert broken.ended_on == today() - timedelta(days=1)
    assert now_counted() == (0, 100, 0, 1)


def test_cancelling_a_lapsed_promise_launders_nothing(broken: Commitment) -> None:
    cancel_promise(commitment=broken, reason="a mistake", by=broken.customer.owner, on=today())
    assert now_counted() == (0, 100, 0, 1)


def test_cancelling_on_a_day_gone_by_launders_nothing(broken: Commitment) -> None:
    """As where pages still stand on the day before."""
    yesterday = today() - timedelta(days=1)
    cancel_promise(commitment=broken, reason="a mistake", by=broken.customer.owner, on=yesterday)
    assert now_counted() == (0, 100, 0, 1)


def test_a_promise_dated_back_over_money_already_there_betters_nothing(broken: Commitment) -> None:
    other = make_customer(broken.customer.owner)
    make_payment(other, 300, on=today() - timedelta(days=1))
    record_promise(customer=other, terms=new_terms(300, back=1), by=other.owner, on=today())
    stand_on(today() + timedelta(days=30))
    assert Commitment.objects.get(customer=other).instalments.get().standing.verdict == "kept"
    assert now_counted(later=30) == (0, 100, 0, 1)


def test_handing_the_customer_over_moves_no_verdict(broken: Commitment, cast: Cast) -> None:
    customer = broken.customer
    hand_over(
        customers=[customer.pk], former=cast.east_rep, to=cast.east_rep_two, actor=cast.east_manager
    )
    rows = kept_rates(by="rep", window=window_of(today(), months=12), on=today())
    assert [(row.key, row.amount, row.on_time) for row in rows] == [("anna@kept.test", 100_00, 0)]


def test_after_a_hand_over_the_new_reps_verdicts_are_the_new_reps(
    customer: Customer, cast: Cast
) -> None:
    make_commitment(customer, (day(5), 100), (day(12), 40))
    facts.hand_over(customer, cast.east_rep_two, on=day(12))
    stand_on()
    rows = kept_rates(by="rep", window=WHOLE, on=DAY)
    assert [(row.key, row.amount) for row in rows] == [
        ("anna@kept.test", 100_00), ("bo@kept.test", 40_00),
    ]  # fmt: skip
    mine = kept_rates(by="customer", window=WHOLE, on=DAY, owners=[cast.east_rep_two.pk])
    assert [row.amount for row in mine] == [40_00]


def test_rating_a_customer_anew_moves_no_verdict(broken: Commitment, cast: Cast) -> None:
    RatingChange.objects.create(customer=broken.customer, rating="B")
    change_rating(
        customer=broken.customer, rating="D", expected="B", by=cast.east_manager, on=today()
    )
    rows = kept_rates(by="rating", window=window_of(today(), months=12), on=today())
    assert [row.key for row in rows] == ["B"]
