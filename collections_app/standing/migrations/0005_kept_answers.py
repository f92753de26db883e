"""Kept month figures say whom they belong to; what moves is noted by portfolio."""

from __future__ import annotations

import django.db.models.deletion
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import migrations, models
from django.db.models.functions import Now

from collections_app.core.transactions import (
    CurrentTransaction,
    SnapshotField,
    TransactionField,
)

# A change of owner or rating moves no allocation or state.
SOURCES = ("customers_ownership", "customers_ratingchange")


def _key() -> tuple[str, models.BigAutoField]:  # type: ignore[type-arg]
    return "id", models.BigAutoField(
        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
    )


def _person(**more: bool) -> models.ForeignKey:  # type: ignore[type-arg]
    return models.ForeignKey(
        **more,
        db_index=False,
        on_delete=django.db.models.deletion.PROTECT,
        related_name="+",
        to=settings.AUTH_USER_MODEL,
    )


def _add(name: str, field: models.Field, default: object) -> migrations.AddField:  # type: ignore[type-arg]
    field.default = default
    return migrations.AddField("monthfigures", name, field, preserve_default=False)


def _create(table: str) -> str:
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
SELECT DISTINCT t.customer_id, true FROM rows t;
RETURN NULL; END $body$;{triggers}
"""


OF_CUSTOMER = """
CREATE FUNCTION customers_customer_touch() RETURNS trigger LANGUAGE plpgsql AS
$body$ BEGIN
INSERT INTO standing_touched (customer_id, is_light)
SELECT n.id, true FROM new_rows n JOIN old_rows o ON o.id = n.id
WHERE (n.owner_id, n.rating, n.currency) IS DISTINCT FROM (o.owner_id, o.rating, o.currency);
INSERT INTO standing_portfoliomove (portfolio_id)
SELECT DISTINCT o.owner_id FROM new_rows n JOIN old_rows o ON o.id = n.id
WHERE n.owner_id <> o.owner_id;
RETURN NULL; END $body$;
CREATE TRIGGER customers_customer_touch_update AFTER UPDATE ON customers_customer
REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
FOR EACH STATEMENT EXECUTE FUNCTION customers_customer_touch();
"""

# To touch a customer is a move of its portfolio, and so is to refresh one.
OF_PORTFOLIO = """
CREATE FUNCTION standing_touched_move() RETURNS trigger LANGUAGE plpgsql AS
$body$ BEGIN
INSERT INTO standing_portfoliomove (portfolio_id)
SELECT DISTINCT c.owner_id FROM rows r JOIN customers_customer c ON c.id = r.customer_id;
RETURN NULL; END $body$;
CREATE TRIGGER standing_touched_move_insert AFTER INSERT ON standing_touched
REFERENCING NEW TABLE AS rows FOR EACH STATEMENT EXECUTE FUNCTION standing_touched_move();
CREATE TRIGGER standing_touched_move_delete AFTER DELETE ON standing_touched
REFERENCING OLD TABLE AS rows FOR EACH STATEMENT EXECUTE FUNCTION standing_touched_move();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("standing", "0004_mark_touched_lightly"),
        ("customers", "0005_stops"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        # What was kept does not say whom it belongs to; the next refresh keeps it anew, and until
        # then it is worked out.
        migrations.RunSQL("DELETE FROM standing_monthfigures", migrations.RunSQL.noop),
        migrations.RunSQL(
            "INSERT INTO standing_touched (customer_id, is_light)"
            " SELECT id, true FROM customers_customer",
            migrations.RunSQL.noop,
        ),
        _add("owner", _person(), 0),
        _add("present_owner", _person(), 0),
        _add("rating", models.CharField(blank=True, max_length=1), ""),
        _add("currency", models.CharField(max_length=3), ""),
        _add("at_risk", models.BigIntegerField(), 0),
        migrations.AddIndex(
            "monthfigures",
            models.Index(fields=["currency", "-at_risk"], name="month_figures_riskiest"),
        ),
        migrations.AddIndex(
            "monthfigures",
            models.Index(fields=["owner", "currency", "-at_risk"], name="month_figures_of_owner"),
        ),
        migrations.CreateModel(
            name="PortfolioMove",
            fields=[
                _key(),
                ("portfolio_id", models.BigIntegerField()),
                ("moved_in", TransactionField(db_default=CurrentTransaction())),
            ],
            options={
                "indexes": [
                    models.Index(fields=["portfolio_id"], name="portfolio_move_by_portfolio")
                ],
            },
        ),
        migrations.CreateModel(
            name="KeptAnswer",
            fields=[
                _key(),
                ("question", models.CharField(max_length=300)),
                ("snapshot", SnapshotField(null=True)),
                ("filled_in", TransactionField(null=True)),
                ("last_move", models.BigIntegerField(db_default=0)),
                ("server_started", models.DateTimeField(null=True)),
                ("asked_at", models.DateTimeField(db_default=Now())),
                ("portfolio", _person()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=["question", "portfolio"], name="kept_answer_once_a_portfolio"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="AnswerPart",
            fields=[
                _key(),
                ("rating", models.CharField(max_length=4)),
                ("currency", models.CharField(max_length=3)),
                ("key", models.CharField(max_length=40)),
                ("sums", ArrayField(models.BigIntegerField())),
                (
                    "answer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="parts",
                        to="standing.keptanswer",
                    ),
                ),
                ("owner", _person(db_constraint=False)),
            ],
        ),
        *(
            migrations.RunSQL(_create(table), f"DROP FUNCTION {table}_touch() CASCADE;")
            for table in SOURCES
        ),
        migrations.RunSQL(OF_CUSTOMER, "DROP FUNCTION customers_customer_touch() CASCADE;"),
        migrations.RunSQL(OF_PORTFOLIO, "DROP FUNCTION standing_touched_move() CASCADE;"),
    ]
