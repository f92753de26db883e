from django.apps import AppConfig


class CommitmentsConfig(AppConfig):
    name = "collections_app.commitments"
    label = "commitments"
    default_auto_field = "django.db.models.BigAutoField"
