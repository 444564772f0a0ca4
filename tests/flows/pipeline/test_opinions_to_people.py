"""What another model puts higher reaches officers as a question, beside and never instead of what is asked anyway."""

import pytest

from analysis.assessment import Level
from service.domain.learning.label import Label, LabelOrigin
from service.domain.people.person import Act, Person, Role, may
from service.domain.refusal import Forbidden, NotFound
from service.flows.alerts.consider import Office
from service.flows.learning.labelling import give_label, next_question, skip_question
from service.flows.learning.opinion_desk import mark_seen, proposals
from service.ports.store import Store
from tests.builders import build_person
from tests.flows.pipeline.asking import FAR, NEAR, Desk, ScriptedAdviser, told
from tests.flows.pipeline.conftest import MovingClock


@pytest.fixture
def desk(store: Store, office: Office, clock: MovingClock) -> Desk:
    return Desk(store, office, clock, ScriptedAdviser([told()]))


@pytest.fixture
def officer() -> Person:
    return build_person(Role.OFFICER, name="值班员甲")


def asked_about(desk: Desk, officer: Person) -> tuple[str, LabelOrigin, str, int]:
    with desk.store.read() as work:
        question, waiting = next_question(work, officer, now=desk.clock())
    assert question is not None
    return question.document.title, question.asked.reason, question.asked.why, waiting


def test_what_is_put_higher_is_asked_first_and_everything_else_as_before(desk: Desk, officer: Person) -> None:
    desk.take(FAR, "药监局公布抽检结果", f"{NEAR}吗", NEAR)
    _, _, _, before = asked_about(desk, officer)
    desk.ask()
    first = desk.opinions()[0].document_id
    title, reason, why, waiting = asked_about(desk, officer)
    assert reason is LabelOrigin.DISAGREEMENT
    assert "第二意见认为应更高" in why
    assert waiting == before
    with desk.store.read() as work:
        document = work.documents.get(first)
    assert document is not None
    assert title == document.title


def test_what_was_skipped_or_labelled_is_not_asked_again(desk: Desk, officer: Person) -> None:
    desk.take(NEAR, FAR)
    desk.ask()
    higher = desk.only().document_id
    skip_question(desk.store, officer, higher, now=desk.clock())
    assert asked_about(desk, officer)[0] == FAR
    with desk.store.read() as work:
        assert [one.opinion.document_id for one in proposals(work)] == [higher]
    label = Label(level=Level.IN_REMIT)
    give_label(desk.store, officer, higher, label, origin=LabelOrigin.DISAGREEMENT, seen=0, now=desk.clock())
    with desk.store.read() as work:
        assert proposals(work) == []


@pytest.mark.parametrize("role", list(Role))
def test_only_who_handles_alerts_says_that_they_looked(desk: Desk, role: Role) -> None:
    desk.take(NEAR)
    desk.ask()
    person, document_id = build_person(role, name="值班员乙"), desk.only().document_id
    if may(role, Act.HANDLE_ALERT):
        mark_seen(desk.store, person, document_id, now=desk.clock())
        assert desk.only().seen_by == "值班员乙"
    else:
        with pytest.raises(Forbidden):
            mark_seen(desk.store, person, document_id, now=desk.clock())


def test_an_opinion_that_is_not_there_is_not_seen(desk: Desk, officer: Person) -> None:
    desk.take(NEAR)
    with pytest.raises(NotFound):
        mark_seen(desk.store, officer, desk.only().document_id, now=desk.clock())
