"""Whatever people do in whatever order: no text goes out that was not reviewed, cleared and signed as it stands."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from service.domain.cases.assess import assess, conclude, disclose, liaise, open_case, report_up, respond
from service.domain.cases.attribute import correct_disclosure
from service.domain.cases.close import archive, close, drop_follow_up, evaluate, follow_up, reopen, track
from service.domain.cases.corrected import answered_from, correct_publication
from service.domain.cases.file import CaseFile, Disclosure, LiaisonKind, text_hash
from service.domain.cases.moves import Desk, Move
from service.domain.cases.review import (
    Authority,
    ask_bypass,
    check_authority,
    confirm_bypass,
    publish,
    return_draft,
    review,
    save_draft,
    sign,
    submit,
)
from service.domain.cases.turn import budget_used, turns
from service.domain.cases.workflow import REVIEWS, CaseState, Step
from service.domain.events.event import IncidentGrade
from service.domain.people.person import Person
from service.domain.policies.policy import Verdict
from service.domain.refusal import Refusal
from tests.unit.service.domain.cases.builders import (
    ALERT,
    LOCAL,
    NOW,
    RESERVED,
    UNCLEAR,
    WORKFLOW,
    applied,
    desk,
    everything,
    names_of_takers,
    records_of,
    someone,
)
from tests.unit.service.domain.cases.ways_back import nobody_takes_back_alone_what_others_did, wrote

PEOPLE = (
    everything("全岗甲"),
    everything("全岗乙"),
    someone("承办丙", "case_officer", "spokesperson"),
    someone("承办丁", "case_officer", "legal_reviewer", "secrecy_reviewer"),
    someone("法规戊", "legal_reviewer", "secrecy_reviewer", "publication_checker"),
    someone("分管己", "deputy_head", "publisher"),
    someone("主要庚", "head", "duty_lead"),
    someone("闲人辛"),
)
people = st.sampled_from(PEOPLE)
TEXTS = ("情况说明一", "情况说明二", "情况说明三", "情况说明四")
texts = st.sampled_from([*TEXTS, "【机密】材料一", "【机密】材料二", "  "])
outcomes = st.sampled_from(["allowed", "authorised", "work_update", "whatever"])
WRITING = ("save", "submit", "review", "review", "return")
CLEARING = ("check", "sign", "publish", "ask", "confirm")
ELSEWHERE = ("disclose", "correct", "correct", "write", "write", "follow up", "follow up", "drop", "close", "reopen")
versions = st.integers(1, 6)
authorities = st.sampled_from([LOCAL, RESERVED, UNCLEAR])
steps = st.sampled_from([*REVIEWS, Step.AUTHORITY, Step.SIGN])


def blocking(text: str) -> tuple[str, ...]:
    return ("出现密级标志",) if "机密" in text else ()


class CaseMachine(RuleBasedStateMachine):
    """One case in the hands of people of whom some hold every duty and some none."""

    def __init__(self) -> None:
        super().__init__()
        self.file: CaseFile
        self.now: datetime = NOW
        self.authority: Authority = LOCAL
        self.grade: IncidentGrade | None = None
        self.shown_at_publication: list[tuple[CaseFile, Authority]] = []
        self.refused: list[str] = []

    @initialize(far=st.integers(0, 4))
    def opened(self, far: int) -> None:
        move = open_case(ALERT, desk(PEOPLE[0]), relevant=True)
        self.file = applied(CaseFile(case=replace(move.case, revision=0)), move)
        self.act(PEOPLE[2], lambda at: disclose(self.file, at, Disclosure.ACTIVE))
        for _ in range(2 * far):
            self.onward(0, TEXTS[0])

    def act(self, person: Person, decide: Callable[[Desk], Move]) -> None:
        self.now += timedelta(minutes=5)
        before = self.file
        try:
            at = desk(person, now=self.now, grade=self.grade)
            move = decide(at)
        except Refusal as refusal:
            self.refused.append(refusal.sentence)
            return
        assert move.case.revision == before.case.revision + 1
        nobody_takes_back_alone_what_others_did(before, move, at)
        self.file = applied(before, move)
        if len(self.file.publications) > len(before.publications):
            self.shown_at_publication.append((before, self.authority))

    def text_of(self, version: int) -> str:
        draft = self.file.draft(version)
        return draft.text if draft else ""

    @property
    def version(self) -> int:
        return self.file.case.submitted or self.file.case.draft or 1

    # What helps on: the next step, by one of those who may.

    @rule(picks=st.lists(st.integers(0, 9), min_size=1, max_size=6), text=texts)
    def go_on(self, picks: list[int], text: str) -> None:
        for pick in picks:
            self.onward(pick, text)

    @rule(hands=st.lists(people, min_size=1, max_size=6), text=texts)
    def anybody_takes_the_next_step(self, hands: list[Person], text: str) -> None:
        for person in hands:
            self.press(person, text)

    @rule(person=people)
    def it_turns_out_to_concern_the_nation(self, person: Person) -> None:
        self.authority = RESERVED
        self.press(person, TEXTS[0])

    def press(self, person: Person, text: str) -> None:
        """Let somebody take the first step that waits and is of their duties, whatever else forbids it."""
        for turn in turns(self.file, WORKFLOW, self.grade):
            if person.duties & set(turn.duties):
                self.act(person, lambda at, step=turn.step: self.take(step, at, text))  # type: ignore[misc] # bound now
                return

    def onward(self, pick: int, text: str) -> None:
        waiting = turns(self.file, WORKFLOW, self.grade)
        if waiting:
            turn = waiting[pick % len(waiting)]
            names = names_of_takers(PEOPLE, turn, self.file, WORKFLOW)
            if turn.step is Step.SIGN and self.file.case.disclosure is None:
                self.act(PEOPLE[2], lambda at: disclose(self.file, at, Disclosure.ACTIVE))
            if turn.step is Step.EVALUATE and pick:
                self.now += timedelta(days=3)
            if names:
                person = next(one for one in PEOPLE if one.name == names[pick % len(names)])
                self.act(person, lambda at: self.take(turn.step, at, text))

    def outcome(self) -> str:
        passed_on = any(one.kind is LiaisonKind.NATIONAL for one in self.file.liaisons)
        return "work_update" if self.authority.verdict is Verdict.RESERVED_NATIONAL and passed_on else "allowed"

    def take(self, step: Step, at: Desk, text: str) -> Move:
        file, version = self.file, self.version
        if step in REVIEWS:
            stops = blocking(self.text_of(version))
            return review(file, step, at, version=version, passed=True, blocking=stops)
        moves: dict[Step, Callable[[], Move]] = {
            Step.ASSESS: lambda: assess(file, at, level=ALERT.level, severity=3),
            Step.CONCLUDE: lambda: conclude(file, at, summary="属实"),
            Step.REPORT: lambda: report_up(file, at, to="省政府"),
            Step.RESPOND: lambda: respond(file, at, reason="关注度高"),
            Step.SAVE: lambda: save_draft(file, at, text),
            Step.SUBMIT: lambda: submit(file, at),
            Step.AUTHORITY: lambda: check_authority(
                file, at, self.authority, version=version, outcome=self.outcome(), remark="限于本省"
            ),
            Step.SIGN: lambda: sign(file, at, version=version, reference="签9"),
            Step.PUBLISH: lambda: publish(file, at, self.authority, version=version, channel="网站", reference="9"),
            Step.TRACK: lambda: track(file, at, remark="平稳"),
            Step.EVALUATE: lambda: evaluate(
                file, at, daily=[0, 0, 0], running=[], figures={}, reach="三家", questions="无", lessons="早备口径"
            ),
            Step.ARCHIVE: lambda: archive(file, at),
        }
        return moves[step]()

    # What people also do, in the wrong order and without the right.

    @rule(person=people, act=st.sampled_from(WRITING), version=st.none() | versions, text=texts, data=st.data())
    def somebody_writes(self, person: Person, act: str, version: int | None, text: str, data: st.DataObject) -> None:
        self.meddle(person, act, version, text, data)

    @rule(person=people, act=st.sampled_from(CLEARING), version=st.none() | versions, data=st.data())
    def somebody_clears(self, person: Person, act: str, version: int | None, data: st.DataObject) -> None:
        self.meddle(person, act, version, "", data)

    @rule(person=people, act=st.sampled_from(ELSEWHERE), data=st.data())
    def somebody_does_something_else(self, person: Person, act: str, data: st.DataObject) -> None:
        self.meddle(person, act, None, "", data)

    def meddle(self, person: Person, act: str, version: int | None, text: str, data: st.DataObject) -> None:
        file, number = self.file, version or self.version
        stops = blocking(self.text_of(number))

        def decide(at: Desk) -> Move:
            made: dict[str, Callable[[], Move]] = {
                "save": lambda: save_draft(file, at, text),
                "submit": lambda: submit(file, at),
                "review": lambda: review(
                    file,
                    data.draw(st.sampled_from(REVIEWS)),
                    at,
                    version=number,
                    passed=data.draw(st.booleans()),
                    remark="改",
                    blocking=stops,
                ),
                "return": lambda: return_draft(file, at, step=data.draw(steps), version=number, remark="改"),
                "check": lambda: check_authority(
                    file, at, self.authority, version=number, outcome=data.draw(outcomes), remark="限本省"
                ),
                "sign": lambda: sign(file, at, version=number, reference="签9"),
                "publish": lambda: publish(file, at, self.authority, version=number, channel="网站", reference="9"),
                "ask": lambda: ask_bypass(file, at, version=number, reason="三十分钟内须发布"),
                "confirm": lambda: confirm_bypass(file, at, version=number, blocking=stops),
                "disclose": lambda: disclose(file, at, data.draw(st.sampled_from(Disclosure)), "商业秘密"),
                "correct": lambda: correct_disclosure(
                    file, at, data.draw(st.sampled_from(Disclosure)), reason="误定", reference="签10"
                ),
                "write": lambda: liaise(
                    file, at, kind=data.draw(st.sampled_from(LiaisonKind)), party="某局", question="情况"
                ),
                "follow up": lambda: follow_up(file, at, reason="新增两例"),
                "drop": lambda: drop_follow_up(file, at, reason="误点"),
                "close": lambda: close(file, at, reason="重复"),
                "reopen": lambda: reopen(file, at, reason="反复", risen_at=data.draw(st.sampled_from([None, at.now]))),
            }
            return made[act]()

        self.act(person, decide)

    @rule(first=people, second=people)
    def two_bypass(self, first: Person, second: Person) -> None:
        version = self.version
        stops = blocking(self.text_of(version))
        self.act(first, lambda at: ask_bypass(self.file, at, version=version, reason="三十分钟内须发布"))
        self.act(second, lambda at: confirm_bypass(self.file, at, version=version, blocking=stops))

    @rule(first=people, second=people, attribute=st.sampled_from(Disclosure), person=people)
    def two_bypass_and_somebody_opens(
        self, first: Person, second: Person, attribute: Disclosure, person: Person
    ) -> None:
        self.act(PEOPLE[6], lambda at: disclose(self.file, at, Disclosure.WITHHELD, "商业秘密"))
        self.two_bypass(first, second)
        self.act(person, lambda at: disclose(self.file, at, attribute, "误定"))

    @rule(writes=st.booleans(), person=people)
    def a_further_round_is_begun_by_mistake_and_taken_back(self, writes: bool, person: Person) -> None:
        self.act(PEOPLE[0], lambda at: follow_up(self.file, at, reason="误点"))
        if writes:
            self.onward(0, TEXTS[0])
        self.act(person, lambda at: drop_follow_up(self.file, at, reason="误点"))

    @rule(person=people, minutes=st.integers(-90, 30), seen=st.integers(0, 2))
    def somebody_corrects_what_was_registered(self, person: Person, minutes: int, seen: int) -> None:
        registered = self.file.publications
        when = registered[-1].at + timedelta(minutes=minutes) if registered else self.now
        self.act(
            person,
            lambda at: correct_publication(
                self.file,
                at,
                len(registered),
                channel="网站",
                reference=f"更{minutes}",
                out_at=when,
                reason="误登",
                seen=min(seen, len(self.file.corrections)),
            ),
        )
        assert self.file.publications == registered

    @rule(text=texts, hours=st.sampled_from([0, 30]), risen=st.booleans())
    def it_is_closed_by_mistake_and_opened_again(self, text: str, hours: int, risen: bool) -> None:
        lead = PEOPLE[6]
        self.act(lead, lambda at: close(self.file, at, reason="重复"))
        self.now += timedelta(hours=hours)
        self.act(lead, lambda at: reopen(self.file, at, reason="并非重复", risen_at=at.now if risen else None))
        self.onward(0, text)

    @rule(authority=authorities)
    def authority_changes(self, authority: Authority) -> None:
        self.authority = authority

    @rule(grade=st.sampled_from([None, *IncidentGrade]))
    def grade_changes(self, grade: IncidentGrade | None) -> None:
        self.grade = grade

    # What holds whatever happened.

    @invariant()
    def nothing_is_public_that_was_not_reviewed_cleared_and_signed_as_it_stands(self) -> None:
        for publication, (file, authority) in zip(self.file.publications, self.shown_at_publication, strict=True):
            draft = file.draft(publication.version)
            assert draft is not None
            assert (publication.text, publication.hash) == (draft.text, text_hash(draft.text))
            assert file.case.disclosure is Disclosure.ACTIVE
            assert not blocking(draft.text)
            authors = {one.by for one in file.drafts if file.case.drafted_from <= one.version}
            passed = {one.step: one.by for one in file.opinions if one.version == draft.version and one.passed}
            signed = [one for one in file.approvals if (one.version, one.step) == (draft.version, Step.SIGN)]
            bypass = [one for one in file.approvals if (one.version, one.step) == (draft.version, Step.BYPASS)]
            for one in bypass:
                assert one.second
                assert one.by != one.second
                assert one.second not in authors
            if not bypass:
                assert set(passed) == set(REVIEWS)
                assert signed[-1].outcome == "signed"
            opened = [one.at for one in file.steps if one.step is Step.REOPEN]
            assert not opened or max(one.at for one in (*signed, *bypass)) > opened[-1]
            for by in passed.values():
                assert by not in authors
            for one in signed:
                assert one.by not in authors | set(passed.values())
            [cleared] = [one for one in file.approvals if (one.version, one.step) == (draft.version, Step.AUTHORITY)]
            if authority.verdict is Verdict.RESERVED_NATIONAL:
                assert cleared.outcome == "work_update"
                assert any(one.kind is LiaisonKind.NATIONAL for one in file.liaisons)

    def wrote(self, version: int) -> set[str]:
        """Everybody who had a hand in a version: who saved it, and who saved one before it since its round began."""
        return wrote(self.file, version)

    @invariant()
    def nobody_passes_what_they_wrote_and_no_bypass_has_one_name(self) -> None:
        for opinion in self.file.opinions:
            assert not opinion.passed or opinion.by not in self.wrote(opinion.version)
            if opinion.passed and opinion.step is Step.SECRECY_REVIEW:
                assert not blocking(self.text_of(opinion.version))
        for one in self.file.approvals:
            assert one.step is not Step.BYPASS or (one.second and one.second != one.by)
            if one.outcome == "signed":
                passed = {by.by for by in self.file.passed(one.version).values()}
                assert one.by not in passed | self.wrote(one.version)

    @invariant()
    def the_state_counts_the_reviews_of_the_submitted_version(self) -> None:
        case = self.file.case
        count = {CaseState.SUBMITTED: 0, CaseState.REVIEWED_1: 1, CaseState.REVIEWED_2: 2, CaseState.REVIEWED_3: 3}
        if case.state in count and not self.file.bypassed(case.submitted):
            assert len(self.file.passed(case.submitted)) == count[case.state]
        if case.state is CaseState.DRAFTING:
            assert case.submitted is None

    @invariant()
    def what_is_archived_was_evaluated_and_what_was_published_is_not_just_closed(self) -> None:
        state = self.file.case.state
        if state is CaseState.ARCHIVED:
            assert self.file.evaluations
        if state is CaseState.CLOSED and self.file.publications:
            assert self.file.evaluations
            assert self.file.evaluations[-1].at >= self.file.publications[-1].at

    @invariant()
    def every_step_is_numbered_and_nothing_is_back_dated(self) -> None:
        assert [one.number for one in self.file.steps] == list(range(1, len(self.file.steps) + 1))
        times = [one.at for one in self.file.steps]
        assert times == sorted(times)
        assert len({one.version for one in self.file.drafts}) == len(self.file.drafts)
        assert all(one.case_id == self.file.case.id for one in records_of(self.file))

    @invariant()
    def what_went_out_was_cleared_before_and_answers_no_sooner_than_it_was_registered(self) -> None:
        for first, told in zip(self.file.publications, self.file.published, strict=True):
            assert (first.text, first.hash, first.version) == (told.text, told.hash, told.version)
            assert first.at <= answered_from(self.file, first.number) <= self.now
            cleared = [one.at for one in self.file.approvals if one.version == first.version and one.at <= first.at]
            assert told.at >= max(cleared).replace(second=0, microsecond=0)

    @invariant()
    def the_text_of_an_answered_case_is_what_is_out(self) -> None:
        if self.file.case.state in {CaseState.PUBLISHED, CaseState.TRACKING, CaseState.EVALUATED}:
            assert self.file.latest == self.file.draft(self.file.publications[-1].version)

    @invariant()
    def every_refusal_says_why(self) -> None:
        assert all(self.refused)

    @invariant()
    def the_budget_adds_up_to_the_time_that_passed(self) -> None:
        used = budget_used(self.file, WORKFLOW, known_at=NOW, now=self.now)
        total = sum((one.used for one in used), timedelta())
        assert total <= self.now - NOW
        assert sum(one.running for one in used) <= 1


def test_no_path_publishes_what_was_not_reviewed_three_times_cleared_and_signed() -> None:
    run_state_machine_as_test(CaseMachine, settings=settings(max_examples=150, stateful_step_count=40))
