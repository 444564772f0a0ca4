"""The briefing as a Word document: what stands in which section; how a paper looks is in `paper`."""

from datetime import datetime
from pathlib import Path
from typing import IO

import docx
from docx.document import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Mm, Pt

from service.domain.beijing import BEIJING, beijing
from service.domain.briefing import LISTED_ON_PAPER, Briefing, Change, MajorEvent, quoted
from service.export.charts import bars, daily_line
from service.export.paper import (
    HEAD,
    RED,
    SUB,
    TITLE,
    TITLE_PT,
    Link,
    heading,
    line,
    picture,
    rule_below,
    set_page,
    styled,
    subheading,
    table,
)

__all__ = ["write_docx"]


def write_docx(briefing: Briefing, path: Path | IO[bytes]) -> None:
    """Write the issue to `path`; where no Chinese font is installed, words and tables stand for the pictures."""
    document = docx.Document()
    set_page(document)
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


def _masthead(document: Document, briefing: Briefing) -> None:
    if briefing.drill:
        line(document, "【演练】数据与收件人均为虚构", font=HEAD, indent=False).alignment = WD_ALIGN_PARAGRAPH.CENTER
    title = line(document, "", indent=False)
    title.alignment = WD_ALIGN_PARAGRAPH.CENTER
    title.paragraph_format.line_spacing = Pt(36)
    styled(title, "药品安全舆情周报", TITLE, TITLE_PT, bold=True).font.color.rgb = RED
    local = briefing.made_at.astimezone(BEIJING)
    number = line(document, f"第{briefing.issue}期（总第{briefing.issue_in_all}期）", size=Pt(14), indent=False)
    number.alignment = WD_ALIGN_PARAGRAPH.CENTER
    date = line(document, f"{briefing.office}　　{local.year}年{local.month}月{local.day}日", size=Pt(14), indent=False)
    date.alignment = WD_ALIGN_PARAGRAPH.CENTER
    rule_below(date)
    line(document, briefing.judgement, font=SUB)


def _overview(document: Document, briefing: Briefing) -> None:
    figures = briefing.figures
    heading(document, "一、总体情况")
    line(
        document,
        f"监测显示，{_span(briefing)}，共收到稿件{figures.collected.count}篇，{_compared(figures.collected)}；"
        f"其中风险稿件{figures.risk.count}篇，{_compared(figures.risk)}{_risk_text(briefing)}。",
    )
    if briefing.categories:
        rows = [
            [f"{row.code} {row.change.name}", str(row.change.count), row.change.words, row.level.word]
            for row in briefing.categories[:_CATEGORIES]
        ]
        headings = ("风险稿件类别", "篇数", "环比", "最高预警")
        table(document, headings, rows, widths=(82, 20, 26, 28), figures=(1, 2))
        _left_out(document, len(briefing.categories) - _CATEGORIES, "类", "工作簿“类别”")


def _risk_text(briefing: Briefing) -> str:
    figures = briefing.figures
    if not figures.risk.count:
        return ""
    classes = "、".join(f"{row.name}{row.count}篇" for row in figures.by_class[:5] if row.count)
    tones = "、".join(f"{row.name}{row.count}篇" for row in figures.by_tone if row.count)
    share = f"涉及江西{figures.local_risk}篇（占{figures.local_risk / figures.risk.count:.0%}）"
    return f"，{share}。风险稿件按信源：{classes}；按情感：{tones}"


def _compared(change: Change) -> str:
    """Return a change as a paper says it; a sign before a figure is torn from it where the line ends."""
    if change.count == change.before:
        return "环比持平"
    if not change.before:
        return "上周没有"
    return f"环比{'增长' if change.count > change.before else '下降'}{change.words.lstrip('+-')}"


def _left_out(document: Document, count: int, unit: str, where: str) -> None:
    """Say how many more there are than a section shows, and where they stand."""
    if count > 0:
        line(document, f"另有{count}{unit}，见{where}。")


