"""What befell somebody outside the province is no effect that is limited to it."""

from collections import defaultdict
from dataclasses import replace

import pytest

from analysis.assessment import Entity, EntityType
from crawlers.records import SourceClass
from service.domain.events.facts import facts_of
from service.domain.events.reported import open_event, spread_facts
from service.domain.events.speaker import Speaker
from service.domain.policies.policy import Publication, Verdict
from service.domain.rules.publication import publication_authority
from tests.unit.service.domain.builders import register
from tests.unit.service.domain.events.test_headline import NOW, document, judged


def authority(title: str, text: str, *codes: str) -> Publication:
    """What the office may publish on a report of fake medicine with these places, counted in the first of them."""
    regions = tuple(
        Entity(type=EntityType.REGION, text=code, start=0, end=1, field="text", code=code) for code in codes
    )
    assessment = replace(judged(title, text), entities=regions, facts={"jiangxi": True})
    event = open_event(
        "E1",
        document=document(title, text),
        assessment=assessment,
        speaker=Speaker(source_class=SourceClass.SOCIAL, local=False),
        sketch={},
        now=NOW,
    )
    counted = defaultdict(int) | {"provinces": [codes[0]], "source_classes": ["social"], "views": None, "reposts": None}
    facts = facts_of(event, spread_facts(event, counted, province="36", now=NOW))
    return publication_authority(("R02",), facts, register())


@pytest.mark.parametrize(
    ("title", "text", "codes"),
    [
        ("", "我爷爷在湖北黄梅喝了江西樟树买的风湿药酒，进了ICU", ("421127", "360982")),
        ("江西籍女子在泰国服减肥药后昏迷", "九江游客在曼谷服用减肥药后昏迷。", ("360400",)),
    ],
)
def test_of_a_patient_elsewhere_the_effect_is_to_be_checked(title: str, text: str, codes: tuple[str, ...]) -> None:
    """The office was told that the effect is limited to the province and that it may publish."""
    found = authority(title, text, *codes)
    assert found.verdict is Verdict.CHECK
    assert "限于本省" not in found.sentence.replace("是否限于本省", "")


def test_of_places_of_the_province_alone_the_effect_is_limited_to_it() -> None:
    assert (
        authority("樟树药酒致人昏迷", "樟树市一老人喝了南昌买的药酒。", "360982", "360100").verdict
        is Verdict.ALLOWED_LOCAL
    )
