"""Regrouping: a person corrects which documents are about one happening. What an event is then is told by its members anew. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType
from typing import Any

from analysis.assessment import Assessment, Level
from analysis.events.fingerprints import fingerprints
from analysis.events.grouping import absorb, lookup_keys, open_sketch
from crawlers.records import Document
from service.domain.events.claims import only_of
from service.domain.events.corrections import as_reported, carried, with_standing
from service.domain.events.event import Event
from service.domain.events.reported import absorb_report, claims_of, open_event
from service.domain.events.speaker import Speaker

__all__ = ["MOST_MEMBERS", "Gathered", "Member", "Regrouping", "ended_in", "first_posts", "gather", "keeps_from"]

MOST_MEMBERS = 3000
"""Members that are gathered anew in one transaction at most: two seconds in which nothing else is judged."""

_DECIDED = ("death_refuted", "need_decided", "response_needed")
"""What persons decided of an event; it is of the event and of no document."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A judged document of an event; `duplicate_of` is the document whose text it repeats."""

    document: Document
    assessment: Assessment
    event_id: str | None
    duplicate_of: str | None
    stored_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Regrouping:
    """One act by which documents went from the event `source` to `target`, or out of every event where that is `None`.

    `whole` says that the source ended in the target. What went with it comes back with the documents: `closed`, whether its
    alert was closed by this, and `clocks`, the ids of its clocks that were ended.
    """

    id: str
    source: str
    target: str | None
    whole: bool
    document_ids: tuple[str, ...]
    actor: str
    reason: str
    at: datetime
    closed: bool = False
    clocks: tuple[str, ...] = ()
    undone_by: str | None = None
    undone_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """An event as its members tell it, the keys it is found by, and of each member whose text it repeats."""

    event: Event
    keys: tuple[str, ...]
    duplicates: Mapping[str, str | None]


def gather(
    event_id: str,
    members: Sequence[Member],
    speakers: Mapping[str, Speaker],
    *,
    standing: Event | None = None,
    back_since: datetime | None = None,
) -> Gathered:
    """Return the event that these members make, in the order in which they came; `speakers` is by source.

    Of `standing`, the event as it is, stays what persons decided, how high it was last seen, and when it was first known
    where that is earlier. What an earlier text of an edited document claimed is told no more. Members of other events come back
    that left this one at `back_since`, else they are new to it. Linear in the members.

    Raises:
        ValueError: There are no members.
    """
    if not members:
        raise ValueError("an event has members")
    duplicates = first_posts(members)
    marks = fingerprints([(one.document, one.assessment) for one in members])
    opener = next((at for at, one in enumerate(members) if one.assessment.level is Level.RISK), 0)
    order = [opener, *(at for at in range(len(members)) if at != opener)]
    sketch, first = open_sketch(marks[opener], event_id), members[opener]
    event = open_event(
        event_id,
        document=first.document,
        assessment=first.assessment,
        speaker=speakers[first.document.source_id],
        sketch={},
        now=min(one.stored_at for one in members),
    )
    for at in order[1:]:
        member = members[at]
        sketch = absorb(sketch, marks[at])
        event = absorb_report(
            event,
            document=member.document,
            assessment=member.assessment,
            speaker=speakers[member.document.source_id],
            sketch={},
            repeats=duplicates[member.document.id] is not None,
        )
    event = replace(event, sketch=sketch.to_json(), revision=1)
    keys = tuple(sorted({key for mark in marks for key in lookup_keys(mark)}))
    if standing is not None:
        event = _as_it_stood(event, standing)
        event = with_standing(event, _claimed_anew(standing, members, speakers, duplicates, back_since))
    return Gathered(event=event, keys=keys, duplicates=duplicates)


def _claimed_anew(
    event: Event,
    members: Sequence[Member],
    speakers: Mapping[str, Speaker],
    duplicates: Mapping[str, str | None],
    back_since: datetime | None,
) -> dict[str, Any]:
    """Return the corrections with what these members claim that the person did not know: what came later, or from another event."""
    kept = only_of(event.facts.get("corrected") or {}, [one.document.id for one in members])
    for name, entry in kept.items():
        since, home = datetime.fromisoformat(entry["at"]), entry.get("home", event.id)
        claimed = {name: {field: value for field, value in entry.items() if field != "home"}}
        came_back = back_since is not None and back_since >= since
        for one in members:
            there = one.event_id == home or came_back
            if one.document.fetched_at > since or not there:
                speaker = speakers[one.document.source_id]
                repeats = duplicates[one.document.id] is not None
                claimed = claims_of(claimed, one.document, one.assessment, speaker, repeats=repeats)
        kept[name] = claimed[name]
    return kept


def _as_it_stood(event: Event, standing: Event) -> Event:
    facts = as_reported(standing).facts
    decided = {name: facts[name] for name in _DECIDED if name in facts}
    return replace(
        event,
        known_at=min(event.known_at, standing.known_at),
        level=standing.level,
        score=standing.score,
        heat=standing.heat,
        grade=standing.grade,
        grade_by=standing.grade_by,
        facts={**event.facts, **decided},
        below_windows=standing.below_windows,
        revision=standing.revision + 1,
    )


def first_posts(members: Sequence[Member]) -> dict[str, str | None]:
    """Return of each member whose text it repeats among these: of one text the first to come repeats nobody."""
    heads: dict[str, str] = {}
    found: dict[str, str | None] = {}
    for member in members:
        own = member.document.id
        head = heads.setdefault(member.duplicate_of or own, own)
        heads.setdefault(own, head)
        found[own] = None if head == own else head
    return found


def keeps_from(kept: Event, ended: Event) -> Event:
    """Return `kept` with what a person decided of `ended` and nobody of `kept`: the grade, corrected facts. A refuted death stays refuted only where nothing of `ended` tells of one."""
    kept = as_reported(carried(kept, ended))
    facts = dict(kept.facts)
    if ended.facts.get("death") and not ended.facts.get("death_refuted"):
        facts.pop("death_refuted", None)
    graded = kept.grade is None and ended.grade is not None
    return replace(
        kept,
        facts=facts,
        known_at=min(kept.known_at, ended.known_at),
        grade=ended.grade if graded else kept.grade,
        grade_by=ended.grade_by if graded else kept.grade_by,
    )


def ended_in(event: Event, kept: str) -> Event:
    """Return what is left of an event whose members all went to another: its name and places, and where they went."""
    return replace(
        as_reported(event),
        document_count=0,
        source_count=0,
        severity=0,
        level="none",
        score=0.0,
        harmed=None,
        deaths=None,
        heat=MappingProxyType({}),
        below_windows=0,
        revision=event.revision + 1,
        merged_into=kept,
    )
