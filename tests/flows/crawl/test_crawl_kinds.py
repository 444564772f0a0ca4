"""Each kind of source, from its list to stored documents."""

from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest

from crawlers.access.failure import FailureCode
from crawlers.records import DatePrecision, DocumentKind, Source
from crawlers.run import CrawlReport
from tests.flows.conftest import LIST_RULE, article, list_page, serve_articles
from tests.flows.held import Held
from tests.flows.press import Ask, Page, Press

Declare = Callable[..., Source]
Visit = Callable[..., CrawlReport]


class TestListing:
    def test_new_pages_become_documents(self, press: Press, held: Held, declare: Declare, visit: Visit) -> None:
        serve_articles(press, "/a/1.html", "/a/2.html")
        source = declare(kind="listing", url=press.url("/list.html"), list=LIST_RULE, region="360000")
        report = visit(source).sources[0]
        assert (report.listed, report.fetched, report.added, report.failed) == (2, 2, 2, None)
        document = next(document for document in held.documents.values() if document.title == "消息 /a/1.html")
        assert "暂停销售使用" in document.text
        assert document.published_at is not None
        assert document.published_at.isoformat() == "2026-11-24T09:30:00+08:00"
        assert (document.origin, document.region, document.kind) == ("测试日报", "360000", DocumentKind.ARTICLE)
        assert document.url == press.url("/a/1.html")

    def test_second_visit_adds_nothing_and_fetches_no_page(self, press: Press, declare: Declare, visit: Visit) -> None:
        serve_articles(press, "/a/1.html", "/a/2.html")
        source = declare(kind="listing", url=press.url("/list.html"), list=LIST_RULE)
        visit(source)
        press.asked.clear()
        report = visit(source).sources[0]
        assert (report.added, report.unchanged) == (0, True)
        assert press.paths(robots=True) == ["/list.html"]

    def test_only_what_is_new_is_fetched(self, press: Press, held: Held, declare: Declare, visit: Visit) -> None:
        serve_articles(press, "/a/1.html")
        source = declare(kind="listing", url=press.url("/list.html"), list=LIST_RULE)
        visit(source)
        press.asked.clear()
        serve_articles(press, "/a/2.html", "/a/1.html")
        report = visit(source).sources[0]
        assert (report.added, report.known) == (1, 1)
        assert press.paths() == ["/list.html", "/a/2.html"]
        assert len(held.documents) == 2

    def test_list_in_gb18030_with_a_wrong_label_is_read(
        self, press: Press, held: Held, declare: Declare, visit: Visit
    ) -> None:
        press.pages["/list.html"] = Page(
            body="<meta charset=utf-8><ul class=news><li><a href=/a.html>药品召回公告：请立即停用</a></li></ul>".encode(
                "gb18030"
            )
        )
        press.pages["/a.html"] = article("药品召回公告：请立即停用", charset="gb18030")
        visit(declare(kind="listing", url=press.url("/list.html"), list=LIST_RULE))
        assert held.titles() == ["药品召回公告：请立即停用"]

    def test_list_without_pages_can_be_the_documents_itself(
        self, press: Press, held: Held, declare: Declare, visit: Visit
    ) -> None:
        press.pages["/api"] = Page(
            body='{"data": [{"t": "问：药店处方药", "c": "答复正文", "d": "2026-11-20 10:00", "n": 7}]}'.encode(),
            kind="application/json",
        )
        rule = {"format": "json", "record": "data", "title": "t", "summary": "c", "published": "d", "id": "n"}
        rule["link"] = press.url("/q/{n}")
        visit(declare(kind="listing", url=press.url("/api"), list=rule, article={"fetch": False}))
        document = next(iter(held.documents.values()))
        assert (document.native_id, document.title, document.text) == ("7", "问：药店处方药", "答复正文")
        assert press.paths() == ["/api"]


