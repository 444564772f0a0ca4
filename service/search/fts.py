"""Search in SQLite FTS5 over pre-segmented tokens, in a file of its own beside the store.

Trigrams would lose every word of two characters; `unicode61` over segmented text finds them. The index keeps positions
(`detail=full`), which phrases need.
"""

import json
import sqlite3
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from json.encoder import encode_basestring
from pathlib import Path
from threading import Lock
from typing import Any

from pydantic_core import from_json, to_json
from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from service.ports.search import (
    SearchDocument,
    SearchHit,
    SearchQuery,
    SearchRefusedError,
    SearchResult,
    SearchUnavailableError,
)
from service.search.fts_query import COUNTS, FOUND, KINDS, PAGE, Asked, asked_of, microseconds, moment
from service.search.limits import require_page, separate
from service.turnstile import turnstile
from service.write_ahead import log_ahead

__all__ = ["FtsSearch"]

# Grows with every change of the tables; an index of another number is made anew and filled by `index verify --repair`, but
# for one of the number before, which holds all that is missing.
_SCHEMA = 3
_BEFORE = 2
_WAIT_S = 10
# As SQLite makes it.
_MODE = 0o644

# What is shown of a document and never asked for; everything else of it has a column.
_SHOWN = ("title", "text", "source_id", "kind", "severity", "tone", "products", "firms", "event_id", "url")
_FOUND = "d.seq, d.id, d.version, d.published, d.level, d.source_class, d.categories, d.regions, d.tokens, d.data"
_WHOLE = """
    CREATE TABLE documents (
        seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, version INTEGER NOT NULL, published INTEGER NOT NULL,
        level INTEGER NOT NULL, source_class TEXT NOT NULL, categories TEXT NOT NULL, regions TEXT NOT NULL,
        tokens TEXT NOT NULL, data TEXT NOT NULL);
    CREATE VIRTUAL TABLE words USING fts5(
        tokens, content='documents', content_rowid='seq', tokenize="unicode61 remove_diacritics 0")"""
# What is filtered, ordered and counted of every document, beside the rows and not in them: a row bears the whole text, and
# to look at 300,000 of them reads 1.3 GB (one filter took 3 s of the processor, from here 0.05 s). Documents of one level,
# class, tone, categories and places are of one kind, of which there are thousands where documents are hundreds of thousands.
_NARROW = """
    CREATE TABLE kinds (
        id INTEGER PRIMARY KEY, level INTEGER NOT NULL, source_class TEXT NOT NULL, tone TEXT NOT NULL,
        categories TEXT NOT NULL, regions TEXT NOT NULL, UNIQUE (level, source_class, tone, categories, regions));
    CREATE TABLE listed (seq INTEGER PRIMARY KEY, published INTEGER NOT NULL, kind INTEGER NOT NULL);
    CREATE INDEX listed_times ON listed (published, seq, kind);
    CREATE INDEX listed_kinds ON listed (kind, published)"""
# Three seconds for 300,000 documents, once.
_NARROWED = """
    CREATE TEMP TABLE told AS
        SELECT seq, published, level, source_class, json_extract(data, '$.tone') AS tone, categories, regions FROM documents;
    INSERT INTO kinds (level, source_class, tone, categories, regions)
        SELECT DISTINCT level, source_class, tone, categories, regions FROM told;
    INSERT INTO listed SELECT told.seq, told.published, kinds.id FROM told
        JOIN kinds USING (level, source_class, tone, categories, regions);
    DROP TABLE told;
    DROP INDEX IF EXISTS documents_published;
    DROP INDEX IF EXISTS documents_counted"""
_LIST = """
    INSERT INTO listed SELECT ?, ?, id FROM kinds
    WHERE level = ? AND source_class = ? AND tone = ? AND categories = ? AND regions = ?"""


