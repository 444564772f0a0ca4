"""A source is added in the browser: an address is probed, what was found is looked at, saved, changed and removed."""

import html
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from httpx2 import Response

from crawlers.probing.propose import Proposal, Sample
from service.domain.people.person import Role
from service.flows.crawl.live_checks import wished
from service.flows.crawl.probes import ask_for_probe, claim_probe, settle_probe
from service.ports.own_sources import SourceProbe
from tests.api.conftest import Browser, Site
from tests.api.forms import send, sent_again
from tests.builders import NOW

URL = "http://news.example/yaowen/index.html"
DRAFT: Mapping[str, Any] = {
    "id": "news-yaowen",
    "name": "要闻",
    "kind": "listing",
    "source_class": "media",
    "document_kind": "article",
    "url": URL,
    "weight": 5,
    "access": "open",
    "enabled": False,
    "checked": NOW.date(),
    "legal_basis": "媒体公开发布的报道；只读取公开页面。",
    "list": {"record": "ul.news > li", "title": "a", "link": "a@href", "published": "em"},
    "expect": {"min_items": 4, "max_age_days": 30},
}
FOUND = Proposal(
    draft=DRAFT,
    reasons=("网站的 robots.txt 允许采集这个网址。", "联系人 13812345678"),
    samples=(
        Sample(title="药品抽检结果<b>", url="http://news.example/1.html", published_at=NOW),
        Sample(title="第二条"),
    ),
    requests=3,
)
FIELDS = {
    "called": "示例晚报·要闻",
    "source_class": "media",
    "minutes": "30",
    "basis": "公开报道，用于舆情监测。",
    "region": "",
}


def asked(keeper: Browser, url: str = URL, called: str = "示例晚报") -> str:
    answer = keeper.post("/sources/probes", url=url, called=called)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def probed(site: Site, found: Proposal = FOUND) -> None:
    claimed = claim_probe(site.context.store, holder="role", now=NOW)
    assert claimed is not None
    settle_probe(site.context.store, claimed, found, now=NOW)


def saved(site: Site, keeper: Browser, **fields: str) -> Response:
    path = asked(keeper)
    probed(site)
    return keeper.post(path, **FIELDS | {"enabled": "false"} | fields)


def acts(site: Site, limit: int = 5) -> list[tuple[str, str]]:
    with site.context.store.read() as work:
        return [(row.action, row.subject) for row in work.audit.rows(limit=limit)]


@pytest.fixture
def keeper(site: Site) -> Browser:
    return site.browser(Role.ADMINISTRATOR)


def read(keeper: Browser, path: str) -> str:
    answer = keeper.client.get(path)
    assert answer.status_code == 200, answer.text
    return html.unescape(answer.text)


