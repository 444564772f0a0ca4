"""What stands in which section of the weekly briefing, whatever file it becomes; how a file looks is its writer's matter."""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import chain

from service.domain.beijing import BEIJING, beijing, dated
from service.domain.figures.answered import AnswerEffect
from service.domain.figures.briefing import (
    TOLD,
    Briefing,
    CategoryRow,
    Change,
    MajorEvent,
    WeekFigures,
    before_word,
    named,
    on_paper,
    place_in_issue,
    quoted,
)
from service.export.blocks import Block, Heading, Line, Link, Look, Paper, Picture, Table, repaired
from service.export.charts import bars, daily_line

__all__ = ["lay_out"]


_DRILL = "【演练】数据与收件人均为虚构"


def lay_out(briefing: Briefing) -> Paper:
    """Return the issue in blocks; where no Chinese font is installed, words and tables stand for the pictures."""
    sections = (_masthead, _overview, _events, _trends, _topics, _answers, _advice, _annex)
    return repaired(
        Paper(
            title=f"药品安全舆情周报 {briefing.week.word}",
            author=briefing.office,
            made_at=briefing.made_at,
            blocks=tuple(chain.from_iterable(section(briefing) for section in sections)),
            running=_DRILL if briefing.drill else "",
        )
    )


def _masthead(briefing: Briefing) -> Iterator[Block]:
    if briefing.drill:
        yield Line(text=_DRILL, look=Look.DRILL)
    yield Line(text="药品安全舆情周报", look=Look.TITLE)
    yield Line(text=f"第{briefing.issue}期（总第{briefing.issue_in_all}期）", look=Look.NUMBER)
    local = briefing.made_at.astimezone(BEIJING)
    yield Line(text=f"{briefing.office}　　{local.year}年{local.month}月{local.day}日", look=Look.DATE)
    yield Line(text=briefing.judgement, look=Look.JUDGEMENT)


def _overview(briefing: Briefing) -> Iterator[Block]:
    figures, before = briefing.figures, before_word(briefing.week, briefing.made_at)
    yield Heading(text="一、总体情况")
    yield Line(
        text=f"监测显示，{_span(briefing)}，共收到稿件{figures.collected.count}篇，{_compared(figures.collected, before)}；"
        f"其中风险稿件{figures.risk.count}篇，{_compared(figures.risk, before)}{_risk_text(briefing)}。"
        f"{_leading(briefing.categories[:_CATEGORIES], before)}"
    )


def _leading(categories: Sequence[CategoryRow], before: str) -> str:
    """Name the categories with most risk documents; the table of the annex has all."""
    rows = [row.change for row in categories if row.change.count]
    return f"较多的类别：{_counted(rows, before)}，见附件2。" if rows else ""


def _risk_text(briefing: Briefing) -> str:
    figures = briefing.figures
    if not figures.risk.count:
        return ""
    classes = "、".join(f"{row.name}{row.count}篇" for row in figures.by_class[:5] if row.count)
    tones = "、".join(f"{row.name}{row.count}篇" for row in figures.by_tone if row.count)
    share = f"涉及江西{figures.local_risk}篇（占{figures.local_risk / figures.risk.count:.0%}）"
    return f"，{share}。风险稿件按信源：{classes}；按情感：{tones}"


def _compared(change: Change, before: str) -> str:
    """Return a change as a paper says it; a sign before a figure is torn from it where the line ends."""
    if change.count == change.before:
        return "环比持平"
    if not change.before:
        return f"{before}没有"
    return f"环比{'增长' if change.count > change.before else '下降'}{change.words.lstrip('+-')}"


def _left_out(count: int, unit: str, where: str) -> Iterator[Block]:
    """Say how many more there are than a section shows, and where they stand."""
    if count > 0:
        yield Line(text=f"另有{count}{unit}，见{where}。")


def _span(briefing: Briefing) -> str:
    """Return the days that are counted; an issue made before its week is over says until when."""
    if briefing.made_at < briefing.week.until:
        first = briefing.week.days[0]
        return f"{first.month}月{first.day}日至{beijing(briefing.made_at, briefing.made_at)}（本周未结束）"
    return briefing.week.span


