"""Keeps the roles of one machine running: starts them, restarts one that dies, drains them at the end."""

import http
import http.client
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from crawlers.disk_words import disk_words
from service.log_files import LOG_LIMIT_BYTES, shorten_log

__all__ = [
    "PARENT",
    "NoAnswerError",
    "RoleProcess",
    "Supervisor",
    "answers",
    "await_answer",
    "restart_delay",
    "stop_with_parent",
]

_POLL_SECONDS = 0.2
_STEADY_SECONDS = 60.0
_PARENT_LOOK_SECONDS = 1.0
_ORPHAN_SECONDS = 15.0
_ANSWER_POLL_SECONDS = 0.1
# Stands in a command for the id of the process that starts it.
PARENT = "{parent}"


class NoAnswerError(Exception):
    """A role did not answer; the message says so, and for how long it was waited for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleProcess:
    """How one role is started: its name and its command line."""

    name: str
    command: Sequence[str]


@dataclass(slots=True)
class _Running:
    role: RoleProcess
    wanted: bool = False
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    deaths: int = 0
    due: float = 0.0
    log: IO[bytes] | None = field(default=None, repr=False)


class Supervisor:
    """Runs roles as child processes until it is told to stop.

    A role that dies is started again after `restart_delay`; one that stayed up for a minute starts with a clean
    slate. `drain` sends SIGTERM, waits up to `drain_seconds`, then kills what is left. Each role leads a process group
    of its own, so that what it started is ended with it, and writes to `<log_folder>/<role>.log`, which is put aside to
    `<role>.log.1` and begun again beyond ten MiB, also while the role lives. A command that ends
    in `PARENT` is told this process's id there, for `stop_with_parent`.
    """

    def __init__(
        self,
        roles: Sequence[RoleProcess],
        *,
        log_folder: Path,
        say: Callable[[str], None],
        environment: Mapping[str, str] | None = None,
        drain_seconds: float = 9.0,
    ) -> None:
        self._running = [_Running(role) for role in roles]
        self._log_folder = log_folder
        self._say = say
        self._environment = environment
        self._drain_seconds = drain_seconds

    def start(self, *names: str) -> None:
        """Start the named roles, without names every role, that have not been started yet."""
        self._log_folder.mkdir(parents=True, exist_ok=True)
        for running in self._running:
            if not running.wanted and (not names or running.role.name in names):
                running.wanted = True
                self._launch(running)

    def run(self, stop: threading.Event, *, beside: Callable[[], None] = lambda: None) -> None:
        """Watch the roles until `stop` is set, looking `beside` each time, then drain them."""
        try:
            while not stop.wait(_POLL_SECONDS):
                self.tend()
                beside()
        finally:
            self.drain()

    def tend(self) -> None:
        """Look at every role once: note deaths, start again what is due, put aside a log that has grown too long."""
        now = time.monotonic()
        for running in self._running:
            with suppress(OSError):
                shorten_log(self._log_of(running), limit_bytes=LOG_LIMIT_BYTES)
            if running.process is not None and running.process.poll() is not None:
                self._note_death(running, now)
            if running.wanted and running.process is None and now >= running.due:
                self._launch_again(running, now)

    def drain(self) -> None:
        """Ask every role to end, and end what does not within the limit."""
        living = [r for r in self._running if r.process is not None and r.process.poll() is None]
        for running in living:
            _signal(running.process, signal.SIGTERM)
        deadline = time.monotonic() + self._drain_seconds
        for running in living:
            with suppress(subprocess.TimeoutExpired):
                assert running.process is not None
                running.process.wait(timeout=max(0.05, deadline - time.monotonic()))
        for running in living:
            assert running.process is not None
            if running.process.poll() is None:
                self._say(f"{running.role.name} 未在时限内结束，已强制终止。")
            _end_group(running.process)
        for running in self._running:
            if running.log is not None:
                running.log.close()

    def pids(self) -> dict[str, int]:
        """Return the process id of every living role."""
        return {r.role.name: r.process.pid for r in self._running if r.process is not None and r.process.poll() is None}

    def _launch(self, running: _Running) -> None:
        path = self._log_of(running)
        shorten_log(path, limit_bytes=LOG_LIMIT_BYTES)
        if running.log is not None:
            running.log.close()
        # Appending, or a log that was emptied would go on where it had ended.
        running.log = path.open("ab")
        running.process = subprocess.Popen(
            [str(os.getpid()) if word == PARENT else word for word in running.role.command],
            stdin=subprocess.DEVNULL,
            stdout=running.log,
            stderr=running.log,
            env=None if self._environment is None else dict(self._environment),
            start_new_session=True,
        )
        running.started = time.monotonic()

    def _launch_again(self, running: _Running, now: float) -> None:
        """Start a role that died; a log that cannot be opened on a full disk must not end the other roles."""
        try:
            self._launch(running)
        except OSError as error:
            running.deaths += 1
            delay = restart_delay(running.deaths)
            running.due = now + delay
            self._say(f"{running.role.name} 无法启动：{disk_words(error)}；{delay:.1f} 秒后再试。")

    def _note_death(self, running: _Running, now: float) -> None:
        assert running.process is not None
        status = running.process.returncode
        _end_group(running.process)
        running.deaths = 1 if now - running.started > _STEADY_SECONDS else running.deaths + 1
        delay = restart_delay(running.deaths)
        running.process = None
        running.due = now + delay
        log = self._log_of(running)
        self._say(f"{running.role.name} 意外结束（状态 {status}），{delay:.1f} 秒后重新启动；原因见 {log}")

    def _log_of(self, running: _Running) -> Path:
        return self._log_folder / f"{running.role.name}.log"


def restart_delay(deaths: int) -> float:
    """Return the seconds to wait before start number `deaths` + 1: 0.5, 1, 2, … at most 30."""
    return float(min(30.0, 0.5 * 2 ** max(0, min(deaths, 10) - 1)))


def _signal(process: subprocess.Popen[bytes] | None, number: int) -> None:
    if process is not None:
        with suppress(ProcessLookupError):
            os.kill(process.pid, number)


def _end_group(process: subprocess.Popen[bytes]) -> None:
    """Kill what is left of a role and of all that it started."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(timeout=5)


