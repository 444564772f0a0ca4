"""From officers' labels to another model in force, and back, over the real store and the real model."""

import json
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from analysis.assess import Analyser
from analysis.tiers.linear import ARRAYS
from service.cli import application
from service.domain.learning.label import LabelOrigin
from service.domain.learning.model_version import SHIPPED
from service.domain.people.person import Person
from service.domain.refusal import Conflict, Forbidden, NotFound
from service.flows.alerts.consider import Office
from service.flows.judging.assess import assess_pending
from service.flows.learning.labelling import give_label
from service.flows.learning.model_keeper import ModelKeeper
from service.flows.learning.model_versions import model_state, place_model, training_waits, wish_training
from service.ports.store import Store
from tests.builders import NOW
from tests.flows.learning.conftest import label_all
from tests.flows.learning.made import NONE, RISK, made_document, made_documents

Train = Callable[..., dict[str, object]]
FALSE_ALARM = "上饶药师节义卖，药店的员工们又唱又跳"


@pytest.fixture
def train(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Train:
    """Run the command that the assess role starts, on the store of the test, and return what it says."""
    monkeypatch.setattr("service.bootstrap.wall_clock", lambda: NOW)

    def run(*options: str) -> dict[str, object]:
        assert store.check() is None
        done = CliRunner().invoke(application, ["train", "--officers", "--data", str(tmp_path), *options])
        lines = done.stdout.splitlines()
        return {"status": done.exit_code, "said": done.stderr, **(json.loads(lines[-1]) if lines else {})}

    return run


@pytest.fixture
def judging(store: Store, tmp_path: Path) -> ModelKeeper[Analyser]:
    return ModelKeeper(store, tmp_path / "models", Analyser.load)


def judge_next(store: Store, keeper: ModelKeeper[Analyser], office: Office, native: str) -> tuple[float, str]:
    """Judge one more document as the assess role does between two looks, and return its chance of a risk and its model."""
    document = made_document(native, FALSE_ALARM, at=NOW)
    with store.write() as work:
        work.documents.put([document], now=NOW)
    keeper.refresh(NOW)
    assess_pending(store, keeper.model, office=office, now=lambda: NOW)
    with store.read() as work:
        said = work.documents.assessment_of(document.id)
    assert said is not None
    return said.p_risk, said.model


def test_sixty_labels_make_a_model_that_judges_the_next_batch_until_somebody_returns(
    labelled: Store, train: Train, judging: ModelKeeper[Analyser], office: Office, keeper: Person, shipped: Analyser
) -> None:
    before, model = judge_next(labelled, judging, office, "before")
    assert model == shipped.version
    with labelled.read() as work:
        assert not training_waits(work, NOW)
    run = wish_training(labelled, keeper, now=NOW)
    assert wish_training(labelled, keeper, now=NOW).id == run.id
    with labelled.read() as work:
        assert training_waits(work, NOW)
    told = train("--wished")
    assert told["promoted"], told
    version = str(told["version"])
    after, model = judge_next(labelled, judging, office, "after")
    assert after < before
    assert model.startswith(version)
    with labelled.read() as work:
        ended = work.models.run(run.id)
        placement = work.models.in_force()
        state = model_state(work)
    assert ended is not None
    assert (ended.labels, ended.risks, ended.parent) == (60, 30, shipped.version)
    assert ended.measured["frozen"]["after"]["risk loss"] < ended.measured["frozen"]["before"]["risk loss"]
    assert placement is not None
    assert (placement.version, placement.actor) == (version, "管理员乙")
    assert state is not None
    assert (state.wanted, state.refused) == (version, "")
    assert acts(labelled) == ["管理员乙 model.placed", "管理员乙 training.ended", "管理员乙 training.wished"]


def test_one_act_returns_to_the_shipped_model_and_another_to_the_trained_one(
    labelled: Store, train: Train, judging: ModelKeeper[Analyser], office: Office, keeper: Person, shipped: Analyser
) -> None:
    version = str(train()["version"])
    trained = judge_next(labelled, judging, office, "trained")
    place_model(labelled, keeper, SHIPPED, reason="先用出厂的", now=NOW)
    returned = judge_next(labelled, judging, office, "returned")
    assert returned[1] == shipped.version
    assert returned[0] > trained[0]
    place_model(labelled, keeper, version, reason="再用训练过的", now=NOW)
    assert judge_next(labelled, judging, office, "again") == trained
    assert acts(labelled)[:2] == ["管理员乙 model.placed", "管理员乙 model.placed"]


def acts(store: Store) -> list[str]:
    """Return the acts on models, newest first."""
    with store.read() as work:
        rows = work.audit.rows(limit=9)
    return [f"{row.actor} {row.action}" for row in rows if row.action.startswith(("model.", "training."))]


def test_an_altered_model_is_refused_by_name_and_hash_and_the_old_one_judges_on(
    labelled: Store, train: Train, judging: ModelKeeper[Analyser], office: Office, shipped: Analyser, tmp_path: Path
) -> None:
    version = str(train()["version"])
    arrays = tmp_path / "models" / version / ARRAYS
    arrays.write_bytes(arrays.read_bytes()[:-7])
    assert judge_next(labelled, judging, office, "cut")[1] == shipped.version
    assert version in judging.refused
    assert "sha256" in judging.refused
    with labelled.read() as work:
        state = model_state(work)
    assert state is not None
    assert (state.judging, state.wanted) == (shipped.version, version)
    assert state.refused == judging.refused
    (tmp_path / "models" / version / "manifest.json").unlink()
    rows = [json.loads(line) for line in doctor(tmp_path)]
    (row,) = [row for row in rows if row["check"] == "模型"]
    assert not row["ok"]
    assert version in row["sentence"]
    later = ModelKeeper(labelled, tmp_path / "models", Analyser.load)
    later.refresh(NOW)
    assert version in later.refused
    assert "不存在" in later.refused


def doctor(folder: Path) -> list[str]:
    return CliRunner().invoke(application, ["doctor", "--data", str(folder)]).stdout.splitlines()


def test_too_few_labels_are_said_on_the_page_and_on_the_command_line(
    judged: Store, train: Train, officer: Person, keeper: Person
) -> None:
    for document, label in list(made_documents(now=NOW))[:12]:
        give_label(judged, officer, document.id, label, origin=LabelOrigin.RANDOM, seen=0, now=NOW)
    with pytest.raises(Conflict, match="现有 12 篇、风险 6 篇"):
        wish_training(judged, keeper, now=NOW)
    told = train()
    assert told["status"] == 1
    assert "至少要 50 篇标注" in str(told["said"])
    with judged.read() as work:
        assert work.models.runs(limit=9) == []


def test_labels_that_contradict_what_is_frozen_make_no_model(
    judged: Store, train: Train, judging: ModelKeeper[Analyser], tmp_path: Path
) -> None:
    """Half the documents are labelled against the others, so what is learned from one half is wrong on the other."""
    from analysis.training.officers import read_labels, split

    rows = [(document, label, document.id, True) for document, label in made_documents(now=NOW)]
    frozen = {example.document.id for example in split(read_labels(rows))[1]}
    turned = {id(RISK): NONE, id(NONE): RISK}
    label_all(judged, [(d.id, label if d.id in frozen else turned[id(label)]) for d, label in made_documents(now=NOW)])
    told = train()
    assert told["status"] == 1
    assert told["promoted"] is False
    assert "变差了" in str(told["said"])
    with judged.read() as work:
        (run,) = work.models.runs(limit=9)
        assert work.models.in_force() is None
    assert run.reasons
    assert not judging.refresh(NOW)
    assert [path for path in (tmp_path / "models").iterdir() if path.is_dir()] == []


def test_only_who_keeps_models_may_train_or_change_them_and_only_to_what_passed(
    labelled: Store, officer: Person, keeper: Person
) -> None:
    with pytest.raises(Forbidden):
        wish_training(labelled, officer, now=NOW)
    with pytest.raises(Forbidden):
        place_model(labelled, officer, SHIPPED, reason="试试", now=NOW)
    with pytest.raises(NotFound):
        place_model(labelled, keeper, "officers-00000000", reason="试试", now=NOW)
    with pytest.raises(Conflict):
        place_model(labelled, keeper, SHIPPED, reason="试试", now=NOW)


def test_a_training_whose_process_is_ended_is_taken_up_by_the_next_at_once(labelled: Store, keeper: Person) -> None:
    from service.flows.learning.model_versions import give_up_training, start_training

    wished = wish_training(labelled, keeper, now=NOW)
    started = start_training(labelled, actor=None, now=NOW)
    assert not isinstance(started, str)
    with labelled.read() as work:
        assert not training_waits(work, NOW)
    give_up_training(labelled, started[0], again=True, now=NOW)
    with labelled.read() as work:
        assert training_waits(work, NOW)
    again = start_training(labelled, actor=None, now=NOW + timedelta(seconds=1))
    assert not isinstance(again, str)
    assert (again[0].id, again[0].tries) == (wished.id, 2)
    give_up_training(labelled, started[0], again=False, now=NOW)
    give_up_training(labelled, again[0], again=False, now=NOW)
    with labelled.read() as work:
        ended = work.models.run(wished.id)
    assert ended is not None
    assert (ended.promoted, ended.reasons) == (False, ("训练被中断",))


def test_who_trains_beside_another_is_told_which_and_when_a_killed_one_is_taken_up_again(
    labelled: Store, keeper: Person
) -> None:
    from service.domain.beijing import BEIJING
    from service.flows.learning.model_versions import LEASE, start_training

    assert start_training(labelled, actor=None, now=NOW) == "没有等待的训练"
    run = wish_training(labelled, keeper, now=NOW)
    assert not isinstance(start_training(labelled, actor=None, now=NOW), str)
    told = str(start_training(labelled, actor="cli", now=NOW + timedelta(minutes=1)))
    assert f"第 {run.id} 次训练正由另一进程进行" in told
    assert f"{(NOW + LEASE).astimezone(BEIJING):%H:%M} 起会自动重新训练" in told


def test_a_training_that_lives_is_left_alone_and_one_that_was_killed_is_taken_up_within_two_minutes(
    labelled: Store, keeper: Person
) -> None:
    from service.flows.learning.model_versions import LEASE, SIGN_EVERY, hold_training, start_training

    assert timedelta(minutes=2) >= LEASE > 3 * SIGN_EVERY
    wish_training(labelled, keeper, now=NOW)
    started = start_training(labelled, actor=None, now=NOW)
    assert not isinstance(started, str)
    last_sign = NOW + timedelta(minutes=10)
    assert hold_training(labelled, started[0], now=last_sign)
    with labelled.read() as work:
        assert not training_waits(work, last_sign + LEASE - timedelta(seconds=1))
        assert training_waits(work, last_sign + LEASE)
    other = start_training(labelled, actor=None, now=last_sign + LEASE)
    assert not isinstance(other, str)
    assert not hold_training(labelled, started[0], now=last_sign + LEASE)


def test_the_process_that_trains_says_that_it_lives_until_it_ends(
    labelled: Store, keeper: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    import service.flows.learning.model_versions as versions
    from service.cli.learn import alive

    monkeypatch.setattr(versions, "SIGN_EVERY", timedelta(milliseconds=5))
    wish_training(labelled, keeper, now=NOW)
    started = versions.start_training(labelled, actor=None, now=NOW)
    assert not isinstance(started, str)
    later = NOW + timedelta(minutes=9)
    signs: list[object] = []

    def tick() -> datetime:
        signs.append(None)
        return later

    with alive(labelled, started[0], tick):
        deadline = time.monotonic() + 10
        while not training_held(labelled, later) and time.monotonic() < deadline:
            threading.Event().wait(0.01)
        assert training_held(labelled, later)
    told = len(signs)
    threading.Event().wait(0.05)
    assert len(signs) == told


def training_held(store: Store, now: datetime) -> bool:
    with store.read() as work:
        return not training_waits(work, now)


def test_a_training_that_is_lost_again_and_again_is_given_up(labelled: Store, keeper: Person) -> None:
    from service.flows.learning.model_versions import LEASE, MOST_TRIES, start_training

    wish_training(labelled, keeper, now=NOW)
    for turn in range(MOST_TRIES):
        assert not isinstance(start_training(labelled, actor=None, now=NOW + LEASE * turn), str)
    late = NOW + LEASE * MOST_TRIES + timedelta(seconds=1)
    assert "屡次中断" in str(start_training(labelled, actor=None, now=late))
    with labelled.read() as work:
        assert not training_waits(work, late + LEASE)


def test_a_clock_set_back_keeps_no_training_waiting_whose_process_was_killed(labelled: Store, keeper: Person) -> None:
    from service.flows.learning.model_versions import start_training

    wish_training(labelled, keeper, now=NOW)
    assert not isinstance(start_training(labelled, actor=None, now=NOW), str)
    before = NOW - timedelta(days=400)
    with labelled.read() as work:
        assert not training_waits(work, NOW - timedelta(minutes=2))
        assert training_waits(work, before)
    assert not isinstance(start_training(labelled, actor=None, now=before), str)
    with labelled.read() as work:
        assert not training_waits(work, before)
