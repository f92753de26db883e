"""A tick of a day that was swept already looks at those alone for whom something happened."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from collections_app.customers.holds import lift_hold, put_on_hold
from collections_app.customers.models import Contact, Customer
from collections_app.customers.operations import save_contact
from collections_app.customers.reminding import set_reminder_mode
from collections_app.imports.operations import run_import
from collections_app.jobs.models import JobRun
from collections_app.notices.models import Notice
from collections_app.organisation.models import Organisation
from collections_app.outbox.models import Message
from collections_app.reminders import stirring, tasks
from collections_app.reminders.stirring import stirred
from collections_app.reminders.sweep import Swept, sweep
from tests.conftest import Cast
from tests.ledger_facts import bounce, make_customer, pay, promise
from tests.reminders.clockwork import REAL_NOW, Clockwork, clock, reachable

__all__ = ["clock"]

# A Friday; the customers are rated C: reminded five days before and one, without grace.
DUE = date(2026, 7, 10)
BEFORE, AFTER = DUE - timedelta(days=1), DUE + timedelta(days=1)


class Ticks:
    """Ticks that know what was done since the story began, and think all else long ago."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self._patch = patch

    def begin(self) -> None:
        """What was done so far is long ago."""
        begun = REAL_NOW()
        self._patch.setattr(stirring, "Now", lambda: begun + stirring.LOOKED_BACK)

    def tick(self, day: date) -> Swept:
        return sweep(on=day, is_tick=True)


@pytest.fixture
def ticks(clock: Clockwork, monkeypatch: pytest.MonkeyPatch) -> Ticks:
    Organisation.objects.update(payments_complete_through=AFTER)
    return Ticks(monkeypatch)


def owing(cast: Cast, *, mode: str = "automatic", rating: str = "C") -> Customer:
    customer = make_customer(cast.east_rep, rating=rating)
    reachable(customer, mode=mode)
    promise(customer, [(DUE, 100)], made_on=date(2026, 6, 1))
    return customer


def said() -> list[tuple[str, str, str]]:
    """Kind, state and reason of each notice to a customer, in the order owed."""
    rows = Notice.objects.filter(person__isnull=True).order_by("pk")
    return [(n.kind, n.state, n.reason) for n in rows]


def test_where_nothing_happened_a_tick_looks_at_no_customer(cast: Cast, ticks: Ticks) -> None:
    for mode in ("automatic", "approve", "never"):
        owing(cast, mode=mode)
    sweep(on=AFTER)
    ticks.begin()
    with CaptureQueriesContext(connection) as queries:
        ticks.tick(AFTER)
    asked = [query["sql"] for query in queries]
    assert not [sql for sql in asked if "customers_contact" in sql or "notices_notice" in sql]
    assert len(asked) <= 13


def test_a_tick_of_a_new_day_looks_at_everybody(cast: Cast, ticks: Ticks) -> None:
    owing(cast)
    sweep(on=BEFORE - timedelta(days=9))
    ticks.begin()
    assert ticks.tick(BEFORE).queued["due_soon"] == 1


def test_what_need_not_be_approved_any_more_leaves_with_the_next_tick(
    cast: Cast, ticks: Ticks
) -> None:
    customer = owing(cast, mode="approve")
    sweep(on=BEFORE)
    ticks.begin()
    set_reminder_mode(customer=customer, mode="automatic", expected="approve", by=cast.east_rep)
    ticks.tick(BEFORE)
    assert Message.objects.get(person__isnull=True).state == "queued"


def test_an_address_that_is_found_is_written_to_with_the_next_tick(
    cast: Cast, ticks: Ticks
) -> None:
    customer = owing(cast)
    Contact.objects.update(email="")
    sweep(on=BEFORE)
    assert said() == [("due_soon", "withdrawn", "no_address")]
    ticks.begin()
    save_contact(
        customer=customer, contact=Contact.objects.get(), name="Ms Zhou", email="zhou@c.test",
        phone="", language="en", is_primary=True, by=cast.east_rep,
    )  # fmt: skip
    ticks.tick(BEFORE)
    assert said() == [("due_soon", "owed", "")]


def test_a_hold_that_is_lifted_lets_mail_go_with_the_next_tick(cast: Cast, ticks: Ticks) -> None:
    hold = put_on_hold(
        customer=owing(cast, rating="D"), kind="dispute", ends_on=AFTER, by=cast.east_rep, on=BEFORE
    )
    sweep(on=BEFORE)
    assert said() == [("due_soon", "withdrawn", "hold")]
    ticks.begin()
    lift_hold(hold=hold, by=cast.east_rep, on=BEFORE)
    ticks.tick(BEFORE)
    assert said() == [("due_soon", "owed", "")]


def test_a_file_of_payments_may_concern_anybody(cast: Cast, ticks: Ticks) -> None:
    owing(cast)
    Organisation.objects.update(payments_complete_through=BEFORE)
    sweep(on=AFTER + timedelta(days=2))
    assert said() == [("lapsed", "withdrawn", "stale_ledger")]
    ticks.begin()
    run_import(
        kind="payments", data=b"reference,customer_code,received_on,amount\n", filename="p.csv",
        by=None, on=AFTER + timedelta(days=2), complete_through=AFTER,
    )  # fmt: skip
    ticks.tick(AFTER + timedelta(days=2))
    assert said() == [("lapsed", "owed", "")]


def test_a_lapse_that_is_found_in_the_day_is_told_and_escalated_at_once(
    cast: Cast, ticks: Ticks
) -> None:
    payment = pay(owing(cast, rating="D"), 100, DUE)
    sweep(on=AFTER)
    ticks.begin()
    bounce(payment, AFTER)
    found = ticks.tick(AFTER).queued
    assert found == {"lapsed": 2, "escalated": 1}


def test_what_is_done_for_one_customer_concerns_no_other(cast: Cast, ticks: Ticks) -> None:
    one, _other = owing(cast), owing(cast)
    ticks.begin()
    put_on_hold(customer=one, kind="dispute", ends_on=AFTER, by=cast.east_rep, on=BEFORE)
    assert stirred() == {one.pk}


def test_whoever_does_very_much_does_it_for_anybody(
    cast: Cast, ticks: Ticks, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stirring, "MOST_ACTS", 1)
    ticks.begin()
    put_on_hold(customer=owing(cast), kind="dispute", ends_on=AFTER, by=cast.east_rep, on=BEFORE)
    assert stirred() is None


def test_once_an_hour_the_clock_looks_at_everybody(
    clock: Clockwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticked: list[bool] = []
    monkeypatch.setattr(tasks, "sweep", lambda on, is_tick: ticked.append(is_tick))
    for hour, minute in ((10, 0), (10, 5), (10, 55), (11, 0)):
        clock.set(BEFORE, hour, minute)
        tasks.sweep_now()
    assert ticked == [False, True, True, False]


def test_an_hour_whose_sweep_failed_is_looked_at_anew(
    clock: Clockwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(on: date, is_tick: bool) -> None:
        raise ZeroDivisionError

    clock.set(BEFORE, 10)
    monkeypatch.setattr(tasks, "sweep", fail)
    with pytest.raises(ZeroDivisionError):
        tasks.sweep_now()
    assert not JobRun.objects.exists()
