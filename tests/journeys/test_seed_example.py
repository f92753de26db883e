"""The example of rule 1, played by a rep from an empty month, in each language, to the end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from django.core.management import call_command
from django.utils.timezone import now
from playwright.sync_api import Page, expect
from pytest_django import Settings

from collections_app.accounts.models import Person
from collections_app.core.months import month_text
from collections_app.customers.models import Contact, Customer
from collections_app.organisation.queries import today
from collections_app.outbox.models import Message
from collections_app.reminders.sweep import sweep
from tests.conftest import Cast
from tests.journeys.axe import faults_of
from tests.journeys.conftest import Watched
from tests.web.facts import make_customer, stand_on

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@dataclass(frozen=True)
class Words:
    """What the pages call things in a language, and how they write the amounts."""

    language: str
    html_lang: str
    target: str
    promise: str
    segments: str
    save_promise: str
    measure: str
    add_measure: str
    payment: str
    save_payment: str
    asked: str
    save: str
    uncovered: str
    partially_kept: str
    hundred_thousand: str
    rest: str


ENGLISH = Words(
    "en", "en", "Set a target", "Record a promise", "Three ten-day segments", "Save the promise",
    "Add a measure", "Add the measure", "Enter a payment", "Save the payment", "Asked", "Save",
    "Uncovered", "partially kept", "¥100k", "¥23.3k",
)  # fmt: skip
CHINESE = Words(
    "zh-hans", "zh-Hans", "设定目标", "登记承诺", "上旬、中旬、下旬", "保存承诺",
    "添加措施", "添加措施", "登记回款", "保存回款", "已要求承诺", "保存",
    "未落实缺口", "部分兑现", "¥10.0万", "¥2.3万",
)  # fmt: skip


@pytest.fixture
def customer(cast: Cast, settings: Settings, tmp_path: object) -> Customer:
    settings.KEPT_EMAIL, settings.MAIL_DIR = None, tmp_path
    stand_on(today())
    made = make_customer(cast.east_rep, name="Blue River Parts")
    Contact.objects.create(customer=made, name="Li Wei", language="en", is_primary=True)
    return made


def figure(page: Page, name: str) -> str:
    """What the plan's list of sums says under a name, without the spaces."""
    row = page.locator(".k-list-sums > div", has=page.locator(f"dt:text-is('{name}')"))
    return row.locator("dd").inner_text().strip()


@pytest.mark.parametrize("words", [ENGLISH, CHINESE], ids=["en", "zh"])
def test_from_an_empty_month_to_a_promise_partially_kept(
    watched: Watched, customer: Customer, cast: Cast, words: Words
) -> None:
    for person in (cast.east_rep, cast.east_manager):
        Person.objects.filter(pk=person.pk).update(language=words.language)
        person.language = words.language
    # The month that is all ahead, so that its three segments are too.
    month = (today().replace(day=1) + timedelta(days=32)).replace(day=1)
    home = f"/customers/{customer.public_id}/?month={month_text(month)}"
    watched.sign_in(cast.east_rep)
    page = watched.goto(home)
    expect(page.locator("html")).to_have_attribute("lang", words.html_lang)

    _set_target(page, words)
    _ask(page, words)
    first_due = _promise(page, words)
    watched.goto(f"{home}&tab=plan")
    assert figure(page, words.uncovered) == "100,000"
    for kind, uplift in (
        ("incentive", "4万"), ("promotion", "35,000"), ("joint_collection", "25k"),
    ):  # fmt: skip
        _measure(page, words, kind, uplift)
    watched.goto(f"{home}&tab=plan")
    assert figure(page, words.uncovered).strip() == "0"
    assert faults_of(page) == []

    stand_on(today())
    _pay(page, words)
    sweep(on=first_due + timedelta(days=5))
    # The morning on which mail leaves: the clock of a test may stand at night or on a Sunday.
    Message.objects.update(due_at=now())
    call_command("send", "--until-empty")

    watched.goto("/today/")
    todo = page.locator(".k-todo > li", has_text=words.partially_kept)
    expect(todo).to_contain_text("KP-")
    expect(todo).to_contain_text(words.rest)
    watched.goto(f"{home}&tab=commitments")
    expect(page.locator(".k-table .k-state").first).to_contain_text(words.partially_kept)
    mail = Message.objects.get(kind="lapsed")
    assert mail.person == cast.east_rep
    assert "23,333.33" in mail.body_text
    assert "10,000.00" in mail.body_text

    page.context.clear_cookies()
    watched.sign_in(cast.east_manager)
    watched.goto(f"/gaps/?month={month_text(month)}")
    expect(page.locator(".k-strip")).to_contain_text(words.hundred_thousand)
    expect(page.locator(".k-strip")).to_contain_text(words.rest)


def _set_target(page: Page, words: Words) -> None:
    page.get_by_role("link", name=words.target).click()
    page.locator("[name=target]").fill("20万")
    page.get_by_role("button", name=words.save, exact=True).click()
    expect(page.locator(".k-toast")).to_be_visible()


def _ask(page: Page, words: Words) -> None:
    page.locator(".k-acts").get_by_role("link", name=words.asked).click()
    page.locator("[name=answer][value=no_answer]").check()
    page.get_by_role("button", name=words.save, exact=True).click()
    expect(page.locator(".k-toast")).to_be_visible()


def _promise(page: Page, words: Words) -> date:
    """A promise of 100,000 in three segments, the gap being seen before it is saved."""
    page.locator(".k-acts").get_by_role("link", name=words.promise).click()
    page.locator("[name=total]").fill("100,000")
    page.get_by_role("button", name=words.segments).click()
    expect(page.locator("[name=amount_3]")).to_have_value("33,333.34")
    expect(page.locator("#effect")).to_contain_text("100,000")
    first = page.locator("[name=due_1]").input_value()
    page.get_by_role("button", name=words.save_promise).click()
    expect(page.locator("#dialog")).to_be_hidden()
    expect(page.locator(".k-toast")).to_be_visible()
    return date.fromisoformat(first)


def _measure(page: Page, words: Words, kind: str, uplift: str) -> None:
    page.locator(".k-acts").get_by_role("link", name=words.measure).click()
    page.locator("[name=kind]").select_option(kind)
    page.locator("[name=expected_uplift]").fill(uplift)
    page.get_by_role("button", name=words.add_measure).click()
    expect(page.locator("#dialog")).to_be_hidden()
    expect(page.locator(".k-toast")).to_be_visible()


def _pay(page: Page, words: Words) -> None:
    page.locator(".k-acts").get_by_role("link", name=words.payment).click()
    page.locator("[name=amount]").fill("10,000")
    expect(page.locator("#effect")).to_contain_text("10,000")
    page.get_by_role("button", name=words.save_payment).click()
    expect(page.locator(".k-toast")).to_be_visible()
