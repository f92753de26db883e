"""Plans by customer and month, and the measures that hang on them."""

from __future__ import annotations

from datetime import date

import pytest

from collections_app.customers.models import Customer
from collections_app.planning.models import Measure, MeasureChange, MonthPlan, TargetChange
from tests.conftest import Cast
from tests.imports.files import DAY, counts, customers_of, faults, take

PLANS = "customer_code,month,target,agreed_on,agreed_with,channel,asked_on,answer\n"
MEASURES = (
    "customer_code,month,kind,expected_uplift,description,due_on,owner_email,status,"
    "realised_uplift\n"
)
AUGUST = PLANS + "C1,2013-08,200000,,,,,"
BEFORE_LOCK = date(2013, 8, 5)  # the third working day of August 2013
AFTER_LOCK = date(2013, 8, 6)


@pytest.fixture(autouse=True)
def _customers(cast: Cast) -> None:
    customers_of(cast)


def test_a_new_plan_has_all_that_the_row_says() -> None:
    row = "C1,2013年8月,￥20万,2013-07-08,王芳,电话,2013-07-05,committed"
    assert counts(take("plans", PLANS + row)) == (1, 0, 0, 0)
    plan = MonthPlan.objects.get()
    assert (plan.customer.code, plan.month, plan.target) == ("C1", date(2013, 8, 1), 20_000_000)
    assert (plan.agreed_on, plan.agreed_with, plan.agreed_channel, plan.agreed_target) == (
        date(2013, 7, 8),
        "王芳",
        "phone",
        20_000_000,
    )
    assert (plan.asked_on, plan.answer) == (date(2013, 7, 5), "committed")


def test_a_plan_locks_on_the_third_working_day_of_its_month() -> None:
    take("plans", AUGUST)
    assert MonthPlan.objects.get().locks_on == BEFORE_LOCK


def test_the_first_target_counts_for_every_day() -> None:
    take("plans", AUGUST)
    assert list(TargetChange.objects.values_list("new_target", "counts_from")) == [
        (20_000_000, None)
    ]


def test_an_unlocked_plan_takes_a_new_target_for_every_day() -> None:
    take("plans", AUGUST)
    result = take("plans", PLANS + "C1,2013-08,150000,,,,,", on=BEFORE_LOCK)
    assert counts(result) == (0, 1, 0, 0)
    assert MonthPlan.objects.get().target == 15_000_000
    assert TargetChange.objects.filter(counts_from=None, is_revision=False).count() == 2


def test_a_locked_plan_may_not_change() -> None:
    take("plans", AUGUST)
    result = take("plans", PLANS + "C1,2013-08,150000,,,,,", on=AFTER_LOCK)
    assert faults(result) == [(2, "target", "conflict")]
    assert MonthPlan.objects.get().target == 20_000_000


def test_not_even_the_agreement_of_a_locked_plan_may_change() -> None:
    take("plans", AUGUST)
    result = take("plans", PLANS + "C1,2013-08,200000,2013-08-06,,,,", on=AFTER_LOCK)
    assert faults(result) == [(2, "agreed_on", "conflict")]


def test_a_locked_plan_told_the_same_is_unchanged() -> None:
    take("plans", AUGUST)
    assert counts(take("plans", AUGUST, on=AFTER_LOCK)) == (0, 0, 1, 0)


def test_a_month_already_locked_may_be_opened() -> None:
    assert counts(take("plans", AUGUST, on=date(2014, 1, 1))) == (1, 0, 0, 0)


def test_a_locked_plan_that_never_had_a_target_takes_its_first() -> None:
    customer = Customer.objects.get(code="C1")
    MonthPlan.objects.create(customer=customer, month=date(2013, 8, 1), locks_on=BEFORE_LOCK)
    assert counts(take("plans", AUGUST, on=AFTER_LOCK)) == (0, 1, 0, 0)
    assert counts(take("plans", AUGUST, on=AFTER_LOCK)) == (0, 0, 1, 0)
    result = take("plans", PLANS + "C1,2013-08,150000,,,,,", on=AFTER_LOCK)
    assert faults(result) == [(2, "target", "conflict")]


def test_an_empty_cell_of_a_plan_leaves_what_is_there() -> None:
    take("plans", PLANS + "C1,2013-08,200000,2013-07-08,Wang,phone,2013-07-05,put_off")
    assert counts(take("plans", AUGUST)) == (0, 0, 1, 0)
    assert MonthPlan.objects.get().agreed_with == "Wang"


def test_a_new_target_without_a_new_agreement_is_not_the_agreed_one() -> None:
    take("plans", PLANS + "C1,2013-08,200000,2013-07-08,Wang,phone,,")
    take("plans", PLANS + "C1,2013-08,100000,,,,,")
    plan = MonthPlan.objects.get()
    assert (plan.target, plan.agreed_target) == (10_000_000, 20_000_000)


