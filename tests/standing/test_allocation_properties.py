"""What rules 4 and 5 promise for any facts whatever, not only for those one thinks of."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from collections_app.standing.allocation import allocate
from collections_app.standing.facts import (
    CommitmentFact,
    CustomerFacts,
    InstalmentFact,
    PaymentFact,
    ReversalFact,
)
from collections_app.standing.states import standing_of

FIRST = date(2028, 2, 20)
DAYS = 40
LATEST = FIRST + timedelta(days=DAYS + 30)

offsets = st.integers(0, DAYS)
days = offsets.map(lambda n: FIRST + timedelta(days=n))
amounts = st.integers(1, 300)


@st.composite
def commitments(draw: st.DrawFn, number: int) -> CommitmentFact:
    """A promise of one to three instalments, on days close enough to meet others."""
    made = draw(days)
    instalments = []
    for position in range(1, draw(st.integers(1, 3)) + 1):
        amount = draw(amounts)
        due = made + timedelta(days=draw(st.integers(0, 15)))
        deadline = due + timedelta(days=draw(st.integers(0, 4)))
        tolerance = draw(st.integers(0, (amount - 1) // 2))
        instalments.append(
            InstalmentFact(number * 10 + position, position, due, deadline, amount, tolerance)
        )
    ended = draw(st.none() | st.integers(0, 20).map(lambda n: made + timedelta(days=n)))
    return CommitmentFact(
        id=number,
        reference=f"PTP-{draw(st.integers(0, 9))}-{number}",
        made_on=made,
        instalments=tuple(instalments),
        ended_on=ended,
        ending=draw(st.sampled_from(["superseded", "cancelled"])) if ended else "",
        supersedes=draw(st.none() | st.integers(1, number - 1)) if number > 1 else None,
    )


@st.composite
def payments(draw: st.DrawFn, number: int, instalments: list[int]) -> PaymentFact:
    """A payment, perhaps pinned, perhaps reversed in parts of at most what is left of it."""
    received, amount = draw(days), draw(amounts)
    left, reversals = amount, []
    for _ in range(draw(st.integers(0, 2))):
        if not left:
            break
        part = draw(st.integers(1, left))
        reversals.append(ReversalFact(received + timedelta(days=draw(st.integers(0, 15))), part))
        left -= part
    pin = draw(st.none() | st.sampled_from([*instalments, 999]))
    reference = f"P-{draw(st.integers(0, 9))}-{number}"
    return PaymentFact(number, reference, received, amount, tuple(reversals), pin)


@st.composite
def customers(draw: st.DrawFn) -> CustomerFacts:
    made = [draw(commitments(number)) for number in range(1, draw(st.integers(0, 4)) + 1)]
    instalments = [i.id for c in made for i in c.instalments]
    received = [
        draw(payments(number, instalments)) for number in range(1, draw(st.integers(0, 6)) + 1)
    ]
    return CustomerFacts(tuple(received), tuple(made))


everyone = settings(max_examples=200, deadline=None)


@everyone
@given(customers(), days)
def test_no_payment_gives_more_than_is_left_of_it(of: CustomerFacts, on: date) -> None:
    given_away: Counter[int] = Counter()
    for part in allocate(of, on=on):
        assert part.amount > 0
        given_away[part.payment] += part.amount
    for payment in of.payments:
        left = payment.net(on) if payment.received_on <= on else 0
        assert given_away[payment.id] <= left


@everyone
@given(customers(), days)
def test_money_is_left_over_only_where_all_in_force_on_its_day_is_whole(
    of: CustomerFacts, on: date
) -> None:
    """Conservation: what a payment does not give is unallocated because nothing could take it."""
    allocated = allocate(of, on=on)
    order = {p.id: (p.received_on, p.reference) for p in of.payments}
    for payment in of.payments:
        given_away = sum(part.amount for part in allocated if part.payment == payment.id)
        if payment.received_on > on or given_away == payment.net(on):
            continue
        for commitment in of.commitments:
            if not commitment.in_force(payment.received_on):
                continue
            for instalment in commitment.instalments:
                before = sum(
                    part.amount
                    for part in allocated
                    if part.instalment == instalment.id and order[part.payment] <= order[payment.id]
                )
                assert before == instalment.amount


@everyone
@given(customers(), days)
def test_no_instalment_is_overfilled(of: CustomerFacts, on: date) -> None:
    taken: Counter[int] = Counter()
    for part in allocate(of, on=on):
        taken[part.instalment] += part.amount
    whole = {i.id: i.amount for c in of.commitments for i in c.instalments}
    assert all(amount <= whole[id_] for id_, amount in taken.items())


@everyone
@given(customers(), days)
def test_money_goes_only_to_promises_in_force_on_its_day(of: CustomerFacts, on: date) -> None:
    owner = {i.id: c for c in of.commitments for i in c.instalments}
    received = {p.id: p.received_on for p in of.payments}
    for part in allocate(of, on=on):
        assert part.received_on == received[part.payment] <= on
        assert owner[part.instalment].in_force(part.received_on)


@everyone
@given(customers(), days)
def test_a_payment_fills_an_instalment_in_one_piece(of: CustomerFacts, on: date) -> None:
    pairs = Counter((part.payment, part.instalment) for part in allocate(of, on=on))
    assert all(count == 1 for count in pairs.values())


@everyone
@given(customers(), days, st.randoms(use_true_random=False))
def test_the_order_of_entry_does_not_matter(of: CustomerFacts, on: date, random: Random) -> None:
    received, made = list(of.payments), list(of.commitments)
    random.shuffle(received)
    random.shuffle(made)
    again = CustomerFacts(
        tuple(replace(p, reversals=p.reversals[::-1]) for p in received),
        tuple(replace(c, instalments=c.instalments[::-1]) for c in made),
    )
    assert allocate(again, on=on) == allocate(of, on=on)


@everyone
@given(customers(), days)
def test_recomputing_changes_nothing(of: CustomerFacts, on: date) -> None:
    assert standing_of(of, on=on) == standing_of(of, on=on)


@everyone
@given(customers(), days)
def test_allocation_does_not_depend_on_facts_after_the_day(of: CustomerFacts, on: date) -> None:
    """As of a day, what is dated after it might as well not have been entered."""
    known = CustomerFacts(
        tuple(
            replace(p, reversals=tuple(r for r in p.reversals if r.received_on <= on))
            for p in of.payments
            if p.received_on <= on
        ),
        tuple(
            c if c.ended(on) else replace(c, ended_on=None, ending="")
            for c in of.commitments
            if c.made_on <= on
        ),
    )
    assert standing_of(known, on=on)[0] == standing_of(of, on=on)[0]
    states = [(c.state, c.promise_number, c.received) for c in standing_of(of, on=on)[1]]
    assert [(c.state, c.promise_number, c.received) for c in standing_of(known, on=on)[1]] == states


@everyone
@given(customers(), days, days)
def test_later_facts_but_reversals_leave_allocation_up_to_a_day_alone(
    of: CustomerFacts, one: date, other: date
) -> None:
    """What a payment filled stays so: kept allocations may be cut off at an earlier day."""
    on, later = min(one, other), max(one, other)
    bare = CustomerFacts(
        tuple(
            replace(p, reversals=tuple(r for r in p.reversals if r.received_on <= on))
            for p in of.payments
        ),
        of.commitments,
    )
    cut_off = [part for part in allocate(bare, on=later) if part.received_on <= on]
    assert cut_off == allocate(bare, on=on)


@everyone
@given(customers(), offsets)
def test_the_clock_alone_changes_a_state_or_verdict_only_on_the_day_it_says(
    of: CustomerFacts, offset: int
) -> None:
    """What the sweep relies on: nothing else need be looked at when the day moves on."""
    on = FIRST + timedelta(days=offset)
    tomorrow = on + timedelta(days=1)
    still = CustomerFacts(
        tuple(
            replace(p, reversals=tuple(r for r in p.reversals if r.received_on != tomorrow))
            for p in of.payments
            if p.received_on != tomorrow
        ),
        tuple(c for c in of.commitments if tomorrow not in (c.made_on, c.ended_on)),
    )
    before = {i.instalment.id: i for c in standing_of(still, on=on)[1] for i in c.instalments}
    after = {i.instalment.id: i for c in standing_of(still, on=tomorrow)[1] for i in c.instalments}
    assert before.keys() == after.keys()
    for id_, was in before.items():
        assert was.changes_on is None or was.changes_on > on
        if was.changes_on != tomorrow:
            now = after[id_]
            assert (now.state, now.verdict, now.received) == (was.state, was.verdict, was.received)
            assert (now.settled_on, now.changes_on) == (was.settled_on, was.changes_on)


@everyone
@given(customers(), days, amounts)
def test_late_money_never_moves_a_verdict(of: CustomerFacts, received: date, amount: int) -> None:
    """Money received after a deadline leaves every verdict of that deadline as it was."""
    late = PaymentFact(100, "P-late", received, amount)
    more = CustomerFacts((*of.payments, late), of.commitments)
    before = {i.instalment.id: i for c in standing_of(of, on=LATEST)[1] for i in c.instalments}
    after = {i.instalment.id: i for c in standing_of(more, on=LATEST)[1] for i in c.instalments}
    for id_, was in before.items():
        if was.instalment.deadline_on < received:
            assert after[id_].verdict == was.verdict
            assert after[id_].received_on_time == was.received_on_time
