"""The briefing's pictures, readable in grey: lines with markers, horizontal bars with their figures written out."""

import io
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import matplotlib as mpl
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from service.domain.figures.briefing import Change, WeekFigures

__all__ = ["bars", "chinese_font", "daily_line"]

_DPI = 200
_MOST_BARS = 11
_FEWEST_BARS = 3
_NEAR = 0.12
_FAMILIES = (
    "Noto Sans CJK SC",
    "Source Han Sans SC",
    "Source Han Sans CN",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
    "Microsoft YaHei",
    "SimHei",
)
_FILES = ("NotoSansCJK", "SourceHanSans", "wqy-microhei", "wqy-zenhei", "msyh", "simhei")


@cache
def chinese_font() -> str | None:
    """Return the name of an installed Chinese font that matplotlib can draw with, or `None`."""
    known = {font.name for font in font_manager.fontManager.ttflist}
    found = next((family for family in _FAMILIES if family in known), None)
    if found is not None:
        return found
    for path in font_manager.findSystemFonts():
        if Path(path).name.startswith(_FILES):
            font_manager.fontManager.addfont(path)
            return font_manager.FontProperties(fname=path).get_name()
    return None


def daily_line(figures: WeekFigures) -> bytes | None:
    """Return the week's line chart as PNG, all and risk documents by day; `None` without a Chinese font or a day."""
    font = chinese_font()
    if font is None or not figures.daily:
        return None
    days = [f"{day.month}月{day.day}日" for day, _, _ in figures.daily]
    with mpl.rc_context({"font.family": font, "font.size": 9, "axes.unicode_minus": False}):
        figure = Figure(figsize=(6.1, 1.2), layout="constrained")
        axes = figure.subplots()
        lines = (
            ("监测信息", [count for _, count, _ in figures.daily], "o", "-"),
            ("风险稿件", [risk for _, _, risk in figures.daily], "s", "--"),
        )
        for (name, counts, marker, style), shift in zip(lines, _apart(figures), strict=True):
            axes.plot(days, counts, marker=marker, linestyle=style, color="black", linewidth=1.2, markersize=4)
            axes.annotate(name, (len(days) - 1, counts[-1]), xytext=(6, shift), textcoords="offset points", va="center")
        for place, (_, count, risk) in enumerate(figures.daily):
            for figure_of, above in ((count, 5), (risk, 4)):
                axes.annotate(
                    str(figure_of),
                    (place, figure_of),
                    xytext=(0, above),
                    textcoords="offset points",
                    ha="center",
                    fontsize=7,
                )
        axes.set_ylim(bottom=0)
        axes.set_title("每日篇数", fontsize=9, loc="left")
        axes.margins(x=0.08, y=0.2)
        axes.spines[["top", "right"]].set_visible(False)
        axes.grid(axis="y", color="#cccccc", linewidth=0.6)
        return _png(figure)


def _apart(figures: WeekFigures) -> tuple[int, int]:
    """Return by how many points the names of the two lines are moved up and down, so that they do not lie on each other."""
    top = max((count for _, count, _ in figures.daily), default=0)
    _, count, risk = figures.daily[-1]
    return (6, -6) if count - risk <= top * _NEAR else (0, 0)


def bars(left: Sequence[Change], right: Sequence[Change], *, titles: tuple[str, str]) -> bytes | None:
    """Return two panels of horizontal bars as PNG, the largest on top, each bar with its figure.

    `None` without a Chinese font, or where neither panel has rows.
    """
    font = chinese_font()
    if font is None or not (left or right):
        return None
    longest = min(max(len(left), len(right), _FEWEST_BARS), _MOST_BARS)
    with mpl.rc_context({"font.family": font, "font.size": 9, "axes.unicode_minus": False}):
        figure = Figure(figsize=(6.1, 0.5 + 0.24 * longest), layout="constrained")
        panels = figure.subplots(1, 2)
        for axes, rows, title in zip(panels, (left, right), titles, strict=True):
            _panel(axes, list(rows)[:_MOST_BARS][::-1], title, room=longest)
        return _png(figure)


def _panel(axes: Axes, rows: Sequence[Change], title: str, *, room: int) -> None:
    """Draw the bars from the top, as thick as those of the other panel: both have room for as many."""
    drawn = axes.barh([row.name for row in rows], [row.count for row in rows], color="#555555", height=0.6)
    axes.bar_label(drawn, padding=3)
    axes.set_title(title if rows else f"{title}：无", fontsize=9, loc="left")
    axes.margins(x=0.18)
    axes.set_ylim(len(rows) - room - 0.5, len(rows) - 0.5)
    axes.spines[["top", "right", "bottom"]].set_visible(False)
    axes.tick_params(axis="y", length=0)
    axes.set_xticks([])


def _png(figure: Figure) -> bytes:
    out = io.BytesIO()
    figure.savefig(out, format="png", dpi=_DPI, metadata={"Software": None})
    return out.getvalue()
