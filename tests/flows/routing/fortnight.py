"""A fortnight over the Spring Festival that the service and a model of the rules live through side by side."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import Any

import pytest

from service.domain.alerts.alert import Alert, AlertLevel
from service.domain.beijing import BEIJING
from service.domain.events.event import IncidentGrade
from service.domain.people.person import Person
from service.domain.refusal import Conflict
from service.domain.telling.silence import Matcher, MatcherField, Silence
from service.flows.alerts.acts import acknowledge, answer, close
from service.flows.alerts.clocks import meet_clock, start_clock
from service.flows.alerts.grading import set_grade
from service.flows.alerts.silences import make_silence
from service.ports.routing import Notice
from service.ports.store import Store
from tests.flows.routing.expected import Expected, Limit, Turn
from tests.flows.routing.office import (
    DAY,
    DAY_OFFICER,
    HOUR,
    LEAD,
    MINUTE,
    NIGHT_OFFICER,
    OFFICE,
    SHIPPED,
    Running,
    event,
)

FRIDAY = datetime(2026, 2, 13, 8, tzinfo=BEIJING)
DAYS = 16
# 国办发明电〔2025〕7号: off from Sunday the 15th to Monday the 23rd; worked on the Saturdays of the 14th and the 28th.
OFF = {date(2026, 2, day) for day in range(15, 24)}
MADE_UP = {date(2026, 2, 14), date(2026, 2, 28)}
NEW_YEAR = FRIDAY + 4 * DAY
AWAY = (FRIDAY + 11 * DAY + 2 * HOUR, FRIDAY + 12 * DAY + 2 * HOUR)
APPLIED = datetime(2026, 1, 26, 9, tzinfo=BEIJING)
BLUE: dict[str, Any] = {"harmed": None, "severity": 3, "facts": {}, "categories": ("R04",)}
YELLOW: dict[str, Any] = {"harmed": 5}
RED: dict[str, Any] = {"harmed": 60}
ALL_OVER: dict[str, Any] = {"regions": ("360000",), "products": ("省用注射液",)}
IN_ONE_CITY: dict[str, Any] = {"harmed": 5, "products": ("省用注射液",)}
BURST = tuple(f"K{number:02}" for number in range(6))
AGAIN = {"red": HOUR, "orange": 4 * HOUR, "yellow": 24 * HOUR}
QUICKER = replace(SHIPPED, version="改过", again=MappingProxyType({**SHIPPED.again, AlertLevel.ORANGE: 2 * HOUR}))


def working_days_after(began: datetime, count: int) -> datetime:
    """The last second of that working day, counted on the fingers: the first day is not counted."""
    day = began.astimezone(BEIJING).date()
    while count:
        day += timedelta(days=1)
        count -= day in MADE_UP or (day.weekday() < 5 and day not in OFF)
    return datetime(day.year, day.month, day.day, 23, 59, 59, tzinfo=BEIJING)


@dataclass
class Fortnight:
    """The service and the model side by side: everything that happens is told to both."""

    running: Running
    model: Expected
    opened: Callable[[], Store]
    alerts: dict[str, Alert] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)
    restarts: int = 0

    @property
    def now(self) -> datetime:
        return self.running.clock.moment

    def look(self) -> None:
        self.running.post.away = AWAY[0] <= self.now < AWAY[1]
        self.running.step()
        self.model.look(self.now)

    def until(self, at: datetime) -> None:
        """Look every quarter of an hour while something is fresh, then every four hours."""
        fresh = self.now + 75 * MINUTE
        while self.now < at:
            self.running.clock.moment = min(at, self.now + (15 * MINUTE if self.now < fresh else 4 * HOUR))
            self.look()

    def raised(self, name: str, level: str, **given: Any) -> None:
        alert = self.running.happens(event(name, self.now, **given))
        self.alerts[name] = alert
        assert alert.level.key == level, name
        wide = given.get("regions") == ("360000",)
        self.model.raise_(name, level, self.now, product=given.get("products", (name,))[0], wide=wide)

    def rises(self, name: str) -> None:
        """The same event is told of with sixty harmed."""
        with self.running.store.read() as work:
            known = work.events.get(self.alerts[name].event_id)
        assert known is not None
        assert self.running.happens(replace(known, **RED)).level is AlertLevel.RED
        self.model.rise(name, "red", self.now)

    def seen(self, name: str, by: Person = DAY_OFFICER) -> None:
        acknowledge(self.running.store, by, self.alerts[name].id, now=self.now)
        self.model.act(name, "acknowledged", self.now)

    def seen_by_two_at_once(self, name: str) -> None:
        self.seen(name)
        with pytest.raises(Conflict) as refused:
            acknowledge(self.running.store, NIGHT_OFFICER, self.alerts[name].id, now=self.now)
        self.refused.append(str(refused.value))

    def answered(self, name: str) -> None:
        answer(self.running.store, LEAD, self.alerts[name].id, office=self.running.office, now=self.now)
        self.model.act(name, "answered", self.now)

    def closed(self, name: str) -> None:
        close(self.running.store, LEAD, self.alerts[name].id, "已办结", office=self.running.office, now=self.now)
        self.model.act(name, "closed", self.now)

    def graded(self, name: str) -> None:
        alert_id, office = self.alerts[name].id, self.running.office
        set_grade(self.running.store, LEAD, alert_id, IncidentGrade.II, reason="已核实", office=office, now=self.now)
        self.model.grade(name, self.now)

    def met(self, name: str, rule: str) -> None:
        clock = self.clocks(name)[rule]
        meet_clock(self.running.store, LEAD, clock.id, office=self.running.office, now=self.now)
        self.model.meet(name, rule, self.now)

    def applied(self, name: str) -> None:
        """An application that came weeks ago is registered beside the event."""
        alert_id, office = self.alerts[name].id, self.running.office
        start_clock(self.running.store, LEAD, alert_id, "C-APP", office=office, now=self.now, since=APPLIED)
        self.model.start(name, "C-APP", Limit(APPLIED, working_days_after(APPLIED, 20)), self.now)

    def silenced(self, name: str, hours: int) -> None:
        """The next event of this product is muted before it is there."""
        ends = self.now + hours * HOUR
        conditions = (Matcher(MatcherField.PRODUCT, f"清云注射液{name}"), Matcher(MatcherField.CATEGORY, "R01"))
        silence = Silence(
            id=f"s-{name}",
            matchers=conditions,
            up_to=AlertLevel.ORANGE,
            author=DAY_OFFICER.name,
            reason="已掌握，正在核实",
            begins_at=self.now,
            ends_at=ends,
            created_at=self.now,
        )
        make_silence(self.running.store, DAY_OFFICER, silence, office=OFFICE, now=self.now, sure=True)
        self.model.silences.append((name, ends))

    def restarts_now(self) -> None:
        self.running.store = self.opened()
        self.restarts += 1

    def clocks(self, name: str) -> dict[str, Any]:
        with self.running.store.read() as work:
            held = work.clocks.of_alerts([self.alerts[name].id])[self.alerts[name].id]
        # A second round of a clock has its number behind its id.
        return {one.id.removeprefix(f"{one.alert_id}-"): one for one in held}

    def notices(self) -> dict[tuple[str, str, str], Notice]:
        with self.running.store.read() as work:
            return {
                (name, one.occasion, one.person_name): one
                for name, alert in self.alerts.items()
                for one in work.notices.of_alert(alert.id)
            }


def live(one: Fortnight) -> None:
    """Live through the fortnight, from the last working Friday to the first make-up Saturday after the holiday."""
    _before_the_holiday(one)
    _first_night(one)
    _new_year(one)
    _burst(one)
    _without_mail(one)
    one.until(FRIDAY + DAYS * DAY)


def _before_the_holiday(one: Fortnight) -> None:
    one.until(FRIDAY + 5 * HOUR)
    one.raised("平", "orange")
    one.until(FRIDAY + 5.3 * HOUR)
    one.seen("平")
    one.raised("申", "yellow", **YELLOW)
    one.seen("申")
    one.applied("申")
    one.answered("申")
    # Taken and left lying: it asks again; then it is answered in time.
    one.until(FRIDAY + 10 * HOUR)
    one.seen("平", NIGHT_OFFICER)
    one.until(FRIDAY + 13 * HOUR)
    one.answered("平")
    one.closed("平")


def _first_night(one: Fortnight) -> None:
    one.until(FRIDAY + 18 * HOUR)
    one.raised("夜", "red", **RED)
    one.raised("蓝", "blue", **BLUE)
    one.until(FRIDAY + 20.6 * HOUR)
    one.seen("夜", LEAD)
    one.graded("夜")
    # Five hours from what was known first are over at 23 h: the answer is late, the press conference is not.
    one.until(FRIDAY + 24 * HOUR)
    one.answered("夜")
    one.until(FRIDAY + 36 * HOUR)
    one.met("夜", "C-24H")
    one.closed("夜")
    one.silenced("静", 6)
    one.until(FRIDAY + 37 * HOUR)
    one.raised("静", "orange")
    one.until(FRIDAY + 46 * HOUR)
    one.seen("静")
    one.answered("静")
    one.closed("静")


def _new_year(one: Fortnight) -> None:
    one.until(NEW_YEAR + 3 * HOUR)
    # Raised in the gap, and taken by nobody until the next turn of duty was told too.
    one.raised("空", "orange")
    one.until(NEW_YEAR + 22 * HOUR)
    one.restarts_now()
    # Nobody answers within 48 hours: late stays late.
    one.until(NEW_YEAR + 51.5 * HOUR)
    one.seen("空", NIGHT_OFFICER)
    one.answered("空")
    one.raised("省", "orange", **ALL_OVER)
    one.until(NEW_YEAR + 52 * HOUR)
    one.seen("省")
    one.raised("市", "yellow", **IN_ONE_CITY)
    one.until(NEW_YEAR + 53.5 * HOUR)
    one.answered("省")
    one.until(NEW_YEAR + 56 * HOUR)
    one.rises("空")
    one.closed("省")
    one.until(NEW_YEAR + 58 * HOUR)
    for name in ("市", "空"):
        one.seen(name)
        one.answered(name)
        one.closed(name)


def _burst(one: Fortnight) -> None:
    one.until(FRIDAY + 7 * DAY + 2 * HOUR)
    for number, name in enumerate(BURST):
        one.raised(name, "orange")
        if number == 2:
            one.restarts_now()
        if number == 4:
            one.running.office = replace(OFFICE, routing=lambda: QUICKER)
            one.model.again["orange"] = 2 * HOUR
        one.running.clock.moment += MINUTE
        one.look()
    one.until(FRIDAY + 7 * DAY + 10 * HOUR)
    # The machine's clock runs three hours ahead, and is put back by forty minutes two days later.
    one.running.clock.moment += 3 * HOUR
    one.look()
    for name in BURST[:-1]:
        one.seen_by_two_at_once(name)
        one.answered(name)
        one.closed(name)
    one.until(FRIDAY + 9 * DAY + 6 * HOUR)
    one.running.clock.moment -= 40 * MINUTE
    one.look()
    one.until(FRIDAY + 9 * DAY + 9 * HOUR)
    one.seen(BURST[-1])
    one.answered(BURST[-1])
    one.closed(BURST[-1])


def _without_mail(one: Fortnight) -> None:
    one.until(AWAY[0] + 2 * HOUR)
    one.raised("断", "orange")
    one.until(AWAY[0] + 12 * HOUR)
    one.raised("暗", "red", **RED)
    one.until(AWAY[1] + 30 * MINUTE)
    for name in ("断", "暗"):
        one.seen(name)
        one.answered(name)
        one.closed(name)


def turns() -> list[Turn]:
    """Whole days from Friday on, by turns, with the lead behind them; nobody was given the daytime of New Year's Day."""
    found = []
    for day in range(DAYS + 1):
        begins = FRIDAY + day * DAY
        who = (DAY_OFFICER, NIGHT_OFFICER)[day % 2].name
        gap = 12 * HOUR if begins == NEW_YEAR else timedelta(0)
        found.append(Turn(begins + gap, begins + DAY, who, LEAD.name if day % 3 == 0 else ""))
    return found
