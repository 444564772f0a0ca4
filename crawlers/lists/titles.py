"""Whether a list tells another title than before, whatever it writes around it. Pure."""

import hashlib
import re

__all__ = ["MOST_TITLES", "is_retitled", "title_mark"]

MOST_TITLES = 100
"""So many listed titles of a source are remembered: those of its first page, then of the next ones."""

# Marks for pinned and new items, counts and dates come and go around a title that stays.
_AROUND = re.compile(
    r"置顶|推荐|\bnew\b|\bhot\b|\d{2,4}[-/.年]\d{1,2}([-/.月]\d{1,2}日?)?|[(（\[]\d+[)）\]]|(?:阅读|浏览|点击)(?:量|次数)?\W?\d+次?|[\W_]+",
    re.IGNORECASE,
)
_MARK = 8


def title_mark(title: str) -> str:
    """Return a short mark of what a title says."""
    return hashlib.sha256(_AROUND.sub("", title).encode()).hexdigest()[:_MARK]


def is_retitled(before: object, title: str) -> bool:
    """Return whether a title is another than the one whose mark was remembered; where none was, nothing is known."""
    return isinstance(before, str) and before != title_mark(title)
