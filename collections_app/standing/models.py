"""What of standing is kept: allocations and states, as of the standing day."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from collections_app.accounts.models import Person
from collections_app.commitments.models import Instalment
from collections_app.core.transactions import (
    CurrentTransaction,
    SnapshotField,
    TransactionField,
)
from collections_app.customers.models import Customer
from collections_app.ledger.models import Payment


class State(models.TextChoices):
    """What became of an instalment (rule 5)."""

    KEPT = "kept", _("kept")
    KEPT_LATE = "kept_late", _("kept late")
    SUPERSEDED = "superseded", _("superseded")
    CANCELLED = "cancelled", _("cancelled")
    OPEN = "open", _("open")
    PARTIALLY_KEPT = "partially_kept", _("partially kept")
    BROKEN = "broken", _("broken")


LAPSED = frozenset({State.PARTIALLY_KEPT, State.BROKEN})


class Allocation(models.Model):
    """What of one payment fills one instalment, in minor units, as of the standing day."""

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="+")
    payment = models.ForeignKey(Payment, models.PROTECT, related_name="allocations")
    instalment = models.ForeignKey(Instalment, models.PROTECT, related_name="allocations")
    received_on = models.DateField(_("received on"))
    amount = models.BigIntegerField(_("amount"))

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="allocation_amount_positive"),
            models.UniqueConstraint(fields=["payment", "instalment"], name="allocation_once"),
        ]
        indexes = [
            models.Index(fields=["customer"], name="allocation_by_customer"),
            models.Index(fields=["instalment", "received_on"], name="allocation_by_instalment"),
        ]

    def __str__(self) -> str:
        return f"{self.payment_id} → {self.instalment_id}: {self.amount}"


class InstalmentStanding(models.Model):
    """The state of one instalment as of the standing day; amounts in minor units.

    ``changes_on`` is the next day on which state or verdict can change though no fact does (the day
    after the deadline, while open or kept ahead of it), so that the sweep's cost follows what is
    due. ``swept_state`` is the state that the last sweep saw, blank before the first.
    """

    instalment = models.OneToOneField(
        Instalment, models.PROTECT, primary_key=True, related_name="standing"
    )
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="+")
    state = models.CharField(max_length=14, choices=State.choices)
    verdict = models.CharField(max_length=14, choices=State.choices, blank=True)
    received = models.BigIntegerField(_("received"))
    received_on_time = models.BigIntegerField(_("received on time"))
    settled_on = models.DateField(_("settled on"), null=True)
    changes_on = models.DateField(null=True)
    swept_state = models.CharField(max_length=14, choices=State.choices, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=State.values), name="instalment_standing_state_known"
            ),
            models.CheckConstraint(
                condition=Q(received__gte=0, received_on_time__gte=0),
                name="instalment_standing_not_negative",
            ),
        ]
        indexes = [
            models.Index(fields=["customer"], name="standing_by_customer"),
            models.Index(
                fields=["changes_on"],
                condition=Q(changes_on__isnull=False),
                name="standing_changes",
            ),
            models.Index(
                fields=["instalment"],
                condition=~Q(state=F("swept_state")),
                name="standing_unswept",
            ),
            models.Index(
                fields=["customer", "instalment"],
                condition=Q(state__in=["partially_kept", "broken"]),
                name="standing_lapsed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.instalment_id}: {self.state}"


class MonthFigures(models.Model):
    """What rule 1 says of a customer's month as of the standing day, which lies in that month.

    Amounts in minor units; ``plan_state`` and ``asked`` (blank: not asked) are codes. ``owner`` is
    whom the month belongs to, ``rating`` the month's (blank: unrated); ``present_owner`` is the
    customer's own, who decides who may see it, and ``currency`` the customer's.
    """

    customer = models.OneToOneField(
        Customer, models.PROTECT, primary_key=True, related_name="month_figures"
    )
    month = models.DateField()
    target = models.BigIntegerField()
    original_target = models.BigIntegerField()
    committed = models.BigIntegerField()
    measures = models.BigIntegerField()
    received = models.BigIntegerField()
    unpromised = models.BigIntegerField()
    lapsed = models.BigIntegerField()
    due_by_now = models.BigIntegerField()
    plan_state = models.CharField(max_length=10)
    asked = models.CharField(max_length=10, blank=True)
    owner = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)
    present_owner = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)
    rating = models.CharField(max_length=1, blank=True)
    currency = models.CharField(max_length=3)
    at_risk = models.BigIntegerField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(month__day=1), name="month_figures_month_first_day"),
        ]
        indexes = [
            models.Index(fields=["currency", "-at_risk"], name="month_figures_riskiest"),
            models.Index(fields=["owner", "currency", "-at_risk"], name="month_figures_of_owner"),
        ]

    def __str__(self) -> str:
        return f"{self.customer_id} {self.month:%Y-%m}"


class KeptAnswer(models.Model):
    """What a dashboard sums of one portfolio: of the customers whom one person looks after.

    ``question`` names the sums and the day. They are right while no move of the portfolio has
    happened that ``snapshot``, taken before they were worked out, does not see; null where they
    never were. Of the transaction that worked them out, ``filled_in``, moves up to ``last_move``
    were seen. Transactions are told apart only while the server of ``server_started`` runs.
    """

    portfolio = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)
    question = models.CharField(max_length=300)
    snapshot = SnapshotField(null=True)
    filled_in = TransactionField(null=True)
    last_move = models.BigIntegerField(db_default=0)
    server_started = models.DateTimeField(null=True)
    asked_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["question", "portfolio"], name="kept_answer_once_a_portfolio"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.portfolio_id}: {self.question}"


class AnswerPart(models.Model):
    """The sums of an answer, of one owner, rating (``none`` without), currency and ``key``."""

    answer = models.ForeignKey(KeptAnswer, models.CASCADE, related_name="parts")
    owner = models.ForeignKey(
        Person, models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    rating = models.CharField(max_length=4)
    currency = models.CharField(max_length=3)
    key = models.CharField(max_length=40)
    sums = ArrayField(models.BigIntegerField())

    def __str__(self) -> str:
        return f"{self.answer_id} {self.key}: {self.sums}"


class PortfolioMove(models.Model):
    """That facts of a portfolio's customers moved, or what is kept of them; append only."""

    portfolio_id = models.BigIntegerField()
    moved_in = TransactionField(db_default=CurrentTransaction())

    class Meta:
        indexes = [models.Index(fields=["portfolio_id"], name="portfolio_move_by_portfolio")]

    def __str__(self) -> str:
        return str(self.portfolio_id)


class LedgerSums(models.Model):
    """What rule 10 says of a customer as of the standing day, in sums of minor units."""

    customer = models.OneToOneField(
        Customer, models.PROTECT, primary_key=True, related_name="ledger_sums"
    )
    open = models.BigIntegerField()
    unapplied = models.BigIntegerField()
    overdue = models.BigIntegerField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(overdue__gte=0, overdue__lte=F("open")),
                name="ledger_sums_overdue_is_open",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.customer_id}: {self.open}"


class Touched(models.Model):
    """A customer whose facts changed since standing was last derived; append only.

    ``is_light`` where no promise or money changed, so that allocations and states stay.
    """

    customer_id = models.BigIntegerField()
    is_light = models.BooleanField(db_default=False)
    at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(customer_id__gt=0), name="touched_customer_given"),
        ]
        indexes = [models.Index(fields=["customer_id"], name="touched_by_customer")]

    def __str__(self) -> str:
        return str(self.customer_id)
