"""What every spider does the same: ask for the list, choose what is new, fetch its pages, hand documents on."""

import asyncio
import hashlib
from abc import abstractmethod
from collections.abc import AsyncIterator, Callable, Sequence
from itertools import pairwise
from typing import Any, TypeVar

import scrapy
from scrapy.http import Response
from twisted.python.failure import Failure as TwistedFailure

from crawlers.failure import Failure, FailureCode, RequestStopped, describe
from crawlers.gate import Refusal
from crawlers.listed import Listed
from crawlers.pages import read_article
from crawlers.paging import PageRequest, next_page
from crawlers.ports import QuarantineEntry
from crawlers.records import Document, document_id
from crawlers.visit import Surroundings, Visit

__all__ = ["ListRefused", "SourceSpider"]

MAX_SAMPLE_BYTES = 64 * 1024

_T = TypeVar("_T")


class ListRefused(Exception):  # noqa: N818 - a refusal, reported as data
    """A list that cannot be read; carries the failure of the visit and the detail for the quarantine."""

    def __init__(self, code: FailureCode, detail: str) -> None:
        """Keep code and detail."""
        super().__init__(detail)
        self.code = code
        self.detail = detail


class SourceSpider(scrapy.Spider):
    """Visits one source. Subclasses say how a list is read, and may say what becomes of a record."""

    name = "source"
    unchanged_ends_visit = True

    def __init__(self, *, surroundings: Surroundings, visit: Visit) -> None:
        """Take what the visit may use and where it keeps its account."""
        super().__init__(name=visit.source.id)
        self.surroundings = surroundings
        self.visit = visit
        self.declaration = visit.declaration
        self._first_page = ""
        self.list_url = str(visit.declaration.url)
        self._seen_records = 0

    @abstractmethod
    def read_list(self, response: Response) -> tuple[str, Sequence[Listed]]:
        """Return the decoded text and the records of a list answer; runs in a thread.

        Raises:
            ListRefused: the answer is not such a list.
        """

    async def start(self) -> AsyncIterator[Any]:
        """Ask for the first page of the list."""
        progress = self.visit.progress
        headers = dict(self.declaration.headers)
        if progress.etag:
            headers["If-None-Match"] = progress.etag
        if progress.last_modified:
            headers["If-Modified-Since"] = progress.last_modified
        yield scrapy.Request(
            str(self.declaration.url),
            callback=self.parse_list,
            errback=self.list_failed,
            cb_kwargs={"number": 1},
            headers=headers,
            meta={"handle_httpstatus_list": [304]},
            dont_filter=True,
        )

    async def parse_list(self, response: Response, number: int) -> AsyncIterator[Any]:
        """Take one page of the list: its records, and the next page where this one was all new."""
        if response.status == 304:  # noqa: PLR2004 - not modified
            self.visit.unchanged = self.visit.listing_read = True
            return
        self._note_downgrade(response)
        if number == 1:
            self.list_url = response.url
        try:
            text, records = await self.in_thread(lambda: self.read_list(response))
        except ListRefused as refused:
            yield self._refuse_list(response, refused, number)
            return
        self.visit.listing_read = True
        self.visit.listed += len(records)
        self._seen_records += len(records)
        if number == 1 and self._is_known_list(response, text, records):
            return
        new = await self.choose(records)
        for item in self.take(new):
            yield item
        if records and len(new) == len(records):
            request = next_page(
                self.declaration,
                url=self.list_url,
                number=number + 1,
                text=self._first_page,
                seen_records=self._seen_records,
            )
            if request is not None:
                yield self._page_request(request, number + 1)

    async def choose(self, records: Sequence[Listed]) -> Sequence[Listed]:
        """Return the records that are to be taken: those of which nothing is stored, and that have not failed thrice."""
        ids = [record.native_id for record in records]
        unseen = await self.surroundings.ledger.unseen(self.visit.source.id, ids)
        new = [record for record in records if record.native_id in unseen]
        self.visit.known += len(records) - len(new)
        new = [record for record in new if not self.visit.given_up(record.native_id)]
        self.visit.waiting.update(record.native_id for record in new)
        return new

    def take(self, new: Sequence[Listed]) -> list[Any]:
        """Return requests for the pages of new records, oldest last, at most `max_articles` of a visit."""
        room = self.declaration.politeness.max_articles - self.visit.asked
        taken = new[: max(room, 0)]
        first = self.visit.asked
        self.visit.asked += len(taken)
        if not self.declaration.article.fetch:
            return [self.document_of(record) for record in taken]
        return [self._article_request(record, first + index) for index, record in enumerate(taken)]

    async def parse_article(self, response: Response, record: Listed) -> AsyncIterator[Any]:
        """Turn an article page into a document, or into a quarantine entry that says why not."""
        self._note_downgrade(response)
        self.visit.fetched += 1
        now = self.surroundings.clock()
        content_type = (response.headers.get("Content-Type") or b"").decode("latin-1")
        document = await self.in_thread(
            lambda: read_article(
                response.body,
                extract=self.surroundings.extract,
                record=record,
                source=self.visit.source,
                declaration=self.declaration,
                content_type=content_type,
                author_key=self.surroundings.author_key,
                now=now,
            )
        )
        if isinstance(document, Refusal):
            self.visit.miss(record.native_id)
            yield self.quarantine(document.reason, f"{response.url}：{document.detail}", response.body)
        else:
            yield document

    def document_of(self, record: Listed) -> Document:
        """Return the document that the list itself holds of a record."""
        source = self.visit.source
        return Document(
            id=document_id(source.id, record.native_id),
            source_id=source.id,
            native_id=record.native_id,
            kind=self.declaration.document_kind,
            title=record.title,
            text=record.summary,
            fetched_at=self.surroundings.clock(),
            url=record.url,
            published_at=record.published_at,
            precision=record.precision,
            region=source.region,
            method="list",
            extras=dict(record.facts),
        )

    def quarantine(self, reason: str, detail: str, sample: bytes) -> QuarantineEntry:
        """Return the entry for something that could not be taken."""
        return QuarantineEntry(
            stage="gate",
            reason=reason,
            detail=detail,
            source_id=self.visit.source.id,
            sample=sample[:MAX_SAMPLE_BYTES],
            at=self.surroundings.clock(),
        )

    async def in_thread(self, call: Callable[[], _T]) -> _T:
        """Run parsing off the loop, so that a heavy page delays no other source."""
        return await asyncio.to_thread(call)

    def list_failed(self, failure: TwistedFailure) -> None:
        """Keep why the list could not be had."""
        request = failure.request  # type: ignore[attr-defined]  # Scrapy sets it
        self.visit.fail(describe(failure.value or OSError(), request.url))

    def article_failed(self, failure: TwistedFailure) -> None:
        """Keep why one page could not be had; it fails the visit only where the host asked to be left alone."""
        request = failure.request  # type: ignore[attr-defined]  # Scrapy sets it
        described = describe(failure.value or OSError(), request.url)
        self.visit.dropped[described.code] += 1
        if isinstance(failure.value, RequestStopped) and described.code in _ENDS_VISIT:
            self.visit.fail(described)
        else:
            self.visit.miss(request.cb_kwargs["record"].native_id)

    def _article_request(self, record: Listed, position: int) -> Any:
        if record.url is None:
            return self.document_of(record)
        return scrapy.Request(
            record.url,
            callback=self.parse_article,
            errback=self.article_failed,
            cb_kwargs={"record": record},
            priority=-position,
            dont_filter=True,
        )

    def _page_request(self, page: PageRequest, number: int) -> scrapy.Request:
        kwargs: dict[str, Any] = {
            "callback": self.parse_list,
            "errback": self.list_failed,
            "cb_kwargs": {"number": number},
            "headers": dict(self.declaration.headers),
            "priority": 10,
            "dont_filter": True,
        }
        if page.form:
            return scrapy.FormRequest(page.url, formdata=page.form, method="POST", **kwargs)
        return scrapy.Request(page.url, **kwargs)

    def _is_known_list(self, response: Response, text: str, records: Sequence[Listed]) -> bool:
        self._first_page = text
        expected = self.declaration.expect.min_items
        if not records and expected:
            self.visit.fail(Failure(code=FailureCode.NOTHING_FOUND, where=str(self.declaration.url)))
        elif len(records) < expected:
            where = f"{self.declaration.url}（{len(records)} 条，预期至少 {expected} 条）"
            self.visit.remark = Failure(code=FailureCode.TOO_FEW, where=where)
        self._keep_validators(response, records)
        return self.visit.unchanged and self.unchanged_ends_visit

    def _keep_validators(self, response: Response, records: Sequence[Listed]) -> None:
        self.visit.etag = (response.headers.get("ETag") or b"").decode("latin-1") or None
        self.visit.last_modified = (response.headers.get("Last-Modified") or b"").decode("latin-1") or None
        joined = "\n".join(f"{record.native_id}\x1f{record.title}" for record in records)
        self.visit.list_hash = hashlib.sha256(joined.encode()).hexdigest()
        self.visit.unchanged = bool(records) and self.visit.list_hash == self.visit.progress.list_hash
        for record in records:
            self.visit.saw(record.published_at)

    def _refuse_list(self, response: Response, refused: ListRefused, number: int) -> QuarantineEntry:
        if number == 1:
            self.visit.fail(Failure(code=refused.code, where=f"{response.url}（{refused.detail}）"))
        return self.quarantine(str(refused.code), f"{response.url}：{refused.detail}", response.body)

    def _note_downgrade(self, response: Response) -> None:
        asked = [*response.meta.get("redirect_urls", []), response.url]
        for before, after in pairwise(asked):
            if before.startswith("https:") and after.startswith("http:"):
                self.visit.downgrades.append(f"{before} -> {after}")


_ENDS_VISIT = frozenset(
    (
        FailureCode.CHALLENGE,
        FailureCode.BUSY,
        FailureCode.DAILY_CAP,
        FailureCode.STOPPED,
        FailureCode.TIME_LIMIT,
        FailureCode.ROBOTS_UNREACHABLE,
    )
)
