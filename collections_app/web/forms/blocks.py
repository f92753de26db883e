"""A block of targets as the grid sends it: pasted, filled down, cleared or accepted."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from collections_app.core.money import LARGEST_AMOUNT
from collections_app.core.refusals import Refused
from collections_app.web.forms.base import CleanCharField, MoneyField

MOST_LINES: Final = 500
LONGEST_SHOWN: Final = 100


class BlockRefused(Refused):
    """What was sent is no block of targets."""


@dataclass(frozen=True, slots=True)
class Line:
    """One target as it was typed, of a customer known by its public id, or else by its code."""

    number: int
    text: str
    customer: UUID | None
    code: str


@dataclass(frozen=True, slots=True)
class Block:
    """Lines that are saved in one go under ``batch``; ``seen`` is what the writer saw, by customer.

    Who is not in ``seen`` was not on the page: there the present target is taken for seen.
    """

    token: UUID
    batch: UUID
    lines: list[Line]
    reason: str = ""
    seen: Mapping[UUID, int | None] = field(default_factory=dict)


def read_block(body: bytes) -> Block:
    """Read the JSON of the grid; raises ``BlockRefused`` in words for what is no such thing."""
    try:
        told = json.loads(body)
        token = UUID(told["token"])
        lines = [_line(number, each) for number, each in enumerate(told["lines"], 1)]
        seen = {UUID(key): _amount(value) for key, value in dict(told.get("seen") or {}).items()}
        batch = UUID(told.get("batch") or told["token"])
        reason = _plain(told.get("reason") or "")
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise BlockRefused(
            _("This block of targets could not be read. Load the page again and paste once more."),
            code="unreadable",
        ) from error
    return Block(token, batch, _bounded(lines), read_reason(reason), seen)


def read_form(data: Any) -> Block:
    """Read a form of proposals: the customers ticked, or the ``only`` one, and what each gets."""
    chosen = [data["only"]] if data.get("only") else data.getlist("customer")
    lines, seen = [], {}
    try:
        token = UUID(data.get("token", ""))
        for number, text in enumerate(chosen, 1):
            id_ = UUID(text)
            lines.append(Line(number, _plain(data.get(f"target-{text}", "")), id_, ""))
            base = data.get(f"seen-{text}", "")
            seen[id_] = _amount(int(base)) if base else None
    except ValueError as error:
        raise BlockRefused(
            _("This form could not be read. Load the page again."), code="unreadable"
        ) from error
    reason = read_reason(_plain(data.get("reason", "")))
    return Block(token, token, _bounded(lines), reason, seen)


def read_reason(text: str) -> str:
    """The one reason of a block, checked as the field of a single target is."""
    try:
        return str(CleanCharField(max_length=500, required=False).clean(text))
    except ValidationError as error:
        raise BlockRefused(error.messages[0], code="reason", field="reason") from error


def read_target(text: str, currency: str) -> int | None:
    """The amount, in minor units, as imports read it; None for an empty cell."""
    amount: int | None = MoneyField(currency=currency, lowest=0, required=False).clean(text)
    return amount


def _bounded(lines: list[Line]) -> list[Line]:
    if len(lines) > MOST_LINES:
        raise BlockRefused(
            _("At most %(most)s rows are taken at once: paste the block in parts.")
            % {"most": MOST_LINES},
            code="too_many",
        )
    return lines


def _line(number: int, told: Mapping[str, Any]) -> Line:
    known = told.get("customer")
    return Line(
        number, _plain(told["text"]), UUID(known) if known else None, _plain(told.get("code") or "")
    )


def _plain(text: Any) -> str:
    """Text that can be shown again: halves of surrogate pairs are no text of anybody's."""
    if not isinstance(text, str):
        raise TypeError(type(text))
    return text.encode("utf-8", "replace").decode()[: LONGEST_SHOWN * 6].strip(" \t\r\n")


def _amount(value: Any) -> int | None:
    if value is None:
        return None
    if type(value) is not int or not 0 <= value <= LARGEST_AMOUNT:
        raise ValueError(value)
    return value