def answers(host: str, port: int) -> bool:
    """Tell whether the web role answers its health address within half a second."""
    connection = http.client.HTTPConnection(host, port, timeout=0.5)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def await_answer(
    supervisor: Supervisor,
    name: str,
    answered: Callable[[], bool],
    stop: threading.Event,
    *,
    say: Callable[[str], None],
    slow_seconds: float = 60.0,
    most_seconds: float = 300.0,
) -> None:
    """Wait until the web role, started as `name`, answers or `stop` is set; say once when `slow_seconds` have passed.

    From then on it is waited for only while its process lives, up to `most_seconds`: on a starved machine a start takes
    minutes, and one that dies again and again never comes. Raises `NoAnswerError`.
    """
    begun, told = time.monotonic(), False
    while not stop.wait(_ANSWER_POLL_SECONDS) and not answered():
        supervisor.tend()
        waited = time.monotonic() - begun
        if waited <= slow_seconds:
            continue
        if name not in supervisor.pids():
            raise NoAnswerError(f"网页进程 {waited:.0f} 秒内没有应答，并且已经结束，没有启动成功")
        if waited > most_seconds:
            raise NoAnswerError(f"网页进程还在，但 {waited:.0f} 秒内没有应答，不再等待；请待机器空闲后再启动")
        if not told:
            told = True
            say(f"网页进程 {waited:.0f} 秒还没有应答，但仍在启动：这台机器现在很慢，最多等到 {most_seconds:.0f} 秒。")


def stop_with_parent(stop: threading.Event, *, parent: int | None = None) -> None:
    """Set `stop` once the parent process is gone, so that no role outlives its supervisor.

    `parent` is the id that the supervisor told; without it whoever is the parent now counts, which misses one that
    died while this process was loading. A role that has not ended fifteen seconds later ends at once.
    """
    expected = parent or os.getppid()

    def watch() -> None:
        while os.getppid() == expected:
            if stop.wait(_PARENT_LOOK_SECONDS):
                return
        stop.set()
        threading.Event().wait(_ORPHAN_SECONDS)
        os._exit(1)

    threading.Thread(target=watch, name="parent-watch", daemon=True).start()
