"""The whole product as one process tree, for ``manage.py up``. Loads no Django itself."""

from __future__ import annotations

import os
import signal
import socket
import sys
import time
import urllib.error
import urllib.request
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Sequence
from pathlib import Path

from collections_app.embedded import processes
from collections_app.embedded.environment import ROOT, data_dir, join_embedded, setting
from collections_app.embedded.locks import FileLock
from collections_app.embedded.places import EmbeddedFailed
from collections_app.embedded.services import Services
from collections_app.embedded.supervisor import Process, Supervisor, Wish, run_to_end, say

READY_SECONDS = 30.0
ASK_EVERY = 0.3
FAILED, SERVICE_UNREACHABLE = 1, 3
EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104 - only compared
# By this in its environment a process is known to be of the tree of one data folder.
MARK = "KEPT_UP"
LEFT_BEHIND_STEPS = ((signal.SIGTERM, 10.0), (signal.SIGKILL, 2.0))


def add_arguments(parser: ArgumentParser) -> None:
    """Declare what ``up`` takes."""
    parser.add_argument("--port", type=_port, default=8000)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--demo", action="store_true", help="fill an empty database at first")


def _port(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 0 < int(text) < 1 << 16:
        raise ArgumentTypeError(f"{text!r} is not a port from 1 to 65535")
    return int(text)


def up(words: Sequence[str]) -> int:
    """Run everything until TERM or Ctrl-C; return the exit status."""
    parser = ArgumentParser(prog="manage.py up", allow_abbrev=False)
    add_arguments(parser)
    options = parser.parse_args(words)
    wish = Wish()
    folder = data_dir()
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o711)
        alone = FileLock(folder / "up.lock")
    except OSError as failure:
        say(f"DATA_DIR cannot be used: {failure}")
        return FAILED
    if not alone.try_seize():
        say(f"Kept is running already on {folder}: stop it first, or set another DATA_DIR")
        return FAILED
    # Of a supervisor that was killed: they end by themselves, but may still hold the port.
    processes.end_all(lambda: processes.with_mark(f"{MARK}={folder}"), LEFT_BEHIND_STEPS)
    problem = port_problem(options.host, options.port)
    if problem:
        say(problem)
        return FAILED
    try:
        services = join_embedded()
    except (EmbeddedFailed, OSError) as failure:
        say(f"the embedded servers cannot be used: {failure}")
        return SERVICE_UNREACHABLE
    try:
        return _run(options, folder, services, wish)
    finally:
        if services is not None and not services.leave():
            say("other commands still use the embedded servers; the last of them stops these")
        alone.close()


def _run(options: Namespace, folder: Path, services: Services | None, wish: Wish) -> int:
    os.environ[MARK] = str(folder)
    # Each thread's own arena of malloc would cost every process some megabytes.
    os.environ.setdefault("MALLOC_ARENA_MAX", "2")
    if services is not None and services.places.moved:
        say(services.places.moved)
    os.chdir(ROOT)
    prepare = [sys.executable, str(ROOT / "manage.py"), "up", "--prepare"]
    prepare += ["--demo"] if options.demo else []
    status = run_to_end(Process("prepare", prepare), wish)
    if wish.times:
        return 0
    if status:
        return status if status > 0 else FAILED
    tree = tree_of(options.host, options.port)
    herald = Herald(options.host, options.port, folder)
    Supervisor(tree, services=services, wish=wish, on_tick=herald.tick).run()
    return 0


def port_problem(host: str, port: int) -> str:
    """Why the web process could not listen there; empty if it could."""
    try:
        address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(address[0]) as probe:
            # A server that has just ended leaves connections that are no hindrance.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address[4])
            probe.listen()
    except OSError as failure:
        return f"port {port} of {host} cannot be used ({failure}): choose another with --port"
    return ""


def tree_of(host: str, port: int) -> list[Process]:
    """Web, worker and scheduler, as they also run apart."""
    bind = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    workers = setting("WEB_CONCURRENCY") or "2"
    python = [sys.executable, "-m"]
    celery = [*python, "celery", "-A", "collections_app"]
    # A heartbeat file on a slow disk would get workers killed.
    heartbeats = ["--worker-tmp-dir", "/dev/shm"] if Path("/dev/shm").is_dir() else []  # noqa: S108
    web = [
        *(*python, "gunicorn", "collections_app.wsgi", "--bind", bind, "--preload"),
        *("--workers", workers, "--threads", "4", "--graceful-timeout", "15"),
        *("--no-control-socket", "--log-level", "warning", *heartbeats),
    ]
    worker = [
        *(*celery, "worker", "--concurrency", "2", "--loglevel", "warning"),
        *("--without-gossip", "--without-mingle"),
    ]
    # Where it keeps what it last sent is the app's own setting.
    scheduler = [*celery, "beat", "--loglevel", "warning", "--pidfile", ""]
    return [Process("web", web), Process("worker", worker), Process("scheduler", scheduler)]


class Herald:
    """Says once that all is well, or what is not after half a minute."""

    def __init__(self, host: str, port: int, folder: Path) -> None:
        name = "127.0.0.1" if host in EVERYWHERE else host
        self._url = f"http://[{name}]:{port}/" if ":" in name else f"http://{name}:{port}/"
        self._folder = folder
        self._begun = self._asked = time.monotonic()
        self._done = False

    def tick(self) -> None:
        """Ask, unless it is said already or has just been asked."""
        now = time.monotonic()
        if self._done or now - self._asked < ASK_EVERY:
            return
        self._asked = now
        ready = all(_answers(self._url + page) for page in ("healthz", "readyz"))
        if not ready and now - self._begun < READY_SECONDS:
            return
        self._done = True
        print(f"Kept is ready at {self._url}", flush=True)
        if not ready:
            print(f"but a part is missing or late: see {self._url}readyz", flush=True)
        if not setting("EMAIL_URL"):
            mail = self._folder / "mail"
            print(f"EMAIL_URL is not set: mail is kept in the mail log and in {mail}", flush=True)


def _answers(url: str) -> bool:
    """Whether the address answers 200, asked under a name that the settings allow."""
    request = urllib.request.Request(url)  # noqa: S310 - our own, on loopback
    allowed = setting("ALLOWED_HOSTS").split(",")[0].strip().lstrip(".")
    if allowed not in ("", "*"):
        request.add_header("Host", allowed)
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=2) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError, ValueError):
        return False
