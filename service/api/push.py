"""The door for signed pushes: `POST /api/push/{source}`. It knows no session; the signature is the whole of its trust."""

from typing import Annotated, Any

from fastapi import APIRouter, Header, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse
from starlette.requests import ClientDisconnect

from service.api.identity import context_of
from service.api.room import NoRoomError, has_room
from service.flows.crawl.push import Push, PushRefusedError

__all__ = ["router"]

router = APIRouter()

_LONGEST_HEADER = 100


@router.post("/api/push/{source_id}")
async def take_push(
    request: Request,
    source_id: str,
    timestamp: Annotated[str, Header(alias="X-Yaowang-Timestamp", max_length=_LONGEST_HEADER)] = "",
    signature: Annotated[str, Header(alias="X-Yaowang-Signature", max_length=_LONGEST_HEADER)] = "",
) -> Response:
    """Store pushed documents and say what became of them; 200 means that every one is stored or in quarantine.

    The body is bounded before it gets here; 401 is for what is not believed, 409 for what came before, 507 for a disk that is nearly full.
    """
    desk = context_of(request).push
    if desk is None:
        return _answer(404, {"status": 404, "sentence": "本机没有启用推送。"})
    if not has_room(request):
        raise NoRoomError("磁盘将满，暂不接收推送，没有入库。请稍后重发。")
    try:
        body = await request.body()
    except ClientDisconnect:
        return _answer(413, {"status": 413, "sentence": "推送过大或中断，没有入库。"})
    push = Push(source_id=source_id[:_LONGEST_HEADER], timestamp=timestamp, signature=signature, body=body)
    try:
        report = await run_in_threadpool(desk.take, push)
    except PushRefusedError as refused:
        return _answer(refused.fault.status, {"status": refused.fault.status, "sentence": refused.fault.sentence})
    counts = {name: getattr(report, name) for name in ("added", "edited", "known")}
    return _answer(200, counts | {"refused": report.refused_count, "reasons": list(report.refused)})


def _answer(status: int, body: dict[str, Any]) -> Response:
    return JSONResponse(body, status_code=status)
