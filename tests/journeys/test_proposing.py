"""Proposals and agreements of many in a real browser: taken, changed, copied, refused in part."""

from __future__ import annotations

import re
from datetime import date

import pytest
from playwright.sync_api import Locator, Page, expect

from collections_app.customers.models import Contact, Customer
from collections_app.planning.models import MonthPlan
from tests.conftest import Cast
from tests.journeys.axe import faults_of
from tests.journeys.conftest import Watched
from tests.journeys.looks import LOOKS, look_of
from tests.web.facts import (
    MONTH,
    day,
    make_customer,
    make_invoice,
    make_payment,
    make_plan,
    stand_on,
)

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

OCTOBER = date(2026, 10, 1)


@pytest.fixture
def unplanned(cast: Cast) -> list[Customer]:
    """Three of Anna's that have no target: one owes, one agreed to pay by the month, one paid."""
    owes = make_customer(cast.east_rep, name="Ash Foods", code="A-1")
    make_invoice(owes, 1_234, due_on=day(20))
    regular = make_customer(cast.east_rep, name="Birch Parts", code="A-2")
    Customer.objects.filter(pk=regular.pk).update(regular_amount=70_000, regular_day=15)
    paid = make_customer(cast.east_rep, name="Cedar Ltd", code="A-3")
    make_payment(paid, 900, on=date(2026, 10, 20))
    make_plan(owes, 800, month=OCTOBER)
    make_plan(paid, 950, month=OCTOBER)
    make_customer(cast.east_rep, name="Elm Works", code="A-4")
    stand_on(day(2))
    return [owes, regular, paid]


@pytest.fixture
def planned(cast: Cast) -> list[Customer]:
    """Three of Anna's with a target; the first two have somebody to speak with."""
    made = [make_customer(cast.east_rep, name=name) for name in ("Ash", "Birch", "Cedar")]
    for customer in made:
        make_plan(customer, 1_000)
    for customer, name in zip(made, ("Ms Wang", "Mr Zhou"), strict=False):
        Contact.objects.create(customer=customer, name=name, language="en", is_primary=True)
    stand_on(day(2))
    return made


def targets(month: date = MONTH) -> dict[str, int | None]:
    """The targets of the month in minor units, by customer."""
    return dict(MonthPlan.objects.filter(month=month).values_list("customer__name", "target"))


def agreements() -> dict[str, str]:
    """With whom it was agreed, by customer."""
    found = MonthPlan.objects.filter(month=MONTH, agreed_on__isnull=False)
    return dict(found.values_list("customer__name", "agreed_with"))


def open_proposals(watched: Watched, cast: Cast, link: str = "Propose targets") -> Page:
    """The proposals, as a rep gets there from the month plan."""
    watched.sign_in(cast.east_rep)
    page = watched.goto("/plan/")
    page.get_by_role("link", name=link).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(link)
    return page


def row_of(page: Page, name: str) -> Locator:
    return page.get_by_role("row").filter(has=page.get_by_role("rowheader", name=name))


def proposed(page: Page, name: str) -> Locator:
    return page.get_by_role("textbox", name=f"Target of {name}")


def choose(page: Page, *names: str) -> None:
    """Tick rows of the plan and go on to agree with them."""
    for name in names:
        page.get_by_role("checkbox", name=f"Select {name}", exact=True).check()
    expect(page.locator("[data-chosen]")).to_have_text(f"{len(names)} chosen")
    page.get_by_role("button", name="Agreed with the customer").click()
    expect(page).to_have_url(re.compile(r"/plan/agree/"))


def with_whom(page: Page, name: str) -> Locator:
    return page.get_by_role("textbox", name=f"With whom at {name}")


def test_proposals_are_accepted_with_one_click_and_taken_back_with_one(
    watched: Watched, cast: Cast, unplanned: list[Customer]
) -> None:
    page = open_proposals(watched, cast)
    expect(row_of(page, "Ash Foods")).to_contain_text("What falls due by")
    expect(row_of(page, "Birch Parts")).to_contain_text("The regular payment agreed for day 15")
    expect(row_of(page, "Cedar Ltd")).to_contain_text("The average received")
    expect(page.get_by_text("for 1 customer there is nothing to propose")).to_be_visible()
    page.get_by_role("button", name="Accept all that are ticked").click()
    expect(page.locator(".k-toast")).to_contain_text("3 targets saved.")
    expect(page).to_have_url(re.compile(r"/plan/\?"))
    named = ("Ash Foods", "Birch Parts", "Cedar Ltd")
    before = {name: targets(OCTOBER).get(name) for name in named}
    assert targets() == dict(zip(named, (123_400, 70_000, 30_000), strict=True))
    page.locator(".k-toast").get_by_role("button", name="Undo").click()
    expect(page.locator(".k-toast")).to_contain_text("3 targets taken back.")
    assert targets() == {}
    assert {name: targets(OCTOBER).get(name) for name in named} == before


