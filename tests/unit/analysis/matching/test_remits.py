"""Whose matter it is: the laws and the office of another authority, as the table of situations writes them."""

from dataclasses import replace

import pytest

from analysis.matching.remits import Remit
from analysis.matching.situations import load_situations, parse_situations
from tests.unit.analysis.matching.test_retrieval import COUNSEL, TABLE, TODAY, document, judged

REMITS = "remits: {fund: {laws: [演示基金条例], office: 演示部门, code: V, source: 第六条}, rest: {office: 别的部门}}\n"
ALONE = "  - {id: fund, weight: 3, alone: true, remit: fund, cues: [骗基金], why: 基金由演示部门查处}\n"
BESIDE = "  - {id: leaflet, weight: 0.2, remit: rest, cues: [小广告], governs: [新法#2], why: 小广告}\n"
WRITTEN = TABLE.replace("situations:\n", f"{REMITS}situations:\n{ALONE}{BESIDE}")
TOLD = replace(COUNSEL, situations=parse_situations(WRITTEN, "table.yaml"))


def test_a_row_names_laws_and_office_and_whether_that_was_read() -> None:
    rows = {row.id: row.remit for row in TOLD.situations.rows}
    assert rows["fund"] == Remit(laws=("演示基金条例",), office="演示部门", verified=True, source="第六条")
    assert rows["leaflet"] == Remit(laws=(), office="别的部门", verified=False, source="")
    assert rows["expired"] is None
    assert (rows["fund"].title, rows["leaflet"].title) == ("《演示基金条例》", "别的部门")


def test_a_matter_of_another_authority_is_told_by_its_row_and_offered_no_article() -> None:
    found = TOLD.consult(document("药店骗基金还卖过期药"), judged("R02"), on=TODAY)
    assert found.elsewhere is not None
    assert (found.elsewhere.id, found.matches) == ("fund", ())


def test_a_matter_is_another_authority_s_only_where_its_rows_outweigh_the_others() -> None:
    found = TOLD.consult(document("过期药的小广告"), judged("R02"), on=TODAY)
    assert found.matches[0].situation == "expired"
    assert found.elsewhere is None
    assert TOLD.consult(document("贴小广告"), None, on=TODAY).elsewhere is not None


@pytest.mark.parametrize(
    ("written", "sentence"),
    [
        (WRITTEN.replace("remit: fund,", "remit: found,"), "情形 fund：remits 中没有名为 found 的主管部门"),
        (WRITTEN.replace("office: 演示部门, ", ""), "remits：fund 缺少 office"),
        (WRITTEN.replace("code: V", "code: X"), "remits：fund 的 code 应为 V、S、U 之一"),
        (WRITTEN.replace(", source: 第六条", ""), "remits：fund 写为已核实，须在 source 中写明"),
        (WRITTEN.replace("source:", "read:"), "remits：fund 不认识的项 read"),
    ],
)
def test_what_is_wrong_with_a_remit_is_said_with_its_place(written: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        parse_situations(written, "table.yaml")


def test_every_row_that_offers_nothing_at_home_says_whose_matter_it_is() -> None:
    nobody_s = {"vaccine-abroad", "abroad-shortage", "abroad-drug-misuse", "outside-wild-poison", "no-duty-told"}
    silent = {row.id for row in load_situations().rows if row.alone and not row.governs and row.remit is None}
    assert silent == nobody_s
