"""Pages whose listed title changed at a known address: corrections, and addresses that are used again."""

from collections.abc import Callable

import pytest

from crawlers.pages import UNREAD
from crawlers.records import DatePrecision, Source
from crawlers.run import CrawlReport
from tests.flows.conftest import LIST_RULE, Clock, article, serve_articles
from tests.flows.held import Held
from tests.flows.press import Page, Press

Declare = Callable[..., Source]
Visit = Callable[..., CrawlReport]

PATHS = tuple(f"/a/{number}.html" for number in range(6))


@pytest.fixture
def source(press: Press, declare: Declare, visit: Visit, clock: Clock) -> Source:
    """A source whose articles have been taken."""
    serve_articles(press, *PATHS)
    declared = declare(kind="listing", url=press.url("/list.html"), list=LIST_RULE)
    visit(declared)
    press.asked.clear()
    clock.forward(hours=1)
    return declared


def retitle(press: Press, before: str, after: str) -> None:
    page = press.pages["/list.html"]
    assert isinstance(page, Page)
    press.pages["/list.html"] = Page(body=page.body.replace(f">{before}<".encode(), f">{after}<".encode()))


def test_a_notice_that_is_corrected_under_another_title_is_a_new_version_of_the_same_document(
    press: Press, held: Held, source: Source, visit: Visit
) -> None:
    retitle(press, "消息 /a/1.html", "消息 /a/1.html（更正）")
    press.pages["/a/1.html"] = article("消息 /a/1.html（更正）")
    report = visit(source).sources[0]
    assert (report.added, report.edited) == (0, 1)
    assert len(held.documents) == len(PATHS)
    assert (held.puts[-1].published_at, held.puts[-1].precision) == (None, DatePrecision.UNKNOWN)
    assert press.paths() == ["/list.html", "/a/1.html"]
    visit(source)
    assert press.paths().count("/a/1.html") == 1


@pytest.mark.parametrize("answer", [Page(status=500), Page(status=404), Page(body=b"   "), Page(status=403)])
def test_a_page_that_cannot_be_had_again_stays_as_it_was_taken(
    press: Press, held: Held, source: Source, visit: Visit, answer: Page
) -> None:
    before = len(held.puts)
    retitle(press, "消息 /a/1.html", "最新消息：药品召回")
    press.pages["/a/1.html"] = answer
    assert visit(source).sources[0].failed is None
    assert len(held.puts) == before
    assert held.entries == []


@pytest.mark.parametrize(
    "after", ["【置顶】消息 /a/1.html", "消息 /a/1.html 2026-11-25", "消息 /a/1.html（128）", "消息　/a/1.html NEW"]
)
def test_what_stands_around_a_title_is_no_other_title(press: Press, source: Source, visit: Visit, after: str) -> None:
    retitle(press, "消息 /a/1.html", after)
    visit(source)
    assert press.paths() == ["/list.html"]


def test_a_list_all_of_whose_titles_are_others_is_asked_for_none_of_its_pages(
    press: Press, source: Source, visit: Visit
) -> None:
    for path in PATHS:
        retitle(press, f"消息 {path}", f"新闻：消息 {path}")
    visit(source)
    assert press.paths() == ["/list.html"]


def test_a_page_that_is_still_owed_is_asked_for_once(
    press: Press, held: Held, source: Source, visit: Visit, clock: Clock
) -> None:
    serve_articles(press, *PATHS, "/a/9.html")
    press.pages["/a/9.html"] = Page(status=502)
    for _ in range(3):
        visit(source)
        clock.forward(minutes=20)
    assert [one.title for one in held.documents.values() if UNREAD in one.extras] == ["消息 /a/9.html"]
    press.asked.clear()
    retitle(press, "消息 /a/9.html", "更正：消息 /a/9.html")
    visit(source)
    assert "/a/9.html" not in press.paths()
