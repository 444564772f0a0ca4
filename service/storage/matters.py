"""Matters, their links to events, and disclosures."""

from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from datetime import datetime
from functools import reduce
from typing import Any

from sqlalchemy import ColumnElement, Connection, case, func, select

from service.domain.clocks.exclusion import Exclusion
from service.domain.matters.crossing import Crossing
from service.domain.matters.disclosure import DisclosureDecision
from service.domain.matters.matter import Matter, MatterKind, MatterState
from service.domain.matters.matter_duty import Duty
from service.storage.among import among
from service.storage.columns import exclusion_of
from service.storage.dialects import upsert
from service.storage.rows import records, values_of
from service.storage.schema import assessments, disclosures, matter_links, matters

__all__ = ["SqlMatters"]

_M = matters.c
_BY_ID = select(matters).where(among(_M.id, "ids"))
_LINKS = (
    select(matter_links)
    .where(among(matter_links.c.matter_id, "ids"))
    .order_by(matter_links.c.score.desc(), matter_links.c.event_id)
)
# Without a due time last on both engines, which sort null differently.
_SOONEST = (case((_M.due_at.is_(None), 1), else_=0), _M.due_at, _M.received_at.desc(), _M.id)
# Numbers are kept as the register writes them, some with wide digits.
_NARROW = {ord("０") + digit: str(digit) for digit in range(10)}
_PLAIN_NUMBER: ColumnElement[str] = reduce(
    lambda column, pair: func.replace(column, chr(pair[0]), pair[1]), _NARROW.items(), _M.number
)
_MOMENTS = ("start_at", "due_at", "first_due_at", "extended_at", "met_at", "dropped_at")


