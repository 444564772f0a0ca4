"""What every act on a case has in common: one transaction, the person's right, the revision that was seen, the audit row."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from service.domain.alerts.alert import Alert
from service.domain.beijing import BEIJING, beijing
from service.domain.cases.file import OUTCOMES, Case, CaseFile, Disclosure, Draft, Liaison
from service.domain.cases.moves import Bar, Barred, Desk, Move
from service.domain.cases.review import Authority
from service.domain.cases.secrecy import confidentiality_findings
from service.domain.cases.unfinished import unfinished_findings
from service.domain.cases.workflow import CaseState, Step, Workflow
from service.domain.events.event import Event
from service.domain.finding import Finding
from service.domain.people.person import Act, Person
from service.domain.policies.policy import PolicyArticle, Standing, Verdict
from service.domain.policies.quotation import check_quotations
from service.domain.refusal import NotFound
from service.flows.acts import event_of, held_alert, note, permit
from service.flows.alerts.consider import Office
from service.flows.cases.telling import call_people
from service.ports.store import Store, Work

__all__ = ["Hand", "Scene", "articles_for", "at_case", "authority_of", "findings_of"]


_DISCLOSURES = {one.value: one.word for one in Disclosure}
_VERDICTS = {one.value: one.word for one in Verdict}


@dataclass(frozen=True, slots=True, kw_only=True)
class Hand:
    """Who acts on which case, when, for which office and in which store."""

    store: Store
    person: Person
    case_id: str
    office: Office
    now: datetime


@dataclass(frozen=True, slots=True)
class Scene:
    """A case as it stands in an open transaction, with its alert and event, and who acts when."""

    work: Work
    file: CaseFile
    alert: Alert
    event: Event
    desk: Desk
    office: Office
    moves: list[Move] = field(default_factory=list)

    def carry(self, move: Move, act: str, **detail: Any) -> Case:
        """Write the move and its audit row.

        Raises:
            Barred: Somebody else moved the case meanwhile; nothing is written.
        """
        if not self.work.cases.move(move.case, move.records):
            raise Barred(Bar.MOVED_ON, moved_on(self.file, self.desk))
        record_act(self.work, self.desk, move, act, detail)
        self.moves.append(move)
        return move.case


def moved_on(file: CaseFile, desk: Desk) -> str:
    """Return the sentence that says who took the last step, so that what was typed can be looked at again."""
    last = file.steps[-1] if file.steps else None
    told = f"{last.by}于{beijing(last.at, desk.now)}办理了“{desk.workflow.steps[last.step].name}”，" if last else ""
    return f"{told}处置已有变化，您填写的内容没有提交，请核对后再办理"


def record_act(work: Work, desk: Desk, move: Move, act: str, detail: Mapping[str, Any]) -> None:
    """Append the audit row of a move: what was said with its step, the state, and hashes instead of texts."""
    told: dict[str, Any] = {"alert": move.case.alert_id, "state": move.case.state.value}
    step = move.step
    told |= {name: value for name, value in (step.detail if step else {}).items() if value not in ("", None)}
    for record in move.records:
        if isinstance(record, Draft):
            told["sha256"] = record.hash
        elif isinstance(record, Liaison):
            told |= {"party": record.party, "kind": record.kind.word}
    worded = _worded(told | dict(detail), desk.workflow)
    note(work, desk.person, f"case.{act}", f"case:{move.case.id}", worded, desk.now)


def _worded(told: Mapping[str, Any], workflow: Workflow) -> dict[str, Any]:
    """Return what is told with words instead of codes: the trail is read by people, the steps keep the codes."""
    words = dict(told)
    words["state"] = workflow.states[CaseState(told["state"])]
    if isinstance(by := told.get("by"), Mapping):
        words["by"] = [f"{workflow.duty_words([duty])} {name}" for duty, name in by.items()]
    if "step" in told:
        words["step"] = workflow.steps[Step(told["step"])].name
    if "steps" in told:
        words["steps"] = [workflow.steps[Step(step)].name for step in told["steps"]]
    for name, known in (("outcome", OUTCOMES), ("disclosure", _DISCLOSURES), ("verdict", _VERDICTS)):
        if told.get(name) in known:
            words[name] = known[told[name]]
    return words


@contextmanager
def at_case(hand: Hand) -> Iterator[Scene]:
    """Open the case for writing; where it moved, whoever acts next is told in the same transaction.

    Raises:
        Forbidden: The person's role handles nothing.
        NotFound: There is no such case.
    """
    permit(hand.person, Act.HANDLE_ALERT)
    with hand.store.write() as work:
        file = work.cases.file(hand.case_id)
        if file is None:
            raise NotFound("没有这个处置，可能链接已失效，请从处置列表进入")
        alert = held_alert(work, file.case.alert_id)
        event = event_of(work, alert)
        office = hand.office
        desk = Desk(person=hand.person, now=hand.now, workflow=office.register.workflow, grade=event.grade)
        scene = Scene(work, file, alert, event, desk, office)
        yield scene
        if scene.moves:
            call_people(work, hand.case_id, office=office, now=hand.now)


def authority_of(alert: Alert) -> Authority:
    """Return the publication-authority finding of an alert; without one it is still to be checked."""
    found = alert.publication
    verdict = str(found.get("verdict") or "")
    known = verdict in {one.value for one in Verdict}
    return Authority(
        verdict=Verdict(verdict) if known else Verdict.CHECK,
        sentence=str(found.get("sentence") or "发布权限尚未判断。"),
        alternative=str(found.get("alternative") or ""),
    )


def articles_for(work: Work, text: str) -> Mapping[str, PolicyArticle]:
    """Return the stored articles of every policy that a text names, by key."""
    named = [policy for policy in work.policies.listing() if _short(policy.title) in text or policy.title in text]
    return {article.key: article for policy in named for article in work.policies.articles_of(policy.stem)}


def _short(title: str) -> str:
    return title.strip("《》").removeprefix("中华人民共和国")


def findings_of(work: Work, text: str, *, now: datetime) -> list[Finding]:
    """Return what the checks of a draft find: marks of classification, personal data, what is unfinished, false quotations.

    An article is to be in force on the day of `now` in Beijing; where that is not known, nothing is claimed.
    """
    articles = articles_for(work, text)
    stems = {article.stem for article in articles.values()}
    day = now.astimezone(BEIJING).date()
    standings = {one.stem: one.standing(day) for one in work.policies.listing() if one.stem in stems}
    known = (Standing.EXPIRED, Standing.NOT_YET, Standing.NOT_BINDING)
    ended = {stem: found.word for stem, found in standings.items() if found in known}
    quoted = check_quotations(text, articles, not_in_force=ended)
    found = [*confidentiality_findings(text), *unfinished_findings(text), *quoted]
    return sorted(found, key=lambda one: (not one.blocking, one.start))
