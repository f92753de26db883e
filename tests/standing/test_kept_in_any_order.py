"""What is kept is what would be computed from nothing, in whatever order the facts came."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from collections_app.commitments.models import Commitment, Ending, Instalment
from collections_app.customers.models import Customer
from collections_app.ledger.models import Payment
from collections_app.reminders.sweep import sweep
from collections_app.standing.checking import differing_from_computed
from collections_app.standing.loading import load_facts
from collections_app.standing.models import InstalmentStanding
from collections_app.standing.operations import (
    _write_allocations,
    _write_states,
    refresh_touched,
)
from collections_app.standing.states import standing_of
from tests.conftest import Cast
from tests.facts import end, pin, promise
from tests.racing import side_by_side
from tests.web.facts import day, make_customer, make_payment, make_reversal, stand_on

FIRST = date(2026, 11, 1)
DAYS = 30
ROUNDS = 12


class Story:
    """Facts of two customers, entered one by one; what lacks its antecedent waits for it."""

    def __init__(self, customers: list[Customer]) -> None:
        self.customers = customers
        self.promises: dict[int, Commitment] = {}
        self.payments: dict[int, Payment] = {}
        self.on = FIRST

    def enter(self, acts: list[Act], pauses: list[int]) -> None:
        """Enter the acts, refreshing after each batch; ``pauses`` gives days to sweep on by."""
        waiting = list(acts)
        number = 0
        while waiting:
            act = next(a for a in waiting if a.possible(self))
            waiting.remove(act)
            act.enter(self)
            pause = pauses[number % len(pauses)]
            number += 1
            if pause < 0:  # more of this batch follows
                continue
            refresh_touched()
            if pause > 0:
                self.on += timedelta(days=pause)
                sweep(on=self.on)
        refresh_touched()


class Act:
    """One fact."""

    def __init__(
        self,
        enter: Callable[[Story], object],
        *,
        promise: int | None = None,
        payment: int | None = None,
    ) -> None:
        self.enter, self._promise, self._payment = enter, promise, payment

    def possible(self, story: Story) -> bool:
        known = self._promise is None or self._promise in story.promises
        return known and (self._payment is None or self._payment in story.payments)


offsets = st.integers(0, DAYS)


def at(offset: int) -> date:
    return FIRST + timedelta(days=offset)


@st.composite
def promising(draw: st.DrawFn, number: int, customer: int) -> list[Act]:
    """A promise, and perhaps its end."""
    made, grace, tolerance = draw(offsets), draw(st.integers(0, 3)), draw(st.integers(0, 1))
    parts = [
        (at(made + draw(st.integers(0, 12))), draw(st.integers(2, 60)))
        for _ in range(draw(st.integers(1, 3)))
    ]

    def make(story: Story) -> None:
        story.promises[number] = promise(
            story.customers[customer],
            *parts,
            made_on=at(made),
            grace=grace,
            tolerance=tolerance,
        )

    acts = [Act(make)]
    if draw(st.booleans()):
        ended_on = at(made + draw(st.integers(0, 15)))
        ending = draw(st.sampled_from(Ending))
        acts.append(
            Act(lambda s: end(s.promises[number], on=ended_on, ending=ending), promise=number)
        )
    return acts


@st.composite
def paying(draw: st.DrawFn, number: int, customer: int, promises: list[int]) -> list[Act]:
    """A payment, perhaps pinned to a promise's first instalment, corrected or taken back."""
    on, amount = draw(offsets), draw(st.integers(2, 90))

    def make(story: Story) -> None:
        story.payments[number] = make_payment(story.customers[customer], amount, on=at(on))

    acts = [Act(make)]
    if draw(st.booleans()):
        back_on, part = at(on + draw(st.integers(0, 15))), draw(st.integers(1, amount))
        reference = f"R-{number}"
        acts.append(
            Act(
                lambda s: make_reversal(s.payments[number], part, on=back_on, reference=reference),
                payment=number,
            )
        )
    if draw(st.booleans()) and promises:
        pinned = draw(st.sampled_from(promises))
        acts.append(
            Act(
                lambda s: pin(s.payments[number], s.promises[pinned].instalments.get(position=1)),
                promise=pinned,
                payment=number,
            )
        )
    return acts


@st.composite
def stories(draw: st.DrawFn) -> list[Act]:
    """All facts of two customers, shuffled."""
    acts: list[Act] = []
    for customer in (0, 1):
        promises = [customer * 10 + n for n in range(draw(st.integers(1, 3)))]
        for number in promises:
            acts += draw(promising(number, customer))
        for n in range(draw(st.integers(1, 5))):
            acts += draw(paying(customer * 10 + n, customer, promises))
    return draw(st.permutations(acts))


pauses = st.lists(st.sampled_from([-1, -1, 0, 0, 1, 3, 8]), min_size=1, max_size=12)


@given(acts=stories(), between=pauses, swept_before=st.booleans())
@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_facts_in_any_order_and_batches_with_sweeps_between_are_kept_as_computed(
    cast: Cast, acts: list[Act], between: list[int], swept_before: bool
) -> None:
    with transaction.atomic():
        story = Story([make_customer(cast.east_rep), make_customer(cast.west_rep)])
        if swept_before:
            sweep(on=FIRST)
        story.enter(acts, between)
        assert differing_from_computed() == []
        sweep(on=max(story.on, at(DAYS + 40)))
        assert differing_from_computed() == []
        transaction.set_rollback(True)


