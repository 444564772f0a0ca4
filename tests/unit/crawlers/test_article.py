import json
from dataclasses import dataclass
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.gate import GateRefusal, RefusalReason
from crawlers.parsing.article import Article, as_json, extract
from crawlers.records import BEIJING, DatePrecision
from tests.growth import LINEAR, growth
from tests.unit.crawlers.article_pages import FOOT, NAVIGATION, RELATED, page

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=BEIJING)
FIRST = "经抽检，标示为虚构制药有限公司生产的虚构片含量测定不符合规定，现予以通告。"
SECOND = "企业已采取暂停销售、召回等风险控制措施，并对不合格原因开展调查，切实进行整改。"
BODY = f"<div class='TRS_Editor'><p>{FIRST}</p><p>{SECOND}</p></div>"
TITLE = "关于虚构片不符合规定的通告"


def read(raw: bytes, **options: object) -> Article:
    article = extract(raw, now=NOW, **options)  # type: ignore[arg-type]  # the names are the tests'
    assert isinstance(article, Article), article
    return article


@dataclass(frozen=True)
class Selectors:
    title: tuple[str, ...] = ()
    body: tuple[str, ...] = ()
    published: tuple[str, ...] = ()
    origin: tuple[str, ...] = ()
    author: tuple[str, ...] = ()


class TestLayouts:
    def test_government_notice_is_read_whole_and_nothing_else(self) -> None:
        article = read(page(TITLE, "发布时间：2026-11-20 09:30 来源：药品监管处 浏览次数：33", BODY))
        assert article.title == TITLE
        assert article.body == f"{FIRST}\n{SECOND}"
        assert article.published == datetime(2026, 11, 20, 9, 30, tzinfo=BEIJING)
        assert (article.precision, article.origin, article.method) == (DatePrecision.MINUTE, "药品监管处", "density")

    def test_table_of_products_belongs_to_the_notice(self) -> None:
        row = "<tr><td><p>{0}</p></td><td><p>虚构片</p></td><td><p>B{0:04d}</p></td></tr>"
        table = "<table>" + "".join(row.format(i) for i in range(150)) + "</table>"
        article = read(page(TITLE, "2026-11-20", f"<div class='TRS_Editor'><p>{FIRST}</p>{table}</div>"))
        assert article.body.startswith(FIRST)
        assert "B0149" in article.body

    def test_notice_of_one_sentence_is_an_article(self) -> None:
        article = read(page("召回通知", "2026年11月20日", "<div id='zoom'><p>虚构公司决定召回虚构片一批。</p></div>"))
        assert "虚构公司决定召回虚构片一批。" in article.body
        assert "相关新闻" not in article.body

    def test_lines_separated_by_breaks_are_paragraphs(self) -> None:
        article = read(page(TITLE, "2026-11-20", f"<div id='zoom'>　　{FIRST}<br>　　{SECOND}<br>特此通告。</div>"))
        assert article.body.split("\n") == [FIRST, SECOND, "特此通告。"]

    def test_comments_are_not_the_article(self) -> None:
        comments = "".join(
            f"<div><b>网友{i}</b><p>大家买药一定要去正规药店，这件事情太可怕了！</p></div>" for i in range(15)
        )
        article = read(page(TITLE, "2026-11-20", BODY + f"<div class='comment-list'>{comments}</div>"))
        assert "网友" not in article.body
        assert "可怕" not in article.body

    def test_editors_line_notices_and_link_lists_go(self) -> None:
        extra = (
            "<p>责任编辑：某某</p><p>（原标题：另一个标题）</p><p>转载请注明出处，版权归原作者所有</p>"
            "<p>相关阅读：</p><p><a href='/1'>一条别的新闻</a></p><p>别的新闻的摘要，与本文没有关系。</p>"
        )
        article = read(page(TITLE, "2026-11-20", f"<div class='text'><p>{FIRST}</p><p>{SECOND}</p>{extra}</div>"))
        assert article.body == f"{FIRST}\n{SECOND}"

    def test_page_laid_out_in_tables_is_read(self) -> None:
        raw = (
            f"<html><head><title>{TITLE}</title></head><body><table><tr><td>{NAVIGATION}</td></tr><tr><td align=center>"
            f"{TITLE}</td></tr><tr><td>来源：某报 2026-11-20</td></tr><tr><td><p>{FIRST}</p><p>{SECOND}</p></td></tr>"
            f"<tr><td>{FOOT}</td></tr></table></body></html>"
        )
        article = read(raw.encode("gb18030"))
        assert FIRST in article.body
        assert SECOND in article.body
        assert (article.origin, article.charset) == ("某报", "gb18030")

    def test_text_that_only_a_script_holds_is_read_from_its_json(self) -> None:
        data = json.dumps(
            {"props": [{"detail": {"name": TITLE, "content": f"<p>{FIRST}</p><p>{SECOND}</p>", "id": 7}}]}
        )
        raw = f"<title>{TITLE}_某网</title><body><div id='root'></div><script type='application/json'>{data}</script></body>"
        article = read(raw.encode())
        assert (article.body, article.method) == (f"{FIRST}\n{SECOND}", "stated")


