"""The briefing as a Word document in the page format of official papers (GB/T 9704-2012).

A4, margins top 37, bottom 35, left 28, right 26 mm; body 三号仿宋 with a fixed line of 28 pt; headings 黑体 and 楷体; tables
in 小四. Fonts are set by name, with the plain system names where the _GB2312 ones are missing on most machines.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO
from urllib.parse import quote

import docx
from docx.document import Document
from docx.enum.section import WD_ORIENT
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor
from docx.text.paragraph import Paragraph
from docx.text.run import Run

from crawlers.gate import repair_text
from service.domain.beijing import BEIJING, beijing
from service.domain.briefing import Briefing, MajorEvent, quoted
from service.domain.web_address import is_web_address
from service.export.charts import bars, daily_line

__all__ = ["write_docx"]

_BODY, _HEAD, _SUB, _TITLE, _FIGURES = "仿宋", "黑体", "楷体", "宋体", "宋体"
_BODY_PT, _TABLE_PT, _TITLE_PT = Pt(16), Pt(12), Pt(22)
_LINE_PT = Pt(28)
_RED = RGBColor(0xC0, 0x00, 0x00)
_BLUE = RGBColor(0x05, 0x63, 0xC1)
_URL_SIGNS = "%/:?#[]@!$&'()*+,;=~"
# Word opens no link of more than 2,079 characters.
_LONGEST_URL = 2079


@dataclass(frozen=True, slots=True)
class _Link:
    """A cell that leads to an address."""

    text: str
    url: str

    def __str__(self) -> str:
        return self.text


def write_docx(briefing: Briefing, path: Path | IO[bytes]) -> None:
    """Write the issue to `path`; pictures are left out, and the tables say the same, where no Chinese font is installed."""
    document = docx.Document()
    _page(document)
    _masthead(document, briefing)
    _overview(document, briefing)
    _events(document, briefing)
    _trends(document, briefing)
    _topics(document, briefing)
    _answers(document, briefing)
    _advice(document, briefing)
    _annex(document, briefing)
    document.core_properties.title = f"药品安全舆情周报 {briefing.week}"
    document.core_properties.author = briefing.office
    document.core_properties.created = briefing.made_at.replace(tzinfo=None)
    document.save(str(path) if isinstance(path, Path) else path)


def _page(document: Document) -> None:
    section = document.sections[0]
    section.orientation = WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    normal = document.styles["Normal"]
    normal.font.name, normal.font.size = _BODY, _BODY_PT
    normal.element.rPr.rFonts.set(qn("w:eastAsia"), _BODY)
    footer = section.footer.paragraphs[0]
    footer.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _styled(footer, "— ", _FIGURES, Pt(14))
    _page_number(_styled(footer, "", _FIGURES, Pt(14)))
    _styled(footer, " —", _FIGURES, Pt(14))


def _page_number(run: Run) -> None:
    for kind, text in (("begin", None), (None, "PAGE"), ("end", None)):
        element = OxmlElement("w:instrText" if text else "w:fldChar")
        if text:
            element.text = text
        else:
            element.set(qn("w:fldCharType"), str(kind))
        run._r.append(element)  # noqa: SLF001 - python-docx has no field API


def _styled(paragraph: Paragraph, text: str, font: str, size: Pt, *, bold: bool = False) -> Run:
    # One control character in a text that somebody pasted would cost the whole issue.
    run = paragraph.add_run(repair_text(text))
    run.font.name, run.font.size, run.bold = font, size, bold
    run._r.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), font)  # noqa: SLF001 - no API for East Asian fonts
    return run


def _line(document: Document, text: str, *, font: str = _BODY, size: Pt = _BODY_PT, indent: bool = True) -> Paragraph:
    paragraph = document.add_paragraph()
    shape = paragraph.paragraph_format
    shape.space_before = shape.space_after = Pt(0)
    shape.line_spacing_rule, shape.line_spacing = WD_LINE_SPACING.EXACTLY, _LINE_PT
    if indent:
        shape.first_line_indent = Pt(size.pt * 2)
    _styled(paragraph, text, font, size)
    return paragraph


def _heading(document: Document, text: str) -> None:
    _outline(_line(document, text, font=_HEAD), 0)


def _subheading(document: Document, text: str) -> None:
    _outline(_line(document, text, font=_SUB), 1)


def _outline(paragraph: Paragraph, level: int) -> None:
    """Keep a heading with what follows, and let the reader's list of headings have it."""
    paragraph.paragraph_format.keep_with_next = True
    mark = OxmlElement("w:outlineLvl")
    mark.set(qn("w:val"), str(level))
    paragraph._p.get_or_add_pPr().append(mark)  # noqa: SLF001 - python-docx has no API of outline levels


