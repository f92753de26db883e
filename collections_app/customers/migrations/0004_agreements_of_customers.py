"""Regular payments known already count from the beginning."""

from __future__ import annotations

from django.db import migrations

# Reversing leaves the rows: they say no more than the customer does.
COPY = """
INSERT INTO customers_regularagreement (customer_id, day, amount, agreed_with)
SELECT c.id, c.regular_day, c.regular_amount, '' FROM customers_customer c
WHERE c.regular_day IS NOT NULL AND c.regular_amount IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM customers_regularagreement r WHERE r.customer_id = c.id
)
"""


class Migration(migrations.Migration):
    dependencies = [("customers", "0003_regular_agreements_and_holds")]
    operations = [migrations.RunSQL(COPY, migrations.RunSQL.noop)]
