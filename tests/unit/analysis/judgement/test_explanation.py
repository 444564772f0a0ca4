"""What spoke for and against a risk: features with their places, what goes with a term, and what is enough to go."""

from collections import Counter
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.assess import Analyser
from analysis.assessment import Assessment, Explanation, Level
from analysis.judgement.explanation import MOST_TERMS, Hearing, explanation_row, guards_of, without
from analysis.lexicon import load_lexicon
from analysis.tiers.feature_places import place_features
from analysis.tiers.features import BLOCKS, count_features
from crawlers.records import Document
from tests.unit.analysis.reading_of import document, reading
from tests.unit.analysis.test_assess import TEXTS

_OF_FORM = 5


@cache
def analyser() -> Analyser:
    return Analyser.load()


def explained(title: str, text: str = "") -> tuple[Document, Assessment, Explanation]:
    of = document(title, text)
    (assessment,) = analyser().assess([of])
    return of, assessment, analyser().explain(of, assessment)


@given(TEXTS, TEXTS)
def test_features_have_places_and_every_place_is_of_a_feature(title: str, text: str) -> None:
    read = reading(title, text)
    counts, placed = count_features([read]), place_features(read)
    counted = set(zip(counts.block.tolist(), counts.bucket.tolist(), strict=True))
    found = set(zip(placed.block.tolist(), placed.bucket.tolist(), strict=True))
    assert found <= counted
    # Counts of form stand nowhere.
    assert len(counted - found) <= _OF_FORM
    assert (placed.start < placed.end).all()
    assert (placed.end <= len(read.head)).all()


@given(TEXTS)
def test_the_shares_of_a_feature_are_the_whole_feature(title: str) -> None:
    placed = place_features(reading(title))
    whole: Counter[tuple[int, int]] = Counter()
    for block, bucket, share in zip(placed.block.tolist(), placed.bucket.tolist(), placed.share.tolist(), strict=True):
        whole[block, bucket] += share
    cues = BLOCKS.index("cues")
    assert all(total == pytest.approx(1.0) for (block, _), total in whole.items() if block != cues)
    assert all(total >= 1.0 - 1e-9 for total in whole.values())


def test_a_loss_is_what_the_decision_loses_with_the_term() -> None:
    title = "女子注射水光针后面部流脓"
    model, read = analyser().model, reading(title)
    column = model.labels.index("risk")
    before = model.decide(count_features([read]))[0, column]
    for term in ("水光针", "流脓"):
        start = title.index(term)
        after = model.decide(count_features([reading(title.replace(term, ""))]))[0, column]
        (loss,) = Hearing(read, model).losses([[(start, start + len(term))]])
        # The cut makes new neighbours, and changes the counts of form; that is all that the sum does not know.
        assert loss == pytest.approx(before - after, abs=0.75)
        assert loss > 0


def test_what_was_taken_out_is_lost_no_second_time() -> None:
    read = reading("药店卖错药致孩子住院")
    hearing = Hearing(read, analyser().model)
    assert abs(hearing.losses([[(0, 2)]])[0]) > 0
    hearing.take_out([(0, 2)])
    assert np.allclose(hearing.losses([[(0, 2)]]), 0)


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("药店卖过期药被投诉", "顾客称买到的感冒灵已过期三个月。"),
        ("多名孩子被接种过期疫苗", "家长发现接种的水痘疫苗已过有效期。"),
        ("网红面霜检出激素 用后烂脸", "多名消费者使用后脸部红肿。"),
    ],
)
def test_without_the_terms_that_are_enough_it_is_no_risk(title: str, text: str) -> None:
    of, assessment, explanation = explained(title, text)
    assert assessment.level is Level.RISK
    assert explanation.enough is not None
    assert 1 <= explanation.enough <= len(explanation.terms_for) <= MOST_TERMS
    places = [place for term in explanation.terms_for[: explanation.enough] for place in term.places]
    fields = {"title": of.title, "text": of.text}
    assert all(fields[term.places[0][0]][slice(*term.places[0][1:])] == term.text for term in explanation.terms_for)
    (after,) = analyser().assess([_cut(of, places)])
    assert after.level is not Level.RISK


def _cut(of: Document, places: list[tuple[str, int, int]]) -> Document:
    texts = {"title": of.title, "text": of.text}
    for name, start, end in sorted(places, reverse=True):
        texts[name] = texts[name][:start] + texts[name][end:]
    return document(texts["title"] or " ", texts["text"])


def test_a_floor_rule_is_named_and_its_words_are_tried() -> None:
    _, assessment, explanation = explained("接种过期疫苗")
    assert assessment.level is Level.RISK
    assert explanation.rules == ("vaccine_harm",)
    assert explanation.enough is not None


def test_a_guard_that_spoke_is_named_with_its_phrase() -> None:
    assert ("figure_of_speech", "后悔药") in guards_of(reading("世上没有后悔药"), load_lexicon())


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("药商囤积防风当归 被约谈后放货", "多地药市单品种三个月涨价200%，商务与市场监管部门联合约谈"),
        ("减脂仪宣称躺着瘦十斤被罚", ""),
        ("新买的注射器有股鱼腥味", ""),
    ],
)
def test_what_speaks_for_a_risk_is_not_told_to_speak_against_it(title: str, text: str) -> None:
    _, _, said = explained(title, text)
    places = {(name, at) for term in said.terms_for for name, start, end in term.places for at in range(start, end)}
    assert places
    assert not [
        term.text
        for term in said.terms_against
        if places & {(name, at) for name, start, end in term.places for at in range(start, end)}
    ]


def test_what_names_nothing_of_the_field_is_said_to_be_unread() -> None:
    _, _, explanation = explained("今天北京下雪了")
    assert (explanation.decided_by, explanation.terms_for, explanation.enough) == ("unread", (), 0)


def test_a_document_of_the_remit_has_terms_and_nothing_has_to_go() -> None:
    _, assessment, explanation = explained("国产创新药获批上市", "这款国产新药附条件获批上市。")
    assert assessment.level is Level.IN_REMIT
    assert explanation.enough == 0
    assert explanation.terms_for or explanation.terms_against
    assert all(term.weight < 0 for term in explanation.terms_against)


def test_a_document_of_nothing_but_its_terms_can_be_taken_out_whole() -> None:
    of = document("假疫苗")
    assert without(of, reading("假疫苗"), [(0, 3)]).title == " "


@settings(max_examples=8)
@given(TEXTS, TEXTS)
def test_any_text_is_explained_alike_each_time(title: str, text: str) -> None:
    of, assessment, explanation = explained(title, text)
    assert analyser().explain(of, assessment) == explanation
    row = explanation_row(explanation)
    assert set(row) == {"decided_by", "terms_for", "terms_against", "enough", "rules", "guards", "neighbours"}
    words = [term.text for term in (*explanation.terms_for, *explanation.terms_against)]
    assert all(words)
    assert len(explanation.terms_for) <= MOST_TERMS


def test_neighbours_are_shown_with_their_labels() -> None:
    _, _, explanation = explained("多名孩子被接种过期疫苗")
    if analyser().neighbours is not None:
        assert [one.level for one in explanation.neighbours] == [2, 2, 2]


@given(st.text(max_size=30))
def test_places_of_any_text_lie_in_it(text: str) -> None:
    read = reading(text or "药")
    assert (place_features(read).end <= len(read.head)).all()
