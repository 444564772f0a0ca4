"""Running a server for tests: its account, its port, its files, its end."""

import contextlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path

__all__ = ["EngineError", "account", "free_port", "hand_over", "start", "stop", "unenterable_parent", "wait_until"]


class EngineError(Exception):
    """A server could not be had or started; the message says why, with the end of its log."""


def account(*names: str) -> pwd.struct_passwd | None:
    """Return the first existing account of `names` where this process is root: servers refuse to run as root."""
    if os.geteuid() != 0:
        return None
    for name in names:
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    message = f"none of the accounts {', '.join(names)} exists, and the server refuses to run as root"
    raise EngineError(message)


def free_port() -> int:
    """Return a loopback port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def hand_over(folder: Path, owner: pwd.struct_passwd | None) -> None:
    """Give `folder` and all in it to `owner` (nobody else: to the current account)."""
    if owner is None:
        return
    for path in [folder, *folder.rglob("*")]:
        os.chown(path, owner.pw_uid, owner.pw_gid)


def unenterable_parent(folder: Path) -> Path | None:
    """Return the first folder on the way to `folder` that other accounts cannot enter."""
    for path in [folder, *folder.parents]:
        if not path.stat().st_mode & 0o001:
            return path
    return None


def start(
    command: Sequence[str], *, folder: Path, owner: pwd.struct_passwd | None, log: Path, environment: dict[str, str]
) -> subprocess.Popen[bytes]:
    """Start a server in a session of its own, with nothing of the caller's environment but what is given."""
    with log.open("ab") as out:
        return subprocess.Popen(
            command,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            start_new_session=True,
            user=owner.pw_uid if owner else None,
            group=owner.pw_gid if owner else None,
            extra_groups=[] if owner else None,
        )


def wait_until(
    answers: Callable[[], bool], server: subprocess.Popen[bytes], *, log: Path, limit_seconds: float
) -> None:
    """Wait until the server answers.

    Raises:
        EngineError: the server ended, or did not answer in time.
    """
    end = time.monotonic() + limit_seconds
    while not answers():
        if server.poll() is not None:
            message = f"{server.args!r} ended with status {server.returncode}:\n{_tail(log)}"
            raise EngineError(message)
        if time.monotonic() > end:
            message = f"{server.args!r} did not answer within {limit_seconds} s:\n{_tail(log)}"
            raise EngineError(message)
        time.sleep(0.1)


def stop(server: subprocess.Popen[bytes], *, polite: signal.Signals, limit_seconds: float, folder: Path) -> None:
    """End the server politely, then by force with everything it started, and remove its folder."""
    server.send_signal(polite)
    try:
        server.wait(limit_seconds)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait(limit_seconds)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(server.pid, signal.SIGKILL)
    shutil.rmtree(folder, ignore_errors=True)


def _tail(log: Path) -> str:
    return log.read_text(encoding="utf-8", errors="replace")[-3000:] if log.exists() else "(no log)"
