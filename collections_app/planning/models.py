"""What is to be collected in a month, and the measures that close the gap."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from collections_app.accounts.models import ImportRecord, Person
from collections_app.customers.models import Customer, Evidence, OfCustomerQuerySet

# When asking again is suggested, in working days.
DAYS_TO_ASK_AGAIN = 3


class Channel(models.TextChoices):
    """How one spoke with the customer."""

    VISIT = "visit", _("visit")
    PHONE = "phone", _("telephone")
    WECHAT = "wechat", _("WeChat")
    EMAIL = "email", _("e-mail")
    LETTER = "letter", _("letter")
    PORTAL = "portal", _("customer's page")
    OTHER = "other", _("other")


class Answer(models.TextChoices):
    """What the customer said when asked for a commitment."""

    COMMITTED = "committed", _("committed")
    PUT_OFF = "put_off", _("put off")
    REFUSED = "refused", _("refused")
    NO_ANSWER = "no_answer", _("no answer yet")


class MeasureKind(models.TextChoices):
    """What kind of action closes a gap."""

    POTENTIAL_ANALYSIS = "potential_analysis", _("analysis of potential")
    INCENTIVE = "incentive", _("incentive")
    PROMOTION = "promotion", _("promotion")
    OUTLET_DEVELOPMENT = "outlet_development", _("developing outlets")
    NEW_PRODUCT = "new_product", _("new product")
    FIELD_STAFF = "field_staff", _("field staff")
    TRAINING = "training", _("training")
    JOINT_COLLECTION = "joint_collection", _("joint collecting visit")
    OTHER = "other", _("other")


class MeasureStatus(models.TextChoices):
    """Where a measure stands; only the first two count towards the gap."""

    PLANNED = "planned", _("planned")
    IN_PROGRESS = "in_progress", _("in progress")
    DONE = "done", _("done")
    DROPPED = "dropped", _("dropped")


class MonthPlan(models.Model):
    """One customer's target for one month; amounts in minor units of the customer's currency.

    ``month`` is its first day. ``locks_on`` is the day at whose end the plan locks. ``target`` is
    the present one, null while unplanned; ``TargetChange`` rows say what it was when.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="plans")
    month = models.DateField(_("month"))
    locks_on = models.DateField(_("locks on"))
    target = models.BigIntegerField(_("target"), null=True)
    agreed_on = models.DateField(_("agreed on"), null=True)
    agreed_with = models.CharField(_("agreed with"), max_length=200, blank=True)
    agreed_channel = models.CharField(max_length=10, choices=Channel.choices, blank=True)
    agreed_target = models.BigIntegerField(_("agreed target"), null=True)
    agreed_evidence = models.ForeignKey(Evidence, models.PROTECT, null=True, related_name="+")
    asked_on = models.DateField(_("asked on"), null=True)
    answer = models.CharField(max_length=10, choices=Answer.choices, blank=True)
    ask_again_on = models.DateField(_("ask again on"), null=True)
    entered_at = models.DateTimeField(db_default=Now())
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    import_record = models.ForeignKey(ImportRecord, models.PROTECT, null=True, related_name="+")
    objects = OfCustomerQuerySet["MonthPlan"].as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["customer", "month"], name="month_plan_once"),
            models.CheckConstraint(condition=Q(month__day=1), name="month_plan_month_first_day"),
            models.CheckConstraint(
                condition=Q(target__isnull=True) | Q(target__gte=0),
                name="month_plan_target_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(answer="") | Q(asked_on__isnull=False), name="month_plan_answer_asked"
            ),
            models.CheckConstraint(
                condition=Q(ask_again_on__isnull=True) | Q(asked_on__isnull=False),
                name="month_plan_ask_again_asked",
            ),
        ]
        indexes = [models.Index(fields=["month", "customer"], name="month_plan_by_month")]

    def __str__(self) -> str:
        return f"{self.customer_id} {self.month:%Y-%m}"


