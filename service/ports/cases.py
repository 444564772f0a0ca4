"""Cases in the store's own words. Part of `service.ports.store`, from where it is imported."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from service.domain.cases.file import Approval, Case, CaseFile, CaseRecord

__all__ = ["Cases"]


class Cases(Protocol):
    """The answers to alerts. What was written of a case is added to and never changed."""

    def get(self, case_id: str) -> Case | None:
        """Return the case, or `None`."""
        ...

    def of_alerts(self, alert_ids: Sequence[str]) -> dict[str, Case]:
        """Return the case of each alert that has one, by the alert's id."""
        ...

    def file(self, case_id: str) -> CaseFile | None:
        """Return the case with everything in it, or `None`."""
        ...

    def files(self, case_ids: Sequence[str]) -> dict[str, CaseFile]:
        """Return these cases with everything in them, by id; as many statements as for one."""
        ...

    def add(self, case: Case, records: Sequence[CaseRecord]) -> bool:
        """Insert a new case with its records; false, with nothing written, where its alert has one already."""
        ...

    def move(self, case: Case, records: Sequence[CaseRecord]) -> bool:
        """Replace the case and add its records; false, with nothing written, where somebody else moved it meanwhile.

        The case is the next revision of the one that was read. An answered liaison replaces its question.
        """
        ...

    def listing(self, *, over: bool = False, limit: int | None = 200, offset: int = 0) -> list[Case]:
        """Return cases that still run (or, with `over`, that have ended), latest change first; without `limit` all of them."""
        ...

    def bypasses(self, *, since: datetime, until: datetime) -> list[tuple[Case, Approval]]:
        """Return the confirmed bypasses of `since` ≤ time < `until` in order of time, each with its case."""
        ...
