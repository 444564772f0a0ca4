"""JSON interfaces, site searches and sitemaps, from their first answer to stored documents."""

import gzip
import json
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest

from crawlers.records import DocumentKind, Source
from crawlers.run import CrawlReport
from tests.flows.conftest import Clock, article
from tests.flows.held import Held
from tests.flows.press import Ask, Page, Press

Declare = Callable[..., Source]
Visit = Callable[..., CrawlReport]

JSON = "application/json; charset=utf-8"
API_RULE = {"format": "json", "record": "data.rows", "id": "id", "title": "t", "body": "c", "published": "d"}


def answer(value: object) -> Page:
    return Page(body=json.dumps(value, ensure_ascii=False).encode(), kind=JSON)


def rows(first: int, last: int) -> list[dict[str, object]]:
    return [
        {"id": number, "t": f"第{number}条", "c": f"<p>第一段</p><p>正文{number}</p>", "d": "2026-11-24 09:00"}
        for number in range(first, last + 1)
    ]


class TestJsonApi:
    def test_pages_of_a_posted_body_are_walked_to_the_total(
        self, press: Press, held: Held, declare: Declare, visit: Visit
    ) -> None:
        def serve(ask: Ask) -> Page:
            asked = json.loads(ask.body)
            first = (asked["pageNum"] - 1) * 10 + 1
            return answer({"data": {"total": 25, "rows": rows(first, min(first + 9, 25))}})

        press.pages["/api/list"] = serve
        source = declare(
            kind="json_api",
            url=press.url("/api/list"),
            request={"method": "POST", "body": {"pageNum": 1, "pageSize": 10, "classId": "x"}},
            list=API_RULE,
            article={"fetch": False},
            paging={"style": "query", "param": "pageNum", "base": 1, "total": "data.total", "max_pages": 9},
        )
        report = visit(source).sources[0]
        assert (report.listed, report.added, report.failed) == (25, 25, None)
        asked = [json.loads(ask.body) for ask in press.asked if ask.path == "/api/list"]
        assert [body["pageNum"] for body in asked] == [1, 2, 3]
        assert {body["classId"] for body in asked} == {"x"}
        document = next(document for document in held.documents.values() if document.title == "第7条")
        assert (document.native_id, document.text) == ("7", "第一段\n正文7")

    def test_offset_counts_records(self, press: Press, declare: Declare, visit: Visit) -> None:
        def serve(ask: Ask) -> Page:
            start = int(parse_qs(urlsplit(ask.path).query).get("start", ["0"])[0])
            return answer({"data": {"rows": rows(start + 1, min(start + 5, 12))}})

        press.otherwise = serve
        source = declare(
            kind="json_api",
            url=press.url("/api?start=0"),
            list=API_RULE,
            article={"fetch": False},
            paging={"style": "offset", "param": "start", "step": 5, "max_pages": 9},
        )
        assert visit(source).sources[0].added == 12
        assert press.paths() == ["/api?start=0", "/api?start=5", "/api?start=10", "/api?start=15"]

    def test_cursor_is_taken_from_the_answer_before(self, press: Press, declare: Declare, visit: Visit) -> None:
        press.pages["/api"] = answer({"data": {"rows": rows(1, 2), "next": "abc=="}})
        press.pages["/api?after=abc%3D%3D"] = answer({"data": {"rows": rows(3, 4), "next": ""}})
        source = declare(
            kind="json_api",
            url=press.url("/api"),
            list=API_RULE,
            article={"fetch": False},
            paging={"style": "cursor", "param": "after", "cursor": "data.next"},
        )
        assert visit(source).sources[0].added == 4
        assert press.paths() == ["/api", "/api?after=abc%3D%3D"]

    def test_page_parameter_that_the_site_ignores_is_remarked(
        self, press: Press, held: Held, declare: Declare, visit: Visit
    ) -> None:
        press.otherwise = lambda _: answer({"data": {"rows": rows(1, 3)}})
        source = declare(
            kind="json_api",
            url=press.url("/api"),
            list=API_RULE,
            article={"fetch": False},
            paging={"style": "query", "param": "page", "base": 1},
        )
        report = visit(source).sources[0]
        assert report.added == len(held.puts) == 3
        assert "翻页规则可能有误" in (report.failed or "")
        assert held.remembered["daily"].failures == 0

    def test_bad_records_are_told_and_their_neighbours_taken(
        self, press: Press, held: Held, declare: Declare, visit: Visit
    ) -> None:
        broken = [{"id": 8, "t": ""}, "no record", {"id": 1, "t": "同一编号的另一条"}]
        press.pages["/api"] = answer({"data": {"rows": [*rows(1, 2), *broken, *rows(3, 3)]}})
        report = visit(
            declare(kind="json_api", url=press.url("/api"), list=API_RULE, article={"fetch": False})
        ).sources[0]
        assert held.titles() == ["第1条", "第2条", "第3条"]
        assert report.quarantined == 3
        assert [entry.reason for entry in held.entries] == ["缺内容", "缺内容", "编号重复"]
        assert "第1条" in held.entries[2].detail

    def test_time_and_count_that_say_nothing_are_kept_in_their_own_words(
        self, press: Press, held: Held, declare: Declare, visit: Visit
    ) -> None:
        press.pages["/api"] = answer({"data": {"rows": [{"id": 1, "t": "标题", "c": "正文", "d": "近日", "h": "爆"}]}})
        visit(declare(kind="json_api", url=press.url("/api"), list=API_RULE | {"heat": "h"}, article={"fetch": False}))
        document = next(iter(held.documents.values()))
        assert document.published_at is None
        assert dict(document.extras) == {"claimed_time": "近日", "claimed_heat": "爆"}