class TestProbe:
    def test_the_page_waits_for_the_crawl_role_and_then_shows_what_would_be_read(
        self, site: Site, keeper: Browser
    ) -> None:
        path = asked(keeper)
        waiting = read(keeper, path)
        assert "正在探查 news.example" in waiting
        assert 'http-equiv="refresh"' in waiting
        probed(site)
        shown = keeper.client.get(path).text
        assert 'http-equiv="refresh"' not in shown
        assert "药品抽检结果&lt;b&gt;" in shown
        for told in (
            "robots.txt 允许采集",
            "ul.news > li",
            "列表页",
            "至少相隔 5 秒，每天至多 400 次",
            "列表未写",
            "少于 4 条",
        ):
            assert told in html.unescape(shown), told
        assert "13812345678" not in shown
        assert acts(site, 1) == [("source.probe_asked", "host:news.example")]
        assert "可以采集，待保存" in read(keeper, "/sources/add")

    def test_what_stands_in_the_way_is_said_and_nothing_can_be_saved(self, site: Site, keeper: Browser) -> None:
        path = asked(keeper)
        sentence = "网站要求登录后才能查看（http://news.example/），已停止，不作登录；请改用备用信源或导入其导出文件。"
        probed(site, Proposal(refused=sentence, reasons=("已访问首页",)))
        shown = read(keeper, path)
        assert sentence in shown
        assert "保存为信源" not in shown
        refused = keeper.post(path, **FIELDS)
        assert refused.status_code == 409
        assert "没有找到可以采集的内容" in refused.text
        assert read(keeper, "/sources").count("自行添加") == 0

    def test_one_that_nobody_begins_is_told_after_two_minutes(self, site: Site, keeper: Browser) -> None:
        path = asked(keeper)
        late = Site.over(replace(site.context, now=lambda: NOW + timedelta(minutes=3))).browser(Role.ADMINISTRATOR)
        assert "还没有开始探查" in read(late, path)

    @pytest.mark.parametrize(
        ("url", "told"),
        [
            ("news.example", "不是完整的网址"),
            ("ftp://news.example/", "不是完整的网址"),
            ("http://news.example/一 二", "不是完整的网址"),
            ("http://[::1/", "不是有效的网址"),
            ("http://news.example:99999/", "不是有效的网址"),
            ("http://user:secret@news.example/", "用户名或密码"),
            ("http://localhost/", "不是公开网站"),
            ("http://news.example/" + "a" * 2100, "2048 个字符"),
            ("", "不是完整的网址"),
        ],
    )
    def test_what_is_no_address_is_refused_in_a_sentence_and_stays_in_its_field(
        self, site: Site, keeper: Browser, url: str, told: str
    ) -> None:
        answer = send(keeper, "/sources/probes", {"url": [url], "called": ["示例"]})
        assert answer.status_code == 422
        assert told in answer.text
        if url:
            assert sent_again(answer, "/sources/probes") == {"url": [url], "called": ["示例"]}
        with site.context.store.read() as work:
            assert [one.id for one in work.own_sources.latest_probes(limit=5)] == ["seed-probe"]

    def test_an_address_that_is_declared_already_is_told_by_its_name(self, site: Site, keeper: Browser) -> None:
        known = next(one for one in site.context.catalogue_sources if one.url)
        assert known.url is not None
        answer = keeper.post("/sources/probes", url=known.url.replace("https:", "http:"))
        assert answer.status_code == 409
        assert f"已经是信源“{known.name}”" in answer.text

    def test_a_stopped_host_is_not_probed_asked_before_or_after(self, site: Site, keeper: Browser) -> None:
        path = asked(keeper)
        keeper.post("/sources/hosts/stop", host="news.example", reason="对方来函")
        assert claim_probe(site.context.store, holder="role", now=NOW) is None
        assert "管理员已停止采集该网站（news.example）" in read(keeper, path)
        answer = keeper.post("/sources/probes", url="http://www.news.example/")
        assert answer.status_code == 409
        assert "已被停止采集" in answer.text

    def test_asked_for_twice_it_is_one_and_five_wait_at_most(self, keeper: Browser) -> None:
        assert asked(keeper) == asked(keeper, called="另一个名字")
        for number in range(4):
            asked(keeper, f"http://{number}.example/")
        answer = keeper.post("/sources/probes", url="http://one-more.example/")
        assert answer.status_code == 409
        assert "已有 5 个网址在等待探查" in answer.text

    def test_it_is_forgotten_after_a_week(self, site: Site, keeper: Browser) -> None:
        path = asked(keeper)
        assert keeper.person is not None
        later, url = NOW + timedelta(days=8), "http://other.example/"
        ask_for_probe(site.context.store, keeper.person, url=url, name="", sources=(), now=later)
        answer = keeper.client.get(path)
        assert answer.status_code == 404
        assert "可能已超过 7 天" in answer.text


class TestClaim:
    def test_a_host_that_is_held_or_busy_waits(self, site: Site, keeper: Browser) -> None:
        asked(keeper)
        store = site.context.store
        assert claim_probe(store, holder="one", now=NOW, busy={"news.example"}) is None
        with store.write() as work:
            work.hosts.claim({"news.example"}, holder="two", now=NOW, until=NOW + timedelta(minutes=1))
        assert claim_probe(store, holder="one", now=NOW) is None
        assert claim_probe(store, holder="one", now=NOW + timedelta(minutes=2)) is not None

    def test_a_late_process_writes_nothing_and_what_broke_off_twice_has_failed(
        self, site: Site, keeper: Browser
    ) -> None:
        path = asked(keeper)
        store, hour = site.context.store, timedelta(hours=1)
        late = claim_probe(store, holder="one", now=NOW)
        assert late is not None
        again = claim_probe(store, holder="two", now=NOW + hour)
        assert again is not None
        settle_probe(store, late, FOUND, now=NOW + hour)
        assert "正在探查" in read(keeper, path)
        assert claim_probe(store, holder="three", now=NOW + 2 * hour) is None
        assert "探查两次都没有完成" in read(keeper, path)
        settle_probe(store, again, FOUND, now=NOW + 2 * hour)
        assert "探查两次都没有完成" in read(keeper, path)


