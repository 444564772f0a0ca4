"""Judged documents reach the search index in batches: at least once, in their present version, refusals named."""

import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path

import pytest

from service import workers
from service.bootstrap import Application, build, prepare
from service.domain.people.person import Role
from service.domain.telling.letter import Letter
from service.flows.alerts.consider import Office
from service.flows.judging.assess import assess_pending
from service.flows.judging.second_try import deliver_again
from service.flows.people.acts import add_person
from service.flows.telling.deliver import DeliveryReport, deliver_search, search_key
from service.ports.notify import Delivery
from service.ports.search import SearchDocument, SearchQuery, SearchRefusedError, SearchUnavailableError
from service.ports.store import Store
from service.search.fts import FtsSearch
from service.search.verify import verify
from service.settings import load_settings
from tests.contract.stored import searched
from tests.flows.pipeline.conftest import MovingClock
from tests.flows.pipeline.judge import ScriptedJudge, document

TITLES = ("明天天气晴", "于都多人输注清云注射液后寒战", "药店开展用药讲座")


class Stubborn(FtsSearch):
    """An index that can be away, and that refuses some documents for good."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.away = False
        self.refuses: dict[str, str] = {}

    def index(self, documents: Sequence[SearchDocument]) -> None:
        if self.away:
            raise SearchUnavailableError("检索不可用")
        super().index([one for one in documents if one.document_id not in self.refuses])
        if self.refuses:
            raise SearchRefusedError(self.refuses)


@pytest.fixture
def search(tmp_path: Path) -> Iterator[Stubborn]:
    opened = Stubborn(tmp_path / "search.db")
    yield opened
    opened.close()


@pytest.fixture
def judged(store: Store, judge: ScriptedJudge, office: Office, clock: MovingClock) -> Store:
    """Three documents, judged in two batches."""
    with store.write() as work:
        work.documents.put([document(str(n), title, at=clock()) for n, title in enumerate(TITLES)], now=clock())
    while assess_pending(store, judge, office=office, now=clock, limit=2).claimed:
        pass
    return store


def troubles(store: Store) -> list[str]:
    with store.read() as work:
        return [str(row["error"]) for row in work.outbox.troubled()]


def test_everything_judged_is_found_and_equals_the_store(judged: Store, search: Stubborn, clock: MovingClock) -> None:
    assert deliver_search(judged, search, now=clock) == DeliveryReport(delivered=3)
    assert deliver_search(judged, search, now=clock) == DeliveryReport()
    assert verify(judged, search, repair=False).equal
    [off_topic] = search.find(SearchQuery(tokens=("天", "气"))).hits
    assert off_topic.document.title == TITLES[0]
    with judged.read() as work:
        held = searched(work, limit=9)
    found = {hit.document.document_id: hit.document for hit in search.find(SearchQuery(limit=9)).hits}
    assert found == {one.document_id: one for one in held}


def test_an_index_that_is_away_gets_everything_later(judged: Store, search: Stubborn, clock: MovingClock) -> None:
    search.away = True
    assert deliver_search(judged, search, now=clock) == DeliveryReport(retried=3)
    assert deliver_search(judged, search, now=clock) == DeliveryReport()
    search.away = False
    clock.pass_by(minutes=20)
    assert deliver_search(judged, search, now=clock) == DeliveryReport(delivered=3)
    assert verify(judged, search, repair=False).equal


def test_a_document_that_can_never_be_indexed_is_named_and_costs_no_other(
    judged: Store, search: Stubborn, clock: MovingClock
) -> None:
    bad = document("1", TITLES[1], at=clock()).id
    search.refuses = {bad: "含有无法编码的字符"}
    assert deliver_search(judged, search, now=clock) == DeliveryReport(delivered=2, dead=1)
    assert troubles(judged) == [f"{bad}：含有无法编码的字符"]
    assert search.find(SearchQuery()).total == 2
    clock.pass_by(hours=1)
    assert deliver_search(judged, search, now=clock) == DeliveryReport()


def test_a_batch_whose_deliverer_was_lost_is_delivered_again(
    judged: Store, search: Stubborn, clock: MovingClock
) -> None:
    from datetime import timedelta

    with judged.write() as work:
        assert len(work.outbox.claim(kinds=["search"], limit=9, lease=timedelta(seconds=30), now=clock())) == 2
    assert deliver_search(judged, search, now=clock) == DeliveryReport()
    clock.pass_by(seconds=31)
    assert deliver_search(judged, search, now=clock, limit=1) == DeliveryReport(delivered=2)
    assert deliver_search(judged, search, now=clock, limit=1) == DeliveryReport(delivered=1)
    assert search.find(SearchQuery()).total == 3


def test_an_edited_document_is_projected_in_its_present_version(
    judged: Store, search: Stubborn, judge: ScriptedJudge, office: Office, clock: MovingClock
) -> None:
    with judged.write() as work:
        work.documents.put([document("0", "后天天气阴", at=clock())], now=clock())
    assess_pending(judged, judge, office=office, now=clock)
    while deliver_search(judged, search, now=clock, limit=1).busy:
        pass
    assert verify(judged, search, repair=False).equal
    assert search.find(SearchQuery(tokens=("后", "天"))).total == 1
    assert search.find(SearchQuery(tokens=("晴",))).total == 0


def test_the_key_of_a_batch_depends_on_what_is_in_it_and_not_on_the_order() -> None:
    assert search_key({"a": 1, "b": 2}) == search_key({"b": 2, "a": 1})
    assert len({search_key({"a": 1}), search_key({"a": 2}), search_key({"b": 1}), search_key({"a": 1, "b": 1})}) == 4


def test_a_batch_that_was_given_up_is_indexed_when_a_person_asks_and_the_index_was_mended(
    judged: Store, search: Stubborn, clock: MovingClock
) -> None:
    refused = document("1", TITLES[1], at=clock()).id
    search.refuses = {refused: "字段类型冲突"}
    deliver_search(judged, search, now=clock)
    search.refuses = {}
    add_person(judged, name="管理员", role=Role.ADMINISTRATOR, by="system", now=clock())
    with judged.read() as work:
        keeper = work.people.by_name("管理员")
    assert keeper is not None
    assert len(deliver_again(judged, keeper, "search", now=clock()).rows) == 1
    deliver_search(judged, search, now=clock)
    assert troubles(judged) == []
    assert verify(judged, search, repair=False).equal


class HangingServer:
    """Accepts no mail before the test says so."""

    def __init__(self) -> None:
        self.asked, self.end = threading.Event(), threading.Event()

    def send(self, message: EmailMessage) -> Delivery:
        self.asked.set()
        self.end.wait(30)
        return Delivery(message_id=str(message["Message-ID"]), accepted_by="slow")

    def check(self) -> str | None:
        return None


@pytest.fixture
def server() -> HangingServer:
    return HangingServer()


@pytest.fixture
def installation(tmp_path: Path, server: HangingServer) -> Iterator[Application]:
    settings = load_settings(data=tmp_path / "var", daily_report=False)
    prepare(settings)
    made = replace(build(settings), notifier=server)
    letter = Letter(
        subject="红色预警",
        summary="",
        reasons=(),
        deadlines=(),
        publication="",
        step="",
        link="http://127.0.0.1:8300/",
        documents=(),
    )
    payload = {"to": "duty@office.invalid", "alert_id": "a1", "letter": letter.to_json()}
    with made.store.write() as work:
        work.outbox.add("mail:1", "mail", payload, now=made.now())
    yield made
    made.close()


def test_a_mail_server_that_hangs_keeps_no_document_out_of_the_search(
    installation: Application, server: HangingServer
) -> None:
    app, stop, looked = installation, threading.Event(), threading.Event()
    role = threading.Thread(target=workers.run_deliver, args=(app, stop))
    role.start()
    try:
        assert server.asked.wait(20)
        with app.store.write() as work:
            work.outbox.add("search:1", "search", {"documents": {}}, now=app.now())

        def indexed() -> bool:
            with app.store.read() as work:
                return work.outbox.states(["search:1"]) == {"search:1": "done"}

        assert any(indexed() or looked.wait(0.05) for _ in range(200))
        assert not server.end.is_set()
    finally:
        stop.set()
        server.end.set()
        role.join(20)
    assert not role.is_alive()
