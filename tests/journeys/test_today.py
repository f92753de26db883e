"""A rep's morning: what wants doing is worked off in the list, one reason after the other."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Locator, Page, expect

from collections_app.core.months import first_of
from collections_app.customers.models import Contact, Customer
from collections_app.followups.models import FollowUp, Request, Snooze
from collections_app.organisation.queries import today
from collections_app.planning.models import Measure, MonthPlan
from tests.conftest import Cast
from tests.journeys.axe import faults_of
from tests.journeys.conftest import Watched
from tests.journeys.looks import look_of
from tests.web.facts import (
    make_commitment,
    make_customer,
    make_measure,
    make_plan,
    stand_on,
)

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def morning(cast: Cast) -> dict[str, Customer]:
    """Six customers, each with a reason of its own to stand on the list."""
    day, month = today(), first_of(today())
    names = {
        "lapsed": "Acme Foods", "not_asked": "Blue River", "uncovered": "Cedar Tools",
        "measure_due": "Delta Paints", "decided": "Elm Traders", "due": "Fir Wares",
    }  # fmt: skip
    found = {key: make_customer(cast.east_rep, name=name) for key, name in names.items()}
    make_commitment(found["lapsed"], (day - timedelta(days=3), 900_000), reference="OLD-1")
    make_commitment(found["due"], (day + timedelta(days=1), 8_000), reference="NEW-1")
    make_plan(found["not_asked"], 70_000, month=month)
    make_plan(found["uncovered"], 60_000, month=month)
    make_measure(make_plan(found["measure_due"], 0, month=month), 50_000)
    Measure.objects.update(due_on=day - timedelta(days=1))
    MonthPlan.objects.filter(customer=found["not_asked"]).update(asked_on=None)
    others = MonthPlan.objects.exclude(customer=found["not_asked"])
    others.update(asked_on=day, answer="refused")
    plan = MonthPlan.objects.get(customer=found["not_asked"])
    make_measure(plan, 70_000)
    Request.objects.create(
        customer=found["decided"], kind="reduce", month=month, amount=40_000_00, asked_on=day,
        asked_by=cast.east_rep, state="approved", decided_on=day, decided_at=datetime.now(UTC),
        decided_by=cast.east_manager, word="Once",
    )  # fmt: skip
    Contact.objects.create(
        customer=found["lapsed"], name="Li Wei", phone="138 0000 0001", email="li@kept.test",
        language="en", is_primary=True,
    )  # fmt: skip
    stand_on(day)
    return found


def row_of(page: Page, customer: Customer) -> Locator:
    """The customer's row, whatever became of it."""
    return page.locator(".k-todo > li", has_text=customer.name)


def test_a_morning_with_six_reasons_is_worked_off_in_the_list(
    watched: Watched, cast: Cast, morning: dict[str, Customer]
) -> None:
    watched.sign_in(cast.east_rep)
    page = watched.page
    expect(page.locator(".k-todo > li")).to_have_count(6)
    expect(page.locator(".k-todo-name a").first).to_have_text("Acme Foods")
    expect(row_of(page, morning["lapsed"]).locator("a[href^='tel:']")).to_be_visible()
    expect(row_of(page, morning["lapsed"]).locator("a[href^='mailto:']")).to_be_visible()
    row_of(page, morning["lapsed"]).get_by_text("Why here").click()
    expect(row_of(page, morning["lapsed"])).to_contain_text("1.3 for 3 days late")
    _log_a_follow_up(page, morning["lapsed"])
    _answer(page, morning["not_asked"])
    _add_a_measure(page, morning["uncovered"])
    _drop_the_measure(page, morning["measure_due"])
    _set_aside(page, morning["decided"])
    _put_off(page, morning["due"])
    assert faults_of(page) == []
    page.reload()
    expect(page.locator("main")).to_contain_text("All done for today")
    expect(page.locator(".k-nav-count")).to_have_count(0)
    page.get_by_role("link", name="2 followed up or put off, waiting").click()
    expect(page.locator(".k-todo > li")).to_have_count(2)
    page.get_by_role("button", name="Bring it back").click()
    expect(page.locator(".k-toast")).to_contain_text("back on the list")
    assert not Snooze.objects.exists()
    # Two forms were sent with something missing, on purpose; each said so twice.
    assert all("422" in complaint for complaint in watched.complaints)
    watched.complaints.clear()


