"""The briefing's figures as a workbook with native charts. Every text is written as text, so that no cell is a formula."""

from collections.abc import Sequence
from pathlib import Path
from typing import IO

from service.domain.figures.briefing import Briefing, Change, before_word
from service.export.sheets import Sheets, open_workbook

__all__ = ["write_xlsx"]


def write_xlsx(briefing: Briefing, path: Path | IO[bytes]) -> None:
    """Write the issue's tables to `path`, one sheet each, charts beside the figures they are drawn from."""
    running = "【演练】数据与收件人均为虚构" if briefing.drill else ""
    title = f"药品安全舆情周报 {briefing.week.word}"
    with open_workbook(path, made_at=briefing.made_at, running=running, title=title, author=briefing.office) as sheets:
        _summary(sheets, briefing)
        _daily(sheets, briefing)
        _categories(sheets, briefing)
        for name, heading, rows in (
            ("信源", "信源类别", briefing.figures.by_class),
            ("地市", "设区市", briefing.figures.by_city),
            ("情感", "情感", briefing.figures.by_tone),
            ("关键词", "品种或企业", briefing.terms),
        ):
            _changes(sheets, name, (heading, "篇数", before_word(briefing.week, briefing.made_at), "环比"), rows)
        _ledger(sheets, briefing)
        _responses(sheets, briefing)
        _documents(sheets, briefing)
        if briefing.bypasses:
            bypasses = [
                [row.title, row.version, row.steps, row.reason, *row.names, row.at] for row in briefing.bypasses
            ]
            headings = ("事件", "版本", "越过的程序", "理由", "申请人", "确认人", "时间")
            sheets.table("越过审核", headings, bypasses, widths=(40, 8, 30, 40, 12, 12, 16))
        sheets.table("数据口径", ("说明",), [[note] for note in briefing.notes], widths=(90,))


def _summary(sheets: Sheets, briefing: Briefing) -> None:
    figures = briefing.figures
    rows: list[list[object]] = [
        ["周次", briefing.week.word],
        ["期号", f"第{briefing.issue}期（总第{briefing.issue_in_all}期）"],
        ["生成时间（北京时间）", briefing.made_at],
        ["演练", "是，数据均为虚构" if briefing.drill else "否"],
        ["判断", briefing.judgement],
        ["监测信息（篇）", figures.collected.count],
        ["监测信息环比", figures.collected.words],
        ["风险稿件（篇）", figures.risk.count],
        ["风险稿件环比", figures.risk.words],
        ["其中涉及江西（篇）", figures.local_risk],
        ["审计链末值（序号:哈希）", briefing.audit_head],
    ]
    rows += [["预警事件", briefing.events_told]] if briefing.events_told else []
    rows += [["声量异动", briefing.surges]] if briefing.surges else []
    rows += [["办件与政策跟踪", sentence] for sentence in briefing.followed]
    sheets.table("概况", ("项目", "内容"), rows, widths=(26, 80))


def _daily(sheets: Sheets, briefing: Briefing) -> None:
    rows = [[*row] for row in briefing.figures.daily]
    sheet = sheets.table("日趋势", ("日期", "监测信息（篇）", "风险稿件（篇）"), rows, widths=(14, 15, 15))
    sheets.chart(sheet, "日趋势", "line", (1, 2), len(rows), "日趋势（篇）", after=3)


def _categories(sheets: Sheets, briefing: Briefing) -> None:
    rows = [
        [f"{row.code} {row.change.name}", row.change.count, row.change.before, row.change.words, row.level.word]
        for row in briefing.categories
    ]
    before = before_word(briefing.week, briefing.made_at)
    sheet = sheets.table("类别", ("类别", "篇数", before, "环比", "最高预警"), rows, widths=(30, 10, 10, 10, 12))
    sheets.chart(sheet, "类别", "bar", (1,), len(rows), "风险稿件按类别（篇）", after=5)


def _changes(sheets: Sheets, name: str, headings: Sequence[str], changes: Sequence[Change]) -> None:
    rows = [[row.name, row.count, row.before, row.words] for row in changes]
    sheet = sheets.table(name, headings, rows, widths=(30, 10, 10, 10))
    title = f"风险稿件按{name}（篇）" if name != "关键词" else "提及品种或企业的稿件（篇）"
    sheets.chart(sheet, name, "bar", (1,), len(rows), title, after=4)


def _ledger(sheets: Sheets, briefing: Briefing) -> None:
    rows = [
        [
            event.number,
            event.title,
            event.first_at,
            event.first_source,
            event.level.word,
            event.documents,
            event.lead,
            event.deadline,
            event.state,
            event.progress,
        ]
        for event in briefing.events
    ]
    headings = ("编号", "事件", "首发", "来源", "等级", "篇数", "牵头处室", "时限", "状态", "进展")
    sheets.table("重点事件台账", headings, rows, widths=(6, 42, 16, 16, 6, 6, 20, 15, 8, 29))


def _responses(sheets: Sheets, briefing: Briefing) -> None:
    now = briefing.made_at
    rows = [
        [
            row.title,
            row.known_at,
            row.acknowledged_at or "",
            row.answered_at or "",
            row.due_at or "",
            row.verdict(now),
            row.limits_used,
            row.effect.words if row.effect else "尚未回应，未测",
            row.effect.coverage if row.effect else "",
        ]
        for row in briefing.responses
    ]
    headings = ("事件", "获知", "确认", "回应", "最近到期", "是否超时", "用时/时限", "回应前后稿件", "其间采集")
    sheets.table("回应时效", headings, rows, widths=(36, 16, 16, 16, 16, 10, 28, 24, 26))


def _documents(sheets: Sheets, briefing: Briefing) -> None:
    rows = [
        [number, row.title, row.source, row.published_at, row.url, row.event_link]
        for number, row in enumerate(briefing.documents, 1)
    ]
    headings = ("序号", "标题", "来源", "时间", "原文链接", "事件链接")
    sheets.table("重点信息清单", headings, rows, widths=(6, 52, 18, 16, 36, 27))