POLICY_RULE = {
    "format": "json",
    "record": "[cat.gongwen.listVO, cat.bumenfile.listVO, cat.otherfile.listVO][]",
    "title": "title",
    "link": "url",
    "published": "pubtimeStr",
    "facts": {"issue_number": "pcode", "issuing_body": "puborg", "issued": "ptimeStr"},
}
HIT_RULE = {"record": "li.hit", "title": "a", "link": "a@href"}


class TestPolicies:
    def test_policy_carries_number_body_and_dates(
        self, press: Press, held: Held, declare: Declare, visit: Visit
    ) -> None:
        listed = {
            "title": "关于<em>药品</em>追溯的通知",
            "url": "/p/1.htm",
            "pubtimeStr": "2026.11.20",
            "puborg": "示例委员会 示例局",
            "pcode": "示药监〔2026〕12号",
            "ptimeStr": "2026.11.18",
        }
        press.pages["/search"] = answer({"cat": {"gongwen": None, "bumenfile": {"listVO": [listed]}}})
        text = "<p>各有关单位：现将有关事项通知如下，请结合实际认真贯彻执行。</p>" * 4
        text += "<p>本通知自2027年1月1日起施行。</p>"
        press.pages["/p/1.htm"] = Page(
            body=f"<html><body><h1>关于药品追溯的通知</h1><div id=UCAP-CONTENT>{text}</div></body></html>".encode()
        )
        source = declare(
            kind="json_api",
            url=press.url("/search"),
            document_kind="policy",
            list=POLICY_RULE,
            article={"body": ["#UCAP-CONTENT"]},
        )
        assert visit(source).sources[0].failed is None
        document = next(iter(held.documents.values()))
        assert (document.kind, document.title) == (DocumentKind.POLICY, "关于药品追溯的通知")
        assert {key: value for key, value in document.extras.items() if key != "charset"} == {
            "issue_number": "示药监〔2026〕12号",
            "issuing_body": "示例委员会 示例局",
            "issued": "2026-11-18",
            "effective": "2027-01-01",
        }

    def test_interpretation_names_what_it_interprets(
        self, press: Press, held: Held, declare: Declare, visit: Visit
    ) -> None:
        press.pages["/list"] = Page(body="<ul><li><a href=/j.html>《示例办法》政策解读</a></li></ul>".encode())
        press.pages["/j.html"] = article("《示例办法》政策解读")
        visit(
            declare(
                kind="listing",
                url=press.url("/list"),
                document_kind="policy",
                list={"record": "li", "title": "a", "link": "a@href"},
            )
        )
        document = next(iter(held.documents.values()))
        assert (document.extras["interprets"], document.extras["issued"]) == ("示例办法", "2026-11-24")
        assert "effective" not in document.extras


