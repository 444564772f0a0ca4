"""What a person corrected of an event: where it happened, how many it harmed, how many died. Pure.

An event that is read tells the person's fact in place of the program's sum, wherever it is told. The sum is kept beside it
(`facts["reported"]`) and goes on adding up; `facts["corrected"]` holds what stands, and what later reports claim against it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeAlias

from service.domain.events.event import Event
from service.domain.places import join_places, region_name

__all__ = [
    "ELSEWHERE",
    "MOST_PEOPLE",
    "MOST_PLACES",
    "Correction",
    "FactKind",
    "Place",
    "Standing",
    "as_corrected",
    "as_reported",
    "carried",
    "correct",
    "corrected_words",
    "corrections_told",
    "disputed",
    "disputes",
    "reported_value",
    "restored",
    "standing",
    "weighed",
    "with_standing",
    "without_carried",
]

ELSEWHERE = "000000"
"""The code of a place that is known to lie outside the office's province and no more."""

MOST_PEOPLE = 1_000_000
MOST_PLACES = 3

_CORRECTED, _REPORTED = "corrected", "reported"
_FEWEST_SIMILAR = 2


class FactKind(StrEnum):
    """What can be corrected."""

    PLACES = "places"
    HARMED = "harmed"
    DEATHS = "deaths"

    @property
    def word(self) -> str:
        """What it is called in the interface."""
        return {"places": "地点", "harmed": "受影响人数", "deaths": "死亡人数"}[self.value]


@dataclass(frozen=True, slots=True)
class Place:
    """A division by its six-digit code, with its full name: 江西省上饶市德兴市."""

    code: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """One act: what was corrected to `value`, or taken back where that is `None`.

    `value` and `reported`, which the program told at the time, are the words that stood or stand on the page: 3人. `source`
    says who told the person.
    """

    id: str
    event_id: str
    kind: FactKind
    value: str | None
    reported: str
    source: str
    reason: str
    actor: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A correction that stands: its words, who made it and who told them, the program's own words, and what disputes it."""

    id: str
    kind: FactKind
    number: int | None
    places: tuple[Place, ...]
    words: str
    by: str
    source: str
    reported: str
    dispute: str


_Entry: TypeAlias = Mapping[str, Any]


def standing(event: Event) -> dict[FactKind, Standing]:
    """Return what persons corrected of an event and stands, by what it is."""
    return {kind: _read(event, kind, entry) for kind, entry in _entries(event).items()}


def _read(event: Event, kind: FactKind, entry: _Entry) -> Standing:
    places = tuple(Place(code, name) for code, name in entry["value"]) if kind is FactKind.PLACES else ()
    return Standing(
        id=str(entry["id"]),
        kind=kind,
        number=None if kind is FactKind.PLACES else int(entry["value"]),
        places=places,
        words=_words(kind, entry["value"]),
        by=str(entry["by"]),
        source=str(entry["source"]),
        reported=reported_value(event, kind),
        dispute=_dispute(kind, entry),
    )


def reported_value(event: Event, kind: FactKind) -> str:
    """Return what the program makes of the reports, in words; 未读出 where they tell nothing."""
    told = as_reported(event)
    if kind is FactKind.PLACES:
        named = [str(place) for place in told.facts.get("places") or ()]
        return join_places(named or list(dict.fromkeys(map(region_name, told.regions)))) or "未读出"
    number = told.harmed if kind is FactKind.HARMED else told.deaths
    return f"{number}人" if number else "未读出"


def correct(event: Event, correction: Correction, value: int | Sequence[Place]) -> Event:
    """Return the event with a fact that a person set; what was claimed until then is known to them and disputes nothing."""
    told = as_reported(event)
    toll = told.facts.get("toll") or {}
    kept = toll.get(correction.kind.value) or {}
    number = {FactKind.HARMED: told.harmed, FactKind.DEATHS: told.deaths}.get(correction.kind)
    before = max(number or 0, int(kept.get("claimed") or 0))
    if correction.kind is FactKind.DEATHS:
        before = max(before, int(bool(told.facts.get("death"))))
    entry: dict[str, Any] = {
        "id": correction.id,
        "value": value if isinstance(value, int) else [[one.code, one.name] for one in value],
        "by": correction.actor,
        "at": correction.at.isoformat(),
        "source": correction.source,
        "before": list(told.regions) if correction.kind is FactKind.PLACES else before,
        "many": bool(told.facts.get("large_cluster")),
        "claims": {},
    }
    return with_standing(told, {**_raw(event), correction.kind.value: entry})


def restored(event: Event, kind: FactKind) -> Event:
    """Return the event with the program's own sum of one fact."""
    kept = {name: entry for name, entry in _raw(event).items() if name != kind.value}
    return with_standing(as_reported(event), kept)


def with_standing(reported: Event, entries: Mapping[str, Any]) -> Event:
    """Return an event as the program sums it up with these corrections on it, which are those of `facts["corrected"]`."""
    facts = {name: value for name, value in reported.facts.items() if name != _CORRECTED}
    return as_corrected(replace(reported, facts=facts | ({_CORRECTED: dict(entries)} if entries else {})))


def carried(kept: Event, ended: Event) -> Event:
    """Return `kept`, into which `ended` is merged, with what persons corrected of that one and nobody of this."""
    own = _raw(kept)
    came = {
        name: {**entry, "from": ended.id, "home": ended.id} for name, entry in _raw(ended).items() if name not in own
    }
    return with_standing(as_reported(kept), {**own, **came})


def without_carried(kept: Event, ended_id: str) -> Event:
    """Return the event without the corrections that came with the event `ended_id`, which is one of its own again."""
    own = {name: entry for name, entry in _raw(kept).items() if entry.get("from") != ended_id}
    return with_standing(as_reported(kept), own)