@given(acts=stories(), between=pauses)
@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_what_is_kept_of_a_payment_never_exceeds_it_nor_what_was_promised(
    cast: Cast, acts: list[Act], between: list[int]
) -> None:
    with transaction.atomic():
        sweep(on=FIRST)
        story = Story([make_customer(cast.east_rep), make_customer(cast.west_rep)])
        story.enter(acts, between)
        assert overfilled() == []
        transaction.set_rollback(True)


def overfilled() -> list[str]:
    """What holds more than it may: payments given out beyond their amount, instalments beyond."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT p.reference FROM standing_allocation a JOIN ledger_payment p
                ON p.id = a.payment_id
            GROUP BY p.id HAVING sum(a.amount) > p.amount
            UNION ALL
            SELECT i.id::text FROM standing_allocation a JOIN commitments_instalment i
                ON i.id = a.instalment_id
            GROUP BY i.id HAVING sum(a.amount) > i.amount
            """
        )
        return [row[0] for row in cursor.fetchall()]


# The checker itself, and what makes it true.


@pytest.fixture
def promised(cast: Cast) -> Instalment:
    """100 by the 20th; the day is the 5th."""
    stand_on(day(5))
    instalment = promise(make_customer(cast.east_rep), (day(20), 100)).instalments.get()
    refresh_touched()
    return instalment


def test_a_payment_not_yet_derived_shows_as_a_difference(promised: Instalment) -> None:
    make_payment(promised.customer, 60, on=day(4))
    assert differing_from_computed() == [promised.customer_id]


def test_a_state_tampered_with_shows_as_a_difference(promised: Instalment) -> None:
    InstalmentStanding.objects.update(state="kept")
    assert differing_from_computed() == [promised.customer_id]


def test_without_the_trigger_that_marks_customers_a_payment_would_be_overlooked(
    promised: Instalment,
) -> None:
    with connection.cursor() as cursor:
        # What the transaction has left to check would stand in the way of changing the table.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE ledger_payment DISABLE TRIGGER ledger_payment_touch_insert")
    make_payment(promised.customer, 60, on=day(4))
    refresh_touched()
    assert differing_from_computed() == [promised.customer_id]


def test_a_payment_corrected_is_derived_anew(promised: Instalment) -> None:
    make_payment(promised.customer, 60, on=day(4))
    refresh_touched()
    Payment.objects.update(amount=100_00)
    refresh_touched()
    assert InstalmentStanding.objects.get().received == 100_00


def test_before_the_first_sweep_nothing_is_kept(cast: Cast) -> None:
    promise(make_customer(cast.east_rep), (day(20), 100))
    refresh_touched()
    assert (InstalmentStanding.objects.count(), differing_from_computed()) == (0, [])


# Side by side.


@pytest.fixture
def shared(transactional_db: None, cast: Cast) -> Customer:
    """A customer with four promises; the day is the 4th."""
    customer = make_customer(cast.east_rep)
    promise(customer, (day(3), 150), (day(6), 200), (day(9), 250), (day(12), 300))
    stand_on(day(4))
    return customer


def entering(enter: Callable[[int], object]) -> Callable[[], None]:
    """Work that enters a fact in a transaction of its own, and derives, again and again."""

    def work() -> None:
        for number in range(ROUNDS):
            with transaction.atomic():
                enter(number)
                refresh_touched()

    return work


def pay(customer: Customer) -> Callable[[int], object]:
    return lambda n: make_payment(customer, 7 + n, on=day(1 + n % 10))


def pay_early(customer: Customer) -> Callable[[int], object]:
    """Money that takes the place of what came after it."""
    return lambda n: make_payment(customer, 11, on=day(1), reference=f"A-{n}")


def test_writers_of_one_customer_at_once_leave_kept_as_computed(shared: Customer) -> None:
    former = [make_payment(shared, 20, on=day(2), reference=f"F-{n}") for n in range(2 * ROUNDS)]
    refresh_touched()
    instalments = list(Instalment.objects.filter(customer=shared).order_by("pk"))
    side_by_side(
        entering(pay(shared)),
        entering(pay_early(shared)),
        entering(lambda n: make_reversal(former[n], 20, on=day(3), reference=f"R-{n}")),
        entering(lambda n: pin(former[ROUNDS + n], instalments[n % 4])),
    )
    assert (Payment.objects.count(), differing_from_computed()) == (4 * ROUNDS, [])


def test_sweeps_among_the_writers_leave_kept_as_computed(shared: Customer) -> None:
    def sweep_on() -> None:
        for number in range(5, 15):
            sweep(on=day(number))

    side_by_side(entering(pay(shared)), entering(pay_early(shared)), sweep_on)
    assert (Payment.objects.count(), differing_from_computed()) == (2 * ROUNDS, [])


def test_writers_that_do_not_wait_for_each_other_leave_something_else(shared: Customer) -> None:
    derived = threading.Barrier(2, timeout=20)

    def pay_without_waiting() -> None:
        with transaction.atomic():
            make_payment(shared, 100, on=day(2))
            facts = load_facts([shared.pk])[shared.pk]
            allocated, commitments = standing_of(facts, on=day(4))
            derived.wait()  # only a lock would have kept the other from getting here
            states = [i for c in commitments for i in c.instalments]
            _write_states([shared.pk], {shared.pk: states})
            _write_allocations([shared.pk], {shared.pk: allocated})

    side_by_side(pay_without_waiting, pay_without_waiting)
    assert differing_from_computed() == [shared.pk]


def test_the_same_two_payments_by_writers_that_wait_fill_no_promise_beyond_it(
    shared: Customer,
) -> None:
    side_by_side(*[entering(lambda n: make_payment(shared, 100, on=day(2)))] * 2)
    assert (overfilled(), differing_from_computed()) == ([], [])
