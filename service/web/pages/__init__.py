"""Routers of the pages, one noun a file."""

from service.web.pages import (
    acts,
    alerts,
    briefings,
    case_acts,
    cases,
    drills,
    events,
    login,
    need,
    overview,
    policies,
    search,
    sources,
    stream,
    system,
)

__all__ = ["ROUTERS"]

# The event stream before the event page, whose path would take its name for an event.
ROUTERS = (
    login.router,
    overview.router,
    stream.router,
    alerts.router,
    acts.router,
    need.router,
    events.router,
    search.router,
    cases.router,
    briefings.router,
    policies.router,
    case_acts.router,
    sources.router,
    drills.router,
    system.router,
)
