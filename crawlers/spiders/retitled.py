"""What a spider does where a list tells another title at a known address: look at the page once more.

A notice that is corrected, and an address that a site uses for its next notice, change their title on the list. Without
this a page is read again only while an alert of its event is open.
"""

from abc import abstractmethod
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import replace
from itertools import islice
from typing import Any, TypeVar

import scrapy
from scrapy.http import Response
from twisted.python.failure import Failure as TwistedFailure

from crawlers.catalogue.declaration import Declaration
from crawlers.gate import GateRefusal
from crawlers.lists.listed import Listed
from crawlers.lists.titles import MOST_TITLES, is_retitled, title_mark
from crawlers.pages import next_part_of
from crawlers.records import DatePrecision, Document
from crawlers.visits.visit import Visit

__all__ = ["RetitledPages"]

_T = TypeVar("_T")
_MOST_AGAIN = 3
# After what is new, before its files.
_PRIORITY = -5_000


class RetitledPages:
    """The part of `SourceSpider` that looks again at pages whose listed title changed."""

    visit: Visit
    declaration: Declaration
    _asked_again = 0

    @abstractmethod
    def _read_article(self, response: Response, record: Listed) -> Document | GateRefusal:
        """Return the document on a page; the spider's."""

    @abstractmethod
    async def in_thread(self, call: Callable[[], _T]) -> _T:
        """Run parsing off the loop; the spider's."""

    def retitled(self, listed: Sequence[Listed], new: Sequence[Listed]) -> list[scrapy.Request]:
        """Return requests for the known ones of `listed` whose title is another than before; remember all titles."""
        if not self.declaration.article.fetch or not listed:
            return []
        owed = {record.native_id for record in new} | self.visit.late.keys() | self.visit.left_alone.keys()
        before = self.visit.titles
        again = [
            record
            for record in listed
            if record.url and record.native_id not in owed and is_retitled(before.get(record.native_id), record.title)
        ]
        marks = {record.native_id: title_mark(record.title) for record in listed} | {
            key: mark for key, mark in before.items() if key not in {record.native_id for record in listed}
        }
        self.visit.titles = dict(islice(marks.items(), MOST_TITLES))
        # Where all titles are others it is the list that changed.
        self._asked_again += len(again)
        if self._asked_again > _MOST_AGAIN:
            return []
        self.visit.again.update(record.native_id for record in again)
        return [self._again_request(record) for record in again]

    def _again_request(self, record: Listed) -> scrapy.Request:
        return scrapy.Request(
            str(record.url),
            callback=self.parse_again,
            errback=self.again_failed,
            cb_kwargs={"record": record},
            priority=_PRIORITY,
            dont_filter=True,
        )

    async def parse_again(self, response: Response, record: Listed) -> AsyncIterator[Any]:
        """Hand on what a known page says under its new title, as a new version; when it was published was known before."""
        self.visit.fetched += 1
        read = await self.in_thread(lambda: self._read_article(response, record))
        if isinstance(read, Document) and read.text.strip() and next_part_of(read) is None:
            yield replace(read, published_at=None, precision=DatePrecision.UNKNOWN, extras={})

    def again_failed(self, failure: TwistedFailure) -> None:
        """What was taken once stays as it is: that it could not be had again says nothing of it."""
