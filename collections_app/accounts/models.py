"""People, teams and roles, and the records of what was done: the audit trail and imports."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower, Now
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """What a person may do (rule 11)."""

    REP = "rep", _("Sales representative")
    MANAGER = "manager", _("Manager")
    FINANCE = "finance", _("Finance")
    ADMIN = "admin", _("Administrator")


class Language(models.TextChoices):
    """A language of the pages and of the mail."""

    ENGLISH = "en", _("English")
    CHINESE = "zh-hans", _("Simplified Chinese")


class Theme(models.TextChoices):
    """How the pages look."""

    AUTO = "auto", _("As the system")
    LIGHT = "light", _("Light")
    DARK = "dark", _("Dark")


class Team(models.Model):
    """People who work together; its managers see it and the teams below it."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(_("name"), max_length=200, unique=True)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="team_name_given"),
            models.CheckConstraint(
                condition=Q(parent__isnull=True) | ~Q(parent=F("id")),
                name="team_not_its_own_parent",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class PersonManager(BaseUserManager["Person"]):
    """Makes people. The product's way is ``operations.create_person``, which writes all of it."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> Person:
        person = self.model(email=email.strip(), **fields)
        person.set_password(password)
        person.save(using=self._db)
        return person

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> Person:
        fields.setdefault("role", Role.ADMIN)
        return self.create_user(email, password, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> Person:
        # Matches the unique index on the lower case.
        return self.annotate(_lower=Lower("email")).get(_lower=(username or "").lower())


class Person(AbstractBaseUser, PermissionsMixin):
    """Who signs in: by e-mail, unique whatever its case. People are disabled, never deleted.

    ``mail_hour`` and ``time_zone`` say when the mail of a morning leaves for them; null and blank:
    as the organisation has it.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    email = models.EmailField(_("e-mail"))
    name = models.CharField(_("name"), max_length=200)
    role = models.CharField(_("role"), max_length=10, choices=Role.choices)
    team = models.ForeignKey(Team, models.PROTECT, null=True, blank=True, related_name="people")
    language = models.CharField(
        _("language"), max_length=10, choices=Language.choices, default=Language.ENGLISH
    )
    theme = models.CharField(
        _("appearance"), max_length=5, choices=Theme.choices, default=Theme.AUTO
    )
    staff_number = models.CharField(
        _("staff number"), max_length=64, null=True, blank=True, unique=True, db_collation="C"
    )
    mail_hour = models.PositiveSmallIntegerField(_("mail arrives at hour"), null=True)
    time_zone = models.CharField(_("time zone"), max_length=64, blank=True)
    wants_digest = models.BooleanField(_("summary by mail"), default=True)
    is_active = models.BooleanField(_("may sign in"), default=True)
    date_joined = models.DateTimeField(default=timezone.now, editable=False)
    objects: ClassVar[PersonManager] = PersonManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    class Meta:
        constraints = [
            models.UniqueConstraint(Lower("email"), name="person_email_once"),
            models.CheckConstraint(condition=~Q(email=""), name="person_email_given"),
            models.CheckConstraint(condition=~Q(name=""), name="person_name_given"),
            models.CheckConstraint(condition=Q(role__in=Role.values), name="person_role_known"),
            models.CheckConstraint(
                condition=Q(language__in=Language.values), name="person_language_known"
            ),
            models.CheckConstraint(condition=Q(theme__in=Theme.values), name="person_theme_known"),
            models.CheckConstraint(
                condition=Q(staff_number__isnull=True) | ~Q(staff_number=""),
                name="person_staff_number_null_if_none",
            ),
            models.CheckConstraint(
                condition=Q(mail_hour__isnull=True) | Q(mail_hour__lte=23),
                name="person_mail_hour_of_day",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name

    def get_full_name(self) -> str:
        return self.name

    def _get_session_auth_hash(self, secret: str | bytes | None = None) -> str:
        """Bind sessions to the role too, so that a changed role ends them like a new password."""
        salt = "collections_app.accounts.Person.session"
        value = f"{self.password}|{self.role}"
        return salted_hmac(salt, value, secret=secret, algorithm="sha256").hexdigest()


class MorningBy(models.TextChoices):
    """By which way the messages of a morning come to somebody who has a chat address."""

    BOTH = "both", _("mail and chat")
    CHAT = "chat", _("chat alone")
    MAIL = "mail", _("mail alone")


class ChatAddress(models.Model):
    """Where a person is reached by chat. Who knows the address can write there: it is sealed.

    ``service`` is a key of ``chat.SERVICES``. ``hint`` is the end of the address, to tell it by.
    """

    person = models.OneToOneField(Person, models.PROTECT, related_name="chat_address")
    service = models.CharField(max_length=20)
    sealed = models.TextField()
    hint = models.CharField(max_length=8, blank=True)
    morning_by = models.CharField(
        _("morning messages come by"),
        max_length=5,
        choices=MorningBy.choices,
        default=MorningBy.BOTH,
    )
    set_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(morning_by__in=MorningBy.values), name="chat_address_morning_by_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.service} {self.person_id}"


class TeamManager(models.Model):
    """One more manager of a team, from elsewhere: those in the team manage it anyway."""

    team = models.ForeignKey(Team, models.PROTECT, related_name="extra_managers")
    person = models.ForeignKey(Person, models.PROTECT, related_name="managed_teams")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["team", "person"], name="team_manager_once"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} → {self.team_id}"


class ImportRecordQuerySet(models.QuerySet["ImportRecord"]):
    def visible_to(self, person: Person) -> ImportRecordQuerySet:
        """Narrow to one's own; finance and administrators see everyone's, the commands' too."""
        if not person.is_active:
            return self.none()
        if person.role in (Role.ADMIN, Role.FINANCE):
            return self
        return self.filter(by=person)


class ImportRecord(models.Model):
    """A file that was read in: what it was, what came of it, and whether it was undone."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(max_length=20)
    filename = models.CharField(max_length=255)
    sha256 = models.CharField(max_length=64, db_collation="C")
    rows = models.PositiveIntegerField(default=0)
    created = models.PositiveIntegerField(default=0)
    updated = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    rejected = models.PositiveIntegerField(default=0)
    by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="imports")
    at = models.DateTimeField(db_default=Now())
    undone_at = models.DateTimeField(null=True)
    objects = ImportRecordQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    rows=F("created") + F("updated") + F("unchanged") + F("rejected"),
                ),
                name="import_record_counts_add_up",
            ),
            models.CheckConstraint(
                condition=Q(undone_at__isnull=True) | Q(undone_at__gte=F("at")),
                name="import_record_undone_after",
            ),
        ]
        indexes = [models.Index(F("at").desc(), name="import_record_latest")]

    def __str__(self) -> str:
        return f"{self.id} {self.kind} {self.filename}"


class AuditEntry(models.Model):
    """One thing that was done, by whom, to what. Append-only: triggers refuse all else.

    ``customer_id`` is no foreign key, because customers are a room above.
    """

    at = models.DateTimeField(db_default=Now())
    actor = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    on_behalf_of = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    verb = models.CharField(max_length=60)
    subject_kind = models.CharField(max_length=40)
    subject_id = models.CharField(max_length=64)
    customer_id = models.BigIntegerField(null=True)
    import_record = models.ForeignKey(
        ImportRecord, models.PROTECT, null=True, related_name="entries"
    )
    payload = models.JSONField(default=dict, encoder=DjangoJSONEncoder)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(verb=""), name="audit_entry_verb_given"),
        ]
        indexes = [
            models.Index(fields=["customer_id", "-at"], name="audit_entry_of_customer"),
            models.Index(fields=["subject_kind", "subject_id"], name="audit_entry_of_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.verb} {self.subject_kind} {self.subject_id}"


class DelegationQuerySet(models.QuerySet["Delegation"]):
    def in_force(self, on: date) -> DelegationQuerySet:
        """Those that count on the business date ``on``."""
        ended = Q(ended_on__isnull=True) | Q(ended_on__gt=on)
        return self.filter(ended, starts_on__lte=on, ends_on__gte=on)


class Delegation(models.Model):
    """During an absence, ``delegate`` acts with the rights of ``person``: both ends included.

    ``ended_on`` is the first day without it, where it was ended sooner.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    person = models.ForeignKey(Person, models.PROTECT, related_name="delegations")
    delegate = models.ForeignKey(Person, models.PROTECT, related_name="stands_in")
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"))
    ended_on = models.DateField(_("ended on"), null=True)
    note = models.CharField(_("note"), max_length=500, blank=True)
    entered_at = models.DateTimeField(db_default=Now())
    entered_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    objects = DelegationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")), name="delegation_ends_not_before_start"
            ),
            models.CheckConstraint(
                condition=~Q(person=F("delegate")), name="delegation_to_another"
            ),
        ]
        indexes = [models.Index(fields=["delegate", "ends_on"], name="delegation_of_delegate")]

    def __str__(self) -> str:
        return f"{self.person_id} → {self.delegate_id} {self.starts_on}–{self.ends_on}"
