"""What is wrong with a text that is no YAML, in the words of somebody who edits it by hand."""

import re
from collections.abc import Mapping
from types import MappingProxyType

import yaml

__all__ = ["yaml_reason"]

_FULL_WIDTH = re.compile("[：，｛｝［］－]")
_STARTS_WITH_A_SIGN = re.compile(r"(?:^|[:\[{,-])\s*[%@`]")
_NO_TOKEN = "found character that cannot start any token"  # noqa: S105 - words of the parser
_PUNCTUATION = "可能用了全角标点，冒号、逗号、括号须用半角，冒号和逗号后空一格"

_WORDS: Mapping[str, str] = MappingProxyType(
    {
        "mapping values are not allowed in this context": "缩进与上一行不一致，或文字里有冒号而没有加引号",
        "could not find expected ':'": "缺少冒号，或冒号后没有空格",
        "did not find expected ',' or '}'": "缺少逗号或右花括号",
        "did not find expected ',' or ']'": "缺少逗号或右方括号",
        "did not find expected key": "缩进与上面各行不一致",
        "did not find expected '-' indicator": "缩进与列表的上一项不一致，每一项以“- ”开头",
        "did not find expected node content": "括号或逗号多写了一个",
        "found unexpected end of stream": "引号或括号没有写完",
        "found unexpected document indicator": "引号或括号没有写完",
        "found unknown escape character": "双引号里的反斜杠写法不对，请改用单引号",
        "found undefined alias": "以 * 开头的文字须加引号",
        "but found another document": "一个文件只能写一份内容，请去掉多出的“---”",
        "exceeded maximum nesting depth": "括号套得太深",
    }
)
"""Problems of the parser by their words, from its source; others are told in its own."""


def yaml_reason(error: yaml.YAMLError, text: str) -> tuple[int, str]:
    """Return the line, from 1 on, and the reason in Chinese; one that is not known stays in the parser's own words."""
    if isinstance(error, yaml.reader.ReaderError):
        return text.count("\n", 0, error.position) + 1, "有看不见的控制字符，请删去"
    if not isinstance(error, yaml.MarkedYAMLError):
        return 1, str(error)
    mark, problem = error.problem_mark or error.context_mark, error.problem or str(error)
    number = mark.line + 1 if mark else 1
    lines = text.splitlines()
    line = lines[number - 1] if number <= len(lines) else ""
    if problem.startswith("found a tab character") or (problem == _NO_TOKEN and "\t" in line):
        return number, "缩进用了制表符，请改为空格"
    if problem == _NO_TOKEN and _STARTS_WITH_A_SIGN.search(line):
        return number, "以 % 或 @ 开头的文字须加引号"
    reason = _WORDS.get(problem, problem)
    if problem.startswith("could not determine a constructor"):
        reason = "以 ! 开头的文字须加引号，<< 这样的写法不支持"
    near = "\n".join(lines[max(0, number - 2) : number])
    lacks_punctuation = reason.startswith(("缺少", "缩进与"))
    return number, f"{reason}；{_PUNCTUATION}" if lacks_punctuation and _FULL_WIDTH.search(near) else reason