def _masthead(document: Document, briefing: Briefing) -> None:
    if briefing.drill:
        _line(document, "【演练】数据与收件人均为虚构", font=_HEAD, indent=False).alignment = WD_ALIGN_PARAGRAPH.CENTER
    title = _line(document, "", indent=False)
    title.alignment = WD_ALIGN_PARAGRAPH.CENTER
    title.paragraph_format.line_spacing = Pt(36)
    _styled(title, "药品安全舆情周报", _TITLE, _TITLE_PT, bold=True).font.color.rgb = _RED
    local = briefing.made_at.astimezone(BEIJING)
    number = _line(document, f"第{briefing.issue}期（总第{briefing.issue_in_all}期）", size=Pt(14), indent=False)
    number.alignment = WD_ALIGN_PARAGRAPH.CENTER
    date = _line(
        document, f"{briefing.office}　　{local.year}年{local.month}月{local.day}日", size=Pt(14), indent=False
    )
    date.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _rule_below(date)
    _line(document, briefing.judgement, font=_SUB)


def _rule_below(paragraph: Paragraph) -> None:
    borders = OxmlElement("w:pBdr")
    rule = OxmlElement("w:bottom")
    for name, value in (("val", "single"), ("sz", "12"), ("space", "4"), ("color", "C00000")):
        rule.set(qn(f"w:{name}"), value)
    borders.append(rule)
    paragraph._p.get_or_add_pPr().append(borders)  # noqa: SLF001 - python-docx has no border API


def _overview(document: Document, briefing: Briefing) -> None:
    figures = briefing.figures
    _heading(document, "一、总体情况")
    classes = "、".join(f"{row.name}{row.count}篇" for row in figures.by_class[:5]) or "无"
    tones = "、".join(f"{row.name}{row.count}篇" for row in figures.by_tone) or "无"
    share = f"{figures.local_risk / figures.risk.count:.0%}" if figures.risk.count else "—"
    _line(
        document,
        f"监测显示，{_span(briefing)}，共收到稿件{figures.collected.count}篇，环比{figures.collected.words}；"
        f"其中风险稿件{figures.risk.count}篇，环比{figures.risk.words}，涉及江西{figures.local_risk}篇（{share}）。"
        f"风险稿件按信源：{classes}；按情感：{tones}。",
    )
    if briefing.categories:
        rows = [
            [f"{row.code} {row.change.name}", str(row.change.count), row.change.words, row.level.word]
            for row in briefing.categories[:5]
        ]
        _table(document, ("类别", "篇数", "环比", "最高预警"), rows, widths=(80, 22, 26, 28))


def _span(briefing: Briefing) -> str:
    """Return the days that are counted; an issue made before its week is over says until when."""
    first, last = briefing.week.days[0], briefing.week.days[-1]
    if briefing.made_at < briefing.week.until:
        return f"{first.month}月{first.day}日至{beijing(briefing.made_at, briefing.made_at)}（本周未结束）"
    return f"{first.month}月{first.day}日至{last.month}月{last.day}日"


