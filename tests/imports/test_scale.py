"""Large files: as many statements for many rows as for few, and no lock taken crosswise."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import date

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from collections_app.commitments.models import Commitment
from collections_app.customers.models import Customer, Ownership, RatingChange
from collections_app.organisation.queries import held_organisation, organisation
from collections_app.planning.models import MeasureChange, MonthPlan, TargetChange
from collections_app.standing.models import Touched
from collections_app.standing.operations import (
    Refreshed,
    move_standing_day,
    refresh_touched,
)
from tests.builders import make_person
from tests.conftest import Cast
from tests.imports.files import DAY, counts, faults, take

FEW, MANY, PAST_FEW = 3, 30, 600
MADE_FROM = "reference,customer_code,made_on,due_on,amount"


def statements_of(kind: str, text: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as seen:
        result = take(kind, text)
    assert result.updated == result.rows, faults(result)
    return len(seen)


def customers(count: int, owner: str, rating: str, start: str = "S") -> str:
    rows = [f"{start}{n},Name {n},{owner},{rating},m{n}@{rating}.test" for n in range(count)]
    return "\n".join(["code,name,owner_email,credit_rating,contact_email", *rows])


def of_each(count: int, head: str, rest: str, start: str = "S") -> str:
    return "\n".join([head, *(f"{start}{n},{rest}" for n in range(count))])


def commitments(count: int, more: str = "", value: str = "") -> str:
    rows = [f"P{n},S{n},2013-07-01,2013-07-20,100{value}" for n in range(count)]
    return "\n".join([MADE_FROM + more, *rows])


@pytest.mark.parametrize(
    ("kind", "before", "after"),
    [
        (
            "customers",
            lambda n: customers(n, "anna@kept.test", "A"),
            lambda n: customers(n, "bo@kept.test", "C"),
        ),
        (
            "plans",
            lambda n: of_each(n, "customer_code,month,target", "2013-08,100"),
            lambda n: of_each(n, "customer_code,month,target", "2013-08,200"),
        ),
        (
            "measures",
            lambda n: of_each(n, "customer_code,month,kind,expected_uplift", "2013-08,training,1"),
            lambda n: of_each(n, "customer_code,month,kind,expected_uplift", "2013-08,training,2"),
        ),
        ("commitments", commitments, lambda n: commitments(n, ",cancelled_on", ",2013-07-05")),
    ],
)
def test_many_changes_take_as_many_statements_as_few(
    cast: Cast, kind: str, before: Callable[[int], str], after: Callable[[int], str]
) -> None:
    take("customers", customers(MANY, cast.east_rep.email, "A"))
    if kind == "measures":
        take("plans", of_each(MANY, "customer_code,month,target", "2013-08,100"))
    take(kind, before(MANY))
    few = statements_of(kind, after(FEW))
    take_all = after(MANY).splitlines()
    assert statements_of(kind, "\n".join([take_all[0], *take_all[FEW + 1 :]])) == few


def test_a_stream_of_changes_writes_what_a_few_would(cast: Cast) -> None:
    take("customers", customers(PAST_FEW, cast.east_rep.email, "A"))
    assert counts(take("customers", customers(PAST_FEW, cast.east_rep_two.email, "C"))) == (
        0, PAST_FEW, 0, 0,
    )  # fmt: skip
    assert Customer.objects.filter(owner=cast.east_rep_two, rating="C").count() == PAST_FEW
    assert Customer.objects.exclude(currency="CNY").count() == 0
    assert Ownership.objects.filter(owner=cast.east_rep_two, valid_from=DAY).count() == PAST_FEW
    assert RatingChange.objects.filter(rating="C", valid_from=DAY).count() == PAST_FEW
    assert Customer.objects.get(code="S7").contacts.get().email == "m7@C.test"


def test_a_stream_of_plans_and_measures_keeps_every_dated_row(cast: Cast) -> None:
    take("customers", customers(PAST_FEW, cast.east_rep.email, "A"))
    for target in (100, 200):
        head = "customer_code,month,target,agreed_on,agreed_with,channel"
        take("plans", of_each(PAST_FEW, head, f"2013-08,{target},2013-07-09,Wang,phone"))
        head = "customer_code,month,kind,expected_uplift"
        take("measures", of_each(PAST_FEW, head, f"2013-08,training,{target}"))
    assert MonthPlan.objects.filter(target=20_000, agreed_target=20_000).count() == PAST_FEW
    assert TargetChange.objects.filter(old_target=10_000, new_target=20_000).count() == PAST_FEW
    assert MeasureChange.objects.filter(expected_uplift=20_000).count() == PAST_FEW


def test_an_agreement_told_again_with_a_new_target_is_of_that_target(cast: Cast) -> None:
    take("customers", customers(1, cast.east_rep.email, "A"))
    head = "customer_code,month,target,agreed_on,agreed_with,channel"
    for target in (100, 200):
        take("plans", of_each(1, head, f"2013-08,{target},2013-07-09,Wang,phone"))
    plan = MonthPlan.objects.get()
    assert (plan.target, plan.agreed_target) == (20_000, 20_000)


def test_a_long_chain_is_walked_once(cast: Cast) -> None:
    take("customers", customers(1, cast.east_rep.email, "A"))
    rows = [f"L{n},S0,2013-07-01,2013-07-20,1,{f'L{n - 1}' if n else ''}" for n in range(20_000)]
    rows[0] = rows[0] + "L19999"  # a circle: nobody in it may pass, and none is saved
    start = time.process_time()
    result = take("commitments", "\n".join([MADE_FROM + ",supersedes", *rows]))
    assert time.process_time() - start < 10
    assert counts(result) == (0, 0, 0, 20_000)
    assert {code for _row, _column, code in faults(result)} == {"unknown_commitment"}
    assert Commitment.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_an_import_of_customers_and_a_sweep_do_not_lock_each_other_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    organisation()
    make_person("Anna", email="anna@kept.test")
    take("customers", customers(1, "anna@kept.test", "A"))
    written, failures = threading.Event(), []

    def refresh_after_a_while() -> Refreshed:
        written.set()
        time.sleep(1)
        return refresh_touched()

    monkeypatch.setattr("collections_app.imports.operations.refresh_touched", refresh_after_a_while)

    def sweep() -> None:
        try:
            assert written.wait(20)
            with transaction.atomic():
                held = held_organisation()
                for customer in Customer.objects.all():
                    Touched.objects.create(customer_id=customer.pk)
                move_standing_day(held, to=date(2013, 7, 10))
        except Exception as error:
            failures.append(error)
        finally:
            connection.close()

    sweeping = threading.Thread(target=sweep)
    sweeping.start()
    try:
        assert counts(take("customers", customers(1, "anna@kept.test", "B"))) == (0, 1, 0, 0)
    finally:
        sweeping.join(30)
    assert failures == []
