"""A changed rule file is picked up while the service runs; what exists is not started, sent or moved again."""

import os
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from service.bootstrap import build, prepare
from service.domain.clocks.clock import Clock, ClockState
from service.domain.people.person import Person
from service.domain.telling.routing import Routing
from service.flows.alerts.acts import acknowledge
from service.flows.alerts.clocks import start_clock
from service.flows.alerts.consider import consider
from service.flows.rules.days_off import enter_days_off
from service.flows.rules.in_force import Rulebook
from service.flows.watch import watch
from service.policies.kept_rules import KEPT_RULES
from service.policies.overlay import stamp_of
from service.policies.register import load_register
from service.policies.tables import RegisterError
from service.ports.store import Store
from service.settings import Settings
from tests.flows.acts.scene import EVENT, HOUR, NOW, OFFICE, acts_on, clocks_of, happens
from tests.unit.service.domain.clocks.test_days_off import NOTICE_2027

TICK = timedelta(seconds=3)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "own"
    made.mkdir()
    return made


@pytest.fixture
def rules(store: Store, folder: Path) -> Rulebook:
    return Rulebook(store, lambda: load_register(folder), lambda: stamp_of(folder))


def lay(folder: Path, name: str, text: str) -> None:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    # Two writes within the clock's grain of the file system would look like one.
    os.utime(path, ns=(0, path.stat().st_mtime_ns + 1_000_000 * len(text)))


SHORTER = "clocks:\n  - {id: C-48H, limit: 24h}\n"


class TestReload:
    def test_a_changed_file_speaks_without_a_restart(self, rules: Rulebook, folder: Path) -> None:
        assert rules.register.clocks["C-48H"].limit == "48h"
        lay(folder, "clocks.yaml", SHORTER)
        assert rules.refresh(NOW)
        assert rules.register.clocks["C-48H"].limit == "24h"
        assert "本地：clocks.yaml" in rules.register.version
        (folder / "clocks.yaml").unlink()
        assert rules.refresh(NOW + TICK)
        assert rules.register.clocks["C-48H"].limit == "48h"

    def test_it_looks_at_most_every_two_seconds(self, rules: Rulebook, folder: Path) -> None:
        rules.refresh(NOW)
        lay(folder, "clocks.yaml", SHORTER)
        assert not rules.refresh(NOW + timedelta(seconds=1))
        assert rules.refresh(NOW + TICK)

    def test_a_wrong_file_leaves_the_rules_in_force_and_says_so_until_it_is_right(
        self, rules: Rulebook, folder: Path
    ) -> None:
        lay(folder, "clocks.yaml", SHORTER)
        rules.refresh(NOW)
        lay(folder, "clocks.yaml", "clocks:\n  - {id: C-48H, limit: fast}\n")
        assert not rules.refresh(NOW + TICK)
        assert rules.register.clocks["C-48H"].limit == "24h"
        assert rules.problem is not None
        assert "仍按原有规则运行" in rules.problem
        assert "clocks.yaml 第 2 行，键 limit" in rules.problem
        lay(folder, "clocks.yaml", "clocks:\n  - {id: C-48H, limit: 36h}\n")
        assert rules.refresh(NOW + 2 * TICK)
        assert rules.problem is None

    def test_a_wrong_file_at_the_start_is_an_error(self, store: Store, folder: Path) -> None:
        lay(folder, "clocks.yaml", "clocks:\n  - {id: C-48H, limit: fast}\n")
        with pytest.raises(RegisterError, match="键 limit"):
            Rulebook(store, lambda: load_register(folder), lambda: stamp_of(folder))

    def test_what_exists_is_not_started_sent_or_moved_again(self, store: Store, rules: Rulebook, folder: Path) -> None:
        alert = happens(store)
        before = clocks_of(store, alert)
        mails = _mail_keys(store)
        acts = acts_on(store, f"clock:{before['C-48H'].id}")
        lay(folder, "clocks.yaml", SHORTER)
        assert rules.refresh(NOW)
        office = rules.office(OFFICE)
        assert office.register.clocks["C-48H"].limit == "24h"
        for minute in range(1, 4):
            now = NOW + timedelta(minutes=minute)
            with store.write() as work:
                event = work.events.get(EVENT.id)
                assert event is not None
                consider(work, event, office=office, now=now)
            watch(store, office=office, now=lambda at=now: at)  # type: ignore[misc]
        after = clocks_of(store, alert)
        assert {name: (one.state, one.limit, one.due_at, one.armed_at) for name, one in after.items()} == {
            name: (one.state, one.limit, one.due_at, one.armed_at) for name, one in before.items()
        }
        assert acts_on(store, f"clock:{before['C-48H'].id}") == acts
        assert _mail_keys(store) == mails
        assert before["C-48H"].state is ClockState.ARMED

    def test_a_running_clock_whose_rule_was_taken_out_is_still_told_when_it_is_due_and_its_event_has_faded(
        self, store: Store, rules: Rulebook, folder: Path, administrator: Person
    ) -> None:
        own = (
            "clocks:\n  - {id: C-OWN, role: own, limit: 60d, action: 报送整改情况, policies: [GOV-01], "
            "when: [by_hand], levels: {}}\n"
        )
        lay(folder, "clocks.yaml", own)
        rules.refresh(NOW)
        alert = happens(store)
        started = start_clock(store, administrator, alert.id, "C-OWN", office=rules.office(OFFICE), now=NOW)
        assert started.due_at is not None
        (folder / "clocks.yaml").unlink()
        rules.refresh(NOW + TICK)
        assert "C-OWN" not in rules.register.clocks
        office = replace(rules.office(OFFICE), routing=lambda: Routing(idle={}))
        acknowledge(store, administrator, alert.id, now=NOW)
        # Every other clock is told as overdue before, so that nothing but this one makes anybody look.
        quiet = [NOW + timedelta(days=20, hours=3 * step) for step in range(6)]
        for moment in [*quiet, started.due_at + HOUR]:
            assert ("system", "clock.warned") not in acts_on(store, f"clock:{started.id}")
            watch(store, office=office, now=lambda at=moment: at)  # type: ignore[misc]
        assert ("system", "clock.warned") in acts_on(store, f"clock:{started.id}")


