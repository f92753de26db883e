"""A write to plans, measures or the ledger marks its customers too: their sums are to be kept."""

from __future__ import annotations

from django.db import migrations

OF_PLAN = "SELECT DISTINCT p.customer_id FROM rows r JOIN planning_monthplan p ON p.id = r.plan_id"
# Nothing of these moves an allocation or a state.
SOURCES = {
    "ledger_invoice": "SELECT DISTINCT customer_id FROM rows",
    "ledger_adjustment": "SELECT DISTINCT customer_id FROM rows",
    "planning_monthplan": "SELECT DISTINCT customer_id FROM rows",
    "planning_targetchange": OF_PLAN,
    "planning_measure": OF_PLAN,
    "planning_measurechange": (
        "SELECT DISTINCT p.customer_id FROM rows r JOIN planning_measure m ON m.id = r.measure_id"
        " JOIN planning_monthplan p ON p.id = m.plan_id"
    ),
}


def _create(table: str, select: str) -> str:
    triggers = "".join(
        f"""
CREATE TRIGGER {table}_touch_{event.lower()} AFTER {event} ON {table}
REFERENCING {side} TABLE AS rows FOR EACH STATEMENT EXECUTE FUNCTION {table}_touch();"""
        for event, side in (("INSERT", "NEW"), ("UPDATE", "NEW"), ("DELETE", "OLD"))
    )
    return f"""
CREATE FUNCTION {table}_touch() RETURNS trigger LANGUAGE plpgsql AS
$body$ BEGIN
INSERT INTO standing_touched (customer_id, is_light)
SELECT t.customer_id, true FROM ({select}) t;
RETURN NULL; END $body$;{triggers}
"""


def _drop(table: str) -> str:
    return f"DROP FUNCTION {table}_touch() CASCADE;"


class Migration(migrations.Migration):
    dependencies = [
        ("standing", "0003_kept_month_figures"),
        ("ledger", "0001_initial"),
        ("planning", "0001_initial"),
    ]
    operations = [
        *(
            migrations.RunSQL(_create(table, select), _drop(table))
            for table, select in SOURCES.items()
        ),
        # What is there already is kept by the next refresh; until then it is worked out.
        migrations.RunSQL(
            "INSERT INTO standing_touched (customer_id, is_light)"
            " SELECT id, true FROM customers_customer",
            migrations.RunSQL.noop,
        ),
    ]
