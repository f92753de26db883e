"""A message's kind, reasons and failures in the reader's words."""

from __future__ import annotations

import re
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from collections_app.notices.models import NoticeKind

KINDS: Final = {
    **dict(NoticeKind.choices),
    "reset": gettext_lazy("link to choose a new password"),
    "invitation": gettext_lazy("invitation"),
    "trial": gettext_lazy("trial of a mail's words"),
}
REASONS: Final = {
    "paid": gettext_lazy("paid meanwhile"),
    "superseded": gettext_lazy("renegotiated meanwhile"),
    "cancelled": gettext_lazy("cancelled meanwhile"),
    "open": gettext_lazy("no longer lapsed"),
    "lapsed": gettext_lazy("lapsed meanwhile"),
    "removed": gettext_lazy("taken back meanwhile"),
    "handed_over": gettext_lazy("handed over"),
    "back": gettext_lazy("no longer standing in"),
    "followed_up": gettext_lazy("followed up meanwhile"),
    "decided": gettext_lazy("decided meanwhile"),
    "withdrawn": gettext_lazy("withdrawn by who asked"),
    "hold": gettext_lazy("on hold"),
    "quiet": gettext_lazy("quiet after a contact or a message"),
    "no_address": gettext_lazy("no e-mail address"),
    "stale_ledger": gettext_lazy("payments are not known up to the deadline"),
    "stopped": gettext_lazy("mail to customers is stopped"),
    "never": gettext_lazy("the customer gets no mail"),
    "closed": gettext_lazy("the customer is closed"),
    "mode": gettext_lazy("has to be approved by now"),
    "moved": gettext_lazy("goes to another address by now"),
    "declined": gettext_lazy("not sent, as a person decided"),
    "unreleased": gettext_lazy("released by nobody for seven days"),
    "nothing": gettext_lazy("nothing left to say"),
    "not_wanted": gettext_lazy("not wanted by the recipient"),
    "opening": gettext_lazy("so before the product was there"),
    "disabled": gettext_lazy("may no longer sign in"),
    "too_late": gettext_lazy("too late to be of use"),
    "replaced": gettext_lazy("replaced by a later one"),
    "refused": gettext_lazy("refused by the mail server"),
    "bounced": gettext_lazy("came back as undeliverable"),
}
# The enhanced status of RFC 3463, the longest that fits; what the server said is shown beside it.
FAILURES: Final = {
    "1.1": gettext_lazy("There is no such mailbox: ask the recipient for the address."),
    "1.2": gettext_lazy("The address's mail server does not exist: look for a typing error."),
    "1.3": gettext_lazy("The address is not written as one: look for a typing error."),
    "1.6": gettext_lazy("The mailbox has moved: ask the recipient for the address."),
    "2.1": gettext_lazy("The mailbox is shut: ask the recipient for another address."),
    "2.2": gettext_lazy("The mailbox is full: tell the recipient."),
    "2.3": gettext_lazy("The message is too long for the mailbox."),
    "3.4": gettext_lazy("The message is too long for the mail server."),
    "4.1": gettext_lazy("The recipient's mail server does not answer."),
    "4.4": gettext_lazy("Nobody knows the way to the recipient's mail server."),
    "4.7": gettext_lazy("It could not be delivered in the time allowed."),
    "7": gettext_lazy("The recipient's mail server does not take mail from ours: tell whoever"
                      " looks after our mail."),
}  # fmt: skip
_STATUS = re.compile(r"\b[245]\.(\d{1,3})\.(\d{1,3})\b")
_CODE = re.compile(r"^([245]\d\d)\b")


def kind_in_words(kind: str) -> str:
    """What a message is about."""
    return str(KINDS.get(kind, kind))


def reason_in_words(code: str) -> str:
    """Why a message, or a notice in it, was not sent; blank where there is no reason."""
    return str(REASONS.get(code, code))


def failure_in_words(error: str) -> str:
    """What went wrong with a try, by what the server said; blank where nothing did."""
    if not error:
        return ""
    found = _STATUS.search(error)
    if found:
        subject, detail = found.groups()
        told = FAILURES.get(f"{subject}.{detail}") or FAILURES.get(subject)
        if told:
            return str(told)
    if error.startswith("not an e-mail address") or "cannot be sent to" in error:
        return str(FAILURES["1.3"])
    if error.startswith("chat: "):
        return _("The chat does not take it. Its reader looks after the address in the profile.")
    code = _CODE.match(error)
    if code is None:
        return _("The mail server could not be reached, or the connection was lost.")
    if code[1] == "550":
        return str(FAILURES["1.1"])
    if code[1].startswith("4"):
        return _("The mail server asked to try again later.")
    return _("The mail server refuses this message.")
