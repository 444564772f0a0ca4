"""Sentences that rules have been wrong about or might be: each has to hold, whatever is gained by a rule elsewhere.

What must raise: deaths that are called a rumour by some and insisted on by others, deaths of an illness beside a product that
others died of too, harm beside a denial of those who are accused of it, devices that failed. What must not: who goes home, what
ends or is lost (没了), figures of speech, machines that are serviced, sold or praised, people who only came by. `3+` is at least,
`2-` at most, an empty figure may be any; `-` is no rule that raises. Nothing in them happened.
"""

from collections.abc import Sequence
from pathlib import Path

import pytest

from analysis.assess import Analyser
from analysis.assessment import Assessment
from analysis.judgement.rules import FLOOR_RULES
from tests.quality.labelled import document_of, read_table

pytestmark = pytest.mark.quality

ROWS = read_table(Path(__file__).with_name("told_against_the_rules.tsv"))


@pytest.fixture(scope="module")
def judged() -> Sequence[Assessment]:
    return Analyser.load().assess(
        [
            document_of({"id": f"s{number}", "date": "2026-03-01", "title": "", "text": row[5]})
            for number, row in enumerate(ROWS)
        ]
    )


@pytest.mark.parametrize("number", range(len(ROWS)), ids=[f"{row[0]}-{number}" for number, row in enumerate(ROWS)])
def test_a_sentence_raises_what_it_must_and_nothing_else(number: int, judged: Sequence[Assessment]) -> None:
    _, deaths, harmed, severity, floor, sentence = ROWS[number]
    found = judged[number]
    told = (int(found.facts.get("deaths") or 0), int(found.facts.get("harmed") or 0), found.severity)
    assert all(map(is_meant, (deaths, harmed, severity), told)), (sentence, told)
    raised = {one.rule for one in found.evidence} & FLOOR_RULES.keys()
    assert not floor or (not raised if floor == "-" else floor in raised), (sentence, raised)


def is_meant(wanted: str, number: int) -> bool:
    """Tell whether a number is what is wanted: 3, 3+, 2-, or anything where nothing is."""
    if not wanted:
        return True
    least, exact = wanted.removesuffix("+"), wanted.isdecimal()
    return number == int(wanted) if exact else number >= int(least) if "+" in wanted else number <= int(wanted[:-1])
