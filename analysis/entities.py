"""Named things in a reading: products, firms, regions, numbers of approvals and batches, counts of people, times.

Products, firms and regions come from the lexicon, longest match first; a product takes its salt and dosage form with
it, a firm that no list knows is found by how firms are called. Offsets lead into the original fields.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from datetime import datetime

from analysis.assessment import Entity, EntityType
from analysis.firms import called_firms, listed_firms
from analysis.lexicon import Hit, Lexicon, TermKind
from analysis.localities import FoundRegion, found_regions
from analysis.names import Span
from analysis.passing import places_of_the_matter
from analysis.products import PRODUCT_TYPES, found_products
from analysis.reading import Reading
from analysis.shops import named_shops
from analysis.times import found_times

__all__ = ["find_entities"]

_PRODUCTS = PRODUCT_TYPES - {EntityType.PRODUCT_CLASS}
_MOST_NAMES = 256  # every name of the title is compared with these
_FAMILIES = frozenset({"头孢", "青霉素", "胰岛素", "生长激素", "干扰素", "人免疫球蛋白"})
_FULL_NAMES = ("省", "市", "县", "区", "州", "镇", "乡")
_LEAST_BOUND = 2
_LONGEST_SHORT_NAME = 2  # 赣州 ends like a full name and is none
_PROVINCES = "国京津沪渝冀晋辽吉黑苏浙皖闽赣鲁豫鄂湘粤琼川贵云陕甘青蒙桂宁新藏"
_APPROVAL = re.compile(
    r"国药准字\s?[hzsbtfj][cj]?\s?[0-9]{8}"
    rf"|[{_PROVINCES}][^\W\d_]{{0,2}}械(?:注准|注进|注许|备)\s?[0-9]{{4,}}[0-9-]*"
    r"|国食药监械\([准进许]\)字[0-9]{4}第[0-9]+号"
    rf"|[{_PROVINCES}]g?妆(?:特进字|特字|特|网备字|网备进字|备进字|备字)\s?g?j?\s?[0-9]{{4,}}"
    r"|卫妆[准特]字[0-9a-z()-]{4,}号?|国妆备进字j[0-9]{6,}|国食健[注字备]?[gj]?[0-9]{8,}"
)
# One character of each kind of approval.
_APPROVAL_SIGN = re.compile("[准械妆健]")
_BATCH = re.compile(
    r"(?:批(?:号|次)(?:号)?|喷码)(?:我?[一-鿿]{0,7}(?=:))?(?:均?为|喷码|印的|写的|打的|从|是|:|\s|标示为?|分别为|[(\[]){0,3}(?P<all>[a-z0-9][a-z0-9\-/]{3,19}(?:[、,和至~到][a-z0-9][a-z0-9\-/]{3,19})*)"
)
# Where words stand between 批号 and the number itself.
_BATCH_FAR = re.compile(
    r"批[号次][^。;]{1,30}?(?<![0-9a-z.\-])(?P<one>(?:[a-z]{1,3}[0-9]{5,10}|[0-9]{6,10})(?:-[0-9]{1,2})?)(?![0-9a-z.%年月日元粒支片盒瓶])"
)
_NO_BATCH = re.compile(r"(?:准字|字|注准|注进|备|电话|编号|手机)\s?[:a-z]?$")
_BATCH_ITEM = re.compile(r"[a-z0-9][a-z0-9\-/]*")


def find_entities(
    reading: Reading, fields: Mapping[str, str], lexicon: Lexicon, *, published: datetime | None = None
) -> tuple[Entity, ...]:
    """Return the entities of a document in order, title first.

    Args:
        reading: What text processing made of the document.
        fields: The original text of each field.
        lexicon: The words of the field.
        published: When the document was published, from which 昨天 and a date without year are told.
    """
    hits = _by_kind(reading)
    products, firms, places = hits[TermKind.PRODUCT], hits[TermKind.FIRM], hits[TermKind.REGION]
    bounds = frozenset(hit.end for hit in (*places, *firms) if hit.end - hit.start >= _LEAST_BOUND)
    called = [*called_firms(reading, lexicon, places, firms), *named_shops(reading, lexicon, places)]
    regions, called = _regions(reading, places, (*products, *firms), called, lexicon)
    spans = [
        *found_products(reading, products, bounds, lexicon),
        *listed_firms(firms),
        *called,
        *regions,
        *_numbers(reading.joined),
        *_people(reading),
        *found_times(reading.joined, published),
    ]
    kept = list(_without_overlap(spans, reading.boundary))
    closest = sorted(_closest_names(kept, reading), key=lambda s: (s.start, s.end))
    return tuple(_entity(span, reading, fields) for span in closest)


def _closest_names(spans: Sequence[Span], reading: Reading) -> Iterator[Span]:
    """Leave out of the title what the text names more closely: 胰岛素 where it says 门冬胰岛素30.

    A device is named once by its longest form in the text too (托槽 after 正畸托槽); of drugs the shorter form may be
    another product.
    """
    named: dict[EntityType, set[tuple[str, str]]] = {}
    for span in spans:
        if span.start >= reading.boundary and span.type in _PRODUCTS:
            written, forms = reading.joined[span.start : span.end], named.setdefault(span.type, set())
            if len(forms) < _MOST_NAMES:
                forms.add((written, span.canonical or written))
    for span in spans:
        closer, written = named.get(span.type, set()), reading.joined[span.start : span.end]
        if span.start < reading.boundary:
            is_named = _is_named_closer(written, span.canonical or "", closer)
        else:
            is_named = span.type is EntityType.DEVICE and _is_part_of_name(written, closer)
        if not is_named:
            member = _member(span.canonical, named) if span.canonical in _FAMILIES else None
            yield replace(span, canonical=member) if member else span


def _member(family: str, named: Mapping[EntityType, AbstractSet[tuple[str, str]]]) -> str | None:
    """Return the drug that the text means by the name of its family: 头孢 is 头孢曲松 where no other 头孢 is named."""
    members = {name for _, name in named.get(EntityType.DRUG, ()) if family in name and name != family}
    return min(members) if len(members) == 1 else None


def _is_part_of_name(written: str, named: AbstractSet[tuple[str, str]]) -> bool:
    return any(written in form and written != form for form, _ in named)


def _is_named_closer(written: str, canonical: str, named: AbstractSet[tuple[str, str]]) -> bool:
    if any(form == written for form, _ in named):
        return False
    return any(canonical in name or written in form or canonical in form for form, name in named)


def _entity(span: Span, reading: Reading, fields: Mapping[str, str]) -> Entity:
    name, start, end = reading.locate(span.start, span.end)
    return Entity(
        type=span.type,
        text=fields[name][start:end],
        start=start,
        end=end,
        field=name,
        canonical=span.canonical,
        code=span.code,
        value=span.value,
    )


def _by_kind(reading: Reading) -> dict[TermKind, list[Hit]]:
    """Return the hits that name something, evasive spellings after plain ones."""
    found: dict[TermKind, list[Hit]] = {TermKind.PRODUCT: [], TermKind.FIRM: [], TermKind.REGION: []}
    for hit in reading.named:
        if (of_kind := found.get(hit.term.kind)) is not None:
            of_kind.append(hit)
    return found


def _without_overlap(spans: Sequence[Span], boundary: int) -> Iterator[Span]:
    """Drop what lies inside a longer span of the same family, and what would cross from the title into the text."""
    length = max((span.end for span in spans), default=0)
    taken: dict[str, bytearray] = {}
    for span in sorted(spans, key=lambda s: (s.start - s.end, s.type is EntityType.PRODUCT_CLASS, s.start)):
        family = "product" if span.type in PRODUCT_TYPES else span.type.value
        occupied = taken.setdefault(family, bytearray(length))
        crosses = span.start < boundary - 1 < span.end
        # Marked characters, not a list of spans: a long text of nothing but names took minutes by comparing pairs.
        if span.start < span.end and not crosses and 1 not in occupied[span.start : span.end]:
            occupied[span.start : span.end] = b"\1" * (span.end - span.start)
            yield span


def _regions(
    reading: Reading, places: Sequence[Hit], named: Sequence[Hit], firms: list[Span], lexicon: Lexicon
) -> tuple[list[Span], list[Span]]:
    """Return each region once, under the longest form in which the document names it, and the firms with their seats.

    A place in the name of a product or firm is not where the matter is. The seat in a firm's name (江西 in
    江西某某制药有限公司) becomes the firm's code, and is a region only where it is in Jiangxi and the
    document names no other place.
    """
    if not places:
        return [], firms
    within = bytearray(len(reading.joined))
    for hit in named:
        within[hit.start : hit.end] = b"\1" * (hit.end - hit.start)
    free = [h for h in places if 0 in within[h.start : h.end]]
    for firm in firms:
        within[firm.start : firm.end] = b"\2" * (firm.end - firm.start)
    seated, free = _parted(free, within)
    found = found_regions(reading, free, lexicon)
    seats = found_regions(reading, seated, lexicon) if seated else []
    starts = [seat.start for seat in seats]
    firms = [_with_seat(firm, seats, starts) for firm in firms]
    found = found or [seat for seat in seats if seat.region.in_jiangxi]
    return list(_each_once(reading.joined, places_of_the_matter(reading.joined, found))), firms


def _parted(places: Sequence[Hit], within: bytearray) -> tuple[list[Hit], list[Hit]]:
    """Return the places in the name of a firm (marked 2 in `within`), and the others."""
    inside: list[Hit] = []
    outside: list[Hit] = []
    for hit in places:
        (inside if min(within[hit.start], within[hit.end - 1]) > 1 else outside).append(hit)
    return inside, outside


def _with_seat(firm: Span, seats: Sequence[FoundRegion], starts: Sequence[int]) -> Span:
    first = bisect_left(starts, firm.start)
    return replace(firm, code=seats[first].region.code) if first < len(seats) and starts[first] < firm.end else firm


def _each_once(joined: str, found: Sequence[FoundRegion]) -> Iterator[Span]:
    longest: dict[str, Span] = {}
    first: dict[str, int] = {}
    for place in found:
        code, path = place.region.code, place.region.canonical
        span = Span(EntityType.REGION, place.start, place.end, canonical=path, code=code)
        first.setdefault(path, place.start)
        if code not in longest or span.end - span.start > longest[code].end - longest[code].start:
            longest[code] = span
    paths = sorted(first)
    for span in longest.values():
        if not _lies_above(joined[span.start : span.end], span.canonical or "", paths, first):
            yield span


def _lies_above(written: str, path: str, paths: Sequence[str], first: Mapping[str, int]) -> bool:
    """Tell whether a name only says where another place of the document lies; `paths` is sorted.

    A short name (江西, 赣州) does where a place within it is named; a full one (九江市) where that was named before.
    """
    following = bisect_right(paths, path)
    inner = paths[following] if following < len(paths) and paths[following].startswith(path) else None
    short = len(written) <= _LONGEST_SHORT_NAME or not written.endswith(_FULL_NAMES)
    return inner is not None and (short or first[inner] < first[path])


def _people(reading: Reading) -> Iterator[Span]:
    """Yield the counts of people; what the title counts is left out where the text says the same number of its own."""
    told = {(count.type, count.value) for count in reading.people if count.start >= reading.boundary}
    for count in reading.people:
        if count.start >= reading.boundary or (count.type, count.value) not in told:
            yield Span(count.type, count.start, count.end, value=count.value)


def _numbers(joined: str) -> Iterator[Span]:
    for match in _APPROVAL.finditer(joined) if _APPROVAL_SIGN.search(joined) else ():
        yield Span(
            EntityType.APPROVAL_NO, match.start(), match.end(), canonical=re.sub(r"\s", "", match.group()).upper()
        )
    for match in _BATCH.finditer(joined):
        for item in _BATCH_ITEM.finditer(joined, match.start("all"), match.end("all")):
            if any(character.isdigit() for character in item.group()):
                yield Span(EntityType.BATCH_NO, item.start(), item.end(), canonical=item.group().upper())
    for match in _BATCH_FAR.finditer(joined):
        if not _NO_BATCH.search(joined[max(0, match.start("one") - 5) : match.start("one")]):
            yield Span(EntityType.BATCH_NO, *match.span("one"), canonical=match.group("one").upper())
