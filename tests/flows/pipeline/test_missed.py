"""A risk that judgement missed and a person names: raised like any other, until the person takes it back, and by that alone."""

from collections.abc import Callable

import pytest

from analysis.assessment import Assessment, Level, Tone
from crawlers.records import Document
from service.domain.alerts.alert import Alert
from service.domain.learning.label import SAID_BY_PERSON, Label, LabelGiven, LabelOrigin
from service.domain.people.person import Person
from service.flows.alerts.consider import Office
from service.flows.judging.assess import assess_pending
from service.flows.judging.rejudging import judge_again, queue_again
from service.flows.learning.labelling import give_label, undo_label
from service.ports.store import Store
from tests.flows.pipeline.conftest import MovingClock
from tests.flows.pipeline.judge import ScriptedJudge, document

GRAVE = Label(level=Level.RISK, categories=("R02", "R01"), severity=5, tone=Tone.NEGATIVE)
MILD = Label(level=Level.RISK, categories=("R09",), severity=1)
MISSED = "于都有人服用土方后昏迷"


@pytest.fixture
def person(store: Store) -> Person:
    with store.read() as work:
        found = work.people.by_name("值班")
    assert found is not None
    return found


@pytest.fixture
def step(store: Store, judge: ScriptedJudge, office: Office, clock: MovingClock) -> Callable[[], None]:
    """Let the worker judge whatever waits, also what is to be judged again."""

    def run() -> None:
        while queue_again(store, now=clock()) or assess_pending(store, judge, office=office, now=clock).claimed:
            pass

    return run


@pytest.fixture
def missed(store: Store, clock: MovingClock, step: Callable[[], None]) -> Document:
    """A document that the model calls no risk."""
    one = document("1", MISSED, at=clock())
    with store.write() as work:
        work.documents.put([one], now=clock())
    step()
    assert judged(store, one).level is Level.IN_REMIT
    return one


Say = Callable[..., LabelGiven]


@pytest.fixture
def say(store: Store, person: Person, clock: MovingClock, step: Callable[[], None]) -> Say:
    """Give a label as whoever has just looked at the document, and let the worker go on."""

    def run(one: Document, label: Label, *, missed: bool = False) -> LabelGiven:
        with store.read() as work:
            standing = work.labels.latest([one.id]).get(one.id)
        clock.pass_by(minutes=1)
        given = give_label(
            store,
            person,
            one.id,
            label,
            origin=LabelOrigin.RANDOM,
            seen=standing.id if standing else 0,
            missed=missed,
            now=clock(),
        )
        step()
        return given

    return run


def judged(store: Store, one: Document) -> Assessment:
    with store.read() as work:
        said = work.documents.assessment_of(one.id)
    assert said is not None
    return said


def alerts(store: Store) -> list[Alert]:
    with store.read() as work:
        return work.alerts.listing()


def test_a_risk_named_as_missed_raises_an_alert_with_the_persons_categories_and_severity(
    store: Store, missed: Document, say: Say
) -> None:
    assert alerts(store) == []
    say(missed, GRAVE, missed=True)
    said = judged(store, missed)
    assert (said.level, said.category_codes, said.severity, said.floor) == (
        Level.RISK,
        ("R02", "R01"),
        5,
        SAID_BY_PERSON,
    )
    assert said.p_risk == pytest.approx(0.1)
    [alert] = alerts(store)
    with store.read() as work:
        [told] = work.events.documents(alert.event_id, limit=5)
    assert told.document_id == missed.id


def test_a_label_that_does_not_say_so_teaches_and_raises_nothing(store: Store, missed: Document, say: Say) -> None:
    say(missed, GRAVE)
    assert judged(store, missed).level is Level.IN_REMIT
    assert alerts(store) == []


def test_what_is_off_topic_to_the_model_is_raised_too(
    store: Store, clock: MovingClock, step: Callable[[], None], say: Say
) -> None:
    one = document("9", "天气转凉，村里偏方吃倒三人", at=clock())
    with store.write() as work:
        work.documents.put([one], now=clock())
    step()
    say(one, GRAVE, missed=True)
    assert judged(store, one).level is Level.RISK
    assert len(alerts(store)) == 1


def test_it_stands_when_all_is_judged_again_and_when_its_parts_are_corrected(
    store: Store, person: Person, missed: Document, say: Say, step: Callable[[], None], clock: MovingClock
) -> None:
    say(missed, GRAVE, missed=True)
    judge_again(store, person, days=7, now=clock())
    step()
    assert judged(store, missed).severity == GRAVE.severity
    given = say(missed, MILD)
    assert given.origin is LabelOrigin.MISSED
    assert (judged(store, missed).level, judged(store, missed).severity) == (Level.RISK, 1)
    assert len(alerts(store)) == 1


def test_it_ends_when_it_is_taken_back_or_somebody_says_that_it_is_none(
    store: Store, person: Person, missed: Document, say: Say, step: Callable[[], None], clock: MovingClock
) -> None:
    say(missed, GRAVE, missed=True)
    undo_label(store, person, now=clock())
    step()
    assert judged(store, missed).level is Level.IN_REMIT
    say(missed, GRAVE, missed=True)
    assert judged(store, missed).level is Level.RISK
    say(missed, Label(level=Level.IN_REMIT))
    assert (judged(store, missed).level, judged(store, missed).floor) == (Level.IN_REMIT, None)


def test_what_the_model_calls_a_risk_itself_stays_as_the_model_sees_it(
    store: Store, clock: MovingClock, step: Callable[[], None], judge: ScriptedJudge, say: Say
) -> None:
    one = document("2", "于都多人输注清云注射液后寒战", at=clock())
    with store.write() as work:
        work.documents.put([one], now=clock())
    step()
    before, calls = judged(store, one), len(judge.calls)
    assert not say(one, MILD, missed=True).raises
    assert judged(store, one) == before
    assert len(judge.calls) == calls


def test_it_is_judged_again_at_once_however_much_new_waits(
    store: Store, person: Person, missed: Document, judge: ScriptedJudge, office: Office, clock: MovingClock
) -> None:
    with store.write() as work:
        work.documents.put(
            [document(f"n{number}", f"于都药店通知{number}", at=clock()) for number in range(5)], now=clock()
        )
    give_label(store, person, missed.id, GRAVE, origin=LabelOrigin.RANDOM, seen=0, missed=True, now=clock())
    assess_pending(store, judge, office=office, now=clock)
    assert judged(store, missed).level is Level.RISK
