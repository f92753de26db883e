"""What files look like, for people: kinds, headings and choices in a language, and explanations."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext, gettext_noop, pgettext_lazy

from collections_app.imports.headings import OPTIONAL, REQUIRED
from collections_app.imports.spellings import CHOICE_NAMES, COLUMNS

_CHINESE: Final = re.compile("[\u4e00-\u9fff]")
KIND_NAMES: Final = {
    "users": pgettext_lazy("kind of file", "Users"),
    "customers": pgettext_lazy("kind of file", "Customers"),
    "invoices": pgettext_lazy("kind of file", "Invoices"),
    "payments": pgettext_lazy("kind of file", "Payments"),
    "adjustments": pgettext_lazy("kind of file", "Adjustments"),
    "plans": pgettext_lazy("kind of file", "Month plans"),
    "measures": pgettext_lazy("kind of file", "Measures"),
    "commitments": pgettext_lazy("kind of file", "Commitments"),
    "followups": pgettext_lazy("kind of file", "Follow-ups"),
}
# What English calls a column whose name alone says too little.
_ENGLISH: Final = {"on": "Date", "email": "E-mail"}
_ENGLISH_CHOICES: Final = {"zh-hans": "Chinese", "en": "English"}
_CHOICE_OF: Final = {
    "role": "role",
    "credit_rating": "credit_rating",
    "language": "language",
    "reminder_mode": "reminder_mode",
    "method": "payment_method",
    "channel": "channel",
    "answer": "answer",
    "status": "measure_status",
    "outcome": "outcome",
    "reason": "reason",
    "disputed": "disputed",
}
# A key is a column, or "kind:column" where it means something of its own there.
_EXPLANATIONS: Final[dict[str, str]] = {
    "email": gettext_noop("What the person signs in with; a known one is changed."),
    "users:name": gettext_noop("The person's name."),
    "role": gettext_noop("What the person may do."),
    "team": gettext_noop("The team; one that is not there yet is made."),
    "parent_team": gettext_noop("The team above it."),
    "manager_email": gettext_noop("One more manager of the team, from elsewhere."),
    "language": gettext_noop("The language of pages and mail."),
    "staff_number": gettext_noop("Your own number of the person."),
    "code": gettext_noop("Your own code of the customer; a known one is changed."),
    "customers:name": gettext_noop("The customer's name."),
    "customers:owner_email": gettext_noop("The e-mail of the rep who looks after the customer."),
    "measures:owner_email": gettext_noop("The e-mail of the person who sees to the measure."),
    "credit_rating": gettext_noop("How far the customer's word is trusted."),
    "currency": gettext_noop("Three letters, like CNY; the customer's own if empty."),
    "customers:currency": gettext_noop("Three letters, like CNY; the organisation's if empty."),
    "contact_name": gettext_noop("Whom you talk to there."),
    "contact_email": gettext_noop("Where reminders to the customer go."),
    "contact_phone": gettext_noop("The contact's telephone number."),
    "reminder_mode": gettext_noop("Whether reminders go to the customer by themselves."),
    "payment_terms_days": gettext_noop("Days from the invoice to its due date."),
    "regular_amount": gettext_noop("The amount agreed for every month, if there is one."),
    "regular_day": gettext_noop("The day of the month agreed for it, 1 to 31."),
    "number": gettext_noop("Your own number, found once in all files."),
    "customer_code": gettext_noop("The code of a customer that is there already."),
    "issued_on": gettext_noop("The day of the invoice."),
    "invoices:due_on": gettext_noop("The day by which the invoice is to be paid."),
    "commitments:due_on": gettext_noop("The day by which the customer promised to pay."),
    "measures:due_on": gettext_noop("The day by which the measure is to be done."),
    "amount": gettext_noop("The amount, in the customer's currency."),
    "payments:amount": gettext_noop("The amount received; negative only where a payment bounced."),
    "adjustments:amount": gettext_noop("The amount by which less is owed."),
    "commitments:amount": gettext_noop("The amount promised by that day."),
    "invoices:reference": gettext_noop("The order or contract it belongs to."),
    "payments:reference": gettext_noop("The payment's own number, found once in all files."),
    "commitments:reference": gettext_noop(
        "The commitment's own number; rows of one number are its instalments."
    ),
    "disputed": gettext_noop("Whether the customer disputes the invoice."),
    "received_on": gettext_noop("The day on which the money came."),
    "invoice_number": gettext_noop("The invoice it settles; the oldest due first if empty."),
    "reverses": gettext_noop("The reference of the payment that bounced."),
    "method": gettext_noop("How it was paid."),
    "matures_on": gettext_noop("The day on which a draft or cheque becomes money."),
    "note": gettext_noop("Anything worth knowing."),
    "on": gettext_noop("The day from which it counts."),
    "adjustments:kind": gettext_noop("Why less is owed."),
    "measures:kind": gettext_noop("What is done to close the gap."),
    "month": gettext_noop("The month, like 2026-11."),
    "target": gettext_noop("What is to be collected in the month."),
    "agreed_on": gettext_noop("The day on which the customer agreed to the target."),
    "agreed_with": gettext_noop("Who agreed for the customer."),
    "channel": gettext_noop("How you were in touch."),
    "asked_on": gettext_noop("The day on which the customer was asked to commit."),
    "answer": gettext_noop("What the customer answered."),
    "expected_uplift": gettext_noop("How much more the measure should bring."),
    "description": gettext_noop("What exactly is done; tells measures of one kind apart."),
    "status": gettext_noop("How far the measure is; planned if empty."),
    "realised_uplift": gettext_noop("How much more it did bring."),
    "made_on": gettext_noop("The day on which the customer promised."),
    "position": gettext_noop("Which instalment it is, from 1; by due date if empty."),
    "promised_by": gettext_noop("Who promised for the customer."),
    "supersedes": gettext_noop("The commitment that this one takes the place of."),
    "at": gettext_noop("The day of the contact, or day and time in the organisation's zone."),
    "outcome": gettext_noop("What came of the contact."),
    "reason": gettext_noop("What the customer says why it has not paid."),
    "next_on": gettext_noop("The day on which to go on."),
    "followups:note": gettext_noop("What was said, in your own words."),
    "cancelled_on": gettext_noop("The day on which the commitment was called off."),
}


@dataclass(frozen=True, slots=True)
class ColumnGuide:
    """One column of a kind, in a language: its heading, what it means, its choices."""

    heading: str
    explanation: str
    choices: list[str]
    is_required: bool


def kind_name(kind: str) -> str:
    """What a kind of file is called, in the language now active."""
    return str(KIND_NAMES.get(kind, kind))


def heading_of(kind: str, column: str, *, language: str) -> str:
    """A heading for the column that an import understands, in the language."""
    if language.startswith("zh"):
        required, optional = COLUMNS[kind]
        return _first_chinese((required | optional).get(column, "")) or column
    return _ENGLISH.get(column) or column.replace("_", " ").capitalize()


def headings_of(kind: str, *, language: str) -> list[str]:
    """A heading for every column of the kind, the required ones first."""
    columns = (*REQUIRED[kind], *OPTIONAL[kind])
    return [heading_of(kind, column, language=language) for column in columns]


def choice_name(kind: str, column: str, code: str, *, language: str) -> str:
    """What a choice is called in the language; a value that is no choice stays as it is."""
    names = CHOICE_NAMES.get(_choice_of(kind, column), {})
    if code not in names:
        return code
    if language.startswith("zh") and column != "credit_rating":
        return _first_chinese(names[code]) or code
    return _ENGLISH_CHOICES.get(code) or code.replace("_", " ")


def columns_guide(kind: str, *, language: str) -> list[ColumnGuide]:
    """Every column of the kind, explained in the language now active; required ones first."""
    return [
        ColumnGuide(
            heading=heading_of(kind, column, language=language),
            explanation=gettext(_EXPLANATIONS.get(f"{kind}:{column}") or _EXPLANATIONS[column]),
            choices=[
                choice_name(kind, column, code, language=language)
                for code in CHOICE_NAMES.get(_choice_of(kind, column), {})
            ],
            is_required=column in REQUIRED[kind],
        )
        for column in (*REQUIRED[kind], *OPTIONAL[kind])
    ]


def _choice_of(kind: str, column: str) -> str:
    if column == "kind":
        return {"adjustments": "adjustment_kind", "measures": "measure_kind"}.get(kind, "")
    return _CHOICE_OF.get(column, "")


def _first_chinese(spellings: str) -> str:
    return next((text for text in spellings.split("|") if _CHINESE.search(text)), "")
