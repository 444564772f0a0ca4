"""A person's terminal: `yaowang` commands as processes of their own, what they said, and what they left running."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

ROOT = Path(__file__).resolve().parents[2]
QUIET = {"YAOWANG_CRAWL": "false"}


def command(*words: str) -> list[str]:
    return [sys.executable, "-m", "service.cli", *words]


def surroundings(settings: Mapping[str, str] | None = None) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("YAOWANG_")}
    return kept | QUIET | dict(settings or {})


def run(
    *words: str, stdin: bytes = b"", settings: Mapping[str, str] | None = None, timeout: float = 90
) -> subprocess.CompletedProcess[bytes]:
    """Run a command to its end."""
    return subprocess.run(
        command(*words),
        input=stdin,
        capture_output=True,
        timeout=timeout,
        check=False,
        cwd=ROOT,
        env=surroundings(settings),
    )


def await_that(look: Callable[[], bool], *, seconds: float, what: str) -> None:
    deadline = time.monotonic() + seconds
    while not look():
        assert time.monotonic() < deadline, f"not within {seconds:.0f} s: {what}"
        time.sleep(0.05)


def processes_of(folder: Path) -> dict[int, str]:
    """Return every process whose command line names the folder, zombies left out."""
    found: dict[int, str] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                words = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            except OSError:
                continue
            if str(folder) in words:
                found[int(entry.name)] = words
    return found


class Terminal:
    """One command in the foreground, until it is told to end."""

    def __init__(self, *words: str, settings: Mapping[str, str] | None = None) -> None:
        self.process = subprocess.Popen(
            command(*words),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=ROOT,
            env=surroundings(settings),
            # As a terminal does: Ctrl-C reaches the whole foreground group.
            process_group=0,
        )
        self.said = ""
        self.written = b""
        assert self.process.stdout is not None
        assert self.process.stderr is not None
        self._threads = [
            threading.Thread(target=self._hear, args=(self.process.stderr,), daemon=True),
            threading.Thread(target=self._read, args=(self.process.stdout,), daemon=True),
        ]
        for thread in self._threads:
            thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process.poll() is None:
            self.process.terminate()
        self.ended()

    def await_words(self, words: str, *, seconds: float = 90) -> None:
        await_that(
            lambda: words in self.said or self.process.poll() is not None, seconds=seconds, what=f"it says {words}"
        )
        assert words in self.said, self.said

    def interrupt(self) -> None:
        """Press Ctrl-C."""
        os.killpg(self.process.pid, signal.SIGINT)

    def ended(self, *, seconds: float = 30) -> int:
        """Wait for the end and return the exit status."""
        status = self.process.wait(timeout=seconds)
        for thread, pipe in zip(self._threads, (self.process.stderr, self.process.stdout), strict=True):
            thread.join(timeout=5)
            assert pipe is not None
            pipe.close()
        return status

    def _hear(self, lines: Iterable[bytes]) -> None:
        for line in lines:
            self.said += line.decode()

    def _read(self, lines: Iterable[bytes]) -> None:
        for line in lines:
            self.written += line


class Canary:
    """Listens on loopback and counts who comes."""

    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._socket.settimeout(0.1)
        self.port = int(self._socket.getsockname()[1])
        self.visits = 0
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._done.set()
        self._thread.join(timeout=5)
        self._socket.close()

    def _watch(self) -> None:
        while not self._done.is_set():
            try:
                visitor, _ = self._socket.accept()
            except TimeoutError:
                continue
            self.visits += 1
            visitor.close()
