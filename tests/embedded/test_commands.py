"""What ``manage.py`` does about the servers before Django is there."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

from collections_app.embedded import processes
from collections_app.embedded.environment import ROOT
from collections_app.embedded.services import Services
from tests.embedded.test_up import environment_for

WAIT = "print('here', flush=True); import time; time.sleep(60)"


def manage(folder: Path, *words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, str(ROOT / "manage.py"), *words],
        env=environment_for(folder),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_a_command_ended_by_a_signal_still_stops_what_it_started(data_dir: Path) -> None:
    command = manage(data_dir, "shell", "--no-imports", "-c", WAIT)
    assert command.stdout is not None
    assert command.stdout.readline() == "here\n"
    services = Services(data_dir)
    assert services.are_running()
    command.send_signal(signal.SIGTERM)
    command.communicate()
    assert command.returncode == 128 + signal.SIGTERM
    assert not services.are_running()
    assert processes.all_in(services.places.home) == []


def test_help_starts_nothing(data_dir: Path) -> None:
    log = data_dir / "postgres.log"
    before = log.read_bytes() if log.exists() else b""
    said, _ = manage(data_dir, "migrate", "--help").communicate()
    assert "usage" in said
    assert (log.read_bytes() if log.exists() else b"") == before


def test_a_data_folder_that_cannot_be_used_is_one_object_and_status_3(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    command = manage(blocked, "gaps", "2026-03", "--json")
    said, complained = command.communicate()
    assert command.returncode == 3
    error = json.loads(said)["error"]
    assert error["code"] == "service_unreachable"
    assert str(blocked) in error["message"]
    assert complained.count("\n") == 1


def test_a_server_that_does_not_start_is_one_line_that_says_why(data_dir: Path) -> None:
    manage(data_dir, "migrate", "--check").communicate()
    config = Services(data_dir).places.home / "postgresql.conf"
    config.write_text("no_such_setting = 1\n")
    command = manage(data_dir, "migrate", "--check")
    _, complained = command.communicate()
    assert command.returncode == 3
    assert complained.count("\n") == 1
    assert "no_such_setting" in complained or "configuration file" in complained
