"""What a person of the office checked against the published text, over the marks of the shipped register."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

__all__ = ["OPEN_WORD", "Check", "CheckVerdict"]

OPEN_WORD = "待核实"
"""The one word for what a person has yet to check against the published text."""


class CheckVerdict(StrEnum):
    """What the person found: the entry agrees with the text, or it is not to be relied on."""

    CONFIRMED = "confirmed"
    DOUBTED = "doubted"

    @property
    def word(self) -> str:
        """The verdict in the interface."""
        return {"confirmed": "本单位已核实", "doubted": f"本单位标为{OPEN_WORD}"}[self.value]


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One check of one entry by one person, with a note of what was compared.

    `subject` is `fact:ID`, `clock:ID` or `document:ID`. `fingerprint` is that of the entry as it read then; `text_hash`
    that of the stored text at that time, `None` where none was stored. `outdated` is set where either has changed
    since: a confirmation then no longer holds, a doubt stays.
    """

    subject: str
    verdict: CheckVerdict
    person: str
    at: datetime
    note: str
    fingerprint: str
    text_hash: str | None = None
    outdated: bool = False

    @property
    def holds(self) -> bool:
        """Whether the entry may be relied on because of this check."""
        return self.verdict is CheckVerdict.CONFIRMED and not self.outdated

    @property
    def speaks(self) -> bool:
        """Whether this check has the last word over the shipped mark."""
        return self.holds or self.verdict is CheckVerdict.DOUBTED

    @property
    def word(self) -> str:
        """The state of the check in the interface."""
        return f"内容已变更，须重新核实（{OPEN_WORD}）" if self.outdated and not self.speaks else self.verdict.word
