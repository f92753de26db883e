"""Rating and regular payment: dated, on record, by one row a day, and taken back the same day."""

from __future__ import annotations

from datetime import date, timedelta
from importlib import import_module

import pytest
from django.db import connection

from collections_app.accounts.models import AuditEntry
from collections_app.actions.promise import Terms, record_promise
from collections_app.core.refusals import Overtaken, Refused
from collections_app.customers import terms
from collections_app.customers.models import Customer, RatingChange, RegularAgreement
from collections_app.organisation.queries import today
from tests import facts
from tests.conftest import Cast
from tests.web.facts import DAY, make_customer, stand_on


@pytest.fixture
def customer(cast: Cast) -> Customer:
    customer = make_customer(cast.east_rep)
    RatingChange.objects.create(customer=customer, rating="B")
    return customer


def ratings(customer: Customer) -> list[tuple[date | None, str | None]]:
    rows = RatingChange.objects.filter(customer=customer).order_by("pk")
    return list(rows.values_list("valid_from", "rating"))


def rate(
    customer: Customer, cast: Cast, rating: str | None, expected: str | None, on: date = DAY
) -> None:
    terms.change_rating(
        customer=customer, rating=rating, expected=expected, by=cast.east_manager, on=on
    )


def test_a_rating_counts_from_its_day_and_is_on_record(customer: Customer, cast: Cast) -> None:
    rate(customer, cast, "D", "B")
    customer.refresh_from_db()
    assert customer.rating == "D"
    assert ratings(customer) == [(None, "B"), (DAY, "D")]
    entry = AuditEntry.objects.get(verb="rate")
    assert (entry.actor, entry.payload["before"]) == (cast.east_manager, {"rating": "B"})


def test_two_ratings_of_a_day_are_one_row(customer: Customer, cast: Cast) -> None:
    rate(customer, cast, "D", "B")
    rate(customer, cast, "C", "D")
    assert ratings(customer) == [(None, "B"), (DAY, "C")]


def test_a_customer_may_be_unrated_again(customer: Customer, cast: Cast) -> None:
    rate(customer, cast, None, "B")
    assert ratings(customer) == [(None, "B"), (DAY, None)]


@pytest.mark.parametrize(("rating", "code"), [("E", "unknown_value"), ("B", "unchanged")])
def test_what_is_no_change_or_no_rating_is_refused(
    customer: Customer, cast: Cast, rating: str, code: str
) -> None:
    with pytest.raises(Refused) as refusal:
        rate(customer, cast, rating, "B")
    assert refusal.value.code == code
    assert ratings(customer) == [(None, "B")]


def test_who_saw_another_rating_is_told_who_was_first(customer: Customer, cast: Cast) -> None:
    rate(customer, cast, "D", "B")
    with pytest.raises(Overtaken, match="Mei rated this customer meanwhile: it is D now"):
        rate(customer, cast, "A", "B")


def test_a_rating_taken_back_leaves_no_row(customer: Customer, cast: Cast) -> None:
    rate(customer, cast, "D", "B")
    terms.take_back_rating(customer=customer, by=cast.east_manager, on=DAY)
    customer.refresh_from_db()
    assert (customer.rating, ratings(customer)) == ("B", [(None, "B")])
    assert AuditEntry.objects.filter(verb="rate_back").exists()


def test_the_second_rating_of_a_day_taken_back_leaves_the_first(
    customer: Customer, cast: Cast
) -> None:
    rate(customer, cast, "D", "B")
    rate(customer, cast, "C", "D")
    terms.take_back_rating(customer=customer, by=cast.east_manager, on=DAY)
    assert ratings(customer) == [(None, "B"), (DAY, "D")]


def test_a_rating_is_taken_back_once_and_on_its_day_only(customer: Customer, cast: Cast) -> None:
    rate(customer, cast, "D", "B")
    for on in (DAY + timedelta(days=1), DAY, DAY):
        if on == DAY and Customer.objects.get(pk=customer.pk).rating == "D":
            terms.take_back_rating(customer=customer, by=cast.east_manager, on=on)
            continue
        with pytest.raises(Refused) as refusal:
            terms.take_back_rating(customer=customer, by=cast.east_manager, on=on)
        assert refusal.value.code == "too_late"


def test_a_rating_that_a_file_changed_since_is_not_taken_back(
    customer: Customer, cast: Cast
) -> None:
    rate(customer, cast, "D", "B")
    Customer.objects.filter(pk=customer.pk).update(rating="A")
    with pytest.raises(Refused) as refusal:
        terms.take_back_rating(customer=customer, by=cast.east_manager, on=DAY)
    assert refusal.value.code == "conflict"


def test_promises_keep_the_grace_they_were_made_with(customer: Customer, cast: Cast) -> None:
    stand_on(today())
    due = Terms(made_on=today(), instalments=[(today() + timedelta(days=9), 5_00)])
    made = record_promise(customer=customer, terms=due, by=cast.east_rep, on=today())
    deadline = made.instalments.get().deadline_on
    rate(customer, cast, "D", "B", on=today())
    made.refresh_from_db()
    assert (made.grace_days, made.instalments.get().deadline_on) == (1, deadline)
    customer.refresh_from_db()
    later = record_promise(customer=customer, terms=due, by=cast.east_rep, on=today())
    assert later.grace_days == 0


