"""Integers that digits or Chinese numerals say, vague ones by their least value."""

import re

__all__ = ["chinese_number"]

_DIGITS = {"零": 0, "〇": 0, "一": 1, "二": 2, "两": 2, "俩": 2, "双": 2, "三": 3, "仨": 3, "四": 4, "五": 5}
_DIGITS |= {"六": 6, "七": 7, "八": 8, "九": 9}
# 七八个 is seven at least, 三四十 thirty.
_ABOUT = re.compile(
    "(?<![零〇一二三四五六七八九])(?:(一)二|(二)三|(三)[四五]|(四)五|(五)六|(六)七|(七)八|(八)九)(?![零〇一二三四五六七八九])"
)
_UNITS = {"十": 10, "百": 100, "千": 1000, "万": 10_000}
_VAGUE = {
    "十几": 10,
    "几十": 20,
    "数十": 20,
    "上百": 100,
    "数百": 100,
    "几百": 200,
    "近百": 90,
    "百余": 100,
    "百多": 100,
}
_VAGUE |= {"逾百": 100, "超百": 100, "过百": 100, "上千": 1000, "数千": 1000, "几个": 3, "好几": 3, "数": 3}


def chinese_number(written: str) -> int | None:
    """Return the integer that digits or Chinese numerals say, `None` where they say none.

    Vague numbers give their least value: 十几 is 10, 上百 is 100, 一百多 is 100.
    """
    written = written.replace(",", "")
    if written in _VAGUE:
        return _VAGUE[written]
    if match := re.fullmatch(r"([0-9]+(?:\.[0-9]+)?)(万?)", written):
        return round(float(match.group(1)) * (10_000 if match.group(2) else 1))
    written = _ABOUT.sub(lambda pair: pair.group()[0], written)
    total, section, digit = 0, 0, 0
    for character in written:
        if character in _DIGITS:
            digit = digit * 10 + _DIGITS[character] if digit else _DIGITS[character]
        elif character == "万":
            total, section, digit = (total + section + digit) * _UNITS["万"], 0, 0
        elif character in _UNITS:
            section, digit = section + (digit or 1) * _UNITS[character], 0
        else:
            return None
    return total + section + digit if written else None
