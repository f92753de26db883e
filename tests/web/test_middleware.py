"""What every answer carries."""

from __future__ import annotations

import gzip
from typing import Any

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext

from collections_app.accounts.operations import choose_language
from collections_app.core.seen import seen_once
from collections_app.organisation.models import Organisation
from collections_app.organisation.queries import organisation
from collections_app.web.middleware import PageCompressionMiddleware
from tests.conftest import Cast
from tests.web.facts import make_customer


def test_every_answer_has_an_id_of_its_own(client: Client) -> None:
    first, second = (client.get("/healthz")["X-Request-ID"] for _ in range(2))
    assert first != second
    assert len(first) == 32


@pytest.mark.parametrize(
    ("given", "is_kept"), [("proxy-0123456789", True), ("a\tb forged line", False), ("x", False)]
)
def test_a_proxys_id_is_kept_only_if_it_is_harmless(
    client: Client, given: str, is_kept: bool
) -> None:
    answer = client.get("/healthz", headers={"X-Request-ID": given})
    assert (answer["X-Request-ID"] == given) is is_kept


def test_the_policy_allows_no_inline_script(client: Client) -> None:
    policy = client.get("/healthz")["Content-Security-Policy"]
    assert "script-src 'self'" in policy.split("; ")
    assert "unsafe" not in policy


def test_a_persons_language_comes_before_the_browsers(cast: Cast, client: Client) -> None:
    choose_language(person=cast.east_rep, language="zh-hans")
    client.force_login(cast.east_rep)
    assert client.get("/accounts/2fa/", headers={"Accept-Language": "en"})["Content-Language"] == (
        "zh-hans"
    )


def test_a_chosen_language_is_kept_with_the_person(cast: Cast, client: Client) -> None:
    client.force_login(cast.east_rep)
    client.post("/i18n/setlang/", {"language": "zh-hans", "next": "/"})
    cast.east_rep.refresh_from_db()
    assert cast.east_rep.language == "zh-hans"


def test_what_a_person_sees_is_stored_nowhere(cast: Cast, client: Client) -> None:
    client.force_login(cast.east_rep)
    assert "no-store" in client.get("/accounts/2fa/")["Cache-Control"]


@pytest.mark.parametrize("address", ["/today/", "/plan/", "/gaps/"])
def test_a_page_reads_the_organisation_once(cast: Cast, client: Client, address: str) -> None:
    make_customer(cast.east_rep)
    organisation()
    client.force_login(cast.east_rep)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    asked = [one for one in queries if 'FROM "organisation_organisation"' in one["sql"]]
    assert len(asked) == 1


def test_the_next_page_reads_it_anew(cast: Cast, client: Client) -> None:
    client.force_login(cast.admin)
    client.get("/settings/organisation/")
    Organisation.objects.update(name="Renamed since")
    assert "Renamed since" in client.get("/settings/organisation/").content.decode()


def test_outside_of_such_work_it_is_read_each_time(cast: Cast) -> None:
    with seen_once():
        former = organisation()
        Organisation.objects.update(name="Renamed since")
        assert organisation() is former
    assert organisation().name == "Renamed since"


def test_pages_are_compressed_for_who_understands_it(cast: Cast, client: Client) -> None:
    client.force_login(cast.east_rep)
    plain = client.get("/plan/")
    packed = client.get("/plan/", headers={"Accept-Encoding": "gzip"})
    assert not plain.has_header("Content-Encoding")
    assert packed["Content-Encoding"] == "gzip"
    assert "<h1" in gzip.decompress(packed.content).decode()
    assert len(packed.content) * 2 < len(plain.content)


def test_the_length_of_a_compressed_page_says_little(cast: Cast, client: Client) -> None:
    client.force_login(cast.east_rep)
    answers = [client.get("/plan/", headers={"Accept-Encoding": "gzip"}) for _ in range(8)]
    assert len({len(answer.content) for answer in answers}) > 1


@pytest.mark.parametrize(("kind", "is_packed"), [("text/html", True), ("text/csv", False)])
def test_what_is_no_page_is_left_as_it_is(kind: str, is_packed: bool) -> None:
    asked = RequestFactory().get("/", headers={"Accept-Encoding": "gzip"})
    answer = HttpResponse("all " * 500, content_type=kind)
    sent = PageCompressionMiddleware(lambda _: answer).process_response(asked, answer)
    assert sent.has_header("Content-Encoding") is is_packed


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "TRACE", "X"])
def test_a_method_that_no_page_has_is_refused_before_anything_is_read(
    cast: Cast, client: Client, method: str, django_assert_num_queries: Any
) -> None:
    client.force_login(cast.east_rep)
    with django_assert_num_queries(0):
        answer = client.generic(method, "/today/")
    assert answer.status_code == 405
    assert answer["Allow"] == "GET, HEAD, OPTIONS, POST"
