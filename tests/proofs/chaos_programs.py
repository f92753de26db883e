"""The programs that chaos starts and kills, beside the product's own."""

from __future__ import annotations

import socket

SINK = """
import asyncio, sys
from email import message_from_bytes
from aiosmtpd.smtp import SMTP

class Keep:
    async def handle_DATA(self, server, session, envelope):
        seconds, late = map(float, sys.argv[3:5])
        await asyncio.sleep(seconds * (1 - late))
        # On disk before it is acknowledged: a killed server has still taken it.
        with open(sys.argv[2], "a") as log:
            log.write(message_from_bytes(envelope.content)["Message-ID"] + "\\n")
        # So that some die between the two, and leave doubles to be known.
        await asyncio.sleep(seconds * late)
        return "250 taken"

async def main():
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(Keep()), "127.0.0.1", int(sys.argv[1]))
    await server.serve_forever()

asyncio.run(main())
"""
CELERY = """
from celery.__main__ import main
main()
"""
# Marked first, sent after: whoever is killed in between loses the mail.
MARK_FIRST = """
from collections_app.outbox import operations
keep = operations.keep_rendered
def mark_first(*args, token, **rest):
    ours = keep(*args, token=token, **rest)
    return ours and operations.mark_sent(*args, token=token, channel="smtp")
operations.keep_rendered = mark_first
"""
CELERY_MARKS_FIRST = f"import django\ndjango.setup()\n{MARK_FIRST}\n{CELERY}"


def free_port() -> int:
    """A port of loopback that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port
