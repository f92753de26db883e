"""Bytes of a text file → text: the encoding as told, or found out and checked."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from typing import Final

from collections_app.imports.messages import UnreadableFile

_BOMS: Final[tuple[tuple[bytes, str], ...]] = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# Python also calls idna, punycode, unicode_escape … text encodings: a file is never in those.
_TELLABLE: Final = re.compile(
    r"ascii|utf-8(-sig)?|utf-16(-[lb]e)?|gb18030|gbk|gb2312|hz|big5(hkscs)?|cp9\d\d"
    r"|shift_jis(_2004|x0213)?|euc_(jp|kr)|johab|cp125\d|iso8859-\d+|koi8-[rtu]|mac-roman|cp437|cp850"
)
_CHINESE: Final = frozenset({"gb2312", "gbk"})
_SAMPLE: Final = 8192
_UNTEXTUAL: Final = re.compile("[\0-\x08\x0e-\x1f\ufffe\uffff]")
_EVERYDAY: Final = re.compile(rb"[\xa1\xa3\xb0-\xf7][\xa1-\xfe]")
_HIGH_BYTE: Final = re.compile(rb"[\x80-\xff]")
_HIGH_PAIR: Final = re.compile(rb"[\x81-\xfe](?:[\x40-\x7e\x80-\xfe]|[0-9][\x81-\xfe][0-9])")


def decode(data: bytes, encoding: str | None = None) -> str:
    """The text of the file, without a byte order mark.

    Raises ``UnreadableFile``: ``unknown_encoding`` (nothing fits, or the name told is none),
    ``wrong_encoding`` (the bytes are not in the encoding told), ``unreadable_file`` (binary).
    """
    text = _told(data, encoding) if encoding else _found_out(data)
    # A Ctrl-Z ends the text files of old DOS programs.
    text = text.removeprefix("\ufeff").removesuffix("\x1a")
    if "\0" in text:
        raise UnreadableFile("unreadable_file", variant="binary")
    return text


def _told(data: bytes, encoding: str) -> str:
    codec = _codec_name(encoding)
    if codec is None:
        raise UnreadableFile("unknown_encoding", variant="named", value=encoding)
    try:
        return data.decode(codec)
    except UnicodeDecodeError:
        raise UnreadableFile("wrong_encoding", value=encoding) from None


def _codec_name(encoding: str) -> str | None:
    """Python's name of the encoding, spelled as people do (``GB 18030``, ``utf16le``)."""
    plain = re.sub(r"[\s_-]", "", encoding).lower()
    spellings = (encoding.strip(), plain, re.sub(r"^(utf)(8|16)(le|be|sig)$", r"\1-\2-\3", plain))
    for spelling in spellings:
        try:
            name = codecs.lookup(spelling).name
        except (LookupError, ValueError, UnicodeError):
            continue
        if _TELLABLE.fullmatch(name):
            # GB 18030 holds all of the older two, and files named so often need it.
            return "gb18030" if name in _CHINESE else name
    return None


def _found_out(data: bytes) -> str:
    for bom, codec in _BOMS:
        if data.startswith(bom):
            try:
                return data[len(bom) :].decode(codec)
            except UnicodeDecodeError:
                raise UnreadableFile("unreadable_file") from None
    if b"\0" in data[:_SAMPLE]:
        return _utf16_without_bom(data)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return _gb18030(data)


def _utf16_without_bom(data: bytes) -> str:
    """UTF-16 shows itself by the NUL in each separator, digit and line end; else it is binary."""
    sample = data[:_SAMPLE]
    # In ASCII text written as UTF-16 every other byte is NUL; in Chinese text hardly any run of
    # bytes is UTF-8. What is UTF-8 with a few NULs is just that.
    if sample.count(0) * 5 < len(sample) * 2 and any(_decodings(data, ("utf-8",))):
        raise UnreadableFile("unreadable_file", variant="binary")
    little_first = sample[1::2].count(0) >= sample[0::2].count(0)
    codecs_in_order = ("utf-16-le", "utf-16-be") if little_first else ("utf-16-be", "utf-16-le")
    for text in _decodings(data, codecs_in_order):
        if not _UNTEXTUAL.search(text) and re.search("[\t\n\r,;]", text[:_SAMPLE]):
            return text
    raise UnreadableFile("unreadable_file", variant="binary")


def _decodings(data: bytes, names: tuple[str, ...]) -> Iterator[str]:
    for name in names:
        try:
            yield data.decode(name)
        except UnicodeDecodeError:
            continue


def _gb18030(data: bytes) -> str:
    try:
        text = data.decode("gb18030")
    except UnicodeDecodeError:
        raise UnreadableFile("unknown_encoding") from None
    if _UNTEXTUAL.search(text):
        raise UnreadableFile("unreadable_file", variant="binary")
    if not _plausibly_chinese(data):
        raise UnreadableFile("unknown_encoding")
    return text


def _plausibly_chinese(data: bytes) -> bool:
    """Whether most characters are those of everyday Chinese (GB 2312 and its punctuation).

    Nearly any bytes are valid GB 18030: Latin-1, Big5 and Shift-JIS texts would come out as rare
    characters without a failure, so a majority of those means that the guess is wrong.
    """
    start = _HIGH_BYTE.search(data)
    if start is None:
        return True
    pairs = _HIGH_PAIR.findall(data, start.start(), start.start() + 32 * _SAMPLE)
    return sum(map(_is_everyday, pairs)) * 2 >= len(pairs)


def _is_everyday(pair: bytes) -> bool:
    return _EVERYDAY.match(pair) is not None
