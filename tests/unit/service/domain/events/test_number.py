import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.events.number import beginning_of, event_number


@given(st.text(alphabet="0123456789abcdef", min_size=19, max_size=19))
def test_the_number_of_an_event_is_nine_digits_that_lead_back_to_its_id(digits: str) -> None:
    number = event_number(f"e{digits}")
    assert len(number) == 11
    assert number.replace("-", "").isdecimal()
    assert beginning_of(number) == f"e{digits[:7]}"


def test_a_number_is_understood_however_its_digits_are_parted() -> None:
    assert event_number("ebdc46a607701a077e80") == "198-985-382"
    for said in ("198-985-382", "198 985 382", " 198985382 "):
        assert beginning_of(said) == "ebdc46a6"


@pytest.mark.parametrize(
    "said", ["", "198-984", "1989853820", "268-435-456", "999999999", "注射液", "198.985.382", "1-98985382"]
)
def test_what_is_no_number_of_an_event_leads_nowhere(said: str) -> None:
    assert beginning_of(said) is None


def test_an_id_that_the_program_did_not_make_stands_for_itself() -> None:
    assert event_number("20261125-03") == "20261125-03"
