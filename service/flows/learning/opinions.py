"""Second opinions: queueing what is to be asked with the judgement, asking it afterwards, keeping what came back.

Queueing is a few rows in the transaction of a judgement. Asking is a step of its own thread: no transaction is open
while the other model thinks. What was asked is committed before it leaves, so a process that dies asks nothing twice.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from crawlers.records import DocumentKind
from service.domain.learning.opinion import (
    KEPT_WAITING,
    LONGEST_WISH,
    MOST_TRIES,
    MOST_WAITING,
    Answer,
    Leaning,
    OpinionRules,
    OpinionState,
    SecondOpinion,
    Unfit,
    budget_day,
    judged_of,
    leaning,
    pause_after,
)
from service.domain.learning.opinion_words import ANSWER_TOKENS, Question, make_question, read_answer
from service.ports.opinions import Adviser, AdviserError, Reply
from service.ports.store import Completion, Store, Work

__all__ = ["PAUSE", "OpinionReport", "QueueOpinions", "ask_waiting", "opinion_queue", "paused_until"]

QueueOpinions = Callable[[Work, Sequence[Completion], datetime], None]

PAUSE = "opinion.pause"
"""Under which name the store remembers a pause: `until`, `failures` in a row, `unfit`."""
# Beyond the time limit of the call itself: a slow machine must not lose an answer that came in time.
_LEASE_BEYOND = timedelta(minutes=2)


def opinion_queue(rules: OpinionRules, *, cut: float) -> QueueOpinions:
    """Return what queues the judgements of a batch that another model is to be asked about.

    A copy of another document is not asked about, nor is what a citizen wrote to an office: that stays in the house.
    Where the queue is full, what comes is counted and left out.
    """

    def queue(work: Work, completions: Sequence[Completion], now: datetime) -> None:
        _compare_again(work, completions)
        asked = [one for one in (_queued(rules, cut, completion, now) for completion in completions) if one is not None]
        if not asked:
            return
        room = max(0, MOST_WAITING - work.opinions.waiting_count())
        work.opinions.add(asked[:room])
        if asked[room:]:
            work.opinions.charge(budget_day(now), turned_away=len(asked[room:]))

    return queue


def _compare_again(work: Work, completions: Sequence[Completion]) -> None:
    """Hold what is known of these documents beside their judgements as they are now: the same text may be judged again."""
    ids = [completion.leased.document.id for completion in completions]
    if not work.opinions.of_documents(ids):
        return
    work.alone("opinions")
    known = work.opinions.of_documents(ids)
    for completion in completions:
        opinion, judged = known.get(completion.leased.document.id), judged_of(completion.assessment)
        if opinion is not None and dict(opinion.judged) != judged:
            leans = None if opinion.answer is None else leaning(judged, Answer.from_json(opinion.answer))
            work.opinions.save(replace(opinion, judged=judged, leaning=leans))


def _queued(rules: OpinionRules, cut: float, completion: Completion, now: datetime) -> SecondOpinion | None:
    cause = rules.cause(completion.assessment, cut)
    document = completion.leased.document
    if cause is None or completion.duplicate_of is not None or document.kind is DocumentKind.COMPLAINT:
        return None
    return SecondOpinion(
        document_id=document.id,
        content_hash=document.content_hash,
        cause=cause,
        judged=judged_of(completion.assessment),
        queued_at=now,
        ready_at=now,
    )


@dataclass(slots=True)
class OpinionReport:
    """Counts of one pass."""

    asked: int = 0
    answered: int = 0
    reused: int = 0
    refused: int = 0
    higher: int = 0

    @property
    def busy(self) -> bool:
        """Whether there was anything to do."""
        return bool(self.asked or self.reused or self.refused)

    def counts(self) -> dict[str, int]:
        """Return the counts for a log line."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class _Asking:
    """What is on its way: the question as it leaves, and what was set aside for it."""

    opinion: SecondOpinion
    question: Question
    reserved: int


