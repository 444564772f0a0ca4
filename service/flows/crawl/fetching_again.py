"""What the crawl gave up is fetched again in an administrator's name: at the next visit of each source, as if its rules had changed.

The wish is kept beside the memory of the crawl, which a visit under way would write over.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from crawlers.attachments.documents import files_from
from crawlers.remembered import ANEW_AT, MAX_TRIES, REFUSED_FILES, TRIES
from service.domain.documents.set_aside import AT_THE_DOOR
from service.domain.people.person import Act, Person
from service.domain.refusal import Conflict
from service.flows.acts import note, permit
from service.ports.store import Store, Work

__all__ = ["MOST_ROWS", "LeftAlone", "asked_at", "fetch_again", "left_alone"]

MOST_ROWS = 10_000
"""Rows of the quarantine that one wish marks as tried again."""

_ASKED = "crawl.asked_anew"


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftAlone:
    """What the crawl gave up, pages and files together, by source; what was asked for and not visited since is left out."""

    by_source: Mapping[str, int]

    @property
    def count(self) -> int:
        """How many pages and files."""
        return sum(self.by_source.values())


def left_alone(work: Work, sources: Collection[str] = ()) -> LeftAlone:
    """Return what was given up, of these sources or of all; a source remembers 500 pages and 200 files at most."""
    asked = _asked(work)
    found: dict[str, int] = {}
    for source_id, progress in work.sources.all_progress().items():
        waits = source_id in asked and progress.memory.get(ANEW_AT) != asked[source_id]
        if waits or (sources and source_id not in sources):
            continue
        tries = dict(progress.memory.get(TRIES) or {})
        given_up = {name for name, count in tries.items() if int(count) >= MAX_TRIES}
        if given_up := given_up | files_from(progress.memory.get(REFUSED_FILES)).keys():
            found[source_id] = len(given_up)
    return LeftAlone(by_source=found)


def fetch_again(
    store: Store, person: Person, *, now: datetime, sources: Collection[str] = (), dry_run: bool = False
) -> LeftAlone:
    """Let the next visit of each source fetch again what it gave up, in the person's name; return what. A dry run changes nothing.

    What is refused again is set aside again, with a row of its own.

    Raises:
        Forbidden: The person's role is not granted it.
        Conflict: There is nothing.
    """
    permit(person, Act.TRY_AGAIN)
    if dry_run:
        with store.read() as work:
            return left_alone(work, sources)
    with store.write() as work:
        work.alone("second_try")
        found = left_alone(work, sources)
        if not found.by_source:
            raise Conflict("没有已放弃的网页或附件可再取，可能刚由他人安排，请刷新后再看。")
        work.set_value(_ASKED, _asked(work) | dict.fromkeys(found.by_source, now.isoformat()))
        rows = [
            row_id
            for stage in AT_THE_DOOR
            for row_id in work.quarantine.open_of(stage, list(found.by_source), limit=MOST_ROWS)
        ]
        work.quarantine.mark_replayed(rows, now=now)
        detail = {"count": found.count, "sources": sorted(found.by_source)}
        note(work, person, "page.fetched_again", "source:", detail, now)
    return found


def asked_at(work: Work, source_id: str) -> str | None:
    """Return when somebody last asked for what this source gave up, `None` where nobody did."""
    return _asked(work).get(source_id)


def _asked(work: Work) -> dict[str, str]:
    return dict(work.value(_ASKED) or {})
