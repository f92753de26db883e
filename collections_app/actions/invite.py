"""Letting people in: made and invited in one act, and invited again."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from collections_app.accounts.models import Person, Team
from collections_app.accounts.operations import PersonRefused, create_person, record
from collections_app.notices.secret_mail import send_secret_link


def invite_person(
    *,
    email: str,
    name: str,
    role: str,
    team: Team | None,
    language: str,
    staff_number: str | None = None,
    actor: Person,
) -> Person:
    """Make a person and send them a link to choose a password; both or neither.

    Raises ``PersonRefused`` as ``create_person`` does.
    """
    with transaction.atomic():
        person = create_person(
            email=email,
            name=name,
            role=role,
            team=team,
            language=language,
            staff_number=staff_number,
            actor=actor,
        )
        send_secret_link(person=person, kind="invitation")
    return person


def send_link_again(*, person: Person, actor: Person) -> str:
    """Send another link to choose a password: an invitation, or a reset to who has one already.

    One that waits to be sent is enough. Returns the kind. Raises ``PersonRefused`` (``disabled``).
    """
    with transaction.atomic():
        held = Person.objects.select_for_update(no_key=True).get(pk=person.pk)
        if not held.is_active:
            raise PersonRefused(
                _("%(name)s may not sign in.") % {"name": held.name}, code="disabled"
            )
        kind = "reset" if held.has_usable_password() else "invitation"
        send_secret_link(person=held, kind=kind)
        record(
            actor=actor,
            verb="send_link",
            subject_kind="person",
            subject_id=held.pk,
            payload={"kind": kind},
        )
    return kind
