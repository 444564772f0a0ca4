"""Sitemaps from their bytes."""

import contextlib
import gzip
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.parsing.sitemap import MAX_KEPT, NotASitemap, SitemapFile, read_sitemap
from tests.growth import LINEAR, growth

NOW = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)
URL = "https://news.example/sitemap.xml"


def read(body: bytes) -> SitemapFile:
    return read_sitemap(body, url=URL, now=NOW)


def urlset(*entries: str) -> bytes:
    return f"<urlset>{''.join(f'<url>{entry}</url>' for entry in entries)}</urlset>".encode()


def test_newest_come_first_and_those_without_a_time_last() -> None:
    body = urlset(
        "<loc>/a</loc>",
        "<loc>/b</loc><lastmod>2026-11-01</lastmod>",
        "<loc>/c</loc><lastmod>2026-11-20T08:00:00Z</lastmod>",
    )
    assert [entry.url.rpartition("/")[2] for entry in read(body).pages] == ["c", "b", "a"]


def test_index_and_pages_are_told_apart() -> None:
    found = read(b"<sitemapindex><sitemap><loc>https://news.example/1.xml</loc></sitemap></sitemapindex>")
    assert ([entry.url for entry in found.files], found.pages) == (["https://news.example/1.xml"], ())


@pytest.mark.parametrize("prefix", ["", "s:"])
def test_prefixes_of_names_make_no_difference(prefix: str) -> None:
    space = f" xmlns{':s' if prefix else ''}='http://www.sitemaps.org/schemas/sitemap/0.9'"
    body = f"<{prefix}urlset{space}><{prefix}url><{prefix}loc>/x</{prefix}loc></{prefix}url></{prefix}urlset>"
    found = read(body.encode())
    assert (found.count, found.is_whole) == (1, True)


def test_lines_of_text_are_a_sitemap_too() -> None:
    found = read(b"https://news.example/1\r\nhttps://news.example/2\nftp://news.example/3\n")
    assert (len(found.pages), found.broken) == (2, 1)


def days(count: int) -> list[str]:
    return [f"2026-{1 + number % 11:02}-{1 + number % 24:02}" for number in range(count)]


def dated(count: int) -> bytes:
    return urlset(*(f"<loc>/{n}</loc><lastmod>{day}</lastmod>" for n, day in enumerate(days(count))))


def test_a_long_list_of_addresses_costs_what_its_length_does() -> None:
    assert growth(read, dated(2_500), dated(20_000)) < LINEAR


def test_fifty_thousand_addresses_keep_the_newest_five_hundred() -> None:
    found = read(dated(50_000))
    assert (found.count, len(found.pages)) == (50_000, MAX_KEPT)
    kept = [entry.modified_at.date().isoformat() for entry in found.pages if entry.modified_at]
    assert kept == sorted(days(50_000), reverse=True)[:MAX_KEPT]


def test_time_to_come_pushes_nothing_out() -> None:
    ahead = [f"<loc>/ahead/{number}</loc><lastmod>2031-01-01</lastmod>" for number in range(MAX_KEPT)]
    first = read(urlset(*ahead, "<loc>/today</loc><lastmod>2026-11-25</lastmod>")).pages[0]
    assert first.url.endswith("/today")


def test_address_that_is_none_costs_itself() -> None:
    found = read(
        urlset("<loc>javascript:x()</loc>", "<loc></loc>", "<lastmod>2026-01-01</lastmod>", "<loc>/good</loc>")
    )
    assert (len(found.pages), found.broken, found.count) == (1, 3, 4)


def test_time_that_is_none_is_kept_as_claimed() -> None:
    (entry,) = read(urlset("<loc>/a</loc><lastmod>soon</lastmod>")).pages
    assert (entry.modified_at, entry.claimed_time) == (None, "soon")


def test_gzip_that_breaks_off_gives_what_it_had() -> None:
    packed = gzip.compress(urlset(*(f"<loc>/{number}/{hash(number)}</loc>" for number in range(3_000))))
    found = read(packed[: len(packed) // 2])
    assert found.count > 100
    assert not found.is_whole


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html><body>not found</body></html>",
        b"<rss><channel/></rss>",
        b"\x1f\x8bgarbage",
        b'<!DOCTYPE x [<!ENTITY a "b">]><urlset/>',
        b"<!-- " + b"x" * 9000 + b' --><!DOCTYPE x [<!entity a "b">]><urlset/>',
        gzip.compress(b"\0" * (51 * 2**20)),
        b'{"a": 1}',
    ],
    ids=["empty", "page", "feed", "no gzip", "entities", "entities behind a comment", "bomb", "json"],
)
def test_what_is_no_sitemap_is_refused_with_a_sentence(body: bytes) -> None:
    with pytest.raises(NotASitemap, match=r"[\u4e00-\u9fff]"):
        read(body)


@given(st.binary(max_size=300))
def test_any_bytes_are_a_sitemap_or_refused(body: bytes) -> None:
    with contextlib.suppress(NotASitemap):
        assert isinstance(read(body), SitemapFile)
    with contextlib.suppress(NotASitemap):
        assert isinstance(read(b"<urlset><url><loc>/a</loc></url>" + body), SitemapFile)
