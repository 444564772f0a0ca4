"""The peer: the chain that tutorials teach, one text at a time.

Each model segments the text again with jieba inside a scikit-learn pipeline, keywords are looked for one by one with
`in`, and every row is a transaction of its own. It does less than the product: no entities with positions, no evidence,
no severity, no grouping, no alert decision, no audit. What both are given is the same: texts, training labels, words,
SQLite in WAL mode without waiting for the disk.

With `signed` it also signs each text as datasketch does, with arrays: the same shingles and as many numbers as the
product, so that the first tier is compared step by step.
"""

import hashlib
import logging
import sqlite3
import unicodedata
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from analysis.events.similarity import PERMUTATIONS, shingles
from tests.bench.texts import Labelled

__all__ = ["NaiveChain"]

_FILE = "naive.db"
_PRIME = np.uint64((1 << 61) - 1)
_MOST = np.uint64((1 << 32) - 1)
_SEED = 1


class NaiveChain:
    """Three trained pipelines (level, category, tone) and a list of keywords."""

    def __init__(self, training: Sequence[Labelled], keywords: Sequence[str]) -> None:
        """Train the three models."""
        with warnings.catch_warnings():
            # Its source has escapes that Python calls invalid, and it asks for setuptools' old interface.
            warnings.simplefilter("ignore")
            import jieba

        jieba.setLogLevel(logging.ERROR)
        jieba.initialize()
        self._cut = jieba.lcut
        self._keywords = tuple(keywords)
        texts = [row.text for row in training]
        labels = ([getattr(row, name) for row in training] for name in ("level", "category", "tone"))
        self._models = [self._fit(texts, column) for column in labels]
        draw = np.random.default_rng(_SEED).integers(1, int(_PRIME), size=(2, PERMUTATIONS), dtype=np.uint64)
        self._factors, self._offsets = draw

    def _fit(self, texts: Sequence[str], labels: Sequence[str]) -> Any:
        from sklearn.feature_extraction.text import TfidfVectorizer
        from sklearn.pipeline import make_pipeline
        from sklearn.svm import LinearSVC

        words = TfidfVectorizer(tokenizer=self._cut, token_pattern=None, lowercase=False, ngram_range=(1, 2))
        return make_pipeline(words, LinearSVC()).fit(texts, labels)

    def judge(self, text: str) -> list[str]:
        """Return level, category and tone."""
        return [str(model.predict([text])[0]) for model in self._models]

    def run(self, texts: Sequence[str], folder: Path, *, signed: Sequence[str] | None = None) -> None:
        """Clean, judge, look for keywords and store every text; given words in `signed`, look for those, and sign."""
        connection = sqlite3.connect(folder / _FILE)
        try:
            connection.executescript(
                "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF;"
                "CREATE TABLE post(id INTEGER PRIMARY KEY, text, level, category, tone, hits, signature);"
                "CREATE VIRTUAL TABLE words USING fts5(tokens, content='');"
            )
            for number, text in enumerate(texts):
                clean = unicodedata.normalize("NFKC", text).strip()
                sign = None if signed is None else self.sign(clean)
                self._take(connection, number, clean, signed or self._keywords, sign)
        finally:
            connection.close()

    def sign(self, text: str) -> bytes:
        """Return the least of each of 64 hashes over the shingles."""
        digests = (hashlib.sha1(shingle.encode(), usedforsecurity=False).digest() for shingle in shingles(text))
        hashed = np.array([int.from_bytes(digest[:4], "little") for digest in digests], dtype=np.uint64)
        numbers = (np.outer(hashed, self._factors) + self._offsets) % _PRIME & _MOST
        least: bytes = numbers.min(axis=0).astype(np.uint32).tobytes()
        return least

    def held(self, folder: Path) -> int:
        """Return how many texts the table holds."""
        connection = sqlite3.connect(folder / _FILE)
        try:
            return int(connection.execute("SELECT count(*) FROM post").fetchone()[0])
        finally:
            connection.close()

    def _take(
        self, connection: sqlite3.Connection, number: int, text: str, keywords: Sequence[str], sign: bytes | None
    ) -> None:
        judged = self.judge(text)
        hits = ",".join(word for word in keywords if word in text)
        connection.execute("INSERT INTO post VALUES (?,?,?,?,?,?,?)", (number, text, *judged, hits, sign))
        connection.execute("INSERT INTO words(rowid, tokens) VALUES (?,?)", (number, " ".join(self._cut(text))))
        connection.commit()
