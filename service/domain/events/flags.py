"""What a report makes hold of an event, yes or no. All of it is claim, not finding."""

import re
from typing import Any

from analysis.assessment import Assessment, EntityType
from analysis.events.places import mentioned_nations
from crawlers.records import Document, DocumentKind, SourceClass
from service.domain.events.abroad import is_tied_to_home, tells_of_abroad
from service.domain.events.need import rebuts
from service.domain.events.speaker import Speaker
from service.domain.events.toll import dead_of

__all__ = ["calm_flags", "flags_of"]

_SEVERE, _ROUTINE = 4, 2
_ROUTINE_WORK = re.compile(
    "培训|专项(?:检查|整治|行动)|监督检查|检查工作|宣传|座谈|部署|会议|行政处罚(?:信息|决定)|双随机|演练|竞赛|考核"
)
_CRIMINAL = re.compile(
    "刑拘|刑事拘留|立案侦查|公安.{0,12}(?:侦破|破获|捣毁|抓获|侦办|立案)|警方.{0,12}(?:侦破|破获|打掉|抓获|通报)|逮捕|移送公安|移交公安"
    "|(?:公安|警方|派出所)[^,，。；未没]{0,12}(?:已|正)[^,，。；未没]{0,6}介入"
)
_EPIDEMIC = re.compile("疫情(?:通报|信息|防控)|新增.{0,12}(?:病例|感染者)|(?:确诊|疑似)病例|聚集性疫情")
_FOOD = re.compile("食品|固体饮料|压片糖果|代餐|保健品")
_MEDICAL = frozenset({EntityType.DRUG, EntityType.VACCINE, EntityType.DEVICE, EntityType.COSMETIC})
_BLAMED = _MEDICAL | {EntityType.FIRM}
_DISPUTE = ("申请复检", "申请复验", "复验", "质疑抽检", "对检验结果有异议", "提出异议", "不认可")


def flags_of(document: Document, assessment: Assessment, speaker: Speaker) -> dict[str, Any]:
    """Return what holds of an event by a report of a risk."""
    said = assessment.facts
    local = bool(said.get("jiangxi")) or speaker.local
    types = {entity.type for entity in assessment.entities}
    return {
        "jiangxi": bool(said.get("jiangxi")) or (speaker.local and document.kind is DocumentKind.COMPLAINT),
        "death": bool(dead_of(assessment)),
        "severe": assessment.severity >= _SEVERE,
        "cluster": bool(said.get("cluster")),
        "vulnerable": bool(said.get("vulnerable")),
        "recall": "R04" in assessment.category_codes,
        "recall_class": said.get("recall_class"),
        "misleading": bool(said.get("rumour")) or "R13" in assessment.category_codes,
        "names_agency": "药监" in document.title or "药监局" in document.text,
        # A paper of the province reprints what happened abroad; who posts in its forums tells of home.
        "abroad": tells_of_abroad(document, assessment) and (speaker.named or not speaker.local),
        "home": is_tied_to_home(document, assessment),
        "nation": bool(mentioned_nations(document.title)),
        "large_cluster": bool(said.get("large_cluster")),
        "notice_dispute": "R03" in assessment.category_codes and any(word in document.text for word in _DISPUTE),
        "hot_list": document.kind is DocumentKind.HOT_ENTRY,
        "hot_agency": document.kind is DocumentKind.HOT_ENTRY and "药监" in document.title,
        "headline": speaker.weighty and local and _weighs(assessment),
        "local_media": speaker.source_class is SourceClass.MEDIA and speaker.local,
        "credible": speaker.named,
        "complaint": document.kind is DocumentKind.COMPLAINT,
        "device": "R10" in assessment.category_codes and EntityType.DRUG not in types,
        "cosmetic": "R11" in assessment.category_codes and EntityType.DRUG not in types,
        "criminal": bool(_CRIMINAL.search(document.title + document.text)),
        "epidemic": not types & _MEDICAL and bool(_EPIDEMIC.search(document.title)),
        "food": not types & _MEDICAL and bool(_FOOD.search(document.title)),
        "rebutted": _is_rebuttal(document, assessment, speaker),
        "other_office": speaker.other_office,
        "notable": not _is_routine(document, assessment, speaker),
        "floor": assessment.floor,
    }


def _weighs(assessment: Assessment) -> bool:
    """Tell whether a headline raises by itself: a grave one, or one that names a product or firm.

    江西 in a headline, or a paper of the province, is no ground: 江西一药店阴阳处方被罚 woke people as a death does.
    """
    named = any(one.field == "title" and one.type in _BLAMED for one in assessment.entities)
    return named or assessment.severity >= _SEVERE


def _is_routine(document: Document, assessment: Assessment, speaker: Speaker) -> bool:
    """Tell whether an office tells of a check, a fine or a training of its own, and nobody came to harm."""
    said = assessment.facts
    quiet = not (said.get("harmed") or said.get("deaths") or said.get("cluster") or said.get("rumour"))
    of_work = assessment.severity <= _ROUTINE or (
        assessment.severity < _SEVERE and bool(_ROUTINE_WORK.search(document.title))
    )
    return speaker.official and quiet and of_work


def calm_flags(document: Document, assessment: Assessment, speaker: Speaker) -> dict[str, Any]:
    """Return what holds of an event by a report without risk."""
    return {"rebutted": _is_rebuttal(document, assessment, speaker), "other_office": speaker.other_office}


def _is_rebuttal(document: Document, assessment: Assessment, speaker: Speaker) -> bool:
    """Tell whether a report rebuts something in an office's words, or an office does by its title."""
    said = bool(assessment.facts.get("official_rebuttal"))
    return said or (speaker.official and rebuts(document, assessment))
