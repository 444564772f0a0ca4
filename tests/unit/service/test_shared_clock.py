"""The clock that machines with one database agree on."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from structlog.testing import capture_logs

from service import shared_clock
from service.ports.store import StoreUnavailableError
from service.shared_clock import SharedClock

NOW = datetime(2026, 11, 27, 2, 0, tzinfo=UTC)
AHEAD = timedelta(minutes=3)
ENOUGH_S = 10.0


class Machine:
    """A machine with a wall clock and a steady one, and the database's machine beside it."""

    def __init__(self, *, ahead: timedelta) -> None:
        self.wall, self.database, self.seconds = NOW + ahead, NOW, 1000.0
        self.takes, self.away = 0.0, False
        self.clock = SharedClock(self.read, own=lambda: self.wall, steady=lambda: self.seconds)

    def read(self) -> datetime:
        self.pass_by(self.takes / 2)
        if self.away:
            raise StoreUnavailableError("数据库不可用")
        told = self.database
        self.pass_by(self.takes / 2)
        return told

    def pass_by(self, seconds: float) -> None:
        self.seconds += seconds
        self.wall += timedelta(seconds=seconds)
        self.database += timedelta(seconds=seconds)


@pytest.mark.parametrize("ahead", [AHEAD, -AHEAD, timedelta(days=400)])
def test_machines_whose_clocks_differ_agree_on_the_time_of_the_database(ahead: timedelta) -> None:
    one, two = Machine(ahead=timedelta(0)), Machine(ahead=ahead)
    for machine in (one, two):
        machine.clock.measure()
        machine.pass_by(40)
    assert one.clock() == two.clock() == NOW + timedelta(seconds=40)


def test_a_clock_that_is_set_here_moves_nothing() -> None:
    machine = Machine(ahead=timedelta(0))
    machine.clock.measure()
    machine.wall += timedelta(days=1)
    machine.pass_by(5)
    assert machine.clock() == NOW + timedelta(seconds=5)


def test_the_databases_clock_is_followed_when_it_is_set() -> None:
    machine = Machine(ahead=timedelta(0))
    machine.clock.measure()
    machine.database += timedelta(hours=1)
    machine.clock.measure()
    assert machine.clock() == NOW + timedelta(hours=1)


def test_what_the_way_there_and_back_blurs_moves_nothing() -> None:
    machine = Machine(ahead=timedelta(0))
    machine.clock.measure()
    machine.database += timedelta(seconds=0.3)
    machine.clock.measure()
    assert machine.clock() == NOW


def test_a_database_that_is_away_or_slow_changes_nothing() -> None:
    machine = Machine(ahead=AHEAD)
    machine.away = True
    machine.clock.measure()
    assert machine.clock() == NOW + AHEAD
    machine.away, machine.takes = False, 30.0
    machine.clock.measure()
    assert machine.clock() == machine.wall
    machine.takes = 1.0
    machine.clock.measure()
    assert machine.clock() == machine.database
    machine.away = True
    machine.pass_by(3600)
    machine.clock.measure()
    assert machine.clock() == machine.database


def test_an_engine_without_a_clock_leaves_the_own_one() -> None:
    clock = SharedClock(lambda: None, own=lambda: NOW)
    clock.measure()
    assert clock() == NOW
    assert clock.check() is None


@pytest.mark.parametrize(("ahead", "said"), [(AHEAD, "快180秒"), (-AHEAD, "慢180秒")])
def test_clocks_that_differ_are_said_with_what_to_do(ahead: timedelta, said: str) -> None:
    machine = Machine(ahead=ahead)
    machine.clock.measure()
    sentence = machine.clock.check()
    assert sentence is not None
    assert said in sentence
    assert "对时" in sentence


def test_clocks_that_differ_by_seconds_are_no_fault() -> None:
    machine = Machine(ahead=timedelta(seconds=10))
    machine.clock.measure()
    assert machine.clock.check() is None


def test_it_is_measured_at_once_and_again_until_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    stop, thrice, readings = threading.Event(), threading.Event(), [0]
    monkeypatch.setattr(shared_clock, "_EVERY_SECONDS", 0.005)

    def read() -> datetime:
        readings[0] += 1
        if readings[0] == 3:
            thrice.set()
        return NOW

    clock = SharedClock(read, own=lambda: NOW, steady=lambda: 1.0)
    clock.keep(stop)
    assert clock() == NOW
    assert thrice.wait(ENOUGH_S)
    stop.set()


def test_what_nobody_foresaw_is_logged_once_and_it_goes_on_being_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    stop, measured, readings = threading.Event(), threading.Event(), [0]
    monkeypatch.setattr(shared_clock, "_SOON_SECONDS", 0.005)

    def read() -> datetime:
        readings[0] += 1
        if readings[0] <= 3:
            raise RuntimeError("no memory left")
        measured.set()
        return NOW

    clock = SharedClock(read, own=lambda: NOW + AHEAD, steady=lambda: 1.0)
    with capture_logs() as logged:
        clock.keep(stop)
        assert measured.wait(ENOUGH_S)
        stop.set()
    assert [line["event"] for line in logged if line["event"] != "clock.differs"] == ["clock.failed"]
