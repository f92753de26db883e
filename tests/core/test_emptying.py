"""What one test with transactions of its own left is gone for the next."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.db import models

from collections_app.accounts.models import AuditEntry
from collections_app.customers.models import Customer
from collections_app.ledger.models import Invoice
from tests import emptying
from tests.conftest import Cast
from tests.web.facts import day, make_commitment, make_customer, make_invoice, stand_on

KEPT = {ContentType, Permission}


def left_in_tables() -> set[type[models.Model]]:
    return {model for model in apps.get_models() if model._default_manager.exists()} - KEPT


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("most_bytes", [0, 1_000_000], ids=["truncated", "deleted"])
def test_no_row_is_left_in_any_table(
    cast: Cast, most_bytes: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    customer = make_customer(cast.east_rep)
    make_commitment(customer, (day(18), 90_000), reference="P-1")
    make_invoice(customer, 1_000, due_on=day(2))
    stand_on()
    assert left_in_tables() > {Customer, Invoice, AuditEntry}
    monkeypatch.setattr(emptying, "MOST_BYTES", most_bytes)
    emptying.empty_the_tables()
    assert left_in_tables() == set()
