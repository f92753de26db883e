"""How a mail leaves: over SMTP, or into a folder where no server is set."""

from __future__ import annotations

import os
import re
import smtplib
import socket
import ssl
import time
from collections.abc import Callable
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from pathlib import Path
from typing import Any, Protocol

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.encoding import punycode

from collections_app.outbox.models import Channel as Way
from collections_app.outbox.models import Message

TIMEOUT = 10
# Ours, not the recipient's: the server wants a sign-in, or does not take the one we have.
SIGN_IN_CODES = frozenset({530, 534, 535, 538})
_NEWLINE = re.compile(rb"\r\n|\r|\n")
_LEADING_DOT = re.compile(rb"^\.", re.MULTILINE)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


class Unreachable(Exception):
    """No connection, or none that gets as far as a mail: nothing was taken."""


class Deferred(Exception):
    """The server says later, of this mail: nothing was taken."""


class Rejected(Exception):
    """The server says never, of this mail; or its address is none."""


class InDoubt(Exception):
    """The connection was lost when the server may already have taken the mail."""


class Channel(Protocol):
    """A way out. ``until`` is the ``time.monotonic`` after which nothing may leave any more."""

    way: Way

    def send(self, message: Message, *, until: float) -> None: ...
    def close(self) -> None: ...


def channel() -> Channel:
    """The channel that the settings name."""
    config = settings.KEPT_EMAIL
    if config is None or not str(config.get("EMAIL_BACKEND", "smtp")).count("smtp"):
        return FolderChannel(Path(settings.MAIL_DIR))
    return SmtpChannel(config)


def address_of(message: Message) -> Address:
    """The one recipient; raises ``Rejected`` for what is no single address."""
    return checked_address(message.to_address)


def checked_address(text: str) -> Address:
    """A single address as a header; raises ``Rejected`` for anything else."""
    try:
        validate_email(text)
        local, _, domain = text.rpartition("@")
        address = Address(addr_spec=f"{local}@{punycode(domain)}")
    except (ValidationError, ValueError, MessageError) as fault:
        raise Rejected("not an e-mail address") from fault
    if not address.addr_spec.isascii():
        raise Rejected("an e-mail address that our mail cannot be sent to")
    return address


def mail_of(message: Message, *, eight_bit: bool = True) -> EmailMessage:
    """The MIME mail of a rendered message; its date and id are those of the row.

    No header comes from a user's text but the subject and the sender's name, which are put on one
    line first.
    """
    mail = EmailMessage(policy=SMTP.clone(cte_type="8bit" if eight_bit else "7bit"))
    mail["Subject"] = _one_line(message.subject)
    mail["From"] = sender_of(message)
    mail["To"] = address_of(message)
    if message.reply_to:
        mail["Reply-To"] = checked_address(message.reply_to)
    mail["Message-ID"] = message.message_id
    mail["Date"] = format_datetime(message.dated_at or message.created_at)
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(message.body_text)
    if message.body_html:
        mail.add_alternative(message.body_html, subtype="html")
    return mail


def sender_of(message: Message) -> str | Address:
    """Our own address, in the name of whose mail it is."""
    name = _one_line(message.from_name)
    if not name:
        return str(settings.DEFAULT_FROM_EMAIL)
    own = checked_address(parseaddr(settings.DEFAULT_FROM_EMAIL)[1])
    return Address(display_name=name, addr_spec=own.addr_spec)


def _one_line(text: str) -> str:
    return " ".join(_CONTROL.sub(" ", text).split())


def wire_form(mail: EmailMessage) -> bytes:
    """The mail as it goes over the line, all but the final dot."""
    text = _NEWLINE.sub(b"\r\n", mail.as_bytes())
    text = text if text.endswith(b"\r\n") else text + b"\r\n"
    return _LEADING_DOT.sub(b"..", text)


