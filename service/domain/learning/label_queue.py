"""Which documents an officer is asked about next, each with the named reason. Pure: equal input, equal queue.

Of ten questions four are where the model is unsure, three where rules and model disagree, two unlike anything labelled,
and one is drawn by lot, so that what nobody suspects is looked at too. Where one kind runs out, the next takes its
place.
"""

import hashlib
import math
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from heapq import heapify, heappop, heapreplace

from service.domain.learning.label import LabelOrigin

__all__ = ["ASKED_WITHIN", "PATTERN", "Asked", "Candidate", "queue"]

ASKED_WITHIN = timedelta(days=30)
"""Older documents are not asked about: people no longer remember, and words drift."""

_U, _D, _V, _R = LabelOrigin.UNCERTAIN, LabelOrigin.DISAGREEMENT, LabelOrigin.DIVERSE, LabelOrigin.RANDOM
PATTERN = (_U, _D, _U, _V, _D, _U, _D, _V, _U, _R)
"""The reasons of ten questions in a row: 40, 30, 20 and 10 %."""

# e^1.5: chances from .09 to .67 around a cut of .31.
_NEAR = 1.5
_FEW_WORDS = 6
_MANY_TERMS = 2
_OF_ONE_GROUP = 2
_LEAST_CHANCE = 1e-6
_PERCENT = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A judged document that may be asked about.

    `floor` says that a floor rule raised what the model calls none; `terms` counts the words of risk that rules found;
    `explained` is false where nothing but single words of the model speaks for a risk; `opposed` says that a second
    opinion puts it higher and nobody has looked; `words` are its own words.
    """

    document_id: str
    group: str
    at: datetime
    p_risk: float
    floor: bool = False
    terms: int = 0
    explained: bool = True
    opposed: bool = False
    words: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Asked:
    """One question: the document, the reason, and the reason in a Chinese sentence."""

    document_id: str
    reason: LabelOrigin
    why: str


def queue(
    candidates: Sequence[Candidate],
    labelled: Collection[str],
    now: datetime,
    seed: str,
    *,
    cut: float,
    known: Collection[str] = (),
    size: int = 50,
) -> list[Asked]:
    """Return up to `size` questions in their order.

    Args:
        candidates: Judged documents; those older than `ASKED_WITHIN` are left out.
        labelled: Ids of documents that are labelled or skipped, and never asked about again.
        now: The present moment.
        seed: Another seed draws other lots and breaks ties otherwise.
        cut: The chance from which the model calls a document a risk, within (0, 1).
        known: The words of the documents that are labelled.
        size: At most so many; of one event at most two.
    """
    open_ = sorted(
        (one for one in candidates if one.document_id not in labelled and now - ASKED_WITHIN <= one.at <= now),
        key=lambda one: _lot(one, seed),
    )
    pools = {
        _U: iter(sorted((one for one in open_ if _doubt(one, cut) <= _NEAR), key=lambda one: _doubt(one, cut))),
        _D: iter(sorted((one for one in open_ if _dispute(one, cut)), key=lambda one: -_dispute(one, cut))),
        _V: _strangest(open_, set(known)),
        _R: iter(open_),
    }
    taken: set[str] = set()
    groups: dict[str, int] = {}
    asked: list[Asked] = []
    for turn in range(size):
        wanted = PATTERN[turn % len(PATTERN)]
        for reason in (wanted, _U, _D, _V, _R):
            chosen = _next(pools[reason], taken, groups)
            if chosen is not None:
                asked.append(Asked(chosen.document_id, reason, _why(chosen, reason, cut)))
                break
        else:
            break
    return asked


def _next(pool: Iterator[Candidate], taken: set[str], groups: dict[str, int]) -> Candidate | None:
    for one in pool:
        if one.document_id not in taken and groups.get(one.group, 0) < _OF_ONE_GROUP:
            taken.add(one.document_id)
            groups[one.group] = groups.get(one.group, 0) + 1
            return one
    return None


def _lot(one: Candidate, seed: str) -> str:
    return hashlib.sha256(f"{seed}\n{one.document_id}".encode()).hexdigest()


def _doubt(one: Candidate, cut: float) -> float:
    """Return how far the chance lies from the cut, in log-odds; a chance that a rule has set says nothing."""
    return math.inf if one.floor else abs(_odds(one.p_risk) - _odds(cut))


def _odds(chance: float) -> float:
    bounded = min(max(chance, _LEAST_CHANCE), 1 - _LEAST_CHANCE)
    return math.log(bounded / (1 - bounded))


def _dispute(one: Candidate, cut: float) -> float:
    """Return how much rules and model disagree, 0 where they do not."""
    if one.opposed:
        return 4.0
    if one.floor:
        return 3.0
    if one.terms >= _MANY_TERMS and one.p_risk < cut / 2:
        return 2.0 - one.p_risk / cut
    if not one.explained and one.p_risk >= cut:
        return one.p_risk
    return 0.0


def _strangest(open_: Sequence[Candidate], known: set[str]) -> Iterator[Candidate]:
    """Yield documents of which most words are new, each counting as known for the next; of equals the first."""
    # What becomes known only lowers a share, so that whoever leads by the latest count leads for certain: of 2,000 documents
    # a few are counted again for each that is chosen, where counting all for each took 2 s of a card's time.
    heap = [(-_new_share(one, known), at) for at, one in enumerate(open_) if len(one.words) >= _FEW_WORDS]
    heapify(heap)
    while heap:
        at = heap[0][1]
        fresh = (-_new_share(open_[at], known), at)
        if fresh == heap[0]:
            heappop(heap)
            yield open_[at]
            known = known | open_[at].words
        else:
            heapreplace(heap, fresh)


def _new_share(one: Candidate, known: set[str]) -> float:
    return len(one.words - known) / len(one.words)


def _why(one: Candidate, reason: LabelOrigin, cut: float) -> str:
    if reason is _U:
        return f"模型拿不准：风险概率 {_percent(one.p_risk)}，界线 {_percent(cut)}"
    if reason is _D:
        return _why_disputed(one, cut)
    if reason is _V:
        return "与已标注的稿件都不相像，标一条可让模型认识一类新说法"
    return "随机抽取，用来发现没有料到的错判"


def _why_disputed(one: Candidate, cut: float) -> str:
    if one.opposed:
        return "第二意见比模型判得高，请看过后再定"
    if one.floor:
        return "规则判为风险，模型不认为是风险"
    if one.terms >= _MANY_TERMS and one.p_risk < cut / 2:
        return f"有 {one.terms} 处风险用词，模型却认为风险概率只有 {_percent(one.p_risk)}"
    return f"模型判为风险（{_percent(one.p_risk)}），但没有规则或风险用词支持"


def _percent(chance: float) -> str:
    return f"{round(chance * _PERCENT)}%"
