"""`yaowang bench [PART…]`: what the product does in a second of processor time, beside named peers, on equal texts in one run.

JSON lines on standard output, a table for people on standard error. Read the ratio: the rates depend on the machine.
"""

import json
import platform
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import TypeAlias

from analysis.assess import Analyser
from analysis.lexicon import load_lexicon
from crawlers.parsing.article import extract
from crawlers.records import Document
from service.flows.alerts.consider import Office
from service.policies.register import load_register
from tests.bench.chain import FirstTier, Installation
from tests.bench.collecting import charsets, crawling, dates
from tests.bench.loading import measure_load
from tests.bench.naive import NaiveChain
from tests.bench.role_memory import measure_role
from tests.bench.rounds import Comparison, Figure, LeftOut, compare, cost
from tests.bench.scanning import scan_steps
from tests.bench.texts import Corpus, Page, load_corpus
from tests.bench.tiers import first_tier_alone, tier_steps

__all__ = ["PARTS", "Bench", "main", "measure"]

PARTS = ("chain", "tiers", "scan", "load", "extract", "crawl", "dates", "charset")

STREAM_TEXTS = 1024
SINGLE_TEXTS = 100
ROUNDS = 5


Row: TypeAlias = Comparison | Figure
Step: TypeAlias = Callable[[], Comparison | Figure | LeftOut | None]


@dataclass(frozen=True, kw_only=True)
class Bench:
    """The two chains, loaded and trained; neither loading nor training is measured."""

    corpus: Corpus
    analyser: Analyser
    office: Office
    naive: NaiveChain
    rounds: int = ROUNDS

    @classmethod
    def prepare(cls, corpus: Corpus, *, rounds: int = ROUNDS, analyser: Analyser | None = None) -> "Bench":
        """Load the product's models, where they are not given, and train the peer's on the labelled texts."""
        return cls(
            corpus=corpus,
            analyser=analyser or Analyser.load(),
            office=Office(register=load_register(), address="http://127.0.0.1:8300"),
            naive=NaiveChain(corpus.training, load_lexicon().words),
            rounds=rounds,
        )

    def chain(self, name: str, documents: Sequence[Document], corpus: str) -> Comparison:
        """From a document to an indexed, judged, grouped one with its alerts decided."""
        return compare(
            name,
            unit="documents",
            peer_name="jieba + scikit-learn, a text at a time",
            corpus=corpus,
            units=len(documents),
            rounds=self.rounds,
            product=lambda: self._run_product(documents),
            peer=lambda: self._run_naive([_text(one) for one in documents]),
        )

    def _run_product(self, documents: Sequence[Document]) -> float:
        moment = max(one.fetched_at for one in documents) + timedelta(minutes=1)
        with tempfile.TemporaryDirectory(prefix="yaowang-bench-") as folder:
            installation = Installation(Path(folder), self.analyser, self.office, moment)
            try:
                seconds = cost(lambda: installation.run(documents))
                held = installation.held()
            finally:
                installation.close()
        return _whole(seconds, held, len({one.id for one in documents}))

    def _run_naive(self, texts: Sequence[str], *, signed: Sequence[str] | None = None) -> float:
        with tempfile.TemporaryDirectory(prefix="yaowang-bench-") as folder:
            seconds = cost(lambda: self.naive.run(texts, Path(folder), signed=signed))
            held = self.naive.held(Path(folder))
        return _whole(seconds, held, len(texts))

    def first_tier(self, documents: Sequence[Document], corpus: str) -> Comparison:
        """The same steps on both sides: clean, cut, judge, look for the same words, sign, store and index."""
        return compare(
            "tier 1: judged, signed, indexed",
            unit="documents",
            peer_name="the same steps with jieba + scikit-learn, a text at a time",
            corpus=corpus,
            units=len(documents),
            rounds=self.rounds,
            product=lambda: self._run_first_tier(documents),
            peer=lambda: self._run_naive([_text(one) for one in documents], signed=load_lexicon().patterns),
        )

    def _run_first_tier(self, documents: Sequence[Document]) -> float:
        with tempfile.TemporaryDirectory(prefix="yaowang-bench-") as folder:
            tier = FirstTier(Path(folder), first_tier_alone(self.analyser), documents[-1])
            try:
                seconds = cost(lambda: tier.run(documents))
                held = tier.held()
            finally:
                tier.close()
        return _whole(seconds, held, len({one.id for one in documents}))

    def single(self) -> Comparison:
        """One text at a time, as a person waits for it; the product also finds entities, severity and evidence."""
        documents = self.corpus.field[:SINGLE_TEXTS]
        return compare(
            "judge one text",
            unit="texts",
            peer_name="three scikit-learn pipelines on jieba",
            corpus="field",
            units=len(documents),
            rounds=self.rounds,
            product=lambda: cost(lambda: [self.analyser.assess([one]) for one in documents]),
            peer=lambda: cost(lambda: [self.naive.judge(_text(one)) for one in documents]),
        )

    def segmentation(self) -> Comparison:
        """Cutting into words; the product's cutter knows the field's words too."""
        import jieba

        texts = [_text(one) for one in self.corpus.stream]
        return compare(
            "segment",
            unit="texts",
            peer_name="jieba",
            corpus="stream",
            units=len(texts),
            rounds=self.rounds,
            product=lambda: cost(lambda: [self.analyser.segmenter.cut(text) for text in texts]),
            peer=lambda: cost(lambda: [jieba.lcut(text) for text in texts]),
        )

    def extraction(self) -> Comparison:
        """From a page's bytes to title and body."""
        return extraction(self.corpus, self.rounds)


