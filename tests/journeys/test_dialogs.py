"""Promises and measures recorded in a dialog beside the page, within their budgets."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from playwright.sync_api import Page, expect

from collections_app.commitments.models import Commitment
from collections_app.core.months import month_text
from collections_app.customers.models import Contact, Customer
from collections_app.organisation.queries import today
from collections_app.planning.measures import add_measure
from collections_app.planning.models import Measure
from tests.conftest import Cast
from tests.journeys.axe import faults_of
from tests.journeys.conftest import Watched
from tests.journeys.looks import LOOKS, look_of
from tests.web.facts import make_customer, make_measure, make_plan, stand_on

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
BUDGET = 4
PLANS = ".k-list-sums"


class Hand:
    """Counts what a person does in the dialog."""

    def __init__(self, page: Page) -> None:
        self.dialog = page.locator("#dialog")
        self.done = 0

    def click(self, role: str, name: str) -> None:
        self.dialog.get_by_role(role, name=name).click()  # type: ignore[arg-type]
        self.done += 1


@pytest.fixture
def month() -> date:
    """The month that is all ahead, so that its three segments are too."""
    return (today().replace(day=1) + timedelta(days=32)).replace(day=1)


@pytest.fixture
def customer(cast: Cast, month: date) -> Customer:
    made = make_customer(cast.east_rep, name="Blue River Parts")
    Contact.objects.create(customer=made, name="Li Wei", language="en", is_primary=True)
    make_plan(made, 100_000, month=month)
    stand_on(today())
    return made


@pytest.fixture
def page(watched: Watched, customer: Customer, cast: Cast, month: date) -> Page:
    watched.sign_in(cast.east_rep)
    page = watched.goto(f"/customers/{customer.public_id}/?month={month_text(month)}")
    # What is loaded once stays: a page loaded again would have lost it.
    page.evaluate("document.documentElement.dataset.mark = 'here'")
    return page


def is_the_same(page: Page) -> bool:
    return page.locator("html").get_attribute("data-mark") == "here"


def comes_to(page: Page, name: str, amount: str) -> None:
    """The plan's figure of that name shows the amount, as soon as it has come."""
    row = page.locator(f"{PLANS} > div", has=page.locator(f"dt:text-is('{name}')"))
    expect(row.locator("dd")).to_have_text(amount)


def refused(watched: Watched) -> None:
    assert len(watched.complaints) == 2, watched.complaints
    assert all("422" in complaint for complaint in watched.complaints)
    watched.complaints.clear()


def open_dialog(page: Page, name: str) -> Hand:
    page.locator(".k-acts").get_by_role("link", name=name).click()
    expect(page.locator("#dialog")).to_be_visible()
    return Hand(page)


def test_a_promise_in_three_segments_within_the_budget(page: Page, customer: Customer) -> None:
    hand = open_dialog(page, "Record a promise")
    expect(hand.dialog.locator("[name=total]")).to_be_focused()
    expect(hand.dialog.locator("[name=total]")).to_have_value("100,000")
    hand.click("button", "Three ten-day segments")
    expect(hand.dialog.locator("[name=amount_3]")).to_have_value("33,333.34")
    hand.click("button", "Save the promise")
    expect(hand.dialog).to_be_hidden()
    expect(page.locator(".k-toast")).to_contain_text("is recorded")
    comes_to(page, "Committed", "100,000")
    assert is_the_same(page)
    assert hand.done <= BUDGET
    made = Commitment.objects.get()
    assert made.instalments.count() == 3
    expect(page.locator(".k-acts").get_by_role("link", name="Record a promise")).to_be_focused()


def test_a_measure_closes_the_gap_within_the_budget(page: Page) -> None:
    comes_to(page, "Uncovered", "100,000")
    hand = open_dialog(page, "Add a measure")
    hand.dialog.locator("[name=kind]").select_option("joint_collection")
    expect(hand.dialog.locator(".k-effect")).to_contain_text("Uncovered")
    hand.done += 1
    hand.click("button", "Add the measure")
    expect(hand.dialog).to_be_hidden()
    comes_to(page, "Uncovered", "0")
    assert is_the_same(page)
    assert hand.done <= BUDGET
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".k-toast")).to_contain_text("taken back")


def test_a_kind_that_brought_most_is_a_press_away(page: Page, customer: Customer) -> None:
    last = (today().replace(day=1) - timedelta(days=1)).replace(day=1)
    done = make_measure(make_plan(customer, 900, month=last), 40_000, status="done")
    Measure.objects.filter(pk=done.pk).update(realised_uplift=30_000_00)
    hand = open_dialog(page, "Add a measure")
    hand.click("link", "incentive")
    expect(hand.dialog.locator("[name=expected_uplift]")).to_have_value("30,000")
    expect(hand.dialog.locator("[name=kind]")).to_have_value("incentive")
    hand.click("button", "Add the measure")
    expect(hand.dialog).to_be_hidden()
    comes_to(page, "Uncovered", "70,000")
    assert hand.done <= BUDGET


