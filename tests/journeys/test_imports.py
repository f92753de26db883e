"""Finance brings the bank's payments, three rows of them bad, and the manager's figures move."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
from django.db import connection
from django.utils.translation import gettext, override
from playwright.sync_api import Page, expect

from collections_app.accounts.models import Person, Role
from collections_app.core.compact import exact_money
from collections_app.imports.operations import run_import
from collections_app.imports.tasks import run_job
from collections_app.ledger.models import Payment
from collections_app.organisation.models import Organisation
from tests.conftest import Cast
from tests.journeys.axe import faults_of
from tests.journeys.conftest import Watched
from tests.journeys.looks import look_of
from tests.web.facts import DAY, make_customer, make_plan, stand_on
from tests.web.uploading import BAD, make_acme

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

FOLDER = os.environ.get("REAL_DATA_DIR")
REAL_DAY = date(2013, 7, 24)
BEFORE_PAYMENTS = ("users", "customers", "invoices", "plans", "measures", "commitments")


@dataclass(frozen=True)
class Bank:
    """The bank's file with three bad rows at its end, and what the dashboard then says."""

    data: bytes
    good: int
    first_bad: int
    manager: Person
    finance: Person
    received: str


@pytest.fixture
def worker() -> Iterator[None]:
    """Celery's part: what waits is worked on, beside the browser."""
    stop = threading.Event()

    def work() -> None:
        try:
            while not stop.wait(0.3):
                run_job()
        finally:
            connection.close()

    thread = threading.Thread(target=work)
    thread.start()
    yield
    stop.set()
    thread.join()


def real_bank() -> Bank:
    """Half of a real ledger, but for its payments."""
    folder = Path(FOLDER or "")
    Organisation.objects.create(
        id=1, name="Real", time_zone="UTC", language="en", country="", currency="USD"
    )
    for kind in BEFORE_PAYMENTS:
        data = (folder / f"{kind}.csv").read_bytes()
        took = run_import(kind=kind, data=data, filename=kind, by=None, on=date(2013, 7, 1))
        assert took.rejected == []
    stand_on(REAL_DAY)
    lines = (folder / "payments.csv").read_text().splitlines()
    expected = json.loads((folder / "expected.json").read_text())
    received = expected["as_of"][REAL_DAY.isoformat()]["total"]["received"]
    manager = Person.objects.get(role=Role.MANAGER)
    manager.language = "en"  # kept as she signs in
    return Bank(
        data="\n".join([*lines, *bad_rows(next(csv.DictReader(lines))["customer_code"])]).encode(),
        good=len(lines) - 1,
        first_bad=len(lines) + 1,
        manager=manager,
        finance=Person.objects.get(role=Role.FINANCE),
        received=exact_money(int(received.replace(".", "")), "USD"),
    )


def made_up_bank(cast: Cast) -> Bank:
    """Sixty payments of a customer of the East."""
    make_plan(make_customer(cast.east_rep, code="ACME"), 200_000)
    stand_on()
    lines = ["reference,customer_code,received_on,amount,invoice_number,reverses"]
    lines += [f"B-{number},ACME,{DAY:%Y-%m}-{number % 20 + 1:02},1000,," for number in range(60)]
    return Bank(
        data="\n".join([*lines, *bad_rows("ACME")]).encode(),
        good=60,
        first_bad=62,
        manager=cast.east_manager,
        finance=cast.finance,
        received="¥60,000.00",
    )


def bad_rows(code: str) -> list[str]:
    """A customer that nobody knows, a day that is none, an amount that is none."""
    return [
        "BAD-1,NOBODY,2013-07-02,10.00,,",
        f"BAD-2,{code},2013-13-45,10.00,,",
        f"BAD-3,{code},2013-07-02,ten,,",
    ]


@pytest.fixture
def bank(request: pytest.FixtureRequest) -> Bank:
    if FOLDER:
        return real_bank()
    return made_up_bank(request.getfixturevalue("cast"))


def received_of(page: Page) -> str:
    word = gettext("Received")
    tile = page.locator(".k-tile", has=page.get_by_text(word, exact=True)).first
    return tile.locator(".k-tile-exact").inner_text()


def choose(page: Page, data: bytes, name: str = "bank.csv") -> None:
    page.get_by_label(gettext("What it holds")).select_option("payments")
    page.locator("#id_file").set_input_files({"name": name, "mimeType": "text/csv", "buffer": data})
    page.get_by_role("button", name=gettext("Check the file")).click()


def put(page: Page, name: str, data: bytes) -> None:
    """Upload a file, whatever the language."""
    page.locator("#id_file").set_input_files({"name": name, "mimeType": "text/csv", "buffer": data})
    page.locator("main button.k-button-main").click()
    expect(page.locator("progress")).to_be_visible()


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_finance_imports_the_banks_payments_skipping_three_bad_rows(
    watched: Watched, bank: Bank, worker: None, language: str
) -> None:
    for person in (bank.manager, bank.finance):
        person.language = language
        person.save()
    with override(language):
        _import_skipping_three(watched, bank)


