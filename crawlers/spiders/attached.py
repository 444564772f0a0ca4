"""What a spider does with the files that its articles bring along: fetch, keep, read, hand on as documents of their own.

A file that a visit does not get to is remembered and taken by the next one, like an article that was listed.
"""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import scrapy
from scrapy.http import Response
from twisted.python.failure import Failure as TwistedFailure

from crawlers.access.failure import Failure, FailureCode, RequestStopped, describe
from crawlers.attachments.documents import Attached, attached_to, document_of_attachment
from crawlers.attachments.kinds import MAX_BYTES, AttachmentKind, kind_of
from crawlers.attachments.reading import AttachmentText
from crawlers.gate import GateRefusal
from crawlers.ports import KeptFile
from crawlers.records import Document
from crawlers.remembered import MAX_TRIES, MOST_FILES
from crawlers.spiders.late_pages import ENDS_CRAWL, NEVER_ANSWERED, says_nothing_of_it
from crawlers.visits.late import DAILY, MOST_WAITS, due_after
from crawlers.visits.visit import Surroundings, Visit

if TYPE_CHECKING:
    from crawlers.ports import QuarantineEntry

__all__ = ["AttachedFiles"]

# After the articles of the visit: what a page says itself matters first.
_PRIORITY = -10_000
_SHOWN_TITLE = 60

_MEDIA_TYPES = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "doc": "application/msword",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "xls": "application/vnd.ms-excel",
    "ofd": "application/ofd",
    "image": "image/*",
    "zip": "application/zip",
    "archive": "application/octet-stream",
}


class AttachedFiles:
    """The part of `SourceSpider` that fetches attachments; `visit.files` holds those that are still to be had."""

    surroundings: Surroundings
    visit: Visit
    _left_taken = False

    def quarantine(self, reason: str, detail: str, sample: bytes) -> "QuarantineEntry":
        """Return the entry for something that could not be taken; the spider's."""
        raise NotImplementedError

    def files_left(self) -> Iterator[scrapy.Request]:
        """Yield requests for the files that earlier visits did not get to, once a visit."""
        left, self._left_taken = [] if self._left_taken else list(self.visit.files.values()), True
        now = self.surroundings.clock()
        for attached in left:
            if attached.is_due(now):
                yield self._attachment_request(attached)

    async def files_of(self, document: Document) -> Sequence[scrapy.Request]:
        """Return requests for the files of a document of which nothing is stored yet."""
        found = {one.native_id: one for one in attached_to(document)}
        if not found:
            return ()
        unseen = await self.surroundings.ledger.unseen(self.visit.source.id, list(found))
        wanted = unseen - self.visit.files.keys()
        return [self._attachment_request(one) for native_id, one in found.items() if native_id in wanted]

    async def parse_file(self, response: Response, attached: Attached) -> AsyncIterator[Any]:
        """Keep a file, read it in the child, and hand on its document; what is no file that can be read is quarantined.

        A file for which there is no room is read all the same: what it says must be judged. That its original is not
        kept stands in the quarantine and in its document.
        """
        self.visit.fetched += 1
        raw = response.body
        kind = kind_of(raw)
        self.visit.files.pop(attached.native_id, None)
        self.visit.refused.pop(attached.native_id, None)
        if isinstance(kind, GateRefusal):
            self._refuse(attached)
            yield self.quarantine(kind.reason, f"{response.url}：{kind.detail}", raw)
            return
        unkept, read = await self.keep_and_read(raw, kind, name=attached.name)
        if unkept is not None:
            yield self.quarantine(unkept.reason, f"{response.url}：{unkept.detail}", b"")
        if unkept is not None or isinstance(read, GateRefusal):
            self._refuse(attached)
        yield document_of_attachment(
            attached, read, raw, source_id=self.visit.source.id, now=self.surroundings.clock(), unkept=unkept
        )

    async def keep_and_read(
        self, raw: bytes, kind: AttachmentKind, *, name: str
    ) -> tuple[GateRefusal | None, AttachmentText | GateRefusal]:
        """Return why the bytes of a file are not kept, where that is so, and what the child read in them."""
        unkept = await self.surroundings.ledger.keep(
            KeptFile(
                hash=hashlib.sha256(raw).hexdigest(),
                name=name,
                media_type=_MEDIA_TYPES[kind.value],
                content=raw,
                fetched_at=self.surroundings.clock(),
            )
        )
        return unkept, await asyncio.to_thread(self.surroundings.read_attachment, raw)

    def file_failed(self, failure: TwistedFailure) -> list[Any]:
        """Count a file that could not be had; it stays remembered until it has failed three times, and is then told.

        That nothing answered says nothing of the file: it is asked for again for a week, as a page is. That the visit
        ended before it, or that its host refused another one, does not count at all.
        """
        request = failure.request  # type: ignore[attr-defined]  # Scrapy sets it
        attached: Attached = request.cb_kwargs["attached"]
        described = describe(failure.value or OSError(), request.url)
        self.visit.dropped[described.code] += 1
        # Others were taken since: there may be room by now for one that there was none to remember.
        self._remember(attached)
        refusal = failure.value if isinstance(failure.value, RequestStopped) else None
        is_refused = described.code is FailureCode.CHALLENGE
        if refusal is not None and (described.code in ENDS_CRAWL or (is_refused and not refusal.answered)):
            return []
        if says_nothing_of_it(described, failure.value):
            if attached.failures < MOST_WAITS:
                self._later(attached, for_a_day=is_refused)
                return []
        elif self.visit.miss(attached.native_id) < MAX_TRIES:
            return []
        self.visit.files.pop(attached.native_id, None)
        self._refuse(replace(attached, failures=0, due_at=None))
        return [self._given_up_file(attached, described)]

    def _later(self, attached: Attached, *, for_a_day: bool) -> None:
        if attached.native_id in self.visit.files:
            failures, now = max(attached.failures, DAILY if for_a_day else 0) + 1, self.surroundings.clock()
            later = replace(attached, failures=failures, due_at=due_after(failures, now))
            self.visit.files[attached.native_id] = later

    def _given_up_file(self, attached: Attached, described: Failure) -> "QuarantineEntry":
        detail = (
            f"《{attached.parent_title[:_SHOWN_TITLE]}》的附件“{attached.name[:_SHOWN_TITLE]}”多次访问都没有取到，"
            f"不再重试，请打开原文查看。{described.sentence}"
        )
        return self.quarantine(NEVER_ANSWERED, detail, b"")

    def _remember(self, attached: Attached) -> None:
        if len(self.visit.files) < MOST_FILES:
            self.visit.files[attached.native_id] = attached
        elif attached.native_id not in self.visit.files:
            self._refuse(attached)

    def _refuse(self, attached: Attached) -> None:
        """Remember a file that is left alone until what refused it changes."""
        self.visit.refused[attached.native_id] = attached

    def _attachment_request(self, attached: Attached) -> scrapy.Request:
        if len(self.visit.files) < MOST_FILES:
            self.visit.files[attached.native_id] = attached
        return scrapy.Request(
            attached.url,
            callback=self.parse_file,
            errback=self.file_failed,
            cb_kwargs={"attached": attached},
            meta={"download_maxsize": MAX_BYTES},
            priority=_PRIORITY,
            dont_filter=True,
        )
