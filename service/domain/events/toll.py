"""How many were harmed and died by what reports claim, and how sure the number is.

A number only grows with what is claimed, but for one thing: an office that has looked into a matter and tells fewer is
believed over the rumour until somebody with a name tells more, or the public more than it had claimed before. 数十名 and
20余人 are told as what they are, a least number.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

from analysis.assessment import Assessment, EntityType, Level
from crawlers.records import Document
from service.domain.events.corrections import FactKind, standing
from service.domain.events.event import Event

__all__ = ["Toll", "absorb_toll", "dead_of", "deaths_told", "harmed_told", "people_told", "toll_of"]

_KINDS: Mapping[str, EntityType] = MappingProxyType({"harmed": EntityType.HARMED, "deaths": EntityType.DEATHS})
_AT_LEAST = re.compile(
    "至少|超过?|逾|不少于|上[百千]|[数几好][十百千]|好几|十几|百余|[0-9〇零一二两三四五六七八九十百千万] ?[多余来](?=[个名位人例岁号口]|$)"
)
_LOOKED_INTO = re.compile(
    "经(?:[^,，。]{0,10})?(?:核实|核查|调查|查实|查证|查|了解)(?!看)|不实|不属实|谣言|误报|有误|[更订]正[为：:]|勘误"
)
# What counts those added since, some of them or those who are still in care, and what a number that counts all of them says.
_OF_SOME = re.compile(
    "又|再(?!次)|另|新增|增加|首[例名位]|第[一二三四五六七八九十0-9]+[例名位]|其中|重症|危重|病危|轻症|[仍尚还]有|余下|剩|出院|转往|转院|转至|"
    "今[日天]|昨[日天]|当[日天]|单日|24小时|一名|最小|最大|包括|包含|多为|部分"
)
_OF_ALL = re.compile("共|累计|总计|合计|总数|更正|订正|勘误|截至")
_CLAUSE_MARKS = ",，。；;：:！!？?\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Toll:
    """A number of people: whether there are at least so many, and what was claimed before an office told fewer, else `None`.

    `official` is what an office told last of all of them where that is another number, though it did not say that it had looked into
    the matter.

    `read` says that nobody writes the number: a model read it out of the whole text. `by` names the person who corrected it, which
    alone may be to 0.
    """

    number: int
    least: bool = False
    read: bool = False
    claimed: int | None = None
    official: int | None = None
    by: str = ""

    @property
    def words(self) -> str:
        """The number as it is told: 至少20."""
        return f"{'至少' if self.least else ''}{self.number}"


def toll_of(event: Event, kind: str) -> Toll | None:
    """Return how many are told to be `harmed` or dead (`deaths`), by a person where one has corrected it; `None` without a number."""
    corrected = standing(event).get(FactKind(kind))
    if corrected is not None and corrected.number is not None:
        return Toll(number=corrected.number, by=corrected.by)
    number = event.harmed if kind == "harmed" else event.deaths
    kept = _kept(event, kind)
    if not number:
        return None
    official = kept.get("official")
    return Toll(
        number=number,
        least=bool(kept.get("least")),
        read=bool(kept.get("read")),
        claimed=kept.get("claimed"),
        official=official if official != number else None,
    )


def harmed_told(event: Event) -> str:
    """Return what reports claim of people harmed, empty where they give no number: 称受影响至少20人."""
    toll = toll_of(event, "harmed")
    if toll and toll.by:
        return f"受影响{toll.words}人（人工更正）" if toll.number else "无人受影响（人工更正）"
    read = "（系统读全文得出，原文未写明人数）" if toll and toll.read else ""
    return f"称受影响{toll.words}人{read}{_before(toll)}" if toll else ""


def deaths_told(event: Event) -> str:
    """Return what reports claim of the dead, empty where nobody counts them or a person has refuted it."""
    toll = toll_of(event, "deaths")
    if toll and toll.by:
        return f"死亡{toll.words}人（人工更正）" if toll.number else "无人死亡（人工更正）"
    return f"称死亡{toll.words}人{_before(toll)}" if toll and not event.facts.get("death_refuted") else ""


def people_told(event: Event) -> str:
    """Return what reports claim of the dead and the harmed in one phrase, empty where they count nobody."""
    told = [words for words in (deaths_told(event), harmed_told(event)) if words]
    sure = [words for words in told if words.endswith("（人工更正）")]
    claims = "，".join(words for words in told if words not in sure)
    return "；".join([*sure, *([f"据稿件{claims}（待核实）"] if claims else [])])


def _before(toll: Toll) -> str:
    if toll.claimed:
        return f"（官方说法，此前稿件称{toll.claimed}人）"
    return f"（官方说法{toll.official}人，说法不一）" if toll.official else ""


def dead_of(assessment: Assessment) -> int:
    """Return how many dead of now a report tells of: those of a case that a court has judged lie years back."""
    return 0 if assessment.facts.get("judged") else int(assessment.facts.get("deaths") or 0)


def absorb_toll(
    event: Event, document: Document, assessment: Assessment, *, official: bool, named: bool
) -> tuple[int | None, int | None, dict[str, Any]]:
    """Return harmed, dead and what is kept of both after a report; `named` says that its source gives its name."""
    if assessment.level is not Level.RISK:
        return event.harmed, event.deaths, dict(event.facts.get("toll") or {})
    told = {"harmed": assessment.facts.get("harmed"), "deaths": dead_of(assessment)}
    ascertained = official and document.happened_at >= event.last_at and _ascertains(document, assessment)
    known: dict[str, int | None] = {"harmed": event.harmed, "deaths": event.deaths}
    toll: dict[str, Any] = {}
    for kind, number in told.items():
        held = known[kind]
        kept = dict(_kept(event, kind))
        if isinstance(number, int) and not isinstance(number, bool):
            least = _is_least(assessment, kind, number)
            known[kind], kept = _added(held, kept, number, least=least, ascertained=ascertained, named=named)
            if kind == "harmed" and known[kind] == number:
                kept = _read_or_written(kept, held, assessment)
            clauses = _clauses(document, assessment, kind, number) if official else []
            kept |= _official(_kept(event, kind), number, document, clauses, right=ascertained)
        if kept:
            toll[kind] = kept
    return known["harmed"], known["deaths"], toll


def _added(
    held: int | None, kept: dict[str, Any], number: int, *, least: bool, ascertained: bool, named: bool
) -> tuple[int, dict[str, Any]]:
    fresh: dict[str, Any] = {"least": True} if least else {}
    if held is None:
        return number, fresh
    if ascertained and 0 < number < held:
        return number, fresh | {"claimed": max(held, int(kept.get("claimed") or 0))}
    claimed = kept.get("claimed")
    if claimed is not None and not named and number <= claimed:
        return held, kept
    if number > held:
        return number, fresh
    return held, (kept | {"least": False} if number == held and not least and kept.get("least") else kept)


def _official(
    kept: Mapping[str, Any], number: int, document: Document, clauses: Sequence[str], *, right: bool
) -> dict[str, Any]:
    """Return the number that an office told last of all, and when: that of this report, or the one that is kept.

    `clauses` are those in which an office tells it. What counts some of them or those added since (又有1名, 2名重症患者) is none of
    all, nor is a number below the one that is kept, unless it is told as a whole (共, 累计) or as the `right` one.
    """
    before = {name: kept[name] for name in ("official", "official_at") if name in kept}
    if number <= 0 or all(_OF_SOME.search(clause) for clause in clauses):
        return before
    late = before and document.happened_at < datetime.fromisoformat(before["official_at"])
    fewer = before and number < before["official"]
    if late or (fewer and not right and not any(_OF_ALL.search(clause) for clause in clauses)):
        return before
    return {"official": number, "official_at": document.happened_at.isoformat()}


def _clauses(document: Document, assessment: Assessment, kind: str, number: int) -> list[str]:
    """Return the clauses of a report that tell the number; the whole of it where it is not known where that stands."""
    fields = {"title": document.title, "text": document.text}
    told = [one for one in assessment.entities if one.type is _KINDS[kind] and one.value == number]
    found = [_clause_around(fields[one.field], one.start, one.end) for one in told if one.field in fields]
    return found or [f"{document.title}\n{document.text}"]


def _clause_around(text: str, start: int, end: int) -> str:
    begin = max(text.rfind(mark, 0, start) + 1 for mark in _CLAUSE_MARKS)
    stop = min((at for mark in _CLAUSE_MARKS if (at := text.find(mark, end)) >= 0), default=len(text))
    return text[begin:stop]


def _read_or_written(kept: dict[str, Any], held: int | None, assessment: Assessment) -> dict[str, Any]:
    """Return what is kept of a number that a report gives: a number that is written somewhere is no longer only read."""
    if assessment.facts.get("harmed_by") == "whole":
        return kept | {"read": True} if held is None else kept
    return {name: value for name, value in kept.items() if name != "read"}


def _ascertains(document: Document, assessment: Assessment) -> bool:
    return bool(assessment.facts.get("official_rebuttal")) or bool(_LOOKED_INTO.search(document.title + document.text))


def _is_least(assessment: Assessment, kind: str, number: int) -> bool:
    """Tell whether every place of a text that gives the number gives it as a least one."""
    places = [one.text for one in assessment.entities if one.type is _KINDS[kind] and one.value == number]
    return bool(places) and all(_AT_LEAST.search(text) for text in places)


def _kept(event: Event, kind: str) -> Mapping[str, Any]:
    toll = event.facts.get("toll")
    kept = toll.get(kind) if isinstance(toll, Mapping) else None
    return kept if isinstance(kept, Mapping) else {}
