"""The audit trail takes entries and gives none back."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import DatabaseError, connection, transaction

from collections_app.accounts.models import AuditEntry
from collections_app.accounts.operations import record
from tests.conftest import Cast


def test_an_entry_says_who_did_what_to_which(cast: Cast) -> None:
    record(
        actor=cast.east_rep,
        on_behalf_of=cast.east_rep_two,
        verb="log",
        subject_kind="follow_up",
        subject_id=7,
        customer_id=3,
        payload={"on": date(2013, 7, 31)},
    )
    entry = AuditEntry.objects.get(subject_kind="follow_up")
    assert (entry.actor, entry.on_behalf_of) == (cast.east_rep, cast.east_rep_two)
    assert (entry.subject_id, entry.customer_id) == ("7", 3)
    assert entry.payload == {"on": "2013-07-31"}


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE accounts_auditentry SET verb = 'other'",
        "DELETE FROM accounts_auditentry",
        "TRUNCATE accounts_auditentry",
    ],
)
def test_an_entry_cannot_be_changed_or_taken_away(cast: Cast, statement: str) -> None:
    with connection.cursor() as cursor:
        # Pending foreign key checks would forbid the ALTER; tests run without this trigger.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE accounts_auditentry ENABLE TRIGGER accounts_audit_no_truncate")
        before = AuditEntry.objects.count()
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            cursor.execute(statement)
    assert AuditEntry.objects.count() == before > 0
