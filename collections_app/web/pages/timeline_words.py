"""An event of the timeline in the reader's words."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from collections_app.commitments.models import AskedBy
from collections_app.core.compact import exact_money
from collections_app.customers.models import HoldKind
from collections_app.followups.models import Reason, RequestKind, RequestState
from collections_app.ledger.models import AdjustmentKind, PaymentMethod
from collections_app.notices.models import NoticeKind, NoticeState
from collections_app.outbox.models import MessageState
from collections_app.planning.models import Answer, Channel, MeasureKind
from collections_app.standing.models import State
from collections_app.web.pages.mail_words import reason_in_words

LONG_NOTE: Final = 300
Data = Mapping[str, Any]
Detail = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened on a business date: ``badge`` is the key of a state, ``lines`` tell
    what came of it part by part, ``path`` leads to more of it.
    """

    kind: str
    day: date
    symbol: str
    what: str
    badge: str = ""
    details: list[Detail] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    note: str = ""
    who: str = ""
    path: str = ""

    @property
    def is_long(self) -> bool:
        return len(self.note) > LONG_NOTE

    @property
    def start(self) -> str:
        """The beginning of a long note."""
        return self.note[:LONG_NOTE]


@dataclass(frozen=True, slots=True)
class _Teller:
    """What was read of one event, and the currency of its amounts."""

    data: Data
    currency: str

    def money(self, key: str) -> str:
        return self.sum(self.data.get(key))

    def sum(self, amount: int | None) -> str:
        return "" if amount is None else exact_money(amount, self.currency)

    def day(self, key: str) -> str:
        return _day(self.data.get(key))

    def month(self) -> str:
        return _day(self.data.get("month"), "YEAR_MONTH_FORMAT")

    def word(self, key: str, choices: Sequence[tuple[Any, Any]]) -> str:
        found = self.data.get(key)
        return str(dict(choices).get(found, found or ""))

    def text(self, key: str) -> str:
        return str(self.data.get(key) or "")

    def who(self) -> str:
        """Who did it, and for which absent colleague."""
        by, absent = self.text("by"), self.text("absent")
        if by and absent:
            return _("%(name)s, standing in for %(absent)s") % {"name": by, "absent": absent}
        return by


def event_of(kind: str, day: date, data: Data, currency: str) -> Event:
    """The event in words; ``data`` as ``timeline_sql`` reads it."""
    told = TELLERS[kind](_Teller(data, currency))
    told["details"] = [(name, text) for name, text in told.get("details", []) if text]
    return Event(kind=kind, day=day, **told)


def _target(t: _Teller) -> dict[str, Any]:
    old, new = t.money("old"), t.money("new")
    if not new:
        what = _("Target of %(month)s taken away") % {"month": t.month()}
    elif t.data["is_revision"]:
        what = _("Target of %(month)s revised") % {"month": t.month()}
    else:
        what = _("Target of %(month)s set") % {"month": t.month()}
    change = " → ".join(part for part in (old, new or "–") if part)
    details = [(_("target"), change), (_("reason"), t.text("reason"))]
    return {"symbol": "target", "what": what, "details": details, "who": t.who()}


def _agreed(t: _Teller) -> dict[str, Any]:
    details = [
        (_("target"), t.money("target")), (_("with"), t.text("with")),
        (_("how"), t.word("channel", Channel.choices)), (_("evidence"), t.text("evidence")),
    ]  # fmt: skip
    what = _("Target of %(month)s agreed with the customer") % {"month": t.month()}
    return {"symbol": "handshake", "what": what, "details": details, "who": t.who()}


def _asked(t: _Teller) -> dict[str, Any]:
    details = [
        (_("answer"), t.word("answer", Answer.choices)), (_("ask again on"), t.day("again_on")),
    ]  # fmt: skip
    what = _("Asked for a commitment for %(month)s") % {"month": t.month()}
    return {"symbol": "phone", "what": what, "details": details, "who": t.who()}