def test_a_proposal_is_changed_and_another_left_out(
    watched: Watched, cast: Cast, unplanned: list[Customer]
) -> None:
    page = open_proposals(watched, cast)
    proposed(page, "Ash Foods").fill("1.2万")
    page.get_by_role("checkbox", name="Cedar Ltd").uncheck()
    page.get_by_role("button", name="Accept all that are ticked").click()
    expect(page.locator(".k-toast")).to_contain_text("2 targets saved.")
    assert targets() == {"Ash Foods": 1_200_000, "Birch Parts": 70_000}


def test_one_proposal_is_accepted_and_the_others_stay_on_the_page(
    watched: Watched, cast: Cast, unplanned: list[Customer]
) -> None:
    page = open_proposals(watched, cast)
    page.get_by_role("button", name="Accept Birch Parts").click()
    expect(page.locator(".k-toast")).to_contain_text("1 target saved.")
    expect(proposed(page, "Birch Parts")).to_have_count(0)
    expect(proposed(page, "Ash Foods")).to_have_value("1,234")
    assert targets() == {"Birch Parts": 70_000}


def test_what_was_changed_in_other_rows_outlives_the_acceptance_of_one(
    watched: Watched, cast: Cast, unplanned: list[Customer]
) -> None:
    page = open_proposals(watched, cast)
    proposed(page, "Ash Foods").fill("5k")
    page.get_by_role("checkbox", name="Cedar Ltd").uncheck()
    page.get_by_role("button", name="Accept Birch Parts").click()
    expect(page.locator(".k-toast")).to_contain_text("1 target saved.")
    expect(proposed(page, "Ash Foods")).to_have_value("5k")
    expect(page.get_by_role("checkbox", name="Cedar Ltd")).not_to_be_checked()


def test_a_proposal_that_cannot_be_read_is_told_and_the_others_are_saved(
    watched: Watched, cast: Cast, unplanned: list[Customer]
) -> None:
    page = open_proposals(watched, cast)
    proposed(page, "Ash Foods").fill("12,3,4")
    page.get_by_role("button", name="Accept all that are ticked").click()
    expect(page.locator(".k-toast", has_text="2 targets saved.")).to_be_visible()
    expect(page.get_by_text("12,3,4")).to_be_visible()
    assert targets() == {"Birch Parts": 70_000, "Cedar Ltd": 30_000}


def test_last_month_is_copied_for_those_who_had_a_target(
    watched: Watched, cast: Cast, unplanned: list[Customer]
) -> None:
    page = open_proposals(watched, cast, "Copy last month")
    expect(row_of(page, "Ash Foods")).to_contain_text("The target of October 2026")
    expect(proposed(page, "Birch Parts")).to_have_count(0)
    page.get_by_role("button", name="Accept all that are ticked").click()
    expect(page.locator(".k-toast")).to_contain_text("2 targets saved.")
    assert targets() == {"Ash Foods": 80_000, "Cedar Ltd": 95_000}


def test_after_one_was_copied_the_page_still_copies(
    watched: Watched, cast: Cast, unplanned: list[Customer]
) -> None:
    page = open_proposals(watched, cast, "Copy last month")
    proposed(page, "Cedar Ltd").fill("960")
    page.get_by_role("button", name="Accept Ash Foods").click()
    expect(page.locator(".k-toast")).to_contain_text("1 target saved.")
    expect(page.get_by_role("heading", level=1)).to_have_text("Copy last month")
    expect(proposed(page, "Cedar Ltd")).to_have_value("960")


def test_targets_that_stand_are_compared_and_not_ticked(
    watched: Watched, cast: Cast, unplanned: list[Customer]
) -> None:
    make_plan(unplanned[0], 500)
    page = open_proposals(watched, cast)
    expect(proposed(page, "Ash Foods")).to_have_count(0)
    page.get_by_role("link", name="All, to compare").click()
    expect(row_of(page, "Ash Foods")).to_contain_text("500")
    expect(page.get_by_role("checkbox", name="Ash Foods")).not_to_be_checked()
    page.get_by_role("button", name="Accept all that are ticked").click()
    expect(page.locator(".k-toast")).to_contain_text("2 targets saved.")
    assert targets()["Ash Foods"] == 50_000


