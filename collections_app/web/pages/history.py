"""What was done for a customer, by whom and when: the audit trail in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from collections_app.accounts.models import AuditEntry, Language
from collections_app.commitments.models import AskedBy
from collections_app.core.compact import exact_money
from collections_app.customers.models import Customer, HoldKind
from collections_app.followups.models import Outcome, Reason, RequestKind
from collections_app.ledger.models import PaymentMethod
from collections_app.planning.models import Answer, Channel, MeasureKind, MeasureStatus

PAGE_SIZE = 50
LONGEST_SHOWN = 300

# (what it was done to, what was done): in words
WHAT = {
    ("month_plan", "set_target"): gettext_lazy("Set the target"),
    ("month_plan", "take_back_target"): gettext_lazy("Took back the target"),
    ("month_plan", "agree"): gettext_lazy("Agreed the target with the customer"),
    ("month_plan", "ask"): gettext_lazy("Asked for a commitment"),
    ("measure", "add"): gettext_lazy("Added a measure"),
    ("measure", "change"): gettext_lazy("Changed a measure"),
    ("measure", "take_back"): gettext_lazy("Took back a measure"),
    ("commitment", "record"): gettext_lazy("Recorded a promise"),
    ("commitment", "renegotiate"): gettext_lazy("Renegotiated a promise"),
    ("commitment", "supersede"): gettext_lazy("Replaced a promise"),
    ("commitment", "cancel"): gettext_lazy("Cancelled a promise"),
    ("commitment", "take_back"): gettext_lazy("Took back a promise"),
    ("commitment", "reinstate"): gettext_lazy("Put a promise in force again"),
    ("request", "ask"): gettext_lazy("Asked the manager"),
    ("request", "approve"): gettext_lazy("Approved a request"),
    ("request", "refuse"): gettext_lazy("Refused a request"),
    ("request", "withdraw"): gettext_lazy("Withdrew a request"),
    ("payment", "receive"): gettext_lazy("Entered a payment"),
    ("payment", "reverse"): gettext_lazy("Reversed a payment"),
    ("payment", "pin"): gettext_lazy("Said what a payment is for"),
    ("payment", "take_back"): gettext_lazy("Took back a payment"),
    ("payment", "take_back_reversal"): gettext_lazy("Took back a reversal"),
    ("contact", "add_contact"): gettext_lazy("Added a contact"),
    ("contact", "change_contact"): gettext_lazy("Changed a contact"),
    ("contact", "remove_contact"): gettext_lazy("Removed a contact"),
    ("followup", "log"): gettext_lazy("Logged a follow-up"),
    ("followup", "take_back"): gettext_lazy("Took back a follow-up"),
    ("hold", "put"): gettext_lazy("Put the customer on hold"),
    ("hold", "lift"): gettext_lazy("Lifted a hold"),
    ("snooze", "snooze"): gettext_lazy("Put off a thing to do"),
    ("snooze", "wake"): gettext_lazy("Brought a thing to do back"),
    ("message", "resend"): gettext_lazy("Sent a message once more"),
    ("message", "release"): gettext_lazy("Released a message to the customer"),
    ("message", "keep_back"): gettext_lazy("Kept a message to the customer back"),
    ("stop", "stop_mail"): gettext_lazy("Stopped mail to the customer"),
    ("stop", "lift_stop"): gettext_lazy("Let mail to the customer go again"),
    ("customer", "remind"): gettext_lazy("Changed how the customer is reminded"),
    ("customer", "hand_over"): gettext_lazy("Handed the customer over"),
    ("customer", "rate"): gettext_lazy("Rated the customer"),
    ("customer", "rate_back"): gettext_lazy("Set the rating back"),
    ("customer", "agree_regular"): gettext_lazy("Agreed a regular payment"),
    ("customer", "end_regular"): gettext_lazy("Ended the regular payment"),
    ("customer", "regular_back"): gettext_lazy("Set the regular payment back"),
}
NAMES = {
    "reference": gettext_lazy("reference"),
    "month": gettext_lazy("month"),
    "on_day": gettext_lazy("on"),
    "outcome": gettext_lazy("what came of it"),
    "contact_name": gettext_lazy("with"),
    "starts_on": pgettext_lazy("a day", "from"),
    "ends_on": pgettext_lazy("a day", "until the end of"),
    "lifted_on": gettext_lazy("lifted on"),
    "next_on": gettext_lazy("next on"),
    "reason": gettext_lazy("reason"),
    "drop_reason": gettext_lazy("reason"),
    "asked_by": gettext_lazy("who asked"),
    "replaces": gettext_lazy("replaces"),
    "replaced_by": gettext_lazy("replaced by"),
    "made_on": gettext_lazy("promised on"),
    "ended_on": gettext_lazy("ended on"),
    "promised_by": gettext_lazy("promised by"),
    "instalments": gettext_lazy("instalments"),
    "received_on": gettext_lazy("received on"),
    "amount": gettext_lazy("amount"),
    "reversal": gettext_lazy("reversal"),
    "request_kind": gettext_lazy("asked for"),
    "reason_given": gettext_lazy("reason given"),
    "conceded": gettext_lazy("conceded"),
    "until_on": gettext_lazy("until"),
    "until": gettext_lazy("until"),
    "word": gettext_lazy("the manager's word"),
    "channel": gettext_lazy("how"),
    "agreed_on": gettext_lazy("agreed on"),
    "agreed_with": gettext_lazy("agreed with"),
    "target": gettext_lazy("target"),
    "rating": gettext_lazy("credit rating"),
    "day": gettext_lazy("day of the month"),
    "valid_from": gettext_lazy("valid from"),
    "evidence": gettext_lazy("evidence"),
    "asked_on": gettext_lazy("asked on"),
    "answer": gettext_lazy("answer"),
    "ask_again_on": gettext_lazy("ask again on"),
    "kind": gettext_lazy("kind"),
    "description": gettext_lazy("what exactly"),
    "status": gettext_lazy("status"),
    "expected_uplift": gettext_lazy("expected uplift"),
    "realised_uplift": gettext_lazy("realised uplift"),
    "due_on": gettext_lazy("by when"),
    "owner": gettext_lazy("who"),
    "note": gettext_lazy("note"),
    "name": gettext_lazy("name"),
    "email": gettext_lazy("e-mail"),
    "phone": gettext_lazy("telephone"),
    "is_primary": gettext_lazy("first contact"),
    "language": gettext_lazy("language"),
    "method": gettext_lazy("how it came"),
    "invoice_number": gettext_lazy("for invoice"),
    "matures_on": gettext_lazy("matures on"),
    "from": pgettext_lazy("a person", "from"),
    "to": pgettext_lazy("a person", "to"),
}
AMOUNTS = {"amount", "conceded", "target", "expected_uplift", "realised_uplift"}
CHOICES: Mapping[str, Mapping[str, Any]] = {
    "channel": dict(Channel.choices),
    "answer": dict(Answer.choices),
    "kind": {**dict(HoldKind.choices), **dict(MeasureKind.choices)},
    "outcome": dict(Outcome.choices),
    "reason": dict(Reason.choices),
    "status": dict(MeasureStatus.choices),
    "asked_by": dict(AskedBy.choices),
    "request_kind": dict(RequestKind.choices),
    "reason_given": dict(Reason.choices),
    "language": dict(Language.choices),
    "method": dict(PaymentMethod.choices),
}


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One thing that was done: when (an instant), by whom, what, and its particulars."""

    at: datetime
    who: str
    what: str
    details: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class HistoryTab:
    """One page of the trail, latest first."""

    lines: list[HistoryLine]
    has_more: bool


