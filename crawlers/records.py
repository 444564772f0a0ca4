"""What a crawl produces: `Source`, `Engagement`, `Document`, and their identity rules.

The lowest layer of the project: standard library only, frozen, keyword-only. Everything above speaks in these types.
`crawlers.snapshots`, of the same kind, is all it knows.

**Policies** are documents of kind `DocumentKind.POLICY`. What their source or their text says of them stands in `extras`
under these keys (`POLICY_FACTS`), each only where it is known:

- `issue_number` 文号: `国药监药管〔2023〕1号`, `2024年第97号`; brackets are always `〔〕`
- `issuing_body` 发文机关, as the source names it; several are joined by one space
- `issued` 成文日期 or date of publication, `effective` 施行日期: ISO dates (`2024-01-01`), days of the Shanghai calendar
- `interprets`: where the document interprets (解读) another, the name of that document, without its book-title marks
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import MISSING, Field, dataclass, field, fields
from datetime import UTC, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any, TypeVar, cast
from zoneinfo import ZoneInfo

from crawlers.snapshots import Snapshot

__all__ = [
    "BEIJING",
    "POLICY_FACTS",
    "DatePrecision",
    "Document",
    "DocumentKind",
    "Engagement",
    "Source",
    "SourceClass",
    "content_hash",
    "document_id",
    "filled_at_once",
    "in_order",
]

_Record = TypeVar("_Record")


BEIJING = ZoneInfo("Asia/Shanghai")
"""The zone of every time that a Chinese source writes without one, and of every time that people are shown."""

POLICY_FACTS = ("issue_number", "issuing_body", "issued", "effective", "interprets")
"""The keys of `Document.extras` that a document of kind `policy` may carry."""


def filled_at_once(record: type[_Record]) -> type[_Record]:
    """Let a frozen dataclass be made in half the time: for records that are made once or more a document.

    A frozen dataclass sets each of its fields past its own guard: 2.8 µs for 19 fields, here 1.4 µs. Until its fields
    are set, a record is of a class of the same layout without the guard. What comes out is the same; no class may
    derive from it.
    """
    own = _given(record)
    plain, named = ([_parameter(one) for one in own if one.kw_only is only] for only in (False, True))
    lines = [
        f"def __init__({', '.join(['self', *plain, *(['*'] if named else []), *named])}):",
        "    become(self, '__class__', opened)",
        *_filling(record, {one.name: _value(one) for one in own}),
    ]
    setattr(record, "__init__", _made("__init__", lines, record))  # noqa: B010 - to a type checker it stays the one of the dataclass
    return record


def in_order(record: type[_Record], names: Sequence[str]) -> Callable[..., _Record]:
    """Return what makes a record of the values of these fields in this order; the others have what they have by default.

    For what is made by the hundred: to name each of 19 values in the call takes three times as long. Raises
    `ValueError` where a field without a default is missing.
    """
    own = _given(record)
    values = {one.name: f"default_{one.name}" for one in own if one.default is not MISSING}
    values |= {one.name: f"make_{one.name}()" for one in own if one.default_factory is not MISSING}
    values |= {name: name for name in names}
    if missing := [one.name for one in own if one.name not in values]:
        raise ValueError(f"{record.__name__} needs {', '.join(missing)}")
    lines = [
        f"def make({', '.join(names)}):",
        "    self = opened()",
        *_filling(record, {one.name: values[one.name] for one in own}),
        "    return self",
    ]
    return cast("Callable[..., _Record]", _made("make", lines, record))


def _given(record: type[_Record]) -> list[Field[Any]]:
    return [one for one in fields(cast("Any", record)) if one.init]


def _filling(record: type[_Record], values: Mapping[str, str]) -> list[str]:
    """Return the lines that set each field of a record that is still open, and close it."""
    checked = ["    self.__post_init__()"] if hasattr(record, "__post_init__") else []
    return [*(f"    self.{name} = {value}" for name, value in values.items()), "    self.__class__ = closed", *checked]


def _made(name: str, lines: Sequence[str], record: type[_Record]) -> Callable[..., Any]:
    """Return the function that the lines define, with the classes and defaults that they speak of."""
    layout = {name: vars(record)[name] for name in ("__slots__",) if name in vars(record)}
    names = {"opened": type(record.__name__, (), layout), "closed": record, "become": object.__setattr__}
    for one in _given(record):
        names |= {f"default_{one.name}": one.default, f"make_{one.name}": one.default_factory}
    # As `dataclasses` itself makes what it adds, of nothing but the names of fields.
    exec("\n".join(lines), names)  # noqa: S102
    return cast("Callable[..., Any]", names[name])


def _parameter(one: Field[Any]) -> str:
    given = one.default is not MISSING or one.default_factory is not MISSING
    return f"{one.name}=default_{one.name}" if given else one.name


def _value(one: Field[Any]) -> str:
    """Return what a field is set to; where each record has a value of its own, none given means that it is made."""
    if one.default_factory is MISSING:
        return one.name
    return f"make_{one.name}() if {one.name} is default_{one.name} else {one.name}"


class DocumentKind(StrEnum):
    """What sort of text a document is; the value is what storage and the interface use."""

    ARTICLE = "article"
    POST = "post"
    COMMENT = "comment"
    COMPLAINT = "complaint"
    HOT_ENTRY = "hot_entry"
    NOTICE = "notice"
    POLICY = "policy"


class SourceClass(StrEnum):
    """Who speaks: the class decides authority in the level score and the rows of the media table."""

    OFFICIAL = "official"
    CENTRAL_MEDIA = "central_media"
    PROVINCIAL_MEDIA = "provincial_media"
    MEDIA = "media"
    TRADE = "trade"
    SOCIAL = "social"
    HOT_LIST = "hot_list"
    COMPLAINT = "complaint"
    OTHER = "other"


class DatePrecision(StrEnum):
    """How exactly the published time is known."""

    SECOND = "second"
    MINUTE = "minute"
    HOUR = "hour"
    DAY = "day"
    MONTH = "month"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A declared place that documents come from.

    `weight` (0 to 10) feeds heat only; `credibility` (0 to 1) feeds alert confidence only. `declaration` is the
    validated declaration as plain data, for the spider that reads it. `unchecked`: shipped, and no live visit has
    confirmed the declaration yet; such a source is off until its live check (上线检查) has passed.
    """

    id: str
    name: str
    kind: str
    source_class: SourceClass
    url: str | None = None
    enabled: bool = True
    access: str = "open"
    region: str | None = None
    weight: float = 1.0
    credibility: float | None = None
    fallback: str | None = None
    legal_basis: str | None = None
    unchecked: bool = False
    declaration: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))


