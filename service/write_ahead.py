"""Switching a SQLite file to its write-ahead log while others open the same file."""

import sqlite3
import time
from threading import Event

__all__ = ["log_ahead"]

_PAUSE_S = 0.01
# An extended error code holds the primary one in its lowest byte.
_PRIMARY = 0xFF


def log_ahead(connection: sqlite3.Connection, within_s: float) -> None:
    """Let readers and one writer of the file go on beside each other; the file keeps this, so later calls only read it.

    Raises `sqlite3.OperationalError` where the file stays locked for `within_s` seconds.

    The switch needs the file for a moment alone, and SQLite does not call its busy handler there: of four processes that
    opened a new file at once, one in fifty was told at once that the database is locked, whatever its busy_timeout.
    """
    end = time.monotonic() + within_s
    pause = Event()
    while (refusal := _switch(connection)) is not None:
        if time.monotonic() >= end:
            raise refusal
        pause.wait(_PAUSE_S)


def _switch(connection: sqlite3.Connection) -> sqlite3.OperationalError | None:
    """Return what SQLite said where another has the file, `None` where it is switched."""
    try:
        connection.execute("PRAGMA journal_mode=WAL").close()
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & _PRIMARY != sqlite3.SQLITE_BUSY:
            raise
        return error
    return None
