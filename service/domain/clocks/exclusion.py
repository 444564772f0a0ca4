"""Time that a text leaves out of a limit: why, since when, in whose name. Of matters' clocks and of alerts' alike."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

__all__ = ["EXCLUSION_POLICIES", "Exclusion", "ExclusionKind"]


class ExclusionKind(StrEnum):
    """Why time does not count: others are asked for their opinion, or the applicant is to supplement what was asked for."""

    CONSULT = "consult"
    SUPPLEMENT = "supplement"

    @property
    def word(self) -> str:
        """The reason in the interface."""
        return {"consult": "征求第三方或其他机关意见", "supplement": "告知申请人补正"}[self.value]

    @property
    def end_word(self) -> str:
        """What ends it, in the interface."""
        return {"consult": "意见收回", "supplement": "收到补正"}[self.value]


# Asking others stops the time (政府信息公开条例 art. 33 para. 3); after a supplement it begins anew (art. 30).
EXCLUSION_POLICIES: Mapping[str, Mapping[ExclusionKind, tuple[str, ...]]] = MappingProxyType(
    {
        "C-APP": MappingProxyType(
            {ExclusionKind.CONSULT: ("GOV-17", "GOV-19"), ExclusionKind.SUPPLEMENT: ("GOV-18",)},
        )
    }
)
"""By clock rule, what may be left out of its time, and the policies that say so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exclusion:
    """A time that does not count: since when, by whom and why; `until` is `None` while it goes on.

    `verified` is whether every policy of `basis` is. `due_before` is what was due when it began; `days` are the working
    days that the due day moved by, `None` where the time began anew or cannot be told yet.
    """

    kind: ExclusionKind
    since: datetime
    by: str
    reason: str
    basis: str
    verified: bool
    due_before: datetime | None
    until: datetime | None = None
    ended_by: str | None = None
    remark: str = ""
    days: int | None = None
