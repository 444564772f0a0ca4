"""Produced briefings, grouped by week. Reads file names, sizes and times only."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from service.domain.week import Week, parse_week

__all__ = ["Issue", "IssueFile", "download_name", "issues_of", "week_word"]

_NAME = re.compile(r"briefing-(\d{4}-W\d{2})\.(docx|pdf|html|xlsx)$")
# In this order: what is sent on first, the figures last.
_FORMS = {"docx": "文档", "pdf": "PDF", "html": "网页", "xlsx": "表格"}


@dataclass(frozen=True, slots=True)
class IssueFile:
    """One file of an issue."""

    name: str
    word: str
    size: str


@dataclass(frozen=True, slots=True)
class Issue:
    """One week's briefing with its files."""

    week: Week
    word: str
    span: str
    at: datetime
    files: tuple[IssueFile, ...]


def week_word(week: Week) -> str:
    """Return `2026 年第 47 周（11月16日—11月22日）`."""
    first, last = week.days[0], week.days[-1]
    return f"{week.year} 年第 {week.number} 周（{first.month}月{first.day}日—{last.month}月{last.day}日）"


def download_name(name: str) -> str:
    """Return the name under which a file of an issue is saved, by which it is found among others in three years.

    Such as `药品安全舆情周报 2026年第47周（11月16日至11月22日）.docx`; a name of another form stays as it is.
    """
    match = _NAME.search(name)
    if match is None:
        return name
    return f"{name[: match.start()]}药品安全舆情周报 {parse_week(match[1]).word}.{match[2]}"


def issues_of(files: Sequence[Path]) -> list[Issue]:
    """Return the issues in the folder, newest week first; other files are left out."""
    weeks: dict[Week, list[Path]] = {}
    for path in files:
        match = _NAME.search(path.name)
        if match is not None and not path.name.startswith("."):
            weeks.setdefault(parse_week(match[1]), []).append(path)
    return [_issue(week, paths) for week, paths in sorted(weeks.items(), reverse=True)]


def _issue(week: Week, paths: Sequence[Path]) -> Issue:
    first, last = week.days[0], week.days[-1]
    made = max(path.stat().st_mtime for path in paths)
    return Issue(
        week=week,
        word=f"{week.year} 年第 {week.number} 周",
        span=f"{first.month}月{first.day}日—{last.month}月{last.day}日",
        at=datetime.fromtimestamp(made, UTC),
        files=tuple(
            IssueFile(path.name, _FORMS[path.suffix.removeprefix(".")], _size(path.stat().st_size))
            for path in sorted(paths, key=_rank)
        ),
    )


def _rank(path: Path) -> tuple[int, str]:
    return [*_FORMS].index(path.suffix.removeprefix(".")), path.name


def _size(count: int) -> str:
    return f"{count / 1024:.0f} KB" if count < 1024 * 1024 else f"{count / 1024 / 1024:.1f} MB"