def _promised(t: _Teller) -> dict[str, Any]:
    parts = t.data.get("parts") or []
    words = {"reference": t.text("reference"), "amount": t.sum(sum(a for _d, a in parts))}
    what = _("Promised: %(amount)s (%(reference)s)") % words
    if t.text("replaces"):
        what = _("Renegotiated: %(amount)s (%(reference)s)") % words
    measure = t.word("measure", MeasureKind.choices)
    if measure and t.text("measure_what"):
        measure = f"{measure}: {t.text('measure_what')}"
    details = [
        (_("replaces"), t.text("replaces")), (_("reason"), t.text("reason")),
        (_("who asked"), t.word("asked_by", AskedBy.choices)),
        (_("promised by"), t.text("promised_by")), (_("how"), t.word("channel", Channel.choices)),
        (_("came from"), measure),
    ]  # fmt: skip
    return {
        "symbol": "swap" if t.text("replaces") else "handshake", "what": what, "details": details,
        "lines": _parts(t), "note": t.text("note"), "who": t.who(),
    }  # fmt: skip


def _cancelled(t: _Teller) -> dict[str, Any]:
    what = _("Promise %(reference)s cancelled") % {"reference": t.text("reference")}
    details = [(_("reason"), t.text("reason"))]
    return {"symbol": "ban", "what": what, "details": details, "lines": _parts(t)}


def _parts(t: _Teller) -> list[str]:
    return [f"{_day(due_on)}: {t.sum(amount)}" for due_on, amount in t.data.get("parts") or []]


def _verdict(t: _Teller) -> dict[str, Any]:
    words = {
        "reference": f"{t.text('reference')}/{t.data['position']}", "amount": t.money("amount"),
        "day": t.day("due_on"),
    }  # fmt: skip
    what = _("Verdict on %(reference)s: %(amount)s due %(day)s") % words
    state = "" if t.data["state"] == t.data["verdict"] else t.word("state", State.choices)
    details = [
        (_("deadline"), t.day("deadline_on")),
        (_("on time"), t.money("on_time")),
        (_("received in all"), t.money("received")),
        (_("state now"), state),
        (_("settled on"), t.day("settled_on")),
    ]
    late = str(t.data["deadline_on"])
    lines = []
    for reference, on, amount in t.data.get("money") or []:
        said = {"day": _day(on), "amount": t.sum(amount), "payment": reference}
        if str(on) > late:
            lines.append(_("%(day)s: %(amount)s from %(payment)s, late") % said)
        else:
            lines.append(_("%(day)s: %(amount)s from %(payment)s") % said)
    badge = t.text("verdict")
    lines = lines or [_("Nothing was received on it.")]
    return {
        "symbol": "calendar", "what": what, "badge": badge, "details": details, "lines": lines,
    }  # fmt: skip


def _paid(t: _Teller) -> dict[str, Any]:
    words = {"amount": t.money("amount"), "reference": t.text("reference")}
    fills = t.data.get("fills") or []
    rest = t.data["amount"] - sum(amount for _r, _p, amount in fills)
    lines = [f"{reference}/{position}: {t.sum(amount)}" for reference, position, amount in fills]
    if rest > 0 and fills:
        lines.append(_("on no promise: %(amount)s") % {"amount": t.sum(rest)})
    details = [
        (_("how it came"), t.word("method", PaymentMethod.choices)),
        (_("for invoice"), t.text("invoice")),
    ]
    return {
        "symbol": "plus", "what": _("Received: %(amount)s (%(reference)s)") % words,
        "details": details, "lines": lines, "note": t.text("note"), "who": t.who(),
    }  # fmt: skip


def _reversed(t: _Teller) -> dict[str, Any]:
    words = {"amount": t.money("amount"), "payment": t.text("payment")}
    return {
        "symbol": "undo", "what": _("Taken back: %(amount)s of %(payment)s") % words,
        "badge": "reversed", "details": [(_("reference"), t.text("reference"))],
        "note": t.text("note"), "who": t.who(),
    }  # fmt: skip


