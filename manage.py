#!/usr/bin/env python
"""The terminal's door: joins or starts the embedded servers, then hands over to Django."""

from __future__ import annotations

import atexit
import json
import os
import signal
import sys

from collections_app.embedded.environment import join_embedded, needs_embedded
from collections_app.embedded.places import EmbeddedFailed

# Commands that read neither database nor broker.
ALONE = {"help", "version", "collectstatic", "compile_texts", "gather_texts", "check_texts"}
ALONE |= {"diffsettings", "startapp"}
HELP = {"--help", "-h", "--version"}
SERVICE_UNREACHABLE = 3


def join_for_command() -> None:
    """Hold a share in the embedded servers for as long as this command runs."""
    try:
        services = join_embedded()
    except (EmbeddedFailed, OSError) as failure:
        message = f"The embedded servers cannot be used: {failure}"
        if "--json" in sys.argv:
            print(json.dumps({"error": {"code": "service_unreachable", "message": message}}))
        print(message, file=sys.stderr)
        sys.exit(SERVICE_UNREACHABLE)
    if services is not None:
        atexit.register(services.leave)
        # Ended by a signal, Python would run nothing at exit and leave the servers to the next.
        for number in (signal.SIGTERM, signal.SIGHUP):
            if signal.getsignal(number) is signal.SIG_DFL:
                signal.signal(number, lambda number, _frame: sys.exit(128 + number))


def main() -> None:
    """Run one command."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "collections_app.settings")
    words = sys.argv[1:]
    wants_help = not words or HELP & set(words)
    if words[:1] == ["up"] and not wants_help and "--prepare" not in words:
        from collections_app.embedded.up import up

        # Without Django: it only starts and watches the processes that load it.
        sys.exit(up(words[1:]))
    if not wants_help and words[0] not in ALONE and needs_embedded():
        join_for_command()
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
