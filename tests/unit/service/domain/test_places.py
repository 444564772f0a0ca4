import pytest

from service.domain.places import places_told


@pytest.mark.parametrize(
    ("facts", "regions", "told"),
    [
        ({"places": ["于都县"]}, ("360731",), ("于都县",)),
        ({"places": []}, ("360731", "360700"), ("赣州",)),
        ({}, ("36", "430000"), ("全省", "省外")),
        ({}, ("",), ()),
    ],
)
def test_the_places_of_an_event_are_those_named_else_its_regions(
    facts: dict[str, list[str]], regions: tuple[str, ...], told: tuple[str, ...]
) -> None:
    assert places_told(facts, regions) == told
