"""Pages in a browser: when they are painted, what they weigh, and how the grid follows a hand.

The first visit brings style sheets and scripts along; the next ones have them in the cache.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import closing
from functools import partial
from statistics import median
from typing import Any, Final

from django.urls import reverse
from playwright.sync_api import Browser, Page

from benchmarks.browser import (
    DESK,
    PHONE,
    PHONE_SLOWER,
    Visit,
    in_chromium,
    product,
    session_of,
    signed_in,
    visit,
)
from benchmarks.databases import empty_database, settle
from benchmarks.long_customer import make_long_customer
from benchmarks.measure import Ratio, Report, Size
from benchmarks.portfolios import ALL_CUSTOMERS, fill
from collections_app.accounts.models import Person, Role
from collections_app.core.months import add_months, first_of, month_text
from collections_app.standing.queries import standing_day
from collections_app.web.pages.customer import TABS
from collections_app.web.pages.month_plan import LONG_PAGE

MONTHS: Final = 60
TIMES: Final = 5
KEYS: Final = 20
PAINT_MS: Final = 1_000.0
PAINT: Final = "what a phone is to take, CPU 4 × slower"
KEY_MS: Final = 100.0
KEY: Final = "what feels instant"
# From the key going down to the frame in which its character is drawn.
KEY_TO_FRAME: Final = """
() => new Promise((done) => {
  const cell = document.querySelector("form[data-target] [name=target]");
  let began = 0;
  cell.addEventListener("keydown", (event) => { began = event.timeStamp; }, { once: true });
  cell.addEventListener("input", () => requestAnimationFrame(() => {
    const after = new MessageChannel();
    after.port1.onmessage = () => done(performance.now() - began);
    after.port2.postMessage(0);
  }), { once: true });
})
"""
# From the key that leaves the cell to the word that it is saved.
ENTER_TO_SAVED: Final = """
() => new Promise((done) => {
  const place = document.querySelector(".k-plan-saving");
  let began = 0;
  const note = (event) => { began = event.timeStamp; };
  addEventListener("keydown", note, { once: true, capture: true });
  const look = new MutationObserver(() => {
    if (!began || place.dataset.state !== "saved") return;
    look.disconnect();
    done(performance.now() - began);
  });
  look.observe(place, { attributes: true, childList: true, subtree: true });
})
"""
Cookie = dict[str, Any]


def run(size: Size) -> Report:
    """All on one database: a rep of 200 of 500 customers, one of them with five years of facts."""
    report = Report()
    with empty_database():
        rep, admin = fill(size.at_one(ALL_CUSTOMERS))
        customer = make_long_customer(rep, months=size.at_one(MONTHS), on=standing_day())
        settle()
        manager = Person.objects.filter(role=Role.MANAGER).order_by("pk")[0]
        home = reverse("web:customer_detail", args=[customer.public_id])
        plan = f"{reverse('web:month_plan')}?rows={LONG_PAGE}"
        # A trial looks at one of the tabs: all of them are pages alike.
        tabs = TABS if size.base >= 1 else TABS[:1]
        pages = {
            f"month plan of {size.at_one(ALL_CUSTOMERS)}": (admin, reverse("web:month_plan")),
            "month plan, all in one page": (admin, plan),
            f"Today of {rep.customers.count()}": (rep, reverse("web:today")),
            "gap dashboard": (manager, reverse("web:gap_dashboard")),
            **{f"customer, tab {tab}": (rep, f"{home}?tab={tab}") for tab in tabs},
        }
        with product(is_plain=size.base < 1) as base:
            asked = {
                name: (session_of(person, base), base + path)
                for name, (person, path) in pages.items()
            }
            work = partial(_look_at_all, asked=asked, times=size.times(TIMES))
            for part in in_chromium(work):
                report.add(part)
            # No target of the next month is locked yet.
            following = month_text(add_months(first_of(standing_day()), 1))
            there = f"{base}{plan}&month={following}"
            grid = partial(_type, cookie=session_of(admin, base), address=there)
            report.add(in_chromium(partial(grid, keys=size.times(KEYS))))
    return report


def _look_at_all(
    browser: Browser, *, asked: Mapping[str, tuple[Cookie, str]], times: int
) -> list[Report]:
    return [
        _paints(browser, name, cookie, address, times) for name, (cookie, address) in asked.items()
    ]


def _paints(browser: Browser, name: str, cookie: Cookie, address: str, times: int) -> Report:
    """The page on a phone: at first, and once style sheets and scripts are there."""
    firsts, agains = [], []
    # Once unmeasured, as every benchmark does: a server that has just begun reads its templates.
    with closing(signed_in(browser, cookie, PHONE)) as context:
        visit(context.new_page(), address, slower=1)
    for _time in range(times):
        context = signed_in(browser, cookie, PHONE)
        page = context.new_page()
        firsts.append(visit(page, address, slower=PHONE_SLOWER))
        agains.append(visit(page, address, slower=PHONE_SLOWER))
        context.close()
    return Report(
        [
            Ratio(f"{name}, LCP at first", _of(firsts, _largest), PAINT, PAINT_MS, 1),
            Ratio(f"{name}, LCP again", _of(agains, _largest), PAINT, PAINT_MS, 1),
        ],
        {
            f"{name}, kB of the page": round(_of(agains, lambda one: one.page_bytes) / 1000, 1),
            f"{name}, kB at first": round(_of(firsts, lambda one: one.all_bytes) / 1000, 1),
        },
    )


def _largest(one: Visit) -> float:
    return one.largest_paint


def _of(visits: list[Visit], what: Callable[[Visit], float]) -> float:
    return float(median(what(one) for one in visits))


def _type(browser: Browser, *, cookie: Cookie, address: str, keys: int) -> Report:
    """The grid at a desk: first paint, a character typed, a cell saved."""
    page = signed_in(browser, cookie, DESK).new_page()
    seen = visit(page, address, slower=1)
    characters = [_typed(page, str(number % 10)) for number in range(keys)]
    saved = [_saved(page, str(1_000 + number)) for number in range(max(2, keys // 4))]
    return Report(
        [
            Ratio("grid at a desk, first paint", seen.first_paint, "a second", PAINT_MS),
            Ratio("grid, key to character p50", median(characters), KEY, KEY_MS, 1),
            Ratio("grid, key to character, slowest", max(characters), KEY, KEY_MS),
            Ratio("grid, cell to saved p50", median(saved), "a second", PAINT_MS, 1),
        ],
        {"grid, rows": page.locator("form[data-target]").count()},
    )


def _typed(page: Page, key: str) -> float:
    page.locator("form[data-target] [name=target]").first.focus()
    waits = page.evaluate_handle(f"() => ({{ done: ({KEY_TO_FRAME})() }})")
    page.keyboard.press(key)
    return float(waits.evaluate("(held) => held.done"))


def _saved(page: Page, amount: str) -> float:
    cell = page.locator("form[data-target] [name=target]").first
    cell.fill(amount)
    waits = page.evaluate_handle(f"() => ({{ done: ({ENTER_TO_SAVED})() }})")
    page.keyboard.press("Enter")
    return float(waits.evaluate("(held) => held.done"))
