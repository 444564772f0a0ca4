"""Bad input, broken parts and interruptions: neighbours are unaffected, and nothing is lost."""

import asyncio
import gzip
import socket
import time
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from crawlers.access.egress import Egress
from crawlers.access.failure import FailureCode
from crawlers.access.politeness import crawl_settings
from crawlers.catalogue import load_catalogue
from crawlers.records import Source, SourceClass
from crawlers.run import CrawlReport, crawl
from tests.flows.conftest import LIST_RULE, Clock, article, list_page, serve_articles
from tests.flows.held import Held
from tests.flows.press import Ask, Page, Press

Declare = Callable[..., Source]
Visit = Callable[..., CrawlReport]


@pytest.fixture
def neighbour(press: Press, declare: Declare) -> Source:
    press.pages["/good.html"] = list_page("/good/1.html")
    press.pages["/good/1.html"] = article("好邻居")
    return declare(id="neighbour", kind="listing", url=press.url("/good.html"), list=LIST_RULE)


class TestBadInput:
    @pytest.mark.parametrize(
        "page",
        [
            Page(body=b"<html><body><h1>404</h1></body></html>"),
            Page(body=b'{"error": 1}', kind="application/rss+xml"),
            Page(body=b"", kind="text/xml"),
            Page(body=bytes(range(256)) * 20, kind="text/xml"),
            Page(body=b'<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><rss>&b;</rss>'),
            Page(body=b"/etc/passwd", kind="text/xml"),
            Page(body=b"http://127.0.0.1/", kind="text/xml"),
        ],
    )
    def test_feed_that_is_no_feed_is_quarantined(
        self, press: Press, held: Held, declare: Declare, visit: Visit, neighbour: Source, page: Page
    ) -> None:
        press.pages["/rss.xml"] = page
        report = visit(declare(kind="feed", url=press.url("/rss.xml")), neighbour)
        assert report.sources[0].failure_code is FailureCode.NOT_A_FEED
        assert held.titles() == ["好邻居"]
        (entry,) = held.entries
        assert (entry.source_id, entry.reason) == ("daily", "not_a_feed")
        assert press.url("/rss.xml") in entry.detail
        assert entry.sample == page.body[: 64 * 1024]

    def test_feed_cut_in_the_middle_keeps_its_whole_entries(
        self, press: Press, held: Held, declare: Declare, visit: Visit
    ) -> None:
        body = "<rss version='2.0'><channel><item><title>完整的一条</title><link>/a/1.html</link></item><item><title>半"
        press.pages["/rss.xml"] = Page(body=body.encode(), kind="text/xml")
        press.pages["/a/1.html"] = article("完整的一条")
        visit(declare(kind="feed", url=press.url("/rss.xml")))
        assert held.titles() == ["完整的一条"]

    def test_json_list_that_is_no_json_says_so(self, press: Press, held: Held, declare: Declare, visit: Visit) -> None:
        press.pages["/board"] = Page(body=b"<html>maintenance</html>")
        rule = {"format": "json", "record": "data", "title": "t"}
        report = visit(declare(kind="hot_list", source_class="hot_list", url=press.url("/board"), list=rule)).sources[0]
        assert report.failure_code is FailureCode.NOT_JSON
        assert [entry.reason for entry in held.entries] == ["not_json"]

    def test_selectors_that_find_nothing_are_reported_as_a_changed_page(
        self, press: Press, declare: Declare, visit: Visit
    ) -> None:
        press.pages["/list.html"] = Page(body=b"<html><body><div>new design</div></body></html>")
        report = visit(declare(kind="listing", url=press.url("/list.html"), list=LIST_RULE)).sources[0]
        assert report.failure_code is FailureCode.NOTHING_FOUND
        assert report.failed is not None
        assert "网页可能已改版" in report.failed

    def test_list_that_may_be_empty_is_not_a_failure(self, press: Press, declare: Declare, visit: Visit) -> None:
        press.pages["/list.html"] = Page(body=b"<html><body><ul class=news></ul></body></html>")
        source = declare(kind="listing", url=press.url("/list.html"), list=LIST_RULE, expect={"min_items": 0})
        assert visit(source).sources[0].failed is None

    def test_list_shorter_than_expected_is_taken_and_remarked(
        self, press: Press, held: Held, declare: Declare, visit: Visit
    ) -> None:
        serve_articles(press, "/a/1.html")
        report = visit(
            declare(kind="listing", url=press.url("/list.html"), list=LIST_RULE, expect={"min_items": 5})
        ).sources[0]
        assert (report.added, report.failure_code) == (1, FailureCode.TOO_FEW)
        assert held.remembered["daily"].failures == 0

    @pytest.mark.parametrize(
        ("bad", "reason"),
        [
            (Page(body=b"<p>" + b"x" * (9 * 1024 * 1024)), "过大"),
            (Page(body=b"<div>" * 3000), "嵌套过深"),
            (Page(body=b"\x7fELF\x02\x01\x01", kind="application/octet-stream"), "非文本"),
            (Page(body=b"   "), "空内容"),
        ],
    )
    def test_page_that_cannot_be_read_costs_no_neighbour(
        self, press: Press, held: Held, declare: Declare, visit: Visit, bad: Page, reason: str
    ) -> None:
        serve_articles(press, "/a/1.html", "/a/2.html", "/a/3.html")
        press.pages["/a/2.html"] = bad
        report = visit(declare(kind="listing", url=press.url("/list.html"), list=LIST_RULE)).sources[0]
        assert held.titles() == ["消息 /a/1.html", "消息 /a/3.html"]
        assert (report.quarantined, report.failed) == (1, None)
        (entry,) = held.entries
        assert entry.reason == reason
        assert press.url("/a/2.html") in entry.detail

    @pytest.mark.parametrize(
        "bad",
        [
            Page(body=b"<p>" + b"x" * (11 * 1024 * 1024)),
            Page(body=gzip.compress(b"x" * (40 * 1024 * 1024)), headers={"Content-Encoding": "gzip"}),
            Page(headers={f"X-{index}": "y" * 4000 for index in range(30)}, body=b"<p>headers</p>"),
        ],
    )
    def test_answer_past_the_download_limit_is_given_up(
        self, press: Press, held: Held, declare: Declare, visit: Visit, bad: Page
    ) -> None:
        serve_articles(press, "/a/1.html", "/a/2.html")
        press.pages["/a/1.html"] = bad
        report = visit(declare(kind="listing", url=press.url("/list.html"), list=LIST_RULE)).sources[0]
        assert held.titles() == ["消息 /a/2.html"]
        assert report.dropped == {"too_large": 1}

    def test_page_that_fails_three_times_is_left_alone(
        self, press: Press, declare: Declare, visit: Visit, clock: Clock
    ) -> None:
        clock.forward(days=3)  # what was just published may still come
        serve_articles(press, "/a/1.html", "/a/2.html")
        press.pages["/a/2.html"] = Page(status=404)
        source = declare(kind="listing", url=press.url("/list.html"), list=LIST_RULE)
        for _ in range(5):
            visit(source)
            clock.forward(hours=1)
        assert press.paths().count("/a/2.html") == 3

    def test_page_that_was_given_up_is_fetched_again_once_the_declaration_changed(
        self, press: Press, held: Held, declare: Declare, visit: Visit, clock: Clock
    ) -> None:
        serve_articles(press, "/a/1.html", "/a/2.html")
        mended, press.pages["/a/2.html"] = press.pages["/a/2.html"], Page(body=b"   ")
        keys = {"kind": "listing", "url": press.url("/list.html"), "list": LIST_RULE}
        for _ in range(3):
            visit(declare(**keys))
            clock.forward(hours=1)
        press.pages["/a/2.html"] = mended
        visit(declare(**keys))
        assert not any("暂停销售使用" in document.text for document in held.titled("消息 /a/2.html"))
        clock.forward(hours=1)
        visit(declare(**keys, region="360100"))
        assert any("暂停销售使用" in document.text for document in held.titled("消息 /a/2.html"))

    @pytest.mark.parametrize(("mended_after", "taken"), [(1, True), (2, True), (3, False)])
    def test_page_that_was_quarantined_is_fetched_at_two_more_visits_and_then_never(
        self, press: Press, held: Held, declare: Declare, visit: Visit, clock: Clock, *, mended_after: int, taken: bool
    ) -> None:
        """`service.domain.documents.set_aside.REMEDIES` tells people so."""
        serve_articles(press, "/a/1.html", "/a/2.html")
        mended, press.pages["/a/2.html"] = press.pages["/a/2.html"], Page(body=b"   ")
        source = declare(kind="listing", url=press.url("/list.html"), list=LIST_RULE)
        for number in range(5):
            if number == mended_after:
                press.pages["/a/2.html"] = mended
            visit(source)
            clock.forward(hours=1)
        assert ["暂停销售使用" in document.text for document in held.titled("消息 /a/2.html")] == [taken]
        assert len(held.entries) == mended_after

    def test_declaration_that_is_invalid_fails_its_own_source(
        self, held: Held, visit: Visit, neighbour: Source, clock: Clock
    ) -> None:
        broken = Source(
            id="broken", name="坏声明", kind="feed", source_class=SourceClass.MEDIA, declaration={"id": "broken"}
        )
        report = visit(broken, neighbour)
        assert report.sources[0].failed is not None
        assert "声明无效" in report.sources[0].failed
        assert held.remembered["broken"].next_due_at == clock() + timedelta(hours=1)
        assert held.titles() == ["好邻居"]


