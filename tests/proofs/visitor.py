"""Somebody who is signed in and looks at pages all the time."""

from __future__ import annotations

import re
import threading
import urllib.error
import urllib.parse
import urllib.request
from http.cookiejar import CookieJar

PAGES = ("/gaps/", "/today/", "/messages/", "/settings/jobs/", "/plan/")
TIMEOUT = 20


class Visitor:
    """Counts the pages seen, and those that did not come, from ``watch`` to ``stop``."""

    def __init__(self, base: str) -> None:
        self.base = base
        self.seen = self.failed = 0
        handlers = (
            urllib.request.ProxyHandler({}), urllib.request.HTTPCookieProcessor(CookieJar())
        )  # fmt: skip
        self._opener = urllib.request.build_opener(*handlers)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def sign_in(self, email: str, password: str) -> None:
        """As a person does, by the form."""
        page = self._opener.open(f"{self.base}/accounts/login/", timeout=TIMEOUT).read().decode()
        found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        assert found is not None, "the sign-in has a form"
        form = {"login": email, "password": password, "csrfmiddlewaretoken": found[1]}
        data = urllib.parse.urlencode(form).encode()
        answer = self._opener.open(f"{self.base}/accounts/login/", data, timeout=TIMEOUT)
        assert "/login/" not in answer.url, "the sign-in succeeds"

    def watch(self) -> None:
        """Begin to look at one page after the other."""
        self._thread.start()

    def _look(self) -> None:
        number = 0
        while not self._over.wait(0.5):
            path = PAGES[number % len(PAGES)]
            number += 1
            try:
                with self._opener.open(f"{self.base}{path}", timeout=TIMEOUT) as answer:
                    good = answer.status == 200 and "/login/" not in answer.url
            except (urllib.error.URLError, OSError):
                good = False
            self.seen += 1
            self.failed += not good

    def stop(self) -> None:
        """Look no more."""
        self._over.set()
        self._thread.join()
