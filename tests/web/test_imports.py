"""Import in the browser: checked first, decided by its person, imported once."""

from __future__ import annotations

import csv
import io
import uuid

import pytest
from django.core.files.storage import default_storage
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from collections_app.accounts.models import ImportRecord
from collections_app.imports.models import ImportJob
from collections_app.imports.tasks import run_job
from collections_app.ledger.models import Payment
from tests.conftest import Cast
from tests.web.uploading import (
    BAD,
    GOOD,
    HEAD,
    checked,
    decide,
    job_page_of,
    make_acme,
    page_of,
    upload,
)


def test_an_upload_is_checked_and_nothing_is_saved(cast: Cast, client: Client) -> None:
    job = checked(client, cast.finance, GOOD)
    assert (job.state, job.rows, job.created) == ("checked", 2, 2)
    assert not Payment.objects.exists()
    page = job_page_of(client, job)
    assert "All rows are in order" in page
    assert "Import 2 rows" in page
    assert "Columns passed over: memo" in page
    assert "1,000.00 CNY" in page


def test_what_is_confirmed_is_imported_and_its_file_removed(cast: Cast, client: Client) -> None:
    job = checked(client, cast.finance, GOOD, complete_through="2026-11-22")
    assert default_storage.exists(job.stored_name)
    assert decide(client, job) == 302
    run_job()
    record = ImportRecord.objects.get()
    assert (record.created, record.by, record.filename) == (2, cast.finance, "bank.csv")
    assert Payment.objects.count() == 2
    assert "2 rows are saved" in job_page_of(client, job)
    job.refresh_from_db()
    assert (job.state, job.record, job.stored_name) == ("imported", record, "")


def test_bad_rows_are_named_in_the_files_own_words_and_order(cast: Cast, client: Client) -> None:
    page = job_page_of(client, checked(client, cast.finance, BAD))
    assert "3 rows need mending" in page
    places = [
        page.index(words) for words in ("There is no customer “NOBODY”", "“soon” is", "“twelve” is")
    ]
    assert places == sorted(places)
    assert "Skip the 3 rejected and import 2 rows" in page
    assert (
        '<th scope="row" data-label="Row">4</th> <td data-label="Column">customer_code</td>' in page
    )


def test_sentences_are_in_the_readers_language_not_the_uploaders(
    cast: Cast, client: Client
) -> None:
    job = checked(client, cast.finance, BAD)
    cast.admin.language = "zh-hans"
    cast.admin.save()
    client.force_login(cast.admin)
    page = job_page_of(client, job)
    assert "“soon”" in page
    assert "is not a date" not in page
    assert "客户" in page


def test_bad_rows_are_skipped_only_if_that_is_said(cast: Cast, client: Client) -> None:
    job = checked(client, cast.finance, BAD)
    assert decide(client, job) == 422
    assert decide(client, job, skip=True) == 302
    run_job()
    assert sorted(Payment.objects.values_list("reference", flat=True)) == ["M1", "M2"]
    page = job_page_of(client, job)
    assert "Rejected rows" in page
    assert "3 rows" not in page


def test_rejected_rows_come_as_a_file_to_be_mended_and_imported(cast: Cast, client: Client) -> None:
    job = checked(client, cast.finance, BAD)
    answer = client.get(f"/imports/{job.public_id}/rejected.csv")
    text = b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]
    assert text.startswith("\ufeff")
    rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))
    assert rows[0] == ["What to mend", *HEAD.strip().split(",")]
    assert rows[1][1:] == ["M3", "NOBODY", "2026-11-21", "10.00", "'=1+1"]
    assert rows[1][0].startswith("Row 4: customer_code: There is no customer")
    mended = text.replace("NOBODY", "ACME").replace("soon", "2026-11-22").replace("twelve", "12")
    upload(client, cast.finance, mended)
    run_job()
    assert ImportJob.objects.latest("pk").created == 3


def test_missing_columns_are_named_as_the_template_names_them(cast: Cast, client: Client) -> None:
    job = checked(client, cast.finance, "reference,amount\nM1,1\n")
    assert "Columns are missing: Customer code, Received on." in job_page_of(client, job)
    cast.finance.language = "zh-hans"
    cast.finance.save()
    assert "客户编号" in job_page_of(client, job)


def test_a_form_sent_twice_is_one_upload(cast: Cast, client: Client) -> None:
    token = uuid.uuid4()
    make_acme(cast.finance)
    assert upload(client, cast.finance, GOOD, token=token) == 302
    assert upload(client, cast.finance, GOOD, token=token) == 302
    assert ImportJob.objects.count() == 1


