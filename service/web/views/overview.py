"""The parts of the overview beside the alert list: volume against its expected band, city tiles, source health. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from service.domain.places import CITIES, CITY_DIGITS, PROVINCE
from service.web.views.wording import local

__all__ = ["BAND_DAYS", "Band", "Tile", "Volume", "city_tiles", "day_start", "volume"]

BAND_DAYS = 14
_LEAST_BAND_DAYS = 5
_SURGE_LEAST = 10
_MANY = 10

# Columns and rows of the schematic: where the eleven cities lie to each other; it is no map.
_PLACES: Sequence[tuple[str, int, int]] = (
    ("3604", 2, 1),
    ("3602", 3, 1),
    ("3609", 1, 2),
    ("3601", 2, 2),
    ("3606", 3, 2),
    ("3611", 4, 2),
    ("3603", 1, 3),
    ("3605", 2, 3),
    ("3610", 3, 3),
    ("3608", 2, 4),
    ("3607", 2, 5),
)


@dataclass(frozen=True, slots=True)
class Tile:
    """One city: its place in the grid, its count, and a shade from 0 (none) to 3 (far above the others)."""

    code: str
    name: str
    column: int
    row: int
    count: int
    shade: int


@dataclass(frozen=True, slots=True)
class Band:
    """What is expected of an hour of the day: the 10th to 90th percentile of earlier days, in documents."""

    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Volume:
    """Documents per hour of the Beijing day. `counts[h]` is `None` for an hour still to come.

    `running` is the hour that is not over: its count is of a part of it, and no line leads down to that.
    `bands` is empty while fewer than five earlier days are known. `surge` is the latest hour above its band with its
    ratio to the band's upper edge.
    """

    counts: tuple[int | None, ...]
    bands: tuple[Band, ...]
    surge: tuple[int, float] | None
    total: int
    top: int
    days_known: int
    running: int

    @property
    def whole(self) -> tuple[int | None, ...]:
        """The counts of the hours that are over, `None` for the others."""
        return tuple(count if hour < self.running else None for hour, count in enumerate(self.counts))

    @property
    def unfinished(self) -> tuple[int | None, ...]:
        """The last whole hour and the running one, `None` for the others: what is drawn dashed."""
        return tuple(
            count if self.running - 1 <= hour <= self.running else None for hour, count in enumerate(self.counts)
        )

    @property
    def label(self) -> str:
        """The chart in words, for whoever does not see it."""
        so_far = f"{self.running} 时未满一小时，至今 {self.counts[self.running]} 篇"
        return f"今日每小时稿件数，共 {self.total} 篇；{so_far}"


def day_start(now: datetime) -> datetime:
    """Return the start of the Beijing day."""
    return local(now).replace(hour=0, minute=0, second=0, microsecond=0)


def volume(hourly: Mapping[datetime, int], now: datetime) -> Volume:
    """Return today's hours against the same hours of the last fourteen days.

    `hourly` holds documents per hour over those days; days on which nothing at all was stored count as unknown, not as
    zero.
    """
    start = day_start(now)
    days: dict[int, list[int]] = {}
    for hour, count in hourly.items():
        back = (start.date() - local(hour).date()).days
        days.setdefault(back, [0] * 24)[local(hour).hour] += count
    today = days.pop(0, [0] * 24)
    past = [hours for back, hours in days.items() if 0 < back <= BAND_DAYS and any(hours)]
    known = local(now).hour
    counts = tuple(today[hour] if hour <= known else None for hour in range(24))
    bands = tuple(_band([hours[hour] for hours in past]) for hour in range(24)) if len(past) >= _LEAST_BAND_DAYS else ()
    shown = [count for count in counts if count is not None]
    return Volume(
        counts=counts,
        bands=bands,
        surge=_surge(counts, bands),
        total=sum(shown),
        top=max([*shown, *(round(band.high) for band in bands), 4]),
        days_known=len(past),
        running=known,
    )


def _band(values: Sequence[int]) -> Band:
    ordered = sorted(values)
    last = len(ordered) - 1
    return Band(low=float(ordered[round(last * 0.1)]), high=float(ordered[round(last * 0.9)]))


def _surge(counts: Sequence[int | None], bands: Sequence[Band]) -> tuple[int, float] | None:
    found = None
    for hour, band in enumerate(bands):
        count = counts[hour]
        if count is not None and count >= _SURGE_LEAST and count > band.high * 1.5:
            found = (hour, count / max(band.high, 1.0))
    return found


def city_tiles(totals: Mapping[str, int]) -> tuple[tuple[Tile, ...], int, int]:
    """Return the city tiles, and the counts of the province as a whole and of places elsewhere or unknown."""
    counts = dict.fromkeys(CITIES, 0)
    province = elsewhere = 0
    for region, count in totals.items():
        if region[:CITY_DIGITS] in counts:
            counts[region[:CITY_DIGITS]] += count
        elif region.startswith(PROVINCE):
            province += count
        else:
            elsewhere += count
    top = max(counts.values())
    tiles = tuple(
        Tile(code, CITIES[code], column, row, counts[code], _shade(counts[code], top)) for code, column, row in _PLACES
    )
    return tiles, province, elsewhere


def _shade(count: int, top: int) -> int:
    if count == 0:
        return 0
    if count >= _MANY and count == top:
        return 3
    return 2 if count >= _MANY else 1
