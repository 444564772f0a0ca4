"""Column types that mean the same on SQLite and PostgreSQL: moments, JSON and named values."""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from enum import Enum, IntEnum, StrEnum
from functools import lru_cache
from json.encoder import encode_basestring
from typing import Any

from sqlalchemy import BigInteger, DateTime, Integer, SmallInteger, Text
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine

from service.domain.clocks.exclusion import Exclusion, ExclusionKind

__all__ = [
    "Exclusions",
    "Json",
    "Moment",
    "Number",
    "Serial",
    "Word",
    "dump_json",
    "dump_text",
    "exclusion_of",
    "plain_json",
]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

# SQLite numbers rows by itself only in a column declared exactly INTEGER.
Serial = BigInteger().with_variant(Integer(), "sqlite")


class Moment(TypeDecorator[datetime]):
    """An aware datetime, read back in UTC: `timestamptz` on PostgreSQL, microseconds since 1970 as an integer on SQLite.

    Integers compare and index as times do, whatever the year and the number of digits of the fraction.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Choose the engine's own type."""
        if dialect.name == "sqlite":
            return dialect.type_descriptor(BigInteger())
        return dialect.type_descriptor(DateTime(timezone=True))

    # Both are called for every row, so they are given straight, without the library's wrapper around them.
    def bind_processor(self, dialect: Dialect) -> Callable[[Any], Any]:
        """Refuse a naive time; convert to what the engine stores."""
        return _microseconds if dialect.name == "sqlite" else _aware

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Any]:  # noqa: ARG002 - the library's signature
        """Return the moment in UTC."""
        return _moment if dialect.name == "sqlite" else _in_utc


class Json(TypeDecorator[Any]):
    """JSON in a text column, keys sorted; columns shaped `tuple` or `frozenset` read back as such. NaN is refused."""

    impl = Text
    cache_ok = True

    def __init__(self, shape: type[tuple[Any, ...]] | type[frozenset[Any]] | None = None) -> None:
        """Say whether lists read back as tuples or sets."""
        super().__init__()
        self.shape = shape

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:  # noqa: ARG002 - the library's signature
        """Write JSON text."""
        if value is None:
            return None
        # Most documents have no extras.
        return "{}" if value == {} else dump_json(value)

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Any]:  # noqa: ARG002 - the library's signature
        """Read JSON text; every read makes fresh values, so what a caller does to them stays with the caller."""
        shape = self.shape

        def read(value: str | None) -> Any:
            if value is None:
                return None
            # Most documents have no extras.
            loaded = {} if value == "{}" else json.loads(value)
            return loaded if shape is None else shape(loaded)

        return read


class Exclusions(TypeDecorator[tuple[Exclusion, ...]]):
    """Times that do not count, as JSON in a text column."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:  # noqa: ARG002 - the library's signature
        """Write JSON text."""
        return None if value is None else dump_json([asdict(one) for one in value])

    def process_result_value(self, value: Any, dialect: Dialect) -> tuple[Exclusion, ...] | None:  # noqa: ARG002
        """Read them back."""
        # Most clocks have none.
        return None if value is None else () if value == "[]" else tuple(map(exclusion_of, json.loads(value)))


_EXCLUSION_MOMENTS = ("since", "due_before", "until")


def exclusion_of(values: Mapping[str, Any]) -> Exclusion:
    """Return a time that does not count from what JSON kept of it."""
    moments = {name: datetime.fromisoformat(values[name]) for name in _EXCLUSION_MOMENTS if values[name] is not None}
    return Exclusion(**{**values, **moments, "kind": ExclusionKind(values["kind"])})


class Word(TypeDecorator[Any]):
    """A member of a `StrEnum`, stored as its value."""

    impl = Text
    cache_ok = True

    def __init__(self, members: type[StrEnum]) -> None:
        """Name the enumeration."""
        super().__init__()
        self.members = members

    def bind_processor(self, dialect: Dialect) -> Callable[[Any], Any]:  # noqa: ARG002 - the library's signature
        """Refuse what the enumeration does not know."""
        members = self.members
        known: dict[str | None, str | None] = {None: None} | {member.value: member.value for member in members}
        return lambda value: known[value] if value in known else members(value).value

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Any]:  # noqa: ARG002 - the library's signature
        """Return the member."""
        members = self.members
        known: dict[str | None, StrEnum | None] = {None: None} | {member.value: member for member in members}
        return lambda value: known[value] if value in known else members(value)


class Number(TypeDecorator[Any]):
    """A member of an `IntEnum`, stored as its value, so that it sorts."""

    impl = SmallInteger
    cache_ok = True

    def __init__(self, members: type[IntEnum]) -> None:
        """Name the enumeration."""
        super().__init__()
        self.members = members

    def process_bind_param(self, value: Any, dialect: Dialect) -> int | None:  # noqa: ARG002 - the library's signature
        """Refuse what the enumeration does not know."""
        return None if value is None else self.members(value).value

    def process_result_value(self, value: int | None, dialect: Dialect) -> Any:  # noqa: ARG002 - the library's signature
        """Return the member."""
        return None if value is None else self.members(value)


def _microseconds(value: datetime | None) -> int | None:
    if value is None:
        return None
    if value.tzinfo is not UTC:
        _aware(value)
    # Spelt out: dividing one span of time by another takes twice as long.
    since = value - _EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def _aware(value: datetime | None) -> datetime | None:
    if value is not None and value.utcoffset() is None:
        raise ValueError(f"a stored time must carry a time zone, got {value.isoformat()}")
    return value


# Of a batch most moments are a few: of the visit, of the transaction.
@lru_cache(maxsize=4096)
def _moment(value: int | None) -> datetime | None:
    return None if value is None else _EPOCH + timedelta(0, 0, value)


def _in_utc(value: datetime | None) -> datetime | None:
    return None if value is None else value.astimezone(UTC)


def dump_json(value: Any) -> str:
    """Return compact JSON with sorted keys; mappings, tuples, sets, times and enumerations are written as JSON-able values.

    Raises `TypeError` for other objects and `ValueError` for NaN or infinity.
    """
    return _ENCODER.encode(value)


def dump_text(text: str) -> str:
    """Return a text as `dump_json` writes it, in a third of the time."""
    return encode_basestring(text)


def plain_json(value: Any) -> Any:
    """Return `value` as JSON would read it back, so that it hashes alike before and after it is stored."""
    return json.loads(dump_json(value))


def _jsonable(value: object) -> Any:
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, set | frozenset):
        return sorted(value)
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(value, Enum):
        return value.value
    raise TypeError(f"{type(value).__name__} cannot be written as JSON")


_ENCODER = json.JSONEncoder(
    ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False, default=_jsonable
)
