"""What a site answers with status 200 instead of its pages, for a while: maintenance, checks of who asks, log-ins."""

from collections.abc import Callable

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
WORDS = "系统检测到您的网络环境存在异常，或者网站正在升级维护，请稍后再访问本网站，感谢您的理解与配合。" * 3


def page(title: str, words: str = WORDS) -> Page:
    return Page(body=f"<title>{title}</title><body><h1>{title}</h1><div><p>{words}</p></div></body>".encode())


@pytest.fixture
def source(press: Press, declare: Declare) -> Source:
    press.pages["/list.html"] = list_page("/a/1.html")
    return declare(kind="listing", url=press.url("/list.html"), list=LIST_RULE)


@pytest.mark.parametrize(
    "title",
    [
        "系统维护",
        "网站升级维护公告",
        "访问验证",
        "安全验证_某某网",
        "访问过于频繁",
        "Web应用防火墙",
        "系统繁忙",
        "Just a moment...",
    ],
)
def test_what_stands_there_for_a_while_is_no_article_and_the_article_is_had_when_it_is_back(
    press: Press, held: Held, source: Source, visit: Visit, clock: Clock, title: str
) -> None:
    press.pages["/a/1.html"] = page(title)
    for _ in range(5):
        visit(source)
        clock.forward(hours=6)
        assert title not in " ".join(held.titles())
    assert UNREAD in held.titled(TITLE)[0].extras
    press.pages["/a/1.html"] = article(TITLE)
    for _ in range(2):
        clock.forward(hours=12)
        visit(source)
    assert "暂停销售使用" in held.titled(TITLE)[0].text


def test_a_log_in_is_no_article_however_much_it_says(press: Press, held: Held, source: Source, visit: Visit) -> None:
    press.pages["/a/1.html"] = page("用户登录", WORDS * 4)
    visit(source)
    assert held.titles() == []
    assert [entry.reason for entry in held.entries] == ["要求登录"]


def test_a_page_that_leads_to_a_log_in_is_no_article(press: Press, held: Held, source: Source, visit: Visit) -> None:
    press.pages["/a/1.html"] = Page(status=302, headers={"Location": "/sso/login?back=1"})
    press.pages["/sso/login?back=1"] = page("江西政务服务网", WORDS * 9)
    visit(source)
    assert held.titles() == []
    assert [entry.reason for entry in held.entries] == ["要求登录"]


NOT_THERE = (
    "<title>崇仁县人民政府</title><body><div id=app></div><script src=/app.js></script></body>",
    "<title>崇仁县市场监督管理局</title><body><p>抱歉，您要看的页面走丢了</p><a href=/>返回首页</a></body>",
    "<title>大众论坛</title><body>" + "<li><a href=/n.html>县局召开药品安全专题会议部署工作</a></li>" * 40 + "</body>",
)


@pytest.mark.parametrize("markup", NOT_THERE)
def test_a_page_on_which_the_listed_title_does_not_stand_is_no_article_of_the_name_of_its_site(
    press: Press, held: Held, declare: Declare, visit: Visit, clock: Clock, markup: str
) -> None:
    listed = list_page("/a/1.html").body.replace(TITLE.encode(), "崇仁县一药店销售假药致三人死亡".encode())
    press.pages |= {"/list.html": Page(body=listed), "/a/1.html": Page(body=markup.encode())}
    source = declare(kind="listing", url=press.url("/list.html"), list=LIST_RULE)
    for tries in range(1, 4):
        visit(source)
        clock.forward(minutes=20)
        assert held.titles() == ([] if tries < 3 else ["崇仁县一药店销售假药致三人死亡"])
    press.pages["/a/1.html"] = article("崇仁县一药店销售假药致三人死亡")
    clock.forward(hours=2)
    visit(source)
    assert "暂停销售使用" in held.titled("崇仁县一药店销售假药致三人死亡")[0].text


def test_a_page_called_like_its_site_that_shows_nothing_but_a_picture_goes_under_the_listed_title(
    press: Press, held: Held, source: Source, visit: Visit
) -> None:
    picture = "<title>崇仁县人民政府</title><div class=content><img src=/u/1.jpg></div>"
    press.pages["/a/1.html"] = Page(body=picture.encode())
    visit(source)
    assert held.titles() == [TITLE]


