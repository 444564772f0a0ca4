"""Articles that a site shows on several pages, and pages that say nothing but where the page is."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from crawlers.access.failure import FailureCode
from crawlers.pages import UNREAD
from crawlers.records import Source
from crawlers.run import CrawlReport
from tests.flows.conftest import LIST_RULE, Clock, article, list_page
from tests.flows.held import Held
from tests.flows.press import Page, Press

Declare = Callable[..., Source]
Visit = Callable[..., CrawlReport]

TITLE = "消息 /a/1.html"


@pytest.fixture
def source(press: Press, declare: Declare) -> Source:
    press.pages["/list.html"] = list_page("/a/1.html")
    return declare(kind="listing", url=press.url("/list.html"), list=LIST_RULE)


def part(number: int, *, goes_on: str) -> Page:
    """Return one page of a notice, whose sentence names its number, with what leads on below it."""
    sentence = (
        f"<p>第{number}页：某制药有限公司生产的某注射液第{number}批经检验不符合规定，已要求暂停销售使用。</p>" * 2
    )
    told = article(TITLE)
    body = told.body.replace(b"</body></html>", b"").replace(
        b"<div class=content>", f"<div class=content>{sentence}".encode()
    )
    return replace(told, body=body + f"<div class=pages>{goes_on}</div></body>".encode())


def link(path: str) -> str:
    return f"<a href='{path}'>下一页</a>"


def three_pages(press: Press) -> None:
    press.pages |= {
        "/a/1.html": part(1, goes_on=link("/a/1_2.html")),
        "/a/1_2.html": part(2, goes_on=link("1_3.html")),
        "/a/1_3.html": part(3, goes_on="<a href='/a/2.html'>下一篇</a>"),
    }


class TestParts:
    def test_a_notice_on_three_pages_is_one_document_with_all_of_them(
        self, press: Press, held: Held, source: Source, visit: Visit
    ) -> None:
        three_pages(press)
        assert visit(source).sources[0].added == 1
        (found,) = held.titled(TITLE)
        assert [f"第{number}批" in found.text for number in (1, 2, 3)] == [True, True, True]
        assert "next_part" not in found.extras

    def test_pages_that_a_script_counts_are_joined(
        self, press: Press, held: Held, source: Source, visit: Visit
    ) -> None:
        press.pages |= {
            "/a/1.html": part(1, goes_on="<script>createPageHTML(2, 0, '1', 'html');</script>"),
            "/a/1_1.html": part(2, goes_on="<script>createPageHTML(2, 1, '1', 'html');</script>"),
        }
        visit(source)
        (found,) = held.titled(TITLE)
        assert "第2批" in found.text

    def test_a_notice_whose_second_page_fails_says_so_and_is_had_whole_later(
        self, press: Press, held: Held, source: Source, visit: Visit, clock: Clock
    ) -> None:
        three_pages(press)
        second = press.pages["/a/1_2.html"]
        press.pages["/a/1_2.html"] = Page(status=502)
        visit(source)
        (found,) = held.titled(TITLE)
        assert "（全文未完，第 2 页未能取到。）" in found.text
        assert "HTTP 502" in found.extras[UNREAD]
        press.pages["/a/1_2.html"] = second
        clock.forward(hours=1)
        visit(source)
        (found,) = held.titled(TITLE)
        assert "第3批" in found.text
        assert "未完" not in found.text

    @pytest.mark.parametrize(
        "path", ["/a/2.html", "/b/1_2.html", "/a/1_2.shtml", "http://other.test:{port}/a/1_2.html"]
    )
    def test_the_next_article_is_not_the_next_page(
        self, press: Press, held: Held, source: Source, visit: Visit, path: str
    ) -> None:
        press.pages["/a/1.html"] = part(1, goes_on=link(path.format(port=press.port)))
        visit(source)
        assert press.paths() == ["/list.html", "/a/1.html"]
        assert len(held.titled(TITLE)) == 1

    def test_pages_that_go_on_for_ever_are_taken_to_the_tenth_and_the_document_says_so(
        self, press: Press, held: Held, source: Source, visit: Visit
    ) -> None:
        press.pages["/a/1.html"] = part(1, goes_on=link("/a/1_2.html"))
        press.pages |= {f"/a/1_{n}.html": part(n, goes_on=link(f"/a/1_{n + 1}.html")) for n in range(2, 40)}
        visit(source)
        (found,) = held.titled(TITLE)
        assert "第10批" in found.text
        assert "后面的页未取" in found.text
        assert len(press.paths()) == 11


class TestForwarding:
    def test_a_page_that_only_forwards_is_followed_to_its_article(
        self, press: Press, held: Held, source: Source, visit: Visit
    ) -> None:
        press.pages |= {
            "/a/1.html": Page(body=b"<meta http-equiv=refresh content='0;url=/new/1.html'>"),
            "/new/1.html": article(TITLE),
        }
        assert visit(source).sources[0].added == 1
        assert "暂停销售使用" in held.titled(TITLE)[0].text

    def test_a_list_behind_a_forwarding_page_is_read(self, press: Press, declare: Declare, visit: Visit) -> None:
        press.pages |= {
            "/": Page(body=b"<html><head><META HTTP-EQUIV='Refresh' CONTENT='1; URL=list.html'></head></html>"),
            "/list.html": list_page("/a/1.html"),
            "/a/1.html": article(TITLE),
        }
        assert visit(declare(kind="listing", url=press.url("/"), list=LIST_RULE)).sources[0].added == 1

    @pytest.mark.parametrize(
        "target", ["http://other.test:{port}/1.html", "http://169.254.169.254/", "file:///etc/passwd", "/a/1.html"]
    )
    def test_a_forwarding_page_leads_to_no_other_host_and_not_to_itself(
        self, press: Press, source: Source, visit: Visit, target: str
    ) -> None:
        target = target.format(port=press.port)
        press.pages["/a/1.html"] = Page(body=f"<meta http-equiv=refresh content='0;url={target}'>".encode())
        visit(source)
        assert press.paths() == ["/list.html", "/a/1.html"]

    def test_forwarding_in_a_circle_ends_after_five_hops(self, press: Press, source: Source, visit: Visit) -> None:
        press.pages |= {
            "/a/1.html": Page(body=b"<meta http-equiv=refresh content='0;url=/a/b.html'>"),
            "/a/b.html": Page(body=b"<meta http-equiv=refresh content='0;url=/a/1.html'>"),
        }
        report = visit(source).sources[0]
        assert report.dropped == {FailureCode.REDIRECTS: 1}
        assert len(press.paths()) == 7

    def test_an_article_that_reloads_as_another_page_is_that_article(
        self, press: Press, held: Held, source: Source, visit: Visit
    ) -> None:
        told = article(TITLE)
        head = b"<head><meta http-equiv=refresh content='5;url=/m/1.html'>"
        press.pages["/a/1.html"] = replace(told, body=told.body.replace(b"<head>", head))
        visit(source)
        assert press.paths() == ["/list.html", "/a/1.html"]
        assert len(held.titled(TITLE)) == 1
