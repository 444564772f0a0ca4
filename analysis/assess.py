"""The one entry of judgement: documents in, assessments out.

A document that names nothing of the field exits after normalisation and one scan. The others are counted and scored
in one batch. A document's scores do not depend on the batch it came in.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from analysis.assessment import Assessment, CategoryScore, Entity, Evidence, Level, Tone
from analysis.entities import find_entities
from analysis.features import count_features, word_bucket
from analysis.lexicon import Lexicon, TermKind, load_lexicon
from analysis.linear import LinearModel, load_model
from analysis.reading import Reading, read
from analysis.response_need import NeedTable, load_need_table
from analysis.risk import Inputs, RiskStack, stack_inputs
from analysis.rules import Findings, apply_rules
from analysis.segmentation import RjiebaSegmenter, Segmenter
from analysis.severity import SeverityModel
from analysis.tone import tone
from crawlers.records import Document, DocumentKind

__all__ = ["MODELS", "Analyser", "document_fields", "judgement", "may_concern", "read_documents", "stack_facts"]

MODELS = Path(__file__).parent / "models"
# Words too loose for the lexicon, each of which a labelled risk needed; a document without any, and without a
# lexicon hit, is not scored.
_LOOSE = re.compile(
    "药|医美|疫苗|接种|处方|针剂|打针|[一-鿿]针|剂量|冲剂|贴剂|贴膏|膏|补片|眼镜|美容|护肤|植入|近视|阳痿|狂犬|义诊|器械|化妆|打错|对苯二胺|染发|盖白|救心|碘131|前列腺|[骨膏痛]贴|免疫|注册证|卖药|批准文号"
)
_MOST_EVIDENCE = 20
_MOST_WORDS = 5
_DIGITS = 9


@dataclass(frozen=True, kw_only=True)
class Analyser:
    """A loaded model with its lexicon and segmenter; holds no state between calls."""

    lexicon: Lexicon
    segmenter: Segmenter
    model: LinearModel
    stack: RiskStack
    severities: SeverityModel
    tone_offsets: Mapping[str, float]
    version: str
    needs: NeedTable = field(default_factory=load_need_table)

    @classmethod
    def load(cls, models: Path | None = None) -> "Analyser":
        """Load the shipped model, or the one in `models`.

        Raises:
            ModelRefusedError: If the files differ from the manifest, or were made with another lexicon or segmenter.
        """
        lexicon, segmenter = load_lexicon(), RjiebaSegmenter()
        model, manifest = load_model(models or MODELS, segmenter=segmenter.identity, lexicon=lexicon.identity)
        return cls(
            lexicon=lexicon,
            segmenter=segmenter,
            model=model,
            stack=RiskStack.from_manifest(manifest["stack"]),
            severities=SeverityModel.from_manifest(manifest["severity"]),
            tone_offsets=manifest["tone_offsets"],
            version=manifest["version"],
        )

    def assess(self, documents: Sequence[Document]) -> list[Assessment]:
        """Return one assessment a document, in order. Batches of 256 to 1,024 are fastest; one alone scores the same."""
        readings = [read(document, self.lexicon, self.segmenter) for document in documents]
        scored = [number for number, reading in enumerate(readings) if may_concern(reading)]
        found = {n: self._find(documents[n], readings[n]) for n in scored}
        judged: dict[int, Assessment] = {}
        if scored:
            decisions = self.model.decide(count_features([readings[n] for n in scored]))
            facts = np.array([stack_facts(readings[n], found[n][1]) for n in scored])
            p_remit, p_risk = self.stack.probabilities(stack_inputs(decisions, self.model.labels, facts))
            for row, n in enumerate(scored):
                judged[n] = self._judge(
                    documents[n], readings[n], found[n], decisions[row], (float(p_remit[row]), float(p_risk[row]))
                )
        return [judged.get(n) or self._off_topic(document, readings[n]) for n, document in enumerate(documents)]

    def _find(self, document: Document, reading: Reading) -> tuple[tuple[Entity, ...], Findings]:
        entities = find_entities(reading, document_fields(document), self.lexicon, published=document.happened_at)
        return entities, apply_rules(reading, entities)

    def _judge(
        self,
        document: Document,
        reading: Reading,
        found: tuple[tuple[Entity, ...], Findings],
        decisions: Inputs,
        probabilities: tuple[float, float],
    ) -> Assessment:
        entities, findings = found
        named = dict(zip(self.model.labels, decisions.tolist(), strict=True))
        # Vectorised exponentials differ in the last bit with the batch size; a score must not.
        p_remit, p_risk = round(probabilities[0], _DIGITS), round(probabilities[1], _DIGITS)
        floor = findings.floor
        if floor and p_risk >= self.stack.risk_threshold:
            floor = None
        if floor:
            p_risk, p_remit = self.stack.risk_threshold, max(p_remit, self.stack.risk_threshold)
        level = self.stack.level(p_remit, p_risk)
        categories = self.stack.categories(named, level, p_risk, findings.signs.leading)
        return Assessment(
            document_id=document.id,
            level=level,
            p_in_remit=p_remit,
            p_risk=p_risk,
            categories=categories,
            severity=self._severity(named, findings) if level is Level.RISK else 0,
            tone=tone(named, self.tone_offsets),
            entities=entities,
            evidence=self._evidence(document, reading, findings, level),
            model=self.version,
            tokens=reading.tokens,
            floor=floor,
            truncated=reading.truncated,
            facts=self._facts(reading, categories, findings) if level is Level.RISK else findings.facts,
        )

    def _facts(
        self, reading: Reading, categories: Sequence[CategoryScore], findings: Findings
    ) -> Mapping[str, int | bool | str]:
        """Return the facts of a risk: what the rules found, and whether it needs an answer with the rules that say so."""
        codes = [score.code for score in categories]
        need = self.needs.judge(reading.title.text, reading.text.text, codes, findings.facts)
        return MappingProxyType(
            {**findings.facts, "needs_response": need.needed, "need": " ".join(need.rules)},
        )

    def _severity(self, decisions: Mapping[str, float], findings: Findings) -> int:
        return self.severities.severity(
            decisions, findings.facts, findings.signs, [finding.rule for finding in findings.findings]
        )

    def _evidence(self, document: Document, reading: Reading, findings: Findings, level: Level) -> tuple[Evidence, ...]:
        if level is Level.OFF_TOPIC:
            return ()
        fields = document_fields(document)
        shown = findings.evidence(reading, fields)[:_MOST_EVIDENCE]
        return shown if shown or level is not Level.RISK else tuple(self._heaviest_words(reading, fields))

    def _heaviest_words(self, reading: Reading, fields: Mapping[str, str]) -> Iterator[Evidence]:
        """Yield the words that weighed most for a risk that no rule or term explains."""
        column, position = self.model.labels.index("risk"), 0
        weighed: dict[str, tuple[float, int]] = {}
        for word in reading.words:
            if not word.isspace():
                weighed.setdefault(word, (self.model.weight_of(word_bucket(word), column), position))
            position += len(word)
        heaviest = sorted((w for w in weighed.items() if w[1][0] > 0), key=lambda w: -w[1][0])[:_MOST_WORDS]
        for word, (_, start) in sorted(heaviest, key=lambda w: w[1][1]):
            name, first, last = reading.locate(start, start + len(word))
            yield Evidence(text=fields[name][first:last], start=first, end=last, field=name, rule="model:word")

    def _off_topic(self, document: Document, reading: Reading) -> Assessment:
        return Assessment(
            document_id=document.id,
            level=Level.OFF_TOPIC,
            p_in_remit=self.stack.unread_remit,
            p_risk=self.stack.unread_risk,
            categories=(),
            severity=0,
            tone=Tone.NEUTRAL,
            entities=(),
            evidence=(),
            model=self.version,
            tokens=reading.tokens,
            truncated=reading.truncated,
        )


def may_concern(reading: Reading) -> bool:
    """Tell whether a document is worth scoring: it names a product, a firm, a strong term or a loose word of the field."""
    strong = any(kind is TermKind.STRONG for kind, _ in reading.terms)
    return reading.names_product or strong or bool(_LOOSE.search(reading.joined))


def judgement(assessment: Assessment) -> dict[str, Any]:
    """Return an assessment as the line that `yaowang judge` writes, JSON-able."""
    return {
        "id": assessment.document_id,
        "level": int(assessment.level),
        "p_in_remit": round(assessment.p_in_remit, 6),
        "p_risk": round(assessment.p_risk, 6),
        "categories": [{"code": score.code, "p": score.p} for score in assessment.categories],
        "severity": assessment.severity,
        "needs_response": bool(assessment.facts.get("needs_response")),
        "tone": assessment.tone.value,
        "entities": [_entity_row(entity) for entity in assessment.entities],
        "evidence": [_evidence_row(evidence) for evidence in assessment.evidence],
        "model": assessment.model,
    }


def read_documents(lines: Iterable[str | bytes]) -> Iterator[Document | ValueError]:
    """Yield, for each line of `yaowang judge`'s input, a document, or the error that says why it is none.

    Blank lines are skipped. A broken line yields a `ValueError` naming line and reason instead of raising it, so that
    one bad line does not cost its neighbours their judgement; the caller reports it and goes on. Bytes are UTF-8.
    """
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            yield _document(json.loads(line))
        except (ValueError, RecursionError) as error:
            yield ValueError(f"line {number}: {error}")


def _document(row: Any) -> Document:
    if not isinstance(row, dict):
        raise ValueError(f"a document is a JSON object, not {type(row).__name__}")  # noqa: TRY004 (one kind of error a line)
    if not isinstance(row.get("id"), str | int) or isinstance(row.get("id"), bool):
        raise ValueError("a document needs an id, a string or a number")  # noqa: TRY004
    strings = {}
    for name in ("title", "text", "source", "published_at"):
        value = row.get(name)
        if value is not None and not isinstance(value, str):
            raise ValueError(f"{name} must be a string, not {type(value).__name__}")
        strings[name] = value or ""
    return Document(
        id=str(row["id"]),
        source_id=strings["source"],
        native_id=str(row["id"]),
        kind=DocumentKind.ARTICLE,
        title=strings["title"],
        text=strings["text"],
        fetched_at=_moment(strings["published_at"]) or _NEVER_FETCHED,
        published_at=_moment(strings["published_at"]),
    )


# A line that is judged was collected by somebody else; its judgement does not depend on when.
_NEVER_FETCHED = datetime(1970, 1, 1, tzinfo=UTC)
_BEIJING = timezone(timedelta(hours=8))


def _moment(written: str) -> datetime | None:
    """Return an ISO 8601 time; without a zone it is taken for Beijing time."""
    if not written:
        return None
    try:
        moment = datetime.fromisoformat(written)
    except ValueError as error:
        raise ValueError(f"published_at {written[:40]!r} is no ISO 8601 time") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=_BEIJING)


def document_fields(document: Document) -> dict[str, str]:
    """Return the original text of each field that entities and evidence point into."""
    return {"title": document.title, "text": document.text}


def stack_facts(reading: Reading, findings: Findings) -> tuple[float, float]:
    """Return what the stack reads beside decision values: whether a strong term stands here, whether a floor rule holds."""
    strong = any(kind is TermKind.STRONG for kind, _ in reading.terms)
    return float(strong), float(findings.floor is not None)


def _entity_row(entity: Entity) -> dict[str, Any]:
    row: dict[str, Any] = {
        "type": entity.type.value,
        "text": entity.text,
        "start": entity.start,
        "end": entity.end,
        "field": entity.field,
    }
    optional = {"canonical": entity.canonical, "code": entity.code, "value": entity.value}
    return row | {name: value for name, value in optional.items() if value is not None}


def _evidence_row(evidence: Evidence) -> dict[str, Any]:
    return {
        "text": evidence.text,
        "start": evidence.start,
        "end": evidence.end,
        "field": evidence.field,
        "rule": evidence.rule,
        "category": evidence.category,
    }
