"""The crawl role over a store: the kill switch, looks at documents of open events, shares of several processes."""

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from crawlers.access.egress import Egress
from crawlers.records import Source
from service import collecting
from service.bootstrap import Application
from service.collecting import collect_until
from service.flows.alerts.consider import Office
from service.flows.crawl.sources import stop_host
from service.flows.keeping.preserving import Preserver
from service.policies.register import load_register
from service.ports.store import Store, StoreUnavailableError, Work
from service.settings import Settings
from service.storage.evidence_files import EvidenceFolder
from service.storage.sql import migrate, open_store
from tests.contract.stored import NOW, alert, event, judge_all
from tests.flows.conftest import LIST_RULE, article, serve_articles
from tests.flows.press import Ask, Page, Press

Declare = Callable[..., Source]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    url = f"sqlite:///{tmp_path / 'store.db'}"
    migrate(url)
    opened = open_store(url)
    yield opened
    opened.close()


class Role:
    """Crawl roles of one installation, as many as are started; their clocks run from a fixed moment, `ahead` of the real span."""

    def __init__(self, store: Store, folder: Path, press: Press, sources: list[Source]) -> None:
        self.ahead = timedelta(0)
        begun = time.monotonic()
        self.parts: dict[str, Any] = {
            "store": store,
            "now": lambda: NOW + timedelta(seconds=time.monotonic() - begun) + self.ahead,
            "catalogue": SimpleNamespace(sources=tuple(sources)),
            "settings": Settings(data=folder),
            "author_key": b"0123456789abcdef",
            "audit_key": b"fedcba9876543210",
            "preserver": Preserver(files=EvidenceFolder(folder / "evidence"), rules=Settings().evidence_rules),
            "office": Office(register=load_register(), address="http://127.0.0.1:8300"),
        }
        self.press = press

    @contextmanager
    def running(self) -> Iterator[None]:
        stop = threading.Event()
        egress = Egress.for_world("127.0.0.1", self.press.port, names=("one.test", "two.test"))
        app = cast("Application", SimpleNamespace(egress=egress, monitor=None, **self.parts))
        thread = threading.Thread(target=lambda: asyncio.run(collect_until(app, stop)))
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join(15)
            assert not thread.is_alive()


def wait_for(condition: Callable[[], bool], seconds: float = 40) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)


def paper(press: Press, declare: Declare, *, host: str = "one.test", delay: str = "0s", **keys: Any) -> Source:
    return declare(
        id=host.partition(".")[0],
        kind="listing",
        url=press.url("/list.html", host),
        list=LIST_RULE,
        **{"politeness": {"delay": delay}} | keys,
    )


