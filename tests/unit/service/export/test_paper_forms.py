"""What every form of a paper keeps: one text, shown literally, in bounded time; nothing in it runs or is fetched."""

import io
import platform
import re
import subprocess
import sys
import time
import zipfile
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, cast

import docx
import pypdfium2
import pytest
import structlog
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from lxml import html
from pypdf import PdfReader
from pypdf.generic import ArrayObject, DictionaryObject, PdfObject

from service.domain.figures.briefing import Briefing, Rumour
from service.export import pdf
from service.export.blocks import Heading, Line, Link, Paper, Picture, Table
from service.export.briefing import write_briefing
from service.export.docx import write_docx
from service.export.html import write_html
from service.export.layout import lay_out
from service.export.pdf import PdfFault, lack_of_pdf, write_pdf
from tests.unit.service.export.issue import event, issue

HOSTILE = (
    '#import "@preview/x:1.0.0": * $a^2$ *b* _u_ \\ `c` = h // c /* x */ @ref <lab> #panic("x") [l](http://e.invalid) '
    "</script><script>alert(1)</script> <img src=x onerror=alert(1)> {{ 7*7 }} {% if %} &lt; &amp; -- ... \"q\" 'q' 药"
)
LONG_WORD = "https://very-long.invalid/" + "a" * 500
WRITERS: Mapping[str, Callable[[Paper, IO[bytes]], None]] = {"docx": write_docx, "html": write_html, "pdf": write_pdf}
# Where there is a wheel it belongs to every installation: a machine that has none of it there fails.
pytestmark = pytest.mark.skipif(
    platform.machine() not in {"x86_64", "aarch64", "arm64"}, reason="typst has no wheel for this processor"
)


def hostile_issue() -> Briefing:
    made = issue(title=HOSTILE)
    titles = (HOSTILE, LONG_WORD, "药" * 10_000, "W" * 10_000, "长词 incomprehensibilities " * 40)
    urls = ("javascript:alert(1)", LONG_WORD, 'http://a.invalid/"onclick=x', "data:text/html,x", "file:///etc/passwd")
    listed = [replace(made.documents[0], title=title, url=url) for title, url in zip(titles, urls, strict=True)]
    return replace(
        made,
        documents=tuple(listed),
        events=tuple(event(number, title) for number, title in enumerate((HOSTILE, "长标题" * 100, LONG_WORD), 1)),
        rumours=(Rumour(claim="药品，" * 2_000, documents=7, status="待核实"),),
        advice=(replace(made.advice[0], fact="甲\u202e乙\n丙\x00丁"),),
    )


@pytest.fixture(scope="module")
def papers() -> dict[str, Paper]:
    return {"plain": lay_out(issue(drill=True)), "hostile": lay_out(hostile_issue())}


@pytest.fixture(scope="module")
def files(papers: dict[str, Paper]) -> dict[tuple[str, str], bytes]:
    """Return every form of every paper; each took less than half of what ends the slowest of them."""
    made = {}
    for name, paper in papers.items():
        for form, write in WRITERS.items():
            target = io.BytesIO()
            began = time.monotonic()
            write(paper, target)
            assert time.monotonic() - began < pdf.LIMIT_SECONDS / 2
            made[name, form] = target.getvalue()
    return made


def without_blanks(text: str) -> str:
    return re.sub(r"[\s\u200b]+", "", text)


def told_by(paper: Paper) -> str:
    """Return all that the paper says, as one run without blanks."""
    said: list[str] = []
    for block in paper.blocks:
        match block:
            case Line() | Heading():
                said.append(block.text)
            case Table():
                said += [*block.headings, *(str(cell) for row in block.rows for cell in row)]
            case Picture():
                pass
    return without_blanks("".join(said))


def read_docx(data: bytes, _: Paper) -> str:
    body = docx.Document(io.BytesIO(data)).element.body
    return without_blanks("".join(one.text or "" for one in body.iter(qn("w:t"))))


