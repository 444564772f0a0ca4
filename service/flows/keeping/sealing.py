"""Ties evidence to the audit trail, a digest a day, and holds files, records and digests against each other."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice

from service.domain.audit import AuditRow
from service.domain.beijing import BEIJING
from service.domain.documents.evidence import DIGESTED, EvidenceRecord, EvidenceState, evidence_digest
from service.ports.evidence import AlteredError, EvidenceFiles
from service.ports.store import Store, Work

__all__ = ["Checked", "Fault", "orphans_of", "seal_days", "verify_evidence"]

_AT_ONCE = 500
# One a day: three hundred years.
_MOST_DIGESTS = 100_000


@dataclass(frozen=True, slots=True)
class Fault:
    """A page whose bytes are not what its record says: `missing`, `altered` or `unreadable`."""

    kind: str
    record: EvidenceRecord


@dataclass(slots=True)
class Checked:
    """What a check found. `pages` were re-hashed; `broken` says in sentences what is wrong with records or the audit trail.

    `unsealed` counts the records of today, which no digest covers yet.
    """

    pages: int = 0
    faults: list[Fault] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    sealed: int = 0
    unsealed: int = 0


def seal_days(store: Store, *, now: datetime) -> int:
    """Write the digest of the records of all days before today (Beijing) that none covers yet; return how many these are."""
    today = now.astimezone(BEIJING).replace(hour=0, minute=0, second=0, microsecond=0)
    with store.read() as work:
        after, until = _sealed_until(work), work.evidence.last_before(today)
        if until <= after:
            return 0
        count, digest = evidence_digest(work.evidence.stretch(after=after, until=until))
    with store.write() as work:
        work.alone("evidence")
        if _sealed_until(work) != after:
            return 0  # another process was quicker
        detail = {"after_seq": after, "until_seq": until, "pages": count, "sha256": digest}
        work.audit.append(actor="system", action=DIGESTED, subject="evidence:", detail=detail, now=now)
    return count


def _sealed_until(work: Work) -> int:
    newest = work.audit.rows(action=DIGESTED, limit=1)
    return int(newest[0].detail["until_seq"]) if newest else 0


def verify_evidence(store: Store, files: EvidenceFiles) -> Checked:
    """Hash every kept page anew and hold it against its record, and the records against the digests in the audit trail."""
    found = Checked()
    _check_digests(store, found)
    after = 0
    while records := _some(store, after):
        after = records[-1].seq
        _check_pages(store, files, [one for one in records if one.state is EvidenceState.KEPT], found)
    return found


def orphans_of(store: Store, files: EvidenceFiles) -> Iterator[str]:
    """Yield the hashes of files that no record keeps: left by a crash, or by records that are gone."""
    for shelf in range(256):
        hashes = list(files.hashes(shelf))
        if hashes:
            with store.read() as work:
                needed = work.evidence.needed(hashes)
            yield from (sha256 for sha256 in hashes if sha256 not in needed)


def _some(store: Store, after: int) -> list[EvidenceRecord]:
    with store.read() as work:
        return list(islice(work.evidence.stretch(after=after), _AT_ONCE))


def _check_pages(store: Store, files: EvidenceFiles, records: Sequence[EvidenceRecord], found: Checked) -> None:
    # Documents of one list share its answer.
    known: dict[str, str | None] = {}
    for record in records:
        if record.sha256 not in known:
            known[record.sha256] = _fault(files, record)
        kind = known[record.sha256]
        found.pages += 1
        if kind == "missing" and not _is_kept(store, record):
            continue  # given up while this check ran
        if kind is not None:
            found.faults.append(Fault(kind, record))


def _fault(files: EvidenceFiles, record: EvidenceRecord) -> str | None:
    try:
        body = files.read(record.sha256, record.length)
    except AlteredError:
        return "altered"
    except OSError:
        return "unreadable"
    if body is None:
        return "missing"
    return None if len(body) == record.length else "altered"


def _is_kept(store: Store, record: EvidenceRecord) -> bool:
    with store.read() as work:
        now = work.evidence.get(record.seq)
    return now is not None and now.state is EvidenceState.KEPT


def _check_digests(store: Store, found: Checked) -> None:
    with store.read() as work:
        broken = work.audit.verify()
        if broken is not None:
            found.broken.append(f"审计链在第 {broken} 条断裂：此条或其之前的内容被改动过")
        until = 0
        for row in reversed(work.audit.rows(action=DIGESTED, limit=_MOST_DIGESTS)):
            until = _check_digest(work, row, until, found)
        found.unsealed = sum(1 for _ in work.evidence.stretch(after=until))


def _check_digest(work: Work, row: AuditRow, before: int, found: Checked) -> int:
    """Hold the records of one digest against it; return up to where it reaches."""
    after, until = int(row.detail["after_seq"]), int(row.detail["until_seq"])
    count, digest = evidence_digest(work.evidence.stretch(after=after, until=until))
    if after != before or (count, digest) != (row.detail["pages"], row.detail["sha256"]):
        told = f"应有 {row.detail['pages']} 条，现有 {count} 条" if count != row.detail["pages"] else "内容有改动"
        day = row.at.astimezone(BEIJING)
        found.broken.append(f"证据登记与审计记录第 {row.seq} 条（{day:%Y-%m-%d}）的摘要不符：{told}")
    found.sealed += count
    return until
