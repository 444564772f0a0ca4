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
        (f'{_CONNECTING}FATAL:  too many connections for database "yaowang"', "这个数据库的连接数已满"),
        (f'{_CONNECTING}FATAL:  too many connections for role "office"', "这个用户的连接数已满"),
        (
            'connection failed: connection to server on socket "/run/.s.PGSQL.5432" failed: No such file or directory',
            "连不上数据库服务器：没有在运行",
        ),
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
        (psycopg.errors.QueryCanceled, "被人取消"),
        (psycopg.errors.AdminShutdown, "连接中断"),
        (psycopg.errors.IdleSessionTimeout, "空闲太久"),
        (psycopg.errors.TooManyConnections, "请调大上限"),
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


@pytest.mark.parametrize(
    "error",
    [
        psycopg.errors.UndefinedFile('could not open file "base/5/16385": No such file or directory'),
        psycopg.errors.UndefinedFile('could not load library "/lib/dict_x.so": No such file or directory'),
        psycopg.errors.ExternalRoutineInvocationException("peer said: Connection refused"),
        psycopg.OperationalError(f'{_CONNECTING}could not open certificate file "/k.crt": No such file or directory'),
    ],
)
def test_a_file_that_is_missing_is_not_told_as_a_server_that_is_away(error: psycopg.Error) -> None:
    assert engine_words(error) == str(error)


def test_of_several_addresses_what_a_server_told_comes_before_one_that_is_silent() -> None:
    refused = 'connection to server at "192.0.2.1", port 5432 failed: Connection refused\n\tIs the server running?'
    wrong = 'connection to server at "192.0.2.2", port 5433 failed: FATAL:  password authentication failed for user "x"'
    for first, last in ((refused, wrong), (wrong, refused)):
        said = (
            f"connection failed: {last}\nMultiple connection attempts failed. All failures were:\n- {first}\n- {last}"
        )
        words = engine_words(psycopg.OperationalError(said))
        assert words == "数据库服务器（192.0.2.2:5433）拒绝登录：用户名或密码不对"


def test_a_connection_that_lay_idle_too_long_is_not_told_as_a_server_that_shuts_down() -> None:
    words = engine_words(psycopg.OperationalError("FATAL:  terminating connection due to idle-session timeout"))
    assert words == "空闲太久的连接被数据库服务器结束，自动接上"
