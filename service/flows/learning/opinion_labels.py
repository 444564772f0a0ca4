"""Opinions above the judgement as questions to officers: what another model puts higher is asked about first."""

from collections.abc import Collection, Sequence

from service.domain.learning.label import LabelOrigin
from service.domain.learning.label_queue import Asked
from service.ports.store import Work

__all__ = ["with_opinions"]

_MOST = 10
_WHY = "第二意见认为应更高，只供参考，请按原文判断"


def with_opinions(
    work: Work, asked: Sequence[Asked], *, candidates: Collection[str], skipped: Collection[str]
) -> list[Asked]:
    """Return the questions with those first that another model puts higher and nobody has looked at, at most ten.

    Only what may be asked about (`candidates`, unlabelled) and was not skipped; without any opinion, the questions as
    they are.
    """
    proposed = [one.document_id for one in work.opinions.proposals()]
    higher = [name for name in proposed if name in candidates and name not in skipped][:_MOST]
    first = [Asked(name, LabelOrigin.DISAGREEMENT, _WHY) for name in higher]
    return [*first, *(one for one in asked if one.document_id not in higher)]
