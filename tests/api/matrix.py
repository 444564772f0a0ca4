"""Who may call which route: the table that the role test holds every route to."""

from collections.abc import Mapping

from service.domain.people import Role

__all__ = ["MATRIX", "PUBLIC"]

_ALL = frozenset(Role)
_HANDLE = frozenset({Role.OFFICER, Role.APPROVER, Role.ADMINISTRATOR})
_DECIDE = frozenset({Role.APPROVER, Role.ADMINISTRATOR})
_KEEP = frozenset({Role.ADMINISTRATOR})
_AUDIT = frozenset({Role.AUDITOR})

PUBLIC = frozenset({"GET /login", "POST /login", "GET /healthz", "GET /readyz", "POST /api/push/{source_id}"})
"""Routes that answer without a session; a push is believed by its signature."""

MATRIX: Mapping[str, frozenset[Role]] = {
    "GET /": _ALL,
    "GET /fragments/now": _ALL,
    "GET /fragments/alerts": _ALL,
    "GET /events/stream": _ALL,
    "POST /logout": _ALL,
    "GET /password": _ALL,
    "POST /password": _ALL,
    "GET /out": _ALL,
    "GET /alerts": _ALL,
    "POST /alerts/acknowledge": _HANDLE,
    "POST /alerts/{alert_id}/acknowledge": _HANDLE,
    "POST /alerts/{alert_id}/assign": _HANDLE,
    "POST /alerts/{alert_id}/answered": _HANDLE,
    "POST /alerts/{alert_id}/close": _DECIDE,
    "POST /alerts/{alert_id}/reopen": _DECIDE,
    "POST /alerts/{alert_id}/level": _DECIDE,
    "POST /alerts/{alert_id}/grade": _DECIDE,
    "POST /alerts/{alert_id}/need": _DECIDE,
    "POST /clocks/{clock_id}/{act}": _DECIDE,
    "POST /duties/{clock_id}/meet": _HANDLE,
    "GET /events": _ALL,
    "GET /events/{event_id}": _ALL,
    "GET /search": _ALL,
    "GET /cases": _ALL,
    "GET /cases/{case_id}": _ALL,
    "GET /cases/{case_id}/archive": _HANDLE,
    "POST /cases/{case_id}/{act}": _HANDLE,
    "POST /alerts/{alert_id}/case": _HANDLE,
    "GET /briefings": _ALL,
    "POST /briefings": _HANDLE,
    "GET /briefings/{name}": _ALL,
    "GET /policies": _ALL,
    "GET /policies/{stem}": _ALL,
    "GET /policies/ledger.{suffix}": _ALL,
    "GET /policies/entries/{subject}": _ALL,
    "POST /policies/entries/{subject}": _KEEP,
    "POST /policies/{stem}/link": _HANDLE,
    "GET /topics": _ALL,
    "POST /topics": _HANDLE,
    "GET /topics/{topic_id}": _ALL,
    "GET /topics/{topic_id}/questions.xlsx": _ALL,
    "POST /topics/{topic_id}/settings": _HANDLE,
    "POST /topics/{topic_id}/close": _HANDLE,
    "POST /topics/{topic_id}/sheet": _HANDLE,
    "POST /topics/{topic_id}/sheet/{version}/sign": _DECIDE,
    "GET /matters": _ALL,
    "GET /matters/frequent": _ALL,
    "POST /matters/frequent/{subject_id}": _DECIDE,
    "POST /matters/disclosures/{disclosure_id}/published": _HANDLE,
    "GET /matters/import": _HANDLE,
    "POST /matters/import": _HANDLE,
    "GET /matters/{matter_id}": _ALL,
    "POST /matters/{matter_id}/{act}": _HANDLE,
    "POST /matters/{matter_id}/clocks/{rule_id}/extend": _DECIDE,
    "POST /matters/{matter_id}/clocks/{rule_id}/start": _DECIDE,
    "POST /matters/{matter_id}/events/{event_id}": _HANDLE,
    "GET /sources": _ALL,
    "POST /sources/{source_id}/switch": _KEEP,
    "POST /sources/hosts/stop": _KEEP,
    "POST /sources/hosts/resume": _KEEP,
    "GET /import": _HANDLE,
    "POST /import": _HANDLE,
    "GET /drills": _ALL,
    "POST /drills": _KEEP,
    "GET /drills/mail": _ALL,
    "GET /drills/{drill_id}": _ALL,
    "GET /system": _KEEP | _AUDIT,
    "POST /system/people": _KEEP,
    "POST /system/people/{person_id}": _KEEP,
    "POST /system/people/{person_id}/password": _KEEP,
    "POST /system/duty": _KEEP,
    "GET /api/alerts": _ALL,
    "GET /api/alerts/{alert_id}": _ALL,
    "GET /api/events": _ALL,
    "GET /api/events/{event_id}": _ALL,
    "GET /api/search": _ALL,
    "GET /api/sources": _ALL,
    "GET /api/audit": _AUDIT,
    "GET /api/health": _ALL,
}
