"""Mail that carries a link by which one signs in: a reset, an invitation.

The link is made as the mail leaves and never kept: not in the row, not in the mail log or the
local folder, not in a backup.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final
from uuid import uuid4

from allauth.account import app_settings
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from collections_app.accounts.models import Person
from collections_app.core.clock import now
from collections_app.organisation.queries import organisation
from collections_app.outbox.delivery import Rendered, Withdrawn
from collections_app.outbox.models import Message, MessageState
from collections_app.outbox.operations import Recipient, digest_of, enqueue

KINDS: Final = frozenset({"reset", "invitation"})
# A link that somebody asked for and no longer waits for must not turn up after an outage.
STALE: Final = {"reset": timedelta(hours=2), "invitation": timedelta(days=7)}


def send_secret_link(*, person: Person, kind: str) -> Message:
    """Queue a mail of one of ``KINDS`` to the person; one not yet sent of that kind is enough,
    unless it has waited so long that it may be withdrawn as too late.

    In the caller's transaction, if any. Two requests at once wait for each other.
    """
    with transaction.atomic():
        Person.objects.select_for_update().get(pk=person.pk)
        waiting = Message.objects.filter(
            person=person,
            kind=kind,
            state__in=(MessageState.QUEUED, MessageState.SENDING),
            created_at__gt=now() - STALE[kind] / 2,
        ).first()
        if waiting is not None:
            return waiting
        return enqueue(
            key=digest_of([f"{kind}/{uuid4()}"]),
            kind=kind,
            to=Recipient(person.email, person.language, person),
            due_at=now(),
        )


def prepare_secret(message: Message) -> Rendered | Withdrawn:
    """Word the mail with a link made for it now; withdrawn if it is no longer wanted."""
    person = message.person
    if person is None or not person.is_active:
        return Withdrawn("disabled")
    if now() - message.created_at > STALE[message.kind]:
        return Withdrawn("too_late")
    link = _link_for(person)
    context = {
        "name": person.name,
        "email": person.email,
        "organisation": organisation().name,
        "link": link,
        "days": settings.PASSWORD_RESET_TIMEOUT // 86400,
        "language": message.language,
    }
    folder = f"emails/{message.kind}"
    with translation.override(message.language):
        return Rendered(
            subject=" ".join(render_to_string(f"{folder}/subject.txt", context).split()),
            text=render_to_string(f"{folder}/body.txt", context),
            html=render_to_string(f"{folder}/body.html", context),
            secret=link,
        )


def _link_for(person: Person) -> str:
    """A link to choose a password by: spent by its use, and by a password or an e-mail changed."""
    key = app_settings.PASSWORD_RESET_TOKEN_GENERATOR().make_token(person)
    path = reverse(
        "account_reset_password_from_key",
        kwargs={"uidb36": user_pk_to_url_str(person), "key": key},
    )
    return f"{settings.BASE_URL}{path}"
