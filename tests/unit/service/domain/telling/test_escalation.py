from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest

from service.domain.alerts.alert import AlertLevel, AlertState, decide, set_by_person
from service.domain.alerts.following import followed
from service.domain.alerts.rounds import next_round, round_number
from service.domain.clocks.clock import ClockState
from service.domain.telling.digest import digest_letter, due_digest, next_digest
from service.domain.telling.escalation import (
    asks,
    due_tier,
    idle_since,
    noted,
    notes_on,
    occasion_of,
    reopened_idle,
    round_began,
    steps_ahead,
    tier_told,
)
from service.domain.telling.late import fate_of, late_letter
from service.domain.telling.letter import Letter
from service.domain.telling.routing import ReceiverKind, Routing, Target, Tier
from tests.surging import build_surge
from tests.unit.service.domain.builders import HOUR, NOW, alert, clock, event, finding

BLUE, YELLOW, ORANGE, RED = AlertLevel.BLUE, AlertLevel.YELLOW, AlertLevel.ORANGE, AlertLevel.RED
MINUTE = timedelta(minutes=1)
RULES = Routing()


class TestDueTier:
    @pytest.mark.parametrize(
        ("minutes", "told", "number"),
        [
            (-5, 0, None),
            (14, 0, None),
            (15, 0, 1),
            (29, 1, None),
            (30, 1, 2),
            (60, 2, 3),
            (299, 3, None),
            (299, 0, 3),
            (40, 0, 2),
        ],
    )
    def test_steps_are_due_after_15_30_and_60_minutes_each_once(
        self, minutes: int, told: int, number: int | None
    ) -> None:
        one = alert(ORANGE, raised_at=NOW - minutes * MINUTE, extras={"tier": told} if told else {})
        due = due_tier(one, RULES, NOW)
        assert (due.number if due else None) == number

    @pytest.mark.parametrize(
        ("level", "hours", "numbers"),
        [(RED, 5, [3, 4, 5, 6, 7]), (ORANGE, 10, [3, 3, 3, 3, 4, 4, 4, 4, 5, 5]), (YELLOW, 2, [3, 3])],
    )
    def test_the_last_step_is_due_again_at_the_interval_of_its_level_until_somebody_acknowledges(
        self, level: AlertLevel, hours: int, numbers: list[int]
    ) -> None:
        one = alert(level, raised_at=NOW)
        due = [due_tier(one, RULES, NOW + hour * HOUR) for hour in range(1, hours + 1)]
        assert [step.number for step in due if step] == numbers
        assert {step.receivers for step in due if step} == {due[0].receivers if due[0] else ()}
        assert {step.words for step in due if step} == {RULES.tiers[level][-1].words}
        assert {step.words for step in (due_tier(noted(one, tier=3), RULES, NOW + 99 * HOUR),) if step} == {
            "仍无人确认"
        }
        told = noted(one, tier=numbers[-1])
        assert due_tier(told, RULES, NOW + hours * HOUR) is None
        assert due_tier(replace(told, state=AlertState.ACKNOWLEDGED), RULES, NOW + 90 * HOUR) is None
        ahead = steps_ahead(told, RULES, NOW + hours * HOUR)
        assert [(at, step) for at, step in ahead] == [
            (NOW + step.after, due_tier(told, RULES, at)) for at, step in ahead
        ]
        assert [step.number for _, step in ahead] == [numbers[-1] + 1]

    def test_where_no_interval_is_set_the_last_step_is_the_last_word(self) -> None:
        assert due_tier(alert(RED, raised_at=NOW - 99 * HOUR, extras={"tier": 3}), Routing(again={}), NOW) is None
        assert len(steps_ahead(alert(RED, raised_at=NOW), Routing(again={}), NOW)) == 3

    def test_steps_that_are_due_together_are_one_and_reach_everybody_of_them(self) -> None:
        due = due_tier(alert(RED, raised_at=NOW - 2 * HOUR), RULES, NOW)
        assert due is not None
        assert {target.kind for target in due.receivers} == {
            ReceiverKind.DUTY,
            ReceiverKind.DEPUTY,
            ReceiverKind.THRESHOLD,
            ReceiverKind.ROLE,
        }

    @pytest.mark.parametrize("level", [YELLOW, ORANGE, RED])
    def test_without_any_rule_who_leads_is_told_after_30_minutes_and_administrators_after_an_hour(
        self, level: AlertLevel
    ) -> None:
        def roles(minutes: int) -> set[str]:
            due = due_tier(alert(level, raised_at=NOW - minutes * MINUTE), RULES, NOW)
            assert due is not None
            return {target.name for target in due.receivers if target.kind is ReceiverKind.ROLE}

        assert [roles(minutes) for minutes in (15, 30, 60)] == [set(), {"approver"}, {"approver", "administrator"}]

    def test_steps_ahead_are_those_that_will_be_due_each_with_all_before_it_and_what_is_due_is_one_step_now(
        self,
    ) -> None:
        fresh = alert(RED, raised_at=NOW - 20 * MINUTE)
        ahead = steps_ahead(fresh, RULES, NOW)
        assert [(at - NOW, step.number) for at, step in ahead] == [
            (0 * MINUTE, 1),
            (10 * MINUTE, 2),
            (40 * MINUTE, 3),
            (100 * MINUTE, 4),
        ]
        due = [due_tier(fresh, RULES, at) for at, _ in ahead]
        assert [(step.number, step.receivers) for _, step in ahead] == [
            (one.number, one.receivers) for one in due if one
        ]
        assert [step.number for _, step in steps_ahead(noted(fresh, tier=1), RULES, NOW)] == [2, 3, 4]
        assert steps_ahead(alert(RED, state=AlertState.CLOSED), RULES, NOW) == ()

    def test_a_step_whose_moment_is_now_is_due_and_not_also_ahead(self) -> None:
        ahead = steps_ahead(alert(RED, raised_at=NOW - 30 * MINUTE, extras={"tier": 1}), RULES, NOW)
        assert [(at - NOW, step.number) for at, step in ahead] == [(0 * MINUTE, 2), (30 * MINUTE, 3), (90 * MINUTE, 4)]
        assert [step.words for _, step in ahead] == [*(tier.words for tier in RULES.tiers[RED][1:]), "仍无人确认"]

    def test_what_was_told_is_not_ahead_again_where_a_clock_was_set_back(self) -> None:
        ahead = steps_ahead(alert(RED, raised_at=NOW - 5 * MINUTE, extras={"tier": 1}), RULES, NOW)
        assert [step.number for _, step in ahead] == [2, 3, 4]

    @pytest.mark.parametrize("state", [state for state in AlertState if state is not AlertState.OPEN])
    def test_what_somebody_has_has_no_steps_ahead(self, state: AlertState) -> None:
        assert steps_ahead(alert(RED, state=state, raised_at=NOW - MINUTE), RULES, NOW) == ()

    @pytest.mark.parametrize("state", [state for state in AlertState if state is not AlertState.OPEN])
    def test_what_somebody_has_does_not_go_up(self, state: AlertState) -> None:
        assert due_tier(alert(RED, state=state, raised_at=NOW - 9 * HOUR), RULES, NOW) is None

    def test_a_mark_that_is_no_number_counts_as_nothing_told(self) -> None:
        due = due_tier(alert(RED, raised_at=NOW - 15 * MINUTE, extras={"tier": "x"}), RULES, NOW)
        assert due is not None
        assert due.number == 1

    def test_blue_never_goes_up_and_the_rules_say_when_others_do(self) -> None:
        assert due_tier(alert(BLUE, raised_at=NOW - 9 * HOUR), RULES, NOW) is None
        slow = Tier(after=5 * HOUR, receivers=(Target(ReceiverKind.DUTY),), words="慢")
        rules = replace(RULES, tiers={YELLOW: (slow,)})
        assert due_tier(alert(YELLOW, raised_at=NOW - 4 * HOUR), rules, NOW) is None
        assert due_tier(alert(YELLOW, raised_at=NOW - 5 * HOUR), rules, NOW) is not None


