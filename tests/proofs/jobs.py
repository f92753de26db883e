"""Jobs: two schedulers and four workers at once run each job once a period; a broker may go away.

Periods last seconds, and so do days: each sweep finds another day's lapses. Half-way the broker is
killed and stays away. ``bin/prove jobs`` runs it for ten minutes.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import psycopg

from collections_app.embedded import processes
from tests.migrated import copy_to
from tests.proofs import chaos_programs as programs
from tests.proofs.chaos import ROOT, end_group
from tests.proofs.jobs_programs import celery_program
from tests.proofs.visitor import Visitor
from tests.scratch import scratch_environment, scratch_folder, scratch_services

SCHEDULERS, WORKERS = 2, 4
LONGEST_AWAY, CATCH_UP_SECONDS, DRAIN_SECONDS = 120.0, 60.0, 90.0
# Working days long past: their mornings have come, whenever this runs.
FIRST_DAY, DAYS = date(2026, 3, 2), 9
# At most as many as there are days to lapse on. Summaries of the day go to every rep as well: with
# a rep for each lapse there would be more than the mail server takes in so short days.
CUSTOMERS_OF_ONE = 8
# Outside the time without a broker: a wake-up expires with its period where nobody has time for it.
MOST_MISSED = 0.05
WAITING = "SELECT count(*) FROM outbox_message WHERE state IN ('queued', 'sending')"


@dataclass(frozen=True, slots=True)
class JobsOutcome:
    """How often jobs ran, and what became of the messages.

    ``ran_twice`` and ``missed`` count periods of a job; ``pages_failed`` those asked for while the
    broker was away, of ``pages``; ``caught_up`` is in seconds from its return.
    """

    jobs: int
    periods: int
    ran_twice: int
    missed: int
    owed: int
    notices: int
    owed_twice: int
    unsent: int
    doubled: int
    away_seconds: float
    pages: int
    pages_failed: int
    caught_up: float
    seconds: float

    @property
    def passed(self) -> bool:
        return (
            not (self.ran_twice or self.owed_twice or self.unsent or self.doubled)
            and self.notices == self.owed
            and self.missed <= self.periods * MOST_MISSED
            and self.pages > 0
            and not self.pages_failed
            and self.caught_up <= CATCH_UP_SECONDS
        )

    def figures(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a job, as it began; ``number`` counts its periods from the epoch."""

    at: float
    job: str
    every: float
    number: int

    @classmethod
    def read(cls, line: str) -> Run:
        at, job, period = line.split()
        every, number = period.split("s/")
        return cls(float(at), job, float(every), int(number))


