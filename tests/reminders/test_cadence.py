"""What is said of a lapse after the first word: chases to the rep, the lapse to the manager."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from collections_app.accounts.models import Role
from collections_app.commitments.models import Instalment
from collections_app.core.clock import now
from collections_app.customers.models import Customer, Hold
from collections_app.followups.models import FollowUp
from collections_app.notices.models import Notice
from collections_app.organisation.queries import moment_on
from collections_app.outbox.delivery import deliver_due
from collections_app.outbox.models import Message
from collections_app.reminders.mail import prepare
from collections_app.reminders.sweep import sweep
from tests.builders import make_person
from tests.conftest import Cast
from tests.facts import hand_over
from tests.ledger_facts import make_customer, pay, promise

DUE = date(2026, 7, 10)
Told = tuple[int, str]


def on(days: int) -> date:
    """So many days after the due date, which is the deadline of what has no grace."""
    return DUE + timedelta(days=days)


def told(cast: Cast, rating: str, *, days: int = 20) -> list[Told]:
    """Days after the deadline on which something was owed, and of what kind, without doing
    anything about it."""
    customer = lapsing(cast, rating)
    deadline = Instalment.objects.get(commitment__customer=customer).deadline_on
    found: list[Told] = []
    for number in range(1, days + 1):
        swept = sweep(on=deadline + timedelta(days=number))
        found += [(number, kind) for kind in sorted(swept.queued)]
    return found


def lapsing(cast: Cast, rating: str = "C") -> Customer:
    customer = make_customer(cast.east_rep, rating=rating)
    promise(customer, [(DUE, 100)])
    sweep(on=DUE)
    return customer


def follow_up(customer: Customer, day: date) -> None:
    FollowUp.objects.create(
        customer=customer, at=moment_on(day), on_day=day, outcome="put_off",
        entered_by=customer.owner,
    )  # fmt: skip


def hold(customer: Customer, *, since: int, until: int) -> None:
    """On hold from one day after the due date to another, both included."""
    Hold.objects.create(
        customer=customer, kind="dispute", note="n", starts_on=on(since), ends_on=on(until),
        entered_by=customer.owner,
    )  # fmt: skip


def send() -> list[tuple[str, str]]:
    """Let the mail leave; return state and reason of each notice that is no lapse's first word."""
    Message.objects.filter(state="queued").update(due_at=now() - timedelta(seconds=1))
    deliver_due(prepare=prepare)
    rows = Notice.objects.exclude(kind="lapsed").order_by("pk")
    return list(rows.values_list("state", "reason"))


@pytest.mark.parametrize(
    ("rating", "chased", "escalated"),
    [
        ("A", [8, 15], 14),
        ("B", [5, 9, 13, 17], 7),
        ("C", [3, 5, 7, 9, 11, 13, 15, 17, 19], 3),
        ("D", list(range(2, 21)), 1),
    ],
)
def test_a_rating_sets_how_often_the_rep_and_when_the_manager_is_told(
    cast: Cast, rating: str, chased: list[int], escalated: int
) -> None:
    found = told(cast, rating)
    assert [day for day, kind in found if kind == "lapsed"] == [1]
    assert [day for day, kind in found if kind == "chase"] == chased
    assert [day for day, kind in found if kind == "escalated"] == [escalated]


def test_the_manager_of_the_rep_and_no_other_is_told(cast: Cast) -> None:
    told(cast, "D", days=1)
    assert list(Notice.objects.filter(kind="escalated").values_list("person", flat=True)) == [
        cast.east_manager.pk
    ]


def test_a_rep_of_a_team_without_a_manager_is_known_to_the_one_above(cast: Cast) -> None:
    cast.east_manager.is_active = False
    cast.east_manager.save()
    above = make_person("Hana", role=Role.MANAGER, team=cast.head, email="hana@kept.test")
    told(cast, "D", days=1)
    assert Notice.objects.get(kind="escalated").person == above


def test_a_follow_up_puts_the_next_chase_off_by_an_interval(cast: Cast) -> None:
    customer = lapsing(cast)
    for number in (1, 2):
        sweep(on=on(number))
    follow_up(customer, on(2))
    assert [n for n in range(3, 7) if "chase" in sweep(on=on(n)).queued] == [4, 6]


def test_a_follow_up_after_the_days_chase_leaves_the_next_one_on_its_day(cast: Cast) -> None:
    customer = lapsing(cast)
    for number in (1, 2, 3):
        sweep(on=on(number))
    follow_up(customer, on(3))
    assert [n for n in range(4, 9) if "chase" in sweep(on=on(n)).queued] == [5, 7]


def test_a_hold_after_the_days_chase_leaves_the_next_one_on_the_day_after_it(cast: Cast) -> None:
    customer = lapsing(cast)
    for number in (1, 2, 3):
        sweep(on=on(number))
    hold(customer, since=3, until=4)
    assert [n for n in range(4, 9) if "chase" in sweep(on=on(n)).queued] == [5, 7]