def test_proposals_are_accepted_without_the_mouse(
    watched: Watched, cast: Cast, unplanned: list[Customer]
) -> None:
    watched.sign_in(cast.east_rep)
    page = watched.goto("/plan/")
    page.get_by_role("link", name="Propose targets").focus()
    page.keyboard.press("Enter")
    box = page.get_by_role("checkbox", name="Ash Foods")
    box.focus()
    page.keyboard.press("Space")
    expect(box).not_to_be_checked()
    page.keyboard.press("Tab")
    expect(proposed(page, "Ash Foods")).to_be_focused()
    page.get_by_role("button", name="Accept all that are ticked").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".k-toast")).to_contain_text("2 targets saved.")
    assert set(targets()) == {"Birch Parts", "Cedar Ltd"}


def test_after_a_round_of_calls_the_chosen_are_agreed_with_their_contacts(
    watched: Watched, cast: Cast, planned: list[Customer]
) -> None:
    watched.sign_in(cast.east_rep)
    page = watched.goto("/plan/?sort=name")
    choose(page, "Ash", "Birch")
    expect(with_whom(page, "Ash")).to_have_value("Ms Wang")
    expect(with_whom(page, "Cedar")).to_have_count(0)
    with_whom(page, "Birch").fill("Mr Zhou's deputy")
    page.get_by_role("button", name="Save the agreements").click()
    expect(page.locator(".k-toast")).to_contain_text("2 agreements saved.")
    expect(page).to_have_url(re.compile(r"/plan/\?"))
    assert agreements() == {"Ash": "Ms Wang", "Birch": "Mr Zhou's deputy"}


def test_who_cannot_be_agreed_with_stays_on_the_page_with_the_reason(
    watched: Watched, cast: Cast, planned: list[Customer]
) -> None:
    watched.sign_in(cast.east_rep)
    page = watched.goto("/plan/?sort=name")
    choose(page, "Ash", "Cedar")
    page.get_by_role("button", name="Save the agreements").click()
    expect(page.locator("#form-errors")).to_be_focused()
    expect(with_whom(page, "Ash")).to_have_count(0)
    cedar = with_whom(page, "Cedar")
    expect(cedar).to_have_attribute("aria-invalid", "true")
    assert agreements() == {"Ash": "Ms Wang"}
    assert faults_of(page) == []
    cedar.fill("Mr Cao")
    page.get_by_role("button", name="Save the agreements").click()
    expect(page.locator(".k-toast")).to_contain_text("1 agreement saved.")
    assert agreements() == {"Ash": "Ms Wang", "Cedar": "Mr Cao"}
    assert all("422" in complaint for complaint in watched.complaints)
    watched.complaints.clear()


def test_all_rows_of_the_page_are_chosen_at_once(
    watched: Watched, cast: Cast, planned: list[Customer]
) -> None:
    watched.sign_in(cast.east_rep)
    page = watched.goto("/plan/?sort=name")
    page.locator("[data-pick-all]").check()
    expect(page.locator("[data-chosen]")).to_have_text("3 chosen")
    page.get_by_role("button", name="Agreed with the customer").click()
    expect(with_whom(page, "Cedar")).to_be_visible()
    with_whom(page, "Cedar").fill("Mr Cao")
    page.get_by_role("button", name="Save the agreements").click()
    expect(page.locator(".k-toast")).to_contain_text("3 agreements saved.")


@pytest.mark.slow
@pytest.mark.parametrize(("language", "theme", "width"), LOOKS)
def test_proposing_and_agreeing_are_sound(
    watched: Watched, cast: Cast, unplanned: list[Customer], language: str, theme: str, width: str
) -> None:
    make_plan(unplanned[0], 500)
    look_of(watched, cast.east_rep, language=language, theme=theme, width=width)
    faults = {}
    for query in ("", "?planned=yes", "?kind=copy", "?q=nobody"):
        if found := faults_of(watched.goto(f"/plan/proposals/{query}")):
            faults[query] = found
    if found := faults_of(watched.goto("/plan/agree/")):
        faults["nobody chosen"] = found
    page = watched.goto("/plan/?sort=name")
    page.locator("[data-cell=pick]").first.check()
    page.locator("#plan-agree button").click()
    expect(page.locator("[name^=with-]")).to_be_visible()
    if found := faults_of(page):
        faults["chosen"] = found
    assert faults == {}