class TargetChange(models.Model):
    """A target of a plan from a day on (null: for every day); after the lock, a revision.

    The last row by (counts_from, id) up to a day is the target in force on it. Changes that a
    person made in one go share a ``batch`` and can be taken back together.
    """

    plan = models.ForeignKey(MonthPlan, models.PROTECT, related_name="target_changes")
    old_target = models.BigIntegerField(_("old target"), null=True)
    new_target = models.BigIntegerField(_("new target"), null=True)
    counts_from = models.DateField(_("counts from"), null=True)
    is_revision = models.BooleanField(_("after the lock"), default=False)
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    batch = models.UUIDField(null=True, editable=False)
    entered_at = models.DateTimeField(db_default=Now())
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(new_target__isnull=True) | Q(new_target__gte=0),
                name="target_change_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(is_revision=False) | Q(counts_from__isnull=False),
                name="target_change_revision_dated",
            ),
            models.CheckConstraint(
                condition=Q(is_revision=False) | ~Q(reason=""),
                name="target_change_revision_reasoned",
            ),
        ]
        indexes = [
            models.Index(
                fields=["batch"], condition=Q(batch__isnull=False), name="target_change_of_batch"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.plan_id}: {self.new_target}"


class MeasureQuerySet(models.QuerySet["Measure"]):
    def visible_to(self, person: Person) -> MeasureQuerySet:
        """Narrow to the customers that ``person`` may see."""
        return self.filter(plan__customer__in=Customer.objects.visible_to(person))


class Measure(models.Model):
    """An action to close a gap; amounts in minor units. ``MeasureChange`` says what it was when."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    plan = models.ForeignKey(MonthPlan, models.PROTECT, related_name="measures")
    kind = models.CharField(max_length=20, choices=MeasureKind.choices)
    description = models.CharField(_("what exactly"), max_length=500, blank=True)
    expected_uplift = models.BigIntegerField(_("expected uplift"))
    realised_uplift = models.BigIntegerField(_("realised uplift"), null=True)
    status = models.CharField(
        max_length=11, choices=MeasureStatus.choices, default=MeasureStatus.PLANNED
    )
    due_on = models.DateField(_("by when"), null=True)
    owner = models.ForeignKey(Person, models.PROTECT, null=True, related_name="measures")
    entered_at = models.DateTimeField(db_default=Now())
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    import_record = models.ForeignKey(ImportRecord, models.PROTECT, null=True, related_name="+")
    objects = MeasureQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(expected_uplift__gte=0), name="measure_uplift_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=MeasureKind.values), name="measure_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(status__in=MeasureStatus.values), name="measure_status_known"
            ),
            models.UniqueConstraint(
                fields=["plan", "kind", "description"], name="measure_natural_key"
            ),
        ]
        indexes = [
            # Those that are done or dropped become many; what is to be done stays few.
            models.Index(
                fields=["plan"],
                condition=Q(status__in=[MeasureStatus.PLANNED, MeasureStatus.IN_PROGRESS]),
                name="measure_still_to_do",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.expected_uplift}"


class MeasureChange(models.Model):
    """Status and uplift of a measure from a day on: the last row up to a day counts on it.

    ``reason`` says why, where a person dropped it.
    """

    measure = models.ForeignKey(Measure, models.PROTECT, related_name="changes")
    counts_from = models.DateField(_("counts from"))
    status = models.CharField(max_length=11, choices=MeasureStatus.choices)
    expected_uplift = models.BigIntegerField(_("expected uplift"))
    reason = models.CharField(_("reason"), max_length=500, blank=True, db_default="")
    entered_at = models.DateTimeField(db_default=Now())
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(expected_uplift__gte=0), name="measure_change_uplift_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(status__in=MeasureStatus.values), name="measure_change_status_known"
            ),
        ]
        indexes = [
            models.Index(fields=["measure", "counts_from", "id"], name="measure_change_order")
        ]

    def __str__(self) -> str:
        return f"{self.measure_id}: {self.status} {self.counts_from}"
