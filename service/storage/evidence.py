"""Which pages the versions of documents were read from."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime

from sqlalchemy import BigInteger, Connection, bindparam, exists, func, select, update

from service.domain.documents.evidence import EvidenceRecord, EvidenceState
from service.storage.among import among
from service.storage.dialects import insert_new
from service.storage.rows import one_record, records, values_of
from service.storage.schema import alerts, assessments, cases, documents, evidence

__all__ = ["SqlEvidence"]

_E, _A = evidence.c, assessments.c
_KEYS = ("document_id", "version", "part")
_AT_ONCE = 1000

_STORED = select(documents.c.id, documents.c.version, documents.c.content_hash).where(among(documents.c.id, "ids"))
_RECORDED = (
    select(documents.c.id, documents.c.content_hash)
    .where(among(documents.c.id, "ids"))
    .where(exists().where(_E.document_id == documents.c.id, _E.version == documents.c.version))
)
_OF_DOCUMENTS = (
    select(evidence).where(among(_E.document_id, "document_ids")).order_by(_E.document_id, _E.version, _E.part)
)
_NEEDED = select(_E.sha256).where(among(_E.sha256, "hashes"), _E.state == EvidenceState.KEPT).distinct()
# A case has an alert of its event; it is asked for all the same, because nothing else here says so.
_IN_HAND = (
    select(_A.document_id)
    .where(_A.document_id == _E.document_id)
    .where(
        exists().where(alerts.c.event_id == _A.event_id) | exists().where(cases.c.event_id == _A.event_id),
    )
    .exists()
)
_SET_STATE = update(evidence).where(among(_E.seq, "seqs")).values(state=bindparam("new_state", type_=_E.state.type))


class SqlEvidence:
    """`service.ports.evidence.Evidence` within one transaction."""

    def __init__(self, connection: Connection) -> None:
        """Work inside `connection`'s transaction."""
        self._connection = connection

    def lacking(self, hashes: Mapping[str, str]) -> set[str]:
        """Return the documents whose pages are not recorded yet for a text of this content hash."""
        found = self._connection.execute(_RECORDED, {"ids": list(hashes)})
        return hashes.keys() - {row.id for row in found if row.content_hash == hashes[row.id]}

    def versions(self, document_ids: Sequence[str]) -> dict[str, tuple[int, str]]:
        """Return the version and content hash of each document that is stored."""
        found = self._connection.execute(_STORED, {"ids": list(document_ids)})
        return {row.id: (row.version, row.content_hash) for row in found}

    def add(self, records: Sequence[EvidenceRecord]) -> int:
        """Store records, each page of a version once; return how many were new."""
        rows = [{name: value for name, value in values_of(one, evidence).items() if name != "seq"} for one in records]
        return insert_new(self._connection, evidence, rows, keys=_KEYS)

    def get(self, seq: int) -> EvidenceRecord | None:
        """Return one record."""
        return one_record(self._connection, EvidenceRecord, select(evidence).where(_E.seq == seq))

    def of_documents(self, document_ids: Sequence[str]) -> dict[str, list[EvidenceRecord]]:
        """Return the records of each document, oldest version first."""
        found: dict[str, list[EvidenceRecord]] = {}
        for one in records(self._connection, EvidenceRecord, _OF_DOCUMENTS, document_ids=list(document_ids)):
            found.setdefault(one.document_id, []).append(one)
        return found

    def stretch(self, *, after: int = 0, until: int | None = None) -> Iterator[EvidenceRecord]:
        """Yield the records behind `after` up to and with `until` by `seq`, not all of them at once."""
        statement = select(evidence).where(_E.seq > after).order_by(_E.seq)
        if until is not None:
            statement = statement.where(_E.seq <= until)
        with self._connection.execute(statement.execution_options(yield_per=_AT_ONCE)) as rows:
            for found in rows.mappings():
                yield EvidenceRecord(**found)

    def last_before(self, moment: datetime) -> int:
        """Return the largest `seq` of a record made before `moment`; 0 where there is none."""
        # From the end: of years of records only those of the day are passed over.
        statement = select(_E.seq).where(_E.kept_at < moment).order_by(_E.seq.desc()).limit(1)
        return self._connection.scalar(statement) or 0

    def held(self) -> tuple[int, int]:
        """Return how many records have their bytes kept, and how many bytes those pages have together."""
        total = func.coalesce(func.sum(_E.length, type_=BigInteger()), 0)
        statement = select(func.count(), total).where(_E.state == EvidenceState.KEPT)
        count, length = self._connection.execute(statement).one()
        return int(count), int(length)

    def expirable(self, *, fetched_before: datetime, limit: int) -> list[EvidenceRecord]:
        """Return kept records of documents whose event has neither alert nor case, oldest first."""
        statement = (
            select(evidence)
            .where(_E.state == EvidenceState.KEPT, _E.fetched_at < fetched_before, ~_IN_HAND)
            .order_by(_E.fetched_at, _E.seq)
            .limit(limit)
        )
        return records(self._connection, EvidenceRecord, statement)

    def set_state(self, seqs: Sequence[int], state: EvidenceState) -> None:
        """Write what became of the bytes of records."""
        self._connection.execute(_SET_STATE, {"seqs": list(seqs), "new_state": state})

    def needed(self, hashes: Collection[str]) -> set[str]:
        """Return those of the hashes whose bytes a record still keeps."""
        return set(self._connection.scalars(_NEEDED, {"hashes": list(hashes)}))
