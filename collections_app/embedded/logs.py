"""The servers' own logs: files of the data folder that do not grow without end."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

LARGEST = 4 * 1024 * 1024
SHOWN = 300


def open_log(path: Path) -> BinaryIO:
    """Open for a server about to start; the log before is kept once it has grown large."""
    if path.exists() and path.stat().st_size > LARGEST:
        path.replace(path.with_suffix(".log.1"))
    return path.open("ab")


def last_line(path: Path) -> str:
    """What was said last, as the reason of a failure."""
    try:
        lines = path.read_text(errors="replace").split("\n")
    except OSError:
        lines = []
    said = next((line for line in reversed(lines) if line.strip()), "it said nothing")
    return f"{said.strip()[:SHOWN]} ({path})"
