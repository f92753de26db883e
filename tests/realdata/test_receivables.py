"""Half of a real ledger: every figure of five days, to the cent, and every lapse told once."""

from __future__ import annotations

import csv
import io
import json
import os
import re
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import translation
from pytest_django import Settings

from collections_app.accounts.models import Person
from collections_app.commitments.models import Commitment
from collections_app.imports.operations import run_import
from collections_app.imports.result import ImportResult
from collections_app.notices.models import Notice, NoticeKind
from collections_app.organisation.models import Organisation
from collections_app.outbox.delivery import deliver_due
from collections_app.outbox.models import Message
from collections_app.reminders.mail import prepare
from collections_app.reminders.sweep import sweep
from collections_app.standing.checking import differing_from_computed
from collections_app.standing.figures import customer_figures
from collections_app.standing.models import LAPSED, InstalmentStanding
from collections_app.upkeep.fingerprint import fingerprint
from tests.smtp_sink import SmtpSink
from tests.web.agreeing import assert_agree

FOLDER = os.environ.get("REAL_DATA_DIR")
KINDS = ("users", "customers", "invoices", "payments", "plans", "measures", "commitments")
TODAY = date(2013, 7, 1)  # as the files would have been brought then

pytestmark = [
    pytest.mark.skipif(not FOLDER, reason="REAL_DATA_DIR does not name the folder"),
    pytest.mark.django_db,
]


def bytes_of(kind: str) -> bytes:
    return (Path(FOLDER or "") / f"{kind}.csv").read_bytes()


def take_in(kind: str, data: bytes | None = None) -> ImportResult:
    return run_import(
        kind=kind,
        data=bytes_of(kind) if data is None else data,
        filename=f"{kind}.csv",
        by=None,
        on=TODAY,
    )


@pytest.fixture
def organisation(db: None) -> None:
    Organisation.objects.create(
        id=1, name="Real", time_zone="UTC", language="en", country="", currency="USD"
    )


@pytest.fixture
def imported(organisation: None) -> None:
    for kind in KINDS:
        assert take_in(kind).rejected == []


@pytest.fixture(scope="module")
def expected() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((Path(FOLDER or "") / "expected.json").read_text())
    return found


def answer(*words: str) -> Any:
    out = io.StringIO()
    call_command(*words, "--json", stdout=out)
    return json.loads(out.getvalue())


def narrowed(meant: Any, got: Any) -> Any:
    """What was said, cut down to what is expected, so that both can be compared as they stand."""
    if isinstance(meant, dict):
        return {key: narrowed(value, got[key]) for key, value in meant.items()}
    if isinstance(meant, list):
        assert len(meant) == len(got)
        return [narrowed(a, b) for a, b in zip(meant, got, strict=True)]
    return got


def keyed(rows: list[dict[str, Any]], name: str) -> dict[str, Any]:
    return {row[name]: row for row in rows}


def figures_of(day: str, meant: dict[str, Any], month: str) -> dict[str, Any]:
    """Everything that Kept says of a day, in the shape of the expectation."""
    gaps = keyed(answer("gaps", month, "--as-of", day)["rows"], "key")
    promises = keyed(answer("promises", "--as-of", day)["commitments"], "reference")
    ledger = keyed(answer("ledger", "--as-of", day)["customers"], "customer")
    total = answer("gaps", month, "--by", "all", "--as-of", day)["rows"][0]
    states: dict[str, int] = {}
    for promise in promises.values():
        states[promise["state"]] = states.get(promise["state"], 0) + 1
    assert set(gaps) == set(meant["gaps"])
    assert set(promises) == set(meant["commitments"])
    assert set(ledger) == set(meant["ledger"])
    said = {
        "total": total,
        "commitment_states": states,
        "gaps": gaps,
        "commitments": promises,
        "ledger": ledger,
    }
    narrow: dict[str, Any] = narrowed(meant, said)
    return narrow


def test_every_file_is_taken_without_a_rejected_row(organisation: None) -> None:
    assert [take_in(kind).rejected for kind in KINDS] == [[]] * len(KINDS)


def test_every_row_of_the_same_files_again_is_unchanged(imported: None) -> None:
    again = [take_in(kind) for kind in KINDS]
    assert [r.unchanged for r in again] == [r.rows for r in again]


def test_the_same_files_again_change_nothing(imported: None) -> None:
    before = fingerprint()
    for kind in KINDS:
        take_in(kind)
    assert fingerprint() == before


