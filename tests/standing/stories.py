"""Stories of what may happen to a customer, for tests of rules: entered on one day or another."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from itertools import count

from hypothesis import strategies as st

from collections_app.actions.retarget import set_target
from collections_app.customers.models import Customer, Ownership, RatingChange
from collections_app.customers.terms import write_dated
from collections_app.ledger.models import Adjustment
from collections_app.planning.measures import change_measure, measure_facts
from collections_app.planning.models import Measure
from collections_app.planning.operations import agree_plan, record_ask
from tests.conftest import Cast
from tests.facts import promise
from tests.web.facts import make_invoice, make_measure, make_payment, make_plan

FIRST = date(2026, 11, 1)
_numbers = count()
Act = Callable[[Customer, Cast, date], object]
days = st.integers(-10, 40)
amounts = st.integers(0, 500)


def at(offset: int) -> date:
    return FIRST + timedelta(days=offset)


def month_of(on: date) -> date:
    return on.replace(day=1)


@st.composite
def plan_acts(draw: st.DrawFn) -> Act:
    """Something that changes a plan of this month or the next."""
    offset, amount, ahead = draw(days), draw(amounts), draw(st.integers(0, 1))

    def target(c: Customer, cast: Cast, on: date) -> object:
        month = at(31 * ahead).replace(day=1)
        plan = c.plans.filter(month=month).first()
        return set_target(
            customer=c, month=month, target=amount, expected=plan.target if plan else None,
            by=cast.admin, on=on, reason="r",
        )  # fmt: skip

    def ask(c: Customer, cast: Cast, on: date) -> object:
        return record_ask(
            customer=c, month=month_of(on), asked_on=min(at(offset), on), answer="refused",
            by=cast.admin, on=on,
        )  # fmt: skip

    def agree(c: Customer, cast: Cast, on: date) -> object:
        plan = c.plans.filter(month=month_of(on)).first()
        if plan is None or plan.target is None:
            return None
        return agree_plan(
            customer=c, month=month_of(on), agreed_on=min(at(offset), on), agreed_with="x",
            channel="phone", expected=plan.target, by=cast.admin, on=on,
        )  # fmt: skip

    def measure(c: Customer, cast: Cast, on: date) -> object:
        plan = c.plans.filter(month=month_of(on)).first()
        row = Measure.objects.filter(plan=plan).first()
        if row is None:
            return make_measure(plan or make_plan(c, amount, month=month_of(on)), amount)
        return change_measure(
            measure=row, by=cast.admin, on=on, expected=measure_facts(row), seen=None,
            expected_uplift=amount,
        )  # fmt: skip

    def done(c: Customer, cast: Cast, on: date) -> object:
        plan = c.plans.order_by("month").first() or make_plan(c, amount, month=month_of(on))
        return make_measure(plan, amount, status="done", realised=offset if offset > 0 else None)

    return draw(st.sampled_from((target, ask, agree, measure, done)))


@st.composite
def ledger_acts(draw: st.DrawFn) -> Act:
    """An invoice, a credit, money, or a promise of some."""
    offset, amount = draw(days), draw(amounts) + 1

    def invoice(c: Customer, cast: Cast, on: date) -> object:
        return make_invoice(c, amount, due_on=at(offset), number=f"N-{next(_numbers)}")

    def credit(c: Customer, cast: Cast, on: date) -> object:
        return Adjustment.objects.create(
            customer=c, number=f"N-{next(_numbers)}", effective_on=at(offset), amount=amount,
            kind="credit_note",
        )  # fmt: skip

    def pay(c: Customer, cast: Cast, on: date) -> object:
        return make_payment(c, amount, on=at(offset), reference=f"N-{next(_numbers)}")

    def vow(c: Customer, cast: Cast, on: date) -> object:
        return promise(c, (max(at(offset), on), amount), made_on=on)

    return draw(st.sampled_from((invoice, credit, pay, vow)))


@st.composite
def customer_acts(draw: st.DrawFn) -> Act:
    """Another rep or rating, from a day on."""
    offset, west, rating = draw(days), draw(st.booleans()), draw(st.sampled_from([None, "A", "D"]))

    def hand_over(c: Customer, cast: Cast, on: date) -> None:
        owner = cast.west_rep if west else cast.east_rep_two
        Customer.objects.filter(pk=c.pk).update(owner=owner)
        write_dated([Ownership(customer=c, owner=owner, valid_from=at(offset))])

    def rate(c: Customer, cast: Cast, on: date) -> None:
        Customer.objects.filter(pk=c.pk).update(rating=rating)
        write_dated([RatingChange(customer=c, rating=rating, valid_from=at(offset))])

    return draw(st.sampled_from((hand_over, rate)))


acts = st.one_of(plan_acts(), ledger_acts(), customer_acts())
# An act, and how many days later all is derived; less than 0: not before the next.
Story = list[tuple[Act, int]]


def stories(*, most: int) -> st.SearchStrategy[Story]:
    """What happens, one act after the other, ``most`` of them."""
    return st.lists(st.tuples(acts, st.sampled_from([-1, 0, 1, 2, 9])), min_size=1, max_size=most)
