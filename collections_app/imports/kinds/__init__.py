"""What each kind of file means: rows → facts. Each takes a batch and decides about every row."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from collections_app.imports.batch import Batch
from collections_app.imports.kinds.adjustments import import_adjustments
from collections_app.imports.kinds.commitments import import_commitments
from collections_app.imports.kinds.customers import import_customers
from collections_app.imports.kinds.followups import import_followups
from collections_app.imports.kinds.invoices import import_invoices
from collections_app.imports.kinds.measures import import_measures
from collections_app.imports.kinds.payments import import_payments
from collections_app.imports.kinds.plans import import_plans
from collections_app.imports.kinds.users import import_users

KINDS: Final[dict[str, Callable[[Batch], None]]] = {
    "users": import_users,
    "customers": import_customers,
    "invoices": import_invoices,
    "payments": import_payments,
    "adjustments": import_adjustments,
    "plans": import_plans,
    "measures": import_measures,
    "commitments": import_commitments,
    "followups": import_followups,
}
