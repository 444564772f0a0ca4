"""Vaccines by their full names and by the disease that stands for them."""

import re
from collections.abc import Iterator
from collections.abc import Set as AbstractSet

from analysis.assessment import EntityType
from analysis.entities.names import HAN, LATIN, Span, name_start, product_stops, runs
from analysis.lexicon import Lexicon
from analysis.reading import Reading

__all__ = ["KIND_BEFORE", "made_on_end", "named_vaccines"]

# What a vaccine is made of ends its full name: 四价流感病毒裂解疫苗.
_VACCINES = re.compile("(?:结合|裂解|减毒活?|(?<=病毒)活|灭活|亚单位|多糖|重组|联合|吸附)疫苗")
KIND_BEFORE = re.compile("(?:冻干|鼻喷|减毒活?|灭活|重组|吸附|口服|[二三四五九双]价|[0-9]{1,2}价)+$")
_LONGEST_VACCINE = 14
_SHORTEST_VACCINE = 6
# A disease stands for its vaccine where it is what one is given; the first of a list tells of all.
_SHORT_VACCINE = re.compile(
    "(?:打|种|补|接|针|苗)(?:了|过|的也?是|的|上|完)?(?:第?[一二两三几0-9]针)?(?P<all>(?:流脑|乙脑|甲肝|乙肝|水痘|轮状|手足口|百白破|麻腮风|脊灰|五联|四联|卡介|带状疱疹)(?:[、和](?:流脑|乙脑|甲肝|乙肝|水痘|轮状|手足口|百白破|麻腮风|脊灰|五联|四联|卡介))*)"
    "(?![病感患毒球表抗检大小携疫])|(?P<dose>(?:流脑|乙脑|甲肝|乙肝|水痘|轮状|百白破|麻腮风|脊灰))(?=第[一二三四]?[针剂])|(?<![一-鿿])(?P<list>(?:五联|四联|百白破|麻腮风|脊灰)(?:[、和](?:流脑|乙脑|甲肝|乙肝|水痘|轮状|手足口|百白破|麻腮风|脊灰|五联|四联))+)(?![病感患毒球表抗检大小携疫])|(?P<made>(?P<disease>流感|流脑|乙脑|甲肝|水痘|脊灰)(?:亚单位|裂解|减毒|灭活|结合)(?!活?疫苗|病毒|苗|反应|蛋白|型))"
)
_DISEASE = re.compile("带状疱疹|流脑|乙脑|甲肝|乙肝|水痘|轮状|手足口|百白破|麻腮风|脊灰|五联|四联|卡介")
# The cells or yeast that a vaccine is made on stand behind its name, in a bracket.
_MADE_ON = re.compile(f"\\([{HAN}a-z0-9]{{0,10}}(?:细胞|酵母|杆菌|病毒载体|鸡胚|地鼠肾)\\)")
# 人 parts a name elsewhere: 四价人乳头瘤病毒吸附疫苗.
_BEFORE_PEOPLE = re.compile(
    "(?:冻干|鼻喷|重组|[二三四五九双]价|[0-9]{1,2}价)+人?用?$|(?:冻干|[二三四五九双]价|[0-9]{1,2}价)?人用?$|口服$"
)
# No word before these belongs to the name: 明年冲鼻喷流感减毒活疫苗.
_FIRST = re.compile("冻干|鼻喷|吸入用|重组|皮内注射用|[二三四五九双]价|[0-9]{1,2}价")


def named_vaccines(reading: Reading, bounds: AbstractSet[int], lexicon: Lexicon) -> Iterator[Span]:
    """Yield vaccines by their full names (四价流感病毒裂解疫苗), and diseases that stand for what one is given against them.

    Args:
        reading: What text processing made of the document.
        bounds: Where a region or firm ends: no name of a product reaches over it.
        lexicon: The words of the field.
    """
    joined = reading.joined
    if "苗" not in joined and "打" not in joined and "针" not in joined:
        return
    for run in runs(_VACCINES, joined, _LONGEST_VACCINE, more=LATIN):
        start = name_start(run, reading.segmenter, product_stops(lexicon), bounds)
        if run.end - start >= _SHORTEST_VACCINE:
            first = _FIRST.search(joined, start, run.end - _SHORTEST_VACCINE)
            start = first.start() if first else start
            before = _BEFORE_PEOPLE.search(joined[run.start : start])
            start -= len(before.group()) if before else 0
            yield Span(EntityType.VACCINE, start, made_on_end(joined, run.end), canonical=joined[start : run.end])
    for match in _SHORT_VACCINE.finditer(joined):
        if match.group("made"):
            yield Span(EntityType.VACCINE, *match.span(), canonical=match.group("disease") + "疫苗")
            continue
        for name in _DISEASE.finditer(joined, *match.span(match.lastgroup or 0)):
            yield Span(EntityType.VACCINE, name.start(), name.end(), canonical=name.group() + "疫苗")


def made_on_end(joined: str, end: int) -> int:
    """Return where the name of a vaccine ends with what it is made on: 狂犬病疫苗(vero细胞)."""
    made_on = _MADE_ON.match(joined, end)
    return made_on.end() if made_on else end
