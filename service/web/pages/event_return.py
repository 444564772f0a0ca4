"""Back to an event from what was done there: to the tab where it began, or with a refusal and what was typed on that tab."""

from collections.abc import Callable
from dataclasses import dataclass

from fastapi import Request
from fastapi.responses import RedirectResponse, Response

from service.api.identity import Identity, context_of
from service.domain.alerts.alert import Alert
from service.domain.clocks.clock import Clock
from service.domain.refusal import Refusal
from service.web.pages.events import show_event
from service.web.refused import Sent, refused_by

__all__ = ["Posted"]


@dataclass(frozen=True, slots=True)
class Posted:
    """A form of an event's page as it was sent, by whom; its alert or clock is named in its address."""

    request: Request
    identity: Identity
    sent: Sent

    def on_alert(self, alert_id: str, act: Callable[[], Alert], done: str, *, tab: str = "") -> Response:
        """Do something to an alert. Raises `Refusal` where there is no such alert."""
        try:
            alert = act()
        except Refusal as refusal:
            return self.refused(alert_id, refusal, tab)
        return _back(alert.event_id, done, tab)

    def on_clock(self, alert_id: str | None, act: Callable[[], Clock], done: str) -> Response:
        """Do something to a clock of an alert. Raises `Refusal` where there is no such alert."""
        try:
            clock = act()
        except Refusal as refusal:
            return self.refused(alert_id, refusal, "handling")
        return _back(self._event_of(clock.alert_id), done, "handling")

    def refused(self, alert_id: str | None, refusal: Refusal, tab: str = "") -> Response:
        """Return the event's page with a refusal. Raises that where there is no such alert."""
        event_id = self._event_of(alert_id)
        if not event_id:
            raise refusal
        refused = refused_by(self.request, refusal, self.sent)
        return show_event(self.request, self.identity, event_id, tab or "overview", refused=refused)

    def _event_of(self, alert_id: str | None) -> str:
        with context_of(self.request).store.read() as work:
            alert = work.alerts.get(alert_id) if alert_id else None
        return alert.event_id if alert else ""


def _back(event_id: str, done: str, tab: str) -> RedirectResponse:
    # The id is looked up in the store before it gets here, so it cannot name another place.
    where = f"/events/{event_id}?" + (f"tab={tab}&" if tab else "")
    return RedirectResponse(f"{where}done={done}", status_code=303)
