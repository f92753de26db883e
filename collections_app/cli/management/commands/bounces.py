"""``manage.py bounces``: mark the messages that delivery status notifications tell of."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from collections_app.cli.output import Answer, JsonCommand, WrongUsage
from collections_app.outbox.bounces import MOST_BYTES, Came, take_bounce


class Command(JsonCommand):
    help = "Read delivery status notifications from files, or one from standard input."

    def add_more_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("files", nargs="*", metavar="FILE", type=Path, help="one mail each")

    def run(self, **options: Any) -> Answer:
        came: Counter[Came] = Counter()
        for data in _read(options["files"]):
            came += take_bounce(data)
        told = {str(key): came[key] for key in Came}
        return Answer(told, ", ".join(f"{number} {key}" for key, number in told.items()))


def _read(files: list[Path]) -> list[bytes]:
    """All of them before any is taken, so that a wrong name changes nothing."""
    if not files:
        return [sys.stdin.buffer.read(MOST_BYTES)]
    try:
        return [_beginning(path) for path in files]
    except OSError as fault:
        raise WrongUsage(f"{fault.filename} cannot be read: {fault.strerror}") from fault


def _beginning(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(MOST_BYTES)