class TestSave:
    def test_saved_it_is_a_source_that_is_off_until_its_live_check(self, site: Site, keeper: Browser) -> None:
        answer = saved(site, keeper)
        assert answer.headers["location"] == "/sources?done=source_added#own-news-yaowen"
        shown = read(keeper, "/sources")
        assert "示例晚报·要闻" in shown
        assert "自行添加" in shown
        assert "检查并启用：示例晚报·要闻" in shown
        with site.context.store.read() as work:
            assert work.sources.described()["own-news-yaowen"]["name"] == "示例晚报·要闻"
            assert wished(work) == {}
        assert acts(site, 1) == [("source.added", "source:own-news-yaowen")]
        assert keeper.post("/sources/own-news-yaowen/switch", enabled="true").status_code == 303
        with site.context.store.read() as work:
            assert set(wished(work)) == {"own-news-yaowen"}

    def test_saved_to_be_checked_it_is_asked_for_at_once(self, site: Site, keeper: Browser) -> None:
        answer = saved(site, keeper, enabled="true")
        assert "done=source_added_checked" in answer.headers["location"]
        with site.context.store.read() as work:
            assert set(wished(work)) == {"own-news-yaowen"}

    def test_once_saved_neither_it_nor_its_address_is_saved_again(self, site: Site, keeper: Browser) -> None:
        saved(site, keeper)
        with site.context.store.read() as work:
            probe = next(one for one in work.own_sources.latest_probes(limit=5) if one.source_id)
        again = keeper.post(f"/sources/probes/{probe.id}", **FIELDS)
        assert again.status_code == 409
        assert "已保存为信源 own-news-yaowen" in again.text
        assert keeper.post("/sources/probes", url=URL).status_code == 409
        # A home page whose probe leads to the same list.
        other = asked(keeper, "http://news.example/")
        probed(site)
        refused = keeper.post(other, **FIELDS)
        assert refused.status_code == 409
        assert "没有重复添加" in refused.text

    @pytest.mark.parametrize(
        ("field", "value", "told"),
        [
            ("called", "  ", "请填写信源名称"),
            ("called", "长" * 81, "不超过 80 字"),
            ("basis", " ", "请写明采集依据"),
            ("source_class", "social", "请从列表中选择信源类别"),
            ("minutes", "7", "请从列表中选择采集间隔"),
            ("region", "江西", "六位数字"),
            ("source_class", "official", "算作官方发布和官方证实"),
        ],
    )
    def test_a_field_that_cannot_be_taken_is_told_and_what_was_typed_stays(
        self, site: Site, keeper: Browser, field: str, value: str, told: str
    ) -> None:
        answer = saved(site, keeper, **{field: value})
        assert answer.status_code == 422
        assert told in answer.text
        assert "公开报道，用于舆情监测。" in answer.text or field == "basis"
        with site.context.store.read() as work:
            assert work.own_sources.listing() == []

    def test_a_site_outside_gov_cn_speaks_for_an_office_only_as_somebody_confirms(
        self, site: Site, keeper: Browser
    ) -> None:
        assert saved(site, keeper, source_class="official", office_confirmed="true").status_code == 303
        book = site.context.source_book
        assert book is not None
        source = book.catalogue.by_id["own-news-yaowen"]
        assert (source.source_class.value, source.weight, source.declaration["document_kind"]) == (
            "official",
            8,
            "notice",
        )


