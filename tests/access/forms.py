"""Every form of the staff: where it is sent, what is right in it, where a text of it is found."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from collections_app.accounts.models import AuditEntry, Delegation, Person, Team
from collections_app.commitments.models import Commitment
from collections_app.customers.models import Contact, Hold, RegularAgreement, Stop
from collections_app.followups.models import FollowUp, Request, Snooze
from collections_app.ledger.models import Payment, Reversal
from collections_app.organisation.models import CalendarDay, Organisation
from collections_app.organisation.queries import today
from collections_app.planning.models import Measure, MonthPlan, TargetChange
from collections_app.web.access import ACCESS
from collections_app.web.forms.base import StaffForm
from tests.access.world import World, path_of, patterns_of
from tests.conftest import Cast
from tests.web.facts import DAY

TODAY = DAY.isoformat()
MONTH_OF_FORMS = "?month=2026-12"


Found = dict[str, Callable[[], str]]


@dataclass(frozen=True)
class Sent:
    """A form: where it is sent, what is right in it, and where a text of it is found again."""

    name: str
    path: str
    values: dict[str, str]
    found: Found
    files: dict[str, bytes] = field(default_factory=dict)

    def with_files(self, values: dict[str, str]) -> dict[str, Any]:
        """The values with the form's files, each to be read from its beginning."""
        files = {name: SimpleUploadedFile("a.csv", data) for name, data in self.files.items()}
        return {**values, **files}


def last_of(model: Any, field: str) -> Callable[[], str]:
    return lambda: str(getattr(model.objects.order_by("pk").last(), field))


def last_note() -> str:
    """The last follow-up's note, which is kept exactly: its own tests say so."""
    return " ".join(last_of(FollowUp, "note")().split())


CONTACT_TEXTS = {name: last_of(Contact, name) for name in ("name", "phone", "email")}


def forms_of_reps(client: Client, world: World, cast: Cast) -> Iterator[Sent]:
    """All that who looks after a customer sends."""
    owner = str(cast.east_rep.public_id)
    yield from acts_of(world, owner)
    yield from cells_of(world)
    yield from uploads_of(client, world)
    for name, path, found in (
        ("contact changed", f"/contacts/{world.objects['contact']}/", CONTACT_TEXTS),
        ("regular payment ended", f"/customers/{world.customer.public_id}/regular/end/", {}),
    ):
        sent = form_shown(client, name, path, {}, found)
        assert sent is not None, path
        yield sent


def cells_of(world: World) -> Iterator[Sent]:
    """The cells of the month plan, sent as forms."""
    home = f"/plan/{world.customer.public_id}"
    yield Sent(
        "cell of a target", f"{home}/target/{MONTH_OF_FORMS}",
        {"target": "5", "reason": "r", "seen": ""}, {"reason": last_of(TargetChange, "reason")},
    )  # fmt: skip
    asked = {"answer": "put_off", "ask_again_on": "2026-12-01", "seen": ""}
    yield Sent("cell of asking", f"{home}/asked/{MONTH_OF_FORMS}", asked, {})


def uploads_of(client: Client, world: World) -> Iterator[Sent]:
    """An upload, confirmed or given up."""
    home = f"/imports/{world.objects['import_job']}"
    for act in ("confirm", "cancel"):
        yield Sent(f"upload: {act}", f"{home}/{act}/", {"skip_bad_rows": "on"}, {})


