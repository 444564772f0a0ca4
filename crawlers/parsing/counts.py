"""Counts as Chinese platforms write them: `1.2万`, `3亿`, `10w+`, `1,234`, `-`."""

import re
import unicodedata

__all__ = ["parse_count"]

_COUNT = re.compile(
    r"(?:约|超|超过|近|热度|阅读|浏览|点赞|评论|转发|播放)?\s*:?\s*"
    r"(?P<number>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)\s*"
    r"(?P<unit>万亿|千万|百万|十万|亿|万|千|百|[wWkKmMbB])?\s*(?:多|余)?\s*\+?\s*"
    r"(?:次|人|条|个|赞|热度|阅读|播放|评论|转发|浏览|讨论|点赞|收藏)*"
)
_UNITS = {
    "": 1,
    "百": 100,
    "千": 1_000,
    "k": 1_000,
    "万": 10_000,
    "w": 10_000,
    "十万": 100_000,
    "百万": 1_000_000,
    "m": 1_000_000,
    "千万": 10_000_000,
    "亿": 100_000_000,
    "b": 1_000_000_000,
    "万亿": 1_000_000_000_000,
}
_WORDS = re.compile(
    r"(?P<words>[零〇一二两三四五六七八九十百千万亿]{1,20})\s*(?:多|余)?\s*(?:次|人|条|个|赞|热度|阅读|播放|评论|转发|浏览|讨论|点赞|收藏)*"
)
_DIGITS = {"零": 0, "〇": 0, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
_STEPS = {"十": 10, "百": 100, "千": 1_000}
_GROUPS = {"万": 10_000, "亿": 100_000_000}
# A 64-bit column holds every count; what is larger is a number of something else.
MAX_COUNT = 2**63 - 1
_MAX_TEXT = 64


def parse_count(value: object) -> int | None:
    """Return the count that `value` states, or None where it states none.

    None is unknown, which is not zero: only an explicit `0` (or `零`) gives 0. Chinese numerals count (`三万五千`). `+` and
    `多` (more than) give the stated number, which is a lower bound. Negative, infinite and absurdly large numbers are
    unknown.

    Args:
        value: a text, an int or a float; anything else (also a bool) is unknown.
    """
    match value:
        case bool():
            return None
        case int():
            return value if 0 <= value <= MAX_COUNT else None
        case float():
            return int(value) if 0 <= value <= MAX_COUNT else None
        case str():
            return _from_text(value)
        case _:
            return None


def _from_text(value: str) -> int | None:
    text = unicodedata.normalize("NFKC", value[:_MAX_TEXT]).strip()
    match = _COUNT.fullmatch(text)
    if len(value) > _MAX_TEXT:
        return None
    if match is None:
        written = _WORDS.fullmatch(text)
        return _from_words(written["words"]) if written else None
    unit = _UNITS[(match["unit"] or "").lower()]
    whole, _, fraction = match["number"].replace(",", "").partition(".")
    # In integers: 1.15 * 10000 is 11499.999… as a float.
    count = int(whole + fraction) * unit // 10 ** len(fraction)
    return count if count <= MAX_COUNT else None


def _from_words(words: str) -> int | None:
    """Return the number that `三万五千` writes, None where the signs do not stand as in a number (`五三`, `万三`, `三万五`)."""
    total = section = 0
    digit: int | None = None
    below_step, below_group = 10_000, MAX_COUNT
    for sign in words:
        if sign in _DIGITS:
            if digit:
                return None
            digit = _DIGITS[sign]
        elif sign in _STEPS:
            if _STEPS[sign] >= below_step or digit == 0 or (digit is None and sign != "十"):
                return None
            section, digit, below_step = section + (digit or 1) * _STEPS[sign], None, _STEPS[sign]
        else:
            section += digit or 0
            if section == 0 or _GROUPS[sign] >= below_group:
                return None
            total, section, digit = total + section * _GROUPS[sign], 0, None
            below_step, below_group = 10_000, _GROUPS[sign]
    if digit and below_step == 10_000 and total and "零" not in words and "〇" not in words:  # noqa: PLR2004 - 三万五 may mean 35,000
        return None
    return total + section + (digit or 0)
