"""Between records and rows: a table whose columns are named as the fields of a record needs no mapping of its own."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, fields
from datetime import UTC, datetime
from functools import lru_cache
from operator import attrgetter
from typing import Any, TypeAlias, TypeVar

from pydantic_core import from_json, to_json
from sqlalchemy import Column, ColumnElement, Connection, Select, Table, Text, type_coerce

from analysis.assessment import Assessment, CategoryScore, Entity, EntityType, Evidence, Level, PossibleRisk, Tone
from crawlers.records import COUNTS, Document, Engagement, in_order
from service.domain.events.event import EventDocument
from service.domain.places import places_of
from service.ports.search import SearchDocument
from service.ports.store import LeasedDocument
from service.storage.columns import Word, dump_json, dump_text
from service.storage.outlets import speaker_name, speaker_of
from service.storage.schema import assess_queue, assessments, documents, engagements, source_descriptions

__all__ = [
    "categories_text",
    "content_hash_of",
    "document_columns",
    "document_of",
    "document_values",
    "dump_assessment",
    "engagement_of",
    "event_document_of",
    "leased_columns",
    "leased_of",
    "load_assessment",
    "one_record",
    "records",
    "rows_of",
    "search_columns",
    "search_document_of",
    "searched_by",
    "values_of",
]

_Record = TypeVar("_Record")
_Parts: TypeAlias = Sequence[Mapping[str, Any]]

_FIELDS: Mapping[type, tuple[str, ...]] = {
    kind: tuple(field.name for field in fields(kind)) for kind in (Assessment, CategoryScore, Entity, Evidence)
}
_LEASE_COLUMNS = ("seq", "stored_at", "attempts", "fence", "seen_at")
_FIRM_TYPES = frozenset({str(EntityType.FIRM)})
_PRODUCT_TYPES = frozenset(
    str(kind)
    for kind in (
        EntityType.DRUG,
        EntityType.DEVICE,
        EntityType.COSMETIC,
        EntityType.VACCINE,
        EntityType.PRODUCT_CLASS,
    )
)
_PARTS = ("categories", "entities", "evidence", "facts", "possible")
_PLAIN_FIELDS = tuple(name for name in _FIELDS[Assessment] if name not in {*_PARTS, "document_id", "tokens"})
_parts, _plain = attrgetter(*_PARTS), attrgetter(*_PLAIN_FIELDS)
# No assessment holds this character: the gate lets none through.
_GAP = "\x00"
_DOCUMENT_FIELDS = (
    "id",
    "source_id",
    "native_id",
    "kind",
    "title",
    "text",
    "fetched_at",
    "url",
    "published_at",
    "precision",
    "origin",
    "author",
    "region",
    "raw_hash",
    "method",
    "extras",
)

_LEASE_TO = len(_LEASE_COLUMNS)
_COUNTED_TO = _LEASE_TO + len(COUNTS)
_document = in_order(Document, (*_DOCUMENT_FIELDS, "engagement"))
_leased = in_order(LeasedDocument, ("seq", "document", "stored_at", "attempts", "fence"))
_SEARCHED_OF_DOCUMENTS = ("seq", "id", "title", "text", "url", "source_id", "kind")
_SEARCHED_OF_ASSESSMENTS = ("version", "level", "severity", "tone", "event_id", "at")
_search_document = in_order(
    SearchDocument,
    (
        *("seq", "document_id", "title", "text", "url", "source_id", "kind"),
        *("version", "level", "severity", "tone", "event_id", "published_at"),
        *("tokens", "source_class", "categories", "products", "firms", "regions"),
    ),
)


def values_of(record: object, table: Table) -> dict[str, Any]:
    """Return a record's fields as the values of a row of `table`."""
    return {column.name: getattr(record, column.name) for column in table.columns}


def records(connection: Connection, kind: type[_Record], statement: Select[Any], **bound: Any) -> list[_Record]:
    """Return the rows that `statement`, with its parameters bound, selects as records of `kind`."""
    return [kind(**row) for row in rows_of(connection, statement, **bound)]


def rows_of(connection: Connection, statement: Select[Any], **bound: Any) -> Iterator[dict[str, Any]]:
    """Yield the rows that `statement`, with its parameters bound, selects, by the names of their columns.

    The library's own mappings look every name up again for every row, which costs more than reading it.
    """
    result = connection.execute(statement, bound)
    names = tuple(result.keys())
    # All at once: asking the driver for each costs more than the row.
    for row in result.all():
        yield dict(zip(names, row, strict=True))


def one_record(connection: Connection, kind: type[_Record], statement: Select[Any]) -> _Record | None:
    """Return the one row that `statement` selects as a record of `kind`, `None` for no row."""
    row = connection.execute(statement).mappings().one_or_none()
    return None if row is None else kind(**row)


