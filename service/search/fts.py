"""Search in SQLite FTS5 over pre-segmented tokens, in a file of its own beside the store.

Trigrams would lose every word of two characters; `unicode61` over segmented text finds them. The index keeps positions
(`detail=full`), which phrases need.
"""

import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
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
from service.search.fts_query import COUNTS, PAGE, conditions_of, microseconds, moment
from service.search.limits import require_page, separate
from service.turnstile import turnstile
from service.write_ahead import log_ahead

__all__ = ["FtsSearch"]

# Grows with every change of the tables; an index of another number is made anew and filled by `index verify --repair`.
_SCHEMA = 2
_WAIT_S = 10
# As SQLite makes it.
_MODE = 0o644

# What is shown of a document and never asked for; everything else of it has a column.
_SHOWN = ("title", "text", "source_id", "kind", "severity", "tone", "products", "firms", "event_id", "url")
_FOUND = "d.seq, d.id, d.version, d.published, d.level, d.source_class, d.categories, d.regions, d.tokens, d.data"
_TABLES = (
    """CREATE TABLE documents (
        seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, version INTEGER NOT NULL, published INTEGER NOT NULL,
        level INTEGER NOT NULL, source_class TEXT NOT NULL, categories TEXT NOT NULL, regions TEXT NOT NULL,
        tokens TEXT NOT NULL, data TEXT NOT NULL)""",
    "CREATE INDEX documents_published ON documents (published, seq)",
    """CREATE VIRTUAL TABLE words USING fts5(
        tokens, content='documents', content_rowid='seq', tokenize="unicode61 remove_diacritics 0")""",
)
# What is counted of every document, beside the rows and not in them: a row bears the whole text, so that counting
# 100,000 of them read 450 MB (550 to 880 ms; from here 70 to 110 ms). Made in an index of before too, in half a second.
_COUNTED = """CREATE INDEX IF NOT EXISTS documents_counted
    ON documents (level, source_class, categories, regions, published)"""


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
        connection.exec_driver_sql(
            "INSERT INTO documents VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", [_row(document) for document in newer]
        )
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
        asked = conditions_of(query)
        if asked is None:
            return SearchResult(hits=(), total=0)
        parts, bound = asked
        with self._transaction(writes=False) as connection:
            total, facets = _counted(connection.exec_driver_sql(COUNTS.format(**parts), bound))
            found = connection.exec_driver_sql(
                PAGE.format(**parts, found=_FOUND), bound | {"limit": query.limit, "offset": query.offset}
            )
            hits = tuple(SearchHit(document=_document(own), score=score) for *own, score in found)
        return SearchResult(hits=hits, total=total, facets=facets)

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
            connection.exec_driver_sql("DELETE FROM documents")

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
                if connection.exec_driver_sql("PRAGMA user_version").scalar_one() != _SCHEMA:
                    connection.exec_driver_sql("DELETE FROM made_by")
                    connection.exec_driver_sql("DROP TABLE IF EXISTS words")
                    connection.exec_driver_sql("DROP TABLE IF EXISTS documents")
                    for statement in _TABLES:
                        connection.exec_driver_sql(statement)
                    connection.exec_driver_sql(f"PRAGMA user_version = {_SCHEMA}")
                connection.exec_driver_sql(_COUNTED)
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


def _counted(groups: Iterable[Sequence[Any]]) -> tuple[int, dict[str, dict[str, int]]]:
    """Return how many documents and, by field and value, how many of them; a group is its four values and its count."""
    read = cache(from_json)
    total = 0
    facets: dict[str, Counter[str]] = {name: Counter() for name in ("categories", "source_class", "level", "region")}
    for level, source_class, categories, regions, count in groups:
        total += count
        facets["level"][str(level)] += count
        facets["source_class"][source_class] += count
        for name, values in (("categories", categories), ("region", regions)):
            for value in read(values):
                facets[name][value] += count
    return total, {name: dict(counts) for name, counts in facets.items()}


def _forget(connection: Connection, stored: Sequence[Any]) -> None:
    if stored:
        connection.exec_driver_sql(
            "INSERT INTO words (words, rowid, tokens) VALUES ('delete', ?, ?)",
            [(row.seq, row.tokens) for row in stored],
        )
        connection.exec_driver_sql("DELETE FROM documents WHERE seq = ?", [(row.seq,) for row in stored])


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
