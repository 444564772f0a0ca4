"""A draft that still holds marks of the response reference is not finished."""

import pytest

from service.domain.cases.unfinished import unfinished_findings


@pytest.mark.parametrize(
    ("text", "marks"),
    [
        ("〔待核实〕伤亡：称受影响12人", ["〔待核实〕"]),
        ("【待核实】企业：稿件未说明\n[待填写：发布渠道]", ["【待核实】", "[待填写：发布渠道]"]),
        ("发布渠道（待填写：由新闻处定），时间(待填写)。", ["（待填写：由新闻处定）", "(待填写)"]),
        ("原因（待核实）。", []),
        ("回应参考（2026年11月25日，仅供起草，不得直接发布）", ["仅供起草，不得直接发布"]),
        ("《某办法》第三条〔条文原文未入库〕要点（非原文）：立即调查", ["〔条文原文未入库〕", "要点（非原文）"]),
        ("具体原因待核实，结果将及时公布（待核实的情况除外）。", []),
        ("【已知情况】涉事批次已停用封存。", []),
    ],
)
def test_marks_of_the_reference_block_a_text_and_the_same_words_in_a_sentence_do_not(
    text: str, marks: list[str]
) -> None:
    found = unfinished_findings(text)
    assert [one.text for one in found] == marks
    assert all(one.blocking and text[one.start : one.end] == one.text for one in found)
