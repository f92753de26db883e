"""Acting on the customer page as a person does, by its forms."""

from __future__ import annotations

import re
from typing import Any
from uuid import uuid4

from django.test import Client

from collections_app.customers.models import Customer
from tests.web.facts import DAY

TODAY = DAY.isoformat()


def send(client: Client, path: str, **values: Any) -> Any:
    """Post a form with a token of its own."""
    return client.post(path, {"token": uuid4(), **values})


def form_of(client: Client, path: str) -> dict[str, Any]:
    """What the page would send if nothing were changed."""
    form = client.get(path).context["form"]
    found = {name: form[name].value() for name in form.fields}
    return {
        name: form.fields[name].prepare_value(value) if value is not None else ""
        for name, value in found.items()
    }


def text_of(answer: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def on(customer: Customer, act: str) -> str:
    return f"/customers/{customer.public_id}/{act}/?month=2026-11"


def promise(client: Client, customer: Customer, **more: Any) -> Any:
    rows = {"rows": 2, "due_1": "2026-11-25", "amount_1": "6万", "due_2": "2026-11-30"}
    rows |= {"amount_2": "40,000", "made_on": TODAY, "channel": "phone", "promised_by": "Mr Li"}
    return send(client, on(customer, "commitments/add"), **(rows | more))


def measure(client: Client, customer: Customer, **more: Any) -> Any:
    values = {"kind": "incentive", "expected_uplift": "40000", "description": "Voucher"}
    values |= {"owner": str(customer.owner.public_id), "due_on": "2026-11-27"}
    return send(client, on(customer, "measures/add"), **(values | more))


def receive(client: Client, customer: Customer, **more: Any) -> Any:
    values = {"amount": "300", "received_on": TODAY, "method": "cash"}
    return send(client, on(customer, "payments/add"), **(values | more))
