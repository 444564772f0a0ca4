"""The counts that a page shows of itself."""

from datetime import UTC, datetime

import pytest

from crawlers.parsing.engagement import read_engagement
from crawlers.records import Engagement

NOW = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)


def counts(markup: str) -> dict[str, int | None]:
    read = read_engagement(markup, seen_at=NOW)
    names = ("views", "likes", "comments", "reposts", "saves")
    return {name: getattr(read, name) for name in names if getattr(read, name) is not None} if read else {}


@pytest.mark.parametrize(
    ("markup", "found"),
    [
        ("<span>阅读量：12,345</span>", {"views": 12345}),
        ("<span>浏览次数 <b>1.2万</b></span>", {"views": 12000}),
        ("<i>评论(</i> 转发 3 评论数：0", {"comments": 0, "reposts": 3}),
        ("点赞 88 收藏 7", {"likes": 88, "saves": 7}),
        ("阅读 2026-11-25", {}),
        ("阅读 09:30", {}),
        ("阅读 80% 的人", {}),
        ("请阅读全文", {}),
        ("<script>var 阅读 = '阅读 99'</script>", {}),
        ("", {}),
    ],
)
def test_labelled_counts_are_read_and_others_stay_unknown(markup: str, found: dict[str, int]) -> None:
    assert counts(markup) == found


def test_what_a_page_states_for_machines_comes_first() -> None:
    stated = (
        '<script type="application/ld+json">{"@type": "NewsArticle", "interactionStatistic": ['
        '{"interactionType": "https://schema.org/CommentAction", "userInteractionCount": 12},'
        '{"interactionType": {"@type": "ShareAction"}, "userInteractionCount": "1.5万"}]}</script>评论 99 阅读 7'
    )
    assert counts(stated) == {"comments": 12, "reposts": 15000, "views": 7}


def test_broken_statements_cost_nothing() -> None:
    assert counts('<script type="application/ld+json">{broken</script>点赞 3') == {"likes": 3}


def test_a_page_without_counts_has_none() -> None:
    assert read_engagement("<p>正文</p>", seen_at=NOW) is None
    assert read_engagement("阅读 5", seen_at=NOW) == Engagement(seen_at=NOW, views=5)
