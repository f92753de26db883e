from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("planning", "0003_batches_and_asking_again"),
    ]

    operations = [
        migrations.AddField(
            model_name="measurechange",
            name="reason",
            field=models.CharField(
                blank=True, db_default="", max_length=500, verbose_name="reason"
            ),
        ),
    ]
