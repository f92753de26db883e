"""Chaos: whatever is killed while lapses are told, none is lost and none is owed twice.

Servers, workers, scheduler and mail server are processes of their own, killed at random with
SIGKILL while eight sweeps run at once. Run by hand: ``python -m tests.proofs.chaos 40 1000``.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from collections_app.embedded.services import Services

ROOT = Path(__file__).resolve().parents[2]
DRAIN_SECONDS = 90
# A working day long past: its morning has come, whenever this runs.
SWEPT_ON = date(2026, 3, 12)
SINK = """
import asyncio, sys
from email import message_from_bytes
from aiosmtpd.smtp import SMTP

class Keep:
    async def handle_DATA(self, server, session, envelope):
        # On disk before it is acknowledged: a killed server has still taken it.
        with open(sys.argv[2], "a") as log:
            log.write(message_from_bytes(envelope.content)["Message-ID"] + "\\n")
        return "250 taken"

async def main():
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(Keep()), "127.0.0.1", int(sys.argv[1]))
    await server.serve_forever()

asyncio.run(main())
"""


@dataclass(frozen=True, slots=True)
class Outcome:
    """``lost`` were owed and never taken; ``unexplained`` came twice without being in doubt."""

    owed: int
    notices: int
    lost: int
    doubled: int
    unexplained: int
    kills: int


class Chaos:
    """One organisation of ``reps`` reps with a lapsed promise each, and everything to kill."""

    def __init__(self, folder: Path, *, reps: int) -> None:
        self.folder, self.reps = folder, reps
        self.services = Services(folder)
        self.services.join()
        self.mail_port = _free_port()
        self.taken = folder / "taken.log"
        self.taken.touch()
        self.environment = {
            **os.environ,
            "DATABASE_URL": self.services.postgres.url,
            "REDIS_URL": self.services.valkey.url,
            "DATA_DIR": str(folder),
            "EMAIL_URL": f"smtp://127.0.0.1:{self.mail_port}",
            "SECRET_KEY": "only-for-a-proof-0123456789-0123456789-0123456789",
            "COUNTRY": "",
            "PYTHONPATH": str(ROOT),
        }
        self.children: dict[str, subprocess.Popen[bytes]] = {}

    def manage(self, *words: str) -> str:
        answer = subprocess.run(
            [sys.executable, str(ROOT / "manage.py"), *words],
            env=self.environment,
            capture_output=True,
            check=False,
            text=True,
        )
        return answer.stdout

    def prepare(self) -> None:
        """Import a lapsed promise for each rep."""
        self.manage("migrate", "-v0")
        made, due = SWEPT_ON - timedelta(days=20), SWEPT_ON - timedelta(days=10)
        numbers = range(self.reps)
        files = {
            "users": "email,name,role\n"
            + "".join(f"rep{n}@kept.test,Rep {n},rep\n" for n in numbers),
            "customers": "code,name,owner_email,credit_rating\n"
            + "".join(f"K{n},Customer {n},rep{n}@kept.test,C\n" for n in numbers),
            "commitments": "reference,customer_code,made_on,due_on,amount\n"
            + "".join(f"P{n},K{n},{made},{due},100.00\n" for n in numbers),
        }
        for kind, text in files.items():
            path = self.folder / f"{kind}.csv"
            path.write_text(text)
            answer = json.loads(self.manage("import", kind, str(path), "--json"))
            assert answer["created"] == self.reps, answer

    def start(self, name: str) -> None:
        celery = [sys.executable, "-m", "celery", "-A", "collections_app"]
        worker = [*celery, "worker", "--concurrency", "1", "-n", f"{name}@%h"]
        commands = {
            "sink": [sys.executable, "-c", SINK, str(self.mail_port), str(self.taken)],
            "worker-1": [*worker, "--without-gossip", "--without-mingle"],
            "worker-2": [*worker, "--without-gossip", "--without-mingle"],
            "beat": [*celery, "beat", "--pidfile", "", "-s", str(self.folder / f"beat-{name}")],
        }
        with (self.folder / f"{name}.log").open("ab") as log:
            self.children[name] = subprocess.Popen(
                commands[name],
                env=self.environment,
                cwd=ROOT,
                stdout=log,
                stderr=log,
                start_new_session=True,
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
        _kill_group(self.children[name])
        self.start(name)

    def run(self, kills: int) -> Outcome:
        """Sweep eight times at once, kill so often, then let everything drain and count."""
        for name in ("sink", "worker-1", "worker-2", "beat"):
            self.start(name)
        sweeps = [
            subprocess.Popen(
                [sys.executable, str(ROOT / "manage.py"), "sweep", "--as-of", str(SWEPT_ON)],
                env=self.environment,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            for _ in range(8)
        ]
        names = ["worker-1", "postgres", "sink", "worker-2", "valkey", "beat"]
        chance = random.Random(7)
        for number in range(kills):
            time.sleep(chance.uniform(1.5, 3.0))
            self.kill(names[number % len(names)])
        for sweep in sweeps:
            sweep.wait()
        self.manage("sweep", "--as-of", str(SWEPT_ON))
        self._drain()
        return self._count(kills)

    def _drain(self) -> None:
        end = time.monotonic() + DRAIN_SECONDS
        while time.monotonic() < end:
            answer = self.manage("send", "--until-empty", "--timeout", "20", "--json")
            waiting = json.loads(self.manage("outbox", "--json"))["messages"]
            if answer and all(m["state"] == "sent" for m in waiting):
                return
            time.sleep(1)

    def _count(self, kills: int) -> Outcome:
        messages = json.loads(self.manage("outbox", "--json"))["messages"]
        notices = [n["key"] + n["customer"] for m in messages for n in m["notices"]]
        taken = Counter(self.taken.read_text().split())
        in_doubt = {m["message_id"] for m in messages if m["in_doubt"]}
        doubled = {key for key, times in taken.items() if times > 1}
        assert len(notices) == len(set(notices))
        return Outcome(
            owed=self.reps,
            notices=len(notices),
            lost=sum(m["message_id"] not in taken for m in messages),
            doubled=len(doubled),
            unexplained=len(doubled - in_doubt),
            kills=kills,
        )

    def stop(self) -> None:
        """End everything that was started."""
        for child in self.children.values():
            _kill_group(child)
        self.services.leave()


def _kill_group(child: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


def prove(*, kills: int, reps: int) -> Outcome:
    """Run the proof in a folder of its own."""
    with tempfile.TemporaryDirectory(prefix="kept-chaos-") as name:
        Path(name).chmod(0o755)
        chaos = Chaos(Path(name), reps=reps)
        try:
            chaos.prepare()
            return chaos.run(kills)
        finally:
            chaos.stop()


if __name__ == "__main__":
    sys.stdout.write(str(prove(kills=int(sys.argv[1]), reps=int(sys.argv[2]))) + "\n")
