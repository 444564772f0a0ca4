"""Signed pushes: whether a message is from its partner, fresh, new and within its rate. Pure.

A partner signs `timestamp + "." + body` with HMAC-SHA-256 under a secret of its own. What was taken is remembered by
its signature until it is too old to be taken anyway, so that nothing can be played back.
"""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

__all__ = ["MAX_PER_MINUTE", "WINDOW", "PushFault", "PushMemory", "check_signature", "remember", "sign"]

WINDOW = timedelta(minutes=5)
MAX_PER_MINUTE = 120
_LONGEST_TIMESTAMP = 11
_PREFIX = "sha256="


@dataclass(frozen=True, slots=True)
class PushFault:
    """Why a push is not taken: the HTTP status and a sentence that says what to do."""

    status: int
    sentence: str


@dataclass(frozen=True, slots=True)
class PushMemory:
    """What is remembered about one source: signatures taken in the window, with their times in seconds."""

    taken: Mapping[str, float]

    @classmethod
    def of(cls, kept: object) -> "PushMemory":
        """Read what `as_json` wrote; nothing where there is nothing."""
        return cls({str(key): float(at) for key, at in kept.items()} if isinstance(kept, dict) else {})

    def as_json(self) -> dict[str, Any]:
        """Return plain data to keep."""
        return dict(self.taken)


def sign(secret: bytes, timestamp: str, body: bytes) -> str:
    """Return the signature header of a push: `sha256=` and 64 hex digits."""
    return _PREFIX + hmac.new(secret, timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()


def check_signature(secret: bytes, *, timestamp: str, signature: str, body: bytes, now: datetime) -> PushFault | None:
    """Return why a message is not to be believed, `None` where it is; compared in constant time."""
    genuine = hmac.compare_digest(sign(secret, timestamp, body).encode(), signature.encode(errors="replace"))
    if not genuine:
        return PushFault(401, "签名不符：请用约定的密钥对“时间戳.正文”作 HMAC-SHA256，写在 X-Yaowang-Signature。")
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= _LONGEST_TIMESTAMP):
        return PushFault(401, "时间戳不符：X-Yaowang-Timestamp 应为 1970 年以来的秒数。")
    if abs(now - datetime.fromtimestamp(int(timestamp), UTC)) > WINDOW:
        return PushFault(401, "时间戳与本机时间相差超过 5 分钟：请校准时钟，重新签名后再发。")
    return None


def remember(memory: PushMemory, signature: str, now: datetime) -> PushMemory | PushFault:
    """Return the memory with this message in it, or why it is not taken: it has been before, or there were too many."""
    seconds = now.timestamp()
    # A message may be dated up to a window ahead, and is believed until a window after its date.
    # What lies further ahead was noted before the clock was set back, and would count against the partner until then.
    kept = {key: at for key, at in memory.taken.items() if abs(seconds - at) <= 2 * WINDOW.total_seconds()}
    if signature in kept:
        return PushFault(409, "这一条推送已经收到过，没有重复入库。")
    if sum(seconds - at < 60 for at in kept.values()) >= MAX_PER_MINUTE:  # noqa: PLR2004 - seconds of a minute
        return PushFault(429, f"推送过于频繁：每个信源每分钟至多 {MAX_PER_MINUTE} 次，请合并后再发。")
    return PushMemory(kept | {signature: seconds})
