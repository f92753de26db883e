"""What is to be said to whom, and why: rows that messages carry."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from collections_app.accounts.models import Person
from collections_app.commitments.models import Instalment
from collections_app.customers.models import Contact, Customer
from collections_app.followups.models import Request
from collections_app.outbox.models import Message


class NoticeKind(models.TextChoices):
    """The kinds of rule 9, the weightiest first: a message is of the first of those it carries."""

    ESCALATED = "escalated", _("lapse taken to the manager")
    LAPSED = "lapsed", _("lapsed promise")
    NOT_TOLD = "not_told", _("customer not told")
    CHASE = "chase", _("follow-up wanted")
    DUE_SOON = "due_soon", _("due soon")
    REQUESTED = "requested", _("request to decide")
    DECIDED = "decided", _("request decided")
    PLAN_DUE = "plan_due", _("month to plan")
    DIGEST = "digest", _("digest")


class NoticeState(models.TextChoices):
    """What became of a notice."""

    OWED = "owed", _("owed")
    WITHDRAWN = "withdrawn", _("withdrawn")


class Notice(models.Model):
    """One thing to be said to one recipient: unique for all time by kind, recipient and key.

    The recipient is a person of the organisation or a contact of the customer; ``contact`` is null
    once that contact was removed. It is about an instalment, a request, a whole month or a day, as
    its kind says. ``on_day`` is the day of those that come again, of a lapse the day swept that
    found it, and of what is said to a customer the first day on which it is to be said.

    ``times_owed`` grows when one that was withdrawn unsent is owed again.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(max_length=20, choices=NoticeKind.choices)
    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="notices")
    contact = models.ForeignKey(Contact, models.SET_NULL, null=True, related_name="notices")
    key = models.CharField(max_length=100)
    customer = models.ForeignKey(Customer, models.PROTECT, null=True, related_name="+")
    instalment = models.ForeignKey(Instalment, models.PROTECT, null=True, related_name="notices")
    request = models.ForeignKey(Request, models.PROTECT, null=True, related_name="notices")
    month = models.DateField(null=True)
    on_day = models.DateField(null=True)
    message = models.ForeignKey(Message, models.PROTECT, null=True, related_name="notices")
    state = models.CharField(max_length=10, choices=NoticeState.choices, default=NoticeState.OWED)
    reason = models.CharField(max_length=40, blank=True)
    times_owed = models.PositiveIntegerField(default=1)
    owed_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "person", "contact", "key"],
                name="notice_owed_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=Q(person__isnull=False, contact__isnull=True)
                | Q(person__isnull=True, customer__isnull=False),
                name="notice_to_person_or_contact",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=NoticeKind.values), name="notice_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(state__in=NoticeState.values), name="notice_state_known"
            ),
            models.CheckConstraint(
                condition=~Q(kind__in=["lapsed", "not_told", "chase", "escalated", "due_soon"])
                | Q(instalment__isnull=False, customer__isnull=False),
                name="notice_of_an_instalment_has_it",
            ),
            models.CheckConstraint(
                condition=~Q(kind__in=["requested", "decided"])
                | Q(request__isnull=False, customer__isnull=False),
                name="notice_of_a_request_has_request",
            ),
            models.CheckConstraint(
                condition=~Q(kind="plan_due") | Q(month__isnull=False, month__day=1),
                name="notice_of_a_plan_has_month",
            ),
            models.CheckConstraint(
                condition=~Q(kind__in=["chase", "digest"]) | Q(on_day__isnull=False),
                name="notice_that_comes_again_has_day",
            ),
        ]
        indexes = [
            models.Index(fields=["message"], name="notice_by_message"),
            models.Index(
                fields=["customer", "instalment"],
                condition=Q(person__isnull=True),
                name="notice_to_customer",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"

    @property
    def about(self) -> Customer:
        """The customer of a notice that is about one."""
        assert self.customer is not None, "held by constraints"
        return self.customer

    @property
    def whole_key(self) -> str:
        """The notice's key with its kind and recipient, and how often it was owed."""
        to = self.person_id or f"contact-{self.contact_id}"
        return f"{self.kind}/{to}/{self.key}/{self.times_owed}"

    @property
    def reader(self) -> Person:
        """The recipient of a notice to somebody of the organisation."""
        assert self.person is not None, "only contacts are none"
        return self.person

    @property
    def is_to_customer(self) -> bool:
        """Whether it is for a contact of the customer, who may have been removed since."""
        return self.person_id is None
