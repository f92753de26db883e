from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "collections_app.jobs"
    label = "jobs"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Make our Celery app the one that ``shared_task`` publishes by.

        Not in the package's ``__init__``: the embedded services are started from there before
        the settings can be read.
        """
        import collections_app.celery  # noqa: F401, PLC0415