def _mail_keys(store: Store) -> list[str]:
    with store.write() as work:
        rows = work.outbox.claim(kinds=["mail"], limit=200, lease=timedelta(0), now=NOW + 999 * HOUR)
    return sorted(row.key for row in rows)


OWN_2027 = """version: "2026-12-01"
year: 2027
source: 国办发明电〔2026〕0号（演示）
holidays: [2027-01-01, 2027-01-02, 2027-01-03, 2027-02-05, 2027-02-06, 2027-02-07, 2027-02-08, 2027-02-09, 2027-02-10,
  2027-02-11, 2027-04-05, 2027-05-01, 2027-05-02, 2027-05-03, 2027-06-09, 2027-09-15, 2027-10-01, 2027-10-04, 2027-10-05,
  2027-10-06]
working: [2027-02-13]
"""


class TestMissingYear:
    def test_a_due_time_that_the_calendar_did_not_tell_is_told_when_its_file_comes(
        self, store: Store, rules: Rulebook, folder: Path, administrator: Person
    ) -> None:
        alert = happens(store)
        december = NOW + timedelta(days=25)
        office = rules.office(OFFICE)
        started = start_clock(store, administrator, alert.id, "C-APP", office=office, now=december)
        assert (started.state, started.due_at) == (ClockState.ARMED, None)
        with store.read() as work:
            held = work.clocks.get(started.id)
        assert held is not None
        lay(folder, "calendar-2027.yaml", OWN_2027)
        assert rules.refresh(december)
        later = december + timedelta(minutes=5)
        report = watch(store, office=rules.office(OFFICE), now=lambda: later)
        settled = clocks_of(store, alert)["C-APP"]
        assert report.settled == 1
        assert settled.due_at is not None
        assert (settled.start_at, settled.armed_by) == (december, "管")
        assert settled.reason is None
        assert ("system", "clock.settled") in acts_on(store, f"clock:{started.id}")
        assert _days(settled) == 20

    def test_a_due_time_is_told_when_an_administrator_enters_the_notice(
        self, store: Store, rules: Rulebook, administrator: Person
    ) -> None:
        alert = happens(store)
        december = NOW + timedelta(days=25)
        started = start_clock(store, administrator, alert.id, "C-APP", office=rules.office(OFFICE), now=december)
        assert (started.state, started.due_at) == (ClockState.ARMED, None)
        enter_days_off(store, administrator, NOTICE_2027, shipped=rules.shipped().calendar, now=december)
        assert rules.refresh(december)
        later = december + timedelta(minutes=5)
        report = watch(store, office=rules.office(OFFICE), now=lambda: later)
        settled = clocks_of(store, alert)["C-APP"]
        assert (report.settled, _days(settled)) == (1, 20)

    def test_nothing_is_missing_then(self, rules: Rulebook, folder: Path) -> None:
        today = NOW.date()
        assert "2027年的节假日安排尚未收录" in (rules.register.calendar.notice(today) or "")
        lay(folder, "calendar-2027.yaml", OWN_2027)
        rules.refresh(NOW)
        assert rules.register.calendar.notice(today) is None


