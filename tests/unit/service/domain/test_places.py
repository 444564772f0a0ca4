import pytest

from service.domain.places import apart, counted_place, join_places, place_beside, places_of, places_told


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


@pytest.mark.parametrize(
    ("places", "line"),
    [
        (
            ["江西省赣州市于都县", "江西省赣州市于都县罗坳镇", "江西省赣州市于都县禾丰镇"],
            "江西省赣州市于都县、罗坳镇、禾丰镇",
        ),
        (["江西省赣州市于都县罗坳镇", "江西省赣州市于都县"], "江西省赣州市于都县、罗坳镇"),
        (["江西省赣州市于都县", "江西省南昌市", "江西省赣州市南康区"], "江西省赣州市于都县、南康区、南昌市"),
        (["江西省景德镇市昌江区", "江西省景德镇市乐平市"], "江西省景德镇市昌江区、乐平市"),
        (["湖北省荆州市沙市区", "湖北省荆州市荆州区"], "湖北省荆州市沙市区、荆州区"),
        (["北京市朝阳区", "吉林省长春市朝阳区"], "北京市朝阳区、吉林省长春市朝阳区"),
        (["内蒙古自治区", "广西壮族自治区南宁市", "内蒙古自治区包头市"], "内蒙古自治区、包头市、广西壮族自治区南宁市"),
        (["江西省", "江西省赣州市", "江西省"], "江西省、赣州市"),
        (["赣州", "全省", "省外"], "赣州、全省、省外"),
        ([], ""),
    ],
)
def test_a_unit_above_several_places_is_written_once_and_places_of_one_city_stand_together(
    places: list[str], line: str
) -> None:
    assert join_places(places) == line


@pytest.mark.parametrize(
    ("title", "place", "said"),
    [
        ("江西多名患者输液后寒战", "江西省", ""),
        ("江西多名患者输液后寒战", "江西省赣州市于都县", "赣州市于都县"),
        ("江西于都多名患者输液后寒战", "江西省赣州市于都县", ""),
        ("赣州：多名患者输液后寒战", "江西省赣州市", ""),
        ("吉安市通报一起用药事件", "江西省吉安市吉安县", "江西省吉安县"),
        ("丰城市一美容店多人红肿", "江西省宜春市丰城市剑光街道", "江西省宜春市"),
        ("剑光街道一美容店多人红肿", "江西省宜春市丰城市剑光街道", ""),
        ("宜春一美容店多人红肿", "江西省宜春市丰城市剑光街道", "江西省丰城市剑光街道"),
        ("城里多名患者输液后寒战", "山西省晋城市城区", "山西省晋城市城区"),
        ("多名患者输液后寒战", "江西省赣州市于都县", "江西省赣州市于都县"),
        ("多名患者输液后寒战", "", ""),
    ],
)
def test_beside_a_title_stands_of_a_place_only_what_the_title_does_not_say(title: str, place: str, said: str) -> None:
    assert place_beside(title, place) == said


@pytest.mark.parametrize(
    ("named", "own", "places", "counted"),
    [
        (("110000", "360731", "360100"), None, ("110000", "360731", "360100"), "3607"),
        (("110000", None, "110000"), "360100", ("110000",), "1100"),
        ((None,), "360731", ("360731",), "3607"),
        (("36",), None, ("36",), "36"),
        ((), None, (), ""),
    ],
)
def test_a_document_is_of_all_places_it_names_and_counts_once_under_the_first_of_the_province(
    named: tuple[str | None, ...], own: str | None, places: tuple[str, ...], counted: str
) -> None:
    assert places_of(named, own) == places
    assert counted_place(places) == counted


def test_a_place_within_another_is_no_second_place() -> None:
    told = ("江西省赣州市", "江西省赣州市于都县", "湖北省武汉市", "江西省赣州市")
    assert apart(told) == ("江西省赣州市", "湖北省武汉市")
    assert apart(()) == ()