@filled_at_once
@dataclass(frozen=True, slots=True, kw_only=True)
class Engagement:
    """Counts that a platform showed at `seen_at`. `None` is unknown, which is not zero."""

    seen_at: datetime
    views: int | None = None
    likes: int | None = None
    comments: int | None = None
    reposts: int | None = None
    saves: int | None = None
    heat: int | None = None
    rank: int | None = None

    def __post_init__(self) -> None:
        """Refuse naive times and negative counts."""
        _require_aware("seen_at", self.seen_at)
        for name in ("views", "likes", "comments", "reposts", "saves", "heat"):
            count = getattr(self, name)
            if count is not None and count < 0:
                raise ValueError(f"Engagement.{name} must not be negative, got {count}")


COUNTS = ("views", "likes", "comments", "reposts", "saves", "heat", "rank")
"""The names of what `Engagement` counts."""


@filled_at_once
@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One collected article, post, comment, complaint, hot-list entry or notice.

    `id` is deterministic (`document_id`), so collecting the same thing twice is the same document; an edited text
    keeps the id and changes `content_hash`. `published_at` is what the source claims, `None` where it claims nothing;
    `fetched_at` is when this system saw it. `author` is a keyed hash, never a name. `extras` holds JSON-able facts of
    one source kind (`attachments`, `place`, `origin` 来源, …). `snapshots` are the pages it was read from, as they were
    fetched, on their way to the sink: they are no part of what the document says. Neither is `former_id`, under which a
    store may know one that an earlier build identified by an unkeyed hash of its words.
    """

    id: str
    source_id: str
    native_id: str
    kind: DocumentKind
    title: str
    text: str
    fetched_at: datetime
    url: str | None = None
    published_at: datetime | None = None
    precision: DatePrecision = DatePrecision.UNKNOWN
    origin: str | None = None
    author: str | None = None
    region: str | None = None
    engagement: Engagement | None = None
    raw_hash: str | None = None
    method: str | None = None
    extras: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    snapshots: tuple[Snapshot, ...] = field(default=(), compare=False, repr=False)
    former_id: str | None = field(default=None, compare=False, repr=False)

    def __post_init__(self) -> None:
        """Refuse naive times and a document that says nothing."""
        _require_aware("fetched_at", self.fetched_at)
        if self.published_at is not None:
            _require_aware("published_at", self.published_at)
        if not self.title and not self.text:
            raise ValueError(f"Document {self.id} has neither title nor text")

    @property
    def content_hash(self) -> str:
        """SHA-256 of title and text; equal hashes mean the same version."""
        return content_hash(self.title, self.text)

    @property
    def happened_at(self) -> datetime:
        """The published time where it is known and not later than the fetch, else the fetch time."""
        if self.published_at is None or self.published_at > self.fetched_at:
            return self.fetched_at
        return self.published_at


def document_id(source_id: str, native_id: str) -> str:
    """Return the deterministic id of what `source_id` calls `native_id`: 20 hex digits of SHA-256."""
    return hashlib.sha256(f"{source_id}\x1f{native_id}".encode()).hexdigest()[:20]


def content_hash(title: str, text: str) -> str:
    """Return the hex SHA-256 over title and text."""
    return hashlib.sha256(f"{title}\x1f{text}".encode()).hexdigest()


def _require_aware(name: str, moment: datetime) -> None:
    # Nearly every time is in UTC.
    if moment.tzinfo is not UTC and (moment.tzinfo is None or moment.utcoffset() is None):
        raise ValueError(f"{name} must carry a time zone, got {moment.isoformat()}")
