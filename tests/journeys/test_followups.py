"""A follow-up logged on a phone between two visits: three taps and a date."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from collections_app.core.months import first_of
from collections_app.customers.models import Contact, Customer, Hold
from collections_app.followups.models import FollowUp
from collections_app.organisation.queries import today, work_calendar
from collections_app.web.pages.followups import quick_days
from tests.conftest import Cast
from tests.journeys.axe import faults_of
from tests.journeys.conftest import Watched
from tests.journeys.looks import look_of
from tests.web.facts import make_commitment, make_customer, make_plan, stand_on

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def customer(cast: Cast) -> Customer:
    """A broken promise of 600 and a first contact."""
    day = today()
    customer = make_customer(cast.east_rep, name="Blue River Parts")
    make_plan(customer, 1_000, month=first_of(day))
    make_commitment(customer, (day - timedelta(days=2), 600), reference="OLD-1")
    Contact.objects.create(
        customer=customer, name="Li Wei", phone="138 0000 0001", language="en", is_primary=True
    )
    stand_on(day)
    return customer


@pytest.fixture
def phone(watched: Watched, customer: Customer, cast: Cast) -> Page:
    watched.page.set_viewport_size({"width": 390, "height": 844})
    watched.sign_in(cast.east_rep)
    return watched.goto(f"/customers/{customer.public_id}/")


class Taps:
    """Counts what a thumb does."""

    def __init__(self, page: Page) -> None:
        self.page, self.count = page, 0

    def on(self, role: str, name: str) -> None:
        self.page.get_by_role(role, name=name).first.click()  # type: ignore[arg-type]
        self.count += 1


def test_called_and_promised_for_a_day_takes_three_taps_and_one_date(
    phone: Page, customer: Customer
) -> None:
    taps, wanted = Taps(phone), quick_days(today(), work_calendar())[-1].day
    # Reachable at once: no scrolling to the button.
    expect(phone.get_by_role("link", name="Log a follow-up").first).to_be_in_viewport(ratio=1)
    taps.on("link", "Log a follow-up")
    taps.on("radio", "promised")
    phone.locator("[name=next_on]").fill(wanted.isoformat())  # the one date
    taps.on("button", "Save the follow-up")
    expect(phone.locator(".k-toast")).to_contain_text("The follow-up is logged")
    assert taps.count == 3
    one = FollowUp.objects.get()
    assert (one.outcome, one.channel, one.next_on) == ("promised", "phone", wanted)
    assert one.contact_name == "Li Wei"
    phone.get_by_role("button", name="Undo").click()
    expect(phone.locator(".k-toast")).to_contain_text("taken back")
    assert not FollowUp.objects.exists()


def test_a_day_is_chosen_by_a_button_and_a_reason_is_asked_for(
    phone: Page, customer: Customer
) -> None:
    quick = quick_days(today(), work_calendar())[1]
    phone.get_by_role("link", name="Log a follow-up").first.click()
    expect(phone.get_by_role("radio", name="short of cash")).to_be_hidden()
    phone.get_by_role("radio", name="put off").check()
    phone.get_by_role("radio", name="short of cash").check()
    button = phone.get_by_role("button", name=quick.name)
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")
    phone.get_by_role("button", name="Save the follow-up").click()
    expect(phone.locator(".k-toast")).to_be_visible()
    one = FollowUp.objects.get()
    assert (one.reason, one.next_on) == ("cash_short", quick.day)
    expect(phone.locator(".k-trail")).to_contain_text("short of cash")


def test_a_hold_is_put_and_lifted(phone: Page, customer: Customer) -> None:
    phone.get_by_role("link", name="Put on hold").click()
    expect(phone.locator(".k-effect")).to_contain_text("1 lapsed instalment")
    phone.get_by_role("radio", name="dispute").check()
    phone.locator("[name=ends_on]").fill((today() + timedelta(days=7)).isoformat())
    phone.get_by_role("button", name="Put on hold").click()
    expect(phone.locator(".k-hold")).to_contain_text("dispute")
    phone.locator(".k-hold").get_by_role("button", name="Lift").click()
    expect(phone.locator(".k-hold")).to_have_count(0)
    assert Hold.objects.get().lifted_on == today()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("language", "theme", "width"),
    [("en", "light", "phone"), ("zh", "dark", "desk"), ("zh", "light", "phone")],
)
def test_their_pages_are_sound(
    watched: Watched, customer: Customer, cast: Cast, language: str, theme: str, width: str
) -> None:
    look_of(watched, cast.east_rep, language=language, theme=theme, width=width)
    home = f"/customers/{customer.public_id}"
    FollowUp.objects.create(
        customer=customer, at=f"{today()}T08:00:00Z", on_day=today(), outcome="put_off",
        channel="phone", reason="cash_short", note="Asked for a week\n" * 5, next_on=today(),
        entered_by=cast.east_rep,
    )  # fmt: skip
    Hold.objects.create(
        customer=customer, kind="dispute", note="Short delivery", starts_on=today(),
        ends_on=today(), entered_by=cast.east_rep,
    )  # fmt: skip
    faults = {}
    for path in (f"{home}/follow-up/", f"{home}/hold/", f"{home}/?tab=followups"):
        if found := faults_of(watched.goto(path)):
            faults[path] = found
    page = watched.goto(f"{home}/follow-up/")
    page.get_by_role("button").filter(has_text="跟进" if language == "zh" else "Save").click()
    expect(page.locator("#form-errors")).to_be_focused()
    faults["errors"] = faults_of(page)
    watched.complaints.clear()
    assert faults == {"errors": []}
