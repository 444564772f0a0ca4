"""What every spider does the same: ask for the list, choose what is new, fetch its pages, hand documents on."""

import asyncio
import hashlib
from abc import abstractmethod
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any, TypeVar
from urllib.parse import urlsplit

import scrapy
from scrapy.http import JsonRequest, Response
from twisted.python.failure import Failure as TwistedFailure

from crawlers.access.failure import Failure, FailureCode, describe, status_of
from crawlers.attachments.kinds import MAX_BYTES, AttachmentKind, kind_of, looks_like_attachment
from crawlers.gate import GateRefusal, RefusalReason
from crawlers.lists.listed import Listed, Reading, numbered
from crawlers.lists.paging import PageRequest, first_page, next_page
from crawlers.missing_page import MISSING_STATUSES
from crawlers.pages import AnsweredPage, document_of, document_of_file, not_the_page, read_article
from crawlers.ports import QuarantineEntry
from crawlers.records import BEIJING, Document
from crawlers.spiders.answer import answer_kept
from crawlers.spiders.attached import AttachedFiles
from crawlers.spiders.continued import ContinuedPages
from crawlers.spiders.late_pages import LatePages
from crawlers.spiders.retitled import RetitledPages
from crawlers.visits.late import LatePage
from crawlers.visits.visit import Surroundings, Visit
from crawlers.visits.walk import CATCH_UP_PAGES, Walk, asks_whole, deep_declaration, page_after, walks_on

__all__ = ["ListRefused", "SourceSpider"]

MAX_SAMPLE_BYTES = 64 * 1024

# What the gate says of bytes that may be a file.
_NO_PAGE = frozenset((RefusalReason.BINARY, RefusalReason.TOO_LARGE))

_T = TypeVar("_T")


class ListRefused(Exception):  # noqa: N818 - a refusal, reported as data
    """A list that cannot be read; carries the failure of the visit and the detail for the quarantine."""

    def __init__(self, code: FailureCode, detail: str) -> None:
        """Keep code and detail."""
        super().__init__(detail)
        self.code = code
        self.detail = detail


