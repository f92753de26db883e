"""``manage.py import``: one object to the letter, exit codes, rights, and nothing half done."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, connections

from collections_app.accounts.models import AuditEntry, ImportRecord, Person
from collections_app.customers.models import Customer
from collections_app.ledger.models import Payment, Reversal
from collections_app.organisation.models import Organisation
from collections_app.organisation.queries import organisation
from tests.builders import make_person
from tests.conftest import Cast
from tests.imports.files import command, customers_of, take

HEAD = "reference,customer_code,received_on,amount,memo\n"
GOOD = HEAD + "P1,C1,2013-07-01,10.50,a\nP2,C1,2013-07-02,20,b\n"
BAD = GOOD + 'P3,C1,2013-07-03,"12,3,4",c\n'


@pytest.fixture
def payments(tmp_path: Path, cast: Cast) -> Path:
    """A good file of payments, of customers that exist."""
    customers_of(cast)
    path = tmp_path / "payments.csv"
    path.write_text(GOOD)
    return path


@pytest.fixture
def bad(payments: Path) -> Path:
    """The same with one amount that is none."""
    payments.write_text(BAD)
    return payments


def said(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    """Standard output, which is exactly one JSON object."""
    answer = json.loads(capsys.readouterr().out)
    assert isinstance(answer, dict)
    return answer


def test_the_object_is_that_of_the_contract(
    payments: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command("payments", payments, "--json") == 0
    answer = said(capsys)
    assert answer.pop("import_id") == ImportRecord.objects.get(kind="payments").pk
    assert answer == {
        "kind": "payments",
        "rows": 2,
        "created": 2,
        "updated": 0,
        "unchanged": 0,
        "rejected": [],
        "ignored": ["memo"],
        "dry_run": False,
        "saved": True,
    }


def test_a_bad_row_saves_nothing_and_the_counts_say_what_would_have_been(
    bad: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command("payments", bad, "--json") == 1
    answer = said(capsys)
    assert (answer["rows"], answer["created"], answer["saved"]) == (3, 2, False)
    assert answer["import_id"] is None
    assert not Payment.objects.exists()
    assert not ImportRecord.objects.filter(kind="payments").exists()


def test_a_rejected_cell_is_told_to_the_letter(
    bad: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command("payments", bad, "--json")
    assert said(capsys)["rejected"] == [
        {
            "row": 4,
            "column": "amount",
            "value": "12,3,4",
            "code": "invalid_amount",
            "message": "“12,3,4” is not an amount. Write it like 1234.50.",
        }
    ]


def test_skipping_bad_rows_saves_the_good_ones(
    bad: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command("payments", bad, "--skip-bad-rows", "--json") == 1
    answer = said(capsys)
    assert (answer["created"], len(answer["rejected"]), answer["saved"]) == (2, 1, True)
    assert sorted(Payment.objects.values_list("reference", flat=True)) == ["P1", "P2"]


def test_a_dry_run_saves_nothing(payments: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command("payments", payments, "--dry-run", "--json") == 0
    answer = said(capsys)
    assert (answer["created"], answer["import_id"]) == (2, None)
    assert (answer["dry_run"], answer["saved"]) == (True, False)
    assert not Payment.objects.exists()


def test_a_dry_run_saves_nothing_though_bad_rows_are_skipped(
    bad: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command("payments", bad, "--dry-run", "--skip-bad-rows", "--json") == 1
    assert said(capsys)["saved"] is False
    assert not Payment.objects.exists()


def test_the_same_file_again_changes_nothing(
    payments: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command("payments", payments)
    capsys.readouterr()
    assert command("payments", payments, "--json") == 0
    answer = said(capsys)
    assert (answer["created"], answer["updated"], answer["unchanged"]) == (0, 0, 2)
    assert Payment.objects.count() == 2


def test_people_get_counts_and_a_table(bad: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command("payments", bad) == 1
    assert capsys.readouterr().out.splitlines() == [
        "payments.csv: 3 rows, 2 created, 0 updated, 0 unchanged, 1 rejected.",
        "Columns passed over: memo.",
        "Row  Column  Value   What to do",
        "---  ------  ------  -------------------------------------------------",
        "4    amount  12,3,4  “12,3,4” is not an amount. Write it like 1234.50.",
        "Nothing was saved.",
    ]


def test_a_cell_of_many_lines_does_not_break_the_table(
    payments: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    payments.write_text(HEAD + 'P1,C1,2013-07-01,"1\n2",x\n')
    command("payments", payments)
    assert len(capsys.readouterr().out.splitlines()) == 6


def test_many_rejections_are_shortened_for_people_alone(
    payments: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    payments.write_text(HEAD + "".join(f"P{n},C1,2013-07-01,x,\n" for n in range(60)))
    command("payments", payments)
    assert "… and 10 more." in capsys.readouterr().out
    command("payments", payments, "--json")
    assert len(said(capsys)["rejected"]) == 60


def test_a_file_with_a_header_only_is_an_import_of_nothing(
    payments: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    payments.write_text(HEAD)
    assert command("payments", payments, "--json") == 0
    answer = said(capsys)
    assert (answer["rows"], answer["created"], answer["saved"]) == (0, 0, True)


@pytest.mark.parametrize(
    "words",
    [
        ("cheques", "payments.csv"),
        ("payments", "nowhere.csv"),
        ("payments", "."),
        ("payments", "x" * 300),
        ("payments",),
        ("payments", "payments.csv", "--as", "nobody@kept.test"),
        ("payments", "payments.csv", "--as", ""),
        ("payments", "payments.csv", "--encoding", "klingon"),
        ("payments", "payments.csv", "--complete-through", "soon"),
        ("customers", "payments.csv", "--complete-through", "2013-07-31"),
        ("payments", "payments.csv", "--wish"),
    ],
)
def test_an_argument_that_names_nothing_is_wrong_usage(
    payments: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    words: tuple[str, ...],
) -> None:
    monkeypatch.chdir(payments.parent)
    assert command(*words, "--json") == 2
    error = said(capsys)["error"]
    assert set(error) == {"code", "message"}
    assert not Payment.objects.exists()


def test_somebody_who_may_no_longer_sign_in_imports_nothing(payments: Path) -> None:
    Person.objects.filter(email="fay@kept.test").update(is_active=False)
    assert command("payments", payments, "--as", "fay@kept.test") == 2
    assert not Payment.objects.exists()


def test_a_kind_that_there_is_none_of_is_wrong_usage(
    payments: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    payments.write_text("code;x\n")
    assert command("holds", payments, "--json") == 2
    error = said(capsys)["error"]
    assert set(error) == {"code", "message"}


@pytest.mark.parametrize(
    ("kind", "email"),
    [
        ("users", "fay@kept.test"),
        ("users", "anna@kept.test"),
        ("customers", "anna@kept.test"),
        ("invoices", "mei@kept.test"),
        ("payments", "anna@kept.test"),
        ("adjustments", "mei@kept.test"),
        ("plans", "fay@kept.test"),
        ("measures", "fay@kept.test"),
        ("commitments", "fay@kept.test"),
    ],
)
def test_a_role_imports_only_its_kinds(
    payments: Path, capsys: pytest.CaptureFixture[str], kind: str, email: str
) -> None:
    assert command(kind, payments, "--as", email, "--json") == 1
    assert said(capsys)["error"]["code"] == "not_allowed"
    assert not Payment.objects.exists()


@pytest.mark.parametrize("email", ["fay@kept.test", "ada@kept.test"])
def test_finance_and_administrators_import_payments(payments: Path, email: str) -> None:
    assert command("payments", payments, "--as", email) == 0
    record = ImportRecord.objects.get(kind="payments")
    assert record.by is not None
    assert record.by.email == email


def test_an_import_is_on_the_audit_trail(payments: Path) -> None:
    command("payments", payments, "--as", "fay@kept.test")
    entry = AuditEntry.objects.get(verb="import", import_record__kind="payments")
    assert entry.actor == Person.objects.get(email="fay@kept.test")
    assert (entry.payload["rows"], entry.payload["created"]) == (2, 2)


def test_the_mark_of_complete_payments_moves_when_told(payments: Path) -> None:
    command("payments", payments, "--complete-through", "2013-07-31")
    assert organisation().payments_complete_through == date(2013, 7, 31)


def test_the_mark_of_complete_payments_stays_unless_told(payments: Path) -> None:
    organisation()
    Organisation.objects.update(payments_complete_through=date(2013, 6, 30))
    command("payments", payments)
    assert organisation().payments_complete_through == date(2013, 6, 30)


@pytest.mark.parametrize("words", [(), ("--dry-run",)])
def test_the_mark_stays_where_nothing_is_saved(bad: Path, words: tuple[str, ...]) -> None:
    command("payments", bad, "--complete-through", "2013-07-31", *words)
    assert organisation().payments_complete_through is None


def test_a_file_name_that_is_no_text_is_kept_as_well_as_can_be(payments: Path) -> None:
    odd = payments.rename(payments.with_name("zahlungen\udce4.csv"))
    assert command("payments", odd) == 0
    assert ImportRecord.objects.get(kind="payments").filename == "zahlungen?.csv"


def test_the_record_says_what_came_of_it(bad: Path) -> None:
    command("payments", bad, "--skip-bad-rows")
    record = ImportRecord.objects.get(kind="payments")
    assert (record.filename, record.rows, record.created, record.rejected) == (
        "payments.csv",
        3,
        2,
        1,
    )
    assert Payment.objects.filter(import_record=record).count() == 2


@pytest.mark.django_db(transaction=True)
def test_one_file_by_ten_at_once_counts_once() -> None:
    make_person("Anna", email="anna@kept.test")
    take("customers", "code,name,owner_email\nC1,One,anna@kept.test")

    def once(_number: int) -> tuple[int, int]:
        try:
            result = take("payments", GOOD + "R1,C1,2013-07-03,5,\n")
        finally:
            connections["default"].close()
        return result.created, result.unchanged

    with ThreadPoolExecutor(10) as pool:
        outcomes = sorted(pool.map(once, range(10)))
    assert outcomes == [(0, 3)] * 9 + [(3, 0)]
    assert Payment.objects.count() == 3


@pytest.mark.django_db(transaction=True)
def test_an_import_that_breaks_off_in_the_middle_leaves_nothing() -> None:
    """It fails at the first reversal, when the payments are already written."""
    make_person("Anna", email="anna@kept.test")
    take("customers", "code,name,owner_email\nC1,One,anna@kept.test")
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION breaks_off() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'the machine died'; END $$;"
            "CREATE TRIGGER breaks_off BEFORE INSERT ON ledger_reversal "
            "FOR EACH ROW EXECUTE FUNCTION breaks_off()"
        )
    file = (
        "reference,customer_code,received_on,amount,reverses\n"
        "P1,C1,2013-07-01,10,\nR1,C1,2013-07-02,-5,P1"
    )
    try:
        with pytest.raises(Exception, match="the machine died"):
            take("payments", file)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP FUNCTION breaks_off() CASCADE")
    assert not Payment.objects.exists()
    assert not ImportRecord.objects.filter(kind="payments").exists()
    assert take("payments", file).created == 2
    assert (Payment.objects.count(), Reversal.objects.count()) == (1, 1)


def test_customers_outside_ones_sight_are_unknown(
    cast: Cast, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    customers_of(cast)
    path = tmp_path / "plans.csv"
    path.write_text("customer_code,month,target\nJ1,2013-08,5\nC1,2013-08,5\n")
    assert command("plans", path, "--as", "anna@kept.test", "--skip-bad-rows", "--json") == 1
    assert [r["code"] for r in said(capsys)["rejected"]] == ["unknown_customer"]
    assert Customer.objects.get(plans__isnull=False).code == "C1"
