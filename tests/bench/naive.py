"""The peer: the chain that tutorials teach, one text at a time.

Each model segments the text again with jieba inside a scikit-learn pipeline, keywords are looked for one by one with
`in`, and every row is a transaction of its own. It does less than the product: no entities with positions, no evidence,
no severity, no grouping, no alert decision, no audit. What both are given is the same: texts, training labels, words,
SQLite in WAL mode without waiting for the disk.
"""

import logging
import sqlite3
import unicodedata
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.bench.texts import Labelled

__all__ = ["NaiveChain"]

_FILE = "naive.db"


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

    def _fit(self, texts: Sequence[str], labels: Sequence[str]) -> Any:
        from sklearn.feature_extraction.text import TfidfVectorizer
        from sklearn.pipeline import make_pipeline
        from sklearn.svm import LinearSVC

        words = TfidfVectorizer(tokenizer=self._cut, token_pattern=None, lowercase=False, ngram_range=(1, 2))
        return make_pipeline(words, LinearSVC()).fit(texts, labels)

    def judge(self, text: str) -> list[str]:
        """Return level, category and tone."""
        return [str(model.predict([text])[0]) for model in self._models]

    def run(self, texts: Sequence[str], folder: Path) -> None:
        """Clean, judge, look for keywords and store every text."""
        connection = sqlite3.connect(folder / _FILE)
        try:
            connection.executescript(
                "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF;"
                "CREATE TABLE post(id INTEGER PRIMARY KEY, text, level, category, tone, hits);"
                "CREATE VIRTUAL TABLE words USING fts5(tokens, content='');"
            )
            for number, text in enumerate(texts):
                self._take(connection, number, unicodedata.normalize("NFKC", text).strip())
        finally:
            connection.close()

    def held(self, folder: Path) -> int:
        """Return how many texts the table holds."""
        connection = sqlite3.connect(folder / _FILE)
        try:
            return int(connection.execute("SELECT count(*) FROM post").fetchone()[0])
        finally:
            connection.close()

    def _take(self, connection: sqlite3.Connection, number: int, text: str) -> None:
        judged = self.judge(text)
        hits = ",".join(word for word in self._keywords if word in text)
        connection.execute("INSERT INTO post VALUES (?,?,?,?,?,?)", (number, text, *judged, hits))
        connection.execute("INSERT INTO words(rowid, tokens) VALUES (?,?)", (number, " ".join(self._cut(text))))
        connection.commit()
