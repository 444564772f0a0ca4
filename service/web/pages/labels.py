"""标注: one card after another that asks an officer, corrections of a document, and the versions of the model."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from analysis.frozen import LEAST_FROZEN, LEAST_FROZEN_RISKS
from crawlers.records import DocumentKind
from service.api.identity import Identity, Labeller, ModelKeeper, Reader, context_of
from service.api.room import NEEDS_ROOM
from service.domain.learning.label import Label, LabelOrigin, label_of_form, model_said
from service.domain.learning.model_version import LEAST_LABELS, LEAST_RISKS, SHIPPED, stock_of
from service.domain.people.person import Act
from service.domain.refusal import Refusal
from service.flows.keeping.privacy import note_personal_read
from service.flows.learning.labelling import chosen_question, give_label, next_question, skip_question, undo_label
from service.flows.learning.model_versions import model_state, place_model, wish_training
from service.web.downloads import saved_as
from service.web.pages.event_documents import documents_address
from service.web.refused import NOT_REFUSED, Refused, Sent, refused_by
from service.web.render import page
from service.web.views.label_table import labels_csv
from service.web.views.labelling import label_form, label_words, origin_word, run_view, versions_view

router = APIRouter()

_RECENT = 8
_RUNS = 20
_PLACEMENTS = 10
_EXCERPT = 700
_MOST_EXPORTED = 20_000


@dataclass(frozen=True, slots=True)
class LabelFields:
    """A label as its form sends it."""

    level: Annotated[int, Form(ge=-1, le=9)] = -1
    leading: Annotated[str, Form(max_length=4)] = ""
    category: Annotated[list[str] | None, Form(max_length=13)] = None
    severity: Annotated[int, Form(ge=0, le=9)] = 0
    tone: Annotated[str, Form(max_length=8)] = ""
    missed: Annotated[bool, Form()] = False

    def label(self) -> Label:
        """Return the label. Raises `Refusal` where the parts do not fit together."""
        return label_of_form(
            level=self.level,
            leading=self.leading,
            categories=self.category or [],
            severity=self.severity,
            tone=self.tone,
        )


@router.get("/labels")
def card(request: Request, identity: Labeller, document: Annotated[str, Query(max_length=80)] = "") -> HTMLResponse:
    """Show the next question, or the card of a document that was chosen, how far the labels go, and the last ones."""
    context = context_of(request)
    now = context.now()
    with context.store.read() as work:
        question, waiting = next_question(work, identity.person, now=now)
        question = chosen_question(work, document) if document else question
        standing = work.labels.latest([document]).get(document)
        stock = stock_of(work.labels.by_group())
        recent = work.labels.recent(limit=_RECENT)
        found = {one.document_id: work.documents.get(one.document_id) for one in recent}
        undoable = work.labels.last_of(identity.person.name)
    form = None
    if question is not None and question.document.kind is DocumentKind.COMPLAINT:
        subject, shown = f"document:{question.document.id}", [question.document.id]
        note_personal_read(context.store, identity.person, subject, what="complaints", documents=shown, now=now)
    if question is not None:
        form = label_form(question.document.id, model_said(question.assessment), standing, now, chosen=False)
    names = context.source_names
    return page(
        request,
        "labels.html",
        identity=identity,
        key="labels",
        title="标注",
        question=question,
        excerpt=question.document.text[:_EXCERPT] if question else "",
        cut_off=question is not None and len(question.document.text) > _EXCERPT,
        source=names.get(question.document.source_id, question.document.source_id) if question else "",
        reason=origin_word(question.asked.reason) if question else "",
        form=form,
        waiting=waiting,
        stock=stock,
        least=(LEAST_LABELS, LEAST_RISKS),
        kept=(LEAST_FROZEN, LEAST_FROZEN_RISKS),
        recent=[
            (one, text.title if (text := found[one.document_id]) else "", label_words(one.label)) for one in recent
        ],
        undoable=undoable,
    )


@router.get("/labels/export.csv")
def export(request: Request, identity: Labeller) -> Response:
    """Hand out the labels that count as a table; that they were taken along is written down first."""
    context = context_of(request)
    with context.store.read() as work:
        labelled = work.labels.labelled(limit=_MOST_EXPORTED)
    now, actor, detail = context.now(), identity.person.name, {"labels": len(labelled)}
    with context.store.write() as work:
        work.audit.append(actor=actor, action="labels.exported", subject="labels:", detail=detail, now=now)
    content = labels_csv(labelled)
    headers = saved_as("标注.csv", drill=context.drill is not None)
    return Response(content, media_type="text/csv", headers=headers)


@router.post("/labels/undo")
def undo(request: Request, identity: Labeller) -> RedirectResponse:
    """Take back the person's last label."""
    context = context_of(request)
    undo_label(context.store, identity.person, now=context.now())
    return RedirectResponse("/labels?done=label_undone", status_code=303)


