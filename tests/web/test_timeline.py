"""The timeline of a customer: all that happened, latest first, in the reader's words."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collections_app.accounts.models import Person
from collections_app.accounts.operations import record
from collections_app.actions.hand_over import hand_over
from collections_app.actions.promise import Terms, renegotiate
from collections_app.customers.models import Customer, Hold, RegularAgreement
from collections_app.followups.models import FollowUp, Request
from collections_app.ledger.models import Adjustment
from collections_app.notices.models import Notice, NoticeKind
from collections_app.organisation.queries import moment_on
from collections_app.outbox.models import Message
from collections_app.planning.measures import add_measure, change_measure
from collections_app.planning.operations import agree_plan, record_ask, set_target
from collections_app.web.pages.timeline import (
    GROUPS,
    PAGE_SIZE,
    Mark,
    TimelineQuestion,
    timeline_tab,
)
from collections_app.web.pages.timeline_sql import BRANCHES
from collections_app.web.pages.timeline_words import TELLERS, Event
from tests import facts
from tests.conftest import Cast
from tests.web.facts import (
    DAY,
    MONTH,
    day,
    make_commitment,
    make_customer,
    make_measure,
    make_payment,
    make_plan,
    make_reversal,
    stand_on,
)
from tests.web.timeline_facts import make_many


@pytest.fixture
def customer(cast: Cast) -> Customer:
    stand_on()
    return make_customer(cast.east_rep, name="Blue River Parts")


def events(customer: Customer, **asked: str | date | Mark | None) -> list[Event]:
    return timeline_tab(customer, TimelineQuestion(**asked), page=1).events  # type: ignore[arg-type]


def told(customer: Customer, group: str = "") -> list[str]:
    """Each event as one line, latest first."""
    return [
        " | ".join(
            [event.what, event.badge, *(f"{n}: {v}" for n, v in event.details), *event.lines]
        )
        for event in events(customer, group=group)
    ]


def make_notice(customer: Customer, person: Person, *, state: str, **more: object) -> Notice:
    instalment = make_commitment(customer, (day(10), 300), reference="LATE-1").instalments.get()
    message = Message.objects.create(
        key=f"k-{customer.pk}", message_id=f"<{customer.pk}@kept.test>", kind="lapsed",
        person=person, to_address=person.email, language="en", state=state, **more,
    )  # fmt: skip
    return Notice.objects.create(
        kind=NoticeKind.LAPSED, person=person, key="1", customer=customer, instalment=instalment,
        message=message,
    )  # fmt: skip


def test_a_verdict_tells_what_came_when_and_from_which_payment(customer: Customer) -> None:
    make_commitment(customer, (day(10), 300), reference="P-7")
    make_payment(customer, 100, on=day(9), reference="BANK-1")
    make_payment(customer, 200, on=day(16), reference="BANK-2")
    stand_on()
    (verdict,) = (e for e in events(customer) if e.kind == "verdict")
    assert (verdict.day, verdict.badge) == (day(11), "partially_kept")
    assert verdict.what == "Verdict on P-7/1: ¥300.00 due Nov. 10, 2026"
    assert verdict.lines == [
        "Nov. 9, 2026: ¥100.00 from BANK-1",
        "Nov. 16, 2026: ¥200.00 from BANK-2, late",
    ]
    assert ("state now", "kept late") in verdict.details
    assert ("settled on", "Nov. 16, 2026") in verdict.details


def test_an_instalment_before_its_deadline_has_no_verdict_there(customer: Customer) -> None:
    make_commitment(customer, (day(23), 300))
    stand_on()
    assert [e.kind for e in events(customer)] == ["owner", "promised"]


def test_a_broken_promise_says_that_nothing_came(customer: Customer) -> None:
    make_commitment(customer, (day(10), 300), reference="P-7")
    stand_on()
    assert "Nothing was received on it." in told(customer, "promises")[0]


def test_a_payment_tells_what_it_filled_and_what_is_left(customer: Customer) -> None:
    make_commitment(customer, (day(10), 300), reference="P-7")
    payment = make_payment(customer, 500, on=day(9), reference="BANK-1")
    make_reversal(payment, 50, on=day(12), reference="BACK-1")
    stand_on()
    assert told(customer, "money") == [
        "Taken back: ¥50.00 of BANK-1 | reversed | reference: BACK-1",
        (
            "Received: ¥500.00 (BANK-1) |  | how it came: bank transfer | P-7/1: ¥300.00"
            " | on no promise: ¥200.00"
        ),
    ]


def test_an_adjustment_tells_what_it_settled(customer: Customer) -> None:
    make_payment(customer, 500, on=day(9), reference="BANK-1")
    Adjustment.objects.create(
        customer=customer, number="CN-1", effective_on=day(12), amount=12_345, kind="credit_note",
        invoice_number="I-7", note="Damaged in transit",
    )  # fmt: skip
    latest, former = events(customer, group="money")
    assert told(customer, "money")[0] == (
        "Settled without money: ¥123.45, credit note |  | number: CN-1 | for invoice: I-7"
    )
    assert latest.note == "Damaged in transit"
    assert former.what.startswith("Received")


def test_targets_agreements_and_every_answer_are_told(customer: Customer) -> None:
    by = customer.owner
    set_target(customer=customer, month=MONTH, target=500, expected=None, by=by, on=day(2))
    set_target(
        customer=customer, month=MONTH, target=700, expected=500, by=by, on=day(20),
        reason="new season",
    )  # fmt: skip
    agree_plan(
        customer=customer, month=MONTH, agreed_on=day(21), agreed_with="Mr Li", channel="phone",
        expected=700, by=by, on=DAY,
    )  # fmt: skip
    for number, answer in ((3, "no_answer"), (5, "refused")):
        record_ask(
            customer=customer, month=MONTH, asked_on=day(number), answer=answer, by=by, on=DAY
        )
    text = "\n".join(told(customer, "targets"))
    assert "Target of November 2026 revised |  | target: ¥5.00 → ¥7.00 | reason: new season" in text
    assert "agreed with the customer |  | target: ¥7.00 | with: Mr Li | how: telephone" in text
    assert text.index("answer: refused") < text.index("answer: no answer yet")


def test_what_a_file_said_of_a_plan_is_told_too(customer: Customer) -> None:
    make_plan(customer, 500, agreed_with="Mr Li")
    customer.plans.update(asked_on=day(2), answer="refused")
    text = "\n".join(told(customer, "targets"))
    assert "agreed with the customer |  | target: ¥500.00 | with: Mr Li" in text
    assert "Asked for a commitment for November 2026 |  | answer: refused" in text


def test_a_renegotiation_names_what_it_replaces_and_why(customer: Customer) -> None:
    former = facts.promise(customer, (day(27), 300))
    stand_on()
    by = customer.owner
    terms = Terms(made_on=DAY, instalments=[(day(30), 300_00)])
    renegotiate(commitment=former, terms=terms, reason="flood", asked_by="customer", by=by, on=DAY)
    first = told(customer, "promises")[0]
    assert first.startswith("Renegotiated: ¥300.00")
    assert f"replaces: {former.reference} | reason: flood | who asked: the customer" in first


def test_a_message_tells_to_whom_and_how_delivery_ended(customer: Customer) -> None:
    make_notice(customer, customer.owner, state="dead", reason="refused", attempts=5)
    assert told(customer, "messages") == [
        (
            "Message to Anna: lapsed promise |  | about: LATE-1/1 | to: anna@kept.test"
            " | delivery: undeliverable | why: refused by the mail server"
        )
    ]


def test_a_notice_withdrawn_from_a_message_that_left_was_not_sent(customer: Customer) -> None:
    notice = make_notice(
        customer, customer.owner, state="sent", sent_at=moment_on(day(12)), channel="smtp"
    )
    assert "delivery: sent | sent on: Nov. 12, 2026" in told(customer, "messages")[0]
    Notice.objects.filter(pk=notice.pk).update(state="withdrawn", reason="paid")
    assert "delivery: withdrawn | why: paid meanwhile" in told(customer, "messages")[0]


def test_follow_ups_requests_holds_and_terms_are_told(customer: Customer, cast: Cast) -> None:
    by = customer.owner
    FollowUp.objects.create(
        customer=customer, at=moment_on(day(18)), on_day=day(18), outcome="put_off",
        reason="cash_short", channel="phone", contact_name="Mr Li", next_on=day(25), entered_by=by,
    )  # fmt: skip
    Request.objects.create(
        customer=customer, kind="reduce", month=MONTH, amount=100_00, reason="cash_short",
        target_before=500_00, target_after=400_00, state="refused", asked_on=day(18), asked_by=by,
        decided_on=day(19), decided_at=moment_on(day(19)), decided_by=cast.east_manager,
        word="Not again",
    )  # fmt: skip
    Hold.objects.create(
        customer=customer, kind="dispute", starts_on=day(20), ends_on=day(27), lifted_on=day(22),
        entered_by=by,
    )  # fmt: skip
    RegularAgreement.objects.create(
        customer=customer, day=10, amount=9_00, agreed_with="Mr Li", valid_from=day(17)
    )
    text = "\n".join(told(customer))
    for part in (
        (
            "Follow-up | said_put_off | how: telephone | with: Mr Li | reason given: short of cash"
            " | next on: Nov. 25, 2026"
        ),
        "Asked the manager: pay less |  | about: November 2026 | amount: ¥100.00",
        "Request decided: pay less | refused | about: November 2026",
        "On hold: dispute |  | until the end of: Nov. 27, 2026",
        "Hold lifted: dispute",
        "Regular payment agreed: ¥9.00 by day 10 of each month |  | with: Mr Li",
    ):
        assert part in text, (part, text)


def test_a_hand_over_tells_from_whom_to_whom(customer: Customer, cast: Cast) -> None:
    hand_over(
        customers=[customer.pk], former=cast.east_rep, to=cast.east_rep_two, actor=cast.east_manager
    )
    assert "Handed over from Anna to Bo" in told(customer, "terms")[0]


def test_a_measure_tells_its_changes_and_why_it_was_dropped(customer: Customer) -> None:
    by = customer.owner
    made = add_measure(
        customer=customer, month=MONTH, kind="training", expected_uplift=4_00, by=by, on=day(20)
    )
    change_measure(
        measure=made, by=by, on=day(21), expected={"status": "planned"}, status="dropped",
        drop_reason="no takers",
    )  # fmt: skip
    assert told(customer, "measures") == [
        (
            "Measure changed: training, November 2026 | dropped | expected uplift: ¥4.00"
            " | reason: no takers | who: Anna"
        ),
        "Measure planned: training, November 2026 | planned | expected uplift: ¥4.00 | who: Anna",
    ]


def test_older_pages_go_on_where_the_page_ended_and_leave_nothing_out(customer: Customer) -> None:
    make_many(customer, 60)
    seen: list[tuple[str, str, str]] = []
    older: Mark | None = None
    for _page in range(4):
        tab = timeline_tab(customer, TimelineQuestion(older=older), page=1)
        assert len(tab.events) <= PAGE_SIZE
        seen += [(e.day.isoformat(), e.what, e.note) for e in tab.events]
        if not tab.older:
            break
        older = Mark.read(tab.older)
    assert len(seen) == len(set(seen)) == 121
    assert [s[0] for s in seen] == sorted((s[0] for s in seen), reverse=True)


@pytest.mark.parametrize("group", ["", "targets", "promises", "money"])
def test_the_latest_page_is_the_first_one_that_is_cut_out(customer: Customer, group: str) -> None:
    plan = make_plan(customer, 900)
    # An act without a day is no event.
    record(
        actor=customer.owner, verb="ask", subject_kind="month_plan", subject_id=str(plan.public_id),
        customer_id=customer.pk, payload={"answer": "put_off"},
    )  # fmt: skip
    for number in range(PAGE_SIZE):
        payment = make_payment(customer, 10 + number, on=day(1 + number % 20))
        make_reversal(payment, 3, on=day(20), reference=f"B-{number}")
        make_commitment(customer, (day(20), 30), reference=f"P-{number}")
    stand_on()
    latest = timeline_tab(customer, TimelineQuestion(group), page=1)
    assert latest.events
    cut = timeline_tab(customer, TimelineQuestion(group, older=Mark()), page=1)
    assert (latest.events, latest.older) == (cut.events, cut.older)


def test_days_from_and_to_are_both_in(customer: Customer) -> None:
    for number in (9, 10, 12, 13):
        make_payment(customer, number, on=day(number))
    shown = events(customer, group="money", since=day(10), until=day(12))
    assert [e.day for e in shown] == [day(12), day(10)]


@pytest.mark.parametrize("group", [g for g in GROUPS if g != "record"])
def test_a_chip_shows_its_kind_alone(customer: Customer, group: str) -> None:
    plan = make_plan(customer, 500)
    make_measure(plan, 40)
    make_commitment(customer, (day(10), 300))
    make_payment(customer, 500, on=day(9))
    stand_on()
    kinds = {b.kind for b in BRANCHES if b.group == group}
    assert {e.kind for e in events(customer, group=group)} <= kinds


def test_every_kind_that_is_read_has_words_and_every_rank_is_one_kinds() -> None:
    assert {b.kind for b in BRANCHES} == set(TELLERS)
    assert len({b.rank for b in BRANCHES}) == len(BRANCHES)
    assert {b.group for b in BRANCHES} | {"record"} == set(GROUPS)


@given(st.dates(), st.integers(0, 999), st.integers(0, 10**18 - 1))
def test_a_mark_reads_as_it_is_written(on_day: date, rank: int, id_: int) -> None:
    mark = Mark(on_day, rank, id_)
    assert Mark.read(mark.text) == mark
