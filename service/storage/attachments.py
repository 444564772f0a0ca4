"""Attachments and the rows of notices."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, delete, func, insert, select

from crawlers.ports import KeptFile
from crawlers.records import Document
from service.ports.attachments import NoticeRecord
from service.storage.among import among
from service.storage.dialects import insert_new
from service.storage.hidden import AuthorKey, hide_known
from service.storage.schema import documents, kept_files, notice_rows

__all__ = ["SqlAttachments"]

_ASKED = ("product", "specification", "maker", "batch", "sampled_at", "failed_items", "result")
_FILE = ("hash", "name", "media_type", "content", "fetched_at")


class SqlAttachments:
    """`service.ports.attachments.Attachments` within one transaction."""

    def __init__(self, connection: Connection, author_key: AuthorKey | None = None) -> None:
        """Work inside `connection`'s transaction."""
        self._connection = connection
        self._author_key = author_key

    def keep(self, file: KeptFile) -> None:
        """Store the bytes of a file; a file that is there already stays as it is."""
        values = {name: getattr(file, name) for name in _FILE}
        insert_new(self._connection, kept_files, [values], keys=("hash",))

    def file(self, hash_: str) -> KeptFile | None:
        """Return the file of that SHA-256, or `None`."""
        row = self._connection.execute(select(kept_files).where(kept_files.c.hash == hash_)).mappings().one_or_none()
        return None if row is None else KeptFile(**{name: row[name] for name in _FILE})

    def holds(self, hash_: str) -> bool:
        """Return whether the file of that SHA-256 is kept."""
        return self._connection.scalar(select(kept_files.c.hash).where(kept_files.c.hash == hash_)) is not None

    def held(self) -> tuple[int, int]:
        """Return how many files are kept and how many bytes these have; both engines know a length without reading the bytes."""
        size = func.coalesce(func.sum(func.length(kept_files.c.content)), 0)
        count, total = self._connection.execute(select(func.count(), size).select_from(kept_files)).one()
        return int(count), int(total)

    def replace_rows(self, documents: Sequence[Document]) -> None:
        """Store the rows that the documents carry in `extras["rows"]`, in place of those they had."""
        with_rows = [document for document in documents if document.extras.get("rows")]
        if not with_rows:
            return
        known, strange = hide_known(self._connection, with_rows, self._author_key)
        carrying = {document.id: document for document in known if document.id not in strange}
        if not carrying:
            return
        self._connection.execute(delete(notice_rows).where(notice_rows.c.document_id.in_(list(carrying))))
        self._connection.execute(
            insert(notice_rows),
            [
                _row(document, position, values)
                for document in carrying.values()
                for position, values in enumerate(document.extras["rows"])
            ],
        )

    def find(
        self, *, product: str = "", maker: str = "", batch: str = "", limit: int = 100, offset: int = 0
    ) -> list[NoticeRecord]:
        """Return rows whose product, maker and batch hold these words, those of the latest notice first."""
        asked = {"product": product, "maker": maker, "batch": batch}
        holding = [notice_rows.c[name].contains(word, autoescape=True) for name, word in asked.items() if word]
        notices = self._notices_with(holding)
        first, skipped = 0, offset
        while first < len(notices) and notices[first][1] <= skipped:
            skipped -= notices[first][1]
            first += 1
        last, reached = first, 0
        while last < len(notices) and reached < skipped + limit:
            reached += notices[last][1]
            last += 1
        return self._read(holding, [name for name, _ in notices[first:last]], limit=limit, offset=skipped)

    def _notices_with(self, holding: Sequence[ColumnElement[bool]]) -> list[tuple[str, int]]:
        """Return the notices that have such rows, the latest first, and how many.

        Asked in one statement for a page in this order, an engine walks all documents for the few that are notices.
        """
        counted = (
            select(notice_rows.c.document_id, func.count().label("rows"))
            .where(*holding)
            .group_by(notice_rows.c.document_id)
            .subquery()
        )
        statement = select(documents.c.seq, documents.c.id, counted.c.rows).join(
            counted, counted.c.document_id == documents.c.id
        )
        found = sorted(((*row,) for row in self._connection.execute(statement)), reverse=True)
        return [(name, rows) for _, name, rows in found]

    def _read(
        self, holding: Sequence[ColumnElement[bool]], document_ids: Sequence[str], *, limit: int, offset: int
    ) -> list[NoticeRecord]:
        if not document_ids:
            return []
        statement = (
            select(
                notice_rows.c.document_id,
                notice_rows.c.position,
                notice_rows.c.notice,
                notice_rows.c["values"],
                documents.c.url,
                documents.c.published_at,
            )
            .join(documents, documents.c.id == notice_rows.c.document_id)
            .where(among(notice_rows.c.document_id, "document_ids"), *holding)
            .order_by(documents.c.seq.desc(), notice_rows.c.position)
            .limit(limit)
            .offset(offset)
        )
        found = self._connection.execute(statement, {"document_ids": list(document_ids)})
        return [NoticeRecord(**row) for row in found.mappings()]


def _row(document: Document, position: int, values: Mapping[str, str]) -> dict[str, Any]:
    return {name: values.get(name) for name in _ASKED} | {
        "document_id": document.id,
        "position": position,
        "notice": str(document.extras.get("notice") or document.title),
        "values": dict(values),
    }
