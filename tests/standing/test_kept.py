"""What pages read of kept standing is what all facts say, on the standing day and before any."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

import pytest

from collections_app.commitments.models import Commitment, Ending, Instalment, Pin
from collections_app.customers.models import Customer
from collections_app.ledger.models import Payment
from collections_app.reminders.sweep import sweep
from collections_app.standing.kept import NextPromise, allocated_of, promises_page, summary_of
from collections_app.standing.models import State
from collections_app.standing.operations import refresh_touched
from collections_app.standing.queries import allocations_of, commitments_of, ledgers_of
from tests.builders import make_person, make_team
from tests.ledger_facts import MONTH, bounce, end, make_customer, pay, promise
from tests.web.facts import make_invoice

DAY = MONTH + timedelta(days=45)


@pytest.fixture
def customer(db: None) -> Customer:
    """A customer beside another one, whose facts are never to be mixed up with its own."""
    rep = make_person("Rep", team=make_team("Team"), email="rep@kept.test")
    other = make_customer(rep)
    promise(other, [(DAY + timedelta(days=1), 5)])
    pay(other, 7, MONTH)
    make_invoice(other, 50, due_on=MONTH)
    return make_customer(rep)


def make_history(customer: Customer, dice: Random) -> None:
    """Promises, some in chains, some paid, bounced or pinned, and invoices; some after the day."""

    def some_day(most: int = 60) -> date:
        return MONTH + timedelta(days=dice.randint(0, most))

    for _each in range(9):
        made_on = some_day(50)
        parts = [
            (made_on + timedelta(days=dice.randint(0, 30)), dice.randint(1, 90))
            for _ in range(dice.randint(1, 3))
        ]
        promise(customer, parts, made_on=made_on)
        make_invoice(customer, dice.randint(50, 200), due_on=some_day())
    made = list(Commitment.objects.filter(customer=customer).order_by("made_on", "reference"))
    for former, later in zip(made[::3], made[1::3], strict=False):
        end(former, later.made_on, Ending.SUPERSEDED)
        Commitment.objects.filter(pk=later.pk).update(supersedes=former)
    for later, latest in zip(made[1::3], made[2::3], strict=False):
        end(later, latest.made_on, dice.choice([Ending.SUPERSEDED, Ending.CANCELLED]))
        Commitment.objects.filter(pk=latest.pk).update(supersedes=later)
    instalments = list(Instalment.objects.filter(customer=customer).order_by("pk"))
    for number in range(10):
        payment = pay(customer, dice.randint(1, 150), some_day())
        if number % 3 == 0:
            Pin.objects.create(payment=payment, instalment=dice.choice(instalments))
        if number % 4 == 0:
            bounce(payment, payment.received_on + timedelta(days=dice.randint(0, 9)))
    refresh_touched()


@pytest.mark.parametrize("is_swept", [True, False])
@pytest.mark.parametrize("seed", range(6))
def test_pages_of_promises_are_those_of_all_facts(
    customer: Customer, seed: int, is_swept: bool
) -> None:
    make_history(customer, Random(seed))
    if is_swept:
        sweep(on=DAY, notify=False)
    latest_first = commitments_of([customer.pk], on=DAY)[customer.pk][::-1]
    pages = [promises_page(customer.pk, on=DAY, start=start, limit=2) for start in range(0, 12, 2)]
    assert [state for page in pages for state in page.states] == latest_first
    for page in pages:
        of = {i.instalment.id for state in page.states for i in state.instalments}
        assert page.money == [
            part for part in allocations_of(customer.pk, on=DAY) if part.instalment in of
        ]


@pytest.mark.parametrize("is_swept", [True, False])
@pytest.mark.parametrize("seed", range(6))
def test_money_of_payments_is_that_of_all_facts(
    customer: Customer, seed: int, is_swept: bool
) -> None:
    make_history(customer, Random(seed))
    if is_swept:
        sweep(on=DAY, notify=False)
    some = set(Payment.objects.filter(customer=customer).values_list("pk", flat=True)[:5])
    expected = [part for part in allocations_of(customer.pk, on=DAY) if part.payment in some]
    assert allocated_of(some, customer_id=customer.pk, on=DAY) == expected


@pytest.mark.parametrize("is_swept", [True, False])
@pytest.mark.parametrize("seed", range(6))
def test_the_summary_is_that_of_all_facts(customer: Customer, seed: int, is_swept: bool) -> None:
    make_history(customer, Random(seed))
    if is_swept:
        sweep(on=DAY, notify=False)
    ledger = ledgers_of([customer.pk], on=DAY)[customer.pk]
    states = commitments_of([customer.pk], on=DAY)[customer.pk]
    still = [i.instalment for c in states for i in c.instalments if i.state == State.OPEN]
    first = min(still, key=lambda i: (i.due_on, i.id), default=None)
    found = summary_of(customer.pk, on=DAY)
    assert (found.open, found.overdue, found.unapplied) == (
        ledger.open, ledger.overdue, ledger.unapplied,
    )  # fmt: skip
    assert found.promises == len(states)
    assert found.next_promise == (first and NextPromise(first.due_on, first.amount))


def test_money_without_an_invoice_is_unapplied(customer: Customer) -> None:
    pay(customer, 70, MONTH)
    sweep(on=DAY, notify=False)
    found = summary_of(customer.pk, on=DAY)
    assert (found.open, found.overdue, found.unapplied) == (0, 0, 70_00)


def test_a_customer_without_facts_has_nothing(customer: Customer) -> None:
    sweep(on=DAY, notify=False)
    found = summary_of(customer.pk, on=DAY)
    assert (found.open, found.unapplied, found.promises, found.next_promise) == (0, 0, 0, None)
    assert promises_page(customer.pk, on=DAY, start=0, limit=20).states == []
