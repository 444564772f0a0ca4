"""Copies of a SQLite store: taken while it is written to, and looked into before anybody relies on them."""

import sqlite3
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest

from service.ports.copies import DamagedStoreError, StoreCopyError
from service.storage import copying
from service.storage.copying import copy_database, examine_copy, is_open
from service.storage.sql import SqlStore
from tests.contract.stored import NOW, alert, document, event, put


def test_a_copy_holds_one_moment_and_writers_commit_while_it_is_made(
    store: SqlStore, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(store, *(document(f"d{number}", text="文" * 3000) for number in range(300)))
    commits: list[int] = []

    def commit(*_: int) -> None:
        number = len(commits)
        # Bounded: a copy that began anew with every commit would never end.
        if number < 40:
            with store.write() as work:
                work.documents.put([document(f"w{number}")], now=NOW)
                work.events.save(event(f"w{number}"), [f"w{number}"])
                work.alerts.save(alert(f"w{number}", event_id=f"w{number}"))
                work.audit.append(actor="a", action="w", subject="s", detail={}, now=NOW)
            commits.append(number)

    class Interrupted(sqlite3.Connection):
        """A connection between any two steps of whose copying somebody else commits."""

        def backup(self, target: sqlite3.Connection, *, pages: int, **_: object) -> None:  # type: ignore[override]
            super().backup(target, pages=pages, progress=commit)

    monkeypatch.setattr(copying, "_PAGES", 32)
    commit()
    with monkeypatch.context() as patched:
        patched.setattr(sqlite3, "connect", partial(sqlite3.connect, factory=Interrupted))
        copy_database(file, tmp_path / "copy.db")
    facts = examine_copy(tmp_path / "copy.db")
    assert (facts.documents, facts.alerts, facts.audit_rows) == (301, 1, 1)
    assert len(commits) > 8
    with store.read() as work:
        assert work.audit.head().seq == len(commits)


def test_looking_into_a_copy_changes_nothing_beside_it(store: SqlStore, file: Path, tmp_path: Path) -> None:
    with store.write() as work:
        work.audit.append(actor="a", action="w", subject="s", detail={}, now=NOW)
    folder = tmp_path / "copies"
    folder.mkdir()
    copy_database(file, folder / "copy.db")
    before = (folder / "copy.db").read_bytes()
    with store.read() as work:
        assert examine_copy(folder / "copy.db").audit_head == work.audit.head()
    assert [path.name for path in folder.iterdir()] == ["copy.db"]
    assert (folder / "copy.db").read_bytes() == before


def test_a_damaged_copy_and_one_of_another_schema_are_told(store: SqlStore, file: Path, tmp_path: Path) -> None:
    put(store, *(document(f"d{number}", text="文" * 3000) for number in range(50)))
    copy = tmp_path / "copy.db"
    copy_database(file, copy)
    whole = copy.read_bytes()
    copy.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(DamagedStoreError):
        examine_copy(copy)
    copy.write_bytes(whole)
    with sqlite3.connect(copy) as connection:
        connection.execute("UPDATE alembic_version SET version_num='9999'")
    connection.close()
    with pytest.raises(StoreCopyError, match=r"9999.*请先升级程序"):
        examine_copy(copy)
    with pytest.raises(StoreCopyError, match="不存在"):
        copy_database(tmp_path / "gone.db", tmp_path / "x.db")
    assert not (tmp_path / "x.db").exists()


def test_a_store_is_open_for_as_long_as_another_process_has_it(file: Path) -> None:
    assert not is_open(file)
    program = (
        "import sys; from service.storage.sql import open_store\n"
        f"store = open_store('sqlite:///{file}')\n"
        "with store.read() as work: work.audit.head()\n"
        "print('ready', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "ready\n"
        assert is_open(file)
        other.communicate("")
    assert not is_open(file)
    assert not is_open(file.with_name("gone.db"))