def read_html(data: bytes, _: Paper) -> str:
    return without_blanks(html.fromstring(data).find("body").text_content())


def read_pdf(data: bytes, paper: Paper) -> str:
    """Return the text without the page numbers, what stands at the head of every page and the heads that a table repeats."""
    heads = {without_blanks("".join(block.headings)) for block in paper.blocks if isinstance(block, Table)}
    pages = []
    for number, page in enumerate(PdfReader(io.BytesIO(data)).pages, 1):
        text = without_blanks(page.extract_text())
        assert text.endswith(f"—{number}—")
        text = text.removesuffix(f"—{number}—")
        if number > 1:
            assert text.startswith(without_blanks(paper.running))
            text = text.removeprefix(without_blanks(paper.running))
        repeated = next((head for head in heads if text.startswith(head)), "")
        pages.append(text.removeprefix(repeated))
    return "".join(pages)


READERS = {"docx": read_docx, "html": read_html, "pdf": read_pdf}


@pytest.mark.parametrize("form", WRITERS)
@pytest.mark.parametrize("name", ["plain", "hostile"])
def test_every_form_says_all_that_the_paper_says_in_its_order_and_nothing_else(
    papers: dict[str, Paper], files: dict[tuple[str, str], bytes], name: str, form: str
) -> None:
    said = READERS[form](files[name, form], papers[name])
    if (name, form) == ("hostile", "pdf"):
        # A cell of several pages is read page by page, and its neighbours in between.
        assert Counter(said) == Counter(told_by(papers[name]))
    else:
        assert said == told_by(papers[name])


def test_collected_text_is_shown_as_it_stands_in_every_form(
    files: dict[tuple[str, str], bytes], papers: dict[str, Paper]
) -> None:
    for form, read in READERS.items():
        text = read(files["hostile", form], papers["hostile"])
        assert text.count(without_blanks(HOSTILE)) >= 2
        assert "甲乙丙丁" in text


def test_the_page_runs_nothing_fetches_nothing_and_leads_to_addresses_of_the_web_alone(
    files: dict[tuple[str, str], bytes],
) -> None:
    page = html.fromstring(files["hostile", "html"])
    names = {element.tag for element in page.iter() if isinstance(element.tag, str)}
    assert not names & {"script", "iframe", "object", "embed", "form", "link", "base", "svg", "video", "audio"}
    attributes = {name for element in page.iter() for name in element.attrib}
    assert not [name for name in attributes if name.startswith("on")]
    assert all(image.get("src").startswith("data:image/png;base64,") for image in page.iter("img"))
    targets = [link.get("href") for link in page.iter("a")]
    assert targets
    assert all(re.match(r"https?://[^\"<>\s]+$", target) for target in targets)
    [policy] = page.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
    assert policy.startswith("default-src 'none'")
    assert "script-src" not in policy


def test_the_pdf_carries_no_action_but_links_to_addresses_of_the_web(files: dict[tuple[str, str], bytes]) -> None:
    reader = PdfReader(io.BytesIO(files["hostile", "pdf"]))
    root = cast("DictionaryObject", reader.trailer["/Root"])
    assert not {"/OpenAction", "/AA", "/AcroForm"} & set(root)
    actions = [note.get_object()["/A"] for page in reader.pages for note in page.get("/Annots", [])]
    assert actions
    assert {action["/S"] for action in actions} == {"/URI"}
    assert all(action["/URI"].startswith(("http://", "https://")) for action in actions)


def test_no_text_of_the_pdf_leaves_its_page(files: dict[tuple[str, str], bytes]) -> None:
    with pypdfium2.PdfDocument(files["hostile", "pdf"]) as document:
        for page in document:
            text = page.get_textpage()
            boxes = [text.get_rect(number) for number in range(text.count_rects())]
            # A4 in points within its side margins, one point of grace for the slant of a glyph.
            assert min(box[0] for box in boxes) >= 28 / 25.4 * 72 - 1
            assert max(box[2] for box in boxes) <= (210 - 26) / 25.4 * 72 + 6
            text.close()
            page.close()


