"""Importing a file: all of it in one transaction, or nothing; the same file twice counts once."""

from __future__ import annotations

import hashlib
from collections import Counter
from datetime import date

from django.apps import apps
from django.conf import settings
from django.db import connection, transaction

from collections_app.accounts.models import ImportRecord, Person, Role
from collections_app.accounts.operations import record as record_audit
from collections_app.imports.batch import CREATED, UNCHANGED, UPDATED, Batch
from collections_app.imports.bulk import collecting_later
from collections_app.imports.following import Following, Stage
from collections_app.imports.kinds import KINDS
from collections_app.imports.messages import UnreadableFile
from collections_app.imports.parsing import parse_table
from collections_app.imports.readers import read_table
from collections_app.imports.result import ImportResult
from collections_app.organisation.models import Organisation
from collections_app.organisation.queries import organisation
from collections_app.standing.operations import refresh_touched

LOCK = 0x4B657074  # one import at a time: two of one file at once count once
# So many rows at once may change how tables are best read; they are in these rooms.
MANY = 1_000
GROWING = ("customers", "ledger", "planning", "commitments", "followups", "standing")
LEDGER = frozenset({"customers", "invoices", "payments", "adjustments"})
PLANNING = frozenset({"plans", "measures", "commitments", "followups"})
ALLOWED = {
    Role.ADMIN: LEDGER | PLANNING | {"users"},
    Role.FINANCE: LEDGER,
    Role.MANAGER: PLANNING,
    Role.REP: PLANNING,
}


class _NothingSaved(Exception):
    """Ends the transaction of an import that is not to be kept."""


def run_import(
    *,
    kind: str,
    data: bytes,
    filename: str,
    by: Person | None,
    on: date,
    dry_run: bool = False,
    skip_bad_rows: bool = False,
    encoding: str | None = None,
    complete_through: date | None = None,
    following: Following | None = None,
) -> ImportResult:
    """Import a file of a kind on the business date ``on``, with ``by``'s rights (None: all).

    Nothing is saved on a dry run, or where a row is refused without ``skip_bad_rows``; the counts
    then say what would have been. ``following`` is told how far it is and, in the end, which rows
    were refused and how the first were understood. Raises ``UnreadableFile`` where the file as a
    whole is no use or the person may not import this kind.
    """
    check_kind(kind, by)
    told = following or Following()
    limit = settings.MAX_UPLOAD_MB * 1024 * 1024
    table = read_table(data, filename=filename, encoding=encoding, max_bytes=limit)
    told.begin(table)
    result = ImportResult(kind=kind, rows=len(table.rows), dry_run=dry_run)
    organisation()
    try:
        with collecting_later(), transaction.atomic():
            _lock(kind)
            batch, result.ignored = parse_table(kind, table, on=on, by=by, told=told)
            batch.record = _new_record(kind, filename, data, by)
            told.stage = Stage.COMPARING
            KINDS[kind](batch)
            batch.settle_twins()
            _count(result, batch)
            if following is not None:
                following.look(batch, table)
            if dry_run or (result.rejected and not skip_bad_rows):
                raise _NothingSaved
            told.stage = Stage.SAVING
            _finish(result, batch.record, complete_through)
            refresh_touched()
    except _NothingSaved:
        return result
    result.saved = True
    if result.created + result.updated >= MANY:
        _analyse()
    return result


def _analyse() -> None:
    """Let PostgreSQL look at what has grown by much, and plan by it at once.

    Pages keep the plans that their connections made, until then of a small ledger.
    """
    models = [m for name in GROWING for m in apps.get_app_config(name).get_models()]
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE " + ", ".join(sorted(m._meta.db_table for m in models)))


def kinds_for(person: Person) -> list[str]:
    """The kinds that the person's role may import, in the order in which they build on another."""
    return [kind for kind in KINDS if kind in ALLOWED[Role(person.role)]]


def check_kind(kind: str, by: Person | None) -> None:
    """Raise ``UnreadableFile`` unless ``by`` (None: with all rights) may import the kind."""
    if kind not in KINDS:
        raise UnreadableFile("unsupported_kind")
    if by is not None and kind not in ALLOWED[Role(by.role)]:
        raise UnreadableFile("not_allowed", variant="kind")


def _lock(kind: str) -> None:
    """Wait for the import under way, if there is one, and keep the locks in one order for all."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        if kind == "customers":
            # A sweep holds the standing day, then customers. Who writes customers takes them in
            # the same order, or each would wait for the other.
            cursor.execute("SELECT 1 FROM organisation_organisation WHERE id = 1 FOR SHARE")


def _new_record(kind: str, filename: str, data: bytes, by: Person | None) -> ImportRecord:
    checksum = hashlib.sha256(data).hexdigest()
    # A name of another encoding than the system's is no text that the database could keep.
    name = filename.encode("utf-8", "replace").decode()[-255:]
    return ImportRecord.objects.create(kind=kind, filename=name, sha256=checksum, by=by)


def _count(result: ImportResult, batch: Batch) -> None:
    counts = Counter(row.outcome for row in batch.good())
    result.created, result.updated = counts[CREATED], counts[UPDATED]
    result.unchanged = counts[UNCHANGED]
    result.rejected = sorted(batch.rejections, key=lambda r: r.row)


def _finish(result: ImportResult, record: ImportRecord, complete_through: date | None) -> None:
    record.rows, record.rejected = result.rows, result.rejected_rows
    record.created, record.updated = result.created, result.updated
    record.unchanged = result.unchanged
    record.save()
    result.import_id = record.pk
    if result.kind == "payments" and complete_through is not None:
        Organisation.objects.filter(pk=1).update(payments_complete_through=complete_through)
    record_audit(
        actor=record.by,
        verb="import",
        subject_kind="import",
        subject_id=str(record.public_id),
        payload={
            "kind": record.kind,
            "file": record.filename,
            "sha256": record.sha256,
            "rows": record.rows,
            "created": record.created,
            "updated": record.updated,
            "unchanged": record.unchanged,
            "rejected": record.rejected,
        },
        import_record=record,
    )
