"""Pages that do no work but what no page can do without: the floors of the real ones."""

from __future__ import annotations

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template import engines

from collections_app.web.pages.gaps import GapPage

# What the dashboard would have worked out.
ready: GapPage | None = None


def floor_ready(request: HttpRequest) -> HttpResponse:
    """The whole dashboard, of data that are there already."""
    _select_one()
    return render(request, "web/gaps/dashboard.html", {"page": ready})


def floor_frame(request: HttpRequest) -> HttpResponse:
    """The frame of every page, and nothing in it."""
    _select_one()
    template = engines["django"].from_string('{% extends "base.html" %}')
    return HttpResponse(template.render({}, request))


def _select_one() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        cursor.fetchone()
