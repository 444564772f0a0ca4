from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from service.domain.alerts.alert import AlertLevel, AlertState
from service.domain.clocks.clock import ClockRole, ClockState
from service.domain.clocks.urgency import by_urgency, next_due
from service.web.views.alert_rows import alert_row, due_of, level_counts, spark_hours
from tests.builders import NOW, build_alert, build_clock, build_event

HOUR = timedelta(hours=1)


class TestNextDue:
    def test_a_running_clock_counts_before_a_proposed_one_that_is_due_sooner(self) -> None:
        running = build_clock(id="run", due_at=NOW + 9 * HOUR)
        proposed = build_clock(id="offer", state=ClockState.PROPOSED, due_at=NOW + HOUR)
        assert next_due([proposed, running]) is running

    def test_clocks_of_others_without_a_number_or_done_never_count(self) -> None:
        clocks = [
            build_clock(role=ClockRole.WATCH),
            build_clock(due_at=None),
            build_clock(state=ClockState.MET),
            build_clock(state=ClockState.EXPIRED),
        ]
        assert next_due(clocks) is None


class TestOrder:
    def test_a_deadline_within_a_day_stands_before_a_graver_level_without_one(self) -> None:
        red = build_alert(id="red")
        blue = build_alert(id="blue", level=AlertLevel.BLUE)
        clocks = {"blue": [build_clock(alert_id="blue", due_at=NOW + 2 * HOUR)]}
        assert [alert.id for alert, _ in by_urgency([red, blue], clocks, NOW)] == ["blue", "red"]

    def test_a_far_deadline_does_not_lift_an_alert_over_a_graver_one(self) -> None:
        red = build_alert(id="red")
        yellow = build_alert(id="yellow", level=AlertLevel.YELLOW)
        clocks = {"yellow": [build_clock(alert_id="yellow", due_at=NOW + 30 * HOUR)]}
        assert [alert.id for alert, _ in by_urgency([yellow, red], clocks, NOW)] == ["red", "yellow"]

    def test_what_is_late_stands_first(self) -> None:
        late, soon = build_alert(id="late", level=AlertLevel.BLUE), build_alert(id="soon")
        clocks = {
            "late": [build_clock(alert_id="late", due_at=NOW - HOUR)],
            "soon": [build_clock(alert_id="soon", due_at=NOW + HOUR)],
        }
        assert [alert.id for alert, _ in by_urgency([soon, late], clocks, NOW)] == ["late", "soon"]

    @given(st.lists(st.tuples(st.sampled_from(list(AlertLevel)), st.integers(-50, 300)), max_size=12))
    def test_the_order_does_not_depend_on_the_order_of_reading(self, rows: list[tuple[AlertLevel, int]]) -> None:
        alerts = [
            build_alert(id=str(i), level=level, raised_at=NOW - timedelta(minutes=i))
            for i, (level, _) in enumerate(rows)
        ]
        clocks = {
            str(i): [build_clock(alert_id=str(i), due_at=NOW + timedelta(minutes=10 * due + i))]
            for i, (_, due) in enumerate(rows)
        }
        there = [alert.id for alert, _ in by_urgency(alerts, clocks, NOW)]
        assert there == [alert.id for alert, _ in by_urgency(alerts[::-1], clocks, NOW)]
        assert sorted(there) == sorted(alert.id for alert in alerts)


class TestDue:
    def test_the_share_of_a_limit_that_is_used_stays_between_nothing_and_all(self) -> None:
        clock = build_clock(start_at=NOW - HOUR, due_at=NOW + 3 * HOUR)
        assert due_of(clock, NOW).share == 0.25
        assert due_of(clock, NOW + 9 * HOUR).share == 1.0
        assert due_of(clock, NOW - 9 * HOUR).share == 0.0

    def test_a_missed_limit_is_overdue_while_it_runs_and_not_when_it_is_met(self) -> None:
        missed = build_clock(due_at=NOW - HOUR)
        assert due_of(missed, NOW).overdue
        assert not due_of(build_clock(due_at=NOW - HOUR, state=ClockState.MET_LATE), NOW).overdue

    def test_a_lapsed_proposal_counts_nothing(self) -> None:
        lapsed = due_of(build_clock(state=ClockState.EXPIRED), NOW + 99 * HOUR)
        assert (lapsed.text, lapsed.overdue, lapsed.state_word) == ("—", False, "已失效")

    def test_a_duty_without_a_number_says_so(self) -> None:
        assert due_of(build_clock(due_at=None, limit="immediate"), NOW).text == "无数字时限"

    def test_working_days_of_a_year_that_is_not_known_are_not_called_a_limit_without_a_number(self) -> None:
        assert due_of(build_clock(due_at=None, limit="20wd"), NOW).text == "到期待定"


class TestRow:
    def test_an_alert_without_its_event_still_has_a_line(self) -> None:
        row = alert_row(build_alert(), None, None, (), NOW)
        assert (row.title, row.sources, row.due, row.spark) == (build_alert().title, "", None, (0,) * 8)

    def test_independent_sources_are_named_only_where_they_are_known(self) -> None:
        known = build_event(heat={"independent_sources": 6})
        assert alert_row(build_alert(), None, known, (), NOW).sources == "独立信源 6"
        assert alert_row(build_alert(), None, build_event(), (), NOW).sources == "信源 3"

    def test_harm_says_deaths_before_persons_harmed_and_both_as_claims(self) -> None:
        assert alert_row(build_alert(), None, build_event(harmed=12), (), NOW).harm == "称受影响 12 人"
        assert alert_row(build_alert(), None, build_event(harmed=12, deaths=1), (), NOW).harm == "称死亡 1 人，待核实"

    def test_a_death_that_a_person_refuted_is_not_repeated(self) -> None:
        refuted = build_event(harmed=12, deaths=1, facts={"death_refuted": True})
        assert alert_row(build_alert(), None, refuted, (), NOW).harm == "称受影响 12 人"

    def test_a_sparkline_has_eight_hours_with_zeros_where_nothing_came(self) -> None:
        hour = NOW.replace(minute=0, second=0, microsecond=0)
        assert spark_hours([(hour, 3), (hour - 7 * HOUR, 1), (hour - 9 * HOUR, 5)], NOW) == (1, 0, 0, 0, 0, 0, 0, 3)


class TestLevelCounts:
    def test_untaken_alerts_are_counted_and_an_empty_level_is_compared_with_yesterday(self) -> None:
        alerts = [build_alert(id="a"), build_alert(id="b", state=AlertState.ACKNOWLEDGED)]
        recent = [(AlertLevel.BLUE, NOW - 30 * HOUR), (AlertLevel.BLUE, NOW - HOUR), (AlertLevel.BLUE, NOW - 2 * HOUR)]
        red, orange, _, blue = level_counts(alerts, recent, NOW)
        assert (red.open, red.untaken, red.note) == (2, 1, "未确认 1")
        assert orange.note == "与昨日持平"
        assert blue.note == "较昨日 +1"
