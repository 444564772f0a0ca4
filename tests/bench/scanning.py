"""Looking for every spelling of the lexicon in one pass, beside pyahocorasick; both have to find the same."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any, TypeAlias

from analysis.lexicon import Lexicon, load_lexicon
from analysis.text import normalise
from tests.bench.rounds import Comparison, LeftOut, compare, cost
from tests.bench.texts import Corpus

__all__ = ["scan_steps"]

Found: TypeAlias = list[tuple[int, int, int]]


def scan_steps(corpus: Corpus, rounds: int) -> Iterator[Callable[[], Comparison | LeftOut]]:
    """Yield the rows: titles with their descriptions one by one, and the same as one long text."""
    lexicon = load_lexicon()
    texts = [normalise(f"{one.title}\n{one.text}").text for one in corpus.stream]
    yield partial(_scanning, "scan keywords, text by text", lexicon, texts, rounds)
    yield partial(_scanning, "scan keywords, one long text", lexicon, ["\n".join(texts)], rounds)


def _scanning(name: str, lexicon: Lexicon, texts: Sequence[str], rounds: int) -> Comparison | LeftOut:
    """Return number, start and end of every pattern, from both; the ratio counts no look-up of meanings."""
    try:
        import ahocorasick
    except ImportError:
        return LeftOut("one row is left out: its peer is not installed (pip install pyahocorasick)")
    peer: Any = ahocorasick.Automaton()
    for number, pattern in enumerate(lexicon.patterns):
        peer.add_word(pattern, (number, len(pattern)))
    peer.make_automaton()
    scan = partial(lexicon.automaton.find_matches_as_indexes, overlapping=True)
    for text in texts:
        theirs: Found = [(number, last + 1 - length, last + 1) for last, (number, length) in peer.iter(text)]
        if sorted(theirs) != sorted(scan(text)):
            raise RuntimeError(f"the two scans differ on {text[:40]!r}")
    return compare(
        name,
        unit="characters",
        peer_name="pyahocorasick",
        corpus="stream",
        units=sum(map(len, texts)),
        rounds=rounds,
        product=lambda: cost(lambda: [scan(text) for text in texts]),
        peer=lambda: cost(lambda: [list(peer.iter(text)) for text in texts]),
    )
