"""公告名单: which products of which makers official notices named, batch by batch; and the files as they came."""

from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Query, Request, Response
from fastapi.responses import HTMLResponse

from crawlers.attachments.headings import FIELD_WORDS, FIELDS
from service.api.identity import Reader, context_of
from service.ports.attachments import NoticeRecord
from service.web.downloads import saved_as
from service.web.render import page
from service.web.views.paging import LAST_PAGE, pager

router = APIRouter(default_response_class=HTMLResponse)

_PAGE = 50
_SHOWN = ("product", "specification", "maker", "batch", "failed_items", "result")
_LONGEST = 100

Words = Annotated[str, Query(max_length=_LONGEST)]


@router.get("/notices")
def notices(
    request: Request,
    identity: Reader,
    product: Words = "",
    maker: Words = "",
    batch: Words = "",
    page_number: Annotated[int, Query(alias="page", ge=1, le=LAST_PAGE)] = 1,
) -> HTMLResponse:
    """Find records of notices by product, maker and batch."""
    asked = {"product": product.strip(), "maker": maker.strip(), "batch": batch.strip()}
    with context_of(request).store.read() as work:
        found = work.attachments.find(**asked, limit=_PAGE + 1, offset=(page_number - 1) * _PAGE)
    earlier, later = pager("/notices", asked, page_number, more=len(found) > _PAGE)
    view: dict[str, Any] = {
        "rows": [_shown(record) for record in found[:_PAGE]],
        "headings": [FIELD_WORDS[name] for name in _SHOWN],
        "asked": asked,
        "filtered": any(asked.values()),
        "earlier": earlier,
        "later": later,
    }
    return page(request, "notices.html", identity=identity, key="search", title="公告名单", **view)


@router.get("/files/{digest}")
def kept_file(request: Request, identity: Reader, digest: str) -> Response:
    """Hand out an attachment as it came: to be saved, never to be shown by the browser."""
    del identity
    context = context_of(request)
    with context.store.read() as work:
        file = work.attachments.file(digest) if len(digest) == 64 else None  # noqa: PLR2004 - SHA-256 in hex
    if file is None:
        raise HTTPException(404, "没有保存这个附件。")
    return Response(
        file.content,
        media_type="application/octet-stream",
        headers={
            **saved_as(file.name, drill=context.drill is not None),
            "Content-Security-Policy": "sandbox",
        },
    )


def _shown(record: NoticeRecord) -> dict[str, Any]:
    others = [
        (FIELD_WORDS.get(name, name), value)
        for name, value in record.values.items()
        if name not in {*_SHOWN, "serial", "where"} and name in {*FIELDS, *record.values}
    ]
    return {
        "cells": [record.values.get(name, "") for name in _SHOWN],
        "others": others,
        "notice": record.notice,
        "url": record.url,
        "at": record.published_at,
        "where": record.values.get("where", ""),
    }