@pytest.mark.parametrize("state", list(AlertState))
@pytest.mark.parametrize("level", list(AlertLevel))
def test_an_alert_asks_while_it_is_open_and_above_blue(level: AlertLevel, state: AlertState) -> None:
    assert asks(alert(level, state=state)) is (state is AlertState.OPEN and level in {YELLOW, ORANGE, RED})


class TestIdle:
    @pytest.mark.parametrize(
        ("level", "state", "hours", "step", "idle"),
        [
            (RED, AlertState.ACKNOWLEDGED, 1, None, True),
            (RED, AlertState.ACKNOWLEDGED, 0.9, None, False),
            (ORANGE, AlertState.ASSIGNED, 4, None, True),
            (ORANGE, AlertState.ASSIGNED, 9, 3.9, False),
            (ORANGE, AlertState.ASSIGNED, 9, 4, True),
            (YELLOW, AlertState.ACKNOWLEDGED, 23, None, False),
            (BLUE, AlertState.ACKNOWLEDGED, 999, None, False),
            (RED, AlertState.ANSWERING, 99, None, False),
            (RED, AlertState.OPEN, 99, None, False),
            (RED, AlertState.ANSWERED, 99, None, False),
        ],
    )
    def test_what_was_taken_and_left_lying_is_idle(
        self, level: AlertLevel, state: AlertState, hours: float, step: float | None, *, idle: bool
    ) -> None:
        one = alert(level, state=state, acknowledged_at=NOW - hours * HOUR)
        last = None if step is None else NOW - step * HOUR
        assert (idle_since(one, last, RULES, NOW) is not None) is idle

    def test_it_asks_again_in_a_new_round_and_keeps_its_owner(self) -> None:
        taken = alert(
            RED, state=AlertState.ASSIGNED, acknowledged_at=NOW, owner="甲", extras={"tier": 2, "muted": True}
        )
        again = reopened_idle(taken, now=NOW + HOUR)
        assert (again.state, again.owner, again.acknowledged_at) == (AlertState.OPEN, "甲", None)
        assert occasion_of(again) == "idle:red:2"
        assert due_tier(again, RULES, NOW + HOUR) is None
        assert "muted" not in again.extras


