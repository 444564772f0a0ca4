import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from service.supervise import (
    PARENT,
    NoAnswerError,
    RoleProcess,
    Supervisor,
    await_answer,
    restart_delay,
    stop_with_parent,
)

SLEEPS = "import time; time.sleep(60)"
IGNORES = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('ready', flush=True); time.sleep(60)"
)


def role(name: str, script: str, *words: str) -> RoleProcess:
    return RoleProcess(name=name, command=[sys.executable, "-c", script, *words])


def await_that(look: Callable[[], object], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not look():
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.mark.parametrize(("deaths", "seconds"), [(1, 0.5), (2, 1), (3, 2), (7, 30), (100, 30)])
def test_a_role_that_keeps_dying_waits_longer_up_to_half_a_minute(deaths: int, seconds: float) -> None:
    assert restart_delay(deaths) == seconds


def test_a_role_that_dies_is_said_and_started_again(tmp_path: Path) -> None:
    said: list[str] = []
    supervisor = Supervisor([role("a", SLEEPS), role("b", SLEEPS)], log_folder=tmp_path, say=said.append)
    supervisor.start("a")
    assert set(supervisor.pids()) == {"a"}
    supervisor.tend()
    assert set(supervisor.pids()) == {"a"}
    supervisor.start()
    first = supervisor.pids()
    assert set(first) == {"a", "b"}
    os.kill(first["a"], 9)

    def comes_back() -> bool:
        supervisor.tend()
        return supervisor.pids().get("a") not in {None, first["a"]}

    await_that(comes_back)
    assert supervisor.pids()["b"] == first["b"]
    assert said == [f"a 意外结束（状态 -9），0.5 秒后重新启动；原因见 {tmp_path / 'a.log'}"]
    supervisor.drain()
    assert supervisor.pids() == {}


def test_a_role_whose_log_cannot_be_opened_is_tried_again_and_the_others_stay(tmp_path: Path) -> None:
    said: list[str] = []
    supervisor = Supervisor([role("a", SLEEPS), role("b", SLEEPS)], log_folder=tmp_path, say=said.append)
    supervisor.start()
    first = supervisor.pids()
    (tmp_path / "a.log").unlink()
    (tmp_path / "a.log").mkdir()
    os.kill(first["a"], 9)

    def tended(look: Callable[[], object]) -> Callable[[], object]:
        def tend_and_look() -> object:
            supervisor.tend()
            return look()

        return tend_and_look

    await_that(tended(lambda: any("a 无法启动：这是一个目录" in sentence for sentence in said)))
    assert supervisor.pids() == {"b": first["b"]}
    (tmp_path / "a.log").rmdir()
    await_that(tended(lambda: "a" in supervisor.pids()))
    supervisor.drain()


def test_a_role_that_does_not_end_in_time_is_ended_with_all_that_it_started(tmp_path: Path) -> None:
    said: list[str] = []
    script = (
        f"import subprocess, sys; c = subprocess.Popen([sys.executable, '-c', {SLEEPS!r}]); print(c.pid, flush=True)\n"
    )
    stubborn = role("stubborn", script + IGNORES)
    supervisor = Supervisor([stubborn], log_folder=tmp_path, say=said.append, drain_seconds=0.2)
    supervisor.start()
    log = tmp_path / "stubborn.log"
    await_that(lambda: "ready" in log.read_text())
    supervisor.drain()
    child = int(log.read_text().split()[0])
    await_that(lambda: gone(child))
    assert said == ["stubborn 未在时限内结束，已强制终止。"]


def test_what_a_dead_role_had_started_is_ended_before_it_is_started_again(tmp_path: Path) -> None:
    script = (
        f"import subprocess, sys; c = subprocess.Popen([sys.executable, '-c', {SLEEPS!r}]); print(c.pid, flush=True)"
    )
    supervisor = Supervisor([role("brief", script)], log_folder=tmp_path, say=lambda _: None)
    supervisor.start()
    log = tmp_path / "brief.log"
    await_that(lambda: log.read_text().endswith("\n"))
    child = int(log.read_text().split()[0])

    def ended() -> bool:
        supervisor.tend()
        return gone(child)

    await_that(ended)
    supervisor.drain()


def gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"
    except OSError:
        return True


def test_a_role_is_told_who_watches_it(tmp_path: Path) -> None:
    told = role("told", "import sys; print(sys.argv[1], flush=True)", PARENT)
    supervisor = Supervisor([told], log_folder=tmp_path, say=lambda _: None)
    supervisor.start()
    await_that(lambda: (tmp_path / "told.log").read_text().endswith("\n"))
    supervisor.drain()
    assert int((tmp_path / "told.log").read_text()) == os.getpid()


def test_a_log_that_has_grown_too_long_is_put_aside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.supervise.LOG_LIMIT_BYTES", 10)
    (tmp_path / "a.log").write_text("x" * 11, encoding="utf-8")
    supervisor = Supervisor([role("a", SLEEPS)], log_folder=tmp_path, say=lambda _: None)
    supervisor.start()
    supervisor.drain()
    assert (tmp_path / "a.log.1").read_text() == "x" * 11
    assert (tmp_path / "a.log").read_text() == ""


def test_a_log_of_a_role_that_lives_for_months_is_put_aside_too_and_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.supervise.LOG_LIMIT_BYTES", 100)
    log, aside, go_on = tmp_path / "a.log", tmp_path / "a.log.1", tmp_path / "go-on"
    speaks = (
        "import pathlib, sys, time\nprint('x' * 101, end='', flush=True)\n"
        "while not pathlib.Path(sys.argv[1]).exists(): time.sleep(0.01)\nprint('after', flush=True)\ntime.sleep(60)"
    )
    supervisor = Supervisor([role("a", speaks, str(go_on))], log_folder=tmp_path, say=lambda _: None)
    supervisor.start()
    first = supervisor.pids()
    await_that(lambda: log.read_text() == "x" * 101)
    supervisor.tend()
    go_on.touch()
    await_that(lambda: log.read_text() == "after\n")
    assert aside.read_text() == "x" * 101
    assert supervisor.pids() == first
    supervisor.drain()


def test_a_process_whose_parent_was_gone_before_it_looked_stops_too() -> None:
    other = subprocess.Popen(["sleep", "60"])
    other.kill()
    other.wait(10)
    stop = threading.Event()
    script = """import sys, threading
from service.supervise import stop_with_parent
stop = threading.Event()
stop_with_parent(stop, parent=int(sys.argv[1]))
sys.exit(0 if stop.wait(10) else 1)"""
    watching = [sys.executable, "-c", script, str(other.pid)]
    root = Path(__file__).resolve().parents[4]
    assert subprocess.run(watching, cwd=root, timeout=30, check=False).returncode == 0
    stop_with_parent(stop)
    assert not stop.wait(0.2)
    stop.set()


class TestAwaitAnswer:
    def test_a_slow_role_that_lives_is_waited_for_and_the_machine_is_called_slow_once(self, tmp_path: Path) -> None:
        said: list[str] = []
        begun = time.monotonic()
        self._await(tmp_path, SLEEPS, said, answered=lambda: time.monotonic() - begun > 1.2, most=30)
        assert time.monotonic() - begun > 1.2
        [sentence] = said
        assert re.fullmatch(r"网页进程 \d+ 秒还没有应答，但仍在启动：这台机器现在很慢，最多等到 30 秒。", sentence)

    def test_one_that_answers_in_time_is_not_spoken_of(self, tmp_path: Path) -> None:
        said: list[str] = []
        self._await(tmp_path, SLEEPS, said, answered=lambda: True, most=30)
        assert said == []

    def test_one_that_lives_and_never_answers_is_given_up_at_the_bound(self, tmp_path: Path) -> None:
        with pytest.raises(NoAnswerError, match=r"^网页进程还在，但 \d+ 秒内没有应答，不再等待；请待机器空闲后再启动$"):
            self._await(tmp_path, SLEEPS, [], answered=lambda: False, most=0.8)

    def test_one_that_keeps_dying_is_given_up_long_before_the_bound(self, tmp_path: Path) -> None:
        begun = time.monotonic()
        with pytest.raises(NoAnswerError, match=r"^网页进程 \d+ 秒内没有应答，并且已经结束，没有启动成功$"):
            self._await(tmp_path, "raise SystemExit(3)", [], answered=lambda: False, most=60)
        assert time.monotonic() - begun < 20

    def test_who_stops_it_is_obeyed_at_once(self, tmp_path: Path) -> None:
        stop = threading.Event()
        stop.set()
        self._await(tmp_path, SLEEPS, [], answered=lambda: False, most=30, stop=stop)

    @staticmethod
    def _await(
        folder: Path,
        script: str,
        said: list[str],
        *,
        answered: Callable[[], bool],
        most: float,
        stop: threading.Event | None = None,
    ) -> None:
        supervisor = Supervisor([role("web", script)], log_folder=folder, say=lambda _: None, drain_seconds=1)
        supervisor.start()
        try:
            await_answer(
                supervisor,
                "web",
                answered,
                stop or threading.Event(),
                say=said.append,
                slow_seconds=0.4,
                most_seconds=most,
            )
        finally:
            supervisor.drain()
