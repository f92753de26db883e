"""Promises and money worked on in a real browser: what rules 3 to 6 say, and the trail of it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from playwright.sync_api import Page, expect

from collections_app.commitments.models import Commitment
from collections_app.customers.models import Contact, Customer
from collections_app.ledger.models import Payment
from collections_app.organisation.queries import today, work_calendar
from collections_app.planning.models import MonthPlan
from collections_app.standing.queries import commitments_of
from tests.conftest import Cast
from tests.journeys.axe import faults_of
from tests.journeys.conftest import Watched
from tests.journeys.looks import look_of
from tests.web.facts import (
    make_commitment,
    make_customer,
    make_measure,
    make_payment,
    make_plan,
    stand_on,
)

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def customer(cast: Cast) -> Customer:
    """A month with a target of 1,000, a promise of 600 due at its end, and 250 that came."""
    day = today()
    customer = make_customer(cast.east_rep, name="Blue River Parts")
    make_plan(customer, 1_000, month=day.replace(day=1))
    promise = make_commitment(customer, (day + timedelta(days=20), 600), reference="OLD-1")
    Commitment.objects.filter(pk=promise.pk).update(made_on=day - timedelta(days=5))
    make_payment(customer, 250, on=day, reference="BANK-1")
    stand_on(day)
    return customer


@pytest.mark.slow
@pytest.mark.parametrize(
    ("language", "theme", "width"), [("en", "light", "phone"), ("zh", "dark", "desk")]
)
def test_every_page_to_act_on_is_sound(
    watched: Watched, customer: Customer, cast: Cast, language: str, theme: str, width: str
) -> None:
    look_of(watched, cast.east_rep, language=language, theme=theme, width=width)
    home = f"/customers/{customer.public_id}"
    promise = Commitment.objects.get().public_id
    payment = Payment.objects.get().public_id
    measure = make_measure(MonthPlan.objects.get(), 40).public_id
    contact = Contact.objects.create(customer=customer, name="Li Wei", language="en").public_id
    faults = {}
    for path in (
        "/today/", f"{home}/?tab=contacts", f"{home}/?tab=history", f"{home}/plan/target/",
        f"{home}/plan/agree/", f"{home}/plan/ask/", f"{home}/measures/add/",
        f"/measures/{measure}/", f"{home}/commitments/add/", f"/commitments/{promise}/cancel/",
        f"/commitments/{promise}/renegotiate/", f"{home}/payments/add/",
        f"/payments/{payment}/reverse/", f"/payments/{payment}/pin/", f"{home}/contacts/add/",
        f"/contacts/{contact}/",
    ):  # fmt: skip
        if found := faults_of(watched.goto(path)):
            faults[path] = found
    page = watched.goto(f"{home}/payments/add/")
    page.locator("main form.k-form button[type=submit]").first.click()
    expect(page.locator("#form-errors")).to_be_focused()
    faults["errors"] = faults_of(page)
    refused(watched)
    assert faults == {"errors": []}


@pytest.fixture
def page(watched: Watched, customer: Customer, cast: Cast) -> Page:
    watched.sign_in(cast.east_rep)
    return watched.goto(f"/customers/{customer.public_id}/?tab=commitments")


def states(customer: Customer) -> dict[str, tuple[str, int]]:
    """What became of each promise: its state and what came on it, by reference."""
    found = commitments_of([customer.pk], on=today())[customer.pk]
    return {s.commitment.reference: (str(s.state), s.received) for s in found}


def effect(page: Page) -> str:
    expect(page.locator("#effect .k-effect")).to_be_visible()
    return page.locator("#effect").inner_text()


def refused(watched: Watched) -> None:
    """One refusal, an answer of 422, which a browser reports twice; nothing else was said."""
    assert len(watched.complaints) == 2, watched.complaints
    assert all("422" in complaint for complaint in watched.complaints)
    watched.complaints.clear()


def told(page: Page) -> None:
    expect(page.locator(".k-toast")).to_be_visible()


def history(watched: Watched, customer: Customer) -> str:
    page = watched.goto(f"/customers/{customer.public_id}/?tab=history&show=record")
    return page.locator(".k-trail").inner_text()


def test_a_promise_is_renegotiated(page: Page, watched: Watched, customer: Customer) -> None:
    page.get_by_role("link", name="Renegotiate").click()
    expect(page.locator("body")).to_contain_text("OLD-1")
    expect(page.locator("[name=amount_1]")).to_have_value("350")
    page.locator("[name=amount_1]").fill("400")
    page.locator("[name=reason]").fill("The shop was flooded")
    page.locator("[name=asked_by]").select_option("customer")
    page.locator("[name=note]").fill("Seen on site")
    assert "superseded" in effect(page)
    page.get_by_role("button", name="Replace the promise").click()
    told(page)
    new = Commitment.objects.exclude(reference="OLD-1").get()
    # A payment on the day of the new promise counts to it, and no more to the former one.
    assert states(customer) == {"OLD-1": ("superseded", 0), new.reference: ("open", 250_00)}
    trail = history(watched, customer)
    assert "Renegotiated a promise" in trail
    assert "The shop was flooded" in trail


def test_a_promise_is_cancelled_with_its_reason(
    page: Page, watched: Watched, customer: Customer
) -> None:
    page.get_by_role("link", name="Cancel the promise").click()
    page.get_by_role("button", name="Cancel the promise").click()
    expect(page.locator("#form-errors")).to_be_focused()
    refused(watched)
    page.locator("[name=reason]").fill("Goods sent back")
    assert "cancelled" in effect(page)
    page.get_by_role("button", name="Cancel the promise").click()
    told(page)
    assert states(customer)["OLD-1"][0] == "cancelled"
    assert "Goods sent back" in history(watched, customer)


def test_a_payment_is_reversed_and_the_reversal_undone(
    page: Page, watched: Watched, customer: Customer
) -> None:
    watched.goto(f"/customers/{customer.public_id}/?tab=payments")
    page.get_by_role("link", name="Reverse").click()
    page.locator("[name=amount]").fill("100")
    page.locator("[name=note]").fill("Cheque bounced")
    assert "150" in effect(page)
    page.get_by_role("button", name="Reverse the payment").click()
    told(page)
    assert states(customer)["OLD-1"] == ("open", 150_00)
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".k-toast")).to_contain_text("taken back")
    assert states(customer)["OLD-1"] == ("open", 250_00)
    trail = history(watched, customer)
    assert "Reversed a payment" in trail
    assert "Took back a reversal" in trail


def test_a_payment_is_pinned_to_the_later_promise(
    page: Page, watched: Watched, customer: Customer
) -> None:
    later = make_commitment(customer, (today() + timedelta(days=25), 300), reference="NEW-2")
    Commitment.objects.filter(pk=later.pk).update(made_on=today())
    stand_on(today())
    watched.goto(f"/payments/{Payment.objects.get().public_id}/pin/")
    page.get_by_label("NEW-2").check()
    shown = effect(page)
    assert "OLD-1" in shown
    assert "NEW-2" in shown
    page.get_by_role("button", name="Save").click()
    told(page)
    assert states(customer) == {"OLD-1": ("open", 0), "NEW-2": ("open", 250_00)}
    assert "NEW-2/1" in history(watched, customer)


@pytest.mark.parametrize(("back", "is_taken"), [(2, True), (3, False)])
def test_a_promise_is_entered_within_two_working_days(
    page: Page, watched: Watched, back: int, is_taken: bool
) -> None:
    made_on: date = work_calendar().after(today(), -back)
    page.locator(".k-acts").get_by_role("link", name="Record a promise").click()
    page.locator("[name=made_on]").fill(made_on.isoformat())
    page.get_by_role("button", name="Save the promise").click()
    if is_taken:
        told(page)
        assert Commitment.objects.exclude(reference="OLD-1").get().made_on == made_on
    else:
        expect(page.locator("#form-errors")).to_contain_text("within two working days")
        assert Commitment.objects.count() == 1
        # Nothing typed is lost.
        expect(page.locator("[name=made_on]")).to_have_value(made_on.isoformat())
        refused(watched)


def test_a_button_pressed_twice_makes_one_promise(page: Page) -> None:
    page.locator(".k-acts").get_by_role("link", name="Record a promise").click()
    expect(page.locator("[name=amount_1]")).not_to_have_value("")
    page.get_by_role("button", name="Save the promise").dblclick()
    told(page)
    assert Commitment.objects.count() == 2
