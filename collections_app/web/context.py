"""What the frame of every page needs to know."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from collections_app.accounts.models import Person, Theme
from collections_app.followups.reasons import waiting_count
from collections_app.outbox.watch import Ages, ages_lately
from collections_app.web.access import ALL, HANDING, may

# The language that the switch leads to, and its name in itself.
OTHER_LANGUAGE = {"en": ("zh-hans", "中文"), "zh-hans": ("en", "English")}


# Where one can go from everywhere: the URL's name, what it is called, its symbol.
PLACES = (
    ("web:today", gettext_lazy("Today"), "list"),
    ("web:month_plan", gettext_lazy("Month plan"), "plan"),
    ("web:gap_dashboard", gettext_lazy("Gaps"), "target"),
    ("web:reasons", gettext_lazy("Reasons"), "flag"),
    ("web:messages", gettext_lazy("Mail"), "mail"),
    ("web:imports", gettext_lazy("Import"), "upload"),
    ("web:settings", gettext_lazy("Settings"), "gear"),
)
# Places that some may look at without their being among what they go to daily.
SHOWN_TO = {"web:reasons": HANDING, "web:messages": HANDING}


@dataclass(frozen=True, slots=True)
class Place:
    """An entry of the main navigation; ``waiting`` things there want what ``waiting_for`` says."""

    path: str
    label: str
    symbol: str
    is_here: bool
    waiting: int = 0
    waiting_for: str = ""


@dataclass(frozen=True, slots=True)
class Frame:
    """Theme and languages of a page; ``here`` is where a switch comes back to.

    ``mail_leaves`` says whether there is a mail server at all; ``late`` what the clock should have
    done by now, to those who can do something about it.
    """

    theme: str
    other_language: str
    other_language_name: str
    here: str
    mail_leaves: bool = False
    late: Ages | None = None
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
    user = getattr(request, "user", None)
    here = request.get_full_path() if request.method == "GET" else request.path
    return Frame(
        theme=_theme(request),
        other_language=code,
        other_language_name=name,
        here=here,
        mail_leaves=settings.KEPT_EMAIL is not None,
        late=ages_lately() if getattr(user, "role", "") in HANDING else None,
        places=_places(request),
    )


def _places(request: HttpRequest) -> tuple[Place, ...]:
    """Where the person may go; nothing for those who are not signed in."""
    user = getattr(request, "user", None)
    role = getattr(user, "role", "")
    open_to_them = [
        (name, reverse(name), str(label), icon)
        for name, label, icon in PLACES
        if role and may(role, name) and role in SHOWN_TO.get(name, ALL)
    ]
    return tuple(
        Place(path, label, icon, request.path.startswith(path), *_waiting(name, request))
        for name, path, label, icon in open_to_them
    )


def _waiting(name: str, request: HttpRequest) -> tuple[int, str]:
    """How many things a place has for the person, and what they want.

    What *Today* holds costs as much to count as to show, so that it alone says so, of itself.
    """
    user = getattr(request, "user", None)
    if name == "web:reasons" and isinstance(user, Person):
        return waiting_count(user), _("to decide")
    if name == "web:today":
        return getattr(request, "to_do", 0), _("to do")
    return 0, ""


def _theme(request: HttpRequest) -> str:
    """The theme: this device's, as its cookie says, else the one the person chose elsewhere."""
    here = request.COOKIES.get(settings.THEME_COOKIE_NAME, "")
    if here in Theme.values:
        return here
    own = getattr(getattr(request, "user", None), "theme", Theme.AUTO)
    return own if own in Theme.values else Theme.AUTO
