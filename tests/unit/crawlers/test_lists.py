"""Addresses, records and next pages, as pure functions."""

import contextlib
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.catalogue.declaration import Declaration, ListRule
from crawlers.lists.feed import NotAFeed, read_feed
from crawlers.lists.listed import Listed, NotJson, Reading, read_html_list, read_json_list
from crawlers.lists.paging import next_page, static_page
from crawlers.presets.hanweb import next_proxy_page, records_of
from crawlers.records import DatePrecision
from crawlers.urls import canonical_url, resolve_link, url_key

NOW = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)
LISTED = "http://x.example/a/index.html?k=v"
BASE = "https://news.example/list/index.html"


class TestAddresses:
    @pytest.mark.parametrize(
        ("link", "address"),
        [
            ("/a/1.html", "https://news.example/a/1.html"),
            ("./2.html", "https://news.example/list/2.html"),
            ("../3.html#top", "https://news.example/3.html"),
            ("//other.example/4", "https://other.example/4"),
            (" http://other.example/5 ", "http://other.example/5"),
            ("javascript:void(0)", None),
            ("mailto:press@news.example", None),
            ("http://[broken/", None),
            ("http://news.example:99999/", None),
            ("data:text/html,x", None),
        ],
    )
    def test_link_becomes_an_absolute_web_address_or_nothing(self, link: str, address: str | None) -> None:
        assert resolve_link(BASE, link) == address

    @pytest.mark.parametrize(
        "url",
        [
            "http://news.example/a?id=7",
            "https://news.example/a?id=7",
            "https://NEWS.example:443/a?id=7",
            "https://news.example/a?id=7&utm_source=weibo",
            "https://news.example/a?spm=1.2&id=7#comments",
            "https://news.example/a?id=7&share_token=x",
        ],
    )
    def test_spellings_of_one_document_have_one_key(self, url: str) -> None:
        assert url_key(url) == "news.example/a?id=7"

    def test_queries_of_gbk_are_two_documents(self) -> None:
        assert url_key("http://news.example/a?t=%C4%CF%B2%FD") == "news.example/a?t=%C4%CF%B2%FD"
        assert url_key("http://news.example/a?t=%B1%B1%BE%A9") == "news.example/a?t=%B1%B1%BE%A9"

    @given(st.text(alphabet="abc/?&=.%#é药", max_size=30))
    def test_canonical_address_is_a_fixed_point(self, tail: str) -> None:
        once = canonical_url(f"https://news.example/{tail}")
        assert canonical_url(once) == once


class TestHtmlRecords:
    def read(self, markup: str, **rule: str) -> tuple[Listed, ...]:
        declared = ListRule.model_validate({"record": "li", "link": "a@href", **rule})
        return read_html_list(markup, declared, base_url=BASE, now=NOW).records

    def test_title_attribute_is_preferred_to_the_cut_text(self) -> None:
        (record,) = self.read("<li><a href=/a title='关于召回的完整标题'>关于召回…</a></li>", title="a@title|a")
        assert record.title == "关于召回的完整标题"

    def test_xpath_is_understood(self) -> None:
        markup = "<div class=x><li><a href=/a><span>标题</span></a></li></div><li><a href=/b>别处</a></li>"
        (record,) = self.read(markup, record="//div[@class='x']//li", title="./a/span", link="./a/@href")
        assert (record.title, record.url) == ("标题", "https://news.example/a")

    def test_date_in_the_address_counts_where_none_is_shown(self) -> None:
        (record,) = self.read(
            "<li><a href=/art/2026/9/1/art_1_2.html>标题</a></li>", date_in_link=r"/art/(\d{4})/(\d+)/(\d+)/"
        )
        assert record.published_at is not None
        assert (record.published_at.isoformat(), record.precision) == ("2026-09-01T00:00:00+08:00", DatePrecision.DAY)

    def test_impossible_date_in_the_address_is_unknown(self) -> None:
        (record,) = self.read(
            "<li><a href=/art/2026/2/30/x.html>标题</a></li>", date_in_link=r"/art/(\d{4})/(\d+)/(\d+)/"
        )
        assert (record.published_at, record.precision) == (None, DatePrecision.UNKNOWN)

    def test_pattern_keeps_menus_out(self) -> None:
        markup = "<li><a href=/about.html>关于</a></li><li><a href=/t20261101_5.html>通报</a></li>"
        assert [record.title for record in self.read(markup, link_pattern=r"/t\d{8}_\d+")] == ["通报"]

    def test_same_address_twice_is_one_record(self) -> None:
        assert len(self.read("<li><a href=/a>一</a></li><li><a href='/a?utm_x=1'>又一</a></li>")) == 1

    def test_list_is_bounded(self) -> None:
        assert len(self.read("".join(f"<li><a href=/{n}>标题{n}</a></li>" for n in range(2000)))) == 500

    @given(st.text(alphabet="<>/lia href='\"=&;药x\x00\n", max_size=200))
    def test_any_markup_is_read_without_an_error(self, markup: str) -> None:
        self.read(markup, title="a")


