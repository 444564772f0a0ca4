"""Numbers that a word processor writes by itself come out as text, as a reader sees them."""

import io
from collections.abc import Sequence

import pytest
from docx import Document
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from analysis.matching.articles import split_articles
from crawlers.parsing.numbering import chinese_number
from crawlers.parsing.papers import read_paper

Line = tuple[str, int, int] | str
"""A paragraph, or one of a list with number and level."""

LAW = [("chineseCountingThousand", "第%1章"), ("chineseCountingThousand", "第%2条"), ("chineseCounting", "（%3）")]


def level(at: int, kind: str, pattern: str, more: str = "") -> str:
    return f'<w:lvl w:ilvl="{at}"><w:start w:val="1"/><w:numFmt w:val="{kind}"/>{more}<w:lvlText w:val="{pattern}"/></w:lvl>'


def listed(lines: Sequence[Line], levels: Sequence[str], *, nums: str = "", style: str = "") -> bytes:
    """Return a DOCX with a list of these levels (number 77), more lists, and a style that carries a list."""
    document = Document()
    root = document.part.numbering_part.element
    space = nsdecls("w")
    root.append(parse_xml(f'<w:abstractNum {space} w:abstractNumId="77">{"".join(levels)}</w:abstractNum>'))
    for num in (f'<w:num {space} w:numId="77"><w:abstractNumId w:val="77"/></w:num>', nums):
        if num:
            root.append(parse_xml(num.replace("<w:num ", f"<w:num {space} ", 1) if num is nums else num))
    if style:
        document.styles.element.append(parse_xml(style.replace("<w:style ", f"<w:style {space} ", 1)))
    for line in lines:
        if isinstance(line, str):
            document.add_paragraph(line)
            continue
        text, number, at = line
        made = document.add_paragraph(text)
        inner = f'<w:numPr {space}><w:ilvl w:val="{at}"/><w:numId w:val="{number}"/></w:numPr>'
        made._p.get_or_add_pPr().append(parse_xml(inner))
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def told(raw: bytes) -> list[str]:
    return read_paper(raw, ".docx").text.splitlines()


def levels(*kinds: tuple[str, str]) -> list[str]:
    return [level(at, kind, pattern) for at, (kind, pattern) in enumerate(kinds)]


def test_articles_that_are_numbered_by_the_word_processor_are_articles() -> None:
    lines: list[Line] = ["演示管理办法"]
    for number in range(1, 23):
        lines += [(f"演示之{number}。", 77, 0), "这一条的第二款。"]
    text = "\n".join(told(listed(lines, levels(("chineseCountingThousand", "第%1条")))))
    articles = list(split_articles(text, "演示"))
    assert [one.number for one in articles][::7] == ["第一条", "第八条", "第十五条", "第二十二条"]
    assert articles[21].text == "演示之22。\n\n这一条的第二款。" or articles[21].text.startswith("演示之22。")


def test_chapters_articles_and_items_count_each_by_its_level_and_items_begin_anew() -> None:
    # An article goes on counting in the next chapter: such lists say that it does not begin anew.
    made = [level(0, *LAW[0]), level(1, *LAW[1], more='<w:lvlRestart w:val="0"/>'), level(2, *LAW[2])]
    lines = [
        ("总则", 77, 0),
        ("甲。", 77, 1),
        ("其一；", 77, 2),
        ("其二。", 77, 2),
        ("附则", 77, 0),
        ("乙：", 77, 1),
        ("其一。", 77, 2),
    ]
    assert told(listed(lines, made)) == [
        "第一章 总则", "第一条 甲。", "（一）其一；", "（二）其二。", "第二章 附则", "第二条 乙：", "（一）其一。",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "pattern", "expected"),
    [
        ("decimal", "第%1条", ["第1条 甲", "第2条 乙"]),
        ("chineseCounting", "（%1）", ["（一）甲", "（二）乙"]),
        ("japaneseCounting", "%1、", ["一、甲", "二、乙"]),
        ("ideographTraditional", "%1．", ["甲．甲", "乙．乙"]),
        ("decimalEnclosedCircle", "%1", ["① 甲", "② 乙"]),
        ("upperLetter", "%1.", ["A.甲", "B.乙"]),
        ("lowerRoman", "%1)", ["i)甲", "ii)乙"]),
        ("chineseLegalSimplified", "%1、", ["壹、甲", "贰、乙"]),
        ("bullet", "•", ["甲", "乙"]),
        ("notOfThisStandard", "第%1条", ["第1条 甲", "第2条 乙"]),
    ],
)
def test_every_format_is_spelled_as_it_is_shown(kind: str, pattern: str, expected: list[str]) -> None:
    assert told(listed([("甲", 77, 0), ("乙", 77, 0)], levels((kind, pattern)))) == expected


