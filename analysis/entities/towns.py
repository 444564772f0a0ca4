"""Towns of Jiangxi that stand without 镇 before a clinic or a market day, in a text that is of Jiangxi: 罗坳一诊所."""

import re
from collections.abc import Iterator, Sequence

from analysis.entities.localities import FoundRegion
from analysis.lexicon import Lexicon
from analysis.lexicon.regions import JIANGXI, JIANGXI_CODE, Region
from analysis.reading import Reading

__all__ = ["with_bare_towns"]

_AFTER = re.compile(
    "卫生院|(?:那边|这边|街上|[圩墟]上)|赶[集圩墟]|(?:那边|这边|街上|[圩墟]上)?的?有?[一某那这](?:家|个|间)?(?:个体|私人|小|黑)?(?:诊所|卫生[室所]|药店|药房|美容院)"
)
_BEFORE = frozenset("在去到回是来从我们家住嫁往")
# 村里, 车上, 江边 are anywhere.
_NO_END = frozenset("上下里中内外边口家村")
_LENGTHS = (3, 2)
_COUNTY_DEPTH = 3


def with_bare_towns(
    reading: Reading, found: Sequence[FoundRegion], lexicon: Lexicon, *, home: str | None
) -> list[FoundRegion]:
    """Return the regions found with the towns named without their suffix, in order.

    A text is of Jiangxi where it names a place of it and none elsewhere, or no place and `home`, the code of the region
    of its source, lies there. Of the names only those count that one town alone has, in the county or city that the text
    names, and that are no word of everyday speech (幸福, 交通).
    """
    elsewhere = any(not one.region.in_jiangxi for one in found)
    if elsewhere or not (found or (home or "").startswith(JIANGXI_CODE)):
        return list(found)
    named = [one.region.path for one in found if one.region.level in {"city", "county"}]
    towns = _bare_towns(reading, lexicon, named)
    free = [town for town in towns if all(town.end <= one.start or town.start >= one.end for one in found)]
    return sorted([*found, *free], key=lambda place: place.start)


def _bare_towns(reading: Reading, lexicon: Lexicon, named: Sequence[tuple[str, ...]]) -> Iterator[FoundRegion]:
    text = reading.joined
    for after in _AFTER.finditer(text):
        for start in (after.start() - length for length in _LENGTHS):
            town = _town(text[start : after.start()], lexicon, named) if _begins_a_name(text, start) else None
            if town is not None and len(list(reading.segmenter.cut(text[start : after.start()]))) > 1:
                yield FoundRegion(start, after.start(), town)
                break


def _begins_a_name(text: str, start: int) -> bool:
    return start >= 0 and (start == 0 or text[start - 1] in _BEFORE or not "一" <= text[start - 1] <= "鿿")


def _town(name: str, lexicon: Lexicon, named: Sequence[tuple[str, ...]]) -> Region | None:
    """Return the one town of that name in one of the places `named`, where there are any."""
    if name[-1] in _NO_END:
        return None
    called = [
        town
        for path, inner in lexicon.inner.items()
        if path[0] == JIANGXI and len(path) == _COUNTY_DEPTH and (town := inner.get(name)) and town.level == "town"
    ]
    near = [town for town in called if not named or any(town.path[: len(path)] == path for path in named)]
    return near[0] if len(near) == 1 else None
