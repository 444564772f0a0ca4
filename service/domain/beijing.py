"""Times as people in the office write them: Beijing time, and durations that count down."""

from datetime import datetime, time, timedelta

from crawlers.records import BEIJING

__all__ = ["BEIJING", "beijing", "countdown", "dated", "duration", "in_minutes"]

_SECONDS_BELOW = timedelta(hours=3)
_MINUTE = timedelta(minutes=1)
_DAYS_FROM = timedelta(days=2)


def beijing(moment: datetime, now: datetime) -> str:
    """Return `11月25日 14:32`, with the year where it is not the year of `now` in Beijing."""
    local = moment.astimezone(BEIJING)
    day = f"{local.month}月{local.day}日 {local:%H:%M}"
    return day if local.year == now.astimezone(BEIJING).year else f"{local.year}年{day}"


def dated(moment: datetime, now: datetime) -> str:
    """Return a time as `beijing` does, and the day alone where it is midnight to the second.

    A date alone is kept as the midnight that begins it; what really is of that second loses no more than its zeros.
    """
    told = beijing(moment, now)
    return told.removesuffix(" 00:00") if moment.astimezone(BEIJING).time() == time() else told


def duration(span: timedelta) -> str:
    """Return a length of time: to the second below 3 hours, to the minute above, in days and hours from 2 days on; what is whole says no zeros."""
    seconds = int(abs(span).total_seconds())
    hours, minutes = seconds // 3600, seconds // 60 % 60
    if abs(span) >= _DAYS_FROM:
        return f"{hours // 24}天{hours % 24}小时" if hours % 24 else f"{hours // 24}天"
    if abs(span) >= _SECONDS_BELOW:
        return f"{hours}小时{minutes:02d}分"
    rest = f"{seconds % 60:02d}秒" if seconds % 60 else ""
    if hours:
        return f"{hours}小时{minutes:02d}分{rest}"
    return f"{minutes}分{rest}" if minutes else f"{seconds}秒"


def in_minutes(span: timedelta) -> str:
    """Return a length of time as a paper or a mail tells it, which is read later: without the seconds, but where there is no minute."""
    return duration(span - span % _MINUTE if abs(span) >= _MINUTE else span)


def countdown(until: datetime, now: datetime) -> str:
    """Return `剩余4小时05分` before `until`, `已超时12分30秒` from it on."""
    left = until - now
    return f"剩余{duration(left)}" if left > timedelta(0) else f"已超时{duration(left)}"