def test_an_answer_may_come_after_the_day_of_asking() -> None:
    take("plans", PLANS + "C1,2013-08,200000,,,,2013-07-05,")
    assert counts(take("plans", PLANS + "C1,2013-08,200000,,,,,refused")) == (0, 1, 0, 0)


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ("C1,2013-08,-1,,,,,", ("target", "out_of_range")),
        ("C1,2013-08,,,,,,", ("target", "required")),
        ("C1,August,1,,,,,", ("month", "invalid_date")),
        ("C1,2013-08-02,1,,,,,", ("month", "invalid_date")),
        ("C9,2013-08,1,,,,,", ("customer_code", "unknown_customer")),
        ("C1,2013-08,1,,,pigeon,,", ("channel", "unknown_value")),
        ("C1,2013-08,1,,,,2013-07-01,maybe", ("answer", "unknown_value")),
        ("C1,2013-08,1,,,,,refused", ("asked_on", "required")),
        ("J1,2013-08,1.50,,,,,", ("target", "too_many_decimals")),
    ],
)
def test_a_bad_cell_of_a_plan_is_named(row: str, fault: tuple[str, str]) -> None:
    assert faults(take("plans", PLANS + row)) == [(2, *fault)]
    assert not MonthPlan.objects.exists()


def test_a_month_twice_with_two_targets_is_refused() -> None:
    result = take("plans", PLANS + "C1,2013-08,1,,,,,\nC1,2013/8,2,,,,,")
    assert faults(result) == [(3, "month", "duplicate_in_file")]


def test_a_new_measure_has_all_that_the_row_says(cast: Cast) -> None:
    take("plans", AUGUST)
    row = "C1,2013-08,促销,35000,Autumn,2013-08-20,bo@kept.test,in_progress,1000"
    assert counts(take("measures", MEASURES + row)) == (1, 0, 0, 0)
    measure = Measure.objects.get()
    assert (measure.kind, measure.description, measure.status) == (
        "promotion",
        "Autumn",
        "in_progress",
    )
    assert (measure.expected_uplift, measure.realised_uplift) == (3_500_000, 100_000)
    assert (measure.owner, measure.due_on) == (cast.east_rep_two, date(2013, 8, 20))


def test_a_new_measure_is_planned_and_counts_from_the_first_of_its_month() -> None:
    take("plans", AUGUST)
    take("measures", MEASURES + "C1,2013-08,incentive,100,,,,,", on=date(2013, 8, 20))
    assert list(MeasureChange.objects.values_list("status", "counts_from")) == [
        ("planned", date(2013, 8, 1))
    ]


def test_a_change_of_status_counts_from_the_day_of_the_import() -> None:
    take("plans", AUGUST)
    take("measures", MEASURES + "C1,2013-08,incentive,100,,,,,")
    on = date(2013, 8, 20)
    result = take("measures", MEASURES + "C1,2013-08,incentive,100,,,,dropped,", on=on)
    assert counts(result) == (0, 1, 0, 0)
    last = MeasureChange.objects.order_by("id").last()
    assert last is not None
    assert (last.status, last.counts_from, last.expected_uplift) == ("dropped", on, 10_000)


def test_what_does_not_count_makes_no_dated_change() -> None:
    take("plans", AUGUST)
    take("measures", MEASURES + "C1,2013-08,incentive,100,,,,,")
    result = take("measures", MEASURES + "C1,2013-08,incentive,100,,2013-08-09,,,")
    assert counts(result) == (0, 1, 0, 0)
    assert MeasureChange.objects.count() == 1


def test_the_same_measures_again_change_nothing() -> None:
    take("plans", AUGUST)
    file = MEASURES + "C1,2013-08,incentive,100,,,bo@kept.test,,\nC1,2013-08,incentive,50,more,,,,"
    assert counts(take("measures", file)) == (2, 0, 0, 0)
    assert counts(take("measures", file)) == (0, 0, 2, 0)


def test_an_empty_cell_of_a_measure_leaves_what_is_there() -> None:
    take("plans", AUGUST)
    take("measures", MEASURES + "C1,2013-08,incentive,100,,,,done,90")
    assert counts(take("measures", MEASURES + "C1,2013-08,incentive,100,,,,,")) == (0, 0, 1, 0)
    assert Measure.objects.get().status == "done"


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ("C1,2013-09,incentive,1,,,,,", ("month", "unknown_plan")),
        ("C2,2013-08,incentive,1,,,,,", ("month", "unknown_plan")),
        ("C1,2013-08,bribe,1,,,,,", ("kind", "unknown_value")),
        ("C1,2013-08,incentive,-1,,,,,", ("expected_uplift", "out_of_range")),
        ("C1,2013-08,incentive,1,,,,,-1", ("realised_uplift", "out_of_range")),
        ("C1,2013-08,incentive,1,,,no@kept.test,,", ("owner_email", "unknown_user")),
        ("C1,2013-08,incentive,1,,,,paused,", ("status", "unknown_value")),
        ("C1,2013-08,incentive,,,,,,", ("expected_uplift", "required")),
    ],
)
def test_a_bad_cell_of_a_measure_is_named(row: str, fault: tuple[str, str]) -> None:
    take("plans", AUGUST)
    assert faults(take("measures", MEASURES + row)) == [(2, *fault)]
    assert not Measure.objects.exists()


def test_a_rep_imports_for_their_own_customers_alone(cast: Cast) -> None:
    file = PLANS + "C1,2013-08,1,,,,,\nJ1,2013-08,1,,,,,"
    result = take("plans", file, by=cast.east_rep, skip_bad_rows=True)
    assert faults(result) == [(3, "customer_code", "unknown_customer")]
    assert [plan.customer.code for plan in MonthPlan.objects.all()] == ["C1"]
    assert MonthPlan.objects.get().entered_by == cast.east_rep


def test_a_manager_imports_for_the_team(cast: Cast) -> None:
    assert counts(take("plans", AUGUST, by=cast.east_manager, on=DAY)) == (1, 0, 0, 0)
