"""Bad input into every field of every form, and into every query: stored exactly or refused by
name, and never an error of ours.

Each field gets a share of the inputs, another one for each field; ``KEPT_BAD_INPUTS=all`` gives
every field all of them.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Any
from urllib.parse import urljoin, urlsplit
from uuid import uuid4

import pytest
from django.db import transaction
from django.test import Client

from collections_app.accounts.models import AuditEntry, Delegation, Person, Team
from collections_app.commitments.models import Commitment
from collections_app.customers.models import Contact, Hold, RegularAgreement
from collections_app.followups.models import FollowUp, Request, Snooze
from collections_app.ledger.models import Payment, Reversal
from collections_app.organisation.models import CalendarDay, Organisation
from collections_app.organisation.queries import today
from collections_app.planning.models import Measure, MonthPlan, TargetChange
from collections_app.web.access import ACCESS
from collections_app.web.forms.base import StaffForm
from tests.access.nasty import NASTY
from tests.access.world import World, make_world, path_of, patterns_of
from tests.conftest import Cast
from tests.web.facts import DAY, stand_on

TODAY = DAY.isoformat()
SHARE = 6
# What a form carries along unseen is no field to be named.
CARRIED = {
    "token",
    "rows",
    "seen",
    "seen_status",
    "seen_uplift",
    "seen_amount",
    "seen_day",
    "previewed",
    "count",
}
ALL = os.environ.get("KEPT_BAD_INPUTS") == "all"
MONTH_OF_FORMS = "?month=2026-12"


@dataclass(frozen=True)
class Sent:
    """A form: where it is sent, what is right in it, and where a text of it is found again."""

    name: str
    path: str
    values: dict[str, str]
    found: dict[str, Callable[[], str]]


def last_of(model: Any, field: str) -> Callable[[], str]:
    return lambda: str(getattr(model.objects.order_by("pk").last(), field))


def last_note() -> str:
    """The last follow-up's note, which is kept exactly: its own tests say so."""
    return " ".join(last_of(FollowUp, "note")().split())


@pytest.fixture
def world(cast: Cast) -> World:
    world = make_world(cast)
    stand_on()
    return world


@pytest.fixture
def rep(cast: Cast, world: World) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(cast.east_rep)
    return client


def forms_of(world: World, owner: str) -> Iterator[Sent]:
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
    found = {name: last_of(Contact, name) for name in ("name", "phone", "email")}
    yield Sent("contact", f"{home}/contacts/add/", contact, found)


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


def fault_of(client: Client, sent: Sent, field: str, text: str) -> str | None:
    """What is wrong with the answer to one bad input; None where all is as promised."""
    values = {"token": str(uuid4()), **sent.values, field: text}
    with transaction.atomic():
        answer = client.post(sent.path, values)
        fault = _judge(answer, sent, field, text)
        transaction.set_rollback(True)
    return fault


def _judge(answer: Any, sent: Sent, field: str, text: str) -> str | None:
    if answer.status_code == 302:
        stored = sent.found[field]() if field in sent.found else None
        if stored in (None, "None") or stored == " ".join(text.split()):
            return None
        # A reference left blank gets one of our own.
        return None if field == "reference" and not text.strip() else f"stored {stored!r}"
    if answer.status_code in {409, 422}:
        named = answer.context["form"].errors
        own = field in named or field in CARRIED
        return None if own or "__all__" in named else f"refused {sorted(named)}"
    return None if answer.status_code == 200 else f"answered {answer.status_code}"


def share_of(number: int) -> list[str]:
    """The inputs of the n-th field."""
    if ALL:
        return NASTY
    start = number * SHARE % len(NASTY)
    return (NASTY + NASTY)[start : start + SHARE]


def some(of: int) -> list[str]:
    """One in ``of`` of all inputs, of every sort; all of them where that is asked for."""
    return NASTY if ALL else NASTY[::of]


def test_what_a_manager_decides_by_stores_exactly_or_refuses_by_name(
    world: World, cast: Cast
) -> None:
    manager = Client(raise_request_exception=False)
    manager.force_login(cast.east_manager)
    path = f"/requests/{world.objects['request']}/"
    word = {"word": last_of(Request, "word")}
    sent = Sent("decision", path, {"decision": "refuse", "word": "w", "seen": ""}, word)
    assert fault_of(manager, sent, "word", "w") is None
    faults = [
        (field, text[:60], fault)
        for field in (*sent.values, "token")
        for text in some(12)
        if (fault := fault_of(manager, sent, field, text)) is not None
    ]
    assert faults == []


def test_there_are_enough_of_them() -> None:
    assert len(NASTY) >= 320


def test_a_form_that_is_right_is_taken(rep: Client, world: World, cast: Cast) -> None:
    """The control: what follows is refused for the one field that is wrong."""
    for sent in forms_of(world, str(cast.east_rep.public_id)):
        first = next(iter(sent.values))
        assert fault_of(rep, sent, first, sent.values[first]) is None
        with transaction.atomic():
            answer = rep.post(sent.path, {"token": str(uuid4()), **sent.values})
            transaction.set_rollback(True)
        assert (sent.name, answer.status_code) == (sent.name, 302)


def test_every_field_stores_exactly_or_refuses_by_name(
    rep: Client, world: World, cast: Cast
) -> None:
    faults, number = [], 0
    for sent in forms_of(world, str(cast.east_rep.public_id)):
        for field in (*sent.values, "token"):
            for text in share_of(number):
                fault = fault_of(rep, sent, field, text)
                if fault is not None:
                    faults.append((sent.name, field, text[:60], fault))
            number += 1
    assert faults == []


