"""What passed between rep and customer: contacts, reasons given, and what we gave way on."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from collections_app.accounts.models import ImportRecord, Person, Role
from collections_app.commitments.models import Commitment, Instalment
from collections_app.customers.models import Contact, Customer, OfCustomerQuerySet
from collections_app.planning.models import Channel, MonthPlan, TargetChange


class Outcome(models.TextChoices):
    """What came of a contact with the customer."""

    PROMISED = "promised", _("promised")
    PAID = "paid", _("says it has paid")
    PUT_OFF = "put_off", _("put off")
    REFUSED = "refused", _("refused")
    DISPUTED = "disputed", _("disputed")
    NO_ANSWER = "no_answer", _("not reached")
    OTHER = "other", _("other")


class Reason(models.TextChoices):
    """What the customer says why it has not paid: a category; the words are in the note."""

    PRODUCT_FAULT = "product_fault", _("fault in the product")
    PROPERTY_PURCHASE = "property_purchase", _("bought property")
    WAREHOUSE = "warehouse", _("stock in the warehouse")
    FAMILY_EVENT = "family_event", _("family event")
    RETAILERS_OWE = "retailers_owe", _("retailers owe it money")
    CASH_SHORT = "cash_short", _("short of cash")
    WAITING_APPROVAL = "waiting_approval", _("waiting for approval")
    INVOICE_QUESTION = "invoice_question", _("question about an invoice")
    OTHER = "other", _("other")


class FollowUp(models.Model):
    """One contact with the customer, and what came of it.

    ``at`` is the instant of the contact, ``on_day`` its business date; ``next_on`` the day on which
    to go on. A reason given is only recorded: nothing is conceded by it.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="followups")
    at = models.DateTimeField(_("at"))
    on_day = models.DateField(_("on"))
    contact = models.ForeignKey(Contact, models.SET_NULL, null=True, related_name="+")
    contact_name = models.CharField(_("with"), max_length=200, blank=True)
    channel = models.CharField(max_length=10, choices=Channel.choices, blank=True)
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    reason = models.CharField(max_length=20, choices=Reason.choices, blank=True)
    note = models.TextField(_("note"), blank=True)
    next_on = models.DateField(_("next on"), null=True)
    entered_at = models.DateTimeField(db_default=Now())
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    on_behalf_of = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    import_record = models.ForeignKey(ImportRecord, models.PROTECT, null=True, related_name="+")
    objects = OfCustomerQuerySet["FollowUp"].as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["customer", "at", "outcome"], name="followup_once"),
            models.CheckConstraint(
                condition=Q(outcome__in=Outcome.values), name="followup_outcome_known"
            ),
            models.CheckConstraint(
                condition=Q(reason="") | Q(reason__in=Reason.values), name="followup_reason_known"
            ),
            models.CheckConstraint(
                condition=Q(next_on__isnull=True) | Q(next_on__gte=F("on_day")),
                name="followup_next_not_before",
            ),
        ]
        indexes = [
            models.Index(fields=["customer", "-on_day", "-at"], name="followup_of_customer"),
        ]

    def __str__(self) -> str:
        return f"{self.customer_id} {self.on_day} {self.outcome}"


class Snooze(models.Model):
    """One thing to do that was put off, with a reason, until the day ``until`` comes.

    ``kind`` is the kind of thing on *Today*, ``subject`` which of the customer's (the key of an
    instalment or measure; blank where a customer has one at most).
    """

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20)
    subject = models.CharField(max_length=64, blank=True)
    until = models.DateField(_("until"))
    reason = models.CharField(_("reason"), max_length=500)
    entered_at = models.DateTimeField(db_default=Now())
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    objects = OfCustomerQuerySet["Snooze"].as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["customer", "kind", "subject"], name="snooze_once"),
            models.CheckConstraint(condition=~Q(reason=""), name="snooze_reasoned"),
        ]
        indexes = [models.Index(fields=["customer", "until"], name="snooze_of_customer")]

    def __str__(self) -> str:
        return f"{self.customer_id} {self.kind} {self.until}"


class RequestKind(models.TextChoices):
    """What is asked of the manager; all but the last are concessions to the customer."""

    POSTPONE = "postpone", _("pay later")
    REDUCE = "reduce", _("pay less")
    ACCEPT = "accept", _("accept the reason, this month")
    TARGET_CUT = "target_cut", _("lower the target")


