"""The numbers that a word processor writes before paragraphs by itself: they are shown to readers and stand in no text of the file.

Read are the lists of `word/numbering.xml` as ISO/IEC 29500-1, section 17.9, describes them: levels with start, format and
pattern (`第%1条`), numbers that begin anew below a higher level, and lists that a style carries.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml.ns import qn

__all__ = ["Numbering", "chinese_number"]

_LONGEST = 40
_MOST = 99_999
_DEEPEST = 9
_DIGITS = "零一二三四五六七八九"
_STEMS = "甲乙丙丁戊己庚辛壬癸"
_BRANCHES = "子丑寅卯辰巳午未申酉戌亥"
_CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"
_FORMAL = str.maketrans("一二三四五六七八九十百千", "壹贰叁肆伍陆柒捌玖拾佰仟")
_WIDE = str.maketrans("0123456789", "０１２３４５６７８９")
_ROMAN = (
    (1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"), (10, "x"),
    (9, "ix"), (5, "v"), (4, "iv"), (1, "i"),
)  # fmt: skip
_LIST_ENDS = "、.．）)，,：:。"


def chinese_number(number: int) -> str:
    """Return a number below ten thousand as articles are counted: 十, 二十一, 一百零一; a greater one in digits."""
    if not 0 < number < 10_000:  # noqa: PLR2004 - 万 is counted otherwise
        return str(number)
    told, gap = "", False
    for unit, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = number // unit % 10
        if digit:
            told += ("零" if gap and told else "") + _DIGITS[digit] + name
        gap = not digit
    return told[1:] if told.startswith("一十") else told


def _letters(number: int) -> str:
    return chr(ord("a") + (number - 1) % 26) * ((number - 1) // 26 + 1)


def _roman(number: int) -> str:
    told = ""
    for worth, letters in _ROMAN:
        told += letters * (number // worth)
        number %= worth
    return told


def _turn(signs: str) -> Callable[[int], str]:
    return lambda number: signs[(number - 1) % len(signs)]


_FORMATS: Mapping[str, Callable[[int], str]] = MappingProxyType(
    dict.fromkeys(
        ("chineseCounting", "chineseCountingThousand", "taiwaneseCounting", "taiwaneseCountingThousand",
         "japaneseCounting", "ideographDigital", "taiwaneseDigital"),
        chinese_number,
    )
    | dict.fromkeys(
        ("chineseLegalSimplified", "ideographLegalTraditional", "japaneseLegal"),
        lambda number: chinese_number(number).translate(_FORMAL),
    )
    | {
        "ideographTraditional": _turn(_STEMS),
        "ideographZodiac": _turn(_BRANCHES),
        "decimalZero": lambda number: f"{number:02d}",
        "decimalFullWidth": lambda number: str(number).translate(_WIDE),
        "decimalFullWidth2": lambda number: str(number).translate(_WIDE),
        "decimalEnclosedCircle": lambda number: _CIRCLED[number - 1] if number <= len(_CIRCLED) else str(number),
        "decimalEnclosedCircleChinese": lambda number: _CIRCLED[number - 1] if number <= len(_CIRCLED) else str(number),
        "upperLetter": lambda number: _letters(number).upper(),
        "lowerLetter": _letters,
        "upperRoman": lambda number: _roman(number).upper(),
        "lowerRoman": _roman,
        "none": lambda number: "",  # noqa: ARG005 - a level that shows its pattern alone
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Level:
    start: int = 1
    format: str = "decimal"
    pattern: str = ""
    plain: bool = False
    restarts: bool = True
    close: bool = False
    style: str = ""


@dataclass(slots=True)
class _List:
    abstract: str
    starts: Mapping[int, int]
    levels: Mapping[int, _Level]
    begun: set[int] = field(default_factory=set)


class Numbering:
    """Counts the lists of one document; asked for its paragraphs in the order of the text, each once."""

    def __init__(self, document: Any) -> None:
        """Read the lists and the styles that carry one."""
        self._styles = _styles_of(document)
        self._lists = _lists_of(document, self._styles)
        self._counts: dict[str, dict[int, int]] = {}

    def label(self, paragraph: Any) -> str:
        """Return what a reader sees before the paragraph with the blank behind it, nothing for a bullet or no list."""
        name, depth = self._place(paragraph)
        numbered = self._lists.get(name)
        if numbered is None or depth not in numbered.levels:
            return ""
        level, counts = numbered.levels[depth], self._counts.setdefault(numbered.abstract, {})
        if depth in numbered.starts and depth not in numbered.begun:
            counts[depth] = numbered.starts[depth] - 1
        numbered.begun.add(depth)
        counts[depth] = min(counts.get(depth, level.start - 1) + 1, _MOST)
        for deeper in [one for one in counts if one > depth]:
            if deeper not in numbered.levels or numbered.levels[deeper].restarts:
                del counts[deeper]
        told = "" if level.format == "bullet" else _spelled(level, numbered.levels, counts)
        if not told or len(told) > _LONGEST:
            return ""
        return told if level.close or told[-1] in _LIST_ENDS else f"{told} "

    def _place(self, paragraph: Any) -> tuple[str, int]:
        """Return the list and the level of a paragraph, by itself or by its style; the name 0 takes it out of its style's list."""
        properties = paragraph.find(qn("w:pPr"))
        style = _value(properties, "w:pStyle") or self._styles.get("", ("", "", ""))[0]
        name = _value(properties, "w:numPr", "w:numId")
        depth = _value(properties, "w:numPr", "w:ilvl")
        if not name:
            name, own = self._carried(style)
            depth = depth or own
        return name, _number(depth, 0)

    def _carried(self, style: str) -> tuple[str, str]:
        depth, seen = "", set()
        while style and style not in seen:
            seen.add(style)
            based_on, name, own = self._styles.get(style, ("", "", ""))
            depth = depth or own
            if name:
                levels = self._lists[name].levels if name in self._lists else {}
                linked = next((str(at) for at, level in levels.items() if level.style in seen), "")
                return name, depth or linked
            style = based_on
        return "", ""


