"""Whether this process lives, and whether the installation can do its work."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from collections_app.jobs.queries import broker_answers, database_answers, heartbeat_is_fresh

FRESH_SECONDS = 45

CHECKS: dict[str, Callable[[], bool]] = {
    "database": database_answers,
    "broker": broker_answers,
    "worker": lambda: heartbeat_is_fresh("worker", within_seconds=FRESH_SECONDS),
    "scheduler": lambda: heartbeat_is_fresh("scheduler", within_seconds=FRESH_SECONDS),
}


@login_not_required
@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """200 while this process lives; asks nothing of any service."""
    return HttpResponse("ok\n", content_type="text/plain")


@login_not_required
@never_cache
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """200 only if database, broker, worker and scheduler are well; the JSON names what is not."""
    checks = {name: check() for name, check in CHECKS.items()}
    ok = all(checks.values())
    response = JsonResponse({"ok": ok, "checks": checks}, status=200 if ok else 503)
    # Asked every second by whoever waits for us: an answer, not an error to be logged.
    response._has_been_logged = True  # type: ignore[attr-defined]
    return response
