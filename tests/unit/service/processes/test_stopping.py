"""What a signal does to a role as a process of its own: while it loads, and once it works."""

import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from service.stopping import stop_on_signals

# A role whose loading does not look up, then one that works; the event is what its loop waits for.
ROLE = """
import sys, time
from pathlib import Path
from service.cli import run
from service.stopping import stop_on_signals

def loading(app, stop):
    print("loading", flush=True)
    time.sleep(60)

def working(app, stop):
    stop_on_signals(stop)
    print("working", flush=True)
    stop.wait(60)
    print("drained", flush=True)

run._run_role("assess", {"loading": loading, "working": working}[sys.argv[1]], data=Path(sys.argv[2]))
"""


@contextmanager
def role(which: str, folder: Path) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-c", ROLE, which, str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            assert process.stdout.readline() == f"{which}\n"
            yield process
        finally:
            process.kill()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_role_that_is_told_to_end_while_it_loads_ends_at_once_and_without_a_trace(
    number: signal.Signals, tmp_path: Path
) -> None:
    with role("loading", tmp_path) as process:
        process.send_signal(number)
        said, complained = process.communicate(timeout=20)
    assert process.returncode == -number
    assert said == ""
    assert "Traceback" not in complained


def test_a_role_that_works_is_let_finish_what_it_has_in_hand(tmp_path: Path) -> None:
    with role("working", tmp_path) as process:
        process.send_signal(signal.SIGTERM)
        said, _ = process.communicate(timeout=20)
    assert (process.returncode, said) == (0, "drained\n")


def test_a_role_in_a_thread_leaves_the_signals_of_its_process_alone() -> None:
    before = signal.getsignal(signal.SIGTERM)
    thread = threading.Thread(target=stop_on_signals)
    thread.start()
    thread.join(20)
    assert signal.getsignal(signal.SIGTERM) is before
