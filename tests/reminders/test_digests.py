"""Digests: a rep's day on working mornings, a manager's team on Mondays; once, and when wanted."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from django.test import Client

from collections_app.accounts.models import Person
from collections_app.core.clock import now
from collections_app.core.display import format_money
from collections_app.customers.models import Customer
from collections_app.notices.models import Notice
from collections_app.organisation.models import CalendarDay
from collections_app.outbox.delivery import deliver_due
from collections_app.outbox.models import Message
from collections_app.reminders.digests import digest_of, owe_digests
from collections_app.reminders.mail import prepare
from collections_app.reminders.sweep import sweep
from collections_app.upkeep.texts import compile_texts
from tests.conftest import Cast
from tests.ledger_facts import make_customer, pay, promise
from tests.web.facts import make_invoice, make_plan

THURSDAY, FRIDAY, SATURDAY, MONDAY = (date(2026, 11, n) for n in (19, 20, 21, 23))


@pytest.fixture
def owing(cast: Cast) -> Customer:
    """Ten are owed by a customer of Anna's that nobody has asked yet."""
    customer = make_customer(cast.east_rep)
    make_plan(customer, 100)
    make_invoice(customer, 100, due_on=date(2026, 12, 20))
    return customer


def digests(on: date) -> list[Person]:
    """Who is told on the day, once it is swept."""
    sweep(on=on)
    owe_digests(on=on)
    rows = Notice.objects.filter(kind="digest", on_day=on).order_by("person")
    return [notice.reader for notice in rows.select_related("person")]


def send() -> Iterator[Message]:
    Message.objects.filter(state="queued").update(due_at=now() - timedelta(seconds=1))
    deliver_due(prepare=prepare)
    return iter(Message.objects.order_by("pk"))


def test_a_rep_with_something_to_do_is_told_and_no_other(cast: Cast, owing: Customer) -> None:
    assert digests(THURSDAY) == [cast.east_rep]


@pytest.mark.parametrize("day", [SATURDAY, FRIDAY])
def test_no_digest_comes_on_a_day_off(owing: Customer, day: date) -> None:
    CalendarDay.objects.create(day=FRIDAY, is_working=False, name="Fair")
    assert digests(day) == []


def test_a_day_has_one_digest_however_often_it_is_looked_at(owing: Customer) -> None:
    digests(THURSDAY)
    assert owe_digests(on=THURSDAY) == 0


def test_who_does_not_want_it_gets_none(cast: Cast, owing: Customer) -> None:
    Person.objects.update(wants_digest=False)
    assert digests(THURSDAY) == []


def test_a_manager_is_told_on_mondays(cast: Cast, owing: Customer) -> None:
    assert digests(FRIDAY) == [cast.east_rep]
    assert digests(MONDAY) == [cast.east_manager, cast.east_rep]


def test_where_monday_is_a_holiday_the_manager_is_told_on_tuesday(
    cast: Cast, owing: Customer
) -> None:
    CalendarDay.objects.create(day=MONDAY, is_working=False, name="Fair")
    assert digests(MONDAY + timedelta(days=1)) == [cast.east_manager, cast.east_rep]


def test_the_digest_joins_what_the_sweep_has_to_say(cast: Cast) -> None:
    promise(make_customer(cast.east_rep), [(date(2026, 11, 18), 10)])
    sweep(on=date(2026, 11, 18))
    digests(THURSDAY)
    of = Message.objects.filter(person=cast.east_rep)
    assert [(m.kind, m.notices.count()) for m in of] == [("lapsed", 2)]


def test_it_leaves_at_the_hour_and_in_the_zone_of_the_person(cast: Cast) -> None:
    Person.objects.filter(pk=cast.east_rep.pk).update(mail_hour=9, time_zone="Europe/Berlin")
    promised = (date(2024, 11, 20), 10)
    promise(make_customer(cast.east_rep), [promised], made_on=date(2024, 11, 1))
    digests(date(2024, 11, 19))
    assert Message.objects.get().due_at.isoformat() == "2024-11-19T08:00:00+00:00"