def acts_of(world: World, owner: str) -> Iterator[Sent]:
    home = f"/customers/{world.customer.public_id}"
    ids = world.objects
    yield Sent(
        "target", f"{home}/plan/target/{MONTH_OF_FORMS}",
        {"target": "5", "reason": "r", "seen": ""}, {"reason": last_of(TargetChange, "reason")},
    )  # fmt: skip
    yield Sent(
        "agreement", f"{home}/plan/agree/?month=2026-11",
        {"agreed_with": "x", "agreed_on": TODAY, "channel": "phone", "seen": "7,777,777"},
        {"agreed_with": last_of(MonthPlan, "agreed_with")},
    )  # fmt: skip
    asked = {"asked_on": TODAY, "answer": "put_off", "ask_again_on": "2026-12-01"}
    yield Sent("ask", f"{home}/plan/ask/", asked, {})
    measure = {"kind": "other", "description": "x", "expected_uplift": "5", "due_on": TODAY}
    text = {"description": last_of(Measure, "description")}
    yield Sent("measure", f"{home}/measures/add/", measure | {"owner": owner}, text)
    changed = {"status": "done", "realised_uplift": "4", "seen_status": "planned"}
    changed |= {"seen_uplift": "7,777,777", "owner": owner, "expected_uplift": "5"}
    yield Sent(
        "measure changed", f"/measures/{ids['measure']}/", changed | {"description": "x"}, text
    )
    promise = {"rows": "1", "due_1": TODAY, "amount_1": "5", "made_on": TODAY, "channel": "phone"}
    promise |= {"promised_by": "x", "note": "n", "measure": "", "total": ""}
    found = {name: last_of(Commitment, name) for name in ("promised_by", "note")}
    yield Sent("promise", f"{home}/commitments/add/", promise, found)
    yield Sent(
        "renegotiation", f"/commitments/{ids['commitment']}/renegotiate/",
        promise | {"reason": "r", "asked_by": "us"}, found,
    )  # fmt: skip
    yield Sent(
        "cancellation", f"/commitments/{ids['commitment']}/cancel/", {"reason": "r"},
        {"reason": lambda: Commitment.objects.get(public_id=ids["commitment"]).end_reason},
    )  # fmt: skip
    payment = {"amount": "5", "received_on": TODAY, "method": "cash", "matures_on": ""}
    payment |= {"reference": "r", "invoice_number": "", "note": "n"}
    found = {name: last_of(Payment, name) for name in ("reference", "note")}
    yield Sent("payment", f"{home}/payments/add/", payment, found)
    reversal = {"amount": "5", "received_on": TODAY, "reference": "b", "note": "n"}
    found = {name: last_of(Reversal, name) for name in ("reference", "note")}
    yield Sent("reversal", f"/payments/{ids['payment']}/reverse/", reversal, found)
    yield Sent("pin", f"/payments/{ids['payment']}/pin/", {"instalment": "", "seen": ""}, {})
    yield from contacts_of(home)
    yield from requests_of(home)
    yield agree_many(world)
    regular = {"amount": "5", "day": "9", "agreed_with": "x", "valid_from": TODAY}
    yield Sent(
        "regular payment", f"{home}/regular/", regular | {"seen_amount": "", "seen_day": ""},
        {"agreed_with": last_of(RegularAgreement, "agreed_with")},
    )  # fmt: skip


def contacts_of(home: str) -> Iterator[Sent]:
    follow_up = {"outcome": "put_off", "reason": "other", "next_on": TODAY, "channel": "phone"}
    follow_up |= {"contact_name": "x", "day": TODAY, "note": "n"}
    found = {"contact_name": last_of(FollowUp, "contact_name"), "note": last_note}
    yield Sent("follow-up", f"{home}/follow-up/", follow_up, found)
    hold = {"kind": "holiday", "ends_on": TODAY, "note": "n"}
    yield Sent("hold", f"{home}/hold/", hold, {"note": last_of(Hold, "note")})
    snoozed = {"until": "2026-11-24", "reason": "r"}
    found = {"reason": last_of(Snooze, "reason")}
    yield Sent("snooze", f"{home}/snooze/?kind=no_regular&subject=", snoozed, found)
    contact = {"name": "x", "email": "", "phone": "1", "language": "en", "is_primary": ""}
    yield Sent("contact", f"{home}/contacts/add/", contact, CONTACT_TEXTS)
    mode = {"mode": "never", "seen": "approve", "looked_at": ""}
    yield Sent("reminders", f"{home}/reminders/", mode, {})
    found = {"reason": last_of(Stop, "reason")}
    yield Sent("mail stopped", f"{home}/reminders/stop/", {"reason": "r"}, found)


def requests_of(home: str) -> Iterator[Sent]:
    concession = {"kind": "reduce", "amount": "5", "until_on": "", "reason": "cash_short"}
    found = {"note": last_of(Request, "note")}
    yield Sent(
        "concession", f"{home}/requests/add/?month=2026-11",
        concession | {"note": "n", "seen": "7,777,777"}, found,
    )  # fmt: skip
    cut = {"target": "5", "reason": "", "note": "n", "seen": "7,777,777"}
    yield Sent("target cut", f"{home}/requests/target/?month=2026-11", cut, found)


