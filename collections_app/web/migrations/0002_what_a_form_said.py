"""What a form said, as a digest; blank for those sent before."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("web", "0001_submissions")]

    operations = [
        migrations.AddField(
            model_name="submission",
            name="said",
            field=models.CharField(blank=True, db_collation="C", default="", max_length=64),
            preserve_default=False,
        ),
    ]