def ask_waiting(
    store: Store, adviser: Adviser, rules: OpinionRules, *, now: Callable[[], datetime], limit: int = 1
) -> OpinionReport:
    """Ask about up to `limit` waiting documents, within the day's budget and outside of pauses.

    An answer changes no judgement, no level, no alert and no mail: it is kept beside them.
    """
    report = OpinionReport()
    for _ in range(limit):
        asking = _begin(store, adviser, rules, now(), report)
        if asking is None:
            break
        report.asked += 1
        try:
            outcome: Reply | AdviserError = adviser.ask(asking.question.messages, most_tokens=ANSWER_TOKENS)
        except AdviserError as error:
            outcome = error
        with store.write() as work:
            work.alone("opinions")
            _settle(work, asking, outcome, now(), report)
    return report


def paused_until(work: Work, now: datetime) -> datetime | None:
    """Return until when nothing is asked because the interface failed or wished so; `None` where it may be asked.

    A pause that ends later than any may was noted before the clock was set back, and is over.
    """
    kept = work.value(PAUSE) or {}
    until = datetime.fromisoformat(kept["until"]) if kept.get("until") else None
    return until if until is not None and now < until <= now + LONGEST_WISH else None


def _begin(store: Store, adviser: Adviser, rules: OpinionRules, now: datetime, report: OpinionReport) -> _Asking | None:
    """Choose the next question and commit that it leaves, with its audit row and its share of the budget."""
    if _nothing_to_do(store, rules, now):
        return None
    with store.write() as work:
        work.alone("opinions")
        for left in work.opinions.overdue(now=now, since=now - KEPT_WAITING):
            lost = left.state is OpinionState.ASKED
            _refuse(work, left, Unfit.INTERRUPTED if lost else Unfit.EXPIRED, now, report)
        if paused_until(work, now) is not None:
            return None
        while waiting := work.opinions.due(now=now):
            question = _question_of(work, waiting[0], rules)
            if question is None:
                _refuse(work, waiting[0], Unfit.CHANGED, now, report)
                continue
            if _reuse(work, waiting[0], question, adviser.model, now, report):
                continue
            return _leave(work, waiting[0], question, adviser, rules, now)
    return None


def _nothing_to_do(store: Store, rules: OpinionRules, now: datetime) -> bool:
    # Most looks find nothing: those shall not wait for, or hold up, anybody who writes.
    with store.read() as work:
        if work.opinions.overdue(now=now, since=now - KEPT_WAITING):
            return False
        if paused_until(work, now) is not None or not work.opinions.spent(budget_day(now)).leaves(rules, 0):
            return True
        return not work.opinions.due(now=now)


def _question_of(work: Work, opinion: SecondOpinion, rules: OpinionRules) -> Question | None:
    document = work.documents.get(opinion.document_id)
    if document is None or document.content_hash != opinion.content_hash:
        return None
    return make_question(document.title, document.text, characters=rules.characters)


def _reuse(
    work: Work, opinion: SecondOpinion, question: Question, model: str, now: datetime, report: OpinionReport
) -> bool:
    """Take the answer that the same words got before, where there is one."""
    asked = question.fingerprint(model)
    known = work.opinions.answered_before(asked)
    if known is None or known.answer is None:
        return False
    answer = Answer.from_json(known.answer)
    kept = replace(opinion, question=asked, model=model, asked_at=known.asked_at)
    _keep(work, kept, answer, now, report)
    report.reused += 1
    return True


def _leave(
    work: Work, opinion: SecondOpinion, question: Question, adviser: Adviser, rules: OpinionRules, now: datetime
) -> _Asking | None:
    day, reserved = budget_day(now), question.most_tokens
    if not work.opinions.spent(day).leaves(rules, reserved):
        return None
    work.opinions.charge(day, calls=1, tokens=reserved)
    leaving = replace(
        opinion,
        state=OpinionState.ASKED,
        tries=opinion.tries + 1,
        question=question.fingerprint(adviser.model),
        model=adviser.model,
        asked_at=now,
        ready_at=now + timedelta(seconds=adviser.most_seconds) + _LEASE_BEYOND,
        tokens=opinion.tokens + reserved,
    )
    work.opinions.save(leaving)
    detail = {"asked": leaving.question, "model": leaving.model, "host": adviser.place, "tries": leaving.tries}
    _audit(work, leaving, "opinion.asked", detail | {"why": leaving.cause.value}, now)
    return _Asking(leaving, question, reserved)


