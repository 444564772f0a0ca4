"""Sources that administrators add in the browser, and the probes that come before.

Part of `service.ports.store`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

__all__ = ["OwnSource", "OwnSources", "SourceProbe"]


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnSource:
    """A source that an administrator added; one that was removed stays, so that what it brought keeps its name.

    `declaration` holds what a catalogue file would say of it.
    """

    id: str
    declaration: Mapping[str, Any]
    added_by: str
    added_at: datetime
    changed_at: datetime
    removed_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceProbe:
    """A probe (探查) of an address: asked for by an administrator, made by a crawl role.

    It waits until `ended_at`; `tries` counts how often one began. Then `draft` is the declaration that would take the
    site, or `refused` the sentence that says why there is none; `reasons` are the steps, `samples` the first records
    (`title, url, published_at`). `source_id` is the source that was made of it.
    """

    id: str
    url: str
    name: str
    asked_by: str
    asked_at: datetime
    tries: int = 0
    ended_at: datetime | None = None
    draft: Mapping[str, Any] | None = None
    refused: str | None = None
    reasons: tuple[str, ...] = ()
    samples: tuple[Mapping[str, Any], ...] = ()
    source_id: str | None = None


class OwnSources(Protocol):
    """Sources of the office's own and probes, within one transaction."""

    def get(self, source_id: str) -> OwnSource | None: ...  # noqa: D102
    def listing(self) -> Sequence[OwnSource]:
        """Return all in the order of their ids, those that were removed too."""
        ...

    def save(self, source: OwnSource) -> None:
        """Insert or replace one."""
        ...

    def probe(self, probe_id: str) -> SourceProbe | None: ...  # noqa: D102
    def save_probe(self, probe: SourceProbe) -> None:
        """Insert or replace one."""
        ...

    def waiting_probes(self, *, limit: int) -> Sequence[SourceProbe]:
        """Return those that have not ended, the longest asked for first."""
        ...

    def latest_probes(self, *, limit: int) -> Sequence[SourceProbe]:
        """Return the probes asked for last, the latest first."""
        ...

    def drop_probes_before(self, moment: datetime) -> None:
        """Forget the probes that were asked for before a moment."""
        ...