def _events(briefing: Briefing) -> Iterator[Block]:
    yield Heading(text="二、重点舆情")
    if not briefing.events:
        yield Line(text="本周没有达到预警线的事件。")
    if briefing.events_told:
        yield Line(text=briefing.events_told)
    for event in briefing.events[:TOLD]:
        title = event.title if len(event.title) <= _HEADED else f"{event.title[: _HEADED - 1]}…"
        yield Heading(text=f"{place_in_issue(int(event.number))}{title}", level=2)
        yield Line(text=_event_text(event, briefing))
    yield from _left_out(max(briefing.events_in_all, len(briefing.events)) - TOLD, "件", "附件1")


_RUMOUR = "R13"
_CATEGORIES, _RUMOURS, _EFFECTS = 3, 2, 4
_RESPONSES = 20
_CITIES = 4
# Two lines of a heading, whose numeral takes three signs, and of text; the ledger has whole titles.
_HEADED, _TWO_LINES = 46, 54


def _event_text(event: MajorEvent, briefing: Briefing) -> str:
    products = "、".join(event.products) or "品种待核实"
    more = "等" if len(event.firms) > 1 else ""
    firms = f"（{event.firms[0]}{more}）" if event.firms else ""
    told = "".join(f"{words}。" for words in (event.place, event.people) if words)
    return (
        f"{event.level.mark}{event.level.word}。据首发信息，"
        f"{dated(event.first_at, briefing.made_at)}由{quoted(event.first_source)}首发，"
        f"至今{event.documents}篇、信源{event.sources}个。{told}涉及{products}{firms}。{event.progress}。"
        f"下一步：{event.next_step}。"
    )


def _trends(briefing: Briefing) -> Iterator[Block]:
    yield Heading(text="三、走势与分布")
    yield from _days(briefing.figures)
    named_cities = [f"{row.name}{row.count}篇" for row in briefing.figures.by_city if row.count]
    cities = "、".join(named_cities[:_CITIES]) + ("等" if len(named_cities) > _CITIES else "")
    told = f"按设区市：{cities}。" if cities else "风险稿件未集中提及本省设区市。"
    yield Line(text=_fullest_day(briefing.figures) + told)
    if briefing.surges:
        yield Line(text=briefing.surges)


def _days(figures: WeekFigures) -> Iterator[Block]:
    daily = figures.daily
    if not any(count for _, count, _ in daily):
        yield Line(text="本周没有收到稿件，请查信源是否正常采集。")
        return
    drawn = daily_line(figures)
    if drawn is not None:
        told = "；".join(f"{day.month}月{day.day}日监测信息{count}篇、风险稿件{risk}篇" for day, count, risk in daily)
        yield Picture(png=drawn, words=f"折线图，每日篇数。{told}。")
    else:
        rows = [[f"{day.month}月{day.day}日", str(count), str(risk)] for day, count, risk in daily]
        headings = ("日期", "监测信息（篇）", "风险稿件（篇）")
        yield Table(headings=headings, rows=rows, widths=(60, 48, 48), figures=(1, 2))


def _fullest_day(figures: WeekFigures) -> str:
    day, _, most = max(figures.daily, key=lambda row: row[2], default=(None, 0, 0))
    return f"风险稿件最多的是{day.month}月{day.day}日，{most}篇。" if day and most else ""


def _topics(briefing: Briefing) -> Iterator[Block]:
    yield Heading(text="四、热点话题与关键词")
    before = before_word(briefing.week, briefing.made_at)
    yield Line(text=_mentioned(briefing.terms, before))
    yield Heading(text="五、谣言与辟谣")
    told = [
        f"网传{named(rumour.claim.removeprefix('网传'))}，{rumour.documents}篇，{rumour.status}。"
        for rumour in briefing.rumours[:_RUMOURS]
    ]
    left = len(briefing.rumours) - _RUMOURS
    told += [f"另有{left}条，见附件1。"] if left > 0 else []
    if told:
        yield Line(text="".join(told))
    if not briefing.rumours:
        yield Line(text=_no_rumour(briefing))


