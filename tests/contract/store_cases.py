"""What the store promises of cases."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Barrier
from typing import Any

from service.domain.cases.file import (
    Approval,
    Case,
    CaseFile,
    CaseRecord,
    CaseStep,
    Disclosure,
    Draft,
    Evaluation,
    Liaison,
    LiaisonKind,
    Publication,
    PublicationCorrection,
    ReviewOpinion,
    case_id,
    text_hash,
)
from service.domain.cases.workflow import CaseState, Step
from service.ports.store import Store
from tests.contract.stored import NOW, alert, event, person, undone

HOUR = timedelta(hours=1)
ID = case_id("a1")


def case(alert_id: str = "a1", **changes: Any) -> Case:
    made = Case(
        id=case_id(alert_id),
        alert_id=alert_id,
        event_id="e1",
        title="清云注射液不良反应",
        state=CaseState.TRIAGED,
        opened_at=NOW,
        opened_by="监测员甲",
        changed_at=NOW,
    )
    return replace(made, **changes)


def step(number: int = 1, **changes: Any) -> CaseStep:
    made = CaseStep(
        case_id=ID,
        number=number,
        step=Step.TRIAGE,
        before=CaseState.DETECTED,
        state=CaseState.TRIAGED,
        by="监测员甲",
        at=NOW,
        detail={"reason": "与本局职责相关"},
    )
    return replace(made, **changes)


def draft(version: int = 1, text: str = "关于清云注射液的情况说明") -> Draft:
    return Draft(case_id=ID, version=version, round=1, by="承办人乙", at=NOW, text=text, hash=text_hash(text))


def opinion(number: int = 1, **changes: Any) -> ReviewOpinion:
    made = ReviewOpinion(
        case_id=ID, number=number, version=1, step=Step.LEGAL_REVIEW, passed=True, by="法规丙", at=NOW, remark=""
    )
    return replace(made, **changes)


def approval(number: int = 1, **changes: Any) -> Approval:
    made = Approval(
        case_id=ID,
        number=number,
        version=1,
        step=Step.SIGN,
        outcome="signed",
        by="局领导丁",
        at=NOW,
        reference="签〔9〕",
    )
    return replace(made, **changes)


def liaison(number: int = 1, **changes: Any) -> Liaison:
    made = Liaison(
        case_id=ID,
        number=number,
        kind=LiaisonKind.FACTS,
        party="章贡区卫生院",
        question="用药人数和批号",
        by="承办人乙",
        at=NOW,
    )
    return replace(made, **changes)


PUBLICATION = Publication(
    case_id=ID,
    number=1,
    version=1,
    round=1,
    channel="省局网站",
    reference="https://office.invalid/1",
    text="全文",
    hash=text_hash("全文"),
    by="发布员戊",
    at=NOW,
)
CORRECTION = PublicationCorrection(
    case_id=ID,
    number=1,
    publication=1,
    channel="政务微信",
    reference="https://office.invalid/2",
    out_at=NOW - HOUR,
    reason="网址登记有误",
    by="发布员戊",
    at=NOW + HOUR,
)
EVALUATION = Evaluation(
    case_id=ID,
    number=1,
    figures={"before": 12, "after": 3, "window_hours": 24, "views": None},
    reach="三家媒体转载",
    questions="无",
    lessons="提前备好问答口径",
    by="研判员己",
    at=NOW,
)


def opened(store: Store, *records: CaseRecord, of: Case | None = None) -> Case:
    made = of or case()
    with store.write() as work:
        work.events.save(event(), [])
        work.alerts.save(alert(made.alert_id))
        assert work.cases.add(made, records)
    return made


class CasesContract:
    """Cases, everything written of them, and two people at once."""

    def test_a_case_reads_back_with_everything_in_it(self, store: Store) -> None:
        changed = case(
            owner="承办人乙",
            submitted=1,
            draft=1,
            half={"step": "T06", "by": {"analyst": "研判员己"}},
            asked={"version": 1},
            disclosure=Disclosure.WITHHELD,
            disclosure_reason="涉及企业商业秘密",
        )
        answered = liaison(2, kind=LiaisonKind.NATIONAL, answer="已收悉", answered_by="承办人乙", answered_at=NOW)
        whole = CaseFile(
            case=changed,
            steps=(step(), step(2, before=None)),
            drafts=(draft(), draft(2, "第二版")),
            opinions=(opinion(), opinion(2, passed=False)),
            approvals=(approval(), approval(2, step=Step.BYPASS, second="发言人庚")),
            publications=(PUBLICATION,),
            corrections=(CORRECTION,),
            liaisons=(liaison(), answered),
            evaluations=(EVALUATION,),
        )
        written: list[CaseRecord] = [*whole.steps, *whole.drafts, *whole.opinions, *whole.approvals]
        written += [*whole.publications, *whole.corrections, *whole.liaisons, *whole.evaluations]
        opened(store, *written, of=changed)
        with store.read() as work:
            assert work.cases.file(ID) == whole
            assert work.cases.get(ID) == changed
            assert work.cases.get("gone") is None
            assert work.cases.file("gone") is None
            assert work.cases.files([]) == {}

    def test_an_alert_has_one_case_whoever_opens_it_second(self, store: Store) -> None:
        opened(store, step())
        with store.write() as work:
            assert not work.cases.add(case(opened_by="监测员辛"), [step(2)])
        with store.read() as work:
            assert work.cases.of_alerts(["a1", "a2"]) == {"a1": case()}
            assert work.cases.of_alerts([]) == {}
            found = work.cases.file(ID)
        assert found is not None
        assert found.steps == (step(),)

    def test_a_case_that_moved_on_meanwhile_is_not_moved_and_nothing_is_written(self, store: Store) -> None:
        opened(store)
        first = case(state=CaseState.ASSESSING, revision=2)
        with store.write() as work:
            assert work.cases.move(first, [step(2)])
            assert not work.cases.move(case(state=CaseState.CLOSED, revision=2), [step(3)])
        with store.read() as work:
            found = work.cases.file(ID)
        assert found == CaseFile(case=first, steps=(step(2),))

    def test_of_two_who_move_a_case_at_once_one_wins(self, store: Store) -> None:
        opened(store)
        ready = Barrier(2, timeout=20)

        def move(name: str) -> bool:
            with store.read() as work:
                seen = work.cases.get(ID)
            assert seen is not None
            ready.wait()
            with store.write() as work:
                return work.cases.move(replace(seen, owner=name, revision=seen.revision + 1), [])

        with ThreadPoolExecutor(2) as pool:
            won = list(pool.map(move, ["甲", "乙"], timeout=30))
        assert sorted(won) == [False, True]
        with store.read() as work:
            found = work.cases.get(ID)
        assert found is not None
        assert found.owner == ("甲" if won[0] else "乙")

    def test_the_answer_of_a_liaison_is_added_to_its_question(self, store: Store) -> None:
        opened(store, liaison())
        told = liaison(answer="两人，批号待核实", answered_by="承办人乙", answered_at=NOW + HOUR)
        with store.write() as work:
            assert work.cases.move(case(revision=2), [told])
            found = work.cases.file(ID)
        assert found is not None
        assert found.liaisons == (told,)

    def test_running_and_ended_cases_are_listed_apart_latest_change_first(self, store: Store) -> None:
        states = (CaseState.TRIAGED, CaseState.ARCHIVED, CaseState.APPROVED, CaseState.CLOSED_FP)
        for number, state in enumerate(states):
            opened(store, of=case(f"a{number}", state=state, changed_at=NOW + number * HOUR))
        with store.read() as work:
            assert [one.alert_id for one in work.cases.listing()] == ["a2", "a0"]
            assert [one.alert_id for one in work.cases.listing(over=True)] == ["a3", "a1"]
            assert [one.alert_id for one in work.cases.listing(limit=1, offset=1)] == ["a0"]
            assert work.cases.listing(limit=None) == work.cases.listing()

    def test_bypasses_are_found_by_their_time(self, store: Store) -> None:
        inside = approval(2, step=Step.BYPASS, outcome="T10", second="发言人庚", at=NOW + HOUR)
        opened(store, approval(), inside, approval(3, step=Step.BYPASS, second="发言人庚", at=NOW + 9 * HOUR))
        with store.read() as work:
            assert work.cases.bypasses(since=NOW, until=NOW + 9 * HOUR) == [(case(), inside)]

    def test_a_transaction_that_fails_leaves_the_case_as_it_was(self, store: Store) -> None:
        opened(store)
        with undone(store) as work:
            assert work.cases.move(case(owner="承办人乙", revision=2), [step(2)])
        with store.read() as work:
            assert work.cases.file(ID) == CaseFile(case=case())

    def test_the_duties_of_a_person_read_back(self, store: Store) -> None:
        with store.write() as work:
            work.people.save(person(duties=frozenset({"analyst", "archivist"})))
            work.people.save(person("p2"))
        with store.read() as work:
            assert [one.duties for one in work.people.listing()] == [{"analyst", "archivist"}, frozenset()]


WRITTEN_ONCE: dict[str, Callable[[], CaseRecord]] = {
    "case_steps": step,
    "case_drafts": draft,
    "case_opinions": opinion,
    "case_approvals": approval,
    "case_publications": lambda: PUBLICATION,
    "case_publication_corrections": lambda: CORRECTION,
    "case_evaluations": lambda: EVALUATION,
}