def agree_many(world: World) -> Sent:
    """The form of a round of calls."""
    id_ = world.customer.public_id
    many = {"agreed_on": TODAY, "channel": "phone", "sent": "yes", "customer": str(id_)}
    many |= {f"seen-{id_}": str(7_777_777 * 100), f"with-{id_}": "x"}
    found = {f"with-{id_}": last_of(MonthPlan, "agreed_with")}
    return Sent("agree many", "/plan/agree/?month=2026-11", many, found)


def forms_of_managers(world: World) -> Iterator[Sent]:
    """What a manager decides by."""
    yield Sent(
        "decision", f"/requests/{world.objects['request']}/",
        {"decision": "refuse", "word": "w", "seen": ""}, {"word": last_of(Request, "word")},
    )  # fmt: skip
    yield Sent(
        "rating", f"/customers/{world.customer.public_id}/rating/",
        {"rating": "D", "reason": "r", "seen": "B"},
        {"reason": lambda: str(AuditEntry.objects.order_by("pk").last().payload["reason"])},  # type: ignore[union-attr]
    )  # fmt: skip


def anna() -> Person:
    """The rep, as she is now."""
    return Person.objects.select_related("team").get(email="anna@kept.test")


SETTINGS_TEXTS: dict[str, Found] = {
    "person_invite": {
        "name": last_of(Person, "name"), "staff_number": last_of(Person, "staff_number"),
    },
    "team_make": {"name": last_of(Team, "name")},
    "team_edit": {"name": lambda: str(anna().team)},
    "absences": {"note": last_of(Delegation, "note")},
    "calendar_day_add": {"name": last_of(CalendarDay, "name")},
    "organisation": {"name": last_of(Organisation, "name")},
    "mail_stops": {"reason": last_of(Stop, "reason")},
    "profile": {"name": lambda: Person.objects.get(email="ada@kept.test").name},
    "person_edit": {"name": lambda: anna().name},
}  # fmt: skip

FILES = {"import_upload": {"file": b"customer,amount\n"}}


def forms_of_admins(client: Client, world: World, cast: Cast) -> Iterator[Sent]:
    """Each form of settings and imports, as it starts but for what makes it a change."""
    changed = changes_to(cast)
    for pattern in patterns_of():
        name = pattern.name or ""
        door = ACCESS[f"web:{name}"]
        path = path_of(pattern, world.objects, door.of)
        if name == "hand_over_confirm":
            path += f"?all=yes&to={cast.east_rep_two.public_id}"
        if "admin" in door.read & door.write and path.startswith(("/settings/", "/imports/")):
            found = SETTINGS_TEXTS.get(name, {})
            sent = form_shown(client, name, path, changed.get(name, {}), found)
            if sent is not None:
                yield sent


def changes_to(cast: Cast) -> dict[str, dict[str, str]]:
    """What makes each form of settings right: its fields that start empty, or change nothing."""
    absent, outside = str(cast.west_rep.public_id), str(cast.west_manager.public_id)
    return {
        "person_invite": {"email": "new@kept.test", "name": "New", "role": "rep"},
        "team_make": {"name": "New"},
        "team_manager_add": {"person": outside},
        "absences": {
            "person": absent, "delegate": str(cast.admin.public_id), "ends_on": today().isoformat(),
        },
        "chat": {"address": "https://ntfy.sh/a-topic-that-nobody-guesses"},
        "wording_change": {"opening": "Good morning, {name}"},
        "mail_stops": {"scope": "all", "reason": "r"},
        "policy_change": {"grace_days": "4"},
        "team_policy_change": {"grace_days": "4"},
        "calendar_day_add": {"day": "2026-12-08", "name": "New"},
        "calendar_country": {"country": "DE"},
    }  # fmt: skip


def form_shown(
    client: Client, name: str, path: str, changed: dict[str, str], found: Found
) -> Sent | None:
    """The form of a page as it starts, but for what is ``changed``; None for no form."""
    context = client.get(path).context
    form = context.get("form") if context else None
    if not isinstance(form, StaffForm):
        return None
    files = FILES.get(name, {})
    fields = (bound for bound in form if bound.name not in {"token", *files})
    start = {bound.name: str(bound.value() or "") for bound in fields}
    return Sent(name, path, start | changed, found, files)
