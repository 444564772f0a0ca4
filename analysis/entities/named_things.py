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
from analysis.entities.firms import called_firms, listed_firms
from analysis.entities.localities import FoundRegion, found_regions
from analysis.entities.names import Span
from analysis.entities.passing import places_of_the_matter
from analysis.entities.product_numbers import found_numbers
from analysis.entities.products import PRODUCT_TYPES, found_products
from analysis.entities.shops import named_shops
from analysis.entities.times import found_times
from analysis.entities.towns import with_bare_towns
from analysis.lexicon import Hit, Lexicon, TermKind
from analysis.lexicon.regions import COUNTY_DIGITS
from analysis.reading import Reading

__all__ = ["find_entities"]

_PRODUCTS = PRODUCT_TYPES - {EntityType.PRODUCT_CLASS}
_MOST_NAMES = 256  # every name of the title is compared with these
_FAMILIES = frozenset({"头孢", "青霉素", "胰岛素", "生长激素", "干扰素", "人免疫球蛋白"})
_FULL_NAMES = ("省", "市", "县", "区", "州", "镇", "乡")
_LEAST_BOUND = 2
_LONGEST_SHORT_NAME = 2  # 赣州 ends like a full name and is none
# Antigens that blood is tested for.
_IN_BLOOD = re.compile("(?:表面|核心|癌胚|糖类|特异性?|e|hbs)$")


def find_entities(
    reading: Reading,
    fields: Mapping[str, str],
    lexicon: Lexicon,
    *,
    published: datetime | None = None,
    home: str | None = None,
) -> tuple[Entity, ...]:
    """Return the entities of a document in order, title first.

    Args:
        reading: What text processing made of the document.
        fields: The original text of each field.
        lexicon: The words of the field.
        published: When the document was published, from which 昨天 and a date without year are told.
        home: The code of the region of its source, where it has one: who writes there names a town without its county.
    """
    hits = _by_kind(reading)
    products, firms, places = hits[TermKind.PRODUCT], hits[TermKind.FIRM], hits[TermKind.REGION]
    bounds = frozenset(hit.end for hit in (*places, *firms) if hit.end - hit.start >= _LEAST_BOUND)
    called = [*called_firms(reading, lexicon, places, firms), *named_shops(reading, lexicon, places)]
    regions, called = _regions(reading, places, (*products, *firms), called, lexicon, home)
    spans = [
        *found_products(reading, products, bounds, lexicon),
        *listed_firms(firms),
        *called,
        *regions,
        *found_numbers(reading.joined),
        *_people(reading),
        *found_times(reading.joined, published),
    ]
    if lexicon.silenced:
        spans = [span for span in spans if reading.joined[span.start : span.end] not in lexicon.silenced]
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
        if (of_kind := found.get(hit.term.kind)) is not None and not _is_of_the_body(hit, reading):
            of_kind.append(hit)
    return found


def _is_of_the_body(hit: Hit, reading: Reading) -> bool:
    """Tell whether an antigen is one that blood is tested for (乙肝表面抗原阳性), and no kit."""
    return hit.term.canonical == "抗原" and bool(_IN_BLOOD.search(reading.joined[max(0, hit.start - 4) : hit.start]))


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
    reading: Reading,
    places: Sequence[Hit],
    named: Sequence[Hit],
    firms: list[Span],
    lexicon: Lexicon,
    home: str | None,
) -> tuple[list[Span], list[Span]]:
    """Return each region once, under the longest form in which the document names it, and the firms with their seats.

    A place in the name of a product or firm is not where the matter is. The seat in a firm's name (江西 in
    江西某某制药有限公司) becomes the firm's code, and is a region only where it is in Jiangxi and the
    document names no other place.
    """
    if not places:
        return list(_each_once(reading.joined, with_bare_towns(reading, [], lexicon, home=home))), firms
    within = bytearray(len(reading.joined))
    for hit in named:
        within[hit.start : hit.end] = b"\1" * (hit.end - hit.start)
    free = [h for h in places if 0 in within[h.start : h.end]]
    for firm in firms:
        within[firm.start : firm.end] = b"\2" * (firm.end - firm.start)
    seated, free = _parted(free, within)
    found = with_bare_towns(reading, found_regions(reading, free, lexicon, home=home), lexicon, home=home)
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
    towns = {s.canonical: joined[s.start : s.end] for s in longest.values() if len(s.code or "") > COUNTY_DIGITS}
    for span in longest.values():
        if not _lies_above(span, joined[span.start : span.end], paths, first, towns):
            yield span


def _lies_above(
    span: Span, written: str, paths: Sequence[str], first: Mapping[str, int], towns: Mapping[str | None, str]
) -> bool:
    """Tell whether a name only says where another place of the document lies; `paths` is sorted, `towns` are how towns are written.

    A short name (江西, 赣州) does where a place within it is named; a full one (九江市) where that was named before, or
    is written with it (南昌县 and 南昌县向塘镇).
    """
    path = span.canonical or ""
    following = bisect_right(paths, path)
    inner = paths[following] if following < len(paths) and paths[following].startswith(path) else None
    short = len(written) <= _LONGEST_SHORT_NAME or not written.endswith(_FULL_NAMES)
    return inner is not None and (short or first[inner] < span.start or written in towns.get(inner, ""))


def _people(reading: Reading) -> Iterator[Span]:
    """Yield the counts of people; what the title counts is left out where the text says the same number of its own."""
    told = {(count.type, count.value) for count in reading.people if count.start >= reading.boundary}
    for count in reading.people:
        if count.start >= reading.boundary or (count.type, count.value) not in told:
            yield Span(count.type, count.start, count.end, value=count.value)
