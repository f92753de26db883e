from django.apps import AppConfig


class OrganisationConfig(AppConfig):
    name = "collections_app.organisation"
    label = "organisation"
    default_auto_field = "django.db.models.BigAutoField"
