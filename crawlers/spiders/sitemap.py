"""Sitemaps: the newest pages of a site by its own list of them, through indexes of bounded depth and number."""

import re
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import scrapy
from scrapy.http import Response

from crawlers.access.failure import Failure, FailureCode
from crawlers.lists.listed import MAX_RECORDS, Fault, Listed, Reading, unique
from crawlers.lists.login_page import is_login_page
from crawlers.lists.paging import PageRequest
from crawlers.parsing.sitemap import NotASitemap, SitemapEntry, SitemapFile, read_sitemap
from crawlers.remembered import HORIZON
from crawlers.spiders.source import ListRefused, SourceSpider
from crawlers.urls import url_key
from crawlers.visits.walk import Walk

__all__ = ["SitemapSpider"]

# Pages are put into a sitemap some time after they are published, and clocks differ.
OVERLAP = timedelta(days=2)
_HEAD = 256 * 1024


@dataclass(slots=True, kw_only=True)
class _FileWalk(Walk):
    """One file of a sitemap: how deep it stands, and what it said."""

    depth: int = 0
    file: SitemapFile = field(default_factory=SitemapFile)


class SitemapSpider(SourceSpider):
    """Visits a source of kind `sitemap`.

    Pages that changed before the horizon are not looked at: at the first visit those older than `sitemap.max_age`,
    later those older than what a visit that took everything had seen, less two days.
    """

    def __init__(self, **given: Any) -> None:
        """Start with nothing seen."""
        super().__init__(**given)
        self._files_left = self.declaration.sitemap.max_files - 1
        self._horizon = self._remembered_horizon()
        self._asked: set[str] = set()
        self._newest: datetime | None = None
        self._cut = False

    def read_list(self, response: Response, walk: Walk) -> tuple[str, Reading]:
        """Return the pages of one sitemap file; indexes are followed in `parse_list`.

        Raises:
            ListRefused: it is no sitemap.
        """
        try:
            found = read_sitemap(response.body, url=response.url, now=self.surroundings.clock())
        except NotASitemap as error:
            head = response.body[:_HEAD].decode("utf-8", errors="replace")
            code = FailureCode.LOGIN if is_login_page(head) else FailureCode.NOT_A_SITEMAP
            raise ListRefused(code, str(error)) from error
        if isinstance(walk, _FileWalk):
            walk.file = found
        pages = [entry for entry in found.pages if self._is_wanted(entry, self.declaration.sitemap.link_pattern)]
        return "", unique([_listed(entry) for entry in pages], _faults(found), named=False)

    async def parse_list(self, response: Response, number: int, walk: Walk) -> AsyncIterator[Any]:
        """Take one file: the new pages of a sitemap, and the files of an index, newest first."""
        file = _FileWalk(asked=walk.asked, day=walk.day, depth=walk.depth if isinstance(walk, _FileWalk) else 0)
        async for item in super().parse_list(response, number, file):
            yield item
        for request in self._further(file):
            yield request

    def is_known_list(self, response: Response, records: Sequence[Listed], walk: Walk) -> bool:
        """Judge the first file; an index has no pages of its own, and a quiet site none that are new enough."""
        file = walk.file if isinstance(walk, _FileWalk) else SitemapFile()
        if not file.count and self.declaration.expect.min_items:
            self.visit.fail(Failure(code=FailureCode.NOTHING_FOUND, where=response.url))
        if not file.files:
            self.keep_validators(response, records)
        return False

    async def choose(self, records: Sequence[Listed]) -> Sequence[Listed]:
        """Return the new ones; remember up to where everything is taken."""
        new = await super().choose(records)
        room = self.declaration.politeness.max_articles - self.visit.asked
        self._cut = self._cut or len(new) > room or len(records) >= MAX_RECORDS
        for record in records:
            if record.published_at is not None and (self._newest is None or record.published_at > self._newest):
                self._newest = min(record.published_at, self.surroundings.clock())
        if not self._cut and self._newest is not None:
            self.visit.notes[HORIZON] = self._newest.isoformat()
        else:
            self.visit.notes.pop(HORIZON, None)
        return new

    def _further(self, walk: _FileWalk) -> list[scrapy.Request]:
        files = walk.file.files
        if files and walk.depth >= self.declaration.sitemap.max_depth:
            self.visit.dropped["sitemap_depth"] += len(files)
            return []
        wanted = [entry for entry in files if self._is_wanted(entry, self.declaration.sitemap.file_pattern)]
        wanted = [entry for entry in wanted if entry.url not in self._asked]
        taken = wanted[: max(self._files_left, 0)]
        self._files_left -= len(taken)
        self._asked.update(entry.url for entry in taken)
        if len(taken) < len(wanted):
            self._cut = True
            self.visit.dropped["sitemap_files"] += len(wanted) - len(taken)
        return [self._file_request(entry, walk, position) for position, entry in enumerate(taken, start=2)]

    def _file_request(self, entry: SitemapEntry, walk: _FileWalk, position: int) -> scrapy.Request:
        page = PageRequest(url=entry.url)
        request = self.page_request(page, position, _FileWalk(asked=page, day=walk.day, depth=walk.depth + 1))
        return request.replace(priority=1000 - position)  # newest first, and before any page

    def _is_wanted(self, entry: SitemapEntry, pattern: str | None) -> bool:
        """Return whether an address is to be looked at; one that says no time is, because nothing speaks against it."""
        if pattern is not None and not re.search(pattern, entry.url):
            return False
        return entry.modified_at is None or entry.modified_at >= self._horizon

    def _remembered_horizon(self) -> datetime:
        kept = self.visit.progress.memory.get(HORIZON)
        if isinstance(kept, str):
            return datetime.fromisoformat(kept) - OVERLAP
        return self.surroundings.clock() - self.declaration.sitemap.max_age


def _listed(entry: SitemapEntry) -> Listed:
    return Listed(
        native_id=url_key(entry.url)[:512],
        title=entry.title,
        url=entry.url,
        published_at=entry.modified_at,
        precision=entry.precision,
        origin=entry.origin,
        facts={"claimed_time": entry.claimed_time} if entry.claimed_time else {},
    )


def _faults(found: SitemapFile) -> list[Fault]:
    told = []
    if found.broken:
        told.append(Fault(reason="网址", detail=f"网站地图中有 {found.broken} 条没有可用的网址，未取"))
    if not found.is_whole:
        told.append(Fault(reason="内容不完整", detail=f"网站地图没有写完，读到 {found.count} 条为止"))
    return told
