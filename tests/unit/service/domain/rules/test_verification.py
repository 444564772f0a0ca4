"""What a check of the office vouches for: every word of the entry that it compared, and the text that it was compared with."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from service.domain.clocks.clock import ClockRole
from service.domain.policies.checks import Check, CheckVerdict
from service.domain.rules.register import Register
from service.domain.rules.verification import checked_register, entry_of, fingerprint, stem_of, words_of
from tests.unit.service.domain.builders import NOW, register

FACT, CLOCK = register().policies["GOV-17"], register().clocks["C-APP"]
DOCUMENT = FACT.document


@pytest.mark.parametrize(
    "changed",
    [
        {"articles": ("第九十九条",)},
        {"gist": "另一说法"},
        {"limit": "9wd"},
        {"duty": "另一义务"},
        {"publish": "另一公布"},
        {"document": replace(DOCUMENT, title="另一文件")},
        {"document": replace(DOCUMENT, valid_to=date(2030, 1, 1))},
    ],
    ids=lambda one: next(iter(one)),
)
def test_whatever_a_fact_says_is_vouched_for(changed: dict[str, Any]) -> None:
    assert fingerprint(replace(FACT, **changed)) != fingerprint(FACT)


@pytest.mark.parametrize(
    "changed",
    [
        {"role": ClockRole.WATCH},
        {"limit": "9wd"},
        {"limit": {1: "1d", 2: "3d"}},
        {"action": "另一事项"},
        {"policies": ("GOV-16",)},
        {"extend": None},
        {"repeat": True},
    ],
    ids=lambda one: next(iter(one)),
)
def test_whatever_a_clock_demands_is_vouched_for(changed: dict[str, Any]) -> None:
    assert fingerprint(replace(CLOCK, **changed)) != fingerprint(CLOCK)


@pytest.mark.parametrize(
    "changed",
    [
        {"title": "另一文件"},
        {"issue_number": "另一文号"},
        {"body": "另一机关"},
        {"issued": "2030-01-01"},
        {"valid_from": date(2030, 1, 1)},
        {"valid_to": date(2030, 1, 1)},
        {"superseded_by": "D9"},
    ],
    ids=lambda one: next(iter(one)),
)
def test_whatever_identifies_a_document_is_vouched_for(changed: dict[str, Any]) -> None:
    assert fingerprint(replace(DOCUMENT, **changed)) != fingerprint(DOCUMENT)


def test_how_well_it_is_known_and_when_people_are_told_is_not_part_of_what_is_vouched_for() -> None:
    assert fingerprint(replace(CLOCK, verified=not CLOCK.verified, warn_at=(10, 20))) == fingerprint(CLOCK)
    assert fingerprint(replace(FACT, sources=("X",))) == fingerprint(FACT)


def laid(subject: str, *, text_hash: str | None = None, stored: str | None = None, **given: Any) -> Register:
    entry = entry_of(register(), subject)
    assert entry is not None
    known = {"verdict": CheckVerdict.CONFIRMED, "fingerprint": fingerprint(entry), "text_hash": text_hash}
    check = Check(subject=subject, person="张三", at=NOW, note="已对照原文", **known | given)
    stem = stem_of(register(), entry)
    return checked_register(register(), {subject: check}, {stem: stored} if stem and stored else {})


@pytest.mark.parametrize(
    ("given", "outdated"),
    [
        ({}, False),
        ({"fingerprint": "other"}, True),
        ({"text_hash": "a", "stored": "a"}, False),
        ({"text_hash": "a", "stored": "b"}, True),
        ({"text_hash": "a"}, False),
        ({"stored": "b"}, False),
    ],
    ids=["as it was", "entry changed", "same text", "another text", "text gone", "no text then"],
)
@pytest.mark.parametrize("subject", ["fact:GOV-17", "clock:C-APP", f"document:{DOCUMENT.id}"])
def test_a_check_is_outdated_once_the_entry_or_its_text_is_another(
    subject: str, given: dict[str, Any], *, outdated: bool
) -> None:
    entry = entry_of(laid(subject, **given), subject)
    assert entry is not None
    assert entry.check is not None
    assert entry.check.outdated is outdated


def test_a_check_of_a_document_is_seen_at_its_facts_and_one_of_a_fact_where_categories_name_it() -> None:
    assert laid(f"document:{DOCUMENT.id}").policies["GOV-17"].document.check is not None
    name, rule = next((name, rule) for name, rule in register().categories.items() if rule.policies)
    fact = rule.policies[0].fact.id
    seen = laid(f"fact:{fact}")
    assert next(one.fact.check for one in seen.categories[name].policies if one.fact.id == fact) is not None
    general = register().general[0].fact.id
    assert laid(f"fact:{general}").general[0].fact.check is not None


@pytest.mark.parametrize("subject", ["fact:X-99", "clock:GOV-17", "other:GOV-17", "GOV-17", ""])
def test_what_names_no_entry_is_none(subject: str) -> None:
    assert entry_of(register(), subject) is None


def test_a_clock_is_checked_against_the_first_of_its_documents_whose_text_the_library_names() -> None:
    assert register().policies["GOV-06"].document.stem is None
    assert stem_of(register(), replace(CLOCK, policies=("GOV-06", "GOV-17"))) == DOCUMENT.stem
    assert stem_of(register(), replace(CLOCK, policies=("GOV-06",))) is None


def test_an_entry_is_named_by_its_key_and_words() -> None:
    assert [words_of(one) for one in (FACT, CLOCK, DOCUMENT)] == [
        f"GOV-17 {FACT.citation}",
        "C-APP 答复公开申请",
        f"《{DOCUMENT.title}》",
    ]


def test_checks_that_an_office_recorded_hold_after_an_update_of_the_program() -> None:
    """A stored check names this hash: another one would show every check of the office as outdated."""
    assert fingerprint(replace(DOCUMENT, body="某机关", issued="2019-04-03")) == (
        "0f283b8a5b6b2ce7574bac973b762651b4852450b9acafcba0e673d8933fc176"
    )


def test_the_order_in_which_a_file_names_recall_classes_is_no_change() -> None:
    one, other = ({1: "1d", 2: "3d", 3: "7d"}, {3: "7d", 1: "1d", 2: "3d"})
    assert fingerprint(replace(CLOCK, limit=one)) == fingerprint(replace(CLOCK, limit=other))
