"""Money by hand: received, taken back, pinned; each with its effect and its record."""

from __future__ import annotations

from datetime import date

import pytest

from collections_app.accounts.models import AuditEntry
from collections_app.actions.effects import effect_of
from collections_app.actions.money import (
    MoneyRefused,
    pin_payment,
    receive_payment,
    reverse_payment,
    take_back_payment,
    take_back_reversal,
)
from collections_app.commitments.models import Instalment, Pin
from collections_app.core.refusals import Overtaken
from collections_app.customers.models import Customer
from collections_app.ledger.models import Payment, Reversal
from collections_app.standing.models import InstalmentStanding
from collections_app.standing.operations import forget
from tests.conftest import Cast
from tests.racing import side_by_side
from tests.web.facts import (
    DAY,
    MONTH,
    day,
    make_commitment,
    make_customer,
    make_invoice,
    make_payment,
    stand_on,
    supersede,
)


@pytest.fixture
def customer(cast: Cast) -> Customer:
    """Two promises of 500 each, the first lapsed on the 10th."""
    customer = make_customer(cast.east_rep)
    make_commitment(customer, (day(10), 500), reference="FIRST")
    make_commitment(customer, (day(28), 500), reference="SECOND")
    stand_on()
    return customer


def received_by(reference: str) -> int:
    return InstalmentStanding.objects.get(instalment__commitment__reference=reference).received


def receive(customer: Customer, amount: int = 300_00, **more: object) -> Payment:
    given = {"received_on": DAY, "by": customer.owner, "on": DAY, **more}
    return receive_payment(customer=customer, amount=amount, **given)  # type: ignore[arg-type]


def instalment(reference: str) -> Instalment:
    return Instalment.objects.select_related("commitment").get(commitment__reference=reference)


def test_a_payment_by_hand_fills_the_oldest_promise_at_once(customer: Customer) -> None:
    receive(customer)
    assert (received_by("FIRST"), received_by("SECOND")) == (300_00, 0)
    assert AuditEntry.objects.get(verb="receive").payload["amount"] == 300_00


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"amount": 0}, "out_of_range"),
        ({"received_on": day(24)}, "out_of_range"),
        ({"method": "barter"}, "unknown_value"),
        ({"invoice_number": "NONE"}, "unknown_invoice"),
        ({"matures_on": day(1)}, "out_of_range"),
    ],
)
def test_a_payment_that_breaks_a_rule_is_refused_by_name(
    customer: Customer, more: dict[str, object], code: str
) -> None:
    with pytest.raises(MoneyRefused) as refused:
        receive(customer, **more)  # type: ignore[arg-type]
    assert refused.value.code == code
    assert Payment.objects.count() == 0


def test_a_payment_names_an_invoice_of_its_own_customer_only(
    customer: Customer, cast: Cast
) -> None:
    make_invoice(make_customer(cast.west_rep), 5, due_on=DAY, number="FOREIGN")
    make_invoice(customer, 5, due_on=DAY, number="OWN")
    assert receive(customer, invoice_number="OWN").invoice_number == "OWN"
    with pytest.raises(MoneyRefused):
        receive(customer, invoice_number="FOREIGN")


def test_a_reference_is_given_once_to_payments_and_reversals_together(customer: Customer) -> None:
    receive(customer, reference="BANK-1")
    with pytest.raises(MoneyRefused) as refused:
        receive(customer, reference="BANK-1")
    assert (refused.value.code, refused.value.field) == ("conflict", "reference")


def test_a_reversal_takes_the_money_off_its_promise(customer: Customer) -> None:
    payment = receive(customer)
    reverse_payment(payment=payment, received_on=DAY, amount=100_00, by=customer.owner, on=DAY)
    assert received_by("FIRST") == 200_00


def test_no_more_can_be_taken_back_than_is_left(customer: Customer) -> None:
    payment = receive(customer)
    reverse_payment(payment=payment, received_on=DAY, amount=200_00, by=customer.owner, on=DAY)
    with pytest.raises(MoneyRefused) as refused:
        reverse_payment(payment=payment, received_on=DAY, amount=100_01, by=customer.owner, on=DAY)
    assert refused.value.code == "reversal_exceeds_payment"
    assert Reversal.objects.count() == 1


def test_money_is_not_taken_back_before_it_came(customer: Customer) -> None:
    payment = receive(customer, received_on=day(20))
    with pytest.raises(MoneyRefused) as refused:
        reverse_payment(payment=payment, received_on=day(19), amount=1, by=customer.owner, on=DAY)
    assert refused.value.code == "reversal_before_payment"


def pin(payment: Payment, reference: str | None, expected: int | None = None) -> None:
    to = instalment(reference) if reference else None
    pin_payment(payment=payment, instalment=to, expected=expected, by=payment.customer.owner)


def test_a_pinned_payment_fills_its_instalment_first(customer: Customer) -> None:
    payment = receive(customer)
    pin(payment, "SECOND")
    assert (received_by("FIRST"), received_by("SECOND")) == (0, 300_00)


def test_a_pin_taken_off_lets_the_money_fill_the_oldest_again(customer: Customer) -> None:
    payment = receive(customer)
    pin(payment, "SECOND")
    pin(payment, None, expected=instalment("SECOND").pk)
    assert (received_by("FIRST"), received_by("SECOND")) == (300_00, 0)
    assert AuditEntry.objects.filter(verb="pin").count() == 2


def test_of_two_who_pin_at_once_the_later_is_told(customer: Customer) -> None:
    payment = receive(customer)
    pin(payment, "SECOND")
    with pytest.raises(Overtaken):
        pin(payment, "FIRST", expected=None)
    assert Pin.objects.get().instalment == instalment("SECOND")


