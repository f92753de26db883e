"""What a customer promised to pay: commitments, their instalments and pins."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from collections_app.accounts.models import ImportRecord, Person
from collections_app.customers.models import Customer, Evidence, OfCustomerQuerySet
from collections_app.ledger.models import Payment
from collections_app.planning.models import Channel, Measure


class Ending(models.TextChoices):
    """What ended a commitment before it was fulfilled."""

    SUPERSEDED = "superseded", _("superseded")
    CANCELLED = "cancelled", _("cancelled")


class AskedBy(models.TextChoices):
    """Who asked for other terms."""

    CUSTOMER = "customer", _("the customer")
    US = "us", _("we ourselves")


class Commitment(models.Model):
    """A customer's promise to pay; in force from ``made_on`` until the day before ``ended_on``.

    Grace (working days) and tolerance (per mille, capped in minor units of the customer's
    currency) are copied from the rating known when it was saved.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="commitments")
    reference = models.CharField(_("reference"), max_length=64, unique=True, db_collation="C")
    made_on = models.DateField(_("made on"))
    promised_by = models.CharField(_("promised by"), max_length=200, blank=True)
    channel = models.CharField(max_length=10, choices=Channel.choices, blank=True)
    note = models.CharField(_("note"), max_length=500, blank=True)
    evidence = models.ForeignKey(Evidence, models.PROTECT, null=True, related_name="+")
    grace_days = models.PositiveSmallIntegerField(_("grace, working days"))
    tolerance_permille = models.PositiveSmallIntegerField(_("tolerance, per mille"))
    tolerance_cap = models.BigIntegerField(_("tolerance at most"), null=True)
    supersedes = models.ForeignKey("self", models.PROTECT, null=True, related_name="superseded_by")
    measure = models.ForeignKey(Measure, models.PROTECT, null=True, related_name="commitments")
    ended_on = models.DateField(_("ended on"), null=True)
    ending = models.CharField(max_length=10, choices=Ending.choices, blank=True)
    end_asked_by = models.CharField(max_length=10, choices=AskedBy.choices, blank=True)
    end_reason = models.CharField(_("reason of the end"), max_length=500, blank=True)
    ended_at = models.DateTimeField(null=True)
    entered_at = models.DateTimeField(db_default=Now())
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    on_behalf_of = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    import_record = models.ForeignKey(ImportRecord, models.PROTECT, null=True, related_name="+")
    objects = OfCustomerQuerySet["Commitment"].as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_on__isnull=True, ending="")
                | Q(ended_on__isnull=False, ending__in=Ending.values),
                name="commitment_end_whole",
            ),
            models.CheckConstraint(
                condition=Q(ended_on__isnull=True) | Q(ended_on__gte=F("made_on")),
                name="commitment_ends_not_before_made",
            ),
            models.CheckConstraint(
                condition=Q(tolerance_permille__lte=1000), name="commitment_tolerance_share"
            ),
            models.CheckConstraint(
                condition=~Q(supersedes=F("id")), name="commitment_not_its_own_successor"
            ),
        ]
        indexes = [models.Index(fields=["customer", "made_on"], name="commitment_by_customer")]

    def __str__(self) -> str:
        return self.reference


class InstalmentQuerySet(models.QuerySet["Instalment"]):
    def visible_to(self, person: Person) -> InstalmentQuerySet:
        """Narrow to the customers that ``person`` may see."""
        return self.filter(commitment__customer__in=Customer.objects.visible_to(person))


class Instalment(models.Model):
    """One amount, in minor units of the customer's currency, promised by the end of one day."""

    commitment = models.ForeignKey(Commitment, models.PROTECT, related_name="instalments")
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="+")
    position = models.PositiveSmallIntegerField(_("position"))
    due_on = models.DateField(_("due on"))
    deadline_on = models.DateField(_("deadline"))  # due date and grace, as the calendar then stood
    amount = models.BigIntegerField(_("amount"))
    tolerance = models.BigIntegerField(
        _("tolerance"), default=0
    )  # what may be missing, minor units
    objects = InstalmentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="instalment_amount_positive"),
            models.CheckConstraint(
                condition=Q(tolerance__gte=0, tolerance__lte=F("amount")),
                name="instalment_tolerance_within_amount",
            ),
            models.CheckConstraint(
                condition=Q(deadline_on__gte=F("due_on")),
                name="instalment_deadline_not_before_due",
            ),
            models.UniqueConstraint(
                fields=["commitment", "position"], name="instalment_position_once"
            ),
        ]
        indexes = [models.Index(fields=["customer", "due_on"], name="instalment_by_due")]

    def __str__(self) -> str:
        return f"{self.commitment_id}/{self.position}"


class Pin(models.Model):
    """A person said which instalment a payment is for; it fills that one first (rule 4)."""

    payment = models.OneToOneField(Payment, models.PROTECT, related_name="pin")
    instalment = models.ForeignKey(Instalment, models.PROTECT, related_name="pins")
    entered_at = models.DateTimeField(db_default=Now())
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["payment", "instalment"], name="pin_once"),
        ]

    def __str__(self) -> str:
        return f"{self.payment_id} → {self.instalment_id}"
