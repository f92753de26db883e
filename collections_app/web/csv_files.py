"""CSV as spreadsheets open it: with a byte order mark, and no text that runs as a formula."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final
from urllib.parse import quote

from django.http import HttpResponse, StreamingHttpResponse

_NUMBER: Final = re.compile(r"[-+]?[0-9][0-9.,\s]*")
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


def defused(text: str) -> str:
    """The text, marked as text where a spreadsheet would run it; numbers stay numbers."""
    if text.lstrip(" \n").startswith(_FORMULA) and not _NUMBER.fullmatch(text):
        return f"'{text}"
    return text


def csv_response(
    filename: str, rows: Iterable[Sequence[str]]
) -> HttpResponse | StreamingHttpResponse:
    """The rows as a download of that name, made as they are sent."""
    response = StreamingHttpResponse(_lines(rows), content_type="text/csv; charset=utf-8")
    plain = re.sub(r"[^A-Za-z0-9._-]", "_", filename)
    response["Content-Disposition"] = (
        f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(filename, safe='')}"
    )
    return response


def _lines(rows: Iterable[Sequence[str]]) -> Iterator[str]:
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    buffer.write("\ufeff")
    for row in rows:
        writer.writerow([defused(cell) for cell in row])
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()
