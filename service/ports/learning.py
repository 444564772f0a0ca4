"""Labels that officers give, trainings with them, and which model is in force."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol

from crawlers.records import Document
from service.domain.learning.label import LabelGiven
from service.domain.learning.label_queue import Candidate
from service.domain.learning.model_version import Placement, TrainingRun

__all__ = ["Labels", "Models"]


class Labels(Protocol):
    """Labels, never overwritten; of a document the last one that was not taken back counts."""

    def add(self, given: LabelGiven) -> LabelGiven:
        """Store a label and return it with its number."""
        ...

    def withdraw(self, label_id: int, *, now: datetime) -> bool:
        """Take a label back; false where it is taken back already or is none."""
        ...

    def latest(self, document_ids: Sequence[str]) -> dict[str, LabelGiven]:
        """Return the label that counts of those of the documents that have one, by document."""
        ...

    def history(self, document_id: str) -> list[LabelGiven]:
        """Return every label of a document in order, those taken back too."""
        ...

    def recent(self, *, limit: int) -> list[LabelGiven]:
        """Return labels that count, newest first."""
        ...

    def last_of(self, actor: str) -> LabelGiven | None:
        """Return the last label that this person gave and did not take back, on whatever document."""
        ...

    def skip(self, document_id: str, *, actor: str, now: datetime) -> None:
        """Remember that this person does not want to be asked about the document."""
        ...

    def skipped(self, actor: str) -> set[str]:
        """Return the documents that this person skipped."""
        ...

    def by_group(self) -> list[tuple[str, int, int]]:
        """Return, of each group of labels that count, its name, how many documents are labelled, and how many of these as risks."""
        ...

    def labelled(self, *, limit: int) -> list[tuple[Document, LabelGiven]]:
        """Return the labelled documents as they stand now with the label that counts, the latest `limit`, in order of labels."""
        ...

    def known_words(self, *, limit: int) -> set[str]:
        """Return the words of the `limit` documents labelled last."""
        ...

    def candidates(self, *, since: datetime, limit: int) -> list[Candidate]:
        """Return judged, unlabelled documents published since then that repeat no other, at most `limit`.

        Half of them are the newest of the remit and half the newest of the others; where one half is not full, the
        other has its place.
        """
        ...


class Models(Protocol):
    """Trainings that are wished for and made, and placements, which only grow; the last placement is in force."""

    def wish(self, *, actor: str, now: datetime) -> TrainingRun:
        """Ask for a training; where one is asked for or under way, that one is returned."""
        ...

    def claim(self, *, lease: timedelta, now: datetime) -> TrainingRun | None:
        """Take the training that is asked for, or whose process was lost, until `now + lease`; `None` where there is none."""
        ...

    def save(self, run: TrainingRun) -> None:
        """Store how a training stands."""
        ...

    def run(self, run_id: int) -> TrainingRun | None:
        """Return a training, or `None`."""
        ...

    def hold(self, run_id: int) -> TrainingRun | None:
        """Return a training, or `None`; nobody else can take it up, end it or keep it alive until commit."""
        ...

    def runs(self, *, limit: int) -> list[TrainingRun]:
        """Return trainings, newest first."""
        ...

    def of_version(self, version: str) -> TrainingRun | None:
        """Return the last training that made this version and had it promoted, or `None`."""
        ...

    def place(self, version: str, *, actor: str, reason: str, now: datetime) -> Placement:
        """Put a version in force."""
        ...

    def placements(self, *, limit: int) -> list[Placement]:
        """Return placements, newest first."""
        ...

    def in_force(self) -> Placement | None:
        """Return the last placement; `None` where none was made, which means the shipped model."""
        ...
