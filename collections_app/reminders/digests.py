"""Digests (rule 9): a rep's list of the day, and on Mondays how a manager's team stands."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final

from django.conf import settings
from django.utils import translation

from collections_app.accounts.models import Person, Role
from collections_app.core.display import format_money, format_month
from collections_app.core.months import first_of
from collections_app.core.workdays import WorkCalendar
from collections_app.customers.models import Customer, CustomerQuerySet
from collections_app.followups.models import Request
from collections_app.jobs.operations import once
from collections_app.notices.models import NoticeKind
from collections_app.notices.morning import Digest, DigestLine
from collections_app.notices.operations import Owed, join_messages, owe
from collections_app.organisation.queries import work_calendar
from collections_app.reminders.agenda import agenda_of
from collections_app.reminders.mornings import morning_mail
from collections_app.reminders.naming import about, named
from collections_app.reminders.ranking import Item
from collections_app.reminders.team_months import months_of_team
from collections_app.reminders.words import reason_of
from collections_app.standing.queries import standing_day

MOST_NAMED: Final = 10


def owe_digests(*, on: date) -> int:
    """Owe everybody who has something to read their digest of the day; return how many are new.

    Once a day, after its sweep. A digest joins the mail that the sweep has for the same morning.
    """
    calendar = work_calendar()
    if not calendar.is_working(on):
        return 0
    with once("digests_of_a_day", on.isoformat()) as is_ours:
        if not is_ours:
            return 0
        people = Person.objects.filter(
            is_active=True, wants_digest=True, role__in=(Role.REP, Role.MANAGER)
        )
        told = [
            person
            for person in people.select_related("team").order_by("pk")
            if digest_of(person, on, person.language, most=1) is not None
        ]
        owed = [Owed(person.pk, f"digest/{on.isoformat()}", on_day=on) for person in told]
        fresh = owe(NoticeKind.DIGEST, owed)
        join_messages(fresh, due_at=morning_mail(on))
        return len(fresh)


def digest_of(person: Person, on: date, language: str, *, most: int = MOST_NAMED) -> Digest | None:
    """What the digest of the day ``on`` says to a person now; None where there is nothing to say.

    ``most`` things to do are named.
    """
    with translation.override(language):
        items = _items_of(person)
        digest = Digest(count=len(items), lines=_lines(items[:most]))
        if person.role == Role.MANAGER and is_first_of_week(on, work_calendar()):
            digest = _with_team(digest, person, language)
    return digest if digest.count or digest.months else None


def is_first_of_week(on: date, calendar: WorkCalendar) -> bool:
    """Whether the day is the first one worked of its week: a Monday, if that is no holiday."""
    monday = on - timedelta(days=on.weekday())
    return calendar.on_or_after(monday) == on


def _items_of(person: Person) -> list[Item]:
    """A rep's list, an absent colleague's on it too; a manager's of their own customers."""
    customers: CustomerQuerySet = Customer.objects.filter(owner=person)
    if person.role == Role.REP:
        customers = Customer.objects.visible_to(person)
    return agenda_of(customers, person=person, day=standing_day()).items


def _lines(items: Sequence[Item]) -> tuple[DigestLine, ...]:
    names, day = named(items), standing_day()
    customers = Customer.objects.in_bulk({item.customer_id for item in items})
    lines = []
    for item in items:
        customer = customers[item.customer_id]
        lines.append(
            DigestLine(
                customer=customer.name,
                code=customer.code,
                reason=reason_of(item, day, name=about(item, names)[0]),
                amount=format_money(item.amount, item.currency),
                link=f"{settings.BASE_URL}/customers/{customer.public_id}/",
            )
        )
    return tuple(lines)


def _with_team(digest: Digest, person: Person, language: str) -> Digest:
    day = standing_day()
    months = months_of_team(person, on=day)
    return Digest(
        count=digest.count,
        lines=digest.lines,
        month=format_month(first_of(day), language) if months else "",
        months=months,
        requests=Request.objects.decidable_by(person).waiting().count(),
    )
