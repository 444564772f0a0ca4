"""A judge whose verdicts the test writes into the documents' titles."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from analysis.assessment import Assessment, CategoryScore, Entity, EntityType, Level, Tone
from crawlers.records import Document, DocumentKind, document_id


def document(
    native_id: str, title: str, *, at: datetime, source: str = "forum", kind: DocumentKind = DocumentKind.POST
) -> Document:
    return Document(
        id=document_id(source, native_id),
        source_id=source,
        native_id=native_id,
        kind=kind,
        title=title,
        text=f"{title}，来自{source}的正文，批号2509A17。",
        fetched_at=at,
        published_at=at,
    )


class ScriptedJudge:
    """Says risk of what mentions 清云注射液, off topic of 天气, and fails or dies on what it is told to."""

    def __init__(self) -> None:
        self.facts: dict[str, Mapping[str, int | bool | str]] = {}
        self.fails_on: set[str] = set()
        self.dies_on: set[str] = set()
        self.off_topic: set[str] = set()
        self.calls: list[int] = []

    def assess(self, documents: Sequence[Document]) -> list[Assessment]:
        self.calls.append(len(documents))
        for one in documents:
            if one.title in self.fails_on:
                raise ValueError(f"cannot read {one.title}")
            if one.title in self.dies_on:
                raise KeyboardInterrupt
        return [self._assess(one) for one in documents]

    def _assess(self, one: Document) -> Assessment:
        risky = "清云注射液" in one.title and one.title not in self.off_topic
        at = one.title.find("清云注射液")
        level = (
            Level.RISK
            if risky
            else Level.OFF_TOPIC
            if "天气" in one.title or one.title in self.off_topic
            else Level.IN_REMIT
        )
        drug = Entity(type=EntityType.DRUG, text="清云注射液", start=at, end=at + 5, field="title")
        place = Entity(
            type=EntityType.REGION, text="于都", start=0, end=2, field="title", canonical="于都县", code="360731"
        )
        return Assessment(
            document_id=one.id,
            level=level,
            p_in_remit=0.9 if level else 0.1,
            p_risk=0.9 if risky else 0.1,
            categories=(CategoryScore(code="R01", p=0.9),) if risky else (),
            severity=3 if risky else 0,
            tone=Tone.NEGATIVE if risky else Tone.NEUTRAL,
            entities=(drug, place) if risky else (),
            evidence=(),
            model="scripted",
            tokens=" ".join([*one.title, *(["清云", "注射液", "寒战"] if risky else [])]),
            facts=self.facts.get(one.title, {}),
        )
