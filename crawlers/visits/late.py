"""Pages that were listed and could not be had yet: remembered with what their list said, asked for again less and less often. Pure."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from crawlers.lists.listed import Listed
from crawlers.personal_data import mask_personal_data
from crawlers.records import DatePrecision

__all__ = ["DAILY", "MOST_LATE", "MOST_WAITS", "TOLD_AFTER", "LatePage", "due_after", "late_pages_from", "put_off"]

MOST_LATE = 200
"""So many pages of a source are remembered to be asked for again, and as many that were given up: the newest."""

TOLD_AFTER = 3
"""After so many tries without an answer what the list says of a page is stored, so that its title at least is judged."""

# The first tries come with the next visits; then an outage of a night, a weekend or a week is waited for, 14 tries in all.
_WAITS = (None, None, *(timedelta(hours=hours) for hours in (1, 2, 4, 8, 16, 24, 24, 24, 24, 24, 24)))
MOST_WAITS = len(_WAITS)
"""So often what does not answer is put off; the next failure is the last."""

_SUMMARY = 500
DAILY = 7
"""From so many failures on the waits are a day each: what a host refuses is put there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LatePage:
    """A page that is still to be had: its record, how often nothing answered and since when, why, and not before when it is asked for."""

    record: Listed
    failures: int = 0
    why: str = ""
    since: datetime | None = None
    due_at: datetime | None = None

    def is_due(self, now: datetime) -> bool:
        """Return whether it may be asked for."""
        return self.due_at is None or self.due_at <= now

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON values, for the memory of a crawl, without personal data: what a list says passed no gate yet."""
        at = self.record.published_at
        return {name: _masked(getattr(self.record, name)) for name in _PLAIN} | {
            **{name: getattr(self.record, name) for name in _NAMES},
            "summary": mask_personal_data(self.record.summary, landlines=True)[:_SUMMARY],
            "published_at": at.isoformat() if at else None,
            "precision": self.record.precision.value,
            "failures": self.failures,
            "why": self.why,
            "since": self.since.isoformat() if self.since else None,
            "due_at": self.due_at.isoformat() if self.due_at else None,
        }

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> "LatePage":
        """Return what `to_json` wrote.

        Raises:
            KeyError, ValueError, TypeError: it is something else.
        """
        at, due, since = values["published_at"], values["due_at"], values["since"]
        record = Listed(
            **{name: values[name] for name in (*_NAMES, *_PLAIN)},
            summary=values["summary"],
            published_at=datetime.fromisoformat(at) if at else None,
            precision=DatePrecision(values["precision"]),
        )
        return cls(
            record=record,
            failures=int(values["failures"]),
            why=str(values["why"]),
            since=datetime.fromisoformat(since) if since else None,
            due_at=datetime.fromisoformat(due) if due else None,
        )


_NAMES = ("native_id", "url")
_PLAIN = ("title", "origin", "facts")


def _masked(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _masked(inner) for name, inner in value.items()}
    return mask_personal_data(value, landlines=True) if isinstance(value, str) else value


def late_pages_from(remembered: object) -> dict[str, LatePage]:
    """Return the pages of a source's memory by native id; what is no page is left out."""
    found: dict[str, LatePage] = {}
    for values in remembered if isinstance(remembered, list | tuple) else ():
        with suppress(KeyError, ValueError, TypeError):
            one = LatePage.from_json(values)
            found[one.record.native_id] = one
    return found


def put_off(page: LatePage, now: datetime, *, why: str, for_a_day: bool = False) -> LatePage | None:
    """Return the page after one more try without an answer, `None` once a week of tries is over.

    Put off `for_a_day`, it is asked for once a day from now on.
    """
    if page.failures >= MOST_WAITS:
        return None
    if for_a_day:
        page = replace(page, failures=max(page.failures, DAILY))
    return replace(
        page,
        failures=page.failures + 1,
        why=why[:300],
        since=page.since or now,
        due_at=due_after(page.failures + 1, now),
    )


def due_after(failures: int, now: datetime) -> datetime | None:
    """Return not before when something is asked for again that did not answer so often, `None` where the next visit may."""
    wait = _WAITS[failures - 1]
    return None if wait is None else now + wait
