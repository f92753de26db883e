"""Money by hand: received, taken back, and said what it is for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from collections_app.accounts.models import Person
from collections_app.commitments.models import Instalment, Pin
from collections_app.core.compact import exact_money
from collections_app.core.money import LARGEST_AMOUNT
from collections_app.core.refusals import Overtaken, Refused
from collections_app.customers.models import Customer
from collections_app.customers.trail import acting_for, record_act
from collections_app.ledger.models import Invoice, Payment, PaymentMethod, Reversal
from collections_app.organisation.queries import day_of, today
from collections_app.standing.operations import forget, hold_customer, refresh_touched


class MoneyRefused(Refused):
    """Money cannot be entered, taken back or pinned like this."""


def receive_payment(
    *,
    customer: Customer,
    received_on: date,
    amount: int,
    by: Person,
    on: date,
    method: str = PaymentMethod.TRANSFER,
    reference: str = "",
    invoice_number: str = "",
    matures_on: date | None = None,
    note: str = "",
) -> Payment:
    """Enter a payment, in minor units, received on a day up to ``on``.

    Without a reference it gets one of our own. Raises ``MoneyRefused``: ``out_of_range``,
    ``unknown_value``, ``unknown_invoice``, ``conflict`` (the reference is taken).
    """
    _check_receipt(customer, received_on, method, invoice_number, matures_on, on)
    try:
        with transaction.atomic():
            hold_customer(customer.pk)
            _check_amount(amount)
            payment = Payment.objects.create(
                customer=customer,
                reference=_free_reference(reference, "KR"),
                received_on=received_on,
                amount=amount,
                method=method,
                invoice_number=invoice_number,
                matures_on=matures_on,
                note=note,
                entered_by=by,
                on_behalf_of=acting_for(by, customer.pk),
            )
            _record(payment, by, "receive", _facts_of(payment))
            refresh_touched()
    except IntegrityError as error:
        raise _taken() from error
    return payment


def reverse_payment(
    *,
    payment: Payment,
    received_on: date,
    amount: int,
    by: Person,
    on: date,
    reference: str = "",
    note: str = "",
) -> Reversal:
    """Take back part or all of a payment on a day (a bounced cheque, a payment sent back).

    Raises ``MoneyRefused``: ``out_of_range``, ``reversal_before_payment``,
    ``reversal_exceeds_payment``, ``conflict`` (the reference is taken), ``removed``.
    """
    _check_reversal(payment, received_on, amount, on)
    try:
        with transaction.atomic():
            hold_customer(payment.customer_id)
            payment = _still_there(payment)
            left = payment.amount - _taken_back(payment)
            if amount > left:
                raise MoneyRefused(
                    _("Only %(left)s of it is left to be taken back.")
                    % {"left": exact_money(left, payment.customer.currency)},
                    code="reversal_exceeds_payment",
                    field="amount",
                )
            reversal = Reversal.objects.create(
                customer=payment.customer,
                payment=payment,
                reference=_free_reference(reference, "KX"),
                received_on=received_on,
                amount=amount,
                note=note,
                entered_by=by,
            )
            facts = {"reversal": reversal.reference, "amount": amount, "received_on": received_on}
            _record(payment, by, "reverse", {**facts, "note": note})
            refresh_touched()
    except IntegrityError as error:
        raise _taken() from error
    return reversal


def pin_payment(
    *, payment: Payment, instalment: Instalment | None, expected: int | None, by: Person
) -> None:
    """Say which instalment a payment is for: it fills that one first (rule 4); None takes it off.

    ``expected`` is the id of the instalment that the writer saw it pinned to; raises ``Overtaken``
    where it is another by now, ``MoneyRefused`` with ``not_in_force`` where the promise was not in
    force on the payment's day, and ``removed`` where either was taken back meanwhile.
    """
    with transaction.atomic():
        hold_customer(payment.customer_id)
        payment = _still_there(payment)
        pin = Pin.objects.filter(payment=payment).select_related("instalment__commitment").first()
        if (pin.instalment_id if pin else None) != expected:
            raise Overtaken(_("Somebody else said meanwhile what this payment is for."))
        if instalment is not None:
            if pin is not None and pin.instalment_id == instalment.pk:
                return
            instalment = _as_it_stands(instalment)
            _check_in_force(payment, instalment)
        before = _names(pin.instalment) if pin else None
        if pin is not None:
            pin.delete()
        if instalment is not None:
            Pin.objects.create(payment=payment, instalment=instalment, entered_by=by)
        after = _names(instalment) if instalment else None
        _record(payment, by, "pin", {"before": before, "after": after})
        refresh_touched()


def take_back_payment(*, payment: Payment, by: Person) -> None:
    """Delete a payment on the day it was entered by hand; its content stays on record.

    Raises ``MoneyRefused``: ``too_late`` on a later day, ``conflict`` once it was reversed.
    """
    with transaction.atomic():
        hold_customer(payment.customer_id)
        held = Payment.objects.filter(pk=payment.pk).first()
        if held is None:
            return
        if held.import_record_id or day_of(held.entered_at) != today():
            raise MoneyRefused(
                _("Only on the day it was entered can a payment be taken back: reverse it."),
                code="too_late",
            )
        if held.reversals.exists():
            raise MoneyRefused(_("This payment was reversed meanwhile."), code="conflict")
        _record(held, by, "take_back", _facts_of(held))
        Pin.objects.filter(payment=held).delete()
        forget(payments=[held.pk])
        held.delete()
        refresh_touched()


def take_back_reversal(*, reversal: Reversal, by: Person) -> None:
    """Delete a reversal on the day it was entered by hand; its content stays on record."""
    with transaction.atomic():
        hold_customer(reversal.customer_id)
        held = Reversal.objects.filter(pk=reversal.pk).select_related("payment").first()
        if held is None:
            return
        if held.import_record_id or day_of(held.entered_at) != today():
            raise MoneyRefused(
                _("Only on the day it was entered can a reversal be taken back."), code="too_late"
            )
        facts = {
            "reversal": held.reference,
            "amount": held.amount,
            "received_on": held.received_on,
            "note": held.note,
        }
        _record(held.payment, by, "take_back_reversal", facts)
        held.delete()
        refresh_touched()


def _check_receipt(
    customer: Customer,
    received_on: date,
    method: str,
    invoice_number: str,
    matures_on: date | None,
    on: date,
) -> None:
    """What a payment can be refused for, but for its amount and reference."""
    if received_on > on:
        raise MoneyRefused(
            _("This day is still to come: money is entered once it has come."),
            code="out_of_range",
            field="received_on",
        )
    if method not in PaymentMethod.values:
        raise MoneyRefused(_("Choose how it came."), code="unknown_value", field="method")
    if matures_on is not None and matures_on < received_on:
        raise MoneyRefused(
            _("It cannot mature before it is received."), code="out_of_range", field="matures_on"
        )
    if invoice_number and not _has_invoice(customer, invoice_number):
        raise MoneyRefused(
            _("This customer has no invoice of that number."),
            code="unknown_invoice",
            field="invoice_number",
        )


def _check_reversal(payment: Payment, received_on: date, amount: int, on: date) -> None:
    _check_amount(amount)
    if received_on > on:
        raise MoneyRefused(
            _("This day is still to come: enter it once it has happened."),
            code="out_of_range",
            field="received_on",
        )
    if received_on < payment.received_on:
        raise MoneyRefused(
            _("It cannot be taken back before it came."),
            code="reversal_before_payment",
            field="received_on",
        )


def _check_amount(amount: int) -> None:
    if not 0 < amount <= LARGEST_AMOUNT:
        raise MoneyRefused(
            _("The amount must be greater than 0."), code="out_of_range", field="amount"
        )


def _check_in_force(payment: Payment, instalment: Instalment) -> None:
    commitment = instalment.commitment
    day = payment.received_on
    is_over = commitment.ended_on is not None and commitment.ended_on <= day
    if instalment.customer_id != payment.customer_id or commitment.made_on > day or is_over:
        raise MoneyRefused(
            _("This promise was not in force on the day the money came, so it cannot count to it."),
            code="not_in_force",
            field="instalment",
        )


def _still_there(payment: Payment) -> Payment:
    """The payment as it stands, its customer held; refused where it was taken back meanwhile."""
    held = Payment.objects.select_related("customer").filter(pk=payment.pk).first()
    if held is None:
        raise MoneyRefused(_("This payment was taken back meanwhile."), code="removed")
    return held


def _as_it_stands(instalment: Instalment) -> Instalment:
    """The instalment and its promise read anew: either may have ended while the writer looked."""
    held = Instalment.objects.select_related("commitment").filter(pk=instalment.pk).first()
    if held is None:
        raise MoneyRefused(
            _("This promise was taken back meanwhile."), code="removed", field="instalment"
        )
    return held


def _has_invoice(customer: Customer, number: str) -> bool:
    return Invoice.objects.filter(customer=customer, number=number).exists()


def _taken_back(payment: Payment) -> int:
    total: int | None = payment.reversals.aggregate(total=Sum("amount"))["total"]
    return total or 0


def _free_reference(given: str, prefix: str) -> str:
    """The reference given, unless a payment or reversal has it; else the next of our own."""
    if given:
        for model in (Payment, Reversal):
            if model.objects.filter(reference=given).exists():
                raise _taken()
        return given
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('ledger_reference_seq')")
        return f"{prefix}-{cursor.fetchone()[0]:06d}"


def _taken() -> MoneyRefused:
    return MoneyRefused(
        _("A payment or reversal has this reference already."), code="conflict", field="reference"
    )


def _names(instalment: Instalment) -> str:
    return f"{instalment.commitment.reference}/{instalment.position}"


def _facts_of(payment: Payment) -> dict[str, Any]:
    return {
        "received_on": payment.received_on,
        "amount": payment.amount,
        "method": payment.method,
        "invoice_number": payment.invoice_number,
        "matures_on": payment.matures_on,
        "note": payment.note,
    }


def _record(payment: Payment, by: Person, verb: str, payload: Mapping[str, Any]) -> None:
    record_act(
        actor=by,
        verb=verb,
        subject_kind="payment",
        subject_id=payment.public_id,
        customer_id=payment.customer_id,
        payload={"reference": payment.reference, **payload},
    )
