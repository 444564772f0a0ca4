from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from service.domain.events.event import Event
from service.domain.matters.crossing import LEAST, EventTraits, MatterTraits, compare, symptoms_in, worth_comparing
from service.domain.matters.matter import Matter, MatterKind

NOW = datetime(2026, 11, 25, 6, 32, tzinfo=UTC)
DAY = timedelta(days=1)
MATTER = Matter(
    id="m1",
    kind=MatterKind.COMPLAINT,
    number="TS-1",
    source_id="drop-12345",
    title="使用清云注射液后寒战",
    received_at=NOW,
    taken_at=NOW,
    state_at=NOW,
)
SAID = MatterTraits(
    products=frozenset({"清云注射液"}),
    regions=frozenset({"360702"}),
    symptoms=frozenset({"寒战"}),
    categories=frozenset({"R01"}),
)
HAPPENED = EventTraits(
    id="e1",
    products=frozenset({"清云注射液"}),
    firms=frozenset({"清云制药"}),
    regions=frozenset({"360702", "360100"}),
    symptoms=frozenset({"寒战", "发热"}),
    categories=frozenset({"R01"}),
    marks=frozenset({"2509A17"}),
    first_at=NOW - 2 * DAY,
    last_at=NOW - DAY,
)


def changed(**given: Any) -> MatterTraits:
    return replace(SAID, **given)


@pytest.mark.parametrize(
    ("said", "score"),
    [
        (SAID, 90),
        (changed(regions=frozenset({"360703"})), 85),
        # Another city counts against it: one product may be one matter in two cities, an expired box in two shops is not.
        (changed(regions=frozenset({"440100"})), 55),
        (changed(regions=frozenset({"440100"}), symptoms=frozenset()), None),
        (changed(regions=frozenset({"360000"}), symptoms=frozenset()), 55),
        (changed(regions=frozenset(), symptoms=frozenset()), 55),
        (changed(regions=frozenset(), symptoms=frozenset(), categories=frozenset()), None),
        (changed(products=frozenset(), firms=frozenset({"清云制药"})), 80),
        (changed(firms=frozenset({"清云制药"}), batches=frozenset({"2509A17"})), 100),
        (changed(products=frozenset(), classes=frozenset({"清云注射液"})), 65),
        # Place, sign and kind of problem alone join what has nothing in common.
        (changed(products=frozenset()), None),
        (changed(products=frozenset({"别的注射液"})), None),
    ],
)
def test_the_score_counts_what_both_name(said: MatterTraits, score: int | None) -> None:
    found = compare(MATTER, said, HAPPENED, now=NOW)
    assert (found.score if found else None) == score
    assert found is None or found.score >= LEAST


def test_the_reasons_say_what_is_shared() -> None:
    found = compare(MATTER, SAID, HAPPENED, now=NOW)
    assert found is not None
    assert found.reasons == ("同一产品：清云注射液", "同一县区", "同样表现：寒战", "同类问题", "时间相近（3日内）")


@pytest.mark.parametrize(
    ("received", "found"),
    [
        (HAPPENED.first_at - 14 * DAY, True),
        (HAPPENED.first_at - 14 * DAY - timedelta(seconds=1), False),
        (HAPPENED.last_at + 14 * DAY, True),
        (HAPPENED.last_at + 14 * DAY + timedelta(seconds=1), False),
    ],
)
def test_beyond_fourteen_days_nothing_is_alike(received: datetime, *, found: bool) -> None:
    matter = replace(MATTER, received_at=received)
    assert (compare(matter, SAID, HAPPENED, now=NOW) is not None) is found


def test_a_record_that_was_grouped_into_the_event_is_that_event_whenever() -> None:
    found = compare(replace(MATTER, received_at=NOW - 90 * DAY), MatterTraits(event_id="e1"), HAPPENED, now=NOW)
    assert found is not None
    assert (found.score, found.reasons) == (100, ("研判时已归入该事件", "相隔88日"))


def test_only_pairs_that_share_a_name_are_worth_comparing() -> None:
    matters = [
        (MATTER, SAID),
        (MATTER, changed(products=frozenset({"别的药"}))),
        (MATTER, MatterTraits(event_id="e1")),
        (MATTER, changed(products=frozenset(), firms=frozenset({"清云制药"}))),
    ]
    assert worth_comparing(matters, [HAPPENED]) == {"e1": [0, 2, 3]}


def test_traits_survive_being_kept() -> None:
    kept = replace(MATTER, traits=SAID.as_json())
    assert MatterTraits.of(kept) == SAID
    assert MatterTraits.of(MATTER) is None


def test_an_events_traits_read_its_fields_and_the_words_of_its_sketch() -> None:
    event = Event(
        id="e1",
        title="多人输液后发热",
        first_at=NOW,
        last_at=NOW,
        known_at=NOW,
        document_count=1,
        source_count=1,
        severity=3,
        level="none",
        score=0.0,
        categories=("R01",),
        products=("清云注射液",),
        firms=(),
        regions=("360700",),
        sketch={"terms": {"寒战": 2.0, "医院": 1.0}, "marks": ["2509A17"]},
    )
    traits = EventTraits.of(event)
    assert traits.symptoms == {"发热", "寒战"}
    assert traits.marks == {"2509A17"}


def test_signs_of_harm_are_found_in_words_and_text() -> None:
    assert symptoms_in("宝宝用后起红疹", ["皮疹"]) == {"红疹", "皮疹"}
