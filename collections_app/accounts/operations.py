"""Making and changing people, and writing the audit trail."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from collections_app.accounts.models import (
    AuditEntry,
    ImportRecord,
    Language,
    Person,
    Role,
    Team,
    TeamManager,
    Theme,
)
from collections_app.accounts.overtaking import refuse_overtaken
from collections_app.accounts.sessions import end_sessions
from collections_app.core.refusals import Refused


class PersonRefused(Refused):
    """A person cannot be made or changed like this."""


def create_person(
    *,
    email: str,
    name: str,
    role: str,
    team: Team | None = None,
    language: str | None = None,
    staff_number: str | None = None,
    password: str | None = None,
    actor: Person | None = None,
    import_record: ImportRecord | None = None,
) -> Person:
    """Make a person who may sign in once they have a password; without one it is unusable.

    The language is the organisation's first one unless given. Raises ``PersonRefused`` with the
    code ``invalid_email``, ``unknown_value``, ``required`` or ``conflict`` (the e-mail, whatever
    its case, or the staff number is taken, also by somebody made at the same time).
    """
    person = Person(
        email=email.strip(),
        name=name.strip(),
        role=role,
        team=team,
        language=language or settings.LANGUAGE_CODE,
        staff_number=(staff_number or "").strip() or None,
    )
    _check(person)
    person.set_password(password)
    try:
        with transaction.atomic():
            person.save()
            keep_address_in_step(person)
            record(
                actor=actor,
                verb="create",
                subject_kind="person",
                subject_id=person.pk,
                payload=person_facts(person),
                import_record=import_record,
            )
    except IntegrityError as error:
        raise _taken(error) from error
    return person


# What may be changed of a person.
CHANGED: Final = frozenset(
    "email name role team language staff_number is_active mail_hour time_zone wants_digest".split()
)


def change_person(
    *,
    person: Person,
    actor: Person | None,
    import_record: ImportRecord | None = None,
    seen: Mapping[str, str] | None = None,
    **changes: Any,
) -> Person:
    """Set fields of a person: those of ``CHANGED``.

    A changed role, and ``is_active`` either way, end the person's sessions. Raises
    ``PersonRefused`` as ``create_person`` does, and with the code ``not_allowed`` where the actor
    would shut themselves out, or the last administrator would go; ``Overtaken`` where one of the
    changes is to what is no longer as ``seen`` (the marks of ``person_facts``) has it. What does
    not change leaves no trace.
    """
    if unknown := set(changes) - CHANGED:
        raise TypeError(f"not a person's: {sorted(unknown)}")
    try:
        with transaction.atomic():
            person, others = _held(person, changes)
            before = person_facts(person)
            for field, value in changes.items():
                setattr(person, field, value)
            _check(person)
            after = person_facts(person)
            if before == after:
                return person
            changed = [name for name in after if after[name] != before[name]]
            refuse_overtaken(seen, before, changed, subject_kind="person", subject_id=person.pk)
            _check_administrators(before, after, person=person, actor=actor, others=others)
            person.save(update_fields=list(changes))
            keep_address_in_step(person)
            if before["is_active"] != after["is_active"]:
                end_sessions(person)
            record(
                actor=actor,
                verb="change",
                subject_kind="person",
                subject_id=person.pk,
                payload={"before": before, "after": after},
                import_record=import_record,
            )
    except IntegrityError as error:
        raise _taken(error) from error
    return person


def ensure_team(*, name: str, parent: Team | None = None, actor: Person | None = None) -> Team:
    """The team of that name, made below ``parent`` if there is none; two callers make one."""
    with transaction.atomic():
        team, is_new = Team.objects.get_or_create(name=name.strip(), defaults={"parent": parent})
        if is_new:
            record(
                actor=actor,
                verb="create",
                subject_kind="team",
                subject_id=team.pk,
                payload={"name": team.name, "parent": team.parent_id},
            )
    return team


def add_team_manager(*, team: Team, person: Person, actor: Person | None = None) -> None:
    """Let a manager from elsewhere manage ``team`` and those below too; again changes nothing."""
    with transaction.atomic():
        _row, is_new = TeamManager.objects.get_or_create(team=team, person=person)
        if is_new:
            record(
                actor=actor,
                verb="add_manager",
                subject_kind="team",
                subject_id=team.pk,
                payload={"person": person.email},
            )


def choose_language(*, person: Person, language: str) -> None:
    """Set the language of the person's pages and mail; raises ``PersonRefused`` for another."""
    if language not in Language.values:
        raise PersonRefused(_("This language is not known."), code="unknown_value")
    Person.objects.filter(pk=person.pk).update(language=language)
    person.language = language


def choose_theme(*, person: Person, theme: str) -> None:
    """Set how the person's pages look; raises ``PersonRefused`` for what is no theme."""
    if theme not in Theme.values:
        raise PersonRefused(_("This appearance is not known."), code="unknown_value")
    Person.objects.filter(pk=person.pk).update(theme=theme)
    person.theme = theme


