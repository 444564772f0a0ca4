"""What one document reports of an event, and how reports add up to what is known of it.

Reports only ever add: the gravest claim stays until a person refutes it. All of it is claim, not finding.
"""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from analysis.assessment import Assessment, EntityType, Level
from analysis.entities.adulterants import was_found_in_another
from analysis.events.heat import Authority, EventFacts, Relevance
from crawlers.records import Document, SourceClass
from service.domain.events.claims import with_claims
from service.domain.events.corrections import FactKind, as_reported, disputed, weighed, with_standing
from service.domain.events.event import Event
from service.domain.events.flags import calm_flags, flags_of
from service.domain.events.headline import dead_in, headline, tells
from service.domain.events.need import absorb_need
from service.domain.events.speaker import WEIGHTY_MEDIA, Speaker
from service.domain.events.toll import absorb_toll

__all__ = ["absorb_report", "claims_of", "growth", "is_local", "open_event", "spread_facts"]

_CASE_CATEGORIES = frozenset({"R01", "R11"})
# The public tells what befell itself or its kin; papers, offices and lists tell what they heard of others.
_PUBLIC = frozenset({SourceClass.SOCIAL, SourceClass.COMPLAINT, SourceClass.OTHER})
_RETOLD = re.compile(
    "男子|女子|男孩|女孩|男童|女童|男生|女生|患者|市民|村民|学生|老人|小伙|姑娘|[0-9一二三四五六七八九十]岁"
)
_CORRECTS = re.compile("更正|致歉|误报|谣言|不实|辟谣|(?:未|没有?|并无)(?:有?人)?(?:死亡|身亡|离世|去世)")
_MAX_NAMES = 24
_MAX_PLACES = 6


def open_event(
    event_id: str,
    *,
    document: Document,
    assessment: Assessment,
    speaker: Speaker,
    sketch: Mapping[str, Any],
    now: datetime,
) -> Event:
    """Return the event that this document opens."""
    blank = Event(
        id=event_id,
        title="",
        first_at=document.happened_at,
        last_at=document.happened_at,
        known_at=now,
        document_count=0,
        source_count=0,
        severity=0,
        level="none",
        score=0.0,
        categories=(),
        products=(),
        firms=(),
        regions=(),
        revision=0,
    )
    return absorb_report(blank, document=document, assessment=assessment, speaker=speaker, sketch=sketch)


def absorb_report(
    event: Event,
    *,
    document: Document,
    assessment: Assessment,
    speaker: Speaker,
    sketch: Mapping[str, Any],
    repeats: bool = False,
    heard: bool = False,
) -> Event:
    """Return the event with this document's report added; a document without risk adds presence, not claims.

    What a person corrected stays; what the report claims against it is kept beside it. One that was `heard` tells nothing new
    unless it claims more than anything before.

    One that `repeats` the text of another tells no case of its own. The title is that of the first report, or of the
    first that says what it is about; the first medium or office that reports gives it its own, which people know. A title
    that claims fewer dead than a later one, or more than an office has found, or a death that a medium or an office takes
    back, gives way. How many documents and sources there are, the store counts: an edited document reports again but is one.
    """
    entries = event.facts.get("corrected") or {}
    if not entries:
        return _summed(event, document, assessment, speaker, sketch, repeats=repeats)
    told = _summed(as_reported(event), document, assessment, speaker, sketch, repeats=repeats)
    claimed = claims_of(entries, document, assessment, speaker, heard=heard, repeats=repeats)
    return with_standing(told, claimed)


def claims_of(
    entries: Mapping[str, Any],
    document: Document,
    assessment: Assessment,
    speaker: Speaker,
    *,
    heard: bool = False,
    repeats: bool = False,
) -> dict[str, Any]:
    """Return the corrections of an event with what a document claims against them."""
    local = assessment.level is Level.RISK and bool(flags_of(document, assessment, speaker)["jiangxi"])
    # Who reprints a text gives no name of his own for what it claims.
    named = speaker.named and not repeats
    return with_claims(entries, document.id, assessment, named=named, heard=heard, local=local)


