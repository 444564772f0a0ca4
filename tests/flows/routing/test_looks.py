"""What a look owes: every open alert and every gap of the roster ahead, however they came to be."""

from datetime import timedelta

import pytest

from service.domain.clocks.clock import Stage
from service.flows.alerts.acts import acknowledge
from service.flows.reports.mornings import tell_gaps
from service.flows.watch import watch
from tests.flows.routing.office import DAY, DAY_OFFICER, HOUR, OFFICE, Running, event, shift


def test_what_a_week_entered_late_leaves_open_is_told_days_ahead_though_an_open_end_was_told_before(
    running: Running,
) -> None:
    begins = running.clock.moment - HOUR

    def plan(first: int, days: int) -> None:
        with running.store.write() as work:
            work.roster.save_all([shift(begins + day * DAY, 24, DAY_OFFICER) for day in range(first, first + days)])

    def told_at(hours: int) -> int:
        now = running.clock.moment + timedelta(hours=hours)
        return tell_gaps(running.store, office=running.office, now=now)

    plan(0, 7)
    assert [hour for hour in range(0, 108, 6) if told_at(hour)] == [96]
    plan(7, 5)
    assert [hour // 24 for hour in range(108, 300, 6) if told_at(hour)] == [9]
    with running.store.read() as work:
        told = [row.detail["reason"] for row in work.audit.rows(action="roster.gap", limit=50)]
    assert [one.partition("起")[0] for one in told] == ["10月10日 08:00", "10月5日 08:00"]


def test_an_open_alert_is_looked_at_however_many_events_without_one_are_newer(running: Running) -> None:
    alert = running.happens(event("E1", running.clock()))
    acknowledge(running.store, DAY_OFFICER, alert.id, now=running.clock())
    running.clock.moment += HOUR
    with running.store.write() as work:
        for number in range(3):
            work.events.save(event(f"N{number}", running.clock()), ())
    assert watch(running.store, office=OFFICE, now=running.clock, at_once=2).looked == 1


@pytest.mark.parametrize("at_once", [1, 2, 3])
def test_every_open_alert_is_told_of_its_deadline_however_few_are_read_at_a_time(
    running: Running, at_once: int
) -> None:
    alerts = [running.happens(event(f"E{number}", running.clock())) for number in range(3)]
    running.clock.moment += 3 * DAY
    watch(running.store, office=OFFICE, now=running.clock, at_once=at_once)
    with running.store.read() as work:
        clocks = work.clocks.of_alerts([alert.id for alert in alerts])
    late = {
        alert_id
        for alert_id, some in clocks.items()
        if any(one.rule_id == "C-48H" and one.warned == Stage.OVERDUE for one in some)
    }
    assert late == {alert.id for alert in alerts}
