"""Chaos: whatever is killed while lapses are told, none is lost and none is owed twice.

Servers, workers, scheduler and mail server are processes of their own, killed at random with
SIGKILL from the first sweep to the last mail. The mail server takes its time, so that there is
mail under way whenever something dies. ``bin/prove chaos`` runs it at length.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from collections_app.embedded import processes
from tests.migrated import copy_to
from tests.proofs import chaos_programs as programs
from tests.scratch import scratch_environment, scratch_folder, scratch_services

ROOT = Path(__file__).resolve().parents[2]
# Patience for a slow machine: what is lost never leaves.
DRAIN_SECONDS = 300
KILL_EVERY = 3.0
# A sweep of a later week each time, so that lapses are noted while things die, too.
ROUND_EVERY = 25.0
SWEEPS_AT_ONCE = 4
SENDERS = 2
SEED = 7
# A working day long past: its morning has come, whenever this runs.
LAST_SWEPT_ON = date(2026, 3, 12)
ENDED = {"sent", "withdrawn"}
# With a mail server that answers as soon as it has written, and with one that takes its time.
MOST_DOUBLED, MOST_DOUBLED_LATE = 0.005, 0.02
# Of the time that such a one takes for a mail, how much lies between the two.
LATE = 0.1


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of the lapses. None should be ``lost``, ``owed_twice`` or ``unexplained``.

    ``notices`` are of lapses; of all kinds, none may be owed twice. ``lost`` were never taken by
    the mail server, ``unexplained`` were taken twice without being in doubt. ``kills_under_way``
    counts kills while mail was still to be sent: others prove little. Where the mail server
    ``answers_late`` some die between its writing and its answer, so that doubles are to be known.
    """

    answers_late: bool
    owed: int
    notices: int
    owed_twice: int
    lost: int
    doubled: int
    in_doubt: int
    unexplained: int
    kills: int
    kills_under_way: int
    seconds: float

    @property
    def passed(self) -> bool:
        most = MOST_DOUBLED_LATE if self.answers_late else MOST_DOUBLED
        return (
            self.notices == self.owed
            and not (self.owed_twice or self.lost or self.unexplained)
            and self.doubled <= self.owed * most
        )

    def figures(self) -> dict[str, Any]:
        return asdict(self)


