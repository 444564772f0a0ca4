"""Everything the application is given: ports, shipped data, and callables for what other processes do.

The composition root fills an `AppContext` once; nothing here or above it chooses an adapter or reads a setting.
"""

import sys
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Protocol

from analysis.matching.situations import Situations
from crawlers.records import Source
from service.api.addresses import Network
from service.api.readiness import Readiness
from service.disk_room import DiskRoom
from service.domain.matters.matter import MatterKind
from service.domain.policies.policy import Policy
from service.domain.rules.register import Register
from service.flows.alerts.consider import Office
from service.flows.crawl.push import PushDesk
from service.flows.crawl.source_book import SourceBook
from service.flows.learning.opinion_desk import OpinionSetup
from service.flows.matters.matter_import import MatterReport
from service.flows.people.second_factor import SecondFactorRules
from service.flows.rules.in_force import Rulebook
from service.ports.evidence import EvidenceFiles
from service.ports.search import Search
from service.ports.store import Store

__all__ = ["AppContext", "DrillInfo", "DrillRun", "DrillScenario", "ImportOutcome", "Mail", "Mailbox", "SituationTable"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DrillInfo:
    """Says that this whole application serves a drill: which one, since when, how fast its own clock runs."""

    scenario_id: str
    title: str
    started_at: datetime
    speed: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class DrillScenario:
    """A scenario that can be started: what is practised and how long its time line lasts."""

    id: str
    title: str
    summary: str
    goals: tuple[str, ...]
    duration_minutes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DrillRun:
    """One drill, running or past. `state` is `running`, `finished` or `failed`; `address` is where its own dashboard answers.

    `report` is the path of the finished report (`report.json`), `None` while there is none; `note` one sentence for a
    failed run.
    """

    id: str
    scenario_id: str
    title: str
    state: str
    started_at: datetime
    speed: float
    address: str | None = None
    report: Path | None = None
    note: str | None = None


class Mail(Protocol):
    """One kept message, as text; `sent_at` is an ISO time or empty."""

    @property
    def key(self) -> str:
        """What opens the message."""
        ...

    @property
    def subject(self) -> str:
        """The subject."""
        ...

    @property
    def recipients(self) -> str:
        """The recipients as written in the message."""
        ...

    @property
    def sent_at(self) -> str:
        """When it was sent."""
        ...

    @property
    def text(self) -> str:
        """The plain-text part."""
        ...


class Mailbox(Protocol):
    """The local mailbox that takes mail instead of a server: that of a drill, or of an office without one."""

    def messages(self) -> Sequence[Mail]:
        """Return messages, newest first."""
        ...


class ImportOutcome(Protocol):
    """What an import says of itself; the crawler's import report satisfies it."""

    @property
    def added(self) -> int:
        """Rows stored as new documents."""
        ...

    @property
    def edited(self) -> int:
        """Rows stored as new versions of known documents."""
        ...

    @property
    def known(self) -> int:
        """Rows that were there already."""
        ...

    @property
    def refused_count(self) -> int:
        """Rows that were refused."""
        ...

    @property
    def notices(self) -> Sequence[str]:
        """One sentence for each thing to look at in rows that were taken."""
        ...

    @property
    def refused(self) -> Sequence[str]:
        """One sentence for each of the first refused rows, with the row's number and the reason."""
        ...


class SituationTable(Protocol):
    """The table of situations as it stands when it is asked for; `faults` says what is wrong in the office's own file."""

    @property
    def faults(self) -> Sequence[str]:
        """One Chinese sentence for each mistake."""
        ...

    @property
    def folder(self) -> Path | None:
        """Where the office's own file is looked for, `None` where there is no such folder yet."""
        ...

    def __call__(self) -> Situations:
        """Return the table."""
        ...

    def ended(self, policies: Iterable[Policy], register: Register, today: date) -> list[str]:
        """Return a sentence for every document that rows govern by and that the office's import ended."""
        ...

    def absent(self, held: Collection[str]) -> list[str]:
        """Return a sentence for every article that a row of the office's file names and the library's text of its law lacks."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class AppContext:
    """The application's dependencies.

    `office` carries the policy register, which `rulebook` keeps up to date, as `source_book` does the `catalogue_sources`; `cut` segments a query as documents are
    segmented; `now` is the only clock. A capability that this process lacks is `None`, and its button is not shown.
    `import_file(path, source_id, actor, office_confirmed)` stores a file's rows and raises an exception from
    `import_refusals` where the file as a whole cannot be read; `import_matters(path, source_id, kind, actor)` does so
    with records that become matters; `make_briefing(week)` (`2026-W47`) writes the week's documents into the folder
    `briefings` and returns their paths, `briefing_lack()` says why there is no PDF among them, if so; `start_drill(scenario_id, speed, person)` starts a drill in a process and a
    data folder of its own, writes the audit row, and raises `RuntimeError` with a sentence where it does not start.
    `attachment_bytes` is how much of attachments is kept; `evidence` holds pages as they were fetched; `room` is how much of the disk is left; `second_factor` says
    who must have one; `admit_from` from where browsers may come, everywhere where it is empty; `readiness` asks the `checks`.
    """

    store: Store
    search: Search
    catalogue_sources: Sequence[Source]
    office: Office
    cut: Callable[[str], Sequence[str]]
    now: Callable[[], datetime]
    version: str
    secure_cookies: bool = False
    drill: DrillInfo | None = None
    mailbox: Mailbox | None = None
    scenarios: Sequence[DrillScenario] = ()
    drill_runs: Callable[[], Sequence[DrillRun]] | None = None
    start_drill: Callable[[str, float, str], None] | None = None
    import_file: Callable[[Path, str, str, bool], ImportOutcome] | None = None
    import_refusals: tuple[type[Exception], ...] = ()
    import_matters: Callable[[Path, str, MatterKind | None, str], MatterReport] | None = None
    make_briefing: Callable[[str], Sequence[Path]] | None = None
    briefings: Path | None = None
    briefing_lack: Callable[[], str] | None = None
    checks: Mapping[str, Callable[[], str | None]] | None = None
    push: PushDesk | None = None
    rulebook: Rulebook | None = None
    source_book: SourceBook | None = None
    situations: SituationTable | None = None
    opinions: OpinionSetup | None = None
    attachment_bytes: int = sys.maxsize
    evidence: EvidenceFiles | None = None
    second_factor: SecondFactorRules | None = None
    admit_from: Sequence[Network] = ()
    room: Callable[[], DiskRoom | None] = lambda: None
    readiness: Readiness = field(default_factory=Readiness)

    @property
    def source_names(self) -> Mapping[str, str]:
        """The name of every source by its id, also of those that an administrator removed."""
        removed = {} if self.source_book is None else self.source_book.removed
        return {**removed, **{source.id: source.name for source in self.catalogue_sources}}

    @property
    def pace(self) -> float:
        """How many times as fast as real time `now` runs."""
        return 1.0 if self.drill is None else self.drill.speed
