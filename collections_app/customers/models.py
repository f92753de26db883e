"""Who owes: customers, whom to talk to, and who looks after them since when."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Self, TypeVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from collections_app.accounts.models import Person, Role, Team
from collections_app.accounts.queries import managed_team_ids
from collections_app.customers.portfolios import looked_after_for
from collections_app.organisation.models import Rating, ReminderMode


class CustomerQuerySet(models.QuerySet["Customer"]):
    def visible_to(self, person: Person) -> CustomerQuerySet:
        """Narrow to the customers that ``person`` may see (rule 11).

        Those of an absent colleague are among them while one stands in.
        """
        if not person.is_active:
            return self.none()
        if person.role in (Role.ADMIN, Role.FINANCE):
            return self
        return self.filter(looked_after_for(person, owner="owner", team="owner__team_id"))

    def managed_by(self, person: Person) -> CustomerQuerySet:
        """Narrow to those about which ``person`` decides what their rep asks for (rule 11).

        A manager's are those of the people below, not their own nor those of an absent colleague:
        a delegate has the rep's rights, and no more. An administrator decides all.
        """
        if not person.is_active or person.role not in (Role.MANAGER, Role.ADMIN):
            return self.none()
        if person.role == Role.ADMIN:
            return self
        return self.filter(owner__team_id__in=managed_team_ids(person)).exclude(owner=person)


class Customer(models.Model):
    """Who owes. ``owner`` and ``rating`` are the present ones; their dated rows say since when."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    code = models.CharField(_("code"), max_length=64, unique=True, db_collation="C")
    name = models.CharField(_("name"), max_length=200)
    name_pinyin = models.CharField(max_length=600, blank=True)
    name_initials = models.CharField(max_length=200, blank=True)
    owner = models.ForeignKey(Person, models.PROTECT, related_name="customers")
    rating = models.CharField(
        _("credit rating"), max_length=1, choices=Rating.choices, null=True, blank=True
    )
    currency = models.CharField(_("currency"), max_length=3)
    payment_terms_days = models.PositiveSmallIntegerField(_("payment terms, days"), null=True)
    regular_amount = models.BigIntegerField(_("regular amount"), null=True)
    regular_day = models.PositiveSmallIntegerField(_("regular day"), null=True)
    reminder_mode = models.CharField(
        max_length=10, choices=ReminderMode.choices, default=ReminderMode.APPROVE
    )
    is_closed = models.BooleanField(_("closed"), default=False)
    entered_at = models.DateTimeField(auto_now_add=True)
    objects = CustomerQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(code=""), name="customer_code_given"),
            models.CheckConstraint(
                condition=Q(rating__isnull=True) | Q(rating__in=Rating.values),
                name="customer_rating_known",
            ),
            models.CheckConstraint(
                condition=Q(reminder_mode__in=ReminderMode.values),
                name="customer_reminder_mode_known",
            ),
            models.CheckConstraint(
                condition=Q(regular_day__isnull=True) | Q(regular_day__range=(1, 31)),
                name="customer_regular_day_of_month",
            ),
            models.CheckConstraint(
                condition=Q(regular_amount__isnull=True) | Q(regular_amount__gt=0),
                name="customer_regular_amount_positive",
            ),
        ]
        indexes = [
            models.Index(fields=["owner", "code"], name="customer_by_owner"),
            models.Index(fields=["owner", "currency"], name="customer_currencies_of_owner"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class Contact(models.Model):
    """A person at the customer."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="contacts")
    name = models.CharField(_("name"), max_length=200)
    email = models.EmailField(_("e-mail"), blank=True)
    phone = models.CharField(_("telephone"), max_length=64, blank=True)
    language = models.CharField(_("language"), max_length=10)
    is_primary = models.BooleanField(_("first contact"), default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["customer"], condition=Q(is_primary=True), name="contact_one_primary"
            ),
            models.CheckConstraint(condition=~Q(name=""), name="contact_name_given"),
        ]

    def __str__(self) -> str:
        return self.name


_Fact_co = TypeVar("_Fact_co", bound=models.Model, covariant=True)


class OfCustomerQuerySet(models.QuerySet[_Fact_co]):
    """What hangs on a ``customer``."""

    def visible_to(self, person: Person) -> Self:
        """Narrow to the customers that ``person`` may see."""
        return self.filter(customer__in=Customer.objects.visible_to(person))


class Evidence(models.Model):
    """A photo or a document that shows what was agreed. The file's name in storage is random."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="evidence")
    stored_as = models.CharField(max_length=200, unique=True)
    filename = models.CharField(_("file"), max_length=200)
    content_type = models.CharField(max_length=40)
    bytes = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64, db_collation="C")
    entered_at = models.DateTimeField(db_default=Now())
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    objects = OfCustomerQuerySet["Evidence"].as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(bytes__gt=0), name="evidence_not_empty"),
        ]

    def __str__(self) -> str:
        return self.filename