def _events(document: Document, briefing: Briefing) -> None:
    _heading(document, "二、重点舆情")
    if not briefing.events:
        _line(document, "本周没有达到预警线的事件。")
    for event in briefing.events[:_TOLD]:
        _subheading(document, f"（{_NUMERALS[int(event.number) - 1]}）{event.title}")
        _line(document, _event_text(event, briefing.made_at))


_NUMERALS = "一二三四五六七八九十"
# The text before the annexes is to fit two pages; the ledger in the annex has every event.
_TOLD = 3
_CITIES = 4


def _event_text(event: MajorEvent, now: datetime) -> str:
    products = "、".join(event.products) or "品种待核实"
    firms = f"（{'、'.join(event.firms)}）" if event.firms else ""
    return (
        f"{event.level.mark}{event.level.word}。据首发信息，{beijing(event.first_at, now)}{event.first_source}首发，"
        f"至今{event.documents}篇、信源{event.sources}个。涉及{products}{firms}。{event.progress}。"
        f"下一步：{event.next_step}。牵头：{event.lead}。"
    )


def _trends(document: Document, briefing: Briefing) -> None:
    _heading(document, "三、走势与分布")
    picture = daily_line(briefing.figures)
    if picture is not None:
        _picture(document, picture, Mm(150))
    else:
        rows = [[f"{day.month}月{day.day}日", str(count), str(risk)] for day, count, risk in briefing.figures.daily]
        _table(document, ("日期", "监测信息", "风险稿件"), rows, widths=(60, 48, 48))
    named = [f"{row.name}{row.count}篇" for row in briefing.figures.by_city if row.count]
    cities = "、".join(named[:_CITIES]) + ("等" if len(named) > _CITIES else "")
    _line(document, f"按设区市：{cities}。" if cities else "风险稿件未集中提及本省设区市。")
    if briefing.surges:
        _line(document, briefing.surges)


def _picture(document: Document, picture: bytes | None, width: Mm) -> None:
    if picture is not None:
        paragraph = document.add_paragraph()
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        paragraph.add_run().add_picture(io.BytesIO(picture), width=width)


def _topics(document: Document, briefing: Briefing) -> None:
    _heading(document, "四、热点话题与关键词")
    terms = "、".join(f"{row.name}{row.count}篇（{row.words}）" for row in briefing.terms[:6])
    _line(document, f"提及较多：{terms}。" if terms else "本周风险稿件未集中提及具体品种或企业。")
    _heading(document, "五、谣言与辟谣")
    for rumour in briefing.rumours[:2]:
        _line(document, f"网传{quoted(rumour.claim)}，{rumour.documents}篇，{rumour.status}。")
    if not briefing.rumours:
        _line(document, "尚未发现需要辟谣的传言。")


def _answers(document: Document, briefing: Briefing) -> None:
    _heading(document, "六、回应情况")
    _response_table(document, briefing)
    for row in briefing.bypasses:
        _line(document, f"越过审核程序：{row.sentence}。")
    for sentence in briefing.followed:
        _line(document, sentence)


def _response_table(document: Document, briefing: Briefing) -> None:
    if not briefing.responses:
        _line(document, "本周没有在走的回应时限。")
        return
    rows = [
        [
            row.title[:24],
            beijing(row.known_at, briefing.made_at),
            beijing(row.acknowledged_at, briefing.made_at) if row.acknowledged_at else "—",
            beijing(row.answered_at, briefing.made_at) if row.answered_at else "—",
            row.verdict,
        ]
        for row in briefing.responses[:4]
    ]
    _table(document, ("事件", "获知", "确认", "回应", "是否超时"), rows, widths=(52, 27, 27, 27, 23))


def _advice(document: Document, briefing: Briefing) -> None:
    _heading(document, "七、研判与建议（按规则草拟，待核定）")
    for number, item in enumerate(briefing.advice, 1):
        _line(document, f"{number}. {item.fact}。建议：{item.proposal}。责任处室：{item.lead}。")
    _heading(document, "八、下周关注")
    for text in briefing.ahead:
        _line(document, f"{text}。")


