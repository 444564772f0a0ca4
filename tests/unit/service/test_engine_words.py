import sqlite3

import psycopg
import pytest

from service.storage.engine_words import engine_words

_CONNECTING = 'connection failed: connection to server at "192.0.2.1", port 5432 failed: '


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (f"{_CONNECTING}Connection refused\n\tIs the server running?", "连不上数据库服务器（192.0.2.1:5432）"),
        (f"{_CONNECTING}No route to host", "网络不通"),
        ("failed to resolve host 'db.invalid': [Errno -2] Name or service not known", "找不到数据库服务器"),
        (f"{_CONNECTING}FATAL:  sorry, too many clients already", "连接数已满"),
        (
            f"{_CONNECTING}FATAL:  remaining connection slots are reserved for roles with the SUPERUSER attribute",
            "连接数已满",
        ),
        (f'{_CONNECTING}FATAL:  too many connections for database "yaowang"', "连接数已满"),
        (f"{_CONNECTING}FATAL:  the database system is starting up", "正在关闭、启动或恢复"),
        (f"{_CONNECTING}FATAL:  the database system is in recovery mode", "正在关闭、启动或恢复"),
        (f'{_CONNECTING}FATAL:  password authentication failed for user "office"', "用户名或密码不对"),
        (f'{_CONNECTING}FATAL:  database "yaowang" does not exist', "没有这个数据库"),
        (f'{_CONNECTING}FATAL:  role "office" does not exist', "没有这个用户"),
        (f'{_CONNECTING}FATAL:  no pg_hba.conf entry for host "192.0.2.7"', "pg_hba.conf"),
        (
            'connection to server at "db.invalid" (192.0.2.1), port 5432 failed: timeout expired',
            "数据库服务器（db.invalid:5432）没有应答",
        ),
        ("consuming input failed: server closed the connection unexpectedly\n\tThis probably means", "连接中断"),
    ],
)
def test_why_no_connection_came_about_is_said_in_chinese_with_the_place(said: str, told: str) -> None:
    words = engine_words(psycopg.OperationalError(said))
    assert told in words
    assert "\n" not in words
    assert "FATAL" not in words


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (psycopg.errors.LockNotAvailable, "等待超时"),
        (psycopg.errors.DeadlockDetected, "互相等待"),
        (psycopg.errors.SerializationFailure, "同时改了"),
        (psycopg.errors.QueryCanceled, "超过时限"),
        (psycopg.errors.DiskFull, "磁盘已满"),
        (psycopg.errors.AdminShutdown, "连接中断"),
    ],
)
def test_why_a_server_ended_a_statement_is_said_in_chinese_whatever_its_language(
    error: type[psycopg.Error], told: str
) -> None:
    assert told in engine_words(error("in the words of the server"))


def test_what_nobody_foresaw_stays_in_its_own_words_on_one_line() -> None:
    assert engine_words(psycopg.OperationalError("something else\nand more")) == "something else"
    assert engine_words(sqlite3.OperationalError("Connection refused")) == "Connection refused"
    assert engine_words(psycopg.OperationalError("")) == "OperationalError"