def _import_skipping_three(watched: Watched, bank: Bank) -> None:
    watched.sign_in(bank.manager)
    before = received_of(watched.goto("/gaps/"))
    watched.page.context.clear_cookies()

    watched.sign_in(bank.finance)
    page = watched.page
    page.get_by_role("link", name=gettext("Import a file")).first.click()
    choose(page, bank.data)
    rows = page.locator("#rejected tbody tr")
    expect(rows).to_have_count(3, timeout=60_000)
    for place, words in enumerate(("“NOBODY”", "“2013-13-45”", "“ten”")):
        expect(rows.nth(place).get_by_role("rowheader")).to_have_text(str(bank.first_bad + place))
        expect(rows.nth(place)).to_contain_text(words)

    with page.expect_download() as download:
        page.get_by_role("link", name=gettext("Download the rejected rows")).click()
    text = Path(download.value.path()).read_text(encoding="utf-8-sig")
    references = [cell for row in csv.reader(io.StringIO(text)) for cell in row if "BAD-" in cell]
    assert references == ["BAD-1", "BAD-2", "BAD-3"]
    assert not Payment.objects.exists()

    page.locator("main").get_by_role("button", name=f"{bank.good:,}").click()
    heading = page.get_by_role("heading", name=gettext("Imported"), exact=True)
    expect(heading).to_be_visible(timeout=60_000)
    page.get_by_role("link", name=gettext("The import on record"), exact=True).click()
    expect(page.locator(".k-tile", has_text=gettext("New"))).to_contain_text(f"{bank.good:,}")
    page.context.clear_cookies()

    watched.sign_in(bank.manager)
    after = received_of(watched.goto("/gaps/"))
    assert before != after
    assert after == bank.received


def test_without_script_the_page_says_how_far_it_is(watched: Watched, cast: Cast) -> None:
    watched.page.route(
        "**/*.js", lambda route: route.fulfill(body="", content_type="text/javascript")
    )
    make_acme(cast.east_rep)
    watched.sign_in(cast.finance)
    page = watched.goto("/imports/new/?kind=payments")
    choose(page, BAD.encode())
    page.get_by_role("link", name="Look again").click()
    expect(page.get_by_role("heading", name="The file is being checked")).to_be_visible()
    run_job()
    page.get_by_role("link", name="Look again").click()
    expect(page.get_by_role("heading", name="3 rows need mending")).to_be_visible()
    page.get_by_role("button", name="Give up this upload").click()
    expect(page.get_by_text("This upload was given up.")).to_be_visible()


def test_the_day_is_asked_for_payments_alone(watched: Watched, cast: Cast) -> None:
    watched.sign_in(cast.finance)
    page = watched.goto("/imports/new/")
    expect(page.get_by_label("Payments are complete through")).to_be_visible()
    page.get_by_label("What it holds").select_option("invoices")
    expect(page.get_by_label("Payments are complete through")).to_be_hidden()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("language", "theme", "width"),
    [
        ("en", "light", "desk"),
        ("zh", "dark", "phone"),
        ("en", "dark", "phone"),
        ("zh", "light", "desk"),
    ],
)
def test_every_page_of_imports_is_sound(
    watched: Watched, cast: Cast, language: str, theme: str, width: str
) -> None:
    make_acme(cast.east_rep)
    look_of(watched, cast.admin, language=language, theme=theme, width=width)
    page = watched.goto("/imports/new/?kind=payments")
    pictures = os.environ.get("KEPT_PICTURES")
    faults = {}

    def look(name: str) -> None:
        if pictures:
            page.screenshot(
                path=f"{pictures}/{name}-{language}-{theme}-{width}.png", full_page=True
            )
        if found := faults_of(page):
            faults[name] = found

    look("upload")
    put(page, "bank.csv", BAD.encode())
    look("progress")
    run_job()
    expect(page.locator("#rejected")).to_be_visible()
    job = page.url
    look("checked")
    page.goto(f"{watched.base}/imports/")
    look("under-way")
    page.goto(job)
    page.locator("main button.k-button-main").click()
    expect(page.locator("progress")).to_be_visible()
    run_job()
    expect(page.locator("#done-title")).to_be_visible()
    look("done")
    page.locator("main a[href*=records]").click()
    expect(page).to_have_url(re.compile("/records/"))
    look("record")
    page.goto(f"{watched.base}/imports/new/")
    put(page, "prices.csv", b"name,price\nA,1\n")
    run_job()
    expect(page.locator("#failed-title")).to_be_visible()
    look("failed")
    for name, path in (("history", "/imports/"), ("columns", "/imports/columns/")):
        page.goto(f"{watched.base}{path}")
        look(name)
    assert faults == {}