def test_a_second_confirmation_makes_no_second_import(cast: Cast, client: Client) -> None:
    job = checked(client, cast.finance, GOOD)
    assert decide(client, job) == 302
    assert decide(client, job) == 409
    run_job()
    assert decide(client, job) == 409
    run_job()
    assert ImportRecord.objects.count() == 1


def test_an_upload_can_be_given_up_until_it_is_confirmed(cast: Cast, client: Client) -> None:
    job = checked(client, cast.finance, GOOD)
    assert decide(client, job, "cancel") == 302
    assert "given up" in job_page_of(client, job)
    assert decide(client, job) == 409
    other = checked_again(client, cast)
    decide(client, other)
    assert decide(client, other, "cancel") == 409
    run_job()
    assert Payment.objects.count() == 2


def checked_again(client: Client, cast: Cast) -> ImportJob:
    upload(client, cast.finance, GOOD)
    run_job()
    return ImportJob.objects.latest("pk")


def test_what_changed_since_the_check_has_to_be_decided_anew(cast: Cast, client: Client) -> None:
    job = checked(client, cast.finance, GOOD)
    upload(client, cast.finance, HEAD + "M1,ACME,2026-11-20,7.00,\n")
    run_job()
    decide(client, ImportJob.objects.latest("pk"))
    decide(client, job)
    run_job()
    run_job()
    job.refresh_from_db()
    changed = job if job.state == "checked" else ImportJob.objects.latest("pk")
    assert (changed.state, changed.has_changed, changed.rejected) == ("checked", True, 1)
    assert "has changed since the check" in job_page_of(client, changed)
    assert ImportRecord.objects.count() == 1


def test_a_file_seen_before_has_nothing_to_import(cast: Cast, client: Client) -> None:
    job = checked(client, cast.finance, GOOD)
    decide(client, job)
    run_job()
    again = checked_again(client, cast)
    page = job_page_of(client, again)
    assert "There is nothing new in the file" in page
    assert decide(client, again) == 422


def test_progress_is_told_until_the_work_ends(cast: Cast, client: Client) -> None:
    make_acme(cast.finance)
    upload(client, cast.finance, GOOD)
    job = ImportJob.objects.get()
    path = f"/imports/{job.public_id}/progress/"
    assert "Look again" in job_page_of(client, job)
    ImportJob.objects.update(stage="rows", rows_done=3, rows_total=10)
    answer = client.get(path, headers={"HX-Request": "true"})
    assert b"3 of 10 rows checked" in answer.content
    assert b"every 1s" in answer.content
    run_job()
    assert client.get(path, headers={"HX-Request": "true"})["HX-Refresh"] == "true"
    assert client.get(path).status_code == 302


def test_history_shows_imports_and_uploads_under_way(cast: Cast, client: Client) -> None:
    client.force_login(cast.finance)
    assert "Nothing is imported yet" in page_of(client, "/imports/")
    decide(client, checked(client, cast.finance, GOOD))
    assert "Uploads under way" in page_of(client, "/imports/")
    run_job()
    page = page_of(client, "/imports/")
    assert "Uploads under way" not in page
    assert "bank.csv" in page
    record = ImportRecord.objects.get()
    assert record.sha256 in page_of(client, f"/imports/records/{record.public_id}/")


def test_history_costs_the_same_for_one_and_for_three(cast: Cast, client: Client) -> None:
    client.force_login(cast.finance)
    page_of(client, "/imports/")  # the first look of all makes the organisation

    def queries() -> int:
        with CaptureQueriesContext(connection) as seen:
            page_of(client, "/imports/")
        return len(seen)

    def add(number: int) -> None:
        ImportRecord.objects.create(
            kind="plans", filename=f"{number}.csv", sha256="0" * 64, by=cast.east_rep
        )
        ImportJob.objects.create(
            kind="plans", filename="f", stored_name=f"uploads/{number}", size=1, by=cast.east_rep
        )

    add(1)
    one = queries()
    add(2)
    add(3)
    assert queries() == one


@pytest.mark.parametrize("page", ["0", "x", "-1", "99999999"])
def test_what_is_no_page_is_not_there(cast: Cast, client: Client, page: str) -> None:
    client.force_login(cast.finance)
    assert client.get(f"/imports/?page={page}").status_code == 404