class TestRounds:
    def test_the_first_round_keeps_the_plain_name_and_later_ones_have_their_number(self) -> None:
        first = alert(YELLOW)
        assert occasion_of(first) == f"{first.reason}:yellow"
        found = finding(RED)
        risen = followed(
            first,
            event=event(),
            decision=decide(event=event(), finding=found, alert=first, now=NOW),
            finding=found,
            now=NOW,
        )
        assert occasion_of(risen) == "escalated:red:2"

    def test_a_new_round_forgets_what_belonged_to_the_old_one(self) -> None:
        marks = next_round({"tier": 3, "shift": ["s"], "muted": True, "kept": 1, "round": 4}, why="idle", now=NOW)
        assert (round_number(marks), marks["kept"], "tier" in marks, "shift" in marks) == (5, 1, False, False)
        assert round_number({"round": "x"}) == 1

    @pytest.mark.parametrize(
        ("state", "level", "number"),
        [(AlertState.OPEN, ORANGE, 3), (AlertState.OPEN, BLUE, 2), (AlertState.ASSIGNED, ORANGE, 2)],
    )
    def test_a_rise_by_a_person_of_what_nobody_took_begins_a_round(
        self, state: AlertState, level: AlertLevel, number: int
    ) -> None:
        before = alert(YELLOW, state=state, raised_at=NOW - timedelta(days=1), extras={"round": 2, "tier": 3})
        moved = set_by_person(before, level, by="张三", reason="上级要求", finding=finding(YELLOW), now=NOW)
        assert round_number(moved.extras) == number
        assert (tier_told(moved), round_began(moved)) == ((0, NOW) if number > 2 else (3, NOW - timedelta(days=1)))

    def test_a_mark_that_is_none_is_taken_off(self) -> None:
        assert dict(noted(alert(RED, extras={"muted": True, "tier": 1}), muted=None).extras) == {"tier": 1}


LETTER = Letter(
    subject="[橙色·待确认] 甲",
    summary="甲",
    reasons=(),
    deadlines=(),
    publication="",
    step="",
    link="",
    documents=(),
)


class TestWhatIsNew:
    def test_a_reminder_of_a_deadline_says_how_much_is_used_and_left(self) -> None:
        runs = clock(start_at=NOW - 29 * HOUR, due_at=NOW + 19 * HOUR, action="回应社会关切")
        assert notes_on("clock:C-48H:1", alert(RED), [runs], NOW) == (
            "截至11月25日 14:32，“回应社会关切”已用去60%的时间，剩余19小时00分",
        )

    def test_one_of_a_deadline_that_is_over_says_by_how_much(self) -> None:
        over = clock(start_at=NOW - 50 * HOUR, due_at=NOW - 2 * HOUR, action="回应社会关切")
        assert notes_on("clock:C-48H:3", alert(RED), [over], NOW) == (
            "截至11月25日 14:32，“回应社会关切”已超时2小时00分",
        )

    def test_a_rise_says_that_it_is_one_and_that_it_asks_again(self) -> None:
        assert notes_on("escalated:red", alert(RED), [], NOW) == ("级别上升到红色，此前确认过的也须重新确认",)

    def test_one_that_was_left_lying_says_so(self) -> None:
        assert "久无办理动作" in notes_on("idle:orange:2", alert(ORANGE), [], NOW)[0]

    def test_the_first_mail_of_an_alert_has_nothing_to_add(self) -> None:
        assert notes_on("first_raise:red", alert(RED), [clock()], NOW) == ()


