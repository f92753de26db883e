"""The demo is the same for one seed and day, and a fingerprint tells data apart."""

from __future__ import annotations

from datetime import date

import pytest

from collections_app.customers.models import Customer
from collections_app.ledger.models import Payment
from collections_app.standing.checking import differing_from_computed
from collections_app.standing.figures import customer_figures
from collections_app.upkeep.demo import DemoRefused, make_demo
from collections_app.upkeep.demo_money import Files
from collections_app.upkeep.demo_people import PEOPLE
from collections_app.upkeep.demo_story import tell_story
from collections_app.upkeep.fingerprint import fingerprint, whole

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 12)


def story(seed: int) -> Files:
    from collections_app.core.workdays import WorkCalendar

    return tell_story(customers=5, seed=seed, on=DAY, calendar=WorkCalendar())


def test_the_same_seed_and_day_tell_the_same_story() -> None:
    assert story(1) == story(1)


def test_another_seed_tells_another_story() -> None:
    assert story(1) != story(2)


def test_the_demo_makes_its_people_and_customers() -> None:
    demo = make_demo(customers=12, seed=1, on=DAY)
    assert [user["email"] for user in demo.users] == [person.email for person in PEOPLE]
    assert Customer.objects.count() == 12


def test_what_the_demo_keeps_is_what_its_facts_mean() -> None:
    make_demo(customers=12, seed=1, on=DAY)
    assert differing_from_computed() == []


def test_the_demo_holds_the_story_that_kept_was_made_for() -> None:
    make_demo(customers=12, seed=1, on=DAY)
    seed_example = {row.code: row for row in customer_figures(DAY.replace(day=1), on=DAY)}["C0001"]
    figures = (seed_example.target, seed_example.committed, seed_example.measures)
    assert figures == (20_000_000, 10_000_000, 10_000_000)


def test_the_demo_refuses_a_database_with_data_of_its_own() -> None:
    make_demo(customers=1, seed=1, on=DAY)
    with pytest.raises(DemoRefused):
        make_demo(customers=1, seed=1, on=DAY)
    assert Customer.objects.count() == 1


def test_a_fingerprint_stays_while_nothing_changes() -> None:
    make_demo(customers=3, seed=1, on=DAY)
    assert fingerprint() == fingerprint()


def test_a_fingerprint_tells_one_changed_cent() -> None:
    make_demo(customers=3, seed=1, on=DAY)
    before = whole(fingerprint())
    payment = Payment.objects.order_by("reference").first()
    assert payment is not None
    payment.amount += 1
    payment.save()
    assert whole(fingerprint()) != before
