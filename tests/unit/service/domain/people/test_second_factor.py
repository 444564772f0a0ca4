import base64
from datetime import UTC, datetime, timedelta

import pytest

from service.domain.people.person import Role
from service.domain.people.second_factor import Demand, fitting_step, is_demanded, otpauth_address

# RFC 6238, appendix B: the secret of the SHA-1 rows, and the last six of their eight digits.
SECRET = base64.b32encode(b"12345678901234567890").decode()
AT = datetime.fromtimestamp(1111111109, UTC)
CODE = "081804"
STEP = 1111111109 // 30


@pytest.mark.parametrize(
    ("seconds", "code"),
    [(59, "287082"), (1111111109, "081804"), (1111111111, "050471"), (1234567890, "005924"), (20000000000, "353130")],
)
def test_the_codes_are_those_of_the_standard(seconds: int, code: str) -> None:
    assert fitting_step(SECRET, code, datetime.fromtimestamp(seconds, UTC), after=0) == seconds // 30


@pytest.mark.parametrize(("steps", "fits"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_device_may_be_one_step_slow_or_fast_and_no_more(steps: int, fits: bool) -> None:
    found = fitting_step(SECRET, CODE, AT + timedelta(seconds=30 * steps), after=0)
    assert found == (STEP if fits else None)


def test_a_code_is_taken_once() -> None:
    assert fitting_step(SECRET, CODE, AT, after=STEP - 1) == STEP
    assert fitting_step(SECRET, CODE, AT, after=STEP) is None


@pytest.mark.parametrize("typed", ["081 804", " 081804 ", "081804\n", "０８１８０４"])
def test_blanks_and_full_width_digits_do_not_matter(typed: str) -> None:
    assert fitting_step(SECRET, typed, AT, after=0) == STEP


@pytest.mark.parametrize("typed", ["", "81804", "0818040", "08180x", "八一八零四二", "٠٨١٨٠٤x", "药", "\ud800"])
def test_anything_else_is_no_code(typed: str) -> None:
    assert fitting_step(SECRET, typed, AT, after=0) is None


@pytest.mark.parametrize(
    ("demand", "roles"),
    [
        (Demand.VOLUNTARY, set()),
        (Demand.ADMINISTRATORS, {Role.ADMINISTRATOR, Role.AUDITOR}),
        (Demand.ALL, set(Role)),
    ],
)
def test_the_setting_says_who_must_have_one(demand: Demand, roles: set[Role]) -> None:
    assert {role for role in Role if is_demanded(demand, role)} == roles


def test_a_device_lists_the_service_and_the_person() -> None:
    address = otpauth_address(SECRET, name="研判乙", issuer="药望")
    assert address.startswith("otpauth://totp/")
    assert f"secret={SECRET}" in address
