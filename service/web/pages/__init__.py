"""Routers of the pages, one noun a file."""

from service.web.pages import alerts, events, login, overview, stream

ROUTERS = (login.router, overview.router, stream.router, alerts.router, events.router)