class RequestState(models.TextChoices):
    """Where a request stands."""

    WAITING = "waiting", _("to be decided")
    APPROVED = "approved", _("approved")
    REFUSED = "refused", _("refused")
    WITHDRAWN = "withdrawn", _("withdrawn")


class RequestQuerySet(OfCustomerQuerySet["Request"]):
    def waiting(self) -> RequestQuerySet:
        """Those that nobody has decided or withdrawn."""
        return self.filter(state=RequestState.WAITING)

    def decidable_by(self, person: Person) -> RequestQuerySet:
        """Those that ``person`` may decide, decided or not.

        An administrator all; a manager those of the customers below them, but not what they asked
        for themselves; nobody else any.
        """
        of = self.filter(customer__in=Customer.objects.managed_by(person))
        return of if person.role == Role.ADMIN else of.exclude(asked_by=person)


class Request(models.Model):
    """A concession, or a lower target, that a rep asks for and a manager decides.

    ``amount`` is what is asked for, in minor units of the customer's currency, and ``conceded``
    what was given way on in the end, null unless approved; ``until_on`` the day to which payment is
    put off. ``target_before`` is the target that the asker saw and ``target_after`` the one asked
    for, where the request is about the month's target; ``commitment`` the promise it is about,
    where it is about one. Approved, ``target_change`` and ``made`` are what came of it.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="requests")
    kind = models.CharField(max_length=10, choices=RequestKind.choices)
    month = models.DateField(_("month"))
    plan = models.ForeignKey(MonthPlan, models.PROTECT, null=True, related_name="requests")
    commitment = models.ForeignKey(Commitment, models.PROTECT, null=True, related_name="requests")
    instalment = models.ForeignKey(Instalment, models.PROTECT, null=True, related_name="+")
    reason = models.CharField(max_length=20, choices=Reason.choices, blank=True)
    note = models.TextField(_("note"), blank=True)
    amount = models.BigIntegerField(_("amount"))
    conceded = models.BigIntegerField(_("conceded"), null=True)
    until_on = models.DateField(_("until"), null=True)
    target_before = models.BigIntegerField(null=True)
    target_after = models.BigIntegerField(null=True)
    state = models.CharField(
        max_length=10, choices=RequestState.choices, default=RequestState.WAITING
    )
    asked_on = models.DateField(_("asked on"))
    asked_at = models.DateTimeField(db_default=Now())
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    on_behalf_of = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    decided_on = models.DateField(_("decided on"), null=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    word = models.TextField(_("the manager's word"), blank=True)
    seen_at = models.DateTimeField(null=True)  # when the asker put the decision aside
    target_change = models.ForeignKey(TargetChange, models.PROTECT, null=True, related_name="+")
    made = models.ForeignKey(Commitment, models.PROTECT, null=True, related_name="+")
    objects = RequestQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=RequestKind.values), name="request_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(state__in=RequestState.values), name="request_state_known"
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="request_amount_positive"),
            models.CheckConstraint(condition=Q(month__day=1), name="request_month_first_day"),
            models.CheckConstraint(
                condition=Q(state="waiting", decided_at__isnull=True)
                | (~Q(state="waiting") & Q(decided_at__isnull=False)),
                name="request_decided_whole",
            ),
            models.CheckConstraint(
                condition=Q(conceded__isnull=True) | Q(state="approved", conceded__gt=0),
                name="request_conceded_if_approved",
            ),
            models.CheckConstraint(
                condition=~Q(kind="postpone") | Q(until_on__isnull=False),
                name="request_postpone_until",
            ),
            models.UniqueConstraint(
                fields=["customer", "month"],
                condition=Q(state="waiting", commitment__isnull=True),
                name="request_one_waiting_of_month",
            ),
            models.UniqueConstraint(
                fields=["commitment"],
                condition=Q(state="waiting", commitment__isnull=False),
                name="request_one_waiting_of_commitment",
            ),
        ]
        indexes = [
            models.Index(fields=["customer", "-asked_at"], name="request_of_customer"),
            models.Index(fields=["customer"], condition=Q(state="waiting"), name="request_waiting"),
        ]

    def __str__(self) -> str:
        return f"{self.customer_id} {self.kind} {self.amount}"
