"""In which currencies a rep's customers owe is read from an index."""

from __future__ import annotations

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0005_stops"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.AddIndex(
            model_name="customer",
            index=models.Index(fields=["owner", "currency"], name="customer_currencies_of_owner"),
        ),
    ]
