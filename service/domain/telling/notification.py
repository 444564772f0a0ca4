"""The subject under which people are told of an alert, and the hours in which nobody is told of blue."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time

from analysis.assessment import EntityType
from analysis.harm.counts import people_counts
from analysis.text import normalise
from service.domain.alerts.alert import Alert
from service.domain.beijing import BEIJING, beijing, duration
from service.domain.clocks.clock import Clock, ClockState, limit_words
from service.domain.events.event import Event
from service.domain.events.headline import dead_in
from service.domain.events.toll import toll_of
from service.domain.places import place_beside

__all__ = ["DRILL", "LONGEST_SUBJECT", "TAIL", "QuietHours", "clean", "due_again", "fitted", "harmless", "subject"]

DRILL = "【演练】"
"""What the subject of every mail of a drill begins with."""

LONGEST_SUBJECT = 120
"""Characters of a subject; longer ones are cut in the title, never in the deadline."""

TAIL = re.compile(r"｜[^｜]{1,40}(?:到期|已超时[^｜]{1,20})$")
"""The deadline at the end of a subject."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QuietHours:
    """Hours in Beijing in which nobody is told of blue; every other level is told at any hour."""

    begins: time = time(22)
    ends: time = time(7)

    def cover(self, now: datetime) -> bool:
        """Tell whether `now` lies in the quiet hours, which may run over midnight."""
        clock = now.astimezone(BEIJING).time()
        if self.begins <= self.ends:
            return self.begins <= clock < self.ends
        return clock >= self.begins or clock < self.ends


def subject(
    alert: Alert, clocks: Sequence[Clock], *, drill: bool, now: datetime, event: Event | None = None, mark: str = ""
) -> str:
    """Return the subject of a mail: level, state, what kind of reminder it is, what the title leaves open of the place, title and the next deadline, on one line of at most 120 characters. A title that claims fewer dead than are told by now, or none, is followed by how many, one that counts others than a person has corrected by those.

    A drill's subject starts with `DRILL`. Control, direction and line-breaking characters become blanks.
    """
    head = f"{DRILL if drill else ''}[{alert.level.word}·{alert.state.word}{f'·{mark}' if mark else ''}] "
    tail = _more_dead(event, alert.title) + _deadline(clocks, now)
    return fitted(harmless(_place(event, alert.title) + alert.title), head=head, tail=tail)


def fitted(title: str, *, head: str = "", tail: str = "") -> str:
    """Return head, title and tail as one subject; what is longer than `LONGEST_SUBJECT` is cut at the end of the title."""
    room = LONGEST_SUBJECT - len(head) - len(tail)
    return head + (title if len(title) <= room else title[: room - 1] + "…") + tail


def due_again(subject: str, clocks: Sequence[Clock], now: datetime) -> str:
    """Return the subject of a mail that comes late with the deadline as it is at `now`.

    That of its first day names the hour alone: the next morning `17:13 到期` of yesterday would be read as today's.
    """
    tail = TAIL.search(subject)
    if tail is None:
        return subject
    return fitted(subject[: tail.start()], tail=_deadline(clocks, now))


def _more_dead(event: Event | None, title: str) -> str:
    if event is None:
        return ""
    toll, claimed = toll_of(event, "deaths"), dead_in(title)
    if corrected := _corrected(event, title, claimed):
        return corrected
    if toll and (toll.by or event.facts.get("death_refuted")):
        return ""
    return f"（{'现' if claimed else ''}称死亡{toll.words}人）" if toll and claimed < toll.number else ""


def _corrected(event: Event, title: str, claimed: int) -> str:
    """Return what a person corrected of the numbers that a title gives, or of the dead that it does not count."""
    dead, harmed = toll_of(event, "deaths"), toll_of(event, "harmed")
    told = []
    if dead and dead.by and claimed != dead.number:
        told.append(f"死亡{dead.words}人" if dead.number else "无人死亡")
    counts = [one.value for one in people_counts(normalise(title).text) if one.type is EntityType.HARMED]
    if harmed and harmed.by and any(one != harmed.number for one in counts):
        told.append(f"受影响{harmed.words}人" if harmed.number else "无人受影响")
    return f"（人工更正：{'，'.join(told)}）" if told else ""


def _place(event: Event | None, title: str) -> str:
    places = event.facts.get("places") if event is not None else None
    place = place_beside(title, str(places[0])) if places else ""
    return f"{place} " if place else ""


def _deadline(clocks: Sequence[Clock], now: datetime) -> str:
    running = [
        (clock.due_at, clock) for clock in clocks if clock.state is ClockState.ARMED and clock.due_at is not None
    ]
    if not running:
        return ""
    due, clock = min(running, key=lambda pair: pair[0])
    limit = f"｜{limit_words(clock.limit)}时限"
    if due < now:
        return f"{limit}已超时{duration(now - due)}"
    local, today = due.astimezone(BEIJING), now.astimezone(BEIJING)
    moment = f"{local:%H:%M}" if local.date() == today.date() else beijing(due, now)
    return f"{limit} {moment} 到期"


# C0 and C1 controls, soft hyphen, zero-width and direction marks, line and paragraph separators, byte-order mark, lone
# surrogates.
_UNSAFE = re.compile(r"[\x00-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]+")


def clean(text: str) -> str:
    """Return `text` on one line without characters that could forge a header or turn the reading direction."""
    return " ".join(_UNSAFE.sub(" ", text).split())


# What a mail program or a group makes a link of although nobody marked it as one: a scheme, and a name with a top-level domain.
_SCHEME = re.compile(r"(?<=[A-Za-z]):(?=//)")
_DOT = re.compile(r"(?<=[A-Za-z0-9-])\.(?=(?:[A-Za-z0-9-]{1,63}\.){0,8}[A-Za-z]{2,24}(?![A-Za-z0-9]))")


def harmless(text: str) -> str:
    """Return what the press wrote on one line, cleaned, with no address that a click opens; idempotent.

    A stranger's words stand in a mail of the house, and are read in a hurry at night.
    """
    return _DOT.sub("[.]", _SCHEME.sub("[:]", clean(text)))