def test_while_the_disk_is_nearly_full_nothing_is_collected_and_with_room_again_it_goes_on_by_itself(
    press: Press, declare: Declare, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    serve_articles(press, "/a/1.html")
    looks: list[Path] = []
    scarce = True

    def check_room(data: Path) -> str | None:
        looks.append(data)
        return "磁盘将满" if scarce else None

    monkeypatch.setattr(collecting, "check_room", check_room)
    with Role(store, tmp_path, press, [paper(press, declare)]).running():
        wait_for(lambda: len(looks) > 1)
        assert set(looks) == {tmp_path}
        assert not press.asked
        scarce = False
        wait_for(lambda: _count(store) == 1)


class _GoesAway:
    """A store that does not answer while it is `away`, whoever asks; a transaction under way is lost with it."""

    def __init__(self, store: Store) -> None:
        self.store, self.away = store, False

    def read(self) -> AbstractContextManager[Work]:
        return self._open(self.store.read)

    def write(self) -> AbstractContextManager[Work]:
        return self._open(self.store.write)

    @contextmanager
    def _open(self, transaction: Callable[[], AbstractContextManager[Work]]) -> Iterator[Work]:
        self._answer()
        with transaction() as work:
            yield work
            self._answer()

    def _answer(self) -> None:
        if self.away:
            raise StoreUnavailableError("数据库无法访问")


@pytest.mark.parametrize("seconds", [1, 4])
def test_with_the_store_away_in_the_middle_of_a_visit_nothing_is_lost_and_nothing_more_is_fetched(
    press: Press, declare: Declare, store: Store, tmp_path: Path, seconds: float
) -> None:
    paths = [f"/a/{number}.html" for number in range(8)]
    serve_articles(press, *paths)
    going = _GoesAway(store)

    def last_before(ask: Ask) -> Page:
        going.away = not went
        went.append(ask.at)
        return article("消息 /a/3.html")

    went: list[float] = []
    press.pages["/a/3.html"] = last_before
    with Role(cast("Store", going), tmp_path, press, [paper(press, declare)]).running():
        wait_for(lambda: going.away)
        time.sleep(seconds)
        asked = len(press.asked)
        time.sleep(seconds / 2)
        assert len(press.asked) == asked
        going.away = False
        wait_for(lambda: _count(store) == 8, seconds=30)
    with store.read() as work:
        remembered = work.sources.progress("one")
    assert remembered.failures == 0


def test_one_batch_that_the_store_did_not_take_is_fetched_again_although_all_after_it_was_stored(
    press: Press, declare: Declare, store: Store, tmp_path: Path
) -> None:
    serve_articles(press, *(f"/a/{number}.html" for number in range(8)))
    listed = press.pages["/list.html"]
    assert isinstance(listed, Page)
    # Whoever remembers the visit as done is told that nothing is new.
    press.pages["/list.html"] = lambda ask: (
        Page(status=304) if "If-None-Match" in ask.headers else replace(listed, headers={"ETag": '"1"'})
    )
    refused: list[int] = []

    class Once(_GoesAway):
        def write(self) -> AbstractContextManager[Work]:
            # The first write behind the first article is that of its batch.
            if len(press.paths()) > 2 and not refused:
                refused.append(1)
                raise StoreUnavailableError("数据库正忙")
            return super().write()

    def visited() -> bool:
        with store.read() as work:
            return work.sources.progress("one").last_run_at is not None

    role = Role(cast("Store", Once(store)), tmp_path, press, [paper(press, declare, delay="0.3s")])
    with role.running():
        wait_for(visited)
        assert refused
        assert _count(store) < 8
        role.ahead += timedelta(hours=2)
        wait_for(lambda: _count(store) == 8)


def test_a_stopped_host_is_asked_nothing_more_within_seconds_and_others_go_on(
    store: Store, tmp_path: Path, press: Press, declare: Declare
) -> None:
    serve_articles(press, *(f"/a/{number}.html" for number in range(60)))
    sources = [paper(press, declare, host=host, delay="0.2s") for host in ("one.test", "two.test")]

    def asked(host: str) -> list[float]:
        return [ask.at for ask in press.asked if ask.host == host]

    with Role(store, tmp_path, press, sources).running():
        wait_for(lambda: len(asked("one.test")) > 3)
        stop_host(store, "one.test", actor="甲", reason="对方来电", now=NOW)
        stopped = time.monotonic()
        wait_for(lambda: asked("two.test")[-1] > stopped + 4)
    assert max(asked("one.test")) < stopped + 3


def test_a_source_that_hangs_holds_up_none_on_another_host(
    store: Store, tmp_path: Path, press: Press, declare: Declare
) -> None:
    serve_articles(press, "/a/1.html")
    press.pages["one.test/list.html"] = Page(wait=20)
    often: dict[str, Any] = {
        "schedule": {"min": "1s", "start": "1s", "adaptive": False},
        "politeness": {"delay": "0s", "daily_cap": 100_000},
    }
    sources = [paper(press, declare, host=host, **often) for host in ("one.test", "two.test")]

    def lists(host: str) -> int:
        return sum(ask.host == host and ask.path == "/list.html" for ask in press.asked)

    with Role(store, tmp_path, press, sources).running():
        wait_for(lambda: lists("two.test") >= 3, seconds=15)
        assert lists("one.test") == 1


def test_a_page_that_is_taken_down_is_found_gone_while_its_event_is_open(
    store: Store, tmp_path: Path, press: Press, declare: Declare
) -> None:
    serve_articles(press, "/a/1.html", "/a/2.html", "/a/3.html")
    role = Role(store, tmp_path, press, [paper(press, declare)])

    def originals() -> dict[str, str]:
        with store.read() as work:
            return {row.url[-len("1.html")]: row.original for row in work.events.documents("e1") if row.url}

    def stands(known: dict[str, str]) -> bool:
        with store.read() as work:
            pages = {row.document_id: row.url for row in work.events.documents("e1") if row.url}
            looks = work.looks.get_all(list(pages))
        return {pages[name][-len("1.html")]: look.state.value for name, look in looks.items()} == known

    with role.running():
        wait_for(lambda: len(press.paths()) == 4)
        wait_for(lambda: _count(store) == 3)
        with store.write() as work:
            work.events.save(event(), [])
            judge_all(work, event_id="e1")
            work.alerts.save(alert())
    press.pages["/a/2.html"] = Page(status=404)
    # The first start sets the looks, the second suspects, the third is sure.
    for minutes, found in ((0, "live"), (35, "suspect_gone"), (70, "gone")):
        role.ahead += timedelta(minutes=minutes)
        with role.running():
            wait_for(partial(stands, {"1": "live", "2": found, "3": "live"}))
    assert originals() == {"1": "live", "2": "gone", "3": "live"}
    assert press.paths().count("/a/1.html") == 3


def _count(store: Store) -> int:
    with store.read() as work:
        return work.documents.count()


def test_two_processes_share_the_sources_and_never_ask_a_host_closer_than_its_delay(
    store: Store, tmp_path: Path, press: Press, declare: Declare
) -> None:
    serve_articles(press, *(f"/a/{number}.html" for number in range(4)))
    sources = [paper(press, declare, host=host, delay="1s") for host in ("one.test", "two.test")]
    role = Role(store, tmp_path, press, sources)
    with role.running(), role.running():
        wait_for(lambda: _count(store) == 8)
    for host in ("one.test", "two.test"):
        starts = sorted(ask.at for ask in press.asked if ask.host == host)
        # Two that did not wait for each other would need half as long. One gap alone says little: a busy machine hears late.
        assert starts[-1] - starts[0] > 0.9 * (len(starts) - 1)
        fetched = [ask.path for ask in press.asked if ask.host == host and ask.path.startswith("/a/")]
        assert sorted(fetched) == sorted(set(fetched))
