import io
import zipfile

import pytest
from pypdf import PdfWriter
from pypdf.generic import DictionaryObject, NameObject

from crawlers.parsing.papers import PaperLimits, PaperRefusedError, read_paper, unwrap, without_running
from tests.papers import docx_of, pdf_of

LINES = [
    "演示药品监督管理办法",
    "第一条 为了演示读取便携文档的文字，保证每一行都能还原为自然",
    "段，制定本办法。",
    "第二条 本办法所称演示，包括下列情形：",
    "（一）换行的段落；",
    "（二）页码。",
    "— 1 —",
]
READ = (
    "演示药品监督管理办法\n"
    "第一条 为了演示读取便携文档的文字，保证每一行都能还原为自然段，制定本办法。\n"
    "第二条 本办法所称演示，包括下列情形：\n（一）换行的段落；\n（二）页码。"
)


class TestReading:
    def test_printed_lines_become_paragraphs_again_and_page_numbers_go(self) -> None:
        paper = read_paper(pdf_of(LINES), ".pdf")
        assert (paper.text, paper.pages) == (READ, 1)

    def test_pages_are_counted_and_joined(self) -> None:
        paper = read_paper(pdf_of([f"第{number}条 演示。" for number in range(1, 41)]), ".pdf")
        assert paper.pages == 2
        assert len(paper.text.splitlines()) == 40

    def test_paragraphs_and_tables_of_a_docx_stand_in_their_order(self) -> None:
        paper = read_paper(
            docx_of(["第一条 演示。", "", "第二条 演示。"], table=[["产品", "批号"], ["甲", "001"]]), ".docx"
        )
        assert paper.text == "第一条 演示。\n第二条 演示。\n产品 批号\n甲 001"

    def test_a_pdf_that_names_its_glyphs_by_their_radicals_reads_as_what_is_seen(self) -> None:
        paper = read_paper(pdf_of(["第⼀条 ⾃2025年6⽉1⽇起施⾏。", "第⼗⼆条 ⻝品和药品。"]), ".pdf")
        assert paper.text == "第一条 自2025年6月1日起施行。\n第十二条 食品和药品。"

    def test_a_row_that_cites_an_article_is_marked_as_a_row(self) -> None:
        paper = read_paper(docx_of(["第一条 演示。"], table=[["第二条", "从轻"], ["甲", "第三条"]]), ".docx")
        assert paper.text == "第一条 演示。\n｜第二条 从轻\n甲 第三条"

    def test_new_and_unchanged_articles_of_a_table_that_compares_two_texts_are_marked_as_rows(self) -> None:
        table = [
            ["修订前", "修订后"],
            ["第一条 甲。", "第一条 乙。"],
            ["", "第二条 新增。"],
            ["第三条 同。", "第三条 同。"],
        ]
        paper = read_paper(docx_of(["演示办法修订对照表"], table=table), ".docx")
        assert paper.text.splitlines()[2:] == ["｜第一条 甲。 第一条 乙。", "｜第二条 新增。", "｜第三条 同。"]

    def test_a_page_that_is_a_picture_among_pages_of_text_is_told(self) -> None:
        paper = read_paper(with_scanned_page(pdf_of(LINES)), ".pdf")
        assert (paper.text, paper.pages, paper.scanned) == (READ, 2, (2,))
        assert read_paper(pdf_of(LINES), ".pdf").scanned == ()

    def test_a_docx_with_a_password_is_told_from_a_broken_one(self) -> None:
        locked = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(504)
        with pytest.raises(PaperRefusedError, match=r"有打开密码.*另存为 \.docx"):
            read_paper(locked, ".docx")

    def test_paragraphs_in_a_table_of_one_cell_stay_paragraphs(self) -> None:
        paper = read_paper(docx_of(["演示办法"], table=[["第一条 演示。\n第二条 演示之二。"]]), ".docx")
        assert paper.text == "演示办法\n第一条 演示。\n第二条 演示之二。"


def with_scanned_page(raw: bytes) -> bytes:
    """Return a PDF with a page more that shows a picture and no text."""
    writer = PdfWriter(clone_from=io.BytesIO(raw))
    page = writer.add_blank_page(200, 200)
    page[NameObject("/Resources")] = DictionaryObject(
        {NameObject("/XObject"): DictionaryObject({NameObject("/Im0"): DictionaryObject()})}
    )
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("word/document.xml", b"0" * 2_000_000)
    return out.getvalue()


