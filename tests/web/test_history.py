"""The history of a customer: what was done, in the reader's words and days."""

from __future__ import annotations

import pytest

from collections_app.actions.hand_over import hand_over
from collections_app.actions.money import pin_payment, receive_payment
from collections_app.actions.promise import Terms, record_promise
from collections_app.commitments.models import Instalment
from collections_app.customers.models import Customer
from collections_app.customers.operations import remove_contact, save_contact
from collections_app.planning.operations import record_ask, set_target
from collections_app.web.pages.history import history_tab
from tests.conftest import Cast
from tests.web.facts import DAY, MONTH, day, make_customer, stand_on


@pytest.fixture
def customer(cast: Cast) -> Customer:
    stand_on()
    return make_customer(cast.east_rep)


def latest(customer: Customer) -> dict[str, str]:
    return dict(history_tab(customer, page=1).lines[0].details)


def ask(customer: Customer, answer: str) -> None:
    record_ask(
        customer=customer, month=MONTH, asked_on=day(3), answer=answer, by=customer.owner, on=DAY,
        ask_again_on=day(27),
    )  # fmt: skip


def test_an_answer_is_told_once_and_then_as_a_change(customer: Customer) -> None:
    ask(customer, "put_off")
    assert latest(customer) == {
        "month": "November 2026", "asked on": "Nov. 3, 2026", "answer": "put off",
        "ask again on": "Nov. 27, 2026",
    }  # fmt: skip
    ask(customer, "refused")
    assert latest(customer)["answer"] == "put off → refused"


def test_a_target_of_nothing_is_a_target(customer: Customer) -> None:
    set_target(
        customer=customer, month=MONTH, target=0, expected=None, by=customer.owner, on=day(1)
    )
    assert latest(customer)["target"] == "– → ¥0.00"


def test_a_promise_tells_its_days_and_amounts(customer: Customer) -> None:
    terms = Terms(made_on=DAY, instalments=[(day(30), 5_00)])
    record_promise(customer=customer, terms=terms, by=customer.owner, on=DAY)
    told = latest(customer)
    assert told["instalments"] == "Nov. 30, 2026: ¥5.00"
    assert told["promised on"] == "Nov. 23, 2026"


def test_what_a_payment_is_for_is_named(customer: Customer) -> None:
    terms = Terms(made_on=DAY, instalments=[(day(30), 5_00)])
    made = record_promise(customer=customer, terms=terms, by=customer.owner, on=DAY)
    payment = receive_payment(
        customer=customer, received_on=DAY, amount=5_00, by=customer.owner, on=DAY
    )
    assert latest(customer)["how it came"] == "bank transfer"
    instalment = Instalment.objects.get(commitment=made)
    pin_payment(payment=payment, instalment=instalment, expected=None, by=customer.owner)
    assert latest(customer)["is for"] == f"– → {made.reference}/1"


def test_a_removed_contact_is_told_as_it_was(customer: Customer) -> None:
    contact = save_contact(
        customer=customer, contact=None, name="Li Wei", email="", phone="138", language="en",
        is_primary=False, by=customer.owner,
    )  # fmt: skip
    remove_contact(contact=contact, by=customer.owner)
    told = latest(customer)
    assert (told["name"], told["telephone"], told["first contact"]) == ("Li Wei", "138", "yes")


def test_a_hand_over_says_from_whom_to_whom(customer: Customer, cast: Cast) -> None:
    hand_over(
        customers=[customer.pk], former=cast.east_rep, to=cast.east_rep_two, actor=cast.east_manager
    )
    told = latest(customer)
    assert (told["from"], told["to"]) == ("anna@kept.test", "bo@kept.test")
