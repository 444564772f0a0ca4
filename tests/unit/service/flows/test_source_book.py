"""The sources in force: declared in files, and beside them those that administrators added."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest

from crawlers.catalogue import Catalogue
from crawlers.records import Source, SourceClass
from service.flows.crawl.source_book import OWN_CHANGED, SourceBook, source_of_own, with_own
from service.ports.own_sources import OwnSource
from service.ports.store import Store, StoreUnavailableError
from tests.builders import NOW

DECLARED = Source(id="paper", name="示例日报", kind="feed", source_class=SourceClass.MEDIA, url="http://paper.example/")
CATALOGUE = Catalogue(sources=(DECLARED,), by_id={"paper": DECLARED})


def added(source_id: str = "own-news", **declared: Any) -> OwnSource:
    declaration = {
        "id": source_id,
        "name": "示例晚报",
        "kind": "feed",
        "source_class": "media",
        "url": "http://news.example/rss.xml",
        "weight": 5,
        "access": "open",
        "enabled": False,
        "legal_basis": "公开报道",
    }
    return OwnSource(id=source_id, declaration=declaration | declared, added_by="管理员", added_at=NOW, changed_at=NOW)


def test_an_added_source_is_off_until_its_live_check() -> None:
    source = source_of_own(added())
    assert (source.enabled, source.unchecked) == (False, True)


def test_added_sources_stand_behind_those_of_files_and_removed_ones_are_gone() -> None:
    book = with_own(CATALOGUE, [added(), replace(added("own-gone"), removed_at=NOW)])
    assert [source.id for source in book.sources] == ["paper", "own-news"]
    assert book.by_id["own-news"].name == "示例晚报"
    assert book.problems == ()


@pytest.mark.parametrize(
    ("own", "told"),
    [(added("paper"), "以文件为准"), (added(kind="listing"), "声明已不能读取"), (added(gone=1), "声明已不能读取")],
)
def test_what_cannot_be_in_force_is_told_and_costs_itself_only(own: OwnSource, told: str) -> None:
    book = with_own(CATALOGUE, [own, added("own-other")])
    assert [source.id for source in book.sources] == ["paper", "own-other"]
    assert book.by_id["paper"] is DECLARED
    (problem,) = book.problems
    assert told in str(problem)
    assert problem.key == own.id


class _Shelf:
    """A store of added sources; `away`, it does not answer."""

    def __init__(self) -> None:
        self.rows: list[OwnSource] = []
        self.number = 0
        self.away = False

    @contextmanager
    def read(self) -> Iterator[Any]:
        if self.away:
            raise StoreUnavailableError("数据库无法访问")
        yield SimpleNamespace(
            value=lambda name: {OWN_CHANGED: self.number}[name], own_sources=SimpleNamespace(listing=lambda: self.rows)
        )


def test_a_change_is_seen_within_two_seconds_and_at_once_where_that_is_asked() -> None:
    shelf = _Shelf()
    book = SourceBook(cast("Store", shelf), CATALOGUE)
    assert book.refresh(NOW).sources == (DECLARED,)
    shelf.rows, shelf.number = [added()], 1
    assert len(book.refresh(NOW + timedelta(seconds=1)).sources) == 1
    assert len(book.refresh(NOW + timedelta(seconds=2)).sources) == 2
    shelf.rows, shelf.number = [replace(added(), removed_at=NOW)], 2
    assert len(book.refresh(NOW + timedelta(seconds=2), at_once=True).sources) == 1
    assert book.removed == {"own-news": "示例晚报"}


def test_while_the_store_is_away_what_was_in_force_stays() -> None:
    shelf = _Shelf()
    shelf.rows, shelf.number = [added()], 1
    book = SourceBook(cast("Store", shelf), CATALOGUE)
    book.refresh(NOW)
    shelf.away = True
    assert len(book.refresh(NOW + timedelta(minutes=1)).sources) == 2
