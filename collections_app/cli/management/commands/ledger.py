"""``manage.py ledger``: rule 10, for any day."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from collections_app.cli.customers import add_customer, chosen_customers
from collections_app.cli.output import Answer, JsonCommand, add_as_of, as_of, table
from collections_app.core.money import to_text
from collections_app.organisation.queries import today
from collections_app.standing.queries import ledgers_of
from collections_app.standing.settlement import BUCKETS


class Command(JsonCommand):
    help = "Open balance, unapplied money and ageing of every customer."

    def add_more_arguments(self, parser: CommandParser) -> None:
        add_customer(parser)
        add_as_of(parser)

    def run(self, **options: Any) -> Answer:
        on = as_of(options, today=today)
        customers = chosen_customers(options)
        ledgers = ledgers_of(customers, on=on)
        found: list[dict[str, Any]] = []
        for customer in customers.filter(pk__in=list(ledgers)):
            ledger, currency = ledgers[customer.pk], customer.currency
            found.append(
                {
                    "customer": customer.code,
                    "currency": currency,
                    "open": to_text(ledger.open, currency),
                    "unapplied": to_text(ledger.unapplied, currency),
                    "ageing": {b: to_text(ledger.ageing[b], currency) for b in BUCKETS},
                }
            )
        heads = ("customer", "currency", "open", "unapplied", *BUCKETS)
        rows = [
            [
                c["customer"],
                c["currency"],
                c["open"],
                c["unapplied"],
                *(c["ageing"][b] for b in BUCKETS),
            ]
            for c in found
        ]
        data = {"as_of": on.isoformat(), "customers": found}
        return Answer(data, table(heads, rows, right=range(2, 9)))
