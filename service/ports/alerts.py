"""Raised alerts and their clocks."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from service.domain.alerts.alert import Alert
from service.domain.clocks.clock import Clock

__all__ = ["EVERY_ALERT", "NOBODY", "Alerts", "AlertsAmong", "Clocks"]

NOBODY = "-"


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertsAmong:
    """Which alerts are meant: an owner's (`NOBODY` for those without one), of a category of their event, of a place.

    `region` is how the code of one of the event's places begins.
    """

    owner: str | None = None
    category: str | None = None
    region: str | None = None


EVERY_ALERT = AlertsAmong()


class Alerts(Protocol):
    """Raised alerts."""

    def get(self, alert_id: str) -> Alert | None:
        """Return the alert, or `None`."""
        ...

    def hold(self, alert_id: str) -> Alert | None:
        """Return the alert, or `None`; nobody else can change it until commit. Only where the transaction may write."""
        ...

    def of_event(self, event_id: str) -> Alert | None:
        """Return the event's alert, the latest raised where there are several, or `None`."""
        ...

    def of_events(self, event_ids: Sequence[str], *, hold: bool = False) -> dict[str, Alert]:
        """Return the alert of each event that has one, by the event's id; `hold` as `hold` does."""
        ...

    def save(self, alert: Alert) -> None:
        """Insert or replace."""
        ...

    def save_all(self, alerts: Sequence[Alert]) -> None:
        """Insert or replace several; none twice."""
        ...

    def open(self, *, limit: int = 500, after: Alert | None = None) -> list[Alert]:
        """Return alerts that are not closed, gravest level first, then the longest waiting; those that come `after` one, where it is given."""
        ...

    def listing(
        self,
        *,
        since: datetime | None = None,
        until: datetime | None = None,
        changed_since: datetime | None = None,
        state: str | None = None,
        level: str | None = None,
        meant: AlertsAmong = EVERY_ALERT,
        limit: int = 200,
        offset: int = 0,
    ) -> list[Alert]:
        """Return alerts raised in `since` ≤ time < `until`, newest first."""
        ...

    def count(self, *, state: str, level: str | None = None, meant: AlertsAmong = EVERY_ALERT) -> int:
        """Return how many alerts `listing` has with these filters."""
        ...

    def owners(self, *, state: str) -> list[str]:
        """Return whose the alerts of a state are, in order of name; those of nobody are left out."""
        ...

    def revision(self) -> int:
        """Return a number that grows with every change to an alert or clock, for live updates."""
        ...


class Clocks(Protocol):
    """Proposed and running clocks."""

    def save(self, clock: Clock) -> None:
        """Insert or replace."""
        ...

    def save_all(self, clocks: Sequence[Clock]) -> None:
        """Insert or replace several; none twice."""
        ...

    def get(self, clock_id: str) -> Clock | None:
        """Return the clock, or `None`."""
        ...

    def of_alerts(self, alert_ids: Sequence[str]) -> dict[str, list[Clock]]:
        """Return each alert's clocks, soonest due first."""
        ...

    def running(self) -> list[Clock]:
        """Return armed clocks, soonest due first, and proposed ones."""
        ...