@pytest.mark.parametrize(
    "title",
    ["系统维护人员失职致疫苗过期", "访问受限药品的名单公布", "网站升级公告", "登录系统漏洞致药品追溯码泄露"],
)
def test_an_article_about_such_things_is_taken(
    press: Press, held: Held, source: Source, visit: Visit, title: str
) -> None:
    listed = list_page("/a/1.html")
    press.pages["/list.html"] = Page(body=listed.body.replace(TITLE.encode(), title.encode()))
    press.pages["/a/1.html"] = page(title)
    visit(source)
    assert held.titles() == [title]


class TestLists:
    @pytest.mark.parametrize("there", ["/", "/index.html", "/404.html"])
    def test_a_list_that_leads_to_the_home_of_its_site_is_not_read_there(
        self, press: Press, held: Held, source: Source, visit: Visit, there: str
    ) -> None:
        press.pages |= {
            "/list.html": Page(status=302, headers={"Location": there}),
            there: list_page("/b/1.html"),
            "/b/1.html": article("消息 /b/1.html"),
        }
        report = visit(source).sources[0]
        assert report.failure_code is FailureCode.MOVED
        assert "请核对网址" in (report.failed or "")
        assert held.titles() == []

    def test_a_site_that_moved_may_have_its_list_on_the_home_page(
        self, press: Press, held: Held, source: Source, visit: Visit
    ) -> None:
        press.pages |= {
            "/list.html": Page(status=301, headers={"Location": press.url("/", "fast.test")}),
            "fast.test/": list_page("/b/1.html"),
            "/b/1.html": article("消息 /b/1.html"),
        }
        assert visit(source).sources[0].failed is None
        assert held.titles() == ["消息 /b/1.html"]

    @pytest.mark.parametrize("link", ["#", "?", "list.html"])
    def test_a_list_is_no_page_of_itself(
        self, press: Press, held: Held, source: Source, visit: Visit, link: str
    ) -> None:
        rows = "".join(f"<li><a href='{link}'>消息第 {number} 号</a></li>" for number in range(5))
        press.pages["/list.html"] = Page(body=f"<ul class=news>{rows}</ul><p>{WORDS}</p>".encode())
        assert visit(source).sources[0].failure_code is FailureCode.NOTHING_FOUND
        assert held.titles() == []

    @pytest.mark.parametrize("least", [0, 1])
    @pytest.mark.parametrize("title", ["系统维护中", "404 Not Found", "访问过于频繁"])
    def test_a_page_of_another_title_is_no_empty_list(
        self, press: Press, declare: Declare, visit: Visit, least: int, title: str
    ) -> None:
        press.pages["/list.html"] = page(title)
        source = declare(kind="listing", url=press.url("/list.html"), list=LIST_RULE, expect={"min_items": least})
        report = visit(source).sources[0]
        assert report.failure_code is FailureCode.STATUS
        assert f"返回的是“{title}”" in (report.failed or "")

    @pytest.mark.parametrize(
        ("answer", "failed"),
        [
            ('{"code": 500, "msg": "系统异常", "data": null}', "接口返回错误 500：系统异常"),
            ('{"success": false, "message": "参数错误"}', "接口返回错误：参数错误"),
            ('{"code": 200, "data": {"rows": []}}', None),
            ('{"code": "0", "success": true, "data": {"rows": null}}', None),
            ('{"total": 500, "data": {"rows": []}}', None),
        ],
    )
    def test_an_interface_that_answers_with_an_error_has_no_empty_list(
        self, press: Press, declare: Declare, visit: Visit, answer: str, failed: str | None
    ) -> None:
        press.pages["/api"] = Page(body=answer.encode(), kind="application/json")
        rule = {"format": "json", "record": "data.rows", "id": "no", "title": "title"}
        source = declare(
            kind="json_api", url=press.url("/api"), list=rule, article={"fetch": False}, expect={"min_items": 0}
        )
        told = visit(source).sources[0].failed
        assert (failed or "") in (told or "")
        assert (told is None) is (failed is None)
