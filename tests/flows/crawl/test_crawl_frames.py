"""Sites that keep lists and articles in frames, and links in scripts."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from crawlers.access.failure import FailureCode
from crawlers.records import Source
from crawlers.run import CrawlReport
from tests.flows.conftest import LIST_RULE, article, list_page
from tests.flows.held import Held
from tests.flows.press import Ask, Page, Press
from tests.notices.made import make
from tests.notices.written import as_docx

Declare = Callable[..., Source]
Visit = Callable[..., CrawlReport]


@pytest.fixture
def source(press: Press, declare: Declare) -> Source:
    return declare(kind="listing", url=press.url("/column.html"), list=LIST_RULE)


def around(*inside: str) -> Page:
    return Page(body=f"<html><body><h2>通知公告</h2>{''.join(inside)}</body></html>".encode())


def serve(press: Press, *paths: str, at: str) -> None:
    press.pages[at] = list_page(*paths)
    for path in paths:
        press.pages[path] = article(f"消息 {path}")


class TestFramedLists:
    def test_a_list_in_a_frame_is_read_with_links_that_begin_there(
        self, press: Press, source: Source, visit: Visit
    ) -> None:
        press.pages["/column.html"] = around("<iframe src='inner/list.html' width=100%></iframe>")
        press.pages["/inner/list.html"] = list_page("a/1.html", "a/2.html")
        press.pages |= {f"/inner/a/{number}.html": article(f"消息 a/{number}.html") for number in (1, 2)}
        report = visit(source).sources[0]
        assert (report.added, report.listed, report.failed) == (2, 2, None)

    def test_what_the_frame_lists_later_is_found_though_the_page_around_it_never_changes(
        self, press: Press, held: Held, source: Source, visit: Visit
    ) -> None:
        outer = around("<iframe src='/list.html'></iframe>")

        def column(ask: Ask) -> Page:
            known = {"ETag": '"outer"', "Last-Modified": "Tue, 24 Nov 2026 01:00:00 GMT"}
            asks = {name.lower() for name in ask.headers}
            return replace(outer, headers=known, status=304 if asks & {"if-none-match", "if-modified-since"} else 200)

        press.pages["/column.html"] = column
        serve(press, "/1.html", at="/list.html")
        press.pages["/list.html"] = replace(list_page("/1.html"), headers={"ETag": '"inner"'})
        visit(source)
        serve(press, "/2.html", "/1.html", at="/list.html")
        assert visit(source).sources[0].added == 1
        assert sorted(held.titles()) == ["消息 /1.html", "消息 /2.html"]

    def test_of_several_frames_the_one_with_records_is_the_list(
        self, press: Press, source: Source, visit: Visit
    ) -> None:
        press.pages["/column.html"] = around(
            "<iframe src='/top.html'></iframe><iframe src='/gone.html'></iframe><iframe src='/empty.html'></iframe>",
            "<iframe src='/list.html'></iframe>",
        )
        press.pages["/empty.html"] = around()
        serve(press, "/1.html", at="/list.html")
        assert visit(source).sources[0].added == 1
        assert "/top.html" not in press.paths()

    def test_the_next_pages_of_a_framed_list_are_those_of_the_frame(
        self, press: Press, held: Held, declare: Declare, visit: Visit
    ) -> None:
        press.pages["/column.html"] = around("<iframe src='/in/index.html'></iframe>")
        serve(press, "/1.html", at="/in/index.html")
        serve(press, "/2.html", at="/in/index_1.html")
        rule = {"style": "static", "base": 0, "max_pages": 2}
        visit(declare(kind="listing", url=press.url("/column.html"), list=LIST_RULE, paging=rule))
        assert sorted(held.titles()) == ["消息 /1.html", "消息 /2.html"]

    def test_frames_of_other_hosts_hidden_ones_and_forbidden_ones_are_not_asked_for(
        self, press: Press, source: Source, visit: Visit
    ) -> None:
        press.pages["/robots.txt"] = Page(body=b"User-agent: *\nDisallow: /private/\n", kind="text/plain")
        press.pages["/column.html"] = around(
            f"<iframe src='{press.url('/a.html', 'other.test')}'></iframe><iframe src='/b.html' height=0></iframe>",
            "<iframe src='/private/list.html'></iframe><iframe src='javascript:void(0)'></iframe>",
        )
        report = visit(source).sources[0]
        assert press.paths() == ["/column.html"]
        assert report.failed is not None

    def test_a_page_whose_frames_list_nothing_is_told(self, press: Press, source: Source, visit: Visit) -> None:
        press.pages["/column.html"] = around("<iframe src='/empty.html'></iframe>")
        press.pages["/empty.html"] = around("<iframe src='/column.html'></iframe>")
        report = visit(source).sources[0]
        assert report.failure_code is FailureCode.NOTHING_FOUND
        assert press.paths() == ["/column.html", "/empty.html"]


class TestFramedArticles:
    def test_the_text_in_a_frame_is_the_text_of_its_article(
        self, press: Press, held: Held, source: Source, visit: Visit
    ) -> None:
        press.pages["/column.html"] = list_page("/a/1.html")
        press.pages["/a/1.html"] = Page(
            body="<html><head><title>消息 /a/1.html</title></head><body><h1>消息 /a/1.html</h1><p>2026-11-24 09:30</p>"
            "<iframe src='text1.html' width=800 height=600></iframe></body></html>".encode()
        )
        sentence = "省药品监督管理部门接到报告后，已派员到生产企业核查，相关批次产品暂停销售使用。"
        press.pages["/a/text1.html"] = Page(
            body=f"<html><body><p>{sentence}</p><p>{sentence}</p></body></html>".encode()
        )
        visit(source)
        (found,) = held.titled("消息 /a/1.html")
        assert sentence in found.text
        assert found.published_at is not None

    def test_a_file_shown_in_a_frame_is_a_file_of_its_article(
        self, press: Press, held: Held, source: Source, visit: Visit
    ) -> None:
        press.pages["/column.html"] = list_page("/a/1.html")
        told = article("消息 /a/1.html")
        shown = b"<iframe src='/pdfjs/viewer.html?file=%2Ffiles%2F1.docx'></iframe></body>"
        press.pages["/a/1.html"] = replace(told, body=told.body.replace(b"</body>", shown))
        press.pages["/files/1.docx"] = Page(body=as_docx(make(1, "drugs")))
        visit(source)
        assert [one.method for one in held.documents.values() if one.url == press.url("/files/1.docx")] == [
            "attachment"
        ]


class TestScriptedLinks:
    @pytest.mark.parametrize(
        "link",
        [
            """<a href="javascript:void(0)" onclick="window.open('/art/2026/1.html')">消息一号</a>""",
            """<a href="javascript:openUrl('/art/2026/1.html','_blank')">消息一号</a>""",
            """<a href="#" onclick="goTo('zwgk', '/art/2026/1.html')">消息一号</a>""",
            """<a href="javascript:;" onclick='location.href="art/2026/1.html"; return false'>消息一号</a>""",
            """<a onclick="openUrl('/art/2026/1.html')">消息一号</a>""",
            """<a href="javascript:open(%27/art/2026/1.html%27)">消息一号</a>""",
        ],
    )
    def test_an_address_that_stands_in_a_script_is_followed(
        self, link: str, press: Press, held: Held, source: Source, visit: Visit
    ) -> None:
        press.pages["/column.html"] = around(f"<ul class=news><li>{link}<span>2026-11-24</span></li></ul>")
        press.pages["/art/2026/1.html"] = article("消息一号")
        visit(source)
        assert [one.url for one in held.titled("消息一号")] == [press.url("/art/2026/1.html")]

    def test_what_a_script_puts_together_is_no_address(self, press: Press, source: Source, visit: Visit) -> None:
        press.pages["/column.html"] = around(
            """<ul class=news><li><a href="javascript:void(0)" onclick="open('/art/' + id + '.html')">消息</a></li>""",
            """<li><a href="javascript:show('12345')">消息</a></li></ul>""",
        )
        visit(source)
        assert press.paths() == ["/column.html"]

    def test_links_begin_at_the_base_that_a_list_declares(self, press: Press, source: Source, visit: Visit) -> None:
        page = list_page("1.html")
        press.pages["/column.html"] = replace(page, body=page.body.replace(b"<body>", b"<base href='/news/'><body>"))
        press.pages["/news/1.html"] = article("消息 1.html")
        assert visit(source).sources[0].added == 1
