import itertools
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.beijing import BEIJING
from service.domain.people.person import Person, Role
from service.domain.people.roster import Gap, Shift, check_shift, covering, gaps, rotation, standing_in
from service.domain.refusal import Refusal
from tests.unit.service.domain.builders import HOUR, NOW
from tests.unit.service.domain.telling.test_routing import person, shift

_ALL = (person("甲"), person("乙"), person("无址", email=None), person("只读丁", role=Role.VIEWER))
ALL = (person("甲"), person("乙"), person("无址", email=None), person("只读丁", role=Role.VIEWER))
PEOPLE = {f"p-{one.name}": one for one in ALL}


def found(*shifts: Shift, hours: int = 6) -> list[tuple[float, float, str]]:
    listed = gaps(shifts, PEOPLE, since=NOW, until=NOW + hours * HOUR)
    return [((one.begins_at - NOW) / HOUR, (one.ends_at - NOW) / HOUR, one.why) for one in listed]


class TestGaps:
    def test_no_shift_at_all_is_one_gap(self) -> None:
        assert found() == [(0, 6, "没有排班")]

    def test_a_gap_lies_between_shifts_and_after_the_last(self) -> None:
        assert found(shift(-HOUR, HOUR), shift(2 * HOUR, 4 * HOUR)) == [(1, 2, "没有排班"), (4, 6, "没有排班")]

    def test_shifts_that_touch_or_overlap_leave_none(self) -> None:
        assert found(shift(-HOUR, 2 * HOUR), shift(2 * HOUR, 4 * HOUR), shift(3 * HOUR, 7 * HOUR)) == []

    @pytest.mark.parametrize(
        ("who", "deputy", "why"),
        [
            ("无址", None, "排班人员无址没有邮箱"),
            ("走了", None, "排班人员已不在用户名单中"),
            ("只读丁", None, "排班人员只读丁是只读，不能确认预警"),
            ("无址", "乙", None),
            ("只读丁", "乙", None),
            ("甲", "无址", None),
            ("甲", "只读丁", None),
        ],
    )
    def test_a_shift_whose_people_cannot_be_reached_is_a_gap(
        self, who: str, deputy: str | None, why: str | None
    ) -> None:
        assert found(shift(-HOUR, 9 * HOUR, who, deputy)) == ([(0, 6, why)] if why else [])

    def test_gaps_that_touch_with_two_reasons_are_two(self) -> None:
        assert found(shift(-HOUR, HOUR, "无址"), shift(2 * HOUR, 9 * HOUR)) == [
            (0, 1, "排班人员无址没有邮箱"),
            (1, 2, "没有排班"),
        ]

    def test_a_gap_says_when_and_why(self) -> None:
        gap = Gap(begins_at=NOW, ends_at=NOW + HOUR, why="没有排班")
        assert gap.sentence(NOW) == "11月25日 14:32至11月25日 15:32：没有排班"

    def test_a_gap_of_which_nobody_saw_the_end_says_so(self) -> None:
        [cut] = gaps((), PEOPLE, since=NOW, until=NOW + HOUR)
        assert cut.sentence(NOW) == "11月25日 14:32起，至少到11月25日 15:32：没有排班"
        [ended] = gaps([shift(HOUR, 2 * HOUR)], PEOPLE, since=NOW, until=NOW + HOUR)
        assert not ended.goes_on
        first, last = gaps([shift(HOUR, 2 * HOUR)], PEOPLE, since=NOW, until=NOW + 3 * HOUR)
        assert (first.goes_on, last.goes_on) == (False, True)

    @given(st.lists(st.tuples(st.integers(-5, 30), st.integers(1, 12)), max_size=8))
    def test_every_minute_is_in_a_gap_or_in_a_shift_and_never_in_both(self, spans: Sequence[tuple[int, int]]) -> None:
        shifts = [shift(begins * HOUR, (begins + hours) * HOUR) for begins, hours in spans]
        listed = gaps(shifts, PEOPLE, since=NOW, until=NOW + 24 * HOUR)
        for half in range(48):
            moment = NOW + half * HOUR / 2
            in_gap = any(one.begins_at <= moment < one.ends_at for one in listed)
            assert in_gap is not bool(covering(shifts, moment))
        assert all(first.ends_at < second.begins_at for first, second in itertools.pairwise(listed))


class TestStandingIn:
    @pytest.mark.parametrize(
        ("people", "names"),
        [
            ((person("审", role=Role.APPROVER), person("管", role=Role.ADMINISTRATOR)), ["审"]),
            ((person("审", role=Role.APPROVER, email=None), person("管", role=Role.ADMINISTRATOR)), ["管"]),
            ((person("审", role=Role.APPROVER, disabled=True), person("员")), []),
        ],
    )
    def test_approvers_stand_in_else_administrators(self, people: tuple[Person, ...], names: list[str]) -> None:
        assert [one.name for one in standing_in(people)] == names


