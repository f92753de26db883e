"""The check on every page finds what it is there to find."""

from __future__ import annotations

import pytest

from tests.journeys.axe import faults_of
from tests.journeys.conftest import Watched

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PLANTED = {
    "an image nobody describes": ("<img>", "image-alt: <img"),
    "text that is hardly to be read": ("<p class=text-bg-light><s>Faint", "color-contrast: <s"),
    "a field without a name": ("<input name=nameless>", 'label: <input name="nameless"'),
}
FAINT = "() => { for (const text of document.querySelectorAll('s')) text.style.color = '#bbb'; }"
PLANT = "(html) => document.querySelector('main').insertAdjacentHTML('beforeend', html)"


@pytest.mark.parametrize(("html", "fault"), PLANTED.values(), ids=PLANTED)
def test_a_planted_fault_is_found(watched: Watched, html: str, fault: str) -> None:
    page = watched.goto("/accounts/login/")
    assert faults_of(page) == []
    page.evaluate(PLANT, html)
    page.evaluate(FAINT)
    assert any(found.startswith(fault) for found in faults_of(page))


def test_what_spills_over_the_side_is_found_on_the_next_page_too(watched: Watched) -> None:
    page = watched.goto("/accounts/login/")
    for _ in range(2):
        assert faults_of(page) == []
        page.evaluate("document.body.style.width = (window.innerWidth + 30) + 'px'")
        assert "spills by 30 px" in faults_of(page)
        page.reload()