def _days(clock: Clock) -> int:
    """Count the working days between start and due day of a clock that runs into 2027, by the file above and the known December."""
    off = {f"2027-01-0{day}" for day in (1, 2, 3)}
    assert clock.due_at is not None
    day, last, found = clock.start_at.date(), (clock.due_at + timedelta(hours=8)).date(), 0
    while day < last:
        day += timedelta(days=1)
        found += day.weekday() < 5 and day.isoformat() not in off
    return found


def test_an_office_keeps_what_else_it_is(rules: Rulebook, folder: Path) -> None:
    lay(folder, "clocks.yaml", SHORTER)
    rules.refresh(NOW)
    drill = rules.office(replace(OFFICE, drill=True))
    assert (drill.drill, drill.address) == (True, OFFICE.address)
    assert drill.register is rules.register
    assert rules.office(drill) is drill


class TestAtNight:
    """A process that nobody watches starts beside a wrong file."""

    @staticmethod
    def started(data: Path) -> Rulebook:
        prepare(settings := Settings(data=data))
        app = build(settings, lasting=True)
        try:
            return app.rulebook
        finally:
            app.close()

    def test_it_goes_on_by_the_rules_that_were_in_force_and_says_so_until_the_file_is_right(
        self, tmp_path: Path
    ) -> None:
        own = tmp_path / "policies"
        own.mkdir()
        lay(own, "clocks.yaml", SHORTER)
        assert self.started(tmp_path).problem is None
        lay(own, "calendar-2027 (1).yaml", "version: 1\n")
        rules = self.started(tmp_path)
        assert rules.register.clocks["C-48H"].limit == "24h"
        assert rules.problem is not None
        assert "仍按上一次无误的规则运行" in rules.problem
        assert "calendar-2027 (1).yaml：不认识的文件名" in rules.problem
        (own / "calendar-2027 (1).yaml").unlink()
        assert self.started(tmp_path).problem is None

    def test_a_file_of_receivers_that_nobody_can_read_keeps_no_other_rules_from_being_kept(
        self, tmp_path: Path
    ) -> None:
        own = tmp_path / "policies"
        own.mkdir()
        (own / "routing.yaml").write_bytes("version: 夜班\n".encode("gbk"))
        lay(own, "clocks.yaml", SHORTER)
        assert self.started(tmp_path).problem is None
        lay(own, "clocks.yaml", "clocks:\n  - {id: C-48H, limit: fast}\n")
        rules = self.started(tmp_path)
        assert rules.register.clocks["C-48H"].limit == "24h"
        assert "仍按上一次无误的规则运行" in (rules.problem or "")

    @pytest.mark.parametrize("kept", [None, "{", "[1]", '{"clocks.yaml": "clocks: 1"}'])
    def test_without_rules_that_were_kept_whole_it_goes_on_by_the_shipped_ones(
        self, tmp_path: Path, kept: str | None
    ) -> None:
        (tmp_path / "policies").mkdir()
        lay(tmp_path / "policies", "clocks.yaml", "clocks:\n  - {id: C-48H, limit: fast}\n")
        if kept is not None:
            (tmp_path / KEPT_RULES).write_text(kept, encoding="utf-8")
        rules = self.started(tmp_path)
        assert rules.register.clocks["C-48H"].limit == "48h"
        assert rules.problem is not None
        assert "本单位的规则都没有采用，先按自带的规则运行" in rules.problem

    def test_a_command_is_told_of_the_mistake_and_does_nothing(self, tmp_path: Path) -> None:
        (tmp_path / "policies").mkdir()
        lay(tmp_path / "policies", "clocks.yaml", "clocks:\n  - {id: C-48H, limit: fast}\n")
        prepare(settings := Settings(data=tmp_path))
        app = build(settings)
        with pytest.raises(RegisterError, match="键 limit"):
            _ = app.register
        app.close()