def _spelled(level: _Level, levels: Mapping[int, _Level], counts: Mapping[int, int]) -> str:
    told = level.pattern
    for depth in range(_DEEPEST):
        if f"%{depth + 1}" in told:
            shown = levels.get(depth, _Level())
            number = counts.get(depth, shown.start)
            spell = str if level.plain else _FORMATS.get(shown.format, str)
            told = told.replace(f"%{depth + 1}", spell(number) if number > 0 else str(number))
    return told.strip()


def _styles_of(document: Any) -> dict[str, tuple[str, str, str]]:
    """Return base, list and level of each paragraph style by its id; under "" stands the style of paragraphs that name none."""
    found: dict[str, tuple[str, str, str]] = {}
    for style in document.styles.element.iter(qn("w:style")):
        name, properties = style.get(qn("w:styleId"), ""), style.find(qn("w:pPr"))
        carried = (_value(properties, "w:numPr", "w:numId"), _value(properties, "w:numPr", "w:ilvl"))
        found[name] = (_value(style, "w:basedOn"), *carried)
        if style.get(qn("w:default")) in {"1", "true", "on"} and style.get(qn("w:type")) == "paragraph":
            found[""] = (name, "", "")
    return found


def _lists_of(document: Any, styles: Mapping[str, tuple[str, str, str]]) -> dict[str, _List]:
    try:
        root = document.part.part_related_by(RELATIONSHIP_TYPE.NUMBERING).element
    except (KeyError, AttributeError):
        return {}
    abstracts = {one.get(qn("w:abstractNumId"), ""): one for one in root.findall(qn("w:abstractNum"))}
    nums = {one.get(qn("w:numId"), ""): one for one in root.findall(qn("w:num"))}

    def told_by(num: Any) -> str:
        """Return the description that holds the levels: a list may be one that a style names."""
        name = _value(num, "w:abstractNumId")
        linked = _value(abstracts.get(name), "w:numStyleLink")
        other = nums.get(styles.get(linked, ("", "", ""))[1]) if linked else None
        return _value(other, "w:abstractNumId") or name

    found = {}
    for name, num in nums.items():
        abstract = told_by(num)
        levels = dict(_levels(abstracts.get(abstract)))
        starts = {}
        for change in num.findall(qn("w:lvlOverride")):
            depth = _number(change.get(qn("w:ilvl")), 0)
            levels |= dict(_levels(change))
            if begins := _value(change, "w:startOverride"):
                starts[depth] = _number(begins, 1)
                levels[depth] = replace(levels.get(depth, _Level()), start=starts[depth])
        found[name] = _List(abstract, starts, levels)
    return found


def _levels(holder: Any) -> list[tuple[int, _Level]]:
    return [
        (
            _number(level.get(qn("w:ilvl")), 0),
            _Level(
                start=_number(_value(level, "w:start") or "1", 1),
                format=_value(level, "w:numFmt") or "decimal",
                pattern=_value(level, "w:lvlText"),
                plain=level.find(qn("w:isLgl")) is not None,
                restarts=_value(level, "w:lvlRestart") != "0",
                close=_value(level, "w:suff") == "nothing",
                style=_value(level, "w:pStyle"),
            ),
        )
        for level in (holder.findall(qn("w:lvl")) if holder is not None else ())
    ]


def _value(element: Any, *path: str) -> str:
    for name in path:
        element = element.find(qn(name)) if element is not None else None
    return "" if element is None else str(element.get(qn("w:val"), ""))


def _number(written: str | None, otherwise: int) -> int:
    return int(written) if written and written.isdecimal() and int(written[:6]) <= _MOST else otherwise
