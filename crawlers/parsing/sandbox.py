"""Runs extraction in a child process with hard limits, so that no page can hang or kill a crawl.

A child that dies (memory, processor time) or does not answer in time costs one page, which is refused; the next page
gets a new child. Requests and answers are JSON behind a length, over pipes: nothing that executes is exchanged.
"""

import json
import resource
import struct
import subprocess
import sys
import threading
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

import crawlers
from crawlers.gate import Refusal, RefusalReason
from crawlers.parsing.article import Article, extract
from crawlers.parsing.selection import ArticleSelectors
from crawlers.records import DatePrecision

__all__ = ["ExtractionSandbox", "SandboxLimits"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SandboxLimits:
    """What one child may use: address space in bytes, processor seconds per page, wall-clock seconds per page."""

    memory_bytes: int = 2**30
    cpu_seconds: int = 10
    answer_seconds: float = 20.0
    pages_per_child: int = 2_000


@dataclass(frozen=True, slots=True)
class _Selectors:
    title: tuple[str, ...] = ()
    body: tuple[str, ...] = ()
    published: tuple[str, ...] = ()
    origin: tuple[str, ...] = ()
    author: tuple[str, ...] = ()


_LENGTH = struct.Struct(">I")
_LONGEST_MESSAGE = 64 * 2**20
_STOP_SECONDS = 2.0


class ExtractionSandbox:
    """A child process that extracts articles, restarted when it dies. Threads take turns; close it after use."""

    def __init__(self, limits: SandboxLimits | None = None) -> None:
        """Set the limits; the child starts with the first page."""
        self._limits = limits or SandboxLimits()
        self._lock = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None
        self._pages = 0

    def extract(
        self,
        raw: bytes,
        *,
        url: str | None = None,
        content_type: str | None = None,
        now: datetime,
        rule: ArticleSelectors | None = None,
    ) -> Article | Refusal:
        """Do as `crawlers.parsing.article.extract` does, in the child; never raises on any page."""
        question = {"url": url, "content_type": content_type, "now": now.isoformat(), "rule": _rule_to_json(rule)}
        with self._lock:
            try:
                answer = self._ask(json.dumps(question).encode(), raw)
            except (OSError, EOFError, ValueError):
                return Refusal(
                    RefusalReason.CRASHED, f"解析这个网页的子进程中断（{_ending(self._stop())}），下一网页换新进程"
                )
        return _answer_from_json(answer)

    def close(self) -> None:
        """Stop the child."""
        with self._lock:
            self._stop()

    def __enter__(self) -> Self:
        """Return the sandbox."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop the child."""
        self.close()

    def _ask(self, question: bytes, raw: bytes) -> dict[str, Any]:
        if self._child is None or self._child.poll() is not None or self._pages >= self._limits.pages_per_child:
            self._stop()
            self._start()
        child = self._child
        assert child is not None
        assert child.stdin is not None
        assert child.stdout is not None
        self._pages += 1
        # Killing the child ends every read and write of its pipes, so this one limit covers the whole exchange.
        watchdog = threading.Timer(self._limits.answer_seconds, child.kill)
        watchdog.start()
        try:
            _send(child.stdin, question)
            _send(child.stdin, raw)
            answer = json.loads(_receive(child.stdout))
        finally:
            watchdog.cancel()
        if not isinstance(answer, dict):
            raise ValueError("the child's answer is no object")  # noqa: TRY004 - treated as a broken child
        return answer

    def _start(self) -> None:
        limits = self._limits
        self._pages = 0
        self._child = subprocess.Popen(
            [sys.executable, "-m", "crawlers.parsing.sandbox", str(limits.memory_bytes), str(limits.cpu_seconds)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            # `-m` looks for the package in the working directory, wherever the parent was started.
            cwd=Path(crawlers.__file__).parents[1],
        )

    def _stop(self) -> int | None:
        child, self._child = self._child, None
        if child is None:
            return None
        for pipe in (child.stdin, child.stdout):
            if pipe is not None:
                with suppress(BrokenPipeError):
                    pipe.close()
        try:
            return child.wait(timeout=_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            child.kill()
            return child.wait(timeout=_STOP_SECONDS)


def _ending(code: int | None) -> str:
    match code:
        case None:
            return "未能启动"
        case -9:
            return "超时"
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


def _rule_to_json(rule: ArticleSelectors | None) -> dict[str, list[str]] | None:
    if rule is None:
        return None
    return {name: list(getattr(rule, name)) for name in _Selectors.__dataclass_fields__}


def _answer_from_json(answer: dict[str, Any]) -> Article | Refusal:
    if "reason" in answer:
        return Refusal(RefusalReason(answer["reason"]), answer["detail"])
    published = answer["published"]
    return Article(
        **answer
        | {
            "published": datetime.fromisoformat(published) if published else None,
            "precision": DatePrecision(answer["precision"]),
        }
    )


def _serve(memory_bytes: int, cpu_seconds: int) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    while True:
        try:
            question = json.loads(_receive(sys.stdin.buffer))
            raw = _receive(sys.stdin.buffer)
        except EOFError:
            return
        # The limit counts the life of the process, so it is moved on for every page.
        used = resource.getrusage(resource.RUSAGE_SELF)
        limit = int(used.ru_utime + used.ru_stime) + cpu_seconds + 1
        hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
        resource.setrlimit(resource.RLIMIT_CPU, (limit if hard == resource.RLIM_INFINITY else min(limit, hard), hard))
        rule = question["rule"]
        found = extract(
            raw,
            url=question["url"],
            content_type=question["content_type"],
            now=datetime.fromisoformat(question["now"]),
            rule=_Selectors(**{name: tuple(values) for name, values in rule.items()}) if rule else None,
        )
        answer = asdict(found)
        if isinstance(found, Article) and found.published is not None:
            answer["published"] = found.published.isoformat()
        _send(sys.stdout.buffer, json.dumps(answer).encode())


if __name__ == "__main__":
    _serve(int(sys.argv[1]), int(sys.argv[2]))
