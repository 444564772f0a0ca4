from hypothesis import given
from hypothesis import strategies as st

from service.domain.people.roster import Gap
from service.domain.people.told_gaps import ToldGap, remembered, untold
from tests.unit.service.domain.builders import HOUR, NOW

AHEAD = 72


def gap(begins: float, ends: float, *, goes_on: bool = False) -> Gap:
    return Gap(begins_at=NOW + begins * HOUR, ends_at=NOW + ends * HOUR, why="没有排班", goes_on=goes_on)


class Looks:
    """One look after another at a roster; each answers with the gaps that it told."""

    def __init__(self) -> None:
        self.told: list[ToldGap] = []

    def at(self, hour: float, *roster: Gap) -> list[Gap]:
        now, ahead = NOW + hour * HOUR, NOW + (hour + AHEAD) * HOUR
        coming = [one for one in roster if one.begins_at < ahead]
        fresh = untold(coming, self.told)
        self.told = remembered(coming, self.told, now=now, ahead=ahead)
        return fresh


class TestUntold:
    def test_a_gap_is_told_once_before_it_begins_and_while_it_lasts(self) -> None:
        looks = Looks()
        assert [hour for hour in range(0, 90, 3) if looks.at(hour, gap(max(80, hour), 100))] == [9]

    def test_what_a_filled_roster_leaves_open_of_a_gap_without_end_is_told_when_it_comes_near(self) -> None:
        looks = Looks()
        assert looks.at(0, gap(70, 480, goes_on=True))
        assert looks.at(10, gap(200, 480, goes_on=True)) == []
        assert [hour for hour in range(11, 210, 3) if looks.at(hour, gap(max(200, hour), 300))] == [131]

    def test_a_gap_where_the_roster_had_been_filled_in_since_is_told(self) -> None:
        looks = Looks()
        assert looks.at(0, gap(70, 480, goes_on=True))
        assert looks.at(10) == []
        assert looks.at(90, gap(90, 100)) == [gap(90, 100)]

    def test_a_gap_that_grows_at_either_end_is_told_again(self) -> None:
        looks = Looks()
        assert looks.at(0, gap(50, 60))
        assert looks.at(1, gap(50, 64)) == [gap(50, 64)]
        assert looks.at(2, gap(40, 64)) == [gap(40, 64)]
        assert looks.at(3, gap(40, 64)) == []

    def test_two_gaps_that_become_one_are_told_as_one(self) -> None:
        looks = Looks()
        assert len(looks.at(0, gap(20, 30), gap(40, 50))) == 2
        assert looks.at(1, gap(20, 50)) == [gap(20, 50)]

    def test_a_gap_that_becomes_shorter_is_not_told_and_told_where_it_grows_back(self) -> None:
        looks = Looks()
        assert looks.at(0, gap(50, 60))
        assert looks.at(1, gap(50, 55)) == []
        assert looks.at(2, gap(50, 60)) == [gap(50, 60)]

    def test_a_gap_without_end_is_told_again_when_the_end_that_was_said_has_come(self) -> None:
        looks = Looks()
        told = [hour for hour in range(0, 420, 5) if looks.at(hour, gap(max(70, hour), hour + 408, goes_on=True))]
        assert told == [0, 410]

    def test_what_is_kept_stays_the_same_within_an_hour(self) -> None:
        looks = Looks()
        looks.at(0.1, gap(0.1, 300, goes_on=True))
        kept = looks.told
        looks.at(0.4, gap(0.4, 300.3, goes_on=True))
        assert looks.told == kept

    @given(st.lists(st.lists(st.booleans(), min_size=24, max_size=24), min_size=1, max_size=6))
    def test_every_open_hour_within_the_look_ahead_was_told_as_open(self, rosters: list[list[bool]]) -> None:
        looks = Looks()
        said: set[int] = set()
        for roster in rosters:
            found = _gaps_of(roster)
            for one in looks.at(0, *found):
                said |= set(_hours(one))
            said &= {hour for hour, is_open in enumerate(roster) if is_open}
            assert said == {hour for hour, is_open in enumerate(roster) if is_open}


def _gaps_of(roster: list[bool]) -> list[Gap]:
    found: list[Gap] = []
    for hour, is_open in enumerate(roster):
        if is_open and found and found[-1].ends_at == NOW + hour * HOUR:
            found[-1] = gap((found[-1].begins_at - NOW) / HOUR, hour + 1)
        elif is_open:
            found.append(gap(hour, hour + 1))
    return found


def _hours(one: Gap) -> range:
    return range(int((one.begins_at - NOW) / HOUR), int((one.ends_at - NOW) / HOUR))