@router.post("/labels/models/train", dependencies=[NEEDS_ROOM])
def train(request: Request, identity: ModelKeeper, sent: Sent) -> Response:
    """Ask for a training; the judging role starts it as a process of its own."""
    context = context_of(request)
    try:
        wish_training(context.store, identity.person, now=context.now())
    except Refusal as refusal:
        return _show_models(request, identity, refused=refused_by(request, refusal, sent))
    return RedirectResponse("/labels/models?done=training_wished", status_code=303)


@router.post("/labels/models/place")
def place(
    request: Request,
    identity: ModelKeeper,
    reason: Annotated[str, Form(max_length=1000)],
    version: Annotated[str, Form(max_length=80)] = SHIPPED,
    *,
    sent: Sent,
) -> Response:
    """Put an earlier version, or the shipped one, in force."""
    context = context_of(request)
    try:
        place_model(context.store, identity.person, version, reason=reason, now=context.now())
    except Refusal as refusal:
        return _show_models(request, identity, refused=refused_by(request, refusal, sent))
    return RedirectResponse("/labels/models?done=model_placed", status_code=303)


@router.get("/labels/models")
def models(request: Request, identity: Reader) -> HTMLResponse:
    """Show which model judges, the trainings with what was measured, and who put what in force."""
    return _show_models(request, identity)


def _show_models(request: Request, identity: Identity, *, refused: Refused = NOT_REFUSED) -> HTMLResponse:
    context = context_of(request)
    now = context.now()
    with context.store.read() as work:
        stock = stock_of(work.labels.by_group())
        runs = work.models.runs(limit=_RUNS)
        placements = work.models.placements(limit=_PLACEMENTS)
        state = model_state(work)
    in_force = placements[0] if placements else None
    shipped = state.judging if state and not (in_force and in_force.version) else ""
    views = [run_view(run, now) for run in runs]
    return page(
        request,
        "models.html",
        identity=identity,
        key="labels",
        title="模型版本",
        refused=refused,
        stock=stock,
        under_way=any(view.run.finished_at is None for view in views),
        trains=not context.drill,
        state=state,
        in_force=in_force,
        versions=versions_view(runs, in_force, shipped, now),
        runs=views,
        placements=placements,
        may_label=identity.may(Act.LABEL),
    )


@router.post("/labels/{document_id}/skip")
def skip(request: Request, identity: Labeller, document_id: str) -> RedirectResponse:
    """Ask the person no more about the document."""
    context = context_of(request)
    skip_question(context.store, identity.person, document_id, now=context.now())
    return RedirectResponse("/labels", status_code=303)


@router.post("/labels/{document_id}")
def give(
    request: Request,
    identity: Labeller,
    document_id: str,
    fields: Annotated[LabelFields, Depends()],
    why: Annotated[LabelOrigin, Form()] = LabelOrigin.CORRECTION,
    seen: Annotated[int, Form(ge=0)] = 0,
    event: Annotated[str, Form(max_length=80, pattern=r"^[A-Za-z0-9_-]*$")] = "",
) -> RedirectResponse:
    """Store what the person says of the document; on to the next card, or back to the event it was corrected on."""
    context = context_of(request)
    label = fields.label()
    if why is LabelOrigin.MISSED:
        # Whether it was missed is said by its own field.
        why = LabelOrigin.CORRECTION
    given = give_label(
        context.store,
        identity.person,
        document_id,
        label,
        origin=why,
        seen=seen,
        missed=fields.missed,
        now=context.now(),
    )
    done = "label_missed" if given.raises else "label"
    back = (
        f"{documents_address(context.store, event, document_id)}&done={done}"
        if event
        else "/labels?done=label_missed"
        if given.raises
        else "/labels"
    )
    return RedirectResponse(back, status_code=303)