def content_hash_of(document: Document) -> str:
    """Return the hash of a document that can be stored. Raises `ValueError` for characters that no database keeps."""
    if "\x00" in document.title or "\x00" in document.text:
        raise ValueError(f"document {document.id} holds U+0000: it did not pass the gate")
    return document.content_hash


def document_values(document: Document) -> dict[str, Any]:
    """Return a document's own columns but its hash."""
    return {name: getattr(document, name) for name in _DOCUMENT_FIELDS}


def document_columns(documents: Sequence[Document]) -> dict[str, list[Any]]:
    """Return the same of many documents, a column at a time."""
    return {name: list(map(attrgetter(name), documents)) for name in _DOCUMENT_FIELDS}


def document_of(found: Mapping[Any, Any]) -> Document:
    """Return the document of a row that holds the columns of `documents` and, where there are any, of `engagements`."""
    return Document(**{name: found[name] for name in _DOCUMENT_FIELDS}, engagement=engagement_of(found))


def leased_of(row: Sequence[Any]) -> LeasedDocument:
    """Return the document of a row of `leased_columns`."""
    seq, stored_at, attempts, fence, seen_at = row[:_LEASE_TO]
    seen = None
    if seen_at is not None:
        seen = Engagement(seen_at=seen_at, **dict(zip(COUNTS, row[_LEASE_TO:_COUNTED_TO], strict=True)))
    return _leased(seq, _document(*row[_COUNTED_TO:], seen), stored_at, attempts, fence)


def leased_columns() -> list[Column[Any]]:
    """Return what `leased_of` reads of `documents`, `assess_queue` and `engagements`, in its order."""
    tables = (documents, documents, assess_queue, assess_queue, engagements)
    lease = [table.c[name] for table, name in zip(tables, _LEASE_COLUMNS, strict=True)]
    return [*lease, *(engagements.c[name] for name in COUNTS), *(documents.c[name] for name in _DOCUMENT_FIELDS)]


def engagement_of(found: Mapping[Any, Any]) -> Engagement | None:
    """Return the counts among a row's columns, `None` where there are none."""
    if found["seen_at"] is None:
        return None
    return Engagement(seen_at=found["seen_at"], **{name: found[name] for name in COUNTS})


def dump_assessment(assessment: Assessment) -> str:
    """Return an assessment as JSON text."""
    if any(_parts(assessment)):
        return dump_json(_assessment_values(assessment))
    # Most documents are off topic, and their judgements differ in two texts only.
    head, middle, tail = _blank_assessment(*_plain(assessment))
    return f"{head}{dump_text(assessment.document_id)}{middle}{dump_text(assessment.tokens)}{tail}"


def _assessment_values(assessment: Assessment) -> dict[str, Any]:
    values = {name: getattr(assessment, name) for name in _FIELDS[Assessment]}
    for name in ("categories", "entities", "evidence"):
        values[name] = [_part_values(part) for part in values[name]]
    if assessment.possible is not None:
        likely = [_part_values(score) for score in assessment.possible.categories]
        values["possible"] = {"categories": likely, "severity": assessment.possible.severity}
    return values


def _part_values(part: CategoryScore | Entity | Evidence) -> dict[str, Any]:
    return {name: getattr(part, name) for name in _FIELDS[type(part)]}


@lru_cache(maxsize=64)
def _blank_assessment(*same: Any) -> tuple[str, str, str]:
    """Return the JSON text of an assessment without parts around its two texts, the document's id and the tokens."""
    parts: dict[str, Any] = {"categories": (), "entities": (), "evidence": (), "facts": {}, "possible": None}
    values = dict(zip(_PLAIN_FIELDS, same, strict=True)) | parts
    written = dump_json(values | {"document_id": _GAP, "tokens": _GAP})
    head, middle, tail = written.split(dump_json(_GAP))
    return head, middle, tail


def load_assessment(text: str) -> Assessment:
    """Return the assessment that `dump_assessment` wrote."""
    values = json.loads(text)
    values["level"] = Level(values["level"])
    values["tone"] = Tone(values["tone"])
    values["categories"] = _category_scores(values["categories"])
    if possible := values.get("possible"):
        likely = _category_scores(possible["categories"])
        values["possible"] = PossibleRisk(categories=likely, severity=possible["severity"])
    values["evidence"] = tuple(Evidence(**part) for part in values["evidence"])
    values["entities"] = tuple(Entity(**part | {"type": EntityType(part["type"])}) for part in values["entities"])
    return Assessment(**values)


def _category_scores(parts: Sequence[Mapping[str, Any]]) -> tuple[CategoryScore, ...]:
    return tuple(CategoryScore(**part) for part in parts)


def categories_text(assessment: Assessment) -> str:
    """Return the category codes as text that a condition can look into: `|R01|R07|`, empty without any."""
    # Most have none.
    return f"|{'|'.join(assessment.category_codes)}|" if assessment.categories else ""


