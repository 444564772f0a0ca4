"""Numbers that a product bears, by the kinds that China has given, and what only looks like one."""

import pytest

from analysis.assessment import Entity, EntityType
from tests.growth import LINEAR, growth
from tests.unit.analysis.reading_of import entities

APPROVAL, BATCH = EntityType.APPROVAL_NO, EntityType.BATCH_NO


def numbers(kind: EntityType, text: str) -> list[Entity]:
    return [entity for entity in entities(text) if entity.type is kind]


def written(kind: EntityType, text: str) -> list[str]:
    return [entity.text for entity in numbers(kind, text)]


@pytest.mark.parametrize(
    "number",
    [
        "国药准字H20239999",
        "国药准字HJ20169999",
        "国药试字X20029999",
        "国药证字H20029999",
        "国药包字20099999",
        "京卫药准字(1996)第099999号",
        "赣卫药健字(1998)第9999号",
        "赣药制字Z20139999",
        "赣药制备字Z20249999000",
        "桂药制字Z01059999",
    ],
)
def test_drugs_and_what_hospitals_make_have_their_numbers_old_and_new(number: str) -> None:
    assert written(APPROVAL, f"盒子上写{number},查不到") == [number]


@pytest.mark.parametrize(
    "number",
    [
        "赣械注准20222409999",
        "国械注许20203149999",
        "国械备20159999号",
        "赣吉械备20229999号",
        "国食药监械(准)字2012第3659999号",
        "赣洪食药监械(准)字2013第1649999号",
        "国药管械(试)字2002第3219999号",
        "国妆网备进字(沪)2020009999",
        "国妆原备字20219999",
        "卫妆准字29-XK-9999号",
        "食健备G202036009999",
        "国食健注G20169999",
        "卫食健字(2003)第9999号",
        "国食注字TY20189999",
        "赣卫消证字(2019)第9999号",
        "(赣)卫消证字[2018]第9999号",
    ],
)
def test_devices_cosmetics_and_what_is_sold_beside_them_have_theirs(number: str) -> None:
    assert written(APPROVAL, f"标示{number}的产品") == [number]


@pytest.mark.parametrize("number", ["赣药广审(文)第230817-99999号", "国械广审(视)第2023019999号"])
def test_the_number_of_an_advertisement_is_found_whole(number: str) -> None:
    assert written(APPROVAL, f"广告审查号是“{number}”") == [number]


def test_a_drug_from_abroad_is_known_by_the_word_before_its_number() -> None:
    assert written(APPROVAL, "进口药品注册证号:H20169999") == ["H20169999"]
    assert not written(APPROVAL, "型号H20169999")


def test_a_number_is_the_same_with_and_without_the_word_for_number() -> None:
    assert {e.canonical for e in numbers(APPROVAL, "赣吉械备20229999号,即赣吉械备20229999")} == {"赣吉械备20229999"}


@pytest.mark.parametrize("text", ["许可证编号赣20169999", "注销(赣AA7979999)", "国药准字Z2002", "赣妆20169999许可证"])
def test_the_licence_of_a_firm_and_a_part_of_a_number_are_no_approvals(text: str) -> None:
    assert not written(APPROVAL, text)


@pytest.mark.parametrize(
    ("text", "batches"),
    [
        ("序列号集中在LA9908至LA9911开头的产品", ["LA9908", "LA9911"]),
        ("公告写的是ZK990101至ZK990109“部分批次”", ["ZK990101", "ZK990109"]),
        ("A9909、A9910两个批次", ["A9909", "A9910"]),
        ("瓶底印着LOT:WD99-117", ["WD99-117"]),
        ("批号990101-990105", ["990101", "990105"]),
        ("批号:99110801,990926等", ["99110801", "990926"]),
        ("批号99250307-2", ["99250307-2"]),
    ],
)
def test_batches_are_found_by_serials_ranges_and_the_word_behind_them(text: str, batches: list[str]) -> None:
    assert written(BATCH, text) == batches


@pytest.mark.parametrize("text", ["批号990101,2024年第3批次", "国药准字H20239999等3批次"])
def test_a_year_and_an_approval_are_no_batches(text: str) -> None:
    assert set(written(BATCH, text)) <= {"990101"}


@pytest.mark.parametrize("piece", ["a1234、", "a1234至", "个批", "批号a1", "赣吉械备", "国药准字", "赣药广审(文)1"])
def test_a_long_text_of_nothing_but_signs_costs_what_its_length_does(piece: str) -> None:
    count = 100_000 // len(piece)
    assert growth(lambda text: entities("", text), piece * (count // 8), piece * count) < LINEAR
