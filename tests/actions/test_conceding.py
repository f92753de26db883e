"""What an approval does to a promise, and to what is owed in general."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collections_app.actions.ask_for import (
    RequestRefused,
)
from collections_app.actions.conceding import lessened, owed_of, postponed
from collections_app.actions.decide import approve
from collections_app.actions.promise import PromiseRefused, cancel_promise, take_back_promise
from collections_app.commitments.models import Commitment
from collections_app.core.refusals import Overtaken
from collections_app.customers.models import Customer
from collections_app.organisation.queries import today
from collections_app.standing.models import InstalmentStanding
from tests.actions.asking import (
    ask,
    ask_promise,
    code_of,
    figures,
    make_asked_customer,
    parts,
    promise,
    wish,
)
from tests.conftest import Cast
from tests.web.facts import (
    DAY,
    day,
    make_payment,
    stand_on,
)


@pytest.fixture
def customer(cast: Cast) -> Customer:
    return make_asked_customer(cast)


# --- what an approval does to a promise


def test_postponed_the_earliest_of_what_is_owed_is_due_later(
    customer: Customer, cast: Cast
) -> None:
    asked = approve(request=ask_promise(customer, amount=200), by=cast.east_manager, on=DAY)
    assert promise().ending == "superseded"
    assert "Request of Anna" in promise().end_reason
    # The rest of what lapsed is due today; no due date lies in the past.
    assert parts(asked.made) == [(DAY, 100), (day(25), 500), (day(30), 200)]
    assert asked.conceded == 200_00


def test_reduced_less_is_owed(customer: Customer, cast: Cast) -> None:
    asked = approve(request=ask_promise(customer, "reduce", 400), by=cast.east_manager, on=DAY)
    assert parts(asked.made) == [(day(25), 400)]
    assert figures().target == 1_000_00


def test_accepted_whole_the_promise_is_cancelled(customer: Customer, cast: Cast) -> None:
    asked = approve(request=ask_promise(customer, "accept", 800), by=cast.east_manager, on=DAY)
    assert (promise().ending, asked.made, asked.conceded) == ("cancelled", None, 800_00)
    assert figures().target == 1_000_00


def test_accepted_in_part_less_is_owed(customer: Customer, cast: Cast) -> None:
    asked = approve(request=ask_promise(customer, "accept", 300), by=cast.east_manager, on=DAY)
    assert parts(asked.made) == [(day(25), 500)]


def test_money_of_the_day_itself_counts_to_the_new_promise_once(
    customer: Customer, cast: Cast
) -> None:
    make_payment(customer, 100, on=DAY)
    stand_on()
    asked = approve(request=ask_promise(customer, amount=200), by=cast.east_manager, on=DAY)
    assert parts(asked.made) == [(DAY, 100), (day(25), 500), (day(30), 200)]
    assert asked.made is not None
    assert owed_of(asked.made, on=DAY).amount == 700_00


def test_what_was_paid_meanwhile_is_told_and_then_less_is_conceded(
    customer: Customer, cast: Cast
) -> None:
    asked = ask_promise(customer, "reduce", 800)
    make_payment(customer, 300, on=day(20))
    with pytest.raises(Overtaken, match=r"owed ¥800\.00 .* owes ¥500\.00"):
        approve(request=asked, by=cast.east_manager, on=DAY, seen=800_00)
    asked = approve(request=asked, by=cast.east_manager, on=DAY, seen=500_00)
    assert (asked.amount, asked.conceded) == (800_00, 500_00)


def test_a_promise_ended_meanwhile_takes_the_request_along(customer: Customer, cast: Cast) -> None:
    asked = ask_promise(customer)
    cancel_promise(commitment=promise(), reason="sold", by=customer.owner, on=DAY)
    with pytest.raises(Overtaken):
        approve(request=asked, by=cast.east_manager, on=DAY)


def test_a_promise_paid_meanwhile_leaves_nothing_to_concede(customer: Customer, cast: Cast) -> None:
    asked = ask_promise(customer)
    make_payment(customer, 800, on=day(22))
    stand_on()
    with pytest.raises(RequestRefused) as refused:
        approve(request=asked, by=cast.east_manager, on=DAY)
    assert code_of(refused) == "conflict"


def test_a_day_that_has_passed_cannot_be_approved(customer: Customer, cast: Cast) -> None:
    asked = ask(customer, wish(until_on=day(24), amount=100, commitment=promise()))
    with pytest.raises(RequestRefused) as refused:
        approve(request=asked, by=cast.east_manager, on=day(25))
    assert code_of(refused) == "out_of_range"


def test_the_verdict_of_what_lapsed_is_not_bettered(customer: Customer, cast: Cast) -> None:
    def verdicts() -> list[str]:
        rows = InstalmentStanding.objects.filter(instalment__commitment__reference="P-1")
        return list(rows.order_by("instalment__position").values_list("verdict", flat=True))

    assert verdicts() == ["broken", ""]
    approve(request=ask_promise(customer, "accept", 800), by=cast.east_manager, on=DAY)
    assert verdicts() == ["broken", ""]


def test_a_promise_that_a_request_is_about_is_not_taken_back(customer: Customer) -> None:
    ask_promise(customer)
    Commitment.objects.filter(reference="P-1").update(entered_at=f"{today()}T12:00:00Z")
    with pytest.raises(PromiseRefused) as refused:
        take_back_promise(commitment=promise(), by=customer.owner)
    assert code_of(refused) == "conflict"


# --- the rules, for whatever is owed

amounts = st.integers(1, 10_000)
owed = st.lists(st.tuples(st.dates(day(1), day(30)), amounts), min_size=1, max_size=8)


@given(owed, amounts, st.dates(day(1), date(2026, 12, 31)))
def test_postponing_keeps_the_sum_and_brings_nothing_forward(
    parts: list[tuple[date, int]], amount: int, until: date
) -> None:
    after = postponed(parts, amount, until=until)
    assert sum(a for _d, a in after) == sum(a for _d, a in parts)
    before_it = sum(a for d, a in parts if d < until)
    assert sum(a for d, a in after if d < until) == max(before_it - amount, 0)
    for limit in {d for d, _a in after}:
        now_due = sum(a for d, a in after if d <= limit)
        assert now_due <= sum(a for d, a in parts if d <= limit)


@given(owed, amounts)
def test_lessening_takes_the_amount_and_no_more(parts: list[tuple[date, int]], amount: int) -> None:
    after = lessened(parts, amount)
    whole = sum(a for _d, a in parts)
    assert sum(a for _d, a in after) == max(whole - amount, 0)
    assert all(a > 0 for _d, a in after)
