"""Whether a push is believed, fresh, new and within its rate."""

import hashlib
import hmac
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.documents.push import MAX_PER_MINUTE, PushFault, PushMemory, check_signature, remember, sign

NOW = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)
SECRET = b"0123456789abcdef0123456789abcdef"
STAMP = str(int(NOW.timestamp()))


def check(signature: str, *, timestamp: str = STAMP, body: bytes = b"{}", now: datetime = NOW) -> PushFault | None:
    return check_signature(SECRET, timestamp=timestamp, signature=signature, body=body, now=now)


def test_signature_is_what_any_hmac_library_makes() -> None:
    made = hmac.new(SECRET, STAMP.encode() + b".{}", hashlib.sha256).hexdigest()
    assert sign(SECRET, STAMP, b"{}") == f"sha256={made}"
    assert check(f"sha256={made}") is None


@pytest.mark.parametrize("signature", ["", "sha256=", "sha256=" + "0" * 64, "签名", "x" * 100])
def test_other_signature_is_not_believed(signature: str) -> None:
    fault = check(signature)
    assert fault is not None
    assert fault.status == 401


@given(body=st.binary(max_size=50), other=st.binary(max_size=50))
def test_signature_holds_for_its_own_body_only(body: bytes, other: bytes) -> None:
    assert (check(sign(SECRET, STAMP, body), body=other) is None) == (body == other)


@pytest.mark.parametrize("minutes", [-6, 6, -60 * 24])
def test_message_outside_five_minutes_is_refused_although_it_is_signed(minutes: int) -> None:
    fault = check(sign(SECRET, STAMP, b"{}"), now=NOW + timedelta(minutes=minutes))
    assert fault is not None
    assert "5 分钟" in fault.sentence


@pytest.mark.parametrize("timestamp", ["", "1e9", "١٢٣", "-1", "9" * 40, "2026-11-25T02:00:00Z"])
def test_timestamp_that_is_no_number_of_seconds_is_refused(timestamp: str) -> None:
    fault = check(sign(SECRET, timestamp, b"{}"), timestamp=timestamp)
    assert fault is not None
    assert fault.status == 401


def test_message_is_taken_once() -> None:
    first = remember(PushMemory({}), "s1", NOW)
    assert isinstance(first, PushMemory)
    again = remember(PushMemory.of(first.as_json()), "s1", NOW + timedelta(minutes=9))
    assert again == PushFault(409, "这一条推送已经收到过，没有重复入库。")


def test_memory_forgets_what_could_not_be_believed_anyway() -> None:
    first = remember(PushMemory({}), "s1", NOW)
    assert isinstance(first, PushMemory)
    later = remember(first, "s2", NOW + timedelta(minutes=11))
    assert isinstance(later, PushMemory)
    assert set(later.taken) == {"s2"}


def test_clock_that_was_set_back_keeps_no_partner_out() -> None:
    memory = PushMemory(
        {f"sha256={number}": (NOW + timedelta(days=400)).timestamp() for number in range(MAX_PER_MINUTE)}
    )
    taken = remember(memory, "sha256=new", NOW)
    assert isinstance(taken, PushMemory)
    assert set(taken.taken) == {"sha256=new"}


def test_pushes_of_a_minute_are_bounded() -> None:
    memory = PushMemory({})
    for number in range(MAX_PER_MINUTE):
        taken = remember(memory, f"s{number}", NOW + timedelta(milliseconds=number))
        assert isinstance(taken, PushMemory)
        memory = taken
    fault = remember(memory, "one more", NOW + timedelta(seconds=1))
    assert isinstance(fault, PushFault)
    assert fault.status == 429
    assert isinstance(remember(memory, "one more", NOW + timedelta(seconds=62)), PushMemory)
