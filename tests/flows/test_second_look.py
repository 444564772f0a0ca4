"""Looking again at pages that were taken: edits, counts, and whether they can still be had."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from crawlers.access.egress import Egress
from crawlers.records import DatePrecision, Source, document_id
from crawlers.run import CrawlReport
from crawlers.schedule.looks import Answer
from crawlers.second_look import Errand, PageAgain, Seen, look_again
from tests.flows.conftest import LIST_RULE, Clock, article, serve_articles
from tests.flows.held import Held
from tests.flows.press import Page, Press

Declare = Callable[..., Source]
Visit = Callable[..., CrawlReport]
Again = Callable[..., dict[str, Seen]]

PATHS = ("/a/1.html", "/a/2.html", "/a/3.html")


@pytest.fixture
def source(press: Press, declare: Declare, visit: Visit) -> Source:
    """A source of three articles that have been taken."""
    serve_articles(press, *PATHS)
    declared = declare(kind="listing", url=press.url("/list.html"), list=LIST_RULE)
    visit(declared)
    press.asked.clear()
    return declared


@pytest.fixture
def again(press: Press, held: Held, egress: Egress, clock: Clock, source: Source) -> Again:
    """Look again at the pages of two of the three, with the third as the canary; answers by path."""

    def run(*paths: str, canary: str | None = PATHS[2]) -> dict[str, Seen]:
        by_url = {document.url: document for document in held.documents.values()}
        pages = tuple(
            PageAgain(document_id=found.id, native_id=found.native_id, title=found.title, url=str(found.url))
            for found in (by_url[press.url(path)] for path in paths or PATHS[:2])
        )
        errand = Errand(source=source, pages=pages, canary=None if canary is None else press.url(canary))
        seen = asyncio.run(
            look_again(
                [errand],
                make_sink=lambda: held,
                make_state=lambda: held,
                egress=egress,
                now=clock,
                author_key=b"0123456789abcdef",
                time_limit_seconds=20,
            )
        )
        urls = {document.id: str(document.url) for document in held.documents.values()}
        return {urls[one.document_id].removeprefix(press.url("")): one for one in seen}

    return run


def answers(seen: dict[str, Seen]) -> list[Answer]:
    return [seen[path].answer for path in PATHS[:2]]


def test_pages_that_did_not_change_are_live_and_known(again: Again, held: Held, press: Press) -> None:
    assert answers(again()) == [Answer.LIVE, Answer.LIVE]
    assert press.paths() == ["/a/1.html", "/a/2.html"]
    assert len({document.content_hash for document in held.puts}) == 3


def test_an_edited_text_is_a_new_version_of_the_same_document(again: Again, held: Held, press: Press) -> None:
    edited = article("消息 /a/1.html").body.replace("暂停销售使用".encode(), "恢复销售使用".encode())
    press.pages["/a/1.html"] = Page(body=edited)
    again()
    key = next(document.id for document in held.documents.values() if document.url == press.url("/a/1.html"))
    assert "恢复销售使用" in held.documents[key].text
    assert key == document_id("daily", held.documents[key].native_id)


def test_an_edit_does_not_move_when_its_page_was_published(again: Again, held: Held, press: Press) -> None:
    press.pages["/a/1.html"] = article("更正：消息 /a/1.html", date="2026-11-25 09:59")
    again()
    edited = next(one for one in held.puts if one.title.startswith("更正"))
    assert (edited.published_at, edited.precision) == (None, DatePrecision.UNKNOWN)


def test_counts_that_a_page_tells_are_taken(again: Again, press: Press) -> None:
    body = article("消息 /a/1.html").body.replace(b"</h1>", "</h1><i>阅读 1.2万 评论 34</i>".encode())
    press.pages["/a/1.html"] = Page(body=body)
    counts = again()["/a/1.html"].engagement
    assert counts is not None
    assert (counts.views, counts.comments, counts.likes) == (12000, 34, None)


@pytest.mark.parametrize("status", [404, 410])
def test_a_missing_page_is_missing_where_the_canary_answers(again: Again, press: Press, status: int) -> None:
    press.pages["/a/1.html"] = Page(status=status)
    assert answers(again()) == [Answer.MISSING, Answer.LIVE]
    assert press.paths().count("/a/3.html") == 1


def test_the_sites_own_words_for_a_missing_page_are_understood(again: Again, press: Press) -> None:
    words = "<html><body><p>您访问的页面不存在或已被删除</p></body></html>"
    press.pages["/a/1.html"] = Page(body=words.encode())
    assert again()["/a/1.html"].answer is Answer.MISSING


def test_a_redirect_to_the_home_page_is_a_missing_page(again: Again, press: Press) -> None:
    press.pages["/a/1.html"] = Page(status=302, headers={"Location": "/index.html"})
    press.pages["/index.html"] = article("首页上的一篇文章")
    assert again()["/a/1.html"].answer is Answer.MISSING


def test_an_article_about_deleted_pages_is_no_missing_page(again: Again, press: Press) -> None:
    press.pages["/a/1.html"] = article("网传某页面已被删除，记者核实")
    assert again()["/a/1.html"].answer is Answer.LIVE


@pytest.mark.parametrize(
    "outage",
    [
        Page(status=404),
        Page(status=500),
        Page(status=412, body=b"<script>challenge()</script>"),
        Page(body=b"<html><script>$_ts=window['$_ts'];</script></html>"),
    ],
)
def test_where_the_canary_is_missing_too_nothing_is_known(again: Again, press: Press, outage: Page) -> None:
    for path in PATHS:
        press.pages[path] = outage
    assert Answer.MISSING not in answers(again())
    assert Answer.LIVE not in answers(again())


def test_without_a_canary_nothing_is_called_missing(again: Again, press: Press) -> None:
    press.pages["/a/1.html"] = Page(status=404)
    assert again("/a/1.html", canary=None)["/a/1.html"].answer is Answer.UNKNOWN


def test_a_page_looked_at_beside_it_vouches_for_the_site_too(again: Again, press: Press) -> None:
    press.pages["/a/1.html"] = Page(status=404)
    assert answers(again(canary=None)) == [Answer.MISSING, Answer.LIVE]


@pytest.mark.parametrize("status", [403, 412, 429, 500, 503])
def test_refusals_and_outages_say_nothing_of_a_page(again: Again, press: Press, status: int) -> None:
    press.pages["/a/1.html"] = Page(status=status)
    assert again("/a/1.html")["/a/1.html"].answer is Answer.UNKNOWN


def test_looks_keep_the_manners_of_visits_and_count_for_the_day(
    again: Again, press: Press, held: Held, clock: Clock
) -> None:
    before: Any = held.remembered["daily"].memory["requests"]
    again()
    assert held.remembered["daily"].memory["requests"] == before + 2
    press.pages["/robots.txt"] = Page(body=b"User-agent: *\nDisallow: /a/", kind="text/plain")
    clock.forward(hours=25)
    press.asked.clear()
    assert answers(again()) == [Answer.UNKNOWN, Answer.UNKNOWN]
    assert press.paths() == []


@pytest.mark.parametrize("title", ["系统维护", "访问验证", "用户登录"])
def test_what_a_site_shows_for_a_while_is_no_edited_text(again: Again, held: Held, press: Press, title: str) -> None:
    before = len(held.puts)
    words = "系统检测到您的网络环境存在异常，或者网站正在升级维护，请稍后再访问本网站，感谢您的理解与配合。" * 3
    press.pages["/a/1.html"] = Page(body=f"<title>{title}</title><h1>{title}</h1><div><p>{words}</p></div>".encode())
    assert answers(again()) == [Answer.UNKNOWN, Answer.LIVE]
    assert [one.title for one in held.puts[before:]] == ["消息 /a/2.html"]


NAVIGATION = "".join(
    f"<li><a href='/c{number}/'>{name}</a></li>" for number, name in enumerate(["首页", "要闻", "药品"])
)
CHANNEL = "".join(
    f"<li><a href='/n/{number}.html'>第 {number} 号 全省药品安全专项整治进展通报</a></li>" for number in range(20)
)


def shown(title: str, words: str) -> Page:
    """Return a page as a site shows it: its menu, some words, what else there is to read."""
    markup = (
        f"<html><title>{title}</title><body><ul>{NAVIGATION}</ul><div>{words}</div><ul>{CHANNEL}</ul></body></html>"
    )
    return Page(body=markup.encode())


@pytest.mark.parametrize("there", ["/news/", "/news/index.html", "/index.php", "/news/list_2.shtml"])
def test_a_redirect_to_the_channel_of_a_page_is_a_missing_page(
    again: Again, held: Held, press: Press, there: str
) -> None:
    before = len(held.puts)
    press.pages |= {"/a/1.html": Page(status=302, headers={"Location": there}), there: shown("要闻动态_药闻网", "")}
    assert again("/a/1.html")["/a/1.html"].answer is Answer.MISSING
    assert len(held.puts) == before


def test_a_page_that_moved_into_a_folder_of_its_own_is_still_there(again: Again, press: Press) -> None:
    press.pages |= {
        "/a/1.html": Page(status=301, headers={"Location": "/2026/a-1/"}),
        "/2026/a-1/": article("消息 /a/1.html"),
    }
    assert again("/a/1.html")["/a/1.html"].answer is Answer.LIVE


@pytest.mark.parametrize(
    "words",
    [
        "该稿件已撤稿，请浏览其他内容。",
        "您查看的文章已过期或被移除",
        "没有找到相关内容",
        "该新闻内容已撤下。",
    ],
)
def test_other_words_for_what_was_taken_down_are_understood(again: Again, press: Press, words: str) -> None:
    press.pages["/a/1.html"] = shown("药闻网", f"<p>{words}</p>")
    assert again("/a/1.html")["/a/1.html"].answer is Answer.MISSING


@pytest.mark.parametrize("answer", [shown("药闻网", "<p>感谢您的关注。</p>"), shown("药闻网", "")])
def test_a_page_that_is_another_one_altogether_is_no_edited_text(
    again: Again, held: Held, press: Press, answer: Page
) -> None:
    before = len(held.puts)
    press.pages["/a/1.html"] = answer
    assert again("/a/1.html")["/a/1.html"].answer is Answer.UNKNOWN
    assert len(held.puts) == before


def test_a_text_that_was_emptied_does_not_replace_what_was_taken(again: Again, held: Held, press: Press) -> None:
    before = len(held.puts)
    press.pages["/a/1.html"] = shown("消息 /a/1.html_药闻网", "<h1>消息 /a/1.html</h1>")
    again("/a/1.html")
    assert len(held.puts) == before
