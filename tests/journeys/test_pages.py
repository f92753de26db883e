"""Every page in a real browser, in each theme, language and width: sound, and nothing spills."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pytest
from playwright.sync_api import expect

from collections_app.accounts.models import Person
from collections_app.customers.models import Customer
from tests.conftest import Cast
from tests.journeys.axe import faults_of
from tests.journeys.conftest import Watched
from tests.journeys.looks import LOOKS, WIDTHS, look_of
from tests.web.facts import (
    day,
    make_commitment,
    make_customer,
    make_invoice,
    make_measure,
    make_payment,
    make_plan,
    make_reversal,
    stand_on,
    supersede,
)

NEXT_FRAME = "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@dataclass(frozen=True)
class Scene:
    """Who looks, and at which customer."""

    manager: Person
    customer: Customer


@pytest.fixture
def scene(cast: Cast) -> Scene:
    """A month under way: every state of a promise, two teams, two currencies."""
    customer = make_customer(
        cast.east_rep, name="江南医药有限公司", code="KEHU-7", pinyin="jiangnan"
    )
    plan = make_plan(customer, 880_000, agreed_with="Mr Li")
    make_measure(plan, 40_000)
    make_measure(plan, 35_000, status="dropped")
    for uplift in range(6):
        done = make_measure(plan, 1_000 + uplift, status="done")
        done.realised_uplift = 90_000 * uplift
        done.save()
    former = make_commitment(customer, (day(18), 90_000), reference="OLD-1")
    new = make_commitment(customer, (day(25), 60_000), (day(30), 30_000), reference="NEW-1")
    supersede(former, new, on=day(17))
    make_commitment(customer, (day(5), 50_000), (day(9), 50_000), (day(12), 50_000), grace=1)
    make_payment(customer, 70_000, on=day(7))
    bounced = make_payment(customer, 20_000, on=day(20), reference="BOUNCED")
    make_reversal(bounced, 20_000, on=day(21), reference="BACK")
    make_payment(customer, 40_000, on=day(22))
    for number, due in enumerate((2, 10, 28)):
        make_invoice(customer, 100_000 + number, due_on=day(due))
    make_plan(make_customer(cast.east_rep_two, name="Blue River Parts Co."), 120_000)
    make_plan(make_customer(cast.west_rep, name="Acme Foods"), 400_000)
    make_plan(make_customer(cast.west_rep, name="Dollar Inc.", currency="USD"), 1_000)
    stand_on()
    return Scene(cast.admin, customer)


@pytest.mark.slow
@pytest.mark.parametrize(("language", "theme", "width"), LOOKS)
def test_every_page_is_sound(
    watched: Watched, scene: Scene, language: str, theme: str, width: str
) -> None:
    look_of(watched, scene.manager, language=language, theme=theme, width=width)
    customer = f"/customers/{scene.customer.public_id}/"
    faults = {}
    for path in (
        "/gaps/",
        f"/gaps/?rep={scene.customer.owner.public_id}",
        "/gaps/?q=nobody",
        "/gaps/?month=2031-01",
        "/gaps/?tab=forecast",
        "/gaps/?tab=measures",
        "/gaps/?tab=quality",
        "/gaps/report/",
        "/rates/",
        "/reasons/",
        "/gaps/?tab=trends",
        customer,
        f"{customer}?tab=commitments",
        f"{customer}?tab=invoices",
        f"{customer}?tab=payments",
        "/accounts/logout/",
        "/accounts/password/change/",
        "/accounts/password/reset/",
    ):
        page = watched.goto(path)
        closed = page.locator("figure details:not([open]) > summary")
        while closed.count():
            closed.first.click()
            # What has just been laid out is measured with the next frame.
            page.evaluate(NEXT_FRAME)
        if found := faults_of(page):
            faults[path] = found
    assert faults == {}


@pytest.mark.parametrize("width", WIDTHS)
def test_the_door_is_sound(watched: Watched, width: str) -> None:
    watched.page.set_viewport_size({"width": WIDTHS[width], "height": 900})
    assert faults_of(watched.goto("/accounts/login/")) == []


def test_from_the_total_at_risk_to_a_customer_in_two_clicks(watched: Watched, scene: Scene) -> None:
    watched.sign_in(scene.manager)
    page = watched.page
    page.get_by_role("link", name="See the customers behind it").click()
    page.locator("#customers").get_by_role("link", name="江南医药有限公司").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("江南医药有限公司")


def test_typing_narrows_the_list_and_survives_a_reload(watched: Watched, scene: Scene) -> None:
    watched.sign_in(scene.manager)
    page = watched.page
    page.get_by_role("searchbox").press_sequentially("jiang")
    expect(page.locator("#customers-list tbody tr")).to_have_count(1)
    expect(page).to_have_url(re.compile("q=jiang"))
    page.reload()
    expect(page.locator("#customers-list tbody tr")).to_have_count(1)


def test_the_list_can_be_searched_without_script(watched: Watched, scene: Scene) -> None:
    watched.page.route(
        "**/*.js", lambda route: route.fulfill(body="", content_type="text/javascript")
    )
    watched.sign_in(scene.manager)
    page = watched.page
    page.get_by_role("searchbox").fill("jiang")
    page.get_by_role("button", name="Search").click()
    expect(page.locator("#customers-list tbody tr")).to_have_count(1)


def test_the_keyboard_reaches_the_content_and_closes_the_menu(
    watched: Watched, scene: Scene
) -> None:
    watched.sign_in(scene.manager)
    page = watched.page
    page.goto(watched.base + "/gaps/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()
    summary = page.locator("details[data-menu] > summary")
    summary.press("Enter")
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Sign out")).to_be_hidden()
    expect(summary).to_be_focused()


def test_language_and_theme_are_chosen_in_the_frame(watched: Watched, scene: Scene) -> None:
    watched.sign_in_by_the_form(scene.manager)
    page = watched.page
    page.get_by_role("button", name="中文").click()
    expect(page.locator("html")).to_have_attribute("lang", "zh-Hans")
    for theme in ("dark", "light"):
        page.locator("details[data-menu] > summary").click()
        page.locator(f"button[name=theme][value={theme}]").click()
        expect(page.locator("html")).to_have_attribute("data-bs-theme", theme)


def test_signing_out_shuts_the_door(watched: Watched, scene: Scene) -> None:
    watched.sign_in_by_the_form(scene.manager)
    page = watched.page
    page.locator("details[data-menu] > summary").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page).to_have_url(re.compile("/accounts/login/"))
    page.goto(watched.base + "/gaps/")
    expect(page).to_have_url(re.compile("/accounts/login/"))


def test_the_system_theme_follows_the_system(watched: Watched, scene: Scene) -> None:
    watched.page.emulate_media(color_scheme="dark")
    watched.sign_in(scene.manager)
    expect(watched.page.locator("html")).to_have_attribute("data-bs-theme", "dark")
