"""Where a mail service tells what did not arrive: the door of django-anymail's tracking events."""

from __future__ import annotations

from typing import Any, Final

from anymail.exceptions import AnymailWebhookValidationFailure
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ImproperlyConfigured
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.module_loading import import_string
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from collections_app.outbox.events import take_event

# The services that show who they are by the name and password of the URL, and by nothing else.
SERVICES: Final = {
    "brevo": "anymail.webhooks.brevo.BrevoTrackingWebhookView",
    "mailjet": "anymail.webhooks.mailjet.MailjetTrackingWebhookView",
    "postmark": "anymail.webhooks.postmark.PostmarkTrackingWebhookView",
    "sparkpost": "anymail.webhooks.sparkpost.SparkPostTrackingWebhookView",
}
# What reading a body that is none of the service's may come to.
UNREADABLE: Final = (
    ValueError, LookupError, TypeError, AttributeError, RecursionError, OverflowError, OSError,
    ImproperlyConfigured,
)  # fmt: skip


@csrf_exempt
@login_not_required
@never_cache
@require_http_methods(["HEAD", "POST"])
def bounces(request: HttpRequest, service: str) -> HttpResponse:
    """Take what a service tells; without ``BOUNCES_SECRET`` there is no such page."""
    if service not in SERVICES or not settings.ANYMAIL["WEBHOOK_SECRET"]:
        raise Http404
    if request.method == "HEAD":
        return HttpResponse()
    try:
        events = _told(request, service)
    except AnymailWebhookValidationFailure:
        return HttpResponse("The name and password of BOUNCES_SECRET are needed.\n", status=403)
    except UNREADABLE:
        return HttpResponse("This is nothing that the service would tell.\n", status=400)
    for event in events:
        take_event(event)
    return HttpResponse()


def _told(request: HttpRequest, service: str) -> list[Any]:
    """The events of a request whose name and password are right."""
    reader = import_string(SERVICES[service])()
    reader.run_validators(request)
    return list(reader.parse_events(request))
