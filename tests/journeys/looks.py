"""In what looks the pages of many forms are checked: language, theme, width.

Four of the eight pair each value with each value of the others; ``KEPT_ALL_LOOKS=1`` takes all.
"""

from __future__ import annotations

import os
from itertools import product

from playwright.sync_api import expect

from collections_app.accounts.models import Language, Person, Theme
from tests.journeys.conftest import Watched

LANGUAGES = {"en": Language.ENGLISH, "zh": Language.CHINESE}
WIDTHS = {"desk": 1280, "phone": 390}
EVERY = list(product(("en", "zh"), ("light", "dark"), WIDTHS))
PAIRED = [
    ("en", "light", "desk"),
    ("en", "dark", "phone"),
    ("zh", "light", "phone"),
    ("zh", "dark", "desk"),
]
LOOKS = EVERY if os.environ.get("KEPT_ALL_LOOKS") else PAIRED


def look_of(watched: Watched, person: Person, *, language: str, theme: str, width: str) -> None:
    """Sign somebody in who has chosen language and theme before."""
    person.language, person.theme = LANGUAGES[language], Theme(theme)
    person.save(update_fields=["language", "theme"])
    watched.page.set_viewport_size({"width": WIDTHS[width], "height": 900})
    watched.sign_in(person)
    root = watched.page.locator("html")
    expect(root).to_have_attribute("lang", {"en": "en", "zh": "zh-Hans"}[language])
    expect(root).to_have_attribute("data-bs-theme", theme)