def event_document_of(found: Mapping[Any, Any]) -> EventDocument:
    """Return what an event's page lists of one assessed document."""
    engagement = {name: found[name] for name in COUNTS if found[name] is not None}
    if found["seen_at"] is not None:
        engagement["seen_at"] = found["seen_at"].isoformat()
    return EventDocument(
        document_id=found["id"],
        title=found["title"],
        text=found["text"],
        url=found["url"],
        source_id=found["source_id"],
        source_name=speaker_name(found),
        source_class=found["source_class"] or "other",
        kind=found["kind"].value,
        published_at=found["published_at"],
        stored_at=found["stored_at"],
        level=found["level"],
        severity=found["severity"],
        tone=found["tone"].value,
        categories=tuple(code for code in found["categories"].split("|") if code),
        duplicate_of=found["duplicate_of"],
        evidence=tuple(json.loads(found["data"])["evidence"]),
        engagement=engagement,
        original=found["original"].value if found["original"] is not None else "live",
        original_since=found["original_since"],
        speaker=speaker_of(found),
    )


def search_columns() -> list[ColumnElement[Any]]:
    """Return what `search_document_of` reads of `documents`, `assessments` and `source_descriptions`, in its order."""
    named = {documents: _SEARCHED_OF_DOCUMENTS, assessments: _SEARCHED_OF_ASSESSMENTS}
    columns = [table.c[name] for table, names in named.items() for name in names]
    columns += [documents.c.region, source_descriptions.c.source_class, assessments.c.data]
    # Kinds and tones are shown as they are stored.
    return [type_coerce(column, Text) if isinstance(column.type, Word) else column for column in columns]


def search_document_of(row: Sequence[Any]) -> SearchDocument:
    """Return what the search projection holds of one assessed document, of a row of `search_columns`."""
    own_region, source_class, data = row[-3:]
    categories, entities, tokens = _searched(data)
    return _search_document(
        *row[:-3],
        tokens,
        source_class or "other",
        tuple([score["code"] for score in categories]) if categories else (),
        _named(entities, _PRODUCT_TYPES) if entities else (),
        _named(entities, _FIRM_TYPES) if entities else (),
        places_of(_regions(entities), own_region) if entities or own_region else (),
    )


# Each stands for a case that a rule tells apart: named things of every type, with and without a place of the province.
_CASES: tuple[tuple[tuple[tuple[str, str | None], ...], str | None], ...] = (
    ((), None),
    ((), "360700"),
    (tuple((str(kind), None) for kind in EntityType), "110000"),
    (((str(EntityType.REGION), "110000"), (str(EntityType.REGION), "360100")), "110000"),
    (((str(EntityType.REGION), "110000"),), "360700"),
)


def searched_by() -> str:
    """Return a digest of what `search_document_of` makes of fixed cases: it is another where documents would be made otherwise."""
    at = datetime(2026, 11, 25, 8, tzinfo=UTC)
    made = [
        asdict(
            search_document_of(
                (1, "d", "题", "文", "u", "s", "notice", 1, 2, 3, "neg", "e", at, own, "media", _judged(named))
            )
        )
        for named, own in _CASES
    ]
    return hashlib.sha256(to_json(made)).hexdigest()[:16]


def _judged(named: Sequence[tuple[str, str | None]]) -> str:
    entities = [
        {"type": kind, "text": f"{kind}{number}", "canonical": None, "code": code}
        for number, (kind, code) in enumerate(named)
    ]
    return to_json({"categories": [{"code": "R07"}], "entities": entities, "tokens": "题 文"}).decode()


_NOTHING_CLAIMED, _NOTHING_NAMED, _TOKENS = '{"categories":[],', '"entities":[],', '"tokens":"'


def _searched(data: str) -> tuple[_Parts, _Parts, str]:
    """Return categories, entities and tokens of what `dump_assessment` wrote."""
    # Most judgements have no parts, and their tokens stand plainly there: read so in a tenth of the time. Within a text
    # every quotation mark has a backslash before it, so that these keys are keys.
    if data.startswith(_NOTHING_CLAIMED) and _NOTHING_NAMED in data:
        tokens = data.partition(_TOKENS)[2].partition('"')[0]
        if "\\" not in tokens:
            return (), (), tokens
    # Read as it is written: making an `Assessment` of it would take three times as long.
    judged = from_json(data)
    return judged["categories"], judged["entities"], judged["tokens"]


def _named(entities: Sequence[Mapping[str, Any]], kinds: frozenset[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one["canonical"] or one["text"] for one in entities if one["type"] in kinds))


def _regions(entities: Sequence[Mapping[str, Any]]) -> list[str | None]:
    return [one["code"] for one in entities if one["type"] == EntityType.REGION]
