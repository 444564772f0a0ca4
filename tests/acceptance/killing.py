"""Runs one role again and again, each time in a process of its own that is SIGKILLed at a random moment.

`python -m tests.acceptance.killing ROLE --data FOLDER --seed N --seconds S` for the kills, then with `--seconds 0` one
process that runs until SIGTERM. The processes are forked from a parent that has loaded everything: with the imports of
each start there would be a tenth of the kills, and most would hit an import.
"""

import argparse
import os
import random
import select
import signal
import sys
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from pkgutil import resolve_name
from typing import Any
from unittest import mock

from analysis.assess import Analyser
from service.bootstrap import build, wall_clock
from service.settings import Settings, load_settings
from service.stopping import stop_on_signals
from service.workers import run_assess, run_deliver, write_logs

SHORTEST, LONGEST = 0.01, 1.0
LONGEST_START = 20.0
AT_START = 0.25


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("role", choices=("assess", "deliver"))
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--seconds", type=float, required=True)
    parser.add_argument(
        "--ahead", type=float, default=0, help="seconds that the clock is ahead: leases are over at once"
    )
    given = parser.parse_args()
    write_logs(given.role)
    settings, analyser = load_settings(data=given.data), Analyser.load()
    if not given.seconds:
        run(given.role, settings, analyser, stop_on_signals(), timedelta(seconds=given.ahead))
        return
    chance, end, kills = random.Random(given.seed), time.monotonic() + given.seconds, 0
    while time.monotonic() < end:
        works, tells = os.pipe()
        child = os.fork()
        if not child:
            run(given.role, settings, analyser, threading.Event(), timedelta(0), working=partial(os.write, tells, b"."))
            os._exit(0)
        # A start takes longer than most kills would leave: three of four wait until the first look for work.
        if chance.random() > AT_START:
            select.select([works], [], [], LONGEST_START)
        time.sleep(chance.uniform(SHORTEST, LONGEST))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        os.close(works)
        os.close(tells)
        kills += 1
    sys.stdout.write(f"{kills}\n")


def run(
    role: str,
    settings: Settings,
    analyser: Analyser,
    stop: threading.Event,
    ahead: timedelta,
    working: Callable[[], object] = lambda: None,
) -> None:
    def now() -> datetime:
        return wall_clock() + ahead

    app = build(settings, now=now)
    looks = "service.flows.judging.assess.assess_pending" if role == "assess" else "service.workers.deliver_mail"
    work = resolve_name(looks)

    def look_for_work(*given: Any, **named: Any) -> Any:
        working()
        return work(*given, **named)

    with mock.patch.object(Analyser, "load", return_value=analyser), mock.patch(looks, look_for_work):
        (run_assess if role == "assess" else run_deliver)(app, stop)
    app.close()


if __name__ == "__main__":
    main()
