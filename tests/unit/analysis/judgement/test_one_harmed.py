import json
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from analysis.assess import MODELS, Analyser
from analysis.assessment import Level
from analysis.judgement.one_harmed import ENOUGH, ONE_HARMED, OneHarmed, asks_for_one, head_inputs, with_one_harmed
from analysis.training.data import PEOPLE_HARMED, file_hash
from tests.unit.analysis.reading_of import document, reading

QUALITY = Path(__file__).parents[3] / "quality"
VECTOR = np.zeros(512, dtype=np.float32)
# Told in no word of a list: no ailment, no person whom a pattern reads.
UNWORDED = "网购的祛疣药水点了三回,脚底板那一块现在像树皮一样硬邦邦地裂开,走路只能用脚后跟。"


@cache
def analyser() -> Analyser:
    return Analyser.load()


def test_one_person_counts_whose_harm_stands_in_no_list() -> None:
    told = analyser().assess([document("", UNWORDED)])[0]
    assert told.level is Level.RISK
    assert (told.facts["harmed"], told.facts["harmed_by"]) == (1, "whole")


def test_alone_in_a_batch_and_after_a_restart_the_count_is_the_same() -> None:
    others = [document("", text) for text in ("药店今天开业", "打了疫苗的三个孩子发烧住院")]
    batch = analyser().assess([others[0], document("", UNWORDED), others[1]])[1]
    assert batch == analyser().assess([document("", UNWORDED)])[0]
    assert batch == Analyser.load().assess([document("", UNWORDED)])[0]


def test_the_explanation_says_that_the_whole_text_was_read() -> None:
    one = document("", UNWORDED)
    assert ONE_HARMED in analyser().explain(one, analyser().assess([one])[0]).rules


def test_what_is_no_risk_has_nobody_counted_by_the_whole_text() -> None:
    for told in analyser().assess(
        [document("", text) for text in ("医保电子码今天崩了,排了四十分钟队才拿到药", "球队赢了")]
    ):
        assert told.level is not Level.RISK
        assert not told.facts.get("harmed")


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("", "打完针的5名患者昏迷"),
        ("", "输液后病人死亡"),
        ("网传打疫苗致人瘫痪系谣言", "县卫健委称此事不实。"),
        ("县药监局组织药品安全应急演练", "演练模拟一名患者用药后休克。"),
        ("", "不少患者用后觉得脸不是自己的"),
    ],
)
def test_a_text_that_counts_refutes_plays_or_tells_of_several_is_not_asked(title: str, text: str) -> None:
    assert not asks_for_one(reading(title, text))


def test_a_text_in_which_nobody_was_counted_is_asked() -> None:
    assert asks_for_one(reading("", UNWORDED))


def test_the_head_reads_the_vector_the_points_of_the_card_and_whether_there_are_any() -> None:
    weighed, silent = (
        head_inputs(VECTOR, reading("", "涂了药膏后我的脸红肿")),
        head_inputs(VECTOR, reading("", "药店开业")),
    )
    assert len(weighed) == len(silent) == len(VECTOR) + 2
    assert weighed[-2] > 0
    assert (weighed[-1], silent[-2], silent[-1]) == (0, -1, 1)


@pytest.mark.parametrize(("beyond", "told"), [(0.01, True), (-0.01, False)])
def test_one_counts_from_enough_on(beyond: float, told: bool) -> None:
    head = OneHarmed.of({"weights": [0.0] * 514, "bias": ENOUGH + beyond})
    assert head.tells_one(VECTOR, reading("", "药店开业")) is told


def test_the_facts_say_by_what_the_one_was_counted_and_keep_the_rest() -> None:
    assert dict(with_one_harmed({"harmed": 0, "rumour": True})) == {"harmed": 1, "harmed_by": "whole", "rumour": True}


def test_the_head_was_fitted_on_the_annotated_texts_that_lie_here() -> None:
    head = json.loads((MODELS / "manifest.json").read_text(encoding="utf-8"))["second"]["one_harmed"]
    written = {name: digest for name, digest in head["trained_on"].items() if name.startswith("written/")}
    assert written == {name: file_hash(PEOPLE_HARMED.parents[1] / name) for name in written}
    assert len(written) == 3


def test_no_text_that_is_kept_apart_teaches_the_head() -> None:
    kept = ("n3-", "n5-", "h2-", "j1-")
    rows = [json.loads(line) for line in PEOPLE_HARMED.read_text(encoding="utf-8").splitlines()]
    assert not [row["id"] for row in rows if row["id"].startswith(kept)]
    apart = {
        row["text"]
        for path in sorted(QUALITY.glob("*_documents.jsonl"))
        for row in map(json.loads, path.read_text(encoding="utf-8").splitlines())
        if row["id"].startswith(kept)
    }
    assert len(apart) > 400
    assert not apart & {row["text"] for row in rows}
