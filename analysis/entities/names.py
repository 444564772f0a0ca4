"""Where a name begins that no list knows: the words before it are cut away by what ends a name."""

import re
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cache

from analysis.assessment import EntityType
from analysis.lexicon import Lexicon
from analysis.segmentation import Segmenter
from crawlers.records import filled_at_once

__all__ = [
    "HAN",
    "LATIN",
    "PRODUCT_ENDS",
    "STRENGTH_BEFORE",
    "VERB_ENDS",
    "Run",
    "Span",
    "behind_verbs",
    "has_no_name",
    "name_start",
    "product_stops",
    "runs",
]

HAN = "一-鿿"
_FIRST_HAN, _LAST_HAN = "一", "鿿"
LATIN = frozenset("abcdefghijklmnopqrstuvwxyz0123456789")
STRENGTH_BEFORE = re.compile("(?<![0-9.])[0-9]{1,2}(?:\\.[0-9]{1,3})?%$")
"""How much of it is in a product, before its name: 0.9%, 30%."""
VERB_ENDS = ("了", "过", "的", "着")
"""What ends no name from its front."""
PRODUCT_ENDS = (*VERB_ENDS, "药", "店")
"""What ends no product's name from its front: a verb, the word for its kind (降糖药), and a shop."""
_NO_NAME = re.compile(
    "什么|哪[些个]|如何|多少|就是|不是|不用|不想|好多|有些|所有|还是|看到|当成|可用|中胶囊|其他|空心|空白|标识|科普|胶囊$(?<=[粒系列]胶囊)"
)
_AMOUNT = re.compile(
    "(?:[第同]?[一二两三四五六七八九十几半多百]+)?[支片粒盒瓶针袋颗贴个把款种批箱副枚项天周年包亿张]|第?[一二两三四五六七八九十几半]+(?=[^一二三四五六七八九十味色黄日子妙宝珍金白仙鞭香苓皮藤花])"
)
# A stem that ends the names of a class of medicines and begins none: what stands right before it is its name.
_STEM = re.compile("格列汀|格列净|格列酮|替尼|沙坦|洛尔|他汀|拉唑|西泮|沙星|昔布|鲁肽|司琼|曲坦|帕利|佐米|康唑|单抗")
# Kinds that are part of a name too: 脐带间充质干细胞注射液.
_PARTS = frozenset({"干细胞"})
_NO_PART = frozenset("的了和与及或在用吃服打喝含买叫是有为由等将把被")
_MOST_BEFORE_STEM = 3
# What is done with a product or said of it is no part of its name: 儿童误用防晒喷雾, 中医认证艾灸贴, 裸露注射针.
_DONE_WITH = re.compile(
    "误用|滥用|使用|涂抹|搭配|推荐|购买|认证|裸露|废弃|遗留|刷画|画(?=[眼腮唇])|用(?!一次性)(?=[一-鿿]{3})"
)


@filled_at_once
@dataclass(frozen=True, slots=True)
class Span:
    """A named thing in the normalised text."""

    type: EntityType
    start: int
    end: int
    canonical: str | None = None
    code: str | None = None
    value: int | None = None


@dataclass(frozen=True, slots=True)
class Run:
    """The Chinese characters before and with an ending by which things are called; `start` is the first of them."""

    text: str
    start: int
    ending: int
    end: int

    @property
    def written(self) -> str:
        """Return the whole run."""
        return self.text[self.start : self.end]


def runs(
    endings: re.Pattern[str], text: str, longest: int, *, least: int = 2, more: frozenset[str] = frozenset()
) -> Iterator[Run]:
    """Yield for every ending the run of at most `longest` Chinese characters (or those of `more`) before it.

    A run begins behind the ending before it, so two names in a row are two runs. Where fewer than `least` characters
    stand before an ending, it is no name.
    """
    reached = 0
    for match in endings.finditer(text):
        start, floor = match.start(), max(reached, match.start() - longest)
        while start > floor and (_FIRST_HAN <= text[start - 1] <= _LAST_HAN or text[start - 1] in more):
            start -= 1
        if match.start() - start >= least:
            yield Run(text, start, match.start(), match.end())
        reached = match.end()


def product_stops(lexicon: Lexicon, *, generic: bool = True) -> AbstractSet[str]:
    """Return the words that end a product's name, with `generic` those that name a kind of product too."""
    groups = ("name_stop_words", "institution_words", *(("generic_products",) if generic else ()))
    return _joined_words(*(lexicon.names[group] for group in groups))


@cache
def _joined_words(*groups: frozenset[str]) -> frozenset[str]:
    return frozenset({"涉"}).union(*groups) - _PARTS


def name_start(
    run: Run,
    segmenter: Segmenter,
    stops: AbstractSet[str],
    bounds: AbstractSet[int] = frozenset(),
    *,
    last: AbstractSet[str] = frozenset(),
    ends: tuple[str, ...] = PRODUCT_ENDS,
) -> int:
    """Return where the name of a run begins: after the last word that ends a name, or after a place or firm.

    With `last`, the ending has to be one of these words by itself; else nothing is a name and the end is returned.
    """
    words = segmenter.cut(run.written)
    if last and words[-1] not in last:
        return run.end
    position = start = run.start
    for number, word in enumerate(words):
        position += len(word)
        # Segmentation may cut 下架 before a word that it does not know.
        pair = words[number - 1] + word if number else word
        ends_name = word in stops or pair in stops or position in bounds or word.endswith(ends)
        if ends_name and position < run.end and not _leads_to_stem(words, number):
            start = position
    if has_no_name(run, start):
        return run.end
    amount = _AMOUNT.match(run.text, start, run.end)
    return amount.end() if amount and amount.end() < run.end - 1 else start


def behind_verbs(joined: str, start: int, end: int) -> int:
    """Return where a name begins behind the last verb that says what is done with the product."""
    for verb in _DONE_WITH.finditer(joined, start, end):
        start = verb.end()
    return start


def has_no_name(run: Run, start: int) -> bool:
    """Tell whether the words of a run from `start` on ask or tell of something instead of naming it."""
    return _NO_NAME.search(run.text, start, run.end) is not None


def _leads_to_stem(words: Sequence[str], number: int) -> bool:
    """Tell whether a single character stands among others right before a stem: 那 in 度那格列汀 is no pronoun."""
    word = words[number]
    if len(word) > 1 or word in _NO_PART or number == 0 or len(words[number - 1]) > 1:
        return False
    rest = "".join(words[number + 1 : number + 1 + 2 * _MOST_BEFORE_STEM])
    stem = _STEM.search(rest[: 2 * _MOST_BEFORE_STEM])
    return stem is not None and stem.start() < _MOST_BEFORE_STEM and words[number - 1] not in _NO_PART