def _mentioned(terms: Sequence[Change], before: str) -> str:
    """Name what most documents mention, as much as two lines hold: three at least, six at most."""
    if not terms:
        return "本周风险稿件未集中提及具体品种或企业。"
    most, least = min(6, len(terms)), min(3, len(terms))
    told = [_mentions(terms[:count], before) for count in range(most, least - 1, -1)]
    return next((text for text in told if len(text) <= _TWO_LINES), told[-1])


def _mentions(terms: Sequence[Change], before: str) -> str:
    return f"提及较多：{_counted(terms, before)}。"


def _counted(rows: Sequence[Change], before: str) -> str:
    """Name the counts, each with its change; where several had none before, that is said once."""
    if len(rows) > 1 and not any(row.before for row in rows):
        return f"{'、'.join(f'{row.name}{row.count}篇' for row in rows)}，{before}都没有"
    return "、".join(f"{row.name}{row.count}篇（{_compared(row, before)}）" for row in rows)


def _no_rumour(briefing: Briefing) -> str:
    """Say why the section is empty: nothing was heard, or what was heard is no event of its own, or an office's denial."""
    heard = sum(row.change.count for row in briefing.categories if row.code == _RUMOUR)
    if not heard:
        return "尚未发现需要辟谣的传言。"
    return f"谣言与误导信息类风险稿件{heard}篇，没有达到预警线的事件提出这类说法，请逐篇核查。"


def _answers(briefing: Briefing) -> Iterator[Block]:
    yield Heading(text="六、回应情况")
    yield from _answered(briefing)
    for row in briefing.bypasses:
        yield Line(text=f"越过审核程序：{row.sentence}。")
    for sentence in briefing.followed:
        yield Line(text=sentence)


def _answered(briefing: Briefing) -> Iterator[Block]:
    """Say how many answers stand how; the table of the annex has each."""
    if not briefing.responses:
        yield Line(text="本周没有在走的回应时限。")
        return
    counts = Counter(row.verdict(briefing.made_at) for row in briefing.responses)
    told = "；".join(f"{verdict}{count}件" for verdict, count in counts.items())
    yield Line(text=f"有回应时限的事件{len(briefing.responses)}件：{told}，见附件2。")
    yield from _effects([(row.title, row.effect) for row in briefing.responses[:_EFFECTS] if row.effect is not None])


def _response_table(briefing: Briefing) -> Iterator[Block]:
    if not briefing.responses:
        return
    rows = [
        [
            row.title,
            beijing(row.known_at, briefing.made_at),
            beijing(row.answered_at, briefing.made_at) if row.answered_at else "—",
            row.limits_used or "—",
            row.verdict(briefing.made_at),
        ]
        for row in briefing.responses[:_RESPONSES]
    ]
    headings = ("事件", "获知", "回应", "用时/时限", "是否超时")
    yield Table(headings=headings, rows=rows, widths=(40, 29, 29, 37, 21))
    yield from _left_out(len(briefing.responses) - _RESPONSES, "件", "工作簿“回应时效”")


def _category_table(briefing: Briefing) -> Iterator[Block]:
    if not briefing.categories:
        return
    rows = [
        [f"{row.code} {row.change.name}", str(row.change.count), row.change.words, row.level.word]
        for row in briefing.categories
    ]
    headings = ("风险稿件类别", "篇数", "环比", "最高预警")
    yield Table(headings=headings, rows=rows, widths=(82, 20, 26, 28), figures=(1, 2))


def _effects(told: Sequence[tuple[str, AnswerEffect]]) -> Iterator[Block]:
    """Say what was counted around the answers, and of each whether collecting went on: counts that fell may be hours not seen."""
    if not told:
        return
    effects = "；".join(f"{named(title)}{effect.words}" for title, effect in told)
    yield Line(text=f"回应前后的稿件：{effects}。")
    sentences: dict[str, list[str]] = {}
    for title, effect in told:
        # Hours not seen explain a difference; where none was measured there is nothing to explain.
        if effect.measured:
            sentences.setdefault(effect.coverage, []).append(named(title))
    for sentence, titles in sentences.items():
        whose = f"{'、'.join(titles)}回应前后，" if len(sentences) > 1 else "回应前后，"
        if sentence:
            yield Line(text=f"{whose}{sentence}")