class TestRefusals:
    @pytest.mark.parametrize(
        ("raw", "suffix", "sentence"),
        [
            (pdf_of(LINES, blank=True), ".pdf", "扫描件"),
            (b"%PDF-1.7 broken", ".pdf", "不是有效的 PDF"),
            (b"", ".pdf", "不是有效的 PDF"),
            (b"PK\x03\x04 broken", ".docx", "不是有效的 DOCX"),
            (docx_of([]), ".docx", "没有文字"),
            (b"x", ".doc", "不支持的格式 .doc"),
        ],
        ids=["scan", "broken PDF", "empty", "broken DOCX", "no text", "other format"],
    )
    def test_what_holds_no_text_is_refused_with_a_reason(self, raw: bytes, suffix: str, sentence: str) -> None:
        with pytest.raises(PaperRefusedError, match=sentence):
            read_paper(raw, suffix)

    @pytest.mark.parametrize(
        ("raw", "suffix", "limits", "sentence"),
        [
            (pdf_of(["甲"] * 40), ".pdf", PaperLimits(pages=1), "2 页，超过 1 页"),
            (docx_of(["甲" * 50]), ".docx", PaperLimits(characters=10), "超过 10 个字符"),
            (docx_of(["甲"]), ".docx", PaperLimits(file_bytes=10), "文件超过"),
            (bomb(), ".docx", PaperLimits(unpacked_bytes=2**20), "解压后超过 1 MiB"),
        ],
        ids=["pages", "characters", "bytes", "bomb"],
    )
    def test_what_is_past_a_limit_is_refused(self, raw: bytes, suffix: str, limits: PaperLimits, sentence: str) -> None:
        with pytest.raises(PaperRefusedError, match=sentence):
            read_paper(raw, suffix, limits)

    def test_a_reader_that_does_not_answer_is_ended(self) -> None:
        with pytest.raises(PaperRefusedError, match="已停止"):
            read_paper(pdf_of(LINES), ".pdf", PaperLimits(answer_seconds=0.01))

    def test_a_reader_that_dies_costs_one_file(self) -> None:
        with pytest.raises(PaperRefusedError, match=r"读取中断|内存"):
            read_paper(pdf_of(LINES), ".pdf", PaperLimits(memory_bytes=2**24))


def test_a_new_article_begins_a_paragraph_even_behind_a_full_line() -> None:
    lines = ["第一条 一行写满而没有句号的条文一行写满而没有句号", "第二条 另一条", "（一）一项", "第三章 附则"]
    assert unwrap(lines) == lines


HEAD, FOOT = "演示省药品监督管理局文件", "第 {} 页 共 3 页"


class TestRunningTitles:
    def test_what_runs_along_every_page_is_no_part_of_an_article(self) -> None:
        pages = [
            [HEAD, f"第{number}条 药品经营企业应当", "建立制度。", FOOT.format(at), HEAD]
            for at, number in enumerate("一二三", start=1)
        ]
        assert without_running(pages)[2:] == [
            "第二条 药品经营企业应当",
            "建立制度。",
            "第三条 药品经营企业应当",
            "建立制度。",
        ]

    def test_the_title_on_the_first_page_stays_though_it_runs_along_the_others(self) -> None:
        pages = [["演示办法", "第一条 甲。"], ["演示办法", "第二条 乙。"], ["第三条 丙。", "演示办法"]]
        assert without_running(pages) == ["演示办法", "第一条 甲。", "第二条 乙。", "第三条 丙。"]

    def test_items_and_articles_that_stand_at_the_edges_of_pages_stay(self) -> None:
        pages = [["第一条 有下列情形之一的：", "（一）其他情形。"], ["第一条 甲。", "（一）其他情形。"]]
        assert without_running(pages) == [line for page in pages for line in page]

    def test_a_sentence_that_is_said_on_one_page_of_three_stays(self) -> None:
        pages = [["甲。", "特此公告。"], ["乙。", "丙。"], ["丁。", "戊。"]]
        assert without_running(pages) == ["甲。", "特此公告。", "乙。", "丙。", "丁。", "戊。"]

    def test_a_title_that_runs_along_is_left_out_of_a_printed_file(self) -> None:
        lines = [
            line for at in range(3) for line in [HEAD, *[f"第{30 * at + number}条 演示。" for number in range(1, 30)]]
        ]
        text = read_paper(pdf_of(lines), ".pdf").text
        assert (text.count(HEAD), len(text.splitlines())) == (1, 88)

    def test_the_radical_that_is_printed_for_the_west_of_the_province_is_read_as_west(self) -> None:
        assert read_paper(pdf_of(["江⻄省药品监督管理局"]), ".pdf").text == "江西省药品监督管理局"


def test_an_article_whose_number_is_spread_begins_a_paragraph() -> None:
    assert unwrap(["演示药品法演示药品法演示药品法", "第 十 二 条 演示演示演示演示演示。"]) == [
        "演示药品法演示药品法演示药品法",
        "第 十 二 条 演示演示演示演示演示。",
    ]