def history_tab(customer: Customer, *, page: int) -> HistoryTab:
    """What was done for the customer."""
    start = (page - 1) * PAGE_SIZE
    rows = AuditEntry.objects.filter(customer_id=customer.pk).select_related(
        "actor", "on_behalf_of"
    )
    found = list(rows.order_by("-at", "-pk")[start : start + PAGE_SIZE + 1])
    lines = [_line(entry, customer.currency) for entry in found[:PAGE_SIZE]]
    return HistoryTab(lines, len(found) > PAGE_SIZE)


def _line(entry: AuditEntry, currency: str) -> HistoryLine:
    what = WHAT.get((entry.subject_kind, entry.verb))
    return HistoryLine(
        entry.at,
        _who(entry),
        str(what) if what else f"{entry.subject_kind}: {entry.verb}",
        _details(entry.payload, currency),
    )


def _who(entry: AuditEntry) -> str:
    if entry.actor is None:
        return _("A file or the clock")
    if entry.on_behalf_of is None:
        return entry.actor.name
    names = {"name": entry.actor.name, "absent": entry.on_behalf_of.name}
    return _("%(name)s, standing in for %(absent)s") % names


def _details(payload: Mapping[str, Any], currency: str) -> list[tuple[str, str]]:
    """The particulars in words; of a change, what was and what is."""
    before, after = payload.get("before"), payload.get("after")
    told, found = dict(payload), []
    if isinstance(before, dict) or isinstance(after, dict):
        old = before or {}
        # An act that tells what is beside what was, and not below "after".
        new = after or {key: told.pop(key) for key in old if key in told}
        for key in {**old, **new}:
            is_same = after is not None and old.get(key) == new.get(key)
            if key in NAMES and not is_same and (text := _change(key, old, new, currency)):
                found.append((str(NAMES[key]), text))
    elif "before" in payload and "after" in payload:
        is_pin = isinstance(before, str) or isinstance(after, str)
        label = pgettext("a payment", "is for") if is_pin else str(NAMES["target"])
        pair = (_shown("target", before, currency), _shown("target", after, currency))
        found.append((label, " → ".join(pair)))
    for key, name in NAMES.items():
        if told.get(key) not in (None, "", []):
            found.append((str(name), _shown(key, told[key], currency)))
    return found


def _change(key: str, old: Mapping[str, Any], new: Mapping[str, Any], currency: str) -> str:
    """What a particular was and is; the one of them that is not blank where the other is."""
    was, now = old.get(key), new.get(key)
    known = [value for value in (was, now) if value not in (None, "")]
    if not new or was == now or was in (None, ""):
        return _shown(key, known[0], currency) if known else ""
    return f"{_shown(key, was, currency)} → {_shown(key, now, currency)}"


def _shown(key: str, value: Any, currency: str) -> str:
    if value in (None, ""):
        return "–"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if key in AMOUNTS and isinstance(value, int):
        return exact_money(value, currency)
    if key == "instalments":
        return "; ".join(f"{_day(due)}: {exact_money(amount, currency)}" for due, amount in value)
    if key == "month":
        return _day(value, "YEAR_MONTH_FORMAT")
    if key == "note" and len(str(value)) > LONGEST_SHOWN:
        return f"{str(value)[:LONGEST_SHOWN]}…"
    if key.endswith(("_on", "on_day")) or key == "valid_from":
        return _day(value)
    return str(CHOICES.get(key, {}).get(value, value))


def _day(text: Any, style: str = "DATE_FORMAT") -> str:
    try:
        return date_format(date.fromisoformat(str(text)), style)
    except ValueError:
        return str(text)
