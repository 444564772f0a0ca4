"""Geometry of the small server-drawn charts, so that pages are readable before any script has run. Pure."""

from collections.abc import Sequence

from service.web.views.overview import Volume

__all__ = ["band_points", "line_points", "spark_points", "ticks"]

_MOST_STEPS = 4


def spark_points(counts: Sequence[int], *, width: int = 90, height: int = 28) -> str:
    """Return the `points` of a sparkline, zero at the bottom; fewer than two counts give no line."""
    if len(counts) <= 1:
        return ""
    top = max(*counts, 1)
    step = width / (len(counts) - 1)
    return " ".join(f"{i * step:.1f},{height - 2 - count / top * (height - 4):.1f}" for i, count in enumerate(counts))


def line_points(counts: Sequence[int | None], *, top: int, width: int, height: int) -> str:
    """Return the `points` of a day's line; hours still to come are left out."""
    return " ".join(
        f"{hour / 23 * width:.1f},{height - count / top * height:.1f}"
        for hour, count in enumerate(counts)
        if count is not None
    )


def band_points(volume: Volume, *, width: int, height: int) -> str:
    """Return the `points` of the expected band as one polygon; empty where no band is known."""
    if not volume.bands:
        return ""
    upper = [(hour, band.high) for hour, band in enumerate(volume.bands)]
    lower = [(hour, band.low) for hour, band in reversed(list(enumerate(volume.bands)))]
    return " ".join(
        f"{hour / 23 * width:.1f},{height - value / volume.top * height:.1f}" for hour, value in upper + lower
    )


def ticks(top: int) -> tuple[int, ...]:
    """Return up to five round axis values (steps of 1, 2 or 5 times a power of ten) from zero to at most `top`."""
    scale = 1
    while True:
        for step in (scale, 2 * scale, 5 * scale):
            if top <= _MOST_STEPS * step:
                return tuple(range(0, top + 1, step))
        scale *= 10
