"""Every open source of the shipped catalogue reads the list that its declaration speaks of.

The pages of `tests/pages/sources` are made up: the smallest list of each site's structure, with what is to be read from it.
"""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from crawlers.catalogue import load_catalogue
from crawlers.catalogue.declaration import NOT_CRAWLED, Declaration
from crawlers.lists.feed import read_feed
from crawlers.lists.listed import Listed, Reading
from crawlers.lists.paging import first_page, next_page
from crawlers.lists.reading import read_list_text
from crawlers.records import Source

PAGES = Path(__file__).parents[2] / "pages" / "sources"
NOW = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)


def declared(source: Source) -> Declaration:
    return Declaration.model_validate(dict(source.declaration))


# What no page was made up for yet: where the structure of the list itself is still to be confirmed, or rarely asked.
UNPAGED = {"chinanews-archive", "jxdaily-epaper", "jxnews-home", "jxnews-jndsb", "samr-qa", "wenz-jx"}
OPEN = [
    source
    for source in load_catalogue().sources
    if source.access == "open"
    and source.kind not in NOT_CRAWLED
    and not declared(source).open_slots
    and source.id not in UNPAGED
]


def page_of(source_id: str) -> Path:
    (found,) = (path for path in PAGES.glob(f"{source_id}.*") if not path.name.endswith(".expected.json"))
    return found


def expected_of(source_id: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((PAGES / f"{source_id}.expected.json").read_text(encoding="utf-8"))
    return loaded


def read(source: Source) -> Reading:
    raw = page_of(source.id).read_bytes()
    if source.kind == "feed":
        return read_feed(raw, url=str(source.url), content_type="text/xml", now=NOW)
    url = str(source.url)
    return read_list_text(declared(source), raw.decode(), url=url, list_url=url, now=NOW)


def told(record: Listed, wanted: dict[str, Any]) -> dict[str, Any]:
    published = None if record.published_at is None else record.published_at
    seen = {
        "title": record.title,
        "url": record.url,
        "published": published.isoformat() if published else None,
        "heat": record.heat,
        "native_id": record.native_id,
        "origin": record.origin,
        "facts": record.facts,
    }
    return {key: seen[key] for key in wanted}


def test_every_page_belongs_to_an_open_source() -> None:
    ids = {path.name.partition(".")[0] for path in PAGES.iterdir()}
    assert ids == {source.id for source in OPEN}


@pytest.mark.parametrize("source", OPEN, ids=lambda source: source.id)
class TestOpenSource:
    def test_list_is_read_as_expected(self, source: Source) -> None:
        wanted = expected_of(source.id)["records"]
        reading = read(source)
        assert reading.faults == ()
        usable = [record for record in reading.records if source.kind == "hot_list" or record.url]
        assert [told(record, row) for record, row in zip(usable, wanted, strict=True)] == [
            row | {"published": same_zone(row["published"], record)} for record, row in zip(usable, wanted, strict=True)
        ]

    def test_it_says_what_a_healthy_visit_shows(self, source: Source) -> None:
        expect = declared(source).expect
        assert expect.max_age_days is not None
        assert len(expected_of(source.id)["records"]) >= expect.min_items

    def test_second_page_is_another_one(self, source: Source) -> None:
        second = expected_of(source.id).get("second_page")
        declaration = declared(source)
        text = page_of(source.id).read_text(encoding="utf-8")
        request = next_page(declaration, url=str(source.url), number=2, text=text, seen_records=15)
        if second is not None:
            assert request is not None
            assert request.url == second
        elif request is not None:
            assert request != first_page(declaration, day=NOW.date(), word="药品")

    def test_declared_words_stand_where_they_belong(self, source: Source) -> None:
        request = first_page(declared(source), day=NOW.date(), word="药品")
        assert "{" not in request.url
        for name, value in expected_of(source.id).get("request", {}).items():
            assert request.body.get(name) == value or f"{name}=%E8%8D%AF%E5%93%81" in request.url


def same_zone(published: str | None, record: Listed) -> str | None:
    """Return the expected time as the record writes it: equal moments are equal, whatever their zone."""
    if published is None or record.published_at is None:
        return published
    moment = datetime.fromisoformat(published)
    return record.published_at.isoformat() if moment == record.published_at else published