def turns(**given: object) -> tuple[Shift, ...]:
    asked = {
        "first": date(2026, 9, 30),
        "days": 2,
        "changes": (time(8), time(20)),
        "people": ("a", "b", "c"),
        "new_id": lambda at: f"{at:%d%H}",
        "by": "x",
        "now": NOW,
    }
    return rotation(**asked | given)  # type: ignore[arg-type] # arguments of the rotation


class TestRotation:
    def test_people_take_turns_at_each_change_without_a_gap(self) -> None:
        made = turns(deputies=("d", "e"))
        assert [(one.person_id, one.deputy_id, one.name) for one in made] == [
            ("a", "d", "白班"),
            ("b", "e", "夜班"),
            ("c", "d", "白班"),
            ("a", "e", "夜班"),
        ]
        assert made[0].begins_at == datetime(2026, 9, 30, 8, tzinfo=BEIJING)
        assert all(first.ends_at == second.begins_at for first, second in itertools.pairwise(made))
        assert made[-1].ends_at == datetime(2026, 10, 2, 8, tzinfo=BEIJING)

    def test_one_change_a_day_makes_whole_days(self) -> None:
        assert [(one.name, one.ends_at - one.begins_at) for one in turns(changes=(time(9),))] == [
            ("全天", 24 * HOUR)
        ] * 2

    def test_the_order_in_which_changes_are_written_and_a_change_written_twice_make_no_difference(self) -> None:
        hours = (0, 4, 8, 12, 16, 20)
        mixed = tuple(time(hour) for hour in (20, 4, 16, 0, 8, 12, 20))
        made = turns(changes=mixed)
        assert made == turns(changes=tuple(time(hour) for hour in hours))
        assert [one.begins_at.hour for one in made] == [*hours, *hours]

    @pytest.mark.parametrize(("at", "name"), [(4, "夜班"), (5, "白班"), (16, "白班"), (17, "夜班")])
    def test_a_shift_is_named_by_the_hour_at_which_it_begins(self, at: int, name: str) -> None:
        made = turns(changes=(time(at), time(23)), days=1)
        assert next(one.name for one in made if one.begins_at.hour == at) == name

    def test_400_shifts_may_be_made_at_once(self) -> None:
        assert len(turns(days=200)) == 400

    @pytest.mark.parametrize(
        ("given", "sentence"),
        [
            ({"days": 0}, "一天"),
            ({"people": ()}, "请至少给出一名值班人员"),
            ({"changes": ()}, "一个交接时间"),
            ({"days": 201}, "一次最多排400个班次"),
        ],
    )
    def test_what_makes_no_roster_is_refused(self, given: dict[str, object], sentence: str) -> None:
        with pytest.raises(Refusal, match=sentence):
            turns(**given)


class TestCheckShift:
    @pytest.mark.parametrize(
        ("one", "sentence"),
        [
            (shift(HOUR, HOUR), "结束时间须晚于开始时间"),
            (shift(HOUR, 26 * HOUR), "最长24小时"),
            (shift(HOUR, 2 * HOUR, "甲", "甲"), "须是两个人"),
            (shift(HOUR, 5 * HOUR), "已有班次"),
        ],
    )
    def test_a_shift_that_makes_no_sense_is_refused(self, one: Shift, sentence: str) -> None:
        with pytest.raises(Refusal, match=sentence):
            check_shift(one, [shift(4 * HOUR, 8 * HOUR)])

    def test_a_whole_day_and_what_touches_another_shift_pass(self) -> None:
        check_shift(shift(8 * HOUR, 32 * HOUR), [shift(4 * HOUR, 8 * HOUR), shift(32 * HOUR, 40 * HOUR)])

    @pytest.mark.parametrize(("begins", "ends"), [(3, 5), (7, 9), (5, 6), (3, 9), (4, 8)])
    def test_any_overlap_with_the_same_person_is_refused(self, begins: int, ends: int) -> None:
        with pytest.raises(Refusal, match="已有班次"):
            check_shift(shift(begins * HOUR, ends * HOUR), [shift(4 * HOUR, 8 * HOUR)])

    def test_another_person_may_be_on_duty_at_the_same_time(self) -> None:
        check_shift(shift(HOUR, 5 * HOUR, "乙"), [shift(4 * HOUR, 8 * HOUR), shift(5 * HOUR, 6 * HOUR, "乙")])

    def test_at_a_handover_the_latest_begun_comes_first(self) -> None:
        early, late = shift(-2 * HOUR, HOUR), replace(shift(-HOUR, HOUR, "乙"), id="later")
        assert [one.id for one in covering([early, late], NOW)] == ["later", early.id]
        assert covering([early], datetime(2030, 1, 1, tzinfo=UTC)) == ()
