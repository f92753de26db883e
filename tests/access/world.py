"""Everything that a URL can name, one of each, and everybody who may ask for it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID, uuid4

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from collections_app.accounts.models import Delegation, ImportRecord, Person, Role
from collections_app.accounts.operations import change_person
from collections_app.commitments.models import Commitment
from collections_app.core.clock import now
from collections_app.customers.models import Contact, Customer, Evidence, Hold
from collections_app.followups.models import FollowUp, Request
from collections_app.imports.models import ImportJob, JobState, RejectedRow
from collections_app.notices.models import Notice
from collections_app.organisation.models import CalendarDay
from collections_app.organisation.queries import moment_on, today
from collections_app.outbox.models import Message
from tests.builders import make_person
from tests.conftest import Cast
from tests.web.facts import (
    day,
    make_commitment,
    make_customer,
    make_invoice,
    make_measure,
    make_payment,
    make_plan,
    make_reversal,
)

CANARY = "Zqxcanary"
CANARY_AMOUNT = 7_777_777
A_HOLIDAY = "2026-12-09"
# Of people to the customer that the URLs name.
RELATIONS = [
    "anonymous", "the rep", "another rep of the team", "a rep of another team",
    "the team's manager", "the manager above", "another team's manager",
    "a manager just moved away", "finance", "the administrator", "a delegate", "a disabled rep",
]  # fmt: skip


@dataclass(frozen=True)
class Asker:
    """Somebody in a relation to the customer ``named`` by the URLs; None is nobody signed in."""

    relation: str
    person: Person | None
    sees: bool

    def may_see(self, kind: str) -> bool:
        """Whether an object of the kind exists for them, given that the door lets them in."""
        assert self.person is not None
        if kind in {"", "team"}:
            return True
        if kind in {"import_job", "import_record"}:
            all_see = self.person.role in {Role.FINANCE, Role.ADMIN}
            return all_see or self.relation == "the rep"
        return self.sees


@dataclass
class World:
    """A customer with one object of each kind, and those who ask."""

    customer: Customer
    objects: dict[str, UUID] = field(default_factory=dict)
    askers: list[Asker] = field(default_factory=list)

    def asker(self, relation: str) -> Asker:
        """Who stands in the relation."""
        return next(asker for asker in self.askers if asker.relation == relation)


def make_world(cast: Cast) -> World:
    """The customer is the first eastern rep's; every text and amount of it is a canary."""
    customer = make_customer(cast.east_rep, name=f"{CANARY} Ltd", code=f"{CANARY}-1")
    plan = make_plan(customer, CANARY_AMOUNT, agreed_with=f"{CANARY} Li")
    measure = make_measure(plan, CANARY_AMOUNT)
    measure.description = f"{CANARY} voucher"
    measure.save()
    commitment = make_commitment(
        customer, (day(10), CANARY_AMOUNT), (day(25), CANARY_AMOUNT), reference=f"{CANARY}-P"
    )
    payment = make_payment(customer, CANARY_AMOUNT, on=day(12), reference=f"{CANARY}-M")
    reversal = make_reversal(payment, 5, on=day(13), reference=f"{CANARY}-X")
    make_invoice(customer, CANARY_AMOUNT, due_on=day(2), number=f"{CANARY}-I")
    contact = Contact.objects.create(
        customer=customer, name=f"{CANARY} Li", language="en", is_primary=True
    )
    stored = default_storage.save(uuid4().hex, ContentFile(b"%PDF-1.7"))
    evidence = Evidence.objects.create(
        customer=customer, stored_as=stored, filename=f"{CANARY}.pdf",
        content_type="application/pdf", bytes=8, sha256="0",
    )  # fmt: skip
    objects = {
        "followup": make_followup(customer).public_id,
        "hold": make_hold(customer).public_id,
        "customer": customer.public_id,
        "measure": measure.public_id,
        "commitment": commitment.public_id,
        "message": make_message(customer, commitment).public_id,
        "request": make_request(customer, commitment).public_id,
        "payment": payment.public_id,
        "reversal": reversal.public_id,
        "contact": contact.public_id,
        "evidence": evidence.public_id,
        "absence": make_absence(cast.east_rep).public_id,
        "person": cast.east_rep.public_id,
        "managed_team": cast.east.public_id,
        "team": cast.east.public_id,
        "extra_manager": cast.west_manager.public_id,
        "import_job": make_job(cast.east_rep).public_id,
        "import_record": ImportRecord.objects.create(
            kind="plans", filename=f"{CANARY}.csv", sha256="0", by=cast.east_rep
        ).public_id,
    }
    CalendarDay.objects.create(day=A_HOLIDAY, is_working=False, name="Fair")
    return World(customer, objects, askers_of(cast))