def test_the_sums_of_the_reps_are_the_total_expected(
    imported: None, expected: dict[str, Any]
) -> None:
    for day, meant in expected["as_of"].items():
        of_reps = answer("gaps", expected["month"], "--by", "rep", "--as-of", day)["rows"]
        sums = {name: str(sum(Decimal(row[name]) for row in of_reps)) for name in meant["total"]}
        assert sums == meant["total"]


def test_one_teams_figures_are_the_total_expected(imported: None, expected: dict[str, Any]) -> None:
    for day, meant in expected["as_of"].items():
        [team] = answer("gaps", expected["month"], "--by", "team", "--as-of", day)["rows"]
        assert narrowed(meant["total"], team) == meant["total"]


def test_figures_computed_from_facts_alone_are_those_expected(
    imported: None, expected: dict[str, Any]
) -> None:
    for day, meant in expected["as_of"].items():
        assert figures_of(day, meant, expected["month"]) == meant


def test_figures_read_from_what_is_kept_are_those_expected(
    imported: None, expected: dict[str, Any]
) -> None:
    for day, meant in expected["as_of"].items():
        sweep(on=date.fromisoformat(day))
        assert figures_of(day, meant, expected["month"]) == meant
        assert differing_from_computed() == []


def test_past_days_are_still_told_after_the_last_sweep(
    imported: None, expected: dict[str, Any]
) -> None:
    sweep(on=date(2013, 8, 15))
    for day, meant in expected["as_of"].items():
        assert figures_of(day, meant, expected["month"]) == meant


@pytest.fixture
def admin(imported: None, client: Client) -> Client:
    """That of somebody who sees everything."""
    client.force_login(Person.objects.create_user("ada@kept.test", name="Ada", role="admin"))
    return client


def test_the_dashboard_its_files_and_the_command_agree_on_every_day(
    admin: Client, expected: dict[str, Any]
) -> None:
    month = date.fromisoformat(f"{expected['month']}-01")
    for day, meant in expected["as_of"].items():
        on = date.fromisoformat(day)
        sweep(on=on)
        assert assert_agree(admin, month, on, of=meant["gaps"]) == len(meant["gaps"])
    for day, meant in expected["as_of"].items():
        assert_agree(admin, month, date.fromisoformat(day), of=meant["gaps"])


@pytest.mark.parametrize("by", ["rep", "rating"])
def test_they_agree_on_every_part(admin: Client, expected: dict[str, Any], by: str) -> None:
    month = date.fromisoformat(f"{expected['month']}-01")
    on = date.fromisoformat(max(expected["as_of"]))
    sweep(on=on)
    figures = customer_figures(month, on=on)
    people = {person.pk: str(person.public_id) for person in Person.objects.all()}
    parts: dict[str, list[str]] = {}
    for row in figures:
        part = people[row.owner_id] if by == "rep" else row.rating or "none"
        parts.setdefault(part, []).append(row.code)
    said = [assert_agree(admin, month, on, f"{by}={part}", of=of) for part, of in parts.items()]
    assert sum(said) == len(figures)


def test_the_month_after_is_told_too(imported: None, expected: dict[str, Any]) -> None:
    meant = expected["next_month"]
    gaps = keyed(answer("gaps", meant["month"], "--as-of", meant["as_of"])["rows"], "key")
    assert narrowed(meant["gaps"], gaps) == meant["gaps"]
    assert set(gaps) == set(meant["gaps"])


def kept_states_of(commitments: dict[str, Any]) -> dict[tuple[str, int], str]:
    return {
        (reference, part["position"]): part["state"]
        for reference, commitment in commitments.items()
        for part in commitment["instalments"]
    }


def test_kept_states_are_those_expected_as_the_days_are_swept(
    imported: None, expected: dict[str, Any]
) -> None:
    for day, meant in expected["as_of"].items():
        sweep(on=date.fromisoformat(day))
        kept = {
            (row.instalment.commitment.reference, row.instalment.position): row.state
            for row in InstalmentStanding.objects.select_related("instalment__commitment")
        }
        assert kept == kept_states_of(meant["commitments"])


@pytest.fixture
def smtp(settings: Settings) -> Iterator[SmtpSink]:
    sink = SmtpSink()
    sink.start()
    settings.KEPT_EMAIL = {
        "EMAIL_HOST": "127.0.0.1",
        "EMAIL_PORT": sink.port,
        "EMAIL_HOST_USER": "",
        "EMAIL_HOST_PASSWORD": "",
    }
    yield sink
    sink.stop()