def test_it_says_what_there_is_to_do(cast: Cast, owing: Customer) -> None:
    digests(THURSDAY)
    (mail,) = send()
    assert mail.subject == "Today: 2 things to do"
    assert f"{owing.name} ({owing.code}): " in mail.body_text
    assert f"/customers/{owing.public_id}/" in mail.body_html


def test_a_manager_reads_how_the_month_stands(cast: Cast, owing: Customer) -> None:
    digests(MONDAY)
    mail = next(m for m in send() if m.person_id == cast.east_manager.pk)
    assert mail.subject == "November 2026: how your team stands"
    assert "Target: CNY 100.00" in mail.body_text
    assert "Short: CNY 100.00" in mail.body_text


def test_its_figures_are_those_of_the_dashboard_to_the_cent(cast: Cast, client: Client) -> None:
    for number, rep in enumerate((cast.east_rep, cast.east_rep_two, cast.west_rep) * 3, start=1):
        customer = make_customer(rep, currency="USD" if number == 9 else "CNY")
        make_plan(customer, 1_000 * number)
        make_plan(customer, 900, month=date(2026, 10, 1))
        promise(customer, [(THURSDAY, 70 * number), (date(2026, 11, 27), 50)])
        pay(customer, 30 * number, date(2026, 11, 18))
        pay(customer, 11 * number, date(2026, 10, 18))
    digests(MONDAY)
    client.force_login(cast.east_manager)
    page = client.get("/gaps/").context["page"]
    digest = digest_of(cast.east_manager, MONDAY, "en")
    assert digest is not None
    (month,) = digest.months
    assert [(f.label, f.amount, f.than) for f in month.figures] == [
        (
            tile.label,
            format_money(tile.amount, "CNY"),
            ("+" if tile.than > 0 else "") + format_money(tile.than, "CNY"),
        )
        for tile in page.tiles
    ]
    assert [(line.name, line.at_risk) for line in month.customers] == [
        (risk.row.name, format_money(risk.row.at_risk, "CNY")) for risk in page.risks[:5]
    ]
    assert len(month.customers) == 5
    mail = next(m for m in send() if m.person_id == cast.east_manager.pk)
    for text in (*(f.amount for f in month.figures), *(c.at_risk for c in month.customers)):
        assert text in mail.body_text
        assert text in mail.body_html
    for risk in page.risks[:5]:
        assert f"/customers/{risk.row.public_id}/?month=2026-11" in mail.body_html


def test_each_currency_of_a_team_has_its_figures(cast: Cast, owing: Customer) -> None:
    make_plan(make_customer(cast.east_rep, currency="USD"), 7)
    digests(MONDAY)
    digest = digest_of(cast.east_manager, MONDAY, "en")
    assert digest is not None
    assert [(m.currency, m.figures[1].amount) for m in digest.months] == [
        ("CNY", "CNY 100.00"),
        ("USD", "USD 7.00"),
    ]


def test_it_is_in_the_language_of_its_reader(cast: Cast, owing: Customer) -> None:
    compile_texts()
    Person.objects.update(language="zh-hans")
    digests(MONDAY)
    texts = [f"{mail.subject} {mail.body_text}" for mail in send()]
    assert len(texts) == 2
    assert not [
        word
        for word in ("Today", "things", "Target", "risk", "Coverage", "Hello")
        for t in texts
        if word in t
    ]


def test_one_with_nothing_left_to_say_is_withdrawn(cast: Cast) -> None:
    customer = make_customer(cast.east_rep)
    promise(customer, [(THURSDAY, 10)])
    digests(THURSDAY)
    pay(customer, 10, THURSDAY)
    assert [(mail.state, mail.reason) for mail in send()] == [("withdrawn", "nothing")]


def test_of_digests_that_wait_together_the_latest_is_sent(cast: Cast, owing: Customer) -> None:
    digests(THURSDAY)
    digests(FRIDAY)
    assert [(mail.state, mail.reason) for mail in send()] == [
        ("withdrawn", "replaced"),
        ("sent", ""),
    ]
