"""What the weekly briefing says of matters and watched policies: two sentences at most, none where there is nothing."""

from collections import Counter
from datetime import datetime

from service.domain.matters.disclosure import frequent
from service.domain.matters.matter import MatterKind, MatterState
from service.domain.topics.topic import TopicState
from service.domain.week import Week
from service.ports.store import Work

__all__ = ["followed_sentences"]

_OPEN = [state.value for state in MatterState if not state.over]


def followed_sentences(work: Work, week: Week, *, now: datetime) -> tuple[str, ...]:
    """Return the sentences; counts of the week by when records were received and documents published."""
    return tuple(filter(None, (_matters(work, week, now), _topics(work, week))))


def _matters(work: Work, week: Week, now: datetime) -> str:
    received = work.matters.received(since=week.since, until=week.until)
    counts = work.matters.counts(now=now)
    at_work = sum(count for (_, state), count in counts.items() if state in _OPEN)
    if not received and not at_work:
        return ""
    kinds = Counter(matter.kind for matter in received)
    told = "、".join(f"{kind.word}{kinds[kind]}件" for kind in MatterKind if kinds[kind])
    overdue = sum(count for (_, state), count in counts.items() if state == "overdue")
    proposed = sum(one.proposed for one in frequent(received, work.matters.disclosures()))
    more = f"；反复申请或反映、建议主动公开的主题{proposed}个" if proposed else ""
    return f"办件：本周收到{len(received)}件{f'（{told}）' if told else ''}，现在办{at_work}件，其中逾期{overdue}件{more}。"


def _topics(work: Work, week: Week) -> str:
    topics = work.topics.listing(state=TopicState.OPEN.value)
    if not topics:
        return ""
    counts = {
        topic.title: sum(count for _, _, count, _ in work.topics.hourly(topic.id, since=week.since, until=week.until))
        for topic in topics
    }
    most = max(counts, key=lambda title: (counts[title], title))
    leading = f"，最多的是“{most}”（{counts[most]}篇）" if counts[most] and len(topics) > 1 else ""
    return f"政策跟踪：在跟踪{len(topics)}项，本周相关稿件{sum(counts.values())}篇（含转载）{leading}。"
