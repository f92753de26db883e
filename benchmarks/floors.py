"""Pages that do no work but what no page can do without: the floors of the real ones."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template import engines


@dataclass(frozen=True, slots=True)
class Ready:
    """The template of a page, and what the page would have worked out for it."""

    template: str = ""
    context: dict[str, Any] = field(default_factory=dict)


# What ``floor_ready`` shows.
ready = Ready()


def floor_ready(request: HttpRequest) -> HttpResponse:
    """The whole page, of data that are there already."""
    _select_one()
    return render(request, ready.template, ready.context)


def floor_frame(request: HttpRequest) -> HttpResponse:
    """The frame of every page, and nothing in it."""
    _select_one()
    template = engines["django"].from_string('{% extends "base.html" %}')
    return HttpResponse(template.render({}, request))


def _select_one() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        cursor.fetchone()