def _adjusted(t: _Teller) -> dict[str, Any]:
    words = {"amount": t.money("amount"), "kind": t.word("kind", AdjustmentKind.choices)}
    details = [(_("number"), t.text("number")), (_("for invoice"), t.text("invoice"))]
    return {
        "symbol": "edit", "what": _("Settled without money: %(amount)s, %(kind)s") % words,
        "details": details, "note": t.text("note"), "who": t.who(),
    }  # fmt: skip


def _message(t: _Teller) -> dict[str, Any]:
    words = {"kind": t.word("kind", NoticeKind.choices), "person": t.text("person")}
    is_withdrawn = t.data["notice"] == NoticeState.WITHDRAWN
    state = t.word("state", MessageState.choices) or str(NoticeState.OWED.label)
    if is_withdrawn and t.data["state"] != MessageState.WITHDRAWN:
        state = str(NoticeState.WITHDRAWN.label)
    details = [
        (_("about"), t.text("about")),
        (_("to"), t.text("address")),
        (_("delivery"), state),
        (_("sent on"), "" if is_withdrawn else t.day("sent_on")),
        (_("why"), reason_in_words(t.text("reason"))),
    ]
    message = t.data["message"]
    path = reverse("web:message_detail", args=[message]) if message else ""
    return {
        "symbol": "mail", "what": _("Message to %(person)s: %(kind)s") % words, "details": details,
        "path": path,
    }  # fmt: skip


def _resent(t: _Teller) -> dict[str, Any]:
    words = {"kind": t.word("kind", NoticeKind.choices), "person": t.text("person")}
    details = [
        (_("first sent on"), t.day("first_on")), (_("to"), t.text("address")),
        (_("delivery"), t.word("state", MessageState.choices)), (_("sent on"), t.day("sent_on")),
        (_("why"), reason_in_words(t.text("reason"))),
    ]  # fmt: skip
    return {
        "symbol": "repeat", "what": _("Sent once more to %(person)s: %(kind)s") % words,
        "details": details, "who": t.who(),
        "path": reverse("web:message_detail", args=[t.data["message"]]),
    }  # fmt: skip


def _followup(t: _Teller) -> dict[str, Any]:
    details = [
        (_("how"), t.word("channel", Channel.choices)), (_("with"), t.text("with")),
        (_("reason given"), t.word("reason", Reason.choices)), (_("next on"), t.day("next_on")),
    ]  # fmt: skip
    return {
        "symbol": "phone", "what": _("Follow-up"), "badge": f"said_{t.data['outcome']}",
        "details": details, "note": t.text("note"), "who": t.who(),
    }  # fmt: skip


def _about(t: _Teller) -> list[Detail]:
    target = " → ".join(text for text in (t.money("before"), t.money("after")) if text)
    return [
        (_("about"), t.text("reference") or t.month()), (_("amount"), t.money("amount")),
        (_("target"), target), (_("until"), t.day("until_on")),
    ]  # fmt: skip


def _requested(t: _Teller) -> dict[str, Any]:
    what = _("Asked the manager: %(kind)s") % {"kind": t.word("kind", RequestKind.choices)}
    details = [*_about(t), (_("reason given"), t.word("reason", Reason.choices))]
    return {
        "symbol": "flag", "what": what, "details": details, "note": t.text("note"),
        "who": t.who(), "path": reverse("web:request_detail", args=[t.data["request"]]),
    }  # fmt: skip


def _decided(t: _Teller) -> dict[str, Any]:
    kind = t.word("kind", RequestKind.choices)
    what = _("Request decided: %(kind)s") % {"kind": kind}
    if t.data["state"] == RequestState.WITHDRAWN:
        what = _("Request withdrawn: %(kind)s") % {"kind": kind}
    details = [*_about(t), (_("conceded"), t.money("conceded"))]
    return {
        "symbol": "flag", "what": what, "badge": t.text("state"), "details": details,
        "note": t.text("word"), "who": t.who(),
        "path": reverse("web:request_detail", args=[t.data["request"]]),
    }  # fmt: skip