class TestTitle:
    def test_heading_wins_over_a_cut_and_suffixed_head(self) -> None:
        head = "<meta property='og:title' content='关于虚构片不符合'>"
        assert read(page(TITLE, "2026-11-20", BODY, head=head)).title == TITLE

    @pytest.mark.parametrize("suffix", ["_某报网", "-某报网", " - 某报网", "|某报网", "—某报网"])
    def test_name_of_the_site_is_no_part_of_the_title(self, suffix: str) -> None:
        raw = f"<html><head><title>{TITLE}{suffix}</title></head><body>{BODY}</body></html>".encode()
        assert read(raw).title == TITLE

    def test_hyphen_inside_a_title_stays(self) -> None:
        raw = f"<title>1-10月药品抽检合格率稳中有升_某报网</title><body><h1>1-10月药品抽检合格率稳中有升</h1>{BODY}</body>".encode()
        assert read(raw).title == "1-10月药品抽检合格率稳中有升"


class TestPublished:
    def test_shown_day_takes_the_minute_that_the_meta_tag_knows(self) -> None:
        article = read(page(TITLE, "2026-11-20", BODY, head="<meta name='PubDate' content='2026-11-20 09:53'>"))
        assert article.published == datetime(2026, 11, 20, 9, 53, tzinfo=BEIJING)

    def test_shown_minute_wins_over_the_meta_tag(self) -> None:
        article = read(page(TITLE, "2026-11-20 08:00", BODY, head="<meta name='PubDate' content='2026-11-21 09:53'>"))
        assert article.published == datetime(2026, 11, 20, 8, 0, tzinfo=BEIJING)

    def test_date_spread_over_small_elements_is_put_together(self) -> None:
        line = "<div>2026</div><div>11/20</div><div>19:02</div>"
        assert read(page(TITLE, line, BODY)).published == datetime(2026, 11, 20, 19, 2, tzinfo=BEIJING)

    def test_linked_data_states_the_time_where_none_is_shown(self) -> None:
        head = (
            '<script type="application/ld+json">{"@type":"NewsArticle","datePublished":"2026-11-20T01:30:00Z"}</script>'
        )
        assert read(page(TITLE, "", BODY, head=head)).published == datetime(2026, 11, 20, 9, 30, tzinfo=BEIJING)

    def test_script_states_the_time_where_nothing_else_does(self) -> None:
        head = "<script>var ct = '1795138200';</script>"
        assert read(page(TITLE, "昨天", BODY, head=head)).published == datetime.fromtimestamp(1795138200, BEIJING)

    def test_relative_time_counts_from_the_reading(self) -> None:
        assert read(page(TITLE, "3小时前", BODY)).published == datetime(2026, 11, 25, 9, 0, tzinfo=BEIJING)

    @pytest.mark.parametrize(
        "path", ["/art/2026/11/20/art_1_2.html", "/202611/t20261120_123.html", "/2026-11/20/content_1.htm"]
    )
    def test_address_holds_the_day_where_the_page_does_not(self, path: str) -> None:
        article = read(page(TITLE, "", BODY), url=f"https://example.cn{path}")
        assert article.published == datetime(2026, 11, 20, tzinfo=BEIJING)
        assert article.precision is DatePrecision.DAY

    def test_dates_in_the_list_of_other_articles_are_not_taken(self) -> None:
        assert read(page(TITLE, "", BODY)).published is None

    def test_time_in_the_future_is_not_taken(self) -> None:
        assert read(page(TITLE, "2027-01-01 00:00", BODY)).published is None


