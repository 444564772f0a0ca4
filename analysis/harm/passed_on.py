"""Illnesses that blood passed on, at a dialysis or by a needle: whether a sentence tells of them, and how many have them.

A number of people whose test is positive is a statistic of a screening anywhere else. All patterns read normalised text.
"""

import re
from collections.abc import Iterator

from analysis.harm.people import MEASURE, NUMBER

__all__ = ["infected", "passed_on"]

_BY_BLOOD = re.compile("透析|血透|输血|针头|针管|注射器|献浆|血浆")
_BLOOD_BORNE = re.compile(
    "(?:查出|检出|验出|感染|染上|得了|转成?|变成?)[^,。]{0,8}?(?:丙肝|乙肝|艾滋|梅毒|hiv|hcv)|(?:丙肝|乙肝|艾滋|梅毒|hiv|hcv)(?:抗体|病毒)?[^,。]{0,3}(?:阳性|转阳)"
)
_NOT_PASSED_ON = re.compile(
    "筛查|普查|科普|预防|如何|怎么|怎样|专区|专机|单独|医保|报销|携带者|途径|感染率|隔离|免费|治愈|规范|指南|应当|应该|疫苗|母婴"
)
_PEOPLE_BEFORE = re.compile(f"(?P<n>{NUMBER}) ?[多余]? ?{MEASURE}[^,。;0-9]{{0,10}}$")


def passed_on(words: str) -> re.Match[str] | None:
    """Return where a sentence says that people have an illness that blood passed on; `None` where it does not."""
    told = _BLOOD_BORNE.search(words) if _BY_BLOOD.search(words) else None
    return told if told and not _NOT_PASSED_ON.search(words) else None


def infected(words: str) -> Iterator[tuple[int, int, str]]:
    """Yield start, end and number of the people of whom a sentence says so: 血透室9名患者丙肝阳性."""
    told = passed_on(words)
    before = _PEOPLE_BEFORE.search(words[: told.start()]) if told else None
    if before:
        yield before.start(), before.end(), before.group("n")
