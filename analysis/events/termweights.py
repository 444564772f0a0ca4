"""How much a word says about which happening a text reports.

The weight of a word falls with how often it occurs both in general news and among drug-safety items: 疫苗 tells events
apart as little as 回应 does. The table holds counts only; its data card is `models/term_weights.md`.
"""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path

__all__ = ["TERM_WEIGHTS", "UNSEEN", "is_term", "salient_terms", "term_weight"]

TERM_WEIGHTS = Path(__file__).parents[1] / "models" / "term_weights.tsv"
"""The table; `term_weights.json` beside it names its hash."""
UNSEEN = 0.9
"""Weight of a word that the table does not hold: rarer than every word that it holds."""

_SCALE = 1000
_WORD = re.compile(r"[\u3400-\u9fffa-z0-9.%]+")
_SHORTEST = 2


def term_weight(word: str) -> float:
    """Return the weight of a lower-case word, 0 (says nothing) to 1."""
    return _weights().get(word, UNSEEN)


@lru_cache(maxsize=1)
def _weights() -> Mapping[str, float]:
    lines = _table().decode().splitlines()
    rows = (line.split("\t") for line in lines if not line.startswith("#"))
    return {word: int(weight) / _SCALE for word, weight in rows}


def _table() -> bytes:
    """Return the table as it ships.

    Raises:
        ModelRefusedError: If it is missing, cut or altered: events would be grouped otherwise than measured.
    """
    told = TERM_WEIGHTS.with_suffix(".json")
    try:
        digest = json.loads(told.read_text(encoding="utf-8"))["sha256"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise _refused(f"{told} cannot be read as a manifest: {error!r}") from error
    raw = TERM_WEIGHTS.read_bytes() if TERM_WEIGHTS.is_file() else b""
    found = hashlib.sha256(raw).hexdigest() if raw else None
    if found != digest:
        raise _refused(f"{TERM_WEIGHTS}: the manifest names sha256 {digest!r}, here is {found!r}")
    return raw


def _refused(sentence: str) -> Exception:
    # Only where it is needed: the models' libraries have no place in what only looks up words.
    from analysis.tiers.linear import ModelRefusedError

    return ModelRefusedError(sentence)


def is_term(word: str) -> bool:
    """Tell whether a lower-case word counts: two signs or more, letters, figures and Chinese only."""
    return len(word) >= _SHORTEST and _WORD.fullmatch(word) is not None


def salient_terms(tokens: Iterable[str], limit: int) -> dict[str, float]:
    """Return the `limit` heaviest words among `tokens` with their weights, a repeated word counting up to double.

    Single characters and tokens with punctuation are left out. Ties are broken by the word, so that the result does
    not depend on the order of the tokens.
    """
    counts: dict[str, int] = {}
    for token, count in Counter(tokens).items():
        word = _term(token)
        if word:
            counts[word] = counts.get(word, 0) + count
    weighed = [(-term_weight(word) * min(2.0, 1.0 + 0.25 * (count - 1)), word) for word, count in counts.items()]
    weighed.sort()
    return {word: round(-weight, 3) for weight, word in weighed[:limit] if weight < 0}


@lru_cache(maxsize=1 << 15)
def _term(token: str) -> str:
    """Return the word of a token, empty where it is none; news has few words that it does not repeat."""
    word = token.lower()
    return word if is_term(word) else ""
