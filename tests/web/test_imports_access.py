"""Who imports what, who sees whose uploads, and uploads that mean no good."""

from __future__ import annotations

import io
import re
import uuid
import zipfile

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from collections_app.accounts.models import ImportRecord, Person
from collections_app.imports.jobs import MOST_OPEN
from collections_app.imports.models import ImportJob
from collections_app.imports.tasks import run_job
from collections_app.planning.models import MonthPlan
from collections_app.web.csv_files import defused
from tests.conftest import Cast
from tests.web.facts import make_customer
from tests.web.uploading import (
    GOOD,
    HEAD,
    checked,
    decide,
    job_page_of,
    make_acme,
    page_of,
    upload,
)

PLANS = "customer_code,month,target\nACME,2026-12,1000\nTHEIRS,2026-12,1000\n"
KINDS_OF = {
    "east_rep": {"plans", "measures", "commitments", "followups"},
    "east_manager": {"plans", "measures", "commitments", "followups"},
    "finance": {"customers", "invoices", "payments", "adjustments"},
    "admin": {
        *("users", "customers", "invoices", "payments", "adjustments"),
        *("plans", "measures", "commitments", "followups"),
    },
}


def named(cast: Cast, name: str) -> Person:
    person: Person = getattr(cast, name)
    return person


@pytest.mark.parametrize("name", KINDS_OF)
def test_a_person_is_offered_what_their_role_may_import(
    cast: Cast, client: Client, name: str
) -> None:
    client.force_login(named(cast, name))
    page = page_of(client, "/imports/new/")
    assert set(re.findall(r'<option value="(\w+)"', page)) == KINDS_OF[name]
    columns = page_of(client, "/imports/columns/")
    assert set(re.findall(r'href="/imports/templates/(\w+)\.csv"', columns)) == KINDS_OF[name]


@pytest.mark.parametrize(("language", "first"), [("en", "Reference,"), ("zh-hans", "回款单号,")])
def test_a_template_has_headings_in_the_readers_language(
    cast: Cast, client: Client, language: str, first: str
) -> None:
    cast.finance.language = language
    cast.finance.save()
    client.force_login(cast.finance)
    answer = client.get("/imports/templates/payments.csv")
    text = b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]
    assert text.startswith("\ufeff" + first)
    assert client.get("/imports/templates/secrets.csv").status_code == 404


def test_what_a_role_may_not_import_is_refused(cast: Cast, client: Client) -> None:
    assert upload(client, cast.east_rep, GOOD, kind="payments") == 422
    assert upload(client, cast.finance, "email,name,role\n", kind="users") == 422
    assert not ImportJob.objects.exists()


def test_nobody_gets_in_unsigned(db: None, client: Client) -> None:
    for path in ("", "new/", "columns/", "templates/plans.csv", f"{uuid.uuid4()}/"):
        assert client.get(f"/imports/{path}")["Location"].startswith("/accounts/login/")


def test_a_rep_imports_plans_of_their_own_customers_alone(cast: Cast, client: Client) -> None:
    make_customer(cast.west_rep, code="THEIRS", name="Canary")
    job = checked(client, cast.east_rep, PLANS, kind="plans")
    page = job_page_of(client, job)
    assert "There is no customer “THEIRS”" in page
    assert "Canary" not in page
    decide(client, job, skip=True)
    run_job()
    assert MonthPlan.objects.get().customer.code == "ACME"


@pytest.mark.parametrize("name", ["east_rep_two", "east_manager", "west_rep"])
def test_uploads_of_others_are_not_there(cast: Cast, client: Client, name: str) -> None:
    job = checked(client, cast.east_rep, PLANS, kind="plans", name="canary.csv")
    decide(client, job, skip=True)
    run_job()
    record = ImportRecord.objects.get()
    client.force_login(named(cast, name))
    for path in (
        *(f"{job.public_id}/", f"{job.public_id}/progress/", f"{job.public_id}/rejected.csv"),
        f"records/{record.public_id}/",
    ):
        assert client.get(f"/imports/{path}").status_code == 404
    assert decide(client, job) == 404
    assert decide(client, job, "cancel") == 404
    assert "canary.csv" not in page_of(client, "/imports/")


@pytest.mark.parametrize("name", ["finance", "admin"])
def test_finance_and_administrators_see_all_and_decide_about_their_own(
    cast: Cast, client: Client, name: str
) -> None:
    job = checked(client, cast.east_rep, PLANS, kind="plans", name="canary.csv")
    client.force_login(named(cast, name))
    assert "canary.csv" in page_of(client, "/imports/")
    assert "Only who uploaded the file decides" in job_page_of(client, job)
    assert decide(client, job, skip=True) == 422
    job.refresh_from_db()
    assert job.state == "checked"


