"""Which documents are worth scoring at all."""

from pathlib import Path

import pytest

import analysis
from analysis.concern import may_concern
from tests.unit.analysis.reading_of import reading

WORDS = Path(analysis.__file__).parent / "loose_words.tsv"
LOOSE = [
    "药",
    "医美",
    "疫苗",
    "接种",
    "处方",
    "针剂",
    "打针",
    "细针",
    "剂量",
    "冲剂",
    "贴剂",
    "贴膏",
    "膏",
    "补片",
    "眼镜",
    "美容",
    "护肤",
    "植入",
    "近视",
    "阳痿",
    "狂犬",
    "义诊",
    "器械",
    "化妆",
    "打错",
    "对苯二胺",
    "染发",
    "盖白",
    "救心",
    "碘131",
    "前列腺",
    "骨贴",
    "痛贴",
    "免疫",
    "注册证",
    "卖药",
    "批准文号",
]


@pytest.mark.parametrize("word", LOOSE)
def test_a_loose_word_of_the_field_is_enough(word: str) -> None:
    assert may_concern(reading(f"今天谈到{word}的事"))


def test_every_loose_word_holds_the_character_by_which_it_is_looked_for() -> None:
    rows = [line.split("\t") for line in WORDS.read_text("utf-8").splitlines() if not line.startswith("#")]

    assert len(rows) > 100
    assert [row[0] for row in rows if len(row[1]) != 1 or row[1] not in row[0]] == []


@pytest.mark.parametrize(
    "title", ["足球赛今晚开赛", "高铁新线开通", "方案公布，天气转凉", "录取名册公布", "小颗粒物超标", "针对此事", ""]
)
def test_a_document_without_any_word_of_the_field_is_not_scored(title: str) -> None:
    assert not may_concern(reading(title, "记者从现场了解到。"))


@pytest.mark.parametrize(
    "title",
    [
        "网曝女孩做皮试后休克离世",
        "孩子雾化治疗后没了 医院称正在等尸检",
        "女子隆鼻后鼻尖发黑坏死",
        "飞检发现严重缺陷",
        "直播间的国医大师是群演",
    ],
)
def test_a_report_that_names_no_product_is_scored_by_its_words_of_the_field(title: str) -> None:
    assert may_concern(reading(title))
