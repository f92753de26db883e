from django.apps import AppConfig


class StandingConfig(AppConfig):
    name = "collections_app.standing"
    label = "standing"
    default_auto_field = "django.db.models.BigAutoField"
