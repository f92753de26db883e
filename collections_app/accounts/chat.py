"""Where people are reached by chat: the services, and addresses that only the sender reads."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from dataclasses import dataclass
from typing import Any, Final

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from collections_app.accounts.models import ChatAddress, MorningBy, Person
from collections_app.accounts.operations import record
from collections_app.core.refusals import Refused

HINT: Final = 4
# What is shorter would be given away by its end.
LONG_ENOUGH: Final = 16
_KEY = r"[A-Za-z0-9_-]{8,128}"


@dataclass(frozen=True, slots=True)
class ChatService:
    """A service: how its addresses look. ``secret`` names the group that nobody else may know."""

    label: Any
    pattern: re.Pattern[str]
    secret: str


def _service(label: Any, pattern: str, secret: str) -> ChatService:
    return ChatService(label, re.compile(pattern), secret)


# Nothing else is ever sent to; ntfy, whose host is anybody's, comes last.
SERVICES: Final = {
    "wecom": _service(
        gettext_lazy("WeCom"),
        rf"https://qyapi\.weixin\.qq\.com/cgi-bin/webhook/send\?key=(?P<key>{_KEY})",
        "key",
    ),
    "dingtalk": _service(
        gettext_lazy("DingTalk"),
        r"https://oapi\.dingtalk\.com/robot/send\?access_token=(?P<token>[A-Za-z0-9]{16,128})",
        "token",
    ),
    "feishu": _service(
        gettext_lazy("Feishu"),
        rf"https://open\.feishu\.cn/open-apis/bot/v2/hook/(?P<token>{_KEY})/?",
        "token",
    ),
    "lark": _service(
        gettext_lazy("Lark"),
        rf"https://open\.larksuite\.com/open-apis/bot/v2/hook/(?P<token>{_KEY})/?",
        "token",
    ),
    "slack": _service(
        gettext_lazy("Slack"),
        r"https://hooks\.slack\.com/services/(?P<token_a>T[A-Z0-9]{6,20})/(?P<token_b>B[A-Z0-9]{6,20})"
        r"/(?P<token_c>[A-Za-z0-9]{16,40})",
        "token_c",
    ),
    "teams": _service(
        gettext_lazy("Teams"),
        r"https://(?P<host>[a-z0-9.-]+\.(?:logic\.azure\.(?:com|cn|us)|api\.powerplatform\.com))"
        r"(?::443)?(?P<power>/powerautomate/automations/direct)?/workflows/(?P<workflow>[A-Za-z0-9]{16,64})"
        r"/triggers/manual/paths/invoke/?\?(?:[^#\s]*&)?sig=(?P<signature>[A-Za-z0-9_-]{16,128})"
        r"(?:&[^#\s]*)?",
        "signature",
    ),
    "ntfy": _service(
        gettext_lazy("ntfy"),
        r"(?P<scheme>https?)://(?P<host>[a-z0-9.-]+)(?::(?P<port>[1-9][0-9]{0,4}))?"
        r"/(?P<topic>[A-Za-z0-9_-]{1,64})",
        "topic",
    ),
}
LOCAL: Final = frozenset({"127.0.0.1", "localhost"})


class ChatRefused(Refused):
    """No address of a chat that messages may go to."""


@dataclass(frozen=True, slots=True)
class OpenAddress:
    """An address as the sender needs it: the parts of the URL, and the secret to sign with."""

    service: str
    parts: dict[str, str]
    signing: str = ""


def read_address(text: str, signing: str = "") -> OpenAddress:
    """The service and the parts of an address as people copy it; raises ``ChatRefused``."""
    for key, service in SERVICES.items():
        found = service.pattern.fullmatch(text.strip())
        if found is None:
            continue
        parts = {name: value for name, value in found.groupdict().items() if value}
        is_local = settings.CHAT_TO_LOOPBACK and parts.get("host") in LOCAL
        if parts.get("scheme") == "http" and not is_local:
            break
        if "port" in parts and int(parts["port"]) > 65535:
            break
        if signing and key != "dingtalk":
            raise ChatRefused(
                _("Only DingTalk's robots sign: leave this empty."), code="unknown", field="signing"
            )
        return OpenAddress(key, parts, signing)
    raise ChatRefused(
        _("This is no address of a chat that Kept can write to: copy it whole, as shown below."),
        code="unknown",
        field="address",
    )


def set_chat_address(
    *, person: Person, address: str = "", signing: str = "", morning_by: str = MorningBy.BOTH
) -> ChatAddress:
    """Let messages to the person go to a chat as well; without an address that of now stays.

    The record tells service and hint alone. Raises ``ChatRefused``.
    """
    if morning_by not in MorningBy.values:
        raise ChatRefused(_("This value is not known here."), code="unknown", field="morning_by")
    with transaction.atomic():
        # Two at once wait for each other.
        Person.objects.select_for_update().get(pk=person.pk)
        held = ChatAddress.objects.filter(person=person).first()
        before = _facts(held)
        if not address and held is None:
            raise ChatRefused(_("An address is needed."), code="required", field="address")
        held = held or ChatAddress(person=person)
        if address:
            opened = read_address(address, signing)
            secret = opened.parts[SERVICES[opened.service].secret]
            held.service, held.sealed = opened.service, _seal(opened)
            held.hint = secret[-HINT:] if len(secret) >= LONG_ENOUGH else ""
        held.morning_by = morning_by
        held.save()
        _record(person, before, _facts(held))
    return held


def remove_chat_address(*, person: Person) -> bool:
    """Write to the person's chat no more; False if there was none."""
    with transaction.atomic():
        held = ChatAddress.objects.select_for_update().filter(person=person).first()
        if held is None:
            return False
        held.delete()
        _record(person, _facts(held), {})
    return True


def masked(address: ChatAddress) -> str:
    """The address as it may be shown: its service, and the end that tells it from others."""
    return f"{SERVICES[address.service].label} ····{address.hint}"


def open_address(address: ChatAddress) -> OpenAddress | None:
    """What was sealed; None where the installation's key is another one by now."""
    try:
        kept = json.loads(_keys().decrypt(address.sealed.encode()))
    except InvalidToken:
        return None
    return OpenAddress(kept["service"], kept["parts"], kept["signing"])


def _seal(opened: OpenAddress) -> str:
    text = json.dumps({"service": opened.service, "parts": opened.parts, "signing": opened.signing})
    return _keys().encrypt(text.encode()).decode()


def _keys() -> MultiFernet:
    """Made of the installation's key, and of former ones to read by."""
    found = []
    for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
        digest = hashlib.sha256(b"kept.chat-address\x00" + key.encode()).digest()
        found.append(Fernet(base64.urlsafe_b64encode(digest)))
    return MultiFernet(found)


def _facts(address: ChatAddress | None) -> dict[str, str]:
    if address is None:
        return {}
    return {
        "service": address.service,
        "hint": address.hint,
        "morning_by": str(address.morning_by),
    }


def _record(person: Person, before: dict[str, str], after: dict[str, str]) -> None:
    record(
        actor=person,
        verb="change",
        subject_kind="chat_address",
        subject_id=person.pk,
        payload={"before": before, "after": after},
    )
