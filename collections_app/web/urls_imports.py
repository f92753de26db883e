"""Imports: upload, check, confirm, and what was imported."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from collections_app.web.views.imports import (
    import_columns,
    import_record,
    import_template,
    import_upload,
    imports,
)
from collections_app.web.views.uploads import (
    import_cancel,
    import_confirm,
    import_job,
    import_progress,
    import_rejected,
)

urlpatterns: list[URLPattern | URLResolver] = [
    path("", imports, name="imports"),
    path("new/", import_upload, name="import_upload"),
    path("columns/", import_columns, name="import_columns"),
    path("templates/<slug:kind>.csv", import_template, name="import_template"),
    path("records/<uuid:public_id>/", import_record, name="import_record"),
    path("<uuid:public_id>/", import_job, name="import_job"),
    path("<uuid:public_id>/progress/", import_progress, name="import_progress"),
    path("<uuid:public_id>/rejected.csv", import_rejected, name="import_rejected"),
    path("<uuid:public_id>/confirm/", import_confirm, name="import_confirm"),
    path("<uuid:public_id>/cancel/", import_cancel, name="import_cancel"),
]
