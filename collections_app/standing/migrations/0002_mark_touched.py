"""A write to a fact table marks its customers touched, whoever writes and by whatever means."""

from __future__ import annotations

from django.db import migrations

# Statement-level, with a transition table: a COPY of 100,000 rows marks once. Append only, no
# unique key: with one, "do nothing" loses changes and "do update" deadlocks.
SOURCES = {
    "ledger_payment": "SELECT DISTINCT customer_id FROM rows",
    "ledger_reversal": "SELECT DISTINCT customer_id FROM rows",
    "commitments_commitment": "SELECT DISTINCT customer_id FROM rows",
    "commitments_instalment": "SELECT DISTINCT customer_id FROM rows",
    "commitments_pin": (
        "SELECT DISTINCT p.customer_id FROM rows r JOIN ledger_payment p ON p.id = r.payment_id"
    ),
}


def _create(table: str, select: str) -> str:
    insert = f"INSERT INTO standing_touched (customer_id) {select}"
    triggers = "".join(
        f"""
CREATE TRIGGER {table}_touch_{event.lower()} AFTER {event} ON {table}
REFERENCING {side} TABLE AS rows FOR EACH STATEMENT EXECUTE FUNCTION {table}_touch();"""
        for event, side in (("INSERT", "NEW"), ("UPDATE", "NEW"), ("DELETE", "OLD"))
    )
    return f"""
CREATE FUNCTION {table}_touch() RETURNS trigger LANGUAGE plpgsql AS
$body$ BEGIN {insert}; RETURN NULL; END $body$;{triggers}
"""


def _drop(table: str) -> str:
    return f"DROP FUNCTION {table}_touch() CASCADE;"


class Migration(migrations.Migration):
    dependencies = [
        ("standing", "0001_initial"),
        ("ledger", "0001_initial"),
        ("commitments", "0001_initial"),
    ]
    operations = [
        migrations.RunSQL(_create(table, select), _drop(table)) for table, select in SOURCES.items()
    ]
