"""Bad input into every field of every form, and into every query: stored exactly or refused by
name, and never an error of ours.

Each field gets a share of the inputs, another one for each field; ``KEPT_BAD_INPUTS=all`` gives
every field all of them.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from io import BytesIO
from typing import Any
from urllib.parse import urljoin, urlsplit
from uuid import uuid4

import pytest
from django.db import transaction
from django.test import Client
from django.urls import resolve

from collections_app.accounts.models import Person
from collections_app.web.access import ACCESS
from collections_app.web.forms.base import StaffForm
from tests.access.forms import (
    SETTINGS_TEXTS,
    TODAY,
    Sent,
    forms_of_admins,
    forms_of_managers,
    forms_of_reps,
)
from tests.access.nasty import NASTY
from tests.access.world import World, make_world, path_of, patterns_of
from tests.conftest import Cast
from tests.web.facts import stand_on

SHARE = 3
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


@pytest.fixture
def world(cast: Cast) -> World:
    world = make_world(cast)
    stand_on()
    return world


@pytest.fixture
def rep(cast: Cast, world: World) -> Client:
    return browser_of(cast.east_rep)


def browser_of(person: Person) -> Client:
    """A browser in which somebody is signed in; an error of ours is an answer of 500."""
    client = Client(raise_request_exception=False)
    client.force_login(person)
    return client


def send(client: Client, sent: Sent, values: dict[str, str]) -> Any:
    """Send a form; where it first tells what it will do, send what it then offers."""
    answer = client.post(sent.path, sent.with_files(values))
    form = answer.context.get("form") if answer.status_code == 200 else None
    if form is None or "previewed" not in form.fields:
        return answer
    return client.post(sent.path, {**values, "previewed": form["previewed"].value()})


def fault_of(client: Client, sent: Sent, field: str, text: str) -> str | None:
    """What is wrong with the answer to one bad input; None where all is as promised."""
    values = {"token": str(uuid4()), **sent.values, field: text}
    with transaction.atomic():
        answer = send(client, sent, values)
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


def test_there_are_enough_of_them() -> None:
    assert len(NASTY) >= 320


def faults_in(
    client: Client, forms: Iterable[Sent], inputs: Callable[[int], list[str]]
) -> list[tuple[str, str, str, str]]:
    """All that is wrong with the answers to the n-th field's inputs, for every field of all."""
    faults, number = [], 0
    for sent in forms:
        for field in (*sent.values, "token"):
            for text in inputs(number):
                fault = fault_of(client, sent, field, text)
                if fault is not None:
                    faults.append((sent.name, field, text[:60], fault))
            number += 1
    return faults


def all_forms(world: World, cast: Cast) -> list[tuple[Client, Sent]]:
    """Every form, with the browser of who sends it."""
    rep, manager, admin = map(browser_of, (cast.east_rep, cast.east_manager, cast.admin))
    return [
        *((rep, sent) for sent in forms_of_reps(rep, world, cast)),
        *((manager, sent) for sent in forms_of_managers(world)),
        *((admin, sent) for sent in forms_of_admins(admin, world, cast)),
    ]


# What is right and still refused: without an agreement, with people in the team.
NEEDS_MORE = {"regular payment ended", "team_policy_give_up", "team_remove"}


def test_a_form_that_is_right_is_taken(world: World, cast: Cast) -> None:
    """The control: what follows is refused for the one field that is wrong."""
    answers = {}
    for client, sent in all_forms(world, cast):
        with transaction.atomic():
            answer = send(client, sent, {"token": str(uuid4()), **sent.values})
            transaction.set_rollback(True)
        answers[sent.name] = answer.status_code
    for name in NEEDS_MORE:
        assert answers.pop(name) == 422, name
    assert set(answers.values()) == {302}, answers


def test_every_form_that_a_view_reads_is_in_the_list(
    world: World, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    admin, read = browser_of(cast.admin), []
    listed = {resolve(sent.path.partition("?")[0]).url_name for _c, sent in all_forms(world, cast)}
    check = StaffForm.full_clean

    def noted(form: StaffForm) -> None:
        read.append(type(form).__name__)
        check(form)

    monkeypatch.setattr(StaffForm, "full_clean", noted)
    missing, seen = [], 0
    for pattern in patterns_of():
        door = ACCESS[f"web:{pattern.name}"]
        if not door.write:
            continue
        read.clear()
        query = f"?all=yes&to={cast.east_rep_two.public_id}"
        with transaction.atomic():
            path = path_of(pattern, world.objects, door.of)
            admin.post(f"{path}{query}", {"token": str(uuid4()), "sent": "yes"})
            transaction.set_rollback(True)
        seen += bool(read)
        if read and pattern.name not in listed:
            missing.append((pattern.name, sorted(set(read))))
    assert missing == []
    assert seen >= len(listed) > 40


def test_every_field_stores_exactly_or_refuses_by_name(
    rep: Client, world: World, cast: Cast
) -> None:
    faults = faults_in(rep, forms_of_reps(rep, world, cast), share_of)
    assert not faults, "\n".join(map(str, faults))


def test_what_a_manager_decides_by_stores_exactly_or_refuses_by_name(
    world: World, cast: Cast
) -> None:
    manager = browser_of(cast.east_manager)
    faults = faults_in(manager, forms_of_managers(world), lambda _number: some(12))
    assert not faults, "\n".join(map(str, faults))


def test_every_field_of_settings_stores_exactly_or_refuses_by_name(
    world: World, cast: Cast
) -> None:
    admin = browser_of(cast.admin)
    forms = list(forms_of_admins(admin, world, cast))
    faults = faults_in(admin, forms, share_of)
    assert not faults, "\n".join(map(str, faults))
    assert set(SETTINGS_TEXTS) <= {sent.name for sent in forms}


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
