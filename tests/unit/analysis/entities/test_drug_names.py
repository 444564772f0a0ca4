"""Where the names of drugs begin and end, and words that hold the name of one and are none."""

import pytest

from analysis.assessment import EntityType
from tests.unit.analysis.reading_of import entities


def drugs(title: str, text: str = "") -> list[str]:
    return [entity.text for entity in entities(title, text) if entity.type is EntityType.DRUG]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("医生说可以换二巯丁二酸胶囊", "二巯丁二酸胶囊"),
        ("在人促红素注射液的检验中", "人促红素注射液"),
        ("注射用重组人干扰素α2b被追溯", "注射用重组人干扰素α2b"),
        ("重组人干扰素α1b滴眼液", "重组人干扰素α1b滴眼液"),
        ("每周输注凝血因子Ⅸ", "凝血因子Ⅸ"),
        ("获批的凝血因子Ⅸ基因注射液", "凝血因子Ⅸ基因注射液"),
        ("此前上市的波哌达可基注射液", "波哌达可基注射液"),
        ("在家用硫酸特布他林雾化液", "硫酸特布他林雾化液"),
    ],
)
def test_a_name_keeps_its_first_character_and_its_kind(text: str, name: str) -> None:
    assert drugs(text) == [name]


def test_how_it_is_given_belongs_to_the_name_of_immunoglobulins_alone() -> None:
    assert drugs("每周静注人凝血因子Ⅸ") == ["人凝血因子Ⅸ"]
    assert drugs("静注人免疫球蛋白缺货") == ["静注人免疫球蛋白"]


def test_a_class_before_a_name_is_no_part_of_it() -> None:
    assert drugs("麻黄碱类复方制剂酚麻美敏片1020盒") == ["酚麻美敏片"]


def test_a_boast_is_no_part_of_a_name_that_the_text_says_without_it() -> None:
    assert set(drugs("游医卖的“风湿骨痛散”", "他摆摊卖“祖传风湿骨痛散”")) == {"风湿骨痛散"}
    assert drugs("“祖传牛皮癣散”里的砒霜味") == ["祖传牛皮癣散"]


def test_a_remedy_is_named_where_its_slogan_goes_on_inside_the_quotes() -> None:
    assert drugs("发布“鹿血固元酒,三天告别前列腺炎”广告") == ["鹿血固元酒"]


@pytest.mark.parametrize(
    "text",
    [
        "三台制丸机和几十斤牛胆粉",
        "整粒吞服,不能嚼碎小丸",
        "正在喷洒苦参碱",
        "同线生产的肝素帽",
        "紫杉醇涂层球囊导管",
        "医生说是肉毒中毒",
        "农资店说缺锌,喷了硫酸锌没动静",
    ],
)
def test_machines_devices_diseases_and_what_fields_are_given_are_no_drugs(text: str) -> None:
    assert not drugs(text)
