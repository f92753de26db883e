"""The mailbox that notifications come back to, read over IMAP."""

from __future__ import annotations

import imaplib
import ssl
from collections import Counter
from typing import Final
from urllib.parse import unquote, urlsplit

from collections_app.outbox.bounces import MOST_BYTES, Came, take_bounce

TIMEOUT: Final = 10
MOST_AT_ONCE: Final = 200


class MailboxUnreachable(Exception):
    """The mailbox does not answer, or does not let us in. Never says the password."""


def read_mailbox(url: str) -> Counter[Came]:
    """Take what is new in the mailbox of ``imaps://user:password@host[:port][/FOLDER]``.

    What was taken is marked as read, and stays where it is. Raises ``MailboxUnreachable``.
    """
    came: Counter[Came] = Counter()
    try:
        line = _opened(url)
        try:
            _status, found = line.uid("SEARCH", "UNSEEN")
            for uid in (found[0] or b"").split()[:MOST_AT_ONCE]:
                came += take_bounce(_fetched(line, uid.decode()))
                line.uid("STORE", uid.decode(), "+FLAGS.SILENT", r"(\Seen)")
        finally:
            line.logout()
    except (imaplib.IMAP4.error, OSError, ValueError) as fault:
        raise MailboxUnreachable(type(fault).__name__) from None
    return came


def _opened(url: str) -> imaplib.IMAP4:
    parts = urlsplit(url)
    host = parts.hostname or ""
    line: imaplib.IMAP4
    if parts.scheme == "imaps":
        context = ssl.create_default_context()
        line = imaplib.IMAP4_SSL(host, parts.port or 993, ssl_context=context, timeout=TIMEOUT)
    elif parts.scheme == "imap" and host in ("127.0.0.1", "::1", "localhost"):
        # Unencrypted the password would be read on the way: only a server beside us is asked so.
        line = imaplib.IMAP4(host, parts.port or 143, timeout=TIMEOUT)
    else:
        raise ValueError("not an address like imaps://user:password@host/INBOX")
    folder = unquote(parts.path.strip("/")) or "INBOX"
    try:
        line.login(unquote(parts.username or ""), unquote(parts.password or ""))
        status, _told = line.select(f'"{folder}"')
        if status != "OK":
            raise ValueError("no such folder")
    except BaseException:
        line.shutdown()
        raise
    return line


def _fetched(line: imaplib.IMAP4, uid: str) -> bytes:
    _status, parts = line.uid("FETCH", uid, f"(BODY.PEEK[]<0.{MOST_BYTES}>)")
    return next((part[1] for part in parts if isinstance(part, tuple)), b"")