def _settle(work: Work, asking: _Asking, outcome: Reply | AdviserError, now: datetime, report: OpinionReport) -> None:
    kept = work.opinions.get(asking.opinion.document_id, asking.opinion.content_hash)
    opinion = _charged(work, asking, outcome.tokens)
    if kept is None or kept.state is not OpinionState.ASKED or kept.tries != opinion.tries:
        # The lease was over before the answer came, and somebody wrote that down.
        return
    opinion = replace(opinion, judged=kept.judged)
    if isinstance(outcome, AdviserError):
        _note_failure(work, outcome.unfit, outcome.wish, now)
        _again_or_refuse(work, opinion, outcome.unfit, now, report)
        return
    work.set_value(PAUSE, {})
    answer = read_answer(outcome.content, asking.question)
    if isinstance(answer, Unfit):
        _again_or_refuse(work, opinion, answer, now, report)
        return
    _keep(work, opinion, answer, now, report)
    report.answered += 1


def _charged(work: Work, asking: _Asking, tokens: int | None) -> SecondOpinion:
    """Put what was really spent in the place of what was set aside; where nobody counted, that stays."""
    if tokens is None:
        return asking.opinion
    day = budget_day(asking.opinion.asked_at or asking.opinion.queued_at)
    work.opinions.charge(day, tokens=tokens - asking.reserved)
    return replace(asking.opinion, tokens=asking.opinion.tokens - asking.reserved + tokens)


def _note_failure(work: Work, unfit: Unfit, wish: timedelta | None, now: datetime) -> None:
    if not unfit.pauses:
        return
    failures = int((work.value(PAUSE) or {}).get("failures", 0)) + 1
    until = now + pause_after(unfit, failures, wish)
    work.set_value(PAUSE, {"until": until.isoformat(), "failures": failures, "unfit": unfit.value})


def _again_or_refuse(work: Work, opinion: SecondOpinion, unfit: Unfit, now: datetime, report: OpinionReport) -> None:
    if not unfit.worth_another or opinion.tries >= MOST_TRIES:
        _refuse(work, opinion, unfit, now, report)
        return
    work.opinions.save(replace(opinion, state=OpinionState.WAITING, ready_at=now, unfit=unfit))
    _audit(work, opinion, "opinion.failed", {"reason": unfit.word, "tokens": opinion.tokens}, now)


def _refuse(work: Work, opinion: SecondOpinion, unfit: Unfit, now: datetime, report: OpinionReport) -> None:
    work.opinions.save(replace(opinion, state=OpinionState.REFUSED, ready_at=None, settled_at=now, unfit=unfit))
    _audit(work, opinion, "opinion.refused", {"reason": unfit.word, "tokens": opinion.tokens}, now)
    report.refused += 1


def _keep(work: Work, opinion: SecondOpinion, answer: Answer, now: datetime, report: OpinionReport) -> None:
    leans = leaning(opinion.judged, answer)
    kept = replace(
        opinion,
        state=OpinionState.ANSWERED,
        ready_at=None,
        settled_at=now,
        unfit=None,
        answer=answer.as_json(),
        leaning=leans,
    )
    work.opinions.save(kept)
    detail = {"asked": kept.question, "model": kept.model, "tokens": kept.tokens, "outcome": leans.word}
    _audit(work, kept, "opinion.answered", detail, now)
    report.higher += leans is Leaning.HIGHER


def _audit(work: Work, opinion: SecondOpinion, action: str, detail: dict[str, Any], now: datetime) -> None:
    work.audit.append(actor="system", action=action, subject=f"document:{opinion.document_id}", detail=detail, now=now)