class SourceSpider(AttachedFiles, LatePages, ContinuedPages, RetitledPages, scrapy.Spider):
    """Visits one source. Subclasses say how a list is read, and may say what becomes of a record."""

    name = "source"
    unchanged_ends_visit = True

    def __init__(self, *, surroundings: Surroundings, visit: Visit) -> None:
        """Take what the visit may use and where it keeps its account."""
        super().__init__(name=visit.source.id)
        self.surroundings = surroundings
        self.visit = visit
        self.declaration = visit.declaration
        self._chosen: set[str] = set()
        self.today = surroundings.clock().astimezone(BEIJING).date()

    @abstractmethod
    def read_list(self, response: Response, walk: Walk) -> tuple[str, Reading]:
        """Return the decoded text and the records of a list answer; runs in a thread.

        Raises:
            ListRefused: the answer is not such a list.
        """

    async def start(self) -> AsyncIterator[Any]:
        """Ask for the pages that the last visit had no time for, then for the first page of the list."""
        for left in self.left_by_the_last():
            yield left
        progress = self.visit.progress
        validators = {"If-None-Match": progress.etag, "If-Modified-Since": progress.last_modified}
        # Whether the first page changed says nothing about the others.
        if self.visit.deep or self.visit.pinned or asks_whole(progress.memory, self.surroundings.clock()):
            validators.clear()
        walk = Walk(asked=first_page(self.declaration, day=self.today), day=self.today)
        yield self.page_request(
            walk.asked, 1, walk, headers={name: value for name, value in validators.items() if value}
        )

    async def parse_list(self, response: Response, number: int, walk: Walk) -> AsyncIterator[Any]:
        """Take one page of a list: files left by earlier visits, its records, its next page, pages still to be had."""
        for request in self.files_left():
            yield request
        async for item in self._take_list(response, number, walk):
            yield item
        for request in self.late_left():
            yield request

    async def _take_list(self, response: Response, number: int, walk: Walk) -> AsyncIterator[Any]:
        if response.status == 304:  # noqa: PLR2004 - not modified
            asked = response.request.headers if response.request is not None else {}
            conditional = "If-None-Match" in asked or "If-Modified-Since" in asked
            self.visit.note_unchanged(response.url, number, asked=conditional)
            return
        self._note_downgrade(response)
        try:
            text, reading = await self.in_thread(lambda: self.read_list(response, walk))
        except ListRefused as refused:
            yield self.refuse_list(response, refused, number)
            return
        for fault in reading.faults:
            yield self.quarantine(fault.reason, f"{response.url}：{fault.detail}", fault.sample)
        records = numbered(reading.records, source_id=self.visit.source.id, author_key=self.surroundings.author_key)
        frame = None if records or number > 1 else self.frame_request(response, text, walk)
        if frame is not None:
            yield frame
            return
        async for item in self._take_records(response, records, number, walk, text):
            yield item

    async def _take_records(
        self, response: Response, records: Sequence[Listed], number: int, walk: Walk, text: str
    ) -> AsyncIterator[Any]:
        if number == 1:
            walk.url, walk.text = response.url, text
            self.visit.hosts.add(urlsplit(response.url).hostname or "")
        fresh = self.take_page(response, records, number, walk)
        new = await self.choose(fresh)
        for item in await self.with_list(self.take(new), response):
            yield item
        for again in self.retitled(fresh, new):
            yield again
        ids, unknown = [r.native_id for r in fresh], {r.native_id for r in new}
        ends_new = walks_on(ids, unknown, deep=False)
        walk.is_behind = walk.is_behind and ends_new
        if not self.visit.unwalked:
            self.visit.walked_to = number
        if walks_on(ids, unknown, deep=self.visit.deep or (number == 1 and self.visit.pinned)):
            following = page_after(number, self.visit.resume_at, self.declaration.paging.style, ends_new=ends_new)
            request = self.next_request(walk, following, text)
            if request is not None:
                yield request
            elif ends_new and self._has_page(walk, following, text):
                self.visit.unwalked = True

    def frame_request(self, response: Response, text: str, walk: Walk) -> scrapy.Request | None:
        """Return the request for a page inside a first page without records, `None` where there is none to look into."""
        del response, text, walk
        return None

    def take_page(self, response: Response, records: Sequence[Listed], number: int, walk: Walk) -> Sequence[Listed]:
        """Count a page of a list and return those of its records that no page before had; none where it ends the visit."""
        self.visit.listing_read = True
        self.visit.listed += len(records)
        walk.seen_records += len(records)
        pinned = walk.is_pinned(number, [one.published_at for one in records if one.published_at is not None])
        self.visit.pinned = self.visit.pinned if pinned is None else pinned
        if number == 1 and self.is_known_list(response, records, walk):
            return ()
        fresh = [record for record in records if record.native_id not in walk.found]
        walk.found.update(record.native_id for record in fresh)
        if records and not fresh:
            where = f"{response.url}（第 {number} 页）"
            self.visit.remark = self.visit.remark or Failure(code=FailureCode.SAME_PAGE, where=where)
        return fresh

    def next_request(self, walk: Walk, number: int, last: str) -> scrapy.Request | None:
        """Return the request of the next page of a list, `None` where it has none.

        A walk that met nothing known goes on beyond `paging.max_pages` where an earlier visit took the list: what gathered
        in an outage is not to be had otherwise, for the next visit ends at what this one took.
        """
        pages = CATCH_UP_PAGES if walk.is_behind and self._may_catch_up(walk) else 0
        page = self._next_page(walk, number, last, pages=pages)
        return None if page is None else self.page_request(page, number, walk)

    def _may_catch_up(self, walk: Walk) -> bool:
        return self.visit.progress.last_success_at is not None and walk.word is None

    def _has_page(self, walk: Walk, number: int, last: str) -> bool:
        """Return whether a walk that may catch up ends at its bound before the list does: the next visit goes on."""
        bound = walk.is_behind or self.visit.catches_up
        return bound and self._may_catch_up(walk) and self._next_page(walk, number, last, pages=number) is not None

    def _next_page(self, walk: Walk, number: int, last: str, *, pages: int) -> PageRequest | None:
        return next_page(
            deep_declaration(self.declaration, pages=pages),
            url=walk.url,
            number=number,
            text=walk.text,
            seen_records=walk.seen_records,
            first=walk.asked,
            last=last,
            day=walk.day,
        )

    async def choose(self, records: Sequence[Listed]) -> Sequence[Listed]:
        """Return the records that are to be taken: those of which nothing is stored, and that have not failed thrice."""
        ids = [record.native_id for record in records]
        unseen = await self.surroundings.ledger.unseen(self.visit.source.id, ids)
        new = [record for record in records if record.native_id in unseen]
        self.visit.known += len(records) - len(new)
        now = self.surroundings.clock()
        new = [record for record in new if not self.visit.given_up(record.native_id)]
        new = [record for record in new if not self.visit.is_put_off(record.native_id, now)]
        # Two pages, words or files may name the same one.
        new = [record for record in new if record.native_id not in self._chosen]
        self._chosen.update(record.native_id for record in new)
        self.visit.waiting.update(record.native_id for record in new)
        for record in new if self.declaration.article.fetch else ():
            self.visit.await_page(record)
        return new

    def take(self, new: Sequence[Listed]) -> list[Any]:
        """Return requests for the pages of new records, oldest last, at most `max_articles` of a visit; records that need none are all taken."""
        if not self.declaration.article.fetch:
            return [self.document_of(record) for record in new]
        room = self.declaration.politeness.max_articles - self.visit.asked
        taken = new[: max(room, 0)]
        first = self.visit.asked
        self.visit.asked += len(taken)
        return [self._article_request(record, first + index) for index, record in enumerate(taken)]

    async def with_list(self, items: Sequence[Any], response: Response) -> Sequence[Any]:
        """Give the documents that a list itself told of the answer it came in; requests for pages stay as they are."""
        if not any(isinstance(item, Document) for item in items):
            return items
        kept = (await self.in_thread(lambda: answer_kept(response, self.surroundings.clock())),)
        return [replace(item, snapshots=kept) if isinstance(item, Document) else item for item in items]

    async def parse_article(self, response: Response, record: Listed) -> AsyncIterator[Any]:
        """Turn an article page into a document, or into a quarantine entry that says why not."""
        self._note_downgrade(response)
        self.visit.fetched += 1
        document = await self.in_thread(lambda: self._read_article(response, record))
        kind = kind_of(response.body) if isinstance(document, GateRefusal) and document.reason in _NO_PAGE else None
        if isinstance(kind, AttachmentKind):
            async for item in self._take_file(response, record, kind):
                yield item
        elif isinstance(document, GateRefusal):
            told = self.page_missed(record, document)
            if not self.waits_for(record, document) or self.visit.given_up(record.native_id):
                yield self.quarantine(document.reason, f"{response.url}：{document.detail}", response.body)
            for unread in told:
                yield unread
        else:
            async for item in self.to_its_end(document, record, 1):
                yield item

    def _read_article(self, response: Response, record: Listed) -> Document | GateRefusal:
        """Return the document on the page that answered, or why that is not the page of `record`; runs in a thread."""
        content_type = (response.headers.get("Content-Type") or b"").decode("latin-1")
        answered = AnsweredPage(raw=response.body, url=response.url, content_type=content_type)
        document = read_article(
            answered,
            extract=self.surroundings.extract,
            record=record,
            source=self.visit.source,
            declaration=self.declaration,
            author_key=self.surroundings.author_key,
            now=self.surroundings.clock(),
        )
        if isinstance(document, GateRefusal):
            return document
        refused = not_the_page(document, record, answered)
        return refused or replace(document, snapshots=(answer_kept(response, self.surroundings.clock()),))

    async def _take_file(self, response: Response, record: Listed, kind: AttachmentKind) -> AsyncIterator[Any]:
        """Turn a file that a list links to itself into the document of its record."""
        unkept, read = await self.keep_and_read(response.body, kind, name=record.title)
        if unkept is not None:
            yield self.quarantine(unkept.reason, f"{response.url}：{unkept.detail}", b"")
        if unkept is not None or isinstance(read, GateRefusal):
            self.visit.left_alone[record.native_id] = LatePage(record=record)
        yield document_of_file(
            record,
            read,
            response.body,
            source=self.visit.source,
            declaration=self.declaration,
            now=self.surroundings.clock(),
            unkept=unkept,
        )

    def document_of(self, record: Listed) -> Document:
        """Return the document that the list itself holds of a record."""
        return document_of(
            record, source=self.visit.source, declaration=self.declaration, now=self.surroundings.clock()
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
        """Keep why the list could not be had. Where a further page does not exist the list ends, and nothing has failed."""
        request = failure.request  # type: ignore[attr-defined]  # Scrapy sets it
        number, walk = request.cb_kwargs.get("number", 1), request.cb_kwargs.get("walk")
        ends = number > 1 and status_of(failure.value) in MISSING_STATUSES
        # Below what is all new it may yet come: what stands on it is not to be had otherwise.
        self.visit.unwalked |= number > 1 and (not ends or (walk.is_behind and self._may_catch_up(walk)))
        if ends:
            ended = Failure(code=FailureCode.NO_MORE_PAGES, where=request.url)
            self.visit.remark = self.visit.remark or ended
        else:
            self.visit.fail(describe(failure.value or OSError(), request.url))

    def _article_request(self, record: Listed, position: int) -> Any:
        if record.url is None:
            return self.document_of(record)
        return scrapy.Request(
            record.url,
            callback=self.parse_article,
            errback=self.article_failed,
            cb_kwargs={"record": record},
            meta={"download_maxsize": MAX_BYTES} if looks_like_attachment(record.url) else {},
            priority=-position,
            dont_filter=True,
        )

    def page_request(
        self, page: PageRequest, number: int, walk: Walk, *, headers: Mapping[str, str] | None = None
    ) -> scrapy.Request:
        """Return the request for a page of a list; later pages go before the articles of earlier ones."""
        kwargs: dict[str, Any] = {
            "callback": self.parse_list,
            "errback": self.list_failed,
            "cb_kwargs": {"number": number, "walk": walk},
            "headers": dict(self.declaration.headers) | dict(headers or {}),
            "priority": 10 if number > 1 else 0,
            "dont_filter": True,
            "meta": {"handle_httpstatus_list": [304]} if number == 1 else {},
        }
        if page.form:
            return scrapy.FormRequest(page.url, formdata=page.form, method="POST", **kwargs)
        if page.body:
            return JsonRequest(page.url, data=page.body, method="POST", **kwargs)
        return scrapy.Request(page.url, **kwargs)

    def is_known_list(self, response: Response, records: Sequence[Listed], walk: Walk) -> bool:
        """Judge the first page: note what is amiss with it and what to ask with next time; return whether it ends the visit."""
        expected = self.declaration.expect.min_items
        if len(records) < expected:
            self.visit.rot_sample = response.body[:MAX_SAMPLE_BYTES]
        if not records and expected:
            self.visit.fail(Failure(code=FailureCode.NOTHING_FOUND, where=str(self.declaration.url)))
        elif len(records) < expected:
            where = f"{self.declaration.url}（{len(records)} 条，预期至少 {expected} 条）"
            self.visit.remark = Failure(code=FailureCode.TOO_FEW, where=where)
        elif (lack := self.lack_of(records)) is not None:
            self.visit.rot_sample = response.body[:MAX_SAMPLE_BYTES]
            self.visit.remark = Failure(code=lack, where=str(self.declaration.url))
        self.keep_validators(response, records)
        if walk.frames is not None:
            # The page around a framed list stays as it is whatever the list says.
            self.visit.etag = self.visit.last_modified = None
        return self.visit.unchanged and self.unchanged_ends_visit and not (self.visit.deep or self.visit.pinned)

    def lack_of(self, records: Sequence[Listed]) -> FailureCode | None:
        """Return what all records lack that every list of its kind tells, `None` where nothing is amiss."""
        del records
        return None

    def keep_validators(self, response: Response, records: Sequence[Listed]) -> None:
        """Note what to ask with next time, and whether the list is the one of last time."""
        self.visit.etag = (response.headers.get("ETag") or b"").decode("latin-1") or None
        self.visit.last_modified = (response.headers.get("Last-Modified") or b"").decode("latin-1") or None
        joined = "\n".join(f"{record.native_id}\x1f{record.title}" for record in records)
        self.visit.list_hash = hashlib.sha256(joined.encode()).hexdigest()
        self.visit.unchanged = bool(records) and self.visit.list_hash == self.visit.progress.list_hash
        for record in records:
            self.visit.saw(record.published_at)
            self.visit.dated |= record.published_at is not None

    def refuse_list(self, response: Response, refused: ListRefused, number: int) -> QuarantineEntry:
        """Return the entry for a list that cannot be read; the first page fails the visit."""
        if number == 1:
            self.visit.fail(Failure(code=refused.code, where=f"{response.url}（{refused.detail}）"))
        return self.quarantine(str(refused.code), f"{response.url}：{refused.detail}", response.body)

    def _note_downgrade(self, response: Response) -> None:
        asked = [*response.meta.get("redirect_urls", []), response.url]
        for before, after in pairwise(asked):
            if before.startswith("https:") and after.startswith("http:"):
                self.visit.downgrades.append(f"{before} -> {after}")
