"""A mail server on a loopback port that takes mail, or refuses it in each way that servers do."""

from __future__ import annotations

import asyncio
import socket
import threading
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


class SmtpSink:
    """``accepted`` is what was taken, in order; ``connections`` counts those opened.

    ``replies`` says what to answer to a recipient, by address (``"450 later"``). ``drop_after_dot``
    mails are taken without an answer, and as many as ``drop_before_dot`` says not even heard out.
    Answers to a recipient and to a mail take their time if told to; ``asked`` and ``taken`` are set
    before each.
    """

    def __init__(self) -> None:
        self.accepted: list[EmailMessage] = []
        self.envelopes: list[tuple[str | None, list[str], bytes]] = []
        self.replies: dict[str, str] = {}
        self.reply_to_all = ""
        self.drop_after_dot = 0
        self.drop_before_dot = 0
        self.hang_up_after_each = False
        self.seconds_for_recipient = self.seconds_for_mail = 0.0
        self.asked, self.taken = threading.Event(), threading.Event()
        self.connections = 0
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]
        self._controller: Controller | None = None

    @property
    def message_ids(self) -> list[str]:
        return [str(mail["Message-ID"]) for mail in self.accepted]

    def start(self) -> None:
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port, ready_timeout=10)
        self._controller.start()

    def stop(self) -> None:
        if self._controller is not None:
            self._controller.stop()
            self._controller = None

    # What aiosmtpd calls.

    async def handle_EHLO(  # noqa: N802
        self,
        server: SMTP,
        session: Session,
        envelope: Envelope,
        hostname: str,
        responses: list[str],
    ) -> list[str]:
        self.connections += 1
        session.host_name = hostname
        return responses

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self.asked.set()
        await asyncio.sleep(self.seconds_for_recipient)
        refusal = self.replies.get(address) or self.reply_to_all
        if refusal:
            return refusal
        if self.drop_before_dot:
            self.drop_before_dot -= 1
            _hang_up(server)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        assert isinstance(envelope.content, bytes)
        content = envelope.content
        self.envelopes.append((envelope.mail_from, list(envelope.rcpt_tos), content))
        mail: Any = message_from_bytes(content, policy=policy.SMTP)
        self.accepted.append(mail)
        self.taken.set()
        await asyncio.sleep(self.seconds_for_mail)
        if self.drop_after_dot:
            self.drop_after_dot -= 1
            _hang_up(server)
        if self.hang_up_after_each:
            server.loop.call_later(0.01, _hang_up, server)
        return "250 taken"


def _hang_up(server: SMTP) -> None:
    transport: Any = server.transport
    if transport is not None:
        transport.abort()
