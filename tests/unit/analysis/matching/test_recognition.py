"""Recognising situations: what the learned model adds to the cues, and what it may not override."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy import sparse

from analysis.assessment import Level, PossibleRisk
from analysis.matching import recognition
from analysis.matching.grounds import grounds
from analysis.matching.recognition import Head, Pooled, Recogniser, count_query, load_recogniser
from analysis.matching.situations import load_situations, parse_situations
from analysis.tiers import features
from analysis.tiers.linear import ModelRefusedError, Weighting
from tests.unit.analysis.matching.test_retrieval import SITUATIONS, TABLE, judged

PLAIN = "药店卖过期药"


def small_model() -> Recogniser:
    counts = count_query([(PLAIN, ""), ("医院用错药", "")])
    weighting = Weighting.fit(counts, least_documents=1)
    weights = sparse.csr_matrix(np.linspace(-1, 1, 2 * len(weighting.buckets)).reshape(-1, 2))
    head = Head("encoder-a", ("a", "gone"), np.array([[1.0, -1.0, 0.5], [0.0, 0.0, 0.0]]), np.zeros(2))
    return Recogniser(weighting, ("a", "b"), weights, np.array([0.5, -0.5]), head)


class TestModel:
    def test_a_text_in_other_words_is_recognised_where_no_cue_stands_in_it(self) -> None:
        title = "两岁娃把外婆的降糖药吃了大半瓶洗胃抢救"
        margins = load_recogniser().margins(load_recogniser().features(title, ""))
        found = grounds(load_situations(), title, "", judged("R09"), margins)
        assert found.situations[0].id == "accident-child"

    def test_the_model_knows_only_rows_of_the_shipped_table(self) -> None:
        assert set(load_recogniser().rows) <= {row.id for row in load_situations().rows}

    def test_margins_do_not_depend_on_what_stands_far_down_in_a_text(self) -> None:
        recogniser, lead = load_recogniser(), "某药店的事。" * 40
        assert recogniser.margins(recogniser.features(PLAIN, lead)) == recogniser.margins(
            recogniser.features(PLAIN, lead + "医院")
        )

    def test_a_saved_model_says_the_same(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        made, seen = small_model(), Pooled("encoder-a", np.array([1.0, 2.0, 0.0], dtype=np.float32))
        manifest = {
            "format": recognition.FORMAT,
            "buckets": features.BUCKET_BITS,
            "rows": made.rows,
            "encoder": "encoder-a",
            "head_rows": ("a", "gone"),
            "head_articles": (),
        }
        path = tmp_path / "situations.npz"
        manifest["sha256"] = made.save(path)
        path.with_suffix(".json").write_text(json.dumps(manifest), encoding="utf-8")
        monkeypatch.setattr(recognition, "MODEL", path)
        loaded = load_recogniser.__wrapped__()
        for pooled in (None, seen):
            assert loaded.margins(loaded.features(PLAIN, ""), pooled) == pytest.approx(
                made.margins(made.features(PLAIN, ""), pooled), abs=0.05
            )

    def test_what_the_encoder_read_counts_beside_the_characters(self) -> None:
        made = small_model()
        towards, away = (Pooled("encoder-a", np.array(v, dtype=np.float32)) for v in ([5, 0, 0], [-5, 0, 0]))
        assert made.margins(made.features(PLAIN, ""), towards)["a"] > made.margins(made.features(PLAIN, ""), away)["a"]

    def test_the_shares_of_rows_are_those_of_a_softmax_and_rows_that_nobody_knows_are_left_out(self) -> None:
        made, seen = small_model(), Pooled("encoder-a", np.array([2.0, 0.0, 0.0], dtype=np.float32))
        assert made.head is not None
        assert made.head.shares(seen) == pytest.approx({"a": 0.881, "gone": 0.119}, abs=0.001)
        assert set(made.margins(made.features(PLAIN, ""), seen)) == {"a", "b"}

    def test_the_vector_of_another_encoder_is_left_aside(self) -> None:
        made, other = small_model(), Pooled("encoder-b", np.array([5, 0, 0], dtype=np.float32))
        assert made.margins(made.features(PLAIN, ""), other) == made.margins(made.features(PLAIN, ""))

    def test_arrays_that_the_manifest_does_not_name_are_refused(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        path = tmp_path / "situations.npz"
        shutil.copy(recognition.MODEL, path)
        manifest = json.loads(recognition.MODEL.with_suffix(".json").read_text(encoding="utf-8"))
        path.with_suffix(".json").write_text(json.dumps(manifest | {"sha256": "0"}), encoding="utf-8")
        monkeypatch.setattr(recognition, "MODEL", path)
        with pytest.raises(ModelRefusedError, match="sha256"):
            load_recogniser.__wrapped__()


class TestWeighing:
    def test_a_learned_row_stands_before_a_cue_and_both_are_told(self) -> None:
        found = grounds(SITUATIONS, PLAIN, "", judged("R02"), {"ad": 1.0, "expired": -0.6})
        assert [row.id for row in found.situations[:2]] == ["ad", "expired"]

    def test_a_row_that_the_model_never_learned_speaks_by_its_cues(self) -> None:
        own = TABLE.replace(
            "modifiers:", "  - {id: own, weight: 2, cues: [小药箱], governs: [新法#2], why: 本局自订}\nmodifiers:"
        )
        table = parse_situations(own, "mine.yaml")
        found = grounds(table, "小药箱活动", "", None, {"ad": -0.5, "expired": -0.5})
        assert found.situations[0].id == "own"

    def test_a_row_that_the_table_no_longer_has_is_ignored(self) -> None:
        found = grounds(SITUATIONS, PLAIN, "", judged("R02"), {"gone": 9.0, "expired": 0.1})
        assert "gone" not in {ground.situation for ground in found.articles}

    def test_a_row_that_silences_the_others_must_be_told_by_a_cue(self) -> None:
        row = "  - {id: abroad, alone: true, cues: [外国], governs: [], why: 发生在境外}\n"
        table = parse_situations(TABLE.replace("situations:\n", f"situations:\n{row}"), "table.yaml")
        margins = {"abroad": 2.0, "expired": 0.0}
        assert grounds(table, PLAIN, "", judged("R02"), margins).articles
        assert not grounds(table, f"外国{PLAIN}", "", judged("R02"), margins).articles

    def test_nothing_is_recognised_where_every_row_is_unlikely(self) -> None:
        found = grounds(SITUATIONS, "药店开业", "", None, {"ad": -1.4, "expired": -1.2})
        assert (found.articles, found.situations) == ((), ())

    def test_a_text_judged_off_topic_needs_a_likelier_row(self) -> None:
        aside, unsure = replace(judged(), level=Level.OFF_TOPIC), {"ad": -0.6, "expired": -0.7}
        assert grounds(SITUATIONS, "一则消息", "", judged(), unsure).articles
        assert not grounds(SITUATIONS, "一则消息", "", aside, unsure).articles
        assert grounds(SITUATIONS, "一则消息", "", aside, {"ad": -0.2, "expired": -0.7}).articles

    def test_a_text_that_may_be_a_risk_after_all_is_matched_like_one(self) -> None:
        possible = PossibleRisk(categories=(), severity=2)
        aside, unsure = replace(judged(), level=Level.OFF_TOPIC, possible=possible), {"ad": -0.6, "expired": -0.7}
        assert grounds(SITUATIONS, "一则消息", "", aside, unsure).articles

    def test_a_learned_row_for_another_class_of_product_stands_behind_one_for_this_class(self) -> None:
        rows = "".join(
            f"  - {{id: {product}, products: [{product}], cues: [召回], governs: [新法#{n}], why: 本局自订}}\n"
            for n, product in ((1, "device"), (2, "cosmetic"))
        )
        table = parse_situations(TABLE.replace("situations:\n", f"situations:\n{rows}"), "table.yaml")
        assert table.product_of("面膜出了问题", "", None) == "cosmetic"
        found = grounds(table, "面膜出了问题", "", None, {"device": 0.2, "cosmetic": 0.0})
        assert [row.id for row in found.situations[:2]] == ["cosmetic", "device"]

    def test_what_usually_governs_the_category_comes_first_where_no_row_is_likely(self) -> None:
        unsure, sure = {"ad": -0.8, "expired": -0.85}, {"ad": 0.3, "expired": -0.85}
        (fallback,) = (row.id for row in SITUATIONS.rows if not row.cues)
        first = [grounds(SITUATIONS, "一则消息", "", judged("R02"), m).situations[0].id for m in (unsure, sure)]
        assert first == [fallback, "ad"]

    def test_two_likely_rows_share_the_first_places(self) -> None:
        found = grounds(SITUATIONS, "一则消息", "", None, {"ad": 0.1, "expired": 0.1})
        assert {ground.situation for ground in found.articles[:3]} == {"ad", "expired"}
