"""What reports claim against a fact that a person corrected, and what of it weighs. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, TypeAlias

from analysis.assessment import Assessment, EntityType, Level
from service.domain.events.corrections import FactKind
from service.domain.places import PROVINCE, region_prefix

__all__ = ["only_of", "with_claims"]

_MOST_CLAIMS = 8
_AT_HOME = MappingProxyType({f"{PROVINCE}0000": "江西省"})

_Entry: TypeAlias = Mapping[str, Any]


def with_claims(
    entries: Mapping[str, Any], document_id: str, assessment: Assessment, *, named: bool, heard: bool, local: bool
) -> dict[str, Any]:
    """Return the corrections with what one report claims against them.

    One that was `heard` before claims only what is more than anything that was. A claim weighs for the
    level where its source is `named`, or where it is more than was ever claimed before the person set the fact. `local` says that
    the report tells of the office's province, with or without the name of a place.
    """
    if assessment.level is not Level.RISK:
        return dict(entries)
    claimed: dict[str, Any] = {}
    for name, entry in entries.items():
        if name == FactKind.PLACES:
            claim = _claimed_places(entry, assessment, named=named, heard=heard, local=local)
        else:
            claim = _COUNTED[name](entry, assessment, named=named, heard=heard)
        claims = {one: held for one, held in (entry.get("claims") or {}).items() if one != document_id or heard}
        if claim is not None:
            claims[document_id] = claim
        claimed[name] = {**entry, "claims": _weightiest(claims)}
    return claimed


def only_of(entries: Mapping[str, Any], document_ids: Iterable[str]) -> dict[str, Any]:
    """Return the corrections with the claims of these documents alone."""
    there = set(document_ids)
    return {
        name: {**entry, "claims": {one: claim for one, claim in (entry.get("claims") or {}).items() if one in there}}
        for name, entry in entries.items()
    }


def _claimed_harmed(entry: _Entry, assessment: Assessment, *, named: bool, heard: bool) -> dict[str, Any] | None:
    told = assessment.facts.get("harmed")
    number = told if isinstance(told, int) and not isinstance(told, bool) else 0
    many = bool(assessment.facts.get("large_cluster")) and not number
    more = many and not entry.get("many")
    if many and (more or not heard):
        return {"number": int(entry["value"]) + 1, "many": True, "raises": named or more}
    return _counted(entry, number, named=named, heard=heard)


def _claimed_deaths(entry: _Entry, assessment: Assessment, *, named: bool, heard: bool) -> dict[str, Any] | None:
    # Those of a case that a court has judged lie years back.
    number = 0 if assessment.facts.get("judged") else int(assessment.facts.get("deaths") or 0)
    return _counted(entry, number, named=named, heard=heard)


def _counted(entry: _Entry, number: int, *, named: bool, heard: bool) -> dict[str, Any] | None:
    more = number > int(entry.get("before") or 0)
    if number <= int(entry["value"]) or (heard and not more):
        return None
    return {"number": number, "raises": named or more}


_COUNTED = MappingProxyType({FactKind.HARMED.value: _claimed_harmed, FactKind.DEATHS.value: _claimed_deaths})


def _claimed_places(
    entry: _Entry, assessment: Assessment, *, named: bool, heard: bool, local: bool
) -> dict[str, Any] | None:
    own, before = [code for code, _ in entry["value"]], set(entry.get("before") or ())
    told = {
        one.code: one.canonical or one.text
        for one in assessment.entities
        if one.type is EntityType.REGION and one.code and one.code.isdigit()
    }
    away = not any(code.startswith(PROVINCE) for code in own)
    if local and away and not any(code.startswith(PROVINCE) for code in told):
        told |= _AT_HOME
    outside = {code: name for code, name in told.items() if not _within(code, own)}
    # A report that names the place itself names the others beside it, unless one of them is of the province and none was to be.
    if any(_within(code, own) and len(region_prefix(code)) > len(PROVINCE) for code in told):
        outside = {code: name for code, name in outside.items() if away and code.startswith(PROVINCE)}
    fresh = set(outside) - before
    if not outside or (heard and not fresh):
        return None
    return {"codes": list(outside), "names": list(outside.values()), "raises": named or bool(fresh)}


def _within(code: str, places: Sequence[str]) -> bool:
    """Tell whether a place is one of these, lies in one, or is what one lies in."""
    one = region_prefix(code)
    return any(one.startswith(other) or other.startswith(one) for other in map(region_prefix, places))


def _weightiest(claims: Mapping[str, Any]) -> dict[str, Any]:
    ranked = sorted(claims.items(), key=lambda item: (not item[1]["raises"], -int(item[1].get("number", 0)), item[0]))
    return dict(ranked[:_MOST_CLAIMS])
