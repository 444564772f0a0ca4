"""One child reads pages and feeds: it gives what reading here gives, and what a hostile feed costs it costs the child."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from crawlers.child import ChildLimits
from crawlers.lists.feed import FeedNotRead, NotAFeed, read_feed
from crawlers.parsing.article import extract
from crawlers.reading_sandbox import ReadingSandbox
from tests.unit.crawlers.article_pages import page
from tests.unit.crawlers.test_article import BODY, TITLE

NOW = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)
ASKED = {"url": "http://paper.test/feed.xml", "content_type": "text/xml"}
ENTRIES = """<rss version='2.0'><channel>
<item><title>某批次注射液召回</title><link>/a/1.html</link><pubDate>Tue, 24 Nov 2026 09:30:00 +0800</pubDate>
<description>&lt;p&gt;第一段&lt;/p&gt;&lt;p&gt;第二段&lt;/p&gt;</description></item>
<item><title>时间读不懂</title><link>/a/2.html</link><pubDate>昨晚</pubDate></item>
<item><description>没有标题</description></item>
</channel></rss>""".encode()


@pytest.fixture
def sandbox() -> Iterator[ReadingSandbox]:
    # Starting takes seconds on a busy machine.
    with ReadingSandbox(ChildLimits(answer_seconds=120.0)) as opened:
        yield opened


def hostile() -> bytes:
    """Return a feed that would take its parser a quarter of an hour: what it does with attributes is quadratic."""
    attributes = " ".join(f"a{number}='x'" for number in range(100_000))
    return f"<rss version='2.0'><channel><item {attributes}><title>某消息</title></item></channel></rss>".encode()


def test_the_child_gives_what_reading_here_gives(sandbox: ReadingSandbox) -> None:
    reading = read_feed(ENTRIES, now=NOW, **ASKED)
    assert (len(reading.records), len(reading.faults)) == (2, 1)
    assert sandbox.read_feed(ENTRIES, now=NOW, **ASKED) == reading
    article = page(TITLE, "2026-11-20 09:30 来源：某报", BODY)
    assert sandbox.extract(article, now=NOW) == extract(article, now=NOW)


@pytest.mark.parametrize(
    "raw",
    [
        b"<html><body>no feed</body></html>",
        "<html><title>用户登录</title><form><input type=password></form></html>".encode(),
    ],
)
def test_a_refusal_of_the_child_is_the_refusal(raw: bytes, sandbox: ReadingSandbox) -> None:
    with pytest.raises(NotAFeed) as here:
        read_feed(raw, now=NOW, **ASKED)
    with pytest.raises(NotAFeed) as there:
        sandbox.read_feed(raw, now=NOW, **ASKED)
    assert (str(there.value), there.value.is_login) == (str(here.value), here.value.is_login)


def test_a_feed_that_takes_its_parser_minutes_costs_the_child_and_the_next_one_is_read() -> None:
    with ReadingSandbox(ChildLimits(cpu_seconds=5, answer_seconds=300.0)) as sandbox:
        with pytest.raises(FeedNotRead, match="子进程中断（处理器时间用尽）"):
            sandbox.read_feed(hostile(), now=NOW, **ASKED)
        assert len(sandbox.read_feed(ENTRIES, now=NOW, **ASKED).records) == 2
