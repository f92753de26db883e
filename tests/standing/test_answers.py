"""What dashboards sum is kept by portfolio, and is never behind the facts."""

from __future__ import annotations

from datetime import timedelta
from threading import Thread

import pytest
from django.db import connection, connections, transaction
from django.db.models import F
from django.test.utils import CaptureQueriesContext

from collections_app.accounts.models import Person
from collections_app.core.seen import seen_once
from collections_app.customers.models import Customer
from collections_app.customers.portfolios import portfolios_of
from collections_app.organisation.models import Organisation
from collections_app.standing.answers import forget, keep
from collections_app.standing.gaps import GroupGap, total_of
from collections_app.standing.models import AnswerPart, KeptAnswer, PortfolioMove
from collections_app.standing.operations import refresh_touched
from collections_app.standing.questions import MonthSums, present_questions
from collections_app.standing.selection import Selection
from collections_app.standing.tasks import keep_answers
from tests.conftest import Cast
from tests.web.facts import DAY, MONTH, make_customer, make_payment, make_plan, stand_on

EVERYBODY = Selection(month=MONTH, on=DAY, customers=None)


@pytest.fixture
def planned(cast: Cast) -> Customer:
    """A customer with a plan of 500 on the standing day."""
    stand_on()
    customer = make_customer(cast.east_rep)
    make_plan(customer, 500)
    refresh_touched()
    return customer


def seen_by(person: Person) -> Selection:
    visible = Customer.objects.visible_to(person)
    return Selection(month=MONTH, on=DAY, customers=visible, reader=person)


def total(chosen: Selection = EVERYBODY) -> GroupGap:
    found = total_of(chosen)
    assert found is not None
    return found


def tamper() -> None:
    AnswerPart.objects.update(sums=[1, 1_00, *([0] * 9)])


def test_an_answer_is_worked_out_once_while_nothing_moves(planned: Customer) -> None:
    assert total().target == 500_00
    tamper()
    assert total().target == 1_00


def test_a_move_of_one_portfolio_leaves_the_others_kept(planned: Customer, cast: Cast) -> None:
    other = make_customer(cast.west_rep)
    make_plan(other, 70)
    refresh_touched()
    assert total().target == 570_00
    tamper()
    make_payment(other, 30, on=DAY)
    refresh_touched()
    assert (total().target, total().received) == (71_00, 30_00)


def test_what_moves_before_it_is_refreshed_is_worked_out_at_once(planned: Customer) -> None:
    assert total().received == 0
    make_payment(planned, 30, on=DAY)
    assert total().received == 30_00


@pytest.mark.django_db(transaction=True)
def test_what_another_has_not_committed_yet_is_seen_once_it_has(planned: Customer) -> None:
    def look() -> None:
        try:
            found.append(total().received)
        finally:
            connections.close_all()

    found: list[int] = []
    with transaction.atomic():
        make_payment(planned, 30, on=DAY)
        beside = Thread(target=look)
        beside.start()
        beside.join()
    # Kept while the payment was on its way: not to be taken for what is so after it.
    assert KeptAnswer.objects.filter(snapshot__isnull=False).exists()
    assert [*found, total().received] == [0, 30_00]


@pytest.mark.django_db(transaction=True)
def test_while_a_sweep_moves_the_day_nobody_waits_and_nothing_is_kept(planned: Customer) -> None:
    def look() -> None:
        try:
            found.append(total().target)
        finally:
            connections.close_all()

    found: list[int] = []
    with transaction.atomic():
        Organisation.objects.select_for_update().get()
        beside = Thread(target=look)
        beside.start()
        beside.join(timeout=20)
        assert found == [500_00]
    assert not KeptAnswer.objects.filter(snapshot__isnull=False).exists()


def test_a_customer_handed_over_is_at_once_in_no_other_portfolio(
    planned: Customer, cast: Cast
) -> None:
    assert total(seen_by(cast.east_rep)).target == 500_00
    Customer.objects.filter(pk=planned.pk).update(owner=cast.west_rep)
    for refreshed in (False, True):
        if refreshed:
            refresh_touched()
        assert total_of(seen_by(cast.east_rep)) is None
        assert total(seen_by(cast.west_rep)).target == 500_00


def test_portfolios_are_those_of_the_customers_that_one_sees(planned: Customer, cast: Cast) -> None:
    make_customer(cast.west_rep)
    for person in Person.objects.all():
        owners = portfolios_of(person)
        visible = Customer.objects.visible_to(person)
        if owners is None:
            assert visible.count() == 2
        else:
            assert set(visible) == set(Customer.objects.filter(owner__in=owners))


def test_whoever_asks_again_within_a_page_asks_the_database_no_more(planned: Customer) -> None:
    questions = [MonthSums.of(MONTH, DAY)]
    keep(questions, None)
    with seen_once(), CaptureQueriesContext(connection) as queries:
        assert keep(questions, None)
        assert keep(questions, None)
    assert len(queries) == 1


def test_after_a_restart_of_the_server_answers_are_worked_out_anew(planned: Customer) -> None:
    total()
    tamper()
    KeptAnswer.objects.update(server_started=F("server_started") - timedelta(seconds=1))
    assert total().target == 500_00


def test_the_job_has_everything_kept_before_anybody_asks(planned: Customer) -> None:
    keep_answers()
    texts = {question.text for question in present_questions(DAY)}
    assert set(KeptAnswer.objects.values_list("question", flat=True)) == texts
    tamper()
    assert total().target == 1_00


def test_what_nobody_asks_any_more_is_forgotten(planned: Customer) -> None:
    questions = present_questions(DAY)
    keep(questions, None)
    KeptAnswer.objects.update(asked_at=F("asked_at") - timedelta(days=3))
    forget(questions)
    assert KeptAnswer.objects.exists()
    forget(present_questions(DAY + timedelta(days=3)))
    assert not KeptAnswer.objects.exists()
    assert not AnswerPart.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_moves_that_all_answers_have_seen_are_forgotten(planned: Customer) -> None:
    questions = [MonthSums.of(MONTH, DAY)]
    keep(questions, None)
    forget(questions)
    assert not PortfolioMove.objects.exists()
    make_payment(planned, 30, on=DAY)
    refresh_touched()
    forget(questions)
    assert PortfolioMove.objects.exists()
    assert total().received == 30_00
