import math
from types import MappingProxyType

import pytest

from analysis.assessment import RISK_CATEGORIES, Level
from analysis.judgement.risk import RiskStack
from analysis.judgement.severity import SEVERITY_INPUTS, SEVERITY_LABELS, SeverityModel, severity_inputs
from analysis.judgement.signs import SEVERITY_SIGNS, Signs

NO_SIGNS = Signs(leading=MappingProxyType({}), severity=(0.0,) * len(SEVERITY_SIGNS))
FLAT = dict.fromkeys(SEVERITY_LABELS, 0.0)


def model(*chances: float) -> SeverityModel:
    """A model that gives these chances whatever it reads."""
    return SeverityModel(
        weights=((0.0,) * len(SEVERITY_INPUTS),) * len(chances), biases=tuple(math.log(chance) for chance in chances)
    )


@pytest.mark.parametrize(
    ("chances", "severity"),
    [
        ((0.1, 0.1, 0.6, 0.1, 0.1), 3),
        ((0.3, 0.1, 0.25, 0.15, 0.2), 3),
        ((0.2, 0.2, 0.25, 0.2, 0.15), 3),
        ((0.05, 0.05, 0.1, 0.25, 0.55), 5),
        ((0.5, 0.2, 0.1, 0.1, 0.1), 1),
    ],
)
def test_severity_is_the_median_of_its_chances(chances: tuple[float, ...], severity: int) -> None:
    assert model(*chances).severity(FLAT, {}, NO_SIGNS, ()) == severity


@pytest.mark.parametrize(
    ("chances", "severity"),
    [((0.3, 0.1, 0.2, 0.2, 0.2), 4), ((0.4, 0.05, 0.05, 0.1, 0.4), 4), ((0.3, 0.1, 0.21, 0.2, 0.19), 3)],
)
def test_a_grave_one_is_told_as_grave_before_it_is_the_likelier(chances: tuple[float, ...], severity: int) -> None:
    assert model(*chances).severity(FLAT, {}, NO_SIGNS, ()) == severity


def test_a_death_that_a_sentence_ties_to_a_product_is_the_gravest() -> None:
    assert model(0.9, 0.025, 0.025, 0.025, 0.025).severity(FLAT, {}, NO_SIGNS, ("product_death",)) == 5


def test_facts_of_harm_stand_where_their_names_say() -> None:
    facts = {"deaths": 1, "harmed": 12, "large_cluster": True, "vulnerable": True}
    read = dict(zip(SEVERITY_INPUTS, severity_inputs(FLAT, facts, NO_SIGNS), strict=True))
    assert {name for name, value in read.items() if value} == {"deaths", "cluster", "several harmed", "vulnerable"}


def stack() -> RiskStack:
    return RiskStack(
        risk_weights=(1.0,) * 5,
        risk_bias=0.0,
        remit_weights=(1.0,) * 5,
        remit_bias=0.0,
        risk_threshold=0.3,
        remit_threshold=0.5,
        category_scale=dict.fromkeys(RISK_CATEGORIES, (2.0, 0.0)),
        category_threshold=0.4,
        unread_risk=0.0,
        unread_remit=0.0,
    )


def test_a_sign_of_the_situation_makes_its_category_lead() -> None:
    decisions = dict.fromkeys(RISK_CATEGORIES, -2.0) | {"R01": 0.6, "R09": 0.4}
    plain = stack().categories(decisions, Level.RISK, 0.9, {})
    told = stack().categories(decisions, Level.RISK, 0.9, {"R09": 1.0})
    assert [score.code for score in plain] == ["R01", "R09"]
    assert [score.code for score in told] == ["R09", "R01"]
    # The leading one is told with the highest chance; the other keeps its own.
    assert {score.code: score.p for score in plain} == {"R01": plain[0].p, "R09": plain[1].p}
    assert [score.p for score in told] == [plain[0].p, plain[0].p]