def payments_by_day() -> dict[date, bytes]:
    """The file of payments, cut by the day on which the money came."""
    reader = csv.DictReader(io.StringIO(bytes_of("payments").decode()))
    rows: dict[date, list[dict[str, str]]] = {}
    for row in reader:
        rows.setdefault(date.fromisoformat(row["received_on"]), []).append(row)
    files = {}
    for day, of_day in rows.items():
        out = io.StringIO()
        writer = csv.DictWriter(out, reader.fieldnames or [])
        writer.writeheader()
        writer.writerows(of_day)
        files[day] = out.getvalue().encode()
    return files


def test_day_by_day_each_lapse_is_told_once_to_its_rep_in_their_language(
    organisation: None, smtp: SmtpSink
) -> None:
    for kind in KINDS:
        if kind != "payments":
            take_in(kind)
    lapsed: set[int] = set()
    told: dict[date, set[int]] = {}
    day, last = date(2012, 1, 1), date(2013, 8, 15)
    files = payments_by_day()
    while day <= last:
        if day in files:
            assert take_in("payments", files[day]).rejected == []
        if day >= date(2013, 6, 30):
            before = _told()
            sweep(on=day)
            deliver_due(prepare=prepare)
            newly = set(
                InstalmentStanding.objects.filter(state__in=LAPSED).values_list("pk", flat=True)
            )
            told[day] = _told() - before
            assert told[day] == newly - lapsed
            lapsed |= newly
        day += timedelta(days=1)
    assert len(lapsed) > 10
    _check_mail(lapsed, smtp)


def _told() -> set[int]:
    """The instalments whose lapse was told."""
    lapses = Notice.objects.filter(kind=NoticeKind.LAPSED, person__isnull=False)
    return set(lapses.values_list("instalment_id", flat=True))


def _check_mail(lapsed: set[int], smtp: SmtpSink) -> None:
    """Each lapse on one notice, to the customer's rep, in one mail of theirs; no mail to people but
    of what lapsed: new, to follow up again, or taken to the manager.

    What customers are told leaves within business hours alone: whether it has depends on the clock.
    """
    told = Notice.objects.filter(kind=NoticeKind.LAPSED, person__isnull=False)
    notices = list(told.select_related("message__person", "customer", "person"))
    assert sorted(n.instalment_id or 0 for n in notices) == sorted(lapsed)
    assert {n.person_id == n.about.owner_id for n in notices} == {True}
    messages = Message.objects.filter(person__isnull=False).select_related("person")
    assert set(messages.values_list("state", "in_doubt")) == {("sent", 0)}
    assert set(messages.values_list("kind", flat=True)) <= {"lapsed", "chase", "escalated"}
    sent = {message.message_id: message for message in messages}
    left = Message.objects.filter(state="sent").values_list("message_id", flat=True)
    assert sorted(smtp.message_ids) == sorted(left)
    of_people = [mail for mail in smtp.accepted if str(mail["Message-ID"]) in sent]
    assert len(of_people) == len(sent)
    for mail in of_people:
        _check_one(sent[str(mail["Message-ID"])], mail)
    assert {message.language for message in sent.values()} == {"en", "zh-hans"}


def _check_one(message: Message, mail: EmailMessage) -> None:
    person = message.person
    assert person is not None
    assert (mail["To"], message.language) == (person.email, person.language)
    own = message.notices.filter(kind=message.kind).count()
    with translation.override(person.language):
        greeting = translation.gettext("Hello %(name)s,") % {"name": person.name}
        subject = " ".join(
            translation.ngettext(
                "%(count)s promise has lapsed", "%(count)s promises have lapsed", own
            ).split()
        ) % {"count": own}
    assert message.kind != NoticeKind.LAPSED or mail["Subject"] == subject
    assert greeting in message.body_text
    if person.language == "zh-hans":
        assert "逾期" in mail["Subject"]
    references = message.notices.values_list("instalment__commitment__reference", flat=True)
    assert _named(message.body_text) == set(references)


def _named(text: str) -> set[str]:
    """The promises that a text names."""
    references = Commitment.objects.values_list("reference", flat=True)
    return {reference for reference in references if re.search(rf"{reference}(?!\d)", text)}
