"""The rank of a thing to do: more at stake, later, less trusted comes first, whatever the order."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collections_app.reminders.ranking import (
    LATEST_DAYS,
    Item,
    Kind,
    late_tenths,
    ranked,
    rating_tenths,
    weight,
)

RATINGS = ["A", "B", "C", "D"]


def item(**more: Any) -> Item:
    values: dict[str, Any] = {
        "kind": Kind.LAPSED, "customer_id": 1, "code": "C1", "rating": "B", "currency": "CNY",
        "amount": 100_00,
    }  # fmt: skip
    return Item(**(values | more))


items = st.builds(
    item,
    kind=st.sampled_from(list(Kind)),
    customer_id=st.integers(1, 9),
    code=st.sampled_from(["C1", "C2", "C3"]),
    rating=st.sampled_from([*RATINGS, None]),
    currency=st.sampled_from(["CNY", "JPY", "BHD"]),
    amount=st.integers(0, 10**15),
    days=st.integers(0, 400),
    subject=st.integers(1, 99).map(str),
)


def place(one: Item, among: Item) -> bool:
    """Whether ``one`` comes before ``among``."""
    return ranked([among, one])[0] is one


@given(items, st.integers(1, 10**12))
def test_more_at_stake_weighs_more(one: Item, more: int) -> None:
    assert weight(one._replace(amount=one.amount + more)) > weight(one)


@given(items, st.integers(1, 400))
def test_later_never_weighs_less(one: Item, more: int) -> None:
    later = weight(one._replace(days=one.days + more))
    assert later >= weight(one)
    if one.amount and one.days < LATEST_DAYS:
        assert later > weight(one)


@given(items)
def test_a_worse_rating_never_weighs_less(one: Item) -> None:
    weights = [weight(one._replace(rating=rating)) for rating in RATINGS]
    assert weights == sorted(weights)
    assert not one.amount or len(set(weights)) == len(weights)


# A customer has its code alone, and one thing of a kind for each subject.
one_each = st.lists(items, max_size=20, unique_by=lambda i: (i.code, i.kind, i.subject))


@given(one_each, st.randoms())
def test_the_order_is_independent_of_how_things_came(found: list[Item], random: Any) -> None:
    mixed = list(found)
    random.shuffle(mixed)
    assert ranked(mixed) == ranked(found)


@given(items, items)
def test_a_habit_comes_after_all_that_is_owed(one: Item, other: Item) -> None:
    habit = one._replace(kind=Kind.NO_REGULAR)
    owed = other._replace(kind=Kind.LAPSED)
    assert place(owed, habit)


@given(items, items)
def test_keeping_in_touch_comes_after_what_was_promised_and_before_habits(
    one: Item, other: Item
) -> None:
    touch = one._replace(kind=Kind.NO_CONTACT)
    assert place(other._replace(kind=Kind.LAPSED), touch)
    assert place(touch, other._replace(kind=Kind.NO_REGULAR))


def test_an_unrated_customer_weighs_like_one_of_rating_b() -> None:
    assert weight(item(rating=None)) == weight(item(rating="B"))


def test_currencies_are_weighed_by_their_figures() -> None:
    assert weight(item(currency="JPY", amount=100)) == weight(item(currency="CNY", amount=100_00))


@pytest.mark.parametrize(
    ("days", "tenths"), [(-1, 10), (0, 10), (1, 11), (8, 18), (30, 40), (31, 40)]
)
def test_lateness_is_a_tenth_more_for_each_day_up_to_thirty(days: int, tenths: int) -> None:
    assert late_tenths(days) == tenths


@pytest.mark.parametrize(("rating", "tenths"), [("A", 10), ("B", 12), ("C", 15), ("D", 20)])
def test_the_factor_of_a_rating(rating: str, tenths: int) -> None:
    assert rating_tenths(rating) == tenths


def test_ties_go_by_code_then_kind_then_subject() -> None:
    found = [
        item(code="C2", subject="1"),
        item(code="C1", kind=Kind.DUE, subject="1"),
        item(code="C1", subject="2"),
        item(code="C1", subject="1"),
    ]
    assert ranked(found) == found[::-1]