def test_a_level_shows_the_numbers_above_it_and_a_legal_one_in_digits() -> None:
    made = [level(0, "chineseCounting", "%1、"), level(1, "decimal", "%1.%2", more="<w:isLgl/>")]
    assert told(listed([("甲", 77, 0), ("乙", 77, 0), ("丙", 77, 1)], made)) == ["一、甲", "二、乙", "2.1 丙"]


def test_a_second_list_goes_on_counting_unless_it_says_where_it_begins() -> None:
    lines = [("甲", 77, 0), ("乙", 78, 0), ("丙", 78, 0)]
    made = levels(("chineseCounting", "第%1条"))
    plain = '<w:num w:numId="78"><w:abstractNumId w:val="77"/></w:num>'
    begins = plain.replace("</w:num>", '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="9"/></w:lvlOverride></w:num>')
    assert told(listed(lines, made, nums=plain)) == ["第一条 甲", "第二条 乙", "第三条 丙"]
    assert told(listed(lines, made, nums=begins)) == ["第一条 甲", "第九条 乙", "第十条 丙"]


def test_a_style_carries_its_list_and_a_paragraph_leaves_it_with_number_zero() -> None:
    style = (
        '<w:style w:type="paragraph" w:styleId="Article"><w:name w:val="Article"/><w:pPr><w:numPr>'
        '<w:numId w:val="77"/></w:numPr></w:pPr></w:style>'
    )
    document = Document(io.BytesIO(listed([], levels(("chineseCounting", "第%1条")), style=style)))
    for text in ("甲", "乙", "丙"):
        document.add_paragraph(text, style="Article")
    properties = document.paragraphs[1]._p.get_or_add_pPr()
    properties.append(parse_xml(f'<w:numPr {nsdecls("w")}><w:numId w:val="0"/></w:numPr>'))
    out = io.BytesIO()
    document.save(out)
    assert told(out.getvalue()) == ["第一条 甲", "乙", "第二条 丙"]


def test_lists_within_a_table_count_a_merged_cell_once() -> None:
    document = Document(io.BytesIO(listed([], levels(("chineseCounting", "第%1条")))))
    table = document.add_table(2, 2)
    table.cell(0, 0).merge(table.cell(1, 0)).text = "甲"
    for cell in (table.cell(0, 0), table.cell(0, 1), table.cell(1, 1)):
        inner = f'<w:numPr {nsdecls("w")}><w:ilvl w:val="0"/><w:numId w:val="77"/></w:numPr>'
        cell.paragraphs[0]._p.get_or_add_pPr().append(parse_xml(inner))
    table.cell(0, 1).paragraphs[0].add_run("乙")
    table.cell(1, 1).paragraphs[0].add_run("丙")
    out = io.BytesIO()
    document.save(out)
    assert told(out.getvalue()) == ["｜第一条 甲 第二条 乙", "｜第一条 甲 第三条 丙"]


def test_a_list_that_is_none_or_would_grow_without_end_leaves_the_text_as_it_is() -> None:
    assert told(listed([("甲", 99, 0), ("乙", 77, 5)], levels(("decimal", "第%1条")))) == ["甲", "乙"]
    assert told(listed([("甲", 77, 0)], levels(("decimal", "第%1条" * 20)))) == ["甲"]


@pytest.mark.parametrize(
    ("number", "expected"),
    [(1, "一"), (10, "十"), (11, "十一"), (20, "二十"), (100, "一百"), (101, "一百零一"), (110, "一百一十"), (155, "一百五十五"),
     (1005, "一千零五"), (1010, "一千零一十"), (12000, "12000")],
)  # fmt: skip
def test_numbers_are_counted_as_articles_are(number: int, expected: str) -> None:
    assert chinese_number(number) == expected
