"""The one entry of judgement: documents in, assessments out.

A document that names nothing of the field exits after normalisation and one scan. The others are counted and scored by
the linear models in one batch; what these cannot rule out is read by the encoder, one document at a time. A document's
scores do not depend on the batch it came in.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import TypeAlias

import numpy as np

from analysis.assessment import Assessment, CategoryScore, Entity, Evidence, Explanation, Level, PossibleRisk, Tone
from analysis.concern import may_concern
from analysis.entities.named_things import find_entities
from analysis.judgement.explanation import Hearing, Trial, guards_of, terms_of
from analysis.judgement.neighbours import Neighbours
from analysis.judgement.one_harmed import ONE_HARMED, with_one_harmed
from analysis.judgement.response_need import NeedTable, leanings, load_need_table
from analysis.judgement.risk import Inputs, RiskStack, level_of, likely_categories, shown_categories, stack_inputs
from analysis.judgement.rules import HINT, Findings, apply_rules
from analysis.judgement.second_tier import SecondTier, load_second_tier
from analysis.judgement.severity import SeverityModel, severity_of
from analysis.judgement.signs import of_no_vaccine
from analysis.judgement.tone import tone
from analysis.lexicon import Lexicon, TermKind, load_lexicon
from analysis.matching.recognition import Pooled
from analysis.reading import Reading, read, read_all
from analysis.segmentation import RjiebaSegmenter, Segmenter, search_tokens
from analysis.tiers.features import count_features, word_buckets
from analysis.tiers.linear import LinearModel, load_model
from crawlers.records import Document, DocumentKind, in_order

__all__ = ["MODELS", "Analyser", "document_fields", "stack_facts"]

_Found: TypeAlias = tuple[tuple[Entity, ...], Findings]

MODELS = Path(__file__).parent / "models"
_MOST_EVIDENCE = 20
# A notice of a thousand batches names fewer; a text of one product's name over and over names 50,000.
_MOST_ENTITIES = 5000
_MOST_WORDS = 5
_DIGITS = 9
# Characters of a text from which on its named things are told though nothing in it is of the field; a hot list's
# entries' are not: hundreds come an hour, and it took a sixth of the time of judging them (64 µs a title, 53 without).
_A_TEXT = 80
_OF_VACCINES = "R07"
# Chance of a risk from which on a document's categories and severity are told though it is not judged a risk.
_POSSIBLE = 0.02


@dataclass(frozen=True, slots=True)
class Scores:
    """What one tier says of a document: chances, every category with the leading one first, chances of the severities.

    `p_need` is the chance that a risk needs a public answer, `one_harmed` whether a risk in which nobody was counted
    tells of one person harmed; the linear tier tells neither.
    """

    p_remit: float
    p_risk: float
    categories: Sequence[CategoryScore]
    severity: Sequence[float]
    tone: Tone
    tier: str
    p_need: float | None = None
    one_harmed: bool = False


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
    second: SecondTier | None = None
    needs: NeedTable = field(default_factory=load_need_table)
    neighbours: Neighbours | None = None

    @classmethod
    def load(cls, models: Path | None = None) -> "Analyser":
        """Load the shipped model, or the one in `models`.

        Raises:
            ModelRefusedError: If the files differ from the manifest, or were made with another lexicon or segmenter.
        """
        lexicon, segmenter = load_lexicon(), RjiebaSegmenter()
        folder = models or MODELS
        model, manifest = load_model(folder, segmenter=segmenter.identity, lexicon=lexicon.identity)
        second = load_second_tier(manifest, folder, MODELS)
        return cls(
            lexicon=lexicon,
            segmenter=segmenter,
            model=model,
            stack=RiskStack.from_manifest(manifest["stack"]),
            severities=SeverityModel.from_manifest(manifest["severity"]),
            tone_offsets=manifest["tone_offsets"],
            version=f"{manifest['version']}+{second.encoder.identity}" if second else manifest["version"],
            second=second,
            neighbours=Neighbours.load(folder, manifest["version"]),
        )

    @property
    def cuts(self) -> tuple[float, float, float]:
        """Return from which chance on a document is a risk, in the remit, of a category: those of the last tier there is."""
        last = self.second or self.stack
        return last.risk_threshold, last.remit_threshold, last.category_threshold

    def assess(self, documents: Sequence[Document]) -> list[Assessment]:
        """Return one assessment a document, in order. Batches of 256 to 1,024 are fastest; one alone scores the same."""
        readings = read_all(documents, self.lexicon, self.segmenter)
        tokens = search_tokens([reading.joined for reading in readings], self.segmenter)
        scored = [number for number, reading in enumerate(readings) if may_concern(reading)]
        found = {n: self._find(documents[n], readings[n]) for n in scored}
        judged: dict[int, Assessment] = {}
        if scored:
            decisions = self.model.decide(count_features([readings[n].restored for n in scored]))
            facts = np.array([stack_facts(readings[n], found[n][1]) for n in scored])
            inputs = stack_inputs(decisions, self.model.labels, facts)
            p_remit, p_risk = self.stack.probabilities(inputs)
            for row, n in enumerate(scored):
                scores = self._scores(
                    readings[n], found[n][1], decisions[row], inputs[row], (float(p_remit[row]), float(p_risk[row]))
                )
                judged[n] = self._judge(documents[n], readings[n], found[n], scores, tokens[n])
        return [
            judged.get(n) or self._off_topic(document, readings[n], tokens[n]) for n, document in enumerate(documents)
        ]

    def explain(self, document: Document, assessment: Assessment) -> Explanation:
        """Return why `document` was judged as `assessment` says, by judging it again without its terms.

        About 24 judgements for a risk; made where a person asks or a worker is idle, not for the stream.
        """
        reading = read(document, self.lexicon, self.segmenter)
        guards = guards_of(reading, self.lexicon)
        decided_by = f"floor:{assessment.floor}" if assessment.floor else assessment.tier
        if not may_concern(reading):
            return Explanation(decided_by=decided_by, terms_for=(), terms_against=(), enough=0, rules=(), guards=guards)
        found = self._find(document, reading)[1].findings
        floors = [finding for finding in found if ":" not in finding.rule]
        whole = (ONE_HARMED,) if assessment.facts.get("harmed_by") else ()
        trial = Trial.of(document, lambda documents: [one.p_risk for one in self.assess(documents)], self.cuts[0])
        spans = [(finding.start, finding.end) for finding in floors]
        terms_for, terms_against, enough = terms_of(document, reading, Hearing(reading, self.model), trial, spans)
        return Explanation(
            decided_by=decided_by,
            terms_for=terms_for,
            terms_against=terms_against,
            enough=enough,
            rules=tuple(dict.fromkeys((*(finding.rule for finding in floors), *whole))),
            guards=guards,
            neighbours=self.neighbours.nearest(self.model.decide(count_features([reading]))[0])
            if self.neighbours
            else (),
        )

    def pooled(self, title: str, text: str) -> Pooled | None:
        """Return the vector that the encoder makes of a text, `None` where there is no encoder; 2 to 25 ms."""
        return self.second.pooled(title, text) if self.second else None

    def _find(self, document: Document, reading: Reading) -> _Found:
        entities = self._entities(document, reading)
        return entities, apply_rules(reading, entities)

    def _entities(self, document: Document, reading: Reading) -> tuple[Entity, ...]:
        found = find_entities(
            reading,
            document_fields(document),
            self.lexicon,
            published=document.happened_at,
            home=document.region,
        )
        return found[:_MOST_ENTITIES]

    def _scores(
        self,
        reading: Reading,
        findings: Findings,
        decisions: Inputs,
        inputs: Inputs,
        probabilities: tuple[float, float],
    ) -> Scores:
        """Return what the tiers give: tier 1 alone where it rules a document out or there is no other."""
        named = dict(zip(self.model.labels, decisions.tolist(), strict=True))
        severity = self.severities.chances(named, findings.facts, findings.signs)
        leading = findings.signs.leading
        # Vectorised exponentials differ in the last bit with the batch size; a score and what follows from it must not.
        p_remit, p_risk = round(probabilities[0], _DIGITS), round(probabilities[1], _DIGITS)
        if self.second is None or (p_remit < self.second.least_remit and findings.floor is None):
            categories = self.stack.category_scores(named, leading)
            return Scores(p_remit, p_risk, categories, severity, tone(named, self.tone_offsets), "linear")
        encoding = self.second.encoder.encode(reading.restored.title.text, reading.restored.text.text)
        p_remit, p_risk = self.second.probabilities(inputs, encoding)
        return Scores(
            round(p_remit, _DIGITS),
            round(p_risk, _DIGITS),
            self.second.categories(named, encoding, leading),
            self.second.severity_chances(severity, encoding),
            self.second.tone_of(named, encoding),
            "encoder",
            self.second.need_chance(encoding),
            (p_risk >= self.second.risk_threshold or findings.floor is not None)
            and self.second.tells_one_harmed(reading, encoding),
        )

    def _judge(self, document: Document, reading: Reading, found: _Found, scores: Scores, tokens: str) -> Assessment:
        entities, findings = found
        p_remit, p_risk = scores.p_remit, scores.p_risk
        risk_cut, remit_cut, category_cut = self.cuts
        floor = findings.floor if p_risk < risk_cut else None
        if floor:
            p_risk, p_remit = risk_cut, max(p_remit, risk_cut)
        level = level_of(p_remit, p_risk, (risk_cut, remit_cut))
        named = scores.categories
        if of_no_vaccine(reading, entities):
            named = [score for score in named if score.code != _OF_VACCINES]
        categories = shown_categories(named, level, p_risk, (risk_cut, category_cut))
        possible = PossibleRisk(
            categories=likely_categories(named, category_cut),
            severity=min(
                findings.most_severe, severity_of(scores.severity, [finding.rule for finding in findings.findings])
            ),
        )
        known = {"severity": possible.severity, **leanings(scores.p_need)}
        facts = with_one_harmed(findings.facts) if scores.one_harmed and level is Level.RISK else findings.facts
        return Assessment(
            document_id=document.id,
            level=level,
            p_in_remit=p_remit,
            p_risk=p_risk,
            categories=categories,
            severity=possible.severity if level is Level.RISK else 0,
            tone=scores.tone,
            entities=entities,
            evidence=self._evidence(document, reading, findings, level),
            model=self.version,
            tokens=tokens,
            floor=floor,
            truncated=reading.truncated,
            facts=self._with_need(facts, reading, categories, known) if level is Level.RISK else facts,
            possible=possible if p_risk >= _POSSIBLE else None,
            tier=scores.tier,
        )

    def _with_need(
        self,
        facts: Mapping[str, int | bool | str],
        reading: Reading,
        categories: Sequence[CategoryScore],
        known: Mapping[str, int],
    ) -> Mapping[str, int | bool | str]:
        """Return the facts of a risk, and whether it needs an answer with the rules that say so, which `known` serves beside them."""
        codes = [score.code for score in categories]
        need = self.needs.judge(reading.title.text, reading.text.text, codes, {**facts, **known})
        return MappingProxyType({**facts, "needs_response": need.needed, "need": " ".join(need.rules)})

    def _evidence(self, document: Document, reading: Reading, findings: Findings, level: Level) -> tuple[Evidence, ...]:
        if level is Level.OFF_TOPIC:
            return ()
        fields = document_fields(document)
        shown = findings.evidence(reading, fields, _MOST_EVIDENCE)
        told = tuple(one for one in shown if not one.rule.startswith(HINT))
        return told if told or level is not Level.RISK else (*shown, *self._heaviest_words(reading, fields))

    def _heaviest_words(self, reading: Reading, fields: Mapping[str, str]) -> Iterator[Evidence]:
        """Yield the words that weighed most for a risk that no rule or term explains."""
        column, position = self.model.labels.index("risk"), 0
        first: dict[str, int] = {}
        for word in reading.words:
            if not word.isspace():
                first.setdefault(word, position)
            position += len(word)
        weighed = {
            word: (self.model.weight_of(bucket, column), first[word])
            for word, bucket in zip(first, word_buckets(list(first)), strict=True)
        }
        heaviest = sorted((w for w in weighed.items() if w[1][0] > 0), key=lambda w: -w[1][0])[:_MOST_WORDS]
        for word, (_, start) in sorted(heaviest, key=lambda w: w[1][1]):
            name, begin, end = reading.locate(start, start + len(word))
            yield Evidence(text=fields[name][begin:end], start=begin, end=end, field=name, rule="model:word")

    def _off_topic(self, document: Document, reading: Reading, tokens: str) -> Assessment:
        return _unread(
            document.id,
            tokens,
            self._entities(document, reading) if _is_article(document, reading) else (),
            reading.truncated,
            self.version,
            self.stack.unread_remit,
            self.stack.unread_risk,
            *_OFF_TOPIC.values(),
        )


_OFF_TOPIC = {"level": Level.OFF_TOPIC, "categories": (), "severity": 0, "tone": Tone.NEUTRAL, "evidence": ()}
# What most documents get: to name all of it in a call takes twice as long.
_unread = in_order(
    Assessment,
    ("document_id", "tokens", "entities", "truncated", "model", "p_in_remit", "p_risk", *_OFF_TOPIC),
)


def _is_article(document: Document, reading: Reading) -> bool:
    return document.kind is not DocumentKind.HOT_ENTRY and len(reading.text.text) >= _A_TEXT


def document_fields(document: Document) -> dict[str, str]:
    """Return the original text of each field that entities and evidence point into."""
    return {"title": document.title, "text": document.text}


def stack_facts(reading: Reading, findings: Findings) -> tuple[float, float]:
    """Return what the stack reads beside decision values: whether a strong term stands here, whether a floor rule holds."""
    strong = any(hit.term.kind is TermKind.STRONG for hit in reading.written)
    return float(strong), float(findings.floor is not None)
