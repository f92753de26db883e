"""What customers are told by the sweep, and what they are not told, and why."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from collections_app.customers.models import Contact, Customer, Hold
from collections_app.customers.operations import remove_contact
from collections_app.customers.stops import lift_stop, stop_mail
from collections_app.followups.models import FollowUp
from collections_app.notices.models import Notice
from collections_app.organisation.models import Organisation
from collections_app.organisation.queries import moment_on
from collections_app.outbox.delivery import Postponed
from collections_app.outbox.models import Message
from collections_app.reminders.mail import prepare
from collections_app.reminders.sweep import sweep
from tests.conftest import Cast
from tests.ledger_facts import end, make_customer, pay, promise
from tests.reminders.clockwork import Clockwork, clock, reachable

__all__ = ["clock"]

# A Friday. The customers are rated C: reminded five days before and one, without grace.
DUE = date(2026, 7, 10)


def on(days: int) -> date:
    return DUE + timedelta(days=days)


@pytest.fixture(autouse=True)
def _ledger_is_known(clock: Clockwork) -> None:
    Organisation.objects.update(payments_complete_through=on(99))


def owing(cast: Cast, *, rating: str = "C") -> Customer:
    """100 promised by the due date, by a customer that can be written to."""
    customer = make_customer(cast.east_rep, rating=rating)
    reachable(customer)
    promise(customer, [(DUE, 100)], made_on=date(2026, 6, 1))
    return customer


def said() -> list[tuple[str, str, str]]:
    """Kind, state and reason of each notice to a customer, in the order owed."""
    rows = Notice.objects.filter(person__isnull=True).order_by("pk")
    return [(n.kind, n.state, n.reason) for n in rows]


def play(clock: Clockwork, first: int, last: int, *, hour: int = 10) -> None:
    """Sweep each morning from one day to another, and send at that hour."""
    for number in range(first, last + 1):
        clock.set(on(number), 1)
        sweep(on=on(number))
        clock.deliver(on(number), hour)


def sent_on() -> list[tuple[str, int]]:
    """What left to customers: kind, and how many days after the due date."""
    left = Message.objects.filter(person__isnull=True, state="sent").order_by("sent_at")
    return [(m.kind, (m.sent_at.date() - DUE).days) for m in left if m.sent_at]


def follow_up(customer: Customer, day: date) -> None:
    FollowUp.objects.create(
        customer=customer, at=moment_on(day), on_day=day, outcome="put_off",
        entered_by=customer.owner,
    )  # fmt: skip


def test_a_customer_is_reminded_on_the_policys_days_and_told_of_the_lapse_once(
    cast: Cast, clock: Clockwork
) -> None:
    owing(cast)
    play(clock, -8, 20)
    # Five days before is a Sunday: it leaves on Monday. The lapse is of a Saturday.
    assert sent_on() == [("due_soon", -4), ("due_soon", -1), ("lapsed", 3)]


def test_a_customer_without_anybody_known_is_owed_nothing(cast: Cast) -> None:
    customer = make_customer(cast.east_rep)
    promise(customer, [(DUE, 100)])
    sweep(on=on(-1))
    assert said() == []


def test_the_first_contact_is_written_to_and_without_an_address_the_oldest_that_has_one(
    cast: Cast,
) -> None:
    customer = owing(cast)
    Contact.objects.filter(customer=customer).update(email="")
    Contact.objects.create(customer=customer, name="Mr Li", email="li@c.test", language="zh-hans")
    sweep(on=on(-1))
    message = Message.objects.get(person__isnull=True)
    assert (message.to_address, message.language) == ("li@c.test", "zh-hans")
    assert (message.reply_to, message.from_name) == (
        customer.owner.email, Organisation.objects.get().name,
    )  # fmt: skip


def never(customer: Customer) -> None:
    Customer.objects.filter(pk=customer.pk).update(reminder_mode="never")


def close(customer: Customer) -> None:
    Customer.objects.filter(pk=customer.pk).update(is_closed=True)


def hold(customer: Customer) -> None:
    Hold.objects.create(
        customer=customer, kind="dispute", starts_on=on(-9), ends_on=on(9),
        entered_by=customer.owner,
    )  # fmt: skip


def spoke(customer: Customer) -> None:
    follow_up(customer, on(-2))


def no_address(customer: Customer) -> None:
    Contact.objects.filter(customer=customer).update(email="")


def stop_team(customer: Customer) -> None:
    assert customer.owner.team is not None
    stop_mail(by=customer.owner, team=customer.owner.team.parent)


def stop_one(customer: Customer) -> None:
    stop_mail(by=customer.owner, customer=customer)


def stop_all(customer: Customer) -> None:
    stop_mail(by=customer.owner)


@pytest.mark.parametrize(
    ("happens", "reason"),
    [
        (never, "never"), (close, "closed"), (hold, "hold"), (spoke, "quiet"),
        (no_address, "no_address"), (stop_team, "stopped"), (stop_one, "stopped"),
        (stop_all, "stopped"),
    ],
)  # fmt: skip
def test_what_is_not_said_is_put_down_with_its_reason(
    cast: Cast, happens: object, reason: str
) -> None:
    customer = owing(cast)
    happens(customer)  # type: ignore[operator]
    sweep(on=on(-1))
    assert said() == [("due_soon", "withdrawn", reason)]
    assert not Message.objects.filter(person__isnull=True).exists()


@pytest.mark.parametrize(
    ("happens", "reason"),
    [
        (never, "never"), (close, "closed"), (hold, "hold"), (spoke, "quiet"),
        (no_address, "no_address"), (stop_team, "stopped"), (stop_one, "stopped"),
        (stop_all, "stopped"),
    ],
)  # fmt: skip
def test_what_keeps_a_message_back_is_looked_for_as_it_leaves(
    cast: Cast, clock: Clockwork, happens: object, reason: str
) -> None:
    customer = owing(cast)
    sweep(on=on(-1))
    happens(customer)  # type: ignore[operator]
    assert clock.deliver(on(-1)).withdrawn == 1
    assert said() == [("due_soon", "withdrawn", reason)]


def test_nothing_is_written_anew_by_a_second_sweep_of_the_day(cast: Cast) -> None:
    hold(owing(cast))
    owing(cast)
    sweep(on=on(-1))
    before = list(Notice.objects.order_by("pk").values_list())
    sweep(on=on(-1))
    assert list(Notice.objects.order_by("pk").values_list()) == before


def test_what_was_kept_back_is_said_once_its_reason_has_gone(cast: Cast, clock: Clockwork) -> None:
    customer = owing(cast)
    stop = stop_mail(by=cast.admin, customer=customer)
    play(clock, -1, -1)
    lift_stop(stop=stop, by=cast.admin)
    play(clock, 0, 0)
    assert sent_on() == [("due_soon", 0)]


def test_quiet_ends_two_days_after_a_contact(cast: Cast, clock: Clockwork) -> None:
    customer = owing(cast)
    follow_up(customer, on(2))
    play(clock, -9, -2)
    play(clock, 1, 5)
    assert sent_on() == [("due_soon", -4), ("lapsed", 4)]


def test_a_customer_gets_no_two_messages_within_its_quiet_period(
    cast: Cast, clock: Clockwork
) -> None:
    customer = owing(cast)
    promise(customer, [(on(-1), 50)], made_on=date(2026, 6, 1))
    play(clock, -2, 20)
    days = [day for _kind, day in sent_on()]
    assert all(later - sooner >= 2 for sooner, later in pairwise(days))


def test_one_message_carries_all_that_a_day_asks(cast: Cast) -> None:
    customer = owing(cast)
    promise(customer, [(DUE, 50), (on(-2), 70)], made_on=date(2026, 6, 1))
    sweep(on=on(-1))
    message = Message.objects.get(person__isnull=True)
    kinds = sorted(message.notices.values_list("kind", flat=True))
    assert (message.kind, kinds) == ("lapsed", ["due_soon", "due_soon", "lapsed"])


def test_what_waits_takes_up_the_later_step_and_drops_the_earlier(
    cast: Cast, clock: Clockwork
) -> None:
    customer = owing(cast)
    reachable_by_approval(customer)
    for number in (-4, -1):
        sweep(on=on(number))
    assert said() == [("due_soon", "withdrawn", "replaced"), ("due_soon", "owed", "")]
    assert Message.objects.filter(person__isnull=True, state="awaiting_approval").count() == 1


def reachable_by_approval(customer: Customer) -> None:
    Customer.objects.filter(pk=customer.pk).update(reminder_mode="approve")


def test_after_an_outage_only_the_latest_step_is_said(cast: Cast, clock: Clockwork) -> None:
    owing(cast, rating="D")
    play(clock, -9, -8)
    play(clock, -1, -1)
    assert sent_on() == [("due_soon", -1)]


def test_a_lapse_older_than_seven_days_is_not_said(cast: Cast, clock: Clockwork) -> None:
    owing(cast)
    play(clock, 11, 12)
    assert sent_on() == []


def test_a_lapse_waits_for_the_ledger_and_says_so(cast: Cast, clock: Clockwork) -> None:
    Organisation.objects.update(payments_complete_through=on(-1))
    owing(cast)
    play(clock, 1, 3)
    assert said() == [("lapsed", "withdrawn", "stale_ledger")]
    Organisation.objects.update(payments_complete_through=on(0))
    play(clock, 4, 4)
    assert sent_on() == [("lapsed", 4)]


def test_a_lapse_that_waited_two_working_days_goes_to_the_rep_instead(
    cast: Cast, clock: Clockwork
) -> None:
    Organisation.objects.update(payments_complete_through=on(-1))
    owing(cast)
    play(clock, 1, 5)
    told = Notice.objects.filter(kind="not_told")
    assert [n.person for n in told] == [cast.east_rep]
    Organisation.objects.update(payments_complete_through=on(6))
    play(clock, 6, 12)
    assert sent_on() == []
    mail = Message.objects.filter(person=cast.east_rep, body_text__contains="not told")
    assert mail.count() == 1


def test_a_ledger_that_falls_back_before_sending_holds_the_message(
    cast: Cast, clock: Clockwork
) -> None:
    owing(cast)
    sweep(on=on(3))
    Organisation.objects.update(payments_complete_through=on(-1))
    assert clock.deliver(on(3)).withdrawn == 1
    assert said() == [("lapsed", "withdrawn", "stale_ledger")]


def test_money_between_queueing_and_sending_withdraws_every_message(
    cast: Cast, clock: Clockwork
) -> None:
    customers = [owing(cast) for _ in range(20)]
    sweep(on=on(3))
    for customer in customers:
        pay(customer, 100, on(3))
    outcome = clock.deliver(on(3))
    assert (outcome.sent, said()) == (0, [("lapsed", "withdrawn", "paid")] * 20)


def test_part_money_only_changes_the_figures(cast: Cast, clock: Clockwork) -> None:
    customer = owing(cast)
    sweep(on=on(3))
    pay(customer, 40, on(3))
    clock.deliver(on(3))
    text = Message.objects.get(person__isnull=True).body_text
    assert "CNY 40.00" in text
    assert "CNY 60.00" in text


def test_a_promise_made_anew_covers_the_money(cast: Cast, clock: Clockwork) -> None:
    customer = owing(cast)
    sweep(on=on(3))
    end(customer.commitments.get(), on(3), "superseded")
    clock.deliver(on(3))
    assert said() == [("lapsed", "withdrawn", "superseded")]


def test_mail_due_in_the_evening_is_put_off_to_the_next_morning(
    cast: Cast, clock: Clockwork
) -> None:
    owing(cast)
    clock.set(on(-1), 1)
    sweep(on=on(-1))
    clock.set(on(-1), 20)
    found = prepare(Message.objects.get(person__isnull=True))
    assert found == Postponed(datetime(2026, 7, 10, 1, tzinfo=UTC))
    assert clock.deliver(on(-1), 20).postponed == 1


def test_a_message_goes_to_the_address_that_the_contact_has_by_then(
    cast: Cast, clock: Clockwork
) -> None:
    customer = owing(cast)
    clock.set(on(-1), 1)
    sweep(on=on(-1))
    Contact.objects.filter(customer=customer).update(email="new@c.test")
    clock.deliver(on(-1))
    sweep(on=on(-1))
    clock.deliver(on(-1), 11)
    sent = Message.objects.filter(person__isnull=True, state="sent")
    assert [m.to_address for m in sent] == ["new@c.test"]


def test_a_contact_that_was_written_to_can_be_removed(cast: Cast, clock: Clockwork) -> None:
    customer = owing(cast)
    play(clock, -1, -1)
    reachable_two = Contact.objects.create(
        customer=customer, name="Mr Li", email="li@c.test", language="en"
    )
    remove_contact(contact=Contact.objects.get(name="Ms Zhou"), by=cast.east_rep)
    play(clock, 0, 0)
    assert reachable_two.notices.count() == 0
    assert sent_on() == [("due_soon", -1)]


def test_what_was_so_before_the_product_is_not_said(cast: Cast, clock: Clockwork) -> None:
    owing(cast)
    sweep(on=on(1), notify=False)
    play(clock, 3, 5)
    assert sent_on() == []


def test_a_mode_that_asks_for_approval_by_now_is_asked(cast: Cast, clock: Clockwork) -> None:
    customer = owing(cast)
    sweep(on=on(-1))
    reachable_by_approval(customer)
    clock.deliver(on(-1))
    sweep(on=on(0))
    assert list(Message.objects.filter(person=None).values_list("state", "reason")) == [
        ("withdrawn", "mode"), ("awaiting_approval", ""),
    ]  # fmt: skip


def test_what_waits_for_a_person_is_withdrawn_once_it_is_paid_or_too_old(
    cast: Cast, clock: Clockwork
) -> None:
    paid, left = owing(cast), owing(cast)
    for customer in (paid, left):
        reachable_by_approval(customer)
    sweep(on=on(3))
    pay(paid, 100, on(3))
    sweep(on=on(11))
    assert sorted(Message.objects.filter(person=None).values_list("state", "reason")) == [
        ("withdrawn", "paid"), ("withdrawn", "unreleased"),
    ]  # fmt: skip


def test_the_sweep_asks_as_often_for_many_customers_as_for_few(cast: Cast) -> None:
    def count(customers: int, day: date) -> int:
        for _ in range(customers):
            hold(owing(cast))
        with CaptureQueriesContext(connection) as asked:
            sweep(on=day)
        return len(asked)

    assert count(2, on(-2)) >= count(6, on(-1)) - 2
