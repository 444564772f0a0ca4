"""The training process beside a role."""

import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from service import training
from service.training import TrainingBeside


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(training, "_LOOK_SECONDS", 0.0)


def beside(tmp_path: Path, program: str, wanted: Callable[[], bool] = lambda: True) -> TrainingBeside:
    return TrainingBeside([sys.executable, "-c", program], wanted=wanted, log_file=tmp_path / "log" / "training.log")


def tend_until(one: TrainingBeside, done: Callable[[], bool]) -> bool:
    waited = threading.Event()
    for _ in range(400):
        one.tend()
        if done():
            return True
        waited.wait(0.02)
    return False


def test_a_training_that_waits_is_started_once_and_what_it_says_is_kept(tmp_path: Path) -> None:
    asked: list[int] = []

    def wanted() -> bool:
        asked.append(1)
        return len(asked) == 1

    with beside(tmp_path, "print('trained')", wanted) as one:
        assert tend_until(one, lambda: len(asked) >= 2)
    assert (tmp_path / "log" / "training.log").read_text().strip() == "trained"


def test_nothing_is_started_where_none_waits(tmp_path: Path) -> None:
    with beside(tmp_path, "print('trained')", lambda: False) as one:
        one.tend()
        one.tend()
    assert not (tmp_path / "log").exists()


def test_the_training_ends_with_its_role(tmp_path: Path) -> None:
    with beside(tmp_path, "import threading; threading.Event().wait(60)") as one:
        one.tend()
        process = one._process
        assert process is not None
        assert process.poll() is None
    assert process.poll() is not None


def test_a_training_that_takes_too_long_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(training, "_LONGEST_SECONDS", 0.0)
    asked: list[int] = []

    def wanted() -> bool:
        asked.append(1)
        return len(asked) == 1

    with beside(tmp_path, "import threading; threading.Event().wait(60)", wanted) as one:
        one.tend()
        process = one._process
        assert process is not None
        assert tend_until(one, lambda: process.poll() is not None)
