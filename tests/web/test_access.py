"""The table of access names every URL, and nothing but URLs."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import URLPattern, URLResolver, get_resolver

from collections_app.web.access import ACCESS, may


def names_of(resolver: URLResolver, prefix: str = "") -> Iterator[str]:
    """The view names of every URL below, with their namespace."""
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLPattern):
            yield f"{prefix}{pattern.name}"
        else:
            own = f"{pattern.namespace}:" if pattern.namespace else ""
            yield from names_of(pattern, prefix + own)


def test_every_url_is_classified_and_the_table_names_no_other() -> None:
    assert set(names_of(get_resolver())) == set(ACCESS)


def test_what_the_table_does_not_name_is_shut() -> None:
    assert not may("admin", "web:never_heard_of")
    assert not may("admin", "web:never_heard_of", write=True)
