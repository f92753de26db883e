"""What every command has in common: one JSON object or a table, and exit codes that tell.

0 done; 1 something was rejected or failed; 2 wrong usage; 3 a service is not reachable.
"""

from __future__ import annotations

import json
import os
import sys
import traceback
import unicodedata
from argparse import ArgumentTypeError
from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass
from datetime import date
from typing import Any, NoReturn

import redis
from django.core.management.base import (
    BaseCommand,
    CommandError,
    CommandParser,
    handle_default_options,
)
from django.core.serializers.json import DjangoJSONEncoder
from django.db import InterfaceError, OperationalError, connection, connections
from django.db.migrations.executor import MigrationExecutor
from kombu.exceptions import OperationalError as BrokerError

from collections_app.core.refusals import Refused

DONE, REJECTED, WRONG_USAGE, UNREACHABLE = 0, 1, 2, 3


class Failure(CommandError):
    """Nothing could be done: a code for programs, a sentence for people, an exit status."""

    def __init__(self, message: str, *, code: str, status: int = REJECTED) -> None:
        super().__init__(message, returncode=status)
        self.code = code


class WrongUsage(Failure):
    """The command was called in a way that it does not know, or with a name of nothing."""

    def __init__(self, message: str, *, code: str = "usage") -> None:
        super().__init__(message, code=code, status=WRONG_USAGE)


@dataclass(frozen=True)
class Answer:
    """What a command has to say: to programs, to people, and by its exit status."""

    data: dict[str, Any]
    text: str
    status: int = DONE


class JsonCommand(BaseCommand):
    """A command that implements ``run`` and ``add_more_arguments``; all else is done here."""

    requires_system_checks: list[str] = []
    needs_schema = True

    def add_more_arguments(self, parser: CommandParser) -> None:
        """Declare the command's own arguments."""

    def run(self, **options: Any) -> Answer:
        """Do the work; raise ``Failure`` or ``Refused`` where nothing could be done."""
        raise NotImplementedError

    def wants_json(self, arguments: Sequence[str]) -> bool:
        """Whether these words of the command line ask for JSON, even if others make no sense."""
        return "--json" in arguments

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        return super().create_parser(prog_name, subcommand, allow_abbrev=False, **kwargs)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="one JSON object, for programs")
        self.add_more_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """Work, then answer; anything printed meanwhile goes to standard error."""
        with redirect_stdout(sys.stderr):
            if self.needs_schema:
                require_schema()
            answer = self.run(**options)
        as_json = self.wants_json(["--json"] if options["json"] else [])
        self.stdout.write(to_json(answer.data) if as_json else answer.text)
        self.status = answer.status

    def run_from_argv(self, argv: list[str]) -> NoReturn:
        """Run for the command line: every end is an exit status, every failure an object."""
        # Not marked as called from the command line: the parser then raises instead of exiting.
        as_json = self.wants_json(argv[2:])
        try:
            status = self._run_words(argv)
        except BrokenPipeError:
            # Whoever read us has gone; Python would complain once more while it ends.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            status = REJECTED
        except Exception as error:
            status = self._tell(failure_of(error), as_json=as_json)
        finally:
            # Not within a test's transaction, which is not ours to end.
            for used in connections.all(initialized_only=True):
                if not used.in_atomic_block:
                    used.close()
        sys.exit(status)

    def _run_words(self, argv: list[str]) -> int:
        try:
            options = self.create_parser(argv[0], argv[1]).parse_args(argv[2:])
        except CommandError as error:
            raise WrongUsage(str(error).removeprefix("Error: ")) from error
        words = vars(options)
        positional = words.pop("args", ())
        handle_default_options(options)
        self.execute(*positional, **words)
        sys.stdout.flush()
        return self.status

    def _tell(self, failure: Failure, *, as_json: bool) -> int:
        if as_json:
            error = {"code": failure.code, "message": str(failure)}
            self.stdout.write(to_json({"error": error}))
        else:
            self.stderr.write(f"{failure}")
        return failure.returncode


def failure_of(error: Exception) -> Failure:
    """Any exception as a failure; one that nobody foresaw shows its traceback on stderr."""
    if isinstance(error, Failure):
        return error
    if isinstance(error, Refused):
        return Failure(str(error), code=error.code)
    if isinstance(error, CommandError):
        return Failure(str(error), code="failed", status=error.returncode)
    if isinstance(error, OperationalError | InterfaceError):
        message = f"The database is not reachable: {str(error).strip()}"
        return Failure(message, code="database_unreachable", status=UNREACHABLE)
    if isinstance(error, redis.ConnectionError | redis.TimeoutError | BrokerError):
        message = f"The broker is not reachable: {error}"
        return Failure(message, code="broker_unreachable", status=UNREACHABLE)
    traceback.print_exception(error, file=sys.stderr)
    return Failure(f"{type(error).__name__}: {error}", code="internal_error")


def require_schema() -> None:
    """Raise ``Failure`` with the code ``schema_behind`` unless all migrations are applied."""
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise Failure(
            "The database's schema is behind this version: run manage.py migrate.",
            code="schema_behind",
        )


def to_json(data: dict[str, Any]) -> str:
    """One line of JSON, in ASCII where standard output could not carry more."""
    encoding = (getattr(sys.stdout, "encoding", None) or "ascii").lower()
    plain = not encoding.startswith("utf")
    return json.dumps(data, ensure_ascii=plain, cls=DjangoJSONEncoder)


def parse_day(text: str) -> date:
    """``YYYY-MM-DD`` as a date, for ``type=`` of an argument."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = None
    # fromisoformat also takes 20130731 and 2013-W31-3, which the contract does not.
    if day is None or day.isoformat() != text:
        raise ArgumentTypeError(f"{text!r} is not a day like 2013-07-31")
    return day


def add_as_of(parser: CommandParser) -> None:
    """Declare ``--as-of``, to be read by ``as_of``."""
    parser.add_argument(
        "--as-of", type=parse_day, metavar="YYYY-MM-DD", help="the day to stand on (today)"
    )


def as_of(options: dict[str, Any], *, today: Callable[[], date]) -> date:
    """The day of ``--as-of``; without it what ``today`` says, asked once."""
    day: date | None = options.get("as_of")
    return day or today()


def table(
    headings: Sequence[str],
    rows: Iterable[Sequence[object]],
    *,
    right: Collection[int] = (),
) -> str:
    """Plain text in columns, for people; columns numbered in ``right`` are set to the right.

    Chinese characters count as two columns wide; what is absent is an empty cell.
    """
    cells = [list(headings), *(["" if c is None else str(c) for c in row] for row in rows)]
    widths = [max(map(_width, column)) for column in zip(*cells, strict=True)]
    ruled = [cells[0], ["-" * width for width in widths], *cells[1:]]
    return "\n".join(
        "  ".join(
            _padded(cell, widths[place], to_right=place in right) for place, cell in enumerate(row)
        ).rstrip()
        for row in ruled
    )


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def _padded(text: str, width: int, *, to_right: bool) -> str:
    space = " " * (width - _width(text))
    return space + text if to_right else text + space
