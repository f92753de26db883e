"""Every URL × relation × method: who may not is refused, what is not theirs does not exist."""

from __future__ import annotations

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from collections_app.accounts.models import AuditEntry
from collections_app.upkeep.fingerprint import fingerprint, whole
from collections_app.web.access import ACCESS, Door
from tests.access.world import (
    ITS_OWN_RULE,
    RELATIONS,
    Asker,
    World,
    make_world,
    path_of,
    patterns_of,
)
from tests.conftest import Cast
from tests.web.facts import stand_on

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
OF_NO_PAGE = {"PUT", "PATCH", "DELETE"}


@pytest.fixture
def world(cast: Cast) -> World:
    world = make_world(cast)
    stand_on()
    return world


def ask(client: Client, method: str, path: str) -> int:
    """The status of a request; nothing that it did stays."""
    with transaction.atomic():
        response = client.generic(method, path)
        status = response.status_code
        if hasattr(response, "streaming_content"):
            b"".join(response.streaming_content)
        transaction.set_rollback(True)
    return status


def expected(door: Door, asker: Asker, method: str) -> set[int] | None:
    """What a request must be answered with; None for whatever the view makes of it."""
    if method in OF_NO_PAGE:
        return {405}
    if asker.person is None or not asker.person.is_active:
        return None if door.is_public else {302}
    if door.is_public:
        return None
    allowed = door.read if method in {"GET", "HEAD"} else door.write
    if asker.person.role not in allowed:
        return {403, 405}
    if not asker.may_see(door.of):
        return {404, 405}
    return None


def client_of(asker: Asker) -> Client:
    client = Client(raise_request_exception=False)
    if asker.person is not None:
        client.force_login(asker.person)
    return client


@pytest.mark.parametrize("relation", RELATIONS)
def test_a_relation_gets_what_the_table_says(world: World, relation: str) -> None:
    asker = world.asker(relation)
    client = client_of(asker)
    wrong: list[tuple[str, str, int, object]] = []
    asked = 0
    for pattern in patterns_of():
        door = ACCESS[f"web:{pattern.name}"]
        path = path_of(pattern, world.objects, door.of)
        for method in METHODS:
            status = ask(client, method, path)
            asked += 1
            wanted = expected(door, asker, method)
            if status >= 500 or (wanted is not None and status not in wanted):
                wrong.append((method, path, status, wanted))
            may_enter = wanted is None and not door.is_public
            if may_enter and pattern.name not in ITS_OWN_RULE and status in {403, 404}:
                wrong.append((method, path, status, "let in"))
    assert not wrong, "\n".join(map(str, wrong))
    assert asked == len(list(patterns_of())) * len(METHODS) > 500


def test_the_matrix_has_every_relation(world: World) -> None:
    assert [asker.relation for asker in world.askers] == RELATIONS


ARGUMENTS = {
    "account_reset_password_from_key": {"uidb36": "1", "key": "x-y"},
    "bounces": {"service": "postmark"},
}


def test_signing_in_and_ones_own_account_are_for_whom_the_table_says(world: World) -> None:
    wrong = []
    names = [name for name in ACCESS if not name.startswith("web:")]
    for asker in world.askers:
        client = client_of(asker)
        for name in names:
            path = reverse(name, kwargs=ARGUMENTS.get(name))
            for method in ("GET", "POST"):
                status = ask(client, method, path)
                shut = not ACCESS[name].is_public and (
                    asker.person is None or not asker.person.is_active
                )
                allowed = {302} if shut else {200, 302, 404, 405, 503}
                if status not in allowed:
                    wrong.append((asker.relation, method, path, status))
    assert not wrong, "\n".join(map(str, wrong))
    assert len(names) >= 15


def test_every_kind_of_object_has_one_in_the_world(world: World) -> None:
    kinds = {door.of for door in ACCESS.values()} - {""}
    assert kinds <= world.objects.keys()


def test_a_refused_write_changes_nothing(world: World) -> None:
    before, trail = whole(fingerprint()), AuditEntry.objects.count()
    for asker in world.askers:
        client = client_of(asker)
        for pattern in patterns_of():
            door = ACCESS[f"web:{pattern.name}"]
            if expected(door, asker, "POST") is not None:
                client.post(path_of(pattern, world.objects, door.of))
    assert (whole(fingerprint()), AuditEntry.objects.count()) == (before, trail)


def test_what_is_not_theirs_looks_like_what_never_was(world: World, cast: Cast) -> None:
    client = Client()
    client.force_login(cast.west_rep)
    for pattern in patterns_of():
        door = ACCESS[f"web:{pattern.name}"]
        if door.of in {"", "team"} or cast.west_rep.role not in door.read:
            continue
        theirs = client.get(path_of(pattern, world.objects, door.of))
        never = client.get(path_of(pattern, {}, door.of))
        assert theirs.status_code == never.status_code == 404
        assert _without_paths(theirs.content) == _without_paths(never.content)


def _without_paths(content: bytes) -> list[bytes]:
    """The page but for what names its own URL or is new each time."""
    own = (b'name="next"', b"csrfmiddlewaretoken")
    return [line for line in content.splitlines() if not any(mark in line for mark in own)]
