"""The lines of a week can be read wherever they run: no figure or word lies on another."""

from dataclasses import replace
from itertools import combinations

import matplotlib as mpl
import pytest
from matplotlib.text import Text

from service.export.charts import chinese_font, line_of
from tests.unit.service.export.issue import FIGURES, WEEK

# In pixels: boxes of letters touch before the letters do.
_TOUCH = 1.5
WEEKS = {
    "highest on the first day": ((336, 4), (308, 3), (256, 51), (0, 0), (0, 0), (0, 0), (0, 0)),
    "highest on the last day": ((0, 0), (0, 0), (3, 1), (12, 3), (40, 9), (90, 20), (300, 12)),
    "all of it risk": ((5, 5), (9, 9), (2, 2), (0, 0), (7, 7), (3, 3), (9, 9)),
    "nearly all of it risk": ((50, 49), (90, 85), (20, 18), (30, 30), (70, 66), (30, 29), (90, 88)),
    "nothing": ((0, 0),) * 7,
    "a level week": ((300, 20), (311, 22), (305, 18), (299, 25), (310, 30), (305, 20), (301, 22)),
    "tens of thousands": (
        (20300, 1200),
        (31100, 2200),
        (30500, 1800),
        (29900, 9500),
        (31000, 3000),
        (30500, 2000),
        (30100, 2200),
    ),
}


@pytest.mark.parametrize("counts", WEEKS.values(), ids=WEEKS)
def test_no_figure_or_word_of_the_lines_of_a_week_lies_on_another(counts: tuple[tuple[int, int], ...]) -> None:
    daily = tuple((day, count, risk) for day, (count, risk) in zip(WEEK.days, counts, strict=True))
    family = chinese_font() or "DejaVu Sans"
    with mpl.rc_context({"font.family": family, "font.size": 9, "axes.unicode_minus": False}):
        figure = line_of(replace(FIGURES, daily=daily))
        figure.draw_without_rendering()
        words = [text for text in figure.findobj(Text) if text.get_text().strip() and text.get_visible()]
        boxes = [(text.get_text(), text.get_window_extent()) for text in words]
    assert len(boxes) >= 10
    overlaps = [
        (one, other)
        for (one, a), (other, b) in combinations(boxes, 2)
        if min(a.x1, b.x1) - max(a.x0, b.x0) > _TOUCH and min(a.y1, b.y1) - max(a.y0, b.y0) > _TOUCH
    ]
    assert overlaps == []
