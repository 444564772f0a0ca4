"""Count words and write the table of term weights: `python -m analysis.training.term_weights SHARED_DATA`.

Needs the labelled hot-list items and one file of hourly hot-list snapshots, see `models/term_weights.md`. Only items
up to the end of 2024 are counted, so that later months can measure.
"""

import gzip
import hashlib
import json
import math
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from analysis.events.termweights import TERM_WEIGHTS, is_term
from analysis.segmentation import RjiebaSegmenter, Segmenter
from analysis.text import normalise

__all__ = ["count_words", "main", "weigh"]

_TEXT_CHARS = 200
_FEWEST = 6
_DOMAIN_WORTH = 3
_SCALE = 1000


def count_words(texts: Iterable[str], segmenter: Segmenter) -> tuple[int, Counter[str]]:
    """Return how many texts there are and in how many of them each word stands."""
    total, counts = 0, Counter[str]()
    for text in texts:
        total += 1
        counts.update({w for word in segmenter.cut_for_search(normalise(text).text) if is_term(w := word.lower())})
    return total, counts


def weigh(general: tuple[int, Counter[str]], domain: tuple[int, Counter[str]]) -> dict[str, int]:
    """Return the weight in thousandths of every word that is frequent enough, lightest first."""
    weights = {
        word: round(_SCALE * math.sqrt(_rarity(word, *general) * _rarity(word, *domain)))
        for word in general[1].keys() | domain[1].keys()
        if general[1][word] + _DOMAIN_WORTH * domain[1][word] >= _FEWEST
    }
    return dict(sorted(weights.items(), key=lambda pair: (pair[1], pair[0])))


def _rarity(word: str, total: int, counts: Counter[str]) -> float:
    return max(0.0, math.log((total + 1) / (counts[word] + 1)) / math.log(total + 1))


def main(arguments: list[str]) -> int:
    """Write the table beside the shipped models; return the exit status."""
    if len(arguments) != 1:
        print("usage: python -m analysis.training.term_weights SHARED_DATA", file=sys.stderr)  # noqa: T201
        return 2
    data, segmenter = Path(arguments[0]), RjiebaSegmenter()
    general = count_words(_news(data / "hotlist" / "weibo-2024.jsonl.gz"), segmenter)
    labelled = (data / "attention" / name for name in ("train.jsonl", "train_single.jsonl"))
    weights = weigh(general, count_words(_remit(labelled), segmenter))
    head = f"# word\tweight in thousandths; cut by {segmenter.identity}\n"
    table = head + "".join(f"{word}\t{weight}\n" for word, weight in weights.items())
    TERM_WEIGHTS.write_text(table, encoding="utf-8")
    told = {"sha256": hashlib.sha256(table.encode()).hexdigest(), "words": len(weights)}
    TERM_WEIGHTS.with_suffix(".json").write_text(json.dumps(told) + "\n", encoding="utf-8")
    return 0


def _news(path: Path) -> Iterator[str]:
    seen: set[str] = set()
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            for item in json.loads(line)["items"]:
                if item["title"] not in seen:
                    seen.add(item["title"])
                    yield f"{item['title']}\n{(item.get('description') or '')[:_TEXT_CHARS]}"


def _remit(paths: Iterable[Path]) -> Iterator[str]:
    for path in paths:
        for line in path.read_text(encoding="utf-8").splitlines():
            item = json.loads(line)
            if item["level"] >= 1:
                yield f"{item['title']}\n{item['text'][:_TEXT_CHARS]}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
