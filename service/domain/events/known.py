"""What is known of an event, each point with the documents that say so and the mark 待核实 where only the public says it. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from analysis.assessment import EntityType
from analysis.harm.counts import people_counts
from analysis.text import normalise
from service.domain.events.corrections import FactKind, Standing, standing
from service.domain.events.event import Event, EventDocument
from service.domain.events.toll import Toll, toll_of
from service.domain.places import join_places, place_beside, places_told

__all__ = ["NAMED_CLASSES", "KnownFact", "known_facts", "telling_document"]

NAMED_CLASSES = ("central_media", "provincial_media", "media", "official", "trade")
"""Source classes that give their name for what they say, the weightiest first."""

_NO_DEATH = re.compile("(?:没有|无|未发生|未出现|未造成|未见|暂无)(?:人员|患者|任何)?死亡|无人死亡")
_CRIES = re.compile(
    "[!！‼❗]{2}|[!！][^!！]{0,60}[!！]|[😡🤬😱💀👇🔥]|惊天|惊爆|震惊|速看|速转|扩散|求转|转发|转给|随时(?:会|被)删|内部(?:人士)?(?:消息|透露)|黑心|丧尽天良|畜生|禽兽|天理|还我|杀人|害命|索命|夺命|草菅人命|毒疫苗|毒药|太可怕|"
    "救救|血的教训|不敢(?:写|说)|捂盖子|你信吗|还有没有|天杀的|丧心病狂|气炸|崩溃了|滚出"
)
_LONGEST = 120
_OPENING = 200
_MOST_NAMES = 4
_DIED = "(?:死亡|死了|已死|病死|身亡|丧生|离世|去世)"
_WORD = {FactKind.DEATHS: "死亡 {} 人", FactKind.HARMED: "受影响 {} 人"}
_NOBODY = {FactKind.DEATHS: "无人死亡", FactKind.HARMED: "无人受影响"}
_SPELLED = dict(enumerate(("一", "[两二]", *"三四五六七八九十"), start=1))


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownFact:
    """One known point. `open` says what is not verified, `documents` are places in the given sequence, from 1."""

    label: str
    value: str
    open: str
    documents: tuple[int, ...]


def known_facts(event: Event, documents: Sequence[EventDocument]) -> list[KnownFact]:
    """Return what, where, which product and firm, who was harmed, what officials say; reprints speak for nobody.

    What nobody but the public says is marked 待核实; an official document that says it lifts the mark, number by number.
    """
    heard = list(enumerate(documents, start=1))
    return [
        _what(heard),
        _where(event, heard),
        _named("产品", event.products, heard, several="稿件提到多个产品"),
        _named("企业", event.firms, heard, several="稿件提到多家企业"),
        _harm(event, heard),
        _official(heard),
    ]


def telling_document(documents: Sequence[EventDocument]) -> int | None:
    """Return the place, from 1, of the document that tells best what happened; `None` where none tells of a risk.

    The weightier class of source comes first, in it who writes soberly, then the graver matter: what the office reads
    and reports first is no cry.
    """
    telling = [(n, d) for n, d in enumerate(documents, start=1) if d.evidence and not d.duplicate_of]
    return (
        min(telling, key=lambda item: (_rank(item[1]), _cries(item[1]), -item[1].severity, item[0]))[0]
        if telling
        else None
    )


_Heard = Sequence[tuple[int, EventDocument]]


def _what(heard: _Heard) -> KnownFact:
    best = telling_document([document for _, document in heard])
    if best is None:
        return KnownFact(label="何事", value="", open="待核实", documents=())
    document = heard[best - 1][1]
    telling = [item for item in heard if item[1].evidence]
    numbers = _numbers(telling)
    return KnownFact(
        label="何事",
        value=_first_words(document),
        open="" if document.source_class in NAMED_CLASSES else "待核实",
        documents=(best, *(number for number in numbers if number != best)),
    )


def _first_words(document: EventDocument) -> str:
    text = document.title.strip() or " ".join(document.text.split())
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def _cries(document: EventDocument) -> bool:
    """Tell whether a text is written to inflame: it cries out, urges to pass it on, accuses, or promises what is hushed up."""
    told = f"{document.title}\n{document.text[:_OPENING]}"
    return bool(_CRIES.search(told))


def _rank(document: EventDocument) -> int:
    named = document.source_class in NAMED_CLASSES
    return NAMED_CLASSES.index(document.source_class) if named else len(NAMED_CLASSES)


def _where(event: Event, heard: _Heard) -> KnownFact:
    """Tell the places as the mail does; the documents are those that name one of them itself, a county and not its province."""
    places = places_told(event.facts, event.regions)[:_MOST_NAMES]
    saying = [item for item in heard if any(not place_beside(item[1].title + item[1].text, place) for place in places)]
    corrected = standing(event).get(FactKind.PLACES)
    unsure = corrected.dispute if corrected else "" if places else "待核实"
    value = join_places(places) + (_by_person(corrected) if corrected else "")
    return KnownFact(label="何地", value=value, open=unsure, documents=_numbers(saying))


def _by_person(corrected: Standing) -> str:
    return f"（人工更正，来源：{corrected.source}）"


def _named(label: str, names: Sequence[str], heard: _Heard, *, several: str = "") -> KnownFact:
    if not names:
        return KnownFact(label=label, value="", open="待核实", documents=())
    saying = [item for item in heard if any(name in item[1].title + item[1].text for name in names)]
    confirmed = any(document.source_class == "official" for _, document in saying)
    unsure = "" if confirmed else "待核实"
    if several and len(names) > 1 and not confirmed:
        unsure = f"待核实（{several}）"
    return KnownFact(label=label, value="、".join(names[:_MOST_NAMES]), open=unsure, documents=_numbers(saying))


def _harm(event: Event, heard: _Heard) -> KnownFact:
    """Tell each number by itself: a confirmed one must not lend its weight to a rumour beside it."""
    claims = [
        ("称死亡", toll_of(event, "deaths"), EntityType.DEATHS),
        ("称受影响", toll_of(event, "harmed"), EntityType.HARMED),
    ]
    corrected = [one for kind, one in standing(event).items() if kind is not FactKind.PLACES]
    sure = [
        f"{_WORD[one.kind].format(one.number) if one.number else _NOBODY[one.kind]}{_by_person(one)}"
        for one in corrected
    ]
    disputed = "；".join(one.dispute for one in corrected if one.dispute)
    told = [(words, toll, kind) for words, toll, kind in claims if toll and not toll.by]
    if sure and not told:
        return KnownFact(label="伤亡", value="，".join(sure), open=disputed, documents=())
    if not told:
        return KnownFact(label="伤亡", value="系统未读出人数，请看原文", open="待核实", documents=())
    official = [item for item in heard if item[1].source_class == "official"]
    patterns = [_claim(toll.number, _DIED if kind is EntityType.DEATHS else "") for _, toll, kind in told]
    saying: list[tuple[int, EventDocument]] = []
    unwritten = False
    for (_, toll, kind), pattern in zip(told, patterns, strict=True):
        said = [item for item in heard if pattern.search(item[1].title + item[1].text)]
        said = said or [item for item in heard if _counts(item[1], kind, toll.number)]
        unwritten |= not said and kind is EntityType.HARMED and toll.number == 1
        saying += said
    confirmed = [any(pattern.search(document.text) for _, document in official) for pattern in patterns]
    # The mark stands once for all; a number has its own where another one is confirmed.
    marked = any(confirmed) or bool(sure)
    parts = sure + [
        f"{words} {toll.words} 人{_before(toll)}{'（待核实）' if marked and not found else ''}"
        for (words, toll, _), found in zip(told, confirmed, strict=True)
    ]
    if unwritten:
        parts.append("这一人由系统读全文得出，原文未写明人数")
    denying = [item for item in official if _NO_DEATH.search(item[1].text)]
    if event.deaths and denying:
        parts.append("官方信息称没有死亡病例")
    numbers = _numbers(sorted(dict([*saying, *denying]).items()))
    unsure = "；".join(filter(None, ["" if all(confirmed) else "待核实", disputed]))
    return KnownFact(label="伤亡", value="，".join(parts), open=unsure, documents=numbers)


def _before(toll: Toll) -> str:
    return f"（此前稿件称 {toll.claimed} 人）" if toll.claimed else ""


def _counts(document: EventDocument, kind: EntityType, number: int) -> bool:
    """Tell whether the judgement counts so many harmed or dead in the opening of a document, in whatever words; 0.3 ms."""
    opening = normalise(f"{document.title}\n{document.text[:_OPENING]}").text
    return any(count.type is kind and count.value == number for count in people_counts(opening))


def _claim(number: int, near: str) -> re.Pattern[str]:
    # Who posts writes 死了两个人 where an office writes 2人死亡.
    spelled = f"|{_SPELLED[number]}" if number in _SPELLED else ""
    count = rf"(?<![\d百十])(?:{number}{spelled})\s*(?:余|多)?\s*(?:名|人|例|位|个)"
    return re.compile(rf"{count}[^，。；]{{0,8}}{near}|{near}[^，。；]{{0,6}}{count}" if near else count)


def _official(heard: _Heard) -> KnownFact:
    official = [item for item in heard if item[1].source_class == "official"]
    if not official:
        return KnownFact(label="官方信息", value="未见官方发布", open="", documents=())
    first = official[0][1]
    return KnownFact(
        label="官方信息", value=f"{first.source_name}：{first.title}", open="", documents=_numbers(official)
    )


def _numbers(heard: _Heard) -> tuple[int, ...]:
    return tuple(number for number, document in heard if not document.duplicate_of)
