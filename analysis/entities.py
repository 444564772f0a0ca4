"""Named things in a reading: products, firms, regions, numbers of approvals and batches, counts of people.

Products, firms and regions come from the lexicon, longest match first; a product takes its salt and dosage form with
it, a firm that no list knows is found by how firms are called. Offsets lead into the original fields.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cache

from analysis.assessment import Entity, EntityType
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
_SALT = "吸入用|注射用|盐酸|硫酸|磷酸|枸橼酸|马来酸|苯磺酸|氢溴酸|酒石酸|甲磺酸|富马酸|琥珀酸|门冬氨酸|硝酸|醋酸|乳糖酸|复方|重组人?|静注|小儿"
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
    f"[{_HAN}]{{2,14}}(?:胶囊|颗粒|口服液|注射液|滴眼液|滴鼻液|软膏|乳膏|贴膏|合剂|糖浆|滴丸|搽剂|冲剂|混悬剂|混悬液|缓释片|分散片|肠溶片|喷雾剂|粉雾剂|气雾剂|洗剂)"
)
# Forms that end ordinary words as well: a name only where segmentation leaves the form as a word of its own.
_SHORT_FORM_DRUG = re.compile(
    f"[{_HAN}]{{2,14}}(?:片|膏|丸|喷雾)(?<!紫草膏)(?<!祛痘膏)(?<!染发膏)(?<!牙膏)(?<![0-9一二三四五六七八九十百千多几半少第把瓶盒一].)(?![{_HAN}]?(?:剂|区|仔|面|段|头))"
)
_SHORT_FORMS = frozenset({"片", "膏", "丸", "喷雾"})
_NO_NAME = re.compile(
    "什么|哪[些个]|如何|多少|就是|不是|不用|不想|好多|有些|所有|还是|看到|当成|可用|中胶囊|其他|空心|空白|标识|科普|胶囊$(?<=[粒系列]胶囊)"
)
_AMOUNT = re.compile(
    "(?:第?[一二两三四五六七八九十几半多百]+)?[支片粒盒瓶针袋颗贴个把款种批箱]|第?[一二两三四五六七八九十几半]+(?=[^一二三四五六七八九十])"
)
_NAMED_COSMETIC = re.compile(
    f"[{_HAN}a-z0-9]{{2,10}}(?:面霜|面膜|祛斑霜|祛痘膏|紫草膏|精华液?|彩妆(?:组合|盒)|洗发水|染发(?:剂|膏)|眼霜|防晒霜|爽肤水|乳液|洗面奶|护肤霜|宝宝霜|婴儿霜|唇膏|口红|沐浴露)"
)
_DRUG_SUFFIX = re.compile(
    f"[{_HAN}]{{2,5}}(?:汀|素|唑|星|林|胺|酮|酯|定|韦|德|肽|沙坦|普利|地平|洛尔)$|^(?:复方|小儿|人|吸入用|注射用)[{_HAN}]*$"
)
_FIRM = re.compile(
    f"[{_HAN}a-z0-9()]{{2,24}}?(?:股份有限公司|有限责任公司|有限公司|集团公司|制药厂|药业集团|药业(?!有限|股份|集团|公司)|(?<![仿自管研])制药(?!业|有限|股份|集团|公司|厂|企|巨头|品|师|工程)|大药房|日化厂|"
    f"研究院|健康管理中心|公司)(?![{_HAN}]{{0,1}}法)"
)
_NO_FIRM = re.compile(
    "^(?:保险|医药|商业|制药|药品|生物|上市|跨国|快递|物流|外卖|平台|第三方|科技|贸易|母|子|分|总|全|本|该|各|我|小|大|多家|两家|几家|食品|物业|化妆品|医疗器械|器械|日化|来)*"
    "(?:公司|药业|制药|研究院|集团公司|有限公司)$"
)
# A class in advice, the product itself where people came to harm by it.
_EVERYDAY = frozenset(
    [
        "注射用水",
        "面霜",
        "儿童面霜",
        "面膜",
        "补水面膜",
        "牙膏",
        "洗发水",
        "沐浴露",
        "口红",
        "唇膏",
        "护手霜",
        "香水",
        "血压计",
        "体温计",
        "水银体温计",
        "注射器",
        "输液泵",
        "轮椅",
        "医用敷料",
        "干细胞",
        "减肥胶囊",
        "止咳糖浆",
    ]
)
_FULL_NAMES = ("省", "市", "县", "区", "州", "镇", "乡")
_MOST_FIRMS = 64
_SHORTEST_FIRM = 4
_VERB_ENDS = ("了", "过", "的", "着")
_PROVINCES = "国京津沪渝冀晋辽吉黑苏浙皖闽赣鲁豫鄂湘粤琼川贵云陕甘青蒙桂宁新藏"
_APPROVAL = re.compile(
    r"国药准字\s?[hzsbtfj][cj]?\s?[0-9]{8}"
    rf"|[{_PROVINCES}][^\W\d_]{{0,2}}械(?:注准|注进|注许|备)\s?[0-9]{{4,}}[0-9-]*"
    r"|国食药监械\([准进许]\)字[0-9]{4}第[0-9]+号"
    rf"|[{_PROVINCES}]g?妆(?:特进字|特字|特|网备字|网备进字|备进字|备字)\s?g?j?\s?[0-9]{{4,}}"
    r"|卫妆[准特]字[0-9a-z()-]{4,}号?|国妆备进字j[0-9]{6,}|国食健[注字备]?[gj]?[0-9]{8,}"
)
_BATCH = re.compile(
    r"(?:批(?:号|次)(?:号)?|喷码)(?:均?为|喷码|印的|写的|打的|是|:|\s|标示为?|分别为|[(\[]){0,3}(?P<all>[a-z0-9][a-z0-9\-/]{3,19}(?:[、,和][a-z0-9][a-z0-9\-/]{3,19})*)"
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
        *_named_cosmetics(reading, lexicon),
        *_firms(reading, lexicon),
        *_regions(reading, lexicon),
        *_numbers(joined),
        *(_Span(c.type, c.start, c.end, value=c.value) for c in reading.people),
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
        generic = generic and not (reading.people and hit.term.canonical in _EVERYDAY)
        kind = EntityType.PRODUCT_CLASS if generic else _PRODUCT_TYPES[hit.term.label]
        start, end = hit.start, hit.end
        if kind is EntityType.DRUG and joined[end - 1] != "药":
            if before := _SALT_BEFORE.search(joined[max(0, start - _LONGEST_SALT) : start]):
                start -= before.end() - before.start()
            if after := _FORM_AFTER.match(joined, end):
                end = after.end()
        yield _Span(kind, start, end, canonical=hit.term.canonical)


def _unlisted_drugs(reading: Reading, lexicon: Lexicon) -> Iterator[_Span]:
    for match in _QUOTED_DRUG.finditer(reading.joined):
        yield _Span(EntityType.DRUG, match.start(1), match.end(1), canonical=match.group(1))
    listed = sorted(hit.start for hit in reading.of_kind(TermKind.PRODUCT) if hit.term.label == "drug")
    bounds, stops = _name_bounds(reading), _product_stops(lexicon)
    for pattern in (_UNLISTED_DRUG, _SHORT_FORM_DRUG):
        for match in pattern.finditer(reading.joined):
            start = _name_start(match, reading.segmenter, stops, bounds, last=pattern is _SHORT_FORM_DRUG)
            within = listed[bisect_left(listed, start) : bisect_left(listed, match.end())]
            known = not within or within[0] == start or _DRUG_SUFFIX.search(reading.joined[start : within[0]])
            name = reading.joined[start : match.end()]
            if len(name) > _SHORTEST_FIRM - 1 and known and name not in lexicon.names["generic_products"]:
                yield _Span(EntityType.DRUG, start, match.end(), canonical=name)


def _named_cosmetics(reading: Reading, lexicon: Lexicon) -> Iterator[_Span]:
    bounds = _name_bounds(reading)
    for match in _NAMED_COSMETIC.finditer(reading.joined):
        start = _name_start(match, reading.segmenter, _product_stops(lexicon, generic=False), bounds)
        if match.end() - start > _SHORTEST_FIRM:
            yield _Span(EntityType.COSMETIC, start, match.end(), canonical=reading.joined[start : match.end()])


def _firms(reading: Reading, lexicon: Lexicon) -> Iterator[_Span]:
    for hit in reading.of_kind(TermKind.FIRM):
        yield _Span(EntityType.FIRM, hit.start, hit.end, canonical=hit.term.canonical)
    called: list[_Span] = []
    for match in _FIRM.finditer(reading.joined):
        start = _name_start(match, reading.segmenter, lexicon.names["name_stop_words"], frozenset())
        name = reading.joined[start : match.end()]
        if len(name) >= _SHORTEST_FIRM and not _NO_FIRM.match(name):
            called.append(_Span(EntityType.FIRM, start, match.end(), canonical=name))
    # 赣明舟公司 after 赣明舟制药有限公司 is the same firm: one name, not two.
    names = {span.canonical or "" for span in called[:_MOST_FIRMS]}
    for span in called:
        short = (span.canonical or "").removesuffix("公司")
        if not any(short in name and name != span.canonical for name in names):
            yield span


@cache
def _joined_words(*groups: frozenset[str]) -> frozenset[str]:
    return frozenset().union(*groups)


def _product_stops(lexicon: Lexicon, *, generic: bool = True) -> AbstractSet[str]:
    groups = ("name_stop_words", "institution_words", *(("generic_products",) if generic else ()))
    return _joined_words(*(lexicon.names[group] for group in groups))


def _name_bounds(reading: Reading) -> frozenset[int]:
    """Return where a region or firm ends: no product name reaches over it."""
    return frozenset(hit.end for hit in reading.of_kind(TermKind.REGION, TermKind.FIRM) if hit.end - hit.start > 1)


def _name_start(
    match: re.Match[str], segmenter: Segmenter, stops: AbstractSet[str], bounds: AbstractSet[int], *, last: bool = False
) -> int:
    """Return where a name begins that a pattern took with words before it: after the last word that ends a name.

    With `last`, the dosage form has to be a word of its own; else nothing is a name and the end is returned.
    """
    words = segmenter.cut(match.group())
    if last and words[-1] not in _SHORT_FORMS:
        return match.end()
    position = start = match.start()
    for word in words:
        position += len(word)
        ends_name = word in stops or position in bounds or word.endswith(_VERB_ENDS)
        if ends_name and position < match.end():
            start = position
    if _NO_NAME.search(match.string, start, match.end()):
        return match.end()
    amount = _AMOUNT.match(match.string, start, match.end())
    return amount.end() if amount and amount.end() < match.end() - 1 else start


def _regions(reading: Reading, lexicon: Lexicon) -> Iterator[_Span]:
    """Yield each region once, under the longest form in which the document names it."""
    named = bytearray(len(reading.joined))
    for hit in reading.of_kind(TermKind.PRODUCT, TermKind.FIRM):
        named[hit.start : hit.end] = b"\1" * (hit.end - hit.start)
    hits: list[Hit] = [h for h in reading.of_kind(TermKind.REGION) if 0 in named[h.start : h.end]]
    longest: dict[str, _Span] = {}
    for place in found_regions(reading.joined, hits, lexicon):
        code = place.region.code
        span = _Span(EntityType.REGION, place.start, place.end, canonical=place.region.canonical, code=code)
        if code not in longest or span.end - span.start > longest[code].end - longest[code].start:
            longest[code] = span
    paths = sorted(span.canonical or "" for span in longest.values())
    for span in longest.values():
        if not _lies_above(reading.joined[span.start : span.end], span.canonical or "", paths):
            yield span


def _lies_above(written: str, path: str, paths: Sequence[str]) -> bool:
    """Tell whether a short name (江西, 赣州) only says where another place of the document lies; `paths` is sorted."""
    following = bisect_right(paths, path)
    inner = following < len(paths) and paths[following].startswith(path)
    return inner and not written.endswith(_FULL_NAMES)


def _numbers(joined: str) -> Iterator[_Span]:
    for match in _APPROVAL.finditer(joined):
        yield _Span(
            EntityType.APPROVAL_NO, match.start(), match.end(), canonical=re.sub(r"\s", "", match.group()).upper()
        )
    for match in _BATCH.finditer(joined):
        for item in _BATCH_ITEM.finditer(joined, match.start("all"), match.end("all")):
            if any(character.isdigit() for character in item.group()):
                yield _Span(EntityType.BATCH_NO, item.start(), item.end(), canonical=item.group().upper())
