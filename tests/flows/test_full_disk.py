"""A disk that is really full: a small file system in memory, mounted where nothing else sees it."""

import subprocess
import sys
from pathlib import Path

import pytest

MOUNTED = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c"]
MOUNT = 'mount -t tmpfs -o size=2g none "$0" && exec "$@"'
SCRIPT = """
import shutil, subprocess, sys
from datetime import UTC, datetime
from pathlib import Path
from service.disk_room import Reserve
from service.ports.store import StoreFullError
from service.storage.sql import migrate, open_store

data = Path(sys.argv[1])

def leave(mebibytes):
    # Made smaller rather than filled, so that it costs no memory.
    size = shutil.disk_usage(data).used + int(mebibytes * 1024**2)
    subprocess.run(["mount", "-o", f"remount,size={size}", str(data)], check=True)

def act(name):
    with store.write() as work:
        work.set_value(name, name * 3000)
        work.audit.append(actor="p1", action="alert.acknowledged", subject=name, detail={}, now=NOW)

NOW = datetime(2026, 11, 16, 2, tzinfo=UTC)
url = f"sqlite:///{data / 'yaowang.db'}"
migrate(url)
store = open_store(url)
reserve = Reserve(data)
assert reserve.tend() == "made"
act("with room")
leave(0)
try:
    for number in range(2000):
        act(f"until full {number}")
    print("never full")
except StoreFullError:
    print("full")
with store.read() as work:
    assert work.value("with room"), "a full disk can be read"
assert reserve.tend() == "freed"
for number in range(50):
    act(f"at three in the morning {number}")
assert reserve.tend() is None
print("acknowledged")
leave(500)
act("after")
assert reserve.tend() == "made"
print(store.examine())
"""


def test_on_a_full_disk_the_reserve_lets_acts_be_stored_and_with_room_all_is_well(tmp_path: Path) -> None:
    command = [*MOUNTED, MOUNT, str(tmp_path), sys.executable, "-c", SCRIPT, str(tmp_path)]
    if subprocess.run(
        [*MOUNTED, 'mount -t tmpfs none "$0"', str(tmp_path)], capture_output=True, check=False
    ).returncode:
        pytest.skip("this host lets nobody mount a file system of their own: what a full disk does is not shown")
    ended = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert (ended.stdout.split("\n"), ended.stderr) == (["full", "acknowledged", "None", ""], "")
    assert not list(tmp_path.iterdir()), "what was mounted is gone with its process"