def _span(briefing: Briefing) -> str:
    """Return the days that are counted; an issue made before its week is over says until when."""
    first, last = briefing.week.days[0], briefing.week.days[-1]
    if briefing.made_at < briefing.week.until:
        return f"{first.month}月{first.day}日至{beijing(briefing.made_at, briefing.made_at)}（本周未结束）"
    return f"{first.month}月{first.day}日至{last.month}月{last.day}日"


def _events(document: Document, briefing: Briefing) -> None:
    heading(document, "二、重点舆情")
    if not briefing.events:
        line(document, "本周没有达到预警线的事件。")
    for event in briefing.events[:_TOLD]:
        subheading(document, f"（{_NUMERALS[int(event.number) - 1]}）{event.title}")
        line(document, _event_text(event, briefing.made_at))
    _left_out(document, max(briefing.events_in_all, len(briefing.events)) - _TOLD, "件", "附件1")


_NUMERALS = "一二三四五六七八九十"
# The text before the annexes is to fit two pages; the ledger in the annex has the events.
_TOLD = 3
_RUMOUR = "R13"
_CATEGORIES, _RUMOURS, _RESPONSES = 5, 2, 4
_CITIES = 4
_TITLE_SHOWN = 30


def _event_text(event: MajorEvent, now: datetime) -> str:
    products = "、".join(event.products) or "品种待核实"
    firms = f"（{'、'.join(event.firms)}）" if event.firms else ""
    return (
        f"{event.level.mark}{event.level.word}。据首发信息，{beijing(event.first_at, now)}{event.first_source}首发，"
        f"至今{event.documents}篇、信源{event.sources}个。涉及{products}{firms}。{event.progress}。"
        f"下一步：{event.next_step}。牵头：{event.lead}。"
    )


def _trends(document: Document, briefing: Briefing) -> None:
    heading(document, "三、走势与分布")
    _days(document, briefing)
    named = [f"{row.name}{row.count}篇" for row in briefing.figures.by_city if row.count]
    cities = "、".join(named[:_CITIES]) + ("等" if len(named) > _CITIES else "")
    line(document, f"按设区市：{cities}。" if cities else "风险稿件未集中提及本省设区市。")
    if briefing.surges:
        line(document, briefing.surges)


def _days(document: Document, briefing: Briefing) -> None:
    daily = briefing.figures.daily
    if not any(count for _, count, _ in daily):
        line(document, "本周没有收到稿件，请查信源是否正常采集。")
        return
    drawn = daily_line(briefing.figures)
    if drawn is not None:
        picture(document, drawn, Mm(150))
    else:
        rows = [[f"{day.month}月{day.day}日", str(count), str(risk)] for day, count, risk in daily]
        headings = ("日期", "监测信息（篇）", "风险稿件（篇）")
        table(document, headings, rows, widths=(60, 48, 48), figures=(1, 2))
    day, _, most = max(daily, key=lambda row: row[2])
    if most:
        line(document, f"风险稿件最多的是{day.month}月{day.day}日，{most}篇。")


def _topics(document: Document, briefing: Briefing) -> None:
    heading(document, "四、热点话题与关键词")
    terms = "、".join(f"{row.name}{row.count}篇（{_compared(row)}）" for row in briefing.terms[:6])
    line(document, f"提及较多：{terms}。" if terms else "本周风险稿件未集中提及具体品种或企业。")
    heading(document, "五、谣言与辟谣")
    for rumour in briefing.rumours[:_RUMOURS]:
        line(document, f"网传{quoted(rumour.claim)}，{rumour.documents}篇，{rumour.status}。")
    _left_out(document, len(briefing.rumours) - _RUMOURS, "条", "附件1")
    if not briefing.rumours:
        line(document, _no_rumour(briefing))


def _no_rumour(briefing: Briefing) -> str:
    """Say why the section is empty: nothing was heard, or what was heard is no event of its own."""
    heard = sum(row.change.count for row in briefing.categories if row.code == _RUMOUR)
    if not heard:
        return "尚未发现需要辟谣的传言。"
    return f"谣言与误导信息类风险稿件{heard}篇，没有达到预警线的事件归入此类，请逐篇核查。"


