"""What a cell means, exactly, and what is refused rather than guessed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collections_app.core.money import LARGEST_AMOUNT
from collections_app.imports.cells import (
    CellError,
    is_totals_row,
    parse_amount,
    parse_bool,
    parse_choice,
    parse_currency,
    parse_email,
    parse_int,
    parse_key,
    parse_text,
)
from collections_app.imports.headings import CHOICES
from collections_app.imports.messages import SENTENCES, sentence
from collections_app.imports.readers import BadCell, CellValue


def refusal(parse: Callable[[], object]) -> str:
    with pytest.raises(CellError) as caught:
        parse()
    return caught.value.code


@pytest.mark.parametrize(
    ("written", "minor"),
    [
        ("0", 0),
        ("1200", 120_000),
        ("1200.5", 120_050),
        ("1,200", 120_000),
        ("1 200", 120_000),
        ("1'200.50", 120_050),
        ("1,234,567.89", 123_456_789),
        ("1.234,56", 123_456),
        ("1234,50", 123_450),
        ("1.234.567", 123_456_700),
        ("１，２００．５０", 120_050),
        ("￥10万", 10_000_000),
        ("12.5万", 12_500_000),
        ("1,234万元", 1_234_000_000),
        ("1.234万", 1_234_000),
        ("¥3k", 300_000),
        ("2M", 200_000_000),
        ("0.5亿", 5_000_000_000),
        ("3千", 300_000),
        ("CNY 1,200.00", 120_000),
        ("1200 RMB", 120_000),
        ("1200元", 120_000),
        ("US$5", 500),
        ("-1,200.00", -120_000),
        ("−5", -500),
        ("¥-5", -500),
        ("(1,200.00)", -120_000),
        ("（５）", -500),
        ("1200-", -120_000),
        ("+7", 700),
        (".5", 50),
        ("5.", 500),
        ("1234.5000", 123_450),
        ("  12\u3000", 1_200),
        (1234.5600000000001, 123_456),
        (0.1 + 0.2, 30),
        (137000.0, 13_700_000),
        (-2.5, -250),
    ],
)
def test_an_amount_is_read_exactly(written: CellValue, minor: int) -> None:
    assert parse_amount(written, decimals=2) == minor


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("12,3,4", "invalid_amount"),
        ("12,00,000", "invalid_amount"),
        ("1,0000", "invalid_amount"),
        ("1234,567", "invalid_amount"),
        ("1 2 3", "invalid_amount"),
        ("ten", "invalid_amount"),
        ("十万", "invalid_amount"),
        ("约10万", "invalid_amount"),
        ("1.2E+05", "invalid_amount"),
        ("10%", "invalid_amount"),
        ("10²", "invalid_amount"),
        ("١٢", "invalid_amount"),
        ("(5", "invalid_amount"),
        ("-(5)", "invalid_amount"),
        ("--5", "invalid_amount"),
        (".", "invalid_amount"),
        ("-", "invalid_amount"),
        ("¥", "invalid_amount"),
        ("$5€", "invalid_amount"),
        ("9" * 5000, "invalid_amount"),
        (True, "invalid_amount"),
        (date(2021, 1, 1), "invalid_amount"),
        (float("nan"), "invalid_amount"),
        (float("inf"), "invalid_amount"),
        ("1.234", "ambiguous_amount"),
        ("100.000", "ambiguous_amount"),
        ("1,23", "ambiguous_amount"),
        ("1234.567", "too_many_decimals"),
        ("0.123", "too_many_decimals"),
        ("1,234.567", "too_many_decimals"),
        (33333.333333, "too_many_decimals"),
        ("10000000000000.01", "out_of_range"),
        ("1000000亿", "out_of_range"),
        (1e300, "out_of_range"),
        (1e-300, "too_many_decimals"),
        ("", "required"),
        (" \u3000", "required"),
        (BadCell("error_cell", "#DIV/0!"), "error_cell"),
    ],
)
def test_an_amount_that_is_none_is_refused_by_name(written: CellValue, code: str) -> None:
    assert refusal(lambda: parse_amount(written, decimals=2)) == code


def test_the_largest_amount_is_taken() -> None:
    assert parse_amount("10000000000000.00", decimals=2) == LARGEST_AMOUNT


def test_a_currency_without_decimals_takes_zeros_for_them() -> None:
    assert parse_amount("1200.00", decimals=0) == 1200
    assert refusal(lambda: parse_amount("1200.50", decimals=0)) == "too_many_decimals"


def test_three_decimals_turn_the_doubt_around() -> None:
    assert parse_amount("1.234", decimals=3) == 1234
    assert refusal(lambda: parse_amount("1,234", decimals=3)) == "ambiguous_amount"


def test_the_sign_of_another_currency_is_a_mismatch() -> None:
    assert parse_amount("¥5", decimals=2, currency="CNY") == 500
    assert refusal(lambda: parse_amount("€5", decimals=2, currency="CNY")) == "currency_mismatch"


@given(
    minor=st.integers(-LARGEST_AMOUNT, LARGEST_AMOUNT),
    decimals=st.sampled_from([0, 2, 3]),
    grouped=st.booleans(),
    wide=st.booleans(),
    around=st.sampled_from(["{}", "¥{}", "{} CNY", " {} ", "{}元"]),
)
def test_what_is_written_is_what_is_read(
    minor: int, decimals: int, grouped: bool, wide: bool, around: str
) -> None:
    whole, part = divmod(abs(minor), 10**decimals)
    text = f"{whole:,}" if grouped else str(whole)
    text += f".{part:0{decimals}d}" if decimals else ""
    text = around.format(("-" if minor < 0 else "") + text)
    if wide:
        text = "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)
    assert parse_amount(text, decimals=decimals) == minor


@given(st.integers(-(10**14), 10**14))
def test_a_number_cell_keeps_its_cents(minor: int) -> None:
    assert parse_amount(minor / 100, decimals=2) == minor


@given(st.text(max_size=20) | st.text("0123456789.,-¥万 ()'KM", max_size=12))
def test_no_text_makes_an_amount_fail_otherwise(text: str) -> None:
    try:
        assert abs(parse_amount(text, decimals=2)) <= LARGEST_AMOUNT
    except CellError as error:
        assert error.code in SENTENCES


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("00123", "00123"),
        ("  C-1 ", "C-1"),
        ("\ufeffC1\u200b", "C1"),
        ("客户甲/1", "客户甲/1"),
        (280670965.0, "280670965"),
        ("Ü" * 64, "Ü" * 64),
    ],
)
def test_a_key_stays_text(written: CellValue, key: str) -> None:
    assert parse_key(written) == key


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("x" * 65, "too_long"),
        ("a\nb", "control_characters"),
        ("a\u202eb", "control_characters"),
        (BadCell("control_characters", "a�b"), "control_characters"),
        (1.5, "invalid_code"),
        (1e15, "invalid_code"),
        (date(2021, 1, 2), "invalid_code"),
        (True, "invalid_code"),
        ("", "required"),
    ],
)
def test_what_is_no_key_is_refused_by_name(written: CellValue, code: str) -> None:
    assert refusal(lambda: parse_key(written)) == code


def test_a_note_keeps_its_line_breaks_and_a_name_has_none() -> None:
    assert parse_text("a\r\nb", max_length=9, multiline=True) == "a\nb"
    assert refusal(lambda: parse_text("a\nb", max_length=9)) == "control_characters"
    assert refusal(lambda: parse_text("abc", max_length=2)) == "too_long"
    assert parse_text(13800000000.0, max_length=20) == "13800000000"


@pytest.mark.parametrize("written", ["a@b.cn", "Li.Wei+x@mail.example.com", "a@例子.中国"])
def test_an_address_is_taken_as_written(written: str) -> None:
    assert parse_email(written) == written


@pytest.mark.parametrize(
    "written",
    ["a", "a@b", "a b@c.cn", "a@b..cn", ".a@b.cn", "a@b.cn\nBcc: x@y.cn", "a@b.cn,c@d.cn", 5.0],
)
def test_what_is_no_address_is_refused(written: CellValue) -> None:
    assert refusal(lambda: parse_email(written)) == "invalid_email"


def test_a_choice_is_found_by_code_and_by_either_language() -> None:
    assert parse_choice("measure_kind", "Joint Collection") == "joint_collection"
    assert parse_choice("payment_method", "银行承兑汇票") == "acceptance_draft"
    assert parse_choice("language", "zh-Hans") == "zh-hans"
    assert parse_choice("credit_rating", "ｂ") == "B"


def test_an_unknown_choice_is_told_the_known_ones() -> None:
    with pytest.raises(CellError) as caught:
        parse_choice("answer", "maybe")
    assert caught.value.code == "unknown_value"
    assert caught.value.params["choices"] == "committed, put_off, refused, no_answer"


@pytest.mark.parametrize("choice", CHOICES)
def test_every_code_is_its_own_spelling(choice: str) -> None:
    for code in set(CHOICES[choice].values()):
        assert parse_choice(choice, code) == code


def test_yes_and_no_have_many_names() -> None:
    assert [parse_bool(v) for v in ("是", "TRUE", 1.0, True)] == [True] * 4
    assert [parse_bool(v) for v in ("否", "no", 0.0, False)] == [False] * 4
    assert refusal(lambda: parse_bool("perhaps")) == "unknown_value"


def test_a_currency_is_a_known_one() -> None:
    assert [parse_currency(v) for v in ("cny", "人民币", "ＵＳＤ")] == ["CNY", "CNY", "USD"]
    assert refusal(lambda: parse_currency("XXX")) == "invalid_currency"
    assert refusal(lambda: parse_currency(5.0)) == "invalid_currency"


def test_a_whole_number_has_bounds() -> None:
    assert [parse_int(v, low=1, high=31) for v in ("31", 5.0, "７")] == [31, 5, 7]
    assert refusal(lambda: parse_int("32", low=1, high=31)) == "out_of_range"
    assert refusal(lambda: parse_int("1.5", low=1, high=31)) == "invalid_amount"
    assert refusal(lambda: parse_int(float("inf"), low=1, high=31)) == "invalid_amount"


@pytest.mark.parametrize("word", ["合计", "合 计：", "Total", "Grand total", "小计", "SUM"])
def test_a_totals_row_has_a_word_for_it_and_no_key(word: str) -> None:
    assert is_totals_row({"number": "", "memo": word, "amount": "5"}, ["number"])
    assert not is_totals_row({"number": "X1", "memo": word}, ["number"])


def test_a_row_without_key_is_not_yet_a_totals_row() -> None:
    assert not is_totals_row({"number": "", "memo": "Total Energies"}, ["number"])


@pytest.mark.parametrize("name", SENTENCES)
def test_every_code_has_a_sentence_that_ends_and_quotes_its_value(name: str) -> None:
    code, _colon, variant = name.partition(":")
    made = sentence(code, variant=variant, value="a\nb%s" * 50)
    assert made.endswith((".", "…"))
    assert "\n" not in made
    assert "%(" not in made
