"""What the form of a measure adds up and offers: the kinds that brought most."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final
from urllib.parse import urlencode

from django.urls import reverse

from collections_app.core.compact import exact_amount
from collections_app.core.money import decimals_of
from collections_app.core.months import month_text
from collections_app.customers.models import Customer
from collections_app.planning.models import MeasureKind
from collections_app.standing.figures import CustomerFigures
from collections_app.standing.rates import window_of
from collections_app.standing.realised import RealisedRate, realised_rates
from collections_app.web.acting import Scene

MONTHS_BACK: Final = 12
OFFERED: Final = 3


@dataclass(frozen=True, slots=True)
class Offer:
    """A kind of measure with what such measures brought, as a share of what they should have.

    ``uplift`` is what one more may be expected to bring, no more than is uncovered. ``fills`` are
    the fields that it fills in, as JSON; ``path`` is the form with them filled in.
    """

    name: str
    rate: Decimal
    done: int
    uplift: int
    fills: str
    path: str


@dataclass(frozen=True, slots=True)
class MeasurePanel:
    """The month's sum as the form shows it, in minor units, and the offers."""

    figures: CustomerFigures | None
    currency: str
    offers: list[Offer]


def measure_panel(scene: Scene) -> MeasurePanel:
    """The panel for a new measure of the scene's month."""
    uncovered = scene.figures.uncovered if scene.figures else 0
    offers = [_offer(rate, uncovered, scene) for rate in _best(scene)] if uncovered > 0 else []
    return MeasurePanel(scene.figures, scene.currency, offers)


def uplift_to_start_with(scene: Scene, asked: str) -> int | str | None:
    """What the URL says, else what is uncovered."""
    uncovered = scene.figures.uncovered if scene.figures else 0
    return asked[:40] or (uncovered if uncovered > 0 else None)


def kind_to_start_with(asked: str) -> str:
    """What the URL says, if it is a kind."""
    return asked if asked in MeasureKind.values else ""


def _best(scene: Scene) -> list[RealisedRate]:
    """The kinds that brought most of what was expected, with the customers of the rep's team."""
    owner = scene.customer.owner
    beside = {"owner__team": owner.team_id} if owner.team_id else {"owner": owner.pk}
    team = Customer.objects.filter(currency=scene.currency, **beside)
    rates = realised_rates(
        window=window_of(_after(scene.day), months=MONTHS_BACK), on=scene.day, customers=team
    )
    told = [r for r in rates if r.rate and r.done and r.currency == scene.currency]
    return sorted(told, key=lambda r: (r.rate or Decimal(0), r.realised), reverse=True)[:OFFERED]


def _after(day: date) -> date:
    """The window ends the day before: with today."""
    return date.fromordinal(day.toordinal() + 1)


def _offer(rate: RealisedRate, uncovered: int, scene: Scene) -> Offer:
    mean = rate.realised // rate.done
    uplift = min(uncovered, max(_rounded(mean, scene.currency), 1))
    amount = _written(uplift, scene.currency)
    home = reverse("web:measure_add", args=[scene.customer.public_id])
    query = {"month": month_text(scene.month), "kind": rate.kind, "uplift": amount}
    return Offer(
        name=str(MeasureKind(rate.kind).label),
        rate=rate.rate or Decimal(0),
        done=rate.done,
        uplift=uplift,
        fills=json.dumps({"kind": rate.kind, "expected_uplift": amount}),
        path=f"{home}?{urlencode(query)}",
    )


def _rounded(amount: int, currency: str) -> int:
    """Whole units alone: a mean is no exact figure."""
    scale: int = 10 ** decimals_of(currency)
    return amount // scale * scale


def _written(amount: int, currency: str) -> str:
    is_whole = amount % 10 ** decimals_of(currency) == 0
    return exact_amount(amount, currency, decimals=0 if is_whole else None)
