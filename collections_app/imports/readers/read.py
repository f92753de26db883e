"""The one door of the readers: size first, then content, then the reader for it."""

from __future__ import annotations

from collections_app.imports.messages import UnreadableFile
from collections_app.imports.readers.content import kind_of
from collections_app.imports.readers.delimited import records_of
from collections_app.imports.readers.encodings import decode
from collections_app.imports.readers.table import MAX_BYTES, MAX_ROWS, Table, make_table
from collections_app.imports.readers.workbook import read_workbook


def read_table(
    data: bytes,
    *,
    filename: str,
    encoding: str | None = None,
    max_bytes: int = MAX_BYTES,
    max_rows: int = MAX_ROWS,
) -> Table:
    """Read a CSV or XLSX file into a header and numbered rows.

    What the file is, its content says: ``filename`` only names it in refusals. ``encoding`` is
    that of CSV text, found out unless told. Raises ``UnreadableFile`` for whatever concerns the
    file as a whole (``unreadable_file``, ``unsupported_type``, ``too_large``, ``no_header``,
    ``unknown_encoding``, ``wrong_encoding``); ragged rows and cells that hold no value are marked
    where they stand.
    """
    if len(data) > max_bytes:
        raise UnreadableFile("too_large", limit_mb=max_bytes // 2**20 or 1, filename=filename)
    if kind_of(data) == "workbook":
        return make_table(read_workbook(data, max_rows=max_rows), max_rows=max_rows)
    return make_table(records_of(decode(data, encoding)), max_rows=max_rows)
