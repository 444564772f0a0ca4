"""What the page 情形表 shows of the table of situations, and which of its rows are asked for. Pure."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from analysis.assessment import CATEGORY_NAMES
from analysis.matching.situations import Situation, Situations

__all__ = [
    "ANY",
    "EXAMPLE",
    "SituationRow",
    "category_choices",
    "law_choices",
    "modifier_rows",
    "product_choices",
    "situation_rows",
    "version_words",
]

ANY = "any"
"""Asks for the rows that are bound to no category, or to no class of product."""

EXAMPLE = """\
laws:                            # 新增的法规写在这里，名称与导入的文件名相同
  本省办法: 江西省某办法(2024-03-01)
remits:                          # 主管的是别的部门时写在这里；读到原文后写 code: V 和 source，否则标“待核实”
  own-remit: {laws: [某条例], office: 某部门}
situations:
  - id: own-example              # 新编号即增加一条；写已有的编号即只改写到的几项
    why: 一句话说明为什么适用
    categories: [R06]            # 可不写：不限类别
    products: [drug]             # drug、vaccine、device、cosmetic、food；可不写：不限产品
    cues: [示例线索词, 无证…网店]  # 稿件须有其中之一；“甲…乙”为十个字以内先后出现
    also: [药]                   # 还须有其中之一，可不写；unless 为不得出现的词
    governs: [药品法#61]         # 主要条文，最切合的在前
    related: [药品法#98]         # 相关条文，可不写
  - id: own-elsewhere            # 别的部门的事：写 alone: true 则不引条文，只说由谁处理
    why: 一句话说明为什么不归本局
    cues: [另一示例线索词]
    alone: true
    remit: own-remit
  - id: online-sale
    off: true                    # 停用系统自带的一条；true 改为 false 即恢复
modifiers:
  - id: own-with-example         # 附加情节：写到线索词时另加条文
    why: 一句话说明为什么另加
    cues: [示例情节词]
    governs: [药品法#113]
"""
"""A file of the office's own with every part that is usually written; the words of the page 情形表 on how to write one."""

_PRODUCTS = {"drug": "药品", "vaccine": "疫苗", "device": "医疗器械", "cosmetic": "化妆品", "food": "食品"}
_MOST_CUES = 3


@dataclass(frozen=True, slots=True)
class SituationRow:
    """One row or modifier: its articles as people write them, what it is bound to, and by which of its cues it was found."""

    situation: Situation
    governs: tuple[str, ...]
    related: tuple[str, ...]
    categories: tuple[str, ...]
    products: tuple[str, ...]
    cues: tuple[str, ...]


def situation_rows(
    table: Situations, *, words: str = "", category: str = "", product: str = "", law: str = ""
) -> list[SituationRow]:
    """Return the rows that hold every one of `words`, cite the law and are of the category and the class of product, in their order.

    A word may stand in the id, the reason, the cues or the articles, also as parts of these. What is not asked for is
    "".
    """
    rows = (row for row in table.rows if _is_of(row.categories, category) and _is_of(row.products, product))
    return _found(table, rows, words, law)


def modifier_rows(
    table: Situations, *, words: str = "", category: str = "", product: str = "", law: str = ""
) -> list[SituationRow]:
    """Return the modifiers that are asked for, as `situation_rows` does; their `governs` is what they add.

    One that is bound to no category, or to no class of product, adds to the rows of each, so it is there whichever is
    asked for.
    """
    rows = (row for row in table.modifiers if _adds_to(row.categories, category) and _adds_to(row.products, product))
    return _found(table, rows, words, law)


def _adds_to(bound: Sequence[str], asked: str) -> bool:
    return not bound or _is_of(bound, asked)


def _found(table: Situations, rows: Iterable[Situation], words: str, law: str) -> list[SituationRow]:
    asked = _plain(words).split()
    written = _Articles(table)
    return [
        _row(row, written, asked)
        for row in rows
        if (not asked or _holds(row, written, asked)) and (not law or law in _laws(row, written))
    ]


def _laws(row: Situation, written: "_Articles") -> set[str]:
    return {written.law(article) for article in (*row.governs, *row.related)}


def category_choices(table: Situations) -> list[tuple[str, str]]:
    """Return the categories that rows are bound to, as code and words, and last the rows that are bound to none."""
    used = {code for row in table.rows for code in row.categories}
    found = [(code, f"{code} {name}") for code, name in CATEGORY_NAMES.items() if code in used]
    return found + ([(ANY, "不限类别")] if any(not row.categories for row in table.rows) else [])


def product_choices(table: Situations) -> list[tuple[str, str]]:
    """Return the classes of product that rows are bound to, and last the rows that hold for every class."""
    used = {code for row in table.rows for code in row.products}
    found = [(code, word) for code, word in _PRODUCTS.items() if code in used]
    return found + ([(ANY, "不限产品")] if any(not row.products for row in table.rows) else [])


def law_choices(table: Situations) -> list[tuple[str, str]]:
    """Return the laws that rows cite, each as its name and the name with the count of rows, the most cited first."""
    written = _Articles(table)
    cited = Counter(law for row in table.rows for law in _laws(row, written))
    return [(law, f"{law} {count}") for law, count in sorted(cited.items(), key=lambda one: (-one[1], one[0]))]


class _Articles:
    """How the articles of a table are written; each is worked out once: the 401 rows name 434 of them 2,772 times."""

    def __init__(self, table: Situations) -> None:
        self._table = table
        self._shown: dict[str, str] = {}
        self._sought: dict[str, str] = {}

    def shown(self, article: str) -> str:
        """Return an article as people write it: `药品法 第81条`."""
        if article not in self._shown:
            law, _, number = self._table.reference(article).rpartition("#")
            self._shown[article] = f"{law} 第{number}条"
        return self._shown[article]

    def law(self, article: str) -> str:
        """Return the law of an article by the name that stands before its number: `药品法`."""
        return self.shown(article).rpartition(" ")[0]

    def sought(self, article: str) -> str:
        """Return every way in which somebody may look for an article, a line each."""
        if article not in self._sought:
            shown = self.shown(article)
            stem, _, number = article.partition("#")
            law = stem.partition("(")[0]
            short, _, figure = shown.partition(" ")
            ways = (shown, short + figure, self._table.reference(article), law + figure, law + number)
            self._sought[article] = _plain("\n".join(ways))
        return self._sought[article]


def _row(row: Situation, written: _Articles, asked: Sequence[str]) -> SituationRow:
    found = tuple(cue for cue in _cues(row) if any(word in _plain(cue) for word in asked))
    return SituationRow(
        situation=row,
        governs=tuple(written.shown(article) for article in row.governs),
        related=tuple(written.shown(article) for article in row.related),
        categories=tuple(CATEGORY_NAMES[code] for code in row.categories),
        products=tuple(_PRODUCTS[code] for code in row.products),
        cues=found[:_MOST_CUES],
    )


def _holds(row: Situation, written: _Articles, asked: Iterable[str]) -> bool:
    text = "\n".join(
        (
            _plain("\n".join((row.id, row.why, *_cues(row)))),
            *(written.sought(article) for article in (*row.governs, *row.related)),
        )
    )
    return all(word in text for word in asked)


def _cues(row: Situation) -> Iterator[str]:
    yield from row.cues.cues
    yield from row.also.cues


def _is_of(bound: Sequence[str], asked: str) -> bool:
    return not asked or (not bound if asked == ANY else asked in bound)


def _plain(text: str) -> str:
    """Return a text as it is compared: of one width, in small letters."""
    return unicodedata.normalize("NFKC", text).casefold()


def version_words(version: str) -> str:
    """Return a version without the checksums of the files and the changes that it was made from: no one reads those."""
    return re.sub("·[0-9a-f]{8}", "", version)
