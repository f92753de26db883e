"""Customers in other hands in the browser: handed over for good, or looked after for a while."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import BrowserContext, Locator, expect
from pytest_django.live_server_helper import LiveServer

from collections_app.accounts.models import AuditEntry, Delegation
from collections_app.commitments.models import Commitment
from collections_app.core.months import add_months, first_of, month_text
from collections_app.customers.models import Contact, Customer
from collections_app.followups.models import FollowUp
from collections_app.organisation.queries import today
from tests.conftest import Cast
from tests.journeys.conftest import Watched
from tests.web.facts import make_commitment, make_customer, make_plan, stand_on

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
NAMES = ("Blue River Parts", "Redwood Foods")


@pytest.fixture
def customers(cast: Cast) -> list[Customer]:
    """Two of Anna's: a target of 1,000 in the last month and of 2,000 in this one each."""
    day = today()
    month = first_of(day)
    made = []
    for name in NAMES:
        customer = make_customer(cast.east_rep, name=name)
        make_plan(customer, 1_000, month=add_months(month, -1))
        make_plan(customer, 2_000, month=month)
        promise = make_commitment(
            customer, (day - timedelta(days=2), 600), reference=f"OLD-{name[:3]}"
        )
        Commitment.objects.filter(pk=promise.pk).update(made_on=day - timedelta(days=9))
        Contact.objects.create(customer=customer, name="Li Wei", language="en", is_primary=True)
        made.append(customer)
    stand_on(day)
    return made


@pytest.fixture
def other(context: BrowserContext, live_server: LiveServer) -> Watched:
    """A second browser, for somebody else."""
    assert context.browser is not None
    beside = context.browser.new_context()
    beside.set_default_timeout(8_000)
    return Watched(beside.new_page(), live_server.url)


def log_a_follow_up(watched: Watched, customer: Customer, note: str) -> None:
    page = watched.goto(f"/customers/{customer.public_id}/follow-up/")
    page.get_by_role("radio", name="not reached").check()
    page.locator("[name=note]").fill(note)
    page.get_by_role("button", name="Save the follow-up").click()
    expect(page.locator(".k-toast")).to_contain_text("The follow-up is logged")


def record_a_promise(watched: Watched, customer: Customer) -> None:
    page = watched.goto(f"/customers/{customer.public_id}/commitments/add/")
    page.get_by_role("button", name="Save the promise").click()
    expect(page.locator(".k-toast")).to_be_visible()


def gaps_by_rep(watched: Watched, months_back: int) -> Locator:
    month = month_text(add_months(first_of(today()), -months_back))
    return watched.goto(f"/gaps/?month={month}").get_by_role("region", name="By rep")


def test_two_customers_are_handed_over_with_their_history_and_the_past_stays_put(
    watched: Watched, other: Watched, customers: list[Customer], cast: Cast
) -> None:
    watched.sign_in(cast.east_rep)
    log_a_follow_up(watched, customers[0], "Their shop is being rebuilt")

    other.sign_in(cast.east_manager)
    page = other.goto("/settings/hand-over/")
    page.get_by_role("link", name="Anna").click()
    for name in NAMES:
        page.get_by_label(name).check()
    page.get_by_label("Who is to have them").select_option(label="Bo · East")
    page.get_by_role("button", name="Those ticked …").click()
    expect(page.locator("main")).to_contain_text("2 customers go from Anna to Bo.")
    page.get_by_role("button", name="Hand over").click()
    expect(page.get_by_role("status")).to_contain_text("2 customers handed over to Bo.")

    # What was to be collected last month stays Anna's; this month's goes along.
    for months_back, owner, target in ((1, "Anna", "2,000"), (0, "Bo", "4,000")):
        rows = gaps_by_rep(other, months_back).locator("tbody tr")
        expect(rows).to_have_count(1)
        expect(rows).to_contain_text(owner)
        expect(rows).to_contain_text(target)

    expect(watched.goto("/today/").locator("main")).not_to_contain_text(NAMES[0])
    watched.page.context.clear_cookies()
    watched.sign_in(cast.east_rep_two)
    page = watched.goto("/today/")
    for name in NAMES:
        expect(page.locator("main")).to_contain_text(name)
    home = f"/customers/{customers[0].public_id}/"
    page = watched.goto(f"{home}?tab=followups")
    expect(page.locator("main")).to_contain_text("Their shop is being rebuilt")
    expect(watched.goto(f"{home}?tab=commitments").locator("main")).to_contain_text("OLD-Blu")
    expect(watched.goto(f"{home}?tab=history").locator(".k-trail")).to_contain_text("Anna")
    assert other.complaints == []


def test_a_delegate_works_for_the_absent_rep_and_sees_nothing_afterwards(
    watched: Watched, other: Watched, customers: list[Customer], cast: Cast
) -> None:
    customer = customers[0]
    watched.sign_in(cast.east_rep)
    page = watched.goto("/settings/absences/")
    page.locator("[name=delegate]").select_option(label="Bo · East")
    page.locator("[name=ends_on]").fill((today() + timedelta(days=7)).isoformat())
    page.locator("[name=note]").fill("On leave")
    page.get_by_role("button", name="Let them stand in").click()
    expect(page.locator("main")).to_contain_text("away now")

    other.sign_in(cast.east_rep_two)
    expect(other.goto("/today/").locator("main")).to_contain_text(NAMES[0])
    expect(other.goto("/plan/").locator("main")).to_contain_text(NAMES[0])
    log_a_follow_up(other, customer, "Nobody picked up")
    record_a_promise(other, customer)
    assert FollowUp.objects.get().entered_by == cast.east_rep_two
    made = Commitment.objects.exclude(reference__startswith="OLD").get()
    assert made.entered_by == cast.east_rep_two
    for verb in ("log", "record"):
        found = AuditEntry.objects.filter(verb=verb, customer_id=customer.pk)
        assert found.exists(), verb
        assert {entry.on_behalf_of for entry in found} == {cast.east_rep}
    trail = watched.goto(f"/customers/{customer.public_id}/?tab=history").locator(".k-trail")
    expect(trail.locator("li").first).to_contain_text("Bo")
    expect(trail.locator("li").first).to_contain_text("Anna")

    page = watched.goto("/settings/absences/")
    page.get_by_role("button", name="Is back").click()
    assert Delegation.objects.get().ended_on == today()
    expect(other.goto("/today/").locator("main")).not_to_contain_text(NAMES[0])
    expect(other.goto("/plan/").locator("main")).not_to_contain_text(NAMES[0])
    assert other.complaints == []
    answer = other.page.goto(f"{other.base}/customers/{customer.public_id}/")
    assert answer is not None
    assert answer.status == 404
