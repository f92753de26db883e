"""One's chat as it may be shown, and how an address is found in each service."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext_lazy as _

from collections_app.accounts.chat import masked
from collections_app.accounts.models import ChatAddress, Person


@dataclass(frozen=True, slots=True)
class ShownChat:
    """Service and mask of the address, by what the morning's messages come, and since when."""

    name: str
    morning: str
    address: ChatAddress


def shown_chat(person: Person) -> ShownChat | None:
    """The person's chat; None where there is none."""
    address = ChatAddress.objects.filter(person=person).first()
    if address is None:
        return None
    return ShownChat(masked(address), address.get_morning_by_display(), address)


# The service, what one does there, what its address looks like.
HELP: Final = (
    (
        _("WeCom"),
        _(
            "Open a group of your own, add a group robot, and copy its webhook address."
            " A group in which you are alone will do."
        ),
        "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=…",
    ),
    (
        _("DingTalk"),
        _(
            "In a group, Group settings, Robots: add a custom robot and copy its webhook address."
            " As its security choose the keyword Kept, or signing, and then enter the signing"
            " secret too."
        ),
        "https://oapi.dingtalk.com/robot/send?access_token=…",
    ),
    (
        _("Feishu"),
        _(
            "In a group, Settings, Bots: add a custom bot and copy its webhook address. If it asks"
            " for a keyword, enter Kept; do not choose signing."
        ),
        "https://open.feishu.cn/open-apis/bot/v2/hook/…",
    ),
    (
        _("Lark"),
        _("As in Feishu: a custom bot of a group, with the keyword Kept or none."),
        "https://open.larksuite.com/open-apis/bot/v2/hook/…",
    ),
    (
        _("Slack"),
        _("Make an app with an incoming webhook for a channel, and copy the webhook's address."),
        "https://hooks.slack.com/services/T…/B…/…",
    ),
    (
        _("Teams"),
        _(
            "In a channel or chat, Workflows: choose “Post to a channel when a webhook request is"
            " received” and copy the address that it ends with."
        ),
        "https://….logic.azure.com/workflows/…/triggers/manual/paths/invoke?…&sig=…",
    ),
    (
        _("ntfy"),
        _(
            "Think of a topic that nobody guesses, subscribe to it in the app, and enter server"
            " and topic. Whoever knows the topic reads along."
        ),
        "https://ntfy.sh/…",
    ),
)
