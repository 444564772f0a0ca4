"""A source added in the browser, from the probe that the crawl role makes to the visits that follow."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from crawlers.catalogue import Catalogue
from crawlers.probing.propose import draft_of
from crawlers.records import Source
from service.domain.people.person import Role as Rank
from service.flows.crawl.live_checks import switch_on
from service.flows.crawl.own_sources import SourceWish, add_source
from service.flows.crawl.probes import ask_for_probe
from service.flows.crawl.source_book import SourceBook
from service.flows.crawl.sources import stop_host
from service.ports.own_sources import SourceProbe
from service.ports.registers import SourceCheck
from service.ports.store import Store
from tests.builders import build_person
from tests.contract.stored import NOW
from tests.flows.conftest import article
from tests.flows.press import Ask, Page, Press
from tests.flows.test_collecting import Role, store, wait_for

__all__ = ["store"]

KEEPER = build_person(Rank.ADMINISTRATOR)
WISH = SourceWish(name="示例晚报", source_class="media", minutes=15, legal_basis="公开报道，用于舆情监测。")


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crawlers.probing.run._DELAY", "0s")
    gentle = {"politeness": {"delay": "0s"}}
    monkeypatch.setattr("crawlers.probing.probe.draft_of", lambda url, **given: draft_of(url, **given) | gentle)


def listed(press: Press) -> str:
    rows = "".join(
        f"<li><a href='/2026/11-19/{number}.shtml'>关于药品抽检结果的报道第{number}篇</a><em>2026-11-19</em></li>"
        for number in range(1, 9)
    )
    press.pages["/news/index.shtml"] = Page(body=f"<title>要闻</title><ul class='news'>{rows}</ul>".encode())
    press.otherwise = lambda ask: article(f"关于药品抽检结果的报道第{Path(ask.path).stem}篇", date="2026-11-19 09:30")
    return press.url("/news/index.shtml", "one.test")


def asked(store: Store, url: str) -> SourceProbe:
    return ask_for_probe(store, KEEPER, url=url, name="", sources=(), now=NOW)


def outcome(store: Store, probe: SourceProbe) -> SourceProbe:
    with store.read() as work:
        found = work.own_sources.probe(probe.id)
    assert found is not None
    return found


def ended(store: Store, probe: SourceProbe) -> Callable[[], bool]:
    return lambda: outcome(store, probe).ended_at is not None


def test_what_the_role_found_is_saved_passes_its_check_and_is_collected(
    press: Press, store: Store, tmp_path: Path
) -> None:
    probe = asked(store, listed(press))
    role = Role(store, tmp_path, press, [])
    book = SourceBook(store, Catalogue(sources=()))

    class InForce:
        @property
        def sources(self) -> tuple[Source, ...]:
            return book.refresh(NOW, at_once=True).sources

    role.parts["catalogue"] = InForce()
    with role.running():
        wait_for(ended(store, probe))
        found = outcome(store, probe)
        assert found.refused is None
        assert found.draft is not None
        assert found.draft["list"]["record"] == "ul.news > li"
        assert len(found.samples) == 5
        assert any("robots.txt" in reason for reason in found.reasons)
        source = add_source(store, KEEPER, probe.id, WISH, declared=(), now=NOW)
        assert switch_on(store, source, actor=KEEPER.name, now=NOW) is False
        wait_for(lambda: _check(store).wished_at is None)
        assert _check(store).reason is None
        role.ahead += timedelta(hours=2)
        wait_for(lambda: len(set(press.paths())) == 9)
    assert set(press.paths()) == {"/news/index.shtml", *(f"/2026/11-19/{number}.shtml" for number in range(1, 9))}


def test_robots_rules_end_the_probe_of_the_role_before_the_page(press: Press, store: Store, tmp_path: Path) -> None:
    url = listed(press)
    press.pages["/robots.txt"] = Page(body=b"User-agent: *\nDisallow: /\n", kind="text/plain")
    probe = asked(store, url)
    with Role(store, tmp_path, press, []).running():
        wait_for(ended(store, probe))
    found = outcome(store, probe)
    assert found.draft is None
    assert "robots.txt 不允许采集" in str(found.refused)
    assert press.paths() == []


def test_a_page_that_breaks_the_program_ends_its_probe_and_not_the_role(
    press: Press, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RecursionError

    url = listed(press)
    monkeypatch.setattr("crawlers.probing.probe.find_list", broken)
    first = asked(store, url)
    with Role(store, tmp_path, press, []).running():
        wait_for(ended(store, first))
        assert "处理这个网页时出错" in str(outcome(store, first).refused)
        monkeypatch.undo()
        monkeypatch.setattr("crawlers.probing.run._DELAY", "0s")
        second = asked(store, f"{url}?again")
        wait_for(ended(store, second))


def test_a_host_stopped_meanwhile_is_asked_nothing_more(press: Press, store: Store, tmp_path: Path) -> None:
    probe = asked(store, listed(press))

    def stop_first(ask: Ask) -> Page:
        if ask.path == "/robots.txt":
            stop_host(store, "one.test", actor="管理员甲", reason="对方来函", now=NOW)
            return Page(status=404, wait=4)
        return Page(body=b"never")

    press.pages.clear()
    press.otherwise = stop_first
    with Role(store, tmp_path, press, []).running():
        wait_for(ended(store, probe))
    assert "管理员已停止采集该网站" in str(outcome(store, probe).refused)
    assert press.paths() == []


def _check(store: Store) -> SourceCheck:
    with store.read() as work:
        (check,) = work.sources.checks().values()
    return check
