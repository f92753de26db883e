"""What the commands that look at customers have in common: all of them, or one by its code."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.management.base import CommandParser
from django.db.models import QuerySet

from collections_app.cli.output import WrongUsage
from collections_app.customers.models import Customer


def add_customer(parser: CommandParser) -> None:
    """Declare ``--customer``."""
    parser.add_argument("--customer", metavar="CODE")


def chosen_customers(options: Mapping[str, Any]) -> QuerySet[Customer]:
    """The customers by code; raises ``WrongUsage`` for a code that names nobody."""
    customers = Customer.objects.order_by("code")
    code = options["customer"]
    if not code:
        return customers
    if not customers.filter(code=code).exists():
        raise WrongUsage(f"There is no customer {code}.")
    return customers.filter(code=code)
