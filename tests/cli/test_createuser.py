"""``createuser``, and with it what every command has in common."""

from __future__ import annotations

import io
import json
import sys
from typing import Any

import pytest

from collections_app.accounts.models import Person
from collections_app.cli.management.commands.createuser import Command
from tests.conftest import Cast

GOOD = ["--email", "li@kept.test", "--name", "李娜", "--role", "rep"]


def run(*words: str) -> int:
    """The exit status of the command line."""
    with pytest.raises(SystemExit) as end:
        Command().run_from_argv(["manage.py", "createuser", *words])
    return int(end.value.code or 0)


def said(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    """Standard output, which is exactly one JSON object."""
    answer = json.loads(capsys.readouterr().out)
    assert isinstance(answer, dict)
    return answer


def test_a_person_is_made_and_told_as_json(cast: Cast, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(*GOOD, "--team", "East", "--json") == 0
    assert said(capsys) == {"email": "li@kept.test", "role": "rep", "team": "East"}
    assert Person.objects.get(email="li@kept.test").team == cast.east


def test_a_password_comes_by_standard_input(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("correct horse battery\n"))
    assert run(*GOOD, "--password-stdin") == 0
    assert Person.objects.get().check_password("correct horse battery")


def test_an_empty_password_is_wrong_usage(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(""))
    assert run(*GOOD, "--password-stdin") == 2
    assert not Person.objects.exists()


def test_a_taken_email_is_refused(cast: Cast, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--email", "ANNA@kept.test", "--name", "A", "--role", "rep", "--json") == 1
    assert said(capsys)["error"]["code"] == "conflict"


@pytest.mark.parametrize(
    "words", [[], [*GOOD, "--colour", "red"], [*GOOD[:-1], "boss"], ["--ema", "li@kept.test"]]
)
def test_wrong_words_are_wrong_usage(
    db: None, capsys: pytest.CaptureFixture[str], words: list[str]
) -> None:
    assert run(*words, "--json") == 2
    assert said(capsys)["error"]["code"] == "usage"


def test_without_json_an_error_goes_to_standard_error(
    db: None, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(*GOOD[:-1], "boss") == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert "boss" in err
