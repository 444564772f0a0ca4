from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import pytest

from analysis.assessment import RISK_CATEGORIES, Tone
from analysis.judgement.second_tier import SECOND_INPUTS, Blend, SecondTier, load_second_tier, second_inputs
from analysis.tiers.encoder import ENCODER_LABELS, Encoder, EncoderUnavailableError, Encoding
from analysis.tiers.linear import ModelRefusedError
from analysis.training.second import fit_blend

NONE = dict.fromkeys((*RISK_CATEGORIES, "tone:neg", "tone:neu", "tone:pos"), 0.0)


def encoding(**raised: float) -> Encoding:
    values = dict.fromkeys(ENCODER_LABELS, 0.0) | {name.replace("_", ":"): v for name, v in raised.items()}
    return Encoding(np.array([values[label] for label in ENCODER_LABELS]), np.zeros(512, dtype=np.float32))


def tier(**changed: Any) -> SecondTier:
    given: dict[str, Any] = {
        "encoder": cast("Encoder", None),
        "least_remit": 0.01,
        "risk": Blend((0.0,) * 5 + (1.0, 0.0, 0.0, 0.0, 0.0), (0.0,)),
        "remit": Blend((0.0,) * 5 + (0.0, 0.0, 1.0, 0.0, 0.0), (0.0,)),
        "risk_threshold": 0.3,
        "remit_threshold": 0.5,
        "category": Blend((1.0, 1.0, 0.0, 0.0), (0.0,) * 13),
        "category_threshold": 0.5,
        "first": Blend((1.0, 0.0, 1.0, 1.0), (0.0,) * 13),
        "severity": Blend((1.0, 1.0), (0.0,) * 5),
        "tone": Blend((1.0, 1.0), (0.0,) * 3),
    }
    return SecondTier(**given | changed)


def test_the_chance_of_the_remit_is_never_below_that_of_a_risk() -> None:
    p_remit, p_risk = tier().probabilities(np.zeros(5), encoding(risk=2.0, remit=-3.0))
    assert p_remit == p_risk == pytest.approx(1 / (1 + np.exp(-2.0)))


def test_both_tiers_and_the_sign_say_which_category_leads() -> None:
    told = tier().categories(NONE | {"R01": 1.0}, encoding(first_R02=3.0), {"R01": 1.0})
    assert told[0].code == "R02"
    assert tier().categories(NONE | {"R01": 1.0}, encoding(first_R02=3.0), {"R01": 4.0})[0].code == "R01"
    assert {score.code for score in told} == set(RISK_CATEGORIES)


def test_the_leading_category_has_the_highest_chance_and_no_other_is_moved() -> None:
    plain = {s.code: s.p for s in tier().categories(NONE, encoding(R03=2.0, first_R03=1.0), {})}
    led = {s.code: s.p for s in tier().categories(NONE, encoding(R03=2.0, first_R03=1.0), {"R09": 5.0})}
    assert led == {**plain, "R09": plain["R03"]}


def test_severity_is_where_both_tiers_are() -> None:
    linear = [0.05, 0.1, 0.6, 0.2, 0.05]
    chances = tier().severity_chances(linear, encoding(severity_3=2.0))
    assert sum(chances) == pytest.approx(1)
    assert max(range(5), key=lambda n: chances[n]) == 2
    assert tier().severity_chances(linear, encoding(severity_5=9.0))[4] > 0.9


def test_the_tone_is_the_likeliest_after_its_bias() -> None:
    assert tier().tone_of(NONE | {"tone:neg": 1.0}, encoding()) is Tone.NEGATIVE
    assert tier(tone=Blend((1.0, 1.0), (0.0, 2.0, 0.0))).tone_of(NONE | {"tone:neg": 1.0}, encoding()) is Tone.NEUTRAL


def test_the_need_of_an_answer_is_the_encoders_word() -> None:
    assert tier().need_chance(encoding()) == 0.5
    assert tier().need_chance(encoding(need=3.0)) == pytest.approx(0.9526)


def test_inputs_of_one_row_are_those_of_the_row_among_others() -> None:
    rows: npt.NDArray[np.float64] = np.random.default_rng(1).normal(size=(7, len(ENCODER_LABELS))) * 9
    alone = np.array([second_inputs(row) for row in rows])
    assert alone.shape == (7, len(SECOND_INPUTS))
    assert np.isfinite(alone).all()
    assert second_inputs(rows) == pytest.approx(alone, abs=1e-12)


def test_a_model_without_a_second_tier_judges_with_the_first_alone(tmp_path: Any) -> None:
    assert load_second_tier({}, tmp_path) is None


def test_an_encoder_of_another_version_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    monkeypatch.setattr(Encoder, "load", lambda _: SimpleNamespace(identity="encoder-2"))
    with pytest.raises(ModelRefusedError, match="encoder-1, here is encoder-2"):
        load_second_tier({"second": {"encoder": "encoder-1"}}, tmp_path)


def test_where_the_libraries_are_missing_the_first_tier_judges_alone(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    def load(folder: Any) -> Encoder:
        raise EncoderUnavailableError(f"{folder}: none")

    monkeypatch.setattr(Encoder, "load", load)
    assert load_second_tier({"second": {"encoder": "encoder-1"}}, tmp_path) is None


def test_a_blend_finds_the_source_that_tells_and_the_class_that_is_common() -> None:
    rng = np.random.default_rng(2)
    truth = rng.choice(3, size=3000, p=[0.6, 0.3, 0.1])
    telling = np.eye(3)[truth] * 2 + rng.normal(size=(3000, 3))
    blend = fit_blend(np.stack((telling, rng.normal(size=(3000, 3))), axis=1), truth)
    assert blend.weights[0] > 1
    assert abs(blend.weights[1]) < 0.1
    assert blend.biases[0] > blend.biases[1] > blend.biases[2]
