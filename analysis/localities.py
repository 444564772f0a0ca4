"""Regions that a text names, with their GB/T 2260 codes: nested names as one, short forms only where they are places."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from analysis.lexicon import Hit, Lexicon, Region

__all__ = ["FoundRegion", "found_regions"]

_PLACE_AFTER = re.compile(
    "^(?:县|市|区|省|当地|本地|一|某|公安|警方|人民|药监|市监|卫健|疾控|医保|的|老乡|这边|那边|哪里|有|多|男|女|网友|居民|第|城|街|街道|镇|乡|,|。|$)"
)
_PLACE_BEFORE = re.compile("(?:在|从|到|来自|我们|我是|坐标|位于|江西|:|^|\n|#|【)$")
_LEVELS = ("province", "city", "county", "town")


@dataclass(frozen=True, slots=True)
class FoundRegion:
    """A named region: the span of its whole nested name in the normalised text, and the innermost region."""

    start: int
    end: int
    region: Region


def found_regions(text: str, hits: Sequence[Hit], lexicon: Lexicon) -> list[FoundRegion]:
    """Return the regions of a text in order; a name that several regions share counts only where one is implied."""
    regions, ambiguous = lexicon.regions, lexicon.names["ambiguous_regions"]
    chains = list(_chains(list(_longest(hits)), regions))
    spoken = {r.name for chain in chains for hit in chain for r in regions[hit.term.label] if _is_sure(hit, r)}
    found = []
    for chain in chains:
        region = _resolve(chain, regions, spoken) if _is_place(text, chain, ambiguous) else None
        if region is not None:
            found.append(FoundRegion(chain[0].start, chain[-1].end, region))
    return found


def _longest(hits: Iterable[Hit]) -> Iterator[Hit]:
    position = 0
    for hit in sorted(hits, key=lambda h: (h.start, -h.end)):
        if hit.start >= position:
            yield hit
            position = hit.end


def _chains(hits: Sequence[Hit], regions: Mapping[str, tuple[Region, ...]]) -> Iterator[list[Hit]]:
    """Yield runs of neighbouring names, each of which may lie within the one before it."""
    chain: list[Hit] = []
    for hit in hits:
        if chain and not (chain[-1].end == hit.start and _may_lie_within(hit, chain[-1], regions)):
            yield chain
            chain = []
        chain.append(hit)
    if chain:
        yield chain


def _may_lie_within(inner: Hit, outer: Hit, regions: Mapping[str, tuple[Region, ...]]) -> bool:
    names = {region.name for region in regions[outer.term.label]}
    return any(name in names for region in regions[inner.term.label] for name in region.path[:-1])


def _is_sure(hit: Hit, region: Region) -> bool:
    return region.level in {"province", "city"} or (region.name == hit.term.label and region.level == "county")


def _is_place(text: str, chain: Sequence[Hit], ambiguous: frozenset[str]) -> bool:
    if len(chain) > 1 or chain[0].term.label not in ambiguous:
        return True
    before, after = text[max(0, chain[0].start - 2) : chain[0].start], text[chain[0].end : chain[0].end + 2]
    return bool(_PLACE_BEFORE.search(before)) and bool(_PLACE_AFTER.match(after))


def _resolve(chain: Sequence[Hit], regions: Mapping[str, tuple[Region, ...]], spoken: set[str]) -> Region | None:
    """Return the innermost region of a chain of neighbouring names, each within the one before it."""
    resolved: Region | None = None
    for hit in chain:
        candidates = list(regions[hit.term.label])
        if resolved is not None:
            candidates = [r for r in candidates if r.path[: len(resolved.path)] == resolved.path and r != resolved] or [
                resolved
            ]
        chosen = _choose(candidates, spoken)
        if chosen is None:
            return resolved
        resolved = chosen
    return resolved


def _choose(candidates: Sequence[Region], spoken: set[str]) -> Region | None:
    """Return the one region that is meant: of the highest level, or within a region the text names."""
    implied = [r for r in candidates if any(name in spoken for name in r.path[:-1])]
    pool = implied or [r for r in candidates if r.level != "town"]
    if not pool:
        return None
    best = min(_LEVELS.index(r.level) for r in pool)
    highest = [r for r in pool if _LEVELS.index(r.level) == best]
    return highest[0] if len(highest) == 1 else None