def _annex(document: Document, briefing: Briefing) -> None:
    heading = _line(document, "附件1　重点事件台账", font=_HEAD)
    heading.paragraph_format.page_break_before = heading.paragraph_format.keep_with_next = True
    rows = [
        [event.number, event.title, event.first_source, event.level.word, event.lead, event.deadline, event.state]
        for event in briefing.events
    ]
    headings = ("编号", "事件", "来源", "等级", "牵头", "时限", "状态")
    _table(document, headings, rows or [["—"] * 7], widths=(14, 40, 22, 14, 22, 26, 18))
    _heading(document, "附件2　分布图")
    picture = bars(
        briefing.figures.by_class,
        briefing.figures.by_city,
        titles=("风险稿件按信源（篇）", "风险稿件按设区市（篇）"),
    )
    _picture(document, picture, Mm(150))
    _heading(document, "附件3　重点信息清单")
    listed: list[list[str | _Link]] = [
        [
            str(number),
            _Link(row.title, row.url),
            row.source,
            beijing(row.published_at, briefing.made_at),
            _Link(row.event_id, row.event_link) if row.event_id else "—",
        ]
        for number, row in enumerate(briefing.documents[:40], 1)
    ]
    columns = ("序号", "标题（链接到原文）", "来源", "时间", "事件")
    _table(document, columns, listed or [["—"] * 5], widths=(14, 56, 26, 32, 28))
    _heading(document, "附件4　数据口径")
    for note in briefing.notes:
        _line(document, note, size=Pt(14))
    if briefing.audit_head:
        _line(document, f"审计链末值（序号:哈希）：{briefing.audit_head[:40]}", size=Pt(12))


def _table(
    document: Document, headings: Sequence[str], rows: Sequence[Sequence[str | _Link]], *, widths: Sequence[int]
) -> None:
    table = document.add_table(rows=0, cols=len(headings))
    table.style = "Table Grid"
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    table.autofit = False
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Mm(width)
    for number, values in enumerate([headings, *rows]):
        row = table.add_row()
        _keep_whole(row._tr, heading=number == 0)  # noqa: SLF001 - python-docx has no row-break API
        for cell, value, width in zip(row.cells, values, widths, strict=True):
            cell.width = Mm(width)
            paragraph = cell.paragraphs[0]
            paragraph.paragraph_format.space_before = paragraph.paragraph_format.space_after = Pt(2)
            run = _styled(paragraph, str(value), _HEAD if number == 0 else _BODY, _TABLE_PT)
            if isinstance(value, _Link):
                _lead(paragraph, run, value.url)
    spacer = document.add_paragraph()
    spacer.paragraph_format.space_after = Pt(0)
    spacer.paragraph_format.line_spacing = Pt(8)


def _lead(paragraph: Paragraph, run: Run, url: str) -> None:
    """Make the run a link to `url`; it stays plain text where that is no address of the web or longer than Word takes."""
    target = quote(url, safe=_URL_SIGNS) if is_web_address(url) else ""
    if not target or len(target) > _LONGEST_URL:
        return
    link = OxmlElement("w:hyperlink")
    link.set(qn("r:id"), paragraph.part.relate_to(target, RELATIONSHIP_TYPE.HYPERLINK, is_external=True))
    run.font.color.rgb, run.font.underline = _BLUE, True
    paragraph._p.append(link)  # noqa: SLF001 - python-docx reads links and has no API to write them
    link.append(run._r)  # noqa: SLF001 - as above


def _keep_whole(row: object, *, heading: bool) -> None:
    properties = row.get_or_add_trPr()  # type: ignore[attr-defined]
    names = ["w:cantSplit", *(["w:tblHeader"] if heading else [])]
    for name in names:
        properties.append(OxmlElement(name))
