"""A simulated fortnight over the Spring Festival with its make-up days, judged row by row by a model of the rules alone.

Its worst days: a roster with a gap on New Year's Day, a clock that jumps, a day without mail, two restarts and a change of
the rules within a burst.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from service.domain.beijing import BEIJING
from service.domain.clocks.clock import ClockState
from service.ports.routing import Notice
from service.ports.store import Store
from service.storage.sql import migrate, open_store
from tests.flows.routing.expected import GAP, Expected, Row
from tests.flows.routing.fortnight import (
    AGAIN,
    APPLIED,
    AWAY,
    BURST,
    FRIDAY,
    NEW_YEAR,
    Fortnight,
    live,
    turns,
    working_days_after,
)
from tests.flows.routing.office import (
    DAY,
    DAY_OFFICER,
    HOUR,
    KEEPER,
    LEAD,
    PEOPLE,
    READER,
    Clock,
    Post,
    Running,
    shift,
)


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fortnight]:
    """The service and the model after the fortnight."""
    url = f"sqlite:///{tmp_path_factory.mktemp('fortnight') / 'yaowang.db'}"
    migrate(url)
    stores: list[Store] = []

    def opened() -> Store:
        stores.append(open_store(url, durable=False))
        return stores[-1]

    clock = Clock(FRIDAY.astimezone(UTC))
    running = Running(opened(), clock, Post(clock))
    people = {one.name: one for one in PEOPLE}
    model = Expected(LEAD.name, KEEPER.name, READER.name, turns(), dict(AGAIN))
    with running.store.write() as work:
        for one in PEOPLE:
            work.people.save(one)
        for turn in model.roster:
            hours = (turn.ends - turn.begins) / HOUR
            work.roster.save_all([shift(turn.begins, hours, people[turn.who], people.get(turn.behind))])
    fortnight = Fortnight(running, model, opened)
    live(fortnight)
    yield fortnight
    for one_store in stores:
        one_store.close()


_MUTED = {"已静默": "silenced", "全省性预警": "wider", "已回应": "answered"}


def as_row(one: Notice) -> Row:
    """A notice in the words of the model: of what mutes only which it is."""
    muted = next((word for mark, word in _MUTED.items() if mark in one.why and not one.told), "")
    return Row(told=one.told, why=muted or one.why, at=one.at)


def test_who_was_told_when_and_why_and_who_was_not_is_what_the_rules_say_row_by_row(lived: Fortnight) -> None:
    found = {
        (name, "graded" if occasion.startswith("graded") else occasion, who): as_row(one)
        for (name, occasion, who), one in lived.notices().items()
    }
    expected = lived.model.rows
    assert sorted(found.keys() - expected.keys()) == []
    assert sorted(expected.keys() - found.keys()) == []
    assert {key: row for key, row in found.items() if row != expected[key]} == {}


def test_the_fortnight_held_everything_that_it_is_meant_to_hold(lived: Fortnight) -> None:
    """A model that foresaw nothing would agree with a service that does nothing."""
    kinds = Counter(occasion.partition(":")[0] for _, occasion, _ in lived.model.rows)
    assert set(kinds) == {"first_raise", "escalated", "idle", "unacknowledged", "clock", "graded"}
    rows = lived.model.rows.values()
    assert any(GAP in row.why for row in rows)
    assert any("班副班" in row.why for row in rows)
    assert {(name, row.why) for (name, _, _), row in lived.model.rows.items() if not row.told} == {
        ("静", "silenced"),
        ("市", "wider"),
    }
    assert lived.restarts == 2
    stages = {occasion for name, occasion, _ in lived.model.rows if name == "申" and occasion.startswith("clock")}
    assert stages == {"clock:C-APP:1", "clock:C-APP:2", "clock:C-APP:3"}


def test_of_two_who_acknowledged_at_once_the_second_was_told_who_was_first(lived: Fortnight) -> None:
    assert len(lived.refused) == len(BURST) - 1
    assert all(said.startswith(DAY_OFFICER.name) for said in lived.refused)


def test_late_stayed_late_and_working_days_ended_on_the_make_up_saturday(lived: Fortnight) -> None:
    night = lived.clocks("夜")
    assert (night["C-5H"].state, night["C-24H"].state) == (ClockState.MET_LATE, ClockState.MET)
    assert night["C-48H"].state is ClockState.CANCELLED
    assert night["C-5H"].armed_by == LEAD.name
    due = lived.clocks("申")["C-APP"].due_at
    assert due == working_days_after(APPLIED, 20) == datetime(2026, 2, 28, 23, 59, 59, tzinfo=BEIJING)


def test_every_clock_ended_as_the_rules_say(lived: Fortnight) -> None:
    words = {
        ClockState.MET: "met",
        ClockState.MET_LATE: "late",
        ClockState.CANCELLED: "cancelled",
        ClockState.ARMED: "",
    }
    expected = {
        (name, rule): limit.over for name, one in lived.model.matters.items() for rule, limit in one.limits.items()
    }
    found = {
        (name, rule): words.get(clock.state, clock.state.value)
        for name in lived.alerts
        for rule, clock in lived.clocks(name).items()
        if clock.armed_by is not None
    }
    assert found == expected
    assert (expected["空", "C-48H"], expected["空", "C-48H~2"], expected["平", "C-48H"]) == ("late", "met", "met")


def test_every_mail_left_once_and_none_of_the_day_without_mail_was_lost(lived: Fortnight) -> None:
    post = lived.running.post
    assert set(Counter(str(mail["Message-ID"]) for _, mail in post.taken).values()) == {1}
    with lived.running.store.read() as work:
        assert work.outbox.waiting() == {}
        assert work.audit.verify() is None
    addresses = {one.name: str(one.email) for one in PEOPLE}
    arrived = [(at, str(mail["To"]), str(mail["Subject"])) for at, mail in post.taken]
    for name, occasion, who in (key for key, row in lived.model.rows.items() if row.told):
        about = f"（{name}）"
        at = lived.model.rows[name, occasion, who].at
        # What was held back leaves with the next minute, so with the next look.
        latest = AWAY[1] + HOUR if AWAY[0] <= at < AWAY[1] else at + 4 * HOUR
        assert any(at <= came <= latest for came, to, said in arrived if to == addresses[who] and about in said), (
            name,
            occasion,
            who,
        )


def test_blue_was_never_mailed_by_itself_and_stood_in_one_summary(lived: Fortnight) -> None:
    assert not any(name == "蓝" for name, _, _ in lived.notices())
    summaries = [mail for _, mail in lived.running.post.taken if "蓝色日汇总" in str(mail["Subject"])]
    texts = [mail.get_body(("plain",)).get_content() for mail in summaries]  # type: ignore[union-attr] # has a text
    assert sum("（蓝）" in text for text in texts) == 1
    assert {str(mail["To"]) for mail in summaries} == {READER.email}


def test_the_gap_of_new_years_day_was_told_ahead_once(lived: Fortnight) -> None:
    with lived.running.store.read() as work:
        told = [row for row in work.audit.rows(action="roster.gap", limit=50) if "2月17日" in row.detail["reason"]]
    assert [row.detail["reason"] for row in told] == ["2月17日 08:00至2月17日 20:00：没有排班"]
    assert told[0].at < NEW_YEAR - 2 * DAY
