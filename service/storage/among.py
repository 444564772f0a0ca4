"""The condition that a column is one of many values, bound as one value however many they are.

A list of placeholders is written and read again for every length, and SQLite takes 32,766 of them. This one is the same
statement for any number, so that it is built once, at import.
"""

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import BigInteger, Column, Text, bindparam
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import NullType, TypeDecorator, TypeEngine

__all__ = ["among"]


class _Many(TypeDecorator[Sequence[Any]]):
    """Texts or integers: a JSON array in SQLite, an array in PostgreSQL."""

    impl = Text
    cache_ok = True

    def __init__(self, element: type[BigInteger] | type[Text]) -> None:
        super().__init__()
        self.element = element

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Choose the engine's own type."""
        if dialect.name == "sqlite":
            return dialect.type_descriptor(Text())
        return dialect.type_descriptor(ARRAY(self.element()))

    def process_bind_param(self, value: Sequence[Any] | None, dialect: Dialect) -> Any:
        """Write the values as the engine takes them."""
        values = list(value or ())
        return json.dumps(values) if dialect.name == "sqlite" else values


class _Among(FunctionElement[Any]):
    # A condition declared as such is written `(…) = 1` for SQLite, which then uses no index.
    type = NullType()
    inherit_cache = True


def among(column: Column[Any], name: str) -> _Among:
    """Return the condition that `column`, of texts or integers, is one of the values given under `name`."""
    element = Text if isinstance(column.type, Text) else BigInteger
    return _Among(column, bindparam(name, type_=_Many(element)))


@compiles(_Among, "sqlite")
def _in_sqlite(condition: _Among, compiler: SQLCompiler, **options: Any) -> str:
    column, values = (compiler.process(part, **options) for part in condition.clauses)
    return f"{column} IN (SELECT value FROM json_each({values}))"  # noqa: S608 - a column and a parameter


@compiles(_Among, "postgresql")
def _in_postgres(condition: _Among, compiler: SQLCompiler, **options: Any) -> str:
    column, values = (compiler.process(part, **options) for part in condition.clauses)
    return f"{column} = ANY({values})"
