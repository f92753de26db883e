"""How the organisation works: its settings, its calendar and its rating policies, all dated."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from collections_app.accounts.models import Team


class Rating(models.TextChoices):
    """How far a customer's word is trusted."""

    A = "A", _("A")
    B = "B", _("B")
    C = "C", _("C")
    D = "D", _("D")


class ReminderMode(models.TextChoices):
    """Whether mail to a customer leaves by itself."""

    AUTOMATIC = "automatic", _("automatic")
    APPROVE = "approve", _("after approval")
    NEVER = "never", _("never")


class Organisation(models.Model):
    """The one organisation of this installation.

    ``standing_on`` is the day that kept standing stands on; the sweep moves it forward.
    ``payments_complete_through`` is the day through which finance says payments are known.
    ``business_from_hour`` and ``business_until_hour`` are whole hours in its zone, between which
    mail to customers leaves; ``reminder_mode`` is that of a customer that is entered without one.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    name = models.CharField(_("name"), max_length=200)
    time_zone = models.CharField(_("time zone"), max_length=64)
    language = models.CharField(_("language"), max_length=10)
    country = models.CharField(_("country of the calendar"), max_length=10, blank=True)
    currency = models.CharField(_("currency"), max_length=3)
    lock_working_day = models.PositiveSmallIntegerField(_("plans lock on working day"), default=3)
    due_on_next_working_day = models.BooleanField(
        _("due dates on holidays count as the next working day"), default=False
    )
    standing_on = models.DateField(_("standing day"), null=True)
    payments_complete_through = models.DateField(_("payments complete through"), null=True)
    send_from_hour = models.PositiveSmallIntegerField(_("mail leaves from hour"), default=7)
    quiet_days = models.PositiveSmallIntegerField(_("quiet after a contact, days"), default=2)
    business_from_hour = models.PositiveSmallIntegerField(_("business begins at hour"), default=9)
    business_until_hour = models.PositiveSmallIntegerField(_("business ends at hour"), default=18)
    reminder_mode = models.CharField(
        _("reminders to new customers"),
        max_length=10,
        choices=ReminderMode.choices,
        default=ReminderMode.APPROVE,
    )

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(id=1), name="organisation_only_one"),
            models.CheckConstraint(
                condition=Q(lock_working_day__range=(1, 15)), name="organisation_lock_day_sane"
            ),
            models.CheckConstraint(
                condition=Q(send_from_hour__lte=23), name="organisation_send_hour_of_day"
            ),
            models.CheckConstraint(
                condition=Q(quiet_days__lte=30), name="organisation_quiet_days_sane"
            ),
            models.CheckConstraint(
                condition=Q(
                    business_from_hour__lt=F("business_until_hour"), business_until_hour__lte=24
                ),
                name="organisation_business_hours_of_day",
            ),
            models.CheckConstraint(
                condition=Q(reminder_mode__in=ReminderMode.values),
                name="organisation_reminder_mode_known",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class CalendarDay(models.Model):
    """A day that is worked, or not, other than its weekday says: a holiday or a make-up day."""

    day = models.DateField(_("day"), unique=True)
    is_working = models.BooleanField(_("worked"))
    name = models.CharField(_("name"), max_length=200, blank=True)
    entered_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(day__gte="1990-01-01"), name="calendar_day_after_1990"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.name}"


class RatingPolicy(models.Model):
    """How customers of one rating are followed, from a day on (rule 8).

    Tolerance is in tenths of a per cent, its cap in whole units of the customer's currency (null:
    no cap). A policy without a start counts from the beginning; one without a team for every team
    that neither has its own nor is below one that has. A row of a team that ``is_given_up`` says
    that from its day on the team has none of its own; what else it says counts for nothing.
    """

    rating = models.CharField(_("rating"), max_length=1, choices=Rating.choices)
    team = models.ForeignKey(Team, models.PROTECT, null=True, related_name="+")
    valid_from = models.DateField(_("valid from"), null=True)
    is_given_up = models.BooleanField(_("given up"), default=False, db_default=False)
    grace_days = models.PositiveSmallIntegerField(_("grace, working days"))
    tolerance_permille = models.PositiveSmallIntegerField(_("tolerance, per mille"))
    tolerance_cap = models.PositiveIntegerField(_("tolerance at most"), null=True)
    reminder_days = models.JSONField(_("reminders before the due date, days"), default=list)
    chase_every_days = models.PositiveSmallIntegerField(_("follow up a lapse every, days"))
    escalate_after_days = models.PositiveSmallIntegerField(_("to the manager after, days"))

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["rating", "team", "valid_from"],
                name="rating_policy_once_a_day",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=Q(rating__in=Rating.values), name="rating_policy_rating_known"
            ),
            models.CheckConstraint(
                condition=Q(is_given_up=False) | Q(team__isnull=False, valid_from__isnull=False),
                name="rating_policy_given_up_by_team",
            ),
            models.CheckConstraint(
                condition=Q(tolerance_permille__lte=1000), name="rating_policy_tolerance_share"
            ),
            models.CheckConstraint(
                condition=Q(chase_every_days__gte=1), name="rating_policy_chase_positive"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rating} {self.valid_from or ''}"


class Wording(models.Model):
    """The organisation's own words in mail of one kind and language, around what Kept says itself.

    ``kind`` is a key of ``notices.wording.WORDED``. Braces hold placeholders, which are no code:
    each is replaced by its value, once.
    """

    kind = models.CharField(max_length=20)
    language = models.CharField(_("language"), max_length=10)
    opening = models.TextField(_("introduction"), blank=True)
    closing = models.TextField(_("closing"), blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "language"], name="wording_once"),
            models.CheckConstraint(
                condition=~Q(opening="") | ~Q(closing=""), name="wording_says_something"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.language}"
