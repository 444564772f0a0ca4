"""What a week's briefing tells of its events as a whole: how many of which level, which of them new, and which claims are about."""

from collections import Counter
from collections.abc import Sequence

from service.domain.alerts.alert import AlertState
from service.domain.figures.briefing import Rumour
from service.domain.week import Week
from service.flows.reports.answer_brief import Raised

__all__ = ["events_sentence", "rumours_of"]

_RUMOUR = "R13"


def events_sentence(raised: Sequence[Raised], week: Week) -> str:
    """Return how many events there are by their highest level, how many are new and how many went on; empty where there is none.

    What was raised before the week and had documents in it is what the last issue told already.
    """
    if not raised:
        return ""
    levels = Counter(one.alert.peak_level for one in raised)
    told = "、".join(f"{level.word}{levels[level]}件" for level in sorted(levels, reverse=True) if level)
    new = sum(one.alert.raised_at >= week.since for one in raised)
    closed = sum(one.alert.state is AlertState.CLOSED for one in raised)
    went_on = f"此前延续{len(raised) - new}件" if len(raised) > new else "没有此前延续的"
    ended = f"已办结{closed}件" if closed else "都没有办结"
    return f"达到预警线的事件{len(raised)}件（按最高级别：{told}）；本周新增{new}件，{went_on}，截至生成时{ended}。"


def rumours_of(raised: Sequence[Raised]) -> tuple[Rumour, ...]:
    """Return the claims of the week, each by the first document that makes it: the title of its event may be a complaint's."""
    return tuple(_rumour(one) for one in raised if _RUMOUR in one.event.categories)


def _rumour(one: Raised) -> Rumour:
    claims = [document for document in one.documents if _RUMOUR in document.categories]
    first = claims[0] if claims else None
    return Rumour(
        claim=(first.title or first.text[:40]) if first else one.event.title,
        documents=len(claims) or one.event.document_count,
        status="已有官方核查或辟谣稿件" if one.event.facts.get("rebutted") else "待核实",
    )
