"""The frame of every page: theme, languages, doors and error pages."""

from __future__ import annotations

import pytest
from django.test import Client

from collections_app.web.pages.units import Unit
from tests.conftest import Cast


def test_the_theme_is_painted_by_the_server(cast: Cast, client: Client) -> None:
    client.force_login(cast.east_rep)
    answer = client.post("/theme/", {"theme": "dark", "next": "/gaps/?month=2026-11"})
    assert answer["Location"] == "/gaps/?month=2026-11"
    assert answer.cookies["theme"]["httponly"]
    cast.east_rep.refresh_from_db()
    assert cast.east_rep.theme == "dark"
    assert b'data-bs-theme="dark"' in client.get("/gaps/").content


def test_the_theme_can_be_chosen_before_signing_in(db: None, client: Client) -> None:
    client.post("/theme/", {"theme": "dark"})
    assert b'data-bs-theme="dark"' in client.get("/accounts/login/").content


def test_the_persons_theme_counts_on_a_new_device(cast: Cast, client: Client) -> None:
    cast.east_rep.theme = "dark"
    cast.east_rep.save()
    client.force_login(cast.east_rep)
    assert b'data-bs-theme="dark"' in client.get("/gaps/").content


def test_an_unknown_theme_is_refused(db: None, client: Client) -> None:
    assert client.post("/theme/", {"theme": "pink"}).status_code == 400
    assert client.get("/theme/").status_code == 405


@pytest.mark.parametrize("onward", ["https://evil.test/", "//evil.test", "javascript:alert(1)"])
def test_a_switch_never_leads_elsewhere(db: None, client: Client, onward: str) -> None:
    assert client.post("/theme/", {"theme": "dark", "next": onward})["Location"] == "/"


@pytest.mark.parametrize(
    "path",
    [
        "/accounts/login/",
        "/accounts/password/reset/",
        "/accounts/password/reset/done/",
        "/accounts/password/reset/key/x-y/",
        "/accounts/password/reset/key/done/",
        "/accounts/inactive/",
    ],
)
def test_doors_are_in_our_look_and_without_inline_code(db: None, client: Client, path: str) -> None:
    page = client.get(path).content.decode()
    assert 'class="k-top"' in page
    assert " style=" not in page
    assert "<style" not in page
    assert "<script>" not in page


@pytest.mark.parametrize(
    "path", ["/accounts/logout/", "/accounts/password/change/", "/accounts/2fa/"]
)
def test_doors_of_those_inside_are_too(cast: Cast, client: Client, path: str) -> None:
    cast.east_rep.set_password("a pass-phrase of some length")
    cast.east_rep.save()
    client.force_login(cast.east_rep)
    page = client.get(path).content.decode()
    assert 'class="k-top"' in page
    assert " style=" not in page


def test_signing_up_is_not_offered(db: None, client: Client) -> None:
    assert b"signup" not in client.get("/accounts/login/").content
    assert client.get("/accounts/signup/").status_code == 404


def test_what_is_not_there_is_said_in_our_words(db: None, client: Client) -> None:
    answer = client.get("/nothing/")
    assert answer.status_code == 404
    assert b"There is nothing here" in answer.content


def test_a_fault_has_a_page_that_needs_nothing() -> None:
    from django.template.loader import get_template

    assert "Something went wrong" in get_template("500.html").render()


def test_a_table_shows_decimals_only_if_one_of_its_amounts_has_some() -> None:
    assert Unit.of("CNY", [100, None, 20_000]).decimals == 0
    assert Unit.of("CNY", [100, 150]).decimals == 2
    assert Unit.of("JPY", [1, 2]).decimals == 0


def test_a_page_open_for_too_long_says_that_nothing_was_saved(db: None) -> None:
    answer = Client(enforce_csrf_checks=True).post("/theme/", {"theme": "dark"})
    assert answer.status_code == 403
    assert b"This page was open for too long" in answer.content