def hanweb_records(first: int, last: int) -> str:
    return "".join(
        f"<record><![CDATA[<li><a href='/art/2026/11/{1 + number % 28}/art_38911_{number}.html' "
        f"title='召回信息第{number}号'>召回…</a><span>2026-11-{1 + number % 28:02}</span></li>]]></record>"
        for number in range(first, last + 1)
    )


class TestHanweb:
    TOTAL = 70

    def serve(self, press: Press) -> None:
        link = "/module/web/jpage/dataproxy.jsp?page=1&amp;webid=201&amp;path=/&amp;columnid=38911&amp;unitid=358871"
        page = (
            f"<html><body><ul><li><a href='/about.html'>关于我们</a></li></ul><div id='358871'>"
            f"<script type='text/xml'><datastore><nextgroup><![CDATA[<a href=\"{link}\"></a>]]></nextgroup>"
            f"<recordset>{hanweb_records(1, 15)}</recordset></datastore></script></div>"
            f"<script>var totalRecord:{self.TOTAL};</script></body></html>"
        )
        press.pages["/col/col38911/index.html"] = Page(body=page.encode())

        def proxy(ask: Ask) -> Page:
            if ask.path.startswith("/art/"):
                return article(f"召回信息第{ask.path.rpartition('_')[2].removesuffix('.html')}号")
            if not ask.path.startswith("/module/web/jpage/dataproxy.jsp"):
                return Page(status=404)
            query = parse_qs(urlsplit(ask.path).query)
            records = hanweb_records(int(query["startrecord"][0]), int(query["endrecord"][0]))
            answer = f"<datastore><totalrecord>{self.TOTAL}</totalrecord><recordset>{records}</recordset></datastore>"
            return Page(body=answer.encode(), kind="text/xml; charset=utf-8")

        press.otherwise = proxy

    def declared(self, press: Press, declare: Declare, **keys: object) -> Source:
        return declare(
            kind="listing",
            preset="hanweb_jpage",
            url=press.url("/col/col38911/index.html"),
            document_kind="notice",
            politeness={"delay": "0s", "max_articles": 100},
            **keys,
        )

    def test_embedded_records_and_those_of_the_proxy_are_all_taken(
        self, press: Press, held: Held, declare: Declare, visit: Visit
    ) -> None:
        self.serve(press)
        report = visit(self.declared(press, declare)).sources[0]
        assert (report.listed, report.added, report.failed) == (self.TOTAL, self.TOTAL, None)
        assert "召回信息第70号" in held.titles()
        assert {document.kind for document in held.documents.values()} == {DocumentKind.NOTICE}

    def test_proxy_is_asked_as_the_cms_asks_itself(self, press: Press, declare: Declare, visit: Visit) -> None:
        self.serve(press)
        visit(self.declared(press, declare))
        calls = [ask for ask in press.asked if "dataproxy" in ask.path]
        assert [call.method for call in calls] == ["POST", "POST"]
        spans = [parse_qs(urlsplit(call.path).query) for call in calls]
        assert [(span["startrecord"], span["endrecord"]) for span in spans] == [(["16"], ["60"]), (["61"], ["70"])]
        form = parse_qs(calls[0].body.decode())
        assert (form["columnid"], form["unitid"], form["webid"]) == (["38911"], ["358871"], ["201"])

    def test_links_around_the_records_are_not_taken(self, press: Press, declare: Declare, visit: Visit) -> None:
        self.serve(press)
        visit(self.declared(press, declare))
        assert "/about.html" not in press.paths()

    def test_page_two_shares_no_address_with_page_one(
        self, press: Press, held: Held, declare: Declare, visit: Visit
    ) -> None:
        self.serve(press)
        report = visit(self.declared(press, declare, paging={"max_pages": 2})).sources[0]
        assert report.listed == 60
        assert len({document.native_id for document in held.documents.values()}) == 60


