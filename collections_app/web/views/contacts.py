"""Contacts of a customer, and the files that show what was agreed."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from collections_app.customers import operations
from collections_app.customers.models import Contact, Customer, Evidence
from collections_app.web.acting import Done, Scene, act_page, scene_at, scene_of, take_back
from collections_app.web.forms.contacts import ContactForm
from collections_app.web.requests import StaffRequest
from collections_app.web.submitting import sent_once


@require_http_methods(["GET", "POST"])
def contact_add(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """Add somebody to talk to."""
    return _contact_page(request, scene_of(request, public_id, tab="contacts"), None)


@require_http_methods(["GET", "POST"])
def contact_change(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """Change who they are or how they are reached."""
    contact = _contact_of(request, public_id)
    return _contact_page(request, scene_at(request, contact.customer, tab="contacts"), contact)


def _contact_page(request: StaffRequest, scene: Scene, contact: Contact | None) -> HttpResponse:
    form = ContactForm(request.POST or None, contact=contact, language=request.user.language)

    def write(values: dict[str, Any]) -> Contact:
        return operations.save_contact(
            customer=scene.customer, contact=contact, by=request.user,
            seen=form.marks() or None, **values,
        )  # fmt: skip

    return act_page(
        request, scene, form, write=write, done=lambda _c: Done(_("Contact saved.")),
        contact=contact, has_effect=False,
    )  # fmt: skip


@require_POST
@sent_once
def contact_remove(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """Remove a contact; the trail keeps who they were."""
    contact = _contact_of(request, public_id)
    scene = scene_at(request, contact.customer, tab="contacts")

    def write() -> None:
        operations.remove_contact(contact=contact, by=request.user)

    return take_back(request, scene, write, _("Contact removed."))


@require_safe
def evidence_show(request: StaffRequest, public_id: UUID) -> HttpResponseBase:
    """The file itself, as a download: never shown within our own pages."""
    visible = Evidence.objects.visible_to(request.user)
    evidence = get_object_or_404(visible, public_id=public_id)
    try:
        file = default_storage.open(evidence.stored_as)
    except FileNotFoundError as error:
        raise Http404 from error
    response = FileResponse(
        file,
        as_attachment=True,
        filename=evidence.filename,
        content_type=evidence.content_type,
    )
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response


def _contact_of(request: StaffRequest, public_id: UUID) -> Contact:
    visible = Contact.objects.filter(customer__in=Customer.objects.visible_to(request.user))
    return get_object_or_404(visible.select_related("customer__owner"), public_id=public_id)
