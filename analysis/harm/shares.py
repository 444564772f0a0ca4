"""Those harmed as a share of a number of people: 给200名患者输注,约一成出现皮疹 tells of 20, not of 200. Normalised text; pure."""

import re
from fractions import Fraction

from analysis.harm.ailments import names_ailment
from analysis.harm.circumstances import is_supposed, names_harm
from analysis.numerals import chinese_number

__all__ = ["share_harmed"]

_DIGIT = "[一二两三四五六七八九十]"
_SHARE = re.compile(
    f"(?<![第每])(?:(?P<tenths>{_DIGIT})成(?P<half>半)?|(?P<whole>{_DIGIT}{{1,3}}|百)分之(?P<part>{_DIGIT}{{1,3}})|(?P<percent>[0-9]{{1,2}}(?:\\.[0-9]+)?)%|(?P<halves>半数|一半|过半|对半|大半))"
    "(?P<rest>[^,。;!?\n]{0,16}(?:,[^,。;!?\n]{0,12})?)"
)
_FEWEST = 10
"""Of fewer people nobody tells a share; what stands behind them is one of a value or a price."""
# What is a share of other things than these people: a discount, a dose, a chance that a paper gives.
_OF_OTHERS = re.compile("^(?:价|折|的?(?:剂量|药量|用量|概率|可能|几率|把握|价格|费用|疗程|药))")
_REACH = 24


def share_harmed(words: str, end: int, number: int) -> tuple[int, int] | None:
    """Return how many of a number of people, told up to `end`, a share behind it says were harmed, and where the share ends.

    `None` where no share is told, or where what befell them stands before it: then it befell all of them.
    """
    share = _SHARE.search(words, end) if number >= _FEWEST else None
    if share is None or share.start() > end + _REACH or _OF_OTHERS.match(share.group("rest")):
        return None
    before, rest = words[end : share.start()], share.group("rest")
    if _names(before) or not _names(rest) or is_supposed(words, *share.span()):
        return None
    return max(1, int(number * _fraction(share))), share.start("rest")


def _fraction(share: re.Match[str]) -> Fraction:
    if tenths := share.group("tenths"):
        return Fraction(2 * (chinese_number(tenths) or 0) + bool(share.group("half")), 20)
    if whole := share.group("whole"):
        return Fraction(chinese_number(share.group("part")) or 0, 100 if whole == "百" else chinese_number(whole) or 1)
    if percent := share.group("percent"):
        return Fraction(percent) / 100
    return Fraction(1, 2)


def _names(words: str) -> bool:
    return names_harm(words) or names_ailment(words)
