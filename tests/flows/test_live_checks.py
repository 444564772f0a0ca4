"""The live check through the crawl role and the command line: asked for, visited, switched on or off with the reason."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from typer.testing import CliRunner

from crawlers.access.egress import Egress
from crawlers.live_check import CHECK_ARTICLES
from crawlers.records import Source
from service.cli import application, checking
from service.domain.refusal import Conflict
from service.flows.crawl.live_checks import (
    MOST_TRIES,
    Came,
    ask_for_check,
    ask_for_checks,
    check_view,
    settle_checks,
    switch_on,
    wished,
)
from service.flows.crawl.sources import Claim, claim_visits, due_sources, effective, stop_host, switch
from service.flows.keeping.preserving import Preserver
from service.ports.registers import SourceCheck
from service.ports.store import Store
from service.settings import Settings
from service.storage.evidence_files import EvidenceFolder
from service.storage.sql import migrate, open_store
from tests.contract import stored
from tests.flows.conftest import LIST_RULE, NOW, serve_articles
from tests.flows.press import Page, Press
from tests.flows.test_collecting import Declare, Role, wait_for


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    url = f"sqlite:///{tmp_path / 'store.db'}"
    migrate(url)
    opened = open_store(url)
    yield opened
    opened.close()


Shipped = Callable[..., Source]


@pytest.fixture
def shipped(declare: Declare, press: Press) -> Shipped:
    """Declare a source as it is shipped: off, and never checked."""

    def make(name: str, path: str = "/list.html", **keys: Any) -> Source:
        url = press.url(path, f"{name}.test")
        source = declare(id=name, kind="listing", url=url, list=LIST_RULE, enabled=False, **keys)
        return replace(source, unchecked=True)

    return make


def known(store: Store, name: str) -> SourceCheck:
    with store.read() as work:
        return work.sources.checks()[name]


def on(store: Store, *sources: Source) -> list[str]:
    with store.read() as work:
        return [source.id for source in effective(sources, work.sources.switches()) if source.enabled]


def actions(store: Store) -> list[tuple[str, str, str]]:
    with store.read() as work:
        return [(row.actor, row.action, row.subject) for row in reversed(work.audit.rows(limit=20))]


def crawl_role(store: Store, folder: Path, press: Press, *sources: Source) -> Role:
    role = Role(store, folder, press, list(sources))
    role.ahead = NOW - stored.NOW
    return role


def settled(store: Store, name: str) -> Callable[[], bool]:
    return lambda: known(store, name).wished_at is None


class TestCrawlRole:
    def test_a_source_that_passes_is_on_and_goes_on_from_what_the_check_stored(
        self, store: Store, tmp_path: Path, press: Press, shipped: Shipped
    ) -> None:
        serve_articles(press, *(f"/a/{number}.html" for number in range(5)))
        source = shipped("one", expect={"min_items": 5})
        ask_for_check(store, source, actor="管理员甲", now=NOW)
        role = crawl_role(store, tmp_path, press, source)
        with role.running():
            wait_for(settled(store, "one"))
            assert len(press.paths()) == 1 + CHECK_ARTICLES
            role.ahead += timedelta(hours=2)
            wait_for(lambda: len(press.paths()) >= 7)
        assert on(store, source) == ["one"]
        assert known(store, "one").passed_at == known(store, "one").checked_at
        articles = [path for path in press.paths() if path.startswith("/a/")]
        assert len(articles) == len(set(articles)) == 5
        assert actions(store) == [
            ("管理员甲", "source.check_asked", "source:one"),
            ("system", "source.checked", "source:one"),
            ("system", "source.switched", "source:one"),
        ]

    def test_a_source_that_fails_stays_off_with_the_reason_and_passes_later(
        self, store: Store, tmp_path: Path, press: Press, shipped: Shipped
    ) -> None:
        serve_articles(press, "/a/1.html", "/a/2.html")
        source = shipped("one", expect={"min_items": 3})
        ask_for_check(store, source, actor="管理员甲", now=NOW)
        role = crawl_role(store, tmp_path, press, source)
        with role.running():
            wait_for(settled(store, "one"))
            assert on(store, source) == []
            assert "2 条，预期至少 3 条" in check_view(source, known(store, "one"), NOW).sentence
            # The same list, one longer, with an unchanged head: everything is looked at afresh.
            serve_articles(press, "/a/1.html", "/a/2.html", "/a/3.html")
            ask_for_check(store, source, actor="管理员甲", now=NOW)
            wait_for(settled(store, "one"))
        assert on(store, source) == ["one"]

    def test_a_source_that_nobody_asked_about_is_asked_nothing(
        self, store: Store, tmp_path: Path, press: Press, shipped: Shipped
    ) -> None:
        serve_articles(press, "/a/1.html")
        asked, other = shipped("one"), shipped("two")
        ask_for_check(store, asked, actor="管理员甲", now=NOW)
        with crawl_role(store, tmp_path, press, asked, other).running():
            wait_for(settled(store, "one"))
        assert {ask.host for ask in press.asked} == {"one.test"}

    def test_robots_rules_hold_for_a_check(self, store: Store, tmp_path: Path, press: Press, shipped: Shipped) -> None:
        serve_articles(press, "/a/1.html")
        press.pages["/robots.txt"] = Page(body=b"User-agent: *\nDisallow: /", kind="text/plain")
        source = shipped("one")
        ask_for_check(store, source, actor="管理员甲", now=NOW)
        with crawl_role(store, tmp_path, press, source).running():
            wait_for(settled(store, "one"))
        assert press.paths() == []
        assert "robots" in str(known(store, "one").reason)
        assert on(store, source) == []


class TestWish:
    def test_it_is_due_before_what_is_on_and_one_on_each_host_at_a_time(self, shipped: Shipped, store: Store) -> None:
        first, second, other = (
            shipped("one"),
            replace(shipped("one"), id="again"),
            replace(shipped("two"), enabled=True),
        )
        ask_for_checks(store, [first, second], actor="管理员甲", now=NOW)
        with store.read() as work:
            asked = wished(work)
        assert set(asked) == {"one", "again"}
        due = due_sources([other, first, second], progress={}, switches={}, stops={}, now=NOW, wished=asked)
        assert [source.id for source in due] == ["one", "two"]

    def test_nothing_is_switched_on_without_it(self, shipped: Shipped, store: Store) -> None:
        source = shipped("one")
        with pytest.raises(Conflict, match="还没有通过上线检查"):
            switch(store, source, enabled=True, actor="甲", now=NOW)
        assert switch_on(store, source, actor="甲", now=NOW) is False
        assert on(store, source) == []

    def test_what_passed_once_is_switched_without_another(self, shipped: Shipped, store: Store) -> None:
        source = shipped("one")
        with store.write() as work:
            work.sources.save_check(SourceCheck(source_id="one", checked_at=NOW, passed_at=NOW))
        assert switch_on(store, source, actor="甲", now=NOW) is True
        assert on(store, source) == ["one"]

    def test_it_is_not_taken_for_a_stopped_host_nor_for_what_is_imported(self, shipped: Shipped, store: Store) -> None:
        source = shipped("one")
        stop_host(store, "one.test", actor="甲", reason="来函", now=NOW)
        with pytest.raises(Conflict, match="已被停止采集"):
            ask_for_check(store, source, actor="甲", now=NOW)
        with pytest.raises(Conflict, match="只能导入"):
            ask_for_check(store, replace(source, access="login"), actor="甲", now=NOW)
        assert ask_for_checks(store, [source, replace(source, access="login")], actor="甲", now=NOW) == 0

    def test_taken_back_it_is_settled_no_more(self, shipped: Shipped, store: Store) -> None:
        source = shipped("one")
        ask_for_check(store, source, actor="甲", now=NOW)
        claim = claim_visits(store, [source], holder="x", now=NOW)
        switch(store, source, enabled=False, actor="甲", now=NOW)
        settle_checks(store, claim, {"one": Came(passed=True)}, now=NOW)
        assert on(store, source) == []
        assert known(store, "one").checked_at is None

    def test_a_late_process_settles_nothing(self, shipped: Shipped, store: Store) -> None:
        source = shipped("one")
        ask_for_check(store, source, actor="甲", now=NOW)
        late = claim_visits(store, [source], holder="x", now=NOW)
        claim_visits(store, [source], holder="y", now=NOW + timedelta(hours=1))
        settle_checks(store, late, {"one": Came(passed=True)}, now=NOW + timedelta(hours=1))
        assert on(store, source) == []
        assert known(store, "one").wished_at == NOW

    def test_a_check_cut_short_is_made_again_and_has_failed_at_last(self, shipped: Shipped, store: Store) -> None:
        source = shipped("one")
        ask_for_check(store, source, actor="甲", now=NOW)
        claim: Claim = claim_visits(store, [source], holder="x", now=NOW)
        for number in range(1, MOST_TRIES):
            settle_checks(store, claim, {"one": Came(passed=None, reason="时限已到。")}, now=NOW)
            assert (known(store, "one").wished_at, known(store, "one").tries) == (NOW, number)
        settle_checks(store, claim, {"one": Came(passed=None, reason="时限已到。")}, now=NOW)
        assert (known(store, "one").wished_at, known(store, "one").reason) == (None, "时限已到。")
        assert on(store, source) == []


class Desk:
    """The command line over some sources on the press server and a real store."""

    def __init__(self, store: Store, folder: Path, sources: list[Source], egress: Egress) -> None:
        self.app = SimpleNamespace(
            monitor=None,
            store=store,
            egress=egress,
            now=lambda: NOW,
            author_key=b"0123456789abcdef",
            audit_key=b"fedcba9876543210",
            settings=Settings(data=folder),
            preserver=Preserver(files=EvidenceFolder(folder / "evidence"), rules=Settings().evidence_rules),
            catalogue=SimpleNamespace(sources=tuple(sources), by_id={source.id: source for source in sources}),
            describe_sources=lambda: None,
        )

    def run(self, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> Any:
        @contextmanager
        def opened(_: Path | None) -> Iterator[Any]:
            yield self.app

        monkeypatch.setattr(checking, "opened", opened)
        return CliRunner().invoke(application, ["sources", "enable", *arguments])


class TestCommand:
    @pytest.fixture
    def sources(self, press: Press, shipped: Shipped) -> list[Source]:
        serve_articles(press, "/a/1.html", "/a/2.html")
        return [shipped("one"), shipped("two", "/gone.html"), replace(shipped("three"), unchecked=False)]

    @pytest.fixture
    def desk(self, store: Store, tmp_path: Path, press: Press, sources: list[Source]) -> Desk:
        outside = Egress.for_world("127.0.0.1", press.port, names=("one.test", "two.test", "three.test"))
        return Desk(store, tmp_path, sources, outside)

    def test_all_are_checked_and_what_passed_is_on(
        self, desk: Desk, store: Store, sources: list[Source], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        done = desk.run(monkeypatch, "--all")
        assert done.exit_code == 0, done.output
        rows = [json.loads(line) for line in done.stdout.splitlines()]
        assert [(row["id"], row["passed"]) for row in rows] == [("one", True), ("two", False)]
        assert "404" in rows[1]["reason"]
        assert on(store, *sources) == ["one"]
        assert "通过并启用 1 个，未启用 1 个" in done.stderr

    def test_without_a_check_only_what_passed_or_is_the_offices_own_is_switched(
        self, desk: Desk, store: Store, sources: list[Source], press: Press, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        assert desk.run(monkeypatch, "three", "--without-check").exit_code == 0
        refused = desk.run(monkeypatch, "one", "--without-check")
        assert refused.exit_code == 1
        assert "还没有通过上线检查" in refused.stderr
        assert on(store, *sources) == ["three"]
        assert press.asked == []
        assert desk.run(monkeypatch, "one").exit_code == 0
        asked = len(press.asked)
        assert desk.run(monkeypatch, "one").exit_code == 0
        assert len(press.asked) == asked

    def test_nothing_passed_is_a_failure(self, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
        assert desk.run(monkeypatch, "two").exit_code == 1

    @pytest.mark.parametrize("arguments", [(), ("one", "--all"), ("nosuch",), ("--all", "--without-check")])
    def test_wrong_use_is_said(self, desk: Desk, arguments: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
        assert desk.run(monkeypatch, *arguments).exit_code == 2
