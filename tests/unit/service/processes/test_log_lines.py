import json
import subprocess
import sys
from pathlib import Path

FILLS = """
import os, resource, sys
from service.log_lines import LogLines
descriptor = os.open(sys.argv[1], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
lines = LogLines(descriptor)
resource.setrlimit(resource.RLIMIT_FSIZE, (100, hard))
for number in range(9):
    lines.info('{"event": "%d: twenty letters of it"}' % number)
resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
lines.info('{"event": "room again"}')
lines.info('{"event": "and on"}')
"""

OUTLIVES = """
import threading
import structlog
from service.ports.store import StoreUnavailableError
from service.workers import _loop, write_logs
write_logs("assess")
stop, steps = threading.Event(), []
stop.wait = lambda seconds=None: False
def step():
    steps.append(1)
    if len(steps) > 2:
        stop.set()
        return False
    raise StoreUnavailableError("full")
_loop("assess", step, stop)
try:
    raise ValueError
except ValueError:
    structlog.get_logger("yaowang").error("request.failed", exc_info=True)
print(len(steps))
"""


def run(script: str, *words: str, errors: str | None = None) -> subprocess.CompletedProcess[str]:
    with Path(errors or "/dev/null").open("w") as lost:
        command = [sys.executable, "-c", script, *words]
        return subprocess.run(command, stdout=subprocess.PIPE, stderr=lost, text=True, check=False, timeout=60)


def test_a_role_outlives_a_log_that_cannot_be_written() -> None:
    ended = run(OUTLIVES, errors="/dev/full")
    assert (ended.returncode, ended.stdout) == (0, "3\n")


def test_once_there_is_room_again_the_log_goes_on_below_a_cut_line_and_tells_how_many_were_left_out(
    tmp_path: Path,
) -> None:
    assert run(FILLS, str(tmp_path / "log")).returncode == 0
    first, second, cut, lost, *rest = (tmp_path / "log").read_text().splitlines()
    assert [json.loads(line)["event"][0] for line in (first, second)] == ["0", "1"]
    assert cut.startswith('{"event": "2')
    assert not cut.endswith("}")
    assert json.loads(lost) == {"event": "log.lines_lost", "lines": 7}
    assert [json.loads(line)["event"] for line in rest] == ["room again", "and on"]
