"""Every kind of source with input that is wrong: good neighbours kept, the bad told, nothing silently zero, today or empty."""

import gzip
import json
from collections.abc import Callable
from datetime import UTC
from typing import Any

import pytest

from crawlers.access.failure import FailureCode
from crawlers.records import Source
from crawlers.run import CrawlReport
from tests.flows.conftest import NOW, article
from tests.flows.held import Held
from tests.flows.press import Page, Press

Declare = Callable[..., Source]
Visit = Callable[..., CrawlReport]
Body = Callable[[list[tuple[str, str]]], str]

TITLES = ["关于召回某批次注射液的通告", "某药店违法售药被立案查处", "化妆品抽检结果公布三批次不合格"]
ROWS = [(f"/a/{number}.html", title) for number, title in enumerate(TITLES)]


def feed(rows: list[tuple[str, str]]) -> str:
    items = "".join(f"<item><title>{title}</title><link>{path}</link></item>" for path, title in rows)
    return f"<?xml version='1.0'?><rss version='2.0'><channel>{items}</channel></rss>"


def listing(rows: list[tuple[str, str]]) -> str:
    return "<ul>" + "".join(f"<li><a href='{path}'>{title}</a></li>" for path, title in rows) + "</ul>"


def interface(rows: list[tuple[str, str]]) -> str:
    return json.dumps({"rows": [{"t": title, "u": path} for path, title in rows]}, ensure_ascii=False)


def sitemap(rows: list[tuple[str, str]]) -> str:
    urls = "".join(f"<url><loc>{path}</loc><news><title>{title}</title></news></url>" for path, title in rows)
    return f"<?xml version='1.0'?><urlset>{urls}</urlset>"


HTML_RULE = {"record": "li", "title": "a", "link": "a@href"}
JSON_RULE = {"format": "json", "record": "rows", "title": "t", "link": "u"}
KINDS: dict[str, tuple[Body, dict[str, Any]]] = {
    "feed": (feed, {}),
    "listing": (listing, {"list": HTML_RULE}),
    "json_api": (interface, {"list": JSON_RULE}),
    "hot_list": (interface, {"list": JSON_RULE}),
    "search": (listing, {"list": HTML_RULE, "search": {"words": ["x"]}}),
    "sitemap": (sitemap, {}),
}
MEDIA = {"feed": "text/xml", "sitemap": "text/xml", "json_api": "application/json", "hot_list": "application/json"}


@pytest.fixture(params=sorted(KINDS))
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def source(kind: str, press: Press, declare: Declare) -> Source:
    press.otherwise = lambda ask: article(dict(ROWS).get(ask.path, "别的消息"))
    url = press.url("/list") + ("?q={word}" if kind == "search" else "")
    return declare(kind=kind, url=url, **KINDS[kind][1])


def serve(press: Press, kind: str, page: Page) -> None:
    press.pages["/list?q=x" if kind == "search" else "/list"] = page


def body_of(kind: str, rows: list[tuple[str, str]] = ROWS) -> str:
    return KINDS[kind][0](rows)