def test_a_refusal_stays_in_the_dialog_and_nothing_is_lost(page: Page, watched: Watched) -> None:
    hand = open_dialog(page, "Record a promise")
    hand.dialog.locator("[name=note]").fill("by the phone")
    hand.dialog.locator("[name=made_on]").fill("2020-01-01")
    hand.click("button", "Save the promise")
    expect(hand.dialog.locator("#form-errors")).to_be_focused()
    refused(watched)
    expect(hand.dialog.locator("[name=note]")).to_have_value("by the phone")
    assert Commitment.objects.count() == 0


def test_escape_closes_and_asks_first_where_something_was_typed(page: Page) -> None:
    hand = open_dialog(page, "Record a promise")
    page.keyboard.press("Escape")
    expect(hand.dialog).to_be_hidden()
    expect(page.locator(".k-acts").get_by_role("link", name="Record a promise")).to_be_focused()
    open_dialog(page, "Record a promise")
    hand.dialog.locator("[name=note]").fill("by the phone")
    page.keyboard.press("Escape")
    expect(hand.dialog.get_by_role("button", name="Keep editing")).to_be_focused()
    page.keyboard.press("Escape")
    expect(hand.dialog.locator("[name=note]")).to_have_value("by the phone")
    page.keyboard.press("Escape")
    hand.click("button", "Discard it")
    expect(hand.dialog).to_be_hidden()


def test_the_focus_stays_within_the_dialog(page: Page) -> None:
    hand = open_dialog(page, "Record a promise")
    for _press in range(40):
        page.keyboard.press("Tab")
        # Beyond its last part lies the browser's own bar, and then the first part again.
        assert page.evaluate(
            "document.activeElement === document.body"
            " || !!document.activeElement.closest('#dialog')"
        )
    assert hand.dialog.is_visible()


def test_a_measure_done_leads_to_the_promise_it_brought(
    page: Page, customer: Customer, month: date
) -> None:
    add_measure(
        customer=customer, month=month, kind="incentive", expected_uplift=40_000_00,
        by=customer.owner, on=today(),
    )  # fmt: skip
    page.reload()
    page.locator(".k-table").get_by_role("link", name="incentive").click()
    hand = Hand(page)
    expect(hand.dialog.locator("[name=drop_reason]")).to_be_hidden()
    hand.dialog.locator("[name=status]").select_option("done")
    hand.dialog.locator("[name=realised_uplift]").fill("38,000")
    hand.click("button", "Save, then record the promise")
    expect(hand.dialog.locator("[name=total]")).to_have_value("38,000")
    hand.click("button", "Save the promise")
    expect(hand.dialog).to_be_hidden()
    assert Commitment.objects.get().measure == Measure.objects.get()
    comes_to(page, "Committed", "38,000")


def test_a_promise_from_the_month_plan_changes_its_row(
    watched: Watched, page: Page, customer: Customer, month: date
) -> None:
    watched.goto(f"/plan/?month={month_text(month)}")
    page.evaluate("document.documentElement.dataset.mark = 'here'")
    page.get_by_role("link", name="record a promise of Blue River Parts").click()
    hand = Hand(page)
    hand.click("button", "Save the promise")
    expect(hand.dialog).to_be_hidden()
    expect(page.locator(f"#row-{customer.public_id}")).to_contain_text("100,000")
    expect(page.locator("#plan-totals")).to_contain_text("100,000")
    expect(page.locator(".k-toast")).to_contain_text("is recorded")
    assert is_the_same(page)


@pytest.mark.slow
@pytest.mark.parametrize(("language", "theme", "width"), LOOKS)
def test_the_dialogs_are_sound(
    watched: Watched, customer: Customer, cast: Cast, month: date, language: str, theme: str,
    width: str,
) -> None:  # fmt: skip
    look_of(watched, cast.east_rep, language=language, theme=theme, width=width)
    page = watched.goto(f"/customers/{customer.public_id}/?month={month_text(month)}")
    faults = {}
    for name, path in (("promise", "commitments/add"), ("measure", "measures/add")):
        page.locator(f".k-acts a[href*='{path}']").click()
        expect(page.locator("#dialog")).to_be_visible()
        page.locator("#dialog [name=note], #dialog [name=description]").first.fill("x")
        expect(page.locator("#dialog .k-effect")).to_be_visible()
        faults[name] = faults_of(page)
        page.locator("#dialog [data-dialog-close]").first.click()
        page.locator("#dialog [data-guard-drop]").click()
    assert faults == {"promise": [], "measure": []}
