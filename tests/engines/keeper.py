"""One process per engine and test run: it starts the server, says where it is, and ends it with the run.

Test workers come and go, and a run may be killed; the keeper outlives neither. The first worker that needs an engine
starts its keeper, the others find the answer in the run's folder.
"""

import contextlib
import fcntl
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

from tests.engines import elasticsearch, postgres, process

__all__ = ["ENGINES", "end_all", "engine_url", "keep"]

ENGINES: dict[str, ModuleType] = {"elasticsearch": elasticsearch, "postgres": postgres}
START_LIMIT_SECONDS = 200
END_LIMIT_SECONDS = 40


def engine_url(name: str, run_folder: Path, *, run_pid: int) -> str:
    """Return the URL of the run's server `name`, starting it unless another worker has.

    Raises:
        process.EngineError: the server could not be started; every worker is told the same.
    """
    answer = run_folder / f"{name}.json"
    run_folder.mkdir(exist_ok=True)
    # The servers run under another account when the tests run as root.
    run_folder.chmod(0o755)
    with _only_one(run_folder / f"{name}.lock"):
        if not answer.exists():
            _start_keeper(name, run_folder, run_pid)
            _wait_for(answer)
        told = json.loads(answer.read_text(encoding="utf-8"))
    if "error" in told:
        raise process.EngineError(told["error"])
    return str(told["url"])


def keep(name: str, run_folder: Path, run_pid: int) -> None:
    """Run the server until the run's process is gone, or SIGTERM comes."""
    stopping = False

    def note(_signal: int, _frame: object) -> None:
        nonlocal stopping
        stopping = True

    signal.signal(signal.SIGTERM, note)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    answer = run_folder / f"{name}.json"
    try:
        with ENGINES[name].running(run_folder / name) as url:
            _write(answer, {"url": url, "keeper": os.getpid()})
            while not stopping and Path(f"/proc/{run_pid}").exists():
                time.sleep(0.2)
    except (process.EngineError, OSError, subprocess.SubprocessError) as error:
        _write(answer, {"error": str(error)})
    if not Path(f"/proc/{run_pid}").exists():
        # The run was killed, so nobody else clears up after it.
        shutil.rmtree(run_folder, ignore_errors=True)


def end_all(run_folder: Path) -> None:
    """Tell the run's keepers to end, and wait for them."""
    keepers = []
    for file in run_folder.glob("*.keeper"):
        pid = int(file.read_text(encoding="utf-8"))
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)
            keepers.append(pid)
    end = time.monotonic() + END_LIMIT_SECONDS
    while any(_is_alive(pid) for pid in keepers) and time.monotonic() < end:
        time.sleep(0.05)


def _start_keeper(name: str, run_folder: Path, run_pid: int) -> None:
    root = Path(__file__).resolve().parents[2]
    with (run_folder / f"{name}.log").open("ab") as log:
        keeper = subprocess.Popen(
            [sys.executable, "-m", "tests.engines", "keep", name, str(run_folder), str(run_pid)],
            cwd=root,
            env={**os.environ, "PYTHONPATH": str(root)},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    (run_folder / f"{name}.keeper").write_text(str(keeper.pid), encoding="utf-8")
    # The keeper is ended by `end_all`, maybe by another process: this one must not complain that it is still running.
    keeper.returncode = 0


def _wait_for(answer: Path) -> None:
    end = time.monotonic() + START_LIMIT_SECONDS
    while not answer.exists():
        if time.monotonic() > end:
            message = f"no answer from the keeper within {START_LIMIT_SECONDS} s; see {answer.with_suffix('.log')}"
            raise process.EngineError(message)
        time.sleep(0.05)


def _write(answer: Path, facts: dict[str, object]) -> None:
    part = answer.with_suffix(".part")
    part.write_text(json.dumps(facts), encoding="utf-8")
    part.rename(answer)


@contextlib.contextmanager
def _only_one(lock: Path) -> Iterator[None]:
    with lock.open("w", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _is_alive(pid: int) -> bool:
    with contextlib.suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"
