"""What a probe proposes, from a site on loopback to a declaration that reads it."""

import asyncio
import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from crawlers.access.egress import Egress
from crawlers.catalogue import load_catalogue
from crawlers.lists.feed import FeedNotRead
from crawlers.lists.listed import Reading
from crawlers.probing.probe import MAX_REQUESTS
from crawlers.probing.propose import Proposal
from crawlers.probing.run import ProbeBroke, probe_site
from crawlers.records import Source
from tests.flows.conftest import Clock, article
from tests.flows.crawl.test_crawl_kinds import hanweb_records
from tests.flows.press import Page, Press

Probe = Callable[[str], Proposal]


@pytest.fixture
def probe(press: Press, egress: Egress, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Probe:
    monkeypatch.setattr("crawlers.probing.run._DELAY", "0s")

    def run(path: str) -> Proposal:
        return asyncio.run(probe_site(press.url(path), egress=egress, now=clock))

    return run


def loaded(proposal: Proposal, folder: Path) -> Source:
    """Return the source that a proposal declares, as a catalogue file would."""
    assert proposal.text is not None, proposal
    (folder / "proposed.yaml").write_text(proposal.text, encoding="utf-8")
    catalogue = load_catalogue(folder, shipped=False)
    assert catalogue.problems == ()
    (source,) = catalogue.sources
    return source


def rows(first: int, last: int, *, tag: str = "li") -> str:
    return "".join(
        f"<{tag}><a href='/2026/11-24/{number}.shtml'>关于药品抽检结果的报道第{number}篇</a><em>2026-11-24</em></{tag}>"
        for number in range(first, last + 1)
    )


MENU = "<div class=menu><ul>" + "".join(f"<li><a href='/m{n}/'>频道{n}</a></li>" for n in range(9)) + "</ul></div>"


def test_page_that_names_a_feed_is_taken_by_its_feed(press: Press, probe: Probe, tmp_path: Path) -> None:
    items = "".join(f"<item><title>消息{n}</title><link>/a/{n}.html</link></item>" for n in range(6))
    press.pages["/"] = Page(
        body=f"<head><title>示例晚报</title><link rel=alternate type='application/rss+xml' href=/f.xml></head>{MENU}".encode()
    )
    press.pages["/f.xml"] = Page(body=f"<rss version='2.0'><channel>{items}</channel></rss>".encode(), kind="text/xml")
    press.otherwise = lambda _: article("消息")
    proposal = probe("/")
    source = loaded(proposal, tmp_path)
    assert (source.kind, source.url, source.name, source.enabled) == ("feed", press.url("/f.xml"), "示例晚报", False)
    assert proposal.samples[0].title == "消息0"
    assert any("正文页读出标题" in reason for reason in proposal.reasons)


def test_plain_list_gets_selectors_and_only_a_paging_that_pages(press: Press, probe: Probe, tmp_path: Path) -> None:
    pager = "<a href='index_1.shtml'>2</a><a href='index_2.shtml'>3</a>"
    page = "<title>要闻</title>{menu}<div class='main'><ul class='news big'>{rows}</ul></div>{pager}"
    press.pages["/news/index.shtml"] = Page(body=page.format(menu=MENU, rows=rows(1, 8), pager=pager).encode())
    press.pages["/news/index_1.shtml"] = Page(body=page.format(menu=MENU, rows=rows(9, 16), pager=pager).encode())
    press.otherwise = lambda _: article("报道")
    source = loaded(probe("/news/index.shtml"), tmp_path)
    assert source.kind == "listing"
    assert source.declaration["list"]["record"] == "ul.news > li"
    assert source.declaration["list"]["published"] == "em"
    assert (source.declaration["paging"]["style"], source.declaration["paging"]["base"]) == ("static", 0)


def test_paging_that_repeats_the_first_page_is_left_out(press: Press, probe: Probe, tmp_path: Path) -> None:
    body = f"<ul class=news>{rows(1, 8)}</ul><a href='?page=2'>下一页</a>".encode()
    press.pages["/n"] = Page(body=body)
    press.pages["/n?page=2"] = Page(body=body)
    press.otherwise = lambda _: article("报道")
    proposal = probe("/n")
    assert "paging" not in loaded(proposal, tmp_path).declaration
    assert any("不翻页" in reason for reason in proposal.reasons)


def test_hanweb_column_is_taken_by_its_preset(press: Press, probe: Probe, tmp_path: Path) -> None:
    body = (
        "<title>召回</title><script type='text/xml'><datastore><nextgroup><![CDATA[<a href=\"/module/web/jpage/"
        f'dataproxy.jsp?page=1&amp;columnid=1&amp;unitid=2"></a>]]></nextgroup><recordset>{hanweb_records(1, 15)}'
        "</recordset></datastore></script>"
    )
    press.pages["/col/col38911/index.html"] = Page(body=body.encode())
    press.otherwise = lambda _: article("召回信息")
    source = loaded(probe("/col/col38911/index.html"), tmp_path)
    assert (source.declaration["preset"], source.kind) == ("hanweb_jpage", "listing")


def test_home_page_of_hanweb_tells_its_columns(press: Press, probe: Probe) -> None:
    links = "".join(f"<li><a href='/col/col{n}/index.html'>栏目{n}</a></li>" for n in (101, 102))
    press.pages["/"] = Page(body=f"<ul>{links}</ul><a href=/art/2026/11/1/art_1_2.html>一条</a>".encode())
    proposal = probe("/")
    assert proposal.text is None
    assert f"栏目：栏目102 {press.url('/col/col102/index.html')}" in proposal.reasons


@pytest.mark.parametrize("mark", ["'paging', 5, 1", "5, 1"])
def test_trs_family_is_told_by_how_it_counts_its_pages(press: Press, probe: Probe, tmp_path: Path, mark: str) -> None:
    links = "".join(
        f"<li><a href='./202611/t20261124_{n}.html'>飞行检查情况通报第{n}号</a><span>2026-11-24</span></li>"
        for n in range(10, 20)
    )
    press.pages["/zw/index.html"] = Page(
        body=f"<ul>{links}</ul><script>createPageHTML({mark}, 'index')</script>".encode()
    )
    press.otherwise = lambda _: article("通报")
    source = loaded(probe("/zw/index.html"), tmp_path)
    assert source.declaration["preset"] == ("trs_static_1b" if "'" in mark else "trs_static")


def test_json_interface_is_taken_by_its_longest_list(press: Press, probe: Probe, tmp_path: Path) -> None:
    records = [{"docTitle": f"标题{n}", "url": f"/d/{n}", "pubDate": "2026-11-24", "id": n} for n in range(4)]
    body = json.dumps({"code": 0, "menus": [{"name": "甲"}] * 3, "data": {"rows": records}})
    press.pages["/api"] = Page(body=body.encode(), kind="application/json")
    press.otherwise = lambda _: article("标题")
    source = loaded(probe("/api"), tmp_path)
    assert source.kind == "json_api"
    wanted = {"format": "json", "record": "data.rows", "title": "docTitle", "link": "url", "id": "id"}
    assert source.declaration["list"] == wanted | {"published": "pubDate"}


def test_site_without_lists_is_taken_by_the_sitemap_of_its_robots(press: Press, probe: Probe, tmp_path: Path) -> None:
    press.pages["/robots.txt"] = Page(body=f"Sitemap: {press.url('/map.xml')}\n".encode(), kind="text/plain")
    press.pages["/"] = Page(body=b"<p>nothing here</p>")
    entry = f"<url><loc>{press.url('/a/1.html')}</loc><lastmod>2026-11-24</lastmod></url>"
    press.pages["/map.xml"] = Page(body=f"<urlset>{entry}</urlset>".encode(), kind="text/xml")
    press.pages["/a/1.html"] = article("消息")
    source = loaded(probe("/"), tmp_path)
    assert (source.kind, source.url) == ("sitemap", press.url("/map.xml"))


class TestRefusals:
    def test_robots_rules_end_the_probe_before_the_page_is_asked(self, press: Press, probe: Probe) -> None:
        press.pages["/robots.txt"] = Page(body=b"User-agent: *\nDisallow: /\n", kind="text/plain")
        proposal = probe("/news/")
        assert proposal.text is None
        assert "robots.txt" in (proposal.refused or "")
        assert press.paths() == []

    @pytest.mark.parametrize("status", [403, 412, 429])
    def test_challenge_ends_the_probe(self, press: Press, probe: Probe, status: int) -> None:
        press.pages["/"] = Page(status=status, body=b"no")
        assert probe("/").text is None
        assert press.paths() == ["/"]

    def test_script_challenge_is_no_page(self, press: Press, probe: Probe) -> None:
        press.pages["/"] = Page(body=b"<script>var arg1='0123456789ABCDEF0123456789ABCDEF0123';acw_sc__v2</script>")
        assert "人机验证" in (probe("/").refused or "")

    def test_log_in_page_is_refused(self, press: Press, probe: Probe) -> None:
        press.pages["/"] = Page(body="<form>请登录<input name=u><input type=password></form>".encode())
        assert "登录" in (probe("/").refused or "")

    def test_a_page_nested_without_end_is_named_as_one_that_cannot_be_read(self, press: Press, probe: Probe) -> None:
        press.pages["/"] = Page(body=b"<div>" * 300_000)
        assert "嵌套超过 256 层" in (probe("/").refused or "")

    def test_an_error_of_the_program_is_told_as_one_and_not_as_a_site_that_takes_too_long(
        self, press: Press, probe: Probe, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def broken(*_: object, **__: object) -> None:
            raise RecursionError

        monkeypatch.setattr("crawlers.probing.probe.find_list", broken)
        press.pages["/"] = Page(body=f"<ul class=n>{rows(1, 9)}</ul>".encode())
        with pytest.raises(ProbeBroke):
            probe("/")

    @pytest.mark.parametrize("url", ["ftp://x.example/", "news.example", "javascript:alert(1)", ""])
    def test_what_is_no_web_address_is_refused(self, egress: Egress, clock: Clock, url: str) -> None:
        proposal = asyncio.run(probe_site(url, egress=egress, now=clock))
        assert "不是网址" in (proposal.refused or "")

    @pytest.mark.parametrize(
        "url", ["http://10.0.0.1/", "http://localhost/", "http://[::1]/", "http://169.254.169.254/"]
    )
    def test_address_inside_is_not_asked(self, clock: Clock, url: str) -> None:
        proposal = asyncio.run(probe_site(url, egress=Egress.public(), now=clock))
        assert proposal.text is None
        assert "出口规则不允许访问" in (proposal.refused or "")
        assert "不是公开的网络地址" in (proposal.refused or "")

    def test_requests_of_a_probe_are_bounded(self, press: Press, probe: Probe) -> None:
        feeds = "".join(f"<link rel=alternate type='application/rss+xml' href=/f{n}.xml>" for n in range(40))
        pager = "".join(f"<a href='?page=2&x={n}'>2</a>" for n in range(40))
        press.otherwise = lambda ask: Page(body=f"{feeds}<ul class=n>{rows(1, 9)}</ul>{pager}{ask.path}".encode())
        probe("/")
        assert len(press.paths()) <= MAX_REQUESTS


def test_a_page_that_the_reader_of_feeds_does_not_end_is_still_looked_at_for_a_list(
    press: Press, egress: Egress, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crawlers.probing.run._DELAY", "0s")

    def dies(raw: bytes, *, url: str, content_type: str, now: datetime) -> Reading:
        del raw, url, content_type, now
        raise FeedNotRead("解析这个订阅源的子进程中断（超时），下一次换新进程")

    press.pages["/list.html"] = Page(body=f"{MENU}<ul class=news>{rows(1, 12)}</ul>".encode())
    press.otherwise = lambda _: article("消息")
    url = press.url("/list.html")
    proposal = asyncio.run(probe_site(url, egress=egress, now=clock, read_feed=dies))
    assert proposal.text is not None
    assert "kind: listing" in proposal.text
    assert f"没有读完，是不是订阅源不知道：{url}" in "".join(proposal.reasons)
