"""证据: the bytes of a page as they were fetched, for those who work on the case; to be saved, never to be shown by the browser."""

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from service.api.identity import Handler, context_of
from service.domain.documents.evidence import EvidenceRecord, EvidenceState, page_name
from service.domain.refusal import Conflict, NotFound
from service.flows.keeping.privacy import note_personal_read
from service.ports.evidence import AlteredError, EvidenceFiles
from service.web.downloads import saved_as

router = APIRouter()

_MOST_SEQ = 2**62


@router.get("/evidence/{seq}")
def kept_page(request: Request, identity: Handler, seq: Annotated[int, Path(ge=1, le=_MOST_SEQ)]) -> Response:
    """Hand out a page as it was fetched; that it was read is written down first, as for complaints.

    Raises `NotFound` where nothing is kept, `Conflict` where what lies there is not what was fetched.
    """
    context = context_of(request)
    with context.store.read() as work:
        record = work.evidence.get(seq)
        event_id = work.events.of_documents([record.document_id]).get(record.document_id) if record else None
    if record is None or context.evidence is None:
        raise NotFound("没有这份证据，请从事件页的稿件中进入。")
    body = _body_of(record, context.evidence)
    subject = f"event:{event_id}" if event_id else f"document:{record.document_id}"
    note_personal_read(
        context.store, identity.person, subject, what="evidence", documents=[record.document_id], now=context.now()
    )
    return Response(
        body,
        media_type="application/octet-stream",
        headers={
            **saved_as(page_name(record), drill=context.drill is not None),
            # A page of somebody else: should a browser show it all the same, nothing in it runs or loads.
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "X-Evidence-SHA256": record.sha256,
        },
    )


def _body_of(record: EvidenceRecord, files: EvidenceFiles) -> bytes:
    if record.state is not EvidenceState.KEPT:
        raise NotFound(f"这份网页原件没有留存：{record.state.word}。")
    damaged = "这份网页原件与登记的 SHA-256 不符，没有提供。请通知系统管理员运行 yaowang evidence verify 核验。"
    try:
        body = files.read(record.sha256, record.length)
    except AlteredError as error:
        raise Conflict(damaged) from error
    if body is None:
        raise Conflict("这份网页原件的文件缺失。请通知系统管理员运行 yaowang evidence verify 核验，并从备份找回。")
    return body
