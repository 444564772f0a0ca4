"""What the flows need of the audit trail; the contract suite of the store runs on every adapter."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from service.domain.audit import AuditRow, ChainEnd

__all__ = ["Audit"]


class Audit(Protocol):
    """The hash-chained audit trail."""

    def append(self, *, actor: str, action: str, subject: str, detail: Mapping[str, Any], now: datetime) -> AuditRow:
        """Append one row to the chain."""
        ...

    def rows(
        self,
        *,
        subject: str | None = None,
        actor: str | None = None,
        action: str | None = None,
        limit: int | None = 200,
        before_seq: int | None = None,
        until: datetime | None = None,
    ) -> list[AuditRow]:
        """Return rows, newest first, of one subject, actor or action and of no later time where these are given; without `limit` all."""
        ...

    def last_besides(self, actor: str, subjects: Sequence[str]) -> datetime | None:
        """Return the latest time at which anybody but this actor did something to one of the subjects, or `None`."""
        ...

    def subjects_with(self, action: str, subjects: Sequence[str]) -> frozenset[str]:
        """Return those of the subjects that have a row of this action."""
        ...

    def chain(self, *, after: int = 0) -> Iterator[AuditRow]:
        """Yield the rows behind `after` in their order, not all of them at once."""
        ...

    def first_since(self, at: datetime) -> int | None:
        """Return the `seq` of the first row that is not older than `at`; `None` where all are."""
        ...

    def at(self, seq: int) -> ChainEnd | None:
        """Return the place of a row in the chain; 0 is its beginning; `None` where there is no such row."""
        ...

    def head(self) -> ChainEnd:
        """Return the recorded end of the chain."""
        ...

    def verify(self, *, after: int = 0) -> int | None:
        """Recompute the chain behind a row, all of it behind 0; return the first broken `seq`, or `None` where it holds."""
        ...
