"""Starts the training that a person wished for as a process of its own, beside a role that goes on with its work."""

import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Self

import structlog

__all__ = ["TrainingBeside"]

_LOOK_SECONDS = 5.0
_LONGEST_SECONDS = 1500.0
_END_SECONDS = 5.0

log = structlog.get_logger("yaowang")


class TrainingBeside:
    """At most one training process of this role; it is ended with the role, and after 25 minutes in any case.

    `wanted` tells whether a training waits; it is asked every five seconds. What the process says goes to `log_file`.
    The claim on the training is the child's own, so that two roles which start one at once do not both train.
    """

    def __init__(self, command: Sequence[str], *, wanted: Callable[[], bool], log_file: Path) -> None:
        """Keep how a training is started."""
        self._command = list(command)
        self._wanted = wanted
        self._log_file = log_file
        self._process: subprocess.Popen[bytes] | None = None
        self._looked = self._began = 0.0

    def __enter__(self) -> Self:
        """Be ended with the block."""
        return self

    def __exit__(self, *_: object) -> None:
        """End the process, where one runs."""
        self.close()

    def tend(self) -> None:
        """Look after the process, and start one where a training waits."""
        now = time.monotonic()
        if self._process is not None:
            if self._process.poll() is not None:
                log.info("training.ended", status=self._process.returncode)
                self._process = None
            elif now - self._began > _LONGEST_SECONDS:
                log.warning("training.too_long", seconds=_LONGEST_SECONDS)
                self.close()
            return
        if now - self._looked < _LOOK_SECONDS and self._looked:
            return
        self._looked = now
        if self._wanted():
            self._start(now)

    def _start(self, now: float) -> None:
        self._log_file.parent.mkdir(parents=True, exist_ok=True)
        with self._log_file.open("ab") as output:
            self._process = subprocess.Popen(self._command, stdin=subprocess.DEVNULL, stdout=output, stderr=output)
        self._began = now
        log.info("training.started", process=self._process.pid)

    def close(self) -> None:
        """End the process, where one runs."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(timeout=_END_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(timeout=_END_SECONDS)
        self._process = None
