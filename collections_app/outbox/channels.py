"""How a mail leaves: over SMTP, or into a folder where no server is set."""

from __future__ import annotations

import smtplib
import socket
import ssl
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from pathlib import Path
from typing import Any, Protocol

from django.conf import settings

from collections_app.outbox.models import Message

TIMEOUT = 10


class Unreachable(Exception):
    """No connection, or the server says later: nothing was taken."""


class Rejected(Exception):
    """The server says never."""


class InDoubt(Exception):
    """The connection was lost when the server may already have taken the mail."""


class Channel(Protocol):
    def send(self, message: Message) -> None: ...
    def close(self) -> None: ...


def channel() -> Channel:
    """The channel that the settings name."""
    if settings.KEPT_EMAIL is None:
        return FolderChannel(Path(settings.MAIL_DIR))
    return SmtpChannel(settings.KEPT_EMAIL)


def mail_of(message: Message) -> EmailMessage:
    """The MIME mail of a rendered message; its date and id are those of the row."""
    mail = EmailMessage(policy=SMTP)
    mail["Subject"] = " ".join(message.subject.split())
    mail["From"] = settings.DEFAULT_FROM_EMAIL
    mail["To"] = message.to_address
    mail["Message-ID"] = message.message_id
    mail["Date"] = format_datetime(message.created_at)
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(message.body_text)
    if message.body_html:
        mail.add_alternative(message.body_html, subtype="html")
    return mail


class SmtpChannel:
    """One connection, kept over many mails."""

    def __init__(self, config: dict[str, Any]) -> None:
        self._config = config
        self._line: smtplib.SMTP | None = None

    def send(self, message: Message) -> None:
        """Send one mail; raises ``Unreachable``, ``Rejected`` or ``InDoubt``."""
        data = mail_of(message).as_bytes()
        line = self._connected()
        try:
            line.sendmail(settings.DEFAULT_FROM_EMAIL, [message.to_address], data)
        except smtplib.SMTPRecipientsRefused as refusal:
            code, text = next(iter(refusal.recipients.values()))
            self._refused(code, text)
        except smtplib.SMTPResponseException as refusal:
            self._refused(refusal.smtp_code, refusal.smtp_error)
        except (smtplib.SMTPException, OSError) as lost:
            self.close()
            raise InDoubt(str(lost)) from lost

    def _refused(self, code: int, text: bytes | str) -> None:
        said = text.decode(errors="replace") if isinstance(text, bytes) else text
        if code == 421:
            self.close()
        if 500 <= code < 600:
            raise Rejected(f"{code} {said}")
        raise Unreachable(f"{code} {said}")

    def _connected(self) -> smtplib.SMTP:
        if self._line is not None:
            try:
                if self._line.noop()[0] == 250:
                    return self._line
            except (smtplib.SMTPException, OSError):
                pass
            self.close()
        try:
            self._line = self._connect()
        except (smtplib.SMTPException, OSError) as refusal:
            raise Unreachable(str(refusal)) from refusal
        return self._line

    def _connect(self) -> smtplib.SMTP:
        host, port = self._config["EMAIL_HOST"], self._config["EMAIL_PORT"] or 25
        name = socket.gethostname()
        if self._config.get("EMAIL_USE_SSL"):
            line: smtplib.SMTP = smtplib.SMTP_SSL(
                host,
                port,
                timeout=TIMEOUT,
                local_hostname=name,
                context=ssl.create_default_context(),
            )
        else:
            line = smtplib.SMTP(host, port, timeout=TIMEOUT, local_hostname=name)
        if self._config.get("EMAIL_USE_TLS"):
            line.starttls(context=ssl.create_default_context())
        if self._config.get("EMAIL_HOST_USER"):
            line.login(self._config["EMAIL_HOST_USER"], self._config["EMAIL_HOST_PASSWORD"] or "")
        return line

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

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def send(self, message: Message) -> None:
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = self._folder / f"{message.key}.eml"
        aside = path.with_suffix(".new")
        aside.write_bytes(mail_of(message).as_bytes())
        aside.rename(path)

    def close(self) -> None:
        """Nothing is held open."""