class TestSearch:
    def serve(self, press: Press) -> None:
        def search(ask: Ask) -> Page:
            if not ask.path.startswith("/s?"):
                return article(f"报道 {ask.path}")
            query = parse_qs(urlsplit(ask.path).query)
            word, page = query["q"][0], int(query.get("p", ["1"])[0])
            hits = [f"/{word}/{page}-{number}" for number in range(2)] if page < 3 else []
            hits += ["/both"] if page == 1 else []
            body = "".join(f"<li class=hit><a href='{hit}'>报道 {hit}</a></li>" for hit in hits)
            return Page(body=f"<ul>{body}</ul>".encode())

        press.otherwise = search

    def declared(self, press: Press, declare: Declare, **keys: object) -> Source:
        return declare(
            kind="search",
            url=press.url("/s") + "?q={word}",
            list=HIT_RULE,
            paging={"style": "query", "param": "p", "base": 1, "max_pages": 2},
            search={"per_visit": 2},
            **keys,
        )

    def test_words_take_turns_over_visits(self, press: Press, held: Held, declare: Declare, visit: Visit) -> None:
        self.serve(press)
        source = self.declared(press, declare)
        visit(source, watch_words=["alpha", "beta", "gamma"])
        first = [path for path in press.paths() if path.startswith("/s?")]
        assert sorted(first) == ["/s?q=alpha", "/s?q=alpha&p=2", "/s?q=beta", "/s?q=beta&p=2"]
        press.asked.clear()
        visit(source, watch_words=["alpha", "beta", "gamma"])
        assert "/s?q=gamma" in press.paths()
        assert "/s?q=beta" not in press.paths()
        assert {document.extras["query"] for document in held.documents.values()} == {"alpha", "beta", "gamma"}

    def test_page_found_by_two_words_is_fetched_once(self, press: Press, declare: Declare, visit: Visit) -> None:
        self.serve(press)
        report = visit(self.declared(press, declare), watch_words=["alpha", "beta"]).sources[0]
        assert press.paths().count("/both") == 1
        assert report.added == 9

    def test_word_is_encoded_where_it_stands(self, press: Press, declare: Declare, visit: Visit) -> None:
        self.serve(press)
        visit(self.declared(press, declare), watch_words=["药品 召回&x"])
        assert press.paths()[0] == "/s?q=%E8%8D%AF%E5%93%81%20%E5%8F%AC%E5%9B%9E%26x"

    def test_search_without_words_asks_nothing_and_says_so(self, press: Press, declare: Declare, visit: Visit) -> None:
        self.serve(press)
        report = visit(self.declared(press, declare)).sources[0]
        assert press.asked == []
        assert "没有检索词" in (report.failed or "")

    @pytest.mark.parametrize(("least", "failed"), [(1, True), (0, False)])
    def test_no_hit_for_any_word_is_a_failure_where_hits_are_expected(
        self, press: Press, declare: Declare, visit: Visit, least: int, failed: bool
    ) -> None:
        press.otherwise = lambda _: Page(body=b"<ul><li class=other>changed</li></ul>")
        source = self.declared(press, declare, expect={"min_items": least})
        report = visit(source, watch_words=["alpha", "beta"]).sources[0]
        assert (report.failed is not None) == failed

    def test_one_word_without_a_hit_is_none(self, press: Press, held: Held, declare: Declare, visit: Visit) -> None:
        self.serve(press)
        press.pages["/s?q=nothing"] = Page(body=b"<p>no hits</p>")
        report = visit(self.declared(press, declare), watch_words=["nothing", "alpha"]).sources[0]
        assert report.failed is None
        assert len(held.documents) == 5


