"""Names of the countries whose holidays are known."""

from __future__ import annotations

import re

from django.utils.translation import gettext_lazy as _
from holidays.registry import COUNTRIES

from collections_app.organisation.defaults import countries

# Where most organisations that use this are; the others go by their English name.
NAMES = {
    "AU": _("Australia"),
    "CA": _("Canada"),
    "CN": _("China"),
    "DE": _("Germany"),
    "FR": _("France"),
    "GB": _("United Kingdom"),
    "HK": _("Hong Kong"),
    "ID": _("Indonesia"),
    "IN": _("India"),
    "IT": _("Italy"),
    "JP": _("Japan"),
    "KR": _("South Korea"),
    "MO": _("Macau"),
    "MY": _("Malaysia"),
    "NL": _("Netherlands"),
    "PH": _("Philippines"),
    "SG": _("Singapore"),
    "ES": _("Spain"),
    "TH": _("Thailand"),
    "TW": _("Taiwan"),
    "US": _("United States"),
    "VN": _("Vietnam"),
}
_ENGLISH = {
    str(code): re.sub(r"(?<=[a-z])(?=[A-Z])", " ", str(name))
    for name, code, *_rest in COUNTRIES.values()
}


def country_name(code: str) -> str:
    """What the country is called; the words for none at all if the code is blank."""
    if not code:
        return str(_("none: week-ends only"))
    return str(NAMES.get(code) or _ENGLISH.get(code, code))


def country_choices() -> list[tuple[str, str]]:
    """None, then the countries by code."""
    return [("", country_name("")), *((c, f"{c} · {country_name(c)}") for c in countries())]