def _measure(t: _Teller) -> dict[str, Any]:
    words = {"kind": t.word("kind", MeasureKind.choices), "month": t.month()}
    was = t.data.get("uplift_was")
    what = _("Measure changed: %(kind)s, %(month)s") % words
    if was is None:
        what = _("Measure planned: %(kind)s, %(month)s") % words
    uplift = t.money("uplift")
    if was is not None and was != t.data["uplift"]:
        uplift = f"{t.sum(was)} → {uplift}"
    details = [
        (_("what exactly"), t.text("description")), (_("expected uplift"), uplift),
        (_("realised uplift"), t.money("realised") if t.data["status"] == "done" else ""),
        (_("reason"), t.text("reason")), (pgettext("a measure", "who"), t.text("owner")),
    ]  # fmt: skip
    return {
        "symbol": "edit", "what": what, "badge": t.text("status"), "details": details,
        "who": t.who(),
    }  # fmt: skip


def _owner(t: _Teller) -> dict[str, Any]:
    names = {"now": t.text("now"), "was": t.text("was")}
    what = _("Looked after by %(now)s") % names
    if names["was"]:
        what = _("Handed over from %(was)s to %(now)s") % names
    return {"symbol": "people", "what": what, "who": t.who(), "details": [_beginning(t)]}


def _rating(t: _Teller) -> dict[str, Any]:
    unrated = _("unrated")
    change = f"{t.text('was') or unrated} → {t.text('now') or unrated}"
    return {
        "symbol": "flag", "what": _("Credit rating: %(change)s") % {"change": change},
        "who": t.who(), "details": [_beginning(t)],
    }  # fmt: skip


def _regular(t: _Teller) -> dict[str, Any]:
    if t.data.get("amount") is None:
        return {"symbol": "ban", "what": _("Regular payment ended"), "who": t.who()}
    words = {"amount": t.money("amount"), "day": t.data["day"]}
    return {
        "symbol": "repeat",
        "what": _("Regular payment agreed: %(amount)s by day %(day)s of each month") % words,
        "details": [(_("with"), t.text("with")), _beginning(t)],
        "who": t.who(),
    }


def _beginning(t: _Teller) -> Detail:
    return (_("valid from"), "" if t.data.get("from") else _("the beginning"))


def _hold(t: _Teller) -> dict[str, Any]:
    what = _("On hold: %(kind)s") % {"kind": t.word("kind", HoldKind.choices)}
    return {
        "symbol": "clock", "what": what, "note": t.text("note"), "who": t.who(),
        "details": [(pgettext("a day", "until the end of"), t.day("ends_on"))],
    }  # fmt: skip


def _lifted(t: _Teller) -> dict[str, Any]:
    kind = t.word("kind", HoldKind.choices)
    return {"symbol": "clock", "what": _("Hold lifted: %(kind)s") % {"kind": kind}}


def _day(value: Any, style: str = "DATE_FORMAT") -> str:
    if isinstance(value, datetime | date):
        return date_format(value, style)
    try:
        return date_format(date.fromisoformat(str(value)), style) if value else ""
    except ValueError:
        return str(value)


TELLERS: Final[Mapping[str, Callable[[_Teller], dict[str, Any]]]] = {
    "target": _target,
    "agreed": _agreed,
    "asked": _asked,
    "promised": _promised,
    "cancelled": _cancelled,
    "verdict": _verdict,
    "paid": _paid,
    "reversed": _reversed,
    "adjusted": _adjusted,
    "message": _message,
    "resent": _resent,
    "followup": _followup,
    "requested": _requested,
    "decided": _decided,
    "measure": _measure,
    "owner": _owner,
    "rating": _rating,
    "regular": _regular,
    "hold": _hold,
    "lifted": _lifted,
}