def test_a_contact_put_on_record_late_has_no_day_chased_again(cast: Cast) -> None:
    customer = lapsing(cast, "B")
    for number in range(1, 10):
        sweep(on=on(number))
    follow_up(customer, on(4))
    assert [n for n in range(10, 14) if "chase" in sweep(on=on(n)).queued] == [12]


def test_an_outage_leaves_one_chase_for_each_lapse(cast: Cast) -> None:
    lapsing(cast, "D")
    sweep(on=on(1))
    assert sweep(on=on(9)).queued["chase"] == 1


def test_a_lapse_that_is_told_after_an_outage_is_not_chased_with_it(cast: Cast) -> None:
    lapsing(cast, "B")
    assert dict(sweep(on=on(9)).queued) == {"lapsed": 1}
    assert [n for n in range(10, 19) if "chase" in sweep(on=on(n)).queued] == [12, 16]


def test_a_chase_is_withdrawn_when_somebody_spoke_with_the_customer_meanwhile(
    cast: Cast,
) -> None:
    customer = lapsing(cast)
    sweep(on=on(1))
    sweep(on=on(3))
    follow_up(customer, on(3))
    assert ("withdrawn", "followed_up") in send()


def test_a_chase_of_a_customer_on_hold_is_withdrawn(cast: Cast) -> None:
    customer = lapsing(cast)
    sweep(on=on(1))
    sweep(on=on(3))
    hold(customer, since=3, until=9)
    assert ("withdrawn", "hold") in send()


def test_a_customer_on_hold_is_neither_chased_nor_escalated_until_the_hold_ends(
    cast: Cast,
) -> None:
    customer = lapsing(cast, "D")
    hold(customer, since=1, until=4)
    kinds = {n: sorted(sweep(on=on(n)).queued) for n in range(1, 6)}
    assert kinds == {1: ["lapsed"], 2: [], 3: [], 4: [], 5: ["chase", "escalated"]}


def test_of_chases_that_wait_together_the_latest_is_sent(cast: Cast) -> None:
    lapsing(cast, "D")
    for number in (1, 2, 3, 4):
        sweep(on=on(number))
    send()
    chases = Notice.objects.filter(kind="chase").order_by("pk")
    assert list(chases.values_list("state", "reason")) == [
        ("withdrawn", "replaced"),
        ("withdrawn", "replaced"),
        ("owed", ""),
    ]


def test_money_withdraws_chase_and_escalation(cast: Cast) -> None:
    customer = lapsing(cast)
    sweep(on=on(1))
    sweep(on=on(3))
    pay(customer, 100, on(3))
    assert send() == [("withdrawn", "paid"), ("withdrawn", "paid")]


def test_a_manager_who_no_longer_has_the_rep_is_not_told(cast: Cast) -> None:
    customer = lapsing(cast, "D")
    sweep(on=on(1))
    hand_over(customer, cast.west_rep, on=on(1))
    assert send() == [("withdrawn", "handed_over")]
    assert sweep(on=on(1)).queued["escalated"] == 1
    waiting = Notice.objects.get(kind="escalated", state="owed")
    assert waiting.person == cast.west_manager


def test_what_was_so_before_the_product_is_never_told(cast: Cast) -> None:
    promise(make_customer(cast.east_rep, rating="D"), [(DUE, 100)])
    sweep(on=on(6), notify=False)
    assert Message.objects.count() == 0
    assert dict(sweep(on=on(6)).queued) == {}
    assert dict(sweep(on=on(7)).queued) == {"chase": 1}


def test_all_that_a_sweep_has_to_say_to_a_person_is_one_mail(cast: Cast) -> None:
    lapsing(cast)
    sweep(on=on(2))
    promise(make_customer(cast.east_rep), [(on(2), 50)], made_on=on(1))
    swept = sweep(on=on(3))
    assert dict(swept.queued) == {"chase": 1, "escalated": 1, "lapsed": 1}
    assert swept.messages == 2
    Message.objects.filter(state="queued").update(due_at=now() - timedelta(seconds=1))
    deliver_due(prepare=prepare)
    mail = Message.objects.filter(person=cast.east_rep).latest("pk")
    assert mail.kind == "lapsed"
    assert "1 promise of your customers has lapsed:" in mail.body_text
    assert "1 lapsed promise wants to be followed up again:" in mail.body_text


def test_a_manager_reads_whose_customer_it_is(cast: Cast) -> None:
    lapsing(cast, "D")
    sweep(on=on(1))
    send()
    mail = Message.objects.get(person=cast.east_manager)
    assert mail.subject == "1 lapsed promise of your team needs you"
    assert f"· {cast.east_rep.name}" in mail.body_text
