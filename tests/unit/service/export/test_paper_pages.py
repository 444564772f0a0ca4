"""How much of a paper a page and a line hold."""

import io
import platform
from dataclasses import replace

import docx
import pytest
from docx.oxml.ns import qn
from pypdf import PdfReader

from service.domain.figures.briefing import Briefing, Rumour, advise, named
from service.export.blocks import Line
from service.export.docx import write_docx
from service.export.layout import lay_out
from service.export.pdf import write_pdf
from tests.unit.service.export.issue import issue

pytestmark = pytest.mark.skipif(
    platform.machine() not in {"x86_64", "aarch64", "arm64"}, reason="typst has no wheel for this processor"
)


def test_a_line_of_text_holds_28_signs() -> None:
    """GB/T 9704-2012, 5.2.3."""
    paper, made, word = replace(lay_out(issue()), blocks=(Line(text="药" * 120),)), io.BytesIO(), io.BytesIO()
    write_pdf(paper, made)
    write_docx(paper, word)
    lines = PdfReader(made).pages[0].extract_text().splitlines()
    assert [line.count("药") for line in lines][:3] == [26, 28, 28]
    normal = docx.Document(word).styles["Normal"]
    [closer] = normal.element.xpath("w:rPr/w:spacing")
    # Twentieths of a point; the line is 156 mm wide.
    assert 28 <= 156 / 25.4 * 72 / (16 + int(closer.get(qn("w:val"))) / 20) < 29


def test_the_text_before_the_annexes_takes_three_pages_in_the_busiest_week_and_two_in_a_calm_one() -> None:
    assert _pages_before_the_annexes(issue(events=2)) == 2
    assert _pages_before_the_annexes(_busiest()) == 3


def _pages_before_the_annexes(briefing: Briefing) -> int:
    made = io.BytesIO()
    write_pdf(lay_out(briefing), made)
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(made.getvalue())).pages]
    return next(number for number, text in enumerate(pages) if "重点事件台账" in text)


def _busiest() -> Briefing:
    """Return sixty events whose titles have eighty signs, nine answers that are late, ten rumours, four items of advice."""
    title = "乙县丙药房连锁门店被曝长期销售过期颗粒并篡改生产日期，" * 3
    made = issue(title=title, events=60)
    firms = ("甲地某某制药股份有限公司", "乙地某某生物科技有限公司", "丙地药业")
    events = tuple(
        replace(
            one, firms=firms, products=("甲乙丙颗粒", "丁戊注射液", "己庚片"), lead="法规处、待指定（药品生产监管）"
        )
        for one in made.events
    )
    return replace(
        made,
        events=events,
        responses=made.responses * 9,
        rumours=(Rumour(claim=title, documents=14, status="待核实"),) * 10,
        terms=tuple(replace(made.terms[0], name=name) for name in (*firms, "丁地某某中药饮片厂", "甲乙丙颗粒", "己")),
        advice=advise(events, made.categories, made.responses, lead=made.office, now=made.made_at),
        ahead=(f"11月30日 01:41 回应社会关切：{named(title)}等9件",),
        surges="",
    )
