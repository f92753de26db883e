"""The product as it runs, on the database at work, and what Chromium sees of its pages."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar
from urllib.error import URLError
from urllib.parse import quote

from django.conf import settings
from django.db import connection
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, CDPSession, Page, sync_playwright

from collections_app.accounts.models import Person
from collections_app.embedded.up import tree_of
from docs.make_pictures import node_of_the_wheel
from tests.proofs.chaos_programs import free_port

ROOT: Final = Path(__file__).resolve().parent.parent
READY_SECONDS: Final = 60
# So many times slower than this machine a phone is taken to be.
PHONE_SLOWER: Final = 4
PHONE: Final = {"width": 390, "height": 844}
DESK: Final = {"width": 1280, "height": 800}
# What is painted last of the large things counts, as long as nobody has touched the page.
WATCH: Final = """
window.painted = 0;
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) window.painted = entry.startTime;
}).observe({ type: "largest-contentful-paint", buffered: true });
"""
FIRST_PAINT: Final = """
() => performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? 0
"""
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Visit:
    """One opening of a page: paints in milliseconds, bytes as they came over the wire."""

    first_paint: float
    largest_paint: float
    page_bytes: int
    all_bytes: int


@contextmanager
def product(*, is_plain: bool) -> Iterator[str]:
    """The web processes on the database at work; gives their address, and stops them.

    ``is_plain``: with static files as they lie there, which takes less time to get ready.
    """
    port = free_port()
    environment = os.environ | {"DATABASE_URL": _database_url(), "DEBUG": ""}
    if not is_plain:
        environment.pop("KEPT_PLAIN_STATIC", None)
        collect = [sys.executable, "manage.py", "collectstatic", "--noinput", "-v0"]
        subprocess.run(collect, cwd=ROOT, env=environment, check=True)
    command = tree_of("127.0.0.1", port)[0].command
    running = subprocess.Popen(command, cwd=ROOT, env=environment)
    base = f"http://127.0.0.1:{port}"
    try:
        _wait_for(f"{base}/healthz", running)
        yield base
    finally:
        running.terminate()
        running.wait(30)


def in_chromium(work: Callable[[Browser], T]) -> T:
    """Do the work with a browser, in a thread of its own: Playwright's loop keeps off Django's."""

    def act() -> T:
        node_of_the_wheel()
        args = ["--no-sandbox"] if os.geteuid() == 0 else []
        path = os.environ["KEPT_CHROMIUM"]
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=path, args=args)
            try:
                return work(browser)
            finally:
                browser.close()

    with ThreadPoolExecutor(1) as alone:
        return alone.submit(act).result()


def session_of(person: Person, base: str) -> dict[str, Any]:
    """The cookie of somebody who is signed in."""
    client = Client()
    client.force_login(person)
    name = settings.SESSION_COOKIE_NAME
    return {"name": name, "value": client.cookies[name].value, "url": base}


def signed_in(browser: Browser, cookie: dict[str, Any], size: dict[str, int]) -> BrowserContext:
    """A browser that has seen nothing yet."""
    context = browser.new_context(viewport=size, locale="en-US")  # type: ignore[arg-type]
    context.set_default_timeout(60_000)
    context.add_cookies([cookie])  # type: ignore[list-item]
    context.add_init_script(WATCH)
    return context


def visit(page: Page, address: str, *, slower: int) -> Visit:
    """Open the page on a machine that many times slower, and wait until it has come to rest."""
    with _listening(page, slower) as (session, came):
        page.goto(address, wait_until="networkidle")
        session.send("Emulation.setCPUThrottlingRate", {"rate": 1})
        first = page.evaluate(FIRST_PAINT)
        largest = page.evaluate("window.painted")
    return Visit(first, largest, came.get("Document", 0), sum(came.values()))


@contextmanager
def _listening(page: Page, slower: int) -> Iterator[tuple[CDPSession, dict[str, int]]]:
    """By kind of file, how many bytes come, heads of answers included."""
    session = page.context.new_cdp_session(page)
    kinds: dict[str, str] = {}
    came: dict[str, int] = {}

    def answered(event: dict[str, Any]) -> None:
        kinds[event["requestId"]] = event["type"]

    def finished(event: dict[str, Any]) -> None:
        kind = kinds.get(event["requestId"], "")
        came[kind] = came.get(kind, 0) + int(event["encodedDataLength"])

    session.on("Network.responseReceived", answered)
    session.on("Network.loadingFinished", finished)
    session.send("Network.enable")
    session.send("Emulation.setCPUThrottlingRate", {"rate": slower})
    try:
        yield session, came
    finally:
        session.detach()


def _database_url() -> str:
    given = connection.settings_dict
    whole = f"{quote(given['USER'])}:{quote(given['PASSWORD'] or '')}"
    host, port = quote(given["HOST"], safe=""), given["PORT"]
    return f"postgresql://{whole}@{host}:{port}/{given['NAME']}"


def _wait_for(address: str, running: subprocess.Popen[bytes]) -> None:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    until = time.monotonic() + READY_SECONDS
    while running.poll() is None and time.monotonic() < until:
        try:
            with opener.open(address, timeout=2):
                return
        except (URLError, OSError):
            time.sleep(0.2)
    raise RuntimeError("The web processes did not get ready.")
