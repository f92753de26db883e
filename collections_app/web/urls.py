"""Pages of the staff's door."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from collections_app.web.views.customers import customer_detail
from collections_app.web.views.gaps import gap_dashboard, start
from collections_app.web.views.theme import theme_choose

app_name = "web"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", start, name="start"),
    path("gaps/", gap_dashboard, name="gap_dashboard"),
    path("customers/<uuid:public_id>/", customer_detail, name="customer_detail"),
    path("theme/", theme_choose, name="theme_choose"),
]