def make_followup(customer: Customer) -> FollowUp:
    """A customer who will call."""
    return FollowUp.objects.create(
        customer=customer, at=moment_on(day(20)), on_day=day(20), outcome="put_off",
        contact_name=f"{CANARY} Li", note=f"{CANARY} will call", entered_by=customer.owner,
    )  # fmt: skip


def make_hold(customer: Customer) -> Hold:
    """A dispute that is over."""
    return Hold.objects.create(
        customer=customer, kind="dispute", note=f"{CANARY} dispute", starts_on=day(15),
        ends_on=day(16), entered_by=customer.owner,
    )  # fmt: skip


def make_absence(absent: Person) -> Delegation:
    """A colleague stands in, today and to the end of the week."""
    delegate = make_person("Dela", team=absent.team, email="dela@kept.test")
    return Delegation.objects.create(
        person=absent, delegate=delegate, starts_on=today(), ends_on=today() + timedelta(days=6)
    )


def make_request(customer: Customer, commitment: Commitment) -> Request:
    """A concession that waits to be decided."""
    return Request.objects.create(
        customer=customer, kind="postpone", month=day(1), commitment=commitment,
        reason="cash_short", note=f"{CANARY} is short", amount=CANARY_AMOUNT * 100,
        until_on=day(30), asked_on=day(20), asked_by=customer.owner,
    )  # fmt: skip


def make_message(customer: Customer, commitment: Commitment) -> Message:
    """Mail to the rep about a lapse, sent."""
    message = Message.objects.create(
        key=uuid4().hex, message_id=f"<{uuid4()}@kept.test>", kind="lapsed", person=customer.owner,
        to_address=customer.owner.email, language="en", state="sent", sent_at=now(),
        subject=f"{CANARY} has lapsed", body_text=f"{CANARY} owes", body_html=f"<p>{CANARY}</p>",
    )  # fmt: skip
    Notice.objects.create(
        kind="lapsed", person=customer.owner, key="canary", customer=customer,
        instalment=commitment.instalments.first(), message=message,
    )  # fmt: skip
    return message


def make_job(by: Person) -> ImportJob:
    """A file that waits to be confirmed, a row of it refused."""
    job = ImportJob.objects.create(
        kind="plans", filename=f"{CANARY}.csv", stored_name="x", size=1, by=by,
        state=JobState.CHECKED, rows=2, created=1, rejected=1, header=[CANARY],
    )  # fmt: skip
    RejectedRow.objects.create(job=job, number=2, cells=[CANARY])
    return job


def askers_of(cast: Cast) -> list[Asker]:
    """Every relation of the access matrix."""
    head = make_person("Hana", role=Role.MANAGER, team=cast.head, email="hana@kept.test")
    disabled = make_person("Dan", team=cast.east, email="dan@kept.test")
    delegate = Person.objects.get(email="dela@kept.test")
    moved = make_person("Mo", role=Role.MANAGER, team=cast.east, email="mo@kept.test")
    change_person(person=moved, actor=None, team=cast.west)
    change_person(person=disabled, actor=None, is_active=False)
    return [
        Asker("anonymous", None, sees=False),
        Asker("the rep", cast.east_rep, sees=True),
        Asker("another rep of the team", cast.east_rep_two, sees=False),
        Asker("a rep of another team", cast.west_rep, sees=False),
        Asker("the team's manager", cast.east_manager, sees=True),
        Asker("the manager above", head, sees=True),
        Asker("another team's manager", cast.west_manager, sees=False),
        Asker("a manager just moved away", Person.objects.get(pk=moved.pk), sees=False),
        Asker("finance", cast.finance, sees=True),
        Asker("the administrator", cast.admin, sees=True),
        Asker("a delegate", delegate, sees=True),
        Asker("a disabled rep", Person.objects.get(pk=disabled.pk), sees=False),
    ]


def patterns_of(resolver: URLResolver | None = None, prefix: str = "") -> Iterator[URLPattern]:
    """Every URL of the product that the staff's door answers."""
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLPattern):
            if prefix == "web:":
                yield pattern
        else:
            own = f"{pattern.namespace}:" if pattern.namespace else ""
            yield from patterns_of(pattern, prefix + own)


def path_of(pattern: URLPattern, objects: dict[str, UUID], kind: str) -> str:
    """The URL's path with the object of its kind, or whatever else it takes."""
    given: dict[str, object] = {}
    for name in pattern.pattern.converters:
        if name == "person_id":
            given[name] = objects.get("extra_manager", uuid4())
            continue
        given[name] = OTHER_ARGUMENTS.get(name, objects.get(kind, uuid4()))
    return reverse(f"web:{pattern.name}", kwargs=given)


# What a URL takes beside a public id.
OTHER_ARGUMENTS: dict[str, object] = {
    "kind": "payments",
    "rating": "A",
    "job": "old_runs",
    "mail": "morning",
    "language": "en",
    "day": A_HOLIDAY,
}
# Beside the role, a template asks for what the person may import: its own tests say what.
ITS_OWN_RULE = {"import_template"}
