"""导入文件: a policy file is uploaded, shown as it was read, filled in, and taken into the library or dropped."""

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, File, Form, Request, UploadFile
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import BaseModel, Field

from service.api.identity import Identity, Importer, context_of
from service.api.room import NEEDS_ROOM
from service.domain.policies.policy import PolicyKind, PolicyLevel
from service.domain.refusal import NotFound, Refusal
from service.flows.policies.policy_sources import SUFFIXES
from service.flows.rules.policy_desk import KEPT, confirm_preview, drop_preview, read_preview, take_upload
from service.web.refused import NOT_REFUSED, Refused, Sent, refused_by, status_of
from service.web.render import page
from service.web.views.wording import day_of

router = APIRouter(prefix="/policies/import", default_response_class=HTMLResponse)

_CHUNK = 1024 * 1024
_LONGEST_NAME = 200


class PolicyForm(BaseModel):
    """What a person says of an uploaded file; an empty field leaves what was read."""

    stem: str = Field(default="", max_length=200)
    title: str = Field(default="", max_length=300)
    issue_number: str = Field(default="", max_length=100)
    body: str = Field(default="", max_length=200)
    issued: str = Field(default="", max_length=20)
    valid_from: str = Field(default="", max_length=20)
    valid_to: str = Field(default="", max_length=20)
    level: str = Field(default="", max_length=20)
    kind: str = Field(default="", max_length=20)
    region: str = Field(default="", max_length=6)
    url: str = Field(default="", max_length=1000)
    interprets: str = Field(default="", max_length=300)
    supersede: bool = False
    act: str = Field(default="check", pattern="^(check|keep)$")

    def filled(self) -> Mapping[str, str]:
        """Return the fields that describe the document."""
        return self.model_dump(exclude={"supersede", "act"})


@router.get("")
def upload_page(request: Request, identity: Importer) -> HTMLResponse:
    """Show the form, and what this person uploaded and has not decided on."""
    return _upload_form(request, identity)


@router.post("", dependencies=[NEEDS_ROOM])
def upload(request: Request, identity: Importer, file: Annotated[UploadFile, File()]) -> Response:
    """Read a file and lead to its preview; nothing of it is in the library yet."""
    context = context_of(request)
    name = Path((file.filename or "").replace("\\", "/")).name[-_LONGEST_NAME:]
    with tempfile.TemporaryDirectory(prefix="yaowang-policy-") as folder:
        path = Path(folder) / f"upload{Path(name).suffix[:10]}"
        with path.open("wb") as target:
            while chunk := file.file.read(_CHUNK):
                target.write(chunk)
        try:
            preview = take_upload(context.store, identity.person, path, name, now=context.now())
        except Refusal as refusal:
            return _upload_form(request, identity, fault=refusal.sentence, status=status_of(refusal))
    return RedirectResponse(f"/policies/import/{preview}", status_code=303)


def _upload_form(request: Request, identity: Identity, *, fault: str = "", status: int = 200) -> HTMLResponse:
    context = context_of(request)
    with context.store.read() as work:
        waiting = work.previews.waiting(identity.person.id)
    since = context.now() - KEPT
    return page(
        request,
        "policy_import.html",
        identity=identity,
        key="policies",
        title="导入政策文件",
        status=status,
        fault=fault,
        suffixes=SUFFIXES,
        hours=int(KEPT.total_seconds()) // 3600,
        waiting=[one for one in waiting if one[2] >= since],
    )


@router.get("/{preview}")
def preview_page(request: Request, identity: Importer, preview: str) -> HTMLResponse:
    """Show what was read of an uploaded file. Raises `NotFound`."""
    return _preview(request, identity, preview, None)


@router.post("/{preview}")
def fill(
    request: Request, identity: Importer, preview: str, form: Annotated[PolicyForm, Form()], sent: Sent
) -> Response:
    """Check what was filled in, or take the file into the library with it."""
    if form.act == "check":
        return _preview(request, identity, preview, form.filled(), supersede=form.supersede)
    context = context_of(request)
    try:
        stem = confirm_preview(
            context.store,
            identity.person,
            preview,
            form.filled(),
            supersede=form.supersede,
            register=context.office.register,
            now=context.now(),
        )
    except Refusal as refusal:
        refused = refused_by(request, refusal, sent)
        return _preview(request, identity, preview, form.filled(), supersede=form.supersede, refused=refused)
    if context.rulebook is not None:
        context.rulebook.refresh(context.now(), at_once=True)
    return RedirectResponse(f"/policies/{quote(stem)}?done=policy_kept", status_code=303)


@router.post("/{preview}/drop")
def drop(request: Request, identity: Importer, preview: str) -> RedirectResponse:
    """Forget an uploaded file."""
    context = context_of(request)
    drop_preview(context.store, identity.person, preview, now=context.now())
    return RedirectResponse("/policies/import?done=preview_dropped", status_code=303)


def _preview(
    request: Request,
    identity: Identity,
    preview: str,
    filled: Mapping[str, str] | None,
    *,
    supersede: bool = False,
    refused: Refused = NOT_REFUSED,
) -> HTMLResponse:
    context = context_of(request)
    now = context.now()
    register = context.office.register
    with context.store.read() as work:
        try:
            reading = read_preview(work, identity.person, preview, filled, register=register, now=now)
        except NotFound:
            raise
        except Refusal as refusal:
            assert filled is not None
            refused = refused if refused.sentence else Refused(sentence=refusal.sentence, status=422)
            whole = {**filled, "stem": ""}
            reading = read_preview(work, identity.person, preview, whole, register=register, now=now)
    return page(
        request,
        "policy_preview.html",
        identity=identity,
        key="policies",
        title="核对导入内容",
        refused=refused,
        preview=preview,
        reading=reading,
        supersede=supersede,
        standing=reading.policy.standing(day_of(now)) if reading.policy else None,
        levels=[one.word for one in PolicyLevel],
        kinds=[one.word for one in PolicyKind],
    )
