"""Cosmetics by how they are called: what they are of and promise stands before the word for their kind."""

import re
from collections.abc import Iterator
from collections.abc import Set as AbstractSet

from analysis.assessment import EntityType
from analysis.entities.names import HAN, LATIN, STRENGTH_BEFORE, Span, behind_verbs, name_start, product_stops, runs
from analysis.lexicon import Lexicon
from analysis.reading import Reading

__all__ = ["COSMETICS", "SHORTEST_COSMETIC", "named_cosmetics"]

COSMETICS = re.compile(
    "面霜|晚霜|日霜|祛斑膏|润肤膏|婴肤膏|婴儿膏|焕肤液|原液|面膜|祛斑霜|美白霜|淡斑霜|素颜霜|祛痘(?:膏|霜|乳)|紫草[膏霜]|精华[液水乳霜]?|彩妆(?:组合|盒)|洗发[水露膏乳]|护发素|染发[剂膏霜乳]|烫发[剂水膏]|生发液|育发液|眼霜|防晒[霜乳]|"
    "爽肤水|化妆水|乳液|身体乳|润肤[乳霜露]|保湿霜|洗面奶|洁面[乳膏]|卸妆[水油膏乳]|护肤霜|护手霜|隔离霜|粉底液|宝宝霜|婴儿霜|儿童霜|婴幼儿霜|润唇膏|唇膏|唇釉|口红|沐浴[露乳]|爽身粉|冻干粉|脱毛膏|甲油胶|睫毛胶水?|抗皱霜|去皱霜|植萃霜|奶皮霜|紧致霜|舒缓霜|修护霜|修复霜|滋润霜|焕白霜|亮肤霜|焕肤霜|补水霜|酰胺霜|护臀霜|按摩霜|嫩白霜|滋养液|抑汗露|卷发乳|祛斑[乳液]|美白[乳液]|修[护复]乳|换肤液|焕肤液|眼影盘|粉饼|腮红|沐浴凝胶|护肤凝胶|洗发露|手工皂|洁面慕斯|焗油膏|发膜|眼线[笔液]|睫毛膏|防晒喷雾|防晒棒|精华油|粉底霜|指甲油|酸棉片|面油|身体磨砂膏|霜(?<!速效霜)(?<!特效霜)(?<!激素霜)(?<![砒冰柿风糖结下打初白秋瓜豆角经加寒露防白降厚早晚层][霜])"
)
# In quotation marks a short name is one too: “晶透晚霜”. What ends in 霜 besides is weather, a remedy or a saying.
_QUOTED = re.compile(
    f'[“"「『《]([{HAN}a-z0-9%]{{2,10}}(?:霜(?<![砒冰柿风糖结初秋豆角寒]霜)(?<!西瓜霜)|[斑白护肤]乳|肤液|眼影盘|沐浴凝胶|晚安膜))[”"」』》]'
)
_NO_GOODS = re.compile("的|院线|医美|孕妇|速效|特效|激素|三无|假|毒|雪上加霜|傲雪|经霜|凌霜")
_LONGEST_COSMETIC = 10
SHORTEST_COSMETIC = 5


def named_cosmetics(reading: Reading, bounds: AbstractSet[int], lexicon: Lexicon) -> Iterator[Span]:
    """Yield cosmetics that end in the word of a kind, and quoted ones: 积雪草修护乳, “晶透晚霜”.

    Args:
        reading: What text processing made of the document.
        bounds: Where a region or firm ends: no name of a product reaches over it.
        lexicon: The words of the field.
    """
    for match in _QUOTED.finditer(reading.joined) if "霜" in reading.joined or "肤" in reading.joined else ():
        if not _NO_GOODS.search(match.group(1)):
            yield Span(EntityType.COSMETIC, *match.span(1), canonical=match.group(1))
    for run in runs(COSMETICS, reading.joined, _LONGEST_COSMETIC, more=LATIN):
        start = name_start(run, reading.segmenter, product_stops(lexicon, generic=False), bounds)
        start = behind_verbs(reading.joined, start, run.ending)
        if run.end - start >= SHORTEST_COSMETIC:
            if strength := STRENGTH_BEFORE.search(reading.joined[max(0, start - 6) : start]):
                start -= len(strength.group())
            yield Span(EntityType.COSMETIC, start, run.end, canonical=reading.joined[start : run.end])
