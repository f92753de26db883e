"""Much that happened to a customer, for tests of its timeline."""

from __future__ import annotations

from datetime import date, timedelta

from collections_app.customers.models import Customer
from collections_app.followups.models import FollowUp
from collections_app.organisation.queries import moment_on
from tests.web.facts import make_payment


def make_many(customer: Customer, count: int) -> None:
    """So many days with a payment and a follow-up each, some of both on one day."""
    for number in range(count):
        on_day = date(2026, 1, 1) + timedelta(days=number // 2)
        make_payment(customer, 10 + number, on=on_day)
        FollowUp.objects.create(
            customer=customer, at=moment_on(on_day) + timedelta(seconds=number), on_day=on_day,
            outcome="other", note=f"No. {number}",
        )  # fmt: skip
