"""The month plan as a spreadsheet in a real browser: a block pasted, taken back, fought over."""

from __future__ import annotations

import re
import time

import pytest
from playwright.sync_api import Locator, Page, expect

from collections_app.customers.models import Customer
from collections_app.planning.models import MonthPlan
from tests.conftest import Cast
from tests.journeys.axe import faults_of
from tests.journeys.conftest import Watched
from tests.web.facts import MONTH, day, make_customer, make_plan, stand_on

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PASTE = """
([cell, text]) => {
  const data = new DataTransfer();
  data.setData("text/plain", text);
  cell.dispatchEvent(new ClipboardEvent("paste", {clipboardData: data, bubbles: true}));
}
"""


@pytest.fixture
def thirty(cast: Cast) -> list[Customer]:
    """Thirty customers of Anna's with a target of 1,000 each, not locked."""
    made = [
        make_customer(cast.east_rep, name=f"Customer {n:02}", code=f"K-{n:02}") for n in range(30)
    ]
    for customer in made:
        make_plan(customer, 1_000)
    stand_on(day(2))
    return made


def field(page: Page, name: str) -> Locator:
    return page.get_by_role("textbox", name=f"Target of {name}")


def paste(page: Page, into: Locator, text: str) -> None:
    """Paste as the browser does: the event, with what the clipboard holds."""
    into.focus()
    page.evaluate(PASTE, [into.element_handle(), text])


def targets() -> dict[str, int | None]:
    return dict(MonthPlan.objects.filter(month=MONTH).values_list("customer__code", "target"))


def open_plan(watched: Watched, cast: Cast) -> Page:
    watched.sign_in(cast.east_rep)
    return watched.goto("/plan/?sort=name")


def written(number: int) -> tuple[str, int]:
    """A target as spreadsheets hold it, and what it is in minor units."""
    kinds = [
        (f"{number + 1},200", (number + 1) * 100_000 + 20_000),
        ("12.5万", 12_500_000),
        ("１２３４", 123_400),
        (f"¥{number}k", number * 100_000),
        (str(5_000 + number), (5_000 + number) * 100),
    ]
    return kinds[number % len(kinds)]


def test_thirty_targets_from_a_spreadsheet_are_one_paste_and_one_undo(
    watched: Watched, cast: Cast, thirty: list[Customer]
) -> None:
    page = open_plan(watched, cast)
    before = targets()
    wanted = {c.code: written(n) for n, c in enumerate(thirty)}
    block = "".join(f"{code}\t{text}\r\n" for code, (text, _minor) in wanted.items())
    block = block.replace("K-07\t", "K-07\t12,3,4") + "NOBODY\t5\r\n"
    began = time.monotonic()
    paste(page, field(page, "Customer 00"), block)
    expect(page.locator("#plan-told")).to_contain_text("29 targets saved, 2 not")
    assert time.monotonic() - began < 3
    bad = field(page, "Customer 07")
    expect(bad).to_have_attribute("aria-invalid", "true")
    expect(bad).to_have_accessible_description(re.compile("12,3,4"))
    expect(page.locator("#plan-result")).to_contain_text("NOBODY")
    expect(page.locator("#plan-saving")).to_have_text("1 not saved")
    expect(field(page, "Customer 01")).to_have_value("125,000")
    assert faults_of(page) == []
    now = targets()
    assert now.pop("K-07") == before["K-07"]
    assert now == {code: minor for code, (_text, minor) in wanted.items() if code != "K-07"}
    field(page, "Customer 03").focus()
    page.keyboard.press("Control+z")
    expect(page.locator("#plan-told")).to_contain_text("29 targets taken back")
    expect(field(page, "Customer 01")).to_have_value("1,000")
    assert targets() == before


def test_a_column_goes_down_from_the_cell_and_fills_a_range(
    watched: Watched, cast: Cast, thirty: list[Customer]
) -> None:
    page = open_plan(watched, cast)
    paste(page, field(page, "Customer 28"), "7k\n8k\n9k\n")
    expect(page.locator("#plan-told")).to_contain_text("2 targets saved, 1 not")
    expect(page.locator("#plan-result")).to_contain_text("No row is left")
    expect(field(page, "Customer 29")).to_have_value("8,000")
    field(page, "Customer 02").focus()
    for _row in range(3):
        page.keyboard.press("Shift+ArrowDown")
    expect(page.locator("td[aria-selected=true]")).to_have_count(4)
    page.keyboard.press("Control+d")
    expect(page.locator("#plan-told")).to_contain_text("3 targets saved")
    page.keyboard.press("Delete")
    expect(page.locator("#plan-told")).to_contain_text("4 targets saved")
    expect(field(page, "Customer 03")).to_have_value("")
    page.get_by_role("button", name="Undo").click()
    expect(field(page, "Customer 03")).to_have_value("1,000")


def second_browser(watched: Watched, cast: Cast) -> Page:
    """Somebody else's browser: Mei's, who manages Anna."""
    browser = watched.page.context.browser
    assert browser is not None
    context = browser.new_context()
    context.set_default_timeout(8_000)
    other = Watched(context.new_page(), watched.base)
    other.sign_in(cast.east_manager)
    return other.goto("/plan/?sort=name")


