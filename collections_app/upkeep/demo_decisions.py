"""What the demo's people ask each other: requests, absences, and when to ask a customer again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final

from collections_app.accounts.delegation import let_stand_in
from collections_app.accounts.models import Person
from collections_app.accounts.queries import managers_above
from collections_app.actions.ask_for import Wish, ask_for_concession
from collections_app.actions.conceding import owed_of
from collections_app.actions.decide import approve, refuse
from collections_app.commitments.models import Commitment
from collections_app.core.months import first_of
from collections_app.core.workdays import WorkCalendar
from collections_app.followups.models import Request
from collections_app.planning.models import Answer, MonthPlan
from collections_app.standing.models import LAPSED
from collections_app.standing.operations import refresh_touched

# Put off until so many working days from now, in turn.
AGAIN_AFTER: Final = (0, 1, 3, 5)
# On leave, and who stands in.
ABSENT, STANDS_IN = "zhang.wei@kept.example", "liu.yang@kept.example"
POSTPONED_DAYS = 21
# Two that wait, one that is refused, of promises; then one of a target, which is approved.
POSTPONED = (
    ("cash_short", "Waits for its three largest outlets to pay.", "等三家大门店回款。"),
    ("waiting_approval", "Their new finance director signs next week.", "新财务总监下周签字。"),
    ("retailers_owe", "Says the same as last month.", "理由与上月相同。"),
)
REDUCED = ("warehouse", "A promotion was moved to next month.", "促销活动推迟到下月。")
REFUSED_WORD = ("They were paid on Friday; ask again.", "对方周五已收到货款，请再催。")
APPROVED_WORD = ("Agreed with head office.", "已与总部商定。")


def decide_some(*, on: date, calendar: WorkCalendar) -> None:
    """Requests in every state, put-off customers with a day to ask again, and an absence."""
    for place, plan in enumerate(_put_off(on)):
        again = calendar.after(calendar.on_or_after(on), AGAIN_AFTER[place % len(AGAIN_AFTER)])
        MonthPlan.objects.filter(pk=plan.pk).update(ask_again_on=again)
    asked = [
        _postpone(commitment, *said, on=on)
        for commitment, said in zip(_lapsed(), POSTPONED, strict=False)
    ]
    if len(asked) == len(POSTPONED):
        last = asked[-1]
        refuse(request=last, by=_decider(last), on=on, word=_in_words(REFUSED_WORD, last.asked_by))
    _reduce_one(on)
    _let_stand_in(on)
    refresh_touched()


def _put_off(on: date) -> list[MonthPlan]:
    plans = MonthPlan.objects.filter(month=first_of(on), answer=Answer.PUT_OFF)
    return list(plans.order_by("customer__code"))


def _lapsed() -> Iterator[Commitment]:
    """One promise of a customer each that has lapsed and is in force."""
    met: set[int] = set()
    found = Commitment.objects.filter(ending="", instalments__standing__state__in=LAPSED)
    for commitment in found.select_related("customer__owner").order_by(
        "customer__code", "reference"
    ):
        if commitment.customer_id not in met:
            met.add(commitment.customer_id)
            yield commitment


def _postpone(commitment: Commitment, reason: str, *note: str, on: date) -> Request:
    customer, until = commitment.customer, on + timedelta(days=POSTPONED_DAYS)
    wish = Wish(
        kind="postpone", amount=owed_of(commitment, on=on).due_before(until), reason=reason,
        until_on=until, note=_in_words(note, customer.owner), commitment=commitment,
    )  # fmt: skip
    return ask_for_concession(
        customer=customer, month=first_of(on), wish=wish, by=customer.owner, on=on
    )


def _reduce_one(on: date) -> None:
    """Give way on the largest target of the month that nobody asks anything else about."""
    plans = MonthPlan.objects.filter(month=first_of(on), target__gte=10_000_00)
    free = plans.exclude(customer__in=Request.objects.values("customer"))
    # Not the first customer: its story is to be seen as it was.
    free = free.select_related("customer__owner").order_by("-target", "customer__code")
    plan = free.exclude(customer__code="C0001").first()
    if plan is None or plan.target is None:
        return
    reason, *note = REDUCED
    rep = plan.customer.owner
    wish = Wish(
        kind="reduce", amount=plan.target // 5, reason=reason, note=_in_words(note, rep),
        seen=plan.target,
    )  # fmt: skip
    asked = ask_for_concession(customer=plan.customer, month=plan.month, wish=wish, by=rep, on=on)
    approve(request=asked, by=_decider(asked), on=on, word=_in_words(APPROVED_WORD, rep))


def _decider(request: Request) -> Person:
    return managers_above(request.customer.owner, but=request.asked_by)[0]


def _let_stand_in(on: date) -> None:
    people = {
        person.email: person for person in Person.objects.filter(email__in=(ABSENT, STANDS_IN))
    }
    absent = people[ABSENT]
    let_stand_in(
        person=absent, delegate=people[STANDS_IN], starts_on=on, ends_on=on + timedelta(days=9),
        actor=absent, on=on, note="年假",
    )  # fmt: skip


def _in_words(said: tuple[str, ...] | list[str], reader: Person) -> str:
    """In the reader's language: English first, then Chinese."""
    return said[0 if reader.language == "en" else 1]
