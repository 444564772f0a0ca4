"""What a text takes back itself: deaths that were none, numbers that were others, and what only looks like a correction."""

import pytest

from analysis.assessment import EntityType
from analysis.harm.counts import people_counts
from analysis.harm.taken_back import takes_deaths_back
from analysis.text import normalise
from tests.unit.analysis.reading_of import findings


def told(text: str, kind: EntityType) -> int:
    return max((count.value for count in people_counts(normalise(text).text) if count.type is kind), default=0)


def dead(text: str) -> int:
    return told(text, EntityType.DEATHS)


@pytest.mark.parametrize(
    "text",
    [
        "网传女子打针后身亡，院方澄清：患者未死亡，已脱离生命危险",
        "此前有媒体报道称该患者用药后去世，家属今日证实其仍在ICU，并未去世",
        "关于网传“某诊所输液致2死”的情况说明：患者两人均已康复出院，无人死亡",
        "医院回应“输液后死亡”：人没死，转院治疗了",
        "本台刚刚收到更正，输液后身亡的患者实际仍在抢救",
        "患者已被宣布死亡的消息系误传，其输液后昏迷，现已转入普通病房",
        "勘误：本网3月2日稿件中“患者服药身亡”一句有误，应为“患者服药后昏迷”",
        "网民刘某编造“疫苗打死3个娃”的虚假信息，已被处罚",
        "网传3人输液死亡，官方：不实",
    ],
)
def test_who_is_said_to_live_or_was_never_dead_is_not_counted_dead(text: str) -> None:
    assert dead(text) == 0


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("此前称3人死亡系误报，实际死亡1人，均为输液后发生", 1),
        ("死亡2人的说法不准确，实际为1人死亡，系服用假药所致", 1),
        ("输液后死亡1人，此前报道的2人系误报", 1),
        ("注射后死亡人数更正为1人，前期通报的3人有误", 1),
    ],
)
def test_of_a_wrong_number_of_dead_and_the_right_one_the_right_one_counts(text: str, number: int) -> None:
    assert dead(text) == number


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("之前报道10人输液后发热，现更正为4人", 4),
        ("更正：“3名患者注射后死亡”应为“3名患者注射后住院”", 3),
        ("县政府通报：输液反应患者共6人，此前所说9人有重复统计", 6),
        ("原报道称12名患者注射后感染，经医院核实应为5名", 5),
        ("注射后住院人数由15人更正为13人", 13),
    ],
)
def test_of_a_wrong_number_of_harmed_and_the_right_one_the_right_one_counts(text: str, number: int) -> None:
    assert told(text, EntityType.HARMED) == number


@pytest.mark.parametrize(
    "text",
    [
        "女子打针后死亡。网传还有多人死亡不实，院方回应称其他顾客均已康复出院",
        "网传诊所输液死人。经查，患者刘某输液后死亡属实，同时输液的李某已脱离危险",
        "医院否认患者死亡，但家属出示死亡证明，称母亲输液后当场死亡",
        "一患者输液后死亡，网传死者为医生不实，涉事医生仍在医院接受调查",
        "患者输液后死亡，其同伴脱离危险",
        "男童接种后死亡，网传隐瞒不实，另有两名患儿仍在抢救",
        "此前报道患者打针不适，今日患者输液后死亡",
        "此前报道的药品名称有误，患者输液后死亡，其妻已康复出院",
        "网传患者死亡，官方通报：患者曾恢复心跳，后抢救无效死亡",
        "媒体报道称女子输液后死亡。医院：患者醒过来了，当晚又抢救无效死亡",
        "辟谣：网传3人输液后死亡不实，实际死亡1人，2人已脱离危险",
    ],
)
def test_that_others_live_or_something_else_is_untrue_takes_no_death_back(text: str) -> None:
    assert dead(text) == 1


def test_of_several_told_dead_one_who_lives_takes_none_back() -> None:
    assert dead("网传3人打针后死亡，患者刘某已脱离危险") == 3
    assert dead("网传3人打针后死亡，患者均已脱离危险") == 0


class TestSeverity:
    @pytest.mark.parametrize(
        ("text", "most"),
        [
            ("某诊所3月1日输液后死亡1人的报道有误，患者已脱险。", 3),
            ("某诊所3月1日输液后死亡1人的报道有误，患者昏迷，在重症监护室。", 4),
            ("3月1日诊所输液后死亡1人，此前报道的2人系误报。", 5),
        ],
    )
    def test_a_death_taken_back_is_no_death_in_the_severity_either(self, text: str, most: int) -> None:
        assert findings("情况通报", text).most_severe == most

    @pytest.mark.parametrize("text", ["诊所被罚", "患者输液后死亡", "此前报道的罚款有误"])
    def test_nothing_is_taken_back_where_no_death_was(self, text: str) -> None:
        assert not takes_deaths_back(text, [(0, text)])
