"""``manage.py send``: send what is due now from the outbox, without Celery."""

from __future__ import annotations

import signal
import time
from types import FrameType
from typing import Any

from django.core.management.base import CommandParser

from collections_app.cli.output import DONE, REJECTED, Answer, JsonCommand
from collections_app.outbox.delivery import Outcome, deliver_due
from collections_app.reminders.mail import prepare

DEFAULT_SECONDS = 60.0
PAUSE = 0.2


class Command(JsonCommand):
    help = "Send the mail that is due now."

    def add_more_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--until-empty", action="store_true", help="until nothing is due now")
        parser.add_argument("--timeout", type=float, default=DEFAULT_SECONDS, metavar="S")

    def run(self, **options: Any) -> Answer:
        self.stopping = False
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        deadline = time.monotonic() + options["timeout"]
        total = self._round(deadline)
        while options["until_empty"] and total.left and not self.stopping:
            if time.monotonic() >= deadline:
                break
            time.sleep(PAUSE)
            more = self._round(deadline)
            for name in ("sent", "withdrawn", "failed", "in_doubt", "unconfirmed"):
                setattr(total, name, getattr(total, name) + getattr(more, name))
            total.left = more.left
        names = ("sent", "withdrawn", "failed", "in_doubt", "left")
        data = {name: getattr(total, name) for name in names}
        text = ", ".join(f"{value} {name.replace('_', ' ')}" for name, value in data.items())
        unfinished = total.failed or total.left or total.unconfirmed
        return Answer(data, text, status=REJECTED if unfinished else DONE)

    def _round(self, deadline: float) -> Outcome:
        seconds = max(deadline - time.monotonic(), 0.1)
        return deliver_due(prepare=prepare, seconds=seconds, stop=lambda: self.stopping)

    def _stop(self, _number: int, _frame: FrameType | None) -> None:
        # The message in hand is finished and marked first.
        self.stopping = True
