"""``manage.py promises``: rules 4 to 6, for any day."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from collections_app.cli.customers import add_customer, chosen_customers
from collections_app.cli.output import Answer, JsonCommand, add_as_of, as_of, table
from collections_app.core.money import to_text
from collections_app.customers.models import Customer
from collections_app.organisation.queries import today
from collections_app.standing.queries import commitments_of
from collections_app.standing.states import CommitmentState, InstalmentState


class Command(JsonCommand):
    help = "Every commitment made by a day, with the state of its instalments."

    def add_more_arguments(self, parser: CommandParser) -> None:
        add_customer(parser)
        add_as_of(parser)

    def run(self, **options: Any) -> Answer:
        on = as_of(options, today=today)
        customers = chosen_customers(options)
        states = commitments_of(customers, on=on)
        references = {c.commitment.id: c.commitment.reference for of in states.values() for c in of}
        found = [
            _commitment(state, customer, references)
            for customer in customers.filter(pk__in=list(states))
            for state in states[customer.pk]
        ]
        shown = [
            [c["customer"], c["reference"], c["made_on"], c["amount"], c["received"], c["state"]]
            for c in found
        ]
        heads = ("customer", "reference", "made on", "amount", "received", "state")
        data = {"as_of": on.isoformat(), "commitments": found}
        return Answer(data, table(heads, shown, right=(3, 4)))


def _commitment(
    state: CommitmentState, customer: Customer, references: dict[int, str]
) -> dict[str, Any]:
    fact, currency = state.commitment, customer.currency
    ended = fact.ended_on if fact.ended_on and state.state == fact.ending else None
    return {
        "reference": fact.reference,
        "customer": customer.code,
        "currency": currency,
        "made_on": fact.made_on.isoformat(),
        "amount": to_text(sum(i.amount for i in fact.instalments), currency),
        "received": to_text(state.received, currency),
        "state": str(state.state),
        "supersedes": references.get(fact.supersedes) if fact.supersedes else None,
        "ended_on": ended.isoformat() if ended else None,
        "promise_number": state.promise_number,
        "instalments": [_instalment(i, currency) for i in state.instalments],
    }


def _instalment(state: InstalmentState, currency: str) -> dict[str, Any]:
    fact = state.instalment
    return {
        "position": fact.position,
        "due_on": fact.due_on.isoformat(),
        "deadline": fact.deadline_on.isoformat(),
        "amount": to_text(fact.amount, currency),
        "received": to_text(state.received, currency),
        "received_on_time": to_text(state.received_on_time, currency),
        "state": state.state.value,
        "verdict": state.verdict.value if state.verdict else None,
        "settled_on": state.settled_on.isoformat() if state.settled_on else None,
        "days_late": state.days_late,
    }
