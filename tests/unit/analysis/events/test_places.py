import pytest

from analysis.events.places import PlaceRelation, are_apart, local_codes, mentioned_nations, relate_places


@pytest.mark.parametrize(
    ("a", "b", "relation"),
    [
        (set(), {"360100"}, PlaceRelation.UNKNOWN),
        ({"360124"}, {"360124"}, PlaceRelation.SAME),
        ({"360000"}, {"360124"}, PlaceRelation.IN_PROVINCE),
        ({"360124"}, {"360100"}, PlaceRelation.WITHIN),
        ({"360124102"}, {"360124"}, PlaceRelation.SAME),
        ({"360731101"}, {"360731105"}, PlaceRelation.SAME),
        ({"360731"}, {"360702"}, PlaceRelation.APART),
        ({"360124"}, {"360731"}, PlaceRelation.ELSEWHERE),
        ({"360000"}, {"360000"}, PlaceRelation.SAME_REGION),
        ({"360100"}, {"370100"}, PlaceRelation.ELSEWHERE),
        ({"JP"}, {"KR"}, PlaceRelation.ELSEWHERE),
        ({"JP"}, {"JP"}, PlaceRelation.SAME_REGION),
        ({"EU"}, {"DK"}, PlaceRelation.WITHIN),
        ({"JP"}, {"360000"}, PlaceRelation.APART),
        ({"360000", "JP"}, {"360731"}, PlaceRelation.IN_PROVINCE),
    ],
)
def test_places_agree_from_the_same_county_to_another_country(
    a: set[str], b: set[str], relation: PlaceRelation
) -> None:
    assert relate_places(a, b) is relation
    assert relate_places(b, a) is relation


def test_the_longest_country_name_is_read() -> None:
    assert mentioned_nations("印度尼西亚一药厂停产") == {"ID"}
    assert mentioned_nations("印度仿制药与日本原研药") == {"IN", "JP"}
    assert mentioned_nations("本市药店") == frozenset()


def test_local_codes_leave_out_provinces_and_countries_and_lift_towns_to_their_county() -> None:
    assert local_codes({"360000", "JP", "360124102", "360731"}) == ["360124", "360731"]


@pytest.mark.parametrize(
    ("a", "b", "apart"),
    [
        ({"360731"}, {"360702"}, True),
        ({"360735100"}, {"360735101"}, True),
        ({"360735100"}, {"360735"}, False),
        ({"360702"}, {"360700"}, False),
        ({"360733"}, {"360733", "360734"}, False),
        ({"360731"}, set(), False),
        ({"360124"}, {"360731", "360702", "360402"}, False),
    ],
)
def test_two_counties_of_a_city_and_two_towns_of_a_county_are_apart(a: set[str], b: set[str], apart: bool) -> None:
    assert are_apart(a, b) is apart
    assert are_apart(b, a) is apart
