"""What happened abroad is told apart from what came from abroad, and from what is tied to this country."""

from dataclasses import replace

import pytest

from analysis.assessment import Assessment
from crawlers.records import Document, SourceClass
from service.domain.events.abroad import is_tied_to_home, tells_of_abroad
from service.domain.events.reported import open_event
from service.domain.events.speaker import Speaker
from tests.builders import NOW, build_assessment, build_document


def document(title: str, text: str = "") -> Document:
    return build_document(title=title, text=text)


def told(one: Document, *, abroad: bool, home: bool) -> Assessment:
    return replace(build_assessment(one), facts={"abroad": abroad, "home": home})


@pytest.mark.parametrize(
    ("title", "text", "named"),
    [
        ("印度一止咳糖浆致17名儿童死亡", "据外媒报道，当地药监部门查出二甘醇超标。", True),
        ("乌兹别克斯坦18名儿童喝印度糖浆死亡", "", True),
        ("加蓬三名儿童服糖浆后死亡", "卫生部通报。", False),
        ("曼谷一女子服减肥药后死亡", "警方已介入。", True),
    ],
)
def test_what_happened_in_another_country_is_abroad(title: str, text: str, named: bool) -> None:
    one = document(title, text)
    assert tells_of_abroad(one, told(one, abroad=named, home=False))


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("吃了日本止痛药肝衰竭", "一盒下去转氨酶两千多。"),
        ("泰国减肥药吃死人", "朋友圈都在转。"),
        ("韩国肉毒素打完脸歪了", "医生说要半年才能恢复。"),
        ("印度那个止咳糖浆", "我家孩子也在喝，赶紧停了。"),
        ("美国一女子注射减肥针后死亡", "国内代购群里也在卖。"),
    ],
)
def test_where_a_product_comes_from_is_not_where_it_happened(title: str, text: str) -> None:
    one = document(title, text)
    assert not tells_of_abroad(one, told(one, abroad=True, home=False))


def test_a_place_of_this_country_ties_it_to_home() -> None:
    one = document("欧洲一血液制品致2人死亡", "我国已暂停进口。")
    assert is_tied_to_home(one, told(one, abroad=False, home=True))
    assert not tells_of_abroad(one, told(one, abroad=True, home=True))


@pytest.mark.parametrize(
    ("text", "tied"),
    [
        ("经核查，我国未批准相关印度企业生产的止咳糖浆进口。", False),
        ("国家药监局：未批准进口涉事产品。", False),
        ("我国已暂停进口。", True),
        ("我国未批准进口，但有人代购。", True),
    ],
)
def test_that_a_product_never_came_here_ties_nothing_to_home(text: str, *, tied: bool) -> None:
    one = document("印度咳嗽糖浆致22名儿童死亡", text)
    assert is_tied_to_home(one, told(one, abroad=False, home=True)) is tied


@pytest.mark.parametrize(
    ("source", "local", "abroad"),
    [
        (SourceClass.MEDIA, True, True),
        (SourceClass.SOCIAL, False, True),
        (SourceClass.SOCIAL, True, False),
        (SourceClass.COMPLAINT, True, False),
    ],
)
def test_a_paper_of_the_province_reprints_what_happened_abroad_and_its_forums_tell_of_home(
    source: SourceClass, local: bool, abroad: bool
) -> None:
    one = document("美国一女子注射减肥针后死亡", "得克萨斯州卫生部门通报。")
    event = open_event(
        "E1",
        document=one,
        assessment=told(one, abroad=True, home=False),
        speaker=Speaker(source_class=source, local=local),
        sketch={},
        now=NOW,
    )
    assert event.facts["abroad"] is abroad