def test_what_a_picture_shows_is_told_in_words_with_its_figures(
    papers: dict[str, Paper], files: dict[tuple[str, str], bytes]
) -> None:
    words = [block.words for block in papers["plain"].blocks if isinstance(block, Picture)]
    if not words:
        pytest.skip("no Chinese font installed: apt-get install fonts-noto-cjk")
    assert "3月8日监测信息366篇、风险稿件24篇" in words[0]
    assert "赣州19、南昌8" in words[1]
    assert [image.get("alt") for image in html.fromstring(files["plain", "html"]).iter("img")] == words
    shapes = docx.Document(io.BytesIO(files["plain", "docx"])).inline_shapes
    assert [shape._inline.docPr.get("descr") for shape in shapes] == words
    assert _alternative_texts(files["plain", "pdf"]) == words


def _alternative_texts(data: bytes) -> list[str]:
    """Return the alternative texts in the order of the pages, from the tree of what a reader is told."""
    pending: list[object] = [cast("DictionaryObject", PdfReader(io.BytesIO(data)).trailer["/Root"])["/StructTreeRoot"]]
    found = []
    while pending:
        one = pending.pop()
        one = one.get_object() if isinstance(one, PdfObject) else one
        if isinstance(one, ArrayObject):
            pending += reversed(one)
        elif isinstance(one, DictionaryObject):
            found += [str(one["/Alt"])] if "/Alt" in one else []
            pending += [one["/K"]] if "/K" in one else []
    return found


def test_who_does_not_see_the_page_finds_headings_language_and_heads_of_columns(
    papers: dict[str, Paper], files: dict[tuple[str, str], bytes]
) -> None:
    page = html.fromstring(files["plain", "html"])
    assert page.get("lang") == "zh-CN"
    headings = [block for block in papers["plain"].blocks if isinstance(block, Heading)]
    assert [(one.tag, one.text) for one in page.iter("h2", "h3")] == [
        (f"h{one.level + 1}", one.text) for one in headings
    ]
    assert len(list(page.iter("h1"))) == 1
    assert all(head.get("scope") == "col" for head in page.iter("th"))
    reader = PdfReader(io.BytesIO(files["plain", "pdf"]))
    root = cast("DictionaryObject", reader.trailer["/Root"])
    assert (str(root["/Lang"]), str(cast("DictionaryObject", root["/MarkInfo"])["/Marked"])) == ("zh-CN", "True")
    assert [str(one["/Title"]) for one in reader.outline if not isinstance(one, list)] == [
        one.text for one in headings if one.level == 1
    ]
    assert {(round(page.mediabox.width), round(page.mediabox.height)) for page in reader.pages} == {(595, 842)}


def test_who_does_not_see_the_word_file_finds_styles_language_title_and_whose_it_is(
    papers: dict[str, Paper], files: dict[tuple[str, str], bytes]
) -> None:
    word = docx.Document(io.BytesIO(files["plain", "docx"]))
    headings = [block for block in papers["plain"].blocks if isinstance(block, Heading)]
    styled = [(one.style.name, one.text) for one in word.paragraphs if one.style and one.style.name.startswith("Head")]
    assert styled == [(f"Heading {one.level}", one.text) for one in headings]
    [title] = [one.text for one in word.paragraphs if one.style and one.style.name == "Title"]
    [language] = word.styles.element.xpath("w:docDefaults/w:rPrDefault/w:rPr/w:lang")
    told = word.core_properties
    assert (title, language.get(qn("w:eastAsia")), told.language) == ("药品安全舆情周报", "zh-CN", "zh-CN")
    assert (told.author, told.last_modified_by, told.comments) == ("综合规财处", "综合规财处", "")
    assert told.created == told.modified == datetime(2026, 3, 9, 1, 0, tzinfo=UTC)


