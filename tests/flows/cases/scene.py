"""An office with everybody in it, each with one duty, and the way of a case through their hands."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from service.domain.cases.file import Case, CaseFile, Disclosure, case_id
from service.domain.cases.workflow import Step
from service.domain.people.person import Person, Role
from service.flows.cases.assessing import begin_assessment, conclude_assessment, decide_to_respond
from service.flows.cases.drafting import save_text, set_disclosure, submit_draft
from service.flows.cases.opening import open_for_alert
from service.flows.cases.publishing import publish_draft
from service.flows.cases.reviewing import authority_checked, bypass_asked, draft_signed, opinion_given
from service.flows.cases.scene import Hand
from service.ports.store import Store
from tests.flows.acts.scene import NOW, OFFICE, person

TEXT = "关于清云注射液有关情况的说明：我局已组织核查，结果将及时公布。"
MINUTE = timedelta(minutes=1)

PEOPLE: dict[str, Person] = {
    duty: person(name, Role.OFFICER, duties=frozenset({duty}))
    for duty, name in {
        "monitor": "监测甲",
        "analyst": "分析乙",
        "duty_lead": "值班丙",
        "case_officer": "承办丁",
        "legal_reviewer": "法规戊",
        "secrecy_reviewer": "保密己",
        "publication_checker": "权限庚",
        "spokesperson": "发言辛",
        "deputy_head": "分管壬",
        "head": "主要癸",
        "publisher": "发布子",
        "archivist": "档案丑",
    }.items()
}
SECOND_OFFICER = person("承办寅", Role.OFFICER, duties=frozenset({"case_officer"}))


@dataclass
class Way:
    """One case on its way: every act takes a minute, done by whoever holds the duty."""

    store: Store
    alert_id: str
    now: datetime = NOW

    def hand(self, duty: str | Person) -> Hand:
        self.now += MINUTE
        who = PEOPLE[duty] if isinstance(duty, str) else duty
        return Hand(store=self.store, person=who, case_id=case_id(self.alert_id), office=OFFICE, now=self.now)

    @property
    def file(self) -> CaseFile:
        with self.store.read() as work:
            found = work.cases.file(case_id(self.alert_id))
        assert found is not None
        return found

    @property
    def case(self) -> Case:
        return self.file.case

    def opened(self) -> "Way":
        self.now += MINUTE
        open_for_alert(self.store, PEOPLE["monitor"], self.alert_id, office=OFFICE, now=self.now)
        return self

    def assessed(self) -> "Way":
        self.opened()
        begin_assessment(self.hand("analyst"))
        conclude_assessment(self.hand("analyst"), summary="属实，影响限于本县", grade=None)
        conclude_assessment(self.hand("duty_lead"), summary="", grade=None)
        return self

    def drafting(self) -> "Way":
        self.assessed()
        decide_to_respond(self.hand("spokesperson"), reason="关注度高，须公开回应")
        decide_to_respond(self.hand("case_officer"), reason="")
        return self

    def submitted(self, text: str = TEXT) -> "Way":
        self.drafting()
        self.writes(text)
        return self

    def writes(self, text: str, by: str | Person = "case_officer") -> None:
        save_text(self.hand(by), text=text, base=self.case.draft)
        submit_draft(self.hand(by), version=self.case.draft)

    def reviews(self, *steps: Step, by: Callable[[Step], str | Person] = lambda step: REVIEWERS[step]) -> None:
        for step in steps or tuple(REVIEWERS):
            version = self.case.submitted or 0
            opinion_given(self.hand(by(step)), step, version=version, passed=True, remark="")

    def reviewed(self) -> "Way":
        self.submitted()
        self.reviews()
        return self

    def approving(self) -> "Way":
        self.reviewed()
        self.checks_authority()
        return self

    def checks_authority(self, outcome: str = "allowed", remark: str = "仅涉本省一县") -> None:
        version = self.case.submitted or 0
        authority_checked(
            self.hand("publication_checker"), version=version, outcome=outcome, reference="", remark=remark
        )

    def signs(self, by: str | Person = "deputy_head") -> None:
        draft_signed(self.hand(by), version=self.case.submitted or 0, reference="签〔2026〕9号", remark="")

    def approved(self) -> "Way":
        self.approving()
        set_disclosure(self.hand("case_officer"), Disclosure.ACTIVE, reason="")
        self.signs()
        return self

    def asks_past(self, by: str | Person, *, version: int, reason: str) -> None:
        """Ask to go past what is missing; the attribute is set before, as it must be."""
        if self.case.disclosure is None:
            set_disclosure(self.hand("case_officer"), Disclosure.ACTIVE, reason="")
        bypass_asked(self.hand(by), version=version, reason=reason)

    def publishes(self) -> None:
        version = self.case.submitted or 0
        publish_draft(self.hand("publisher"), version=version, channel="省局网站", reference="https://office.invalid/9")

    def published(self) -> "Way":
        self.approved()
        self.publishes()
        return self


REVIEWERS: dict[Step, str | Person] = {
    Step.FIRST_REVIEW: SECOND_OFFICER,
    Step.LEGAL_REVIEW: PEOPLE["legal_reviewer"],
    Step.SECRECY_REVIEW: PEOPLE["secrecy_reviewer"],
}


def with_duties(who: Person, *duties: str) -> Person:
    """Return the person with these duties instead."""
    return replace(who, duties=frozenset(duties))