class TestCredits:
    @pytest.mark.parametrize(
        ("line", "origin"),
        [
            ("2026-11-20 来源：某某晚报 作者：某甲", "某某晚报"),
            ("2026-11-20 09:30来源：某某晚报作者：某甲", "某某晚报"),
            ("发表于2026-11-20 09:30| 12次阅读| 来源某某晚报| 0 条评论", "某某晚报"),
            ("<span>来源：</span><a href='/'>某某晚报</a><span>2026-11-20</span>", "某某晚报"),
            ("原创 某某晚报 2026-11-20 09:30:00", "某某晚报"),
            ("2026-11-20 <span class='source'>某某晚报</span>", "某某晚报"),
            ("2026-11-20 来源：某省发布", "某省发布"),
            ("来源：某某晚报发布时间：2026-11-20", "某某晚报"),
            ("<a class='nickname'>某某晚报 关注</a>", "某某晚报"),
        ],
    )
    def test_origin_is_read_from_the_by_line(self, line: str, origin: str) -> None:
        assert read(page(TITLE, line, BODY)).origin == origin

    def test_script_states_the_origin_but_not_a_channel_of_statistics(self) -> None:
        assert read(page(TITLE, "", BODY, head="<script>var d={source:'某某晚报'}</script>")).origin == "某某晚报"
        assert read(page(TITLE, "", BODY, head="<script>var d={source:'web'}</script>")).origin is None

    def test_government_meta_tag_states_the_origin(self) -> None:
        assert read(page(TITLE, "", BODY, head="<meta name='ContentSource' content='办公室'>")).origin == "办公室"

    @pytest.mark.parametrize(
        ("line", "first", "author"),
        [
            ("2026-11-20 作者：某甲 某乙", FIRST, "某甲 某乙"),
            ("2026-11-20", f"某报讯（记者 赵某某）{FIRST}", "赵某某"),
            ("2026-11-20 责任编辑：某丙", FIRST, None),
        ],
    )
    def test_author_is_read_from_by_line_or_text(self, line: str, first: str, author: str | None) -> None:
        assert read(page(TITLE, line, f"<div><p>{first}</p><p>{SECOND}</p></div>")).author == author


class TestRule:
    RAW = page(
        TITLE,
        "<i id='d'>2026-11-20</i><i id='s'>来源：甲报</i>",
        f"<div id='x'><p>{FIRST}</p></div><div id='y'><p>{SECOND}</p></div>",
    )

    def test_declared_selectors_come_first(self) -> None:
        rule = Selectors(title=("h2",), body=("#missing", "#y"), published=("#d",), origin=("#s",))
        article = read(self.RAW, rule=rule)
        assert (article.title, article.body, article.origin, article.method) == (TITLE, SECOND, "甲报", "rule")

    def test_what_the_rule_does_not_find_is_found_the_general_way(self) -> None:
        article = read(self.RAW, rule=Selectors(body=("#missing", "auto"), published=("[[[",)))
        assert article.method == "density"
        assert article.published == datetime(2026, 11, 20, tzinfo=BEIJING)

    def test_meta_tags_attributes_and_paths_can_be_declared(self) -> None:
        raw = page(
            "别的",
            "",
            BODY,
            head=f"<meta name='ArticleTitle' content='{TITLE}'><meta name='PubDate' content='2026-11-20'>",
        )
        rule = Selectors(
            title=("meta[name=ArticleTitle]@content",),
            published=("meta.PubDate",),
            body=("//div[@class='TRS_Editor']",),
        )
        article = read(raw, rule=rule)
        assert (article.title, article.method) == (TITLE, "rule")
        assert article.published == datetime(2026, 11, 20, tzinfo=BEIJING)