@pytest.mark.parametrize(
    ("preset", "second", "count"),
    [
        ("trs_static", "index_1.html", '<script>createPageHTML(2, 0, "index", "html");</script>'),
        ("trs_static", "index_1.html", "<script>var countPage = 2</script>"),
        ("trs_static_1b", "index_2.html", "<script>createPageHTML('paging', 2, 1)</script>"),
    ],
)
def test_static_list_pages_count_from_where_their_family_does(
    press: Press, held: Held, declare: Declare, visit: Visit, preset: str, second: str, count: str
) -> None:
    def page(*numbers: int) -> Page:
        rows = "".join(f"<li><a href='./202611/t20261103_{n}.html'>飞行检查通报{n}</a></li>" for n in numbers)
        return Page(body=f"<ul>{rows}</ul>{count}".encode())

    press.pages["/jdjc/"] = press.pages["/jdjc/index.html"] = page(1, 2)
    press.pages[f"/jdjc/{second}"] = page(3, 4)
    for number in range(1, 5):
        press.pages[f"/jdjc/202611/t20261103_{number}.html"] = article(f"飞行检查通报{number}", date="")
    report = visit(declare(kind="listing", preset=preset, url=press.url("/jdjc/"))).sources[0]
    assert (report.listed, report.added, report.failed) == (4, 4, None)
    assert [path for path in press.paths() if "index" in path] == [f"/jdjc/{second}"]
    document = next(iter(held.documents.values()))
    assert document.published_at is not None
    assert document.published_at.date().isoformat() == "2026-11-03"
    assert document.precision is DatePrecision.DAY


def rss(*items: str) -> bytes:
    return (
        '<?xml version="1.0" encoding="gb2312"?><rss version="2.0"><channel><title>健康</title>'
        + "".join(items)
        + "</channel></rss>"
    ).encode("gb18030")


class TestFeed:
    ITEM = "<item><title>{0}</title><link>{1}</link><pubDate>2026-11-24 08:00:00</pubDate><description>导语 A&B</description></item>"

    def test_entries_lead_to_their_pages(self, press: Press, held: Held, declare: Declare, visit: Visit) -> None:
        press.pages["/rss.xml"] = Page(
            body=rss(
                self.ITEM.format("疫苗接种提示", "/f/1.html"), self.ITEM.format("药品抽检结果", press.url("/f/2.html"))
            ),
            kind="text/xml",
        )
        press.pages["/f/1.html"] = article("疫苗接种提示")
        press.pages["/f/2.html"] = article("药品抽检结果", charset="gb18030")
        report = visit(declare(kind="feed", url=press.url("/rss.xml"))).sources[0]
        assert (report.listed, report.added, report.failed) == (2, 2, None)
        assert held.titles() == ["疫苗接种提示", "药品抽检结果"]

    def test_feed_that_did_not_change_costs_one_304(self, press: Press, declare: Declare, visit: Visit) -> None:
        body = rss(self.ITEM.format("疫苗接种提示", "/f/1.html"))
        press.pages["/f/1.html"] = article("疫苗接种提示")

        def feed(ask: Ask) -> Page:
            if ask.headers.get("If-None-Match") == '"v1"' and ask.headers.get("If-Modified-Since"):
                return Page(status=304)
            return Page(
                body=body, kind="text/xml", headers={"ETag": '"v1"', "Last-Modified": "Tue, 24 Nov 2026 00:00:00 GMT"}
            )

        press.pages["/rss.xml"] = feed
        source = declare(kind="feed", url=press.url("/rss.xml"))
        visit(source)
        press.asked.clear()
        report = visit(source).sources[0]
        assert (report.unchanged, report.failed, report.requests) == (True, None, 1)
        assert press.paths() == ["/rss.xml"]

    def test_validators_are_not_kept_while_a_page_is_owed(
        self, press: Press, held: Held, declare: Declare, visit: Visit
    ) -> None:
        press.pages["/rss.xml"] = Page(
            body=rss(self.ITEM.format("疫苗接种提示", "/f/1.html")), kind="text/xml", headers={"ETag": '"v1"'}
        )
        press.pages["/f/1.html"] = Page(status=500)
        source = declare(kind="feed", url=press.url("/rss.xml"))
        assert visit(source).sources[0].pending == 1
        assert held.remembered["daily"].etag is None
        press.pages["/f/1.html"] = article("疫苗接种提示")
        assert visit(source).sources[0].added == 1
        assert held.remembered["daily"].etag == '"v1"'

    def test_feed_can_be_the_documents_itself(self, press: Press, held: Held, declare: Declare, visit: Visit) -> None:
        press.pages["/rss.xml"] = Page(body=rss(self.ITEM.format("疫苗接种提示", "/f/1.html")), kind="text/xml")
        visit(declare(kind="feed", url=press.url("/rss.xml"), article={"fetch": False}))
        document = next(iter(held.documents.values()))
        assert document.text.startswith("导语 A&B")
        assert document.published_at is not None
        assert document.published_at.isoformat() == "2026-11-24T08:00:00+08:00"

    def test_each_issue_of_a_title_is_taken_once_from_a_feed_that_numbers_nothing(
        self, press: Press, held: Held, declare: Declare, visit: Visit
    ) -> None:
        def issues(*days: int) -> Page:
            items = (
                f"<item><title>药品抽检通告</title><pubDate>2026-11-{day} 09:00</pubDate>"
                f"<description>第{day}号药不合格</description></item>"
                for day in days
            )
            return Page(body=rss(*items), kind="text/xml")

        source = declare(kind="feed", url=press.url("/rss.xml"), article={"fetch": False})
        press.pages["/rss.xml"] = issues(23, 22)
        assert visit(source).sources[0].added == 2
        press.pages["/rss.xml"] = issues(24, 23)
        report = visit(source).sources[0]
        assert (report.added, report.known) == (1, 1)
        assert sorted(one.text for one in held.documents.values()) == [f"第{day}号药不合格" for day in (22, 23, 24)]