def sitemap(*urls: str, kind: str = "urlset") -> bytes:
    name = "url" if kind == "urlset" else "sitemap"
    body = "".join(f"<{name}>{url}</{name}>" for url in urls)
    return f'<?xml version="1.0"?><{kind} xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{body}</{kind}>'.encode()


class TestSitemap:
    def entry(self, press: Press, path: str, day: str) -> str:
        return f"<loc>{press.url(path)}</loc><lastmod>{day}</lastmod>"

    def serve(self, press: Press) -> None:
        index = sitemap(
            self.entry(press, "/old.xml", "2025-01-01"),
            self.entry(press, "/new.xml.gz", "2026-11-24"),
            kind="sitemapindex",
        )
        press.pages["/sitemap.xml"] = Page(body=index, kind="text/xml")
        inner = sitemap(
            self.entry(press, "/a/1.html", "2026-11-23"),
            self.entry(press, "/a/2.html", "2026-11-24T08:00:00+08:00"),
            self.entry(press, "/a/old.html", "2025-05-05"),
            self.entry(press, "/about.html", "2026-11-24"),
        )
        press.pages["/new.xml.gz"] = Page(body=gzip.compress(inner), kind="application/x-gzip")
        for path in ("/a/1.html", "/a/2.html"):
            press.pages[path] = article(f"消息 {path}")

    def declared(self, press: Press, declare: Declare, **keys: object) -> Source:
        return declare(kind="sitemap", url=press.url("/sitemap.xml"), sitemap={"link_pattern": "/a/"}, **keys)

    def test_new_pages_are_found_through_index_and_gzip(
        self, press: Press, held: Held, declare: Declare, visit: Visit
    ) -> None:
        self.serve(press)
        report = visit(self.declared(press, declare)).sources[0]
        assert (report.added, report.failed) == (2, None)
        assert press.paths() == ["/sitemap.xml", "/new.xml.gz", "/a/2.html", "/a/1.html"]
        assert held.titles() == ["消息 /a/1.html", "消息 /a/2.html"]

    def test_later_visit_looks_only_at_what_changed_since(
        self, press: Press, held: Held, declare: Declare, visit: Visit, clock: Clock
    ) -> None:
        self.serve(press)
        source = self.declared(press, declare)
        visit(source)
        assert held.remembered["daily"].memory["sitemap_horizon"].startswith("2026-11-24")
        clock.forward(days=1)
        press.asked.clear()
        late = sitemap(
            self.entry(press, "/a/3.html", "2026-11-25"),
            self.entry(press, "/a/back-dated.html", "2026-11-23"),
            self.entry(press, "/a/too-old.html", "2026-11-10"),
        )
        press.pages["/new.xml.gz"] = Page(body=gzip.compress(late), kind="application/x-gzip")
        press.otherwise = lambda ask: article(f"消息 {ask.path}")
        assert visit(source).sources[0].added == 2
        assert press.paths() == ["/sitemap.xml", "/new.xml.gz", "/a/3.html", "/a/back-dated.html"]

    def test_horizon_waits_until_everything_is_taken(
        self, press: Press, held: Held, declare: Declare, visit: Visit
    ) -> None:
        self.serve(press)
        visit(self.declared(press, declare, politeness={"delay": "0s", "max_articles": 1}))
        assert "sitemap_horizon" not in held.remembered["daily"].memory
        report = visit(self.declared(press, declare)).sources[0]
        assert report.added == 1
        assert "sitemap_horizon" in held.remembered["daily"].memory

    def test_news_sitemap_gives_title_time_and_publisher(
        self, press: Press, held: Held, declare: Declare, visit: Visit
    ) -> None:
        news = (
            f"<loc>{press.url('/n/1.html')}</loc><news:news><news:publication><news:name>示例晚报</news:name>"
            "</news:publication><news:publication_date>2026-11-25T08:30:00+08:00</news:publication_date>"
            "<news:title>示例市公布抽检结果</news:title></news:news>"
        )
        body = sitemap(news).replace(
            b"<urlset ", b'<urlset xmlns:news="http://www.google.com/schemas/sitemap-news/0.9" '
        )
        press.pages["/sitemap.xml"] = Page(body=body, kind="application/xml")
        source = declare(kind="sitemap", url=press.url("/sitemap.xml"), article={"fetch": False})
        visit(source)
        document = next(iter(held.documents.values()))
        assert (document.title, document.origin) == ("示例市公布抽检结果", "示例晚报")
        assert document.published_at is not None
        assert document.published_at.isoformat() == "2026-11-25T08:30:00+08:00"

    def test_indexes_in_indexes_end_at_the_declared_depth(self, press: Press, declare: Declare, visit: Visit) -> None:
        for number in range(9):
            inner = sitemap(self.entry(press, f"/s{number + 1}.xml", "2026-11-24"), kind="sitemapindex")
            press.pages[f"/s{number}.xml"] = Page(body=inner, kind="text/xml")
        report = visit(declare(kind="sitemap", url=press.url("/s0.xml"), sitemap={"max_depth": 2})).sources[0]
        assert press.paths() == ["/s0.xml", "/s1.xml", "/s2.xml"]
        assert report.dropped == {"sitemap_depth": 1}

    def test_files_beyond_the_bound_are_counted_not_forgotten(
        self, press: Press, declare: Declare, visit: Visit
    ) -> None:
        entries = [self.entry(press, f"/f{number}.xml", f"2026-11-{number + 10}") for number in range(8)]
        press.pages["/sitemap.xml"] = Page(body=sitemap(*entries, kind="sitemapindex"), kind="text/xml")
        for number in range(8):
            press.pages[f"/f{number}.xml"] = Page(body=sitemap(), kind="text/xml")
        report = visit(declare(kind="sitemap", url=press.url("/sitemap.xml"), sitemap={"max_files": 4})).sources[0]
        assert press.paths() == ["/sitemap.xml", "/f7.xml", "/f6.xml", "/f5.xml"]
        assert report.dropped == {"sitemap_files": 5}