def as_reported(event: Event) -> Event:
    """Return the event as its reports alone tell it; the corrections stay with it in `facts["corrected"]`."""
    sums = event.facts.get(_REPORTED)
    if not isinstance(sums, Mapping):
        return event
    facts = {name: value for name, value in event.facts.items() if name != _REPORTED}
    for name, value in (sums.get("facts") or {}).items():
        if value is None:
            facts.pop(name, None)
        else:
            facts[name] = value
    return replace(
        event,
        facts=facts,
        harmed=sums.get("harmed", event.harmed),
        deaths=sums.get("deaths", event.deaths),
        regions=tuple(sums.get("regions", event.regions)),
    )


def as_corrected(event: Event) -> Event:
    """Return an event as the program sums it up with the facts of persons in their place, and the sums kept beside them."""
    entries = _entries(event)
    if not entries:
        return event
    told = event
    sums: dict[str, Any] = {}
    hidden: dict[str, Any] = {}
    facts = dict(event.facts)
    if (entry := entries.get(FactKind.PLACES)) is not None:
        sums["regions"] = list(event.regions)
        # That nobody claims a place of the province is what the person said; where one is claimed since, it counts again.
        hidden |= {"jiangxi": False, "places": [name for _, name in entry["value"]], "nation": False}
        told = replace(told, regions=tuple(code for code, _ in entry["value"]))
    if (entry := entries.get(FactKind.HARMED)) is not None:
        sums["harmed"] = event.harmed
        most = weighed(event, FactKind.HARMED) or 0
        several = most >= _FEWEST_SIMILAR
        hidden |= {"cluster": several and bool(facts.get("cluster")), "large_cluster": _many(entry), "cases": []}
        told = replace(told, harmed=int(entry["value"]))
    if (entry := entries.get(FactKind.DEATHS)) is not None:
        sums["deaths"] = event.deaths
        most = weighed(event, FactKind.DEATHS) or 0
        hidden["death"] = most > 0
        if most:
            hidden["death_refuted"] = False
        told = replace(told, deaths=int(entry["value"]))
    sums["facts"] = {name: facts.get(name) for name in hidden}
    return replace(told, facts=facts | hidden | {_REPORTED: sums})


def weighed(event: Event, kind: FactKind) -> int | None:
    """Return the number that levels go by: the person's, or what is claimed since then and weighs more; else the program's."""
    entry = _entries(event).get(kind)
    if entry is None:
        return event.harmed if kind is FactKind.HARMED else event.deaths
    return max([int(entry["value"]), *(int(one["number"]) for one in _claims(entry) if one.get("raises"))])


def disputed(event: Event) -> tuple[str, ...]:
    """Return a mark of each claim that weighs against a person's fact, the most of a number: `harmed:12`, `places:360100`."""
    marks = []
    for kind, entry in _entries(event).items():
        raising = [one for one in _claims(entry) if one.get("raises")]
        if kind is FactKind.PLACES:
            marks += [f"places:{code}" for code in dict.fromkeys(_codes(raising))]
        elif raising:
            marks.append(f"{kind.value}:{max(int(one['number']) for one in raising)}")
    return tuple(marks)


def disputes(event: Event) -> tuple[str, ...]:
    """Return a sentence for each fact of a person that later reports claim more than: 新稿件称死亡3人，人工更正为1人，请核实."""
    return tuple(one.dispute for one in standing(event).values() if one.dispute)


def corrected_words(event: Event) -> str:
    """Return what a person corrected and stands in one phrase, for a line that has room for no more: 地点德兴市，受影响人数3人."""
    return "，".join(f"{one.kind.word}{one.words}" for one in standing(event).values())


def corrections_told(event: Event) -> tuple[str, ...]:
    """Return a sentence for each fact that a person corrected, with who told it and what the program makes of the reports."""
    return tuple(
        f"人工更正：{one.kind.word}为{one.words}（{one.by}更正，来源：{one.source}；系统按稿件汇总为{one.reported}）"
        for one in standing(event).values()
    )


def _dispute(kind: FactKind, entry: _Entry) -> str:
    claims, own = _claims(entry), _words(kind, entry["value"])
    if not claims:
        return ""
    if kind is FactKind.PLACES:
        names = list(dict.fromkeys(name for one in claims for name in one["names"]))[:MOST_PLACES]
        return f"新稿件提到{join_places(names)}，地点人工更正为{own}，请核实"
    counted = max((int(one["number"]) for one in claims if not one.get("many")), default=0)
    verb = "死亡" if kind is FactKind.DEATHS else "受影响"
    told = f"{verb}{counted}人" if counted else "多人受影响（未写人数）"
    return f"新稿件称{told}，人工更正为{own}，请核实"


def _words(kind: FactKind, value: Any) -> str:
    return join_places([name for _, name in value]) if kind is FactKind.PLACES else f"{int(value)}人"


def _many(entry: _Entry) -> bool:
    return any(one.get("many") and one.get("raises") for one in _claims(entry))


def _claims(entry: _Entry) -> list[Mapping[str, Any]]:
    return list((entry.get("claims") or {}).values())


def _codes(claims: Iterable[Mapping[str, Any]]) -> list[str]:
    return [str(code) for one in claims for code in one["codes"]]


def _raw(event: Event) -> dict[str, Any]:
    kept = event.facts.get(_CORRECTED)
    return dict(kept) if isinstance(kept, Mapping) else {}


def _entries(event: Event) -> dict[FactKind, _Entry]:
    raw = _raw(event)
    return {kind: raw[kind.value] for kind in FactKind if kind.value in raw}