class TestBadInput:
    def test_machine_form_has_the_promised_keys(self) -> None:
        form = as_json(read(page(TITLE, "2026-11-20 09:30", BODY)))
        assert list(form) == ["title", "body", "published", "precision", "source", "author", "charset", "method"]
        assert form["published"] == "2026-11-20T09:30:00+08:00"

    @pytest.mark.parametrize(
        ("raw", "reason"),
        [
            (b"", RefusalReason.EMPTY),
            (b"%PDF-1.4", RefusalReason.BINARY),
            (b"<html><body></body></html>", RefusalReason.NO_ARTICLE),
            (bytes((i * 97 + 131) % 128 + 128 for i in range(3000)), RefusalReason.ENCODING),
            (b"<div>" * 5000, RefusalReason.TOO_DEEP),
            (b"a" * (9 * 2**20), RefusalReason.TOO_LARGE),
        ],
    )
    def test_unreadable_page_is_refused_with_its_reason(self, raw: bytes, reason: RefusalReason) -> None:
        refusal = extract(raw, now=NOW)
        assert isinstance(refusal, GateRefusal)
        assert refusal.reason is reason

    @pytest.mark.parametrize(
        ("before", "unit", "count", "after"),
        [
            ("<p>", "药。", 300_000, ""),
            ("", "<p>药品，", 60_000, ""),
            ("", "<br>药", 100_000, ""),
            ("<table><tr><td>" * 60, "药。", 1_000, ""),
            ("<span class='comment-", "a-", 400_000, "'>药"),
            ("<title>", "药-", 200_000, "</title><p>药。</p>"),
            ("<title>药", "-", 400_000, "</title><p>药。</p>"),
            ("<p>来源", " ", 500_000, "：药</p>"),
            ("<script type='application/ld+json'>", "[", 200_000, "</script><p>药。</p>"),
            ("<script>time:'", "9", 900_000, "</script><p>药品监管。</p>"),
        ],
        ids=range(10),
    )
    def test_hostile_page_costs_what_its_length_does(self, before: str, unit: str, count: int, after: str) -> None:
        def hostile(times: int) -> bytes:
            return (before + unit * times + after).encode()

        assert growth(lambda raw: extract(raw, now=NOW), hostile(count // 8), hostile(count)) < LINEAR

    def test_page_with_entities_of_forbidden_characters_gives_storable_text(self) -> None:
        raw = page(TITLE, "2026-11-20", f"<div><p>&#x0;&#xb;&#xd83d;&#xfffe;{FIRST}</p></div>")
        body = read(raw).body
        body.encode("utf-8")
        assert FIRST in body
        assert "\x0b" not in body

    def test_encoding_declaration_in_front_does_not_stop_the_parser(self) -> None:
        raw = b'<?xml version="1.0" encoding="gb2312"?>' + page(TITLE, "2026-11-20", BODY)
        assert read(raw).title == TITLE

    @given(st.binary(max_size=1500))
    def test_no_bytes_make_it_raise(self, noise: bytes) -> None:
        extract(b"<html><body><p>" + noise, now=NOW)

    @given(
        st.lists(
            st.sampled_from(
                [
                    "<div>",
                    "</div>",
                    "<p>",
                    "<table>",
                    "<td>",
                    "</table>",
                    "<a href=x>",
                    "药品。",
                    "2026-11-20",
                    "<br",
                    "<!--",
                    "-->",
                    "<script>",
                    "</script>",
                    "<title>",
                    "来源：",
                    "<h1>",
                ]
            ),
            max_size=60,
        )
    )
    def test_no_markup_makes_it_raise(self, pieces: list[str]) -> None:
        extract("".join(pieces).encode(), now=NOW)


def test_related_links_of_the_fixture_are_really_there() -> None:
    assert "第8号通告" in RELATED


@pytest.mark.parametrize(
    "greeting", ["今天是2026年11月25日 10:20 星期三", "当前时间：2026-11-25 10:20:31", "北京时间 2026年11月25日 10:20"]
)
def test_todays_date_in_the_head_of_a_site_is_not_when_its_article_was_published(greeting: str) -> None:
    text = "省药品监督管理部门接到报告后，已派员到生产企业核查，相关批次产品暂停销售使用，结果将及时公布。"
    markup = (
        f"<meta charset=utf-8><div>{greeting}</div><h1>关于某批药品召回的通告</h1><div>{f'<p>{text}</p>' * 4}</div>"
    )
    read = extract(markup.encode(), now=datetime(2026, 11, 25, 12, 0, tzinfo=BEIJING))
    assert isinstance(read, Article)
    assert read.published is None
