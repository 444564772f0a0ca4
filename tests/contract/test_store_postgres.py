import os
import signal
import socket
import threading
import traceback
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from service.cli.opening import opened as opened_by_a_command
from service.domain.refusal import Refusal
from service.ports.store import StoreBusyError, StoreUnavailableError
from service.storage import watched
from service.storage.dialects import STATEMENT_SECONDS, open_engines
from service.storage.migrations import bring_up_to_date
from service.storage.schema import metadata
from service.storage.sql import SqlStore, SqlWork, migrate, open_store
from tests.contract.emptied import empty
from tests.contract.still import WayThatStandsStill, way_that_stands_still
from tests.contract.store import StoreContract
from tests.contract.store_cases import WRITTEN_ONCE, opened
from tests.contract.stored import AUTHOR_KEY, LEASE, NOW, document, put


@pytest.fixture(scope="module")
def migrated(postgres_database: str) -> str:
    migrate(postgres_database)
    return postgres_database


@pytest.fixture(scope="module")
def superuser(migrated: str) -> Iterator[Engine]:
    """A way in that may do what the store must not."""
    engine = create_engine(migrated)
    yield engine
    engine.dispose()


@pytest.fixture
def store(migrated: str, superuser: Engine) -> Iterator[SqlStore]:
    empty(superuser)
    opened = open_store(migrated, author_key=lambda: AUTHOR_KEY)
    yield opened
    opened.close()


class TestPostgresStore(StoreContract):
    pass


