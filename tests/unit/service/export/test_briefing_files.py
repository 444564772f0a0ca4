import re
import zipfile
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import docx
import openpyxl
import pytest
from docx.oxml.ns import qn
from docx.table import _Cell

from service.domain.alerts.alert import AlertLevel
from service.domain.figures.answered import LimitUse
from service.domain.figures.briefing import (
    Briefing,
    BypassRow,
    CategoryRow,
    Change,
    Rumour,
    advise,
)
from service.export.briefing import write_briefing
from service.export.docx import write_docx
from service.export.layout import lay_out
from service.export.xlsx import write_xlsx
from tests.unit.service.domain.figures.test_answer_effect import counted
from tests.unit.service.export.issue import FIGURES, WEEK, event, issue

HOSTILE = '=HYPERLINK("http://evil.invalid","点我")'


def word_of(briefing: Briefing, folder: Path) -> Path:
    path = folder / "issue.docx"
    folder.mkdir(exist_ok=True)
    write_docx(lay_out(briefing), path)
    return path


def text_of(path: Path) -> str:
    document = docx.Document(str(path))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells])


def listed_in(path: Path) -> list[list[_Cell]]:
    """Return the rows of 重点信息清单 without its heading."""
    [table] = [one for one in docx.Document(str(path)).tables if one.rows[0].cells[1].text.startswith("标题")]
    return [list(row.cells) for row in table.rows][1:]


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    sheets = tmp_path / "issue.xlsx"
    write_xlsx(issue(), sheets)
    return word_of(issue(), tmp_path), sheets


