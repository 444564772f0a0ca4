import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from service.supervise import PARENT, RoleProcess, Supervisor, restart_delay, stop_with_parent

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
    monkeypatch.setattr("service.supervise._LOG_LIMIT_BYTES", 10)
    (tmp_path / "a.log").write_text("x" * 11, encoding="utf-8")
    supervisor = Supervisor([role("a", SLEEPS)], log_folder=tmp_path, say=lambda _: None)
    supervisor.start()
    supervisor.drain()
    assert (tmp_path / "a.log.1").read_text() == "x" * 11
    assert (tmp_path / "a.log").read_text() == ""


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