def test_the_word_file_says_nothing_of_the_program_the_pages_and_the_picture_of_its_template(
    files: dict[tuple[str, str], bytes],
) -> None:
    with zipfile.ZipFile(io.BytesIO(files["plain", "docx"])) as parts:
        assert [name for name in parts.namelist() if name.startswith("docProps/")] == ["docProps/core.xml"]
        assert b"Macintosh" not in b"".join(parts.read(name) for name in parts.namelist())


def test_no_type_of_the_word_file_comes_from_a_theme_and_every_style_names_its_chinese_font(
    files: dict[tuple[str, str], bytes],
) -> None:
    word = docx.Document(io.BytesIO(files["plain", "docx"]))
    used = {one.get(qn("w:val")) for one in word.element.body.iter(qn("w:pStyle"))} | {"Normal"}
    fonts = {one.name: one.element.rPr.rFonts for one in word.styles if one.style_id in used}
    named = {"Normal": "仿宋", "Heading 1": "黑体", "Heading 2": "楷体", "Title": "宋体", "表格标题": "黑体"}
    assert {name: fonts[name].get(qn("w:eastAsia")) for name in named} == named
    assert not [font for font in fonts.values() for name in font.attrib if "Theme" in name]


@pytest.mark.parametrize("drill", [True, False])
def test_a_page_that_is_torn_off_says_that_it_is_of_a_drill_and_an_issue_of_facts_does_not(*, drill: bool) -> None:
    paper = lay_out(issue(drill=drill))
    made = {form: io.BytesIO() for form in WRITERS}
    for form, write in WRITERS.items():
        write(paper, made[form])
    pages = [page.extract_text() for page in PdfReader(made["pdf"]).pages]
    assert [page.lstrip().startswith("【演练】") for page in pages] == [drill] * len(pages)
    [section] = docx.Document(made["docx"]).sections
    heads = (section.header, section.even_page_header)
    assert [head.paragraphs[0].text.startswith("【演练】") for head in heads] == [drill] * 2
    [style] = html.fromstring(made["html"].getvalue()).iter("style")
    at_the_head = re.search(r'@top-center \{ content: "((?:\\[0-9a-f]+ )+)"', style.text or "")
    assert (at_the_head is not None) is drill
    assert (
        at_the_head is None or "".join(chr(int(code, 16)) for code in at_the_head[1].split("\\")[1:]) == paper.running
    )


def test_odd_pages_are_numbered_to_the_right_and_even_ones_to_the_left(files: dict[tuple[str, str], bytes]) -> None:
    """GB/T 9704-2012, 7.5: one sign from the edge, between dashes."""
    [section] = docx.Document(io.BytesIO(files["plain", "docx"])).sections
    feet = (section.first_page_footer, section.footer, section.even_page_footer)
    sides = [foot.paragraphs[0].alignment for foot in feet]
    assert sides == [WD_ALIGN_PARAGRAPH.RIGHT, WD_ALIGN_PARAGRAPH.RIGHT, WD_ALIGN_PARAGRAPH.LEFT]
    assert all(foot.paragraphs[0]._p.xpath(".//w:instrText") for foot in feet)
    with pypdfium2.PdfDocument(files["plain", "pdf"]) as document:
        for number, page in enumerate(document, 1):
            text = page.get_textpage()
            left, _, right, _ = text.get_rect(text.count_rects() - 1)
            assert (left + right > page.get_width()) is (number % 2 == 1)
            text.close()
            page.close()


@pytest.mark.parametrize("form", ["html", "pdf"])
def test_the_same_paper_gives_the_same_bytes(
    papers: dict[str, Paper], files: dict[tuple[str, str], bytes], form: str
) -> None:
    again = io.BytesIO()
    WRITERS[form](papers["plain"], again)
    assert again.getvalue() == files["plain", form]


