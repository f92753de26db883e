"""A file and a person who take back the same money at once: never more than came."""

from __future__ import annotations

import threading
from datetime import date

import pytest
from django.db import transaction
from django.db.models import Sum

from collections_app.actions.money import reverse_payment
from collections_app.imports.kinds import payments
from collections_app.imports.result import ImportResult
from collections_app.ledger.models import Payment, Reversal
from tests.conftest import Cast
from tests.imports.files import customers_of, faults, take
from tests.racing import side_by_side

DAY = date(2013, 7, 9)
HEAD = "reference,customer_code,received_on,amount,reverses\n"


@pytest.fixture
def _payment(cast: Cast) -> None:
    customers_of(cast)
    take("payments", HEAD + "P1,C1,2013-07-05,300,")


def _both(cast: Cast) -> ImportResult:
    """Reverse 200 of 300 by hand, and while that is not yet through, 200 more by a file."""
    is_written, results = threading.Event(), list[ImportResult]()

    def by_hand() -> None:
        with transaction.atomic():
            reverse_payment(
                payment=Payment.objects.get(), received_on=DAY, amount=200_00, by=cast.east_rep,
                on=DAY,
            )  # fmt: skip
            is_written.set()
            threading.Event().wait(1)

    def by_file() -> None:
        is_written.wait(10)
        results.append(take("payments", HEAD + "R1,C1,2013-07-09,-200,P1"))

    side_by_side(by_hand, by_file)
    return results[0]


def _taken_back() -> int:
    total: int = Reversal.objects.aggregate(total=Sum("amount"))["total"]
    return total


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("_payment")
def test_a_file_takes_back_no_more_than_what_a_person_has_left(cast: Cast) -> None:
    assert faults(_both(cast)) == [(2, "amount", "reversal_exceeds_payment")]
    assert _taken_back() == 200_00


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("_payment")
def test_without_the_lock_more_would_be_taken_back_than_came(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: the race is real."""
    monkeypatch.setattr(payments, "hold_customers", lambda _ids: None)
    _both(cast)
    assert _taken_back() == 400_00
