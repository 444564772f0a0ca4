"""Officers say of the articles offered for an event whether they fit; what they say proposes changes, which an administrator accepts or not."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime

from analysis.matching.articles import article_number
from analysis.matching.situations import SITUATIONS_FILE, Situations
from service.domain.beijing import BEIJING
from service.domain.people.person import Act, Person
from service.domain.policies.citation import (
    Choice,
    Citation,
    RowChange,
    RowProposal,
    propose_rows,
    rewritten,
    without_refused,
)
from service.domain.policies.library import name_of
from service.domain.policies.policy import Standing
from service.domain.refusal import Conflict, NotFound, Refusal
from service.flows.acts import note, permit
from service.ports.store import Store, Work

__all__ = [
    "accept_proposal",
    "accepted_changes",
    "cite",
    "proposals",
    "refuse_proposal",
    "row_text",
    "withdraw_change",
]

_REFUSED = "situations.refused"
_ACCEPTED = "situations.accepted"

_WRITTEN = re.compile(r"《?([^《》#\s]{1,80}?)》?[\s#]*(第[零〇一二三四五六七八九十百千两0-9]+条)")


def cite(store: Store, person: Person, event_id: str, *, article: str, choice: Choice, now: datetime) -> Citation:
    """Store in the person's name that an article fits an event, does not fit, or was missing; the last word stands.

    An offered article keeps the situation that offered it; an added one counts for the situation that leads the event.

    Raises:
        NotFound: There is no such event, or the library does not hold the article.
        Refusal: An article is judged that was not offered, or added that was.
    """
    permit(person, Act.HANDLE_ALERT)
    with store.write() as work:
        key = (
            _key_of(work, article.strip(), now.astimezone(BEIJING).date())
            if choice is Choice.ADDED
            else article.strip()
        )
        if work.events.get(event_id) is None:
            raise NotFound("没有这个事件，它可能已并入别的事件")
        offered = _offered(work, event_id)
        _check(work, key, choice, offered)
        situation = offered.get(key) or next(iter(offered.values()), "")
        said = Citation(event_id=event_id, article=key, situation=situation, choice=choice, actor=person.name, at=now)
        work.citations.put(said)
        note(work, person, "event.cited", f"event:{event_id}", {"article": key, "choice": choice.word}, now)
    return said


def _key_of(work: Work, written: str, on: date) -> str:
    """Return the key of an article written as people write it (`《药品管理法》第82条`); else as it is.

    Of several texts of that name the one in force is meant, and the latest where none is: a number stands for another article
    in a text that is yet to come.
    """
    found = _WRITTEN.fullmatch(written)
    if found is None or work.policies.article(written) is not None:
        return written
    name, number = found.groups()
    called = [one for one in work.policies.called(name) if name_of(one.title) == name]
    in_force = [one for one in called if one.standing(on) is Standing.IN_FORCE]
    for policy in sorted(in_force or called, key=lambda one: one.valid_from or date.min, reverse=True):
        for article in work.policies.articles_of(policy.stem):
            if article.number == number or (
                "之" not in article.number and article_number(article.number) == article_number(number)
            ):
                return f"{policy.stem}#{article.number}"
    return written


def proposals(work: Work, table: Situations) -> list[RowProposal]:
    """Return the rows of the table that the words of officers speak for changing, those left out that were refused on no less."""
    named = {row.id: {*row.governs, *row.related} for row in table.rows}
    return without_refused(propose_rows(work.citations.counts(), named), work.value(_REFUSED, {}))


def refuse_proposal(
    store: Store, person: Person, situation: str, table: Situations, *, reason: str, now: datetime
) -> None:
    """Set a proposed row aside in the person's name until more events speak for it.

    Raises:
        NotFound: Nothing is proposed for the situation any more.
        Refusal: No reason is given.
        Forbidden: The role is not granted the act.
    """
    permit(person, Act.CHECK_POLICY)
    if not reason.strip():
        raise Refusal("请写明不采用的理由")
    with store.write() as work:
        work.alone("situations")
        proposed = next((one for one in proposals(work, table) if one.situation == situation), None)
        if proposed is None:
            raise NotFound("这条建议已不在，可能已由他人处理")
        work.set_value(_REFUSED, {**work.value(_REFUSED, {}), situation: dict(proposed.voices)})
        detail = {"evidence": list(proposed.evidence), "reason": reason.strip()}
        note(work, person, "situations.refused", f"situation:{situation}", detail, now)


def accepted_changes(work: Work) -> Sequence[RowChange]:
    """Return the changes of rows that were accepted and not withdrawn, in order of the rows."""
    return [RowChange.from_json(name, values) for name, values in sorted(work.value(_ACCEPTED, {}).items())]


def accept_proposal(
    store: Store, person: Person, situation: str, table: Situations, *, seen: str, now: datetime
) -> None:
    """Change the row of the office's table as it is proposed, in the person's name; every process matches by it at once.

    `seen` is the mark of the proposal that the person read.

    Raises:
        NotFound: Nothing is proposed for the situation any more.
        Conflict: It is another proposal than the one that was read, an article is no longer in the library, no governing
            article would be left, or nobody but the person spoke for it.
        Forbidden: The role is not granted the act.
    """
    permit(person, Act.CHECK_POLICY)
    with store.write() as work:
        work.alone("situations")
        kept = {one.situation: one for one in accepted_changes(work)}
        proposed = next((one for one in proposals(work, table) if one.situation == situation), None)
        if proposed is None:
            raise NotFound("这条建议已不在，可能已由他人处理")
        if proposed.mark != seen:
            raise Conflict("这条建议在您打开页面后变了，请刷新后重新核对")
        added, dropped = ([one.article for one in part] for part in (proposed.add, proposed.drop))
        change = RowChange(situation=situation, add=tuple(added), drop=tuple(dropped), by=person.name, at=now)
        whole = change.after(kept.get(situation))
        if situation in kept and (whole.add, whole.drop) == (kept[situation].add, kept[situation].drop):
            raise NotFound("这条建议已不在，可能已由他人处理")
        _check_change(work, person, change, table)
        kept[situation] = whole
        work.set_value(_ACCEPTED, {name: one.to_json() for name, one in kept.items()})
        detail = {"evidence": list(proposed.evidence), "add": added, "drop": dropped}
        note(work, person, "situations.accepted", f"situation:{situation}", detail, now)


def _check_change(work: Work, person: Person, change: RowChange, table: Situations) -> None:
    absent = [article for article in change.add if work.policies.article(article) is None]
    if absent:
        raise Conflict(f"政策库中没有 {'、'.join(absent)}，不能采纳；请先导入这份文件，或按“不采用”")
    row = next(one for one in table.rows if one.id == change.situation)
    if not rewritten(row.governs, row.related, change.add, change.drop)[0] and not row.alone:
        raise Conflict(f"采纳后情形 {row.id} 没有主要条文；不再需要的情形请在 {SITUATIONS_FILE} 中停用")
    said = work.citations.of_situation(change.situation)
    speaking = {one.actor for one in said if one.choice is Choice.ADDED and one.article in change.add} | {
        one.actor for one in said if one.choice is Choice.REJECTED and one.article in change.drop
    }
    if speaking == {person.name}:
        raise Conflict("支持这条建议的意见都是您本人提的，须由另一位系统管理员采纳（四眼原则）")


def withdraw_change(store: Store, person: Person, situation: str, *, reason: str, now: datetime) -> None:
    """Take an accepted change back in the person's name; it is proposed again when more events speak for it.

    Raises:
        NotFound: There is none.
        Refusal: No reason is given.
        Forbidden: The role is not granted the act.
    """
    permit(person, Act.CHECK_POLICY)
    if not reason.strip():
        raise Refusal("请写明撤回的理由")
    with store.write() as work:
        work.alone("situations")
        kept = {one.situation: one for one in accepted_changes(work)}
        change = kept.pop(situation, None)
        if change is None:
            raise NotFound("这项修改已不在，可能已由他人撤回")
        counted = {one.article: one for one in work.citations.counts() if one.situation == situation}
        voices = {f"+{one}": counted[one].added for one in change.add if one in counted}
        voices |= {f"-{one}": counted[one].rejected for one in change.drop if one in counted}
        work.set_value(_ACCEPTED, {name: one.to_json() for name, one in kept.items()})
        work.set_value(_REFUSED, {**work.value(_REFUSED, {}), situation: voices})
        detail = {"add": list(change.add), "drop": list(change.drop), "reason": reason.strip()}
        note(work, person, "situations.withdrawn", f"situation:{situation}", detail, now)


def row_text(proposal: RowProposal, table: Situations) -> str:
    """Return the changed row as an administrator would write it into the office's own `situations.yaml`."""
    row = next(one for one in table.rows if one.id == proposal.situation)
    dropped = {one.article for one in proposal.drop}
    governs, related = rewritten(row.governs, row.related, [one.article for one in proposal.add], dropped)
    lines = [f"situations:\n  - id: {row.id}"]
    for name, articles in (("governs", governs), ("related", related)):
        lines.append(f"    {name}: [{', '.join(map(table.reference, articles))}]")
    missing = sorted({one.article.partition("#")[0] for one in proposal.add} - set(table.laws.values()))
    if missing:
        lines.insert(0, "laws:\n" + "\n".join(f"  {stem.partition('(')[0]}: {stem}" for stem in missing))
    return "\n".join(lines) + "\n"


def _offered(work: Work, event_id: str) -> Mapping[str, str]:
    """Return the situation of every article that the table offered for the event, in the order of the basis."""
    alert = work.alerts.of_event(event_id)
    basis = alert.basis if alert else ()
    return {
        str(key): str(entry["situation"])
        for entry in basis
        if entry.get("situation")
        for key in entry.get("article_keys") or ()
    }


def _check(work: Work, key: str, choice: Choice, offered: Mapping[str, str]) -> None:
    if choice is not Choice.ADDED:
        if key not in offered:
            raise Refusal("这一条不是按情形匹配给出的，不需要采纳或否定")
        return
    if key in offered:
        raise Refusal("这一条已在匹配结果中，请直接采纳")
    if work.policies.article(key) is None:
        raise NotFound(f"政策库中没有条文 {key[:80]}，请写明文件名和第几条，例如：药品管理法 第八十二条")
