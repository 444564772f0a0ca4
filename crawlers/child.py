"""A child process that reads what strangers wrote, with hard limits; restarted when it dies.

A child that dies (memory, processor time) or does not answer in time costs one question; the next one gets a new child.
Questions and answers are JSON behind a length, over pipes: nothing that executes is exchanged.
"""

import json
import os
import resource
import struct
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

import crawlers

__all__ = ["Child", "ChildDied", "ChildLimits", "Sandbox", "serve"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildLimits:
    """What one child may use: address space in bytes, processor and wall-clock seconds per question, questions per child."""

    memory_bytes: int = 2**30
    cpu_seconds: int = 10
    answer_seconds: float = 20.0
    questions: int = 2_000


class ChildDied(Exception):  # noqa: N818 - what became of the child, reported as data
    """The child gave no answer; the message says in Chinese how it ended."""


_LENGTH = struct.Struct(">I")
# What no signal and no Python error ends with: EX_OSERR of sysexits.h.
_OUT_OF_MEMORY = 71
_LONGEST_MESSAGE = 64 * 2**20
_STOP_SECONDS = 2.0


class Child:
    """Asks `python -m MODULE` one question at a time; threads take turns. Close it after use."""

    def __init__(self, module: str, limits: ChildLimits) -> None:
        """Name the module, which calls `serve`; the child starts with the first question."""
        self._module = module
        self._limits = limits
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._asked = 0
        self._is_late = False

    @property
    def pid(self) -> int | None:
        """The process that runs now, if one does."""
        return None if self._process is None else self._process.pid

    def ask(self, question: Mapping[str, Any], raw: bytes) -> dict[str, Any]:
        """Return the child's answer.

        Raises:
            ChildDied: it died, or did not answer in time; the next question gets a new child.
        """
        with self._lock:
            try:
                return self._exchange(json.dumps(question).encode(), raw)
            except (OSError, EOFError, ValueError) as error:
                raise ChildDied(_ending(self._stop(), is_late=self._is_late)) from error

    def close(self) -> None:
        """Stop the child."""
        with self._lock:
            self._stop()

    def _exchange(self, question: bytes, raw: bytes) -> dict[str, Any]:
        if self._process is None or self._process.poll() is not None or self._asked >= self._limits.questions:
            self._stop()
            self._start()
        process = self._process
        assert process is not None
        assert process.stdin is not None
        assert process.stdout is not None
        self._asked += 1
        self._is_late = False

        def end() -> None:
            self._is_late = True
            process.kill()

        # Killing the child ends every read and write of its pipes, so this one limit covers the whole exchange.
        watchdog = threading.Timer(self._limits.answer_seconds, end)
        watchdog.start()
        try:
            _send(process.stdin, question)
            _send(process.stdin, raw)
            answer = json.loads(_receive(process.stdout))
        finally:
            watchdog.cancel()
        if not isinstance(answer, dict):
            raise ValueError("the child's answer is no object")  # noqa: TRY004 - treated as a broken child
        return answer

    def _start(self) -> None:
        self._asked = 0
        self._process = subprocess.Popen(
            [sys.executable, "-m", self._module, str(self._limits.memory_bytes), str(self._limits.cpu_seconds)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            # `-m` looks for the package in the working directory, wherever the parent was started.
            cwd=Path(crawlers.__file__).parents[1],
        )

    def _stop(self) -> int | None:
        process, self._process = self._process, None
        if process is None:
            return None
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with suppress(BrokenPipeError):
                    pipe.close()
        try:
            return process.wait(timeout=_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            return process.wait(timeout=_STOP_SECONDS)


class Sandbox:
    """What reads in a child process, restarted when it dies. Threads take turns; close it after use."""

    def __init__(self, module: str, limits: ChildLimits) -> None:
        """Name the module, which calls `serve`; the child starts with the first question."""
        self._child = Child(module, limits)

    def close(self) -> None:
        """Stop the child."""
        self._child.close()

    def __enter__(self) -> Self:
        """Return the sandbox."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop the child."""
        self.close()


def serve(answer: Callable[[dict[str, Any], bytes], dict[str, Any]]) -> None:
    """Answer questions until the parent is gone; the limits stand on the command line."""
    memory_bytes, cpu_seconds = int(sys.argv[1]), int(sys.argv[2])
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    while True:
        try:
            question = json.loads(_receive(sys.stdin.buffer))
            raw = _receive(sys.stdin.buffer)
        except EOFError:
            return
        # The limit counts the life of the process, so it is moved on for every question.
        used = resource.getrusage(resource.RUSAGE_SELF)
        limit = int(used.ru_utime + used.ru_stime) + cpu_seconds + 1
        hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
        resource.setrlimit(resource.RLIMIT_CPU, (limit if hard == resource.RLIM_INFINITY else min(limit, hard), hard))
        try:
            answered = json.dumps(answer(question, raw)).encode()
        except MemoryError:
            # Not by an exception: what is said of one takes memory, too.
            os._exit(_OUT_OF_MEMORY)
        _send(sys.stdout.buffer, answered)


def _ending(code: int | None, *, is_late: bool) -> str:
    match code:
        case None:
            return "未能启动"
        case -9:
            return "超时" if is_late else "被强行终止，多半是本机内存不足"
        case code if code == _OUT_OF_MEMORY:
            return "内存用尽"
        case -24:
            return "处理器时间用尽"
        case _:
            return f"退出码 {code}"


def _send(pipe: IO[bytes], data: bytes) -> None:
    pipe.write(_LENGTH.pack(len(data)))
    pipe.write(data)
    pipe.flush()


def _receive(pipe: IO[bytes]) -> bytes:
    head = pipe.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        raise EOFError
    (length,) = _LENGTH.unpack(head)
    if length > _LONGEST_MESSAGE:
        raise ValueError("message too long")
    return pipe.read(length)