class TestOwn:
    def test_what_can_be_said_of_it_is_changed_and_written_down(self, site: Site, keeper: Browser) -> None:
        saved(site, keeper)
        shown = keeper.client.get("/sources/own/own-news-yaowen")
        assert sent_again(shown, "/sources/own/own-news-yaowen")["called"] == ["示例晚报·要闻"]
        fields = FIELDS | {"called": "示例晚报", "minutes": "180", "region": "360000"}
        done = keeper.post("/sources/own/own-news-yaowen", **fields)
        assert done.headers["location"] == "/sources?done=source_changed#own-news-yaowen"
        book = site.context.source_book
        assert book is not None
        source = book.catalogue.by_id["own-news-yaowen"]
        assert (source.name, source.region, source.declaration["list"]["record"]) == (
            "示例晚报",
            "360000",
            "ul.news > li",
        )
        with site.context.store.read() as work:
            row = work.audit.rows(limit=1)[0]
        assert row.action == "source.changed"
        assert (row.detail["was"]["name"], row.detail["is"]["name"]) == ("示例晚报·要闻", "示例晚报")
        before = len(acts(site, 50))
        assert keeper.post("/sources/own/own-news-yaowen", **fields).status_code == 303
        assert len(acts(site, 50)) == before

    def test_what_is_refused_is_said_beside_what_was_typed(self, site: Site, keeper: Browser) -> None:
        saved(site, keeper)
        path = "/sources/own/own-news-yaowen"
        answer = send(keeper, path, {**{name: [value] for name, value in FIELDS.items()}, "called": [""]})
        assert answer.status_code == 422
        assert sent_again(answer, path)["basis"] == [FIELDS["basis"]]

    def test_removed_it_is_gone_keeps_its_name_and_added_again_is_the_same(self, site: Site, keeper: Browser) -> None:
        saved(site, keeper, enabled="true")
        done = keeper.post("/sources/own/own-news-yaowen/remove")
        assert done.headers["location"] == "/sources?done=source_removed"
        shown = read(keeper, "/sources")
        assert "示例晚报·要闻" not in shown
        with site.context.store.read() as work:
            assert wished(work) == {}
            assert work.sources.described()["own-news-yaowen"]["name"] == "示例晚报·要闻"
        assert acts(site, 1) == [("source.removed", "source:own-news-yaowen")]
        auditor = site.browser(Role.AUDITOR)
        assert "信源 示例晚报·要闻" in read(auditor, "/system?tab=audit")
        assert keeper.post("/sources/own/own-news-yaowen/remove").status_code == 404
        assert keeper.client.get("/sources/own/own-news-yaowen").status_code == 404
        assert saved(site, keeper).headers["location"].endswith("#own-news-yaowen")
        assert "检查并启用：示例晚报·要闻" in read(keeper, "/sources")

    def test_a_source_of_the_catalogue_is_not_changed_here(self, keeper: Browser) -> None:
        for path in ("/sources/own/seed-hot", "/sources/own/seed-hot/remove"):
            answer = keeper.post(path, **FIELDS)
            assert answer.status_code == 404
            assert "不能在网页上修改" in answer.text

    def test_others_than_administrators_see_it_as_any_source(self, site: Site, keeper: Browser) -> None:
        saved(site, keeper)
        shown = read(site.browser(Role.OFFICER), "/sources")
        assert "示例晚报·要闻" in shown
        assert "修改或移除" not in shown
        assert "添加信源" not in shown


def test_in_a_drill_nothing_is_added(site: Site) -> None:
    drill = Site.over(replace(site.context, source_book=None)).browser(Role.ADMINISTRATOR)
    assert "/sources/add" not in drill.client.get("/sources").text
    assert drill.client.get("/sources/add").status_code == 404
    assert drill.post("/sources/probes", url=URL).status_code == 404


def test_a_probe_that_no_version_can_read_any_more_is_still_shown(site: Site, keeper: Browser) -> None:
    draft = {**DRAFT, "checked": "never", "kind": "gone"}
    broken = SourceProbe(id="old", url=URL, name="", asked_by="管理员", asked_at=NOW, ended_at=NOW, draft=draft)
    with site.context.store.write() as work:
        work.own_sources.save_probe(broken)
    assert "可以采集" in read(keeper, "/sources/probes/old")
    assert keeper.post("/sources/probes/old", **FIELDS).status_code == 422
