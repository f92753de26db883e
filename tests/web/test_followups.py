"""Logging follow-ups and holds by their pages, and where the customer page shows them."""

from __future__ import annotations

import html
import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from collections_app.accounts.delegation import let_stand_in
from collections_app.core.workdays import WorkCalendar
from collections_app.customers.models import Contact, Customer, Hold
from collections_app.followups.models import FollowUp
from collections_app.followups.operations import log_follow_up
from collections_app.organisation.queries import moment_on, today
from collections_app.web.pages.followups import quick_days
from tests.conftest import Cast
from tests.web.acting import on, send, text_of
from tests.web.facts import DAY, day, make_commitment, make_customer, make_plan, stand_on

TODAY = DAY.isoformat()


@pytest.fixture
def customer(cast: Cast) -> Customer:
    customer = make_customer(cast.east_rep, name="Blue River")
    Contact.objects.create(customer=customer, name="Li Wei", language="en", is_primary=True)
    stand_on()
    return customer


@pytest.fixture
def rep(client: Client, cast: Cast, customer: Customer) -> Client:
    client.force_login(cast.east_rep)
    return client


def log(client: Client, customer: Customer, **more: Any) -> Any:
    values = {"outcome": "promised", "channel": "phone", "contact_name": "Li Wei", "day": TODAY}
    return send(client, on(customer, "follow-up"), **(values | more))


def shown(client: Client, customer: Customer, tab: str = "followups", page: int = 1) -> str:
    answer = client.get(f"/customers/{customer.public_id}/?tab={tab}&page={page}")
    assert answer.status_code == 200
    return html.unescape(text_of(answer))


def test_a_follow_up_is_logged_with_the_contact_it_names(rep: Client, customer: Customer) -> None:
    answer = log(rep, customer, next_on="2026-11-27")
    assert (answer.status_code, answer["Location"]) == (
        302, f"/customers/{customer.public_id}/?month=2026-11&tab=followups",
    )  # fmt: skip
    one = FollowUp.objects.get()
    assert (one.outcome, one.channel, one.next_on) == ("promised", "phone", date(2026, 11, 27))
    assert one.contact == Contact.objects.get()
    assert (one.on_day, one.entered_by) == (DAY, customer.owner)


def test_somebody_who_is_no_contact_is_named_by_name(rep: Client, customer: Customer) -> None:
    log(rep, customer, contact_name="The cashier")
    one = FollowUp.objects.get()
    assert (one.contact, one.contact_name) == (None, "The cashier")


def test_who_chose_no_outcome_is_led_to_the_choice_by_its_name(
    rep: Client, customer: Customer
) -> None:
    page = log(rep, customer, outcome="").content.decode()
    assert '<a href="#id_outcome_0">What came of it</a>' in page
    assert 'id="id_outcome_0"' in page


def test_the_phone_and_the_first_contact_are_chosen_beforehand(
    rep: Client, customer: Customer
) -> None:
    page = rep.get(on(customer, "follow-up")).content.decode()
    assert re.search(r'value="phone"[^>]*checked', page)
    assert 'value="Li Wei"' in page


def test_a_reason_counts_only_where_one_was_asked_for(rep: Client, customer: Customer) -> None:
    log(rep, customer, outcome="refused", reason="cash_short")
    log(rep, customer, outcome="promised", reason="cash_short")
    assert list(FollowUp.objects.order_by("pk").values_list("reason", flat=True)) == [
        "cash_short", "",
    ]  # fmt: skip


def test_a_note_of_any_script_comes_through_exactly(rep: Client, customer: Customer) -> None:
    note = "  第一行\r\n\tשלום «ok» <b>&amp;\r\n"
    log(rep, customer, note=note)
    assert FollowUp.objects.get().note == note.replace("\r\n", "\n")


def test_control_characters_are_refused_by_name(rep: Client, customer: Customer) -> None:
    answer = log(rep, customer, note="a\x07b")
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["note"]


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"outcome": ""}, "outcome"),
        ({"outcome": "maybe"}, "outcome"),
        ({"channel": "pigeon"}, "channel"),
        ({"next_on": "2026-11-20"}, "next_on"),
        ({"day": "2026-11-24"}, "day"),
        ({"day": "2026-10-01"}, "day"),
    ],
)
def test_what_cannot_be_is_refused_beside_its_field(
    rep: Client, customer: Customer, values: dict[str, str], field: str
) -> None:
    answer = log(rep, customer, **values)
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert not FollowUp.objects.exists()


