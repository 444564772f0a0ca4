import gc
import sqlite3
import traceback
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import create_engine

from service.domain.people.person import Session
from service.ports.store import StoreUnavailableError
from service.storage.schema import metadata
from service.storage.sql import SqlStore, migrate, open_store
from tests.contract.store import StoreContract
from tests.contract.store_cases import WRITTEN_ONCE, opened
from tests.contract.store_hiding import hide, told
from tests.contract.stored import NOW, document, event, hot_entry, judge_all, put
from tests.contract.upgraded import answered_after_upgrade


class TestSqliteStore(StoreContract):
    pass


class TestSqliteFile:
    def test_the_migrations_build_what_the_tables_say(self, file: Path) -> None:
        engine = create_engine(f"sqlite:///{file}")
        with engine.connect() as connection:
            context = MigrationContext.configure(connection, opts={"compare_type": True})
            assert compare_metadata(context, metadata) == []
        engine.dispose()

    def test_migrating_twice_changes_nothing(self, file: Path, store: SqlStore) -> None:
        put(store, document("1"))
        migrate(f"sqlite:///{file}")
        with store.read() as work:
            assert work.documents.count() == 1

    def test_migrations_that_start_together_all_succeed(self, tmp_path: Path) -> None:
        url = f"sqlite:///{tmp_path / 'new.db'}"
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(migrate, [url] * 4, timeout=60))
        store = open_store(url)
        assert store.check() is None
        store.close()

    def test_an_error_of_the_engine_tells_nothing_of_what_was_to_be_stored(self, store: SqlStore, file: Path) -> None:
        with sqlite3.connect(file) as connection:
            connection.execute("DROP TABLE sessions")
        connection.close()
        session = Session(id="s1", person_id="p1", csrf="what-no-log-may-hold", created_at=NOW, seen_at=NOW)
        with pytest.raises(StoreUnavailableError) as caught, store.write() as work:
            work.people.save_session(session)
        told = "".join(traceback.format_exception(caught.value))
        assert "INSERT INTO sessions" in told
        assert session.csrf not in told

    def test_a_reader_of_the_audit_trail_who_ends_in_the_middle_leaves_no_statement_open(
        self, store: SqlStore, caplog: pytest.LogCaptureFixture
    ) -> None:
        with store.write() as work:
            for number in range(3):
                work.audit.append(actor="system", action="noted", subject=f"row:{number}", detail={}, now=NOW)
        with store.read() as work:
            rows = iter(work.audit.chain())
            assert next(rows).seq == 1
        store.close()
        del rows
        gc.collect()
        assert caplog.text == ""

    def test_hours_in_which_something_was_stored_before_the_upgrade_count_as_answered(self, tmp_path: Path) -> None:
        hour = NOW.replace(minute=0, second=0, microsecond=0)
        stored = (NOW, NOW + timedelta(minutes=10), NOW + timedelta(hours=3))
        found = answered_after_upgrade(f"sqlite:///{tmp_path / 'old.db'}", "0015", *stored)
        assert found == [hour, hour + timedelta(hours=3)]

    def test_a_database_of_a_later_program_is_told_in_a_sentence_and_stays_as_it_is(
        self, file: Path, store: SqlStore
    ) -> None:
        connection = sqlite3.connect(file)
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()
        before = list(connection.iterdump())
        with pytest.raises(StoreUnavailableError, match="更新版本的程序"):
            migrate(f"sqlite:///{file}")
        assert "更新版本的程序" in (store.check() or "")
        assert list(connection.iterdump()) == before
        connection.close()

    def test_a_migration_that_fails_leaves_nothing(self, tmp_path: Path) -> None:
        file = tmp_path / "half.db"
        connection = sqlite3.connect(file)
        connection.execute("CREATE TABLE outbox (it INTEGER)")
        connection.close()
        with pytest.raises(StoreUnavailableError, match="outbox"):
            migrate(f"sqlite:///{file}")
        connection = sqlite3.connect(file)
        names = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        connection.close()
        assert names == ["outbox"]

    @pytest.mark.parametrize("act", ["UPDATE audit SET actor = 'x'", "DELETE FROM audit"])
    def test_the_database_refuses_to_change_what_was_done(self, file: Path, store: SqlStore, act: str) -> None:
        with store.write() as work:
            work.audit.append(actor="p1", action="do", subject="s", detail={}, now=NOW)
        connection = sqlite3.connect(file)
        with pytest.raises(sqlite3.IntegrityError, match="never changed"):
            connection.execute(act)
        connection.close()

    @pytest.mark.parametrize("act", ["UPDATE {} SET case_id = 'x'", "DELETE FROM {}"])
    @pytest.mark.parametrize("table", sorted(WRITTEN_ONCE))
    def test_the_database_refuses_to_change_what_was_written_of_a_case(
        self, file: Path, store: SqlStore, table: str, act: str
    ) -> None:
        opened(store, WRITTEN_ONCE[table]())
        connection = sqlite3.connect(file)
        with pytest.raises(sqlite3.IntegrityError, match="never changed"):
            connection.execute(act.format(table))
        connection.close()

    @pytest.mark.parametrize(
        ("act", "broken"),
        [
            ("UPDATE audit SET detail = '{\"n\":9}' WHERE seq = 2", 2),
            ("UPDATE audit SET at = at + 1 WHERE seq = 3", 3),
            ("DELETE FROM audit WHERE seq = 2", 2),
            ("DELETE FROM audit WHERE seq = 4", 4),
            ("DELETE FROM audit", 1),
        ],
    )
    def test_a_chain_changed_behind_the_triggers_is_seen(
        self, file: Path, store: SqlStore, act: str, broken: int
    ) -> None:
        with store.write() as work:
            for number in range(4):
                work.audit.append(actor="p1", action="do", subject="s", detail={"n": number}, now=NOW)
        connection = sqlite3.connect(file)
        connection.executescript(f"DROP TRIGGER audit_no_update; DROP TRIGGER audit_no_delete; {act};")
        connection.close()
        with store.read() as work:
            assert work.audit.verify() == broken
        sentence = store.examine()
        assert sentence is not None
        assert "审计链" in sentence

    def test_a_healthy_file_passes_the_deeper_look(self, store: SqlStore) -> None:
        put(store, document("1"))
        assert store.examine() is None

    def test_a_missing_file_is_said_and_not_made(self, tmp_path: Path) -> None:
        file = tmp_path / "none.db"
        store = open_store(f"sqlite:///{file}")
        sentence = store.check()
        assert sentence is not None
        assert "不存在" in sentence
        with pytest.raises(StoreUnavailableError, match="yaowang up"), store.write():
            pass
        assert not file.exists()

    def test_an_empty_file_asks_for_the_migration(self, tmp_path: Path) -> None:
        file = tmp_path / "empty.db"
        file.touch()
        store = open_store(f"sqlite:///{file}")
        sentence = store.check()
        store.close()
        assert sentence is not None
        assert "升级" in sentence

    def test_a_file_that_is_no_database_is_said(self, tmp_path: Path) -> None:
        file = tmp_path / "text.db"
        file.write_text("这不是数据库" * 200)
        with pytest.raises(StoreUnavailableError, match="文件不是数据库"):
            migrate(f"sqlite:///{file}")

    @pytest.mark.parametrize("url", ["mysql://localhost/x", "sqlite://", "sqlite:///:memory:", "yaowang.db"])
    def test_another_address_is_refused_with_what_is_meant(self, url: str) -> None:
        with pytest.raises(ValueError, match="sqlite:///"):
            open_store(url)

    def test_an_edited_text_keeps_its_earlier_version_and_judgement(self, file: Path, store: SqlStore) -> None:
        put(store, document("1"))
        with store.write() as work:
            judge_all(work)
        put(store, document("1", text="更正。"))
        put(store, document("1", text="再次更正。"))
        connection = sqlite3.connect(file)
        rows = connection.execute(
            "SELECT version, text, assessment IS NOT NULL FROM document_versions ORDER BY version"
        ).fetchall()
        connection.close()
        assert [row[0] for row in rows] == [1, 2]
        assert rows[0][1:] == (document("1").text, 1)
        assert rows[1][1] == "更正。"

    def test_the_file_keeps_no_byte_of_a_hidden_name_once_the_store_is_closed(
        self, file: Path, store: SqlStore
    ) -> None:
        # Of Latin letters, so that rows grow and leave their places.
        name = "Ouyang Jiayi"
        of = told(title=f"{name}反映", text=f"市民{name}反映。", extras={"said": f"{name}，" * 500})
        put(store, of)
        with store.write() as work:
            work.events.save(event(title=of.title), [f"t:{name}"])
            judge_all(work, event_id="e1")
        put(store, replace(of, text=f"改过，仍说{name}。"))
        store.close()
        assert name.encode() in file.read_bytes()
        hide(store, of, name=name)
        store.close()
        assert name.encode() not in file.read_bytes()
        assert not file.with_name(f"{file.name}-wal").exists()

    def test_the_series_of_counts_is_bounded(self, file: Path, store: SqlStore) -> None:
        with store.write() as work:
            for minute in range(300):
                work.documents.put([hot_entry(minute, minute)], now=NOW)
        connection = sqlite3.connect(file)
        points = [heat for (heat,) in connection.execute("SELECT heat FROM engagement_points ORDER BY seen_at")]
        connection.close()
        assert points == list(range(60, 300))