class TestSlowAnswers:
    def test_answer_that_drips_is_given_up(
        self, press: Press, held: Held, declare: Declare, visit: Visit, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("crawlers.visits.download.WINDOW_SECONDS", 0.3)
        serve_articles(press, "/a/1.html", "/a/2.html")
        press.pages["/a/1.html"] = Page(body=b"x" * 400, drip=0.05)
        started = time.monotonic()
        report = visit(declare(kind="listing", url=press.url("/list.html"), list=LIST_RULE)).sources[0]
        assert time.monotonic() - started < 15
        assert report.dropped == {"timeout": 1}
        assert held.titles() == ["消息 /a/2.html"]

    def test_answer_that_never_comes_is_given_up_after_the_time_limit(
        self, press: Press, held: Held, declare: Declare, visit: Visit, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        settings = crawl_settings("test")
        monkeypatch.setattr("crawlers.run.crawl_settings", lambda _: settings | {"DOWNLOAD_TIMEOUT": 0.3})
        press.pages["/list.html"] = Page(wait=2)
        report = visit(declare(kind="listing", url=press.url("/list.html"), list=LIST_RULE)).sources[0]
        assert report.failure_code is FailureCode.TIMEOUT
        assert report.failed is not None
        assert report.failed.startswith("连接超时")
        assert held.documents == {}


class TestBrokenParts:
    def test_sink_that_fails_loses_nothing(self, press: Press, held: Held, declare: Declare, visit: Visit) -> None:
        serve_articles(press, "/a/1.html", "/a/2.html")
        source = declare(kind="listing", url=press.url("/list.html"), list=LIST_RULE)
        held.broken = True
        report = visit(source).sources[0]
        assert report.failure_code is FailureCode.STORE
        assert (report.added, held.documents) == (0, {})
        held.broken = False
        assert visit(source).sources[0].added == 2

    def test_quarantine_that_fails_is_a_failure_of_the_visit(
        self, press: Press, held: Held, declare: Declare, visit: Visit
    ) -> None:
        press.pages["/rss.xml"] = Page(body=b"no feed", kind="text/xml")
        source = declare(kind="feed", url=press.url("/rss.xml"))
        held.broken = True
        assert visit(source).sources[0].failure_code is FailureCode.STORE
        held.broken = False
        visit(source)
        assert [entry.reason for entry in held.entries] == ["not_a_feed"]

    def test_server_that_breaks_off_is_asked_once_more(
        self, press: Press, held: Held, declare: Declare, visit: Visit
    ) -> None:
        serve_articles(press, "/a/1.html")
        asked: list[Ask] = []

        def flaky(ask: Ask) -> Page:
            asked.append(ask)
            return Page(status=502) if len(asked) == 1 else article("药品安全提示")

        press.pages["/a/1.html"] = flaky
        visit(declare(kind="listing", url=press.url("/list.html"), list=LIST_RULE))
        assert len(asked) == 2
        assert held.titles() == ["药品安全提示"]

    def test_an_error_of_the_program_itself_is_a_failure_of_the_visit(
        self, press: Press, declare: Declare, visit: Visit, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fall_over(*_: Any, **__: Any) -> None:
            raise RuntimeError("a mistake of the program")

        serve_articles(press, "/a/1.html")
        monkeypatch.setattr("crawlers.spiders.source.read_article", fall_over)
        report = visit(declare(kind="listing", url=press.url("/list.html"), list=LIST_RULE)).sources[0]
        assert (report.failure_code, report.pending) == (FailureCode.INTERNAL, 1)


class TestInterruption:
    def crawl(
        self,
        held: Held,
        press: Press,
        clock: Clock,
        *sources: Source,
        seconds: float = 30,
        egress: Egress | None = None,
    ) -> Coroutine[Any, Any, CrawlReport]:
        egress = egress or Egress.for_world("127.0.0.1", press.port, names=("slow.test", "fast.test"))
        return crawl(
            sources,
            make_sink=lambda: held,
            make_state=lambda: held,
            egress=egress,
            now=clock,
            author_key=b"0123456789abcdef",
            time_limit_seconds=seconds,
        )

    def sources(self, press: Press, declare: Declare) -> list[Source]:
        serve_articles(press, "/a/1.html", "/a/2.html")
        press.pages["/a/2.html"] = Page(body=article("很慢").body, wait=8)
        return [
            declare(id="half", kind="listing", url=press.url("/list.html"), list=LIST_RULE),
            declare(
                id="patient",
                kind="listing",
                url=press.url("/list.html", "slow.test"),
                list=LIST_RULE,
                politeness={"delay": "60s"},
            ),
        ]

    def test_cancelled_crawl_drains_within_five_seconds_and_keeps_what_it_has(
        self, press: Press, held: Held, declare: Declare, clock: Clock
    ) -> None:
        sources = self.sources(press, declare)

        async def run() -> float:
            task = asyncio.create_task(self.crawl(held, press, clock, *sources))
            await asyncio.sleep(1.0)
            started = time.monotonic()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            return time.monotonic() - started

        assert asyncio.run(run()) < 5.0
        assert held.titles() == ["消息 /a/1.html"]
        assert held.remembered["half"].failures == 0
        assert held.remembered["half"].list_hash is None

    def test_crawl_whose_time_is_up_returns_what_it_has(
        self, press: Press, held: Held, declare: Declare, clock: Clock
    ) -> None:
        sources = self.sources(press, declare)
        started = time.monotonic()
        report = asyncio.run(self.crawl(held, press, clock, *sources, seconds=1.0))
        assert time.monotonic() - started < 30
        half, patient = report.sources
        assert (half.added, half.failure_code) == (1, FailureCode.TIME_LIMIT)
        assert patient.failure_code is FailureCode.TIME_LIMIT
        assert half.next_due_at == patient.next_due_at == clock()
        assert held.titles() == ["消息 /a/1.html"]

    def test_crawls_may_overlap_and_still_take_turns_at_a_host(
        self, press: Press, held: Held, declare: Declare, clock: Clock
    ) -> None:
        serve_articles(press, "/a/1.html", "/a/2.html")
        pace = {"delay": "0.15s"}
        sources = [
            declare(id=f"s-{i}", kind="listing", url=press.url("/list.html"), list=LIST_RULE, politeness=pace)
            for i in range(2)
        ]
        egress = Egress.for_world("127.0.0.1", press.port)

        async def run() -> None:
            await asyncio.gather(*(self.crawl(held, press, clock, source, egress=egress) for source in sources))

        asyncio.run(run())
        starts = [ask.at for ask in press.asked]
        assert len(starts) == 7
        # Six waits of 0.15 s in turn make 0.9 s; two crawls that did not wait for each other would need three, 0.45 s. One
        # gap alone says little: a busy machine hears a request late.
        assert starts[-1] - starts[0] > 0.7

    def test_crawls_follow_one_another_on_one_loop(
        self, press: Press, held: Held, declare: Declare, clock: Clock
    ) -> None:
        serve_articles(press, "/a/1.html")
        source = declare(kind="listing", url=press.url("/list.html"), list=LIST_RULE)

        async def run() -> list[int]:
            reports = [await self.crawl(held, press, clock, source) for _ in range(3)]
            return [report.added for report in reports]

        assert asyncio.run(run()) == [1, 0, 0]


def test_shipped_catalogue_without_a_network_says_so_for_every_source(visit: Visit, held: Held) -> None:
    async def nothing_resolves(host: str, _port: int) -> Sequence[str]:
        raise socket.gaierror(socket.EAI_AGAIN, f"no name server for {host}")

    catalogue = load_catalogue()
    enabled = [
        replace(source, declaration={**source.declaration, "politeness": {"delay": "0s"}})
        for source in catalogue.sources
        if source.unchecked and source.access == "open" and "{column}" not in str(source.url)
    ]
    started = time.monotonic()
    outside = Egress.public(resolve=nothing_resolves)
    report = visit(*enabled, egress=outside, time_limit_seconds=60, watch_words=["药品"])
    assert len(report.sources) == len(enabled) >= 20
    for one in report.sources:
        assert one.failure_code is FailureCode.DNS, one
        assert one.next_due_at is not None
    assert {progress.failures for progress in held.remembered.values()} == {1}
    assert time.monotonic() - started < 20