def _log_a_follow_up(page: Page, customer: Customer) -> None:
    row = row_of(page, customer)
    row.get_by_role("link", name="Log a follow-up").click()
    row.get_by_role("button", name="Save the follow-up").click()
    expect(row.locator("#form-errors")).to_be_visible()
    row.get_by_role("radio", name="put off").check()
    row.get_by_role("radio", name="short of cash").check()
    row.get_by_role("button", name="In a week").click()
    row.get_by_role("button", name="Save the follow-up").click()
    expect(row).to_contain_text("The follow-up is logged")
    expect(page.get_by_role("status").filter(has_text=customer.name)).to_be_visible()
    assert FollowUp.objects.get().reason == "cash_short"
    row.get_by_role("button", name="Undo").click()
    expect(row.get_by_role("link", name="Log a follow-up")).to_be_visible()
    assert not FollowUp.objects.exists()
    row.get_by_role("link", name="Log a follow-up").click()
    row.get_by_role("radio", name="says it has paid").check()
    row.get_by_role("button", name="Save the follow-up").click()
    expect(row).to_contain_text("The follow-up is logged")


def _answer(page: Page, customer: Customer) -> None:
    row = row_of(page, customer)
    row.get_by_role("link", name="Asked").click()
    row.locator("[name=answer][value=refused]").check()
    row.get_by_role("button", name="Save", exact=True).click()
    expect(row).to_contain_text("Answer saved")


def _add_a_measure(page: Page, customer: Customer) -> None:
    row = row_of(page, customer)
    row.get_by_role("link", name="Add a measure").click()
    row.locator("[name=kind]").select_option("incentive")
    row.locator("[name=expected_uplift]").fill("10,000")
    row.get_by_role("button", name="Add the measure").click()
    expect(row).to_contain_text("Measure added")
    expect(row).to_contain_text("Still short")
    row.get_by_role("link", name="Add a measure").click()
    expect(row.locator("[name=expected_uplift]")).to_have_value("50,000")
    row.locator("[name=kind]").select_option("promotion")
    row.get_by_role("button", name="Add the measure").click()
    expect(row.get_by_role("button", name="Undo")).to_be_visible()


def _drop_the_measure(page: Page, customer: Customer) -> None:
    row = row_of(page, customer)
    row.get_by_role("link", name="Say what became of it").click()
    row.locator("[name=status]").select_option("done")
    row.locator("[name=realised_uplift]").fill("500")
    row.get_by_role("button", name="Save", exact=False).first.click()
    expect(row).to_contain_text("Measure saved")


def _set_aside(page: Page, customer: Customer) -> None:
    row = row_of(page, customer)
    row.get_by_role("button", name="Seen").click()
    expect(row.get_by_role("button", name="Undo")).to_be_visible()


def _put_off(page: Page, customer: Customer) -> None:
    row = row_of(page, customer)
    row.get_by_text("More").click()
    row.get_by_role("link", name="Not today").click()
    row.locator("[name=until]").fill((today() + timedelta(days=2)).isoformat())
    row.get_by_role("button", name="Put it off").click()
    expect(row.locator("#form-errors")).to_be_visible()
    row.locator("[name=reason]").fill("Pays on Fridays")
    row.get_by_role("button", name="Put it off").click()
    expect(row.get_by_role("button", name="Undo")).to_be_visible()


