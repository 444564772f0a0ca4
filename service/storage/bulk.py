"""Rows written and read many at a time, a column at a time.

The library walks every row through its own parameters, name by name, which costs more than SQLite takes to store the
row: 11 µs a document of 19 columns against 8. Here a statement is compiled once a process, each column is converted in
one go, and the driver gets whole rows. Read the same way, 33 columns of a document come in half the time: the library
asks every column of every row whether it is to be converted, and six of them are.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain, repeat
from typing import Any

from sqlalchemy import Connection, Insert, Select
from sqlalchemy.engine import Dialect

__all__ = ["ROWS_AT_ONCE", "Same", "columns_of", "execute_columns", "fetch_rows"]

ROWS_AT_ONCE = 64
"""Rows that one statement inserts into SQLite: it prepares each to be undone alone, which costs a third of a judgement's
row. More gain nothing, and of the widest table these are 1,216 of the 32,766 values that a statement takes."""


@dataclass(frozen=True, slots=True)
class Same:
    """A column that has one value in every row."""

    value: Any


@dataclass(frozen=True, slots=True)
class _Plan:
    text: str
    text_of_many: str
    order: tuple[str, ...]
    positional: bool
    convert: Mapping[str, Callable[[Any], Any]]

    def column(self, name: str, values: Sequence[Any] | Same) -> Iterable[Any]:
        convert = self.convert.get(name)
        if isinstance(values, Same):
            return repeat(values.value if convert is None else convert(values.value))
        return values if convert is None else map(convert, values)


def columns_of(rows: Sequence[Mapping[str, Any]]) -> dict[str, list[Any]]:
    """Return rows of one shape as columns; empty without rows."""
    return {name: [row[name] for row in rows] for name in rows[0]} if rows else {}


def execute_columns(connection: Connection, statement: Insert, columns: Mapping[str, Sequence[Any] | Same]) -> None:
    """Run an insert, given once and for all, for every row of `columns`, which are as long as each other.

    Raises:
        ValueError: If every column is `Same`, so that nothing says how many rows there are, or lengths differ.
    """
    plan = _plan(statement, tuple(columns), _Known(connection.dialect))
    lengths = {len(values) for values in columns.values() if not isinstance(values, Same)}
    if len(lengths) != 1:
        raise ValueError(f"columns of one table must be of one length, got {sorted(lengths)}")
    if 0 in lengths:
        return
    rows = zip(*(plan.column(name, columns[name]) for name in plan.order), strict=False)
    if plan.positional:
        _execute_by_many(connection, plan, list(rows))
    else:
        connection.exec_driver_sql(plan.text, [dict(zip(plan.order, row, strict=True)) for row in rows])


def _execute_by_many(connection: Connection, plan: _Plan, rows: Sequence[tuple[Any, ...]]) -> None:
    whole = len(rows) - len(rows) % ROWS_AT_ONCE
    if whole:
        values = [tuple(chain.from_iterable(rows[n : n + ROWS_AT_ONCE])) for n in range(0, whole, ROWS_AT_ONCE)]
        connection.exec_driver_sql(plan.text_of_many, values)
    if whole < len(rows):
        connection.exec_driver_sql(plan.text, rows[whole:])


def fetch_rows(connection: Connection, statement: Select[Any], bound: Mapping[str, Any]) -> Iterator[tuple[Any, ...]]:
    """Return the rows that a statement, given once and for all, selects with its parameters bound, as plain tuples."""
    result = connection.execute(statement, bound)
    columns: list[Iterable[Any]] = list(zip(*result.cursor.fetchall(), strict=True))
    result.close()
    if columns:
        for number, convert in _converted(statement, _Known(connection.dialect)):
            columns[number] = map(convert, columns[number])
    return zip(*columns, strict=True)


@cache
def _converted(statement: Select[Any], known: "_Known") -> list[tuple[int, Callable[[Any], Any]]]:
    """Return which columns are converted, and how."""
    dialect = known.dialect
    types = [column.type.dialect_impl(dialect) for column in statement.selected_columns]
    processors = [one.result_processor(dialect, None) for one in types]
    return [(number, convert) for number, convert in enumerate(processors) if convert is not None]


@dataclass(frozen=True, eq=False)
class _Known:
    """A dialect by its name: what one engine of a kind says of a statement, all of them say."""

    dialect: Dialect

    def __hash__(self) -> int:
        return hash(self.dialect.name)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Known) and self.dialect.name == other.dialect.name


@cache
def _plan(statement: Insert, names: tuple[str, ...], known: _Known) -> _Plan:
    dialect = known.dialect
    compiled = statement.compile(dialect=dialect, column_keys=list(names), for_executemany=True)
    order = tuple(compiled.positiontup) if compiled.positiontup is not None else names
    if set(order) != set(names):
        raise ValueError(f"the statement binds {sorted(order)}, not {sorted(names)}")
    table = statement.table
    processors = {name: table.c[name].type.dialect_impl(dialect).bind_processor(dialect) for name in names}
    text, row = str(compiled), f"({', '.join('?' * len(order))})"
    return _Plan(
        text=text,
        text_of_many=text.replace(f"VALUES {row}", f"VALUES {', '.join([row] * ROWS_AT_ONCE)}", 1),
        order=order,
        positional=compiled.positiontup is not None,
        convert={name: processor for name, processor in processors.items() if processor is not None},
    )
