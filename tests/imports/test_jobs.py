"""Uploads in the hands of workers: leased, followed, ended once, and never left lying about."""

from __future__ import annotations

import io
import threading
import time
import uuid
from datetime import datetime, timedelta

import pytest
import xlsxwriter
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection, transaction
from django.db.models.functions import Now

from collections_app.accounts.models import ImportRecord, Person
from collections_app.core.refusals import Overtaken, Refused
from collections_app.imports.jobs import cancel_job, confirm_job, open_job
from collections_app.imports.models import ImportJob
from collections_app.imports.operations import LOCK
from collections_app.imports.running import MOST_ATTEMPTS
from collections_app.imports.tasks import remove_old_uploads, run_job
from collections_app.ledger.models import Payment
from collections_app.organisation.queries import organisation
from tests.conftest import Cast
from tests.racing import side_by_side
from tests.web.uploading import BAD, GOOD, make_acme


def opened(by: Person, data: str | bytes = GOOD, *, kind: str = "payments") -> ImportJob:
    """An upload that waits for a worker."""
    if isinstance(data, str):
        data = data.encode()
    return open_job(kind=kind, data=data, filename="bank.csv", by=by)


def checked(by: Person, data: str | bytes = GOOD) -> ImportJob:
    """An upload that waits for its person."""
    make_acme(by)
    job = opened(by, data)
    run_job()
    job.refresh_from_db()
    assert job.state == "checked"
    return job


def test_a_job_whose_worker_died_is_taken_up_when_its_lease_has_run_out(cast: Cast) -> None:
    make_acme(cast.finance)
    job = opened(cast.finance)
    dead = {"lease_token": uuid.uuid4(), "attempts": 1}
    ImportJob.objects.update(**dead, lease_until=Now() + timedelta(seconds=5))
    run_job()
    job.refresh_from_db()
    assert job.state == "checking"
    ImportJob.objects.update(**dead, lease_until=Now() - timedelta(seconds=1))
    run_job()
    job.refresh_from_db()
    assert (job.state, job.lease_token) == ("checked", None)


def test_an_import_that_died_before_its_end_is_made_once(cast: Cast) -> None:
    job = checked(cast.finance)
    confirm_job(job=job, by=cast.finance, skip_bad_rows=False)
    ImportJob.objects.update(lease_token=uuid.uuid4(), lease_until=Now() - timedelta(seconds=1))
    run_job()
    run_job()
    assert (ImportRecord.objects.count(), Payment.objects.count()) == (1, 2)


def test_a_job_that_is_interrupted_again_and_again_is_given_up(cast: Cast) -> None:
    job = opened(cast.finance)
    ImportJob.objects.update(attempts=MOST_ATTEMPTS)
    run_job()
    job.refresh_from_db()
    assert job.state == "failed"
    assert job.problem is not None
    assert job.problem["code"] == "interrupted"


def test_a_file_that_is_no_use_fails_with_its_reason_and_is_removed(cast: Cast) -> None:
    job = opened(cast.finance, "name,price\nA,1\n")
    name = job.stored_name
    with transaction.atomic():
        run_job()
    job.refresh_from_db()
    assert job.problem == {
        "code": "missing_columns",
        "variant": "",
        "params": {"columns": "reference, customer_code, received_on, amount"},
    }
    assert job.stored_name == ""
    assert name


def test_one_who_may_no_longer_sign_in_imports_nothing(cast: Cast) -> None:
    job = checked(cast.finance)
    confirm_job(job=job, by=cast.finance, skip_bad_rows=False)
    Person.objects.filter(pk=cast.finance.pk).update(is_active=False)
    run_job()
    job.refresh_from_db()
    assert job.state == "failed"
    assert not Payment.objects.exists()


def test_one_whose_role_changed_imports_nothing_more(cast: Cast) -> None:
    job = checked(cast.finance)
    confirm_job(job=job, by=cast.finance, skip_bad_rows=False)
    Person.objects.filter(pk=cast.finance.pk).update(role="rep")
    run_job()
    job.refresh_from_db()
    assert (job.state, job.problem and job.problem["code"]) == ("failed", "not_allowed")
    assert not Payment.objects.exists()


def test_a_lost_file_is_said(cast: Cast) -> None:
    job = checked(cast.finance)
    default_storage.delete(job.stored_name)
    confirm_job(job=job, by=cast.finance, skip_bad_rows=False)
    run_job()
    job.refresh_from_db()
    assert job.problem is not None
    assert job.problem["code"] == "file_gone"


def test_only_its_person_decides(cast: Cast) -> None:
    job = checked(cast.finance)
    with pytest.raises(Refused) as refused:
        confirm_job(job=job, by=cast.admin, skip_bad_rows=True)
    assert refused.value.code == "not_allowed"
    with pytest.raises(Refused):
        cancel_job(job=job, by=cast.admin)


def test_what_is_imported_cannot_be_given_up(cast: Cast) -> None:
    job = checked(cast.finance)
    confirm_job(job=job, by=cast.finance, skip_bad_rows=False)
    with pytest.raises(Overtaken):
        cancel_job(job=job, by=cast.finance)


