"""Planning a month in a real browser: by keyboard, overtaken by somebody, on a phone, offline."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pytest
from playwright.sync_api import Locator, Page, expect

from collections_app.accounts.models import Person
from collections_app.customers.models import Customer
from collections_app.planning.models import MonthPlan
from collections_app.planning.operations import set_target
from tests.conftest import Cast
from tests.journeys.axe import faults_of
from tests.journeys.conftest import Watched
from tests.journeys.looks import LOOKS, WIDTHS, look_of
from tests.web.facts import (
    MONTH,
    day,
    make_commitment,
    make_customer,
    make_invoice,
    make_measure,
    make_payment,
    make_plan,
    stand_on,
)

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

REFUSED = re.compile(r"\b(409|422)\b")


@dataclass(frozen=True)
class Scene:
    """Who plans, who interferes, and the customer both have in mind."""

    rep: Person
    manager: Person
    admin: Person
    customer: Customer


@pytest.fixture
def scene(cast: Cast) -> Scene:
    """A month not locked yet: a planned customer, a bare one, one late, one in dollars."""
    customer = make_customer(cast.east_rep, name="江南医药有限公司", code="A-1", pinyin="a")
    plan = make_plan(customer, 880_000, agreed_with="Mr Li")
    make_measure(plan, 40_000)
    make_commitment(customer, (day(1), 90_000), (day(25), 60_000))
    make_payment(customer, 20_000, on=day(1))
    make_invoice(customer, 1_234_567, due_on=day(1))
    make_customer(cast.east_rep, name="Blue River Parts Co.", code="A-2", pinyin="b")
    make_plan(make_customer(cast.east_rep, name="Last Ltd", code="A-3", pinyin="c"), 120_000)
    make_customer(cast.west_rep, name="Dollar Inc.", code="A-4", currency="USD")
    stand_on(day(2))
    return Scene(cast.east_rep, cast.east_manager, cast.admin, customer)


def field(page: Page, name: str) -> Locator:
    """The cell of a customer's target."""
    return page.get_by_role("textbox", name=f"Target of {name}")


def open_plan(watched: Watched, person: Person, query: str = "?sort=name") -> Page:
    """The month plan, as the person sees it."""
    watched.sign_in(person)
    return watched.goto(f"/plan/{query}")


def forgive(watched: Watched, count: int) -> None:
    """Refusals are answers of 409 or 422, which a browser reports twice each; nothing else was."""
    assert len(watched.complaints) == 2 * count, watched.complaints
    assert all(REFUSED.search(complaint) for complaint in watched.complaints)
    watched.complaints.clear()


def target_of(customer: Customer) -> int | None:
    return MonthPlan.objects.get(customer=customer, month=MONTH).target


def test_targets_are_set_by_keyboard_alone(watched: Watched, scene: Scene) -> None:
    page = open_plan(watched, scene.rep)
    first, second = field(page, "江南医药有限公司"), field(page, "Blue River Parts Co.")
    first.focus()
    page.keyboard.press("ArrowDown")
    expect(second).to_be_focused()
    page.keyboard.type("12.5万")
    page.keyboard.press("Enter")
    expect(second).to_have_value("125,000")
    expect(field(page, "Last Ltd")).to_be_focused()
    expect(page.locator("#plan-status")).to_have_text("Saved: Blue River Parts Co., 125,000")
    expect(page.locator("#plan-totals")).to_contain_text("1,125,000")
    expect(page.locator("#chip-unplanned")).to_have_text("Unplanned 0")
    page.keyboard.press("ArrowUp")
    expect(second).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(first).to_be_focused()
    page.keyboard.type("1")
    page.keyboard.press("Escape")
    expect(first).to_have_value("880,000")
    page.keyboard.type("900k")
    page.keyboard.press("Tab")
    expect(first).to_have_value("900,000")
    page.reload()
    expect(first).to_have_value("900,000")
    expect(second).to_have_value("125,000")


def test_a_lost_race_asks_whose_value_counts(watched: Watched, scene: Scene) -> None:
    page = open_plan(watched, scene.rep)
    cell = field(page, "江南医药有限公司")
    for mine, theirs, before in (("77k", 99_000_00, 880_000_00), ("88k", 66_000_00, 99_000_00)):
        set_target(
            customer=scene.customer, month=MONTH, target=theirs, expected=before,
            by=scene.manager, on=day(2),
        )  # fmt: skip
        cell.fill(mine)
        cell.press("Enter")
        panel = page.get_by_role("group", name="Mei changed this to")
        expect(panel.get_by_role("button", name="Keep theirs")).to_be_focused()
        expect(cell).to_have_value(mine)
        expect(page.locator("#plan-status")).to_contain_text("Not saved: 江南医药有限公司. Mei")
        assert faults_of(page) == []
        if theirs == 99_000_00:
            page.keyboard.press("Enter")
            expect(panel).to_have_count(0)
            expect(cell).to_have_value("99,000")
            expect(cell).to_be_focused()
    page.get_by_role("button", name="Use mine").click()
    expect(cell).to_have_value("88,000")
    assert target_of(scene.customer) == 88_000_00
    forgive(watched, 2)


def test_a_refusal_is_said_under_the_cell_and_nothing_is_lost(
    watched: Watched, scene: Scene
) -> None:
    page = open_plan(watched, scene.rep)
    cell = field(page, "Blue River Parts Co.")
    cell.fill("12,3,4")
    cell.press("Enter")
    expect(cell).to_have_attribute("aria-invalid", "true")
    expect(cell).to_have_value("12,3,4")
    expect(cell).to_have_accessible_description(re.compile("12,3,4"))
    assert faults_of(page) == []
    cell.press("Escape")
    expect(cell).to_have_value("")
    forgive(watched, 1)


