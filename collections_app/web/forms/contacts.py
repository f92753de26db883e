"""The form of a contact at a customer."""

from __future__ import annotations

from typing import Any

from crispy_forms.layout import Div, Layout
from django import forms
from django.utils.translation import gettext_lazy as _

from collections_app.accounts.models import Language
from collections_app.customers.models import Contact
from collections_app.customers.operations import contact_facts
from collections_app.web.forms.base import CleanCharField
from collections_app.web.forms.seen import Present, SeenForm


class ContactForm(SeenForm):
    """Who to talk to, and in which language."""

    name = CleanCharField(label=_("Name"), max_length=200)
    email = forms.EmailField(label=_("E-mail"), required=False, max_length=254)
    phone = CleanCharField(label=_("Telephone"), max_length=64, required=False)
    language = forms.ChoiceField(label=_("Language"), choices=Language.choices)
    is_primary = forms.BooleanField(label=_("First contact"), required=False)

    def __init__(self, *args: Any, contact: Contact | None, language: str, **kwargs: Any) -> None:
        def present() -> Present:
            now = Contact.objects.filter(pk=contact.pk).first() if contact else None
            facts = contact_facts(now) if now else {}
            return Present(facts, facts or {"language": language})

        super().__init__(*args, present=present, **kwargs)
        self.title = _("Change the contact") if contact else _("Add a contact")
        self.fields["phone"].widget.input_type = "tel"
        self.helper.layout = Layout(
            "token",
            "seen",
            Div(
                Div("name", css_class="k-wide"), "phone", "email", "language", "is_primary",
                css_class="k-fields",
            ),
        )  # fmt: skip
