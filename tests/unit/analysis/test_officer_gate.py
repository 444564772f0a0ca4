"""The gate for models that learned from officers' labels, as a table."""

import pytest

from analysis.assessment import Level, Tone
from analysis.training.data import STREAM_SOURCE, Example
from analysis.training.officer_gate import Fall, Measured, Shift, compare
from analysis.training.officers import labels_hash, measures_chance, read_labels, split
from service.domain.learning.label import Label
from service.domain.learning.model_version import fall_sentence
from tests.builders import build_document

BEFORE = {
    "levels right": 30.0, "risks found": 12.0, "risk AP": 0.8, "risk loss": 0.5, "first categories right": 9.0,
    "severities within 1": 11.0, "tones right": 25.0,
}  # fmt: skip


def measured(documents: float = 40, risks: float = 15, **changed: float) -> Measured:
    metrics = BEFORE | {name.replace("_", " "): value for name, value in changed.items()}
    return Measured(int(documents), int(risks), metrics)


@pytest.mark.parametrize(
    ("after", "falls"),
    [
        ({"risk_loss": 0.4}, []),
        ({"levels_right": 31.0}, []),
        ({"levels_right": 31.0, "tones_right": 24.0}, []),
        ({}, ["no gain"]),
        ({"risk_loss": 0.49999}, ["no gain"]),
        ({"risks_found": 11.0, "risk_loss": 0.3}, ["risks found"]),
        ({"levels_right": 29.0, "risk_loss": 0.3}, ["levels right"]),
        ({"risk_AP": 0.78, "levels_right": 35.0}, ["risk AP"]),
        ({"risk_loss": 0.52, "levels_right": 35.0}, ["risk loss"]),
        ({"first_categories_right": 8.0, "risk_loss": 0.3}, ["first categories right"]),
        ({"severities_within 1": 10.0, "risk_loss": 0.3}, ["severities within 1"]),
        ({"tones_right": 23.0, "risk_loss": 0.3}, ["tones right"]),
    ],
)
def test_a_model_may_judge_only_where_nothing_got_worse_and_something_better(
    after: dict[str, float], falls: list[str]
) -> None:
    assert [fall.name for fall in compare(measured(), measured(**after))] == falls


def test_of_many_documents_one_in_a_hundred_may_change_between_remit_and_off_topic() -> None:
    before, after = measured(300, 90), measured(300, 90, levels_right=28.0, risks_found=14.0)
    assert compare(before, after) == ()


@pytest.mark.parametrize(("documents", "risks"), [(5, 3), (20, 1), (0, 0)])
def test_too_few_frozen_labels_say_nothing(documents: int, risks: int) -> None:
    (fall,) = compare(measured(documents, risks), measured(documents, risks, risk_loss=0.1))
    assert fall.name == "few labels"
    assert str(documents) in str(fall)


def test_a_model_that_judges_much_of_the_stream_otherwise_is_refused() -> None:
    better = measured(risk_loss=0.3)
    assert compare(measured(), better, Shift(1000, 80, 40, 38)) == ()
    assert compare(measured(), better, Shift(6, 5, 3, 3)) == ()
    (fall,) = compare(measured(), better, Shift(1000, 140, 40, 160))
    assert "14.0%" in str(fall)


@pytest.mark.parametrize(
    "name", ["few labels", "no gain", "too much change", "risk AP", "risks found", "tone macro-F1"]
)
def test_every_reason_is_told_in_both_languages(name: str) -> None:
    fall = Fall(name, 0.8, 0.7)
    assert str(fall).isascii()
    sentence = fall_sentence(fall.name, fall.before, fall.after)
    assert not sentence.isascii()
    assert name not in sentence


def example(number: int, group: str, *, asked: bool = True, text: str | None = None) -> Example:
    document = build_document(native=str(number), text=text or f"第 {number} 篇")
    said = Label(level=Level.RISK, categories=("R01",), severity=3, tone=Tone.NEGATIVE)
    (made,) = read_labels([(document, said, group, asked)])
    return made


def test_a_fifth_of_the_events_is_frozen_whole_and_stays_so() -> None:
    examples = [example(number, f"e{number // 3}") for number in range(900)]
    learned, frozen = split(examples)
    assert 0.15 < len(frozen) / 900 < 0.25
    assert not {one.event for one in learned} & {one.event for one in frozen}
    assert split(examples[::-1])[1] == frozen[::-1]
    assert {one.event for one in split(examples[:300])[1]} <= {one.event for one in frozen}


def test_the_text_of_a_frozen_document_is_not_learned_under_another_name() -> None:
    frozen = split([example(number, f"e{number}") for number in range(60)])[1][0]
    copies = [example(number, f"e{number}", text=frozen.document.text) for number in range(100, 200)]
    copy = next(one for one in copies if split([one])[0])
    assert split([frozen, copy]) == ([], [frozen])


def test_a_correction_is_no_measure_of_chance_and_a_question_is() -> None:
    assert measures_chance(example(1, "e"))
    corrected = example(1, "e", asked=False)
    assert not measures_chance(corrected)
    assert corrected.document.source_id == STREAM_SOURCE
    assert corrected.date == "2026-11-25"


def test_the_hash_of_labels_tells_what_is_said_of_which_text_whatever_the_order() -> None:
    one, other = example(1, "e"), example(2, "e")
    assert labels_hash([one, other]) == labels_hash([other, one])
    assert labels_hash([one]) != labels_hash([other])
