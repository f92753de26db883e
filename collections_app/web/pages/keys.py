"""Where a page of a long list begins, as the URL says it."""

from __future__ import annotations

import base64
import binascii
import json
from typing import Any

from django.http import Http404, HttpRequest

from collections_app.standing.month import MonthKey

LONGEST = 4000
LARGEST = 2**63 - 1


def key_text(key: MonthKey) -> str:
    """The key as text of a URL that means nothing to a reader."""
    plain = json.dumps([key.currency, key.value, key.code], ensure_ascii=False)
    return base64.urlsafe_b64encode(plain.encode()).decode().rstrip("=")


def key_asked(request: HttpRequest, *, is_text: bool) -> MonthKey | None:
    """The key of ``?after=``, if any; 404 for what is none of a list sorted so."""
    text = request.GET.get("after", "")
    if not text:
        return None
    try:
        padded = text[:LONGEST] + "=" * (-len(text[:LONGEST]) % 4)
        found = json.loads(base64.b64decode(padded.encode("ascii"), altchars=b"-_", validate=True))
        currency, value, code = found
    except (binascii.Error, ValueError, TypeError, RecursionError) as error:
        raise Http404 from error
    if not (_is_text(currency) and _is_text(code)):
        raise Http404
    if not (_is_text(value) if is_text else type(value) is int and abs(value) <= LARGEST):
        raise Http404
    return MonthKey(currency, value, code)


def _is_text(value: Any) -> bool:
    """Whether it is text that the database can compare."""
    if not isinstance(value, str) or "\x00" in value:
        return False
    try:
        value.encode()
    except UnicodeEncodeError:  # half of a surrogate pair
        return False
    return True