class TestWord:
    def test_every_section_of_the_layout_stands_in_order(self, files: tuple[Path, Path]) -> None:
        text = text_of(files[0])
        headings = [
            "一、总体情况",
            "二、重点舆情",
            "三、走势与分布",
            "四、热点话题",
            "五、谣言与辟谣",
            "六、回应情况",
            "七、研判与建议",
            "八、下周关注",
            "附件1",
            "附件4",
        ]
        places = [text.index(heading) for heading in headings]
        assert places == sorted(places)

    def test_a_reader_can_go_from_heading_to_heading(self, files: tuple[Path, Path]) -> None:
        levels = {
            paragraph.text: paragraph.style.element.pPr.find(qn("w:outlineLvl")).get(qn("w:val"))
            for paragraph in docx.Document(str(files[0])).paragraphs
            if paragraph.style is not None and paragraph.style.element.pPr.find(qn("w:outlineLvl")) is not None
        }
        assert (levels["一、总体情况"], levels["（一）于都清云注射液聚集性不良反应"]) == ("0", "1")
        assert len([level for level in levels.values() if level == "0"]) >= 8

    def test_what_is_left_out_is_said_quotations_nest_and_no_bracket_closes_twice(self, tmp_path: Path) -> None:
        cities = tuple(Change(name=name, count=9, before=0) for name in ("赣州", "南昌", "九江", "吉安", "抚州"))
        claim = Rumour(claim="视频称“退烧贴含激素”", documents=3, status="待核实")
        one = replace(event(1), lead="待指定（药品生产监管）")
        changed = replace(issue(), figures=replace(FIGURES, by_city=cities), rumours=(claim,), events=(one,))
        text = text_of(word_of(changed, tmp_path))
        assert "按设区市：赣州9篇、南昌9篇、九江9篇、吉安9篇等。" in text
        assert "网传“视频称‘退烧贴含激素’”，3篇，待核实。" in text
        assert "待指定（药品生产监管）" in text
        assert "））" not in text

    def test_a_major_event_tells_the_place_that_a_person_corrected(self, tmp_path: Path) -> None:
        told = replace(event(1), place="地点江西省上饶市德兴市（人工更正）", people="受影响3人（人工更正）")
        text = text_of(word_of(replace(issue(), events=(told,)), tmp_path))
        assert "个。地点江西省上饶市德兴市（人工更正）。受影响3人（人工更正）。涉及" in text

    def test_a_major_event_tells_how_many_are_dead_and_harmed(self, tmp_path: Path) -> None:
        told = replace(event(1), people="据稿件称死亡3人，称受影响9人（待核实）")
        text = text_of(word_of(replace(issue(), events=(told,)), tmp_path))
        assert "个。据稿件称死亡3人，称受影响9人（待核实）。涉及" in text

    def test_a_source_that_begins_with_a_number_is_told_from_the_time_before_it(self, tmp_path: Path) -> None:
        heard = replace(event(1), first_source="12345 政务服务热线导入")
        rumour = Rumour(claim="网传甲县疫苗失效", documents=2, status="待核实")
        text = text_of(word_of(replace(issue(), events=(heard,), rumours=(rumour,)), tmp_path))
        assert re.search(r"\d\d:\d\d由“12345 政务服务热线导入”首发", text)
        assert "网传“甲县疫苗失效”，2篇，待核实。" in text

    def test_the_page_is_that_of_official_papers(self, files: tuple[Path, Path]) -> None:
        section = docx.Document(str(files[0])).sections[0]
        sizes = [
            section.page_width,
            section.page_height,
            section.top_margin,
            section.bottom_margin,
            section.left_margin,
            section.right_margin,
        ]
        assert [round(size.mm) if size is not None else None for size in sizes] == [210, 297, 37, 35, 28, 26]

    def test_pictures_are_in_it_where_a_chinese_font_is_installed(self, files: tuple[Path, Path]) -> None:
        pytest.importorskip("matplotlib")
        from service.export.charts import chinese_font

        if chinese_font() is None:
            pytest.skip("no Chinese font installed: apt-get install fonts-noto-cjk")
        assert len(docx.Document(str(files[0])).inline_shapes) == 2

    def test_without_a_chinese_font_the_figures_stand_in_a_table(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("service.export.charts.chinese_font", lambda: None)
        word = word_of(issue(), tmp_path)
        assert not docx.Document(str(word)).inline_shapes
        assert "3月2日" in text_of(word)

    def test_an_issue_made_before_its_week_is_over_says_until_when(self, tmp_path: Path) -> None:
        early = replace(issue(), made_at=WEEK.since + timedelta(days=3, hours=4))
        word = word_of(early, tmp_path)
        assert "3月2日至3月5日 04:00（本周未结束）" in text_of(word)
        whole = word_of(replace(early, made_at=WEEK.until), tmp_path)
        assert "3月2日至3月8日，共收到" in text_of(whole)

    def test_one_loud_event_leaves_room_for_the_others_in_the_list(self, tmp_path: Path) -> None:
        [any_one, *_] = issue().documents
        loud = [replace(any_one, title=f"甲{n}", event_id="loud") for n in range(50)]
        calm = [replace(any_one, title=f"乙{n}", event_id=f"calm-{n}") for n in range(9)]
        apart = [replace(any_one, title=f"丙{n}", event_id="", event_link="") for n in range(7)]
        word = word_of(replace(issue(), documents=(*loud, *calm, *apart)), tmp_path)
        [listed] = [one for one in docx.Document(str(word)).tables if one.rows[0].cells[0].text == "序号"]
        titles = [row.cells[1].text for row in listed.rows[1:]]
        assert titles == [f"甲{n}" for n in range(5)] + [f"乙{n}" for n in range(9)] + [f"丙{n}" for n in range(7)]
        assert "另有45篇，见工作簿“重点信息清单”。" in text_of(word)

    def test_every_listed_document_leads_to_its_original_and_to_its_event(self, files: tuple[Path, Path]) -> None:
        rows = listed_in(files[0])
        assert len(rows) == 29
        # The place in the ledger; the number of an event is another.
        assert "台账序号" in text_of(files[0])
        for number, row in enumerate(rows, 1):
            assert [link.address for cell in row for link in cell.paragraphs[0].hyperlinks] == [
                f"http://press.invalid/{number}.html",
                f"http://yaowang.invalid/events/20260302-{number:02d}",
            ]
            assert (row[1].text.endswith(f"（第{number}篇）"), row[4].text) == (True, "01" if number < 3 else "查看")

    @pytest.mark.parametrize(
        ("url", "target"),
        [
            ("javascript:alert(1)", None),
            ("file:///etc/passwd", None),
            ("http://a.invalid/\u202e", None),
            ("", None),
            (f"https://a.invalid/{'药' * 300}", None),
            ("https://a.invalid/药 1?a=%E8&b=2#c", "https://a.invalid/%E8%8D%AF%201?a=%E8&b=2#c"),
        ],
    )
    def test_only_an_address_of_the_web_becomes_a_link_and_the_title_stands_without(
        self, tmp_path: Path, url: str, target: str | None
    ) -> None:
        made = issue()
        word = word_of(
            replace(made, documents=(replace(made.documents[0], url=url, event_id="", event_link=""),)), tmp_path
        )
        [row] = listed_in(word)
        assert row[1].text == made.documents[0].title
        links = [link for cell in row for link in cell.paragraphs[0].hyperlinks]
        assert [link.url for link in links] == ([target] if target else [])
        assert row[4].text == "—"

    def test_documents_are_counted_in_one_word_in_both_files(self, files: tuple[Path, Path]) -> None:
        book = openpyxl.load_workbook(files[1])
        cells = [str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row if cell.value]
        text = "\n".join([text_of(files[0]), *cells])
        assert "共收到稿件2310篇" in text
        assert not re.findall(r"\d ?条|条数|（条）", text)

    def test_a_drill_says_so_in_name_and_first_line(self, tmp_path: Path) -> None:
        word, *_ = write_briefing(issue(drill=True), tmp_path)
        assert word.name.startswith("演练")
        assert docx.Document(str(word)).paragraphs[0].text.startswith("【演练】")

    def test_what_a_section_leaves_out_is_counted_and_the_ledger_has_every_event(self, tmp_path: Path) -> None:
        made = replace(issue(events=60), events_in_all=63, responses=issue().responses * 22)
        word = word_of(made, tmp_path)
        text = text_of(word)
        assert "另有60件，见附件1。" in text
        assert "另有2件，见工作簿“回应时效”。" in text
        assert "另有3件等级较低的，见预警页面。" in text
        [ledger] = [one for one in docx.Document(str(word)).tables if one.rows[0].cells[0].text == "编号"]
        assert len(ledger.rows) == 61

    def test_a_long_title_stands_whole_in_the_ledger_and_is_named_shortly_after_its_event_was_told(
        self, tmp_path: Path
    ) -> None:
        title = "乙县丙药房销售过期颗粒被多名消费者投诉，" * 4
        made = issue(title=title, events=1)
        item = advise(made.events, (), (), lead="综合规财处", now=made.made_at)[0]
        text = text_of(word_of(replace(made, advice=(item,), responses=(), documents=()), tmp_path))
        assert text.count(title) == 1
        assert f"（一）{title[:45]}…" in text
        assert f"1. “{title[:19]}…”至今14篇" in text

    def test_on_paper_the_list_of_documents_cuts_a_long_title_and_names_the_outlet_without_the_export(
        self, tmp_path: Path
    ) -> None:
        made = issue(events=1)
        listed = replace(made.documents[0], title="惊" * 300, source="章江论坛（舆情数据供应商导入）")
        event = replace(made.events[0], first_source="章江论坛（舆情数据供应商导入）")
        tables = docx.Document(str(word_of(replace(made, documents=(listed,), events=(event,)), tmp_path))).tables
        [ledger] = [one for one in tables if one.rows[0].cells[0].text == "编号"]
        [documents] = [one for one in tables if one.rows[0].cells[0].text == "序号"]
        assert ledger.rows[1].cells[2].text == "章江论坛"
        title, source = (cell for cell in documents.rows[1].cells[1:3])
        assert "惊" * 79 + "…" in title._tc.xpath("string(.)")
        assert source.text == "章江论坛"

    def test_tables_stand_in_the_annex_and_the_text_says_what_is_most(self, files: tuple[Path, Path]) -> None:
        text = text_of(files[0])
        assert (
            "较多的类别：不良反应与群体事件31篇（环比增长288%）、短缺与价格17篇（环比持平）、化妆品9篇（上周没有），见附件2。"
            in text
        )
        assert "有回应时限的事件1件：逾期未回应1件，见附件2。" in text
        heads = [table.rows[0].cells[0].text for table in docx.Document(str(files[0])).tables]
        assert heads == ["编号", "风险稿件类别", "事件", "序号"]

    def test_a_week_without_documents_has_no_empty_charts_shares_or_tables(self, tmp_path: Path) -> None:
        none = Change(name="风险稿件", count=0, before=0)
        daily = tuple((day, 0, 0) for day in WEEK.days)
        figures = replace(
            FIGURES, collected=none, risk=none, local_risk=0, by_class=(), by_tone=(), by_city=(), daily=daily
        )
        made = replace(issue(events=0), figures=figures, categories=(), responses=(), documents=())
        word = word_of(made, tmp_path)
        paper, text = docx.Document(str(word)), text_of(word)
        assert not paper.inline_shapes
        assert not paper.tables
        assert "本周没有收到稿件，请查信源是否正常采集。" in text
        assert not re.findall("—）|：无", text)

    def test_no_sign_is_torn_from_its_figure_and_no_table_touches_the_text(self, files: tuple[Path, Path]) -> None:
        paper = docx.Document(str(files[0]))
        prose = "\n".join(one.text for one in paper.paragraphs)
        assert "环比增长65%" in prose
        assert "环比下降20%" in prose
        assert not re.findall(r"[+-]\d+%", prose)
        for one in paper.tables:
            above = one._tbl.getprevious()
            assert above is not None
            assert not "".join(above.itertext())

    def test_an_answer_still_owed_after_its_limit_is_told_as_late(self, files: tuple[Path, Path]) -> None:
        assert "逾期未回应" in text_of(files[0])
        [row] = issue().responses
        assert row.due_at is not None
        assert row.verdict(row.due_at) == "尚未回应"
        [item] = advise((), (), (row,), lead="综合规财处", now=row.due_at + timedelta(minutes=1))
        assert item.fact.endswith("逾期未回应")

    def test_time_used_of_each_limit_and_the_effect_of_an_answer_stand_in_both_files(self, tmp_path: Path) -> None:
        uses = (
            LimitUse(action="发布权威信息", limit="5小时", used=timedelta(hours=3, minutes=12), met=True),
            LimitUse(action="举行新闻发布会", limit="24小时", used=timedelta(hours=30), met=False),
        )
        [owed] = issue().responses
        stood = "采集有缺漏：11月20日 08:00至11月20日 20:00没有任何信源应答。前后稿件数的差别可能由此而来。"
        effect = counted(50, 21, coverage=stood)
        row = replace(owed, answered_at=owed.due_at, uses=uses, effect=effect)
        paper, book, *_ = write_briefing(replace(issue(), responses=(row,)), tmp_path)
        used = "发布权威信息3小时12分/5小时；举行新闻发布会30小时00分/24小时（未完成）"
        text = text_of(paper)
        assert used in text
        assert f"回应前后的稿件：“{row.title}”回应前3日50篇，后3日21篇（下降58%）。" in text
        cells = [cell.value for cell in openpyxl.load_workbook(book)["回应时效"][2]]
        assert cells[-3:] == [used, "回应前3日50篇，后3日21篇（下降58%）", stood]
        assert f"回应前后，{stood}" in text

    def test_what_collecting_missed_around_an_answer_stands_beside_that_answer_alone(self, tmp_path: Path) -> None:
        [owed] = issue().responses
        rows = [
            replace(owed, title=title, answered_at=owed.due_at, effect=counted(9, 3, coverage=said))
            for title, said in (
                ("甲事件", "采集覆盖：无间断。"),
                ("乙事件", "采集有缺漏。"),
                ("丙事件", "采集覆盖：无间断。"),
            )
        ]
        text = text_of(word_of(replace(issue(), responses=tuple(rows)), tmp_path))
        assert "“甲事件”、“丙事件”回应前后，采集覆盖：无间断。" in text
        assert "“乙事件”回应前后，采集有缺漏。" in text

    def test_that_several_categories_are_new_is_said_once(self, tmp_path: Path) -> None:
        new = [replace(row, change=replace(row.change, before=0)) for row in issue().categories]
        text = text_of(word_of(replace(issue(), categories=tuple(new)), tmp_path))
        assert "较多的类别：不良反应与群体事件31篇、短缺与价格17篇、化妆品9篇，上周都没有，见附件2。" in text

    def test_what_collecting_missed_is_not_told_where_nothing_was_measured(self, tmp_path: Path) -> None:
        [owed] = issue().responses
        early = replace(counted(6, 0, coverage="采集有缺漏。"), early=True)
        row = replace(owed, answered_at=owed.due_at, effect=early)
        text = text_of(word_of(replace(issue(), responses=(row,)), tmp_path))
        assert "回应前3日6篇，回应后不满1日，未测。" in text
        assert "采集有缺漏" not in text

    def test_a_rumour_that_is_counted_is_not_said_to_be_unheard_of(self, tmp_path: Path) -> None:
        heard = CategoryRow(code="R13", change=Change(name="谣言", count=2, before=0), level=AlertLevel.NONE)
        counted = word_of(replace(issue(), rumours=(), categories=(heard,)), tmp_path)
        text = text_of(counted)
        assert "谣言与误导信息类风险稿件2篇，没有达到预警线的事件提出这类说法" in text
        assert "尚未发现需要辟谣" not in text
        silent = word_of(replace(issue(), rumours=(), categories=()), tmp_path / "silent")
        assert "尚未发现需要辟谣的传言" in text_of(silent)

    def test_advice_tells_a_level_that_was_reached_and_counts_of_the_whole_event(self) -> None:
        [item] = advise([event(1)], (), (), lead="综合规财处", now=issue().made_at)
        assert item.fact == "“于都清云注射液聚集性不良反应”至今14篇、信源6个，最高为橙色预警"

    def test_an_empty_week_says_that_nothing_happened(self, tmp_path: Path) -> None:
        word = word_of(issue(events=0), tmp_path)
        assert "本周没有达到预警线的事件" in text_of(word)


class TestSheets:
    def test_a_text_that_went_past_a_review_stands_in_both_files_with_two_names(self, tmp_path: Path) -> None:
        row = BypassRow(
            title="清云注射液不良反应",
            version=2,
            steps="合法性审核、领导签批",
            reason="谣言正在扩散",
            names=("值班丙", "分管壬"),
            at=issue().made_at,
        )
        paper, book, *_ = write_briefing(replace(issue(), bypasses=(row,)), tmp_path)
        assert f"越过审核程序：{row.sentence}。" in text_of(paper)
        sheet = openpyxl.load_workbook(book)["越过审核"]
        assert [cell.value for cell in sheet[2]][2:6] == ["合法性审核、领导签批", "谣言正在扩散", "值班丙", "分管壬"]

    def test_a_crawled_title_is_text_and_never_a_formula(self, tmp_path: Path) -> None:
        _, sheets, *_ = write_briefing(issue(title=HOSTILE), tmp_path)
        book = openpyxl.load_workbook(sheets)
        cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value]
        assert any(str(cell.value).startswith(HOSTILE) for cell in cells)
        assert not [cell for cell in cells if cell.data_type == "f"]

    def test_figures_carry_native_charts(self, files: tuple[Path, Path]) -> None:
        book = openpyxl.load_workbook(files[1])
        assert "日趋势" in book.sheetnames
        assert book["日趋势"]["B2"].value == 300
        with zipfile.ZipFile(files[1]) as parts:
            assert sum(name.startswith("xl/charts/chart") for name in parts.namelist()) >= 4

    def test_every_sheet_is_printed_in_a_type_of_eight_points_or_more_and_numbers_its_pages(
        self, files: tuple[Path, Path]
    ) -> None:
        for sheet in openpyxl.load_workbook(files[1]).worksheets:
            # Seven pixels a digit and five of margin; of 96 an inch, on the long side of A4.
            wide = sum(round(column.width * 7) + 5 for column in sheet.column_dimensions.values())
            room = (297 / 25.4 - sheet.page_margins.left - sheet.page_margins.right) * 96
            assert min(1.0, room / wide) * 11 >= 8, sheet.title
            assert sheet.oddFooter is not None
            assert sheet.oddFooter.right.text == "&A　第&P页，共&N页"

    def test_a_second_issue_of_the_week_replaces_the_first(self, tmp_path: Path) -> None:
        first = write_briefing(issue(), tmp_path)
        assert {".docx", ".xlsx", ".html"} <= {path.suffix for path in first}
        again = write_briefing(issue(), tmp_path)
        assert again == first
        assert sorted(tmp_path.iterdir()) == sorted(first)
