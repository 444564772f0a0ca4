"""Gather everything of a case for its archive package; fetching it is an act too."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from crawlers.records import Document
from service.domain.alerts.alert import Alert
from service.domain.audit import AuditRow
from service.domain.cases.file import CaseFile
from service.domain.clocks.clock import Clock
from service.domain.documents.evidence import EvidenceRecord, EvidenceState
from service.domain.events.event import Event
from service.flows.keeping.privacy import PERSONAL_READ
from service.ports.evidence import AlteredError, EvidenceFiles
from service.ports.store import Store, Work

__all__ = ["EXPORTED", "Bundle", "Package", "gather", "pack_case", "with_pages"]

EXPORTED = "case.exported"
"""The audit action of fetching a package; it is no part of the package, so that the same case gives the same bytes."""

_DOCUMENTS = 2_000
_CHARACTERS = 32 * 1024 * 1024
"""Of all texts together: a package stays below what its check reads (256 MiB)."""
_PAGE_BYTES = 96 * 1024 * 1024
"""Of all pages together, likewise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """What goes into an archive package; `masked` says that personal data is to be hidden in it.

    `left_out` counts the documents of the event for which there was no room. `pages` are the records of what the
    documents were read from; `bodies` holds the bytes by hash where these are asked for, `unkept` why those that are
    missing are not there, by the number of the record. Bytes are as they were fetched: nothing in them is masked.
    """

    file: CaseFile
    alert: Alert
    event: Event
    clocks: tuple[Clock, ...]
    evidence: tuple[Document, ...]
    audit: tuple[AuditRow, ...]
    masked: bool = True
    left_out: int = 0
    pages: tuple[EvidenceRecord, ...] = ()
    bodies: Mapping[str, bytes] | None = None
    unkept: Mapping[int, str] = field(default_factory=dict)
    drill: bool = False

    @property
    def tells_persons(self) -> bool:
        """Return whether personal data stands in it unmasked."""
        return not self.masked or bool(self.bodies)


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """A package as it was handed out; `digest` is the SHA-256 that the audit row of it keeps."""

    bundle: Bundle
    content: bytes
    digest: str


def pack_case(
    store: Store,
    actor: str,
    case_id: str,
    *,
    pack: Callable[[Bundle], bytes],
    now: datetime,
    masked: bool = True,
    files: EvidenceFiles | None = None,
    drill: bool = False,
) -> Package | None:
    """Return the package of a case, `None` where there is none; with `files`, the bytes of its pages in it; of a `drill`, it says so.

    That it was fetched, whether masked, and its SHA-256 are written down before it is handed out: whoever rewrites
    files and manifest of a package together does not rewrite the audit trail.
    """
    with store.read() as work:
        found = gather(work, case_id, masked=masked)
    if found is None:
        return None
    if files is not None:
        found = with_pages(found, files)
    content = pack(replace(found, drill=drill))
    digest = hashlib.sha256(content).hexdigest()
    detail = {
        "masked": masked,
        "documents": len(found.evidence),
        "state": found.file.case.state.value,
        "sha256": digest,
    }
    detail |= {} if found.bodies is None else {"pages": len(found.bodies)}
    with store.write() as work:
        work.audit.append(actor=actor, action=EXPORTED, subject=f"case:{case_id}", detail=detail, now=now)
        if found.tells_persons:
            told = {
                "what": "archive" if not masked else "evidence",
                "documents": [document.id for document in found.evidence],
            }
            work.audit.append(actor=actor, action=PERSONAL_READ, subject=f"case:{case_id}", detail=told, now=now)
    return Package(bundle=found, content=content, digest=digest)


def gather(work: Work, case_id: str, *, masked: bool = True) -> Bundle | None:
    """Return everything of a case as it stands, `None` where there is none."""
    file = work.cases.file(case_id)
    alert = work.alerts.get(file.case.alert_id) if file else None
    event = work.events.get(file.case.event_id) if file else None
    if file is None or alert is None or event is None:
        return None
    clocks = tuple(work.clocks.of_alerts([alert.id]).get(alert.id, []))
    evidence, left_out = _evidence(work, event)
    return Bundle(
        file=file,
        alert=alert,
        event=event,
        clocks=clocks,
        evidence=evidence,
        audit=_audit(work, file, clocks),
        masked=masked,
        left_out=left_out,
        pages=_pages(work, evidence),
    )


def with_pages(bundle: Bundle, files: EvidenceFiles) -> Bundle:
    """Return the bundle with the bytes of its pages, as far as these are kept, whole, and there is room."""
    room, bodies, unkept = _PAGE_BYTES, dict[str, bytes](), dict[int, str]()
    for page in bundle.pages:
        if page.sha256 in bodies:
            continue
        if page.state is not EvidenceState.KEPT:
            unkept[page.seq] = page.state.value
        elif page.length > room:
            unkept[page.seq] = "no_room"
        elif (body := _body(page, files)) is None:
            unkept[page.seq] = "damaged"
        else:
            bodies[page.sha256] = body
            room -= page.length
    return replace(bundle, bodies=bodies, unkept=unkept)


def _body(page: EvidenceRecord, files: EvidenceFiles) -> bytes | None:
    try:
        return files.read(page.sha256, page.length)
    except (AlteredError, OSError):
        return None


def _pages(work: Work, documents: Sequence[Document]) -> tuple[EvidenceRecord, ...]:
    found = work.evidence.of_documents([document.id for document in documents])
    return tuple(page for document in documents for page in found.get(document.id, ()))


def _evidence(work: Work, event: Event) -> tuple[tuple[Document, ...], int]:
    """Return the documents of the event for which there is room, and how many there is none for."""
    members = work.events.documents(event.id, limit=_DOCUMENTS)
    room, found, left_out = _CHARACTERS, [], max(0, event.document_count - _DOCUMENTS)
    for member in members:
        document = work.documents.get(member.document_id)
        if document is None:
            continue
        if len(document.text) > room:
            left_out += 1
            continue
        room -= len(document.text)
        found.append(document)
    return tuple(found), left_out


def _audit(work: Work, file: CaseFile, clocks: Sequence[Clock]) -> tuple[AuditRow, ...]:
    subjects = [f"case:{file.case.id}", f"alert:{file.case.alert_id}", f"event:{file.case.event_id}"]
    subjects += [f"clock:{clock.id}" for clock in clocks]
    rows = [row for subject in subjects for row in work.audit.rows(subject=subject, limit=None)]
    return tuple(sorted((row for row in rows if row.action not in {EXPORTED, PERSONAL_READ}), key=lambda row: row.seq))
