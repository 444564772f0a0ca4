"""What a spider does with an article that its site shows on several pages: fetch them in turn, and hand on one document.

A notice of five hundred batches whose second page is missing would be a notice of fifty. Where a page cannot be had,
what there is is handed on, says so, and the whole is asked for again like a page that could not be had.
"""

from abc import abstractmethod
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any, TypeVar

import scrapy
from scrapy.http import Response
from twisted.python.failure import Failure as TwistedFailure

from crawlers.access.failure import describe
from crawlers.gate import GateRefusal
from crawlers.lists.listed import Listed
from crawlers.pages import document_in_part, joined, next_part_of, whole_document
from crawlers.parsing.continuation import MOST_PARTS
from crawlers.records import Document
from crawlers.visits.visit import Visit

__all__ = ["ContinuedPages"]

_T = TypeVar("_T")


class ContinuedPages:
    """The part of `SourceSpider` that joins the pages of one article."""

    visit: Visit

    @abstractmethod
    def _read_article(self, response: Response, record: Listed) -> Document | GateRefusal:
        """Return the document on a page; the spider's."""

    @abstractmethod
    async def files_of(self, document: Document) -> Sequence[scrapy.Request]:
        """Return requests for the files of a document; the spider's."""

    @abstractmethod
    async def in_thread(self, call: Callable[[], _T]) -> _T:
        """Run parsing off the loop; the spider's."""

    @abstractmethod
    def count_failure(self, record: Listed, error: BaseException | None, where: str) -> Any:
        """Count a page that could not be had; the spider's."""

    async def to_its_end(self, document: Document, record: Listed, parts: int) -> AsyncIterator[Any]:
        """Yield the request for the next page of an article, or where there is none the document and its files."""
        further = next_part_of(document)
        if further is not None and parts < MOST_PARTS:
            yield scrapy.Request(
                further,
                callback=self.parse_part,
                errback=self.part_failed,
                cb_kwargs={"document": document, "record": record, "parts": parts},
                priority=1,
                dont_filter=True,
            )
            return
        whole = whole_document(document)
        yield whole
        for request in await self.files_of(whole):
            yield request

    async def parse_part(
        self, response: Response, document: Document, record: Listed, parts: int
    ) -> AsyncIterator[Any]:
        """Join one more page to an article."""
        self.visit.fetched += 1
        read = await self.in_thread(lambda: self._read_article(response, record))
        if isinstance(read, GateRefusal):
            self.visit.miss(record.native_id)
            yield document_in_part(document, parts, why=read.detail)
            return
        async for item in self.to_its_end(joined(document, read), record, parts + 1):
            yield item

    def part_failed(self, failure: TwistedFailure) -> list[Any]:
        """Hand on what there is of an article whose next page could not be had."""
        request = failure.request  # type: ignore[attr-defined]  # Scrapy sets it
        document, record, parts = (request.cb_kwargs[name] for name in ("document", "record", "parts"))
        self.count_failure(record, failure.value, request.url)
        why = describe(failure.value or OSError(), request.url).sentence
        return [document_in_part(document, parts, why=why)]
