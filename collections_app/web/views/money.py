"""Acting on money by hand: enter, reverse, pin, take back."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import F, Q, Sum
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from collections_app.actions import money
from collections_app.commitments.models import Instalment, Pin
from collections_app.ledger.models import Payment, Reversal
from collections_app.web.acting import Done, act_page, scene_at, scene_of, take_back
from collections_app.web.forms.money import PaymentForm, PinForm, ReversalForm
from collections_app.web.requests import StaffRequest
from collections_app.web.submitting import sent_once

PINNABLE = 100


@require_http_methods(["GET", "POST"])
def payment_receive(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """Enter a payment by hand; which promises it fills is shown first."""
    scene = scene_of(request, public_id, tab="payments")
    form = PaymentForm(request.POST or None, currency=scene.currency, on=scene.day)

    def write(values: dict[str, Any]) -> Payment:
        return money.receive_payment(
            customer=scene.customer, by=request.user, on=scene.day, **values
        )

    def done(made: Payment) -> Done:
        return Done(_("Payment entered."), reverse("web:payment_take_back", args=[made.public_id]))

    return act_page(request, scene, form, write=write, done=done)


@require_http_methods(["GET", "POST"])
def payment_reverse(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """Take back part or all of a payment; which promises lose it is shown first."""
    payment = _payment_of(request, public_id)
    scene = scene_at(request, payment.customer, tab="payments")
    taken = payment.reversals.aggregate(total=Sum("amount"))["total"] or 0
    left = payment.amount - taken
    form = ReversalForm(request.POST or None, currency=scene.currency, on=scene.day, left=left)

    def write(values: dict[str, Any]) -> Reversal:
        return money.reverse_payment(payment=payment, by=request.user, on=scene.day, **values)

    def done(made: Reversal) -> Done:
        undo = reverse("web:reversal_take_back", args=[made.public_id])
        return Done(_("Payment reversed."), undo)

    return act_page(request, scene, form, write=write, done=done, payment=payment, left=left)


@require_http_methods(["GET", "POST"])
def payment_pin(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """Say which instalment a payment is for; what that moves is shown first."""
    payment = _payment_of(request, public_id)
    scene = scene_at(request, payment.customer, tab="payments")
    pin = Pin.objects.filter(payment=payment).first()
    form = PinForm(
        request.POST or None,
        instalments=_open_to(payment),
        pinned=pin.instalment_id if pin else None,
        currency=scene.currency,
    )

    def write(_values: dict[str, Any]) -> None:
        money.pin_payment(
            payment=payment,
            instalment=form.chosen(),
            expected=form.expected(),
            by=request.user,
        )

    done = Done(_("Saved what the payment is for."))
    return act_page(
        request, scene, form, write=write, done=lambda _p: done, payment=payment, left=None
    )


@require_POST
@sent_once
def payment_take_back(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """Undo a payment entered today."""
    payment = _payment_of(request, public_id)
    scene = scene_at(request, payment.customer, tab="payments")

    def write() -> None:
        money.take_back_payment(payment=payment, by=request.user)

    return take_back(request, scene, write, _("The payment was taken back."))


@require_POST
@sent_once
def reversal_take_back(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """Undo a reversal entered today."""
    visible = Reversal.objects.visible_to(request.user).select_related("customer__owner")
    reversal = get_object_or_404(visible, public_id=public_id)
    scene = scene_at(request, reversal.customer, tab="payments")

    def write() -> None:
        money.take_back_reversal(reversal=reversal, by=request.user)

    return take_back(request, scene, write, _("The reversal was taken back."))


def _payment_of(request: StaffRequest, public_id: UUID) -> Payment:
    visible = Payment.objects.visible_to(request.user).select_related("customer__owner")
    return get_object_or_404(visible, public_id=public_id)


def _open_to(payment: Payment) -> list[Instalment]:
    """Instalments of promises in force on the payment's day, and the one it is pinned to."""
    day = payment.received_on
    in_force = Q(commitment__made_on__lte=day) & (
        Q(commitment__ended_on__isnull=True) | Q(commitment__ended_on__gt=day)
    )
    rows = Instalment.objects.filter(customer=payment.customer_id).select_related("commitment")
    found = {i.pk: i for i in rows.filter(in_force).order_by(F("due_on").desc(), "pk")[:PINNABLE]}
    # Ended since, or too far back for the list: it still has to be seen to be taken off.
    found |= {i.pk: i for i in rows.filter(pins__payment=payment)}
    return sorted(found.values(), key=lambda i: (i.due_on, i.pk))
