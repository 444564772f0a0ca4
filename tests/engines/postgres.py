"""A real PostgreSQL in a temporary folder, from the binaries of the Debian package."""

import os
import re
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.engines import process

__all__ = ["DEBIAN_PACKAGES", "missing", "running"]

DEBIAN_PACKAGES = ("postgresql",)
START_LIMIT_SECONDS = 60

# Nothing of a test database has to survive a power cut.
FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "wal_level=minimal", "max_wal_senders=0")


def missing() -> str | None:
    """Say what is missing and the one command that gets it; None where PostgreSQL is there."""
    if _binaries() is None:
        return f"PostgreSQL is not installed; get it with: apt-get install {' '.join(DEBIAN_PACKAGES)}"
    return None


@contextmanager
def running(folder: Path) -> Iterator[str]:
    """Run a server with its data in `folder`; yield the SQLAlchemy URL of its `postgres` database.

    Any account may connect over loopback or the socket in `folder`, without a password, as `postgres`.

    Raises:
        process.EngineError: it is not installed, or did not start.
    """
    binaries = _binaries()
    if binaries is None:
        raise process.EngineError(missing() or "")
    owner = process.account("postgres", "nobody")
    folder.mkdir(mode=0o755)
    process.hand_over(folder, owner)
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "LC_ALL": "C.UTF-8"}
    _make_cluster(binaries, folder, environment)
    port, log = process.free_port(), folder / "log"
    settings = (*FAST, "listen_addresses=127.0.0.1", "max_connections=100", "timezone=UTC", "log_min_messages=warning")
    options = [part for setting in settings for part in ("-c", setting)]
    command = [str(binaries / "postgres"), "-D", str(folder / "data"), "-k", str(folder), "-p", str(port), *options]
    server = process.start(command, folder=folder, owner=owner, log=log, environment=environment)
    try:
        probe = [str(binaries / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(port), "-U", "postgres"]
        process.wait_until(
            lambda: subprocess.run(probe, check=False, timeout=10).returncode == 0,
            server,
            log=log,
            limit_seconds=START_LIMIT_SECONDS,
        )
        yield f"postgresql+psycopg://postgres@127.0.0.1:{port}/postgres"
    finally:
        # SIGINT is the fast shutdown: open connections are cut.
        process.stop(server, polite=signal.SIGINT, limit_seconds=15, folder=folder)


def _make_cluster(binaries: Path, folder: Path, environment: dict[str, str]) -> None:
    owner = process.account("postgres", "nobody")
    command = [str(binaries / "initdb"), "-D", str(folder / "data"), "-U", "postgres", "-A", "trust"]
    made = subprocess.run(
        [*command, "-E", "UTF8", "--locale", "C.UTF-8", "--no-sync"],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=START_LIMIT_SECONDS,
        check=False,
        user=owner.pw_uid if owner else None,
        group=owner.pw_gid if owner else None,
        extra_groups=[] if owner else None,
    )
    if made.returncode:
        message = f"initdb failed:\n{(made.stdout + made.stderr)[-3000:]}"
        raise process.EngineError(message)


def _binaries() -> Path | None:
    """Return the folder of the newest installed server: Debian keeps it off PATH."""
    debian = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"),
        key=lambda path: [int(number) for number in re.findall(r"\d+", path.parts[-3])],
    )
    if debian:
        return debian[-1].parent
    found = shutil.which("initdb")
    return Path(found).resolve().parent if found else None
