"""Nothing of a customer is told to those who may not see it: not in a list, total or search."""

from __future__ import annotations

import pytest
from django.test import Client

from collections_app.web.access import ACCESS
from tests.access.world import CANARY, CANARY_AMOUNT, Asker, World, make_world, path_of, patterns_of
from tests.conftest import Cast
from tests.web.facts import make_customer, make_plan, stand_on

# As figures are written: exact, in thousands, in 万.
AMOUNTS = (f"{CANARY_AMOUNT:,}", "¥7.78M", "777.8万", str(CANARY_AMOUNT * 100))
QUERIES = (
    "", "?format=csv", "?format=csv&table=risks", "?format=csv&table=rep",
    f"?q={CANARY}", f"?q={CANARY.lower()[:4]}", "?month=2026-11", "?sort=-uncovered",
    "?show=lapsed", "?page=1", "?month=2026-11&tab=history", "?tab=history&show=record",
)  # fmt: skip


@pytest.fixture
def world(cast: Cast) -> World:
    world = make_world(cast)
    make_plan(make_customer(cast.west_rep, name="Of the west"), 100)
    stand_on()
    return world


REFUSED = {302, 403, 404}
STRANGERS = [
    "another rep of the team", "a rep of another team", "another team's manager",
    "a manager just moved away", "a disabled rep",
]  # fmt: skip


def leaks(world: World, asker: Asker) -> list[tuple[str, str]]:
    """Where somebody who may not see the customer is told of it: path, what."""
    assert asker.person is not None
    found = []
    client = Client()
    client.force_login(asker.person)
    for pattern in patterns_of():
        door = ACCESS[f"web:{pattern.name}"]
        path = path_of(pattern, world.objects, door.of)
        # A page that is refused is refused whatever is asked of it: one more question will do.
        refused = client.get(path).status_code in REFUSED
        for query in QUERIES[: 2 if refused else None]:
            text = client.get(path + query).getvalue().decode(errors="replace")
            # What the reader asked for is theirs to see again.
            told = text.replace(query.partition("=")[2], "") if "q=" in query else text
            found += [(path + query, mark) for mark in (CANARY, *AMOUNTS) if mark in told]
    return found


@pytest.mark.parametrize("relation", STRANGERS)
def test_no_page_tells_of_it(world: World, relation: str) -> None:
    assert leaks(world, world.asker(relation)) == []


def test_every_relation_that_sees_nothing_of_it_is_asked(world: World) -> None:
    signed_in = [asker for asker in world.askers if asker.person is not None]
    assert [asker.relation for asker in signed_in if not asker.sees] == STRANGERS


def test_the_search_for_canaries_would_find_one(world: World, cast: Cast) -> None:
    """The control: whoever may see the customer is told of it, in all of those ways."""
    client = Client()
    client.force_login(cast.east_rep)
    text = "".join(
        client.get(path).content.decode()
        for path in (f"/gaps/?q={CANARY}", "/today/", f"/customers/{world.customer.public_id}/")
    )
    assert CANARY in text
    assert any(amount in text for amount in AMOUNTS)
