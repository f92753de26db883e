"""The sweep: states move with the clock, and each lapse is told once, whoever sweeps beside."""

from __future__ import annotations

import threading
from datetime import date

import pytest
from django.db import connection

from collections_app.customers.models import Customer
from collections_app.notices.models import Notice
from collections_app.outbox.delivery import deliver_due
from collections_app.outbox.models import Message
from collections_app.reminders.mail import prepare
from collections_app.reminders.sweep import SweepRefused, sweep
from collections_app.standing.checking import differing_from_computed
from collections_app.standing.models import InstalmentStanding
from tests.builders import make_person, make_team
from tests.conftest import Cast
from tests.ledger_facts import bounce, instalment_of, make_customer, pay, promise
from tests.racing import side_by_side

DUE = date(2026, 7, 10)
AFTER = date(2026, 7, 11)


@pytest.fixture
def customer(cast: Cast) -> Customer:
    return make_customer(cast.east_rep)


def state_of(customer: Customer) -> str:
    return InstalmentStanding.objects.get(customer=customer).state


def test_an_instalment_is_open_on_its_deadline_and_broken_the_day_after(
    customer: Customer,
) -> None:
    promise(customer, [(DUE, 100)])
    sweep(on=DUE)
    assert state_of(customer) == "open"
    sweep(on=AFTER)
    assert state_of(customer) == "broken"


def test_a_part_paid_instalment_lapses_as_partially_kept(customer: Customer) -> None:
    promise(customer, [(DUE, 100)])
    pay(customer, 30, DUE)
    assert dict(sweep(on=AFTER).transitions) == {"partially_kept": 1}


def test_a_second_sweep_of_the_day_changes_nothing(customer: Customer) -> None:
    promise(customer, [(DUE, 100)])
    sweep(on=AFTER)
    again = sweep(on=AFTER)
    assert (again.transitions, again.queued, again.messages) == ({}, {}, 0)


def test_a_day_before_the_last_one_swept_is_refused(customer: Customer) -> None:
    sweep(on=AFTER)
    with pytest.raises(SweepRefused):
        sweep(on=DUE)


def test_a_dry_run_says_what_would_be_and_changes_nothing(customer: Customer) -> None:
    promise(customer, [(DUE, 100)])
    sweep(on=DUE)
    dry = sweep(on=AFTER, dry_run=True)
    assert dict(dry.queued) == {"lapsed": 1}
    assert (state_of(customer), Notice.objects.count()) == ("open", 0)


def test_a_dry_run_may_look_back(customer: Customer) -> None:
    sweep(on=AFTER)
    assert sweep(on=DUE, dry_run=True).as_of == DUE


def test_what_one_sweep_has_to_say_to_one_person_is_one_message(cast: Cast) -> None:
    for _ in range(3):
        promise(make_customer(cast.east_rep), [(DUE, 100)])
    swept = sweep(on=AFTER)
    assert (swept.queued["lapsed"], swept.messages) == (3, 1)


def test_money_that_comes_before_sending_withdraws_the_message(customer: Customer) -> None:
    promise(customer, [(DUE, 100)])
    sweep(on=AFTER)
    pay(customer, 100, AFTER)
    deliver_due(prepare=prepare)
    assert list(Message.objects.values_list("state", "reason")) == [("withdrawn", "paid")]


def test_a_lapse_withdrawn_unsent_is_owed_again_when_the_money_bounces(
    customer: Customer,
) -> None:
    promise(customer, [(DUE, 100)])
    sweep(on=AFTER)
    payment = pay(customer, 100, AFTER)
    deliver_due(prepare=prepare)
    bounce(payment, date(2026, 7, 13))
    sweep(on=date(2026, 7, 13))
    assert Notice.objects.get(kind="lapsed").times_owed == 2


def test_a_lapse_that_was_told_is_never_told_again(customer: Customer) -> None:
    promise(customer, [(DUE, 100)])
    sweep(on=AFTER)
    deliver_due(prepare=prepare)
    payment = pay(customer, 100, AFTER)
    bounce(payment, date(2026, 7, 13))
    assert "lapsed" not in sweep(on=date(2026, 7, 13)).queued


def test_opening_data_is_taken_note_of_without_a_word(customer: Customer) -> None:
    promise(customer, [(DUE, 100)])
    sweep(on=AFTER, notify=False)
    assert (state_of(customer), Notice.objects.count()) == ("broken", 0)


def test_a_verdict_comes_with_the_deadline_even_for_what_was_paid_ahead(
    customer: Customer,
) -> None:
    made = promise(customer, [(DUE, 100)])
    pay(customer, 100, date(2026, 7, 2))
    sweep(on=DUE)
    assert InstalmentStanding.objects.get(instalment=instalment_of(made)).verdict == ""
    sweep(on=AFTER)
    assert InstalmentStanding.objects.get(instalment=instalment_of(made)).verdict == "kept"


def test_facts_dated_ahead_count_when_their_day_is_swept(customer: Customer) -> None:
    promise(customer, [(DUE, 100)])
    sweep(on=date(2026, 7, 2))
    pay(customer, 100, DUE)
    assert state_of(customer) == "open"
    sweep(on=DUE)
    assert state_of(customer) == "kept"
    assert differing_from_computed() == []


def _sweep_at_once(count: int) -> list[int]:
    """Sweep from so many threads at the same moment; return how many messages each made."""
    made: list[int] = []
    side_by_side(*[lambda: made.append(sweep(on=AFTER).messages)] * count)
    return made


@pytest.mark.django_db(transaction=True)
def test_eight_sweeps_at_once_and_three_more_tell_each_lapse_once() -> None:
    rep = make_person("Rep", team=make_team("Team"), email="rep@kept.test")
    for _ in range(20):
        promise(make_customer(rep), [(DUE, 100)])
    made = _sweep_at_once(8)
    more = [sweep(on=AFTER).messages for _ in range(3)]
    assert (sum(made), sum(more)) == (1, 0)
    assert (Notice.objects.count(), Message.objects.count()) == (20, 1)


def _tell_unprotected(count: int) -> int:
    """The same race with neither lock nor key: look, then write. Returns how many were written."""
    seen_by_all = threading.Barrier(count)
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE unprotected (key text)")

    def look_then_write() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM unprotected WHERE key = 'lapse'")
            seen = cursor.fetchone()
            seen_by_all.wait()
            if seen is not None and seen[0] == 0:
                cursor.execute("INSERT INTO unprotected VALUES ('lapse')")

    side_by_side(*[look_then_write] * count)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM unprotected")
        row = cursor.fetchone()
        cursor.execute("DROP TABLE unprotected")
    return int(row[0]) if row else 0


@pytest.mark.django_db(transaction=True)
def test_negative_control_without_lock_and_key_the_race_tells_more_than_once() -> None:
    assert _tell_unprotected(8) > 1
