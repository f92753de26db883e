"""Which column a heading means, in either language, and what is said when one is missing."""

from __future__ import annotations

import pytest

from collections_app.imports.headings import (
    KINDS,
    OPTIONAL,
    REQUIRED,
    normalised,
    resolve_columns,
)
from collections_app.imports.messages import UnreadableFile
from collections_app.imports.spellings import CHOICE_NAMES, COLUMNS


@pytest.mark.parametrize("kind", KINDS)
def test_the_names_of_the_contract_are_known(kind: str) -> None:
    names = [*REQUIRED[kind], *OPTIONAL[kind]]
    columns = resolve_columns(kind, names)
    assert columns.index_by_name == {name: index for index, name in enumerate(names)}
    assert columns.ignored == []


def test_chinese_headings_are_known_in_any_order() -> None:
    header = ["金额", "回款日期", "客户编号", "回款单号", "备注"]
    columns = resolve_columns("payments", header)
    assert columns.index_by_name == {
        "amount": 0,
        "received_on": 1,
        "customer_code": 2,
        "reference": 3,
        "note": 4,
    }


@pytest.mark.parametrize(
    "heading",
    ["DUE ON", " due-on ", "Due_On", "ｄｕｅ＿ｏｎ", "\ufeffdue_on", "due on*", "到期日（必填）"],
)
def test_what_does_not_matter_in_a_heading_does_not(heading: str) -> None:
    header = ["number", "customer_code", "issued_on", heading, "amount"]
    assert resolve_columns("invoices", header).index_by_name["due_on"] == 3


def test_an_unknown_column_is_named_as_it_stands() -> None:
    header = ["email", " Shoe size ", "name", "", "role"]
    assert resolve_columns("users", header).ignored == ["Shoe size"]


def test_the_currency_in_a_heading_is_dropped() -> None:
    header = ["number", "customer_code", "issued_on", "due_on", "金额（元）"]
    assert resolve_columns("invoices", header).index_by_name["amount"] == 4


def test_a_heading_in_ten_thousands_is_not_taken_for_the_amount() -> None:
    header = ["number", "customer_code", "issued_on", "due_on", "金额（万元）"]
    with pytest.raises(UnreadableFile) as caught:
        resolve_columns("invoices", header)
    assert caught.value.code == "missing_columns"


def test_missing_columns_are_named() -> None:
    with pytest.raises(UnreadableFile, match=r"customer_code, received_on") as caught:
        resolve_columns("payments", ["reference", "amount"])
    assert caught.value.code == "missing_columns"


@pytest.mark.parametrize("second", ["amount", "金额", "AMOUNT"])
def test_two_headings_of_one_column_are_refused(second: str) -> None:
    header = ["reference", "customer_code", "received_on", "amount", second]
    with pytest.raises(UnreadableFile, match="amount") as caught:
        resolve_columns("payments", header)
    assert caught.value.code == "duplicate_columns"


def test_an_unknown_column_may_stand_twice() -> None:
    columns = resolve_columns("users", ["email", "name", "role", "memo", "memo"])
    assert columns.ignored == ["memo", "memo"]


def spellings_of(names: dict[str, str]) -> list[str]:
    """Each name's distinct spellings, so that one shared by two names stands here twice."""
    return [
        spelling
        for name, others in names.items()
        for spelling in {normalised(other) for other in (name, *others.split("|")) if other}
    ]


@pytest.mark.parametrize("kind", KINDS)
def test_no_heading_means_two_columns_of_a_kind(kind: str) -> None:
    required, optional = COLUMNS[kind]
    spellings = spellings_of({**required, **optional})
    assert sorted(spellings) == sorted(set(spellings))


@pytest.mark.parametrize("choice", CHOICE_NAMES)
def test_no_name_means_two_choices(choice: str) -> None:
    spellings = spellings_of(CHOICE_NAMES[choice])
    assert sorted(spellings) == sorted(set(spellings))
