"""List pages (HTML or JSON, any declared preset): the records of the page, then the pages they link to."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from typing import Any

import scrapy
from parsel import Selector
from scrapy.http import Response
from twisted.python.failure import Failure as TwistedFailure

from crawlers.access.failure import FailureCode
from crawlers.catalogue.declaration import Step
from crawlers.gate import GateRefusal
from crawlers.lists.instead import said_instead
from crawlers.lists.listed import Listed, NotJson, Reading, next_step
from crawlers.lists.login_page import is_login_page
from crawlers.lists.paging import PageRequest
from crawlers.lists.reading import read_list_text
from crawlers.missing_page import moved_home
from crawlers.pages import decode_list
from crawlers.parsing.frames import framed_pages
from crawlers.remembered import DATED
from crawlers.spiders.source import ListRefused, SourceSpider
from crawlers.visits.walk import Walk

__all__ = ["ListingSpider"]

_UNLINKED = "（列表没有给出网页地址，只有标题。）"
_FEWEST_DATED = 3


class ListingSpider(SourceSpider):
    """Visits a source of kind `listing` or `json_api`."""

    async def start(self) -> AsyncIterator[Any]:
        """Ask for the first page of the list, or for the first of the pages that lead there."""
        async for request in super().start():
            if isinstance(request, scrapy.Request) and self._steps and request.callback == self.parse_list:
                yield request.replace(
                    callback=self.parse_step, cb_kwargs={"index": 0}, headers=self.declaration.headers
                )
            else:
                yield request

    @property
    def _steps(self) -> tuple[Step, ...]:
        return self.declaration.list.via if self.declaration.list else ()

    async def parse_step(self, response: Response, index: int) -> AsyncIterator[Any]:
        """Go on from a page that only leads to the list."""
        content_type = (response.headers.get("Content-Type") or b"").decode("latin-1")
        text = decode_list(response.body, url=response.url, content_type=content_type)
        address = None if isinstance(text, GateRefusal) else next_step(text, self._steps[index], base_url=response.url)
        if address is None:
            code = FailureCode.LOGIN if isinstance(text, str) and is_login_page(text) else FailureCode.NOTHING_FOUND
            yield self.refuse_list(response, ListRefused(code, f"没有通往列表的地址：{self._steps[index].select}"), 1)
            return
        page = PageRequest(url=address)
        request = self.page_request(page, 1, Walk(asked=page, day=self.today))
        if index + 1 < len(self._steps):
            request = request.replace(callback=self.parse_step, cb_kwargs={"index": index + 1})
        yield request

    def read_list(self, response: Response, walk: Walk) -> tuple[str, Reading]:
        """Return the text and the records of a list page, of a JSON answer, or of a Hanweb data proxy."""
        asked = response.meta.get("redirect_urls", [response.url])[0]
        if moved_home(asked, response.url):
            raise ListRefused(FailureCode.MOVED, f"跳转到 {response.url}")
        content_type = (response.headers.get("Content-Type") or b"").decode("latin-1")
        text = decode_list(response.body, url=response.url, content_type=content_type)
        if isinstance(text, GateRefusal):
            raise ListRefused(FailureCode.UNREADABLE, text.detail)
        try:
            reading = read_list_text(
                self.declaration,
                text,
                url=response.url,
                list_url=walk.url or response.url,
                now=self.surroundings.clock(),
            )
        except NotJson as error:
            if is_login_page(text, url=response.url):
                raise ListRefused(FailureCode.LOGIN, "返回的是登录页") from error
            raise ListRefused(FailureCode.NOT_JSON, str(error)) from error
        usable = self.usable(reading.records)
        if not usable and is_login_page(text, url=response.url):
            raise ListRefused(FailureCode.LOGIN, "返回的是登录页")
        instead = None if usable else said_instead(text)
        if instead is not None:
            raise ListRefused(FailureCode.STATUS, instead)
        return text, replace(reading, records=tuple(usable))

    def frame_request(self, response: Response, text: str, walk: Walk) -> scrapy.Request | None:
        """Return the request for the next page inside a list page without records: `<iframe src="list.html">`.

        At most three of them are looked into, those of the same host; the one that has records is the list from then on.
        """
        rule = self.declaration.list
        if walk.frames is None and rule is not None and rule.format == "html":
            found = framed_pages(Selector(text=text or "<html></html>", type="html").root, response.url)
            walk.frames = list(found) or None
        return self._next_frame(walk)

    def _next_frame(self, walk: Walk) -> scrapy.Request | None:
        if not walk.frames:
            return None
        walk.asked = PageRequest(url=walk.frames.pop(0))
        return self.page_request(walk.asked, 1, walk).replace(errback=self.frame_failed)

    def frame_failed(self, failure: TwistedFailure) -> Any:
        """Go on with the next page inside; where there is none, the list could not be had."""
        walk: Walk = failure.request.cb_kwargs["walk"]  # type: ignore[attr-defined]  # Scrapy sets it
        request = self._next_frame(walk)
        if request is None:
            self.list_failed(failure)
        return request

    def usable(self, records: Sequence[Listed]) -> Sequence[Listed]:
        """Return the records that can be taken: where pages are fetched, those that link to one or tell a time.

        What leads to its page by a script, or has no address yet, is taken by its title. A time tells it from headings.
        """
        if not self.declaration.article.fetch:
            return records
        taken = (record for record in records if record.url or record.published_at is not None)
        return [one if one.url or one.summary else replace(one, summary=_UNLINKED) for one in taken]

    def lack_of(self, records: Sequence[Listed]) -> FailureCode | None:
        """Return what all records lack: an address, or a time where the list has told one before, as in a menu."""
        if self.declaration.article.fetch and records and not any(record.url for record in records):
            return FailureCode.UNLINKED
        told = self.visit.progress.memory.get(DATED) and len(records) >= _FEWEST_DATED
        return FailureCode.UNDATED if told and all(one.published_at is None for one in records) else None
