"""Hot lists: every snapshot is kept, each entry as a document with its rank and heat; no page is fetched."""

import re
from collections.abc import Sequence
from typing import Any

import scrapy

from crawlers.lists.listed import Listed, title_key
from crawlers.personal_data import words_id
from crawlers.records import Document, DocumentKind, Engagement, document_id
from crawlers.spiders.listing import ListingSpider

__all__ = ["HotListSpider"]

_NO_ENTRY = re.compile(
    r"\W*(?:(?:请(?:您)?(?:先)?|点击|立即|马上|去)?登[录陆](?:\W?注册)?(?:后(?:才能|才可|可|即可)?)?(?:查看|浏览|阅读|显示|解锁)?(?:更多|全部|完整)?(?:内容|榜单|热搜|热榜)?|"
    r"(?:暂无|没有|无)(?:更多|相关)?(?:数据|内容|榜单|记录|结果)|(?:数据|内容|榜单)?(?:正在)?加载(?:中|失败)|没有更多了?|loading|"
    r"(?:系统|网络|服务器?)(?:繁忙|异常|错误|维护中?)(?:\W?请?稍后(?:再试|重试)?)?|(?:查看|点击)(?:更多|刷新|重试))\W*",
    re.IGNORECASE,
)


class HotListSpider(ListingSpider):
    """Visits a source of kind `hot_list`.

    An entry is the same document as long as its title stays on the list: the native id is the title, the source id
    stands for the list. Each snapshot hands every entry on again, with the rank and heat of that moment.
    """

    unchanged_ends_visit = False

    def usable(self, records: Sequence[Listed]) -> Sequence[Listed]:
        """Return all records that are entries: one of a hot list needs no link, but what asks to log in or to wait is none."""
        return [record for record in records if not _NO_ENTRY.fullmatch(record.title)]

    async def choose(self, records: Sequence[Listed]) -> Sequence[Listed]:
        """Return all records: a snapshot is taken whole."""
        return records

    def retitled(self, listed: Sequence[Listed], new: Sequence[Listed]) -> list[scrapy.Request]:
        """Return nothing: an entry is its title."""
        del listed, new
        return []

    def take(self, new: Sequence[Listed]) -> list[Any]:
        """Return one document per title, ranked in the order of the list: the first of equal titles is its rank."""
        ranked: dict[str, tuple[Listed, int]] = {}
        for rank, record in enumerate(new, start=1):
            ranked.setdefault(record.title, (record, rank))
        return [self._entry(record, rank) for record, rank in ranked.values()]

    def _entry(self, record: Listed, rank: int) -> Document:
        source = self.visit.source
        now = self.surroundings.clock()
        facts = {"list": source.id, **record.facts} | ({"flag": record.flag} if record.flag else {})
        return Document(
            id=document_id(source.id, words_id(self.surroundings.author_key, source.id, record.title)),
            source_id=source.id,
            native_id=title_key(record.title),
            kind=DocumentKind.HOT_ENTRY,
            title=record.title,
            text=record.summary,
            fetched_at=now,
            url=record.url,
            published_at=record.published_at,
            precision=record.precision,
            region=source.region,
            engagement=Engagement(seen_at=now, rank=rank, heat=record.heat),
            method="hot_list",
            extras=facts,
            former_id=document_id(source.id, record.title),
        )
