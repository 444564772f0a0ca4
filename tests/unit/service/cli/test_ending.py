import subprocess
import sys

_ENDING = """
import atexit, gc, sys
atexit.register(lambda: print(gc.get_freeze_count()))
sys.argv = ["yaowang", "--help"]
from service.cli import main
main()
"""


def test_a_command_ends_without_a_last_search_for_garbage_through_what_it_loaded() -> None:
    ended = subprocess.run([sys.executable, "-c", _ENDING], capture_output=True, text=True, check=True)
    assert int(ended.stdout.splitlines()[-1]) > 1000
