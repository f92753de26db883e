from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "collections_app.accounts"
    label = "accounts"
    default_auto_field = "django.db.models.BigAutoField"
