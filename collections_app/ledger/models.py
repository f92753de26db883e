"""The ledger side: invoices, money received and what settles without money."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from collections_app.accounts.models import ImportRecord
from collections_app.customers.models import Customer, OfCustomerQuerySet


class PaymentMethod(models.TextChoices):
    """How money came."""

    TRANSFER = "transfer", _("bank transfer")
    CASH = "cash", _("cash")
    CHEQUE = "cheque", _("cheque")
    ACCEPTANCE_DRAFT = "acceptance_draft", _("bank acceptance draft")
    OTHER = "other", _("other")


class AdjustmentKind(models.TextChoices):
    """What settles an invoice without being money received."""

    CREDIT_NOTE = "credit_note", _("credit note")
    CLAIM = "claim", _("accepted claim")
    DISCOUNT = "discount", _("discount")
    REBATE_OFFSET = "rebate_offset", _("rebate set off")
    BANK_CHARGE = "bank_charge", _("bank charge")
    WRITE_OFF = "write_off", _("write-off")


class LedgerFact(models.Model):
    """What every fact of the ledger carries beside its business date."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="%(class)ss")
    entered_at = models.DateTimeField(db_default=Now())
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    on_behalf_of = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    import_record = models.ForeignKey(ImportRecord, models.PROTECT, null=True, related_name="+")
    objects = OfCustomerQuerySet.as_manager()

    class Meta:
        abstract = True


class Invoice(LedgerFact):
    """What the customer owes; ``amount`` in minor units, negative for nothing (use adjustments)."""

    number = models.CharField(_("number"), max_length=64, unique=True, db_collation="C")
    issued_on = models.DateField(_("issued on"))
    due_on = models.DateField(_("due on"))
    amount = models.BigIntegerField(_("amount"))
    reference = models.CharField(_("reference"), max_length=200, blank=True)
    is_disputed = models.BooleanField(_("disputed"), default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="invoice_amount_positive"),
            models.CheckConstraint(
                condition=Q(due_on__gte=F("issued_on")), name="invoice_due_not_before_issue"
            ),
        ]
        indexes = [
            models.Index(fields=["customer", "due_on", "issued_on", "number"], name="invoice_order")
        ]

    def __str__(self) -> str:
        return self.number


class Payment(LedgerFact):
    """Money received on a day, in minor units."""

    reference = models.CharField(_("reference"), max_length=64, unique=True, db_collation="C")
    received_on = models.DateField(_("received on"))
    amount = models.BigIntegerField(_("amount"))
    invoice_number = models.CharField(
        _("names invoice"), max_length=64, blank=True, db_collation="C"
    )
    method = models.CharField(
        max_length=20, choices=PaymentMethod.choices, default=PaymentMethod.TRANSFER
    )
    matures_on = models.DateField(_("matures on"), null=True)
    note = models.CharField(_("note"), max_length=500, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="payment_amount_positive"),
            models.CheckConstraint(
                condition=Q(method__in=PaymentMethod.values), name="payment_method_known"
            ),
        ]
        indexes = [
            models.Index(fields=["customer", "received_on", "reference"], name="payment_order")
        ]

    def __str__(self) -> str:
        return self.reference


class Reversal(LedgerFact):
    """Part or all of a payment taken back on a day; ``amount`` in minor units, positive."""

    reference = models.CharField(_("reference"), max_length=64, unique=True, db_collation="C")
    payment = models.ForeignKey(Payment, models.PROTECT, related_name="reversals")
    received_on = models.DateField(_("taken back on"))
    amount = models.BigIntegerField(_("amount"))
    note = models.CharField(_("note"), max_length=500, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="reversal_amount_positive"),
        ]
        indexes = [models.Index(fields=["customer", "received_on"], name="reversal_order")]

    def __str__(self) -> str:
        return self.reference


class Adjustment(LedgerFact):
    """What settles like a payment and before it, and is never money received."""

    number = models.CharField(_("number"), max_length=64, unique=True, db_collation="C")
    effective_on = models.DateField(_("on"))
    amount = models.BigIntegerField(_("amount"))
    kind = models.CharField(max_length=20, choices=AdjustmentKind.choices)
    invoice_number = models.CharField(
        _("names invoice"), max_length=64, blank=True, db_collation="C"
    )
    note = models.CharField(_("note"), max_length=500, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="adjustment_amount_positive"),
            models.CheckConstraint(
                condition=Q(kind__in=AdjustmentKind.values), name="adjustment_kind_known"
            ),
        ]
        indexes = [models.Index(fields=["customer", "effective_on"], name="adjustment_order")]

    def __str__(self) -> str:
        return self.number