def agreements(customer: Customer) -> list[tuple[date | None, int | None, int | None]]:
    rows = RegularAgreement.objects.filter(customer=customer).order_by("pk")
    return list(rows.values_list("valid_from", "amount", "day"))


def present(customer: Customer) -> tuple[int | None, int | None]:
    customer.refresh_from_db()
    return customer.regular_amount, customer.regular_day


def agree(customer: Customer, **more: object) -> None:
    values = {"amount": 500_00, "day": 31, "agreed_with": "Mr Li", "valid_from": DAY}
    values |= {"expected": present(customer), "by": customer.owner, "on": DAY}
    terms.agree_regular_payment(customer=customer, **(values | more))  # type: ignore[arg-type]


def test_an_agreement_counts_from_its_day_and_is_the_present_one(customer: Customer) -> None:
    agree(customer)
    assert present(customer) == (500_00, 31)
    assert agreements(customer) == [(DAY, 500_00, 31)]


def test_a_later_agreement_leaves_the_former_for_its_time(customer: Customer) -> None:
    agree(customer, valid_from=DAY - timedelta(days=31))
    agree(customer, amount=700_00)
    assert agreements(customer) == [
        (DAY - timedelta(days=31), 500_00, 31), (DAY, 700_00, 31),
    ]  # fmt: skip


def test_an_agreement_that_ended_counts_no_more(customer: Customer) -> None:
    agree(customer, valid_from=DAY - timedelta(days=3))
    terms.end_regular_payment(customer=customer, expected=(500_00, 31), by=customer.owner, on=DAY)
    assert present(customer) == (None, None)
    assert agreements(customer)[-1] == (DAY, None, None)


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"amount": 0}, "out_of_range"),
        ({"day": 0}, "out_of_range"),
        ({"day": 32}, "out_of_range"),
        ({"agreed_with": ""}, "required"),
        ({"valid_from": DAY + timedelta(days=1)}, "out_of_range"),
        ({"valid_from": DAY - timedelta(days=32)}, "out_of_range"),
    ],
)
def test_what_cannot_be_agreed_is_refused(
    customer: Customer, values: dict[str, object], code: str
) -> None:
    with pytest.raises(Refused) as refusal:
        agree(customer, **values)
    assert refusal.value.code == code
    assert agreements(customer) == []


def test_the_same_again_and_one_before_a_later_one_are_refused(customer: Customer) -> None:
    agree(customer)
    for values, code in (
        ({}, "unchanged"),
        ({"amount": 1_00, "valid_from": DAY - timedelta(days=1)}, "before_former"),
    ):
        with pytest.raises(Refused) as refusal:
            agree(customer, **values)
        assert refusal.value.code == code


def test_who_saw_another_agreement_is_told(customer: Customer) -> None:
    agree(customer)
    with pytest.raises(Overtaken):
        agree(customer, amount=1_00, expected=(None, None))


def test_an_agreement_and_an_end_can_be_taken_back(customer: Customer) -> None:
    agree(customer, valid_from=DAY - timedelta(days=9))
    terms.end_regular_payment(customer=customer, expected=(500_00, 31), by=customer.owner, on=DAY)
    terms.take_back_regular(customer=customer, by=customer.owner, on=DAY)
    assert present(customer) == (500_00, 31)
    assert agreements(customer) == [(DAY - timedelta(days=9), 500_00, 31)]


def test_a_first_agreement_taken_back_leaves_nothing(customer: Customer) -> None:
    agree(customer, valid_from=DAY - timedelta(days=9))
    terms.take_back_regular(customer=customer, by=customer.owner, on=DAY)
    assert (present(customer), agreements(customer)) == ((None, None), [])


def test_nothing_agreed_cannot_end(customer: Customer) -> None:
    with pytest.raises(Refused) as refusal:
        terms.end_regular_payment(
            customer=customer, expected=(None, None), by=customer.owner, on=DAY
        )
    assert refusal.value.code == "unchanged"


def test_a_hand_over_keeps_both(customer: Customer, cast: Cast) -> None:
    agree(customer)
    facts.hand_over(customer, cast.east_rep_two, on=DAY)
    assert (present(customer), ratings(customer)) == ((500_00, 31), [(None, "B")])


def test_regular_payments_known_before_count_from_the_beginning(customer: Customer) -> None:
    step = import_module("collections_app.customers.migrations.0004_agreements_of_customers")
    Customer.objects.filter(pk=customer.pk).update(regular_amount=500_00, regular_day=5)
    make_customer(customer.owner)
    for _ in range(2):
        with connection.cursor() as cursor:
            cursor.execute(step.COPY)
    assert agreements(customer) == [(None, 500_00, 5)]
    assert RegularAgreement.objects.count() == 1
