"""Policy texts cut into articles.

Chinese laws number their articles through the whole text (第一百零七条) under 编, 章 and 节; an article runs until the
next one begins. Its key is `<stem of the file>#第N条`, the number as the text writes it, a digit of full width as others.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

__all__ = [
    "Article",
    "article_label",
    "article_lines",
    "article_number",
    "missing_articles",
    "numeral_value",
    "split_articles",
]

_DIGITS = {d: n for n, d in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_NAMES = "零一二三四五六七八九"
_UNITS = {"十": 10, "百": 100, "千": 1000}
_NUMERAL = "[零〇一二三四五六七八九十百千两0-9]+"
_WIDE_DIGITS = str.maketrans("０１２３４５６７８９", "0123456789")
# As a text may write them, digits of full width too.
_SIGNS = "零〇一二三四五六七八九十百千两0-9０-９"
# Printed and typed copies spread a number to the width of a line: 第 十 一 条.
_SPREAD = rf"[{_SIGNS}][{_SIGNS} \u3000]{{0,20}}"
_ARTICLE = re.compile(
    rf"^(?:\*\*)?\s*(第[ \u3000]{{0,4}}{_SPREAD}条(?:[ \u3000]{{0,4}}之[ \u3000]{{0,4}}[{_SIGNS}]+)?)(?:\*\*)?(?:[\s:：]+(.*))?$"
)
# Some copies lose the blank after the number; read so only where no line has one, since 第一条规定的 begins sentences.
_TIGHT_ARTICLE = re.compile(rf"^(第[ \u3000]{{0,4}}{_SPREAD}条(?:之[{_SIGNS}]+)?)(?![款项第])(.+)$")
# For a line without the blanks at its end: to look for them from every place in it takes the square of its length.
_HEADING = re.compile(rf"^#*\s*(第[ \u3000]{{0,4}}{_SPREAD}([编章节]).*|附\s*则|总\s*则)$")
# What is annexed after the articles has its own numbers and is no part of them.
_ANNEX = re.compile(r"^#*\s*附\s*[件录表]\s*[0-9一二三四五六七八九十]*")
_LONGEST_TITLE = 60
_INFO_END = "<!-- INFO END -->"
_MARKUP = re.compile(r"^\s*(?:#+|<!--.*-->)\s*")
_DEPTHS = {"编": 0, "章": 1, "节": 2}


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """One article of a policy.

    `key` is `<stem>#第N条`, `number` the part after `#`, `chapter` the headings above it joined by blanks, `text` the
    paragraphs without the number, joined by line feeds.
    """

    key: str
    number: str
    chapter: str
    text: str

    @property
    def stem(self) -> str:
        """Return the stem of the file that the article stands in."""
        return self.key.rpartition("#")[0]


def split_articles(markdown_text: str, stem: str) -> list[Article]:
    """Return the articles of a policy in order; what stands before the first one belongs to none.

    A number that occurs twice (an annexed decision, a quoted law) is kept once, where it first stands.

    Raises:
        ValueError: when the text has no article, with what was looked for.
    """
    articles: dict[str, Article] = {}
    for block in _found(markdown_text):
        key = f"{stem}#{block.number}"
        articles.setdefault(key, Article(key=key, number=block.number, chapter=block.chapter, text=block.text))
    if not articles:
        raise ValueError(f"{stem}: no article found; a line of an article begins with its number, as in 第一条")
    return list(articles.values())


def article_lines(markdown_text: str) -> list[tuple[str, int]]:
    """Return the number of every article in order, twice where it stands twice, with its line in the text (from 1)."""
    return [(block.number, block.line) for block in _found(markdown_text)]


def article_number(number: str) -> int:
    """Return the value of `第一百零七条` or `第107条`: 107.

    Raises:
        ValueError: when `number` is not an article number.
    """
    found = re.fullmatch(rf"第({_NUMERAL})条(?:之{_NUMERAL})?", number)
    if found is None:
        raise ValueError(f"not an article number: {number!r}")
    return numeral_value(found[1])


def numeral_value(numeral: str) -> int:
    """Return the value of a Chinese or Arabic numeral up to 9,999: 107 for 一百零七 and for 107."""
    if numeral.isdecimal():
        return int(numeral)
    total, digit = 0, 0
    for sign in numeral:
        if sign in _UNITS:
            total += (digit or 1) * _UNITS[sign]
            digit = 0
        else:
            digit = _DIGITS[sign]
    return total + digit


def missing_articles(numbers: Iterable[str]) -> tuple[str, ...]:
    """Return the labels that are missing between 第一条 and the highest of `numbers`; an inserted 第N条之一 stands for no number of its own."""
    held = {article_number(number) for number in numbers}
    return tuple(article_label(number) for number in range(1, max(held, default=0)) if number not in held)


def article_label(number: int) -> str:
    """Return 第一百零七条 for 107, as Chinese laws write it.

    Raises:
        ValueError: for a number below 1 or above 9,999.
    """
    if not 1 <= number <= 9999:  # noqa: PLR2004 - no law comes near
        raise ValueError(f"an article number is 1 to 9999, got {number}")
    signs, gap = "", False
    for place, unit in enumerate(("千", "百", "十", "")):
        digit = number // 10 ** (3 - place) % 10
        if not digit:
            gap = bool(signs)
            continue
        signs += ("零" if gap else "") + ("" if unit == "十" and digit == 1 and not signs else _NAMES[digit]) + unit
        gap = False
    return f"第{signs}条"


@dataclass(slots=True)
class _Block:
    number: str
    chapter: str
    line: int
    lines: list[str]

    @property
    def text(self) -> str:
        return "\n".join(self.lines)


def _found(markdown_text: str) -> list[_Block]:
    return _blocks(markdown_text, _ARTICLE) or _blocks(markdown_text, _TIGHT_ARTICLE)


def _blocks(markdown_text: str, pattern: re.Pattern[str]) -> list[_Block]:
    head, mark, rest = markdown_text.partition(_INFO_END)
    skipped = head.count("\n") if mark else 0
    headings = ["", "", ""]
    blocks: list[_Block] = []
    reading = False
    for at, raw in enumerate((rest if mark else markdown_text).splitlines(), start=1 + skipped):
        line = raw.strip().replace("\u3000", " ")
        if blocks and _begins_annex(line):
            break
        article = pattern.match(line)
        heading = None if article else _HEADING.match(line.rstrip())
        if article:
            opening = [article[2]] if article[2] else []
            label = "".join(article[1].split()).translate(_WIDE_DIGITS)
            blocks.append(_Block(label, " ".join(filter(None, headings)), at, opening))
        elif heading:
            _enter(headings, heading)
        elif reading and (text := _MARKUP.sub("", line)):
            blocks[-1].lines.append(text)
        reading = bool(blocks) and heading is None and (reading or article is not None)
    return blocks


def _begins_annex(line: str) -> bool:
    """Tell whether an annex begins here, alone or with its title; `附表一所列品种……。` is a sentence of an article."""
    named = _ANNEX.match(line)
    if named is None:
        return False
    title = line[named.end() :].strip()
    parted = line[named.end() - 1].isspace() or title != line[named.end() :] or title.startswith((":", "："))
    return not title or (parted and len(title) <= _LONGEST_TITLE and not title.endswith(("。", "；", ";")))


def _enter(headings: list[str], heading: re.Match[str]) -> None:
    depth = _DEPTHS.get(heading[2] or "章", 1)
    headings[depth] = " ".join(heading[1].split())
    headings[depth + 1 :] = [""] * (len(headings) - depth - 1)
