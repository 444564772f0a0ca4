"""The servers that the other contract tests run on are real, reachable and of the promised version."""

import json
import urllib.request
from collections.abc import Callable

import sqlalchemy


def test_postgres_database_is_empty_and_utf8(postgres_database: str) -> None:
    engine = sqlalchemy.create_engine(postgres_database, poolclass=sqlalchemy.NullPool)
    with engine.connect() as connection:
        assert connection.execute(sqlalchemy.text("SHOW server_encoding")).scalar_one() == "UTF8"
        assert sqlalchemy.inspect(connection).get_table_names() == []


def test_each_postgres_database_is_another_one(new_postgres_database: Callable[[], str]) -> None:
    assert new_postgres_database() != new_postgres_database()


def test_elasticsearch_is_version_8_19(elasticsearch_url: str) -> None:
    with urllib.request.urlopen(elasticsearch_url, timeout=5) as answer:
        assert json.load(answer)["version"]["number"].startswith("8.19.")