def test_sent_twice_it_is_logged_once(rep: Client, customer: Customer) -> None:
    values = {"outcome": "paid", "channel": "visit", "day": TODAY}
    values["token"] = "5a3c8f9e-0000-4000-8000-000000000001"
    for _time in range(2):
        assert rep.post(on(customer, "follow-up"), values).status_code == 302
    assert FollowUp.objects.count() == 1


def test_it_is_undone_from_the_toast(rep: Client, customer: Customer) -> None:
    log(rep, customer)
    one = FollowUp.objects.get()
    assert f"/followups/{one.public_id}/undo/" in rep.get("/today/").content.decode()
    assert rep.post(f"/followups/{one.public_id}/undo/").status_code == 302
    assert not FollowUp.objects.exists()


def test_on_a_later_day_the_undo_says_why_not(rep: Client, customer: Customer) -> None:
    log(rep, customer)
    FollowUp.objects.update(entered_at=timezone.now() - timedelta(days=2))
    path = f"/followups/{FollowUp.objects.get().public_id}/undo/"
    answer = rep.post(path, follow=True)
    assert "Only on the day it was entered" in text_of(answer)
    assert FollowUp.objects.exists()


def test_the_tab_tells_what_was_said_by_whom_and_when_to_go_on(
    rep: Client, customer: Customer, cast: Cast
) -> None:
    now = today()
    let_stand_in(
        person=cast.east_rep, delegate=cast.east_manager, starts_on=now, ends_on=now,
        actor=cast.east_rep, on=now,
    )  # fmt: skip
    log_follow_up(
        customer=customer, at=moment_on(day(20)), outcome="put_off", channel="visit",
        reason="warehouse", note="After the stocktake", next_on=day(27), contact_name="Ms Wu",
        by=cast.east_manager, on=DAY,
    )  # fmt: skip
    text = shown(rep, customer)
    for part in (
        "put off", "stock in the warehouse", "After the stocktake", "Ms Wu", "visit",
        "next on Nov. 27, 2026", "Mei for Anna",
    ):  # fmt: skip
        assert part in text, (part, text)


def test_the_header_shows_the_last_contact(rep: Client, customer: Customer) -> None:
    assert "Last contact" not in shown(rep, customer, tab="plan")
    log(rep, customer)
    assert "Last contact Nov. 23, 2026 promised" in shown(rep, customer, tab="plan")


def test_a_promise_not_recorded_yet_is_offered_with_its_date(
    rep: Client, customer: Customer
) -> None:
    make_plan(customer, 500)
    log(rep, customer, next_on="2026-11-27")
    page = rep.get(f"/customers/{customer.public_id}/?tab=followups").content.decode()
    link = html.unescape(re.findall(r'href="([^"]*due=2026-11-27)"', page)[0])
    form = rep.get(link).context["form"]
    assert (form["due_1"].value(), form["amount_1"].value()) == (date(2026, 11, 27), "500")


def test_a_promise_recorded_since_is_not_asked_for_again(rep: Client, customer: Customer) -> None:
    log(rep, customer, next_on="2026-11-27")
    promise = make_commitment(customer, (day(27), 5))
    promise.made_on = DAY
    promise.save()
    assert "Record the promise" not in shown(rep, customer)


def test_an_empty_list_says_what_to_do(rep: Client, customer: Customer) -> None:
    assert "No contact is logged yet" in shown(rep, customer)