class TestPostgresDatabase:
    def test_the_migrations_build_what_the_tables_say(self, superuser: Engine, store: SqlStore) -> None:
        assert store.check() is None
        with superuser.connect() as connection:
            context = MigrationContext.configure(connection, opts={"compare_type": True})
            assert compare_metadata(context, metadata) == []

    @pytest.mark.parametrize(
        "statement",
        [
            "INSERT INTO counters (name, value) VALUES (:told, 1), (:told, 2)",
            "INSERT INTO quarantine (stage, detail) VALUES ('gate', :told)",
        ],
        ids=["a value that is there", "a row that lacks one"],
    )
    def test_what_the_server_refused_stands_in_no_log(self, migrated: str, statement: str) -> None:
        number, writer = "138" + "0" * 8, open_engines(migrated).writer
        with writer.connect() as connection, pytest.raises(IntegrityError) as raised:
            connection.execute(text(statement), {"told": number})
        writer.dispose()
        logged = "".join(traceback.format_exception(raised.value))
        assert "violates" in logged
        assert number not in logged

    def test_its_clock_is_that_of_the_server(self, store: SqlStore) -> None:
        told = store.engine_time()
        assert told is not None
        assert abs(datetime.now(UTC) - told) < timedelta(seconds=60)

    def test_every_process_on_it_goes_by_its_clock(
        self, migrated: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("YAOWANG_STORE_URL", migrated)
        monkeypatch.setattr(SqlStore, "engine_time", lambda _: NOW)
        with opened_by_a_command(tmp_path / "one") as one, opened_by_a_command(tmp_path / "two") as two:
            assert abs(one.now() - two.now()) < timedelta(seconds=60)
            assert abs(one.now() - NOW) < timedelta(seconds=60)

    def test_a_server_that_takes_no_writing_is_told_by_every_writer_and_by_the_check(
        self, migrated: str, superuser: Engine
    ) -> None:
        database = f'"{superuser.url.database}"'
        try:
            with superuser.begin() as connection:
                connection.execute(text(f"ALTER DATABASE {database} SET default_transaction_read_only = on"))
            with closing(open_store(migrated)) as standby:
                with pytest.raises(StoreUnavailableError, match="只能读") as caught, standby.write() as work:
                    work.set_value("anything", 1)
                assert standby.check() == str(caught.value)
                with standby.read() as work:
                    assert work.value("anything") is None
        finally:
            with superuser.begin() as connection:
                connection.execute(text("SET TRANSACTION READ WRITE"))
                connection.execute(text(f"ALTER DATABASE {database} RESET default_transaction_read_only"))

    def test_of_two_that_wait_for_each_other_one_is_told_that_the_store_is_busy_and_the_other_goes_on(
        self, store: SqlStore
    ) -> None:
        both = threading.Barrier(2, timeout=30)

        def lock_both(first: str, second: str) -> str:
            try:
                with store.write() as work:
                    work.alone(first)
                    both.wait()
                    work.alone(second)
                    work.set_value("passed", first)
            except StoreBusyError:
                return "busy"
            return first

        with ThreadPoolExecutor(2) as pool:
            ended = list(pool.map(lock_both, ("left", "right"), ("right", "left"), timeout=60))
        [passed] = [one for one in ended if one != "busy"]
        with store.read() as work:
            assert work.value("passed") == passed

    def test_transactions_are_isolated_as_the_program_expects_whatever_the_server_was_set_to(
        self, migrated: str, superuser: Engine
    ) -> None:
        database, asked = superuser.url.database, text("SHOW transaction_isolation")
        setting = f"ALTER DATABASE {database}" + " {} default_transaction_isolation"
        engines = open_engines(migrated)
        try:
            with superuser.begin() as connection:
                connection.execute(text(setting.format("SET") + " = 'serializable'"))
            with engines.writer.begin() as writing, engines.reader.begin() as reading:
                assert writing.execute(asked).scalar_one() == "read committed"
                assert reading.execute(asked).scalar_one() == "repeatable read"
        finally:
            with superuser.begin() as connection:
                connection.execute(text(setting.format("RESET")))
            engines.dispose()

    def test_what_was_stored_outlives_a_crash_of_a_server_that_was_set_to_commit_before_it_has_written(
        self, migrated: str, superuser: Engine
    ) -> None:
        asked, setting = text("SHOW synchronous_commit"), f"ALTER DATABASE {superuser.url.database}"
        engines = open_engines(migrated)
        try:
            with superuser.begin() as connection:
                connection.execute(text(f"{setting} SET synchronous_commit = off"))
            with engines.writer.begin() as writing:
                assert writing.execute(asked).scalar_one() == "on"
        finally:
            with superuser.begin() as connection:
                connection.execute(text(f"{setting} RESET synchronous_commit"))
            engines.dispose()

    def test_a_server_that_went_without_a_word_is_noticed_within_a_minute(self, migrated: str) -> None:
        engines = open_engines(migrated)
        with engines.writer.connect() as connection:
            driver = connection.connection.driver_connection
            assert driver is not None
            with socket.socket(fileno=os.dup(driver.fileno())) as wire:
                silent = [
                    wire.getsockopt(socket.IPPROTO_TCP, option)
                    for option in (socket.TCP_KEEPIDLE, socket.TCP_KEEPINTVL, socket.TCP_KEEPCNT)
                ]
                assert wire.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
                assert silent[0] + silent[1] * silent[2] <= 60
                assert 0 < wire.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) <= 60_000
        engines.dispose()

    def test_a_server_that_stands_still_is_given_up_and_used_again_once_it_goes_on(
        self, superuser: Engine, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(watched, "_PATIENCE_SECONDS", 0.2)
        # The least that the driver knows.
        monkeypatch.setattr(watched, "_KNOCK_SECONDS", 2)

        def stand_still(store: SqlStore, way: WayThatStandsStill) -> None:
            with store.write() as work:
                work.set_value("stood still", 1)
                way.stands.set()
                work.set_value("stood still", 2)

        with way_that_stands_still(str(superuser.url.host), int(superuser.url.port or 0)) as way:
            url = superuser.url.set(host="127.0.0.1", port=way.port).render_as_string(hide_password=False)
            with closing(open_store(url)) as store:
                with pytest.raises(StoreUnavailableError, match="没有应答"):
                    stand_still(store, way)
                way.stands.clear()
                with store.write() as work:
                    assert work.value("stood still") is None

    def test_a_process_of_the_server_that_stands_still_alone_is_given_up_while_others_answer(
        self, store: SqlStore, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        assert watched._MOST_SECONDS > STATEMENT_SECONDS
        monkeypatch.setattr(watched, "_PATIENCE_SECONDS", 0.2)
        monkeypatch.setattr(watched, "_MOST_SECONDS", 1.0)
        stopped: list[int] = []

        def work_on() -> None:
            with store.write() as work:
                work.set_value("stood still", 1)
                assert isinstance(work, SqlWork)
                stopped.append(work._connection.connection.driver_connection.info.backend_pid)  # type: ignore[union-attr]
                os.kill(stopped[0], signal.SIGSTOP)
                work.set_value("stood still", 2)

        try:
            with pytest.raises(StoreUnavailableError, match="进程 1 秒没有应答"):
                work_on()
            with store.write() as work:
                assert work.value("stood still") is None
        finally:
            for pid in stopped:
                os.kill(pid, signal.SIGCONT)

    def test_a_connection_whose_process_stands_still_is_replaced_before_it_is_used(
        self, store: SqlStore, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(watched, "_PATIENCE_SECONDS", 0.2)
        monkeypatch.setattr(watched, "_MOST_SECONDS", float("inf"))
        with store.write() as work:
            assert isinstance(work, SqlWork)
            pid = int(work._connection.scalar(text("SELECT pg_backend_pid()")))

        def work_on() -> None:
            with store.write() as work:
                work.set_value("went on", 1)

        os.kill(pid, signal.SIGSTOP)
        try:
            with ThreadPoolExecutor(1) as pool:
                # Where the one that stands still is waited for, only this ends the waiting.
                let_go = threading.Timer(90, os.kill, (pid, signal.SIGCONT))
                let_go.start()
                pool.submit(work_on).result()
                assert not let_go.finished.is_set()
                let_go.cancel()
        finally:
            os.kill(pid, signal.SIGCONT)

    def test_a_statement_may_last_on_a_server_that_lives(self, migrated: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(watched, "_PATIENCE_SECONDS", 0.0)
        engines = open_engines(migrated)
        with engines.writer.connect() as connection:
            assert connection.execute(text("SELECT 7 FROM pg_sleep(0.5)")).scalar_one() == 7
        engines.dispose()

    def test_migrating_twice_changes_nothing(self, migrated: str, store: SqlStore) -> None:
        put(store, document("1"))
        migrate(migrated)
        with store.read() as work:
            assert work.documents.count() == 1

    def test_a_step_over_years_of_documents_may_last_longer_than_a_statement_of_a_page(
        self, migrated: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(watched, "_PATIENCE_SECONDS", 0.0)
        monkeypatch.setattr(watched, "_MOST_SECONDS", 0.2)
        engines, asked, long = open_engines(migrated), text("SHOW statement_timeout"), text("SELECT pg_sleep(1)")
        with engines.writer.begin() as connection:
            bring_up_to_date(connection)
            assert connection.execute(asked).scalar_one() == "0"
            connection.execute(long)
        with engines.writer.begin() as connection:
            assert connection.execute(asked).scalar_one() == "2min"
        with pytest.raises(DBAPIError, match="没有应答"), engines.writer.begin() as connection:
            connection.execute(long)
        engines.dispose()

    def test_why_a_server_gave_a_transaction_up_is_said_in_chinese_and_the_next_one_is_stored(
        self, superuser: Engine, store: SqlStore
    ) -> None:
        others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid = {}"

        def cut() -> None:
            with store.write() as work:
                assert isinstance(work, SqlWork)
                pid = work._connection.scalar(text("SELECT pg_backend_pid()"))
                with superuser.begin() as connection:
                    connection.execute(text(others.format(pid)))
                work.set_value("cut off", 1)

        def too_long() -> None:
            with store.write() as work:
                assert isinstance(work, SqlWork)
                work._connection.execute(text("SET LOCAL statement_timeout = 1"))
                work._connection.execute(text("SELECT pg_sleep(60)"))

        with pytest.raises(StoreUnavailableError, match="连接中断"):
            cut()
        with pytest.raises(StoreUnavailableError, match="超过时限"):
            too_long()
        with store.write() as work:
            assert work.value("cut off") is None
            work.set_value("cut off", 2)

    @pytest.mark.parametrize("act", ["UPDATE audit SET actor = 'x'", "DELETE FROM audit", "TRUNCATE audit"])
    def test_the_database_refuses_to_change_what_was_done(self, superuser: Engine, store: SqlStore, act: str) -> None:
        with store.write() as work:
            work.audit.append(actor="p1", action="do", subject="s", detail={}, now=NOW)
        with pytest.raises(DBAPIError, match="never changed"), superuser.begin() as connection:
            connection.execute(text(act))

    @pytest.mark.parametrize("act", ["UPDATE {} SET case_id = 'x'", "DELETE FROM {}"])
    @pytest.mark.parametrize("table", sorted(WRITTEN_ONCE))
    def test_the_database_refuses_to_change_what_was_written_of_a_case(
        self, superuser: Engine, store: SqlStore, table: str, act: str
    ) -> None:
        opened(store, WRITTEN_ONCE[table]())
        with pytest.raises(DBAPIError, match="never changed"), superuser.begin() as connection:
            connection.execute(text(act.format(table)))

    @pytest.mark.parametrize("given", ["药\x00店", "%\x00"])
    def test_what_the_engine_cannot_take_is_refused_in_a_sentence(self, store: SqlStore, given: str) -> None:
        with pytest.raises(Refusal, match="不能保存的字符"), store.read() as work:
            work.topics.get(given)
        with pytest.raises(Refusal, match="超出范围"), store.read() as work:
            work.documents.listing(limit=1, before_seq=10**30)

    def test_a_chain_changed_behind_the_triggers_is_seen(self, superuser: Engine, store: SqlStore) -> None:
        with store.write() as work:
            for number in range(4):
                work.audit.append(actor="p1", action="do", subject="s", detail={"n": number}, now=NOW)
        with superuser.begin() as connection:
            connection.execute(text("ALTER TABLE audit DISABLE TRIGGER USER"))
            connection.execute(text("UPDATE audit SET subject = 'other' WHERE seq = 3"))
        with store.read() as work:
            assert work.audit.verify() == 3

    def test_a_claim_skips_what_another_transaction_is_claiming(self, store: SqlStore) -> None:
        put(store, document("1"), document("2"))
        with store.write() as first:
            [held] = first.documents.claim(limit=1, lease=LEASE, now=NOW)
            with store.write() as second:
                [other] = second.documents.claim(limit=1, lease=LEASE, now=NOW)
        assert (held.document.native_id, other.document.native_id) == ("1", "2")

    def test_a_server_that_is_not_there_is_said(self) -> None:
        store = open_store("postgresql+psycopg://yaowang@127.0.0.1:1/none")
        sentence = store.check()
        assert sentence is not None
        assert "数据库" in sentence
        with pytest.raises(StoreUnavailableError), store.read():
            pass
        store.close()
