"""Where the audit chain ended when it was last looked at, noted outside of the database and sealed with the installation's key.

A chain that is cut at its end, its recorded end with it, holds to what is left. Whoever can write to the database alone
cannot take back what was noted here.
"""

import hashlib
import hmac
import json
import os
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from service.domain.audit import ChainEnd
from service.ports.store import Store

__all__ = ["AuditAnchor"]


@dataclass(frozen=True, slots=True)
class AuditAnchor:
    """The note in `path`; `key` seals it."""

    path: Path
    key: Callable[[], bytes]

    @classmethod
    def of_installation(cls, data: Path, key: Callable[[], bytes]) -> Self:
        """Return the note of this machine. No backup takes it along, as its name has a dot before it: a restored chain ends earlier."""
        return cls(data / "secrets" / ".audit_anchor", key)

    def fault(self, store: Store) -> str | None:
        """Say that the chain no longer holds what it held when it was noted, with what to do; `None` where it does or nothing is noted."""
        if not self.path.is_file():
            return None
        noted = self._noted()
        if noted is None:
            return f"审计链末的记号 {self.path} 被改动过，不能据以核对。请先保全数据库和这个文件并报告"
        with store.read() as work:
            held = work.audit.at(noted.seq)
        if held == noted:
            return None
        return (
            f"审计链缺少第 {noted.seq} 条或其内容已变：本机曾记下它，此后末尾的记录被删去或改写。请先保全数据库并报告；"
            f"如刚从备份恢复，核对后删去 {self.path}"
        )

    def move_on(self, store: Store) -> str | None:
        """Note where the chain ends now, unless what was noted is missing in it: then say that, as `fault` does, and keep the note."""
        fault = self.fault(store)
        if fault is None:
            with store.read() as work:
                head = work.audit.head()
            self._note(head)
        return fault

    def _noted(self) -> ChainEnd | None:
        with suppress(OSError, ValueError, KeyError, TypeError):
            told = json.loads(self.path.read_text())
            end = ChainEnd(seq=int(told["seq"]), hash=str(told["hash"]))
            if hmac.compare_digest(str(told["seal"]), self._seal(end)):
                return end
        return None

    def _note(self, end: ChainEnd) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        told = json.dumps({"seq": end.seq, "hash": end.hash, "seal": self._seal(end)})
        # A draft of its own, closed to others: several processes of one installation note the same.
        descriptor, draft = tempfile.mkstemp(dir=self.path.parent, prefix=f"{self.path.name}.")
        try:
            with os.fdopen(descriptor, "w") as file:
                file.write(told)
                file.flush()
                os.fsync(file.fileno())
            Path(draft).replace(self.path)
        except OSError:
            Path(draft).unlink(missing_ok=True)
            raise

    def _seal(self, end: ChainEnd) -> str:
        return hmac.new(self.key(), f"audit.anchor\x1f{end.anchor}".encode(), hashlib.sha256).hexdigest()
