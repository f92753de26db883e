"""XLSX → records: checked here, unpacked and parsed in a child with limits of its own."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import IO, Any, Final

from collections_app.imports.messages import UnreadableFile
from collections_app.imports.readers.archive import MAX_UNPACKED, check_archive
from collections_app.imports.readers.table import BadCell, CellValue

# Run by its path: the child then imports neither Django nor anything else of ours.
CHILD: Final = Path(__file__).with_name("workbook_child.py")
TIMEOUT_SECONDS: Final = 30
_PLAIN: Final = frozenset({str, float, bool})


def read_workbook(data: bytes, *, max_rows: int) -> Iterator[Sequence[CellValue]]:
    """The records of the first visible sheet that holds any, from its row 1 on.

    They are made while the child still works. Raises ``UnreadableFile``, perhaps only when the
    last record is asked for: ``too_large``, ``unsupported_type``, ``unreadable_file``.
    """
    check_archive(data)
    return _records(_chunks(data, max_rows=max_rows))


def _chunks(data: bytes, *, max_rows: int) -> Iterator[list[tuple[int, list[Any]]]]:
    """Numbered rows as the child sends them; ends well only if the child says that it did."""
    command = [sys.executable, "-I", str(CHILD), str(max_rows), str(MAX_UNPACKED)]
    child = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={},
    )
    late = threading.Event()
    alarm = threading.Timer(TIMEOUT_SECONDS, _stop, (child, late))
    alarm.start()
    verdict = None
    try:
        with child:
            try:
                _hand_over(child.stdin, data)
                for line in child.stdout or ():
                    if not line.endswith(b"\n"):
                        break  # it died in the middle of a line
                    message = json.loads(line)
                    if isinstance(message, list):
                        yield message
                    else:
                        verdict = message
            finally:
                child.kill()  # nothing to a child that has ended; else nobody reads it any more
    finally:
        alarm.cancel()
    if verdict is None:
        raise _failure(child.returncode, late=late.is_set())
    if verdict:
        raise UnreadableFile(
            verdict["code"], variant=verdict["variant"], limit=max_rows, kind="XML entities"
        )


def _stop(child: subprocess.Popen[bytes], late: threading.Event) -> None:
    late.set()
    child.kill()


def _hand_over(pipe: IO[bytes] | None, data: bytes) -> None:
    """Write the whole file; the child says nothing before it has read it, so neither can block."""
    if pipe is not None:
        with contextlib.suppress(BrokenPipeError), pipe:
            pipe.write(data)


def _failure(status: int, *, late: bool) -> UnreadableFile:
    """Why a child died: Rust aborts where memory ends, the kernel kills where its time does."""
    if late:
        return UnreadableFile("unreadable_file", variant="too_slow")
    if status < 0:
        return UnreadableFile("too_large", variant="unpacked")
    return UnreadableFile("unreadable_file", variant="damaged")


def _records(chunks: Iterator[list[tuple[int, list[Any]]]]) -> Iterator[Sequence[CellValue]]:
    number = 0
    for chunk in chunks:
        for at, cells in chunk:
            # Blank rows are not sent; they count all the same.
            for _blank in range(number + 1, at):
                yield ()
            number = at
            yield [cell if cell.__class__ in _PLAIN else _typed(cell) for cell in cells]


def _typed(sent: Any) -> CellValue:
    return float(sent) if isinstance(sent, int) else _cell(*sent)


@lru_cache(maxsize=8192)
def _cell(tag: str, text: str) -> CellValue:
    """A cell for which JSON has no type; the dates of a file are few and come again and again."""
    if tag == "date":
        return date.fromisoformat(text)
    if tag == "datetime":
        return datetime.fromisoformat(text)
    return BadCell(tag, text)