def _lacking(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.export.pdf.find_spec", lambda _: None)


def test_without_the_library_the_other_forms_are_made_and_one_sentence_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stale = tmp_path / "briefing-2026-W10.pdf"
    stale.write_bytes(b"%PDF of an earlier issue")
    _lacking(monkeypatch)
    told: list[str] = []
    paths = write_briefing(issue(), tmp_path, lacking=told.append)
    assert [path.suffix for path in paths] == [".docx", ".xlsx", ".html"]
    assert not stale.exists()
    assert told == [lack_of_pdf()]
    assert "没有安装 PDF 组件" in told[0]


def test_a_missing_pdf_is_written_to_the_log_where_nobody_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _lacking(monkeypatch)
    with structlog.testing.capture_logs() as lines:
        write_briefing(issue(), tmp_path)
    assert [line["event"] for line in lines] == ["briefing.no_pdf"]


@pytest.mark.parametrize(
    ("program", "sentence"),
    [
        ("import sys; sys.exit(3)", "没有中文字体"),
        ("import sys; sys.exit('typst panicked')", "排版失败，其余格式照常。（typst panicked）"),
        ("import time; time.sleep(60)", "超过 1 秒"),
        ("print('no paper')", "排版失败"),
    ],
)
def test_typesetting_that_fails_or_hangs_costs_the_pdf_alone_and_says_so(
    papers: dict[str, Paper], monkeypatch: pytest.MonkeyPatch, program: str, sentence: str
) -> None:
    real = subprocess.run
    monkeypatch.setattr(pdf, "LIMIT_SECONDS", 1)
    monkeypatch.setattr(
        "service.export.pdf.subprocess.run", lambda _, **rest: real([sys.executable, "-c", program], **rest)
    )
    if "sleep" not in program:
        monkeypatch.setattr(pdf, "LIMIT_SECONDS", 30)
    target = io.BytesIO()
    with pytest.raises(PdfFault, match=re.escape(sentence)):
        write_pdf(papers["plain"], target)
    assert target.getvalue() == b""


def test_a_paper_is_not_set_where_no_installed_family_has_chinese_glyphs() -> None:
    from service.export.typesetting import _faces

    assert set(map(len, _faces(["DejaVu Sans Mono", "Libertinus Serif"]).values())) == {0}
    assert _faces(["noto serif cjk sc", "FangSong"])["body"] == ["FangSong", "Noto Serif CJK SC"]


def test_a_table_leaves_room_under_its_rows_in_every_form() -> None:
    """A row of 40 mm: of eight, no more than five stand on a page."""
    rows = [(f"第{number}行", " ") for number in range(8)]
    table = Table(headings=("环节", "意见"), rows=rows, widths=(30, 126), room=35)
    paper = replace(lay_out(issue()), blocks=(table, replace(table, room=0)))
    word, page, printed = io.BytesIO(), io.BytesIO(), io.BytesIO()
    write_docx(paper, word)
    write_html(paper, page)
    write_pdf(paper, printed)
    tall, low = (
        {cell.paragraphs[0].paragraph_format.space_after for cell in made._cells[2:]}
        for made in docx.Document(word).tables
    )
    assert [round(height.mm, 1) for height in tall if height is not None] == [35.7]
    assert [round(height.pt, 1) for height in low if height is not None] == [2.0]
    assert html.fromstring(page.getvalue()).xpath("count(//td[@style='padding-bottom:35mm'])") == 16
    first = PdfReader(printed).pages[0].extract_text()
    assert 3 <= sum(f"第{number}行" in first for number in range(8)) <= 5


def test_a_link_is_a_text_where_its_address_is_none_of_the_web() -> None:
    assert (Link("甲", "javascript:alert(1)").target, Link("甲", "http://a.invalid/药").target) == (
        "",
        "http://a.invalid/%E8%8D%AF",
    )
