"""Why documents were judged as they were: a projection of judgements, filled when the worker is idle."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, select

from analysis.assessment import Explanation, Level, Neighbour, SpokenTerm
from crawlers.records import COUNTS
from service.ports.explanations import Unexplained
from service.storage.among import among
from service.storage.columns import dump_json
from service.storage.dialects import upsert
from service.storage.rows import document_of, load_assessment
from service.storage.schema import assessments, documents, engagements, explanations

__all__ = ["SqlExplanations"]

_A, _X = assessments.c, explanations.c
_LOOKED_AT = 500
_NEWEST = (
    select(_A.document_id, _A.version).where(_A.level == int(Level.RISK)).order_by(_A.seq.desc()).limit(_LOOKED_AT)
).subquery()
_OWN = and_(_X.document_id == _NEWEST.c.document_id, _X.version == _NEWEST.c.version)
_WANTING = (
    select(
        documents, engagements.c.seen_at, *(engagements.c[name] for name in COUNTS), _A.data, _A.version.label("judged")
    )
    .select_from(_NEWEST)
    .outerjoin(explanations, _OWN)
    .join(assessments, _A.document_id == _NEWEST.c.document_id)
    .join(documents, documents.c.id == _A.document_id)
    .outerjoin(engagements, engagements.c.document_id == documents.c.id)
    .where(_X.document_id.is_(None))
    .order_by(_A.seq.desc())
)
_OF_DOCUMENTS = (
    select(_X.document_id, _X.data)
    .join(assessments, and_(_A.document_id == _X.document_id, _A.version == _X.version))
    .where(among(_X.document_id, "document_ids"))
)


class SqlExplanations:
    """`service.ports.explanations.Explanations` within one transaction."""

    def __init__(self, connection: Connection) -> None:
        """Work inside `connection`'s transaction."""
        self._connection = connection

    def wanting(self, *, limit: int) -> list[Unexplained]:
        """Return risks whose judgement is not explained, the newest first."""
        rows = self._connection.execute(_WANTING.limit(limit)).mappings()
        return [
            Unexplained(document=document_of(row), assessment=load_assessment(row["data"]), version=row["judged"])
            for row in rows
        ]

    def put(self, document_id: str, version: int, explanation: Explanation, *, now: datetime) -> None:
        """Keep an explanation in the place of an earlier one."""
        row = {
            "document_id": document_id,
            "version": version,
            "explained_at": now,
            "data": dump_json(asdict(explanation)),
        }
        upsert(self._connection, explanations, [row], keys=("document_id",))

    def of_documents(self, document_ids: Sequence[str]) -> Mapping[str, Explanation]:
        """Return by document the explanations of the judgements as they are now."""
        rows = self._connection.execute(_OF_DOCUMENTS, {"document_ids": list(document_ids)})
        return {row.document_id: _explanation(json.loads(row.data)) for row in rows}


def _explanation(stored: Mapping[str, Any]) -> Explanation:
    return Explanation(
        decided_by=stored["decided_by"],
        terms_for=_terms(stored["terms_for"]),
        terms_against=_terms(stored["terms_against"]),
        enough=stored["enough"],
        rules=tuple(stored["rules"]),
        guards=tuple((name, phrase) for name, phrase in stored["guards"]),
        neighbours=tuple(Neighbour(**one | {"categories": tuple(one["categories"])}) for one in stored["neighbours"]),
    )


def _terms(stored: Sequence[Mapping[str, Any]]) -> tuple[SpokenTerm, ...]:
    return tuple(
        SpokenTerm(
            text=one["text"],
            weight=one["weight"],
            places=tuple((name, start, end) for name, start, end in one["places"]),
        )
        for one in stored
    )