def forgive(watched: Watched) -> None:
    """A conflict is an answer of 409, which a browser reports; nothing else was."""
    assert all("409" in complaint for complaint in watched.complaints), watched.complaints
    watched.complaints.clear()


def test_two_browsers_conflict_over_the_same_cell_alone(
    watched: Watched, cast: Cast, thirty: list[Customer]
) -> None:
    page = open_plan(watched, cast)
    other = second_browser(watched, cast)
    for name, mine, theirs in (("Customer 00", "77k", "99k"), ("Customer 01", "88k", "66k")):
        field(other, name).fill(theirs)
        field(other, name).press("Enter")
        expect(field(other, name)).to_have_value(theirs.replace("k", ",000"))
        field(page, name).fill(mine)
        field(page, name).press("Enter")
        panel = page.get_by_role("group", name="Mei changed this to")
        expect(panel).to_contain_text(f"Yours: {mine}")
        expect(page.locator("#plan-saving")).to_have_text("1 not saved")
        choice = "Keep theirs" if name == "Customer 00" else "Use mine"
        panel.get_by_role("button", name=choice).click()
        expect(panel).to_have_count(0)
        expect(page.locator("#plan-saving")).to_have_text(re.compile("All saved|^\\s*$"))
    expect(field(page, "Customer 00")).to_have_value("99,000")
    expect(field(page, "Customer 01")).to_have_value("88,000")
    forgive(watched)
    other.get_by_label("Customer 02 was asked and said").select_option("refused")
    expect(other.locator("#plan-status")).to_have_text("Saved: the answer of Customer 02")
    field(page, "Customer 02").fill("5k")
    field(page, "Customer 02").press("Enter")
    expect(field(page, "Customer 02")).to_have_value("5,000")
    plan = MonthPlan.objects.get(customer=thirty[2], month=MONTH)
    assert (plan.target, plan.answer) == (500_000, "refused")
    other.context.close()


def test_a_customer_is_planned_without_the_mouse(
    watched: Watched, cast: Cast, thirty: list[Customer]
) -> None:
    page = open_plan(watched, cast)
    first, second = field(page, "Customer 00"), field(page, "Customer 01")
    page.locator("#sort-at_risk").focus()
    page.keyboard.press("Tab")
    expect(first).to_be_focused()
    page.keyboard.type("12.5万")
    page.keyboard.press("Tab")
    answer = page.get_by_label("Customer 00 was asked and said")
    expect(answer).to_be_focused()
    expect(first).to_have_value("125,000")
    expect(page.locator("#plan-saving")).to_have_text(re.compile(r"All saved at \d\d:\d\d"))
    page.keyboard.press("Enter")
    for _answer in range(2):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    again = page.get_by_label("Ask again on")
    expect(again).to_be_focused()
    expect(again).to_have_value("2026-11-05")
    assert faults_of(page) == []
    page.keyboard.press("Enter")
    expect(page.locator("#plan-status")).to_have_text("Saved: the answer of Customer 00")
    assert all("422" in complaint for complaint in watched.complaints)
    watched.complaints.clear()
    expect(answer).to_be_focused()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowDown")
    expect(second).to_be_focused()
    page.keyboard.press("F2")
    page.keyboard.press("Backspace")
    page.keyboard.press("Escape")
    expect(second).to_have_value("1,000")
    page.keyboard.press("Control+z")
    expect(first).to_have_value("1,000")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    assert faults_of(page) == []
    page.keyboard.press("Escape")
    plan = MonthPlan.objects.get(customer=thirty[0], month=MONTH)
    assert (plan.answer, plan.ask_again_on) == ("put_off", day(5))


def test_locked_targets_of_a_block_share_one_reason(
    watched: Watched, cast: Cast, thirty: list[Customer]
) -> None:
    stand_on(day(23))
    page = open_plan(watched, cast)
    paste(page, field(page, "Customer 00"), "2k\n3k\n500\n")
    dialog = page.get_by_role("dialog", name="These targets are locked")
    expect(dialog).to_contain_text("2")
    assert faults_of(page) == []
    dialog.get_by_label("Reason").fill("New outlets")
    page.keyboard.press("Enter")
    expect(field(page, "Customer 01")).to_have_value("3,000")
    expect(page.get_by_text("Only your manager can lower it")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(field(page, "Customer 01")).to_have_value("1,000")


def test_a_block_that_the_server_did_not_get_is_kept_and_sent_again(
    watched: Watched, cast: Cast, thirty: list[Customer]
) -> None:
    page = open_plan(watched, cast)
    page.route("**/plan/targets/**", lambda route: route.abort())
    paste(page, field(page, "Customer 00"), "2k\n3k\n")
    expect(page.locator("#plan-saving")).to_have_text("2 not saved")
    expect(field(page, "Customer 01")).to_have_value("3k")
    page.unroute("**/plan/targets/**")
    page.get_by_role("button", name="Send again").click()
    expect(field(page, "Customer 01")).to_have_value("3,000")
    expect(page.locator("#plan-saving")).to_have_text(re.compile("All saved at"))
    assert all("ERR_FAILED" in complaint for complaint in watched.complaints)
    watched.complaints.clear()
