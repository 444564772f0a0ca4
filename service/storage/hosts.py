"""Leases on hosts and the kill switch."""

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, select, update

from service.ports.fetching import HostStop
from service.storage.among import among
from service.storage.columns import Moment
from service.storage.dialects import lock, upsert
from service.storage.leases import LEASES_AHEAD
from service.storage.rows import records, values_of
from service.storage.schema import host_leases, host_stops

__all__ = ["SqlHosts"]

_LEASES = select(host_leases).where(among(host_leases.c.host, "hosts"))
_RELEASE = (
    update(host_leases)
    .where(host_leases.c.host == bindparam("held_host"), host_leases.c.fence == bindparam("held_fence"))
    .values(until=bindparam("free_at", type_=Moment), holder="")
)


class SqlHosts:
    """`service.ports.fetching.Hosts` within one transaction."""

    def __init__(self, connection: Connection) -> None:
        """Work inside `connection`'s transaction."""
        self._connection = connection

    def claim(self, hosts: Collection[str], *, holder: str, now: datetime, until: datetime) -> dict[str, int]:
        """Hold those of `hosts` that nobody else holds at `now`; one process at a time asks."""
        if not hosts:
            return {}
        lock(self._connection, "hosts")
        known = {row.host: row for row in self._connection.execute(_LEASES, {"hosts": sorted(hosts)})}
        fences: dict[str, int] = {}
        for host in sorted(hosts):
            row = known.get(host)
            if row is None:
                fences[host] = 1
            elif row.holder == holder:
                fences[host] = row.fence
            elif row.until <= now or row.until > now + LEASES_AHEAD * (until - now):
                fences[host] = row.fence + 1
        rows = [{"host": host, "holder": holder, "fence": fence, "until": until} for host, fence in fences.items()]
        upsert(self._connection, host_leases, rows, keys=("host",))
        return fences

    def release(self, fences: Mapping[str, int], *, free_at: datetime) -> None:
        """Let go of hosts held under these fences."""
        if fences:
            rows = [{"held_host": host, "held_fence": fences[host], "free_at": free_at} for host in sorted(fences)]
            self._connection.execute(_RELEASE, rows)

    def is_held(self, host: str, fence: int) -> bool:
        """Return whether nobody has taken the host since it was claimed under `fence`."""
        statement = select(host_leases.c.fence).where(host_leases.c.host == host)
        return self._connection.scalar(statement) == fence

    def stop(self, stop: HostStop) -> None:
        """Stop a host; a second stop replaces the reason."""
        upsert(self._connection, host_stops, [values_of(stop, host_stops)], keys=("host",))

    def resume(self, host: str) -> bool:
        """Let a host go again; false where it was not stopped."""
        return self._connection.execute(delete(host_stops).where(host_stops.c.host == host)).rowcount > 0

    def stopped(self) -> dict[str, HostStop]:
        """Return the stopped hosts by name."""
        return {stop.host: stop for stop in records(self._connection, HostStop, select(host_stops))}
