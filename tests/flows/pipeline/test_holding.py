"""Leases that are kept while their work goes on."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from email.message import EmailMessage

import pytest
from structlog.testing import capture_logs

from analysis.assessment import Assessment
from crawlers.records import Document
from service.flows.alerts.consider import Office
from service.flows.holding import LEASE, holding
from service.flows.judging import assess
from service.flows.telling import deliver
from service.flows.telling.merging import MAIL
from service.ports.notify import Delivery
from service.ports.store import Store, StoreUnavailableError
from tests.flows.pipeline.conftest import MovingClock
from tests.flows.pipeline.judge import ScriptedJudge, document

SOON = timedelta(milliseconds=5)
ENOUGH_S = 10.0
TITLE = "于都多人输注清云注射液后寒战"


class Keeper:
    """Stands in for the thread: time passes and leases are renewed when the test says so."""

    def __init__(self, clock: MovingClock) -> None:
        self._clock = clock
        self._renew: Callable[[], object] = lambda: pytest.fail("nothing is held")

    @contextmanager
    def __call__(self, renew: Callable[[], object]) -> Iterator[None]:
        self._renew = renew
        yield

    def pass_by_leases(self, count: int) -> None:
        for _ in range(count * 3):
            self._clock.pass_by(seconds=LEASE.total_seconds() / 3)
            self._renew()


@pytest.fixture
def keeper(clock: MovingClock, monkeypatch: pytest.MonkeyPatch) -> Keeper:
    stands_in = Keeper(clock)
    monkeypatch.setattr(assess, "holding", stands_in)
    monkeypatch.setattr(deliver, "holding", stands_in)
    return stands_in


class SlowJudge(ScriptedJudge):
    """Takes four leases for a batch, and lets another worker look meanwhile."""

    def __init__(self, keeper: Keeper, meanwhile: Callable[[], None]) -> None:
        super().__init__()
        self._keeper, self._meanwhile = keeper, meanwhile

    def assess(self, documents: Sequence[Document]) -> list[Assessment]:
        self._keeper.pass_by_leases(4)
        self._meanwhile()
        return super().assess(documents)


class SlowServer:
    """Takes four leases to accept a mail, and lets another worker look meanwhile."""

    def __init__(self, keeper: Keeper, meanwhile: Callable[[], None]) -> None:
        self._keeper, self._meanwhile = keeper, meanwhile

    def send(self, message: EmailMessage) -> Delivery:
        self._keeper.pass_by_leases(4)
        self._meanwhile()
        return Delivery(message_id=str(message["Message-ID"]), accepted_by="slow")

    def check(self) -> str | None:
        return None


def judged(store: Store, office: Office, clock: MovingClock, judge: ScriptedJudge) -> assess.AssessReport:
    return assess.assess_pending(store, judge, office=office, now=clock)


def test_a_batch_that_takes_longer_than_a_lease_is_nobody_elses_and_is_completed(
    store: Store, office: Office, clock: MovingClock, keeper: Keeper
) -> None:
    others: list[int] = []

    def meanwhile() -> None:
        with store.write() as work:
            others.append(len(work.documents.claim(limit=9, lease=LEASE, now=clock())))

    with store.write() as work:
        work.documents.put([document("1", TITLE, at=clock())], now=clock())
    report = judged(store, office, clock, SlowJudge(keeper, meanwhile))
    assert (others, report.claimed, report.completed) == ([0], 1, 1)


class TenMinutes(Keeper):
    """Renews for ten minutes from when it began to hold, and no longer, as `holding` does."""

    @contextmanager
    def __call__(self, renew: Callable[[], object]) -> Iterator[None]:
        end = self._clock() + timedelta(minutes=10)
        with super().__call__(lambda: renew() if self._clock() <= end else None):
            yield


def test_of_documents_that_are_judged_one_by_one_each_may_take_as_long_as_a_whole_batch(
    store: Store, office: Office, clock: MovingClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    keeper, others = TenMinutes(clock), list[int]()
    monkeypatch.setattr(assess, "holding", keeper)

    def meanwhile() -> None:
        keeper.pass_by_leases(8)
        with store.write() as work:
            others.append(len(work.documents.claim(limit=9, lease=LEASE, now=clock())))

    with store.write() as work:
        work.documents.put([document(str(number), TITLE, at=clock()) for number in range(4)], now=clock())
    for _ in range(2):
        with store.write() as work:
            assert len(work.documents.claim(limit=9, lease=LEASE, now=clock())) == 4
        clock.pass_by(seconds=LEASE.total_seconds() + 1)
    report = judged(store, office, clock, SlowJudge(keeper, meanwhile))
    assert (others, report.completed, report.quarantined) == ([0] * 4, 4, 0)


def test_each_part_of_a_whole_batch_may_take_as_long_as_a_lease_is_held(
    store: Store, office: Office, clock: MovingClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    keeper, others = TenMinutes(clock), list[int]()
    monkeypatch.setattr(assess, "holding", keeper)
    monkeypatch.setattr(assess, "_HELD_AT_ONCE", 2)

    def meanwhile() -> None:
        keeper.pass_by_leases(8)
        with store.write() as work:
            others.append(len(work.documents.claim(limit=9, lease=LEASE, now=clock())))

    with store.write() as work:
        work.documents.put([document(str(number), TITLE, at=clock()) for number in range(6)], now=clock())
    report = judged(store, office, clock, SlowJudge(keeper, meanwhile))
    assert (others, report.completed, report.quarantined) == ([0] * 3, 6, 0)


def test_a_mail_that_the_server_takes_long_to_accept_is_sent_by_nobody_else(
    store: Store, office: Office, clock: MovingClock, keeper: Keeper, judge: ScriptedJudge
) -> None:
    others: list[int] = []

    def meanwhile() -> None:
        with store.write() as work:
            others.append(len(work.outbox.claim(kinds=[MAIL], limit=9, lease=LEASE, now=clock())))

    with store.write() as work:
        work.documents.put([document("1", TITLE, at=clock())], now=clock())
    judge.facts[TITLE] = {"harmed": 12, "cluster": True, "jiangxi": True}
    judged(store, office, clock, judge)
    slow = SlowServer(keeper, meanwhile)
    report = deliver.deliver_mail(store, slow, sender="yaowang@office.invalid", now=clock)
    assert (others, report.delivered) == ([0], 1)


def keepers() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "holding"]


def test_it_is_renewed_again_and_again_until_the_work_is_done_and_not_after() -> None:
    calls, thrice = [0], threading.Event()

    def renew() -> None:
        calls[0] += 1
        if calls[0] == 3:
            thrice.set()

    with holding(renew, every=SOON):
        assert thrice.wait(ENOUGH_S)
    assert keepers() == []


@pytest.mark.parametrize("error", [StoreUnavailableError("数据库正忙"), RuntimeError("can't start new thread")])
def test_whatever_fails_while_a_lease_is_kept_ends_no_lease_and_is_logged_once(error: Exception) -> None:
    tries, again = [0], threading.Event()

    def renew() -> None:
        tries[0] += 1
        if tries[0] < 3:
            raise error
        again.set()

    with capture_logs() as logged, holding(renew, every=SOON):
        assert again.wait(ENOUGH_S)
    assert [(line["event"], line["error"]) for line in logged] == [("lease.not_renewed", error)]


def test_who_hangs_keeps_nothing_for_ever() -> None:
    calls = [0]

    def renew() -> None:
        calls[0] += 1

    with holding(renew, every=SOON, most=3 * SOON):
        [keeper] = keepers()
        keeper.join(ENOUGH_S)
        assert not keeper.is_alive()
    assert calls[0] == 3
