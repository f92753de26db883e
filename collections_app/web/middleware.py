"""What every request and every answer of the staff's door have in common."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase, HttpResponseNotAllowed
from django.middleware.gzip import GZipMiddleware
from django.middleware.locale import LocaleMiddleware
from django.utils import translation

from collections_app.core.logs import named
from collections_app.core.seen import seen_once
from collections_app.web.access import may

GetResponse = Callable[[HttpRequest], HttpResponseBase]
_SAFE_ID = re.compile(r"[A-Za-z0-9_.-]{8,64}")


class RequestIdMiddleware:
    """Name each request, for its log lines and its answer's ``X-Request-ID``."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        given = request.headers.get("X-Request-ID", "")
        # A proxy's id is kept; anything else could forge log lines.
        name = given if _SAFE_ID.fullmatch(given) else uuid.uuid4().hex
        request.request_id = name  # type: ignore[attr-defined]
        with named(request_id=name):
            response = self.get_response(request)
        response["X-Request-ID"] = name
        return response


class KnownMethodsMiddleware:
    """Refuse a method that no page has, before anything is read for it."""

    KNOWN = ("GET", "HEAD", "OPTIONS", "POST")

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.method not in self.KNOWN:
            return HttpResponseNotAllowed(self.KNOWN)
        return self.get_response(request)


class AccessMiddleware:
    """Hold the table of access against every request: what it does not name is shut."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: object, args: object, kwargs: object
    ) -> None:
        name = request.resolver_match.view_name if request.resolver_match else ""
        is_write = request.method not in {"GET", "HEAD", "OPTIONS"}
        role = getattr(request.user, "role", "")
        if not may(role, name, write=is_write):
            raise PermissionDenied


class PageCompressionMiddleware(GZipMiddleware):
    """Compress pages, and nothing else: files are small already, or streamed.

    Each answer is padded at random and its form token masked anew, so that the length of a page
    that repeats what was searched for tells nothing of what else is in it (BREACH).
    """

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        if not response.get("Content-Type", "").startswith("text/html"):
            return response
        return super().process_response(request, response)


class OneReadingMiddleware:
    """Let a request that only looks read the organisation once, however many parts ask for it."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.method not in {"GET", "HEAD"}:
            return self.get_response(request)
        with seen_once():
            return self.get_response(request)


class PersonLocaleMiddleware(LocaleMiddleware):
    """The language: the person's own if signed in, else the cookie's, else the browser's."""

    def process_request(self, request: HttpRequest) -> None:
        super().process_request(request)
        own = getattr(request.user, "language", None) if request.user.is_authenticated else None
        if own in dict(settings.LANGUAGES):
            translation.activate(own)
            request.LANGUAGE_CODE = translation.get_language()


class PrivateResponseMiddleware:
    """What a signed-in person sees stays out of every cache, unless the view says otherwise."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if request.user.is_authenticated and not response.has_header("Cache-Control"):
            response["Cache-Control"] = "private, no-store"
        return response
