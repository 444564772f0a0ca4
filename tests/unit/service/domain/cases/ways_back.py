"""What holds of every step that takes something back, whoever takes it: told from the records alone, beside the code that decides."""

from service.domain.cases.file import CaseFile
from service.domain.cases.moves import Desk, Move
from service.domain.cases.workflow import Step

__all__ = ["nobody_takes_back_alone_what_others_did", "wrote"]


def wrote(file: CaseFile, version: int) -> set[str]:
    """Return who saved this version, or one before it since its round began: told from the steps, by their numbers."""
    saved = {one.detail["version"]: one for one in file.steps if one.step is Step.SAVE}
    last = saved[version].number
    begun = max((one.number for one in file.steps if one.step is Step.FOLLOW_UP and one.number < last), default=0)
    return {one.by for one in saved.values() if begun < one.number <= last}


def nobody_takes_back_alone_what_others_did(before: CaseFile, move: Move, at: Desk) -> None:
    """Pass where the move leaves to each what is theirs to take back."""
    _opened_by_who_signs(before, move, at)
    _dropped_by_who_closes(before, move, at)


def _opened_by_who_signs(before: CaseFile, move: Move, at: Desk) -> None:
    """An attribute that was signed, or went past its signature, changes only by a signature of who had no hand in the text."""
    case, version = before.case, move.case.submitted
    signed = before.approval(version, Step.SIGN)
    through = (signed is not None and signed.outcome == "signed") or Step.SIGN in before.bypassed(version)
    if version is None or not through or case.disclosure is move.case.disclosure:
        return
    [anew] = move.records
    assert (anew.step, anew.outcome, anew.by) == (Step.SIGN, "signed", at.person.name)  # type: ignore[union-attr] # an approval
    assert at.person.duties & set(at.workflow.steps[Step.SIGN].duties_at(at.grade))
    assert at.person.name not in wrote(before, version) | {one.by for one in before.passed(version).values()}


def _dropped_by_who_closes(before: CaseFile, move: Move, at: Desk) -> None:
    """A further round goes back to the answer that is out; where a version was saved in it, only by who closes cases."""
    if move.case.round >= before.case.round:
        return
    begun = max(one.number for one in before.steps if one.step is Step.FOLLOW_UP)
    if any(one.number > begun and one.step is Step.SAVE for one in before.steps):
        assert at.person.duties & set(at.workflow.steps[Step.CLOSE].duties)
    assert move.case.submitted == before.publications[-1].version