def extraction(corpus: Corpus, rounds: int) -> Comparison:
    """From a page's bytes to title and body; the product also finds time, origin and author."""
    pages = corpus.pages
    now = corpus.stream[-1].fetched_at
    return compare(
        "extract an article",
        unit="pages",
        peer_name="readability-lxml",
        corpus="pages",
        units=len(pages),
        rounds=rounds,
        product=lambda: cost(lambda: [extract(page.raw, now=now) for page in pages]),
        peer=lambda: cost(lambda: [_readable(page) for page in pages]),
    )


def _text(document: Document) -> str:
    return f"{document.title}\n{document.text}"


def _readable(page: Page) -> tuple[str, str]:
    import readability

    document = readability.Document(page.raw.decode(page.charset, errors="replace"))
    return document.title(), document.summary()


def _whole(seconds: float, held: int, expected: int) -> float:
    """Return the seconds, or refuse a run that lost something: a rate of lost texts is no rate."""
    if held != expected:
        raise RuntimeError(f"a run kept {held} of {expected} texts")
    return seconds


def measure(bench: Bench) -> list[Row]:
    """Run the chains and their parts."""
    return list(_printed(_chain_steps(bench)))


def _chain_steps(bench: Bench) -> Iterator[Step]:
    corpus = bench.corpus
    yield partial(bench.first_tier, corpus.stream, "stream")
    yield partial(bench.chain, "end to end, as a hot list brings it", corpus.stream, "stream")
    yield partial(bench.chain, "end to end, all of the field", corpus.field, "field")
    yield bench.single
    yield bench.segmentation
    yield bench.extraction


def _steps(names: Sequence[str]) -> Iterator[Step]:
    """Yield the steps of the parts named; models are loaded and trained only for what needs them."""
    corpus = load_corpus(STREAM_TEXTS)
    say = partial(print, file=sys.stderr, flush=True)
    say(f"texts: {corpus.origin}; {len(corpus.stream)} of the stream, {len(corpus.field)} of the field")
    if corpus.origin.startswith("sentences"):
        say("no labelled data found: set YAOWANG_SHARED_DATA to its folder to measure on real texts")
    analyser = Analyser.load() if {"chain", "tiers"} & set(names) else None
    if analyser is not None and "chain" in names:
        yield from _chain_steps(Bench.prepare(corpus, analyser=analyser))
    if analyser is not None and "tiers" in names:
        yield from tier_steps(analyser, corpus)
    if "scan" in names:
        yield from scan_steps(corpus, ROUNDS)
    if "extract" in names and "chain" not in names:
        yield partial(extraction, corpus, ROUNDS)
    alone: dict[str, Callable[[int], Comparison | None]] = {"crawl": crawling, "dates": dates, "charset": charsets}
    yield from (partial(part, ROUNDS) for name, part in alone.items() if name in names)


def _printed(steps: Iterable[Step]) -> Iterator[Row]:
    for step in steps:
        row = step()
        if row is None or isinstance(row, LeftOut):
            why = row.why if row else "one row is left out: its peer is not installed (pip install dateparser)"
            print(why, file=sys.stderr, flush=True)
            continue
        print(json.dumps(row.to_json(), ensure_ascii=False), flush=True)
        yield row


def _line(row: Row) -> str:
    if isinstance(row, Figure):
        return f"{row.name:36}{row.value:8,.3g} {row.unit}, {row.about}"
    right = ""
    if row.product_right is not None and row.peer_right is not None:
        right = f"; right: {row.product_right:.1%}, peer {row.peer_right:.1%}"
    span = f"({row.low:.1f} to {row.high:.1f})"
    rates = f"{row.product_rate:10,.0f}{row.peer_rate:10,.0f}"
    return f"{row.name:36}{row.ratio:7.1f}x  {span:15}{rates}  {row.unit} / {row.peer}{right}"


def main(names: Sequence[str] = ()) -> int:
    """Measure the parts named, all by default, and print; the exit status says only whether it ran, 2 for an unknown part."""
    say = partial(print, file=sys.stderr, flush=True)
    unknown = sorted(set(names) - set(PARTS))
    if unknown:
        say(f"no part is called {', '.join(unknown)}; there are: {', '.join(PARTS)}")
        return 2
    say(f"machine: Python {platform.python_version()}, {platform.machine()}; rates per second of processor time")
    if "load" in (names or PARTS):
        print(measure_load().line(), flush=True)
        print(measure_role().line(), flush=True)
    rows = list(_printed(_steps(names or PARTS)))
    say(f"\n{'':36}{'ratio':>8}  {'(range)':15}{'product':>10}{'peer':>10}  unit / peer")
    for row in rows:
        say(_line(row))
    say(f"medians of {ROUNDS} interleaved rounds")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