def test_a_locked_target_asks_for_the_reason_in_its_row(watched: Watched, scene: Scene) -> None:
    stand_on(day(23))
    page = open_plan(watched, scene.rep)
    cell = field(page, "Last Ltd")
    cell.fill("130k")
    cell.press("Enter")
    reason = page.get_by_role("textbox", name="Reason")
    expect(reason).to_be_focused()
    # What is half under the page's head while one has scrolled is no fault.
    page.evaluate("scrollTo(0, 0)")
    assert faults_of(page) == []
    reason.fill("New outlets")
    reason.press("Enter")
    expect(cell).to_have_value("130,000")
    expect(reason).to_have_count(0)
    forgive(watched, 1)


def test_what_the_server_did_not_get_stays_on_the_page(watched: Watched, scene: Scene) -> None:
    page = open_plan(watched, scene.rep)
    cell = field(page, "Blue River Parts Co.")
    page.route("**/target/**", lambda route: route.abort())
    cell.fill("5k")
    cell.press("Enter")
    expect(page.locator("#plan-status")).to_contain_text("could not be reached")
    expect(cell).to_have_value("5k")
    page.unroute("**/target/**")
    cell.press("Enter")
    expect(cell).to_have_value("5,000")
    assert watched.complaints
    assert all("ERR_FAILED" in each or "htmx" in each for each in watched.complaints)
    watched.complaints.clear()


def test_a_customer_handed_on_meanwhile_is_said_to_be_gone(watched: Watched, scene: Scene) -> None:
    page = open_plan(watched, scene.rep)
    Customer.objects.filter(code="A-2").update(owner=scene.admin)
    cell = field(page, "Blue River Parts Co.")
    cell.fill("5k")
    cell.press("Enter")
    expect(page.locator("#plan-status")).to_contain_text("no longer among those")
    expect(cell).to_have_value("5k")
    watched.complaints.clear()
    cell.press("Escape")
    expect(cell).to_have_value("")


def test_signed_out_meanwhile_nothing_is_lost(watched: Watched, scene: Scene) -> None:
    page = open_plan(watched, scene.rep)
    cell = field(page, "Blue River Parts Co.")
    page.context.clear_cookies(name="sessionid")
    cell.fill("5k")
    cell.press("Enter")
    expect(page.locator("#plan-status")).to_contain_text("sign in again")
    expect(cell).to_have_value("5k")
    expect(page.locator("#plan-region")).to_be_visible()
    watched.complaints.clear()
    cell.fill("")


def test_the_question_lives_in_the_address(watched: Watched, scene: Scene) -> None:
    page = open_plan(watched, scene.admin, "")
    rows = page.locator("#plan-region tbody tr")
    expect(rows).to_have_count(4)
    page.locator("#chip-unplanned").click()
    expect(rows).to_have_count(2)
    expect(page.locator("#chip-unplanned")).to_be_focused()
    page.get_by_role("searchbox").press_sequentially("blue")
    expect(rows).to_have_count(1)
    expect(page).to_have_url(re.compile("show=unplanned.*q=blue|q=blue.*show=unplanned"))
    page.reload()
    expect(rows).to_have_count(1)
    page.get_by_role("link", name="Next month").click()
    expect(page).to_have_url(re.compile("q=blue"))
    page.get_by_role("searchbox").fill("")
    expect(rows).to_have_count(4)
    page.locator("#plan-rep").select_option(label="Chen")
    expect(rows).to_have_count(1)
    expect(page).to_have_url(re.compile("rep="))
    page.go_back()
    expect(rows).to_have_count(4)


def test_a_column_head_sorts(watched: Watched, scene: Scene) -> None:
    page = open_plan(watched, scene.rep)
    page.get_by_role("link", name="Target", exact=True).click()
    expect(page.locator("th[aria-sort=descending] #sort-target")).to_be_focused()
    expect(page.locator("#plan-region tbody th a").first).to_have_text("江南医药有限公司")
    page.keyboard.press("Enter")
    expect(page.locator("#plan-region tbody th a").first).to_have_text("Blue River Parts Co.")


def test_on_a_phone_a_target_is_saved_by_leaving_it(watched: Watched, scene: Scene) -> None:
    watched.page.set_viewport_size({"width": WIDTHS["phone"], "height": 800})
    page = open_plan(watched, scene.rep)
    cell = field(page, "Blue River Parts Co.")
    cell.fill("3k")
    page.get_by_role("button", name="Save the target of Blue River Parts Co.").click()
    expect(cell).to_have_value("3,000")
    cell.fill("4k")
    page.locator("h1").click()
    expect(cell).to_have_value("4,000")


def test_it_works_without_script(watched: Watched, scene: Scene) -> None:
    watched.page.route(
        "**/*.js", lambda route: route.fulfill(body="", content_type="text/javascript")
    )
    page = open_plan(watched, scene.rep)
    cell = field(page, "Blue River Parts Co.")
    cell.fill("3k")
    cell.press("Enter")
    expect(page.get_by_text("Saved: the target of Blue River Parts Co.")).to_be_visible()
    expect(cell).to_have_value("3,000")
    page.locator("#chip-one_sided").click()
    expect(page.locator("#plan-region tbody tr")).to_have_count(2)


@pytest.mark.slow
@pytest.mark.parametrize(("language", "theme", "width"), LOOKS)
def test_the_page_is_sound(
    watched: Watched, scene: Scene, language: str, theme: str, width: str
) -> None:
    look_of(watched, scene.admin, language=language, theme=theme, width=width)
    faults = {}
    for path in ("/plan/", "/plan/?q=nobody", "/plan/?show=lapsed", "/plan/?month=2031-01"):
        if found := faults_of(watched.goto(path)):
            faults[path] = found
    assert faults == {}
