"""Rows written and read a column at a time: the same rows as the library writes and reads, wrong shapes refused."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import Connection, bindparam, create_engine, insert, select

from analysis.assessment import Assessment, CategoryScore, Level, PossibleRisk, Tone
from service.storage.bulk import ROWS_AT_ONCE, Same, columns_of, execute_columns, fetch_rows
from service.storage.columns import dump_json
from service.storage.dialects import upsert
from service.storage.rows import dump_assessment, load_assessment, search_document_of
from service.storage.schema import rollups

HOUR = datetime(2026, 3, 2, 8, tzinfo=UTC)
ADD = insert(rollups)


@pytest.fixture
def connection() -> Iterator[Connection]:
    engine = create_engine("sqlite://")
    with engine.begin() as opened:
        rollups.create(opened)
        yield opened
    engine.dispose()


def cell(category: str) -> dict[str, object]:
    return {
        "hour": HOUR,
        "source_class": "media",
        "category": category,
        "region": "",
        "level": 2,
        "tone": "neg",
        "count": 1,
    }


def test_rows_given_by_column_are_the_rows_that_the_library_writes(connection: Connection) -> None:
    execute_columns(connection, ADD, columns_of([cell("R01"), cell("R02")]))
    connection.execute(ADD, [cell("R03")])
    found = connection.execute(select(rollups).order_by(rollups.c.category)).mappings().all()
    assert [dict(row) for row in found] == [cell("R01"), cell("R02"), cell("R03")]


@pytest.mark.parametrize("count", [ROWS_AT_ONCE - 1, ROWS_AT_ONCE, 2 * ROWS_AT_ONCE, 2 * ROWS_AT_ONCE + 3])
def test_of_any_number_of_rows_each_is_written_once(connection: Connection, count: int) -> None:
    written = [cell(f"R{number:03}") for number in range(count)]
    execute_columns(connection, ADD, columns_of(written))
    found = connection.execute(select(rollups).order_by(rollups.c.category)).mappings().all()
    assert [dict(row) for row in found] == written


def test_many_rows_replace_those_of_the_same_keys_and_add_what_is_added_up(connection: Connection) -> None:
    keys = ("hour", "source_class", "category", "region", "level", "tone")
    rows = [cell(f"R{number:03}") for number in range(ROWS_AT_ONCE + 1)]
    for _ in range(2):
        upsert(connection, rollups, rows, keys=keys, add=("count",))
    assert connection.scalars(select(rollups.c.count)).all() == [2] * len(rows)


def test_rows_read_as_plain_rows_are_those_that_the_library_reads(connection: Connection) -> None:
    chosen = select(rollups).where(rollups.c.level == bindparam("level")).order_by(rollups.c.category)
    assert list(fetch_rows(connection, chosen, {"level": 2})) == []
    execute_columns(connection, ADD, columns_of([cell("R01"), cell("R02")]))
    read = connection.execute(chosen, {"level": 2}).all()
    assert list(fetch_rows(connection, chosen, {"level": 2})) == [tuple(row) for row in read]
    assert len(read) == 2


def test_one_value_for_all_rows_is_in_every_row(connection: Connection) -> None:
    columns = columns_of([cell("R01"), cell("R02")])
    execute_columns(connection, ADD, {**columns, "hour": Same(HOUR), "level": Same(1)})
    assert connection.execute(select(rollups.c.hour, rollups.c.level)).all() == [(HOUR, 1), (HOUR, 1)]


def test_no_rows_write_nothing(connection: Connection) -> None:
    execute_columns(connection, ADD, {name: [] for name in cell("R01")})
    assert connection.execute(select(rollups)).all() == []


def test_columns_of_two_lengths_and_columns_that_the_statement_does_not_know_are_refused(
    connection: Connection,
) -> None:
    columns = columns_of([cell("R01"), cell("R02")])
    with pytest.raises(ValueError, match="one length"):
        execute_columns(connection, ADD, {**columns, "count": [1]})
    with pytest.raises(ValueError, match="one length"):
        execute_columns(connection, ADD, {name: Same(value) for name, value in cell("R01").items()})
    with pytest.raises(ValueError, match="time zone"):
        execute_columns(connection, ADD, {**columns, "hour": Same(HOUR.replace(tzinfo=None))})


def blank(tokens: str) -> Assessment:
    return Assessment(
        document_id='a"b',
        level=Level.OFF_TOPIC,
        p_in_remit=1e-09,
        p_risk=0.000336,
        categories=(),
        severity=0,
        tone=Tone.NEUTRAL,
        entities=(),
        evidence=(),
        model="linear-x",
        tokens=tokens,
    )


@pytest.mark.parametrize("tokens", ["", '引号 " 与 \\ 斜杠', "换行\n与制表\t", "🐛 emoji", "\x00"])
def test_an_assessment_without_parts_is_written_as_every_other(tokens: str) -> None:
    plain = blank(tokens)
    written = dump_assessment(plain)
    assert load_assessment(written) == plain
    names = sorted(name for name in Assessment.__dataclass_fields__)
    assert written == dump_json({name: getattr(plain, name) for name in names})


@pytest.mark.parametrize("id_", ["a", '"tokens":"x', '"entities":[],', '{"categories":[],'])
@pytest.mark.parametrize("tokens", ["", "药 店", '引号 " 与', "斜杠 \\", '"tokens":"药"', "换行\n"])
def test_the_search_projection_reads_the_tokens_that_were_judged(id_: str, tokens: str) -> None:
    data = dump_assessment(replace(blank(tokens), document_id=id_))
    row = (1, id_, "题", "", None, "s", "article", 1, 0, 0, "neu", None, HOUR, None, None, data)
    found = search_document_of(row)
    assert (found.tokens, found.categories, found.products, found.regions) == (tokens, (), (), ())


def test_what_a_document_would_be_as_a_risk_is_kept() -> None:
    likely = Assessment(
        document_id="a",
        level=Level.IN_REMIT,
        p_in_remit=0.9,
        p_risk=0.4,
        categories=(CategoryScore(code="R14", p=0.6),),
        severity=0,
        tone=Tone.NEUTRAL,
        entities=(),
        evidence=(),
        model="linear-x",
        possible=PossibleRisk(categories=(CategoryScore(code="R01", p=0.7),), severity=3),
        tier="linear",
    )
    assert load_assessment(dump_assessment(likely)) == likely


def test_a_judgement_of_an_earlier_version_is_read() -> None:
    earlier = json.loads(dump_assessment(blank("词")))
    del earlier["possible"], earlier["tier"]
    assert load_assessment(json.dumps(earlier)) == blank("词")
