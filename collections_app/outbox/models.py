"""One mail each: where to, what it says, how delivery goes."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from collections_app.accounts.models import Person


class MessageState(models.TextChoices):
    """How far a message has come."""

    QUEUED = "queued", _("queued")
    SENDING = "sending", _("sending")
    SENT = "sent", _("sent")
    WITHDRAWN = "withdrawn", _("withdrawn")
    DEAD = "dead", _("undeliverable")
    HELD = "held", _("held")
    AWAITING_APPROVAL = "awaiting_approval", _("awaiting approval")


class Channel(models.TextChoices):
    """How a message left."""

    SMTP = "smtp", _("mail server")
    FOLDER = "folder", _("local folder")
    CHAT = "chat", _("chat")


class Message(models.Model):
    """A mail to one recipient. Its Message-ID and date are fixed, however often it is tried.

    One that ``is_chat`` leaves by chat, and its address is a mask. With ``twin_of`` it says what
    that mail says, and carries no notices of its own; without, it comes instead of a mail.

    A lease (token and until) says which sender has it in hand. ``in_doubt`` counts the tries after
    which the server may have accepted it though we were not told. ``released_by`` is who let one
    leave that had to be approved. ``from_name`` is whose mail it is, where that is not the product.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    key = models.CharField(max_length=64, unique=True)
    message_id = models.CharField(max_length=200, unique=True)
    kind = models.CharField(max_length=20)
    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="messages")
    to_address = models.EmailField(max_length=254)
    reply_to = models.EmailField(max_length=254, blank=True)
    from_name = models.CharField(max_length=200, blank=True)
    language = models.CharField(max_length=10)
    subject = models.CharField(max_length=300, blank=True)
    body_text = models.TextField(blank=True)
    body_html = models.TextField(blank=True)
    state = models.CharField(
        max_length=20, choices=MessageState.choices, default=MessageState.QUEUED
    )
    reason = models.CharField(max_length=40, blank=True)
    attempts = models.PositiveIntegerField(default=0)
    in_doubt = models.PositiveIntegerField(default=0)
    due_at = models.DateTimeField(db_default=Now())
    created_at = models.DateTimeField(db_default=Now())
    dated_at = models.DateTimeField(null=True)  # the Date of every copy, fixed by the first claim
    sent_at = models.DateTimeField(null=True)
    channel = models.CharField(max_length=10, choices=Channel.choices, blank=True)
    lease_token = models.UUIDField(null=True)
    lease_until = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=500, blank=True)
    note = models.CharField(max_length=500, blank=True)
    released_at = models.DateTimeField(null=True)
    released_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    resend_of = models.ForeignKey("self", models.PROTECT, null=True, related_name="resent")
    is_chat = models.BooleanField(default=False, db_default=False)
    twin_of = models.ForeignKey("self", models.PROTECT, null=True, related_name="twins")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=MessageState.values), name="message_state_known"
            ),
            models.CheckConstraint(
                condition=~Q(state="sent") | Q(sent_at__isnull=False), name="message_sent_when"
            ),
            models.CheckConstraint(
                condition=Q(channel="") | Q(channel__in=Channel.values),
                name="message_channel_known",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["withdrawn", "dead"]) | ~Q(reason=""),
                name="message_ended_why",
            ),
            models.CheckConstraint(
                condition=Q(lease_token__isnull=True, lease_until__isnull=True)
                | Q(lease_token__isnull=False, lease_until__isnull=False),
                name="message_lease_whole",
            ),
            models.CheckConstraint(
                condition=Q(is_chat=False)
                | Q(person__isnull=False) & ~Q(kind__in=["reset", "invitation"]),
                name="message_by_chat_to_person",
            ),
            models.CheckConstraint(
                condition=Q(twin_of__isnull=True) | Q(is_chat=True), name="message_twin_by_chat"
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at", "id"],
                condition=Q(state__in=["queued", "sending"]),
                name="message_due",
            ),
            models.Index(fields=["-created_at"], name="message_newest"),
            models.Index(
                fields=["id"],
                condition=Q(state="awaiting_approval"),
                name="message_waiting",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key[:8]}"

    @property
    def carrier_id(self) -> int:
        """The id of the message whose notices this one tells: its own, or the first one's."""
        return self.resend_of_id or self.twin_of_id or self.pk
