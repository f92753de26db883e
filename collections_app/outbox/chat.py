"""How a message leaves by chat: shortened, with a link, in the words of the mail."""

from __future__ import annotations

import importlib
import re
import sys
import time
from typing import Any, Final

from django.conf import settings

from collections_app.accounts.chat import OpenAddress, open_address
from collections_app.accounts.models import ChatAddress
from collections_app.outbox.channels import Deferred, InDoubt, Rejected
from collections_app.outbox.models import Channel as Way
from collections_app.outbox.models import Message
from collections_app.outbox.wire import Exchange, Forbidden, Wire, exchanges

# The tightest of the services: Teams by characters, WeCom by bytes.
MOST_CHARACTERS: Final = 900
MOST_BYTES: Final = 1900
CLASSES: Final = {
    "wecom": ("wecombot", "NotifyWeComBot"),
    "dingtalk": ("dingtalk", "NotifyDingTalk"),
    "feishu": ("feishu", "NotifyFeishu"),
    "lark": ("lark", "NotifyLark"),
    "slack": ("slack", "NotifySlack"),
    "teams": ("workflows", "NotifyWorkflows"),
    "ntfy": ("ntfy", "NotifyNtfy"),
}
# Too many in a minute, by WeCom, DingTalk, Feishu and Lark; and their own troubles.
LATER: Final = frozenset({-1, 45009, 130101, 9499, 11232, 660026})
LINK: Final = re.compile(r"https?://\S+")


class ChatChannel:
    """A request for each message."""

    way = Way.CHAT

    def send(self, message: Message, *, until: float) -> None:
        """Send one message; raises ``Deferred``, ``Rejected`` or ``InDoubt``."""
        address = ChatAddress.objects.filter(person=message.person_id).first()
        if address is None:
            raise Rejected("chat: the person has no chat address any more")
        opened = open_address(address)
        if opened is None:
            raise Rejected("chat: the address can no longer be read, since the key has changed")
        say(opened, subject=message.subject, text=message.body_text, until=until)

    def close(self) -> None:
        """Nothing is held open."""


def say(address: OpenAddress, *, subject: str, text: str, until: float) -> None:
    """Say something in a chat; raises as ``ChatChannel.send`` does, never with the address."""
    if time.monotonic() > until:
        raise Deferred("chat: too slow: the lease has all but run out")
    seen: list[Exchange] = []
    kept = exchanges.set(seen)
    try:
        plugin = _plugin(address)
        title = title_of(subject)
        plugin.notify(title=title, body=shortened(text, beside=title))
    except Forbidden:
        pass
    except Exception:
        if not seen:
            raise Rejected("chat: the address is not understood") from None
    finally:
        exchanges.reset(kept)
    _judge(seen)


def title_of(subject: str) -> str:
    """The subject, with the word by which DingTalk's and Feishu's robots may know what is ours."""
    return f"Kept: {subject}"


def shortened(text: str, *, beside: str = "") -> str:
    """The text as far as a chat takes it beside its title, and then where to read on."""
    text = "\n".join(line.rstrip() for line in text.strip().splitlines())
    text = re.sub(r"\n{3,}", "\n\n", text)
    if _fits(beside + text):
        return text
    end = f"\n…\n{settings.BASE_URL}/messages/"
    lines = text.split("\n")
    while len(lines) > 1 and not _fits(beside + "\n".join(lines) + end):
        lines.pop()
    kept = "\n".join(lines).rstrip()
    while kept and not _fits(beside + kept + end):
        kept = kept[:-20]
    return kept + end


def _fits(text: str) -> bool:
    return len(text) <= MOST_CHARACTERS and len(text.encode()) <= MOST_BYTES


def _plugin(address: OpenAddress) -> Any:
    """The library's way to speak to the service. Of an address nothing but known parts is told."""
    module_name, class_name = CLASSES[address.service]
    from apprise import AppriseAsset  # noqa: PLC0415 - large, and few processes need it

    name = f"apprise.plugins.{module_name}"
    importlib.import_module(name)
    module = sys.modules[name]
    if not isinstance(module.requests, Wire):
        module.requests = Wire()  # type: ignore[attr-defined]
    asset = AppriseAsset(
        app_id="Kept", app_desc="Kept", app_url=settings.BASE_URL, image_url_mask="",
        image_url_logo="", async_mode=False, http_redirects=False, secure_logging=True,
        default_service_retry=0,
    )  # fmt: skip
    return getattr(module, class_name)(asset=asset, **_told(address))


def _told(address: OpenAddress) -> dict[str, Any]:
    parts = address.parts
    if address.service == "dingtalk":
        return {"token": parts["token"], "secret": address.signing or None}
    if address.service == "slack":
        return {**parts, "include_image": False, "include_footer": False}
    if address.service == "teams":
        return {
            "host": parts["host"], "workflow": parts["workflow"], "signature": parts["signature"],
            "power_automate": "power" in parts, "include_image": False, "secure": True,
        }  # fmt: skip
    if address.service == "ntfy":
        return {
            "host": parts["host"], "port": int(parts["port"]) if "port" in parts else None,
            "secure": parts["scheme"] == "https", "mode": "private", "targets": [parts["topic"]],
            "include_image": False,
        }  # fmt: skip
    return dict(parts)


def _judge(seen: list[Exchange]) -> None:
    """What the last request came to. A text that fits needs one."""
    if not seen:
        raise Rejected("chat: the address is not understood")
    last = seen[-1]
    if last.is_forbidden:
        raise Rejected("chat: the address leads to a place that nothing may be sent to")
    if not last.status:
        if last.left:
            raise InDoubt("chat: the connection was lost before the answer")
        raise Deferred("chat: the service could not be reached")
    told = f"chat: the service answered {last.status}" + (f", {last.code}" if last.code else "")
    if last.status in (408, 425, 429) or last.status >= 500 or last.code in LATER:
        raise Deferred(told)
    if last.status >= 300 or last.code:
        raise Rejected(told)
