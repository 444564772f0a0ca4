"""Named things in a reading: products, firms, regions, numbers of approvals and batches, counts of people.

Products, firms and regions come from the lexicon, longest match first; a product takes its salt and dosage form with
it, a firm that no list knows is found by how firms are called. Offsets lead into the original fields.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from analysis.assessment import Entity, EntityType
from analysis.counts import people_counts
from analysis.lexicon import Hit, Lexicon, TermKind
from analysis.localities import found_regions
from analysis.reading import Reading
from analysis.segmentation import Segmenter

__all__ = ["find_entities"]

_PRODUCT_TYPES = {
    "drug": EntityType.DRUG,
    "vaccine": EntityType.VACCINE,
    "device": EntityType.DEVICE,
    "cosmetic": EntityType.COSMETIC,
    "product_class": EntityType.PRODUCT_CLASS,
}
_HAN = "一-鿿"
_SALT = "注射用|盐酸|硫酸|磷酸|枸橼酸|马来酸|苯磺酸|氢溴酸|酒石酸|甲磺酸|富马酸|琥珀酸|门冬氨酸|硝酸|醋酸|乳糖酸|复方|重组人?|静注|小儿"
_FORM = (
    "(?:钠|钾|钙|镁|酯|酸钠|酸钾|类)?(?:缓释|控释|肠溶|分散|咀嚼|泡腾|干混悬|口服|软|硬|滴|舌下|混悬|吸入|外用|鼻用|粉雾|复合)*"
    "(?:片剂?(?!仔)|胶囊|颗粒|溶液|口服液|注射液|滴眼液|滴鼻液|软膏|乳膏|凝胶|栓剂?|糖浆|混悬剂|混悬液|干混悬剂|散(?![步发布])|丸|滴丸|贴剂?|"
    "喷雾剂|喷雾|气雾剂|粉雾剂|洗剂|搽剂|合剂|滴剂|针剂|饮片|粉)"
)
_SALT_BEFORE = re.compile(f"(?:{_SALT})+$")
_FORM_AFTER = re.compile(
    f"(?:[0-9]{{1,2}})?{_FORM}|(?:钠|钾|钙|镁)(?=[^一-鿿]|$|的|和|与|及|等|后|有|是|注|过|不|被|为|在)"
)
_LONGEST_SALT = 8
_QUOTED_DRUG = re.compile(
    f'[“"「『《]([{_HAN}a-z0-9]{{2,12}}(?:胶囊|颗粒|口服液|注射液|滴眼液|软膏|乳膏|贴膏|合剂|糖浆|滴丸|搽剂|冲剂|美片|丸|膏|散|贴))[”"」』》]'
)
_UNLISTED_DRUG = re.compile(
    f"[{_HAN}]{{2,9}}(?:胶囊|颗粒|口服液|注射液|滴眼液|软膏|乳膏|贴膏|合剂|糖浆|滴丸|搽剂|冲剂|混悬剂|缓释片|分散片|肠溶片)"
)
_FIRM = re.compile(
    f"[{_HAN}a-z0-9()]{{2,24}}?(?:股份有限公司|有限责任公司|有限公司|集团公司|制药厂|药业集团|药业(?!有限|股份|集团|公司)|制药(?!业|有限|股份|集团|公司|厂)|大药房|日化厂|"
    f"研究院|健康管理中心|公司)(?![{_HAN}]{{0,1}}法)"
)
_SHORTEST_FIRM = 4
_PROVINCES = "国京津沪渝冀晋辽吉黑苏浙皖闽赣鲁豫鄂湘粤琼川贵云陕甘青蒙桂宁新藏"
_APPROVAL = re.compile(
    r"国药准字\s?[hzsbtfj][cj]?\s?[0-9]{8}"
    rf"|[{_PROVINCES}][^\W\d_]{{0,2}}械(?:注准|注进|注许|备)\s?[0-9]{{4,}}[0-9-]*"
    r"|国食药监械\([准进许]\)字[0-9]{4}第[0-9]+号"
    rf"|[{_PROVINCES}]g?妆(?:特进字|特字|特|网备字|网备进字|备进字|备字)\s?g?j?\s?[0-9]{{4,}}"
    r"|卫妆[准特]字[0-9a-z()-]{4,}号?|国妆备进字j[0-9]{6,}|国食健[注字备]?[gj]?[0-9]{8,}"
)
_BATCH = re.compile(
    r"批(?:号|次)(?:号)?(?:均?为|是|:|\s|标示为?|分别为|[(\[]){0,3}(?P<all>[a-z0-9][a-z0-9\-/]{3,19}(?:[、,和][a-z0-9][a-z0-9\-/]{3,19})*)"
)
_BATCH_ITEM = re.compile(r"[a-z0-9][a-z0-9\-/]*")


@dataclass(frozen=True, slots=True)
class _Span:
    type: EntityType
    start: int
    end: int
    canonical: str | None = None
    code: str | None = None
    value: int | None = None


def find_entities(reading: Reading, fields: Mapping[str, str], lexicon: Lexicon) -> tuple[Entity, ...]:
    """Return the entities of a document in order, title first.

    Args:
        reading: What text processing made of the document.
        fields: The original text of each field.
        lexicon: The words of the field.
    """
    joined = reading.joined
    spans = [
        *_products(reading, lexicon),
        *_unlisted_drugs(reading, lexicon),
        *_firms(reading, lexicon),
        *_regions(reading, lexicon),
        *_numbers(joined),
        *(_Span(c.type, c.start, c.end, value=c.value) for c in people_counts(joined)),
    ]
    entities = []
    for span in sorted(_without_overlap(spans, reading.boundary), key=lambda s: (s.start, s.end)):
        name, start, end = reading.locate(span.start, span.end)
        entities.append(
            Entity(
                type=span.type,
                text=fields[name][start:end],
                start=start,
                end=end,
                field=name,
                canonical=span.canonical,
                code=span.code,
                value=span.value,
            )
        )
    return tuple(entities)


def _without_overlap(spans: Sequence[_Span], boundary: int) -> Iterator[_Span]:
    """Drop what lies inside a longer span of the same family, and what would cross from the title into the text."""
    products = set(_PRODUCT_TYPES.values())
    length = max((span.end for span in spans), default=0)
    taken: dict[str, bytearray] = {}
    for span in sorted(spans, key=lambda s: (s.type is EntityType.PRODUCT_CLASS, s.start - s.end, s.start)):
        family = "product" if span.type in products else span.type.value
        occupied = taken.setdefault(family, bytearray(length))
        crosses = span.start < boundary - 1 < span.end
        # Marked characters, not a list of spans: a long text of nothing but names took minutes by comparing pairs.
        if span.start < span.end and not crosses and 1 not in occupied[span.start : span.end]:
            occupied[span.start : span.end] = b"\1" * (span.end - span.start)
            yield span


def _products(reading: Reading, lexicon: Lexicon) -> Iterator[_Span]:
    joined = reading.joined
    for hit in reading.of_kind(TermKind.PRODUCT):
        generic = hit.term.canonical in lexicon.names["generic_products"]
        kind = EntityType.PRODUCT_CLASS if generic else _PRODUCT_TYPES[hit.term.label]
        start, end = hit.start, hit.end
        if kind is EntityType.DRUG:
            if before := _SALT_BEFORE.search(joined[max(0, start - _LONGEST_SALT) : start]):
                start -= before.end() - before.start()
            if after := _FORM_AFTER.match(joined, end):
                end = after.end()
        yield _Span(kind, start, end, canonical=hit.term.canonical)


def _unlisted_drugs(reading: Reading, lexicon: Lexicon) -> Iterator[_Span]:
    for match in _QUOTED_DRUG.finditer(reading.joined):
        yield _Span(EntityType.DRUG, match.start(1), match.end(1), canonical=match.group(1))
    listed = sorted(hit.start for hit in reading.of_kind(TermKind.PRODUCT) if hit.term.label == "drug")
    for match in _UNLISTED_DRUG.finditer(reading.joined):
        start = _name_start(match, reading.segmenter, lexicon)
        within = listed[bisect_left(listed, start) : bisect_left(listed, match.end())]
        if match.end() - start > _SHORTEST_FIRM - 1 and (not within or within[0] == start):
            yield _Span(EntityType.DRUG, start, match.end(), canonical=reading.joined[start : match.end()])


def _firms(reading: Reading, lexicon: Lexicon) -> Iterator[_Span]:
    for hit in reading.of_kind(TermKind.FIRM):
        yield _Span(EntityType.FIRM, hit.start, hit.end, canonical=hit.term.canonical)
    for match in _FIRM.finditer(reading.joined):
        start = _name_start(match, reading.segmenter, lexicon)
        if match.end() - start >= _SHORTEST_FIRM:
            yield _Span(EntityType.FIRM, start, match.end(), canonical=reading.joined[start : match.end()])


def _name_start(match: re.Match[str], segmenter: Segmenter, lexicon: Lexicon) -> int:
    """Return where a name begins that a pattern took with words before it: after the last word that ends a name."""
    position = start = match.start()
    for word in segmenter.cut(match.group()):
        position += len(word)
        if word in lexicon.names["name_stop_words"] and position < match.end():
            start = position
    return start


def _regions(reading: Reading, lexicon: Lexicon) -> Iterator[_Span]:
    hits: list[Hit] = reading.of_kind(TermKind.REGION)
    for place in found_regions(reading.joined, hits, lexicon):
        yield _Span(EntityType.REGION, place.start, place.end, canonical=place.region.canonical, code=place.region.code)


def _numbers(joined: str) -> Iterator[_Span]:
    for match in _APPROVAL.finditer(joined):
        yield _Span(
            EntityType.APPROVAL_NO, match.start(), match.end(), canonical=re.sub(r"\s", "", match.group()).upper()
        )
    for match in _BATCH.finditer(joined):
        for item in _BATCH_ITEM.finditer(joined, match.start("all"), match.end("all")):
            if any(character.isdigit() for character in item.group()):
                yield _Span(EntityType.BATCH_NO, item.start(), item.end(), canonical=item.group().upper())
