"""Each family of sites: its list, its second page, its article; made-up pages of the smallest kind."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from crawlers.catalogue.declaration import Declaration
from crawlers.lists.paging import next_page
from crawlers.lists.reading import read_list_text
from crawlers.parsing.article import Article, extract
from crawlers.presets import preset_defaults, preset_names

NOW = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)
LISTS: dict[str, tuple[str, str, list[tuple[str, str, str]], str]] = {
    "hanweb_jpage": (
        "http://a.example/col/col7/index.html",
        (
            '<ul><li><a href=/about.html>关于</a></li></ul><script><datastore><nextgroup><![CDATA[<a href="/module/web/jpage/dataproxy.jsp?'
            'page=1&amp;columnid=7&amp;unitid=9&amp;webid=1"></a>]]></nextgroup><recordset><record><![CDATA[<li><a href="/art/2026/11/3/art_7_1.html" '
            'title="全称一">简…</a></li>]]></record><record><![CDATA[<li><a href="/art/2026/10/31/art_7_2.html">全称二</a></li>]]></record>'
            "</recordset></datastore></script><script>totalRecord:33</script>"
        ),
        [
            ("全称一", "http://a.example/art/2026/11/3/art_7_1.html", "2026-11-03"),
            ("全称二", "http://a.example/art/2026/10/31/art_7_2.html", "2026-10-31"),
        ],
        "http://a.example/module/web/jpage/dataproxy.jsp?startrecord=3&endrecord=33&perpage=15",
    ),
    "trs_static": (
        "http://b.example/zw/index.html",
        (
            "<ul><li><a href='../'>首页</a></li><li><a href='./202611/t20261103_1.html'>通告一</a><span>2026-11-03</span></li>"
            "<li><a href='./202610/t20261031_2.shtml' title='通告二'>通…</a></li></ul><script>createPageHTML(3, 0, 'index', 'html')</script>"
        ),
        [
            ("通告一", "http://b.example/zw/202611/t20261103_1.html", "2026-11-03"),
            ("通告二", "http://b.example/zw/202610/t20261031_2.shtml", "2026-10-31"),
        ],
        "http://b.example/zw/index_1.html",
    ),
    "trs_static_1b": (
        "http://c.example/zh/index.html",
        (
            "<ul><li><a href='t20261103_1.html'>召回一</a></li><li><a href='t20261031_2.html'>召回二</a></li></ul>"
            "<script>createPageHTML('paging', 3, 1)</script>"
        ),
        [
            ("召回一", "http://c.example/zh/t20261103_1.html", "2026-11-03"),
            ("召回二", "http://c.example/zh/t20261031_2.html", "2026-10-31"),
        ],
        "http://c.example/zh/index_2.html",
    ),
    "govcms_search_json": (
        "http://d.example/common/search/0123?_isJson=true&_template=index&page=1",
        json.dumps(
            {
                "data": {
                    "total": 40,
                    "results": [
                        {
                            "title": "召回一",
                            "url": "/c/1.shtml",
                            "content": "<p>一</p>",
                            "publishedTimeStr": "2026-11-03 09:10:00",
                        },
                        {"title": "召回二", "url": "//d.example/c/2.shtml", "publishedTimeStr": "2026-10-31"},
                    ],
                }
            }
        ),
        [
            ("召回一", "http://d.example/c/1.shtml", "2026-11-03"),
            ("召回二", "http://d.example/c/2.shtml", "2026-10-31"),
        ],
        "http://d.example/common/search/0123?_isJson=true&_template=index&page=2",
    ),
    "gkmlpt": (
        "http://e.example/gkmlpt/api/all/0",
        json.dumps(
            {
                "articles": [
                    {
                        "title": "通知一",
                        "url": "http://e.example/content/1/post_1.html",
                        "created_at": "2026-11-03 08:00:00",
                        "document_number": "示发〔2026〕1号",
                    },
                    {"title": "别的系统", "url": "http://e.example/zcjdpt?id=9", "created_at": "2026-11-02 08:00:00"},
                    {
                        "title": "通知二",
                        "url": "http://e.example/content/1/post_2.html",
                        "created_at": "2026-10-31 08:00:00",
                    },
                ]
            }
        ),
        [
            ("通知一", "http://e.example/content/1/post_1.html", "2026-11-03"),
            ("通知二", "http://e.example/content/1/post_2.html", "2026-10-31"),
        ],
        "http://e.example/gkmlpt/api/all/0?page=2",
    ),
}


def declared(preset: str, url: str, **keys: Any) -> Declaration:
    basics = {"id": "family", "name": "示例", "source_class": "official", "url": url, "weight": 1, "access": "open"}
    kind = "json_api" if preset in {"govcms_search_json", "gkmlpt"} else "listing"
    return Declaration.model_validate(
        preset_defaults(preset) | basics | {"kind": kind, "preset": preset, "legal_basis": "测试"} | keys
    )


@pytest.mark.parametrize("preset", sorted(LISTS))
class TestFamily:
    def test_list_is_read_without_the_menu_around_it(self, preset: str) -> None:
        url, text, wanted, _ = LISTS[preset]
        reading = read_list_text(declared(preset, url), text, url=url, list_url=url, now=NOW)
        told = [(one.title, one.url, str(one.published_at)[:10]) for one in reading.records]
        assert (told, reading.faults) == (wanted, ())

    def test_second_page_is_counted_as_the_family_counts(self, preset: str) -> None:
        url, text, wanted, second = LISTS[preset]
        request = next_page(declared(preset, url), url=url, number=2, text=text, seen_records=len(wanted))
        assert request is not None
        assert request.url == second

    def test_article_is_read_by_the_tags_of_government_sites(self, preset: str) -> None:
        box = declared(preset, LISTS[preset][0]).article.body[0].split(".")
        inner = "<p>本局对相关企业开展检查，发现的问题已责令改正，并依法立案查处。</p>" * 3
        page = (
            "<html><head><meta name=ArticleTitle content='标题在这里'><meta name=PubDate content='2026-11-03 09:10'>"
            "<meta name=ContentSource content='示例局'><title>别的标题</title></head><body><div class=menu>首页 | 公开</div>"
            f"<{box[0]} class='{box[1]}'>{inner}</{box[0]}><div>相关链接</div></body></html>"
        )
        article = extract(
            page.encode(),
            url="http://a.example/1.html",
            content_type="text/html",
            now=NOW,
            rule=declared(preset, LISTS[preset][0]).article,
        )
        assert isinstance(article, Article)
        assert (article.title, article.origin) == ("标题在这里", "示例局")
        assert str(article.published)[:16] == "2026-11-03 09:10"
        assert "相关链接" not in article.body


def test_every_preset_is_tried_here() -> None:
    assert set(preset_names()) == set(LISTS) | {"gov_meta"}


def test_number_of_a_document_comes_with_the_list() -> None:
    url, text, *_ = LISTS["gkmlpt"]
    reading = read_list_text(declared("gkmlpt", url), text, url=url, list_url=url, now=NOW)
    assert reading.records[0].facts == {"issue_number": "示发〔2026〕1号"}
