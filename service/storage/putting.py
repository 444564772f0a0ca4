"""How a batch of collected documents enters the store: new, edited or known, counts refreshed, queued for assessment."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    bindparam,
    case,
    func,
    insert,
    literal,
    null,
    select,
    update,
)

from crawlers.ports import PutResult
from crawlers.records import COUNTS, Document
from service.storage.among import among
from service.storage.bulk import Same, execute_columns
from service.storage.columns import Moment, dump_json
from service.storage.dialects import lock, upsert
from service.storage.hidden import AuthorKey, hide_known
from service.storage.rows import content_hash_of, document_columns, document_values, rows_of
from service.storage.schema import (
    assess_queue,
    assessments,
    document_versions,
    documents,
    engagement_points,
    engagements,
)

__all__ = ["RING", "put_documents"]

# Points kept of one document's counts: ten days of hourly snapshots.
RING = 240

# What a page may leave unsaid although it was said of its document before.
_KEPT = frozenset({"published_at", "origin", "author", "region", "url"})

# Below SQLite's limit of 32,766 bound values a statement, with room.
_WAVE = 1000

_STORED = (
    select(
        documents.c.id,
        documents.c.version,
        documents.c.content_hash,
        documents.c.extras,
        engagements.c.seen_at,
        engagements.c.points,
    )
    .outerjoin_from(documents, engagements, engagements.c.document_id == documents.c.id)
    .where(among(documents.c.id, "ids"))
)
_ADD = insert(documents)
_QUEUE = insert(assess_queue).from_select(
    ["seq", "state", "attempts", "fence", "ready_at"],
    select(documents.c.seq, literal("waiting"), literal(0), literal(0), bindparam("now", type_=Moment))
    .where(among(documents.c.id, "ids"))
    .order_by(documents.c.seq),
)


def put_documents(
    connection: Connection, batch: Sequence[Document], *, now: datetime, key: AuthorKey | None = None
) -> PutResult:
    """Store a batch, idempotent by id and content hash.

    What was hidden in a document is hidden in what comes of it again, so that the same text is known. Where `key` is not
    the one by which it was hidden, the text stays as it is stored, and only the counts are taken.

    On PostgreSQL one batch enters at a time, so that `seq` grows in order of commit (whoever pages by `seq` misses
    nothing) and two batches with the same documents cannot wait for each other.
    """
    if not batch:
        return PutResult()
    lock(connection, "documents")
    results = [_put_wave(connection, wave, now, key) for wave in _waves(batch)]
    return PutResult(
        added=sum(result.added for result in results),
        edited=sum(result.edited for result in results),
        known=sum(result.known for result in results),
    )


def _waves(batch: Sequence[Document]) -> Iterator[list[Document]]:
    """Cut a batch so that no wave holds one id twice; later copies of a document come in later waves."""
    wave: dict[str, Document] = {}
    for document in batch:
        if document.id in wave or len(wave) == _WAVE:
            yield list(wave.values())
            wave = {}
        wave[document.id] = document
    yield list(wave.values())


def _put_wave(connection: Connection, wave: list[Document], now: datetime, key: AuthorKey | None) -> PutResult:
    stored = _stored(connection, [document.id for document in wave])
    known, strange = hide_known(connection, wave, key)
    taken = [document for document in known if document.id not in strange]
    result = _put_texts(connection, taken, stored, now)
    _refresh_counts(connection, wave, stored)
    return replace(result, known=result.known + len(wave) - len(taken))


def _put_texts(
    connection: Connection, wave: list[Document], stored: dict[str, dict[str, Any]], now: datetime
) -> PutResult:
    hashes = [content_hash_of(document) for document in wave]
    new = [(one, hash_) for one, hash_ in zip(wave, hashes, strict=True) if one.id not in stored]
    known = [
        document_values(one) | {"content_hash": hash_}
        for one, hash_ in zip(wave, hashes, strict=True)
        if one.id in stored
    ]
    edited = [
        row
        | {
            "version": stored[row["id"]]["version"] + 1,
            # What the list once said of it is not taken back by a page that does not say it.
            "extras": {**stored[row["id"]]["extras"], **row["extras"]},
        }
        for row in known
        if row["content_hash"] != stored[row["id"]]["content_hash"]
    ]
    if new:
        _add(connection, new, now)
    if edited:
        _replace(connection, edited, now)
    _refresh_extras(connection, known, stored)
    return PutResult(added=len(new), edited=len(edited), known=len(known) - len(edited))


def _stored(connection: Connection, ids: list[str]) -> dict[str, dict[str, Any]]:
    return {row["id"]: row for row in rows_of(connection, _STORED, ids=ids)}


def _add(connection: Connection, new: Sequence[tuple[Document, str]], now: datetime) -> None:
    columns = document_columns([document for document, _ in new])
    hashes = [hash_ for _, hash_ in new]
    counted: dict[str, Sequence[Any] | Same] = {"version": Same(1), "stored_at": Same(now)}
    execute_columns(connection, _ADD, {**columns, "content_hash": hashes, **counted})
    connection.execute(_QUEUE, {"ids": columns["id"], "now": now})


def _replace(connection: Connection, edited: list[dict[str, Any]], now: datetime) -> None:
    """Keep what was said before with its judgement, take the new text, and let it be judged again.

    The fence grows, so a worker that still holds the old text cannot complete it.
    """
    ids = [row["id"] for row in edited]
    kept = [column.name for column in document_versions.columns]
    old = (
        select(
            documents.c.id,
            documents.c.version,
            documents.c.title,
            documents.c.text,
            documents.c.content_hash,
            documents.c.fetched_at,
            literal(now, document_versions.c.replaced_at.type),
            assessments.c.data,
        )
        .outerjoin_from(documents, assessments, assessments.c.document_id == documents.c.id)
        .where(documents.c.id.in_(ids))
    )
    connection.execute(insert(document_versions).from_select(kept, old))
    columns = [name for name in edited[0] if name != "id"]
    change = update(documents).where(documents.c.id == bindparam("known_id"))
    change = change.values({name: _taken(name) for name in columns})
    connection.execute(
        change, [{f"new_{name}": row[name] for name in columns} | {"known_id": row["id"]} for row in edited]
    )
    connection.execute(
        update(assess_queue)
        .where(assess_queue.c.seq.in_(select(documents.c.seq).where(documents.c.id.in_(ids))))
        .values(state="waiting", attempts=0, fence=assess_queue.c.fence + 1, ready_at=now, error=null())
    )


def _taken(name: str) -> ColumnElement[Any]:
    """Return the new value of a column of an edited document; what the page does not say stays as it was."""
    new = bindparam(f"new_{name}", type_=documents.c[name].type)
    if name == "precision":
        told = bindparam("new_published_at", type_=documents.c.published_at.type)
        return case((told.is_(None), documents.c.precision), else_=new)
    return func.coalesce(new, documents.c[name]) if name in _KEPT else new


def _refresh_extras(connection: Connection, rows: list[dict[str, Any]], stored: dict[str, dict[str, Any]]) -> None:
    changed = [
        {"known_id": row["id"], "new_extras": row["extras"]}
        for row in rows
        if row["id"] in stored
        and row["extras"]
        and row["content_hash"] == stored[row["id"]]["content_hash"]
        and dump_json(row["extras"]) != dump_json(stored[row["id"]]["extras"])
    ]
    if changed:
        change = update(documents).where(documents.c.id == bindparam("known_id"))
        connection.execute(change.values(extras=bindparam("new_extras")), changed)


def _refresh_counts(connection: Connection, wave: list[Document], stored: dict[str, dict[str, Any]]) -> None:
    """Take newer counts as the latest and as the next point of the ring; older ones change nothing."""
    latest: list[dict[str, Any]] = []
    for document in wave:
        seen = document.engagement
        before = stored.get(document.id)
        last = before["seen_at"] if before is not None else None
        if seen is None or (last is not None and last >= seen.seen_at):
            continue
        points = before["points"] if before is not None and last is not None else 0
        counts = {name: getattr(seen, name) for name in COUNTS}
        latest.append({"document_id": document.id, "seen_at": seen.seen_at, **counts, "points": points + 1})
    upsert(connection, engagements, latest, keys=("document_id",))
    ring = [
        {name: value for name, value in row.items() if name != "points"} | {"slot": (row["points"] - 1) % RING}
        for row in latest
    ]
    upsert(connection, engagement_points, ring, keys=("document_id", "slot"))
