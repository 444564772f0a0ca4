import re
import unicodedata
from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.alerts.alert import AlertLevel, AlertState
from service.domain.clocks.clock import Clock, ClockState
from service.domain.telling.notification import QuietHours, clean, subject
from service.domain.telling.receivers import Occasion
from tests.unit.service.domain.builders import HOUR, NOW, alert, clock, event

BLUE, YELLOW, RED = AlertLevel.BLUE, AlertLevel.YELLOW, AlertLevel.RED


class TestQuietHours:
    @pytest.mark.parametrize(
        ("quiet", "hour", "covered"),
        [
            (QuietHours(), 22, True),
            (QuietHours(), 6, True),
            (QuietHours(), 7, False),
            (QuietHours(begins=time(12), ends=time(14)), 12, True),
            (QuietHours(begins=time(12), ends=time(14)), 13, True),
            (QuietHours(begins=time(12), ends=time(12)), 12, False),
            (QuietHours(begins=time(12), ends=time(14)), 14, False),
            (QuietHours(begins=time(12), ends=time(14)), 11, False),
        ],
    )
    def test_quiet_hours_are_beijing_hours_and_may_run_over_midnight(
        self, quiet: QuietHours, hour: int, *, covered: bool
    ) -> None:
        moment = datetime(2026, 11, 25, tzinfo=UTC) + timedelta(hours=hour - 8)
        assert quiet.cover(moment) is covered


def running(**given: object) -> Clock:
    return clock(state=ClockState.ARMED, **given)


class TestSubject:
    def test_it_says_level_state_place_title_and_the_next_deadline(self) -> None:
        said = subject(
            alert(RED, title="注射液群体不良反应"),
            [running(due_at=NOW + 2 * HOUR + timedelta(minutes=41))],
            drill=False,
            now=NOW,
            event=event(facts={"places": ["赣州甲县", "赣州"]}),
        )
        assert said == "[红色·待确认] 赣州甲县 注射液群体不良反应｜5小时时限 17:13 到期"

    def test_a_place_in_the_title_is_not_said_twice(self) -> None:
        known = event(facts={"places": ["赣州"]})
        assert (
            subject(alert(title="赣州多人寒战"), [], drill=False, now=NOW, event=known) == "[黄色·待确认] 赣州多人寒战"
        )
        assert subject(alert(title="寒战"), [], drill=False, now=NOW, event=event()) == "[黄色·待确认] 寒战"

    @pytest.mark.parametrize(
        ("title", "place", "said"),
        [("江西多人寒战", "江西省", ""), ("江西多人寒战", "江西省赣州市于都县", "赣州市于都县 ")],
    )
    def test_a_province_in_the_title_is_not_said_twice_in_its_long_form(
        self, title: str, place: str, said: str
    ) -> None:
        known = event(facts={"places": [place]})
        assert subject(alert(title=title), [], drill=False, now=NOW, event=known) == f"[黄色·待确认] {said}{title}"

    @pytest.mark.parametrize(
        ("deaths", "refuted", "said"),
        [(3, None, "死亡增至2人（现称死亡3人）"), (2, None, "死亡增至2人"), (3, "龚某", "死亡增至2人")],
    )
    def test_a_title_that_claims_fewer_dead_than_now_is_followed_by_the_number(
        self, deaths: int, refuted: str | None, said: str
    ) -> None:
        told = event(deaths=deaths, facts={"death_refuted": refuted})
        title = "于都脉舒宁注射液事件死亡增至2人"
        assert subject(alert(RED, title=title), (), drill=False, now=NOW, event=told).endswith(said)

    @pytest.mark.parametrize(
        ("deaths", "refuted", "said"), [(2, None, "寒战（称死亡2人）"), (0, None, "寒战"), (2, "龚某", "寒战")]
    )
    def test_a_title_that_tells_of_nobody_dead_is_followed_by_how_many_are_told(
        self, deaths: int, refuted: str | None, said: str
    ) -> None:
        told = event(deaths=deaths, facts={"death_refuted": refuted})
        title = "于都县12人输注脉舒宁注射液后寒战"
        assert subject(alert(RED, title=title), (), drill=False, now=NOW, event=told).endswith(said)

    def test_a_drill_starts_with_its_mark(self) -> None:
        assert subject(alert(), [], drill=True, now=NOW).startswith("【演练】[黄色·待确认] ")

    def test_a_reminder_is_told_from_the_first_mail_by_its_subject(self) -> None:
        marks = {kind: subject(alert(), [], drill=False, now=NOW, mark=kind.mark).split("]")[0] for kind in Occasion}
        assert marks[Occasion.RAISED] == "[黄色·待确认"
        assert marks[Occasion.UNACKNOWLEDGED] == "[黄色·待确认·催办"
        assert marks[Occasion.CLOCK] == "[黄色·待确认·时限提醒"

    def test_the_soonest_running_clock_is_named_and_another_day_with_its_date(self) -> None:
        clocks = [
            running(due_at=NOW + 48 * HOUR, limit="48h"),
            running(due_at=NOW + 24 * HOUR, limit="24h"),
            clock(due_at=NOW + HOUR),
            running(due_at=None, limit="prompt"),
        ]
        assert subject(alert(), clocks, drill=False, now=NOW).endswith("｜24小时时限 11月26日 14:32 到期")

    def test_what_is_overdue_says_by_how_much(self) -> None:
        said = subject(alert(state=AlertState.ACKNOWLEDGED), [running(due_at=NOW - HOUR)], drill=False, now=NOW)
        assert said.startswith("[黄色·已确认]")
        assert said.endswith("｜5小时时限已超时1小时00分")

    def test_the_due_moment_itself_is_not_overdue(self) -> None:
        assert subject(alert(), [running(due_at=NOW)], drill=False, now=NOW).endswith("｜5小时时限 14:32 到期")

    def test_an_event_whose_places_are_none_names_none(self) -> None:
        known = event(facts={"places": []})
        assert subject(alert(title="寒战"), [], drill=False, now=NOW, event=known) == "[黄色·待确认] 寒战"

    @pytest.mark.parametrize(("more", "cut"), [(0, False), (1, True)])
    def test_a_title_that_just_fits_stays_whole(self, more: int, *, cut: bool) -> None:
        room = 120 - len(subject(alert(title=""), [], drill=False, now=NOW))
        said = subject(alert(title="长" * (room + more)), [], drill=False, now=NOW)
        assert (len(said), said.endswith("…")) == (120, cut)

    def test_a_long_title_is_cut_and_the_deadline_stays_whole(self) -> None:
        said = subject(alert(title="长" * 500), [running()], drill=True, now=NOW)
        assert len(said) == 120
        assert said.endswith("…｜5小时时限 19:32 到期")

    @given(title=st.text(max_size=300))
    def test_no_title_can_break_the_line_turn_the_text_or_forge_a_header(self, title: str) -> None:
        said = subject(alert(title=title), [running()], drill=False, now=NOW)
        assert len(said) <= 120
        assert said.splitlines() == [said]
        assert not any(unicodedata.category(one) in {"Cc", "Cs", "Zl", "Zp"} for one in said)
        assert not re.search("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]", said)
        said.encode("utf-8")


def test_clean_turns_runs_of_unsafe_characters_into_one_blank() -> None:
    assert clean("甲\r\nBcc: x\u202e乙\u2028丙\x00\x9f 丁") == "甲 Bcc: x 乙 丙 丁"
