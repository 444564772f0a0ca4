"""Pages that a site lists and does not give: asked for again after outages, judged by their titles, told to people."""

from collections.abc import Callable

import pytest

from crawlers.access.failure import FailureCode
from crawlers.pages import UNREAD
from crawlers.records import Source
from crawlers.remembered import LATE, LEFT_ALONE
from crawlers.run import CrawlReport
from tests.flows.conftest import LIST_RULE, Clock, article, list_page, serve_articles
from tests.flows.held import Held
from tests.flows.press import Page, Press

Declare = Callable[..., Source]
Visit = Callable[..., CrawlReport]

DOWN = Page(status=502)
TITLE = "消息 /a/2.html"


@pytest.fixture
def source(press: Press, declare: Declare) -> Source:
    serve_articles(press, "/a/1.html", "/a/2.html")
    return declare(kind="listing", url=press.url("/list.html"), list=LIST_RULE)


def text_of(held: Held, title: str = TITLE) -> str:
    (found,) = held.titled(title)
    return found.text


class TestOutages:
    @pytest.mark.parametrize(("visits", "apart"), [(6, 1), (12, 12)])
    def test_a_page_is_had_after_an_outage_of_hours_or_days(
        self, press: Press, held: Held, source: Source, visit: Visit, clock: Clock, visits: int, apart: int
    ) -> None:
        press.pages["/a/2.html"] = DOWN
        for _ in range(visits):
            visit(source)
            clock.forward(hours=apart)
        press.pages["/a/2.html"] = article(TITLE)
        for _ in range(3):
            clock.forward(hours=12)
            visit(source)
        assert "暂停销售使用" in text_of(held)
        assert held.remembered["daily"].memory[LATE] == []

    def test_a_page_is_had_also_after_its_list_has_dropped_it(
        self, press: Press, held: Held, source: Source, visit: Visit, clock: Clock
    ) -> None:
        press.pages["/a/2.html"] = DOWN
        visit(source)
        press.pages |= {"/list.html": list_page("/a/1.html"), "/a/2.html": article(TITLE)}
        clock.forward(hours=1)
        visit(source)
        assert "暂停销售使用" in text_of(held)

    def test_a_page_that_never_answers_costs_a_dozen_requests_in_a_week_and_is_then_told(
        self, press: Press, held: Held, source: Source, visit: Visit, clock: Clock
    ) -> None:
        press.pages["/a/2.html"] = Page(status=503)
        for _ in range(26):
            visit(source)
            clock.forward(hours=12)
        assert press.paths().count("/a/2.html") == 14
        (entry,) = held.entries
        assert entry.reason == "原文未取到"
        assert press.url("/a/2.html") in entry.detail
        assert [page["title"] for page in held.remembered["daily"].memory[LEFT_ALONE]] == [TITLE]

    def test_more_than_a_visit_takes_are_had_though_the_list_drops_them(
        self, press: Press, held: Held, declare: Declare, visit: Visit, clock: Clock
    ) -> None:
        paths = [f"/a/{number}.html" for number in range(6)]
        serve_articles(press, *paths)
        source = declare(
            kind="listing",
            url=press.url("/list.html"),
            list=LIST_RULE,
            politeness={"delay": "0s", "max_articles": 2},
        )
        visit(source)
        press.pages["/list.html"] = list_page("/a/0.html")
        for _ in range(4):
            clock.forward(hours=1)
            visit(source)
        assert held.titles() == [f"消息 {path}" for path in paths]


