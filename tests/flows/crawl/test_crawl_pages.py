"""What the address of a listed record answers with: its page, a file, another page, a challenge; and when it was published."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from crawlers.access.failure import FailureCode
from crawlers.records import DatePrecision, Source
from crawlers.run import CrawlReport
from tests.flows.conftest import LIST_RULE, Clock, article, list_page, serve_articles
from tests.flows.held import Held
from tests.flows.press import Page, Press
from tests.notices.made import make
from tests.notices.written import as_docx

Declare = Callable[..., Source]
Visit = Callable[..., CrawlReport]

NOTICE = make(1, "drugs")
DOCX = Page(body=as_docx(NOTICE), kind="application/octet-stream")
CHALLENGE = b"<script>document.cookie='__jsl_clearance_s=1';location.href=location.pathname</script>"
HOME = Page(status=302, headers={"Location": "/"})


@pytest.fixture
def source(press: Press, declare: Declare) -> Source:
    return declare(kind="listing", url=press.url("/list.html"), list=LIST_RULE)


def page(markup: str) -> Page:
    return Page(body=f"<html><head><meta charset=utf-8></head><body>{markup}</body></html>".encode())


class TestFiles:
    def test_a_file_that_the_list_links_to_itself_is_the_document_of_its_record(
        self, press: Press, held: Held, source: Source, visit: Visit
    ) -> None:
        press.pages |= {"/list.html": list_page("/files/mingdan.docx"), "/files/mingdan.docx": DOCX}
        report = visit(source).sources[0]
        assert (report.added, report.quarantined, report.pending) == (1, 0, 0)
        (found,) = held.documents.values()
        assert (found.title, found.method) == ("消息 /files/mingdan.docx", "attachment")
        assert found.published_at is not None
        assert found.published_at.isoformat() == "2026-11-24T00:00:00+08:00"
        assert [row["batch"] for row in found.extras["rows"]] == [record["batch"] for record in NOTICE.records]
        assert f"产品名称：{NOTICE.records[0]['product']}" in found.text
        assert held.files[str(found.raw_hash)].content == DOCX.body
        press.asked.clear()
        visit(source)
        assert press.paths() == ["/list.html"]

    def test_a_listed_file_that_cannot_be_understood_keeps_its_title_and_says_so(
        self, press: Press, held: Held, source: Source, visit: Visit
    ) -> None:
        press.pages |= {"/list.html": list_page("/a.pdf"), "/a.pdf": Page(body=b"%PDF-1.7 ...", kind="application/pdf")}
        visit(source)
        (found,) = held.documents.values()
        assert found.title == "消息 /a.pdf"
        assert "内容未能读取" in found.text

    def test_attachments_of_a_page_that_moved_are_looked_for_where_it_is_now(
        self, press: Press, held: Held, source: Source, visit: Visit
    ) -> None:
        moved = article("关于药品抽检不合格的通告")
        linked = "<p>附件：<a href='./f.docx'>名单</a></p></body>".encode()
        press.pages |= {
            "/list.html": list_page("/a/1.html"),
            "/a/1.html": Page(status=301, headers={"Location": "/new/2026/1.html"}),
            "/new/2026/1.html": replace(moved, body=moved.body.replace(b"</body>", linked)),
            "/new/2026/f.docx": DOCX,
        }
        visit(source)
        assert press.paths()[-1] == "/new/2026/f.docx"
        assert len(held.documents) == 2


class TestOtherPages:
    @pytest.mark.parametrize(
        ("answer", "reason"),
        [
            (HOME, "原文已不在"),
            (Page(status=302, headers={"Location": "/news/"}), "原文已不在"),
            (page("<h1>提示信息</h1><div>您访问的页面不存在或已被删除！</div>"), "原文已不在"),
            (
                page(
                    "<title>404</title><h1>404</h1>"
                    + "<p>请好心人提供走失儿童的线索，让我们一起帮助他们早日回到父母的身边。</p>" * 4
                ),
                "原文已不在",
            ),
            (page("<h1>系统提示</h1><p>该信息正在审核，暂时不能查看。</p>"), "原文已不在"),
            (page("<p>该内容已被发布者删除，请返回上一页继续浏览其他内容。</p>"), "原文已不在"),
            (
                page("<h1>统一身份认证</h1><p>请先登录后再查看本页面的全部内容</p><input type=password>"),
                "要求登录",
            ),
        ],
    )
    def test_what_is_not_the_page_of_its_record_is_never_taken_for_it(
        self, press: Press, held: Held, source: Source, visit: Visit, clock: Clock, answer: Page, reason: str
    ) -> None:
        clock.forward(days=3)  # what was just published may still come
        serve_articles(press, "/a/1.html", "/a/2.html")
        press.pages |= {"/a/1.html": answer, "/": article("省局门户网站首页上的文章"), "/news/": article("要闻动态")}
        report = visit(source).sources[0]
        assert (held.titles(), report.pending) == (["消息 /a/2.html"], 1)
        assert [entry.reason for entry in held.entries] == [reason]

    @pytest.mark.parametrize(
        "answer",
        [
            page("<h1>消息 /a/1.html</h1><img src=a.jpg><form>用户登录<input type=password></form>"),
            page("<h1>消息 /a/1.html</h1><p>经查，网传“页面已删除”不实。</p>"),
            Page(status=302, headers={"Location": "/?p=7"}),
            Page(status=301, headers={"Location": "/a/1/"}),
        ],
    )
    def test_a_short_page_under_the_listed_title_is_that_page_whatever_stands_beside_it(
        self, press: Press, held: Held, source: Source, visit: Visit, answer: Page
    ) -> None:
        short = page("<h1>消息 /a/1.html</h1><p>经查，网传药店停业不实。</p>")
        press.pages |= {
            "/list.html": list_page("/a/1.html"),
            "/a/1.html": answer,
            "/?p=7": article("消息 /a/1.html"),
            "/a/1/": short,
        }
        assert visit(source).sources[0].added == 1
        assert held.entries == []


class TestTitles:
    def test_a_page_that_is_called_like_its_site_has_the_listed_title(
        self, press: Press, held: Held, source: Source, visit: Visit
    ) -> None:
        text = (
            article("江西省药品监督管理局")
            .body.decode()
            .replace("<h1>江西省药品监督管理局</h1>", "<p>消息 /a/1.html</p>")
        )
        press.pages |= {"/list.html": list_page("/a/1.html"), "/a/1.html": Page(body=text.encode())}
        visit(source)
        assert held.titles() == ["消息 /a/1.html"]

    def test_a_title_that_ends_like_the_name_of_an_office_stays_where_the_listed_one_is_not_on_the_page(
        self, press: Press, held: Held, source: Source, visit: Visit
    ) -> None:
        press.pages |= {"/list.html": list_page("/a/1.html"), "/a/1.html": article("记者走进省药监局")}
        visit(source)
        assert held.titles() == ["记者走进省药监局"]


class TestRefusals:
    @pytest.mark.parametrize("status", [405, 401])
    def test_a_site_that_refuses_its_pages_is_asked_for_one(
        self, press: Press, source: Source, visit: Visit, status: int
    ) -> None:
        serve_articles(press, *(f"/a/{number}.html" for number in range(8)))
        press.pages |= {f"/a/{number}.html": Page(status=status) for number in range(8)}
        report = visit(source).sources[0]
        assert (report.failure_code, report.pending) == (FailureCode.CHALLENGE, 8)
        assert press.paths() == ["/list.html", "/a/0.html"]

    @pytest.mark.parametrize("status", [400, 468, 521])
    def test_a_challenge_is_one_under_whatever_status_it_comes(
        self, press: Press, source: Source, visit: Visit, status: int
    ) -> None:
        press.pages["/list.html"] = Page(status=status, body=CHALLENGE)
        assert visit(source).sources[0].failure_code is FailureCode.CHALLENGE

    def test_the_page_for_missing_ones_is_no_challenge_for_its_captcha(
        self, press: Press, held: Held, source: Source, visit: Visit
    ) -> None:
        serve_articles(press, "/a/1.html", "/a/2.html")
        press.pages["/a/1.html"] = Page(status=404, body=b"<p>404</p><img src=captcha.png>")
        assert visit(source).sources[0].failed is None
        assert held.titles() == ["消息 /a/2.html"]


class TestTimes:
    @pytest.mark.parametrize(
        ("shown", "expected"),
        [
            ("2026-11-24 09:30", "2026-11-24T09:30:00+08:00"),
            ("发布时间：2026-11-22 21:00", "2026-11-22T21:00:00+08:00"),
            ("2019年6月17日10时30分", "2026-11-24T00:00:00+08:00"),
        ],
    )
    def test_a_page_refines_the_listed_day_and_never_moves_it_to_another_year(
        self, press: Press, held: Held, source: Source, visit: Visit, shown: str, expected: str
    ) -> None:
        press.pages |= {"/list.html": list_page("/a/1.html"), "/a/1.html": article("消息 /a/1.html", date=shown)}
        visit(source)
        (found,) = held.documents.values()
        assert found.published_at is not None
        assert found.published_at.isoformat() == expected
        assert (found.precision is DatePrecision.DAY) == (shown.startswith("2019"))