class TestLate:
    @pytest.mark.parametrize(
        ("waited", "later", "replaced_by"),
        [
            (HOUR, [], None),
            (HOUR, ["k"], None),
            (HOUR, ["k2"], "k2"),
            (HOUR, ["k2", "k3"], "k3"),
            (29 * MINUTE, ["k2"], None),
            (30 * MINUTE, ["k2"], "k2"),
            (HOUR, ["k2", "k"], "k2"),
        ],
    )
    def test_a_late_mail_gives_way_to_the_newest_on_the_same_alert(
        self, waited: timedelta, later: list[str], replaced_by: str | None
    ) -> None:
        assert fate_of("k", NOW - waited, later, NOW).replaced_by == replaced_by

    def test_a_mail_in_time_is_not_touched(self) -> None:
        assert late_letter(LETTER, alert(ORANGE), queued_at=NOW - 29 * MINUTE, replaces=3, now=NOW) is LETTER

    def test_a_late_one_says_how_late_what_it_replaces_and_how_things_stand(self) -> None:
        taken = alert(ORANGE, state=AlertState.ACKNOWLEDGED, acknowledged_at=NOW - HOUR, acknowledged_by="乙")
        late = late_letter(LETTER, taken, queued_at=NOW - 20 * HOUR, replaces=2, now=NOW)
        assert late.subject == "〔迟发〕[橙色·待确认] 甲"
        assert late.notes == (
            "本邮件应于11月24日 18:32发出，因邮件发送中断迟到20小时00分",
            "此前未能发出的2封同一预警的邮件由本邮件代替，不再发送",
            "预警现为橙色、已确认（11月25日 13:32由乙确认）",
        )

    def test_from_half_an_hour_on_it_says_so_behind_what_the_letter_says_itself(self) -> None:
        noted_before = replace(LETTER, notes=("先前的说明",))
        late = late_letter(noted_before, None, queued_at=NOW - 30 * MINUTE, replaces=0, now=NOW)
        assert late.notes == ("先前的说明", "本邮件应于11月25日 14:02发出，因邮件发送中断迟到30分")

    def test_one_that_was_refused_for_good_says_so_however_little_late(self) -> None:
        again = late_letter(LETTER, None, queued_at=NOW - MINUTE, replaces=0, now=NOW, refused=True)
        assert again.notes == ("本邮件应于11月25日 14:31发出，曾被邮件服务器拒收，现重新发送",)

    def test_of_a_closed_alert_it_says_so_and_a_drill_keeps_its_mark_first(self) -> None:
        ended = alert(ORANGE, state=AlertState.CLOSED, closed_at=NOW - HOUR, closed_by="乙")
        drill = replace(LETTER, subject=f"【演练】{LETTER.subject}")
        late = late_letter(drill, ended, queued_at=NOW - 2 * HOUR, replaces=0, now=NOW)
        assert late.subject == "【演练】〔迟发·已关闭〕[橙色·待确认] 甲"
        assert late.notes[-1] == "预警现为橙色、已关闭（11月25日 13:32由乙关闭）"

    def test_its_deadline_is_that_of_now_since_an_hour_alone_of_yesterday_reads_as_todays(self) -> None:
        ran_out = clock(due_at=NOW - 21 * HOUR, limit="5h", state=ClockState.ARMED, action="发布权威信息")
        yesterday = replace(
            LETTER, subject=f"{LETTER.subject}｜5小时时限 17:32 到期", deadlines=("发布权威信息：17:32",)
        )
        late = late_letter(yesterday, alert(RED), queued_at=NOW - 24 * HOUR, replaces=0, now=NOW, clocks=[ran_out])
        assert late.subject == "〔迟发〕[橙色·待确认] 甲｜5小时时限已超时21小时00分"
        assert late.deadlines[0].startswith("发布权威信息：11月24日 17:32 到期，已超时21小时00分")

    def test_of_a_deadline_that_was_met_meanwhile_it_says_nothing_more(self) -> None:
        met = clock(due_at=NOW - HOUR, limit="5h", state=ClockState.MET)
        before = replace(LETTER, subject=f"{LETTER.subject}｜5小时时限 13:32 到期", deadlines=("发布权威信息：13:32",))
        late = late_letter(before, alert(RED), queued_at=NOW - 6 * HOUR, replaces=0, now=NOW, clocks=[met])
        assert (late.subject, late.deadlines) == ("〔迟发〕[橙色·待确认] 甲", ())

    def test_of_an_alert_that_was_opened_again_it_tells_who_has_it_and_not_who_once_closed_it(self) -> None:
        again = alert(
            ORANGE,
            state=AlertState.ACKNOWLEDGED,
            acknowledged_at=NOW - HOUR,
            acknowledged_by="丙",
            closed_at=NOW - 2 * HOUR,
            closed_by="乙",
        )
        late = late_letter(LETTER, again, queued_at=NOW - 3 * HOUR, replaces=0, now=NOW)
        assert late.notes[-1] == "预警现为橙色、已确认（11月25日 13:32由丙确认）"