class SqlMatters:
    """`service.ports.store.Matters` within one transaction."""

    def __init__(self, connection: Connection) -> None:
        """Work inside `connection`'s transaction."""
        self._connection = connection

    def get(self, matter_id: str, *, hold: bool = False) -> Matter | None:
        """Return the matter, or `None`; with `hold` its row is locked."""
        statement = select(matters).where(_M.id == matter_id)
        found = records(self._connection, Matter, statement.with_for_update() if hold else statement)
        return _matter(found[0]) if found else None

    def get_all(self, matter_ids: Sequence[str]) -> dict[str, Matter]:
        """Return those of the matters that there are, by id."""
        if not matter_ids:
            return {}
        found = records(self._connection, Matter, _BY_ID, ids=list(matter_ids))
        return {matter.id: _matter(matter) for matter in found}

    def save_all(self, some: Sequence[Matter]) -> None:
        """Insert or replace; none twice in one call."""
        rows = [values_of(one, matters) | {"duties": [_duty_values(duty) for duty in one.duties]} for one in some]
        upsert(self._connection, matters, rows, keys=("id",))

    def listing(
        self,
        *,
        kind: MatterKind | None = None,
        states: Sequence[MatterState] = (),
        due_before: datetime | None = None,
        due_after: datetime | None = None,
        number: str = "",
        limit: int = 100,
        offset: int = 0,
    ) -> list[Matter]:
        """Return matters, the soonest due first, then the last received; those without a due time come last.

        Those of a `number` have it in theirs, whatever the case and width of its letters and digits.
        """
        statement = select(matters).order_by(*_SOONEST).limit(limit).offset(offset)
        if kind is not None:
            statement = statement.where(_M.kind == kind)
        if number:
            statement = statement.where(_PLAIN_NUMBER.icontains(number.translate(_NARROW), autoescape=True))
        if states:
            statement = statement.where(_M.state.in_(states))
        if due_after is not None:
            statement = statement.where(_M.due_at >= due_after)
        if due_before is not None:
            statement = statement.where(_M.due_at < due_before)
        return [_matter(one) for one in records(self._connection, Matter, statement)]

    def counts(self, *, now: datetime) -> Mapping[tuple[str, str], int]:
        """Return how many matters there are by kind and state, and those whose due time has passed."""
        statement = select(_M.kind, _M.state, func.count(), func.count().filter(_M.due_at < now)).group_by(
            _M.kind, _M.state
        )
        found: dict[tuple[str, str], int] = {}
        for kind, state, count, overdue in self._connection.execute(statement):
            found[kind.value, state.value] = count
            found[kind.value, "overdue"] = found.get((kind.value, "overdue"), 0) + overdue
        return found

    def waiting(self, *, before: datetime) -> list[tuple[str, str, MatterState, int]]:
        """Return how many open matters are due before that time, by handler, who acted last, and state."""
        statement = (
            select(_M.handler, _M.state_by, _M.state, func.count())
            .where(_M.due_at < before, _M.state.in_([state for state in MatterState if not state.over]))
            .group_by(_M.handler, _M.state_by, _M.state)
            .order_by(_M.handler, _M.state_by, _M.state)
        )
        return [(handler, by, state, count) for handler, by, state, count in self._connection.execute(statement)]

    def received(self, *, since: datetime, until: datetime, limit: int = 5000) -> list[Matter]:
        """Return matters received in `since` ≤ time < `until`, the last received first."""
        statement = (
            select(matters)
            .where(_M.received_at >= since, _M.received_at < until)
            .order_by(_M.received_at.desc(), _M.id)
            .limit(limit)
        )
        return [_matter(one) for one in records(self._connection, Matter, statement)]

    def count_of_applicant(self, applicant: str, *, since: datetime, until: datetime) -> int:
        """Return how many matters of `since` ≤ time < `until` this applicant brought."""
        brought = _M.applicant == applicant, _M.received_at >= since, _M.received_at < until
        return self._connection.scalar(select(func.count()).select_from(matters).where(*brought)) or 0

    def unread(self, *, limit: int) -> list[Matter]:
        """Return matters of which nothing was read though their document is judged, whenever they came; the last received first."""
        statement = (
            select(matters)
            .join(assessments, assessments.c.document_id == _M.document_id)
            .where(_M.traits == {})
            .order_by(_M.received_at.desc(), _M.id)
            .limit(limit)
        )
        return [_matter(one) for one in records(self._connection, Matter, statement)]

    def save_links(self, crossings: Sequence[Crossing]) -> None:
        """Insert or replace likenesses; none twice in one call."""
        rows = [values_of(one, matter_links) for one in crossings]
        upsert(self._connection, matter_links, rows, keys=("matter_id", "event_id"))

    def links_of(self, matter_ids: Sequence[str]) -> dict[str, list[Crossing]]:
        """Return each matter's likenesses, the likeliest first."""
        found: dict[str, list[Crossing]] = {matter_id: [] for matter_id in matter_ids}
        if matter_ids:
            for link in records(self._connection, Crossing, _LINKS, ids=list(matter_ids)):
                found[link.matter_id].append(link)
        return found

    def links_of_event(self, event_id: str) -> list[Crossing]:
        """Return the likenesses of an event, the likeliest first."""
        links = matter_links.c
        statement = select(matter_links).where(links.event_id == event_id)
        return records(self._connection, Crossing, statement.order_by(links.score.desc(), links.matter_id))

    def save_disclosure(self, disclosure: DisclosureDecision) -> None:
        """Insert or replace."""
        upsert(self._connection, disclosures, [values_of(disclosure, disclosures)], keys=("id",))

    def disclosures(self, *, limit: int = 500) -> list[DisclosureDecision]:
        """Return decisions, the latest first."""
        statement = select(disclosures).order_by(disclosures.c.decided_at.desc(), disclosures.c.id).limit(limit)
        return records(self._connection, DisclosureDecision, statement)


def _matter(kept: Matter) -> Matter:
    return replace(kept, duties=tuple(_duty(values) for values in kept.duties))  # type: ignore[arg-type] # read as JSON


_NAMES = tuple(field.name for field in fields(Duty))
_EXCLUSION_NAMES = tuple(field.name for field in fields(Exclusion))


def _duty_values(duty: Duty) -> dict[str, Any]:
    excluded = [{name: getattr(one, name) for name in _EXCLUSION_NAMES} for one in duty.exclusions]
    return {name: getattr(duty, name) for name in _NAMES} | {"exclusions": excluded}


def _duty(values: Mapping[str, Any]) -> Duty:
    # Duties that were stored before time could be left out of them hold no exclusions, nor a time at which they were dropped.
    exclusions = tuple(exclusion_of(one) for one in values.get("exclusions", ()))
    return Duty(**{**values, **_read_moments(values, _MOMENTS), "exclusions": exclusions})


def _read_moments(values: Mapping[str, Any], names: Sequence[str]) -> dict[str, datetime]:
    return {name: datetime.fromisoformat(values[name]) for name in names if values.get(name) is not None}