class TestHotList:
    RULE = {  # noqa: RUF012 - a constant
        "format": "json",
        "after": "<!--s-data:",
        "record": "cards[0].content[?!isTop]",
        "title": "word",
        "summary": "desc",
        "link": "rawUrl",
        "heat": "hot",
    }

    def page(self, *words: str) -> Page:
        rows = ",".join(
            f'{{"word": "{word}", "desc": "简介", "hot": "{100 - rank}万", "rawUrl": "/s?q={rank}", "isTop": false}}'
            for rank, word in enumerate(words)
        )
        top = '{"word": "置顶", "isTop": true}'
        return Page(body=f'<html><!--s-data:{{"cards": [{{"content": [{top},{rows}]}}]}}--></html>'.encode())

    def test_every_snapshot_keeps_each_entry_with_rank_and_heat(
        self, press: Press, held: Held, declare: Declare, visit: Visit
    ) -> None:
        source = declare(kind="hot_list", source_class="hot_list", url=press.url("/board"), list=self.RULE)
        press.pages["/board"] = self.page("某地疫苗传言", "降温预报")
        first = visit(source).sources[0]
        press.pages["/board"] = self.page("降温预报", "某地疫苗传言")
        second = visit(source).sources[0]
        assert (first.added, second.added, second.known) == (2, 0, 2)
        rumour = [document for document in held.puts if document.title == "某地疫苗传言"]
        assert [document.engagement.rank for document in rumour if document.engagement] == [1, 2]
        assert [document.engagement.heat for document in rumour if document.engagement] == [1_000_000, 990_000]
        assert {document.id for document in rumour} == {rumour[0].id}
        assert rumour[0].kind is DocumentKind.HOT_ENTRY
        assert press.paths() == ["/board", "/board"]

    def test_snapshot_that_did_not_change_is_kept_again(
        self, press: Press, held: Held, declare: Declare, visit: Visit
    ) -> None:
        press.pages["/board"] = self.page("某地疫苗传言")
        source = declare(kind="hot_list", source_class="hot_list", url=press.url("/board"), list=self.RULE)
        visit(source)
        visit(source)
        assert len(held.puts) == 2

    @pytest.mark.parametrize("line", ["请登录", "登录后查看更多", "点击登录", "暂无数据", "加载中..."])
    def test_a_line_that_asks_to_log_in_or_to_wait_is_no_entry_and_a_list_of_nothing_else_has_failed(
        self, press: Press, held: Held, declare: Declare, visit: Visit, line: str
    ) -> None:
        rule = {"record": "li", "title": "a", "link": "a@href"}
        source = declare(kind="hot_list", source_class="hot_list", url=press.url("/top"), list=rule)
        press.pages["/top"] = Page(
            body=f"<li><a href='/s'>网传登录异常药品缺货</a></li><li><a>{line}</a></li>".encode()
        )
        assert visit(source).sources[0].failed is None
        press.pages["/top"] = Page(body=f"<li><a href='/login'>{line}</a></li>".encode())
        report = visit(source).sources[0]
        assert report.failure_code in {FailureCode.LOGIN, FailureCode.NOTHING_FOUND}
        assert held.titles() == ["网传登录异常药品缺货"]

    def test_list_in_html_is_read_by_selectors(self, press: Press, held: Held, declare: Declare, visit: Visit) -> None:
        rows = "<tr><td>1</td><td class=t><a href='/s/1'>网传退烧药缺货</a><b>12.5万</b></td><td class=f>爆</td></tr>"
        press.pages["/top"] = Page(body=f"<table><tbody>{rows}</tbody></table>".encode())
        rule = {"record": "tbody tr", "title": "td.t a", "link": "td.t a@href", "heat": "td.t b", "flag": "td.f"}
        visit(declare(kind="hot_list", source_class="hot_list", url=press.url("/top"), list=rule))
        document = next(iter(held.documents.values()))
        assert document.engagement is not None
        assert (document.title, document.engagement.heat, document.extras["flag"]) == ("网传退烧药缺货", 125_000, "爆")


