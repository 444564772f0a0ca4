"""What a crawl reads in a limited child process: pages and feeds, and those made to hurt cost themselves alone."""

from collections.abc import Callable

from crawlers.access.failure import FailureCode
from crawlers.child import ChildLimits
from crawlers.reading_sandbox import ReadingSandbox
from crawlers.records import Source
from crawlers.run import CrawlReport
from tests.flows.conftest import LIST_RULE, serve_articles
from tests.flows.held import Held
from tests.flows.press import Page, Press

Declare = Callable[..., Source]
Visit = Callable[..., CrawlReport]


def test_pages_can_be_parsed_in_a_limited_child(press: Press, held: Held, declare: Declare, visit: Visit) -> None:
    serve_articles(press, "/a/1.html", "/a/2.html")
    with ReadingSandbox() as sandbox:
        visit(declare(kind="listing", url=press.url("/list.html"), list=LIST_RULE), sandbox=sandbox)
    assert held.titles() == ["消息 /a/1.html", "消息 /a/2.html"]


def test_a_feed_that_keeps_its_parser_busy_costs_itself_alone(
    press: Press, held: Held, declare: Declare, visit: Visit
) -> None:
    serve_articles(press, "/a/1.html")
    attributes = " ".join(f"a{number}='x'" for number in range(100_000))
    body = f"<rss version='2.0'><channel><item {attributes}><title>某消息</title></item></channel></rss>"
    press.pages["/feed"] = Page(body=body.encode(), kind="text/xml")
    feed = declare(id="feed", kind="feed", url=press.url("/feed"))
    with ReadingSandbox(ChildLimits(cpu_seconds=5, answer_seconds=300.0)) as sandbox:
        first, second = visit(
            feed,
            declare(kind="listing", url=press.url("/list.html"), list=LIST_RULE),
            sandbox=sandbox,
            time_limit_seconds=400,
        ).sources
    assert first.failure_code is FailureCode.CRASHED
    assert "返回的内容没有读完" in str(first.failed)
    assert "子进程中断（处理器时间用尽）" in str(first.failed)
    assert [entry.reason for entry in held.entries] == ["crashed"]
    assert (second.failed, held.titles()) == (None, ["消息 /a/1.html"])
