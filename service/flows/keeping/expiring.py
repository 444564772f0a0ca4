"""Gives up the bytes of old pages that neither an alert nor a case needs, so many a run; hash and length stay for good."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from service.domain.documents.evidence import EvidenceState
from service.flows.keeping.preserving import Preserver
from service.ports.evidence import EvidenceFiles
from service.ports.store import Store

__all__ = ["EVERY", "Expired", "give_up_old_pages", "remove_unneeded"]

EVERY = timedelta(hours=1)
"""How often old pages are looked for."""

EXPIRED = "evidence.expired"
# A run holds the store for so many files at most: 5 ms.
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Expired:
    """How many pages were given up, how many files went with them, and the bytes that the pages had."""

    pages: int = 0
    files: int = 0
    length: int = 0


def give_up_old_pages(store: Store, preserver: Preserver, *, now: datetime) -> Expired:
    """Give up to 500 pages up, oldest first; what is shared with a page that is still kept stays.

    The records say so before a file goes: a crash between leaves a file that nobody needs, never a record without its
    file.
    """
    before = now - preserver.rules.kept_for
    with store.read() as work:
        if not work.evidence.expirable(fetched_before=before, limit=1):
            return Expired()
    with store.write() as work:
        work.alone("evidence")
        old = work.evidence.expirable(fetched_before=before, limit=_AT_ONCE)
        work.evidence.set_state([one.seq for one in old], EvidenceState.EXPIRED)
        hashes = {one.sha256 for one in old}
        unneeded = hashes - work.evidence.needed(hashes)
        told = Expired(len(old), len(unneeded), sum(one.length for one in old))
        detail = {"pages": told.pages, "files": told.files, "bytes": told.length, "fetched_before": before.isoformat()}
        work.audit.append(actor="system", action=EXPIRED, subject="evidence:", detail=detail, now=now)
    remove_unneeded(store, preserver.files, unneeded)
    return told


def remove_unneeded(store: Store, files: EvidenceFiles, hashes: Collection[str]) -> int:
    """Remove those of the files that no record keeps at this moment; return how many these were."""
    removed = 0
    with store.write() as work:
        # Whoever keeps a page looks for its file under the same name: what goes here is written again there.
        work.alone("evidence")
        for sha256 in sorted(set(hashes) - work.evidence.needed(hashes)):
            files.remove(sha256)
            removed += 1
    return removed
