"""The chain of acts: nothing of a row can be altered, left out or moved without the chain saying where."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta, timezone
from typing import Any

import pytest

from service.domain.audit import (
    GENESIS,
    START,
    AuditRow,
    ChainEnd,
    actor_of,
    actor_word,
    chain_hash,
    follow_chain,
    parse_row,
    row_line,
)
from tests.unit.service.domain.builders import HOUR, NOW

FACTS: dict[str, Any] = {
    "seq": 1,
    "at": NOW,
    "actor": "张三",
    "action": "alert.acknowledged",
    "subject": "alert:A1",
    "detail": {"revision": 2},
}


def chained(count: int) -> list[AuditRow]:
    rows: list[AuditRow] = []
    previous = GENESIS
    for seq in range(1, count + 1):
        facts = FACTS | {"seq": seq}
        rows.append(AuditRow(**facts, previous_hash=previous, hash=chain_hash(previous, **facts)))
        previous = rows[-1].hash
    return rows


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("seq", 2),
        ("at", NOW + timedelta(microseconds=1)),
        ("actor", "李四"),
        ("action", "alert.closed"),
        ("subject", "alert:A2"),
        ("detail", {"revision": 3}),
    ],
)
def test_the_hash_covers_every_part_of_a_row_and_the_hash_before_it(name: str, other: object) -> None:
    known = chain_hash(GENESIS, **FACTS)
    assert chain_hash(GENESIS, **FACTS | {name: other}) != known
    assert chain_hash("1" * 64, **FACTS) != known


def test_the_hash_is_the_same_in_every_time_zone_and_whatever_order_the_detail_has() -> None:
    beijing = FACTS | {"at": NOW.astimezone(timezone(8 * HOUR)), "detail": {"b": 1, "a": "撤"}}
    assert chain_hash(GENESIS, **beijing) == chain_hash(GENESIS, **FACTS | {"detail": {"a": "撤", "b": 1}})
    # Pinned: chains that were written before must go on being verified.
    assert chain_hash(GENESIS, **FACTS) == "2b189398de0c5a34f9b23dd5db24e57d96012c36f084c63d9538c14144002564"


def test_a_whole_chain_holds_and_says_where_it_ends() -> None:
    rows = chained(4)
    assert follow_chain(rows) == (None, ChainEnd(seq=4, hash=rows[3].hash))
    assert follow_chain(rows[2:], after=ChainEnd(seq=2, hash=rows[1].hash)) == (
        None,
        ChainEnd(seq=4, hash=rows[3].hash),
    )
    assert follow_chain([]) == (None, START)


@pytest.mark.parametrize(
    ("alter", "broken"),
    [
        (lambda rows: [rows[0], replace(rows[1], actor="李四"), *rows[2:]], 2),
        (lambda rows: [rows[0], *rows[2:]], 2),
        (lambda rows: [rows[1], rows[0], *rows[2:]], 1),
        (lambda rows: [*rows[:2], rows[1], *rows[2:]], 3),
        (lambda rows: [replace(rows[0], previous_hash="1" * 64), *rows[1:]], 1),
        (lambda rows: [*rows[:3], replace(rows[3], hash="1" * 64)], 4),
    ],
    ids=["altered", "left out", "exchanged", "told twice", "another beginning", "another hash"],
)
def test_the_first_row_that_does_not_follow_is_named(
    alter: Callable[[list[AuditRow]], list[AuditRow]], broken: int
) -> None:
    assert follow_chain(alter(chained(4)))[0] == broken


def test_a_row_rehashed_after_the_fact_breaks_the_next_one() -> None:
    rows = chained(3)
    facts = FACTS | {"seq": 2, "actor": "李四"}
    forged = AuditRow(**facts, previous_hash=rows[0].hash, hash=chain_hash(rows[0].hash, **facts))
    assert follow_chain([rows[0], forged, rows[2]]) == (3, ChainEnd(seq=2, hash=forged.hash))


def test_a_number_left_out_is_named_even_where_the_hashes_follow_each_other() -> None:
    first = chained(1)[0]
    facts = FACTS | {"seq": 3}
    skipping = AuditRow(**facts, previous_hash=first.hash, hash=chain_hash(first.hash, **facts))
    assert follow_chain([first, skipping])[0] == 2


def test_a_line_of_an_export_reads_back_as_the_row() -> None:
    row = replace(chained(1)[0], detail={"text": "半个代理对\ud83d", "none": None})
    assert parse_row(row_line(row).encode().decode()) == row


@pytest.mark.parametrize(
    "changed",
    [
        *({name: 1} for name in ("actor", "action", "subject", "previous_hash", "hash", "at")),
        {"detail": []},
        {"seq": "1"},
        {"seq": True},
        {"seq": 1.0},
        {"at": "2026-11-25T06:32:00"},
        {"at": "昨天"},
        {"extra": 1},
    ],
    ids=str,
)
def test_a_line_that_is_no_row_is_refused(changed: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"audit|isoformat"):
        parse_row(json.dumps(json.loads(row_line(chained(1)[0])) | changed))


@pytest.mark.parametrize("line", ["[]", "1", "{}", "null", "没有"])
def test_what_is_no_object_of_a_row_is_refused(line: str) -> None:
    with pytest.raises(ValueError, match=r"audit export|Expecting"):
        parse_row(line)


@pytest.mark.parametrize(("actor", "word"), [("system", "系统"), ("cli", "命令行"), ("张三", "张三")])
def test_who_did_it_reads_in_chinese_and_is_found_by_that_word(actor: str, word: str) -> None:
    assert (actor_word(actor), actor_of(word)) == (word, actor)
