"""Several processes that bring one PostgreSQL up to date, and what an upgrade makes of what was there."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta

import pytest
from sqlalchemy import create_engine, text

from service.ports.store import StoreBusyError, StoreUnavailableError
from service.storage import dialects
from service.storage.dialects import open_engines
from service.storage.migrations import bring_up_to_date
from service.storage.sql import migrate, open_store
from tests.contract.stored import NOW
from tests.contract.upgraded import answered_after_upgrade


def test_migrations_that_start_together_all_succeed(new_postgres_database: Callable[[], str]) -> None:
    url = new_postgres_database()
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(migrate, [url] * 4, timeout=60))
    store = open_store(url)
    assert store.check() is None
    store.close()


def test_who_comes_while_another_process_upgrades_for_long_is_told_so_and_later_finds_nothing_to_do(
    new_postgres_database: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dialects, "_POSTGRES_OPTIONS", "-c timezone=UTC -c lock_timeout=100")
    url = new_postgres_database()
    first = open_engines(url)
    with first.writer.begin() as connection:
        bring_up_to_date(connection)
        with pytest.raises(StoreBusyError, match="正在升级"):
            migrate(url)
    first.dispose()
    migrate(url)
    with closing(open_store(url)) as store:
        assert store.check() is None


def test_who_waited_for_the_upgrade_by_a_later_program_is_told_so(new_postgres_database: Callable[[], str]) -> None:
    url = new_postgres_database()
    later, onlooker = open_engines(url), create_engine(url)
    waiting = text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND database = :here")
    here = text("SELECT oid FROM pg_database WHERE datname = current_database()")
    with ThreadPoolExecutor(1) as pool:
        with later.writer.begin() as connection:
            bring_up_to_date(connection)
            connection.execute(text("UPDATE alembic_version SET version_num = 'later'"))
            earlier = pool.submit(migrate, url)
            with onlooker.connect() as looking:
                database = looking.execute(here).scalar_one()
                while not looking.execute(waiting, {"here": database}).scalar_one():
                    assert not earlier.done()
        with pytest.raises(StoreUnavailableError, match="由更新版本的程序建立"):
            earlier.result(timeout=60)
    later.dispose()
    onlooker.dispose()


def test_hours_in_which_something_was_stored_before_the_upgrade_count_as_answered(
    new_postgres_database: Callable[[], str],
) -> None:
    hour = NOW.replace(minute=0, second=0, microsecond=0)
    stored = (NOW, NOW + timedelta(minutes=10), NOW + timedelta(hours=3))
    found = answered_after_upgrade(new_postgres_database(), "0015", *stored)
    assert found == [hour, hour + timedelta(hours=3)]
