"""How the sign-in library behaves here."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest

from collections_app.accounts.models import Person
from collections_app.notices.secret_mail import send_secret_link


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Sign-up is closed: an administrator or a file makes people. Mail goes by the outbox."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def send_password_reset_mail(self, user: Person, email: str, context: dict[str, Any]) -> None:
        """Queue the link; the one of ``context`` is let go, another is made as the mail leaves."""
        send_secret_link(person=user, kind="reset")

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        raise NotImplementedError(f"Only the outbox sends mail: {template_prefix}")
