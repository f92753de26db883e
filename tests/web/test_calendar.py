"""The calendar: a change moves only deadlines still ahead, says so first, and is on record."""

from __future__ import annotations

import html
import threading
import time
import uuid
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from collections_app.accounts.models import AuditEntry
from collections_app.actions.change_calendar import (
    CalendarChange,
    CalendarRefused,
    Moved,
    change_calendar,
    preview_calendar,
)
from collections_app.commitments.making import Promised, make_commitments
from collections_app.commitments.models import Commitment, Instalment
from collections_app.organisation.models import CalendarDay, Organisation
from collections_app.organisation.queries import organisation, today, work_calendar
from collections_app.standing.checking import differing_from_computed
from collections_app.standing.models import InstalmentStanding
from tests.conftest import Cast
from tests.facts import end, promise
from tests.racing import side_by_side
from tests.web.facts import make_customer, make_plan, stand_on


@pytest.fixture
def admin(cast: Cast, client: Client) -> Client:
    client.force_login(cast.admin)
    return client


def next_monday(weeks: int = 1) -> date:
    """A Monday ahead of today."""
    day = today()
    return day + timedelta(days=7 * weeks - day.weekday())


def deadline(commitment: Commitment) -> date:
    return Instalment.objects.get(commitment=commitment).deadline_on


def holiday(day: date) -> CalendarChange:
    return CalendarChange(day=day, is_working=False, name="Founders' day")


def test_a_holiday_moves_the_deadlines_that_count_over_it(cast: Cast) -> None:
    monday = next_monday()
    customer = make_customer(cast.east_rep)
    moved = promise(customer, (monday, 100), grace=1, made_on=today())
    other = promise(customer, (monday, 100), grace=0, made_on=today())
    stand_on(today())
    change = holiday(monday + timedelta(days=1))
    assert preview_calendar(change) == Moved(1, 1)
    assert change_calendar(change, actor=cast.admin) == Moved(1, 1)
    assert deadline(moved) == monday + timedelta(days=2)
    assert deadline(other) == monday


def test_taking_it_out_again_moves_them_back(cast: Cast) -> None:
    monday = next_monday()
    moved = promise(make_customer(cast.east_rep), (monday, 100), grace=1, made_on=today())
    stand_on(today())
    change_calendar(holiday(monday + timedelta(days=1)), actor=cast.admin)
    gone = CalendarChange(day=monday + timedelta(days=1))
    assert change_calendar(gone, actor=cast.admin) == Moved(1, 1)
    assert deadline(moved) == monday + timedelta(days=1)
    assert not CalendarDay.objects.exists()


def test_a_make_up_day_brings_deadlines_nearer(cast: Cast) -> None:
    friday = next_monday() + timedelta(days=4)
    moved = promise(make_customer(cast.east_rep), (friday, 100), grace=1, made_on=today())
    stand_on(today())
    change = CalendarChange(day=friday + timedelta(days=1), is_working=True)
    change_calendar(change, actor=cast.admin)
    assert deadline(moved) == friday + timedelta(days=1)


def test_deadlines_that_have_passed_and_promises_that_ended_stay(cast: Cast) -> None:
    monday = next_monday()
    customer = make_customer(cast.east_rep)
    past = promise(customer, (today() - timedelta(days=30), 100), grace=1, made_on=date(2024, 1, 1))
    ended = promise(customer, (monday, 100), grace=1, made_on=today())
    end(ended, on=today())
    stand_on(today())
    before = deadline(past), deadline(ended)
    assert change_calendar(holiday(monday + timedelta(days=1)), actor=cast.admin) == Moved()
    assert (deadline(past), deadline(ended)) == before


def test_kept_states_follow_the_moved_deadlines(cast: Cast) -> None:
    monday = next_monday()
    promise(make_customer(cast.east_rep), (monday, 100), grace=1, made_on=today())
    stand_on(today())
    change_calendar(holiday(monday + timedelta(days=1)), actor=cast.admin)
    assert InstalmentStanding.objects.get().changes_on == monday + timedelta(days=3)
    assert differing_from_computed() == []


