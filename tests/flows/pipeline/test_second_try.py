"""Documents that were set aside are judged again in a person's name: alerted once, counted once, bounded, written down."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from crawlers.records import Document
from service.domain.people.person import Person, Role
from service.domain.refusal import Conflict, Forbidden
from service.flows.alerts.consider import Office
from service.flows.judging import second_try
from service.flows.judging.assess import assess_pending
from service.flows.judging.rejudging import judge_again, queue_again
from service.flows.judging.second_try import judge_set_aside, set_aside
from service.flows.people.acts import add_person
from service.ports.store import Store
from tests.flows.pipeline.conftest import MovingClock
from tests.flows.pipeline.judge import ScriptedJudge, document

CLUSTER = "于都多人输注清云注射液后寒战"
HARM = {"harmed": 12, "cluster": True, "jiangxi": True}


@pytest.fixture
def keeper(store: Store, clock: MovingClock) -> Person:
    add_person(store, name="管理员", role=Role.ADMINISTRATOR, by="system", now=clock())
    with store.read() as work:
        found = work.people.by_name("管理员")
    assert found is not None
    return found


@pytest.fixture
def assess(store: Store, judge: ScriptedJudge, office: Office, clock: MovingClock) -> Callable[..., None]:
    """Judge what waits until nothing does, having put documents first."""

    def run(*documents: Document) -> None:
        with store.write() as work:
            work.documents.put(documents, now=clock())
        while assess_pending(store, judge, office=office, now=clock).claimed:
            clock.pass_by(seconds=1)

    return run


@pytest.fixture
def aside(judge: ScriptedJudge, assess: Callable[..., None], clock: MovingClock) -> Document:
    """A report that the program cannot judge, set aside; then the program is mended."""
    judge.facts[CLUSTER] = HARM
    judge.fails_on = {CLUSTER}
    one = document("1", CLUSTER, at=clock())
    assess(one)
    judge.fails_on = set()
    return one


def seen(store: Store, clock: MovingClock) -> object:
    """Return what stands of alerts, mails, events and counts."""
    day = timedelta(days=1)
    with store.read() as work:
        raised = [(one.id, one.level, len(work.notices.of_alert(one.id))) for one in work.alerts.listing()]
        events = [(one.document_count, one.facts["votes"]) for one in work.events.listing()]
        counted = work.rollups.totals(since=clock() - day, until=clock() + day, by="level")
    return raised, events, counted


def test_a_document_that_the_mended_program_can_judge_raises_its_alert_once(
    store: Store, keeper: Person, aside: Document, assess: Callable[..., None], clock: MovingClock
) -> None:
    with store.read() as work:
        assert not work.alerts.listing()
        assert set_aside(work).documents == (aside.id,)
    assert judge_set_aside(store, keeper, now=clock()).documents == (aside.id,)
    assess()
    with store.read() as work:
        [alert] = work.alerts.open()
        [row] = work.quarantine.listing()
        [act] = work.audit.rows(action="document.tried_again")
        assert set_aside(work).documents == ()
    assert (row.replayed_at is not None, act.actor, act.detail["count"]) == (True, keeper.name, 1)
    before = seen(store, clock)
    with pytest.raises(Conflict, match="没有已搁置的稿件"):
        judge_set_aside(store, keeper, now=clock())
    assert seen(store, clock) == before
    assert alert.title


def test_one_that_fails_again_has_all_its_tries_and_a_new_row(
    store: Store,
    keeper: Person,
    judge: ScriptedJudge,
    aside: Document,
    assess: Callable[..., None],
    clock: MovingClock,
) -> None:
    judge.fails_on = {CLUSTER}
    judge.calls.clear()
    judge_set_aside(store, keeper, now=clock())
    assess()
    assert len(judge.calls) == 3
    with store.read() as work:
        newest, oldest = work.quarantine.listing()
        assert (newest.replayed_at, oldest.replayed_at is None) == (None, False)
        assert set_aside(work).documents == (aside.id,)


def test_one_that_stood_in_its_event_before_is_counted_and_alerted_once(
    store: Store,
    keeper: Person,
    judge: ScriptedJudge,
    assess: Callable[..., None],
    clock: MovingClock,
) -> None:
    judge.facts[CLUSTER] = HARM
    assess(document("1", CLUSTER, at=clock()))
    before = seen(store, clock)
    judge.fails_on = {CLUSTER}
    judge_again(store, keeper, days=7, now=clock())
    assert queue_again(store, now=clock()) == 1
    assess()
    # Forgets what was set aside: without its trace it would be taken for new.
    queue_again(store, now=clock())
    judge.fails_on = set()
    assert len(judge_set_aside(store, keeper, now=clock()).documents) == 1
    assess()
    assert seen(store, clock) == before


def test_one_that_was_edited_and_judged_meanwhile_is_left_and_its_row_is_settled(
    store: Store,
    keeper: Person,
    judge: ScriptedJudge,
    aside: Document,
    assess: Callable[..., None],
    clock: MovingClock,
) -> None:
    assert judge.assess([aside])
    judge.fails_on = {"坏稿件"}
    assess(document("1", "更正：于都天气晴", at=clock()), document("2", "坏稿件", at=clock()))
    found = judge_set_aside(store, keeper, now=clock())
    with store.read() as work:
        assert [work.documents.get(name).title for name in found.documents] == ["坏稿件"]  # type: ignore[union-attr]
        assert work.documents.pending_count() == 1
        assert all(row.replayed_at for row in work.quarantine.listing())


def test_a_dry_run_and_a_reason_that_none_has_change_nothing(
    store: Store, keeper: Person, aside: Document, clock: MovingClock
) -> None:
    assert judge_set_aside(store, keeper, dry_run=True, now=clock()).documents == (aside.id,)
    assert judge_set_aside(store, keeper, dry_run=True, reason="ValueError", now=clock()).documents == (aside.id,)
    with pytest.raises(Conflict):
        judge_set_aside(store, keeper, reason="MemoryError", now=clock())
    with store.read() as work:
        assert work.documents.pending_count() == 0
        assert work.quarantine.counts() == {("assess", "研判失败"): 1}
        assert not work.audit.rows(action="document.tried_again")


def test_at_most_so_many_are_tried_at_once_the_oldest_first(
    store: Store,
    keeper: Person,
    judge: ScriptedJudge,
    assess: Callable[..., None],
    clock: MovingClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(second_try, "MOST_AT_ONCE", 2)
    titles = [f"坏稿件{number}" for number in range(3)]
    judge.fails_on = set(titles)
    made = [document(str(number), title, at=clock()) for number, title in enumerate(titles)]
    assess(*made)
    found = judge_set_aside(store, keeper, now=clock())
    assert (found.documents, found.left) == ((made[0].id, made[1].id), 1)
    with store.read() as work:
        assert work.quarantine.counts() == {("assess", "研判失败"): 1}
    again = judge_set_aside(store, keeper, now=clock())
    assert (again.documents, again.left) == ((made[2].id,), 0)


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMINISTRATOR])
def test_only_an_administrator_may(store: Store, aside: Document, clock: MovingClock, role: Role) -> None:
    add_person(store, name="某人", role=role, by="system", now=clock())
    with store.read() as work:
        person = work.people.by_name("某人")
    assert person is not None
    with pytest.raises(Forbidden):
        judge_set_aside(store, person, now=clock())
    with store.read() as work:
        assert work.documents.set_aside([aside.id]) == {aside.id}
