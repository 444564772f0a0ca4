"""Trainings with officers' labels, which model is in force, and the process that judges by it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

from crawlers.records import Document
from service.domain.beijing import BEIJING
from service.domain.learning.label import Label, LabelGiven, LabelOrigin
from service.domain.learning.model_version import SHIPPED, ModelState, Placement, TrainingRun, fall_sentence, stock_of
from service.domain.people.person import Act, Person
from service.domain.refusal import Conflict, NotFound
from service.flows.acts import note, permit, reason_of
from service.ports.store import Store, Work

__all__ = [
    "LEASE",
    "MOST_TRIES",
    "SIGN_EVERY",
    "STATE",
    "Learned",
    "Material",
    "end_training",
    "give_up_training",
    "hold_training",
    "material",
    "model_folder",
    "model_state",
    "place_model",
    "start_training",
    "training_waits",
    "wish_training",
]

STATE = "models.state"
"""Name of the stored value in which the judging process says what it judges by."""

LEASE = timedelta(minutes=2)
"""After this time without a sign of its process a training counts as lost, and is taken up again."""

SIGN_EVERY = timedelta(seconds=20)
"""So often a process that trains says that it lives: five may be late, of a machine or a store that is slow."""

MOST_TRIES = 3
"""A training whose process was lost so often is given up."""

_MOST_LABELS = 20_000
_MOST_RECENT = 1000
_RECENT = timedelta(days=30)
_TRAINING = "训练"
# Given because something is wrong: nothing of how often it is can be learned from these.
_CORRECTIONS = frozenset({LabelOrigin.CORRECTION, LabelOrigin.MISSED})


class _Fall(Protocol):
    @property
    def name(self) -> str: ...

    @property
    def before(self) -> float: ...

    @property
    def after(self) -> float: ...


class Learned(Protocol):
    """What a training made; `analysis.training.learning.Learned` is one."""

    @property
    def version(self) -> str:
        """Its name."""
        ...

    @property
    def manifest(self) -> str:
        """The SHA-256 of its manifest."""
        ...

    @property
    def parent(self) -> str:
        """The version that it was compared with."""
        ...

    @property
    def falls(self) -> Sequence[_Fall]:
        """The reasons against it."""
        ...

    @property
    def measured(self) -> Any:
        """What was measured, JSON-able."""
        ...


@dataclass(frozen=True, slots=True)
class Material:
    """What a training reads of the store: labelled documents, recent ones, and the version in force."""

    labelled: Sequence[tuple[Document, LabelGiven]]
    recent: Sequence[Document]
    in_force: str

    @property
    def rows(self) -> list[tuple[Document, Label, str, bool]]:
        """The labelled documents as `analysis.training.officers.read_labels` takes them."""
        return [
            (document, given.label, given.group, given.origin not in _CORRECTIONS) for document, given in self.labelled
        ]


def wish_training(store: Store, person: Person, *, now: datetime) -> TrainingRun:
    """Ask for a training in the person's name; one that is asked for or under way already is returned.

    Raises:
        Forbidden: The role may not.
        Conflict: There are too few labels.
    """
    permit(person, Act.MANAGE_MODELS)
    with store.write() as work:
        stock = stock_of(work.labels.by_group())
        if stock.wanting:
            raise Conflict(stock.wanting)
        known = {one.id for one in work.models.runs(limit=1)}
        run = work.models.wish(actor=person.name, now=now)
        if run.id not in known:
            note(
                work,
                person,
                "training.wished",
                f"training:{run.id}",
                {"labels": stock.labels, "risks": stock.risks},
                now,
            )
    return run


def training_waits(work: Work, now: datetime) -> bool:
    """Tell whether a training is asked for that no living process has in hand."""
    last = next(iter(work.models.runs(limit=1)), None)
    return last is not None and last.finished_at is None and not last.is_held(now)


def material(work: Work, *, now: datetime) -> Material:
    """Read what a training needs."""
    listed = work.documents.listing(since=now - _RECENT, until=now, limit=_MOST_RECENT)
    found = (work.documents.get(row.document_id) for _, row in listed)
    placement = work.models.in_force()
    return Material(
        labelled=work.labels.labelled(limit=_MOST_LABELS),
        recent=[document for document in found if document is not None],
        in_force=placement.version if placement else SHIPPED,
    )


def start_training(store: Store, *, actor: str | None, now: datetime) -> tuple[TrainingRun, Material] | str:
    """Take a training in hand: the one that is wished for, or with `actor` a new one in their name.

    Returns the training with what it reads, or a Chinese sentence that says why there is none.
    """
    with store.write() as work:
        if actor is not None:
            stock = stock_of(work.labels.by_group())
            if stock.wanting:
                return stock.wanting
            work.models.wish(actor=actor, now=now)
        run = work.models.claim(lease=LEASE, now=now)
        if run is None:
            return _held_by_another(next(iter(work.models.runs(limit=1)), None))
        if run.tries > MOST_TRIES:
            lost = "训练进程屡次中断（内存不足或被结束），请检查机器后再提出"
            work.models.save(replace(run, finished_at=now, until=None, promoted=False, reasons=(lost,)))
            return lost
        return run, material(work, now=now)


def hold_training(store: Store, run: TrainingRun, *, now: datetime) -> bool:
    """Say that the process which trains still lives; false where the training has ended or another has taken it up."""
    with store.write() as work:
        standing = work.models.hold(run.id)
        if standing is None or standing.started_at != run.started_at or standing.finished_at is not None:
            return False
        work.models.save(replace(standing, until=now + LEASE))
    return True


def _held_by_another(run: TrainingRun | None) -> str:
    """Say who has the training in hand, and from when on it is free where its process was killed."""
    if run is None or run.finished_at is not None or run.until is None:
        return "没有等待的训练"
    free = run.until.astimezone(BEIJING)
    return f"第 {run.id} 次训练正由另一进程进行；如果那个进程已被强行结束，{free:%H:%M} 起会自动重新训练，无须再提"


def end_training(
    store: Store, run: TrainingRun, outcome: Learned | str, *, labels: int, risks: int, now: datetime
) -> TrainingRun:
    """Record how a training ended; a model with no reason against it is in force from now on.

    `outcome` is what was made, or a Chinese sentence that says why nothing was. A training that another process has
    taken up since is left to that one.
    """
    ended = replace(run, finished_at=now, until=None, labels=labels, risks=risks)
    if isinstance(outcome, str):
        ended = replace(ended, promoted=False, reasons=(outcome,))
    else:
        ended = replace(
            ended,
            promoted=not outcome.falls,
            version=outcome.version,
            manifest=outcome.manifest,
            parent=outcome.parent,
            measured=outcome.measured,
            reasons=tuple(fall_sentence(fall.name, fall.before, fall.after) for fall in outcome.falls),
        )
    with store.write() as work:
        standing = work.models.hold(run.id)
        if standing is None or standing.started_at != run.started_at or standing.finished_at is not None:
            return standing or run
        work.models.save(ended)
        detail = {"version": ended.version, "promoted": ended.promoted, "reasons": list(ended.reasons)}
        work.audit.append(
            actor=run.wished_by, action="training.ended", subject=f"training:{run.id}", detail=detail, now=now
        )
        if ended.promoted:
            _place(
                work,
                ended.version,
                actor=run.wished_by,
                reason=f"第 {run.id} 次{_TRAINING}，各项不差于现用模型",
                now=now,
            )
    return ended


def give_up_training(store: Store, run: TrainingRun, *, again: bool, now: datetime) -> None:
    """Let go of a training whose process is being ended: with `again` another may take it up at once, else it has ended."""
    with store.write() as work:
        standing = work.models.hold(run.id)
        if standing is None or standing.started_at != run.started_at or standing.finished_at is not None:
            return
        left = replace(standing, until=None)
        if not again:
            left = replace(left, finished_at=now, promoted=False, reasons=("训练被中断",))
        work.models.save(left)


def _place(work: Work, version: str, *, actor: str, reason: str, now: datetime) -> Placement:
    placed = work.models.place(version, actor=actor, reason=reason, now=now)
    detail = {"version": version or "shipped", "reason": reason}
    work.audit.append(
        actor=actor, action="model.placed", subject=f"model:{version or 'shipped'}", detail=detail, now=now
    )
    return placed


def place_model(store: Store, person: Person, version: str, *, reason: str, now: datetime) -> Placement:
    """Put an earlier version, or with `SHIPPED` the shipped one, in force in the person's name.

    Raises:
        Forbidden: The role may not.
        NotFound: No training of this installation made and passed this version.
        Conflict: It is in force.
        Refusal: There is no reason.
    """
    permit(person, Act.MANAGE_MODELS)
    why = reason_of(reason, act="更换模型")
    with store.write() as work:
        work.alone("models")
        if version != SHIPPED and work.models.of_version(version) is None:
            raise NotFound("没有这个模型版本，或它没有通过检验，请从版本表中选择")
        standing = work.models.in_force()
        if version == (standing.version if standing else SHIPPED):
            raise Conflict("现在用的就是这个版本")
        return _place(work, version, actor=person.name, reason=why, now=now)


def model_folder(models: Path, version: str) -> Path:
    """Return the folder of a version under the folder of all."""
    return models / version


def model_state(work: Work) -> ModelState | None:
    """Return what the judging process last said; `None` where it has not judged yet."""
    told = work.value(STATE)
    return ModelState.from_json(told) if isinstance(told, dict) else None
