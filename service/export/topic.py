"""What the public asks and argues about a policy, as a workbook for whoever writes the interpretation 解读要点.

Every text is written as text, so that no cell is a formula; examples carry title, source, time and link, never an author.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import IO

from analysis.topics.claims import Stance
from service.domain.beijing import beijing
from service.domain.topics.sheet import QUESTIONS, RiskSheet
from service.domain.topics.topic_report import TopicReport
from service.export.sheets import Sheets, open_workbook

__all__ = ["write_topic"]


def write_topic(
    report: TopicReport, target: Path | IO[bytes], *, assessed: RiskSheet | None = None, drill: bool = False
) -> None:
    """Write the sheets 问题, 观点, 分阶段, 前后比较, where there is one the latest 风险评估表, 稿件 and 数据口径 to `target`."""
    running = "【演练】数据均为虚构" if drill else ""
    title = f"解读要点：{report.topic.title}"
    with open_workbook(target, made_at=report.made_at, running=running, title=title) as sheets:
        _questions(sheets, report)
        _arguments(sheets, report)
        _phases(sheets, report)
        _effect(sheets, report)
        if assessed is not None:
            _assessed(sheets, assessed, report)
        _documents(sheets, report)
        notes = [*([running] if drill else []), *_notes(report)]
        sheets.table("数据口径", ("说明",), [[note] for note in notes], (100,))


def _questions(sheets: Sheets, report: TopicReport) -> None:
    rows: list[list[object]] = [
        ["全部阶段", place, one.sentence, one.count, _examples(report, one.documents), ""]
        for place, one in enumerate(report.questions, 1)
    ]
    for phase in report.phases:
        rows += [
            [phase.window.word, place, one.sentence, one.count, _examples(report, one.documents), ""]
            for place, one in enumerate(phase.figures.questions, 1)
        ]
    headings = ("阶段", "名次", "问题（稿件原句）", "提问稿件（篇）", "示例稿件", "解读口径（人工填写）")
    sheets.table("问题", headings, rows, (10, 6, 44, 10, 56, 36))


def _arguments(sheets: Sheets, report: TopicReport) -> None:
    rows = [
        [phase.window.word, one.stance.word, one.sentence, one.count, _examples(report, one.documents)]
        for phase in report.phases
        for one in phase.arguments
    ]
    sheets.table("观点", ("阶段", "立场", "原句", "稿件（篇）", "示例稿件"), rows, (12, 8, 60, 12, 70))


_STANCES = (Stance.CON, Stance.PRO, Stance.ADVICE)


def _phases(sheets: Sheets, report: TopicReport) -> None:
    rows = [
        [
            phase.window.word,
            phase.window.since,
            phase.window.last,
            phase.figures.documents,
            round(phase.figures.per_day, 1),
            phase.figures.tones.get("neg", 0),
            phase.figures.tones.get("neu", 0),
            phase.figures.tones.get("pos", 0),
            phase.figures.asking,
            *(phase.stances.get(stance, 0) for stance in _STANCES),
        ]
        for phase in report.phases
    ]
    headings = (
        "阶段",
        "起",
        "止",
        "稿件（篇）",
        "日均（篇）",
        "负面（篇）",
        "中性（篇）",
        "正面（篇）",
        "提问稿件（篇）",
        *(f"{stance.word}（篇）" for stance in _STANCES),
    )
    sheets.table("分阶段", headings, rows, (12, 18, 18, 11, 11, 11, 11, 11, 15, 11, 11, 11))


def _effect(sheets: Sheets, report: TopicReport) -> None:
    rows = [list(row) for row in report.effect.words] if report.effect else []
    if report.effect:
        rows.append(["说明", report.effect.sentence, "", ""])
        rows.append(["采集", report.effect.coverage, "", ""])
    sheets.table("前后比较", ("指标", "之前", "之后", "变化"), rows, (18, 60, 24, 16))


def _assessed(sheets: Sheets, sheet: RiskSheet, report: TopicReport) -> None:
    now = report.made_at
    signed = f"{sheet.signed_by} {beijing(sheet.signed_at, now)} 签署" if sheet.signed_at else "未签署"
    level = (
        f"{sheet.level.word}（按内容建议 {sheet.proposed.word}{f'；改定理由：{sheet.reason}' if sheet.reason else ''}）"
    )
    rows: list[list[object]] = [
        ["版本", f"第{sheet.version}版，{sheet.author} {beijing(sheet.saved_at, now)} 填写，{signed}", "", "", "", ""],
        ["等级", f"{level}；内部评估，非预警级别", "", "", "", ""],
    ]
    rows += [[question, sheet.answers.get(key, "未填写"), "", "", "", ""] for key, question in QUESTIONS.items()]
    rows += [
        [
            f"顾虑{place}",
            one.concern,
            one.group,
            f"可能{one.likelihood.word}、影响{one.impact.word}",
            one.answer,
            one.owner,
        ]
        for place, one in enumerate(sheet.concerns, 1)
    ]
    headings = ("项目", "内容", "群体", "可能与影响", "答复口径", "答复人")
    sheets.table("风险评估表", headings, rows, (38, 52, 12, 15, 42, 10))


def _documents(sheets: Sheets, report: TopicReport) -> None:
    rows = [[one.title, one.source, one.at or "未知", one.url or ""] for one in report.lines.values()]
    sheets.table("稿件", ("标题", "来源", "时间", "链接"), rows, (60, 24, 18, 60))


def _examples(report: TopicReport, documents: Sequence[str]) -> str:
    known = [report.lines[one] for one in documents if one in report.lines]
    return "\n".join(f"{line.title}（{line.source}）" for line in known)


def _notes(report: TopicReport) -> list[str]:
    topic, now = report.topic, report.made_at
    since = beijing(topic.filled_since, now) if topic.filled_since else "开题"
    named = "；".join(filter(None, (topic.issue_number, "、".join(topic.words))))
    return [
        f"政策：{topic.title}；按文号、标题或搜索词归入（{named or '标题'}），不含：{'、'.join(topic.without) or '无'}。",
        f"统计至 {beijing(now, now)}（北京时间）；已回溯到 {since}。稿件含转载，转载不重复计入问题与观点。",
        "问题与观点均为稿件原句，按字面相近归并，未作改写；官方稿件、转载和投诉件只计数，不摘句。",
        f"“质疑、赞成、建议”是自己发声的稿件里有这类原句的篇数，一篇可有几种，反话不算赞成；另有{report.outside}篇在各阶段之外。",
        "每个阶段的问题与观点取该阶段最新的至多2000篇稿件，篇数与情感为全部稿件。",
        "本表供起草解读参考，解读口径由人工填写并经审核。",
    ]
