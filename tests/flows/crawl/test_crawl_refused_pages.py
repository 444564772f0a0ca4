"""A page that its host refuses says nothing of the other pages, and another host's says nothing of the source."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from crawlers.access.failure import FailureCode
from crawlers.pages import UNREAD
from crawlers.records import Source
from crawlers.run import CrawlReport
from tests.flows.conftest import LIST_RULE, Clock, article, list_page, serve_articles
from tests.flows.held import Held
from tests.flows.press import Page, Press

Declare = Callable[..., Source]
Visit = Callable[..., CrawlReport]

REFUSED = Page(status=403)
AWAY = "other.test"
_SOON = timedelta(hours=2)


def unread(held: Held) -> list[str]:
    return sorted(one.title for one in held.documents.values() if UNREAD in one.extras)


class TestOneOfMany:
    @pytest.fixture
    def source(self, press: Press, declare: Declare) -> Source:
        serve_articles(press, "/a/0.html", "/a/1.html", "/a/2.html")
        press.pages["/a/0.html"] = REFUSED
        return declare(kind="listing", url=press.url("/list.html"), list=LIST_RULE)

    def test_the_pages_below_a_refused_one_are_had_at_the_next_visit(
        self, press: Press, held: Held, source: Source, visit: Visit, clock: Clock
    ) -> None:
        first = visit(source).sources[0]
        assert first.failure_code is FailureCode.CHALLENGE
        assert first.next_due_at is not None
        assert first.next_due_at - clock() < _SOON
        clock.now = first.next_due_at
        second = visit(source).sources[0]
        assert second.failure_code is None
        assert unread(held) == ["消息 /a/0.html"]
        assert press.paths().count("/a/0.html") == 1

    def test_a_refused_page_is_asked_for_once_a_day_for_a_week_and_then_told(
        self, press: Press, held: Held, source: Source, visit: Visit, clock: Clock
    ) -> None:
        for _ in range(24):
            visit(source)
            clock.forward(hours=12)
        assert press.paths().count("/a/0.html") == 7
        assert [entry.reason for entry in held.entries] == ["原文未取到"]

    def test_a_page_is_had_once_it_is_no_longer_refused(
        self, press: Press, held: Held, source: Source, visit: Visit, clock: Clock
    ) -> None:
        visit(source)
        press.pages["/a/0.html"] = article("消息 /a/0.html")
        clock.forward(hours=25)
        visit(source)
        assert unread(held) == []

    def test_a_host_that_refuses_every_page_is_asked_for_one_a_visit_and_seldomer_each_time(
        self, press: Press, source: Source, visit: Visit, clock: Clock
    ) -> None:
        press.pages |= {"/a/1.html": REFUSED, "/a/2.html": REFUSED}
        waits = []
        for number in range(3):
            press.asked.clear()
            report = visit(source).sources[0]
            assert press.paths() == ["/list.html", f"/a/{number}.html"]
            assert report.next_due_at is not None
            waits.append(report.next_due_at - clock())
            clock.now = report.next_due_at
        assert waits[2] > 3 * waits[0]


def test_pages_that_the_rules_forbid_are_told_at_once_and_had_when_the_rules_change(
    press: Press, held: Held, declare: Declare, visit: Visit, clock: Clock
) -> None:
    serve_articles(press, "/a/1.html", "/a/2.html")
    press.pages["/robots.txt"] = Page(body=b"User-agent: *\nDisallow: /a/", kind="text/plain")
    source = declare(kind="listing", url=press.url("/list.html"), list=LIST_RULE)
    for number in range(6):
        visit(source)
        assert unread(held) == ["消息 /a/1.html", "消息 /a/2.html"], number
        clock.forward(hours=1)
    assert [path for path in press.paths() if path != "/list.html"] == []
    press.pages["/robots.txt"] = Page(status=404)
    clock.forward(hours=25)
    visit(source)
    assert unread(held) == []


class TestOfAnotherHost:
    @pytest.mark.parametrize(
        "pages",
        [
            {f"{AWAY}/x.html": REFUSED},
            {f"{AWAY}/x.html": Page(body=b"<script>$_ts=window['$_ts']</script>")},
            {f"{AWAY}/x.html": Page(status=429, headers={"Retry-After": "86400"})},
            {f"{AWAY}/robots.txt": Page(status=503)},
        ],
        ids=["refused", "challenge", "busy", "rules"],
    )
    def test_what_it_refuses_does_not_keep_the_source_waiting_and_its_title_is_told(
        self, press: Press, held: Held, declare: Declare, visit: Visit, clock: Clock, pages: dict[str, Page]
    ) -> None:
        serve_articles(press, "/a/1.html", "/a/2.html")
        press.pages["/list.html"] = list_page(press.url("/x.html", AWAY), "/a/1.html", "/a/2.html")
        press.pages |= pages
        source = declare(kind="listing", url=press.url("/list.html"), list=LIST_RULE)
        for _ in range(4):
            report = visit(source).sources[0]
            assert report.failed is None
            assert report.next_due_at is not None
            assert report.next_due_at - clock() < _SOON
            clock.now = report.next_due_at
        assert unread(held) == [f"消息 {press.url('/x.html', AWAY)}"]
        assert len(held.documents) == 3