def _summed(
    event: Event,
    document: Document,
    assessment: Assessment,
    speaker: Speaker,
    sketch: Mapping[str, Any],
    *,
    repeats: bool,
) -> Event:
    is_risk = assessment.level is Level.RISK
    votes = _votes(event.facts.get("votes", {}), assessment.category_codes if is_risk else ())
    official, named = speaker.official, speaker.named
    harmed, deaths, toll = absorb_toll(event, document, assessment, official=official, named=named)
    title, titled = _title(event, document, assessment, speaker, deaths)
    return replace(
        event,
        title=title,
        first_at=min(event.first_at, document.happened_at),
        last_at=max(event.last_at, document.happened_at),
        severity=max(event.severity, assessment.severity),
        categories=_ranked(votes),
        products=_joined(event.products, _products(document, assessment)),
        firms=_joined(event.firms, assessment.entity_names(EntityType.FIRM)),
        regions=_joined(event.regions, _regions(assessment)),
        harmed=harmed,
        deaths=deaths,
        facts={
            **_kept_facts(event, document, assessment, speaker, repeats=repeats),
            "toll": toll,
            "votes": votes,
            **titled,
        },
        sketch=sketch,
        revision=event.revision + 1,
    )


def _kept_facts(
    event: Event, document: Document, assessment: Assessment, speaker: Speaker, *, repeats: bool
) -> dict[str, Any]:
    """Return what an event keeps of its reports beside names and numbers, with one report added."""
    tells_risk = assessment.level is Level.RISK
    flags = flags_of(document, assessment, speaker) if tells_risk else calm_flags(document, assessment, speaker)
    need = absorb_need(
        event.facts.get("need"),
        document,
        assessment,
        official=speaker.official,
        named=speaker.named,
    )
    places = _joined(event.facts.get("places", ()), assessment.entity_names(EntityType.REGION))[:_MAX_PLACES]
    cases = _cases(event, document, assessment, speaker, repeats=repeats)
    return _merged(event.facts, flags) | {"need": need, "places": places, "cases": cases}


def _title(
    event: Event, document: Document, assessment: Assessment, speaker: Speaker, deaths: int | None
) -> tuple[str, Mapping[str, bool]]:
    """Return what the event is called now, whether a medium or an office named it so, and whether that says what it is about."""
    named, telling = bool(event.facts.get("named")), bool(event.facts.get("telling", event.title))
    is_risk, tells_now = assessment.level is Level.RISK, tells(assessment)
    names_it = is_risk and not named and speaker.named and bool(document.title)
    clearer = is_risk and not named and not telling and tells_now
    may_rename = is_risk and bool(document.title) and (speaker.named or not named)
    corrected = is_risk and speaker.named and _corrects(event, document)
    if names_it or clearer or corrected or not event.title or (may_rename and _outdated(event, document, deaths)):
        return headline(document, assessment), {"named": named or names_it, "telling": tells_now}
    return event.title, {"named": named, "telling": telling}


def _outdated(event: Event, document: Document, deaths: int | None) -> bool:
    """Tell whether the title claims another number of dead than is told now, and this document's title does not."""
    if deaths == event.deaths or not deaths:
        return False
    claimed, own = dead_in(event.title), dead_in(document.title)
    return 0 < claimed != deaths and own in {0 if deaths < (event.deaths or 0) else deaths, deaths}


def _corrects(event: Event, document: Document) -> bool:
    """Tell whether a title takes back the death that the event's title claims."""
    return bool(_CORRECTS.search(document.title) and dead_in(event.title) and not dead_in(document.title))


