"""The settings in a real browser: sound in every look, and the ways through them."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from datetime import timedelta

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from playwright.sync_api import expect

from collections_app.accounts.models import Person
from collections_app.accounts.operations import add_team_manager, change_person
from collections_app.actions.change_calendar import CalendarChange, change_calendar
from collections_app.customers.models import Customer
from collections_app.organisation.models import Organisation
from collections_app.organisation.operations import set_policy
from collections_app.organisation.queries import organisation, today
from tests.builders import make_team
from tests.conftest import Cast
from tests.journeys.axe import faults_of
from tests.journeys.conftest import PASSWORD, Watched
from tests.journeys.looks import LOOKS, WIDTHS, look_of
from tests.web.facts import make_customer, make_invoice, stand_on
from tests.web.test_policies import POLICY

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@dataclass(frozen=True)
class Office:
    """Who looks, and whom and what there is to look at."""

    cast: Cast
    disabled: Person
    holiday: str


@pytest.fixture
def office(cast: Cast) -> Office:
    """An organisation with something on every page of the settings."""
    organisation()
    Organisation.objects.update(country="CN", name="江南贸易")
    first = make_customer(cast.east_rep, name="江南医药有限公司", code="KEHU-7", pinyin="jiangnan")
    make_customer(cast.east_rep, name="Blue River Parts Co.")
    make_customer(cast.west_rep, name="Acme Foods")
    make_invoice(first, 123_456, due_on=today())
    make_team("South 华南", parent=cast.west)
    add_team_manager(team=cast.west, person=cast.east_manager)
    change_person(person=cast.east_rep_two, actor=cast.admin, is_active=False)
    stand_on(today())
    set_policy(rating="A", valid_from=today() + timedelta(days=20), actor=cast.admin, **POLICY)
    set_policy(rating="B", valid_from=today(), actor=cast.admin, **POLICY)
    ahead = today() + timedelta(days=7 - today().weekday())
    change = CalendarChange(day=ahead, is_working=False, name="Founders' day")
    change_calendar(change, actor=cast.admin)
    return Office(cast, cast.east_rep_two, ahead.isoformat())


def paths_of(office: Office) -> list[str]:
    """Every page of the settings that an administrator can open."""
    cast = office.cast
    taken = Customer.objects.filter(owner=cast.east_rep).values_list("public_id", flat=True)
    ticked = "&".join(f"c={public_id}" for public_id in taken)
    pages = (
        "", "profile/", "people/", "people/?q=nobody", "people/new/",
        f"people/{cast.east_rep.public_id}/", f"people/{office.disabled.public_id}/",
        f"people/{cast.east_rep.public_id}/disable/", "teams/", "teams/new/",
        f"teams/{cast.west.public_id}/", "hand-over/", f"hand-over/{cast.east_rep.public_id}/",
        f"hand-over/{cast.east_rep.public_id}/confirm/?to={cast.west_rep.public_id}&{ticked}",
        "policies/", "policies/B/", "calendar/", "calendar/?year=2045", "calendar/new/",
        "calendar/country/", f"calendar/{office.holiday}/remove/", "organisation/",
    )  # fmt: skip
    return [f"/settings/{page}" for page in pages]


@pytest.mark.slow
@pytest.mark.parametrize(("language", "theme", "width"), LOOKS)
def test_every_page_of_the_settings_is_sound(
    watched: Watched, office: Office, language: str, theme: str, width: str
) -> None:
    look_of(watched, office.cast.admin, language=language, theme=theme, width=width)
    faults = {}
    for path in paths_of(office):
        page = watched.goto(path)
        if found := faults_of(page):
            faults[path] = found
    assert faults == {}


def test_somebody_is_invited(watched: Watched, office: Office) -> None:
    watched.sign_in(office.cast.admin)
    page = watched.page
    page.get_by_role("link", name="Settings").click()
    page.get_by_role("link", name=re.compile("^People")).click()
    page.get_by_role("link", name="Invite a person").click()
    page.get_by_label("Name").fill("Li Na")
    page.get_by_label("E-mail").fill("li.na@kept.test")
    page.get_by_label("Team").select_option(label="East")
    page.get_by_role("button", name="Send the invitation").click()
    expect(page.get_by_role("status")).to_contain_text("Li Na is made")
    expect(page.get_by_role("link", name="Li Na")).to_be_visible()


def test_customers_are_handed_over_after_a_look_at_the_figures(
    watched: Watched, office: Office
) -> None:
    watched.sign_in(office.cast.admin)
    page = watched.goto("/settings/hand-over/")
    page.get_by_role("link", name="Anna").click()
    page.get_by_label("江南医药有限公司").check()
    page.get_by_label("Who is to have them").select_option(label="Chen · West")
    page.get_by_role("button", name="Those ticked …").click()
    expect(page.get_by_text("1 customer goes from Anna to Chen.")).to_be_visible()
    expect(page.get_by_text("¥123,456.00 is open.")).to_be_visible()
    page.get_by_role("button", name="Hand over").click()
    expect(page.get_by_role("status")).to_contain_text("1 customer handed over to Chen.")
    assert Customer.objects.get(code="KEHU-7").owner == office.cast.west_rep


def test_disabling_is_taken_back_by_the_toast(watched: Watched, office: Office) -> None:
    watched.sign_in(office.cast.admin)
    page = watched.goto(f"/settings/people/{office.cast.west_rep.public_id}/")
    page.get_by_role("link", name="Disable …").click()
    page.get_by_role("button", name="Disable").click()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("status").filter(has_text="may sign in again")).to_be_visible()
    office.cast.west_rep.refresh_from_db()
    assert office.cast.west_rep.is_active


def test_a_holiday_is_previewed_and_saved(watched: Watched, office: Office) -> None:
    watched.sign_in(office.cast.admin)
    page = watched.goto("/settings/calendar/new/")
    day = today() + timedelta(days=15 - today().weekday())
    page.locator("[name=day]").fill(day.isoformat())
    page.get_by_label("What it is called").fill("Stock-taking")
    page.get_by_role("button", name="See what it moves").click()
    expect(page.get_by_text("This moves no deadline.")).to_be_visible()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("row").filter(has_text="Stock-taking")).to_be_visible()


@pytest.mark.parametrize("width", WIDTHS)
def test_the_second_factor_is_set_up_and_asked_for(
    watched: Watched, office: Office, width: str
) -> None:
    watched.page.set_viewport_size({"width": WIDTHS[width], "height": 900})
    watched.sign_in_by_the_form(office.cast.east_rep)
    page = watched.goto("/settings/profile/")
    page.get_by_role("link", name="Second factor").click()
    assert faults_of(page) == []
    page.get_by_role("link", name="Set up").click()
    page.locator("[name=password]").fill(PASSWORD)
    page.get_by_role("button", name="Confirm").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Set up the app")
    assert faults_of(page) == []
    secret = page.locator(".k-secret").inner_text()
    page.locator("[name=code]").fill(code_of(secret))
    page.get_by_role("button", name="Switch on").click()
    expect(page.locator(".k-codes li")).to_have_count(10)
    assert faults_of(page) == []
    recovery = page.locator(".k-codes li").first.inner_text()
    for path in ("", "totp/deactivate/", "recovery-codes/generate/"):
        assert faults_of(watched.goto(f"/accounts/2fa/{path}")) == [], path
    page.context.clear_cookies()
    watched.goto("/accounts/login/")
    page.locator("[name=login]").fill(office.cast.east_rep.email)
    page.locator("[name=password]").fill(PASSWORD)
    page.locator(".k-form button").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your code")
    assert faults_of(page) == []
    page.locator("[name=code]").fill(recovery)
    page.locator(".k-form button").click()
    expect(page).to_have_url(re.compile("/today/"))


def code_of(secret: str) -> str:
    """What the app would show now."""
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // 30)))
