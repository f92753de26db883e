"""The record of a customer and the rates page in a real browser."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from playwright.sync_api import expect

from collections_app.customers.models import Customer, RatingChange
from tests.conftest import Cast
from tests.journeys.axe import faults_of
from tests.journeys.conftest import Watched
from tests.journeys.looks import WIDTHS, look_of
from tests.web.conduct import make_done_measure, make_record
from tests.web.facts import make_customer, stand_on

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@dataclass(frozen=True)
class Scene:
    """A customer with a record, and who is there."""

    customer: Customer
    cast: Cast


@pytest.fixture
def scene(cast: Cast) -> Scene:
    customer = make_record(cast.east_rep, name="江南医药有限公司")
    make_done_measure(customer, 40_000, 30_000)
    make_record(cast.west_rep, name="Acme Foods", broken=0)
    make_record(cast.east_rep_two, name="Blue River Parts Co.", broken=7)
    stand_on()
    return Scene(customer, cast)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("language", "theme", "width"),
    [("en", "light", "desk"), ("zh", "dark", "phone"), ("zh", "light", "desk"),
     ("en", "dark", "phone")],
)  # fmt: skip
def test_the_pages_of_the_record_are_sound(
    watched: Watched, scene: Scene, language: str, theme: str, width: str
) -> None:
    assert width in WIDTHS
    look_of(watched, scene.cast.admin, language=language, theme=theme, width=width)
    home = f"/customers/{scene.customer.public_id}/"
    empty = f"/customers/{make_customer(scene.cast.west_rep).public_id}/"
    faults = {}
    for path in (
        home,
        f"{home}?tab=record",
        f"{empty}?tab=record",
        f"{home}rating/",
        f"{home}regular/",
        f"{home}regular/end/",
        "/rates/",
        "/rates/?months=3",
        f"/rates/?rep={scene.cast.east_rep.public_id}",
    ):
        page = watched.goto(path)
        # The last first: an open one no longer counts among those still closed.
        for closed in reversed(page.locator("figure details:not([open]) > summary").all()):
            closed.click()
        if found := faults_of(page):
            faults[path] = found
    assert faults == {}


def test_a_manager_applies_what_is_suggested_and_takes_it_back(
    watched: Watched, scene: Scene
) -> None:
    watched.sign_in(scene.cast.east_manager)
    page = watched.goto(f"/customers/{scene.customer.public_id}/")
    page.get_by_role("link", name="C is suggested: why").click()
    expect(page.get_by_role("heading", name="Suggested rating")).to_be_in_viewport()
    page.get_by_role("link", name="Change the rating").click()
    page.get_by_role("button", name="Apply the rating").click()
    expect(page.locator(".k-rating").first).to_have_text("Rating C")
    assert RatingChange.objects.filter(customer=scene.customer, rating="C").exists()
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".k-rating").first).to_have_text("Rating B")


def test_a_rep_agrees_a_regular_payment(watched: Watched, scene: Scene) -> None:
    watched.sign_in(scene.cast.east_rep)
    customer = make_customer(scene.cast.east_rep)
    page = watched.goto(f"/customers/{customer.public_id}/")
    page.get_by_role("link", name="nothing regular agreed").click()
    page.get_by_role("link", name="Agree day and amount").click()
    page.get_by_label("Amount, every month").fill("5万")
    page.get_by_label("By day of the month").fill("31")
    page.get_by_label("Agreed with").fill("Mr Li")
    page.get_by_role("button", name="Save the agreement").click()
    expect(page.get_by_text("50,000 by day 31 of every month.")).to_be_visible()


def test_from_the_dashboard_to_a_customers_record(watched: Watched, scene: Scene) -> None:
    watched.sign_in(scene.cast.admin)
    page = watched.page
    page.get_by_role("link", name="Rates").first.click()
    page.get_by_role("link", name="3 months").click()
    page.get_by_role("link", name="Anna").click()
    page.get_by_role("link", name="江南医药有限公司").click()
    expect(page.get_by_role("heading", name="Promises kept")).to_be_visible()
