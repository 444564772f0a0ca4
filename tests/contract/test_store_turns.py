"""Processes that write to one SQLite file take turns, however fast one of them begins anew."""

import fcntl
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from service.domain.figures.briefing import Briefing
from service.domain.week import week_of
from service.flows.reports.brief import compile_week
from service.policies.register import load_register
from service.ports.store import StoreBusyError
from service.storage.dialects import Engines, open_engines
from service.storage.migrations import bring_up_to_date
from service.storage.sql import migrate, open_store
from service.turnstile import turnstile
from tests.builders import NOW

# Writes one transaction of 50 ms after another, with no pause between them.
_BUSY = """
import sys, time
from service.storage.dialects import open_engines
engines = open_engines(sys.argv[1])
while True:
    with engines.writer.begin() as connection:
        connection.exec_driver_sql("INSERT INTO counted VALUES ('busy')")
        time.sleep(0.05)
        print("wrote", flush=True)
"""
_PATIENCE_S = 3.0


@pytest.fixture
def engines(tmp_path: Path) -> Iterator[Engines]:
    opened = open_engines(f"sqlite:///{tmp_path}/store.db")
    with opened.writer.begin() as connection:
        connection.execute(text("CREATE TABLE counted (who TEXT)"))
    yield opened
    opened.dispose()


def test_a_process_that_writes_one_transaction_after_another_lets_others_in(engines: Engines, tmp_path: Path) -> None:
    command = [sys.executable, "-c", _BUSY, f"sqlite:///{tmp_path}/store.db"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as busy:
        try:
            assert busy.stdout is not None
            assert busy.stdout.readline() == b"wrote\n"
            waits = [_wait_to_write(engines) for _ in range(6)]
        finally:
            busy.kill()
    assert max(waits) < _PATIENCE_S, waits


def _wait_to_write(engines: Engines) -> float:
    asked = time.monotonic()
    with engines.writer.begin() as connection:
        waited = time.monotonic() - asked
        connection.execute(text("INSERT INTO counted VALUES ('patient')"))
    return waited


def test_who_waited_for_nothing_is_told_that_the_store_is_busy_and_not_that_it_is_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.storage.dialects._BUSY_MS", 50)
    url = f"sqlite:///{tmp_path}/store.db"
    migrate(url)
    other, store = open_engines(url), open_store(url)
    try:
        with other.writer.begin(), pytest.raises(StoreBusyError, match="数据库正忙"), store.write():
            pass
        with store.write() as work:
            assert work.audit.head().seq == 0
    finally:
        store.close()
        other.dispose()


def test_who_comes_while_another_process_upgrades_for_long_is_told_so_and_later_finds_nothing_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.storage.dialects._BUSY_MS", 50)
    url = f"sqlite:///{tmp_path}/store.db"
    first = open_engines(url)
    with first.writer.begin() as connection:
        bring_up_to_date(connection)
        with pytest.raises(StoreBusyError, match="正在升级"):
            migrate(url)
    first.dispose()
    migrate(url)
    store = open_store(url)
    assert store.check() is None
    store.close()


def test_what_only_reads_waits_for_no_writer_though_every_command_looks_after_the_schema(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/store.db"
    migrate(url)
    store = open_store(url)

    def issue() -> Briefing:
        register = load_register()
        return compile_week(
            store, week_of(NOW), register=register, office="示例局", address="http://x", drill=False, now=NOW
        )

    first = issue()
    judging = open_store(url)
    with judging.write():
        migrate(url)
        assert issue() == first
    judging.close()
    store.close()


def test_a_turn_that_is_never_given_up_is_passed_after_a_while(tmp_path: Path) -> None:
    other = os.open(tmp_path, os.O_RDONLY)
    try:
        fcntl.flock(other, fcntl.LOCK_EX)
        asked = time.monotonic()
        with turnstile(tmp_path, 0.1):
            assert time.monotonic() - asked >= 0.1
    finally:
        os.close(other)


def test_where_there_is_no_folder_to_wait_in_nobody_waits(tmp_path: Path) -> None:
    with turnstile(tmp_path / "away", 60):
        pass
    assert not (tmp_path / "away").exists()