def test_the_act_is_on_record_with_its_count(cast: Cast) -> None:
    monday = next_monday()
    promise(make_customer(cast.east_rep), (monday, 100), grace=1, made_on=today())
    stand_on(today())
    change_calendar(holiday(monday + timedelta(days=1)), actor=cast.admin)
    entry = AuditEntry.objects.get(subject_kind="calendar")
    assert entry.actor == cast.admin
    assert (entry.payload["deadlines_moved"], entry.payload["customers"]) == (1, 1)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (holiday(date(2020, 1, 1)), "in_the_past"),
        (holiday(date(2190, 1, 2)), "unchanged"),
        (CalendarChange(day=date(2190, 1, 4), is_working=True), "unchanged"),
        (CalendarChange(day=date(2190, 1, 4)), "removed"),
        (CalendarChange(country="XX"), "unknown_value"),
        (CalendarChange(country=""), "unchanged"),
    ],
)
def test_a_change_that_means_nothing_is_refused(
    cast: Cast, change: CalendarChange, code: str
) -> None:
    for attempt in (preview_calendar, lambda c: change_calendar(c, actor=cast.admin)):
        with pytest.raises(CalendarRefused) as refusal:
            attempt(change)
        assert refusal.value.code == code


def test_a_day_has_one_entry(cast: Cast) -> None:
    change_calendar(holiday(next_monday()), actor=cast.admin)
    with pytest.raises(CalendarRefused) as refusal:
        change_calendar(holiday(next_monday()), actor=cast.admin)
    assert refusal.value.code == "conflict"


@pytest.mark.django_db(transaction=True)
def test_a_promise_made_during_a_change_is_made_by_the_new_calendar(cast: Cast) -> None:
    monday = next_monday()
    customer = make_customer(cast.east_rep)
    changed = threading.Event()

    def change() -> None:
        with transaction.atomic():
            change_calendar(holiday(monday + timedelta(days=1)), actor=cast.admin)
            changed.set()
            time.sleep(0.5)

    def promise_it() -> None:
        changed.wait(5)
        with transaction.atomic():
            make_commitments([Promised(customer, "P-1", today(), [(1, monday, 100)])], by=None)

    organisation()
    side_by_side(change, promise_it)
    assert Instalment.objects.get().deadline_on == monday + timedelta(days=2)


def test_another_country_leaves_the_past_as_it_was_counted(cast: Cast) -> None:
    make_plan(make_customer(cast.east_rep), 100, month=date(2024, 10, 1))
    before = work_calendar()
    change_calendar(CalendarChange(country="CN"), actor=cast.admin)
    after = work_calendar()
    start = date(2024, 10, 1)
    past = [start + timedelta(days=n) for n in range((today() - start).days)]
    assert [day for day in past if before.is_working(day) != after.is_working(day)] == []
    assert not after.is_working(date(today().year + 1, 10, 1))


def test_before_there_are_facts_a_country_counts_from_the_beginning(cast: Cast) -> None:
    change_calendar(CalendarChange(country="CN"), actor=cast.admin)
    assert not CalendarDay.objects.exists()
    assert not work_calendar().is_working(date(2024, 10, 1))


def test_another_country_moves_deadlines(cast: Cast) -> None:
    year = today().year + 1
    moved = promise(make_customer(cast.east_rep), (date(year, 9, 30), 1), grace=1, made_on=today())
    stand_on(today())
    assert change_calendar(CalendarChange(country="CN"), actor=cast.admin) == Moved(1, 1)
    assert deadline(moved) > date(year, 10, 3)