class TestEveryKind:
    def test_body_that_ends_too_soon_is_not_taken_for_a_whole_one(
        self, kind: str, source: Source, press: Press, held: Held, visit: Visit
    ) -> None:
        body = body_of(kind).encode()
        serve(press, kind, Page(body=body[: len(body) // 2], kind=MEDIA.get(kind, "text/html"), promised=len(body)))
        report = visit(source).sources[0]
        assert report.failure_code in {FailureCode.CONNECTION, FailureCode.TIMEOUT}
        assert held.documents == {}
        assert held.remembered["daily"].etag is None

    def test_packed_body_that_breaks_off_is_not_taken_for_a_whole_one(
        self, kind: str, source: Source, press: Press, held: Held, visit: Visit
    ) -> None:
        packed = gzip.compress(body_of(kind).encode())
        headers = {"Content-Encoding": "gzip"}
        serve(press, kind, Page(body=packed[:-30], kind=MEDIA.get(kind, "text/html"), headers=headers))
        assert visit(source).sources[0].failure_code is FailureCode.CONNECTION
        assert held.documents == {}
        serve(press, kind, Page(body=packed, kind=MEDIA.get(kind, "text/html"), headers=headers))
        assert visit(source).sources[0].failed is None

    def test_body_past_the_limit_is_given_up(
        self, kind: str, source: Source, press: Press, held: Held, visit: Visit
    ) -> None:
        serve(press, kind, Page(body=b"<" * (11 * 2**20), kind=MEDIA.get(kind, "text/html")))
        assert visit(source).sources[0].failure_code is FailureCode.TOO_LARGE
        assert held.documents == {}

    @pytest.mark.parametrize("label", ["utf-8", "iso-8859-1", "nonsense", None])
    def test_charset_that_lies_is_seen_through(
        self, kind: str, source: Source, press: Press, held: Held, visit: Visit, label: str | None
    ) -> None:
        media = MEDIA.get(kind, "text/html") + (f"; charset={label}" if label else "")
        serve(press, kind, Page(body=body_of(kind).encode("gb18030"), kind=media))
        report = visit(source).sources[0]
        assert report.failed is None or "少于预期" in report.failed
        assert held.titles() == sorted(TITLES)

    def test_list_that_became_a_log_in_page_is_named(
        self, kind: str, source: Source, press: Press, held: Held, visit: Visit
    ) -> None:
        serve(press, kind, Page(body=body_of(kind).encode(), kind=MEDIA.get(kind, "text/html")))
        visit(source)
        known = dict(held.documents)
        form = "<html><form action=/login>用户登录 <input name=u><input type='password' name=p></form></html>"
        serve(press, kind, Page(body=form.encode()))
        report = visit(source).sources[0]
        assert report.failure_code is FailureCode.LOGIN
        assert "不作登录" in (report.failed or "")
        assert held.documents == known
        assert held.entries[-1].reason == "login"

    @pytest.mark.parametrize("body", [b"", b"   ", b"\x00\x01\x02" * 50, b"%PDF-1.7 binary"])
    def test_answer_that_is_nothing_is_a_failure_and_no_empty_list(
        self, kind: str, source: Source, press: Press, held: Held, visit: Visit, body: bytes
    ) -> None:
        serve(press, kind, Page(body=body, kind=MEDIA.get(kind, "text/html")))
        report = visit(source).sources[0]
        assert report.failed is not None
        assert held.entries
        assert held.remembered["daily"].failures == 1


class TestBrokenMarkup:
    def test_feed_with_broken_markup_keeps_its_good_entries(
        self, press: Press, held: Held, declare: Declare, visit: Visit
    ) -> None:
        broken = feed(ROWS).replace(
            "</channel>", "<item><title>A & B <b>未闭合</title><link>/a/9.html?x=1&y=2</link></item></channel>"
        )
        press.pages["/f"] = Page(body=broken.encode(), kind="text/xml")
        press.otherwise = lambda ask: article(dict(ROWS).get(ask.path, "别的消息"))
        visit(declare(kind="feed", url=press.url("/f"), article={"fetch": False}))
        assert set(TITLES) <= set(held.titles())

    def test_feed_that_breaks_off_gives_its_whole_entries_and_says_so(
        self, press: Press, held: Held, declare: Declare, visit: Visit
    ) -> None:
        whole = feed(ROWS)
        cut = whole[: whole.index(TITLES[2]) + 5]
        press.pages["/f"] = Page(body=cut.encode(), kind="text/xml")
        report = visit(declare(kind="feed", url=press.url("/f"), article={"fetch": False})).sources[0]
        assert held.titles() == sorted(TITLES[:2])
        assert [entry.reason for entry in held.entries] == ["内容不完整"]
        assert TITLES[2][:5].encode() in held.entries[0].sample
        assert report.quarantined == 1

    def test_feed_of_fifty_thousand_entries_gives_the_first_five_hundred(
        self, press: Press, held: Held, declare: Declare, visit: Visit
    ) -> None:
        many = [(f"/n/{number}", f"第{number}条消息") for number in range(50_000)]
        press.pages["/f"] = Page(body=feed(many).encode(), kind="text/xml")
        polite = {"delay": "0s", "max_articles": 1000}
        source = declare(kind="feed", url=press.url("/f"), article={"fetch": False}, politeness=polite)
        report = visit(source).sources[0]
        assert (report.listed, report.added) == (500, 500)
        assert "50000 条" in held.entries[0].detail

    def test_sitemap_with_a_bare_ampersand_keeps_its_neighbours(
        self, press: Press, held: Held, declare: Declare, visit: Visit
    ) -> None:
        rows = [*ROWS[:1], ("/a/x.html?a=1&b=2", "裸的与号"), *ROWS[1:]]
        press.pages["/m"] = Page(body=sitemap(rows).encode(), kind="text/xml")
        visit(declare(kind="sitemap", url=press.url("/m"), article={"fetch": False}))
        assert set(TITLES) <= set(held.titles())

    def test_sitemap_that_breaks_off_gives_what_it_said(
        self, press: Press, held: Held, declare: Declare, visit: Visit
    ) -> None:
        whole = sitemap(ROWS)
        press.pages["/m"] = Page(body=whole[: whole.index("/a/2.html")].encode(), kind="text/xml")
        visit(declare(kind="sitemap", url=press.url("/m"), article={"fetch": False}))
        assert held.titles() == sorted(TITLES[:2])
        assert [entry.reason for entry in held.entries] == ["内容不完整"]

    def test_list_of_thousands_gives_the_first_five_hundred_and_says_so(
        self, press: Press, held: Held, declare: Declare, visit: Visit
    ) -> None:
        many = [(f"/n/{number}", f"第{number}条消息") for number in range(3_000)]
        press.pages["/l"] = Page(body=interface(many).encode(), kind="application/json")
        polite = {"delay": "0s", "max_articles": 1000}
        source = declare(
            kind="json_api", url=press.url("/l"), list=JSON_RULE, article={"fetch": False}, politeness=polite
        )
        assert visit(source).sources[0].added == 500
        assert "3000 条" in held.entries[0].detail

    def test_document_type_that_declares_entities_is_refused(
        self, press: Press, held: Held, declare: Declare, visit: Visit
    ) -> None:
        bomb = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>' + feed(ROWS)
        for path, kind in (("/f", "feed"), ("/m", "sitemap")):
            press.pages[path] = Page(body=bomb.encode(), kind="text/xml")
            assert visit(declare(id=kind, kind=kind, url=press.url(path))).sources[0].failed is not None
        assert held.documents == {}


class TestDatesAndCounts:
    RULE = JSON_RULE | {"published": "d", "heat": "h"}

    def taken(self, press: Press, held: Held, declare: Declare, visit: Visit, **keys: object) -> Any:
        row = {"t": TITLES[0], "u": "/a/0.html"} | keys
        press.pages["/l"] = Page(body=json.dumps({"rows": [row]}, ensure_ascii=False).encode(), kind="application/json")
        rule = JSON_RULE | {"published": "d", "heat": "h"}
        visit(declare(kind="hot_list", url=press.url("/l"), list=rule))
        return next(iter(held.documents.values()))

    @pytest.mark.parametrize(
        ("claimed", "day"),
        [
            ("11-24 09:30", "2026-11-24"),
            ("12-30", "2025-12-30"),
            ("2026年11月24日", "2026-11-24"),
            ("昨天 08:00", "2026-11-24"),
        ],
    )
    def test_date_without_a_year_or_zone_is_the_last_such_day_in_beijing(
        self, press: Press, held: Held, declare: Declare, visit: Visit, claimed: str, day: str
    ) -> None:
        document = self.taken(press, held, declare, visit, d=claimed)
        assert document.published_at.isoformat().startswith(day)
        assert document.published_at <= NOW

    @pytest.mark.parametrize(
        "claimed", ["近日", "2026-02-31", "31/31/2026", "时间待定", "0000-00-00", "99999999999999"]
    )
    def test_date_without_sense_is_unknown_and_kept_as_claimed(
        self, press: Press, held: Held, declare: Declare, visit: Visit, claimed: str
    ) -> None:
        document = self.taken(press, held, declare, visit, d=claimed)
        assert document.published_at is None
        assert document.extras["claimed_time"] == claimed

    @pytest.mark.parametrize("claimed", ["2031-01-01 00:00", "1970-01-01", "2026-12-24"])
    def test_date_to_come_or_before_the_web_is_not_believed(
        self, press: Press, held: Held, declare: Declare, visit: Visit, claimed: str
    ) -> None:
        document = self.taken(press, held, declare, visit, d=claimed)
        assert document.published_at is None
        assert document.happened_at.astimezone(UTC) == NOW
        assert claimed[:4] in str(document.extras.get("claimed_time") or document.extras.get("claimed_at"))

    @pytest.mark.parametrize(
        ("claimed", "heat"),
        [
            ("1.2万", 12_000),
            ("0", 0),
            (0, 0),
            ("", None),
            (None, None),
            ("爆", None),
            ("三万五千", 35_000),
            ("两亿", 200_000_000),
            ("十几万", None),
        ],
    )
    def test_count_in_words_is_a_number_or_unknown_never_zero(
        self, press: Press, held: Held, declare: Declare, visit: Visit, claimed: object, heat: int | None
    ) -> None:
        document = self.taken(press, held, declare, visit, h=claimed)
        assert document.engagement.heat == heat
        if heat is None and claimed:
            assert document.extras["claimed_heat"] == claimed


def test_two_records_with_one_id_give_the_first_and_tell_the_second(
    press: Press, held: Held, declare: Declare, visit: Visit
) -> None:
    items = "".join(f"<item><title>{title}</title><link>/same</link></item>" for title in TITLES[:2])
    press.pages["/f"] = Page(body=f"<rss version='2.0'><channel>{items}</channel></rss>".encode(), kind="text/xml")
    visit(declare(kind="feed", url=press.url("/f"), article={"fetch": False}))
    assert held.titles() == [TITLES[0]]
    assert [entry.reason for entry in held.entries] == ["编号重复"]
    assert TITLES[1] in held.entries[0].detail


def test_entries_that_all_link_to_the_home_of_their_site_are_told_apart_by_their_ids_and_read_from_the_feed(
    press: Press, held: Held, declare: Declare, visit: Visit
) -> None:
    items = "".join(
        f"<item><title>{title}</title><link>/</link><guid isPermaLink='false'>n{number}</guid>"
        f"<description>{title}的摘要</description></item>"
        for number, title in enumerate(TITLES)
    )
    press.pages["/f"] = Page(body=f"<rss version='2.0'><channel>{items}</channel></rss>".encode(), kind="text/xml")
    visit(declare(kind="feed", url=press.url("/f")))
    assert {document.title: document.text for document in held.documents.values()} == {
        title: f"{title}的摘要" for title in TITLES
    }
    assert (press.paths(), held.entries) == (["/f"], [])


def test_an_entry_whose_address_stands_in_its_permanent_id_alone_is_read_from_its_page(
    press: Press, held: Held, declare: Declare, visit: Visit
) -> None:
    item = f"<item><title>{TITLES[0]}</title><link></link><guid>{press.url('/a/1.html')}</guid></item>"
    press.pages["/f"] = Page(body=f"<rss version='2.0'><channel>{item}</channel></rss>".encode(), kind="text/xml")
    press.pages["/a/1.html"] = article(TITLES[0])
    visit(declare(kind="feed", url=press.url("/f")))
    assert ["暂停销售使用" in document.text for document in held.documents.values()] == [True]


def test_equal_titles_of_a_hot_list_keep_the_better_rank(
    press: Press, held: Held, declare: Declare, visit: Visit
) -> None:
    rows = [{"t": title, "u": f"/{number}"} for number, title in enumerate(["甲事件", "乙事件", "甲事件", "丙事件"])]
    press.pages["/l"] = Page(body=json.dumps({"rows": rows}).encode(), kind="application/json")
    visit(declare(kind="hot_list", url=press.url("/l"), list=JSON_RULE))
    ranks = {document.title: document.engagement.rank for document in held.documents.values() if document.engagement}
    assert ranks == {"甲事件": 1, "乙事件": 2, "丙事件": 4}
