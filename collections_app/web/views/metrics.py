"""Figures for a watching Prometheus: read anew each time, so that any process tells the same."""

from __future__ import annotations

import hmac

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest

from collections_app.web.pages.metrics import Figures

LOOPBACK = frozenset({"127.0.0.1", "::1", "::ffff:127.0.0.1"})


@login_not_required
@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """The figures, to loopback and to whoever has the token of ``METRICS_TOKEN``."""
    if not (_is_beside_us(request) or _has_token(request)):
        return HttpResponse("The token of METRICS_TOKEN is needed.\n", "text/plain", status=403)
    registry = CollectorRegistry(auto_describe=False)
    registry.register(Figures())
    try:
        text = generate_latest(registry)
    except DatabaseError:
        return HttpResponse("The database does not answer.\n", "text/plain", status=503)
    return HttpResponse(text, content_type=CONTENT_TYPE_LATEST)


def _is_beside_us(request: HttpRequest) -> bool:
    """Asked from this machine, and not by a proxy on it that asks for somebody else."""
    forwarded = {"X-Forwarded-For", "Forwarded", "X-Real-IP"}
    return request.META.get("REMOTE_ADDR") in LOOPBACK and not forwarded & set(request.headers)


def _has_token(request: HttpRequest) -> bool:
    given = request.headers.get("Authorization", "").removeprefix("Bearer ").strip()
    wanted: str = settings.METRICS_TOKEN
    return bool(wanted) and hmac.compare_digest(given.encode(), wanted.encode())