def _advice(briefing: Briefing) -> Iterator[Block]:
    yield Heading(text="七、研判与建议（按规则草拟，待核定）")
    for number, item in enumerate(briefing.advice, 1):
        yield Line(text=f"{number}. {item.fact}。建议：{item.proposal}。责任处室：{item.lead}。")
    yield Heading(text="八、下周关注")
    for text in briefing.ahead:
        yield Line(text=f"{text}。")


def _annex(briefing: Briefing) -> Iterator[Block]:
    yield Heading(text="附件1　重点事件台账", new_page=True)
    yield from _event_ledger(briefing)
    yield Heading(text="附件2　分类统计、回应时效和分布图")
    yield from _category_table(briefing)
    yield from _response_table(briefing)
    yield from _distribution(briefing.figures)
    yield Heading(text="附件3　重点信息清单")
    yield from _listed_documents(briefing)
    yield Heading(text="附件4　数据口径")
    last = len(briefing.notes) if briefing.audit_head else 0
    # The audit head alone on a last page: nobody knows what it belongs to.
    yield from (Line(text=note, look=Look.NOTE, keep=place == last) for place, note in enumerate(briefing.notes, 1))
    if briefing.audit_head:
        yield Line(text=f"审计链末值（序号:哈希）：{briefing.audit_head[:40]}", look=Look.ANCHOR)


_LISTED_TITLE = 80
"""Characters of a title in the list of documents: four lines; one of 300 took half a page."""


def _event_ledger(briefing: Briefing) -> Iterator[Block]:
    if not briefing.events:
        yield Line(text="本周没有达到预警线的事件。")
        return
    rows = [
        [
            event.number,
            event.title,
            _outlet(event.first_source),
            event.level.word,
            event.lead,
            event.deadline,
            event.state,
        ]
        for event in briefing.events
    ]
    headings = ("编号", "事件", "来源", "等级", "牵头", "时限", "状态")
    yield Table(headings=headings, rows=rows, widths=(11, 52, 22, 11, 22, 23, 15))
    yield from _left_out(briefing.events_in_all - len(rows), "件等级较低的", "预警页面")


def _outlet(name: str) -> str:
    """Return who speaks without the export that brought it: in a narrow column of every row that took three lines of four."""
    outlet, bracket, export = name.partition("（")
    return outlet if bracket and export.endswith("导入）") else name


def _cut(title: str) -> str:
    """Return a title as a list on paper has room for it; its link and the workbook have the whole."""
    return title if len(title) <= _LISTED_TITLE else f"{title[: _LISTED_TITLE - 1]}…"


def _distribution(figures: WeekFigures) -> Iterator[Block]:
    titles = ("风险稿件按信源（篇）", "风险稿件按设区市（篇）")
    drawn = bars(figures.by_class, figures.by_city, titles=titles)
    if drawn is not None:
        told = "；".join(
            f"{title}：{_told(rows)}" for title, rows in zip(titles, (figures.by_class, figures.by_city), strict=True)
        )
        yield Picture(png=drawn, words=f"条形图。{told}。")
    elif figures.risk.count:
        yield Line(text="本机没有中文字体，未作图；篇数见工作簿“信源”和“地市”。")
    else:
        yield Line(text="本周没有风险稿件。")


def _told(rows: Sequence[Change]) -> str:
    return "、".join(f"{row.name}{row.count}" for row in rows) or "无"


def _listed_documents(briefing: Briefing) -> Iterator[Block]:
    if not briefing.documents:
        yield Line(text="本周没有风险稿件。")
        return
    shown = on_paper(briefing.documents)
    rows: list[list[str | Link]] = [
        [
            str(number),
            Link(_cut(row.title), row.url),
            _outlet(row.source),
            dated(row.published_at, briefing.made_at),
            Link(row.ledger_number or "查看", row.event_link) if row.event_id else "—",
        ]
        for number, row in enumerate(shown, 1)
    ]
    columns = ("序号", "标题（链接到原文）", "来源", "时间", "台账序号")
    yield Table(headings=columns, rows=rows, widths=(10, 64, 35, 30, 17))
    yield from _left_out(len(briefing.documents) - len(shown), "篇", "工作簿“重点信息清单”")
