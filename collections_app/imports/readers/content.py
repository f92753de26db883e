"""What a file is by its content; its name decides nothing, it only colours a refusal."""

from __future__ import annotations

import re
from typing import Final, Literal

from collections_app.imports.messages import UnreadableFile

ZIP_MAGIC: Final = b"PK\x03\x04"
_FOREIGN: Final[tuple[tuple[bytes, str], ...]] = (
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "XLS"),  # also an XLSX locked by a password
    (b"%PDF-", "PDF"),
    (b"\x89PNG\r\n", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"GIF87a", "GIF"),
    (b"GIF89a", "GIF"),
    (b"II*\x00", "TIFF"),
    (b"MM\x00*", "TIFF"),
    (b"PK\x05\x06", "ZIP"),
    (b"PK\x07\x08", "ZIP"),
    (b"\x1f\x8b", "GZIP"),
    (b"BZh", "BZIP2"),
    (b"\xfd7zXZ\x00", "XZ"),
    (b"7z\xbc\xaf\x27\x1c", "7Z"),
    (b"Rar!\x1a\x07", "RAR"),
    (b"\x7fELF", "ELF"),
    (b"SQLite format 3\x00", "SQLite"),
    (b"{\\rtf", "RTF"),
)
_MARKUP: Final = re.compile(rb"(?:\xef\xbb\xbf)?\s*<(?:\?xml|!doctype|html|table|workbook)\b", re.I)


def kind_of(data: bytes) -> Literal["workbook", "text"]:
    """Tell a zip container (perhaps a workbook) from text.

    Raises ``UnreadableFile`` (``unsupported_type``) for what is known to be something else, such
    as the HTML that some programs export under the name of XLS.
    """
    if data.startswith(ZIP_MAGIC):
        return "workbook"
    for magic, name in _FOREIGN:
        if data.startswith(magic):
            raise UnreadableFile("unsupported_type", kind=name)
    # "MZ" may begin an honest heading; a program's header is full of NULs.
    if data.startswith(b"MZ") and b"\0" in data[2:64]:
        raise UnreadableFile("unsupported_type", kind="EXE")
    if _MARKUP.match(data[:512]):
        raise UnreadableFile("unsupported_type", kind="HTML/XML")
    return "text"