MORNING = datetime(2026, 11, 25, 0, tzinfo=UTC)  # 08:00 in Beijing
DAY = timedelta(days=1)


class TestDigest:
    @pytest.mark.parametrize(
        ("upto", "now", "due"),
        [
            (None, MORNING, (MORNING - DAY, MORNING)),
            (None, MORNING - MINUTE, (MORNING - 2 * DAY, MORNING - DAY)),
            (MORNING, MORNING + HOUR, None),
            (MORNING, MORNING + DAY - MINUTE, None),
            (MORNING, MORNING + DAY, (MORNING, MORNING + DAY)),
            (MORNING, MORNING + 3 * DAY, (MORNING, MORNING + 3 * DAY)),
            (MORNING, MORNING + 30 * DAY, (MORNING + 23 * DAY, MORNING + 30 * DAY)),
            (MORNING + DAY, MORNING, None),
        ],
    )
    def test_it_is_due_each_morning_once_and_covers_what_no_other_did(
        self, upto: datetime | None, now: datetime, due: tuple[datetime, datetime] | None
    ) -> None:
        assert due_digest(upto, now, at=time(8)) == due

    def test_it_says_over_what_it_counts_and_how_many_it_does_not_list(self) -> None:
        alerts = [alert(BLUE, id=str(number)) for number in range(43)]
        letter = digest_letter(alerts, since=MORNING - DAY, until=MORNING, link="http://x", drill=True)
        assert letter.subject == "【演练】[蓝色日汇总] 11月25日 蓝色预警43条"
        assert letter.summary == "11月24日 08:00至11月25日 08:00，全部信源，新增且仍为蓝色的预警43条。"
        assert (len(letter.listed), letter.listed[-1]) == (41, "另有3条，见预警页面")

    def test_what_a_person_corrected_stands_beside_the_title_of_the_press(self) -> None:
        alerts, corrected = [alert(BLUE, id="1"), alert(BLUE, id="2")], {"1": "地点德兴市，受影响人数3人", "2": ""}
        letter = digest_letter(
            alerts, corrected=corrected, since=MORNING - DAY, until=MORNING, link="http://x", drill=False
        )
        assert letter.listed[0].endswith("；人工更正：地点德兴市，受影响人数3人）")
        assert "人工更正" not in letter.listed[1]

    def test_surges_stand_behind_the_alerts_and_alone_where_there_are_none(self) -> None:
        span: dict[str, Any] = {"since": MORNING - DAY, "until": MORNING}
        plain: dict[str, Any] = {"link": "http://x", "drill": False}
        both = digest_letter([alert(BLUE, id="1")], [build_surge()], **span, **plain)
        assert both.subject == "[蓝色日汇总] 11月25日 蓝色预警1条、声量异动1条"
        assert both.listed[-1].startswith(f"◇ {build_surge().sentence}")
        assert both.summary.endswith("预警1条；声量异动1条。")
        alone = digest_letter([], [build_surge()], **span, **plain)
        assert alone.subject == "[蓝色日汇总] 11月25日 声量异动1条"
        assert (alone.opens, both.opens) == ("打开声量异动", "打开预警")
        assert (alone.step[:6], both.step[:6]) == ("浏览声量异动", "浏览蓝色预警")

    def test_the_next_one_is_after_now_also_at_its_very_moment(self) -> None:
        moments = (MORNING - MINUTE, MORNING, MORNING + MINUTE)
        assert [next_digest(now, at=time(8)) for now in moments] == [MORNING, MORNING + DAY, MORNING + DAY]
