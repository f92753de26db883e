"""What a lapse's mail says, in both languages."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from collections_app.accounts.models import Person
from collections_app.notices.recheck import prepare
from collections_app.outbox.delivery import Rendered
from collections_app.upkeep.texts import compile_texts
from tests.builders import make_person
from tests.notices.conftest import owe_lapsed
from tests.web.facts import day, make_commitment, make_customer, make_payment, stand_on

Read = Callable[[Person], Rendered]


@pytest.fixture
def read(db: None, settings: object) -> Read:
    """Mail about three lapses of two customers, and one promise still open."""
    compile_texts()

    def read_as(person: Person) -> Rendered:
        small = make_customer(person, name="Small & <Co>", code="S-1")
        large = make_customer(person, name="西方商贸", code="L-1", currency="JPY")
        commitment = make_commitment(
            small, (day(9), 1_000), (day(16), 2_000), (day(28), 3_000), reference="P-S"
        )
        make_commitment(large, (day(20), 9_000), reference="P-L")
        make_payment(small, 400, on=day(12))
        stand_on()
        lapsed = commitment.instalments.filter(due_on__lt=day(20))
        large_lapsed = large.commitments.get().instalments.all()
        (message,) = owe_lapsed(*lapsed, *large_lapsed)
        said = prepare(message)
        assert isinstance(said, Rendered)
        return said

    return read_as


def test_each_lapse_states_its_figures_and_what_is_next(read: Read) -> None:
    said = read(make_person(language="en"))
    assert said.subject == "3 promises have lapsed"
    lines = [line.strip() for line in said.text.splitlines() if line.strip()]
    start = lines.index("Promise: P-S / 1, due 9 Nov 2026")
    assert lines[start + 1 : start + 7] == [
        "Part of it was paid.",
        "Promised: CNY 1,000.00",
        "Received: CNY 400.00",
        "Remaining: CNY 600.00",
        "Days late: 14",
        "Next instalment: 28 Nov 2026 · CNY 3,000.00",
    ]
    assert "/?tab=commitments#commitment-" in lines[start + 7]


def test_an_unpaid_one_says_up_to_when_payments_are_known(read: Read) -> None:
    said = read(make_person(language="en"))
    for text in (said.text, said.html):
        assert text.count("No payment known up to 22 Nov 2026.") == 2
        assert "Payments known up to 22 Nov 2026." in text
        assert "Next instalment" in text


def test_the_largest_comes_first_and_currencies_are_never_added(read: Read) -> None:
    said = read(make_person(language="en"))
    places = [said.text.index(text) for text in ("L-1", "S-1", "P-S / 2", "P-S / 1")]
    assert places == sorted(places)
    totals = [line for line in said.text.splitlines() if line.startswith("Remaining in all")]
    assert totals == ["Remaining in all: CNY 2,600.00", "Remaining in all: JPY 900,000"]


def test_a_name_makes_no_markup(read: Read) -> None:
    said = read(make_person(language="en"))
    assert "Small & <Co> (S-1)" in said.text
    assert "<Co>" not in said.html
    assert "Small &amp; &lt;Co&gt;" in said.html


def test_a_chinese_reader_reads_chinese(read: Read) -> None:
    said = read(make_person(language="zh-hans"))
    assert said.subject == "3 笔回款承诺逾期"
    for text in (said.text, said.html):
        assert "2026年11月9日" in text
        assert "CNY 600.00" in text
        assert "失信" not in text
        for english in ("Promise", "Received", "Remaining", "Days late", "known", "Hello"):
            assert english not in text


def test_it_brings_its_own_paper_for_programs_with_a_dark_ground(read: Read) -> None:
    page = read(make_person()).html
    assert "background-color: #ffffff; color: #1f2933" in page
    assert '<meta name="color-scheme" content="light only">' in page
