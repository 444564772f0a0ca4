"""One version of the risk assessment sheet 发布前风险评估表 as a paper that goes round for signature and into the file.

It says of itself who filled it in and who signed it in the system, and leaves rooms for the opinions that are written by hand.
"""

from collections.abc import Iterator
from datetime import datetime
from itertools import chain

from analysis.topics.claims import Stance
from service.domain.beijing import BEIJING
from service.domain.topics.sheet import QUESTIONS, RiskSheet
from service.domain.topics.topic_report import PhaseReport, TopicReport
from service.export.blocks import Block, Heading, Line, Look, Paper, Table, repaired

__all__ = ["lay_out_sheet"]

_DRILL = "【演练】数据均为虚构"
_ASKED = 5
_BLANK = "　"
_HAND_MM = 10
_ROOMS = ("业务处室", "法规处", "分管局领导")


def lay_out_sheet(report: TopicReport, sheet: RiskSheet, *, newest: int, drill: bool = False) -> Paper:
    """Return the sheet in blocks.

    `report` is the topic's as it stood when the version was saved: who signed it saw no later figures. `newest` is the number of
    the topic's latest version, which may be another.
    """
    sections = (
        _masthead(report, sheet, newest, drill=drill),
        _answers(sheet),
        _concerns(sheet),
        _heard(report),
        _conclusion(sheet),
        _signatures(sheet),
    )
    title = f"政策发布前舆情风险评估表：{report.topic.title}"
    return repaired(
        Paper(
            title=title,
            author=sheet.author,
            made_at=sheet.saved_at,
            blocks=tuple(chain.from_iterable(sections)),
            running=_DRILL if drill else "",
        )
    )


def _masthead(report: TopicReport, sheet: RiskSheet, newest: int, *, drill: bool) -> Iterator[Block]:
    topic, day = report.topic, sheet.saved_at.astimezone(BEIJING)
    if drill:
        yield Line(text=_DRILL, look=Look.DRILL)
    yield Line(text="政策发布前舆情风险评估表", look=Look.TITLE)
    yield Line(text=f"第{sheet.version}版　{_state(sheet, newest)}", look=Look.NUMBER)
    yield Line(text=f"{day.year}年{day.month}月{day.day}日　{sheet.author}填写", look=Look.DATE)
    number = f"（{topic.issue_number}）" if topic.issue_number else ""
    yield Line(text=f"政策名称：{topic.title}{number}")


def _state(sheet: RiskSheet, newest: int) -> str:
    later = f"，之后已有第{newest}版" if newest != sheet.version else ""
    return f"{'已签署' if sheet.signed_by else '未签署，供审阅'}{later}"


def _answers(sheet: RiskSheet) -> Iterator[Block]:
    yield Heading(text="一、评估内容")
    rows = [
        (str(place), question, sheet.answers.get(key, "未填写"))
        for place, (key, question) in enumerate(QUESTIONS.items(), 1)
    ]
    yield Table(headings=("序号", "项目", "内容"), rows=rows, widths=(12, 52, 92))


def _concerns(sheet: RiskSheet) -> Iterator[Block]:
    yield Heading(text="二、可能的顾虑与答复口径")
    if not sheet.concerns:
        yield Line(text="未填写。")
        return
    rows = [
        (
            one.concern,
            one.group,
            f"可能{one.likelihood.word}　影响{one.impact.word}",
            one.answer or "未填写",
            one.owner or "未定",
        )
        for one in sheet.concerns
    ]
    yield Table(headings=("顾虑", "群体", "可能与影响", "答复口径", "答复人"), rows=rows, widths=(42, 22, 20, 54, 18))


def _heard(report: TopicReport) -> Iterator[Block]:
    yield Heading(text="三、已有反应")
    made = _moment(report.made_at)
    if not report.documents:
        yield Line(text=f"填写时（{made}）监测中没有收到关于本政策的稿件；没有收到不等于没有关注。")
        return
    yield Line(
        text=f"截至填写时（{made}），各阶段共收到稿件{report.documents}篇（含转载）。"
        "下表均为篇数，立场为自己发声的稿件里有这类原句的篇数。"
    )
    yield Table(
        headings=("阶段", "稿件", "负面", "提问", "质疑", "赞成", "建议"),
        rows=[_row(phase) for phase in report.phases],
        widths=(54, 17, 17, 17, 17, 17, 17),
        figures=range(1, 7),
    )
    if report.questions:
        yield Line(text="问得最多的（稿件原句）：", keep=True)
        rows = [(str(place), one.sentence, str(one.count)) for place, one in enumerate(report.questions[:_ASKED], 1)]
        yield Table(headings=("序号", "问题", "稿件"), rows=rows, widths=(12, 127, 17), figures=(2,))


def _row(phase: PhaseReport) -> tuple[str, ...]:
    since, figures = phase.window.since.astimezone(BEIJING), phase.figures
    counts = (figures.documents, figures.tones.get("neg", 0), figures.asking)
    stances = (phase.stances.get(stance, 0) for stance in (Stance.CON, Stance.PRO, Stance.ADVICE))
    return (f"{phase.window.word}（{since.year}年{since.month}月{since.day}日起）", *map(str, (*counts, *stances)))


def _conclusion(sheet: RiskSheet) -> Iterator[Block]:
    yield Heading(text="四、评估结论")
    if sheet.level == sheet.proposed:
        yield Line(text=f"{sheet.level.word}，与按填写内容建议的一致。")
    else:
        yield Line(text=f"{sheet.level.word}；按填写内容建议为{sheet.proposed.word}，改定理由：{sheet.reason}。")
    if sheet.missing:
        yield Line(text=f"尚缺：{'；'.join(sheet.missing)}。")
    yield Line(text="本等级为内部评估，不是预警级别，也不是突发事件分级。", look=Look.NOTE)


def _signatures(sheet: RiskSheet) -> Iterator[Block]:
    yield Heading(text="五、签署")
    signed = (sheet.signed_by, _moment(sheet.signed_at)) if sheet.signed_by and sheet.signed_at else (_BLANK, _BLANK)
    rows = [
        ("填写（系统内）", "提交本版", sheet.author, _moment(sheet.saved_at)),
        ("审批（系统内）", "同意" if sheet.signed_by else "未签署", *signed),
        *((room, _BLANK, _BLANK, _BLANK) for room in _ROOMS),
    ]
    yield Table(headings=("环节", "意见", "签名", "日期"), rows=rows, widths=(32, 68, 24, 32), room=_HAND_MM)


def _moment(at: datetime) -> str:
    """Return a moment with its year: a paper is read in other years too."""
    local = at.astimezone(BEIJING)
    return f"{local.year}年{local.month}月{local.day}日 {local:%H:%M}"
