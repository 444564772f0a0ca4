"""What one document costs: the first tier in parts of a millisecond, the encoder by length, both on half a year of a hot list."""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

from analysis.assess import Analyser
from analysis.tiers.encoder import Encoder, encoder_text
from crawlers.records import Document
from service.flows.judging.assess import Judge
from tests.bench.chain import FirstTier
from tests.bench.rounds import Figure, LeftOut, cost, typical
from tests.bench.texts import Corpus

__all__ = ["TOKENS", "encoder_steps", "first_tier_alone", "share", "tier_steps"]

TOKENS = (15, 30, 60, 96)
_ENCODED = 40
_ROUNDS = 5


def first_tier_alone(analyser: Analyser) -> Analyser:
    """Return the analyser without its encoder."""
    return replace(analyser, second=None)


def tier_steps(analyser: Analyser, corpus: Corpus) -> Iterator[Callable[[], Figure | LeftOut]]:
    """Yield one measurement a row; those of the encoder only where one is installed."""
    first = first_tier_alone(analyser)
    yield partial(_per_document, first, corpus.stream, "stream")
    yield partial(_per_document, first, corpus.field, "field")
    yield partial(_alone, first, corpus.field)
    if analyser.second is None:
        yield partial(LeftOut, "the rows of tier 2 are left out: no encoder is installed")
        return
    yield from encoder_steps(analyser.second.encoder, [_text(one) for one in corpus.field])
    yield partial(share, analyser, corpus.half_year)
    yield partial(_both, analyser, corpus.half_year)


def encoder_steps(encoder: Encoder, texts: Iterable[str]) -> Iterator[Callable[[], Figure | LeftOut]]:
    """Yield what the encoder takes for one text of each length of `TOKENS`, cut from the longest of `texts`."""
    longest = sorted(texts, key=len, reverse=True)[: 4 * _ENCODED]
    for tokens in TOKENS:
        yield partial(_encoding, encoder, longest, tokens)


@dataclass(frozen=True, slots=True)
class _Run:
    """The first tier, or both, from store to index over some documents in a folder of its own."""

    analyser: Analyser
    documents: Sequence[Document]

    def seconds(self) -> float:
        with TemporaryDirectory(prefix="yaowang-bench-") as folder:
            tier = FirstTier(Path(folder), self.analyser, self.documents[-1])
            try:
                return cost(lambda: tier.run(self.documents))
            finally:
                tier.close()


def _per_document(first: Analyser, documents: Sequence[Document], corpus: str) -> Figure:
    milliseconds = typical(_Run(first, documents).seconds, _ROUNDS) / len(documents) * 1000
    about = "stored, judged, signed, indexed, in batches of 512"
    return Figure("tier 1 per document", milliseconds, "ms", f"{corpus}: {about}", len(documents))


def _alone(first: Analyser, documents: Sequence[Document]) -> Figure:
    judged = documents[:100]
    seconds = typical(lambda: cost(lambda: [first.assess([one]) for one in judged]), _ROUNDS)
    return Figure(
        "tier 1, one text alone", seconds / len(judged) * 1000, "ms", "field: judged, not stored", len(judged)
    )


def _encoding(encoder: Encoder, texts: Sequence[str], tokens: int) -> Figure | LeftOut:
    chosen = [cut for text in texts if (cut := _of_length(encoder, text, tokens))][:_ENCODED]
    if not chosen:
        return LeftOut(f"no text of the field has {tokens} tokens")
    seconds = typical(lambda: cost(lambda: [encoder.encode(text, "") for text in chosen]), _ROUNDS)
    return Figure(
        "tier 2 per document", seconds / len(chosen) * 1000, "ms", f"{tokens} tokens, one thread", len(chosen)
    )


def _of_length(encoder: Encoder, text: str, tokens: int) -> str | None:
    """Return the beginning of `text` that has so many tokens with the marks of begin and end; `None` where it is too short."""
    for characters in count(max(1, tokens - 20)):
        pieces = len(encoder.tokenizer.encode(encoder_text(text[:characters], "")).ids) + 2
        if pieces == tokens:
            return text[:characters]
        if pieces > tokens or characters >= len(text):
            return None
    return None


def share(judge: Judge, documents: Sequence[Document]) -> Figure:
    """Return the share of documents that the first tier could not rule out."""
    reached = sum(said.tier == "encoder" for said in judge.assess(documents))
    about = "of the hot-list titles of half a year, evenly chosen"
    return Figure("share that reaches tier 2", reached / len(documents) * 100, "%", about, len(documents))


def _both(analyser: Analyser, documents: Sequence[Document]) -> Figure:
    began = time.perf_counter()
    seconds = _Run(analyser, documents).seconds()
    waited = time.perf_counter() - began
    about = f"both tiers, stored to indexed, a core ({len(documents) / waited:,.0f} by the clock on the wall)"
    return Figure("documents a second", len(documents) / seconds, "documents/s", about, len(documents))


def _text(document: Document) -> str:
    return f"{document.title}。{document.text}"
