"""Drugs that are spelled around filters, or named as their trade names them."""

import pytest

from analysis.entities.evasive_drugs import evasive_drugs, with_qualifier


@pytest.mark.parametrize(
    ("text", "spelled", "drug"),
    [
        ("有出左氧5沙星的私我", "左氧5沙星", "左氧氟沙星"),
        ("出替马多,原装", "替马多", "曲马多"),
        ("收p8的别加我了", "p8", "普瑞巴林"),
        ("群里还在卖右美,十板起", "右美", "右美沙芬"),
        ("降糖神药其实是格列苯脲", "格列苯脲", "格列本脲"),
    ],
)
def test_a_drug_is_read_as_it_is_spelled_around_filters(text: str, spelled: str, drug: str) -> None:
    assert [(text[span.start : span.end], span.canonical) for span in evasive_drugs(text)] == [(spelled, drug)]


@pytest.mark.parametrize("text", ["第p8页的表格", "右美国左欧洲", "买了5盒药"])
def test_what_is_no_code_word_here_is_no_drug(text: str) -> None:
    assert not list(evasive_drugs(text))


@pytest.mark.parametrize(
    ("name", "behind"),
    [
        ("六味地黄丸", "(浓缩丸)"),
        ("注射用益气复脉", "(冻干)"),
        ("脂肪乳", "氨基酸(17)葡萄糖(11%)注射液"),
        ("阿司匹林", ""),
    ],
)
def test_the_kind_in_brackets_belongs_to_the_name(name: str, behind: str) -> None:
    assert with_qualifier(f"{name}{behind}(某药业)停用", len(name)) == len(name) + len(behind)
