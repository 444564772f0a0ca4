"""`yaowang train --officers`: a model that learns from officers' labels, in force unless it is worse."""

import shutil
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from crawlers.disk_words import disk_sentence
from service.cli.lasting import beside
from service.cli.opening import opened
from service.cli.speak import fail, say, write_line

if TYPE_CHECKING:
    from analysis.training.data import Example
    from analysis.training.learning import Learned
    from crawlers.records import Document
    from service.bootstrap import Application
    from service.domain.learning.model_version import TrainingRun
    from service.flows.learning.model_versions import Material
    from service.ports.store import Store

__all__ = ["alive", "learn_from_officers"]

_UNDER_WAY = ".training-"


def learn_from_officers(data: Path | None, shared: Path | None, *, wished: bool) -> None:
    """Train with officers' labels, measure, and put the model in force unless it is worse.

    With `wished` only a training that somebody asked for on the page is made; else one in the name of the command line.
    """
    from service.flows.learning.model_versions import start_training

    with opened(data) as app:
        started = start_training(app.store, actor=None if wished else "cli", now=app.now())
        if isinstance(started, str):
            fail(f"没有训练：{started}。")
        run, material = started
        say(f"第 {run.id} 次训练：{len(material.labelled)} 篇标注")
        ended = _train(app, run, material, shared, wished=wished)
    for reason in ended.reasons:
        say(reason)
    write_line(
        {
            "training": ended.id,
            "version": ended.version,
            "promoted": ended.promoted,
            "labels": ended.labels,
            "measured": dict(ended.measured),
        }
    )
    if not ended.promoted:
        raise typer.Exit(1)


def _train(
    app: "Application", run: "TrainingRun", material: "Material", shared: Path | None, *, wished: bool
) -> "TrainingRun":
    from analysis.assessment import Level
    from analysis.training.officers import read_labels
    from service.flows.learning.model_versions import end_training, give_up_training

    # The role that started this process ends it by SIGTERM; as an exception it lets the training be given back.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    examples = read_labels(material.rows)
    outcome: Learned | str | None = None
    try:
        with alive(app.store, run, app.now):
            outcome = _made(app, material.in_force, examples, material.recent, shared)
    finally:
        if outcome is None:
            give_up_training(app.store, run, again=wished, now=app.now())
    risks = sum(example.level is Level.RISK for example in examples)
    return end_training(app.store, run, outcome, labels=len(examples), risks=risks, now=app.now())


@contextmanager
def alive(store: "Store", run: "TrainingRun", now: Callable[[], datetime]) -> Iterator[None]:
    """Say from time to time that this process lives, so that one which was killed does not look as if it trained."""
    from service.flows.learning.model_versions import SIGN_EVERY, hold_training
    from service.ports.store import StoreUnavailableError

    def say_so() -> bool:
        try:
            return hold_training(store, run, now=now())
        except StoreUnavailableError as error:
            say(f"训练仍在进行，没能记下：{error}")
            return True

    with beside(say_so, every=SIGN_EVERY):
        yield


def _made(
    app: "Application", in_force: str, examples: "Sequence[Example]", recent: "Sequence[Document]", shared: Path | None
) -> "Learned | str":
    """Return what was made and, where it may judge, lies in its place; or a sentence that says why nothing was made."""
    from analysis.assess import MODELS
    from analysis.tiers.linear import ModelRefusedError
    from analysis.training.learning import learn
    from service.domain.learning.model_version import SHIPPED
    from service.flows.learning.model_versions import model_folder

    models = app.settings.data / "models"
    models.mkdir(parents=True, exist_ok=True)
    # Left by a process that was killed; nobody else trains while this one has the claim.
    for left in models.glob(f"{_UNDER_WAY}*"):
        shutil.rmtree(left, ignore_errors=True)
    judging = MODELS if in_force == SHIPPED else model_folder(models, in_force)
    with tempfile.TemporaryDirectory(prefix=_UNDER_WAY, dir=models) as folder:
        made = Path(folder) / "model"
        try:
            learned = learn(examples, recent, judging=judging, out=made, shared=shared, progress=say)
            if not learned.falls:
                _keep(made, model_folder(models, learned.version))
        except OSError as error:
            return f"训练没有完成：{error.filename or models} 无法读写：{disk_sentence(error).removesuffix('。')}"
        except (ModelRefusedError, ValueError) as error:
            return f"训练没有完成：{error}"
    return learned


def _keep(made: Path, folder: Path) -> None:
    """Move a made model to its place; the same labels make the same model, which then lies there already."""
    if folder.exists():
        shutil.rmtree(folder)
    made.rename(folder)
