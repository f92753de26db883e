"""A mailbox on loopback: as much of IMAP as reading what is new takes."""

from __future__ import annotations

import re
import socketserver
import threading
from typing import Any


class _Talk(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        self.wfile.write(b"* OK ready\r\n")
        for line in self.rfile:
            tag, _, rest = line.decode().strip().partition(" ")
            self.answer(tag, rest)
            if rest == "LOGOUT":
                return

    def answer(self, tag: str, rest: str) -> None:
        box: ImapServer = self.server.box  # type: ignore[attr-defined]
        status = "OK done"
        if rest == "CAPABILITY":
            self.tell(b"* CAPABILITY IMAP4rev1")
        elif rest.startswith("LOGIN"):
            status = "OK in" if box.password in rest else "NO wrong"
        elif rest.startswith("SELECT"):
            self.tell(b"* %d EXISTS" % len(box.mails))
        elif rest == "UID SEARCH UNSEEN":
            new = [str(n) for n in range(len(box.mails)) if n not in box.read]
            self.tell(f"* SEARCH {' '.join(new)}".encode())
        elif found := re.match(r"UID FETCH (\d+) ", rest):
            mail = box.mails[int(found[1])]
            self.tell(b"* 1 FETCH (UID %s BODY[]<0> {%d}" % (found[1].encode(), len(mail)))
            self.wfile.write(mail + b")\r\n")
        elif found := re.match(r"UID STORE (\d+) ", rest):
            box.read.add(int(found[1]))
        self.tell(f"{tag} {status}".encode())

    def tell(self, line: bytes) -> None:
        self.wfile.write(line + b"\r\n")


class ImapServer:
    """Holds ``mails``; ``read`` are the numbers of those marked so."""

    def __init__(self, *mails: bytes, password: str = "secret") -> None:
        self.mails, self.read, self.password = list(mails), set[int](), password
        server: Any = socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Talk)
        server.box, server.daemon_threads = self, True
        self._server = server
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def url(self, password: str = "secret") -> str:
        return f"imap://kept:{password}@127.0.0.1:{self._server.server_address[1]}/INBOX"

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
