"""Reads what was typed into the forms of the page 值班表; a refusal names the field and how it is written. Pure."""

import re
from datetime import date, datetime, time

from service.domain.beijing import BEIJING
from service.domain.refusal import Refusal

__all__ = ["FIRST_DAY", "LAST_DAY", "MOST_DAYS", "day_typed", "days_typed", "handovers_typed", "moment_typed"]

# No roster is kept for other days, and at the ends of the calendar there is no day before or after.
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2099, 12, 31)
MOST_DAYS = 366
"""How many days one rotation may fill."""

_HANDOVERS = re.compile(r"[0-9]{2}:[0-9]{2}(?:[ ,，、]+[0-9]{2}:[0-9]{2})*")
_SHOWN = 20


def moment_typed(text: str, field: str) -> datetime:
    """Return the time of a field in Beijing time. Raises `Refusal`."""
    if not text.strip():
        raise Refusal(f"请填写班次的{field}时间")
    try:
        at = datetime.fromisoformat(text.strip())
    except ValueError:
        raise Refusal(f"{field}时间“{text[:_SHOWN]}”不是时刻，请重新选择") from None
    if not FIRST_DAY <= at.date() <= LAST_DAY:
        raise Refusal(f"班次的{field}时间须在{_years()}之间，请改正")
    return at.astimezone(BEIJING) if at.tzinfo else at.replace(tzinfo=BEIJING)


def day_typed(text: str) -> date:
    """Return the first day of a rotation. Raises `Refusal`."""
    if not text.strip():
        raise Refusal("请选择从哪一天起排班")
    try:
        day = date.fromisoformat(text.strip())
    except ValueError:
        raise Refusal(f"排班的第一天“{text[:_SHOWN]}”不是日期，请重新选择") from None
    if not FIRST_DAY <= day <= LAST_DAY:
        raise Refusal(f"排班的第一天须在{_years()}之间，请改正")
    return day


def days_typed(text: str) -> int:
    """Return how many days a rotation fills. Raises `Refusal`."""
    number = text.strip()
    is_number = number.isascii() and number.isdigit() and len(number) <= len(str(MOST_DAYS))
    if not is_number or not 1 <= int(number) <= MOST_DAYS:
        raise Refusal(f"天数须是1至{MOST_DAYS}的整数，请改正")
    return int(number)


def handovers_typed(text: str) -> tuple[time, ...]:
    """Return the times of day at which the next person takes over. Raises `Refusal`."""
    written = text.strip()
    try:
        if _HANDOVERS.fullmatch(written):
            return tuple(time.fromisoformat(word) for word in re.split("[ ,，、]+", written))
    except ValueError:
        pass
    raise Refusal(f"交接时间“{text[:_SHOWN]}”不是时刻，请写成 08:00 20:00")


def _years() -> str:
    return f"{FIRST_DAY.year}年至{LAST_DAY.year}年"
