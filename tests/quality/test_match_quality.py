"""Floors of policy matching on labelled pairs of items and governing articles, as `yaowang match` would be measured.

The table of situations was written from the laws and checked on items before July 2024; the floors are of the items
from then on. Measured when pinned: recall@5 0.60, hit@3 0.68, nDCG@10 0.56; BM25 alone finds 0.10.
"""

import math
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

import pytest

from analysis.assess import Analyser
from analysis.retrieval import ArticleIndex, match, split_articles
from analysis.situations import load_situations
from tests.quality.labelled import document_of, pinned, read_rows, read_table

pytestmark = pytest.mark.quality

FROM = "2024-07"
RECALL_AT_5, HIT_AT_3, NDCG_AT_10 = 0.54, 0.60, 0.52


@pytest.fixture(scope="module")
def analyser() -> Analyser:
    return Analyser.load()


@pytest.fixture(scope="module")
def index(shared_data: Path, analyser: Analyser) -> ArticleIndex:
    laws = sorted((shared_data / "law").glob("*.md"))
    articles = [a for law in laws for a in split_articles(law.read_text(encoding="utf-8"), law.stem)]
    return ArticleIndex(articles, analyser.segmenter.cut_for_search)


def test_every_article_of_the_table_stands_in_a_law(index: ArticleIndex) -> None:
    rows = (*load_situations().rows, *load_situations().modifiers)
    named = {key for row in rows for key in (*row.governs, *row.related)}
    assert [key for key in sorted(named) if index.article(key, date(2025, 4, 19)) is None] == []


def test_every_article_of_every_law_is_found(index: ArticleIndex) -> None:
    assert len(index) == 1984


def test_governing_articles_come_first(shared_data: Path, analyser: Analyser, index: ArticleIndex) -> None:
    folder = shared_data / "attention"
    rows = read_table(pinned(folder / "policy_pairs.tsv", "dbb93c094617"))
    items = read_rows(pinned(folder / "train.jsonl", "4a2401ab9a4c"), pinned(folder / "dev.jsonl", "810b2a77f1b5"))
    pairs = {row[0]: row[1] for row in rows if row[1] != "NONE" and items[row[0]]["date"] >= FROM}
    documents = [document_of(items[item]) for item in pairs]
    scores = []
    for document, assessment in zip(documents, analyser.assess(documents), strict=True):
        found = match(document, assessment, index, on=document.happened_at.date())
        scores.append(_scores(_grades(pairs[document.id]), [m.article.key for m in found]))
    recall, hit, ndcg = (sum(column) / len(scores) for column in zip(*scores, strict=True))
    measured = f"recall@5 {recall:.3f} hit@3 {hit:.3f} nDCG@10 {ndcg:.3f}"
    assert recall >= RECALL_AT_5, measured
    assert hit >= HIT_AT_3, measured
    assert ndcg >= NDCG_AT_10, measured


def _grades(written: str) -> dict[str, int]:
    return {key: int(grade) for key, _, grade in (pair.rpartition("=") for pair in written.split(";"))}


def _scores(grades: Mapping[str, int], found: Sequence[str]) -> tuple[float, float, float]:
    """Recall of the governing articles in the first five, whether one is in the first three, and nDCG at ten."""
    governing = {key for key, grade in grades.items() if grade == 2} or set(grades)
    recall = len(governing & set(found[:5])) / min(5, len(governing))
    gain = sum((2 ** grades.get(key, 0) - 1) / math.log2(n + 2) for n, key in enumerate(found[:10]))
    best = sorted(grades.values(), reverse=True)[:10]
    return (
        recall,
        float(bool(governing & set(found[:3]))),
        gain / sum((2**g - 1) / math.log2(n + 2) for n, g in enumerate(best)),
    )
