"""What a page shows of itself: lists, feeds, systems, pagers, log-in forms, arrays of records."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.catalogue.addresses import fill_address, fill_value, slots_of
from crawlers.lists.listed import paragraphs
from crawlers.lists.login_page import is_login_page
from crawlers.parsing.policy_facts import policy_facts
from crawlers.probing.list_shape import find_list
from crawlers.probing.offers import cms_of, feeds_of, json_lists, page_two_links
from crawlers.probing.propose import draft_of
from crawlers.spiders.search import words_of_visit
from tests.growth import LINEAR, growth

NOW = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)
URL = "https://news.example/health/index.html"


def rows(count: int, form: str) -> str:
    return "".join(form.format(n=number, day=1 + number % 24) for number in range(1, count + 1))


LINK = "<a href='/a/2026{n:03}.html'>关于药品质量的第{n}篇报道</a>"


class TestFindList:
    @pytest.mark.parametrize(
        ("markup", "record"),
        [
            (
                "<ul class='list'>" + rows(9, "<li>" + LINK + "<span>2026-11-{day:02}</span></li>") + "</ul>",
                "ul.list > li",
            ),
            (
                "<table id=news><tbody>"
                + rows(9, "<tr><td>" + LINK + "</td><td>11-{day:02}</td></tr>")
                + "</tbody></table>",
                "table#news > tbody > tr",
            ),
            (
                "<div class=box>" + rows(9, "<div class=item><h3>" + LINK + "</h3><p>摘要</p></div>") + "</div>",
                "div.box > div",
            ),
            ("<div id=links>" + rows(9, LINK) + "</div>", "div#links > a"),
        ],
        ids=["list", "table", "boxes", "bare links"],
    )
    def test_box_of_long_links_is_the_list(self, markup: str, record: str) -> None:
        menu = "<ul class=menu>" + "".join(f"<li><a href='/{n}/'>频道{n}</a></li>" for n in range(12)) + "</ul>"
        found = find_list(f"<html><body>{menu}{markup}</body></html>", url=URL, now=NOW)
        assert found is not None
        assert found.rule.record == record
        assert [item.title for item in found.reading.records][:2] == [
            "关于药品质量的第1篇报道",
            "关于药品质量的第2篇报道",
        ]

    def test_list_with_dates_is_preferred_to_a_longer_one_without(self) -> None:
        markup = "<ul class=hot>" + rows(12, "<li>" + LINK + "</li>") + "</ul>"
        markup += (
            "<ul class=new>" + rows(8, "<li>" + LINK.replace("/a/", "/b/") + "<i>2026-11-{day:02}</i></li>") + "</ul>"
        )
        found = find_list(markup, url=URL, now=NOW)
        assert found is not None
        assert (found.rule.record, found.rule.published, found.dated) == ("ul.new > li", "i", 8)

    @pytest.mark.parametrize(
        "markup", ["", "   ", "<p>text</p>", "<ul><li><a href=/1234.html>只有一条足够长的链接</a></li></ul>"]
    )
    def test_page_without_a_list_has_none(self, markup: str) -> None:
        assert find_list(markup, url=URL, now=NOW) is None

    @given(st.text(alphabet="<>/aulidv href='=\"1 x药", max_size=200))
    def test_any_markup_has_a_list_or_none(self, markup: str) -> None:
        find_list(markup, url=URL, now=NOW)


@pytest.mark.parametrize(
    ("markup", "preset"),
    [
        ("<script>createPageHTML(7, 0, 'index', 'html')</script>", "trs_static"),
        ("<script>createPageHTML('paging', 7, 1)</script>", "trs_static_1b"),
        ("<script>var countPage = 4</script>", "trs_static"),
        ("<datastore><recordset></recordset></datastore>", "hanweb_jpage"),
        ("<a href='/col/col12/index.html'>a</a><a href='/art/2026/1/2/art_1_2.html'>b</a>", "hanweb_jpage"),
        (f"<script>url='/common/search/{'0af1' * 8}?_isAgg=true'</script>", "govcms_search_json"),
        ("<script src='/gkmlpt/app.js'></script>", "gkmlpt"),
        ("<p>no system</p>", None),
    ],
)
def test_system_behind_a_page_is_known_by_its_marks(markup: str, preset: str | None) -> None:
    assert cms_of(markup, url=URL) == preset


def test_feeds_of_the_head_come_before_links_and_none_twice() -> None:
    markup = (
        "<a href=/rss.xml>RSS</a><a href='/feedback.html'>反馈</a>"
        "<link rel='alternate' type='application/atom+xml' href='atom.xml'><link rel=alternate hreflang=en href=/en>"
    )
    assert feeds_of(markup + markup, url=URL) == [
        "https://news.example/health/atom.xml",
        "https://news.example/rss.xml",
    ]


@pytest.mark.parametrize(
    ("markup", "paging"),
    [
        ("<a href=index_1.html>2</a><a href=index_2.html>3</a>", {"style": "static", "base": 0}),
        ("<a href=index_2.html>2</a><a href=index_3.html>3</a>", {"style": "static", "base": 1}),
        ("<a href='?id=7&pageNum=2'>2</a>", {"style": "query", "param": "pageNum", "base": 1}),
    ],
)
def test_pager_tells_from_what_pages_are_counted(markup: str, paging: dict[str, object]) -> None:
    assert page_two_links(markup, url=URL)[0] == paging


def test_list_of_records_is_preferred_to_a_list_of_names() -> None:
    data = {"channels": [{"name": n} for n in "abcdef"], "d": {"list": [{"title": n, "url": f"/{n}"} for n in "xyz"]}}
    first = json_lists(data)[0]
    assert (first.path, first.title, first.link) == ("d.list", "title", "url")


@pytest.mark.parametrize("data", [None, 1, "x", [], {}, [1, 2, 3], {"a": [{"b": 1}] * 5}])
def test_json_without_titles_has_no_list(data: object) -> None:
    assert json_lists(data) == []


class TestLoginPage:
    def test_form_with_little_else_is_one(self) -> None:
        assert is_login_page("<h1>统一身份认证</h1><form><input type=password></form>")

    def test_news_page_with_a_small_form_is_none(self) -> None:
        assert not is_login_page("<input type='password'>" + "<p>省药监局召开会议部署药品安全工作。</p>" * 60)

    def test_long_page_at_a_log_in_address_is_one(self) -> None:
        portal = "<input type='password'>" + "<p>统一身份认证平台使用须知：请妥善保管账号与密码。</p>" * 60
        assert is_login_page(portal, url="https://news.example/sso/login?next=/list")
        assert not is_login_page(portal, url="https://news.example/list")

    def test_page_without_a_form_is_none(self) -> None:
        assert not is_login_page("<p>页面不存在</p>")


class TestAddresses:
    DAY = NOW.date()

    def test_slots_are_filled_and_encoded(self) -> None:
        url = fill_address(
            "http://{site}.example/{date:%Y/%m%d}/s?q={word}&c={c}",
            params={"site": "a", "c": "x&y"},
            day=self.DAY,
            word="药 品",
        )
        assert url == "http://a.example/2026/1125/s?q=%E8%8D%AF%20%E5%93%81&c=x%26y"

    def test_slot_that_nothing_fills_stays(self) -> None:
        assert fill_address("http://{site}.example/", params={}, day=self.DAY) == "http://{site}.example/"
        assert slots_of("http://{site}.example/{date:%Y}") == ("site", "date:%Y")

    def test_value_of_a_body_is_not_encoded_and_numbers_stay_numbers(self) -> None:
        assert fill_value("{word}", params={}, word="药 品") == "药 品"
        assert fill_value(1, params={}, word="x") == 1
        assert fill_value("{node}-{word}", params={"node": 7}, word=None) == "7-{word}"


class TestWords:
    def test_every_word_gets_its_turn(self) -> None:
        words, turn = ["甲", "乙", "丙", "丁", "戊"], 0
        seen: list[str] = []
        for _ in range(5):
            taken, turn = words_of_visit(words, turn, 2)
            seen += taken
        assert sorted(seen) == sorted(words * 2)

    @pytest.mark.parametrize("words", [[], ["", "  "]])
    def test_no_words_are_no_words(self, words: list[str]) -> None:
        assert words_of_visit(words, 3, 5) == ((), 0)

    def test_turn_past_a_shortened_list_begins_within_it(self) -> None:
        assert words_of_visit(["甲", "乙"], 9, 5) == (("乙", "甲"), 1)


@pytest.mark.parametrize(
    ("url", "source_class", "region"),
    [
        ("http://mpa.jiangxi.gov.cn/col/col1/index.html", "official", "360000"),
        ("https://www.gov.cn/yaowen/", "official", None),
        ("https://gov.cn.example/", "media", None),
    ],
)
def test_draft_is_classed_by_its_host_and_never_switched_on(url: str, source_class: str, region: str | None) -> None:
    draft = draft_of(url, title="", today=NOW.date())
    assert (draft["source_class"], draft.get("region"), draft["enabled"]) == (source_class, region, False)


@pytest.mark.parametrize(
    "text",
    [
        "<input " * 40_000,
        "<script" * 40_000 + "用户登录",
        "<p " * 200_000,
        "<p><b>x</b></p>" * 40_000,
        "。" + "局" * 200_000,
    ],
    ids=["inputs", "scripts", "open tags", "paragraphs", "signatures"],
)
def test_hostile_text_is_read_in_linear_time(text: str) -> None:
    def read(text: str) -> None:
        is_login_page(text)
        paragraphs(text)
        policy_facts(text[:300], text, published=NOW, declared={}, now=NOW)

    assert growth(read, text[: len(text) // 8], text) < LINEAR
