"""Imports: what was read in, an upload and what its check found, and how files look."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from django.db.models import Q
from django.db.models.functions import Now
from django.http import HttpRequest
from django.utils.formats import date_format
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from collections_app.accounts.models import ImportRecord, Person
from collections_app.core.clock import now
from collections_app.imports.guide import choice_name, heading_of, kind_name
from collections_app.imports.messages import SENTENCES, sentence
from collections_app.imports.models import OPEN, ImportJob, JobState, RejectedRow
from collections_app.imports.parsing import DATES
from collections_app.imports.running import KEPT_FOR
from collections_app.organisation.queries import organisation
from collections_app.web.forms.imports import DecideForm
from collections_app.web.pages.turning import Paged
from collections_app.web.requests import page_asked

RECORDS_A_PAGE: Final = 25
ROWS_A_PAGE: Final = 50
MOST_OPEN: Final = 20
IGNORED_SHOWN: Final = 20


@dataclass(frozen=True, slots=True)
class Asked:
    """What the URL asks for."""

    page: int


@dataclass(frozen=True, slots=True)
class JobLine:
    """An upload in the list."""

    job: ImportJob
    kind: str


@dataclass(frozen=True, slots=True)
class RecordLine:
    """An import in the list."""

    record: ImportRecord
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryPage(Paged):
    """Uploads under way, then imports, the latest first."""

    asked: Asked
    zone: str
    jobs: list[JobLine]
    lines: list[RecordLine]
    has_more: bool


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a row was refused: the heading as the file has it, what stood there, what to do."""

    column: str
    value: str
    sentence: str


@dataclass(frozen=True, slots=True)
class RejectedLine:
    """A refused row, numbered as a spreadsheet does."""

    number: int
    reasons: list[Reason]


@dataclass(frozen=True, slots=True)
class PreviewLine:
    """One of the first rows as it was understood, a cell per heading."""

    number: int
    outcome: str
    cells: list[tuple[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class JobPage(Paged):
    """An upload: how far it is, or what came of it."""

    asked: Asked
    zone: str
    job: ImportJob
    kind: str
    is_mine: bool
    seconds: int
    problem: str
    preview: list[PreviewLine]
    preview_headings: list[str]
    rejected: list[RejectedLine]
    has_more: bool
    form: DecideForm

    @property
    def ignored(self) -> list[str]:
        return self.job.ignored[:IGNORED_SHOWN]

    @property
    def ignored_more(self) -> int:
        return max(0, len(self.job.ignored) - IGNORED_SHOWN)


def history_page(request: HttpRequest, *, by: Person) -> HistoryPage:
    """What the person may see of uploads under way, or just failed, and of imports."""
    asked = Asked(page_asked(request))
    first = (asked.page - 1) * RECORDS_A_PAGE
    records = ImportRecord.objects.visible_to(by).select_related("by").order_by("-at", "-pk")
    found = list(records[first : first + RECORDS_A_PAGE + 1])
    recent = Q(state__in=OPEN) | Q(state=JobState.FAILED, since__gt=Now() - KEPT_FOR)
    jobs = ImportJob.objects.visible_to(by).filter(recent).select_related("by").order_by("-pk")
    return HistoryPage(
        asked=asked,
        zone=organisation().time_zone,
        jobs=[JobLine(job, kind_name(job.kind)) for job in jobs[:MOST_OPEN]],
        lines=[RecordLine(one, kind_name(one.kind)) for one in found[:RECORDS_A_PAGE]],
        has_more=len(found) > RECORDS_A_PAGE,
    )


def job_page(request: HttpRequest, job: ImportJob, *, by: Person, form: DecideForm) -> JobPage:
    """An upload with one page of its refused rows, in the file's order."""
    asked = Asked(page_asked(request))
    first = (asked.page - 1) * ROWS_A_PAGE
    rows = list(job.rejected_rows.order_by("number")[first : first + ROWS_A_PAGE + 1])
    headings = _headings(job)
    return JobPage(
        asked=asked,
        zone=organisation().time_zone,
        job=job,
        kind=kind_name(job.kind),
        is_mine=job.by_id == by.pk,
        seconds=elapsed(job.since),
        problem=_problem(job),
        preview=_preview(job, headings),
        preview_headings=list(headings.values()),
        rejected=[RejectedLine(r.number, reasons_of(job, r)) for r in rows[:ROWS_A_PAGE]],
        has_more=len(rows) > ROWS_A_PAGE,
        form=form,
    )


def reasons_of(job: ImportJob, row: RejectedRow) -> list[Reason]:
    """The reasons of a refused row, in the language now active."""
    return [
        Reason(
            column=_heading(job, told["column"]) if told["column"] else "",
            value=told["value"] or "",
            sentence=_said(told),
        )
        for told in row.reasons
    ]


def rejected_file(job: ImportJob) -> Iterator[list[str]]:
    """The refused rows as the file has them, what to mend in front; ready to be imported again.

    In front, not behind: a row with a cell too many or too few stays one.
    """
    language = get_language() or "en"
    yield [_("What to mend"), *job.header]
    for row in job.rejected_rows.order_by("number").iterator(chunk_size=500):
        # Made while it is sent, when the request's language may be over.
        with override(language):
            said = [_line_of(reason) for reason in reasons_of(job, row)]
            lead = _("Row %(number)s") % {"number": row.number}
        yield [f"{lead}: {' / '.join(said)}", *row.cells]


def _line_of(reason: Reason) -> str:
    return f"{reason.column}: {reason.sentence}" if reason.column else reason.sentence


def _problem(job: ImportJob) -> str:
    """Why the file as a whole is no use; columns that lack are named as the template does."""
    told = job.problem
    if told and told["code"] == "missing_columns":
        language = get_language() or "en"
        names = told["params"].get("columns", "").split(", ")
        headings = [heading_of(job.kind, name, language=language) for name in names]
        return sentence("missing_columns", columns=", ".join(headings))
    return _said(told) if told else ""


def _said(told: dict[str, Any]) -> str:
    """The sentence of what was stored as code and parameters."""
    if told["code"] not in SENTENCES:  # of a version that knew more, or less
        return str(told["code"])
    return sentence(told["code"], variant=told["variant"], **told["params"])


def _heading(job: ImportJob, column: str) -> str:
    """A column as the file calls it; as the template does where the file lacks it."""
    place = job.columns.get(column)
    if place is not None and place < len(job.header):
        return job.header[place]
    return heading_of(job.kind, column, language=get_language() or "en")


def _headings(job: ImportJob) -> dict[str, str]:
    """Known columns in the file's order, with the template's headings."""
    language = get_language() or "en"
    ordered = sorted(job.columns, key=lambda column: job.columns[column])
    return {column: heading_of(job.kind, column, language=language) for column in ordered}


def _preview(job: ImportJob, headings: dict[str, str]) -> list[PreviewLine]:
    return [
        PreviewLine(
            number=row["row"],
            outcome=row["outcome"],
            cells=[
                (heading, _shown(job.kind, column, row["cells"].get(column, "")))
                for column, heading in headings.items()
            ],
        )
        for row in job.preview
    ]


def _shown(kind: str, column: str, value: str) -> str:
    if column in DATES or column == "month":
        return _day(value, "DATE_FORMAT" if column in DATES else "YEAR_MONTH_FORMAT")
    return choice_name(kind, column, value, language=get_language() or "en")


def _day(value: str, style: str) -> str:
    try:
        return date_format(date.fromisoformat(value), style)
    except ValueError:
        return value


def elapsed(since: datetime) -> int:
    """Whole seconds since an instant."""
    return max(0, round((now() - since).total_seconds()))