class JobsProof:
    """One organisation, and all the processes that look after it."""

    def __init__(self, folder: Path, *, seconds: float, lapses: int, guarded: bool) -> None:
        self.folder, self.seconds, self.lapses, self.guarded = folder, seconds, lapses, guarded
        self.services = scratch_services(folder, durable=True)
        self.mail_port, self.web_port = programs.free_port(), programs.free_port()
        self.taken, self.runs = folder / "taken.log", folder / "runs.log"
        self.taken.touch()
        self.runs.touch()
        self.environment = os.environ | scratch_environment(folder, self.services)
        self.environment |= {
            "EMAIL_URL": f"smtp://127.0.0.1:{self.mail_port}",
            "DJANGO_SETTINGS_MODULE": "collections_app.settings",
            "KEPT_PLAIN_STATIC": "1",
            "PYTHONPATH": str(ROOT),
            "PROOF_RUNS": str(self.runs),
            "PROOF_FIRST": FIRST_DAY.isoformat(),
            "PROOF_DAYS": str(DAYS),
            # The last day has come when three quarters of the time are over.
            "PROOF_DAY": str(0.75 * seconds / DAYS),
        }
        self.children: list[subprocess.Popen[bytes]] = []
        self.visitor = Visitor(f"http://127.0.0.1:{self.web_port}")

    def manage(self, *words: str, given: str = "") -> str:
        """Run one command to its end; return what it says."""
        command = [sys.executable, str(ROOT / "manage.py"), *words]
        return subprocess.run(
            command, env=self.environment, input=given, capture_output=True, check=True, text=True
        ).stdout

    def prepare(self) -> None:
        """A promise of each customer, some to lapse on each day, and somebody to look at pages.

        No rep has two that lapse on one day, so that each lapse is told by a message of its own.
        """
        self.manage("compile_texts")
        numbers = range(self.lapses)
        reps = range(-(-self.lapses // CUSTOMERS_OF_ONE))
        dues = [FIRST_DAY + timedelta(days=n % (DAYS - 1)) for n in numbers]
        made = FIRST_DAY - timedelta(days=10)
        files = {
            "users": ("email,name,role", [f"rep{n}@kept.test,Rep {n},rep" for n in reps]),
            "customers": (
                "code,name,owner_email,credit_rating",
                [f"K{n},Customer {n},rep{n // CUSTOMERS_OF_ONE}@kept.test,C" for n in numbers],
            ),
            "commitments": (
                "reference,customer_code,made_on,due_on,amount",
                [f"P{n},K{n},{made},{dues[n]},100.00" for n in numbers],
            ),
        }
        for kind, (head, rows) in files.items():
            path = self.folder / f"{kind}.csv"
            path.write_text("\n".join([head, *rows]))
            assert json.loads(self.manage("import", kind, str(path), "--json"))["saved"]
        person = ("--email", "ada@kept.test", "--name", "Ada", "--role", "admin")
        self.manage("createuser", *person, "--password-stdin", given="a-long-word-of-hers-7")

    def start(self) -> None:
        """Everything at once."""
        self.environment["PROOF_BEGAN"] = str(time.time())
        python = sys.executable
        celery = [python, "-c", celery_program(guarded=self.guarded), "-A", "collections_app"]
        sink = [python, "-c", programs.SINK, str(self.mail_port), str(self.taken), "0.02", "0.1"]
        web = [python, "-m", "gunicorn", "collections_app.wsgi", "--threads", "4"]
        commands = [sink, [*web, "--no-control-socket", "--bind", f"127.0.0.1:{self.web_port}"]]
        for number in range(WORKERS):
            worker = [*celery, "worker", "--concurrency", "1", "-n", f"w{number}@%h"]
            commands.append([*worker, "--without-gossip", "--without-mingle", "-l", "error"])
        for number in range(SCHEDULERS):
            schedule = str(self.folder / f"schedule-{number}")
            commands.append([*celery, "beat", "--pidfile", "", "-s", schedule, "-l", "error"])
        with (self.folder / "all.log").open("ab") as log:
            for command in commands:
                self.children.append(
                    subprocess.Popen(
                        command,
                        env=self.environment,
                        cwd=ROOT,
                        stdout=log,
                        stderr=log,
                        start_new_session=True,
                        preexec_fn=processes.dying_with_parent(signal.SIGKILL),  # noqa: PLW1509 - no threads
                    )
                )

    def run(self) -> JobsOutcome:
        """Let it go for the time given, a part of it without a broker; then let it drain, count."""
        began = time.time()
        self._wait(lambda: bool(self._all_runs()), 60)
        self.visitor.sign_in("ada@kept.test", "a-long-word-of-hers-7")
        first = time.time()
        self._sleep_until(began + 0.4 * self.seconds)
        away = self._without_broker()
        back = time.time()
        caught_up = self._wait(lambda: self._is_caught_up(back), CATCH_UP_SECONDS + 30)
        self._sleep_until(began + self.seconds)
        last = time.time()
        self._wait(lambda: not self._waiting(), DRAIN_SECONDS)
        ran = self._all_runs()
        outages = (away, back + caught_up)
        return self._count(ran, first, last, outages, caught_up, time.time() - began)

    def _without_broker(self) -> float:
        """Kill the broker, look at pages meanwhile, bring it back; return when it went."""
        gone = time.time()
        pid = self.services.valkey.pid()
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        self.visitor.watch()
        time.sleep(min(LONGEST_AWAY, self.seconds / 5))
        self.visitor.stop()
        self.services.revive()
        return gone

    def _is_caught_up(self, back: float) -> bool:
        """Sweep and delivery have run since, and nothing waits."""
        since = {run.job for run in self._all_runs() if run.at > back}
        return {"sweep", "deliver"} <= since and not self._waiting()

    def _waiting(self) -> int:
        with psycopg.connect(self.services.postgres.url) as line:
            row = line.execute(WAITING).fetchone()
        return row[0] if row else 0

    def _all_runs(self) -> list[Run]:
        return [Run.read(line) for line in self.runs.read_text().splitlines()]

    @staticmethod
    def _wait(done: Any, most: float) -> float:
        """Wait until it is done; return for how long, ``most`` where it never was."""
        began = time.time()
        while time.time() - began < most and not done():
            time.sleep(0.3)
        return time.time() - began

    @staticmethod
    def _sleep_until(moment: float) -> None:
        time.sleep(max(moment - time.time(), 0))

    def _count(
        self, ran: list[Run], first: float, last: float, outage: tuple[float, float],
        caught_up: float, seconds: float,
    ) -> JobsOutcome:  # fmt: skip
        messages = json.loads(self.manage("outbox", "--json"))["messages"]
        # Summaries of the day leave in its morning: they are owed, and not due yet.
        of_lapses = [m for m in messages if any(n["kind"] == "lapsed" for n in m["notices"])]
        lapses = [n["customer"] for m in of_lapses for n in m["notices"] if n["kind"] == "lapsed"]
        taken = Counter(self.taken.read_text().split())
        often = Counter((run.job, run.number) for run in ran)
        periods, missed = missed_periods(ran, first, last, outage)
        return JobsOutcome(
            jobs=len({run.job for run in ran}),
            periods=periods,
            ran_twice=sum(times > 1 for times in often.values()),
            missed=missed,
            owed=self.lapses,
            notices=len(set(lapses)),
            owed_twice=len(lapses) - len(set(lapses)),
            unsent=sum(m["message_id"] not in taken for m in of_lapses),
            doubled=sum(times > 1 for times in taken.values()),
            away_seconds=round(outage[1] - outage[0] - caught_up, 1),
            pages=self.visitor.seen,
            pages_failed=self.visitor.failed,
            caught_up=round(caught_up, 1),
            seconds=round(seconds, 1),
        )

    def stop(self) -> None:
        """End everything that was started."""
        for child in self.children:
            end_group(child)
        self.services.leave()


def missed_periods(
    ran: list[Run], first: float, last: float, outage: tuple[float, float]
) -> tuple[int, int]:
    """How many whole periods lie between the instants, and outside the outage, and of how many of
    them nothing ran.
    """
    periods = missed = 0
    for job in {run.job for run in ran}:
        own = [run for run in ran if run.job == job]
        every, numbers = own[0].every, {run.number for run in own}
        for number in range(int(first // every) + 1, int(last // every)):
            begins, ends = number * every, (number + 1) * every
            if ends > outage[0] and begins < outage[1]:
                continue
            periods += 1
            missed += number not in numbers
    return periods, missed


def prove(
    *,
    seconds: float = 600,
    lapses: int = 1000,
    control: bool = False,
    migrated: Path | None = None,
) -> JobsOutcome:
    """Run the proof in a folder of its own: a copy of a ``migrated`` one, if there is any.

    ``control`` takes the guard out, and it must fail.
    """
    with scratch_folder("jobs") as folder:
        if migrated is not None:
            copy_to(folder, migrated)
        proof = JobsProof(folder, seconds=seconds, lapses=lapses, guarded=not control)
        try:
            if migrated is None:
                proof.manage("migrate", "-v0")
            proof.prepare()
            proof.start()
            return proof.run()
        finally:
            proof.stop()
