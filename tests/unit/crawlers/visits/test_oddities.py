"""What is odd about a visit beside the visits before."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from crawlers.records import Document, DocumentKind
from crawlers.visits.oddities import Noted, habit_after, oddities

NOW = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)


def noted(count: int, *, dated: bool = True, charset: str = "utf-8", **more: Any) -> Noted:
    made = Noted()
    for number in range(count):
        made.note(
            Document(
                id=str(number),
                source_id="s",
                native_id=str(number),
                kind=more.get("kind", DocumentKind.ARTICLE),
                title="标题",
                text="正文",
                fetched_at=NOW,
                published_at=NOW if dated else None,
                extras={"charset": charset},
            )
        )
    return made


def habit(*visits: Noted) -> Mapping[str, Any]:
    kept: Mapping[str, Any] = {}
    for visit in visits:
        kept = json.loads(json.dumps(habit_after(kept, visit)))
    return kept


USUAL = habit(*(noted(5) for _ in range(8)))


def test_an_ordinary_visit_is_not_odd() -> None:
    assert oddities(USUAL, noted(5), {}, 5) == []
    assert oddities({}, noted(0), {}, 0) == []


def test_dates_that_are_no_longer_read_are_told() -> None:
    assert oddities(USUAL, noted(4, dated=False), {}, 4) == ["本次 4 篇新稿都读不出发布时间，网页可能已改版。"]


def test_a_source_that_never_had_dates_is_not_odd_without_them() -> None:
    assert oddities(habit(*(noted(5, dated=False) for _ in range(8))), noted(5, dated=False), {}, 5) == []


def test_another_charset_is_told_once_it_is_all_there_is() -> None:
    told = oddities(USUAL, noted(4, charset="gb18030"), {}, 4)
    assert told == ["网页编码由 utf-8 变为 gb18030，请核对文字是否正常。"]
    after = habit(*(noted(5) for _ in range(8)), noted(4, charset="gb18030"))
    assert oddities(after, noted(4, charset="gb18030"), {}, 4) == []


def test_pages_that_cannot_be_decoded_are_told_where_they_are_half() -> None:
    assert oddities({}, noted(2), {"encoding": 3}, 5) == [
        "本次取回的 5 个页面中有 3 个无法解码，网站的字符编码可能有变。"
    ]
    assert oddities({}, noted(8), {"encoding": 3}, 11) == []


def test_attachments_that_were_not_kept_are_told() -> None:
    assert oddities({}, noted(0), {"附件空间已满": 2}, 2) == [
        "本次有 2 个附件因附件空间已满没有保存原件，内容已照常读取，请系统管理员调高上限。"
    ]


def test_two_documents_or_a_young_source_say_nothing() -> None:
    assert oddities(USUAL, noted(2, dated=False), {}, 2) == []
    assert oddities(habit(noted(5)), noted(5, dated=False), {}, 5) == []


def test_entries_of_hot_lists_have_no_habit() -> None:
    assert habit(noted(50, kind=DocumentKind.HOT_ENTRY))["documents"] == 0


def test_memory_that_cannot_be_read_is_no_habit() -> None:
    assert oddities(["broken"], noted(5), {}, 5) == []
    assert habit_after("broken", noted(5))["documents"] == 5
