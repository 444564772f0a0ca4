"""The loop of a role: what passes is noted and tried again, and never ends the role."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import cast

import pytest
from structlog.testing import capture_logs

from service import workers
from service.bootstrap import Application
from service.domain.refusal import Refusal
from service.flows.alerts.consider import Office
from service.ports.search import SearchUnavailableError
from service.ports.store import StoreUnavailableError
from service.search.verify import VerifyReport


@pytest.mark.parametrize("error", [Refusal("内容中有不能保存的字符"), StoreUnavailableError("忙"), OSError("满")])
def test_what_one_step_brings_does_not_end_the_role(error: Exception) -> None:
    stop = threading.Event()

    def step() -> bool:
        stop.set()
        raise error

    workers._loop("assess", step, stop)
    assert stop.is_set()


def test_what_runs_beside_a_role_outlives_even_what_nobody_foresaw(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "PAUSE_SECONDS", 0.0)
    stop = threading.Event()
    steps: list[int] = []

    def step() -> bool:
        steps.append(len(steps))
        if len(steps) == 1:
            # As threads and memory that run out are told: no error of the system.
            raise RuntimeError("can't start new thread")
        stop.set()
        return True

    workers._run_beside("webhook", step, stop, 0.0).join(10)
    assert steps == [0, 1]


@pytest.mark.parametrize("error", [SearchUnavailableError("检索引擎没有应答"), RuntimeError("can't start new thread")])
def test_whatever_keeps_the_projection_from_being_filled_is_logged_once_and_outlived(
    monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    tries: list[bool] = []
    stop = threading.Event()

    def refill(*_: object) -> VerifyReport:
        tries.append(bool(tries))
        if len(tries) < 3:
            raise error
        stop.set()
        return VerifyReport(repaired=5)

    monkeypatch.setattr(workers, "refill", refill)
    monkeypatch.setattr(workers, "PAUSE_SECONDS", 0.0)
    with capture_logs() as logged:
        workers._refill(cast("Application", SimpleNamespace(store=None, search=None)), stop)
    assert tries == [False, True, True]
    assert [line["event"] for line in logged] == ["search.refill_failed", "search.refilled"]


def test_a_projection_that_goes_missing_under_the_running_service_is_looked_for_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    looks: list[VerifyReport | None] = [None, None, VerifyReport(repaired=5), None]
    stop = threading.Event()

    def refill(*_: object) -> VerifyReport | None:
        found = looks.pop(0)
        if not looks:
            stop.set()
        return found

    monkeypatch.setattr(workers, "refill", refill)
    monkeypatch.setattr(workers, "_LOOK_AT_SEARCH_SECONDS", 0.0)
    workers._refill(cast("Application", SimpleNamespace(store=None, search=None)), stop)
    assert looks == []


def test_the_role_that_judges_leaves_its_mark_with_each_look(monkeypatch: pytest.MonkeyPatch) -> None:
    marks: list[datetime] = []
    moment = [datetime(2026, 11, 25, 6, tzinfo=UTC)]
    app = cast("Application", SimpleNamespace(store=None, now=lambda: moment[0]))
    monkeypatch.setattr(workers, "watch", lambda *_, **__: SimpleNamespace(changed=0))
    monkeypatch.setattr(workers, "cross_check", lambda *_, **__: SimpleNamespace(proposed=0))
    monkeypatch.setattr(workers, "tend_matters", lambda *_, **__: 0)
    monkeypatch.setattr(workers, "leave_mark", lambda _, now: marks.append(now))
    look = workers._looking(app)
    for _ in range(3):
        look(cast("Office", None))
        moment[0] += timedelta(seconds=15)
    assert len(marks) == 3


@pytest.mark.parametrize("back", [timedelta(seconds=1), timedelta(hours=1), timedelta(days=400)])
def test_a_clock_set_back_stops_no_look_at_running_events_clocks_and_matters(
    monkeypatch: pytest.MonkeyPatch, back: timedelta
) -> None:
    looks: list[str] = []
    moment = [datetime(2026, 11, 25, 6, tzinfo=UTC)]
    app = cast("Application", SimpleNamespace(store=None, now=lambda: moment[0]))

    def noting(name: str, **said: int) -> Callable[..., SimpleNamespace]:
        def noted(*_: object, **__: object) -> SimpleNamespace:
            looks.append(name)
            return SimpleNamespace(**said)

        return noted

    monkeypatch.setattr(workers, "watch", noting("watch", changed=0))
    monkeypatch.setattr(workers, "cross_check", noting("cross", proposed=0))
    monkeypatch.setattr(workers, "tend_matters", lambda *_, **__: 0)
    monkeypatch.setattr(workers, "leave_mark", lambda *_, **__: None)
    look = workers._looking(app)
    look(cast("Office", None))
    moment[0] -= back
    look(cast("Office", None))
    look(cast("Office", None))
    assert looks == ["watch", "cross"] * 2


def test_a_clock_set_back_stops_no_judging_of_hours(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[datetime] = []
    moment = [datetime(2026, 11, 25, 6, tzinfo=UTC)]
    app = cast("Application", SimpleNamespace(store=None, now=lambda: moment[0]))

    def find(_: object, now: datetime) -> SimpleNamespace:
        asked.append(now)
        return SimpleNamespace(decisions=())

    monkeypatch.setattr(workers, "find_surges", find)
    count = workers._counting(app)
    for after in (timedelta(0), timedelta(seconds=30), timedelta(days=-400), timedelta(days=-400, minutes=1)):
        moment[0] = datetime(2026, 11, 25, 6, tzinfo=UTC) + after
        count()
    assert len(asked) == 3
