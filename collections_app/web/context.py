"""What the frame of every page needs to know."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy

from collections_app.accounts.models import Theme
from collections_app.web.access import may

# The language that the switch leads to, and its name in itself.
OTHER_LANGUAGE = {"en": ("zh-hans", "中文"), "zh-hans": ("en", "English")}


# Where one can go from everywhere: the URL's name, what it is called, its symbol.
PLACES = (
    ("web:today", gettext_lazy("Today"), "list"),
    ("web:month_plan", gettext_lazy("Month plan"), "plan"),
    ("web:gap_dashboard", gettext_lazy("Gaps"), "target"),
    ("web:imports", gettext_lazy("Import"), "upload"),
    ("web:settings", gettext_lazy("Settings"), "gear"),
)


@dataclass(frozen=True, slots=True)
class Place:
    """An entry of the main navigation."""

    path: str
    label: str
    symbol: str
    is_here: bool


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
    places: tuple[Place, ...] = ()

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
    return Frame(
        theme=_theme(request),
        other_language=code,
        other_language_name=name,
        here=here,
        mail_leaves=settings.KEPT_EMAIL is not None,
        places=_places(request),
    )


def _places(request: HttpRequest) -> tuple[Place, ...]:
    """Where the person may go; nothing for those who are not signed in."""
    role = getattr(getattr(request, "user", None), "role", "")
    path = request.path
    open_to_them = [(reverse(n), label, icon) for n, label, icon in PLACES if role and may(role, n)]
    return tuple(
        Place(place, str(label), icon, path.startswith(place))
        for place, label, icon in open_to_them
    )


def _theme(request: HttpRequest) -> str:
    """The theme: this device's, as its cookie says, else the one the person chose elsewhere."""
    here = request.COOKIES.get(settings.THEME_COOKIE_NAME, "")
    if here in Theme.values:
        return here
    own = getattr(getattr(request, "user", None), "theme", Theme.AUTO)
    return own if own in Theme.values else Theme.AUTO
