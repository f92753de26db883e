"""The timeline in a real browser: narrowed by a press, and put on paper."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from collections_app.customers.models import Customer
from collections_app.followups.models import FollowUp
from collections_app.organisation.queries import moment_on
from tests.conftest import Cast
from tests.journeys.conftest import Watched
from tests.web.facts import day, make_commitment, make_customer, make_payment, stand_on

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def customer(cast: Cast) -> Customer:
    made = make_customer(cast.east_rep, name="Blue River Parts")
    make_commitment(made, (day(10), 300), reference="P-7")
    make_payment(made, 100, on=day(9), reference="BANK-1")
    FollowUp.objects.create(
        customer=made, at=moment_on(day(18)), on_day=day(18), outcome="put_off",
        note="He will call. " * 50 + "The end.",
    )  # fmt: skip
    stand_on()
    return made


def test_the_timeline_is_narrowed_and_printed_whole(
    watched: Watched, customer: Customer, cast: Cast
) -> None:
    watched.sign_in(cast.east_rep)
    page = watched.goto(f"/customers/{customer.public_id}/")
    page.get_by_role("link", name="Timeline").click()
    line = page.locator(".k-events")
    expect(line).to_contain_text("Verdict on P-7/1")
    expect(line).to_contain_text("¥100.00 from BANK-1")
    page.locator(".k-timeline-chips").get_by_role("link", name="Payments").click()
    expect(line).not_to_contain_text("Verdict on P-7/1")
    page.locator("[name=from]").fill("2026-11-10")
    page.get_by_role("button", name="Show").click()
    expect(page.locator(".k-timeline")).to_contain_text("Nothing of this kind in these days.")
    page.get_by_role("link", name="Show all").click()
    expect(page.get_by_role("button", name="Print")).to_be_visible()

    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    expect(page.get_by_text("The end.")).to_be_visible()
    expect(line).to_contain_text("Verdict on P-7/1")
    for gone in (".k-top", ".k-tabs", ".k-acts", ".k-timeline-chips", "[data-print]"):
        expect(page.locator(gone)).to_be_hidden()
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    page.emulate_media(media="screen")
    expect(page.get_by_text("The end.")).to_be_hidden()