class FtsSearch:
    """`service.ports.search.Search` in one SQLite file. Threads and processes may share it."""

    def __init__(self, path: Path) -> None:
        """Use the file at `path`, made with the first call."""
        self._path = path
        self._lock = Lock()
        self._made: tuple[int, int] | None = None
        address = URL.create("sqlite", database=str(path))
        self._engine: Engine = create_engine(
            address, pool_size=8, max_overflow=8, pool_timeout=_WAIT_S, hide_parameters=True
        )
        event.listen(self._engine, "connect", _connected)
        event.listen(self._engine, "begin", _began)

    def index(self, documents: Sequence[SearchDocument]) -> None:
        """Insert or replace by id; an older version than the stored one is ignored."""
        good, refused = separate(documents)
        if good:
            with self._transaction(writes=True) as connection:
                self._replace(connection, good)
        if refused:
            raise SearchRefusedError(refused)

    def _replace(self, connection: Connection, documents: list[SearchDocument]) -> None:
        ids = json.dumps([document.document_id for document in documents])
        seqs = json.dumps([document.seq for document in documents])
        stored = connection.exec_driver_sql(
            "SELECT seq, id, version, tokens FROM documents WHERE id IN (SELECT value FROM json_each(?)) "
            "OR seq IN (SELECT value FROM json_each(?))",
            (ids, seqs),
        ).all()
        versions = {row.id: row.version for row in stored}
        newer = [document for document in documents if versions.get(document.document_id, 0) <= document.version]
        replaced = {document.document_id for document in newer}
        taken = {document.seq for document in newer}
        _forget(connection, [row for row in stored if row.id in replaced or row.seq in taken])
        if not newer:
            return
        rows = [_row(document) for document in newer]
        connection.exec_driver_sql("INSERT INTO documents VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)
        _list(connection, newer, rows)
        connection.exec_driver_sql(
            "INSERT INTO words (rowid, tokens) VALUES (?, ?)", [(document.seq, document.tokens) for document in newer]
        )

    def remove(self, document_ids: Sequence[str]) -> None:
        """Forget documents."""
        with self._transaction(writes=True) as connection:
            stored = connection.exec_driver_sql(
                "SELECT seq, tokens FROM documents WHERE id IN (SELECT value FROM json_each(?))",
                (json.dumps(list(document_ids)),),
            ).all()
            _forget(connection, stored)

    def find(self, query: SearchQuery) -> SearchResult:
        """Return what matches all tokens and filters."""
        require_page(query)
        asked = asked_of(query)
        if asked is None:
            return SearchResult(hits=(), total=0)
        with self._transaction(writes=False) as connection:
            counts, page = _found(connection, asked)
            facets = _facets(connection, counts)
            hits = _hits(connection, page)
        return SearchResult(hits=hits, total=counts.total(), facets=facets)

    def versions(self, *, after_seq: int, limit: int) -> list[tuple[int, str, int]]:
        """Return `(seq, document_id, version)` in order of `seq`."""
        with self._transaction(writes=False) as connection:
            rows = connection.exec_driver_sql(
                "SELECT seq, id, version FROM documents WHERE seq > ? ORDER BY seq LIMIT ?", (after_seq, limit)
            )
            return [(row.seq, row.id, row.version) for row in rows]

    def made_by(self) -> str | None:
        """Return by which rules everything here was made, `None` where nobody noted it."""
        with self._transaction(writes=False) as connection:
            rules: str | None = connection.exec_driver_sql("SELECT rules FROM made_by").scalar()
        return rules

    def note_made_by(self, rules: str) -> None:
        """Keep by which rules everything here was made."""
        with self._transaction(writes=True) as connection:
            connection.exec_driver_sql("DELETE FROM made_by")
            connection.exec_driver_sql("INSERT INTO made_by VALUES (?)", (rules,))

    def clear(self) -> None:
        """Empty the projection."""
        with self._transaction(writes=True) as connection:
            connection.exec_driver_sql("DELETE FROM made_by")
            connection.exec_driver_sql("INSERT INTO words (words) VALUES ('delete-all')")
            for table in ("documents", "listed", "kinds"):
                connection.exec_driver_sql(f"DELETE FROM {table}")  # noqa: S608 - constants

    def check(self) -> str | None:
        """Return `None` where the file answers, else one sentence."""
        try:
            with self._transaction(writes=False) as connection:
                connection.exec_driver_sql("SELECT count(*) FROM (SELECT seq FROM documents LIMIT 1)")
        except SearchUnavailableError as error:
            return str(error)
        return None

    def close(self) -> None:
        """Give back every connection."""
        self._engine.dispose()

    @contextmanager
    def _transaction(self, *, writes: bool) -> Iterator[Connection]:
        try:
            self._prepare()
            options = {"writes": writes}
            with self._engine.connect().execution_options(**options) as connection, connection.begin():
                yield connection
        except PoolTimeoutError as error:
            raise SearchUnavailableError("检索繁忙，等待超时。请稍后重试") from error
        except DBAPIError as error:
            raise SearchUnavailableError(f"检索索引 {self._path} 不可用：{_reason(error)}") from error

    def _prepare(self) -> None:
        """Make the file, or open it again where another lies in its place: who holds a deleted one writes for nobody."""
        with self._lock:
            if self._made is not None and self._made == _identity(self._path):
                return
            self._engine.dispose()
            _clear_away(self._path)
            with self._engine.connect().execution_options(writes=True) as connection, connection.begin():
                # Beside the tables of any number: an index of before has none, and is not made anew for it.
                connection.exec_driver_sql("CREATE TABLE IF NOT EXISTS made_by (rules TEXT NOT NULL)")
                _shape(connection)
            self._made = _identity(self._path)


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _clear_away(path: Path) -> None:
    """Put an empty file where there is none, without the log of the former one, which SQLite would play into it."""
    with turnstile(path.parent, _WAIT_S), suppress(OSError):
        if not path.exists():
            for end in ("-wal", "-shm"):
                path.with_name(path.name + end).unlink(missing_ok=True)
            path.touch(_MODE)


def _shape(connection: Connection) -> None:
    """Give the file the tables of today: what is missing of the number before is made of what it holds, else all anew."""
    number = connection.exec_driver_sql("PRAGMA user_version").scalar_one()
    if number == _SCHEMA:
        return
    if number == _BEFORE:
        _run(connection, _NARROW, _NARROWED)
    else:
        connection.exec_driver_sql("DELETE FROM made_by")
        for table in ("words", "documents", "listed", "kinds"):
            connection.exec_driver_sql(f"DROP TABLE IF EXISTS {table}")
        _run(connection, _WHOLE, _NARROW)
    connection.exec_driver_sql(f"PRAGMA user_version = {_SCHEMA}")


def _run(connection: Connection, *scripts: str) -> None:
    for statement in ";".join(scripts).split(";"):
        connection.exec_driver_sql(statement)


def _found(connection: Connection, asked: Asked) -> tuple[Counter[int], list[tuple[int, float]]]:
    """Return how many documents are found of each kind, and `(seq, score)` of those on the page, in its order."""
    parts = {"conditions": asked.conditions, "held": asked.held, "score": asked.score, "order": asked.order}
    if asked.held is not None:
        # The kinds come first of both.
        (_, _, kinds), *page = connection.exec_driver_sql(FOUND.format(**parts), dict(asked.bound))
        return Counter(from_json(kinds)), [(seq, score) for seq, score, _ in page]
    counts: Counter[int] = Counter()
    for kind, number in connection.exec_driver_sql(COUNTS.format(**parts), dict(asked.bound)):
        counts[kind] = number
    return counts, [(*row,) for row in connection.exec_driver_sql(PAGE.format(**parts), dict(asked.bound))]


def _facets(connection: Connection, counts: Mapping[int, int]) -> dict[str, dict[str, int]]:
    """Return, by field and value, how many documents have it."""
    read = cache(from_json)
    facets: dict[str, Counter[str]] = {name: Counter() for name in ("categories", "source_class", "level", "region")}
    kinds = connection.exec_driver_sql(KINDS, (json.dumps([*counts]),))
    for kind, level, source_class, categories, regions in kinds:
        count = counts[kind]
        facets["level"][str(level)] += count
        facets["source_class"][source_class] += count
        for name, values in (("categories", categories), ("region", regions)):
            for value in read(values):
                facets[name][value] += count
    return {name: dict(found) for name, found in facets.items()}


def _hits(connection: Connection, page: Sequence[tuple[int, float]]) -> tuple[SearchHit, ...]:
    statement = f"SELECT {_FOUND} FROM documents d WHERE d.seq IN (SELECT value FROM json_each(?))"  # noqa: S608 - constants
    rows = connection.exec_driver_sql(statement, (json.dumps([seq for seq, _ in page]),))
    found = {row[0]: _document(row) for row in rows}
    return tuple(SearchHit(document=found[seq], score=score) for seq, score in page)


def _list(connection: Connection, documents: Sequence[SearchDocument], rows: Sequence[Sequence[Any]]) -> None:
    """Note of new documents what is filtered, ordered and counted; `rows` are theirs in `documents`."""
    listed = [
        (seq, published, level, source_class, document.tone, categories, regions)
        for document, (seq, _, _, published, level, source_class, categories, regions, *_) in zip(
            documents, rows, strict=True
        )
    ]
    kinds = list(dict.fromkeys(row[2:] for row in listed))
    connection.exec_driver_sql(
        "INSERT OR IGNORE INTO kinds (level, source_class, tone, categories, regions) VALUES (?, ?, ?, ?, ?)", kinds
    )
    connection.exec_driver_sql(_LIST, listed)


def _forget(connection: Connection, stored: Sequence[Any]) -> None:
    if stored:
        connection.exec_driver_sql(
            "INSERT INTO words (words, rowid, tokens) VALUES ('delete', ?, ?)",
            [(row.seq, row.tokens) for row in stored],
        )
        for table in ("documents", "listed"):
            connection.exec_driver_sql(f"DELETE FROM {table} WHERE seq = ?", [(row.seq,) for row in stored])  # noqa: S608 - constants


def _row(document: SearchDocument) -> tuple[Any, ...]:
    return (
        document.seq,
        document.document_id,
        document.version,
        microseconds(document.published_at),
        document.level,
        document.source_class,
        _listed(document.categories),
        _listed(document.regions),
        document.tokens,
        _shown(document),
    )


def _shown(document: SearchDocument) -> str:
    """Return `_SHOWN` as JSON; spelt out, in half the time that encoding a mapping takes."""
    written, event, url = encode_basestring, document.event_id, document.url
    return (
        f'{{"title":{written(document.title)},"text":{written(document.text)},'
        f'"source_id":{written(document.source_id)},"kind":{written(document.kind)},'
        f'"severity":{document.severity},"tone":{written(document.tone)},'
        f'"products":{_named(document.products)},"firms":{_named(document.firms)},'
        f'"event_id":{"null" if event is None else written(event)},"url":{"null" if url is None else written(url)}}}'
    )


def _document(row: Sequence[Any]) -> SearchDocument:
    """Return the document of a row of the columns `_FOUND`, in their order."""
    seq, id_, version, published, level, source_class, categories, regions, tokens, data = row
    shown = from_json(data)
    for name in ("products", "firms"):
        shown[name] = tuple(shown[name])
    return SearchDocument(
        seq=seq,
        document_id=id_,
        version=version,
        published_at=moment(published),
        level=level,
        source_class=source_class,
        categories=tuple(from_json(categories)),
        regions=tuple(from_json(regions)),
        tokens=tokens,
        **{name: shown[name] for name in _SHOWN},
    )


def _named(values: Sequence[str]) -> str:
    # Most documents have none.
    return to_json(values).decode() if values else "[]"


def _listed(values: Sequence[str]) -> str:
    # Most documents have none.
    return json.dumps(values) if values else "[]"


def _connected(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None
    # A projection can be rebuilt, so a commit need not wait for the disk.
    for pragma in (f"busy_timeout={_WAIT_S * 1000}", "synchronous=NORMAL"):
        connection.execute(f"PRAGMA {pragma}").close()
    log_ahead(connection, _WAIT_S)


def _began(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE" if connection.get_execution_options().get("writes") else "BEGIN")


def _reason(error: SQLAlchemyError) -> str:
    reason = str(getattr(error, "orig", None) or error)
    if "fts5" in reason:
        return "所用 SQLite 不含 FTS5 全文检索，请换用带 FTS5 的 Python"
    if "malformed" in reason or "not a database" in reason:
        return "文件已损坏。请删除该文件，再运行 yaowang index verify --repair 重建"
    return reason
