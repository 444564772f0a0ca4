"""The cities of the province by GB/T 2260 code, as tables and tiles name them."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

__all__ = ["CITIES", "places_told", "region_name"]

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


def region_name(code: str) -> str:
    """Return a region's name: a Jiangxi city by its code, 全省 for `36`, 未定位 for none, else 省外 or 境外."""
    if not code:
        return "未定位"
    city = CITIES.get(code[:4])
    if city is not None:
        return city
    if code.startswith("36"):
        return "全省"
    return "省外" if code.isdigit() else "境外"


def places_told(facts: Mapping[str, Any], regions: Sequence[str]) -> tuple[str, ...]:
    """Return the places of an event as its texts name them, else the names of its regions, else nothing."""
    named = facts.get("places")
    if isinstance(named, list | tuple) and named:
        return tuple(str(place) for place in named)
    return tuple(dict.fromkeys(region_name(code) for code in regions if code))
