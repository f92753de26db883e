"""A thing to do is put off with a reason, for thirty days at most, on record."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from collections_app.accounts.models import AuditEntry
from collections_app.customers.models import Customer
from collections_app.followups.models import Snooze
from collections_app.followups.snoozing import SnoozeRefused, snooze, wake
from tests.conftest import Cast
from tests.web.facts import DAY, make_customer


@pytest.fixture
def customer(cast: Cast) -> Customer:
    return make_customer(cast.east_rep)


def put_off(customer: Customer, **more: Any) -> Snooze:
    values: dict[str, Any] = {
        "kind": "due", "subject": "7", "until": DAY + timedelta(days=2),
        "reason": "Pays on Fridays", "by": customer.owner, "on": DAY,
    }  # fmt: skip
    return snooze(customer=customer, **(values | more))


@pytest.mark.parametrize("days", [1, 30])
def test_it_waits_until_a_day_to_come(customer: Customer, days: int) -> None:
    assert put_off(customer, until=DAY + timedelta(days=days)).until == DAY + timedelta(days=days)


@pytest.mark.parametrize("days", [-1, 0, 31])
def test_not_for_a_day_that_is_past_or_too_far(customer: Customer, days: int) -> None:
    with pytest.raises(SnoozeRefused) as refused:
        put_off(customer, until=DAY + timedelta(days=days))
    assert (refused.value.code, refused.value.field) == ("out_of_range", "until")


@pytest.mark.parametrize("reason", ["", "  "])
def test_not_without_a_reason(customer: Customer, reason: str) -> None:
    with pytest.raises(SnoozeRefused) as refused:
        put_off(customer, reason=reason)
    assert refused.value.code == "required"


def test_put_off_again_the_later_word_holds(customer: Customer) -> None:
    put_off(customer)
    put_off(customer, until=DAY + timedelta(days=9), reason="Later")
    assert [(row.reason, row.until) for row in Snooze.objects.all()] == [
        ("Later", DAY + timedelta(days=9))
    ]


def test_it_is_on_record_with_its_reason(customer: Customer) -> None:
    put_off(customer)
    wake(customer=customer, kind="due", subject="7", by=customer.owner)
    entries = AuditEntry.objects.filter(subject_kind="snooze").order_by("pk")
    assert [(e.verb, e.payload["reason"]) for e in entries] == [
        ("snooze", "Pays on Fridays"), ("wake", "Pays on Fridays"),
    ]  # fmt: skip
    assert not Snooze.objects.exists()


def test_waking_what_does_not_sleep_changes_nothing(customer: Customer) -> None:
    wake(customer=customer, kind="due", subject="7", by=customer.owner)
    assert not AuditEntry.objects.filter(subject_kind="snooze").exists()