def test_list_that_moved_is_read_and_paged_where_it_is_now(press: Press, declare: Declare, visit: Visit) -> None:
    def page(*numbers: int) -> Page:
        rows = "".join(f"<li><a href='./202611/t20261103_{n}.html'>飞行检查通报{n}</a></li>" for n in numbers)
        return Page(body=f"<ul>{rows}</ul><script>var countPage = 2</script>".encode())

    press.pages["/old/index.html"] = Page(status=301, headers={"Location": "/new/jdjc/index.html"})
    press.pages["/new/jdjc/index.html"] = page(1)
    press.pages["/new/jdjc/index_1.html"] = page(2)
    for number in (1, 2):
        press.pages[f"/new/jdjc/202611/t20261103_{number}.html"] = article(f"飞行检查通报{number}")
    report = visit(declare(kind="listing", preset="trs_static", url=press.url("/old/index.html"))).sources[0]
    assert (report.listed, report.added) == (2, 2)


def test_next_page_is_asked_only_while_everything_is_new(
    press: Press, held: Held, declare: Declare, visit: Visit
) -> None:
    press.pages["/list?page=1"] = list_page("/a/1.html", "/a/2.html")
    press.pages["/list?page=2"] = list_page("/a/3.html", "/a/4.html")
    for number in range(1, 6):
        press.pages[f"/a/{number}.html"] = article(f"消息{number}")
    source = declare(
        kind="listing",
        url=press.url("/list?page=1"),
        list=LIST_RULE,
        paging={"style": "query", "param": "page", "base": 1, "max_pages": 2},
    )
    visit(source)
    assert len(held.documents) == 4
    press.asked.clear()
    press.pages["/list?page=1"] = list_page("/a/5.html", "/a/1.html")
    visit(source)
    assert press.paths() == ["/list?page=1", "/a/5.html"]
