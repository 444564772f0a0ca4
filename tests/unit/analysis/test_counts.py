import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.assessment import EntityType
from analysis.counts import chinese_number, people_counts

DIGITS = "零一二三四五六七八九"


def written_below_ten_thousand(number: int) -> str:
    """The usual way to write a number, e.g. 一千零五."""
    parts, zero = "", False
    for unit, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = number // unit % 10
        if digit:
            parts += ("零" if zero and parts else "") + DIGITS[digit] + name
            zero = False
        else:
            zero = bool(parts)
    return parts


@given(st.integers(min_value=1, max_value=9999))
def test_chinese_numerals_say_what_was_written(number: int) -> None:
    assert chinese_number(written_below_ten_thousand(number)) == number
    assert chinese_number(str(number)) == number


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("十二", 12),
        ("两", 2),
        ("俩", 2),
        ("1.2万", 12_000),
        ("三万五千", 35_000),
        ("十几", 10),
        ("上百", 100),
        ("二〇", 20),
    ],
)
def test_vague_and_mixed_numbers_give_their_least_value(written: str, value: int) -> None:
    assert chinese_number(written) == value


@pytest.mark.parametrize("written", ["", "药", "十药"])
def test_what_is_no_number_gives_none(written: str) -> None:
    assert chinese_number(written) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("前后5个人都打摆子", [("harmed", "5个人", 5)]),
        ("一百多个孩子中毒", [("harmed", "一百多个孩子", 100)]),
        ("12名患者输液后高热", [("harmed", "12名患者", 12)]),
        ("两死三伤,均因输液中毒", [("deaths", "两死", 2), ("harmed", "三伤", 3)]),
        ("输液后送医抢救无效死亡", [("deaths", "送医抢救无效死亡", 1)]),
        ("造成3人死亡", [("deaths", "造成3人死亡", 3)]),
        ("9名6至8岁女童性早熟", [("harmed", "9名6至8岁女童", 9)]),
        ("我妈脸烂了住院", [("harmed", "我妈", 1)]),
    ],
)
def test_people_are_counted_where_a_sentence_speaks_of_harm(text: str, expected: list[tuple[str, str, int]]) -> None:
    assert [(c.type.value, text[c.start : c.end], c.value) for c in people_counts(text)] == expected


@pytest.mark.parametrize("text", ["5名医生开会", "三名专家解读新规", "吃药可致死亡", "降低死亡率", "没有人死亡"])
def test_people_without_harm_and_denied_deaths_are_not_counted(text: str) -> None:
    assert not people_counts(text)


@given(st.text(alphabet="死亡伤中毒住院3两十名个人例患者孩子,。造成", max_size=40))
def test_counts_lie_in_the_text_in_order_without_overlap(text: str) -> None:
    counts = people_counts(text)
    assert all(c.value > 0 and c.type in {EntityType.HARMED, EntityType.DEATHS} for c in counts)
    ends = [0, *(c.end for c in counts)]
    assert all(end <= c.start < c.end <= len(text) for end, c in zip(ends, counts, strict=False))
