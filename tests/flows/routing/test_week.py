"""A simulated week before and into the National Day holiday: a roster with a gap, a clock that jumps, a day without mail."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

import pytest

from service.domain.alerts.alert import Alert, AlertLevel, AlertState
from service.domain.audit import AuditRow
from service.domain.beijing import BEIJING
from service.flows.alerts.acts import acknowledge, answer, close
from service.ports.store import Store
from service.storage.sql import migrate, open_store
from tests.flows.routing.office import (
    DAY,
    DAY_OFFICER,
    HOUR,
    LEAD,
    MINUTE,
    NIGHT_OFFICER,
    OFFICE,
    PEOPLE,
    READER,
    Clock,
    Post,
    Running,
    event,
    shift,
)

STEP = 30 * MINUTE
MONDAY = datetime(2026, 9, 28, 8, tzinfo=BEIJING)
BLUE: dict[str, Any] = {"harmed": None, "severity": 3, "facts": {}, "categories": ("R04",)}
RED: dict[str, Any] = {"harmed": 60}
GAP = (MONDAY + 4 * DAY + 12 * HOUR, MONDAY + 5 * DAY)
AWAY = (MONDAY + 5 * DAY + 2 * HOUR, MONDAY + 6 * DAY + 2 * HOUR)
# Hours after Monday 08:00, and what happens: nights, the holiday, the gap, the day without mail.
HAPPENINGS: tuple[tuple[float, str, dict[str, Any]], ...] = (
    (1.1, "E01", {}),
    (5.0, "B01", BLUE),
    (15.5, "E02", RED),
    (19.2, "B02", BLUE),
    (26.0, "E03", {}),
    (39.9, "E04", {}),
    (51.3, "E05", {}),
    (75.0, "E06", RED),
    (75.2, "B03", BLUE),
    (90.0, "E07", {}),
    (110.5, "E08", {}),
    (118.0, "E09", RED),
    (125.0, "E10", {}),
    (131.0, "B04", BLUE),
    (150.0, "E11", {}),
)
# Never taken by anybody: it must have gone all the way up.
LEFT = "E07"


@dataclass
class Week:
    """What was raised when, by the clock as it should be, and who took it."""

    raised: dict[str, tuple[datetime, Alert]] = field(default_factory=dict)
    ended: set[str] = field(default_factory=set)
    restarts: int = 0


def keep_roster(running: Running) -> None:
    """Day and night from Monday to Thursday; from the holiday on whole days, with one night that nobody was given."""
    with running.store.write() as work:
        for day in range(4):
            begins = MONDAY + day * DAY
            work.roster.save_all([shift(begins, 12, DAY_OFFICER, NIGHT_OFFICER)])
            work.roster.save_all([shift(begins + 12 * HOUR, 12, NIGHT_OFFICER)])
        work.roster.save_all([shift(MONDAY + 4 * DAY, 12, DAY_OFFICER)])
        work.roster.save_all(
            [shift(MONDAY + 5 * DAY, 24, NIGHT_OFFICER, LEAD), shift(MONDAY + 6 * DAY, 24, DAY_OFFICER)]
        )


def live(running: Running, opened: Callable[[], Store]) -> Week:
    """Live through the week. Twice the clock jumps: three hours ahead on Wednesday, forty minutes back on Thursday."""
    week, waiting = Week(), list(HAPPENINGS)
    jumps = {MONDAY + 2 * DAY + 6 * HOUR: 3 * HOUR, MONDAY + 3 * DAY + 6 * HOUR: -40 * MINUTE}
    while running.clock.moment < MONDAY + 7 * DAY:
        now = running.clock.moment = running.clock.moment + STEP
        for at in [at for at in jumps if at <= now]:
            running.clock.moment += jumps.pop(at)
        now = running.clock.moment
        running.post.away = AWAY[0] <= now < AWAY[1]
        while waiting and MONDAY + waiting[0][0] * HOUR <= now:
            _, name, given = waiting.pop(0)
            week.raised[name] = (now, running.happens(event(name, now, **given)))
        if now.astimezone(BEIJING).hour == 3 and now.minute < STEP.seconds // 60:
            running.store = opened()
            week.restarts += 1
        running.step()
        take(running, week)
    return week


def take(running: Running, week: Week) -> None:
    """Whoever received a mail on an alert takes it half an hour later, save the one that is left; at six hours it is answered."""
    for name, (at, alert) in week.raised.items():
        age = running.clock() - at
        if name == LEFT or name.startswith("B") or name in week.ended or age < HOUR / 2:
            continue
        reached = [who for who in PEOPLE if any(f"（{name}）" in subject for subject in running.post.to(who))]
        if reached and running.alert(alert).state is AlertState.OPEN:
            acknowledge(running.store, reached[0], alert.id, now=running.clock())
        elif age >= 6 * HOUR:
            answer(running.store, LEAD, alert.id, office=running.office, now=running.clock())
            close(running.store, LEAD, alert.id, "已回应", office=OFFICE, now=running.clock())
            week.ended.add(name)


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Running, Week]]:
    """The service after the week, and the week."""
    url = f"sqlite:///{tmp_path_factory.mktemp('week') / 'yaowang.db'}"
    migrate(url)
    stores: list[Store] = []

    def opened() -> Store:
        stores.append(open_store(url, durable=False))
        return stores[-1]

    clock = Clock(MONDAY.astimezone(UTC))
    running = Running(opened(), clock, Post(clock))
    with running.store.write() as work:
        for one in PEOPLE:
            work.people.save(one)
    keep_roster(running)
    yield running, live(running, opened)
    for opened_one in stores:
        opened_one.close()


def told(week: Week) -> dict[str, tuple[datetime, Alert]]:
    """Return what was raised above blue."""
    return {name: pair for name, pair in week.raised.items() if pair[1].level > AlertLevel.BLUE}


def rows_of(running: Running) -> list[AuditRow]:
    with running.store.read() as work:
        return work.audit.rows(limit=5000)


def late_mails(running: Running, week: Week) -> Counter[tuple[str, str]]:
    """Count late mails by address and event."""
    late = [mail for _, mail in running.post.taken if "迟发" in str(mail["Subject"])]
    pairs = [(str(mail["To"]), name) for mail in late for name in week.raised if f"（{name}）" in str(mail["Subject"])]
    return Counter(pairs)


def test_every_alert_reached_who_was_on_duty_by_the_right_time(lived: tuple[Running, Week]) -> None:
    running, week = lived
    assert len(told(week)) == 11
    for name, (at, alert) in told(week).items():
        reached_at = next(at for at, mail in running.post.taken if f"（{name}）" in str(mail["Subject"]))
        away = AWAY[0] <= at < AWAY[1]
        assert reached_at - at <= STEP or (away and reached_at <= AWAY[1] + 2 * STEP), (name, at, reached_at)
        with running.store.read() as work:
            on_duty = {one.person_id for one in work.roster.between(at, at + MINUTE)}
            first = [one for one in work.notices.of_alert(alert.id) if one.occasion.startswith("first_raise")]
        assert (on_duty or {LEAD.id}) <= {one.person_id for one in first if one.told}, name


def test_nobody_was_told_twice_for_one_reason_through_restarts_and_jumps(lived: tuple[Running, Week]) -> None:
    running, week = lived
    assert week.restarts >= 6
    assert set(Counter(str(mail["Message-ID"]) for _, mail in running.post.taken).values()) == {1}
    with running.store.read() as work:
        notices = [one for _, alert in week.raised.values() for one in work.notices.of_alert(alert.id)]
        assert work.outbox.waiting() == {}
        assert work.audit.verify() is None
    assert set(Counter((one.alert_id, one.occasion, one.person_id) for one in notices).values()) == {1}


def test_the_gap_was_told_days_ahead_once_and_in_it_the_lead_stood_in(lived: tuple[Running, Week]) -> None:
    running, week = lived
    gaps = [at for at, mail in running.post.taken if "值班表" in str(mail["Subject"])]
    assert min(gaps) <= GAP[0] - 60 * HOUR
    assert (
        sum(
            row.action == "roster.gap" and row.detail["reason"] == "10月2日 20:00至10月3日 08:00：没有排班"
            for row in rows_of(running)
        )
        == 1
    )
    at, alert = week.raised["E08"]
    assert GAP[0] <= at < GAP[1]
    with running.store.read() as work:
        why = {one.person_id: one.why for one in work.notices.of_alert(alert.id)}
    assert "值班表有空档，由负责人代班" in why[LEAD.id]


def test_what_nobody_took_went_all_the_way_up_and_what_was_left_lying_asked_again(lived: tuple[Running, Week]) -> None:
    running, week = lived
    rows = rows_of(running)
    left = week.raised[LEFT][1]
    told = sorted(
        (row.at, row.detail["reason"])
        for row in rows
        if row.action == "alert.unacknowledged" and row.subject == f"alert:{left.id}"
    )
    # Of three steps the first two were due together; then the last one comes again as long as nobody acknowledges.
    assert [reason for _, reason in told[:3]] == ["升级至值班负责人", "升级至分管领导", "仍无人确认"]
    assert len(told) > 5
    apart = [later - earlier for (earlier, _), (later, _) in pairwise(told[1:])]
    assert min(apart) > 0.5 * running.office.routing().again[left.level]
    assert any(row.action == "alert.idle" for row in rows)


def test_each_blue_alert_stands_in_one_summary_at_eight_or_when_mail_came_back(lived: tuple[Running, Week]) -> None:
    running, _ = lived
    summaries = [(at, mail) for at, mail in running.post.taken if "蓝色日汇总" in str(mail["Subject"])]
    assert {mail["To"] for _, mail in summaries} == {READER.email}
    texts = [mail.get_body(("plain",)).get_content() for _, mail in summaries]  # type: ignore[union-attr] # has a text
    for name in ("B01", "B02", "B03"):
        assert sum(f"（{name}）" in text for text in texts) == 1, name
    for at, _ in summaries:
        assert at.astimezone(BEIJING).hour == 8 or AWAY[1] <= at <= AWAY[1] + HOUR


def test_a_day_without_mail_ended_in_one_late_mail_for_each_person_and_alert(lived: tuple[Running, Week]) -> None:
    running, week = lived
    late = late_mails(running, week)
    assert {name for _, name in late} >= {"E09", "E10"}
    assert set(late.values()) == {1}
    replaced = [row for row in rows_of(running) if row.action == "mail.replaced"]
    assert replaced
    with running.store.read() as work:
        keys = {one.key for _, alert in week.raised.values() for one in work.notices.of_alert(alert.id) if one.told}
    assert {row.detail["newer"] for row in replaced} <= keys