def spread_facts(event: Event, spread: Mapping[str, Any], *, province: str, now: datetime) -> EventFacts:
    """Return what the score needs, from the event and the store's counts at `now`; `province` is the office's two digits."""
    classes = {SourceClass(name) for name in spread["source_classes"]}
    cases = event.facts.get("cases") or ()
    old_enough = now - event.first_at >= timedelta(hours=2)
    local = is_local(event, province=province)
    # Events from before this was kept have an office that is not known to be the office's own.
    others_speak = SourceClass.OFFICIAL in classes and event.facts.get("other_office", True)
    return EventFacts(
        categories=event.categories,
        severity=event.severity or None,
        death=bool(event.facts.get("death")),
        vulnerable=bool(event.facts.get("vulnerable")),
        similar_cases=max(
            weighed(event, FactKind.HARMED) or 0, len(cases) if _CASE_CATEGORIES & set(event.categories) else 0
        ),
        items_24h=int(spread["items_24h"]),
        accounts=int(spread["accounts"]),
        views=spread["views"],
        reposts=spread["reposts"],
        last_2h=int(spread["items_2h"]),
        mean_2h=spread["items_prev_24h"] / 12 if old_enough else None,
        authority=Authority.MEDIA if classes & WEIGHTY_MEDIA or others_speak else Authority.ORDINARY,
        relevance=Relevance.LOCAL if local else Relevance.NATIONAL if event.products else Relevance.OTHER,
        provinces=len(spread["provinces"]),
        beyond=bool(event.facts.get("nation"))
        or any(c.isdigit() and not c.startswith(province) for c in event.regions),
        independent_24h=int(spread["independent_24h"]),
        persons_harmed=weighed(event, FactKind.HARMED),
        deaths=weighed(event, FactKind.DEATHS),
    )


def is_local(event: Event, *, province: str) -> bool:
    """Tell whether an event is of the office's province, given by its two digits, or is claimed to be against a person's word."""
    claimed = any(mark.startswith(f"{FactKind.PLACES}:{province}") for mark in disputed(event))
    here = any(code.startswith(province) for code in event.regions)
    return claimed or here or bool(event.facts.get("jiangxi"))


def _cases(
    event: Event, document: Document, assessment: Assessment, speaker: Speaker, *, repeats: bool
) -> tuple[str, ...]:
    """Return a mark of each who has told of one person harmed of his own; whoever retells what he heard adds no case.

    The mark holds within the event alone: it tells nothing of who wrote.
    """
    known: Sequence[str] = event.facts.get("cases") or ()
    people = [one.text for one in assessment.entities if one.type is EntityType.HARMED]
    own = (
        assessment.level is Level.RISK
        and speaker.source_class in _PUBLIC
        and assessment.facts.get("harmed") == 1
        and not repeats
        and not _RETOLD.search("\n".join((document.title, *people)))
    )
    mark = hashlib.blake2b(f"{event.id}\n{document.author or document.id}".encode(), digest_size=6).hexdigest()
    return _joined(known, (mark,) if own else ())


def growth(spread: Mapping[str, Any]) -> float | None:
    """Return the last hour over the hour before it; `None` where that hour had nothing to grow from."""
    before = int(spread["items_prev_1h"])
    return int(spread["items_1h"]) / before if before else None


def _merged(known: Mapping[str, Any], told: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(known)
    for name, value in told.items():
        held = merged.get(name)
        if isinstance(value, bool):
            merged[name] = bool(held) or value
        elif name == "recall_class" and value is not None:
            merged[name] = value if held is None else min(held, value)
        elif value is not None and held is None:
            merged[name] = value
    return merged


def _products(document: Document, assessment: Assessment) -> tuple[str, ...]:
    """Return the products that a report names; a drug that was found in another product is none of them."""
    kinds = (EntityType.DRUG, EntityType.VACCINE, EntityType.DEVICE, EntityType.COSMETIC)
    drugs = [one for one in assessment.entities if one.type is EntityType.DRUG]
    told = {one.canonical or one.text for one in drugs if not was_found_in_another(document, one)}
    found = {one.canonical or one.text for one in drugs} - told
    names = [name for kind in kinds for name in assessment.entity_names(kind)]
    return tuple(name for name in names if name not in found) or tuple(names)


def _regions(assessment: Assessment) -> tuple[str, ...]:
    return tuple(entity.code for entity in assessment.entities if entity.type is EntityType.REGION and entity.code)


def _joined(known: Sequence[str], told: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*known, *told)))[:_MAX_NAMES]


def _votes(known: Mapping[str, int], told: Sequence[str]) -> dict[str, int]:
    """Count the categories of risk documents; the first named weighs double."""
    return {code: known.get(code, 0) + (code in told) + (code in told[:1]) for code in (*known, *told)}


def _ranked(votes: Mapping[str, int]) -> tuple[str, ...]:
    """Return the categories that at least a quarter as many documents name as the leading one, so that a stray does not stick."""
    most = max(votes.values(), default=0)
    return tuple(sorted((code for code in votes if votes[code] * 4 >= most), key=lambda code: (-votes[code], code)))
