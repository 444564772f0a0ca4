"""A connection to PostgreSQL that does not wait for a server that stands still.

The limits that the server keeps do not hold where the server itself has stopped: its machine hangs on a dead disk or was
frozen by its host, and its kernel goes on acknowledging what arrives. Measured with a stopped server: every page waited until
the proxy gave it up, and the roles for as long as it stood.
"""

import time
from typing import TYPE_CHECKING, Any, TypeVar

import psycopg
from psycopg.conninfo import make_conninfo

if TYPE_CHECKING:
    from psycopg.abc import PQGen

__all__ = ["WatchedConnection"]

# As long as a transaction waits for another: who lasts longer is asked about.
_PATIENCE_SECONDS = 10.0
_KNOCK_SECONDS = 5
# The server itself ends a statement half a minute earlier, unless the one process that does so stands still while others answer.
_MOST_SECONDS = 150.0

_Result = TypeVar("_Result")


class WatchedConnection(psycopg.Connection[Any]):
    """Asks, where an answer is long in coming, whether the server still takes connections; closes itself where it does not.

    So a statement may last as long as the server lets it. One whose end the server owes for half a minute is given up too: its
    process there stands still. Not so while `unlimited`. Where the pool only asks whether a connection still lives, an answer
    is not waited for: another connection does as well.
    """

    unlimited = False

    def wait(self, gen: "PQGen[_Result]", *args: Any, **options: Any) -> _Result:
        """Consume `gen` as the driver does. Raises `psycopg.OperationalError` where the server stands still."""
        return super().wait(self._watched(gen), *args, **options)

    def _watched(self, steps: "PQGen[_Result]") -> "PQGen[_Result]":
        try:
            wanted = next(steps)
            heard = asked = time.monotonic()
            while True:
                ready = yield wanted
                now = time.monotonic()
                if ready:
                    heard = asked = now
                elif now - asked >= _PATIENCE_SECONDS:
                    self._require_life(now - heard)
                    asked = time.monotonic()
                wanted = steps.send(ready)
        except StopIteration as end:
            result: _Result = end.value
            return result

    def _require_life(self, waited: float) -> None:
        # The pool asks outside of any transaction, and nothing else of the program does.
        if self.autocommit or (waited >= _MOST_SECONDS and not self.unlimited):
            self.close()
            raise psycopg.OperationalError(f"数据库服务器上处理这条语句的进程 {waited:.0f} 秒没有应答")
        info = self.info
        # Not by the ping of the driver: it lets no other thread run meanwhile, and the web role answered nobody for ten seconds.
        asked = make_conninfo(
            info.dsn, host=info.host, port=info.port, password=info.password, connect_timeout=_KNOCK_SECONDS
        )
        try:
            psycopg.connect(asked).close()
        except psycopg.errors.ConnectionTimeout:
            self.close()
            raise psycopg.OperationalError(f"数据库服务器 {waited:.0f} 秒没有应答，也不接受新的连接") from None
        except psycopg.OperationalError:
            # It answered, if only that it has no room; what becomes of the statement it tells itself.
            return
