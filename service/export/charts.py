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

__all__ = ["bars", "chinese_font", "daily_line", "line_of"]

_DPI = 200
_MOST_BARS = 11
_FEWEST_BARS = 3
# Parts of the highest point: within them two names, or two figures, would lie on each other in a drawing of 1.2 inches.
_NEAR = 0.25
_CLOSE = 0.3
# In points: a name at zero is not struck through by the axis.
_OVER_THE_DAYS = 5
# The figures over the highest point keep clear of the title.
_HEADROOM = 1.45
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
    with mpl.rc_context({"font.family": font, "font.size": 9, "axes.unicode_minus": False}):
        return _png(line_of(figures))


def line_of(figures: WeekFigures) -> Figure:
    """Return the week's lines as they are drawn: no two of their words lie on each other."""
    figure = Figure(figsize=(6.1, 1.2), layout="constrained")
    axes = figure.subplots()
    days = [f"{day.month}月{day.day}日" for day, _, _ in figures.daily]
    lines = (
        ("监测信息", [count for _, count, _ in figures.daily], "o", "-"),
        ("风险稿件", [risk for _, _, risk in figures.daily], "s", "--"),
    )
    top = max((count for _, count, _ in figures.daily), default=0)
    for (name, counts, marker, style), shift in zip(lines, _apart(figures, top), strict=True):
        axes.plot(days, counts, marker=marker, linestyle=style, color="black", linewidth=1.2, markersize=4)
        # The last figure is centred over its point: the name begins where it ends.
        beside = (4 + 2 * len(str(counts[-1])), shift)
        axes.annotate(name, (len(days) - 1, counts[-1]), xytext=beside, textcoords="offset points", va="center")
    for place, (_, count, risk) in enumerate(figures.daily):
        # One figure is enough for two points in one place; over two points close by, both figures stand above the upper.
        close = 0 < count - risk <= top * _CLOSE
        _figure_at(axes, (place, count), count, above=13 if close else 5)
        if risk != count:
            _figure_at(axes, (place, count if close else risk), risk, above=4)
    axes.margins(x=0.08)
    axes.set_ylim(0, (top or 1) * _HEADROOM)
    axes.set_title("每日篇数", fontsize=9, loc="left")
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(axis="y", color="#cccccc", linewidth=0.6)
    return figure


def _figure_at(axes: Axes, point: tuple[int, int], figure_of: int, *, above: int) -> None:
    axes.annotate(str(figure_of), point, xytext=(0, above), textcoords="offset points", ha="center", fontsize=7)


def _apart(figures: WeekFigures, top: int) -> tuple[int, int]:
    """Return by how many points the names of the two lines are moved, so that they lie neither on each other nor on the days."""
    _, count, risk = figures.daily[-1]
    if count - risk > top * _NEAR:
        return 0, (_OVER_THE_DAYS if risk <= top * _NEAR else 0)
    return (_OVER_THE_DAYS + 11, _OVER_THE_DAYS) if risk <= top * _NEAR else (6, -6)


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
