"""Where the settings lead to, by role."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from collections_app.customers.models import Customer, CustomerQuerySet
from collections_app.standing.queries import ledgers_of, standing_day
from collections_app.web.access import may

# The URL's name, what it is called, what one does there, its symbol.
PLACES = (
    ("web:profile", _("Your profile"), _("Your name, language, appearance and sign-in."), "person"),
    (
        "web:absences",
        _("Absences"),
        _("Who looks after customers while somebody is away."),
        "calendar",
    ),
    ("web:people", _("People"), _("Who may sign in, as what, and in which team."), "people"),
    ("web:teams", _("Teams"), _("Who works together, and who manages whom."), "list"),
    (
        "web:hand_over",
        _("Hand customers over"),
        _("Let another rep look after customers, with all that is still to be done."),
        "swap",
    ),
    (
        "web:policies",
        _("Rating policies"),
        _("Grace, tolerance, reminders and follow-up for each credit rating."),
        "handshake",
    ),
    (
        "web:mail_stops",
        _("Mail to customers"),
        _("Stop it for a team or for all, and let it go again."),
        "mail",
    ),
    (
        "web:calendar",
        _("Calendar"),
        _("Holidays and make-up days that deadlines count by."),
        "calendar",
    ),
    (
        "web:organisation",
        _("Organisation"),
        _("Name, time zone, currency, and when mail leaves and plans lock."),
        "building",
    ),
    (
        "web:wording",
        _("Words of mail"),
        _("How each kind of mail reads, and your own words in it."),
        "mail",
    ),
    (
        "web:jobs",
        _("Jobs"),
        _("What the clock does by itself: when it last ran, how it ended, and is anything late?"),
        "repeat",
    ),
)


@dataclass(frozen=True, slots=True)
class SettingsPlace:
    """One page of the settings."""

    path: str
    label: str
    sentence: str
    symbol: str


def places_of(role: str) -> list[SettingsPlace]:
    """The pages of the settings that the role may open."""
    return [
        SettingsPlace(reverse(name), str(label), str(sentence), symbol)
        for name, label, sentence, symbol in PLACES
        if may(role, name)
    ]


def open_by_currency(customers: CustomerQuerySet | Collection[int]) -> list[tuple[str, int]]:
    """What the customers owe on the standing day, (currency, minor units) each; never added."""
    ledgers = ledgers_of(customers, on=standing_day())
    currency_of = dict(Customer.objects.filter(pk__in=ledgers).values_list("pk", "currency"))
    sums: Counter[str] = Counter()
    for id_, ledger in ledgers.items():
        sums[currency_of[id_]] += ledger.open
    return sorted((currency, amount) for currency, amount in sums.items() if amount)
