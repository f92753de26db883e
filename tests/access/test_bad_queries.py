"""Bad input into every query that a page looks up: never an error of ours, never markup.

Each gets two of the inputs, other ones each; ``KEPT_BAD_INPUTS=all`` gives it all of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.http import QueryDict
from django.test import Client
from django.utils.datastructures import MultiValueDict

from collections_app.web.access import ACCESS
from tests.access.test_bad_inputs import ALL, share_of
from tests.access.world import World, make_world, path_of, patterns_of
from tests.conftest import Cast
from tests.web.facts import stand_on

LOOKING_UP = ("__getitem__", "__contains__", "get", "getlist")
# A page looks up some names only where another one has a value that means something.
TELLING = (
    "tab=commitments", "tab=payments", "tab=invoices", "tab=contacts", "tab=history",
    "tab=followups", "tab=record", "tab=history&show=record", "month=2026-11", "q=x",
    "sort=-uncovered", "kind=dispute", "state=waiting",
)  # fmt: skip
KNOWN = (
    "month page tab q sort show after rep currency state kind reason from to commitment target"
    " months by older uplift on rating order columns format table measure team todo subject"
)


@pytest.fixture
def world(cast: Cast) -> World:
    world = make_world(cast)
    stand_on()
    return world


@contextmanager
def looked_up() -> Iterator[set[str]]:
    """The names that are looked up in a query meanwhile."""
    names: set[str] = set()
    with pytest.MonkeyPatch.context() as patch:
        for method in LOOKING_UP:
            patch.setattr(QueryDict, method, _telling(method, names), raising=False)
        yield names


def _telling(method: str, names: set[str]) -> Any:
    own = getattr(MultiValueDict, method)

    def telling(query: QueryDict, name: str, *rest: Any, **more: Any) -> Any:
        names.add(name)
        return own(query, name, *rest, **more)

    return telling


def names_of(client: Client, path: str) -> list[str]:
    """What the page at the path looks up in its query, under whatever else is asked."""
    with looked_up() as names:
        client.get(path)
        if names:
            for query in TELLING:
                if query.partition("=")[0] in names:
                    client.get(f"{path}?{query}")
    return sorted(names)


def test_no_query_breaks_a_page_or_comes_back_as_markup(world: World, cast: Cast) -> None:
    rep = Client(raise_request_exception=False)
    rep.force_login(cast.east_rep)
    faults, number, asked = [], 0, set()
    for pattern in patterns_of():
        door = ACCESS[f"web:{pattern.name}"]
        if "rep" not in door.read:
            continue
        path = path_of(pattern, world.objects, door.of)
        for name in names_of(rep, path):
            asked.add(name)
            for text in share_of(number)[: None if ALL else 2]:
                answer = rep.get(path, {name: text})
                body = b"" if answer.streaming else answer.content
                if answer.status_code not in {200, 302, 404} or b"<script>alert" in body:
                    faults.append((path, name, text[:60], answer.status_code))
            number += 1
    assert faults == []
    assert asked >= set(KNOWN.split()), "The control: what pages are known to look up is found."
