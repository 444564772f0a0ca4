"""An invented issue of the briefing, for tests of its renderings."""

from datetime import UTC, datetime, timedelta

from service.domain.alerts.alert import AlertLevel
from service.domain.figures.answered import ResponseRow
from service.domain.figures.briefing import (
    Advice,
    Briefing,
    CategoryRow,
    Change,
    ListedDocument,
    MajorEvent,
    Rumour,
    WeekFigures,
)
from service.domain.week import Week

WEEK = Week(2026, 10)
START = WEEK.since


FIGURES = WeekFigures(
    collected=Change(name="监测信息", count=2310, before=2188),
    risk=Change(name="风险稿件", count=84, before=51),
    local_risk=33,
    by_class=(
        Change(name="社交平台", count=41, before=20),
        Change(name="其他媒体", count=22, before=17),
        Change(name="热榜", count=12, before=9),
        Change(name="投诉举报", count=9, before=5),
    ),
    by_tone=(Change(name="负面", count=44, before=21), Change(name="中性", count=40, before=30)),
    by_city=(Change(name="赣州", count=19, before=2), Change(name="南昌", count=8, before=9)),
    daily=tuple((day, 300 + 11 * n, 6 + 3 * n) for n, day in enumerate(WEEK.days)),
)

CATEGORIES = (
    CategoryRow(code="R01", change=Change(name="不良反应与群体事件", count=31, before=8), level=AlertLevel.ORANGE),
    CategoryRow(code="R08", change=Change(name="短缺与价格", count=17, before=17), level=AlertLevel.BLUE),
    CategoryRow(code="R11", change=Change(name="化妆品", count=9, before=0), level=AlertLevel.YELLOW),
)


def event(number: int, title: str = "于都清云注射液聚集性不良反应") -> MajorEvent:
    return MajorEvent(
        number=f"{number:02d}",
        title=title,
        level=AlertLevel.ORANGE,
        first_at=START + timedelta(hours=30),
        first_source="章江社区（演练）",
        documents=14,
        sources=6,
        products=("清云注射液",),
        firms=("青禾岭药业",),
        lead="法规处",
        deadline="3月5日 12:00 到期",
        state="办理中",
        progress="3月3日 14:20预警，3月3日 14:31确认",
        next_step="完成事实核查与发布权限审查，按时限回应",
    )


def issue(*, title: str = "于都清云注射液聚集性不良反应", drill: bool = False, events: int = 3) -> Briefing:
    return Briefing(
        week=WEEK,
        issue=10,
        issue_in_all=62,
        office="综合规财处",
        made_at=datetime(2026, 3, 9, 1, 0, tzinfo=UTC),
        judgement="需关注：本周风险稿件 84 篇（上周 51 篇），红色、橙色预警 1 起。",
        figures=FIGURES,
        categories=CATEGORIES,
        events=tuple(event(number, title) for number in range(1, events + 1)),
        terms=(Change(name="清云注射液", count=31, before=0), Change(name="止咳糖浆", count=12, before=15)),
        rumours=(Rumour(claim="某批次流感疫苗致儿童住院", documents=7, status="已有官方核查或辟谣稿件"),),
        responses=(
            ResponseRow(
                title=title,
                known_at=START + timedelta(hours=31),
                acknowledged_at=START + timedelta(hours=32),
                answered_at=None,
                due_at=START + timedelta(hours=79),
            ),
        ),
        advice=(Advice(fact="该事件本周14篇", proposal="按时限回应", lead="法规处"),),
        ahead=("继续关注“于都清云注射液聚集性不良反应”",),
        documents=tuple(
            ListedDocument(
                title=f"{title}（第{n}篇）",
                source="章江晚报（演练）",
                published_at=START + timedelta(hours=n),
                url=f"http://press.invalid/{n}.html",
                event_id=f"20260302-{n:02d}",
                ledger_number="01" if n < 3 else "",
                event_link=f"http://yaowang.invalid/events/20260302-{n:02d}",
            )
            for n in range(1, 30)
        ),
        notes=("统计窗口：周一零时至下周一零时。", "级别为内部舆情预警，非法定预警。"),
        audit_head="ab" * 32,
        drill=drill,
    )