def test_every_field_of_a_rating_stores_exactly_or_refuses_by_name(
    world: World, cast: Cast
) -> None:
    manager = Client(raise_request_exception=False)
    manager.force_login(cast.east_manager)
    path = f"/customers/{world.customer.public_id}/rating/"
    reason = last_of(AuditEntry, "payload")
    sent = Sent("rating", path, {"rating": "D", "reason": "r", "seen": "B"}, {})
    told: list[str | None] = [
        fault_of(manager, sent, field, text)
        for number, field in enumerate((*sent.values, "token"))
        for text in share_of(number)
    ]
    assert set(told) == {None}
    manager.post(path, {"token": str(uuid4()), **sent.values, "reason": "因为 <b>"})
    assert "因为 <b>" in reason()


SETTINGS_TEXTS: dict[str, Callable[[], str]] = {
    "person_invite.name": last_of(Person, "name"),
    "person_invite.staff_number": last_of(Person, "staff_number"),
    "team_make.name": last_of(Team, "name"),
    "absences.note": last_of(Delegation, "note"),
    "calendar_day_add.name": last_of(CalendarDay, "name"),
    "organisation.name": last_of(Organisation, "name"),
    "profile.name": lambda: Person.objects.get(email="ada@kept.test").name,
    "person_edit.name": lambda: Person.objects.get(email="anna@kept.test").name,
}


def forms_shown(client: Client, world: World) -> Iterator[Sent]:
    """Each form of settings and imports, with what it starts with."""
    for pattern in patterns_of():
        door = ACCESS[f"web:{pattern.name}"]
        if "admin" not in door.read & door.write:
            continue
        path = path_of(pattern, world.objects, door.of)
        if not path.startswith(("/settings/", "/imports/")):
            continue
        context = client.get(path).context
        form = context.get("form") if context else None
        if isinstance(form, StaffForm):
            start = {bound.name: str(bound.value() or "") for bound in form}
            start.pop("token")
            prefix = f"{pattern.name}."
            found = {k.removeprefix(prefix): v for k, v in SETTINGS_TEXTS.items() if prefix in k}
            yield Sent(pattern.name or "", path, start, found)


def test_every_field_of_settings_stores_exactly_or_refuses_by_name(
    world: World, cast: Cast
) -> None:
    admin = Client(raise_request_exception=False)
    admin.force_login(cast.admin)
    filled = {"email": "new@kept.test", "name": "New", "day": "2026-12-08", "role": "rep"}
    filled |= {"person": str(cast.west_rep.public_id), "delegate": str(cast.admin.public_id)}
    filled["ends_on"] = today().isoformat()
    faults, number, seen = [], 0, set()
    for sent in list(forms_shown(admin, world)):
        seen.add(sent.name)
        whole = {n: v or filled.get(n, "") for n, v in sent.values.items()}
        ready = Sent(sent.name, sent.path, whole, sent.found)
        for field in whole:
            for text in share_of(number):
                fault = fault_of(admin, ready, field, text)
                if fault is not None:
                    faults.append((sent.name, field, text[:60], fault))
            number += 1
    assert not faults, "\n".join(map(str, faults))
    assert {name.partition(".")[0] for name in SETTINGS_TEXTS} <= seen


def test_no_header_breaks_a_page(rep: Client) -> None:
    for text in some(16):
        clean = text.replace("\r", "").replace("\n", "").replace("\x00", "")
        value = clean.encode("utf-8").decode("latin-1")[:4000]
        for header in ("X-Request-ID", "Accept-Language", "Referer", "Cookie", "HX-Current-URL"):
            answer = rep.get("/today/", headers={header: value})
            assert answer.status_code in {200, 302}, (header, text[:60])
        assert rep.get("/today/", headers={"Host": value[:200] or "x"}).status_code in {
            200,
            302,
            400,
        }


def test_no_redirect_leads_elsewhere(rep: Client) -> None:
    for text in NASTY:
        for path, field in (("/theme/", "theme"), ("/i18n/setlang/", "language")):
            chosen = "dark" if field == "theme" else "en"
            answer = rep.post(path, {field: chosen, "next": text})
            assert answer.status_code == 302
            # As a browser resolves it, which takes a backslash for a slash.
            place = urljoin("http://testserver/x/", answer["Location"].replace("\\", "/"))
            assert urlsplit(place).netloc == "testserver", (text, place)
            assert urlsplit(place).scheme == "http", (text, place)


def test_no_path_breaks_the_door(rep: Client) -> None:
    for text in some(4):
        plain = text.replace("?", "").replace("#", "")[:500]
        for path in (f"/customers/{plain}/", f"/{plain}", f"/evidence/{plain}/"):
            answer = rep.get(path)
            assert answer.status_code in {200, 301, 302, 404}, path


def test_no_file_breaks_the_evidence(rep: Client, world: World) -> None:
    path = f"/customers/{world.customer.public_id}/plan/agree/?month=2026-11"
    values = {"agreed_with": "x", "agreed_on": TODAY, "channel": "phone", "seen": "7,777,777"}
    for text in some(6):
        name = text[:100].replace("\r", "").replace("\n", "")
        for content in (b"%PDF-1.7", text.encode() or b"x"):
            file = BytesIO(content)
            file.name = name or "x"
            with transaction.atomic():
                sent = {"token": str(uuid4()), **values, "evidence": file}
                status = rep.post(path, sent).status_code
                transaction.set_rollback(True)
            assert status in {302, 422}, (name, content[:20], status)
