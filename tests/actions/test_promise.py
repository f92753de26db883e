"""A promise by hand: what is taken, what is refused by name, what each step leaves on record."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from collections_app.accounts.models import AuditEntry
from collections_app.actions.promise import (
    PromiseRefused,
    Terms,
    cancel_promise,
    record_promise,
    renegotiate,
    take_back_promise,
)
from collections_app.commitments.models import Commitment, Instalment
from collections_app.customers.models import Customer, Evidence
from collections_app.planning.measures import take_back_measure
from collections_app.planning.models import Measure
from collections_app.standing.figures import customer_figures
from collections_app.standing.models import InstalmentStanding
from collections_app.standing.queries import commitments_of
from tests.conftest import Cast
from tests.racing import side_by_side
from tests.web.facts import (
    DAY,
    MONTH,
    day,
    make_customer,
    make_measure,
    make_payment,
    make_plan,
    stand_on,
)

TEN = 10_000_00


@pytest.fixture
def customer(cast: Cast) -> Customer:
    stand_on()
    return make_customer(cast.east_rep)


def terms(*instalments: tuple[date, int], made_on: date = DAY, **more: object) -> Terms:
    return Terms(made_on=made_on, instalments=instalments or ((day(30), TEN),), **more)  # type: ignore[arg-type]


def make_evidence(customer: Customer) -> Evidence:
    return Evidence.objects.create(
        customer=customer, stored_as="x", filename="chat.png", content_type="image/png",
        bytes=1, sha256="0",
    )  # fmt: skip


def record_one(customer: Customer, what: Terms | None = None) -> Commitment:
    return record_promise(customer=customer, terms=what or terms(), by=customer.owner, on=DAY)


def state_of(commitment: Commitment, on: date = DAY) -> str:
    found = commitments_of([commitment.customer_id], on=on)[commitment.customer_id]
    return next(s.state for s in found if s.commitment.id == commitment.pk)


def refusal_of(customer: Customer, what: Terms) -> str:
    with pytest.raises(PromiseRefused) as refused:
        record_one(customer, what)
    assert Commitment.objects.count() == 0
    return refused.value.code


def test_instalments_are_placed_by_due_date_and_their_state_is_kept(customer: Customer) -> None:
    made = record_one(customer, terms((day(30), 300), (day(25), 100)))
    rows = Instalment.objects.filter(commitment=made).order_by("position")
    assert [(row.due_on, row.amount) for row in rows] == [(day(25), 100), (day(30), 300)]
    assert set(InstalmentStanding.objects.values_list("state", flat=True)) == {"open"}


# 23 November 2026 is a Monday: Friday is one working day back, Thursday two, Wednesday three.
@pytest.mark.parametrize("made_on", [day(23), day(20), day(19)])
def test_a_promise_up_to_two_working_days_old_is_taken(customer: Customer, made_on: date) -> None:
    assert record_one(customer, terms(made_on=made_on)).made_on == made_on


def test_a_promise_three_working_days_old_is_refused(customer: Customer) -> None:
    assert refusal_of(customer, terms(made_on=day(18))) == "made_too_long_ago"


@pytest.mark.parametrize(
    ("what", "code"),
    [
        (terms(made_on=day(24)), "out_of_range"),
        (terms((day(22), 100), made_on=day(20)), "due_before_today"),
        (terms((day(30), 0)), "out_of_range"),
        (terms((day(30), -5)), "out_of_range"),
        (terms((day(30), 10**16)), "out_of_range"),
        (terms((date(2040, 1, 1), 5)), "out_of_range"),
        (Terms(made_on=DAY, instalments=()), "required"),
        (terms(channel="smoke"), "unknown_value"),
    ],
)
def test_what_breaks_a_rule_is_refused_by_name(customer: Customer, what: Terms, code: str) -> None:
    assert refusal_of(customer, what) == code


def test_another_customers_measure_is_refused(customer: Customer, cast: Cast) -> None:
    foreign = make_measure(make_plan(make_customer(cast.west_rep), 100), 50)
    assert refusal_of(customer, terms(measure=foreign)) == "unknown_value"


def test_a_measure_counts_less_what_the_promise_that_came_of_it_brings(customer: Customer) -> None:
    measure = make_measure(make_plan(customer, 100_000), 40_000)
    record_one(customer, terms(measure=measure))
    (row,) = customer_figures(MONTH, on=DAY)
    assert (row.committed, row.measures, row.uncovered) == (TEN, 30_000_00, 60_000_00)


def test_renegotiating_ends_the_former_on_the_day_the_new_one_was_made(customer: Customer) -> None:
    former = record_one(customer, terms(made_on=day(19)))
    new = renegotiate(
        commitment=former, terms=terms((day(30), TEN), made_on=day(20)), reason="Cash is short",
        asked_by="customer", by=customer.owner, on=DAY,
    )  # fmt: skip
    former.refresh_from_db()
    assert (former.ended_on, former.ending, former.end_reason) == (
        day(20), "superseded", "Cash is short",
    )  # fmt: skip
    assert (state_of(former), state_of(new)) == ("superseded", "open")
    verbs = AuditEntry.objects.filter(customer_id=customer.pk).values_list("verb", flat=True)
    assert sorted(verbs) == ["record", "renegotiate", "supersede"]


def test_a_renegotiated_promise_is_the_second_for_its_money(customer: Customer) -> None:
    former = record_one(customer)
    renegotiate(
        commitment=former, terms=terms(), reason="r", asked_by="us", by=customer.owner, on=DAY
    )
    found = commitments_of([customer.pk], on=DAY)[customer.pk]
    assert sorted(state.promise_number for state in found) == [1, 2]


def test_a_promise_is_replaced_once(customer: Customer) -> None:
    former = record_one(customer)
    again = dict(terms=terms(), reason="r", asked_by="us", by=customer.owner, on=DAY)  # noqa: C408
    renegotiate(commitment=former, **again)  # type: ignore[arg-type]
    with pytest.raises(PromiseRefused) as refused:
        renegotiate(commitment=former, **again)  # type: ignore[arg-type]
    assert refused.value.code == "already_ended"


def test_a_cancelled_promise_stays_cancelled_and_joins_the_chain(customer: Customer) -> None:
    former = record_one(customer)
    cancel_promise(commitment=former, reason="Disputed", by=customer.owner, on=DAY)
    new = renegotiate(
        commitment=former, terms=terms(), reason="r", asked_by="us", by=customer.owner, on=DAY
    )
    former.refresh_from_db()
    assert (former.ending, new.supersedes) == ("cancelled", former)


def test_cancelling_needs_a_reason(customer: Customer) -> None:
    made = record_one(customer)
    with pytest.raises(PromiseRefused) as refused:
        cancel_promise(commitment=made, reason="", by=customer.owner, on=DAY)
    assert (refused.value.code, refused.value.field) == ("required", "reason")
    assert state_of(made) == "open"


def test_what_is_ended_is_not_ended_again(customer: Customer) -> None:
    made = record_one(customer)
    cancel_promise(commitment=made, reason="r", by=customer.owner, on=DAY)
    with pytest.raises(PromiseRefused) as refused:
        cancel_promise(commitment=made, reason="r", by=customer.owner, on=DAY)
    assert refused.value.code == "already_ended"


def test_money_that_came_on_an_ended_promise_still_counts_as_committed(customer: Customer) -> None:
    make_plan(customer, 100_000)
    made = record_one(customer)
    make_payment(customer, 4_000, on=DAY)
    stand_on()
    # Cancelled the day after: a payment on the very day would no longer count to it.
    cancel_promise(commitment=made, reason="r", by=customer.owner, on=DAY + timedelta(days=1))
    (row,) = customer_figures(MONTH, on=DAY + timedelta(days=1))
    assert row.committed == 4_000_00


def test_a_typing_error_is_taken_back_on_its_day(customer: Customer) -> None:
    made = record_one(customer)
    take_back_promise(commitment=made, by=customer.owner)
    assert Commitment.objects.count() == 0
    kept = AuditEntry.objects.get(verb="take_back").payload
    assert kept["instalments"] == [["2026-11-30", TEN]]


def test_taking_back_a_replacement_puts_the_former_in_force_again(customer: Customer) -> None:
    former = record_one(customer)
    new = renegotiate(
        commitment=former, terms=terms(), reason="r", asked_by="us", by=customer.owner, on=DAY
    )
    take_back_promise(commitment=new, by=customer.owner)
    assert state_of(former) == "open"


def test_a_promise_entered_on_an_earlier_day_is_not_taken_back(customer: Customer) -> None:
    made = record_one(customer)
    Commitment.objects.update(entered_at="2026-01-05T12:00:00Z")
    with pytest.raises(PromiseRefused) as refused:
        take_back_promise(commitment=made, by=customer.owner)
    assert refused.value.code == "too_late"


@pytest.mark.django_db(transaction=True)
def test_of_two_endings_at_once_one_is_refused(customer: Customer) -> None:
    made, refused = record_one(customer), []

    def cancel() -> None:
        try:
            cancel_promise(commitment=made, reason="r", by=customer.owner, on=DAY)
        except PromiseRefused as refusal:
            refused.append(refusal.code)

    side_by_side(cancel, cancel)
    assert refused == ["already_ended"]
    assert AuditEntry.objects.filter(verb="cancel").count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_measure_taken_back_meanwhile_is_not_named(customer: Customer) -> None:
    measure = make_measure(make_plan(customer, 100_000), 40_000)
    take_back_measure(measure=measure, by=customer.owner)
    what = terms(measure=Measure.objects.model(pk=measure.pk, plan=measure.plan))
    assert refusal_of(customer, what) == "unknown_value"


def test_a_promise_put_in_force_again_has_that_on_its_record(customer: Customer) -> None:
    former = record_one(customer)
    new = renegotiate(
        commitment=former, terms=terms(), reason="r", asked_by="us", by=customer.owner, on=DAY
    )
    take_back_promise(commitment=new, by=customer.owner)
    entry = AuditEntry.objects.get(verb="reinstate")
    assert entry.subject_id == str(former.public_id)
    assert entry.payload["reference"] == former.reference


def test_evidence_of_a_promise_is_on_its_record(customer: Customer) -> None:
    record_one(customer, terms(evidence=make_evidence(customer)))
    assert AuditEntry.objects.get(verb="record").payload["evidence"] == "chat.png"
