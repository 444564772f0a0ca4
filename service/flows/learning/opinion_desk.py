"""What people see and do of second opinions: how asking stands, what is proposed, and that somebody has looked."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from service.domain.learning.opinion import (
    Answer,
    Leaning,
    OpinionRules,
    OpinionState,
    OpinionTotals,
    SecondOpinion,
    Spent,
    Unfit,
    budget_day,
)
from service.domain.people.person import Act, Person
from service.domain.refusal import NotFound
from service.flows.acts import note, permit
from service.flows.learning.opinions import PAUSE, paused_until
from service.ports.store import Store, Work

__all__ = [
    "OpinionSetup",
    "OpinionStanding",
    "Proposal",
    "count_proposals",
    "how_asking_stands",
    "mark_seen",
    "proposals",
]

_DAY = timedelta(hours=24)
# Failures that no waiting mends: what is set up is wrong.
_SET_UP_WRONG = frozenset({Unfit.REJECTED, Unfit.REDIRECT, Unfit.EGRESS})


@dataclass(frozen=True, slots=True, kw_only=True)
class OpinionSetup:
    """What this installation asks: the model's name, host and port, and the rules."""

    model: str
    place: str
    rules: OpinionRules


@dataclass(frozen=True, slots=True, kw_only=True)
class OpinionStanding:
    """How asking stands now: the day's cost, the last 24 hours, and a pause with its reason."""

    setup: OpinionSetup
    spent: Spent
    totals: OpinionTotals
    paused_until: datetime | None
    paused_for: Unfit | None

    @property
    def fault(self) -> str | None:
        """What an administrator has to put right, in a sentence; `None` where nothing is."""
        if self.paused_for not in _SET_UP_WRONG:
            return None
        return f"{self.setup.place} {self.paused_for.word}，请检查 opinion_url、opinion_key、opinion_model 和 opinion_inside"

    def counts(self) -> dict[str, int]:
        """Return the counters by name, with what the day may cost."""
        return {
            "calls": self.spent.calls,
            "calls_a_day": self.setup.rules.daily_calls,
            "tokens": self.spent.tokens,
            "tokens_a_day": self.setup.rules.daily_tokens,
            "turned_away": self.spent.turned_away,
            "waiting": self.totals.waiting,
            "answered": self.totals.answered,
            "higher": self.totals.higher,
            "refused": sum(self.totals.refused.values()),
        }

    @property
    def sentence(self) -> str:
        """How asking stands, in a sentence."""
        rules, spent, totals = self.setup.rules, self.spent, self.totals
        said = (
            f"模型 {self.setup.model}（{self.setup.place}）；今日询问 {spent.calls}/{rules.daily_calls} 次，"
            f"词元 {spent.tokens}/{rules.daily_tokens}；等候 {totals.waiting} 篇；"
            f"近 24 小时得到意见 {totals.answered} 条，其中应更高 {totals.higher} 条"
        )
        refused = sum(totals.refused.values())
        if refused:
            said += f"；没有得到 {refused} 条"
        if spent.turned_away:
            said += f"；队列已满，今日略过 {spent.turned_away} 篇"
        if self.paused_for is not None:
            said += f"；暂停中：{self.paused_for.word}"
        if not spent.leaves(rules, 0):
            said += "；今日额度已用完，明日继续"
        return said


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """An opinion above the judgement that a person is asked to look at."""

    opinion: SecondOpinion
    answer: Answer
    title: str
    text: str
    url: str | None
    event_id: str | None


def how_asking_stands(work: Work, setup: OpinionSetup, *, now: datetime) -> OpinionStanding:
    """Return how asking stands now."""
    kept = work.value(PAUSE) or {}
    until = paused_until(work, now)
    return OpinionStanding(
        setup=setup,
        spent=work.opinions.spent(budget_day(now)),
        totals=work.opinions.totals(since=now - _DAY),
        paused_until=until,
        paused_for=Unfit(kept["unfit"]) if until is not None else None,
    )


def proposals(work: Work, *, limit: int = 100) -> list[Proposal]:
    """Return the opinions above the judgement that nobody has looked at, latest first.

    They propose to a person; nothing follows from them by itself. Whoever labelled the document has looked.
    """
    found = work.opinions.proposals(limit=limit)
    events = work.events.of_documents([one.document_id for one in found])
    made = []
    for one in found:
        document = work.documents.get(one.document_id)
        if document is not None and one.answer is not None:
            made.append(
                Proposal(
                    opinion=one,
                    answer=Answer.from_json(one.answer),
                    title=document.title or document.text[:40],
                    text=document.text,
                    url=document.url,
                    event_id=events.get(one.document_id),
                )
            )
    return made


def count_proposals(work: Work, *, limit: int = 100) -> int:
    """Return how many `proposals` would return."""
    return len(work.opinions.proposals(limit=limit))


def mark_seen(store: Store, person: Person, document_id: str, *, now: datetime) -> None:
    """Write down in the person's name that they have looked at the opinion on a document; again changes nothing.

    Raises:
        Forbidden: The role may not handle alerts.
        NotFound: There is no opinion on the document as it stands now.
    """
    permit(person, Act.HANDLE_ALERT)
    with store.write() as work:
        work.alone("opinions")
        opinion = work.opinions.of_documents([document_id]).get(document_id)
        if opinion is None or opinion.state is not OpinionState.ANSWERED:
            raise NotFound("没有这条第二意见，稿件可能已改，请刷新页面")
        if opinion.seen_at is not None:
            return
        work.opinions.save(replace(opinion, seen_by=person.name, seen_at=now))
        outcome = Leaning.SAME if opinion.leaning is None else opinion.leaning
        note(work, person, "opinion.seen", f"document:{document_id}", {"outcome": outcome.word}, now)
