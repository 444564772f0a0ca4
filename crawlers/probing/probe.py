"""Probes a site: robots rules first, at most a dozen requests, each through egress, gate and manners like any crawl."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urljoin

from parsel import Selector

from crawlers.access.failure import Failure, FailureCode
from crawlers.catalogue.declaration import Declaration
from crawlers.gate import GateRefusal
from crawlers.lists.feed import FeedNotRead, NotAFeed, ReadFeed
from crawlers.lists.listed import Listed, NotJson, Reading
from crawlers.lists.login_page import is_login_page
from crawlers.lists.paging import next_page
from crawlers.lists.reading import read_list_text
from crawlers.pages import Extract, decode_list
from crawlers.parsing.article import Article
from crawlers.parsing.sitemap import NotASitemap, read_sitemap
from crawlers.probing.list_shape import find_list
from crawlers.probing.offers import cms_of, feeds_of, govcms_address, hanweb_columns, json_lists, page_two_links
from crawlers.probing.propose import Proposal, Sample, declaration_of, draft_of, list_keys
from crawlers.records import BEIJING

__all__ = ["MAX_REQUESTS", "Fetched", "ProbeStopped", "Prober"]

MAX_REQUESTS = 12
MIN_ARTICLE = 80
SHOWN = 5
_HTTP_OK = 200
_FORBIDS = frozenset({FailureCode.ROBOTS, FailureCode.CHALLENGE, FailureCode.LOGIN, FailureCode.EGRESS})


class ProbeStopped(Exception):  # noqa: N818 - it says what happened
    """The site, its robots rules or the way out do not allow the request; carries the failure."""

    def __init__(self, failure: Failure) -> None:
        """Keep the failure."""
        super().__init__(failure.sentence)
        self.failure = failure


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """One answer, redirects followed."""

    url: str
    status: int
    content_type: str
    body: bytes


Fetch = Callable[[str], Awaitable[Fetched]]


@dataclass(kw_only=True)
class Prober:
    """One probe of one address.

    `fetch` asks politely or raises `ProbeStopped`; `sitemaps` tells what robots.txt names, `manners` in a sentence what it
    allows; `extract` reads an article, `read_feed` a feed.
    """

    fetch: Fetch
    sitemaps: Callable[[str], list[str]]
    manners: Callable[[str], str]
    extract: Extract
    read_feed: ReadFeed
    now: datetime
    reasons: list[str] = field(default_factory=list)
    requests: int = 0

    async def probe(self, url: str) -> Proposal:
        """Return what would take the site, or why nothing may."""
        try:
            first = await self._ask(url)
        except ProbeStopped as stopped:
            forbidden = stopped.failure.code in _FORBIDS
            more = "不作采集，请改用文件导入或备用信源。" if forbidden else "请核对网址与网络后再试。"
            return self._refused(f"{stopped.failure.sentence}{more}")
        if first is None or first.status != _HTTP_OK:
            status = "没有返回" if first is None else f"返回 HTTP {first.status}"
            return self._refused(f"{url} {status}，无法判断其结构。")
        self._note(self.manners(first.url))
        try:
            draft = await self._draft(first)
        except ProbeStopped as stopped:
            return self._refused(stopped.failure.sentence)
        if draft is None:
            return self._refused("没有找到订阅源、网站地图、已知的网站系统或列表；请换用栏目页的网址再试。")
        return await self._checked(*draft)

    async def _draft(self, first: Fetched) -> tuple[dict[str, Any], Reading] | None:
        """Return the first of what the answer is or offers that can be read."""
        itself = await self._feed(first) or self._sitemap(first) or self._json(first)
        if itself is not None:
            return itself
        text = decode_list(first.body, url=first.url, content_type=first.content_type)
        if isinstance(text, GateRefusal):
            raise ProbeStopped(Failure(code=FailureCode.UNREADABLE, where=f"{first.url}（{text.detail}）"))
        if is_login_page(text):
            raise ProbeStopped(Failure(code=FailureCode.LOGIN, where=first.url))
        return (
            await self._offered_feed(text, first.url)
            or await self._cms(text, first)
            or await self._plain_list(text, first)
            or await self._offered_sitemap(first.url)
        )

    async def _feed(self, answer: Fetched, *, named: str = "") -> tuple[dict[str, Any], Reading] | None:
        try:
            # Off the loop: a child that is asked first has to start, and others of this process go on meanwhile.
            reading = await asyncio.to_thread(
                self.read_feed, answer.body, url=answer.url, content_type=answer.content_type, now=self.now
            )
        except NotAFeed:
            return None
        except FeedNotRead as ended:
            self._note(f"没有读完，是不是订阅源不知道：{answer.url}（{ended}）")
            return None
        if not reading.records:
            self._note(f"订阅源 {answer.url} 没有条目")
            return None
        self._note(f"是 RSS/Atom 订阅源，有 {len(reading.records)} 条：{answer.url}")
        title = named or (Selector(text=answer.body[:4096].decode("utf-8", "replace")).css("title::text").get() or "")
        return self._start(answer.url, title) | {"kind": "feed"}, reading

    def _sitemap(self, answer: Fetched) -> tuple[dict[str, Any], Reading] | None:
        try:
            found = read_sitemap(answer.body, url=answer.url, now=self.now)
        except NotASitemap:
            return None
        kind = "网站地图索引" if found.files else "网站地图"
        self._note(f"是{kind}，有 {found.count} 条：{answer.url}")
        records = tuple(
            Listed(native_id=entry.url, title=entry.title or entry.url, url=entry.url, published_at=entry.modified_at)
            for entry in found.pages[:50]
        )
        return self._start(answer.url, "") | {"kind": "sitemap"}, Reading(records=records)

    def _json(self, answer: Fetched) -> tuple[dict[str, Any], Reading] | None:
        try:
            data = json.loads(answer.body)
        except (ValueError, RecursionError):
            return None
        for shape in json_lists(data):
            rule = {"format": "json", "record": shape.path, "title": shape.title}
            rule |= {key: value for key in ("link", "id", "published") if (value := getattr(shape, key))}
            found = self._read({"kind": "json_api", "list": rule}, answer)
            if found is not None:
                self._note(f"是 JSON 接口，{shape.path} 中有 {shape.count} 条，标题在 {shape.title}")
                return found
        self._note("是 JSON，但没有带标题与网址（或编号）的列表")
        return None

    async def _offered_feed(self, text: str, url: str) -> tuple[dict[str, Any], Reading] | None:
        for address in feeds_of(text, url=url)[:2]:
            answer = await self._ask_on(address)
            found = await self._feed(answer, named=_title(text)) if answer is not None else None
            if found is not None:
                return found
        return None

    async def _cms(self, text: str, first: Fetched) -> tuple[dict[str, Any], Reading] | None:
        preset = cms_of(text, url=first.url)
        if preset is None:
            return None
        self._note(f"页面带有 {preset} 网站系统的特征")
        answer: Fetched | None = first
        kind = "listing"
        if preset in {"gkmlpt", "govcms_search_json"}:
            kind = "json_api"
            interface = govcms_address(text, url=first.url)
            address = interface if preset == "govcms_search_json" else urljoin(first.url, "/gkmlpt/api/all/0?page=1")
            answer = await self._ask_on(address) if address else None
        found = self._read({"kind": kind, "preset": preset}, answer, named=_title(text)) if answer else None
        if found is None and preset == "hanweb_jpage":
            for name, address in hanweb_columns(text, url=first.url)[:20]:
                self._note(f"栏目：{name} {address}")
            self._note("这一页没有条目，请从上面选一个栏目的网址再试。")
        return found

    async def _plain_list(self, text: str, first: Fetched) -> tuple[dict[str, Any], Reading] | None:
        # Up to a second for a large page, in which whatever else is under way goes on.
        found = await asyncio.to_thread(find_list, text, url=first.url, now=self.now)
        if found is None:
            return None
        self._note(f"页面有列表 {found.rule.record}：{len(found.reading.records)} 条，{found.dated} 条能读出日期")
        keys: dict[str, Any] = {"kind": "listing", "list": list_keys(found.rule)}
        if 'name="ArticleTitle"' in text or "gov.cn" in first.url:
            keys["preset"] = "gov_meta"
        for paging in page_two_links(text, url=first.url):
            if await self._pages(self._start(first.url, _title(text)) | keys | {"paging": paging}, found.reading, text):
                keys["paging"] = paging
                break
        return self._read(keys, first, named=_title(text))

    async def _pages(self, draft: dict[str, Any], reading: Reading, text: str) -> bool:
        """Return whether the second page is another one: the commonest silent loss is a page number off by one."""
        declaration = declaration_of(draft)
        request = next_page(declaration, url=draft["url"], number=2, text=text, seen_records=len(reading.records))
        answer = await self._ask_on(request.url) if request is not None and request.method == "GET" else None
        second = _reading(declaration, answer, self.now) if answer is not None else None
        shown = {record.native_id for record in reading.records}
        differs = second is not None and bool(second.records) and not shown & {one.native_id for one in second.records}
        self._note(
            f"第 2 页{'与第 1 页不同，可以翻页' if differs else '没有新的条目，不翻页'}：{request.url if request else ''}"
        )
        return differs

    async def _offered_sitemap(self, url: str) -> tuple[dict[str, Any], Reading] | None:
        for address in [*self.sitemaps(url), urljoin(url, "/sitemap.xml")][:2]:
            answer = await self._ask_on(address)
            found = self._sitemap(answer) if answer is not None and answer.status == _HTTP_OK else None
            if found is not None:
                return found
        return None

    def _read(self, keys: dict[str, Any], answer: Fetched, *, named: str = "") -> tuple[dict[str, Any], Reading] | None:
        draft = self._start(answer.url, named) | keys
        try:
            declaration = declaration_of(draft)
        except ValueError as error:
            self._note(f"不能写成声明：{error}")
            return None
        reading = _reading(declaration, answer, self.now)
        return (draft, reading) if reading is not None and reading.records else None

    async def _checked(self, draft: dict[str, Any], reading: Reading) -> Proposal:
        """Look at one page that the list leads to, and write the proposal."""
        page = next((record.url for record in reading.records if record.url), None)
        answer = await self._ask_on(page) if page is not None else None
        if answer is not None and answer.status == _HTTP_OK:
            self._note(await asyncio.to_thread(self._told, answer))
        dated = [record.published_at for record in reading.records if record.published_at is not None]
        if dated:
            self._note(f"最新一条是 {max(dated).astimezone(BEIJING):%Y-%m-%d %H:%M}")
        draft["expect"] = {"min_items": max(1, min(len(reading.records) // 2, 10)), "max_age_days": 30}
        shown = reading.records[:SHOWN]
        return Proposal(
            draft=draft,
            reasons=tuple(self.reasons),
            samples=tuple(Sample(title=one.title, url=one.url, published_at=one.published_at) for one in shown),
            requests=self.requests,
        )

    def _start(self, url: str, title: str) -> dict[str, Any]:
        return draft_of(url, title=title, today=self.now.astimezone(BEIJING).date())

    async def _ask(self, url: str) -> Fetched | None:
        if self.requests >= MAX_REQUESTS:
            self._note(f"已用完 {MAX_REQUESTS} 次请求，不再访问 {url}")
            return None
        self.requests += 1
        return await self.fetch(url)

    async def _ask_on(self, url: str) -> Fetched | None:
        """Ask for something further; that it may not be had is a reason, no end."""
        try:
            return await self._ask(url)
        except ProbeStopped as stopped:
            if stopped.failure.code in {FailureCode.CHALLENGE, FailureCode.BUSY}:
                raise
            self._note(stopped.failure.sentence)
            return None

    def _told(self, answer: Fetched) -> str:
        kind = answer.content_type
        article = self.extract(answer.body, url=answer.url, content_type=kind, now=self.now, rule=None)
        if not isinstance(article, Article):
            return f"正文页 {answer.url} 不能读取：{article.detail}"
        when = f"{article.published.astimezone(BEIJING):%Y-%m-%d %H:%M}" if article.published else "未读出"
        short = "（过短，请在 article.body 中写选择器）" if len(article.body) < MIN_ARTICLE else ""
        return f"正文页读出标题“{article.title[:40]}”，正文 {len(article.body)} 字{short}，时间 {when}"

    def _note(self, sentence: str) -> None:
        self.reasons.append(sentence)

    def _refused(self, sentence: str) -> Proposal:
        return Proposal(refused=sentence, reasons=tuple(self.reasons), requests=self.requests)


def _reading(declaration: Declaration, answer: Fetched, now: datetime) -> Reading | None:
    text = decode_list(answer.body, url=answer.url, content_type=answer.content_type)
    if isinstance(text, GateRefusal) or answer.status != _HTTP_OK:
        return None
    try:
        return read_list_text(declaration, text, url=answer.url, list_url=answer.url, now=now)
    except NotJson:
        return None


def _title(text: str) -> str:
    return Selector(text=text or "<html></html>", type="html").css("title::text").get() or ""
