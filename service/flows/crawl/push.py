"""Take what a partner pushes: believed, bounded, through the gate, stored; then and only then acknowledged."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from crawlers.broken_json import json_fault
from crawlers.gate import GateRefusal, Limits, admit_document
from crawlers.imports import ColumnMap, RowRefusal, load_column_maps, read_records
from crawlers.parsing.policy_facts import policy_facts
from crawlers.personal_data import masked_sample
from crawlers.ports import QuarantineEntry
from crawlers.records import POLICY_FACTS, Document, DocumentKind, Source
from crawlers.snapshots import snapshot_of
from service.domain.documents.named_people import without_announced_names
from service.domain.documents.push import PushFault, PushMemory, check_signature, remember
from service.flows.keeping.former_ids import under_stored_ids
from service.flows.keeping.preserving import Preserved, Preserver
from service.flows.policies.joining import join_library, news_of
from service.ports.store import Store

__all__ = ["MAX_BODY_BYTES", "MAX_DOCUMENTS", "Push", "PushDesk", "PushRefusedError", "PushReport"]

MAX_BODY_BYTES = 1024 * 1024
MAX_DOCUMENTS = 1000
_SHOWN_REFUSALS = 20
_MEMORY = "push:"
# Compared with where there is no such source, so that how long an answer takes tells nothing.
_NOBODY = b"no partner has this secret"


class PushRefusedError(Exception):
    """A push that is not taken; nothing of it was stored."""

    def __init__(self, fault: PushFault) -> None:
        """Keep status and sentence."""
        super().__init__(fault.sentence)
        self.fault = fault


@dataclass(frozen=True, slots=True, kw_only=True)
class Push:
    """One message as it came: the source that it names, what it claims, and its bytes."""

    source_id: str
    timestamp: str
    signature: str
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class PushReport:
    """What became of the documents; `refused` holds the first twenty sentences."""

    added: int = 0
    edited: int = 0
    known: int = 0
    refused_count: int = 0
    refused: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class PushDesk:
    """Takes pushes for the sources of kind `push`. `secrets` gives each source's secret; a source without one takes nothing.

    A message is kept as it came, as evidence of all documents that are new by it, where there is a `preserver`.
    """

    store: Store
    sources: Mapping[str, Source]
    secrets: Mapping[str, bytes]
    now: Callable[[], datetime]
    author_key: bytes
    preserver: Preserver | None = None

    def take(self, push: Push) -> PushReport:
        """Store the documents of a push in one transaction, with the memory that it came.

        Raises:
            PushRefusedError: it is not believed, not new, too large, too frequent, or no list of documents.
        """
        now = self.now()
        source = self._believed(push, now)
        records = _records(push.body)
        rows = read_records(records, source=source, column_map=_column_map(source), now=now, author_key=self.author_key)
        admitted: dict[str, Document] = {}
        refused: list[QuarantineEntry] = []
        for row in rows:
            taken = admit_document(_told(row, now), Limits(), now) if isinstance(row, Document) else row
            if not isinstance(taken, Document):
                refused.append(_entry(taken, source, now))
                continue
            first = admitted.setdefault(taken.id, taken)
            if first.content_hash != taken.content_hash:
                refused.append(_entry(_second(first, taken), source, now))
        return self._store(push, source, list(admitted.values()), refused, now)

    def _believed(self, push: Push, now: datetime) -> Source:
        source = self.sources.get(push.source_id)
        secret = self.secrets.get(push.source_id) if source is not None and source.kind == "push" else None
        fault = check_signature(
            secret or _NOBODY, timestamp=push.timestamp, signature=push.signature, body=push.body, now=now
        )
        if fault is not None:
            raise PushRefusedError(fault)
        if source is None or secret is None:
            raise PushRefusedError(PushFault(401, "没有这个推送信源，或没有为它设置密钥。"))
        if len(push.body) > MAX_BODY_BYTES:
            raise PushRefusedError(PushFault(413, f"推送超过 {MAX_BODY_BYTES} 字节，请分批发送。"))
        return source

    def _store(
        self,
        push: Push,
        source: Source,
        admitted: list[Document],
        refused: list[QuarantineEntry],
        now: datetime,
    ) -> PushReport:
        name = _MEMORY + source.id
        with self.store.write() as work:
            # Two that come at once would each forget the other, and could be played back.
            work.alone(name)
            if not work.sources.switches().get(source.id, True):
                raise PushRefusedError(PushFault(403, f"{source.name}已停用，请联系系统管理员。"))
            memory = remember(PushMemory.of(work.value(name)), push.signature, now)
            if isinstance(memory, PushFault):
                raise PushRefusedError(memory)
            work.set_value(name, memory.as_json())
            admitted = under_stored_ids(work, admitted)
            # Not before: what is not taken leaves no trace, no file either.
            pages = self._kept(push, admitted, now)
            policies = news_of(work, admitted)
            result = work.documents.put(admitted, now=now)
            join_library(work, policies, now=now)
            if self.preserver is not None:
                self.preserver.record(work, pages, now=now)
            work.sources.note_answer(now)
            if refused:
                work.quarantine.add(refused)
        return PushReport(
            added=result.added,
            edited=result.edited,
            known=result.known,
            refused_count=len(refused),
            refused=tuple(entry.detail for entry in refused[:_SHOWN_REFUSALS]),
        )

    def _kept(self, push: Push, admitted: list[Document], now: datetime) -> list[Preserved]:
        if self.preserver is None or not admitted:
            return []
        json_type = {"Content-Type": "application/json"}
        message = snapshot_of(push.body, url=f"/api/push/{push.source_id}", headers=json_type, fetched_at=now)
        return self.preserver.keep(self.store, [replace(one, snapshots=(message,)) for one in admitted])


def _records(body: bytes) -> list[object]:
    try:
        data = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise PushRefusedError(PushFault(400, f"正文不是合法的 JSON：{json_fault(error)}。")) from error
    records = data.get("documents") if isinstance(data, dict) else data
    if not isinstance(records, list):
        raise PushRefusedError(PushFault(400, '正文应为稿件的列表，或 {"documents": [...]}。'))
    if len(records) > MAX_DOCUMENTS:
        raise PushRefusedError(PushFault(413, f"一次至多推送 {MAX_DOCUMENTS} 篇稿件，请分批发送。"))
    return records


def _column_map(source: Source) -> ColumnMap:
    """Return how the fields of a pushed document are called: as in Yaowang's own format."""
    (own,) = (known for known in load_column_maps() if known.name == "document")
    kind = DocumentKind(str(source.declaration.get("document_kind", DocumentKind.ARTICLE)))
    return replace(own, kind=kind, facts={key: (key,) for key in POLICY_FACTS} if kind is DocumentKind.POLICY else {})


