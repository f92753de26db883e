"""What an import refuses, and the sentence that says how to mend it, in the reader's language.

The only module of the reading half that knows Django: codes travel, sentences are made when
somebody reads them.
"""

from __future__ import annotations

from datetime import datetime, time
from typing import Final

from django.utils.translation import gettext, gettext_noop

from collections_app.core.refusals import Refused

LONGEST_SHOWN: Final = 60

# A key is a code of the contract, or "code:variant" where one code needs more than one sentence.
SENTENCES: Final[dict[str, str]] = {
    # The file as a whole
    "unreadable_file": gettext_noop(
        "The file cannot be read. Save it again as XLSX or as CSV in UTF-8 and try once more."
    ),
    "unreadable_file:binary": gettext_noop(
        "The file holds binary data, not a table. Save it as XLSX or as CSV in UTF-8."
    ),
    "unreadable_file:open_quote": gettext_noop(
        "Row %(row)s opens a quotation mark that is never closed, or holds far too long a cell. "
        "Close the quotation mark, or save the table again as CSV."
    ),
    "unreadable_file:damaged": gettext_noop(
        "The workbook is damaged. Open it in a spreadsheet program and save it again as XLSX."
    ),
    "unreadable_file:too_slow": gettext_noop(
        "Reading the workbook took too long. Copy the values alone into a new workbook."
    ),
    "unsupported_type": gettext_noop(
        "This kind of file (%(kind)s) cannot be imported. Save the table as XLSX or CSV."
    ),
    "unsupported_type:active": gettext_noop(
        "The workbook holds %(kind)s, which is not accepted. "
        "Copy the values alone into a new XLSX workbook."
    ),
    "too_large": gettext_noop(
        "The file is too large: at most %(limit_mb)s MB are read. Split it into smaller files."
    ),
    "too_large:rows": gettext_noop(
        "The file has too many rows: at most %(limit)s are read. Split it into smaller files."
    ),
    "too_large:columns": gettext_noop(
        "The file has too many columns: at most %(limit)s are read. Remove those not needed."
    ),
    "too_large:unpacked": gettext_noop(
        "The workbook unpacks to far more than a table of this size needs. "
        "Copy the rows and columns in use into a new workbook."
    ),
    "no_header": gettext_noop(
        "The file is empty. Its first row must hold the headings, the rows below it the data."
    ),
    "missing_columns": gettext_noop(
        "Columns are missing: %(columns)s. Add them, or name the headings as in the template."
    ),
    "duplicate_columns": gettext_noop(
        "Two headings mean the same column: %(columns)s. Remove or rename one of them."
    ),
    "unknown_encoding": gettext_noop(
        "The encoding of the text cannot be told. Save the file as CSV in UTF-8."
    ),
    "unknown_encoding:named": gettext_noop(
        "“%(value)s” is not a known encoding. Use utf-8, utf-16 or gb18030."
    ),
    "wrong_encoding": gettext_noop(
        "The file is not written in the encoding “%(value)s”. Leave the encoding out, "
        "or save the file as CSV in UTF-8."
    ),
    "empty_file": gettext_noop("The file is empty. Choose another one."),
    "file_gone": gettext_noop(
        "The upload was kept for a day and is removed now. Nothing was saved. Upload it again."
    ),
    "internal_error": gettext_noop(
        "Something went wrong here while the file was worked on. Nothing was saved. "
        "Try again, and tell your administrator if it happens once more."
    ),
    "interrupted": gettext_noop(
        "The work on the file was interrupted several times. Nothing was saved. Try again later, "
        "or split the file into smaller ones."
    ),
    # Cells
    "required": gettext_noop("This cell must not be empty. Fill it in."),
    "invalid_date": gettext_noop("“%(value)s” is not a date. Write it like 2021-12-31."),
    "invalid_date:time": gettext_noop(
        "“%(value)s” has a time of day where only a date belongs. Write it like 2021-12-31."
    ),
    "invalid_date:month": gettext_noop("“%(value)s” is not a month. Write it like 2021-12."),
    "invalid_date:instant": gettext_noop(
        "“%(value)s” is not a date and time. Write it like 2021-12-31 14:30."
    ),
    "ambiguous_date": gettext_noop(
        "“%(value)s” can be read as more than one date. Write it like 2021-12-31."
    ),
    "invalid_amount": gettext_noop("“%(value)s” is not an amount. Write it like 1234.50."),
    "invalid_amount:whole": gettext_noop(
        "“%(value)s” is not a whole number. Write it with digits alone, like 30."
    ),
    "invalid_amount:reversal": gettext_noop(
        "A row that names the payment it reverses needs a negative amount. Correct one of them."
    ),
    "ambiguous_amount": gettext_noop(
        "“%(value)s” can be read as two amounts. Write it without grouping and with a point "
        "before the decimals, like 1234.50."
    ),
    "too_many_decimals": gettext_noop(
        "“%(value)s” has more decimals than the currency: %(decimals)s are possible. Round it."
    ),
    "out_of_range": gettext_noop("“%(value)s” is too large or too small. Check it."),
    "out_of_range:date": gettext_noop(
        "“%(value)s” lies outside the years %(low)s to %(high)s. Check the year."
    ),
    "out_of_range:number": gettext_noop(
        "“%(value)s” is out of range. Use a number from %(low)s to %(high)s."
    ),
    "out_of_range:still_to_come": gettext_noop(
        "“%(value)s” is still to come. A follow-up has happened: correct the date."
    ),
    "out_of_range:next": gettext_noop(
        "“%(value)s” lies before the contact itself. Correct one of the dates."
    ),
    "unknown_value": gettext_noop(
        "“%(value)s” is not one of the choices. Use one of these: %(choices)s."
    ),
    "invalid_email": gettext_noop(
        "“%(value)s” is not an e-mail address. Write it like name@example.com."
    ),
    "invalid_code": gettext_noop(
        "“%(value)s” cannot be used as a code or number. Use 1 to 64 characters of plain text."
    ),
    "invalid_code:number": gettext_noop(
        "“%(value)s” is stored as a number that may have lost digits. "
        "Format the column as text and enter it again."
    ),
    "invalid_currency": gettext_noop(
        "“%(value)s” is not a known currency. Use a code of three letters, like CNY."
    ),
    "currency_mismatch": gettext_noop(
        "“%(value)s” is not in the customer's currency (%(currency)s). Correct one of them."
    ),
    "too_long": gettext_noop(
        "The text is too long: at most %(limit)s characters are kept. Shorten it."
    ),
    "control_characters": gettext_noop(
        "The cell holds invisible control characters. Type its content again."
    ),
    "error_cell": gettext_noop(
        "The cell shows the error %(value)s. Mend the formula, or enter the value."
    ),
    "formula_without_value": gettext_noop(
        "The cell holds a formula whose result was never saved. "
        "Open the file in a spreadsheet program and save it, or enter the value."
    ),
    # Rows
    "wrong_column_count": gettext_noop(
        "The row has %(found)s cells, but there are %(expected)s headings. "
        "Look for a missing or an extra separator."
    ),
    "totals_row": gettext_noop("This looks like a row of totals. Remove it from the file."),
    "due_before_issue": gettext_noop(
        "The due date lies before the invoice date. Correct one of them."
    ),
    "due_before_made": gettext_noop(
        "The due date lies before the day the commitment was made. Correct one of them."
    ),
    "ended_before_made": gettext_noop(
        "The commitment ends before the day it was made. Correct one of them."
    ),
    "reversal_before_payment": gettext_noop(
        "The reversal is dated before its payment. Correct one of the dates."
    ),
    "reversal_without_original": gettext_noop(
        "A negative amount must name the payment it reverses. Fill in that column."
    ),
    "reversal_exceeds_payment": gettext_noop(
        "The reversal takes back more than is left of its payment. Correct the amount."
    ),
    "unknown_customer": gettext_noop(
        "There is no customer “%(value)s”. Correct the code, or import the customer first."
    ),
    "unknown_user": gettext_noop(
        "There is no user “%(value)s”. Correct the e-mail address, or import the user first."
    ),
    "unknown_invoice": gettext_noop(
        "There is no invoice “%(value)s” of this customer. Correct the number, or import it first."
    ),
    "unknown_payment": gettext_noop(
        "There is no payment “%(value)s” of this customer. Correct the reference."
    ),
    "unknown_plan": gettext_noop(
        "The customer has no plan for “%(value)s”. Import the plan of that month first."
    ),
    "unknown_commitment": gettext_noop(
        "There is no commitment “%(value)s” of this customer. Correct the reference."
    ),
    "already_ended": gettext_noop(
        "The commitment “%(value)s” has ended already and cannot be ended a second time."
    ),
    "duplicate_in_file": gettext_noop(
        "“%(value)s” stands in the file more than once with different content. "
        "Keep the right row alone."
    ),
    "conflict": gettext_noop(
        "What is stored under “%(value)s” says otherwise and may not be changed by an import. "
        "Correct the row, or change the record by hand."
    ),
    "dropped_with_group": gettext_noop(
        "The row belongs to others that were rejected. Mend those, then import it again."
    ),
    "not_allowed": gettext_noop("You may not import this row. Ask somebody who may."),
    "not_allowed:kind": gettext_noop(
        "You may not import files of this kind. Ask somebody who may."
    ),
    "unsupported_kind": gettext_noop("Files of this kind cannot be imported yet."),
}


