"""Each kind of thing on Today: when it comes, what it says, what makes it go."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from collections_app.customers.models import Customer, RatingChange
from collections_app.followups.models import FollowUp, Request
from collections_app.notices.models import Notice
from collections_app.organisation.queries import moment_on
from collections_app.outbox.models import Message
from collections_app.planning.models import Measure, MonthPlan
from collections_app.reminders.agenda import agenda_of
from collections_app.reminders.following import follow_ups_wanted
from collections_app.reminders.ranking import Kind
from tests.conftest import Cast
from tests.web.facts import (
    DAY,
    MONTH,
    day,
    make_commitment,
    make_customer,
    make_invoice,
    make_measure,
    make_plan,
    stand_on,
)


@pytest.fixture
def rep(cast: Cast, client: Client) -> Client:
    client.force_login(cast.east_rep)
    return client


@pytest.fixture
def customer(cast: Cast) -> Customer:
    """One that pays regularly and was just entered."""
    made = make_customer(cast.east_rep, name="Blue River", code="C1")
    made.regular_amount, made.regular_day = 100_00, 5
    made.entered_at = datetime.combine(DAY, datetime.min.time(), UTC)
    made.save()
    return made


def follow_up(customer: Customer, on: date, *, next_on: date | None = None) -> FollowUp:
    return FollowUp.objects.create(
        customer=customer, at=moment_on(on), on_day=on, outcome="put_off", next_on=next_on,
        entered_by=customer.owner,
    )  # fmt: skip


def shown(client: Client, kind: str) -> list[Any]:
    rows: list[Any] = client.get(f"/today/?show={kind}").context["page"].rows
    return rows


def ask(customer: Customer, *, on: date, again: date | None = None) -> None:
    plan, _new = MonthPlan.objects.get_or_create(
        customer=customer, month=MONTH, defaults={"locks_on": day(4)}
    )
    plan.asked_on, plan.answer, plan.ask_again_on = on, "put_off" if again else "refused", again
    plan.save()


def test_a_lapse_followed_up_waits_for_the_interval_of_its_rating(
    rep: Client, customer: Customer
) -> None:
    make_commitment(customer, (day(10), 500), reference="P-1")
    follow_up(customer, day(20))
    stand_on()
    assert shown(rep, "lapsed") == []
    (row,) = shown(rep, "waiting")
    assert row.reason.startswith("Followed up; again from November 24")
    stand_on(DAY + timedelta(days=1))
    assert len(shown(rep, "lapsed")) == 1


def test_what_waits_is_counted_in_a_line(rep: Client, customer: Customer) -> None:
    make_commitment(customer, (day(10), 500), (day(11), 500))
    follow_up(customer, DAY)
    stand_on()
    assert "2 followed up or put off, waiting" in rep.get("/today/").content.decode()


@pytest.mark.parametrize("contact_on", [None, 8, 12, 15, 17, 18, 19, 20, 21, 22, 23])
@pytest.mark.parametrize("changes", [(), (("D", 19),), (("A", 18),), (("D", 14), ("A", 22))])
def test_which_lapses_want_a_follow_up_is_what_the_policy_says(
    cast: Cast, customer: Customer, contact_on: int | None, changes: tuple[tuple[str, int], ...]
) -> None:
    make_commitment(customer, (day(10), 500), (day(21), 500))
    RatingChange.objects.create(customer=customer, rating="B")
    for rating, since in changes:
        RatingChange.objects.create(customer=customer, rating=rating, valid_from=day(since))
        Customer.objects.filter(pk=customer.pk).update(rating=rating)
    if contact_on:
        follow_up(customer, day(contact_on))
    stand_on()
    agenda = agenda_of(Customer.objects.all(), person=cast.east_rep, day=DAY)
    found = {int(item.subject) for item in agenda.items if item.kind == Kind.LAPSED}
    assert found == {row.instalment_id for row in follow_ups_wanted([customer.pk], on=DAY)}


@pytest.mark.parametrize(("next_on", "comes"), [(22, True), (23, True), (24, False)])
def test_a_next_date_that_has_come_is_told(
    rep: Client, customer: Customer, next_on: int, comes: bool
) -> None:
    follow_up(customer, day(20), next_on=day(next_on))
    stand_on()
    assert bool(shown(rep, "put_off")) is comes


def test_a_next_date_is_done_once_something_was_logged(rep: Client, customer: Customer) -> None:
    follow_up(customer, day(20), next_on=day(22))
    follow_up(customer, day(22))
    stand_on()
    assert shown(rep, "put_off") == []


@pytest.mark.parametrize(("again", "comes"), [(22, True), (23, True), (24, False)])
def test_what_was_put_off_comes_back_on_its_day(
    rep: Client, customer: Customer, again: int, comes: bool
) -> None:
    make_plan(customer, 100)
    ask(customer, on=day(5), again=day(again))
    stand_on()
    assert bool(shown(rep, "put_off")) is comes


def test_what_was_put_off_is_done_once_a_promise_came(rep: Client, customer: Customer) -> None:
    make_plan(customer, 100)
    ask(customer, on=day(5), again=day(20))
    commitment = make_commitment(customer, (day(30), 100))
    commitment.made_on = day(21)
    commitment.save()
    stand_on()
    assert shown(rep, "put_off") == []


@pytest.mark.parametrize(
    ("on", "sentence"),
    [
        (date(2026, 11, 2), "There is a target and nobody asked for a commitment"),
        (date(2026, 11, 3), "There is a target and nobody asked for a commitment"),
        (date(2026, 11, 4), "Was to be asked by the third working day, November 4"),
    ],
)
def test_from_the_third_working_day_on_it_says_that_one_was_to_ask(
    rep: Client, customer: Customer, on: date, sentence: str
) -> None:
    make_plan(customer, 100)
    stand_on(on)
    assert [row.reason for row in shown(rep, "not_asked")] == [sentence]


@pytest.mark.parametrize(
    ("status", "comes"), [("planned", True), ("in_progress", True), ("done", False)]
)
def test_a_measure_past_due_is_told_until_it_is_done(
    rep: Client, customer: Customer, status: str, comes: bool
) -> None:
    measure = make_measure(make_plan(customer, 100), 40, status=status)
    Measure.objects.filter(pk=measure.pk).update(due_on=day(22))
    stand_on()
    rows = shown(rep, "measure_due")
    assert [(row.at_stake, row.acts[0].path.split("?")[0]) for row in rows] == (
        [(40_00, f"/measures/{measure.public_id}/")] if comes else []
    )


def test_a_measure_due_today_is_in_time(rep: Client, customer: Customer) -> None:
    measure = make_measure(make_plan(customer, 100), 40)
    Measure.objects.filter(pk=measure.pk).update(due_on=DAY)
    stand_on()
    assert shown(rep, "measure_due") == []


@pytest.fixture
def decided(cast: Cast, customer: Customer) -> Request:
    return Request.objects.create(
        customer=customer, kind="reduce", month=MONTH, amount=300_00, asked_on=day(20),
        asked_by=cast.east_rep, state="approved", decided_on=day(21),
        decided_at=datetime(2026, 11, 21, tzinfo=UTC), decided_by=cast.east_manager,
    )  # fmt: skip


def test_a_decision_is_told_to_who_asked_until_it_is_set_aside(
    rep: Client, decided: Request
) -> None:
    stand_on()
    (row,) = shown(rep, "decided")
    assert (row.state, row.reason) == ("approved", "Approved: pay less")
    rep.post(row.acts[1].path, {"token": str(uuid4())})
    assert shown(rep, "decided") == []
    rep.post(f"{row.acts[1].path}&back=1", {"token": str(uuid4())})
    assert len(shown(rep, "decided")) == 1


def test_a_decision_that_was_looked_at_is_seen(rep: Client, decided: Request) -> None:
    stand_on()
    rep.get(f"/requests/{decided.public_id}/")
    assert shown(rep, "decided") == []


def test_a_decision_looked_at_by_another_is_not_seen(
    rep: Client, cast: Cast, decided: Request
) -> None:
    stand_on()
    manager = Client()
    manager.force_login(cast.east_manager)
    manager.get(f"/requests/{decided.public_id}/")
    manager.post(f"/requests/{decided.public_id}/seen/", {"token": str(uuid4())})
    assert len(shown(rep, "decided")) == 1


def test_a_request_that_waits_is_told_to_the_manager_and_not_to_the_rep(
    rep: Client, cast: Cast, decided: Request
) -> None:
    Request.objects.update(state="waiting", decided_at=None, decided_on=None, decided_by=None)
    stand_on()
    assert shown(rep, "to_decide") == []
    manager = Client()
    manager.force_login(cast.east_manager)
    (row,) = shown(manager, "to_decide")
    assert row.reason == "Anna asks: pay less"
    assert manager.get(row.acts[0].path).status_code == 200


def test_mail_that_could_not_be_delivered_is_told_for_thirty_days(
    rep: Client, cast: Cast, customer: Customer
) -> None:
    message = Message.objects.create(
        key="k", message_id="m", kind="lapsed", to_address="x@kept.test", language="en",
        state="dead", reason="refused", created_at=datetime(2026, 11, 20, tzinfo=UTC),
    )  # fmt: skip
    request = Request.objects.create(
        customer=customer, kind="reduce", month=MONTH, amount=1, asked_on=day(20),
        asked_by=cast.east_rep,
    )  # fmt: skip
    Notice.objects.create(
        kind="requested", person=cast.east_rep, key="k", customer=customer, message=message,
        request=request,
    )  # fmt: skip
    stand_on()
    (row,) = shown(rep, "undeliverable")
    assert row.reason == "1 message could not be delivered: check the address"
    Message.objects.update(created_at=datetime(2026, 10, 20, tzinfo=UTC))
    assert shown(rep, "undeliverable") == []


@pytest.mark.parametrize(("rating", "most"), [("A", 28), ("B", 16), ("C", 8), ("D", 4)])
def test_no_contact_for_longer_than_the_rating_allows(
    rep: Client, customer: Customer, rating: str, most: int
) -> None:
    make_invoice(customer, 700, due_on=day(28))
    Customer.objects.update(rating=rating)
    last = follow_up(customer, DAY - timedelta(days=most))
    stand_on()
    assert shown(rep, "no_contact") == []
    FollowUp.objects.filter(pk=last.pk).update(on_day=DAY - timedelta(days=most + 1))
    (row,) = shown(rep, "no_contact")
    assert row.reason == f"No contact for {most + 1} days; the rating allows {most}"


def test_who_owes_and_pays_nothing_regular_comes_last(
    rep: Client, cast: Cast, customer: Customer
) -> None:
    make_invoice(make_customer(cast.east_rep, name="Irregular"), 90_000, due_on=day(28))
    make_commitment(customer, (day(25), 1))
    stand_on()
    rows = rep.get("/today/").context["page"].rows
    assert (rows[-1].kind, rows[-1].name) == ("no_regular", "Irregular")


@pytest.mark.parametrize(
    ("make", "kind"),
    [
        (lambda c: make_commitment(c, (day(10), 500)), "lapsed"),
        (lambda c: make_commitment(c, (day(24), 500)), "due"),
        (lambda c: follow_up(c, day(20), next_on=day(22)), "put_off"),
        (lambda c: make_invoice(c, 700, due_on=day(28)), "not_asked"),
    ],
)
def test_a_customer_on_hold_is_left_in_peace(
    rep: Client, customer: Customer, make: Callable[[Customer], object], kind: str
) -> None:
    make(customer)
    stand_on()
    assert [row.kind for row in shown(rep, kind)] == [kind]
    customer.holds.create(
        kind="dispute", starts_on=day(20), ends_on=day(25), entered_by=customer.owner
    )
    assert shown(rep, kind) == []
    assert "On hold until the end of November 25" in shown(rep, "waiting")[0].reason


def test_the_rank_is_explained_in_words_and_figures(rep: Client, customer: Customer) -> None:
    Customer.objects.update(rating="C")
    make_commitment(customer, (day(15), 120_000))
    stand_on()
    (row,) = shown(rep, "lapsed")
    assert row.why == "¥120,000 × 1.8 for 8 days late × 1.5 for rating C = 324,000"