def test_a_promise_not_in_force_on_the_day_of_the_money_takes_no_pin(customer: Customer) -> None:
    former = instalment("SECOND").commitment
    supersede(former, make_commitment(customer, (day(29), 5), reference="NEW"), on=day(15))
    with pytest.raises(MoneyRefused) as refused:
        pin(receive(customer), "SECOND")
    assert refused.value.code == "not_in_force"
    early = make_payment(customer, 5, on=day(14))
    pin(early, "SECOND")
    assert Pin.objects.get().payment == early


def test_another_customers_promise_takes_no_pin(customer: Customer, cast: Cast) -> None:
    make_commitment(make_customer(cast.west_rep), (day(28), 5), reference="FOREIGN")
    with pytest.raises(MoneyRefused):
        pin(receive(customer), "FOREIGN")


def test_todays_own_entries_are_taken_back_with_what_they_were_on_record(
    customer: Customer,
) -> None:
    payment = receive(customer)
    back = reverse_payment(payment=payment, received_on=DAY, amount=1_00, by=customer.owner, on=DAY)
    take_back_reversal(reversal=back, by=customer.owner)
    assert received_by("FIRST") == 300_00
    take_back_payment(payment=payment, by=customer.owner)
    assert received_by("FIRST") == 0
    assert AuditEntry.objects.get(verb="take_back").payload["amount"] == 300_00


def test_a_payment_of_an_earlier_day_is_reversed_and_not_taken_back(customer: Customer) -> None:
    payment = receive(customer)
    Payment.objects.update(entered_at="2026-01-05T12:00:00Z")
    with pytest.raises(MoneyRefused) as refused:
        take_back_payment(payment=payment, by=customer.owner)
    assert refused.value.code == "too_late"


def test_an_effect_is_shown_and_nothing_of_it_is_kept(customer: Customer) -> None:
    def act() -> object:
        return receive(customer, 700_00)

    effect = effect_of(act, customer=customer, month=MONTH, on=DAY)
    after = {c.reference: c.after and c.after.received for c in effect.changes}
    assert after == {"FIRST": 500_00, "SECOND": 200_00}
    assert (effect.allocated_before, effect.allocated_after) == (0, 700_00)
    assert effect.figures_after is not None
    assert effect.figures_after.received == 700_00
    assert (Payment.objects.count(), received_by("FIRST")) == (0, 0)
    assert AuditEntry.objects.filter(verb="receive").count() == 0


@pytest.mark.django_db(transaction=True)
def test_two_reversals_at_once_never_take_back_more_than_came(customer: Customer) -> None:
    payment = receive(customer)
    refused: list[str] = []

    def take(day_of_it: date = DAY) -> None:
        try:
            reverse_payment(
                payment=payment, received_on=day_of_it, amount=200_00, by=customer.owner, on=DAY
            )
        except MoneyRefused as refusal:
            refused.append(refusal.code)

    side_by_side(take, take)
    assert refused == ["reversal_exceeds_payment"]


@pytest.mark.django_db(transaction=True)
def test_a_payment_taken_back_meanwhile_is_neither_reversed_nor_pinned(customer: Customer) -> None:
    payment = receive(customer)
    take_back_payment(payment=Payment.objects.get(), by=customer.owner)
    for act in (
        lambda: pin(payment, "SECOND"),
        lambda: reverse_payment(
            payment=payment, received_on=DAY, amount=1, by=customer.owner, on=DAY
        ),
    ):
        with pytest.raises(MoneyRefused) as refused:
            act()
        assert refused.value.code == "removed"
    assert (Pin.objects.count(), Reversal.objects.count()) == (0, 0)


@pytest.mark.django_db(transaction=True)
def test_a_promise_ended_or_taken_back_meanwhile_takes_no_pin(customer: Customer) -> None:
    payment, second = receive(customer), instalment("SECOND")
    supersede(
        second.commitment, make_commitment(customer, (day(29), 5), reference="NEW"), on=day(15)
    )
    with pytest.raises(MoneyRefused) as refused:
        pin_payment(payment=payment, instalment=second, expected=None, by=customer.owner)
    assert refused.value.code == "not_in_force"
    new = instalment("NEW")
    stand_on()
    forget(instalments=[new.pk])
    Instalment.objects.filter(pk=new.pk).delete()
    with pytest.raises(MoneyRefused) as gone:
        pin_payment(payment=payment, instalment=new, expected=None, by=customer.owner)
    assert gone.value.code == "removed"


def test_saying_the_same_again_leaves_no_trace(customer: Customer) -> None:
    payment = receive(customer)
    pin(payment, "SECOND")
    pin(payment, "SECOND", expected=instalment("SECOND").pk)
    assert AuditEntry.objects.filter(verb="pin").count() == 1


def test_what_was_taken_back_stays_on_record_whole(customer: Customer) -> None:
    payment = receive(customer, method="acceptance_draft", matures_on=day(30))
    back = reverse_payment(
        payment=payment, received_on=DAY, amount=1_00, by=customer.owner, on=DAY, note="Bounced"
    )
    take_back_reversal(reversal=back, by=customer.owner)
    kept = AuditEntry.objects.get(verb="take_back_reversal").payload
    assert (kept["received_on"], kept["note"]) == ("2026-11-23", "Bounced")
    take_back_payment(payment=payment, by=customer.owner)
    assert AuditEntry.objects.get(verb="take_back").payload["matures_on"] == "2026-11-30"