class _Params(dict[str, object]):
    """Parameters of a sentence: one that was not given shows as a dash, never as a failure."""

    def __missing__(self, key: str) -> str:
        return "–"


def plain(value: object) -> str:
    """A cell's content as a spreadsheet shows it: 100, not 100.0, and no midnight."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 10**15:
        return str(int(value))
    if isinstance(value, datetime) and value.time() == time():
        return str(value.date())
    return str(value)


def shown(value: object) -> str:
    """A cell's content as messages quote it: on one line and of bounded length."""
    text = " ".join(plain(value).split())
    return text if len(text) <= LONGEST_SHOWN else text[: LONGEST_SHOWN - 1] + "…"


def sentence(code: str, /, *, variant: str = "", **params: object) -> str:
    """The sentence of a code in the language now active.

    An unknown variant falls back to the code's own sentence. Raises ``KeyError`` for a code
    that is not of the contract.
    """
    template = SENTENCES.get(f"{code}:{variant}") or SENTENCES[code]
    return gettext(template) % _Params({name: shown(value) for name, value in params.items()})


class CellError(Exception):
    """One cell or row cannot be taken as it is: a stable ``code`` and its parameters.

    The message is made when it is asked for, since a file may hold 100,000 of them.
    """

    def __init__(self, code: str, /, *, variant: str = "", **params: object) -> None:
        super().__init__(code)
        self.code = code
        self.variant = variant
        self.params = params

    @property
    def message(self) -> str:
        """The sentence for the person, in the language now active."""
        return sentence(self.code, variant=self.variant, **self.params)

    def __str__(self) -> str:
        return self.message


class UnreadableFile(Refused):
    """The file as a whole cannot be taken; nothing of it was read."""

    def __init__(
        self, code: str, /, *, variant: str = "", field: str | None = None, **params: object
    ) -> None:
        super().__init__(sentence(code, variant=variant, **params), code=code, field=field)
        self.variant = variant
        self.params = params

    @property
    def message(self) -> str:
        """The sentence for the person, in the language active when the file was refused."""
        return str(self)