def test_the_page_first_says_what_moves_and_then_saves(cast: Cast, admin: Client) -> None:
    monday = next_monday()
    moved = promise(make_customer(cast.east_rep), (monday, 100), grace=1, made_on=today())
    stand_on(today())
    day = monday + timedelta(days=1)
    data = {"token": str(uuid.uuid4()), "day": day.isoformat(), "is_working": "no", "name": "Fest"}
    answer = admin.post("/settings/calendar/new/", data)
    assert answer.status_code == 200
    page = " ".join(html.unescape(answer.content.decode()).split())
    assert "This moves 1 deadline that is still ahead, of 1 customer." in page
    assert not CalendarDay.objects.exists()
    form = answer.context["form"]
    again = {name: form[name].value() for name in form.fields}
    answer = admin.post("/settings/calendar/new/", again)
    assert answer["Location"] == f"/settings/calendar/?year={day.year}"
    assert CalendarDay.objects.get().name == "Fest"
    assert deadline(moved) == monday + timedelta(days=2)


def test_a_day_changed_after_the_preview_is_previewed_anew(cast: Cast, admin: Client) -> None:
    data: dict[str, Any] = {
        "token": str(uuid.uuid4()),
        "day": next_monday().isoformat(),
        "is_working": "no",
        "name": "",
    }
    form = admin.post("/settings/calendar/new/", data).context["form"]
    again = {name: form[name].value() or "" for name in form.fields}
    again["day"] = next_monday(2).isoformat()
    assert admin.post("/settings/calendar/new/", again).status_code == 200
    assert not CalendarDay.objects.exists()


@pytest.mark.parametrize(
    ("field", "value"), [("day", ""), ("day", "2020-01-01"), ("day", "x"), ("is_working", "maybe")]
)
def test_a_bad_day_is_refused_beside_its_field(
    cast: Cast, admin: Client, field: str, value: str
) -> None:
    data = {"token": str(uuid.uuid4()), "day": "2040-01-04", "is_working": "no", field: value}
    answer = admin.post("/settings/calendar/new/", data)
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]


def test_an_own_entry_is_taken_out_from_the_page(cast: Cast, admin: Client) -> None:
    change_calendar(holiday(next_monday()), actor=cast.admin)
    path = f"/settings/calendar/{next_monday().isoformat()}/remove/"
    assert "This moves no deadline." in admin.get(path).content.decode()
    assert admin.post(path, {"token": str(uuid.uuid4())}).status_code == 302
    assert not CalendarDay.objects.exists()
    assert admin.get(path).status_code == 404


def test_the_country_is_chosen_on_a_page_of_its_own(cast: Cast, admin: Client) -> None:
    data = {"token": str(uuid.uuid4()), "country": "CN"}
    data["seen"] = admin.get("/settings/calendar/country/").context["form"]["seen"].value()
    form = admin.post("/settings/calendar/country/", data).context["form"]
    again = {name: form[name].value() for name in form.fields}
    assert admin.post("/settings/calendar/country/", again).status_code == 302
    assert organisation().country == "CN"


def test_the_year_shows_holidays_by_name_in_the_readers_language(cast: Cast, admin: Client) -> None:
    organisation()
    Organisation.objects.update(country="CN")
    assert "National Day" in admin.get("/settings/calendar/?year=2026").content.decode()
    admin.post("/i18n/setlang/", {"language": "zh-hans"})
    assert "国庆节" in admin.get("/settings/calendar/?year=2026").content.decode()


@pytest.mark.parametrize("query", ["?year=x", "?year=1989", "?year=99999", "?year=²"])
def test_what_is_no_year_is_not_found(cast: Cast, admin: Client, query: str) -> None:
    assert admin.get(f"/settings/calendar/{query}").status_code == 404


@pytest.mark.parametrize("day", ["x", "2026-13-01", "2190-01-04"])
def test_a_day_without_an_entry_is_not_found(cast: Cast, admin: Client, day: str) -> None:
    assert admin.get(f"/settings/calendar/{day}/remove/").status_code == 404
