"""What an event is called."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from analysis.assessment import Assessment, Entity, EntityType, Evidence, Level, Tone
from crawlers.records import Document, DocumentKind, SourceClass
from service.domain.events.event import Event
from service.domain.events.headline import headline
from service.domain.events.reported import absorb_report, open_event
from service.domain.events.speaker import Speaker

NOW = datetime(2026, 11, 25, 6, 32, tzinfo=UTC)
POST = "今天又去了一趟医院。给娃打的水痘疫苗居然过期三个月!有没有人管?"


def document(title: str, text: str = POST, **given: Any) -> Document:
    one = Document(
        id="d1",
        source_id="s",
        native_id="d1",
        url=None,
        title=title,
        text=text,
        kind=DocumentKind.POST,
        published_at=NOW,
        fetched_at=NOW,
    )
    return replace(one, **given)


def judged(title: str, text: str = POST, *, level: Level = Level.RISK, rule: str = "R07") -> Assessment:
    """Return what is found in title and text: 水痘疫苗 as a product, 过期 as evidence."""
    fields = {"title": title, "text": text}
    return Assessment(
        document_id="d1",
        level=level,
        p_in_remit=1.0,
        p_risk=0.9,
        categories=(),
        severity=3,
        tone=Tone.NEGATIVE,
        entities=tuple(
            Entity(type=EntityType.VACCINE, text="水痘疫苗", start=place, end=place + 4, field=field)
            for field, words in fields.items()
            if (place := words.find("水痘疫苗")) >= 0
        ),
        evidence=tuple(
            Evidence(text="过期", start=place, end=place + 2, field=field, rule=rule)
            for field, words in fields.items()
            if (place := words.find("过期")) >= 0
        ),
        model="m",
        tokens="",
    )


def opened(title: str, text: str = POST, *, source_class: SourceClass = SourceClass.SOCIAL) -> Event:
    return open_event(
        "E1",
        document=document(title, text),
        assessment=judged(title, text),
        speaker=Speaker(source_class=source_class, local=False),
        sketch={},
        now=NOW,
    )


def reported(event: Event, title: str, *, source_class: SourceClass = SourceClass.SOCIAL, **given: Any) -> Event:
    return absorb_report(
        event,
        document=document(title),
        assessment=judged(title, **given),
        speaker=Speaker(source_class=source_class, local=False),
        sketch={},
    )


@pytest.mark.parametrize("title", ["水痘疫苗打错了", "打的居然过期了"])
def test_a_title_that_names_the_matter_stands_alone(title: str) -> None:
    assert headline(document(title), judged(title)) == title


def test_a_title_that_says_nothing_is_followed_by_the_sentence_that_names_the_product() -> None:
    assert headline(document("崩溃了。"), judged("崩溃了。")) == "崩溃了……给娃打的水痘疫苗居然过期三个月"


def test_a_word_that_only_the_model_weighs_says_nothing() -> None:
    title, text = "过期了吗", "不知道说什么"
    assert headline(document(title, text), judged(title, text, rule="model:word")) == "过期了吗……不知道说什么"


def test_without_a_title_the_telling_sentence_stands_alone_and_is_cut() -> None:
    text = f"第一句。{'很' * 30}水痘疫苗{'长' * 30}。"
    assert headline(document("", text), judged("", text)) == f"{'很' * 30}水痘疫苗{'长' * 6}…"


def test_a_title_that_an_export_filled_from_the_text_is_not_said_twice() -> None:
    text = "记得小时候打预防针，一次倒了三个娃，都八几年的事了"
    assert headline(document(text, text), judged(text, text, rule="model:word")) == text
    assert headline(document(f"{text[:12]}…", f"{text}。"), judged(text[:12], text, rule="model:word")) == text
    assert (
        headline(document("求助", "求助无门，孩子病了"), judged("求助", "求助无门，孩子病了")) == "求助无门，孩子病了"
    )


def test_a_title_without_a_text_stays() -> None:
    assert headline(document("崩溃了。", ""), judged("崩溃了。", "")) == "崩溃了。"


def test_an_event_takes_the_first_title_that_says_what_it_is_about_and_keeps_it() -> None:
    event = opened("崩溃了。")
    assert event.title == "崩溃了……给娃打的水痘疫苗居然过期三个月"
    event = reported(event, "求助")
    assert event.title == "崩溃了……给娃打的水痘疫苗居然过期三个月"
    event = reported(event, "多名儿童接种过期水痘疫苗")
    assert event.title == "多名儿童接种过期水痘疫苗"
    assert reported(event, "水痘疫苗过期了").title == "多名儿童接种过期水痘疫苗"


def test_a_report_that_is_no_risk_renames_nothing() -> None:
    event = opened("崩溃了。")
    assert reported(event, "水痘疫苗接种须知", level=Level.IN_REMIT).title == event.title


def test_the_first_medium_names_the_event_once() -> None:
    event = reported(opened("水痘疫苗过期了"), "某县通报水痘疫苗过期", source_class=SourceClass.MEDIA)
    assert event.title == "某县通报水痘疫苗过期"
    assert reported(event, "又一家媒体说水痘疫苗", source_class=SourceClass.MEDIA).title == "某县通报水痘疫苗过期"


def test_an_event_of_before_keeps_its_title() -> None:
    event = replace(opened("崩溃了。"), title="多人输液后寒战", facts={})
    assert reported(event, "水痘疫苗过期了").title == "多人输液后寒战"


def test_the_dead_of_a_case_that_a_court_has_judged_are_no_dead_of_the_event() -> None:
    """A sentence passed on a case of years ago woke the office with a red alert."""
    told: dict[str, int | bool | str] = {"deaths": 1, "jiangxi": True}
    speaker = Speaker(source_class=SourceClass.MEDIA, local=False)

    def event_of(**facts: int | bool | str) -> Event:
        judgment = replace(judged("案件宣判"), facts=told | facts)
        return open_event("E1", document=document("案件宣判"), assessment=judgment, speaker=speaker, sketch={}, now=NOW)

    assert (event_of(judged=True).deaths or 0, event_of(judged=True).facts["death"]) == (0, False)
    assert (event_of().deaths, event_of().facts["death"]) == (1, True)
