"""From the tables of a notice to records: which product of which maker, which batch, what failed. Pure.

The heading is found, not presumed: it may be repeated on every page, stand in two lines, or stand in the first column.
A table that goes on over a page goes on in its records; a row that the page cut in two is one record.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from types import MappingProxyType

from crawlers.attachments.grid import Grid
from crawlers.attachments.headings import FIELDS, NOTE, field_of

__all__ = ["NoticeRow", "notice_rows"]

MAX_RECORDS = 5_000
_HEADING_WITHIN = 8
_FEWEST_FIELDS = 2
_ALIKE = 0.8
_DITTO = frozenset({"同上", "〃", "″", '"', "同前"})
# What a merged cell of the page before says of the rows below it on the next.
_INHERITED = frozenset({"serial", "product", "specification", "maker", "approval", "sampled_from", "sampled_at"})
_FROM_AROUND = ("product", "specification", "maker", "approval")


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeRow:
    """One record of a notice. `values` holds what its columns said, by the names of `headings.FIELDS`; nothing empty.

    `others` holds columns with a heading that names no field; `where` is the page or sheet.
    """

    values: Mapping[str, str]
    others: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    where: str = ""

    def to_json(self) -> dict[str, str]:
        """Return the record as plain values, fields first."""
        return dict(self.values) | dict(self.others) | ({"where": self.where} if self.where else {})


@dataclass(slots=True)
class _Columns:
    """The heading in force: the field (or `None`) and the words of each column."""

    fields: list[str | None]
    words: list[str]

    @property
    def width(self) -> int:
        return len(self.words)


def notice_rows(grids: Sequence[Grid]) -> list[NoticeRow]:
    """Return the records of all tables in order, at most `MAX_RECORDS`; a table without a known heading gives none."""
    found: list[NoticeRow] = []
    columns: _Columns | None = None
    around: Mapping[str, str] = {}
    before: Grid | None = None
    for grid in (part for whole in grids for part in _unnested(whole)):
        if len(found) >= MAX_RECORDS:
            break
        heading, start = _heading(grid)
        goes_on = columns is not None and before is not None and _goes_on(before, grid, heading, columns)
        if heading is None and not goes_on:
            standing = _standing(grid)
            if standing:
                around = standing[0].values
                found.extend(standing)
            columns, before = None, None
            continue
        columns = heading or columns
        assert columns is not None
        _take(found, grid, start, columns, around=around, goes_on=goes_on)
        before = grid
    return found[:MAX_RECORDS]


def _take(
    found: list[NoticeRow], grid: Grid, start: int, columns: _Columns, *, around: Mapping[str, str], goes_on: bool
) -> None:
    last: NoticeRow | None = found[-1] if found and goes_on else None
    first = True
    leading = set(_INHERITED)
    for cells in grid.cells[start:]:
        if _is_no_record(cells, columns):
            continue
        row = _record(cells, columns, grid.where)
        if goes_on and first and last is not None and _is_rest(row, last, columns):
            found[-1] = _joined(last, row)
        elif row.values:
            # Only while a column has been empty since the top of the page can it belong to a cell of the page before.
            leading -= set(row.values)
            inherited = leading if goes_on else set()
            found.append(
                _completed(row, found[-1] if found and (goes_on or not first) else None, inherited, around, columns)
            )
        first = False


def _heading(grid: Grid) -> tuple[_Columns | None, int]:
    """Return the heading of a table and the number of the first row below it."""
    for number, cells in enumerate(grid.cells[:_HEADING_WITHIN]):
        fields = [field_of(cell) for cell in cells]
        if _is_banner(cells) or len({name for name in fields if name}) < _FEWEST_FIELDS:
            continue
        if sum(1 for cell in cells if cell and field_of(cell) is None) > len(cells) / 2:
            continue
        below = grid.cells[number + 1] if number + 1 < len(grid.cells) else ()
        if _is_second_line(cells, below):
            words = [_under(upper, lower) for upper, lower in zip(cells, below, strict=True)]
            return _named(words, cells, below), number + 2
        if _is_form(grid):
            return None, 0
        return _Columns([*fields], [*cells]), number + 1
    return None, 0


def _is_second_line(upper: Sequence[str], lower: Sequence[str]) -> bool:
    """Tell whether a second line of headings follows: where the first has a wide cell, the second names its parts."""
    if not lower:
        return False
    wide = {index for index, (one, two) in enumerate(pairwise(upper)) if one and one == two}
    wide |= {index + 1 for index in wide}
    if not wide:
        return False
    rest = [index for index in range(len(upper)) if index not in wide]
    return all(lower[index] == upper[index] for index in rest) and any(
        field_of(lower[index]) or field_of(upper[index] + lower[index]) for index in wide
    )


def _under(upper: str, lower: str) -> str:
    return upper if lower in {"", upper} else lower


def _named(words: list[str], upper: Sequence[str], lower: Sequence[str]) -> _Columns:
    fields = [
        field_of(one + two) or field_of(two) or field_of(one) if one != two else field_of(one)
        for one, two in zip(upper, lower, strict=True)
    ]
    return _Columns(fields, words)


def _goes_on(before: Grid, grid: Grid, heading: _Columns | None, columns: _Columns) -> bool:
    if not (before.ends_page and grid.opens_page and grid.width == columns.width):
        return False
    return heading is None or heading.words == columns.words


def _is_banner(cells: Sequence[str]) -> bool:
    return len(cells) > 1 and len({cell for cell in cells if cell}) <= 1


def _is_no_record(cells: Sequence[str], columns: _Columns) -> bool:
    filled = [(cell, word) for cell, word in zip(cells, columns.words, strict=True) if cell]
    if not filled or _is_banner(cells) or NOTE.match(filled[0][0]):
        return True
    return sum(1 for cell, word in filled if cell == word) >= _ALIKE * len(filled)


def _record(cells: Sequence[str], columns: _Columns, where: str) -> NoticeRow:
    values: dict[str, str] = {}
    others: dict[str, str] = {}
    for cell, name, word in zip(cells, columns.fields, columns.words, strict=True):
        if not cell:
            continue
        if name is None:
            others[word or "其他"] = cell
        elif name not in values:
            values[name] = cell
        elif cell not in values[name]:
            values[name] = f"{values[name]}；{cell}"
    return NoticeRow(values=values, others=others, where=where)


def _is_rest(row: NoticeRow, last: NoticeRow, columns: _Columns) -> bool:
    """Tell whether a row at the top of a page is the rest of one that the page before cut: what names a record is empty."""
    name = next((key for key in ("serial", "batch", "product") if key in columns.fields), None)
    if name is None or name in row.values:
        return False
    if name == "serial" and "batch" in row.values and "batch" in last.values:
        return "product" not in row.values and len(row.values) < len(last.values) / 2
    return True


def _joined(last: NoticeRow, rest: NoticeRow) -> NoticeRow:
    def join(one: Mapping[str, str], two: Mapping[str, str]) -> dict[str, str]:
        return dict(one) | {key: one.get(key, "") + value for key, value in two.items()}

    return NoticeRow(values=join(last.values, rest.values), others=join(last.others, rest.others), where=last.where)


def _completed(
    row: NoticeRow,
    above: NoticeRow | None,
    inherited: set[str],
    around: Mapping[str, str],
    columns: _Columns,
) -> NoticeRow:
    values = dict(row.values)
    if above is not None:
        for name, value in row.values.items():
            if value in _DITTO and name in above.values:
                values[name] = above.values[name]
        for name in inherited & set(columns.fields) & set(above.values) - set(values) - {"serial"}:
            values[name] = above.values[name]
        if "product" not in values and "product" in columns.fields and "product" in above.values and "batch" in values:
            values["product"] = above.values["product"]
    for name in _FROM_AROUND:
        if name not in columns.fields and name in around:
            values.setdefault(name, around[name])
    ordered = {name: values[name] for name in FIELDS if name in values}
    return NoticeRow(values=ordered, others=row.others, where=row.where)


def _unnested(grid: Grid) -> Iterator[Grid]:
    """Yield a table, or, where a PDF drew another one into a cell of its second column, the rows above it and that one."""
    start = next((number for number in range(1, len(grid.cells)) if _opens_inner(grid, number)), None)
    if start is None:
        yield grid
        return
    label = grid.cells[start][0]
    end = next((n for n in range(start, len(grid.cells)) if grid.cells[n][0] != label), len(grid.cells))
    outer = [row[:2] for row in (*grid.cells[:start], *grid.cells[end:])]
    yield Grid(cells=tuple(outer), where=grid.where)
    yield Grid(cells=tuple(row[1:] for row in grid.cells[start:end]), where=grid.where)


def _opens_inner(grid: Grid, number: int) -> bool:
    row = grid.cells[number]
    below = grid.cells[number + 1] if number + 1 < len(grid.cells) else ("",)
    inside = {field_of(cell) for cell in row[1:]} - {None}
    above = grid.cells[:number]
    return row[0] == below[0] and len(inside) >= _FEWEST_FIELDS and all(len(set(one[1:])) == 1 for one in above)


def _is_form(grid: Grid) -> bool:
    """Tell a form from a table of records: two columns of label and value, or labels in more than one column."""
    labels = [index for index in range(grid.width) if _is_label_column(grid, index)]
    return labels[:1] == [0] and (grid.width == 2 or len(labels) > 1)  # noqa: PLR2004 - label and value


def _standing(grid: Grid) -> list[NoticeRow]:
    """Return the records of a table whose headings stand in a column: label and value, once or twice in a row, or several values."""
    labels = [index for index in range(grid.width) if _is_label_column(grid, index)]
    if not labels or labels[0] != 0 or grid.width < 2:  # noqa: PLR2004 - label and value
        return []
    if len(labels) == 1:
        return [row for index in range(1, grid.width) if (row := _upright(grid, [(0, index)])).values]
    pairs = [(index, index + 1) for index in labels if index + 1 < grid.width]
    row = _upright(grid, pairs)
    return [row] if row.values else []


def _is_label_column(grid: Grid, index: int) -> bool:
    cells = [row[index] for row in grid.cells if row[index] and not _is_banner(row)]
    named = sum(1 for cell in cells if field_of(cell))
    return len({field_of(cell) for cell in cells} - {None}) >= _FEWEST_FIELDS and named >= len(cells) / 2


def _upright(grid: Grid, pairs: Sequence[tuple[int, int]]) -> NoticeRow:
    values: dict[str, str] = {}
    others: dict[str, str] = {}
    for label, value in _labelled(grid, pairs):
        name = field_of(label)
        if name is not None:
            values.setdefault(name, value)
        else:
            others.setdefault(label, value)
    ordered = {name: values[name] for name in FIELDS if name in values}
    return NoticeRow(values=ordered, others=others if values else {}, where=grid.where)


def _labelled(grid: Grid, pairs: Sequence[tuple[int, int]]) -> Iterator[tuple[str, str]]:
    for row in grid.cells:
        for label, value in pairs:
            if row[label] and row[value] and row[label] != row[value]:
                yield row[label], row[value]