def test_pages_that_lead_to_a_list_are_followed_in_order(
    press: Press, held: Held, declare: Declare, visit: Visit
) -> None:
    press.pages["/start.htm"] = Page(body=b"<ul class=w data='datasource:ab12'></ul>")
    press.pages["/ds_ab12.json"] = answer({"rows": [{"id": "1", "t": "要闻", "c": "正文"}]})
    step = {"select": "ul.w@data", "pattern": "datasource:(\\w+)", "address": "/ds_{value}.json"}
    rule = {"format": "json", "record": "rows", "id": "id", "title": "t", "body": "c", "via": [step]}
    source = declare(kind="json_api", url=press.url("/start.htm"), list=rule, article={"fetch": False})
    assert visit(source).sources[0].failed is None
    assert (press.paths(), held.titles()) == (["/start.htm", "/ds_ab12.json"], ["要闻"])
    press.pages["/start.htm"] = Page(body=b"<ul class=other></ul>")
    assert "ul.w@data" in (visit(source).sources[0].failed or "")


def test_archive_by_day_is_walked_backwards(press: Press, declare: Declare, visit: Visit) -> None:
    press.otherwise = lambda ask: Page(
        body=f"<ul><li><a href='{ask.path}/1.html'>{ask.path}</a></li></ul>".encode()
        if ask.path.endswith("news.shtml")
        else article("消息").body
    )
    source = declare(
        kind="listing",
        url=press.url("/scroll") + "/{date:%Y/%m%d}/news.shtml",
        list={"record": "li", "title": "a", "link": "a@href"},
        paging={"style": "day", "max_pages": 3},
    )
    assert visit(source).sources[0].added == 3
    days = [path for path in press.paths() if path.endswith("news.shtml")]
    assert days == [f"/scroll/2026/{day}/news.shtml" for day in ("1125", "1124", "1123")]
