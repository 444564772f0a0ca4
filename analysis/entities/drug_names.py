"""Where the name of a drug begins that no list knows: what segmentation cuts off its front, and what only stands before it."""

import re
from collections.abc import Set as AbstractSet

from analysis.entities.names import PRODUCT_ENDS, Run, name_start, product_stops
from analysis.lexicon import Lexicon
from analysis.reading import Reading

__all__ = ["behind_boast", "called_from"]

# What is made of people keeps the word before it: 人脐带间充质干细胞注射液.
_HUMAN = re.compile("脐带|胎盘|骨髓|脂肪|间充质|凝血|免疫|纤维蛋白|促红素|血白蛋白|生长激素|表皮生长|粒细胞")
# A numeral before what is counted in a molecule is no amount: 二巯丁二酸, 三氯.
_NUMERALS = frozenset("二三四五六七八九十")
_COUNTED = frozenset("甲乙丙丁戊己庚巯氟氯溴碘氧硫氢硝磷氨羟环烯炔苯酰")
# The stem of gene therapies, cut off where a syllable of their name is a word by itself: 波哌达可基注射液.
_GENE_THERAPY = "基注射液"
_BOASTED = re.compile("(?:祖传|家传|秘制|正宗)+")
_SHORTEST_ALONE = 4
# The name of a class ends before that of the drug: 麻黄碱类复方制剂酚麻美敏片.
_DRUG_ENDS = (*PRODUCT_ENDS, "制剂")
# Segmentation may join 的 with a name it does not know.
_NO_FIRST = frozenset("的了")


def called_from(run: Run, reading: Reading, lexicon: Lexicon, bounds: AbstractSet[int], last: AbstractSet[str]) -> int:
    """Return where the name of a drug begins that no list knows, with what segmentation cut off its front, less what is said of it."""
    joined, stops = run.text, product_stops(lexicon)
    start = name_start(run, reading.segmenter, stops, bounds, last=last, ends=_DRUG_ENDS)
    if joined[start : run.end] == _GENE_THERAPY:
        longer = frozenset(word for word in stops if len(word) > 1)
        start = name_start(run, reading.segmenter, longer, bounds, ends=_DRUG_ENDS)
    start += joined[start : start + 1] in _NO_FIRST
    before = joined[start - 1] if start > run.start else ""
    start -= before == "人" and joined[start - 2 : start - 1] != "病" and bool(_HUMAN.match(joined, start))
    start -= before in _NUMERALS and joined[start : start + 1] in _COUNTED
    return behind_boast(joined, start, run.end)


def behind_boast(joined: str, start: int, end: int) -> int:
    """Return where a name begins behind what its seller says of it, if the text names it without that too.

    Else that is the name: “祖传牛皮癣散” and “祖传丸” are called so.
    """
    boast = _BOASTED.match(joined, start, end)
    if boast is None or end - boast.end() < _SHORTEST_ALONE:
        return start
    alone = joined.count(joined[boast.end() : end]) > joined.count(joined[start:end])
    return boast.end() if alone else start
