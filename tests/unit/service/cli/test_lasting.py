"""A command that works for minutes says so; one that is quick says nothing."""

import threading
from datetime import timedelta

import pytest

from service.cli import lasting as module
from service.cli.lasting import lasting


def test_what_lasts_is_said_until_it_ends_however_it_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    twice = threading.Event()

    def hear(sentence: str) -> None:
        said.append(sentence)
        if len(said) == 2:
            twice.set()

    def work() -> None:
        with lasting("正在核验", every=timedelta(milliseconds=10)):
            assert twice.wait(timeout=10)
            raise ValueError("broken")

    monkeypatch.setattr(module, "say", hear)
    with pytest.raises(ValueError, match="broken"):
        work()
    assert said[0] == "正在核验，已用0秒……"
    assert "beside" not in {thread.name for thread in threading.enumerate()}


def test_what_is_quick_says_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    with lasting("正在核验"):
        pass
    assert capfd.readouterr().err == ""
