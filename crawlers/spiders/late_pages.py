"""What a spider does with listed pages that it could not have: ask again later, and hand on what their list says of them.

An answer that cannot be read speaks of the page, and three of them end it. That nothing answered speaks of the site or
of this machine: the page is asked for again for a week, also after its list has dropped it. So is one that was just
listed and is not there yet.
"""

from abc import abstractmethod
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import scrapy
from twisted.python.failure import Failure as TwistedFailure

from crawlers.access.failure import Failure, FailureCode, RequestStopped, describe, status_of
from crawlers.catalogue.declaration import Declaration
from crawlers.gate import GateRefusal, RefusalReason
from crawlers.lists.listed import Listed
from crawlers.missing_page import MISSING_STATUSES
from crawlers.pages import document_unread
from crawlers.records import Document
from crawlers.remembered import CUT_AT_PAGES
from crawlers.visits.late import TOLD_AFTER
from crawlers.visits.visit import Surroundings, Visit

__all__ = ["ENDS_CRAWL", "NEVER_ANSWERED", "LatePages", "says_nothing_of_it"]

NEVER_ANSWERED = "原文未取到"
"""The reason under which the quarantine tells of what was given up."""

_SHOWN_TITLE = 60
_BEFORE_LIST = 20

ENDS_CRAWL = frozenset((FailureCode.DAILY_CAP, FailureCode.STOPPED, FailureCode.TIME_LIMIT))
"""The crawl ended: what is under way fails with it, whatever pages they are."""

# The host asked to be left alone. Where it is another one than the list's, that says nothing of the source.
_OF_A_HOST = frozenset(
    (FailureCode.CHALLENGE, FailureCode.BUSY, FailureCode.HOST_STOPPED, FailureCode.ROBOTS_UNREACHABLE)
)
# What a site refuses today it will hardly show tomorrow: what its list says is handed on at once.
_REFUSED = frozenset((FailureCode.CHALLENGE, FailureCode.ROBOTS, FailureCode.EGRESS))
# Rules of robots.txt change too, and to wait for that costs the site nothing.
_NO_ANSWER = _OF_A_HOST | frozenset(
    (
        FailureCode.ROBOTS,
        FailureCode.DNS,
        FailureCode.REFUSED,
        FailureCode.TIMEOUT,
        FailureCode.TLS,
        FailureCode.CONNECTION,
        FailureCode.INTERNAL,
    )
)
_NOT_THERE = frozenset((RefusalReason.GONE, RefusalReason.NO_ARTICLE))
# A day tells no hour, and what is published on an evening may be there in the morning.
_STILL_COMING = timedelta(days=2)
_OF_THE_SERVER = 500
_TOOK_TOO_LONG = 408


def says_nothing_of_it(described: Failure, error: BaseException | None) -> bool:
    """Return whether a failure speaks of the site or of this machine, and not of the page or file that was asked for."""
    status = status_of(error)
    return described.code in _NO_ANSWER or status >= _OF_THE_SERVER or status == _TOOK_TOO_LONG


