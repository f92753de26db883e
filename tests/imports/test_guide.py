"""Templates that an import understands, and a sentence for every column."""

from __future__ import annotations

import pytest
from django.utils import translation

from collections_app.imports.guide import (
    choice_name,
    columns_guide,
    headings_of,
    kind_name,
)
from collections_app.imports.headings import (
    CHOICES,
    OPTIONAL,
    REQUIRED,
    normalised,
    resolve_columns,
)
from collections_app.imports.kinds import KINDS


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("kind", KINDS)
def test_every_heading_of_a_template_is_understood(kind: str, language: str) -> None:
    headings = headings_of(kind, language=language)
    found = resolve_columns(kind, headings)
    assert list(found.index_by_name) == [*REQUIRED[kind], *OPTIONAL[kind]]
    assert found.ignored == []


@pytest.mark.parametrize("kind", KINDS)
def test_every_column_is_explained_in_both_languages(kind: str) -> None:
    with translation.override("en"):
        english = [guide.explanation for guide in columns_guide(kind, language="en")]
    with translation.override("zh-hans"):
        chinese = [guide.explanation for guide in columns_guide(kind, language="zh-hans")]
        assert kind_name(kind) != kind
    assert all(english)
    assert not set(english) & set(chinese)


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_every_choice_is_called_what_an_import_understands(language: str) -> None:
    called = {
        "method": "payment_method",
        "channel": "channel",
        "status": "measure_status",
        "language": "language",
        "credit_rating": "credit_rating",
        "role": "role",
    }
    for column, choice in called.items():
        for code in set(CHOICES[choice].values()):
            name = choice_name("payments", column, code, language=language)
            assert CHOICES[choice][normalised(name)] == code
