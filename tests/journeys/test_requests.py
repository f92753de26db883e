"""A concession in the browser: asked for, refused, asked for again, approved."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from collections_app.commitments.models import Commitment, Instalment
from collections_app.customers.models import Customer
from collections_app.followups.models import FollowUp, Request
from collections_app.organisation.queries import today
from collections_app.standing.models import InstalmentStanding
from tests.conftest import Cast
from tests.journeys.axe import faults_of
from tests.journeys.conftest import Watched
from tests.journeys.looks import look_of
from tests.web.facts import make_commitment, make_customer, make_plan, stand_on

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def customer(cast: Cast) -> Customer:
    """A promise of 600 that lapsed two days ago, and one of 400 that is still open."""
    day = today()
    customer = make_customer(cast.east_rep, name="Blue River Parts")
    make_plan(customer, 1_000, month=day.replace(day=1))
    promise = make_commitment(
        customer, (day - timedelta(days=2), 600), (day + timedelta(days=20), 400), reference="OLD-1"
    )
    Commitment.objects.filter(pk=promise.pk).update(made_on=day - timedelta(days=9))
    FollowUp.objects.create(
        customer=customer, at=f"{day}T01:00:00Z", on_day=day, outcome="put_off",
        reason="cash_short",
    )  # fmt: skip
    stand_on(day)
    return customer


@pytest.fixture
def watched_manager(context: BrowserContext, live_server: LiveServer) -> Watched:
    """A second browser, for the manager."""
    assert context.browser is not None
    other = context.browser.new_context()
    other.set_default_timeout(8_000)
    return Watched(other.new_page(), live_server.url)


def test_a_concession_is_asked_for_refused_asked_again_and_approved(
    watched: Watched, watched_manager: Watched, customer: Customer, cast: Cast
) -> None:
    watched.sign_in(cast.east_rep)
    watched_manager.sign_in(cast.east_manager)
    until = today() + timedelta(days=30)
    ask(watched, customer, amount="600", until=until)

    page = watched_manager.goto("/gaps/")
    page.get_by_role("link", name=re.compile(r"Reasons 1\s+to decide")).click()
    page.get_by_role("link", name=re.compile(r"^Decide\b")).click()
    expect(page.locator("#effect .k-effect")).to_contain_text("superseded")
    expect(page.locator("main")).to_contain_text("short of cash")
    page.get_by_label("A word to who asked").fill("They were paid on Friday")
    page.get_by_role("button", name="Refuse").click()
    expect(page.locator(".k-toast")).to_contain_text("Refused")
    assert Commitment.objects.get().ending == ""

    mine = watched.goto(f"/requests/{Request.objects.get().public_id}/")
    expect(mine.locator("main")).to_contain_text("They were paid on Friday")
    ask(watched, customer, amount="350", until=until)
    again = Request.objects.get(state="waiting")
    page = watched_manager.goto(f"/requests/{again.public_id}/")
    expect(page.locator("main")).to_contain_text("Earlier requests")
    expect(page.locator("main")).to_contain_text("refused")
    page.get_by_role("button", name="Approve").click()
    expect(page.locator(".k-toast")).to_contain_text("Approved")

    new = Commitment.objects.exclude(reference="OLD-1").get()
    parts = Instalment.objects.filter(commitment=new).order_by("position")
    assert [(p.due_on, p.amount) for p in parts] == [
        (today(), 250_00),
        (today() + timedelta(days=20), 400_00),
        (until, 350_00),
    ]
    # The broken promise stays broken, and the kept rate with it.
    lapsed = InstalmentStanding.objects.get(instalment__commitment__reference="OLD-1",
                                            instalment__position=1)  # fmt: skip
    assert lapsed.verdict == "broken"
    assert watched_manager.complaints == []
    shown = watched.goto(f"/customers/{customer.public_id}/?tab=plan")
    expect(shown.locator("main")).to_contain_text("approved")


def ask(watched: Watched, customer: Customer, *, amount: str, until: date) -> None:
    page: Page = watched.goto(f"/customers/{customer.public_id}/?tab=commitments")
    page.get_by_role("link", name="Ask for a concession").click()
    expect(page.locator("main")).to_contain_text("still owes ¥1,000.00")
    page.locator("[name=amount]").fill(amount)
    page.locator("[name=until_on]").fill(until.isoformat())
    page.locator("[name=reason]").select_option("cash_short")
    expect(page.locator("#effect .k-effect")).to_contain_text("If it is approved")
    page.get_by_role("button", name="Send the request").click()
    expect(page.locator(".k-toast")).to_contain_text("The request is sent")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("language", "theme", "width"), [("en", "light", "phone"), ("zh", "dark", "desk")]
)
def test_every_page_of_requests_is_sound(
    watched: Watched, customer: Customer, cast: Cast, language: str, theme: str, width: str
) -> None:
    waiting = Request.objects.create(
        customer=customer, kind="postpone", month=today().replace(day=1), amount=600_00,
        commitment=Commitment.objects.get(), reason="cash_short", asked_on=today(),
        note="Its retailers have not paid it yet", asked_by=cast.east_rep,
        until_on=today() + timedelta(days=30),
    )  # fmt: skip
    look_of(watched, cast.east_manager, language=language, theme=theme, width=width)
    home = f"/customers/{customer.public_id}"
    faults = {}
    for path in (
        "/reasons/", "/reasons/?state=refused", f"/requests/{waiting.public_id}/",
        f"{home}/requests/add/?commitment={Commitment.objects.get().public_id}",
        f"{home}/requests/target/", f"{home}/?tab=plan",
    ):  # fmt: skip
        if found := faults_of(watched.goto(path)):
            faults[path] = found
    assert faults == {}
