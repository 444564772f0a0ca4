"""Trainings with officers' labels, and which model is in force."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Select, insert, select, update

from service.domain.learning.model_version import Placement, TrainingRun
from service.storage.dialects import lock
from service.storage.rows import records, values_of
from service.storage.schema import model_placements, training_runs

__all__ = ["SqlModels"]


class SqlModels:
    """`service.ports.learning.Models` within one transaction."""

    def __init__(self, connection: Connection) -> None:
        """Work inside `connection`'s transaction."""
        self._connection = connection

    def wish(self, *, actor: str, now: datetime) -> TrainingRun:
        """Ask for a training; where one is asked for or under way, that one is returned."""
        lock(self._connection, "training")
        open_ = self._runs(select(training_runs).where(training_runs.c.finished_at.is_(None)))
        if open_:
            return open_[0]
        wished = TrainingRun(id=0, wished_at=now, wished_by=actor)
        values = {name: value for name, value in values_of(wished, training_runs).items() if name != "id"}
        number = self._connection.scalar(insert(training_runs).values(**values).returning(training_runs.c.id))
        return self._runs(select(training_runs).where(training_runs.c.id == number))[0]

    def claim(self, *, lease: timedelta, now: datetime) -> TrainingRun | None:
        """Take the training that is asked for, or whose process was lost, until `now + lease`."""
        lock(self._connection, "training")
        r = training_runs.c
        open_ = self._runs(select(training_runs).where(r.finished_at.is_(None)).order_by(r.id))
        free = next((run for run in open_ if not run.is_held(now)), None)
        if free is None:
            return None
        taken = {"until": now + lease, "started_at": now, "tries": r.tries + 1}
        self._connection.execute(update(training_runs).where(r.id == free.id).values(**taken))
        return self.run(free.id)

    def save(self, run: TrainingRun) -> None:
        """Store how a training stands."""
        values = {name: value for name, value in values_of(run, training_runs).items() if name != "id"}
        self._connection.execute(update(training_runs).where(training_runs.c.id == run.id).values(**values))

    def run(self, run_id: int) -> TrainingRun | None:
        """Return a training, or `None`."""
        return next(iter(self._runs(select(training_runs).where(training_runs.c.id == run_id))), None)

    def hold(self, run_id: int) -> TrainingRun | None:
        """Return a training, or `None`; nobody else can take it up, end it or keep it alive until commit."""
        lock(self._connection, "training")
        return self.run(run_id)

    def runs(self, *, limit: int) -> list[TrainingRun]:
        """Return trainings, newest first."""
        return self._runs(select(training_runs).order_by(training_runs.c.id.desc()).limit(limit))

    def of_version(self, version: str) -> TrainingRun | None:
        """Return the last training that made this version and had it promoted, or `None`."""
        r = training_runs.c
        made = select(training_runs).where(r.version == version, r.promoted.is_(True)).order_by(r.id.desc()).limit(1)
        return next(iter(self._runs(made)), None)

    def _runs(self, statement: Select[Any]) -> list[TrainingRun]:
        return records(self._connection, TrainingRun, statement)

    def place(self, version: str, *, actor: str, reason: str, now: datetime) -> Placement:
        """Put a version in force."""
        values = {"version": version, "actor": actor, "at": now, "reason": reason}
        number = self._connection.scalar(insert(model_placements).values(**values).returning(model_placements.c.id))
        return Placement(id=number or 0, version=version, actor=actor, at=now, reason=reason)

    def placements(self, *, limit: int) -> list[Placement]:
        """Return placements, newest first."""
        newest = select(model_placements).order_by(model_placements.c.id.desc()).limit(limit)
        return records(self._connection, Placement, newest)

    def in_force(self) -> Placement | None:
        """Return the last placement; `None` where none was made."""
        return next(iter(self.placements(limit=1)), None)