class LatePages:
    """The part of `SourceSpider` that asks again; `visit.late` holds the pages that are still to be had."""

    surroundings: Surroundings
    visit: Visit
    declaration: Declaration
    _chosen: set[str]
    _late_taken = False

    @abstractmethod
    def take(self, new: Sequence[Listed]) -> list[Any]:
        """Return requests for pages; the spider's."""

    @abstractmethod
    def quarantine(self, reason: str, detail: str, sample: bytes) -> Any:
        """Return the entry for something that could not be taken; the spider's."""

    def late_left(self) -> list[Any]:
        """Return requests for pages that earlier visits could not have, once a visit, with half of the room of a visit."""
        if self._late_taken:
            return []
        self._late_taken = True
        now = self.surroundings.clock()
        due = [page.record for page in self.visit.late.values() if page.is_due(now)]
        due = [record for record in due if record.native_id not in self._chosen]
        due = due[: max(self.declaration.politeness.max_articles // 2, 1)]
        self._chosen.update(record.native_id for record in due)
        return self.take(due)

    def left_by_the_last(self) -> list[Any]:
        """Return requests for pages to be asked for before the list, where the last visit had time for its list alone.

        A host that is asked once a minute would else give its list at every visit and never a page.
        """
        if not self.visit.progress.memory.get(CUT_AT_PAGES):
            return []
        left = self.late_left()
        return [one.replace(priority=_BEFORE_LIST) if isinstance(one, scrapy.Request) else one for one in left]

    def page_missed(self, record: Listed, refusal: GateRefusal) -> list[Document]:
        """Note that the answer for a page cannot be taken; return what the list says of it where it was the last try.

        What the site says for itself, for a while, speaks of the page as little as no answer does, and that it is not
        there says little of one that was just listed.
        """
        waits = self.waits_for(record, refusal)
        if waits:
            tries = self.visit.put_off(record.native_id, self.surroundings.clock(), why=refusal.detail)
        else:
            tries = self.visit.miss(record.native_id)
        told = self.visit.given_up(record.native_id) or (waits and tries == TOLD_AFTER)
        return self._told_by_list(record, refusal.detail) if told else []

    def waits_for(self, record: Listed, refusal: GateRefusal) -> bool:
        """Return whether a page that was answered otherwise is asked for again like one that nothing answered for."""
        return refusal.reason is RefusalReason.AWAY or (refusal.reason in _NOT_THERE and self._may_still_come(record))

    def _may_still_come(self, record: Listed) -> bool:
        """Return whether a listed page may not be there yet: sites list what they publish before its page is everywhere."""
        if record.published_at is None:
            return self.visit.progress.last_success_at is not None
        return record.published_at > self.surroundings.clock() - _STILL_COMING

    def article_failed(self, failure: TwistedFailure) -> list[Any]:
        """Keep why one page could not be had; it fails the visit only where the host asked to be left alone."""
        request = failure.request  # type: ignore[attr-defined]  # Scrapy sets it
        record: Listed = request.cb_kwargs["record"]
        before = self.visit.late.get(record.native_id)
        described, tries = self.count_failure(record, failure.value, request.url)
        given_up = self.visit.given_up(record.native_id)
        told: list[Any] = [self._given_up_entry(record, described)] if given_up else []
        is_first = tries == 1 or (tries > 0 and before is not None and before.failures == 0)
        if given_up or tries == TOLD_AFTER or (is_first and described.code in _REFUSED):
            told += self._told_by_list(record, described.sentence)
        return told

    def count_failure(self, record: Listed, error: BaseException | None, where: str) -> tuple[Failure, int]:
        """Count a try by what its failure speaks of; return what that was and how many there were, 0 where none counts."""
        described = describe(error or OSError(), where)
        self.visit.dropped[described.code] += 1
        if isinstance(error, RequestStopped) and described.code in _OF_A_HOST | ENDS_CRAWL:
            if described.code in _OF_A_HOST and self._is_elsewhere(where):
                return described, self._put_off(record, described, error)
            self.visit.fail(described)
            if described.code is not FailureCode.CHALLENGE:
                return described, 0
            self.visit.page_refused = True
            return described, self._put_off(record, described, error)
        return described, self._count(record, described, error)

    def _is_elsewhere(self, url: str) -> bool:
        """Return whether a page is of another host than its list: one that refuses it says nothing of the source."""
        own = self.visit.hosts | {urlsplit(self.declaration.url or "").hostname or ""}
        return urlsplit(url).hostname not in own

    def _put_off(self, record: Listed, described: Failure, error: RequestStopped) -> int:
        """Put off a page whose host asked to be left alone; the one that was refused for a day, so that others have their turn.

        One that was not even asked for counts once, so that its title is told.
        """
        held = self.visit.late.get(record.native_id)
        if not error.answered and described.code is FailureCode.CHALLENGE and held is not None and held.failures:
            return 0
        refused = error.answered and described.code is FailureCode.CHALLENGE
        now = self.surroundings.clock()
        return self.visit.put_off(record.native_id, now, why=described.sentence, for_a_day=refused)

    def _count(self, record: Listed, described: Failure, error: BaseException | None) -> int:
        is_to_come = status_of(error) in MISSING_STATUSES and self._may_still_come(record)
        if is_to_come or says_nothing_of_it(described, error):
            return self.visit.put_off(record.native_id, self.surroundings.clock(), why=described.sentence)
        return self.visit.miss(record.native_id)

    def _given_up_entry(self, record: Listed, described: Failure) -> Any:
        detail = f"《{record.title[:_SHOWN_TITLE]}》多次访问都没有取到，不再重试，请打开原文查看。{described.sentence}"
        return self.quarantine(NEVER_ANSWERED, detail, b"")

    def _told_by_list(self, record: Listed, why: str) -> list[Document]:
        document = document_unread(
            record,
            why=why,
            source=self.visit.source,
            declaration=self.declaration,
            now=self.surroundings.clock(),
        )
        return [] if document is None else [document]
