"""Who speaks of an event, and whether that alone raises it."""

from dataclasses import replace
from typing import Any

import pytest

from analysis.assessment import Entity, EntityType, Level
from analysis.events.heat import Authority
from crawlers.records import SourceClass
from service.domain.events.event import Event
from service.domain.events.reported import absorb_report, open_event, spread_facts
from service.domain.events.speaker import Speaker
from service.flows.judging.speakers import Speakers
from tests.builders import NOW, build_assessment, build_document

OFFICE = Speaker(source_class=SourceClass.OFFICIAL, local=True, own=True)
CITY = Speaker(source_class=SourceClass.OFFICIAL, local=True)
PAPER = Speaker(source_class=SourceClass.PROVINCIAL_MEDIA, local=True)


def opened(speaker: Speaker, *, title: str = "江西一药店阴阳处方被罚", severity: int = 2, **facts: Any) -> Event:
    document = build_document(title=title, text="药店被罚款。")
    named = ("清宁颗粒", EntityType.DRUG), ("江西省", EntityType.REGION), ("江西仁泽药业有限公司", EntityType.FIRM)
    entities = tuple(
        Entity(type=kind, text=word, start=at, end=at + len(word), field="title")
        for word, kind in named
        if (at := title.find(word)) >= 0
    )
    judged = replace(build_assessment(document, severity=severity), entities=entities, facts={"jiangxi": True} | facts)
    return open_event("E1", document=document, assessment=judged, speaker=speaker, sketch={}, now=NOW)


def authority(event: Event, *classes: SourceClass) -> Authority:
    spread = {"source_classes": list(classes), "provinces": [], "items_24h": 1, "accounts": 1, "views": None}
    spread |= {"reposts": None, "items_2h": 1, "items_prev_24h": 0, "independent_24h": 1}
    return spread_facts(event, spread, province="36", now=NOW).authority


def test_what_the_office_publishes_itself_is_no_other_authority() -> None:
    assert authority(opened(OFFICE), SourceClass.OFFICIAL) is Authority.ORDINARY


def test_another_authority_weighs_also_where_it_joins_the_office_and_tells_no_risk() -> None:
    assert authority(opened(CITY), SourceClass.OFFICIAL) is Authority.MEDIA
    document = build_document(native="2", title="情况说明", text="本局已知悉。")
    calm = replace(build_assessment(document), level=Level.IN_REMIT)
    joined = absorb_report(opened(OFFICE), document=document, assessment=calm, speaker=CITY, sketch={})
    assert authority(joined, SourceClass.OFFICIAL) is Authority.MEDIA


def test_an_office_of_an_event_from_before_this_was_kept_weighs_as_it_did() -> None:
    event = opened(OFFICE)
    event = replace(event, facts={name: value for name, value in event.facts.items() if name != "other_office"})
    assert authority(event, SourceClass.OFFICIAL) is Authority.MEDIA


@pytest.mark.parametrize(
    ("name", "region", "source_class", "own"),
    [
        ("江西省药品监督管理局·器械召回", "360000", "official", True),
        ("江西省市场监督管理局", "360000", "official", False),
        ("赣州市市场监督管理局", "360700", "official", False),
        ("浙江省药品监督管理局", "330000", "official", False),
        ("国家药品监督管理局", None, "official", False),
        ("江西药监局观察", "360000", "social", False),
    ],
)
def test_the_drug_regulator_of_the_province_is_the_office_itself(
    name: str, region: str | None, source_class: str, own: bool
) -> None:
    described = {"s": {"name": name, "region": region, "source_class": source_class}}
    assert Speakers(described, "36")["s"].own is own


@pytest.mark.parametrize(
    ("title", "severity", "raises"),
    [
        ("江西一药店阴阳处方被罚", 2, False),
        ("江西一药店阴阳处方被罚", 3, False),
        ("江西省清宁颗粒装量差异不合格", 2, True),
        ("江西省清宁颗粒检出禁用成分", 3, True),
        ("江西仁泽药业有限公司数据造假", 3, True),
        ("江西一医院多人输液后寒战", 4, True),
    ],
)
def test_a_headline_raises_where_it_is_grave_or_names_what_is_to_blame(title: str, severity: int, raises: bool) -> None:
    assert opened(PAPER, title=title, severity=severity).facts["headline"] is raises