def test_the_list_is_paged_and_costs_the_same_for_one_row_and_for_three(
    rep: Client, customer: Customer, cast: Cast
) -> None:
    counts = []
    for several in (1, 2):
        for _n in range(several):
            log_follow_up(
                customer=customer, at=moment_on(DAY), outcome="paid", by=cast.east_rep, on=DAY
            )
        with CaptureQueriesContext(connection) as queries:
            shown(rep, customer)
        counts.append(len(queries))
    assert counts[0] == counts[1]
    FollowUp.objects.bulk_create(
        FollowUp(
            customer=customer, at=moment_on(DAY) - timedelta(minutes=n), on_day=DAY,
            outcome="other", note=f"No. {n}.",
        )
        for n in range(1, 40)
    )  # fmt: skip
    assert "No. 39." not in shown(rep, customer)
    assert "No. 39." in shown(rep, customer, page=2)


def test_history_tells_of_follow_ups_and_holds_in_words(rep: Client, customer: Customer) -> None:
    log(rep, customer, outcome="disputed", reason="invoice_question", next_on="2026-11-27")
    send(rep, on(customer, "hold"), kind="dispute", ends_on="2026-11-30", note="Short delivery")
    text = shown(rep, customer, tab="history&show=record")
    for part in (
        "Logged a follow-up", "what came of it : disputed", "question about an invoice",
        "Put the customer on hold", "kind : dispute", "until the end of : Nov. 30, 2026",
    ):  # fmt: skip
        assert part.replace(" :", "") in text.replace(" :", ""), (part, text)


def test_a_hold_shows_its_end_and_is_lifted_by_a_button(rep: Client, customer: Customer) -> None:
    answer = send(
        rep, on(customer, "hold"), kind="dispute", ends_on="2026-11-30", note="Short delivery"
    )
    assert answer.status_code == 302
    text = shown(rep, customer, tab="plan")
    assert "On hold until the end of Nov. 30, 2026 dispute: Short delivery" in text
    assert "Put on hold" not in text
    hold = Hold.objects.get()
    assert rep.post(f"/holds/{hold.public_id}/lift/", follow=True).status_code == 200
    assert "On hold until" not in shown(rep, customer, tab="plan")


def test_a_hold_lifts_itself(rep: Client, customer: Customer) -> None:
    send(rep, on(customer, "hold"), kind="holiday", ends_on="2026-11-24")
    stand_on(day(25))
    rep.get("/today/")  # where the toast is told
    text = shown(rep, customer, tab="plan")
    assert "On hold" not in text
    assert "Put on hold" in text


def test_what_a_hold_keeps_from_being_chased_is_shown_first(
    rep: Client, customer: Customer
) -> None:
    make_commitment(customer, (day(5), 300), (day(6), 200))
    stand_on()
    text = html.unescape(text_of(rep.get(on(customer, "hold"))))
    assert re.search(r"2 lapsed instalments with \S*500\.00 still missing", text), text


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"ends_on": "2026-11-22"}, "ends_on"),
        ({"ends_on": "2027-03-01"}, "ends_on"),
        ({"kind": "mood"}, "kind"),
        ({"kind": "other"}, "note"),
    ],
)
def test_a_hold_that_cannot_be_is_refused_beside_its_field(
    rep: Client, customer: Customer, values: dict[str, str], field: str
) -> None:
    whole = {"kind": "holiday", "ends_on": "2026-11-30"} | values
    answer = send(rep, on(customer, "hold"), **whole)
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert not Hold.objects.exists()


def test_quick_days_are_working_days_none_twice() -> None:
    found = quick_days(date(2026, 11, 23), WorkCalendar())
    assert [one.day.isoformat() for one in found] == ["2026-11-24", "2026-11-27", "2026-11-30"]
    thursday = quick_days(date(2026, 11, 19), WorkCalendar())
    assert [one.day.isoformat() for one in thursday] == ["2026-11-20", "2026-11-26"]
    friday = quick_days(date(2026, 11, 20), WorkCalendar())
    assert [one.day.isoformat() for one in friday] == ["2026-11-23", "2026-11-27", "2026-11-30"]


def test_a_holiday_is_no_quick_day() -> None:
    calendar = WorkCalendar({date(2026, 11, 24): False, date(2026, 11, 27): False})
    with translation.override("en"):
        found = quick_days(date(2026, 11, 23), calendar)
    assert [(one.name, one.day.isoformat()) for one in found] == [
        ("Next working day", "2026-11-25"), ("End of the week", "2026-11-26"),
        ("In a week", "2026-11-30"),
    ]  # fmt: skip
