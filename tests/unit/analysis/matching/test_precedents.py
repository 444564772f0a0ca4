"""What readers named for like texts: what it adds to the table of situations, and what it may not override."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy import sparse

from analysis.matching.precedents import Precedents, fingerprint_of_row
from analysis.matching.recognition import Head, Pooled, Recogniser, count_query, load_recogniser
from analysis.matching.retrieval import Counsel
from analysis.matching.situations import Situations, parse_situations
from analysis.tiers.linear import Weighting
from analysis.training.data import read_article_labels
from analysis.training.precedents import FOLDS, Read, fit_precedents, fold_of
from tests.unit.analysis.matching.test_retrieval import INDEX, NEW, SITUATIONS, TABLE, TODAY, document, judged

PLAIN, OTHER = "药店卖过期药", "面膜的一则广告"
FIRST, SECOND, THIRD = (f"{NEW}#第{n}条" for n in "一二三")


def small_model(table: Situations = SITUATIONS) -> Recogniser:
    """Return a model that finds both rows equally likely, and the first article worth most wherever 过期药 is sold."""
    counts = count_query([(PLAIN, ""), (OTHER, "")])
    weighting = Weighting.fit(counts, least_documents=1)
    size = len(weighting.buckets)
    precedents = Precedents(
        articles=(FIRST, SECOND, THIRD),
        usual=np.array([0.1, 0.1, 0.1], dtype=np.float32),
        weights=sparse.csr_matrix((size, 3), dtype=np.float32),
        rows=tuple(row.id for row in table.rows),
        by_row=np.array([[0.9, 0.0, 0.0], [0.0, 0.3, 0.0], [0.0, 0.0, 0.0]], dtype=np.float32),
        learned=tuple(map(fingerprint_of_row, table.rows)),
    )
    return Recogniser(weighting, ("expired",), sparse.csr_matrix((size, 1)), np.array([0.5]), None, precedents)


def found(
    title: str, table: Situations = SITUATIONS, model: Recogniser | None = None
) -> dict[str, tuple[str | None, str]]:
    counsel = Counsel(index=INDEX, situations=table, recogniser=model or small_model())
    matches = counsel.consult(document(title), judged("R02"), on=TODAY).matches
    return {one.article.key: (one.situation, one.why) for one in matches}


def test_what_readers_named_for_like_texts_comes_before_what_the_table_alone_would_put_first() -> None:
    assert next(iter(found(PLAIN, model=replace(small_model(), precedents=None)))) == THIRD
    assert next(iter(found(PLAIN))) == FIRST


def test_an_article_that_no_recognised_row_names_says_that_like_texts_cite_it() -> None:
    situation, why = found(PLAIN)[SECOND]
    assert (situation, why) == ("expired", "标注样本中情形相近的稿件常涉及此条")
    assert found(PLAIN)[THIRD] == ("expired", "过期药品应封存")


def test_a_row_that_is_hardly_met_does_not_say_why_an_article_is_offered_for_another_reason() -> None:
    model = small_model()
    weights = sparse.csr_matrix((model.weights.shape[0], 2))
    clear, unclear = (
        replace(model, rows=("expired", "ad"), weights=weights, intercepts=np.array([1.0, margin]))
        for margin in (1.3, 0.0)
    )
    assert found(PLAIN, model=clear)[SECOND] == ("ad", "广告应真实")
    assert found(PLAIN, model=unclear)[SECOND] == ("expired", "标注样本中情形相近的稿件常涉及此条")


def test_a_row_whose_articles_the_office_changed_is_not_overridden_by_what_was_learned_before() -> None:
    own = parse_situations(
        TABLE.replace("governs: [新法#3, 旧法#3], related: [新法#1]", "governs: [新法#2]"), "own.yaml"
    )
    assert next(iter(found(PLAIN, own))) == SECOND


def test_a_row_that_silences_the_others_stays_alone() -> None:
    row = "  - {id: abroad, alone: true, weight: 4, cues: [外国], governs: [], why: 发生在境外}\n"
    table = parse_situations(TABLE.replace("situations:\n", f"situations:\n{row}"), "table.yaml")
    model = small_model(SITUATIONS)
    assert (
        found(
            f"外国{PLAIN}",
            table,
            replace(
                model,
                rows=("abroad", "expired"),
                weights=sparse.csr_matrix((model.weights.shape[0], 2)),
                intercepts=np.array([2.0, 0.0]),
            ),
        )
        == {}
    )


def test_a_share_of_a_row_counts_by_what_is_known_of_it() -> None:
    model = small_model()
    assert model.precedents is not None
    expired, ad, _ = SITUATIONS.rows
    nothing = sparse.csr_matrix((1, model.weights.shape[0]))
    whole = model.precedents.worths(nothing, [(expired, 1.0)], {})
    half = model.precedents.worths(nothing, [(expired, 0.5), (replace(ad, governs=(FIRST,)), 0.5)], {})
    assert whole == pytest.approx({FIRST: 1.0, SECOND: 0.1, THIRD: 0.1})
    assert half == pytest.approx({FIRST: 0.5 * 0.55, SECOND: 0.05, THIRD: 0.05})


def test_what_the_encoder_read_counts_beside_characters_and_rows() -> None:
    model = small_model()
    head = Head("encoder-a", (SECOND,), np.zeros((1, 2)), np.zeros(1))
    read, other = (Pooled(name, np.zeros(2, dtype=np.float32)) for name in ("encoder-a", "encoder-b"))
    shares = [(SITUATIONS.rows[0], 1.0)]
    told = [
        replace(model, article_head=head).worths(model.features(PLAIN, ""), shares, pooled)
        for pooled in (read, other, None)
    ]
    assert told[0] == pytest.approx({**told[1], SECOND: told[1][SECOND] + 1.0})
    assert told[1] == told[2] == model.worths(model.features(PLAIN, ""), shares)


def test_a_saved_model_says_the_same(tmp_path: Path) -> None:
    made = small_model().precedents
    assert made is not None
    np.savez_compressed(tmp_path / "model.npz", **made.arrays())
    with np.load(tmp_path / "model.npz") as arrays:
        read = Precedents.of(arrays, made.articles, made.rows)
    nothing, shares = sparse.csr_matrix((1, made.weights.shape[0])), [(SITUATIONS.rows[0], 1.0)]
    assert read.worths(nothing, shares, {}) == pytest.approx(made.worths(nothing, shares, {}), abs=0.001)


def test_an_article_that_readers_named_for_texts_of_a_row_is_worth_more_there() -> None:
    texts = [((PLAIN, ""), {FIRST: 1.0}), ((OTHER, ""), {SECOND: 1.0})]
    read = [Read(query, f"event {n}", named) for n in range(6) for query, named in texts]
    model = replace(small_model(), precedents=None)
    fitted = replace(model, precedents=fit_precedents(read, SITUATIONS, model, lambda _: model))
    for title, article in ((PLAIN, FIRST), (OTHER, SECOND)):
        shares = [(row, 1.0) for row in SITUATIONS.rows if row.id == ("expired" if title == PLAIN else "ad")]
        worths = fitted.worths(fitted.features(title, ""), shares)
        assert max(worths, key=worths.__getitem__) == article


def test_texts_of_one_event_are_in_one_fold() -> None:
    folds = {fold_of(f"event {n}") for n in range(64)}
    assert folds == set(range(FOLDS))
    assert fold_of("event 1") == fold_of("event 1")


def test_the_shipped_model_knows_articles_that_readers_named() -> None:
    named = {article for articles in read_article_labels().values() for article in articles}
    precedents = load_recogniser().precedents
    assert precedents is not None
    assert precedents.articles
    assert set(precedents.articles) <= named


def test_what_an_article_is_worth_lies_between_nothing_and_governing() -> None:
    worths = [worth for articles in read_article_labels().values() for worth in articles.values()]
    assert all(0 < worth <= 1 for worth in worths)