def test_a_person_cannot_pile_uploads_up(cast: Cast, client: Client) -> None:
    for number in range(MOST_OPEN):
        ImportJob.objects.create(
            kind="plans", filename="f", stored_name=f"uploads/{number}", size=1, by=cast.east_rep
        )
    assert upload(client, cast.east_rep, PLANS, kind="plans") == 422
    assert upload(client, cast.finance, GOOD) == 302


def bomb() -> bytes:
    """A workbook of some kilobytes that unpacks to fifty megabytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 50_000_000)
    return out.getvalue()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x89PNG\r\n\x1a\n",
        b"%PDF-1.7",
        b"<html></html>",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1x",
    ],
)
def test_what_is_no_table_is_refused_at_once(cast: Cast, client: Client, data: bytes) -> None:
    assert upload(client, cast.finance, data) == 422
    assert not ImportJob.objects.exists()


@pytest.mark.parametrize(
    "data",
    [
        b"\x00" * 100,
        b"a\x00b,c\n1,2\n",
        b"PK\x03\x04nothing",
        bomb(),
        b'reference,"customer_code\n',
        "\ufeff".encode(),
        b"\n\n\n",
        b"\xff\xfe\x00",
        b"reference,reference,customer_code,received_on,amount\n",
    ],
)
def test_what_turns_out_to_be_no_table_is_said_in_words(
    cast: Cast, client: Client, data: bytes
) -> None:
    job = checked(client, cast.finance, data)
    assert job.state == "failed"
    page = job_page_of(client, job)
    assert "The file cannot be imported" in page
    assert "Nothing was saved." in page
    assert "went wrong here" not in page


def test_too_large_a_file_is_refused_with_the_limit(cast: Cast, client: Client) -> None:
    client.force_login(cast.finance)
    data = b"x" * (settings.MAX_UPLOAD_MB * 1024 * 1024 + 1)
    token = str(uuid.uuid4())
    fields = {"kind": "payments", "token": token, "file": SimpleUploadedFile("a.csv", data)}
    answer = client.post("/imports/new/", fields)
    assert answer.status_code == 422
    assert b"at most 10 MB are read" in answer.content


@pytest.mark.parametrize(
    "name",
    [
        "../../etc/passwd",
        "<script>alert(1)</script>.csv",
        "a" * 500 + ".csv",
        "回款\r\nX-Evil: 1.csv",
        "💥\u202e.csv",
        "\x00.csv",
    ],
)
def test_a_files_name_is_only_shown(cast: Cast, client: Client, name: str) -> None:
    job = checked(client, cast.finance, HEAD + "M1,NOBODY,2026-11-20,1,\n", name=name)
    assert re.fullmatch(r"uploads/[0-9a-f]{32}", job.stored_name)
    assert len(job.filename) <= 255
    answer = client.get(f"/imports/{job.public_id}/")
    assert b"<script>alert" not in answer.content
    assert client.get(f"/imports/{job.public_id}/rejected.csv").status_code == 200


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"kind": "nonsense"}, 422),
        ({"kind": "pay\x00ments"}, 422),
        ({"complete_through": "2999-01-01"}, 422),
        ({"complete_through": "soon\x00"}, 422),
        ({"token": "x"}, 422),
        ({"state": "imported", "by": "1", "rows": "9"}, 302),
    ],
)
def test_fields_that_make_no_sense_are_refused_or_passed_over(
    cast: Cast, client: Client, fields: dict[str, str], status: int
) -> None:
    make_acme(cast.finance)
    client.force_login(cast.finance)
    file = SimpleUploadedFile("bank.csv", GOOD.encode())
    sent = {"kind": "payments", "file": file, "token": str(uuid.uuid4())} | fields
    assert client.post("/imports/new/", sent).status_code == status
    assert not ImportJob.objects.exclude(state="checking", by=cast.finance, rows=0).exists()


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("=1+1", "'=1+1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("+cmd|x", "'+cmd|x"),
        ("-2+3", "'-2+3"),
        (" =1", "' =1"),
        ("-100.50", "-100.50"),
        ("plain", "plain"),
        ("", ""),
    ],
)
def test_formulas_are_defused_and_numbers_stay_numbers(text: str, kept: str) -> None:
    assert defused(text) == kept
