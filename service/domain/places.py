"""The cities of the province by GB/T 2260 code, as tables and tiles name them."""

from collections.abc import Mapping
from types import MappingProxyType

__all__ = ["CITIES"]

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
