"""What the frame of every page needs to know."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import get_language

from collections_app.accounts.models import Theme

# The language that the switch leads to, and its name in itself.
OTHER_LANGUAGE = {"en": ("zh-hans", "中文"), "zh-hans": ("en", "English")}


@dataclass(frozen=True, slots=True)
class Frame:
    """Theme and languages of a page; ``here`` is where a switch comes back to.

    ``mail_leaves`` says whether there is a mail server at all.
    """

    theme: str
    other_language: str
    other_language_name: str
    here: str
    mail_leaves: bool = False

    @property
    def first_theme(self) -> str:
        """What is painted before any script runs; ``auto`` is settled by ``theme.js``."""
        return Theme.LIGHT if self.theme == Theme.AUTO else self.theme


def frame_of(request: HttpRequest | None) -> Frame:
    """The frame of the page that answers ``request``; an error page may have none."""
    code, name = OTHER_LANGUAGE.get(get_language() or "en", OTHER_LANGUAGE["en"])
    if request is None:
        return Frame(Theme.AUTO, code, name, "/")
    here = request.get_full_path() if request.method == "GET" else request.path
    return Frame(_theme(request), code, name, here, settings.KEPT_EMAIL is not None)


def _theme(request: HttpRequest) -> str:
    """The theme: this device's, as its cookie says, else the one the person chose elsewhere."""
    here = request.COOKIES.get(settings.THEME_COOKIE_NAME, "")
    if here in Theme.values:
        return here
    own = getattr(getattr(request, "user", None), "theme", Theme.AUTO)
    return own if own in Theme.values else Theme.AUTO
