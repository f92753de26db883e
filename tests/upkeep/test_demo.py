"""The demo's story is believable on any day, and a fingerprint does not see keys inside."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import transaction
from django.db.models import Count, Q

from collections_app.accounts.models import Delegation, Person
from collections_app.cli.output import failure_of
from collections_app.commitments.models import Commitment, Ending
from collections_app.core.months import add_months
from collections_app.core.workdays import WorkCalendar
from collections_app.customers.models import Customer, Hold, RegularAgreement
from collections_app.followups.models import FollowUp, Request
from collections_app.ledger.models import Payment, Reversal
from collections_app.notices.models import Notice
from collections_app.organisation.models import Organisation
from collections_app.organisation.queries import organisation
from collections_app.outbox.models import Message, MessageState
from collections_app.planning.models import Measure, MeasureChange, MeasureStatus, MonthPlan
from collections_app.standing.checking import differing_from_computed
from collections_app.standing.figures import customer_figures
from collections_app.standing.models import InstalmentStanding
from collections_app.upkeep import demo as demo_module
from collections_app.upkeep.demo import DemoRefused, make_demo
from collections_app.upkeep.demo_people import PASSWORD, PEOPLE, REPS, SEED_NAME, name_of
from collections_app.upkeep.demo_story import tell_story
from collections_app.upkeep.fingerprint import fingerprint, whole
from tests.builders import make_person

DAY = date(2026, 3, 12)
# First of a month (a Sunday), in a week of holidays, leap day, last of a month.
ODD_DAYS = (date(2026, 3, 1), date(2026, 10, 5), date(2028, 2, 29), date(2026, 5, 31))


@pytest.mark.parametrize("day", ODD_DAYS)
@pytest.mark.django_db
def test_on_any_day_the_seed_example_has_its_figures(day: date) -> None:
    make_demo(customers=8, seed=1, on=day)
    row = {row.code: row for row in customer_figures(day.replace(day=1), on=day)}["C0001"]
    figures = (row.target, row.committed, row.measures, row.unpromised, row.short, row.lapsed)
    assert figures == (20_000_000, 10_000_000, 10_000_000, 0, 0, 0)


@pytest.mark.django_db
def test_the_seed_example_is_a_customer_of_the_first_rep() -> None:
    make_demo(customers=1, seed=1, on=DAY)
    customer = Customer.objects.get(code="C0001")
    assert (customer.name, customer.owner.email) == (SEED_NAME, REPS[0])


@pytest.mark.django_db
def test_on_the_first_of_a_month_that_month_is_under_way() -> None:
    make_demo(customers=40, seed=1, on=date(2026, 3, 1))
    plans = MonthPlan.objects.filter(month=date(2026, 3, 1))
    agreed = plans.filter(agreed_on__isnull=False).count()
    assert 5 < agreed < plans.count() < 40
    assert Commitment.objects.filter(instalments__due_on__gte=date(2026, 3, 1)).exists()


@pytest.mark.django_db
def test_nothing_was_received_after_yesterday_and_plans_go_thirteen_months_back() -> None:
    make_demo(customers=12, seed=1, on=DAY)
    assert not Payment.objects.filter(received_on__gte=DAY).exists()
    oldest = MonthPlan.objects.order_by("month").values_list("month", flat=True)[0]
    assert oldest == add_months(DAY.replace(day=1), -13)


@pytest.mark.django_db
def test_everybody_can_sign_in() -> None:
    make_demo(customers=1, seed=1, on=DAY)
    assert all(person.check_password(PASSWORD) for person in Person.objects.all())


@pytest.mark.django_db
def test_one_more_customer_changes_no_other() -> None:
    few = tell_story(customers=3, seed=1, on=DAY, calendar=WorkCalendar())
    more = tell_story(customers=4, seed=1, on=DAY, calendar=WorkCalendar())
    assert more.payments[: len(few.payments)] == few.payments


@pytest.mark.django_db
def test_the_demo_is_the_same_in_one_set_of_files_or_several(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    at_once = _print_of_demo()
    monkeypatch.setattr(demo_module, "BATCH", 7)
    assert _print_of_demo() == at_once


def test_no_two_customers_have_one_name() -> None:
    assert len({name_of(number, 1) for number in range(1, 20_001)}) == 20_000


@pytest.mark.django_db
def test_settings_that_were_chosen_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIME_ZONE", "UTC")
    organisation()
    chosen = {"name": "Own", "time_zone": "UTC", "country": "DE"}
    Organisation.objects.update(**chosen)
    make_demo(customers=1, seed=1, on=DAY)
    assert Organisation.objects.values(*chosen).get() == chosen


@pytest.mark.django_db
def test_settings_that_nobody_chose_are_filled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TIME_ZONE")
    organisation()
    Organisation.objects.update(time_zone="UTC", country="")
    make_demo(customers=1, seed=1, on=DAY)
    held = organisation()
    assert (held.name, held.time_zone, held.country) == ("Kept 示例公司", "Asia/Shanghai", "CN")


@pytest.mark.django_db
def test_a_refused_demo_leaves_the_settings_alone() -> None:
    make_person("Anna", email="anna@kept.test")
    before = Organisation.objects.values().first()
    with pytest.raises(DemoRefused) as refused:
        make_demo(customers=1, seed=1, on=DAY)
    assert (failure_of(refused.value).code, failure_of(refused.value).returncode) == (
        "not_empty",
        1,
    )
    assert Organisation.objects.values().first() == before


@pytest.mark.django_db
def test_the_command_prints_the_sign_ins() -> None:
    out = StringIO()
    call_command("demo", customers=2, seed=3, json=True, stdout=out)
    users = [{"email": p.email, "password": PASSWORD, "role": p.role} for p in PEOPLE]
    assert json.loads(out.getvalue()) == {"users": users, "customers": 2}


@pytest.mark.django_db
def test_the_fingerprint_command_says_rows_and_checksums() -> None:
    make_demo(customers=2, seed=1, on=DAY)
    out = StringIO()
    call_command("fingerprint", json=True, stdout=out)
    told = json.loads(out.getvalue())
    assert told["tables"]["customers_customer"]["rows"] == 2
    assert told["sha256"] == whole(fingerprint())


@pytest.mark.django_db
def test_a_fingerprint_does_not_see_keys_inside() -> None:
    assert _print_of_demo() == _print_of_demo()


@pytest.mark.django_db
def test_a_fingerprint_sees_which_change_of_a_day_came_last() -> None:
    make_demo(customers=2, seed=1, on=DAY)
    first, second = (
        MeasureChange.objects.create(
            measure=Measure.objects.earliest("pk"),
            counts_from=DAY,
            status=status,
            expected_uplift=100,
        )
        for status in ("planned", "dropped")
    )
    before = fingerprint()
    first.status, second.status = second.status, first.status
    first.save()
    second.save()
    assert fingerprint()["planning_measurechange"] != before["planning_measurechange"]


@pytest.mark.django_db
def test_a_fingerprint_does_not_see_that_unsent_mail_is_held() -> None:
    make_demo(customers=40, seed=1, on=date(2026, 3, 1))
    before = fingerprint()
    assert Message.objects.update(state=MessageState.HELD)
    assert fingerprint() == before
    Message.objects.update(state=MessageState.WITHDRAWN, reason="paid")
    assert fingerprint() != before


def _print_of_demo() -> str:
    """The fingerprint of a demo that is then taken back; keys inside move on."""
    with transaction.atomic():
        make_demo(customers=40, seed=1, on=date(2026, 3, 1))
        assert Notice.objects.exists()
        printed = whole(fingerprint())
        transaction.set_rollback(True)
    return printed


def _every_kind_of_thing_happens() -> None:
    states = set(InstalmentStanding.objects.values_list("state", flat=True))
    wanted = "kept kept_late partially_kept broken open superseded cancelled"
    assert states == set(wanted.split())
    assert set(Commitment.objects.values_list("ending", flat=True)) == {"", *Ending.values}
    assert set(Measure.objects.values_list("status", flat=True)) == set(MeasureStatus.values)
    assert Reversal.objects.exists()
    assert Customer.objects.values("rating").distinct().count() == 4


def _a_better_rating_keeps_its_word_better() -> None:
    judged = InstalmentStanding.objects.exclude(verdict="")
    counts = judged.values("customer__rating").annotate(
        all=Count("pk"), kept=Count("pk", filter=Q(verdict="kept"))
    )
    rates = {row["customer__rating"]: row["kept"] / row["all"] for row in counts}
    assert rates["A"] > rates["B"] > rates["C"] > rates["D"]


def _reps_were_in_touch_were_given_reasons_and_left_some_in_peace() -> None:
    assert set(FollowUp.objects.values_list("outcome", flat=True)) >= {
        "promised", "put_off", "no_answer",
    }  # fmt: skip
    reasons = FollowUp.objects.exclude(reason="")
    assert reasons.values("reason").distinct().count() >= 4
    assert FollowUp.objects.filter(on_day__lt=DAY).count() == FollowUp.objects.count() > 100
    assert 3 <= Hold.objects.in_force(DAY).count() < 12


def _requests_wait_and_are_decided_and_an_approved_one_was_carried_out() -> None:
    states = Counter(Request.objects.values_list("state", flat=True))
    assert states == {"waiting": 2, "refused": 1, "approved": 1}
    approved = Request.objects.get(state="approved")
    assert approved.plan is not None
    assert (approved.plan.target, approved.conceded) == (approved.target_after, approved.amount)
    assert differing_from_computed() == []


def _who_was_put_off_is_to_be_asked_again_on_a_day_from_today_on() -> None:
    put_off = MonthPlan.objects.filter(month=DAY.replace(day=1), answer="put_off")
    days = set(put_off.values_list("ask_again_on", flat=True))
    assert DAY in days
    assert len(days) > 1
    assert all(again is not None and again >= DAY for again in days)


def _some_customers_agreed_to_pay_regularly_and_somebody_stands_in() -> None:
    assert 15 < RegularAgreement.objects.values("customer").distinct().count() < 75
    (absence,) = Delegation.objects.in_force(DAY)
    assert (absence.person.name, absence.delegate.name) == ("张伟", "刘洋")


# One test: a demo of this size is most of the time that they take.
@pytest.mark.django_db
def test_a_demo_shows_all_that_the_product_is_for(subtests: pytest.Subtests) -> None:
    make_demo(customers=120, seed=1, on=DAY)
    for holds in (
        _every_kind_of_thing_happens,
        _a_better_rating_keeps_its_word_better,
        _reps_were_in_touch_were_given_reasons_and_left_some_in_peace,
        _requests_wait_and_are_decided_and_an_approved_one_was_carried_out,
        _who_was_put_off_is_to_be_asked_again_on_a_day_from_today_on,
        _some_customers_agreed_to_pay_regularly_and_somebody_stands_in,
    ):
        with subtests.test(holds.__name__.strip("_").replace("_", " ")):
            holds()
