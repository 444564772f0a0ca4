"""The quarantine as the page tells it: what each stage holds, and beside each row what became of it or what to do. Pure."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from service.domain.documents.set_aside import ASSESS, REMEDIES, document_of
from service.ports.registers import QuarantinedRow

__all__ = ["StageRow", "remedy_of", "stage_rows"]


@dataclass(frozen=True, slots=True, kw_only=True)
class StageRow:
    """How much of a stage was never tried again, and what a person does about it."""

    stage: str
    count: int
    sentence: str


def stage_rows(counts: Mapping[tuple[str, str], int]) -> list[StageRow]:
    """Return a row for each stage with open entries, the fullest first; `counts` are by (stage, reason)."""
    by_stage: Counter[str] = Counter()
    for (stage, _), count in counts.items():
        by_stage[stage] += count
    return [
        StageRow(stage=stage, count=count, sentence=REMEDIES[stage].sentence if stage in REMEDIES else "")
        for stage, count in by_stage.most_common()
    ]


def remedy_of(row: QuarantinedRow, dead: Collection[str]) -> str:
    """Return in a word what to do about a row that was not tried again; `dead` are the documents that nothing judges."""
    stage = row.entry.stage
    if stage == ASSESS and document_of(row.entry.detail) not in dead:
        return "原文更新后已另行研判"
    return REMEDIES[stage].word if stage in REMEDIES else ""
