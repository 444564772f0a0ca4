"""Names of shops and practices that keep two complaints apart."""

import pytest

from analysis.events.venues import differ, named_venues


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("在进贤县民和镇康仁诊所给孩子输头孢", {"康仁诊所"}),
        ("石城县琴江镇长乐村卫生室一名村民", {"长乐村卫生室"}),
        ("辖区和平药店销售过期药品", {"和平药店"}),
        ("交通路康泰大药房卖的是假药", {"康泰药房"}),
        ("宜春一家西医诊所、某药店和楼下药店", set()),
        ("跑了六家药店都没有", set()),
        ("被送到县人民医院", set()),
    ],
)
def test_a_venue_is_read_without_the_place_before_it_and_a_mere_kind_is_none(text: str, names: set[str]) -> None:
    assert named_venues(text) == names


def test_two_named_venues_differ_unless_one_is_the_other_with_its_place() -> None:
    assert differ({"康仁诊所"}, {"平安诊所"})
    assert not differ({"康仁诊所"}, {"民和康仁诊所"})
    assert not differ({"康仁诊所"}, set())
