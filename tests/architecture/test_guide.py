"""The user guide is whole: the same pages in both languages, and nothing that leads nowhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
GUIDE = ROOT / "docs" / "guide"
PICTURES = ROOT / "docs" / "pictures" / "guide"
PAGES = sorted(GUIDE.rglob("*.md"))
LINKS = re.compile(r'(?:\]\(|src=")([^)"]+)')
MOST_PICTURES, MOST_BYTES = 24, 100_000


def links_of(page: Path) -> set[Path]:
    return {(page.parent / link).resolve() for link in LINKS.findall(page.read_text("utf-8"))}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(GUIDE)))
def test_what_a_page_of_the_guide_links_is_there(page: Path) -> None:
    assert [link for link in sorted(links_of(page)) if not link.exists()] == []


def test_both_languages_have_the_same_pages() -> None:
    english, chinese = ({p.name for p in (GUIDE / folder).iterdir()} for folder in ("en", "zh"))
    assert english == chinese


def test_pictures_of_the_guide_are_used_few_and_small() -> None:
    taken = set(PICTURES.iterdir())
    linked = {link for page in PAGES for link in links_of(page)}
    assert taken - linked == set()
    assert len(taken) <= MOST_PICTURES
    assert [path.name for path in taken if path.stat().st_size > MOST_BYTES] == []