def keep_address_in_step(person: Person) -> None:
    """Make the sign-in library's address the person's e-mail: the one place that does so."""
    EmailAddress.objects.filter(user=person).exclude(email=person.email.lower()).delete()
    EmailAddress.objects.update_or_create(
        user=person, email=person.email.lower(), defaults={"verified": True, "primary": True}
    )


def record(
    *,
    actor: Person | None,
    verb: str,
    subject_kind: str,
    subject_id: int | str,
    customer_id: int | None = None,
    payload: Mapping[str, Any] | None = None,
    import_record: ImportRecord | None = None,
    on_behalf_of: Person | None = None,
) -> AuditEntry:
    """Append to the audit trail, in the caller's transaction; no actor means the clock or a file.

    ``payload`` may hold dates, instants, decimals and UUIDs, and never a secret. Only inserts, so
    that writers never wait for each other.
    """
    return AuditEntry.objects.create(
        actor=actor,
        on_behalf_of=on_behalf_of,
        verb=verb,
        subject_kind=subject_kind,
        subject_id=str(subject_id),
        customer_id=customer_id,
        import_record=import_record,
        payload=dict(payload or {}),
    )


def record_each(
    entries: Iterable[tuple[int | str, int | None, Mapping[str, Any]]],
    *,
    actor: Person | None,
    verb: str,
    subject_kind: str,
    on_behalf_of: Mapping[int, int] | None = None,
) -> int:
    """Append many entries at once: (subject's id, customer's id, payload) each; return how many.

    ``on_behalf_of`` holds the absent person's id by customer, where the actor stands in.
    """
    rows = [
        AuditEntry(
            actor=actor,
            verb=verb,
            subject_kind=subject_kind,
            subject_id=str(subject_id),
            customer_id=customer_id,
            on_behalf_of_id=(on_behalf_of or {}).get(customer_id or 0),
            payload=dict(payload),
        )
        for subject_id, customer_id, payload in entries
    ]
    AuditEntry.objects.bulk_create(rows, batch_size=2000)
    return len(rows)


def _held(person: Person, changes: Mapping[str, Any]) -> tuple[Person, set[int]]:
    """The person, locked, and the ids of the active administrators, locked with them if need be.

    All in one statement and in key order, so that two who take each other's rights away wait.
    """
    wanted = Q(pk=person.pk)
    if {"role", "is_active"} & set(changes):
        wanted |= Q(role=Role.ADMIN, is_active=True)
    held = {p.pk: p for p in Person.objects.select_for_update().filter(wanted).order_by("pk")}
    # Read anew: what another wrote while this waited may have taken somebody out.
    admins = {p.pk for p in held.values() if p.role == Role.ADMIN and p.is_active}
    return held[person.pk], admins


def _check_administrators(
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    *,
    person: Person,
    actor: Person | None,
    others: set[int],
) -> None:
    """Refuse what would lock the installation, or the one who does it."""
    goes = before["role"] == Role.ADMIN and before["is_active"]
    goes = goes and not (after["role"] == Role.ADMIN and after["is_active"])
    field = "role" if before["role"] != after["role"] else None
    if actor is not None and actor.pk == person.pk and (field or not after["is_active"]):
        raise PersonRefused(
            _("You cannot take your own rights away. Ask another administrator."),
            code="not_allowed",
            field=field,
        )
    if goes and others <= {person.pk}:
        raise PersonRefused(
            _("This is the last administrator. Make another one first."),
            code="not_allowed",
            field=field,
        )
    if goes and actor is not None and actor.pk not in others:
        raise PersonRefused(
            _("Only an administrator may take an administrator's rights away."),
            code="not_allowed",
            field=field,
        )


def _check(person: Person) -> None:
    """Refuse what the constraints would, with a sentence for each."""
    try:
        validate_email(person.email)
    except ValidationError as error:
        raise PersonRefused(
            _("%(email)s is not an e-mail address.") % {"email": person.email},
            code="invalid_email",
            field="email",
        ) from error
    if not person.name:
        raise PersonRefused(_("A name is needed."), code="required", field="name")
    if person.role not in Role.values:
        raise PersonRefused(
            _("%(role)s is not a role.") % {"role": person.role},
            code="unknown_value",
            field="role",
        )
    if person.language not in Language.values:
        raise PersonRefused(
            _("%(language)s is not a language of Kept.") % {"language": person.language},
            code="unknown_value",
            field="language",
        )


def _taken(error: IntegrityError) -> PersonRefused:
    return PersonRefused(
        _("Somebody has this e-mail address or staff number already."),
        code="conflict",
        field="staff_number" if "staff_number" in str(error) else "email",
    )


def person_facts(person: Person) -> dict[str, Any]:
    """What the audit trail keeps of a person, and what forms mark as seen."""
    return {
        "email": person.email,
        "name": person.name,
        "role": str(person.role),
        "team": person.team_id,
        "language": str(person.language),
        "staff_number": person.staff_number,
        "is_active": person.is_active,
        "mail_hour": person.mail_hour,
        "time_zone": person.time_zone,
        "wants_digest": person.wants_digest,
    }