class Dated(models.Model):
    """A value that counts from a day on; without a day, from the beginning."""

    valid_from = models.DateField(_("valid from"), null=True)
    entered_at = models.DateTimeField(db_default=Now())
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        abstract = True


class Ownership(Dated):
    """Who looks after the customer, from a day on."""

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="ownerships")
    owner = models.ForeignKey(Person, models.PROTECT, related_name="ownerships")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["customer", "valid_from"],
                name="ownership_once_a_day",
                nulls_distinct=False,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.customer_id}: {self.owner_id} {self.valid_from or ''}"


class RatingChange(Dated):
    """The customer's credit rating, from a day on; null is unrated and counts as B."""

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="rating_changes")
    rating = models.CharField(max_length=1, choices=Rating.choices, null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["customer", "valid_from"],
                name="rating_change_once_a_day",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=Q(rating__isnull=True) | Q(rating__in=Rating.values),
                name="rating_change_rating_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.customer_id}: {self.rating} {self.valid_from or ''}"


class RegularAgreement(Dated):
    """So much by the same day of every month (定时定量), from a day on; both null: ended."""

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="regular_agreements")
    day = models.PositiveSmallIntegerField(_("day of the month"), null=True)
    amount = models.BigIntegerField(_("amount"), null=True)
    agreed_with = models.CharField(_("agreed with"), max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["customer", "valid_from"],
                name="regular_agreement_once_a_day",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=Q(day__isnull=True, amount__isnull=True)
                | Q(day__range=(1, 31), amount__gt=0),
                name="regular_agreement_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.customer_id}: {self.amount} {self.day}"


class HoldKind(models.TextChoices):
    """Why a customer is left in peace for a while."""

    DISPUTE = "dispute", _("dispute")
    HOLIDAY = "holiday", _("holiday")
    NEGOTIATION = "negotiation", _("negotiation")
    OTHER = "other", _("other")


class HoldQuerySet(OfCustomerQuerySet["Hold"]):
    def in_force(self, on: date) -> HoldQuerySet:
        """Those that keep chasing back on the business date ``on``."""
        lifted = Q(lifted_on__isnull=True) | Q(lifted_on__gt=on)
        return self.filter(lifted, starts_on__lte=on, ends_on__gte=on)


class Hold(models.Model):
    """No chasing until the end of ``ends_on``, for a reason; ``entered_by`` answers for it.

    It lifts itself. ``lifted_on`` is the first day without it, where a person lifted it sooner.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="holds")
    kind = models.CharField(max_length=12, choices=HoldKind.choices)
    note = models.CharField(_("note"), max_length=500, blank=True)
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"))
    lifted_on = models.DateField(_("lifted on"), null=True)
    entered_at = models.DateTimeField(db_default=Now())
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    objects = HoldQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=HoldKind.values), name="hold_kind_known"),
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")), name="hold_ends_not_before_start"
            ),
        ]
        indexes = [models.Index(fields=["customer", "ends_on"], name="hold_of_customer")]

    def __str__(self) -> str:
        return f"{self.customer_id} {self.kind} {self.ends_on}"


class Stop(models.Model):
    """No mail to customers: to one, to those of a team and below, or (neither given) to any.

    In force until a person lifts it.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    customer = models.ForeignKey(Customer, models.PROTECT, null=True, related_name="stops")
    team = models.ForeignKey(Team, models.PROTECT, null=True, related_name="+")
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    entered_at = models.DateTimeField(db_default=Now())
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    lifted_at = models.DateTimeField(null=True)
    lifted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(customer__isnull=True) | Q(team__isnull=True), name="stop_of_one_thing"
            ),
            models.CheckConstraint(
                condition=Q(lifted_at__isnull=True, lifted_by__isnull=True)
                | Q(lifted_at__isnull=False, lifted_by__isnull=False),
                name="stop_lifted_whole",
            ),
            models.UniqueConstraint(
                fields=["customer", "team"],
                condition=Q(lifted_at__isnull=True),
                name="stop_once_in_force",
                nulls_distinct=False,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.customer_id or ''} {self.team_id or ''}"
