"""Logging a follow-up and taking it back, on record."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from collections_app.accounts.delegation import let_stand_in
from collections_app.accounts.models import AuditEntry
from collections_app.customers.models import Contact, Customer
from collections_app.followups.models import FollowUp
from collections_app.followups.operations import (
    FollowUpRefused,
    log_follow_up,
    take_back_follow_up,
)
from collections_app.followups.queries import follow_ups_page, last_contacts
from collections_app.organisation.queries import moment_on, today
from tests.conftest import Cast
from tests.web.facts import DAY, day, make_customer


@pytest.fixture
def customer(cast: Cast) -> Customer:
    return make_customer(cast.east_rep)


def log(customer: Customer, **more: Any) -> FollowUp:
    values: dict[str, Any] = {
        "at": moment_on(DAY),
        "outcome": "promised",
        "channel": "phone",
        "on": DAY,
        "by": customer.owner,
    }
    return log_follow_up(customer=customer, **(values | more))


def test_a_follow_up_is_kept_whole_and_on_record(customer: Customer, cast: Cast) -> None:
    now = today()
    let_stand_in(
        person=cast.east_rep, delegate=cast.east_rep_two, starts_on=now, ends_on=now,
        actor=cast.east_rep, on=now,
    )  # fmt: skip
    made = log(
        customer, contact_name="Mr Li", reason="cash_short", note="Later", next_on=day(25),
        by=cast.east_rep_two,
    )  # fmt: skip
    made.refresh_from_db()
    assert (made.on_day, made.contact_name, made.reason) == (DAY, "Mr Li", "cash_short")
    assert (made.next_on, made.entered_by, made.on_behalf_of) == (
        day(25), cast.east_rep_two, cast.east_rep,
    )  # fmt: skip
    entry = AuditEntry.objects.get(subject_kind="followup")
    assert (entry.verb, entry.actor, entry.on_behalf_of) == (
        "log", cast.east_rep_two, cast.east_rep,
    )  # fmt: skip
    assert entry.payload["note"] == "Later"


@pytest.mark.parametrize("note", ["电话里说：下周\n付款 ", "שלום\tمرحبا", "👩‍👩‍👧 ­", "x" * 20_000])
def test_a_note_of_any_script_is_stored_exactly(customer: Customer, note: str) -> None:
    made = log(customer, note=note)
    made.refresh_from_db()
    assert made.note == note


def test_a_contact_is_named_by_itself(customer: Customer) -> None:
    li = Contact.objects.create(customer=customer, name="Li Wei", language="en")
    assert log(customer, contact=li).contact_name == "Li Wei"


@pytest.mark.parametrize(
    ("values", "code", "field"),
    [
        ({"outcome": "maybe"}, "unknown_value", "outcome"),
        ({"channel": "pigeon"}, "unknown_value", "channel"),
        ({"reason": "weather"}, "unknown_value", "reason"),
        ({"note": "x" * 20_001}, "too_long", "note"),
        ({"at": moment_on}, "out_of_range", "day"),
        ({"next_on": DAY - timedelta(days=1)}, "next_before_today", "next_on"),
        ({"next_on": DAY + timedelta(days=367)}, "out_of_range", "next_on"),
    ],
)
def test_what_cannot_be_is_refused_by_its_field(
    customer: Customer, values: dict[str, Any], code: str, field: str
) -> None:
    if "at" in values:
        values = {"at": moment_on(DAY + timedelta(days=1))}
    with pytest.raises(FollowUpRefused) as refusal:
        log(customer, **values)
    assert (refusal.value.code, refusal.value.field) == (code, field)
    assert not FollowUp.objects.exists()


@pytest.mark.parametrize(("back", "is_taken"), [(30, True), (31, False)])
def test_a_follow_up_is_logged_within_thirty_days(
    customer: Customer, back: int, is_taken: bool
) -> None:
    at = moment_on(DAY - timedelta(days=back))
    if is_taken:
        assert log(customer, at=at).on_day == DAY - timedelta(days=back)
        return
    with pytest.raises(FollowUpRefused) as refusal:
        log(customer, at=at)
    assert refusal.value.code == "too_long_ago"


def test_another_customers_contact_is_refused(customer: Customer, cast: Cast) -> None:
    other = Contact.objects.create(customer=make_customer(cast.west_rep), name="Wu", language="en")
    with pytest.raises(FollowUpRefused) as refusal:
        log(customer, contact=other)
    assert refusal.value.field == "contact"


def test_the_same_instant_and_outcome_is_logged_once(customer: Customer) -> None:
    at = moment_on(DAY)
    log(customer, at=at)
    with pytest.raises(FollowUpRefused) as refusal:
        log(customer, at=at)
    assert refusal.value.code == "conflict"
    assert FollowUp.objects.count() == 1


def test_what_was_entered_today_can_be_taken_back(customer: Customer) -> None:
    made = log(customer, note="Wrong one")
    take_back_follow_up(follow_up=made, by=customer.owner)
    take_back_follow_up(follow_up=made, by=customer.owner)
    assert not FollowUp.objects.exists()
    entries = AuditEntry.objects.filter(subject_kind="followup", verb="take_back")
    assert entries.get().payload["note"] == "Wrong one"


def test_on_a_later_day_it_stays(customer: Customer) -> None:
    made = log(customer)
    FollowUp.objects.update(entered_at=timezone.now() - timedelta(days=2))
    with pytest.raises(FollowUpRefused) as refusal:
        take_back_follow_up(follow_up=made, by=customer.owner)
    assert refusal.value.code == "too_late"
    assert FollowUp.objects.exists()


def test_the_last_contact_is_the_latest_by_the_day(customer: Customer, cast: Cast) -> None:
    other = make_customer(cast.east_rep)
    for number, outcome in ((20, "promised"), (10, "refused"), (22, "no_answer")):
        log(customer, at=moment_on(day(number)), outcome=outcome)
    found = last_contacts([customer.pk, other.pk], on=day(21))
    assert {id_: (one.on_day, one.outcome) for id_, one in found.items()} == {
        customer.pk: (day(20), "promised")
    }


def test_a_page_of_follow_ups_is_latest_first(customer: Customer) -> None:
    for number in (5, 20, 12):
        log(customer, at=moment_on(day(number)), on=day(20))
    page = follow_ups_page(customer.pk, on=DAY, start=0, limit=2)
    assert [one.on_day for one in page] == [day(20), day(12)]


def test_today_is_the_organisations(customer: Customer) -> None:
    assert log(customer, at=moment_on(today()), on=today()).on_day == today()
