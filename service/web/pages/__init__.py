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
    matters,
    need,
    notices,
    overview,
    policies,
    roster,
    routing,
    search,
    silences,
    situations,
    sources,
    stream,
    system,
    topics,
)

__all__ = ["ROUTERS"]

# The event stream before the event page, whose path would take its name for an event.
ROUTERS = (
    login.router,
    overview.router,
    stream.router,
    silences.router,
    alerts.router,
    acts.router,
    need.router,
    events.router,
    search.router,
    notices.router,
    cases.router,
    case_acts.router,
    briefings.router,
    situations.router,
    policies.router,
    topics.router,
    matters.router,
    sources.router,
    drills.router,
    roster.router,
    routing.router,
    system.router,
)