def test_a_follow_up_from_the_list_on_a_phone_takes_three_taps_and_one_date(
    watched: Watched, cast: Cast, morning: dict[str, Customer]
) -> None:
    watched.page.set_viewport_size({"width": 390, "height": 844})
    watched.sign_in(cast.east_rep)
    row = row_of(watched.page, morning["lapsed"])
    friday = today() + timedelta(days=2)
    row.get_by_role("link", name="Log a follow-up").click()  # 1
    row.get_by_role("radio", name="promised").click()  # 2
    row.locator("[name=next_on]").fill(friday.isoformat())  # the one date
    save = row.get_by_role("button", name="Save the follow-up")
    expect(save).to_be_in_viewport()
    save.click()  # 3
    expect(row).to_contain_text("The follow-up is logged")
    one = FollowUp.objects.get()
    assert (one.outcome, one.next_on, one.contact_name) == ("promised", friday, "Li Wei")


def test_a_promise_for_a_customer_of_the_list_takes_four_interactions(
    watched: Watched, cast: Cast, morning: dict[str, Customer]
) -> None:
    watched.sign_in(cast.east_rep)
    page = watched.page
    row_of(page, morning["not_asked"]).get_by_role("link", name="Record a promise").click()
    page.locator("[name=total]").fill("100,000")  # 1
    page.get_by_role("button", name="Three ten-day segments").click()  # 2
    page.locator("[name=promised_by]").fill("Li")  # 3
    page.get_by_role("button", name="Save the promise").click()  # 4
    expect(page.get_by_role("heading", level=1)).to_have_text("Today")
    expect(page.locator(".k-toast")).to_be_visible()
    assert (
        sum(one.amount for one in morning["not_asked"].commitments.get().instalments.all())
        == 100_000_00
    )


def test_without_script_the_list_leads_to_pages_and_back(
    watched: Watched, cast: Cast, morning: dict[str, Customer]
) -> None:
    page = watched.page
    page.route("**/*.js", lambda route: route.fulfill(body="", content_type="text/javascript"))
    watched.sign_in(cast.east_rep)
    row_of(page, morning["lapsed"]).get_by_role("link", name="Log a follow-up").click()
    page.get_by_role("radio", name="says it has paid").check()
    page.get_by_role("button", name="Save the follow-up").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Today")
    expect(row_of(page, morning["lapsed"])).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    expect(row_of(page, morning["lapsed"])).to_have_count(1)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("language", "theme", "width"),
    [("en", "light", "desk"), ("en", "dark", "phone"), ("zh", "light", "phone"),
     ("zh", "dark", "desk")],
)  # fmt: skip
def test_the_list_and_its_forms_are_sound(
    watched: Watched,
    cast: Cast,
    morning: dict[str, Customer],
    language: str,
    theme: str,
    width: str,
) -> None:
    look_of(watched, cast.east_rep, language=language, theme=theme, width=width)
    page = watched.goto("/today/")
    faults = {"list": faults_of(page)}
    picture(page, f"{language}-{theme}-{width}-list")
    row = row_of(page, morning["lapsed"])
    row.locator(".k-todo-rank summary").click()
    row.locator(".k-todo-acts a[hx-get]").first.click()
    expect(row.locator("form.k-todo-act")).to_be_visible()
    other = row_of(page, morning["due"])
    other.locator(".k-todo-more summary").click()
    picture(page, f"{language}-{theme}-{width}-menu")
    other.locator(".k-todo-more a[hx-get*=snooze]").click()
    expect(other.locator("form.k-todo-act")).to_be_visible()
    # What the bars of a phone cover of a row half in sight is not too small.
    page.evaluate("scrollTo(0, 0)")
    faults["forms"] = faults_of(page)
    picture(page, f"{language}-{theme}-{width}-forms")
    alone = row.locator(".k-todo-more a[hx-get*=snooze]").get_attribute("href") or ""
    watched.goto(alone)
    faults["snooze"] = faults_of(page)
    picture(page, f"{language}-{theme}-{width}-snooze")
    assert faults == {name: [] for name in faults}


def picture(page: Page, name: str) -> None:
    """Keep what the page looks like, where ``KEPT_PICTURES`` names a folder."""
    if folder := os.environ.get("KEPT_PICTURES"):
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)
