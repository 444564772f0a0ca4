"""How many were harmed and died, and what an event is called when that changes."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from analysis.assessment import Entity, EntityType
from crawlers.records import SourceClass
from service.domain.events.event import Event
from service.domain.events.facts import facts_of
from service.domain.events.reported import absorb_report, open_event, spread_facts
from service.domain.events.speaker import Speaker
from service.domain.events.toll import deaths_told, harmed_told, toll_of
from service.web.views.alert_rows import harm_claimed
from tests.builders import NOW, build_assessment, build_document

SPREAD: dict[str, Any] = {
    "source_classes": ["official"],
    "independent_sources": 1,
    "independent_24h": 1,
    "items_24h": 1,
    "items_1h": 1,
    "items_prev_1h": 0,
    "items_2h": 1,
    "items_prev_24h": 0,
    "accounts": 1,
    "views": None,
    "reposts": None,
    "provinces": ["36"],
}


def told(
    event: Event | None,
    title: str,
    *,
    by: SourceClass = SourceClass.SOCIAL,
    text: str = "",
    at: datetime = NOW,
    written: str = "",
    severity: int = 5,
    deaths: int = 0,
    harmed: int = 0,
) -> Event:
    """Return the event after a report; `written` is how its text writes the number of those harmed."""
    document = build_document(native=title, title=title, text=text, at=at)
    people = Entity(type=EntityType.HARMED, text=written, start=0, end=1, value=harmed)
    assessment = replace(
        build_assessment(document, severity=severity, words=(title[:2],)),
        facts={"deaths": deaths, "harmed": harmed},
        entities=(people,) if written else (),
    )
    speaker = Speaker(source_class=by, local=True)
    if event is None:
        return open_event("E1", document=document, assessment=assessment, speaker=speaker, sketch={}, now=NOW)
    return absorb_report(event, document=document, assessment=assessment, speaker=speaker, sketch={})


RUMOUR = "听说打疫苗死了5个孩子"
FOUND = "关于网传接种疫苗致儿童死亡的情况通报"


def found(event: Event, *, deaths: int) -> Event:
    at = NOW + timedelta(hours=5)
    return told(event, FOUND, by=SourceClass.OFFICIAL, text="经查，情况如下。", at=at, deaths=deaths)


def test_an_office_that_looked_into_a_rumour_is_believed_and_the_rumour_is_told_beside_it() -> None:
    event = found(told(None, RUMOUR, deaths=5), deaths=1)
    assert event.deaths == 1
    assert event.facts["death"] is True
    assert deaths_told(event) == "称死亡1人（官方说法，此前稿件称5人）"


def test_what_the_rumour_repeats_counts_no_more_and_what_is_new_does() -> None:
    event = found(told(None, RUMOUR, deaths=5), deaths=1)
    assert told(event, RUMOUR, deaths=5).deaths == 1
    assert told(event, "又死了两个，现在七个", deaths=7).deaths == 7
    assert told(event, "家属：接种后3人死亡", by=SourceClass.MEDIA, deaths=3).deaths == 3


def test_an_office_that_says_nobody_died_takes_no_death_away() -> None:
    assert found(told(None, RUMOUR, deaths=5), deaths=0).deaths == 5


def test_a_number_of_an_office_that_looked_into_nothing_takes_nothing_away() -> None:
    event = told(None, RUMOUR, deaths=5)
    assert told(event, "卫健委：1人死亡", by=SourceClass.OFFICIAL, deaths=1).deaths == 5


def test_where_outlets_and_an_office_tell_other_numbers_both_are_told_and_the_newest_of_the_office() -> None:
    event = told(None, "家属：3人死亡", by=SourceClass.MEDIA, deaths=3)
    assert deaths_told(event) == "称死亡3人"
    event = told(event, "县卫健委：1人死亡", by=SourceClass.OFFICIAL, deaths=1, at=NOW + timedelta(hours=2))
    assert deaths_told(event) == "称死亡3人（官方说法1人，说法不一）"
    event = told(event, "县卫健委：2人死亡", by=SourceClass.OFFICIAL, deaths=2, at=NOW + timedelta(hours=4))
    late = told(event, "县卫健委早前：1人死亡", by=SourceClass.OFFICIAL, deaths=1, at=NOW + timedelta(hours=1))
    assert deaths_told(late) == "称死亡3人（官方说法2人，说法不一）"
    more = told(late, "又一家：4人死亡", by=SourceClass.MEDIA, deaths=4, at=NOW + timedelta(hours=5))
    assert deaths_told(more) == "称死亡4人（官方说法2人，说法不一）"
    agreed = told(more, "县卫健委：4人死亡", by=SourceClass.OFFICIAL, deaths=4, at=NOW + timedelta(hours=6))
    assert deaths_told(agreed) == "称死亡4人"


@pytest.mark.parametrize(
    "later",
    [
        "县卫健委通报：又有1名患者输液后死亡",
        "县卫健委：今日新增死亡1例",
        "县卫健委：首例输液后死亡的1人已尸检",
        "县卫健委：1人死亡",
        "县卫健委：其中1人死亡，其余好转",
        "县卫健委：再增1例死亡",
        "县卫健委：昨日死亡1人",
    ],
)
def test_what_an_office_adds_to_its_number_or_says_of_some_is_not_its_number(later: str) -> None:
    event = told(None, "县卫健委通报：输液后3人死亡", by=SourceClass.OFFICIAL, deaths=3)
    event = told(event, later, by=SourceClass.OFFICIAL, deaths=1, at=NOW + timedelta(hours=3))
    assert deaths_told(event) == "称死亡3人"


@pytest.mark.parametrize("first", [SourceClass.MEDIA, SourceClass.OFFICIAL])
@pytest.mark.parametrize(
    "later", ["2名重症患者已转往省城", "仍有2名患者住院", "2人已出院", "2名患者已转院，其余好转", "首批2人病危"]
)
def test_how_many_are_worse_or_still_in_care_is_no_number_of_all(later: str, first: SourceClass) -> None:
    event = told(None, "20人输液后寒战发热", by=first, harmed=20)
    event = told(event, later, by=SourceClass.OFFICIAL, harmed=2, at=NOW + timedelta(hours=3))
    assert harmed_told(event) == "称受影响20人"


@pytest.mark.parametrize("later", ["县卫健委：共1人死亡", "县卫健委：死亡人数更正为1人", "县卫健委：截至今晚死亡1人"])
def test_a_number_that_an_office_tells_as_a_whole_or_corrects_takes_the_place_of_its_own(later: str) -> None:
    event = told(None, "家属：3人死亡", by=SourceClass.MEDIA, deaths=3)
    event = told(event, "县卫健委：2人死亡", by=SourceClass.OFFICIAL, deaths=2, at=NOW + timedelta(hours=1))
    event = told(event, later, by=SourceClass.OFFICIAL, deaths=1, at=NOW + timedelta(hours=2))
    assert "官方说法" in deaths_told(event)
    assert "2人" not in deaths_told(event)


def test_only_the_clause_that_tells_the_number_of_an_office_says_whether_it_is_of_all() -> None:
    event = told(None, "家属：9名学生输液后发热", by=SourceClass.MEDIA, harmed=9)
    title = "5名学生输液后发热，其中2名重症患者已转院"
    event = told(
        event, title, by=SourceClass.OFFICIAL, text="5名学生输液后发热，其中2人重症。", written="5名学生", harmed=5
    )
    assert harmed_told(event) == "称受影响9人（官方说法5人，说法不一）"


def test_a_medium_that_tells_more_than_an_office_found_leaves_what_the_office_says() -> None:
    event = found(told(None, RUMOUR, deaths=5), deaths=1)
    more = told(event, "家属：接种后3人死亡", by=SourceClass.MEDIA, deaths=3, at=NOW + timedelta(hours=6))
    assert deaths_told(more) == "称死亡3人（官方说法1人，说法不一）"


@pytest.mark.parametrize(
    "text", ["死亡1人，此前报道的2人系误报。", "前期通报的死亡人数有误。", "死亡人数更正为1人。", "勘误：死亡1人。"]
)
def test_an_office_that_corrects_a_number_is_believed(text: str) -> None:
    event = told(None, "输液后死亡2人", by=SourceClass.MEDIA, deaths=2)
    at = NOW + timedelta(hours=5)
    corrected = told(event, "情况通报", by=SourceClass.OFFICIAL, text=text, at=at, deaths=1)
    assert deaths_told(corrected) == "称死亡1人（官方说法，此前稿件称2人）"


def test_what_an_office_said_before_the_newest_report_takes_nothing_away() -> None:
    event = told(None, RUMOUR, deaths=5, at=NOW + timedelta(days=1))
    assert found(event, deaths=1).deaths == 5


@pytest.mark.parametrize("written", ["数十名学生", "20余名学生", "二十多个孩子", "至少20人", "上百名学生"])
def test_a_vague_number_is_told_as_a_least_one(written: str) -> None:
    event = told(None, "多名学生接种后发热", written=written, harmed=20)
    assert harmed_told(event) == "称受影响至少20人"
    toll = facts_of(event, spread_facts(event, SPREAD, province="36", now=NOW)).told_harmed
    assert toll is not None
    assert toll.least


def test_an_exact_number_is_told_as_it_is_and_takes_the_place_of_a_vague_one() -> None:
    event = told(None, "数十名学生接种后发热", written="数十名学生", harmed=20)
    assert harmed_told(told(event, "20名学生接种后发热", written="20名学生", harmed=20)) == "称受影响20人"
    assert harmed_told(told(event, "23名学生接种后发热", written="23名学生", harmed=23)) == "称受影响23人"
    assert toll_of(told(None, "有人发热"), "harmed") is None


def test_a_refuted_death_is_not_told_again() -> None:
    event = told(None, RUMOUR, deaths=5)
    assert deaths_told(event)
    assert not deaths_told(replace(event, facts={**event.facts, "death_refuted": True}))


def test_a_title_that_claims_fewer_dead_gives_way_to_one_that_claims_as_many_as_are_told() -> None:
    event = told(None, "一诊所1名患者输液后死亡", by=SourceClass.MEDIA, deaths=1)
    event = told(event, "同一诊所又出事", by=SourceClass.MEDIA, deaths=2)
    assert event.title == "一诊所1名患者输液后死亡"
    event = told(event, "诊所输液致5人死亡", by=SourceClass.MEDIA, deaths=5)
    assert event.title == "诊所输液致5人死亡"
    assert told(event, "诊所输液死了6人", deaths=6).title == "诊所输液致5人死亡"


def test_a_title_that_claims_more_dead_than_an_office_found_gives_way() -> None:
    event = told(None, "接种疫苗后5名儿童死亡", by=SourceClass.MEDIA, deaths=5)
    assert found(event, deaths=1).title == FOUND


@pytest.mark.parametrize(
    ("title", "by", "severity", "harmed", "routine"),
    [
        ("关于便民药房的处罚", SourceClass.OFFICIAL, 2, 0, True),
        ("举办不良事件监测培训", SourceClass.OFFICIAL, 3, 0, True),
        ("关于便民药房的通告", SourceClass.OFFICIAL, 3, 0, False),
        ("开展专项检查", SourceClass.OFFICIAL, 4, 0, False),
        ("关于便民药房的处罚", SourceClass.OFFICIAL, 2, 1, False),
        ("便民药房被罚", SourceClass.MEDIA, 2, 0, False),
    ],
)
def test_routine_is_what_an_office_tells_of_its_own_work_without_anybody_harmed(
    title: str, by: SourceClass, severity: int, harmed: int, routine: bool
) -> None:
    event = told(None, title, by=by, severity=severity, harmed=harmed)
    assert facts_of(event, spread_facts(event, SPREAD, province="36", now=NOW)).routine is routine


def test_what_anybody_else_tells_of_it_is_no_routine_any_more() -> None:
    event = told(None, "关于便民药房的处罚", by=SourceClass.OFFICIAL, severity=2)
    event = told(event, "就罚这点？我妈吃了过期药", severity=2)
    assert not facts_of(event, spread_facts(event, SPREAD, province="36", now=NOW)).routine


def test_an_event_of_before_is_not_taken_for_routine() -> None:
    event = told(None, "关于便民药房的处罚", by=SourceClass.OFFICIAL, severity=2)
    kept = {name: value for name, value in event.facts.items() if name != "notable"}
    before = replace(event, facts=kept)
    assert not facts_of(before, spread_facts(before, SPREAD, province="36", now=NOW)).routine


def cases(event: Event) -> int:
    return spread_facts(event, {**SPREAD, "independent_sources": 4}, province="36", now=NOW).similar_cases


def test_four_sources_that_tell_of_one_boy_are_no_four_cases() -> None:
    event = told(None, "男童输液后休克", by=SourceClass.SOCIAL, harmed=1)
    for by in (SourceClass.OFFICIAL, SourceClass.CENTRAL_MEDIA, SourceClass.SOCIAL):
        event = told(event, "男童输液后休克 官方通报", by=by, harmed=1)
    assert event.categories == ("R01",)
    assert cases(event) == 1


def test_each_who_tells_of_his_own_is_a_case_and_who_copies_another_s_words_is_none() -> None:
    event = told(None, "我妈贴了苗药贴起水泡", harmed=1)
    event = told(event, "我也贴了苗药贴起水泡", harmed=1)
    assert cases(event) == 2
    document = build_document(native="copy", title="我妈贴了苗药贴起水泡")
    said = replace(build_assessment(document), facts={"harmed": 1})
    speaker = Speaker(source_class=SourceClass.SOCIAL, local=True)
    copied = absorb_report(event, document=document, assessment=said, speaker=speaker, sketch={}, repeats=True)
    assert cases(copied) == 2
    own = absorb_report(event, document=document, assessment=said, speaker=speaker, sketch={})
    assert cases(own) == 3


def test_a_medium_that_takes_a_death_back_names_the_event_anew() -> None:
    event = told(None, "万载一女子注射瘦脸针后死亡", by=SourceClass.MEDIA, deaths=1)
    event = told(event, "万载女子注射瘦脸针后脱离危险", by=SourceClass.MEDIA)
    assert event.title == "万载一女子注射瘦脸针后死亡"
    corrected = told(event, "更正：万载女子注射瘦脸针后昏迷 未死亡", by=SourceClass.MEDIA)
    assert corrected.title == "更正：万载女子注射瘦脸针后昏迷 未死亡"
    assert corrected.facts["death"] is True
    assert told(event, "更正：那个女子没死亡", by=SourceClass.SOCIAL).title == event.title


def read_whole(event: Event | None, title: str, *, whole: bool) -> Event:
    document = build_document(native=title, title=title)
    facts: dict[str, int | bool | str] = {"harmed": 1} | ({"harmed_by": "whole"} if whole else {})
    said = replace(build_assessment(document, severity=3), facts=facts)
    speaker = Speaker(source_class=SourceClass.SOCIAL, local=True)
    if event is None:
        return open_event("E1", document=document, assessment=said, speaker=speaker, sketch={}, now=NOW)
    return absorb_report(event, document=document, assessment=said, speaker=speaker, sketch={})


def test_one_whom_a_model_read_out_of_the_text_is_told_as_such_until_somebody_writes_it() -> None:
    read = read_whole(None, "戴上就肿", whole=True)
    assert harmed_told(read) == "称受影响1人（系统读全文得出，原文未写明人数）"
    assert harm_claimed(read) == "称受影响 1 人（系统读出）"
    again = read_whole(read, "也肿了", whole=True)
    assert harmed_told(again) == harmed_told(read)
    written = read_whole(again, "我妈住院了", whole=False)
    assert (harmed_told(written), harm_claimed(written)) == ("称受影响1人", "称受影响 1 人")
    assert harmed_told(read_whole(written, "还是肿", whole=True)) == "称受影响1人"


def test_what_was_found_in_a_product_is_not_the_product() -> None:
    text = "抽检的清颜祛痘膏检出氯倍他索丙酸酯。"
    document = build_document(title="祛痘膏不合格", text=text)

    def entity(kind: EntityType, words: str) -> Entity:
        begin = text.index(words)
        return Entity(type=kind, text=words, start=begin, end=begin + len(words), field="text")

    found = entity(EntityType.DRUG, "氯倍他索丙酸酯")
    said = replace(build_assessment(document), entities=(found, entity(EntityType.COSMETIC, "清颜祛痘膏")))
    speaker = Speaker(source_class=SourceClass.OFFICIAL, local=True)
    event = open_event("E1", document=document, assessment=said, speaker=speaker, sketch={}, now=NOW)
    assert event.products == ("清颜祛痘膏",)
    alone = replace(said, entities=(found,))
    assert open_event("E2", document=document, assessment=alone, speaker=speaker, sketch={}, now=NOW).products == (
        "氯倍他索丙酸酯",
    )


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("进贤县一药店被举报售假，公安机关已介入调查。", True),
        ("警方已于当晚介入，案件正在侦办。", True),
        ("公安、市场监管部门均已介入。", True),
        ("公安机关尚未介入。", False),
        ("网友希望公安介入。", False),
        ("市场监管局已介入调查。", False),
    ],
)
def test_that_the_police_look_into_it_is_read_as_suspicion_of_a_crime(text: str, told: bool) -> None:
    speaker = Speaker(source_class=SourceClass.MEDIA, local=True)
    document = build_document(text=text)
    said = build_assessment(document)
    event = open_event("E1", document=document, assessment=said, speaker=speaker, sketch={}, now=NOW)
    assert event.facts["criminal"] is told