class TestJustPublished:
    """What a list tells before its page is there: copied to all servers, rendered, passed by an editor."""

    MISSING = (
        Page(status=404),
        Page(body="<title>提示信息</title><p>页面不存在</p>".encode()),
        Page(body="<p>页面正在发布</p>".encode()),
    )

    @pytest.mark.parametrize("missing", MISSING)
    def test_a_page_that_is_missing_at_first_is_told_by_its_title_and_had_when_it_is_there(
        self, press: Press, held: Held, source: Source, visit: Visit, clock: Clock, missing: Page
    ) -> None:
        press.pages["/a/2.html"] = missing
        for _ in range(4):
            visit(source)
            clock.forward(minutes=12)
        assert "原文未能取到" in text_of(held)
        assert held.entries == []
        press.pages["/a/2.html"] = article(TITLE)
        clock.forward(hours=1)
        visit(source)
        assert "暂停销售使用" in text_of(held)

    def test_a_page_that_stays_missing_is_given_up_once_it_is_not_new_any_more(
        self, press: Press, held: Held, source: Source, visit: Visit, clock: Clock
    ) -> None:
        press.pages["/a/2.html"] = Page(status=404)
        for _ in range(40):
            visit(source)
            clock.forward(hours=3)
        assert press.paths().count("/a/2.html") <= 12
        assert [entry.reason for entry in held.entries] == ["原文未取到"]


class TestTitles:
    def test_the_title_of_a_page_that_does_not_answer_is_stored_at_the_third_try_and_says_so(
        self, press: Press, held: Held, source: Source, visit: Visit, clock: Clock
    ) -> None:
        press.pages["/a/2.html"] = DOWN
        for tries in range(1, 4):
            visit(source)
            clock.forward(hours=1)
            assert (TITLE in held.titles()) is (tries == 3)
        (found,) = held.titled(TITLE)
        assert found.text == "（原文未能取到，只有标题。）"
        assert "HTTP 502" in found.extras[UNREAD]

    def test_the_text_replaces_the_title_once_it_can_be_had(
        self, press: Press, held: Held, source: Source, visit: Visit, clock: Clock
    ) -> None:
        press.pages["/a/2.html"] = DOWN
        for _ in range(3):
            visit(source)
            clock.forward(hours=1)
        press.pages["/a/2.html"] = article(TITLE)
        clock.forward(hours=2)
        report = visit(source).sources[0]
        assert (report.added, report.edited) == (0, 1)
        assert "暂停销售使用" in text_of(held)

    @pytest.mark.parametrize("bad", [Page(status=404), Page(body=b"   ")])
    def test_the_title_of_a_page_that_cannot_be_read_is_stored_when_it_is_given_up(
        self, press: Press, held: Held, source: Source, visit: Visit, clock: Clock, bad: Page
    ) -> None:
        clock.forward(days=3)  # what was just published may still come
        press.pages["/a/2.html"] = bad
        for _ in range(4):
            visit(source)
            clock.forward(hours=1)
        assert "原文未能取到" in text_of(held)
        assert press.paths().count("/a/2.html") == 3
        assert held.entries

    def test_titles_of_a_list_whose_pages_are_behind_a_challenge_are_stored_at_once(
        self, press: Press, held: Held, source: Source, visit: Visit
    ) -> None:
        press.pages |= {"/a/1.html": Page(status=412), "/a/2.html": Page(status=412)}
        report = visit(source).sources[0]
        assert report.failure_code is FailureCode.CHALLENGE
        assert held.titles() == ["消息 /a/1.html", TITLE]
        assert all(UNREAD in document.extras for document in held.documents.values())
        assert press.paths() == ["/list.html", "/a/1.html"]

    def test_what_a_feed_says_of_a_page_is_stored_with_its_title(
        self, press: Press, held: Held, declare: Declare, visit: Visit
    ) -> None:
        press.pages |= {
            "/feed.xml": Page(
                body="<rss version='2.0'><channel><item><title>药店售假被查</title><link>/a/9.html</link>"
                "<description>记者获悉，涉事药店已停业。</description></item></channel></rss>".encode(),
                kind="text/xml",
            ),
            "/a/9.html": Page(status=412),
        }
        visit(declare(kind="feed", url=press.url("/feed.xml")))
        assert text_of(held, "药店售假被查") == "记者获悉，涉事药店已停业。\n（原文未能取到，只有标题和摘要。）"
