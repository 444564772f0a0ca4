"""Of which places a document is and where it counts, the cities of the province, and how several places stand in one line."""

import re
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

__all__ = [
    "CITIES",
    "CITY_DIGITS",
    "PROVINCE",
    "apart",
    "counted_place",
    "join_places",
    "place_beside",
    "places_of",
    "places_told",
    "region_name",
    "region_prefix",
]

PROVINCE = "36"
CITY_DIGITS = 4
"""How much of a region's code names its city."""

CITIES: Mapping[str, str] = MappingProxyType(
    {
        "3601": "南昌",
        "3602": "景德镇",
        "3603": "萍乡",
        "3604": "九江",
        "3605": "新余",
        "3606": "鹰潭",
        "3607": "赣州",
        "3608": "吉安",
        "3609": "宜春",
        "3610": "抚州",
        "3611": "上饶",
    }
)


def places_of(named: Iterable[str | None], own: str | None) -> tuple[str, ...]:
    """Return the codes of the places that a document is of: all that its text names, where it names none that of its record.

    What is 涉赣 is of a place of the province, whatever else it names: so search filters, and so, by `counted_place`,
    counts go.
    """
    return tuple(dict.fromkeys(code for code in named if code)) or ((own,) if own else ())


def counted_place(places: Sequence[str]) -> str:
    """Return the one place, to the city, under which a document of these is counted; empty without any.

    It is the first of the province, else the first: each document counts once, and once for the province if it is of
    it.
    """
    first = next((code for code in places if code.startswith(PROVINCE)), places[0] if places else "")
    return first[:CITY_DIGITS]


def region_name(code: str) -> str:
    """Return a region's name: a Jiangxi city by its code, 全省 for `36`, 未定位 for none, else 省外 or 境外."""
    if not code:
        return "未定位"
    city = CITIES.get(code[:CITY_DIGITS])
    if city is not None:
        return city
    if code.startswith(PROVINCE):
        return "全省"
    return "省外" if code.isdigit() else "境外"


def places_told(facts: Mapping[str, Any], regions: Sequence[str]) -> tuple[str, ...]:
    """Return the places of an event as its texts name them, else the names of its regions, else nothing."""
    named = facts.get("places")
    if isinstance(named, list | tuple) and named:
        return tuple(str(place) for place in named)
    return tuple(dict.fromkeys(region_name(code) for code in regions if code))


def apart(places: Sequence[str]) -> tuple[str, ...]:
    """Return the places that lie apart, each as it is named first: a city beside its own county is not a second place."""
    kept: list[str] = []
    for place in places:
        if not any(place.startswith(other) or other.startswith(place) for other in kept):
            kept.append(place)
    return tuple(kept)


# Units from the province down. A name may begin at any of them; 景德镇市 and 沙市区 carry the word of another unit within.
_UNITS = re.compile(
    r"(?P<province>.{2,8}?(?:省|自治区|特别行政区)|(?:北京|天津|上海|重庆)市)?"
    r"(?P<city>.{1,10}?(?:自治州|地区|盟|市(?![市区县])))?"
    r"(?P<county>.{1,14}?(?:县|区|旗|市(?![市区县])))?"
    r"(?P<rest>.*)",
    re.DOTALL,
)


def join_places(places: Sequence[str]) -> str:
    """Return the places as one line: a unit above several is written with the first of them, and those of one city stand together.

    `江西省赣州市于都县、罗坳镇、南康区` are a county, a town in it and a district of its city.
    """
    named = [_units(place) for place in dict.fromkeys(places)]
    first: dict[tuple[str, ...], int] = {}
    for at, units in enumerate(named):
        for end in range(1, len(units) + 1):
            first.setdefault(units[:end], at)
    ordered = sorted(named, key=lambda units: [first[units[: end + 1]] for end in range(len(units))])
    return "、".join(
        "".join(units[_shared(before, units) :]) for before, units in zip([(), *ordered], ordered, strict=False)
    )


# The word of a unit that a title leaves out: 于都 for 于都县. What is one character without it, as 城 of 城区, stays whole.
_UNIT_WORD = re.compile(r"(?<=..)(?:特别行政区|自治[区州县旗]|[省市县区盟旗])$")
_OTHER_UNIT = "(?![省市县区盟旗])"


def place_beside(title: str, place: str) -> str:
    """Return what a title does not say of a place yet: nothing where it names the place itself, `于都县` beside 江西….

    A town is not written straight after its city: beside a title that names its county it is left out.
    """
    units, found = _units(place), _UNITS.match(place)
    if not units or _says(title, units[-1]):
        return ""
    if found and found["county"] and found["rest"] and _says(title, found["county"]):
        units = units[:-1]
    return "".join(unit for unit in units if not _says(title, unit))


def _says(title: str, unit: str) -> bool:
    # 吉安市 does not say 吉安县.
    short = _UNIT_WORD.sub("", unit)
    return unit in title or re.search(re.escape(short) + _OTHER_UNIT, title) is not None


def _units(place: str) -> tuple[str, ...]:
    found = _UNITS.match(place)
    return tuple(unit for unit in found.groups() if unit) if found else (place,)


def _shared(before: Sequence[str], units: Sequence[str]) -> int:
    """Return how many leading units both have; the last one of `units` is always said."""
    same = 0
    while same < min(len(before), len(units) - 1) and before[same] == units[same]:
        same += 1
    return same


def region_prefix(region: str) -> str:
    """Return what the codes of a region and of all below it start with: `360000` → `36`, `360100` → `3601`."""
    while len(region) > 2 and region.endswith("00"):  # noqa: PLR2004 - a province code has two digits
        region = region[:-2]
    return region