def _answers(document: Document, briefing: Briefing) -> None:
    heading(document, "六、回应情况")
    _response_table(document, briefing)
    for row in briefing.bypasses:
        line(document, f"越过审核程序：{row.sentence}。")
    for sentence in briefing.followed:
        line(document, sentence)


def _response_table(document: Document, briefing: Briefing) -> None:
    if not briefing.responses:
        line(document, "本周没有在走的回应时限。")
        return
    rows = [
        [
            f"{row.title[:_TITLE_SHOWN]}…" if len(row.title) > _TITLE_SHOWN else row.title,
            beijing(row.known_at, briefing.made_at),
            beijing(row.answered_at, briefing.made_at) if row.answered_at else "—",
            row.limits_used or "—",
            row.verdict(briefing.made_at),
        ]
        for row in briefing.responses[:_RESPONSES]
    ]
    table(document, ("事件", "获知", "回应", "用时/时限", "是否超时"), rows, widths=(41, 26, 26, 44, 19))
    _left_out(document, len(briefing.responses) - _RESPONSES, "件", "工作簿“回应时效”")
    told = [(row.title, row.effect.words) for row in briefing.responses[:_RESPONSES] if row.effect is not None]
    if told:
        effects = "；".join(f"{quoted(title)}{words}" for title, words in told)
        line(document, f"回应前后的稿件：{effects}。")


def _advice(document: Document, briefing: Briefing) -> None:
    heading(document, "七、研判与建议（按规则草拟，待核定）")
    for number, item in enumerate(briefing.advice, 1):
        line(document, f"{number}. {item.fact}。建议：{item.proposal}。责任处室：{item.lead}。")
    heading(document, "八、下周关注")
    for text in briefing.ahead:
        line(document, f"{text}。")


def _annex(document: Document, briefing: Briefing) -> None:
    heading(document, "附件1　重点事件台账", new_page=True)
    _event_ledger(document, briefing)
    heading(document, "附件2　分布图")
    figures = briefing.figures
    titles = ("风险稿件按信源（篇）", "风险稿件按设区市（篇）")
    drawn = bars(figures.by_class, figures.by_city, titles=titles)
    if drawn is not None:
        picture(document, drawn, Mm(150))
    elif figures.risk.count:
        line(document, "本机没有中文字体，未作图；篇数见工作簿“信源”和“地市”。")
    else:
        line(document, "本周没有风险稿件。")
    heading(document, "附件3　重点信息清单")
    _listed_documents(document, briefing)
    heading(document, "附件4　数据口径")
    notes = [line(document, note, size=Pt(14)) for note in briefing.notes]
    if briefing.audit_head:
        # Alone on a last page nobody knows what it belongs to.
        notes[-1].paragraph_format.keep_with_next = True
        line(document, f"审计链末值（序号:哈希）：{briefing.audit_head[:40]}", size=Pt(10.5), indent=False)


def _event_ledger(document: Document, briefing: Briefing) -> None:
    if not briefing.events:
        line(document, "本周没有达到预警线的事件。")
        return
    rows = [
        [event.number, event.title, event.first_source, event.level.word, event.lead, event.deadline, event.state]
        for event in briefing.events
    ]
    headings = ("编号", "事件", "来源", "等级", "牵头", "时限", "状态")
    table(document, headings, rows, widths=(11, 52, 22, 11, 22, 23, 15))
    _left_out(document, briefing.events_in_all - len(rows), "件等级较低的", "预警页面")


def _listed_documents(document: Document, briefing: Briefing) -> None:
    if not briefing.documents:
        line(document, "本周没有风险稿件。")
        return
    rows: list[list[str | Link]] = [
        [
            str(number),
            Link(row.title, row.url),
            row.source,
            beijing(row.published_at, briefing.made_at),
            Link(row.event_number or "查看", row.event_link) if row.event_id else "—",
        ]
        for number, row in enumerate(briefing.documents[:LISTED_ON_PAPER], 1)
    ]
    columns = ("序号", "标题（链接到原文）", "来源", "时间", "事件编号")
    table(document, columns, rows, widths=(11, 71, 24, 32, 18))
    _left_out(document, len(briefing.documents) - LISTED_ON_PAPER, "篇", "工作簿“重点信息清单”")
