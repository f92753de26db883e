"""The zip container of a workbook: bounded and of the right kind before anything unpacks it."""

from __future__ import annotations

import io
import struct
import zipfile
from typing import Final

from collections_app.imports.messages import UnreadableFile

MAX_UNPACKED: Final = 160 * 2**20
MAX_RATIO: Final = 100
# Small files may repeat themselves as they like: below this the ratio says nothing.
RATIO_COUNTS_FROM: Final = 20 * 2**20
MAX_MEMBERS: Final = 1000
MAX_DIRECTORY: Final = 2**20

_END_RECORD: Final = b"PK\x05\x06"
_END_RECORD_SIZE: Final = 22
_ACTIVE: Final[tuple[tuple[str, str], ...]] = (
    ("xl/vbaproject", "macros"),
    ("xl/macrosheets/", "macros"),
    ("xl/externallinks/", "links to other workbooks"),
)


def check_archive(data: bytes) -> None:
    """Refuse a container that is no plain XLSX, or that would unpack to more than is allowed.

    Goes by the container's directory alone, so that a bomb costs nothing; the child that unpacks
    holds the directory to its word. Raises ``UnreadableFile``: ``too_large``,
    ``unsupported_type``, ``unreadable_file``.
    """
    _check_directory(data)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, struct.error):
        raise UnreadableFile("unreadable_file", variant="damaged") from None
    _check_sizes(members, packed=len(data))
    _check_kind([member.filename for member in members])


def _check_directory(data: bytes) -> None:
    """Bound the directory before ``zipfile`` makes an object of each of its entries."""
    at = data.rfind(_END_RECORD, max(0, len(data) - _END_RECORD_SIZE - 0xFFFF))
    if at < 0 or at + _END_RECORD_SIZE > len(data):
        raise UnreadableFile("unreadable_file", variant="damaged")
    members, size = struct.unpack_from("<HL", data, at + 10)
    if members > MAX_MEMBERS or size > MAX_DIRECTORY:
        raise UnreadableFile("too_large", variant="unpacked")


def _check_sizes(members: list[zipfile.ZipInfo], *, packed: int) -> None:
    unpacked = sum(member.file_size for member in members)
    bomb = unpacked > RATIO_COUNTS_FROM and unpacked > MAX_RATIO * packed
    if bomb or unpacked > MAX_UNPACKED or len(members) > MAX_MEMBERS:
        raise UnreadableFile("too_large", variant="unpacked")
    if any(member.flag_bits & 1 for member in members):
        raise UnreadableFile("unsupported_type", kind="ZIP")
    # Two members of one name, or of names that differ in case alone, read differently by program.
    if len({member.filename.lower() for member in members}) < len(members):
        raise UnreadableFile("unreadable_file", variant="damaged")


def _check_kind(names: list[str]) -> None:
    lowered = [name.lower().replace("\\", "/") for name in names]
    for start, what in _ACTIVE:
        if any(name.startswith(start) for name in lowered):
            raise UnreadableFile("unsupported_type", variant="active", kind=what)
    if "xl/workbook.xml" not in lowered:
        raise UnreadableFile("unsupported_type", kind=_family(lowered))


def _family(names: list[str]) -> str:
    if "xl/workbook.bin" in names:
        return "XLSB"
    if "word/document.xml" in names:
        return "DOCX"
    return "ODF" if "mimetype" in names and "content.xml" in names else "ZIP"