def test_cells_that_no_database_takes_are_shown_as_far_as_they_can_be(cast: Cast) -> None:
    head = "reference,customer_code,received_on,amount\n"
    job = checked(cast.finance, f"{head}M\x01,ACME,2026-11-20,1\n{head}")
    assert job.rejected_rows.order_by("number")[0].cells[0] == "M\ufffd"


def test_an_upload_that_nobody_decides_about_ends_after_a_day(cast: Cast) -> None:
    old, fresh = checked(cast.finance), opened(cast.finance)
    ImportJob.objects.filter(pk=old.pk).update(at=Now() - timedelta(days=1, minutes=1))
    remove_old_uploads()
    old.refresh_from_db()
    fresh.refresh_from_db()
    assert (old.state, old.stored_name) == ("failed", "")
    assert fresh.state == "checking"


def test_a_month_later_rejected_rows_are_forgotten_and_the_record_stays(cast: Cast) -> None:
    job = checked(cast.finance, BAD)
    confirm_job(job=job, by=cast.finance, skip_bad_rows=True)
    run_job()
    ImportJob.objects.update(at=Now() - timedelta(days=31))
    remove_old_uploads()
    assert not ImportJob.objects.exists()
    assert ImportRecord.objects.count() == 1


@pytest.mark.django_db(transaction=True)
class TestForReal:
    """With transactions that really commit."""

    def test_the_file_goes_with_its_job(self, cast: Cast) -> None:
        job = checked(cast.finance)
        name = job.stored_name
        assert default_storage.exists(name)
        confirm_job_for_real(job, cast.finance)
        run_job()
        assert not default_storage.exists(name)

    def test_files_without_a_job_go_after_a_day(self, cast: Cast) -> None:
        lost = default_storage.save("uploads/lost", ContentFile(b"x"))
        kept = opened(cast.finance).stored_name
        remove_old_uploads()
        assert default_storage.exists(lost)
        assert default_storage.exists(kept)

    def test_many_workers_make_one_import(self, cast: Cast) -> None:
        job = checked(cast.finance)
        confirm_job_for_real(job, cast.finance)
        side_by_side(*[run_job] * 4)
        assert (ImportRecord.objects.count(), Payment.objects.count()) == (1, 2)

    def test_two_confirmations_at_once_make_one_import(self, cast: Cast) -> None:
        job = checked(cast.finance)
        refused: list[Overtaken] = []

        def confirm() -> None:
            try:
                confirm_job_for_real(job, cast.finance)
            except Overtaken as lost:
                refused.append(lost)

        side_by_side(confirm, confirm, confirm)
        run_job()
        run_job()
        assert len(refused) == 2
        assert ImportRecord.objects.count() == 1

    def test_one_that_waits_tells_so_and_keeps_its_lease(self, cast: Cast) -> None:
        organisation()
        job = opened_for_real(cast)
        worker = threading.Thread(target=work_once)
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
            worker.start()
            first = wait_for_stage(job, "waiting")
            time.sleep(1.2)
            job.refresh_from_db()
            assert job.lease_until is not None
            assert job.lease_until > first
            # Nobody else takes it meanwhile, nor what waits behind it.
            opened_too = opened(cast.finance)
            run_job()
            opened_too.refresh_from_db()
            assert opened_too.state == "checking"
        worker.join()
        job.refresh_from_db()
        assert job.state == "checked"

    def test_one_given_up_meanwhile_stays_so(self, cast: Cast) -> None:
        organisation()
        job = opened_for_real(cast)
        worker = threading.Thread(target=work_once)
        blocker = connection.copy()
        with transaction.atomic():
            blocker.cursor().execute("SELECT pg_advisory_lock(%s)", [LOCK])
        worker.start()
        wait_for_stage(job, "waiting")
        with transaction.atomic():
            cancel_job(job=job, by=cast.finance)
        blocker.close()
        worker.join()
        job.refresh_from_db()
        assert (job.state, job.stored_name) == ("cancelled", "")


def confirm_job_for_real(job: ImportJob, by: Person) -> None:
    with transaction.atomic():
        confirm_job(job=job, by=by, skip_bad_rows=False)


def opened_for_real(cast: Cast) -> ImportJob:
    make_acme(cast.finance)
    return opened(cast.finance)


def work_once() -> None:
    try:
        run_job()
    finally:
        connection.close()


def wait_for_stage(job: ImportJob, stage: str) -> datetime:
    """The end of the lease at the moment at which the job tells that it is so far."""
    for _ in range(80):
        job.refresh_from_db()
        if job.stage == stage and job.lease_until is not None:
            return job.lease_until
        time.sleep(0.1)
    raise AssertionError(f"it never came to {stage}")


def test_a_workbook_is_checked_too(cast: Cast) -> None:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out)
    sheet = book.add_worksheet()
    for at, row in enumerate(
        [("回款单号", "客户编号", "回款日期", "回款金额"), ("M1", "ACME", "2026-11-20", 12.5)]
    ):
        sheet.write_row(at, 0, row)
    book.close()
    job = checked(cast.finance, out.getvalue())
    assert job.preview[0]["cells"]["amount"] == "12.50 CNY"
