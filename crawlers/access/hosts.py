"""What is remembered about hosts across sources and runs: the pace, the robots rules, the stops."""

import asyncio
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

__all__ = ["HostMemory", "RobotsMemory"]

MAX_HOSTS = 4096
_SAME_MOMENT = 1e-6

_V = TypeVar("_V")


@dataclass(frozen=True, slots=True, kw_only=True)
class RobotsMemory:
    """Robots rules of one origin: `rules` are whatever `politeness` made of the answer; valid until `expires_at`."""

    rules: Any
    expires_at: datetime


@dataclass(slots=True)
class HostMemory:
    """The shared memory of one way out, bounded to 4,096 hosts; the oldest entries are forgotten first."""

    _next_start: dict[str, float] = field(default_factory=dict)
    _robots: dict[str, RobotsMemory] = field(default_factory=dict)
    _stopped: dict[str, datetime] = field(default_factory=dict)
    _forbidden: frozenset[str] = frozenset()
    _turns: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[str, asyncio.Lock]] = field(
        default_factory=WeakKeyDictionary
    )

    def turn(self, name: str) -> asyncio.Lock:
        """Return the lock of a host (one request at a time) or an origin (one question for its robots rules).

        Crawls that overlap on one loop share it; a loop has its own, because a lock belongs to the loop that waits.
        """
        locks = self._turns.setdefault(asyncio.get_running_loop(), {})
        if name not in locks and len(locks) >= MAX_HOSTS:
            for idle in [held for held, lock in locks.items() if not lock.locked()]:
                del locks[idle]
        return locks.setdefault(name, asyncio.Lock())

    def reserve(self, host: str, delay_seconds: float, monotonic: float) -> float:
        """Take the next start on `host` and return how many seconds to wait for it.

        Starts on one host are at least `delay_seconds` apart, whoever asks.
        """
        start = max(monotonic, self._next_start.get(host, monotonic))
        _remember(self._next_start, host, start + delay_seconds)
        return start - monotonic

    def give_back(self, host: str, delay_seconds: float, start: float) -> None:
        """Undo a `reserve` of the start at `start` that nothing came of, unless others have reserved since."""
        if abs(self._next_start.get(host, 0.0) - (start + delay_seconds)) < _SAME_MOMENT:
            _remember(self._next_start, host, start)

    def started(self, host: str, delay_seconds: float, monotonic: float) -> None:
        """Note that a request really starts: a busy machine may be late, and the next one keeps its distance to that."""
        _remember(self._next_start, host, max(self._next_start.get(host, monotonic), monotonic + delay_seconds))

    def robots(self, origin: str, now: datetime) -> RobotsMemory | None:
        """Return the rules of `origin` (scheme, host, port) if they are still valid."""
        memory = self._robots.get(origin)
        return memory if memory is not None and memory.expires_at > now else None

    def remember_robots(self, origin: str, memory: RobotsMemory) -> None:
        """Keep the rules of `origin`."""
        _remember(self._robots, origin, memory)

    def forbid(self, hosts: Collection[str]) -> None:
        """Ask nothing more of exactly these hosts: what people have stopped. What is under way is still read."""
        self._forbidden = frozenset(hosts)

    def is_forbidden(self, host: str) -> bool:
        """Return whether a person has stopped `host`, or the site that it is part of."""
        return bool(self._forbidden) and any(
            host == stopped or host.endswith(f".{stopped}") for stopped in self._forbidden
        )

    def stop(self, host: str, until: datetime) -> None:
        """Leave `host` alone until `until`."""
        _remember(self._stopped, host, max(until, self._stopped.get(host, until)))

    def stopped_until(self, host: str, now: datetime) -> datetime | None:
        """Return until when `host` is to be left alone, `None` when it is not."""
        until = self._stopped.get(host)
        return until if until is not None and until > now else None


def _remember(memory: dict[str, _V], key: str, value: _V) -> None:
    memory.pop(key, None)
    memory[key] = value
    if len(memory) > MAX_HOSTS:
        del memory[next(iter(memory))]