class TestJsonRecords:
    RULE = ListRule(format="json", record="data[]", title="t", link="https://m.example/d/{id}", id="id", heat="h.n")

    def test_template_link_and_nested_values_are_read(self) -> None:
        text = '{"data": [{"id": 12, "t": "标题", "h": {"n": "1.2万"}}]}'
        (record,) = read_json_list(text, self.RULE, base_url=BASE, now=NOW).records
        assert (record.native_id, record.url, record.heat) == ("12", "https://m.example/d/12", 12_000)

    def test_unknown_heat_is_not_zero(self) -> None:
        (record,) = read_json_list('{"data": [{"id": 1, "t": "标题"}]}', self.RULE, base_url=BASE, now=NOW).records
        assert record.heat is None

    @pytest.mark.parametrize("text", ["", "<html>", "{", "[1, 2", '{"data": ' + "[" * 100_000])
    def test_what_is_no_json_is_refused(self, text: str) -> None:
        with pytest.raises(NotJson):
            read_json_list(text, self.RULE, base_url=BASE, now=NOW)

    def test_missing_marker_is_refused_by_name(self) -> None:
        rule = self.RULE.model_copy(update={"after": "var allData"})
        with pytest.raises(NotJson, match="var allData"):
            read_json_list('{"data": []}', rule, base_url=BASE, now=NOW)

    @pytest.mark.parametrize("text", ['{"data": null}', '{"data": "x"}', "[]", '{"data": [1, "a", null, {}]}'])
    def test_other_shapes_give_no_records(self, text: str) -> None:
        assert read_json_list(text, self.RULE, base_url=BASE, now=NOW).records == ()


class TestPaging:
    @pytest.mark.parametrize(
        ("url", "base", "second"),
        [
            ("http://x.example/a/index.html", 0, "http://x.example/a/index_1.html"),
            ("http://x.example/a/index.html", 1, "http://x.example/a/index_2.html"),
            ("http://x.example/a/", 0, "http://x.example/a/index_1.html"),
            ("http://x.example/a/list.shtml", 0, "http://x.example/a/list_1.shtml"),
        ],
    )
    def test_second_page_of_each_family(self, url: str, base: int, second: str) -> None:
        assert static_page(url, base, 2) == second
        assert static_page(url, base, 1) == url

    @given(base=st.sampled_from([0, 1]), count=st.integers(2, 30))
    def test_no_two_pages_share_an_address(self, base: int, count: int) -> None:
        pages = [static_page("http://x.example/a/index.html", base, number) for number in range(1, count + 1)]
        assert len(set(pages)) == count

    def test_a_word_in_gbk_stays_itself_on_the_next_page(self) -> None:
        declared = self.declared(style="query", param="p", base=1)
        second = next_page(declared, url=f"{BASE}?q=%C4%CF%B2%FD&p=1", number=2, text="", seen_records=9)
        assert second is not None
        assert second.url == f"{BASE}?q=%C4%CF%B2%FD&p=2"

    def declared(self, **paging: object) -> Declaration:
        return Declaration.model_validate(
            {
                "id": "daily",
                "name": "日报",
                "kind": "listing",
                "source_class": "media",
                "url": "http://x.example/a/index.html?k=v",
                "weight": 1,
                "access": "open",
                "legal_basis": "测试",
                "list": {"record": "li", "link": "a@href"},
                "paging": paging,
            }
        )

    def test_query_paging_replaces_its_parameter_only(self) -> None:
        request = next_page(
            self.declared(style="query", param="p", base=1), url=LISTED, number=2, text="", seen_records=10
        )
        assert request is not None
        assert request.url == "http://x.example/a/index.html?k=v&p=2"

    def test_static_paging_ends_with_the_count_of_the_page(self) -> None:
        declared = self.declared(style="static", count_pattern=r"countPage\s*=\s*(\d+)", max_pages=50)
        assert next_page(declared, url=LISTED, number=3, text="var countPage = 3", seen_records=1) is not None
        assert next_page(declared, url=LISTED, number=4, text="var countPage = 3", seen_records=1) is None
        assert next_page(declared, url=LISTED, number=2, text="no count", seen_records=1) is None

    def test_pages_are_bounded(self) -> None:
        declared = self.declared(style="query", param="p", max_pages=2)
        assert next_page(declared, url=LISTED, number=3, text="", seen_records=1) is None


