"""The dashboard's page, its files and the command agree to the cent, whatever is asked."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.db import transaction
from django.db.models import F, Q
from django.test import Client
from hypothesis import HealthCheck, given, settings

from collections_app.customers.models import Customer, RatingChange
from collections_app.reminders.sweep import sweep
from collections_app.standing.figures import CustomerFigures, customer_figures
from collections_app.standing.models import MonthFigures
from collections_app.standing.operations import refresh_touched
from tests.conftest import Cast
from tests.standing.stories import FIRST, Story, at, month_of, stories
from tests.web.agreeing import assert_agree
from tests.web.facts import make_customer, make_invoice, make_payment, make_plan, stand_on


def those(
    month: date, on: date, keep: Callable[[CustomerFigures], bool] = lambda _row: True
) -> set[str]:
    """Codes of those who have figures of the month, in the organisation's currency."""
    rows = customer_figures(month, on=on)
    return {row.code for row in rows if row.currency == "CNY" and keep(row)}


def rating_on(day: date, customer_id: int) -> str | None:
    """The customer's rating on the day."""
    dated = Q(valid_from__isnull=True) | Q(valid_from__lte=day)
    changes = RatingChange.objects.filter(dated, customer=customer_id)
    last = changes.order_by(F("valid_from").asc(nulls_first=True)).last()
    return last.rating if last else Customer.objects.get(pk=customer_id).rating


def all_agree(client: Client, cast: Cast, on: date) -> None:
    """On the day for each way of narrowing; on the one before, and as the month before ended."""
    month, west = month_of(on), cast.west_rep
    of_east = {cast.east_rep.pk, cast.east_rep_two.pk, cast.east_manager.pk}
    narrowed: dict[str, Callable[[CustomerFigures], bool]] = {
        "": lambda _row: True,
        f"rep={west.public_id}": lambda row: row.owner_id == west.pk,
        f"team={cast.east.public_id}": lambda row: row.owner_id in of_east,
        "rating=D": lambda row: rating_on(on, row.customer_id) == "D",
    }
    for query, keep in narrowed.items():
        assert_agree(client, month, on, query, of=those(month, on, keep))
    for day in (on - timedelta(days=1), month - timedelta(days=1)):
        assert_agree(client, month_of(day), day, of=those(month_of(day), day))


@given(story=stories(most=8))
@settings(
    max_examples=3,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_whatever_happened_all_say_the_same(cast: Cast, story: Story) -> None:
    with transaction.atomic():
        on = FIRST
        sweep(on=on)
        customer = make_customer(cast.east_rep)
        make_plan(make_customer(cast.west_rep), 300, month=FIRST)
        make_invoice(customer, 90, due_on=at(3))
        for act, pause in story:
            act(customer, cast, on)
            if pause >= 0:
                refresh_touched()
                on += timedelta(days=pause)
                sweep(on=on)
        client = Client()
        client.force_login(cast.admin)
        # The last act may wait to be derived.
        assert_agree(client, month_of(on), on, of=those(month_of(on), on))
        refresh_touched()
        all_agree(client, cast, on)
        transaction.set_rollback(True)


@pytest.fixture
def many(cast: Cast, client: Client) -> Client:
    """More customers than a page holds, of two reps and two currencies."""
    stand_on(at(19))
    for number in range(60):
        rep = (cast.east_rep, cast.west_rep)[number % 2]
        customer = make_customer(rep, name=f"No {number:02}")
        make_plan(customer, 1_000 + number, month=FIRST)
        make_payment(customer, 1 + number, on=at(4))
    make_plan(make_customer(cast.east_rep, currency="JPY"), 500, month=FIRST)
    refresh_touched()
    client.force_login(cast.admin)
    return client


def test_all_pages_of_the_table_add_up_to_the_total(many: Client) -> None:
    assert assert_agree(many, FIRST, at(19), of=those(FIRST, at(19))) == 60


def test_a_manager_s_figures_agree_with_those_of_the_subtree(many: Client, cast: Cast) -> None:
    many.force_login(cast.east_manager)
    of_east = those(FIRST, at(19), lambda row: row.owner_id == cast.east_rep.pk)
    assert assert_agree(many, FIRST, at(19), of=of_east) == 30


@pytest.mark.parametrize("name", ["target", "received"])
def test_a_figure_tampered_with_shows(many: Client, name: str) -> None:
    """The control: a kept figure of one customer is a cent more than the kept sums say."""
    assert_agree(many, FIRST, at(19), of=those(FIRST, at(19)))
    first = MonthFigures.objects.order_by("customer_id")[:1]
    MonthFigures.objects.filter(pk__in=first.values("pk")).update(**{name: F(name) + 1})
    with pytest.raises(AssertionError):
        assert_agree(many, FIRST, at(19), of=those(FIRST, at(19)))


def test_a_customer_left_out_shows(many: Client) -> None:
    code = Customer.objects.order_by("pk").values_list("code", flat=True)[0]
    with pytest.raises(AssertionError):
        assert_agree(many, FIRST, at(19), of=those(FIRST, at(19)) - {code})
