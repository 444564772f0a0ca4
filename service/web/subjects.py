"""What rows of the audit trail are about, by the names that people know, with the page that shows it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import quote

from service.domain.cases.file import Case
from service.domain.events.event import Event
from service.domain.topics.topic import Topic
from service.ports.store import Work
from service.web.views.acts import subject_words

__all__ = ["Subject", "subjects_of"]


@dataclass(frozen=True, slots=True)
class Subject:
    """What a row is about: words, and the address of its page; "" where it has none that is read by everybody."""

    words: str
    href: str = ""


def subjects_of(work: Work, subjects: Iterable[str], sources: Mapping[str, str]) -> dict[str, Subject]:
    """Return each subject once; what is not stored any more keeps the words that `subject_words` finds."""
    return {subject: _subject(work, subject, sources) for subject in set(subjects)}


def _subject(work: Work, subject: str, sources: Mapping[str, str]) -> Subject:
    kind, _, key = subject.partition(":")
    if kind in {"alert", "clock"}:
        return _of_alert(work, subject)
    found = None
    if kind == "event":
        found = _titled(work.events.get(key), f"/events/{key}")
    elif kind == "case":
        found = _titled(work.cases.get(key), f"/cases/{key}")
    elif kind == "topic":
        found = _titled(work.topics.get(key), f"/topics/{key}")
    elif kind == "source" and key in sources:
        found = (sources[key], f"/sources#{quote(key)}")
    elif kind == "person":
        person = work.people.get(key)
        found = (person.name, "") if person else None
    return (
        Subject(f"{subject_words(kind + ':').strip()} {found[0]}", found[1])
        if found
        else Subject(subject_words(subject))
    )


def _titled(found: Event | Case | Topic | None, href: str) -> tuple[str, str] | None:
    return (found.title, href) if found else None


def _of_alert(work: Work, subject: str) -> Subject:
    """A clock and an alert are shown by the page of their event."""
    kind, _, key = subject.partition(":")
    clock = work.clocks.get(key) if kind == "clock" else None
    alert = work.alerts.get(clock.alert_id if clock else key)
    event = work.events.get(alert.event_id) if alert else None
    if event is None:
        return Subject(subject_words(subject))
    tab = "?tab=handling" if clock else ""
    return Subject(f"{subject_words(kind + ':').strip()} {event.title}", f"/events/{event.id}{tab}")