class TestHanweb:
    PAGE = (
        '<script>var totalRecord:100;</script><nextgroup><![CDATA[<a href="/module/web/jpage/dataproxy.jsp?page=1'
        '&webid=201&path=/&columnid=38911&unitid=358871&webname=%E7%9C%81%E5%B1%80&permissiontype=0"></a>]]></nextgroup>'
    )

    def test_proxy_call_is_built_from_the_page(self) -> None:
        found = next_proxy_page(self.PAGE, url="http://x.example/col/col1/index.html", params={}, seen_records=15)
        assert found is not None
        url, form = found
        assert url == "http://x.example/module/web/jpage/dataproxy.jsp?startrecord=16&endrecord=60&perpage=15"
        assert (form["unitid"], form["webname"], form["col"]) == ("358871", "省局", "1")

    def test_declared_parameters_win(self) -> None:
        found = next_proxy_page(
            self.PAGE, url="http://x.example/c", params={"unitid": 7, "perpage": 20}, seen_records=60
        )
        assert found is not None
        assert found[1]["unitid"] == "7"
        assert "startrecord=61&endrecord=100&perpage=20" in found[0]

    @pytest.mark.parametrize("seen", [0, 100, 120])
    def test_list_ends_with_its_total(self, seen: int) -> None:
        assert next_proxy_page(self.PAGE, url="http://x.example/c", params={}, seen_records=seen) is None

    def test_page_without_records_has_none(self) -> None:
        assert records_of("<html><li>x</li></html>") is None


def test_a_record_without_number_and_address_is_known_by_its_title_without_the_telephone_in_it() -> None:
    rule = ListRule(record="li", title="span")
    markup = "<ul><li><span>李先生反映某药致死，电话13812345678</span></li></ul>"
    (record,) = read_html_list(markup, rule, base_url=BASE, now=NOW).records
    assert (record.native_id, record.url) == ("李先生反映某药致死，电话138********", None)


class TestFeedBytes:
    ATOM = (
        '<feed xmlns="http://www.w3.org/2005/Atom"><entry><title>标题</title><id>tag:1</id>'
        '<link href="/e/1"/><updated>2026-11-24T08:00:00Z</updated><content type="html">&lt;p&gt;正文&lt;/p&gt;'
        "&lt;script&gt;x()&lt;/script&gt;</content></entry></feed>"
    )

    def test_atom_is_read_with_its_zone_and_as_text(self) -> None:
        (record,) = read_feed(self.ATOM.encode(), url=BASE, content_type="application/atom+xml", now=NOW).records
        assert record.published_at is not None
        assert record.published_at.astimezone(UTC).isoformat() == "2026-11-24T08:00:00+00:00"
        assert (record.url, record.summary) == ("https://news.example/e/1", "正文")

    def test_beijing_time_without_a_zone_is_not_taken_for_utc(self) -> None:
        body = "<rss version='2.0'><channel><item><title>标题</title><link>/1</link><pubDate>2026-11-24 08:00:00</pubDate></item></channel></rss>"
        (record,) = read_feed(body.encode(), url=BASE, content_type="", now=NOW).records
        assert record.published_at is not None
        assert record.published_at.astimezone(UTC).isoformat() == "2026-11-24T00:00:00+00:00"

    def test_empty_feed_is_a_feed(self) -> None:
        assert (
            read_feed(b"<rss version='2.0'><channel></channel></rss>", url=BASE, content_type="", now=NOW).records == ()
        )

    @pytest.mark.parametrize("charset", ["utf-8", "utf-16"])
    def test_entities_are_refused_wherever_they_are_declared(self, charset: str) -> None:
        body = f"<!-- {'x' * 9000} --><!DOCTYPE x [<!ENTITY a 'aaaa'>]>{self.ATOM}".encode(charset)
        with pytest.raises(NotAFeed, match="XML 实体"):
            read_feed(body, url=BASE, content_type="", now=NOW)

    @pytest.mark.parametrize("link", ["", "<link>javascript:open(1)</link>", "<link>data:text/html,x</link>"])
    def test_an_entry_of_a_title_alone_is_taken_and_its_number_tells_no_telephone(self, link: str) -> None:
        body = (
            f"<rss version='2.0'><channel><item><title>某药致死，电话13812345678</title>{link}</item></channel></rss>"
        )
        reading = read_feed(body.encode(), url=BASE, content_type="", now=NOW)
        assert [(one.title, one.url) for one in reading.records] == [("某药致死，电话13812345678", None)]
        assert reading.records[0].native_id == "某药致死，电话138********"

    @given(st.binary(max_size=300))
    def test_any_bytes_are_a_feed_or_refused(self, raw: bytes) -> None:
        with contextlib.suppress(NotAFeed):
            assert isinstance(read_feed(raw, url=BASE, content_type="text/xml", now=NOW), Reading)
