"""What is remembered about hosts across sources and runs: the pace, the robots rules, the stops."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

__all__ = ["HostMemory", "RobotsMemory"]

MAX_HOSTS = 4096

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

    def reserve(self, host: str, delay_seconds: float, monotonic: float) -> float:
        """Take the next start on `host` and return how many seconds to wait for it.

        Starts on one host are at least `delay_seconds` apart, whoever asks.
        """
        start = max(monotonic, self._next_start.get(host, monotonic))
        _remember(self._next_start, host, start + delay_seconds)
        return start - monotonic

    def robots(self, origin: str, now: datetime) -> RobotsMemory | None:
        """Return the rules of `origin` (scheme, host, port) if they are still valid."""
        memory = self._robots.get(origin)
        return memory if memory is not None and memory.expires_at > now else None

    def remember_robots(self, origin: str, memory: RobotsMemory) -> None:
        """Keep the rules of `origin`."""
        _remember(self._robots, origin, memory)

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