class SmtpChannel:
    """One connection, kept over many mails."""

    way = Way.SMTP

    def __init__(self, config: dict[str, Any]) -> None:
        self._config = config
        self._line: smtplib.SMTP | None = None

    def send(self, message: Message, *, until: float) -> None:
        """Send one mail; raises ``Unreachable``, ``Deferred``, ``Rejected`` or ``InDoubt``."""
        to = address_of(message).addr_spec
        kept = self._line is not None
        try:
            line = self._offer(to)
        except Unreachable:
            if not kept:
                raise
            # The server may have ended the kept connection, as it may at any time.
            line = self._offer(to)
        mail = mail_of(message, eight_bit=line.has_extn("8bitmime"))
        self._hand_over(line, wire_form(mail), until)

    def _offer(self, to: str) -> smtplib.SMTP:
        """Everything up to where the server waits for the mail itself."""
        line = self._connected()
        sender = parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
        options = ["BODY=8BITMIME"] if line.has_extn("8bitmime") else []
        self._ask(lambda: line.mail(sender, options))
        self._ask(lambda: line.rcpt(to))
        self._ask(lambda: line.docmd("DATA"))
        return line

    def _ask(self, step: Callable[[], tuple[int, bytes]]) -> None:
        try:
            code, said = step()
        except (smtplib.SMTPException, OSError) as lost:
            self._drop()
            raise Unreachable(str(lost)) from lost
        if not 200 <= code < 400:
            self._refused(code, said)

    def _hand_over(self, line: smtplib.SMTP, data: bytes, until: float) -> None:
        """The mail, then the final dot: before it nothing is taken, after it anything may be."""
        try:
            line.send(data)
        except (smtplib.SMTPException, OSError) as lost:
            self._drop()
            raise Unreachable(str(lost)) from lost
        if time.monotonic() > until:
            # Another sender may have taken it up by now. A mail without its dot is none.
            self._drop()
            raise Deferred("too slow: the lease has all but run out")
        try:
            line.send(b".\r\n")
            code, said = line.getreply()
        except Exception as lost:  # a time limit of the worker's strikes here too
            self._drop()
            raise InDoubt(str(lost) or repr(lost)) from lost
        if not 200 <= code < 600:
            self._drop()
            raise InDoubt(f"an answer that means nothing: {code}")
        if code >= 300:
            self._refused(code, said)

    def _refused(self, code: int, said: bytes) -> None:
        text = f"{code} {said.decode(errors='replace')}"
        if code == 421 or code in SIGN_IN_CODES or not 400 <= code < 600:
            self._drop()
            raise Unreachable(text)
        try:
            if self._line is not None:
                self._line.rset()
        except (smtplib.SMTPException, OSError):
            self._drop()
        raise (Rejected if code >= 500 else Deferred)(text)

    def _connected(self) -> smtplib.SMTP:
        if self._line is None:
            try:
                self._line = self._connect()
            except (smtplib.SMTPException, OSError) as refusal:
                raise Unreachable(str(refusal)) from refusal
        return self._line

    def _connect(self) -> smtplib.SMTP:
        host, port = self._config["EMAIL_HOST"], self._config["EMAIL_PORT"] or 25
        # Python would ask the name servers for our own name, which may take long.
        own = socket.gethostname()
        if self._config.get("EMAIL_USE_SSL"):
            line: smtplib.SMTP = smtplib.SMTP_SSL(
                host,
                port,
                timeout=TIMEOUT,
                local_hostname=own,
                context=ssl.create_default_context(),
            )
        else:
            line = smtplib.SMTP(host, port, timeout=TIMEOUT, local_hostname=own)
        try:
            if self._config.get("EMAIL_USE_TLS"):
                line.starttls(context=ssl.create_default_context())
            if self._config.get("EMAIL_HOST_USER"):
                password = self._config.get("EMAIL_HOST_PASSWORD") or ""
                line.login(self._config["EMAIL_HOST_USER"], password)
            line.ehlo_or_helo_if_needed()
            if line.sock is not None:
                # The dot goes out by itself, and must not wait for the mail's acknowledgement.
                line.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except BaseException:
            line.close()
            raise
        return line

    def _drop(self) -> None:
        line, self._line = self._line, None
        if line is not None:
            line.close()

    def close(self) -> None:
        """End the connection, politely if the server still listens."""
        line, self._line = self._line, None
        if line is None:
            return
        try:
            line.quit()
        except (smtplib.SMTPException, OSError):
            line.close()


class FolderChannel:
    """A file per mail, written aside and renamed; the same mail twice is one file."""

    way = Way.FOLDER

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def send(self, message: Message, *, until: float) -> None:
        """Write one mail; raises ``Rejected`` for an address that is none."""
        data = mail_of(message).as_bytes()
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = self._folder / f"{message.key}.eml"
        aside = path.with_name(f"{path.name}.{os.getpid()}.new")
        with aside.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        aside.replace(path)

    def close(self) -> None:
        """Nothing is held open."""
