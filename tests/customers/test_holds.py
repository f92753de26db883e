"""A hold has a reason, an owner and an end; it lifts itself, or a person lifts it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from collections_app.accounts.models import AuditEntry
from collections_app.customers.holds import HoldRefused, hold_in_force, lift_hold, put_on_hold
from collections_app.customers.models import Customer, Hold
from tests.conftest import Cast
from tests.web.facts import DAY, day, make_customer


@pytest.fixture
def customer(cast: Cast) -> Customer:
    return make_customer(cast.east_rep)


def put(customer: Customer, **more: Any) -> Hold:
    values: dict[str, Any] = {
        "kind": "dispute",
        "ends_on": day(28),
        "on": DAY,
        "note": "Short delivery",
    }
    return put_on_hold(customer=customer, by=customer.owner, **(values | more))


def test_a_hold_is_in_force_from_today_to_the_end_of_its_last_day(customer: Customer) -> None:
    hold = put(customer)
    assert hold_in_force(customer, on=DAY) == hold
    assert hold_in_force(customer, on=day(28)) == hold
    assert hold_in_force(customer, on=day(29)) is None
    assert hold_in_force(customer, on=day(22)) is None


def test_a_hold_is_on_record(customer: Customer, cast: Cast) -> None:
    put(customer)
    entry = AuditEntry.objects.get(subject_kind="hold")
    assert (entry.verb, entry.actor) == ("put", cast.east_rep)
    assert entry.payload["note"] == "Short delivery"


def test_a_lifted_hold_counts_no_more_from_that_day(customer: Customer) -> None:
    hold = put(customer)
    lift_hold(hold=hold, by=customer.owner, on=day(25))
    assert hold_in_force(customer, on=day(24)) == hold
    assert hold_in_force(customer, on=day(25)) is None
    assert AuditEntry.objects.filter(subject_kind="hold", verb="lift").count() == 1


def test_what_has_ended_is_not_lifted_again(customer: Customer) -> None:
    hold = put(customer)
    lift_hold(hold=hold, by=customer.owner, on=day(25))
    with pytest.raises(HoldRefused) as refusal:
        lift_hold(hold=hold, by=customer.owner, on=day(26))
    assert refusal.value.code == "already_ended"


def test_one_hold_is_in_force_at_a_time(customer: Customer) -> None:
    put(customer)
    with pytest.raises(HoldRefused) as refusal:
        put(customer, on=day(25), kind="holiday")
    assert refusal.value.code == "conflict"
    assert Hold.objects.count() == 1


def test_after_one_has_ended_another_may_begin(customer: Customer) -> None:
    put(customer, ends_on=day(24))
    assert put(customer, on=day(25)).starts_on == day(25)


@pytest.mark.parametrize(
    ("values", "code", "field"),
    [
        ({"kind": "mood"}, "unknown_value", "kind"),
        ({"kind": "other", "note": ""}, "required", "note"),
        ({"ends_on": day(22)}, "ends_before_today", "ends_on"),
        ({"ends_on": DAY + timedelta(days=91)}, "out_of_range", "ends_on"),
    ],
)
def test_what_is_no_hold_is_refused_by_its_field(
    customer: Customer, values: dict[str, Any], code: str, field: str
) -> None:
    with pytest.raises(HoldRefused) as refusal:
        put(customer, **values)
    assert (refusal.value.code, refusal.value.field) == (code, field)
    assert not Hold.objects.exists()


def test_ninety_days_are_the_longest(customer: Customer) -> None:
    assert put(customer, ends_on=DAY + timedelta(days=90)).ends_on == DAY + timedelta(days=90)