def _told(document: Document, now: datetime) -> Document:
    """Return a policy with what its partner and its text say of it, under the fixed names, and a complaint without names."""
    if document.kind is DocumentKind.COMPLAINT:
        return without_announced_names(document)
    if document.kind is not DocumentKind.POLICY:
        return document
    declared = {key: str(value) for key, value in document.extras.items() if key in POLICY_FACTS}
    facts = policy_facts(document.title, document.text, published=document.published_at, declared=declared, now=now)
    others = {key: value for key, value in document.extras.items() if key not in POLICY_FACTS}
    return replace(document, extras=others | facts)


def _second(first: Document, second: Document) -> RowRefusal:
    """Return why the second of two documents of one id in one message is not taken: which of them holds cannot be known."""
    detail = f"编号 {second.native_id[:60]} 出现了两条不同的记录，保留“{first.title[:40]}”，未取“{second.title[:40]}”"
    return RowRefusal(
        row_number=0, reason="编号重复", detail=detail, sample=second.text.encode(errors="replace")[:4096]
    )


def _entry(refusal: RowRefusal | GateRefusal, source: Source, now: datetime) -> QuarantineEntry:
    sample = masked_sample(refusal.sample) if isinstance(refusal, RowRefusal) else b""
    return QuarantineEntry(
        stage="push", reason=refusal.reason, detail=refusal.detail, source_id=source.id, sample=sample, at=now
    )
