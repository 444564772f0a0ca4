"""What somebody who edits YAML by hand is told of a text that is none."""

import pytest
import yaml

from crawlers.yaml_words import yaml_reason


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("a: 1\nb:\n\t- c\n", 3, "制表符"),
        ("a: 1\nb: %60\n", 2, "以 % 或 @ 开头的文字须加引号"),
        ("a: [@甲]\n", 1, "以 % 或 @ 开头的文字须加引号"),
        ("a: 1\nb：\n  - c: 2\n", 3, "全角标点"),
        ("a:\n  - {id: R1，b: 2}\n", 2, "全角标点"),
        ("a:\n  - {id: R1\n", 3, "缺少逗号或右花括号"),
        ("a: 'x\n", 2, "引号或括号没有写完"),
        ("a: *b\n", 1, "以 \\* 开头的文字须加引号"),
        ("a: !b c\n", 1, "以 ! 开头的文字须加引号"),
        ("a: 1\n---\na: 2\n", 2, "请去掉多出的"),
        ("a: 1\nb: \x01\n", 2, "看不见的控制字符"),
        ("a: 1\n b: 2\n", 2, "缩进与上一行不一致"),
    ],
)
def test_the_line_and_what_to_do_are_said_in_chinese(text: str, line: int, reason: str) -> None:
    with pytest.raises(yaml.YAMLError) as caught:
        yaml.load(text, Loader=yaml.CSafeLoader)
    found = yaml_reason(caught.value, text)
    assert found[0] == line
    assert reason.replace("\\", "") in found[1]


def test_a_reason_that_is_not_known_stays_in_the_words_of_the_parser() -> None:
    error = yaml.MarkedYAMLError(problem="found something new")
    assert yaml_reason(error, "a") == (1, "found something new")