class Chaos:
    """One organisation of ``lapses`` reps with a lapsed promise each, and everything to kill."""

    def __init__(
        self,
        folder: Path,
        *,
        seconds: float,
        lapses: int,
        seed: int,
        answers_late: bool,
        mark_first: bool,
        migrated: bool,
    ) -> None:
        self.folder, self.seconds, self.lapses = folder, seconds, lapses
        self.chance = random.Random(seed)
        self.migrated = migrated
        self.answers_late = answers_late
        self.mark_first = mark_first
        self.rounds = max(1, round(seconds / ROUND_EVERY))
        self.services = scratch_services(folder, durable=True)
        self.mail_port = programs.free_port()
        self.taken = folder / "taken.log"
        self.taken.touch()
        self.environment = os.environ | scratch_environment(folder, self.services)
        self.environment |= {
            "EMAIL_URL": f"smtp://127.0.0.1:{self.mail_port}",
            "DJANGO_SETTINGS_MODULE": "collections_app.settings",
            "PYTHONPATH": str(ROOT),
        }
        # What a mail takes for the whole to last as long as the killing does, or nearly.
        self.mail_seconds = 0.8 * SENDERS * seconds / lapses
        self.children: dict[str, subprocess.Popen[bytes]] = {}
        self.kills = self.kills_under_way = 0

    def manage(self, *words: str) -> str:
        """Run one command to its end; return what it says, also where it fails."""
        answer = subprocess.run(
            [sys.executable, str(ROOT / "manage.py"), *words],
            env=self.environment,
            capture_output=True,
            check=False,
            text=True,
        )
        return answer.stdout

    def prepare(self) -> None:
        """Import a promise for each rep, a part of them to lapse before each round's day."""
        if not self.migrated:
            self.manage("migrate", "-v0")
        # After the sweep of the week before, and with a week-end to spare before its own.
        dues = [self._swept_on(n % self.rounds) - timedelta(days=6) for n in range(self.lapses)]
        made = min(dues) - timedelta(days=10)
        numbers = range(self.lapses)
        files = {
            "users": "email,name,role\n"
            + "".join(f"rep{n}@kept.test,Rep {n},rep\n" for n in numbers),
            "customers": "code,name,owner_email,credit_rating\n"
            + "".join(f"K{n},Customer {n},rep{n}@kept.test,C\n" for n in numbers),
            "commitments": "reference,customer_code,made_on,due_on,amount\n"
            + "".join(f"P{n},K{n},{made},{dues[n]},100.00\n" for n in numbers),
        }
        for kind, text in files.items():
            path = self.folder / f"{kind}.csv"
            path.write_text(text)
            answer = json.loads(self.manage("import", kind, str(path), "--json"))
            assert answer["created"] == self.lapses, answer

    def _swept_on(self, number: int) -> date:
        return LAST_SWEPT_ON - timedelta(weeks=self.rounds - 1 - number)

    def run(self) -> Outcome:
        """Sweep, send and kill for the time given, then let everything drain and count."""
        began = time.monotonic()
        for name in ("sink", "worker-1", "worker-2", "beat"):
            self.start(name)
        sweeps: list[subprocess.Popen[bytes]] = []
        try:
            self._kill_for_a_while(began, sweeps)
            for sweep in sweeps:
                sweep.wait()
        finally:
            for sweep in sweeps:
                sweep.kill()
                sweep.wait()
        self.manage("sweep", "--as-of", str(LAST_SWEPT_ON))
        self._drain()
        return self._count(time.monotonic() - began)

    def _kill_for_a_while(self, began: float, sweeps: list[subprocess.Popen[bytes]]) -> None:
        victims: list[str] = []
        rounds = 0
        while (passed := time.monotonic() - began) < self.seconds:
            if rounds < self.rounds and passed >= rounds * self.seconds / self.rounds:
                sweeps += [self._sweep(self._swept_on(rounds)) for _ in range(SWEEPS_AT_ONCE)]
                rounds += 1
            time.sleep(self.chance.uniform(0.7, 1.3) * KILL_EVERY)
            if not victims:
                victims = [*self.children, "postgres", "valkey"]
                self.chance.shuffle(victims)
            self.kills += 1
            self.kills_under_way += len(self._taken_ids()) < self.lapses
            self.kill(victims.pop())

    def _sweep(self, on: date) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, str(ROOT / "manage.py"), "sweep", "--as-of", str(on)],
            env=self.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            preexec_fn=processes.dying_with_parent(signal.SIGKILL),  # noqa: PLW1509 - no threads
        )

    def start(self, name: str) -> None:
        """Start one of the processes that are killed, its log beside the data."""
        celery = [
            sys.executable,
            "-c",
            programs.CELERY_MARKS_FIRST if self.mark_first else programs.CELERY,
        ]
        celery += ["-A", "collections_app"]
        worker = [*celery, "worker", "--concurrency", "1", "-n", f"{name}@%h"]
        worker += ["--without-gossip", "--without-mingle"]
        sink = [sys.executable, "-c", programs.SINK, str(self.mail_port), str(self.taken)]
        schedule = str(self.folder / "schedule")
        commands = {
            "sink": [*sink, str(self.mail_seconds), str(LATE if self.answers_late else 0.0)],
            "worker-1": worker,
            "worker-2": worker,
            "beat": [*celery, "beat", "--pidfile", "", "-s", schedule],
        }
        with (self.folder / f"{name}.log").open("ab") as log:
            self.children[name] = subprocess.Popen(
                commands[name],
                env=self.environment,
                cwd=ROOT,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=processes.dying_with_parent(signal.SIGKILL),  # noqa: PLW1509 - no threads
            )

    def kill(self, name: str) -> None:
        """Kill one process with all below it, and start it again."""
        if name in ("postgres", "valkey"):
            server = self.services.postgres if name == "postgres" else self.services.valkey
            pid = server.pid()
            if pid is not None:
                os.kill(pid, signal.SIGKILL)
            self.services.revive()
            return
        end_group(self.children[name])
        self.start(name)

    def _drain(self) -> None:
        """Let all of it leave, without haste on the part of the mail server any more."""
        self.mail_seconds = 0.0
        self.kill("sink")
        end = time.monotonic() + DRAIN_SECONDS
        while time.monotonic() < end:
            self.manage("send", "--until-empty", "--timeout", "20", "--json")
            if all(message["state"] in ENDED for message in self._messages()):
                return
            time.sleep(1)

    def _messages(self) -> list[dict[str, Any]]:
        messages: list[dict[str, Any]] = json.loads(self.manage("outbox", "--json"))["messages"]
        return messages

    def _taken_ids(self) -> Counter[str]:
        return Counter(self.taken.read_text().split())

    def _count(self, seconds: float) -> Outcome:
        messages = self._messages()
        notices = [(n["kind"], m["to"], n["key"]) for m in messages for n in m["notices"]]
        lapsed = {notice for notice in notices if notice[0] == "lapsed"}
        taken = self._taken_ids()
        in_doubt = {m["message_id"] for m in messages if m["in_doubt"]}
        doubled = {key for key, times in taken.items() if times > 1}
        return Outcome(
            answers_late=self.answers_late,
            owed=self.lapses,
            notices=len(lapsed),
            owed_twice=len(notices) - len(set(notices)),
            lost=sum(m["message_id"] not in taken and not replaced(m) for m in messages),
            doubled=len(doubled),
            in_doubt=len(in_doubt),
            unexplained=len(doubled - in_doubt),
            kills=self.kills,
            kills_under_way=self.kills_under_way,
            seconds=round(seconds, 1),
        )

    def stop(self) -> None:
        """End everything that was started."""
        for child in self.children.values():
            end_group(child)
        self.services.leave()


def replaced(message: dict[str, Any]) -> bool:
    """Whether a later step says it instead: never so of a lapse itself."""
    told = {notice["kind"] for notice in message["notices"]}
    return message["reason"] == "replaced" and "lapsed" not in told


def end_group(child: subprocess.Popen[bytes]) -> None:
    """Kill a process with all below it."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()


def prove(
    *,
    seconds: float = 180,
    lapses: int = 1000,
    seed: int = SEED,
    late: bool = False,
    control: bool = False,
    migrated: Path | None = None,
) -> Outcome:
    """Run the proof in a folder of its own: a copy of a ``migrated`` one, if there is any.

    ``seed`` says who is killed after whom, and when; with ``late`` the mail server takes its time
    between writing a mail and answering for it.

    ``control`` takes the protection out: workers mark a mail as sent before they send it. The
    outcome must then not pass, or the proof proves nothing.
    """
    with scratch_folder("chaos") as folder:
        if migrated is not None:
            copy_to(folder, migrated)
        chaos = Chaos(
            folder,
            seconds=seconds,
            lapses=lapses,
            seed=seed,
            answers_late=late,
            mark_first=control,
            migrated=migrated is not None,
        )
        try:
            chaos.prepare()
            return chaos.run()
        finally:
            chaos.stop()
