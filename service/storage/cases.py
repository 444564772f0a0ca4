"""Cases with their drafts, opinions, approvals and records."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any, TypeVar

from sqlalchemy import Connection, Table, insert, select, update

from service.domain.cases.file import (
    Approval,
    Case,
    CaseFile,
    CaseRecord,
    CaseStep,
    Draft,
    Evaluation,
    Liaison,
    Publication,
    PublicationCorrection,
    ReviewOpinion,
)
from service.domain.cases.workflow import FINAL_STATES, Step
from service.storage.among import among
from service.storage.dialects import insert_new, upsert
from service.storage.rows import one_record, records, values_of
from service.storage.schema.handled import (
    case_approvals,
    case_drafts,
    case_evaluations,
    case_liaisons,
    case_opinions,
    case_publication_corrections,
    case_publications,
    case_steps,
    cases,
)

__all__ = ["SqlCases"]

_Record = TypeVar(
    "_Record", CaseStep, Draft, ReviewOpinion, Approval, Publication, PublicationCorrection, Liaison, Evaluation
)

_TABLES: Mapping[type, Table] = MappingProxyType(
    {
        CaseStep: case_steps,
        Draft: case_drafts,
        ReviewOpinion: case_opinions,
        Approval: case_approvals,
        Publication: case_publications,
        PublicationCorrection: case_publication_corrections,
        Liaison: case_liaisons,
        Evaluation: case_evaluations,
    }
)


class SqlCases:
    """`service.ports.cases.Cases` within one transaction."""

    def __init__(self, connection: Connection) -> None:
        """Work inside `connection`'s transaction."""
        self._connection = connection

    def get(self, case_id: str) -> Case | None:
        """Return the case, or `None`."""
        return one_record(self._connection, Case, select(cases).where(cases.c.id == case_id))

    def of_alerts(self, alert_ids: Sequence[str]) -> dict[str, Case]:
        """Return the case of each alert that has one, by the alert's id."""
        if not alert_ids:
            return {}
        statement = select(cases).where(among(cases.c.alert_id, "alert_ids"))
        return {case.alert_id: case for case in records(self._connection, Case, statement, alert_ids=alert_ids)}

    def file(self, case_id: str) -> CaseFile | None:
        """Return the case with everything in it, or `None`."""
        return self.files([case_id]).get(case_id)

    def files(self, case_ids: Sequence[str]) -> dict[str, CaseFile]:
        """Return these cases with everything in them, by id."""
        if not case_ids:
            return {}
        statement = select(cases).where(among(cases.c.id, "ids"))
        found = {case.id: case for case in records(self._connection, Case, statement, ids=case_ids)}
        parts = {
            "steps": self._of(CaseStep, case_ids),
            "drafts": self._of(Draft, case_ids),
            "opinions": self._of(ReviewOpinion, case_ids),
            "approvals": self._of(Approval, case_ids),
            "publications": self._of(Publication, case_ids),
            "corrections": self._of(PublicationCorrection, case_ids),
            "liaisons": self._of(Liaison, case_ids),
            "evaluations": self._of(Evaluation, case_ids),
        }
        return {
            name: CaseFile(case=case, **{part: tuple(of.get(name, ())) for part, of in parts.items()})
            for name, case in found.items()
        }

    def _of(self, kind: type[_Record], case_ids: Sequence[str]) -> Mapping[str, Sequence[Any]]:
        table = _TABLES[kind]
        order = list(table.primary_key.columns)
        statement = select(table).where(among(table.c.case_id, "ids")).order_by(*order)
        found: dict[str, list[_Record]] = {}
        for record in records(self._connection, kind, statement, ids=case_ids):
            found.setdefault(record.case_id, []).append(record)
        return found

    def add(self, case: Case, added: Sequence[CaseRecord]) -> bool:
        """Insert a new case with its records; false, with nothing written, where its alert has one already."""
        if not insert_new(self._connection, cases, [values_of(case, cases)], keys=("id",)):
            return False
        self._write(added)
        return True

    def move(self, case: Case, added: Sequence[CaseRecord]) -> bool:
        """Replace the case and add its records; false, with nothing written, where somebody else moved it meanwhile."""
        statement = (
            update(cases)
            .where(cases.c.id == case.id, cases.c.revision == case.revision - 1)
            .values(values_of(case, cases))
            .returning(cases.c.id)
        )
        # Of two who read the same revision the second waits for the first, and then finds no such row.
        if self._connection.scalar(statement) is None:
            return False
        self._write(added)
        return True

    def _write(self, added: Sequence[CaseRecord]) -> None:
        for record in added:
            table = _TABLES[type(record)]
            if isinstance(record, Liaison):
                upsert(self._connection, table, [values_of(record, table)], keys=("case_id", "number"))
            else:
                self._connection.execute(insert(table), values_of(record, table))

    def listing(self, *, over: bool = False, limit: int | None = 200, offset: int = 0) -> list[Case]:
        """Return cases that still run (or, with `over`, that have ended), latest change first; without `limit` all of them."""
        ended = cases.c.state.in_(FINAL_STATES) if over else cases.c.state.not_in(FINAL_STATES)
        statement = select(cases).where(ended).order_by(cases.c.changed_at.desc(), cases.c.id)
        return records(self._connection, Case, statement.limit(limit).offset(offset))

    def bypasses(self, *, since: datetime, until: datetime) -> list[tuple[Case, Approval]]:
        """Return the confirmed bypasses of `since` ≤ time < `until` in order of time, each with its case."""
        statement = (
            select(case_approvals)
            .where(case_approvals.c.step == Step.BYPASS, case_approvals.c.at >= since, case_approvals.c.at < until)
            .order_by(case_approvals.c.at, case_approvals.c.case_id, case_approvals.c.number)
        )
        found = records(self._connection, Approval, statement)
        named = {one.case_id: case for one in found if (case := self.get(one.case_id)) is not None}
        return [(named[one.case_id], one) for one in found if one.case_id in named]
