"""Numbers for the references of promises and payments that are entered by hand."""

from __future__ import annotations

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("commitments", "0003_evidence_and_who_asked")]
    operations = [
        migrations.RunSQL(
            f"CREATE SEQUENCE IF NOT EXISTS {name}", f"DROP SEQUENCE IF EXISTS {name}"
        )
        for name in ("commitments_reference_seq", "ledger_reference_seq")
    ]
