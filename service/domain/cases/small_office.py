"""How few people share the duties of the work flow so that nobody checks or signs what they wrote. Pure."""

from collections.abc import Iterable, Mapping, Sequence

from service.domain.cases.workflow import REVIEWS, Step, Workflow
from service.domain.people.person import Act, Person, Role, may
from service.domain.refusal import Conflict

__all__ = ["LEAST", "able_people", "small_office", "without_way"]

LEAST = 3
"""One writes, another reviews, a third signs: with fewer people the four-eyes rule lets nothing out."""

# The first two may both write and both review, so whichever of them writes, the other one reviews. The last one signs and
# writes nothing. A fourth speaks for the office and shares the checks; a fifth is head; everybody else watches and assesses.
_WRITES = frozenset({"case_officer", "legal_reviewer", "secrecy_reviewer"})
_FIRST = _WRITES | {"monitor", "analyst", "publisher"}
_SECOND = _WRITES | {"monitor", "publication_checker", "archivist"}
_SIGNS = frozenset({"duty_lead", "deputy_head"})
_FOURTH = frozenset({"spokesperson", "legal_reviewer", "secrecy_reviewer", "publication_checker", "monitor"})
_FURTHER = frozenset({"monitor", "analyst"})
_SIGNS_LATER = (Role.OFFICER, Role.ADMINISTRATOR, Role.APPROVER)
_WITH_FOURTH, _WITH_FIFTH = 4, 5


def able_people(people: Iterable[Person]) -> tuple[Person, ...]:
    """Return those who can hold duties: active, of a role that handles alerts; officers first, approvers last."""
    able = [one for one in people if not one.disabled and may(one.role, Act.HANDLE_ALERT)]
    return tuple(sorted(able, key=lambda one: (_SIGNS_LATER.index(one.role), one.created_at, one.name)))


def small_office(people: Iterable[Person], workflow: Workflow) -> Mapping[str, frozenset[str]]:
    """Return the duties of everybody who can hold any, by id of person; every duty of the work flow is held.

    Raises:
        Conflict: There are fewer than three such people; the sentence says how many are missing.
    """
    able = able_people(people)
    if len(able) < LEAST:
        raise Conflict(
            f"处置须由起草、审核、签批三个不同的人办理（四眼原则），至少需要{LEAST}名在用的研判员、审批人或系统管理员，"
            f"现有{len(able)}名，请先新增{LEAST - len(able)}名用户"
        )
    seats = _seats(len(able))
    left = frozenset(workflow.duties) - frozenset().union(*seats)
    # A duty that the office added to its work flow is not known here; who signs is asked last, so the second one has it.
    seats[1] |= left
    return {one.id: seat & frozenset(workflow.duties) for one, seat in zip(able, seats, strict=True)}


def _seats(count: int) -> list[frozenset[str]]:
    head = frozenset({"head"})
    if count == LEAST:
        return [_FIRST | {"spokesperson"}, _SECOND | {"spokesperson"}, _SIGNS | head]
    if count == _WITH_FOURTH:
        return [_FIRST, _SECOND, _FOURTH, _SIGNS | head]
    return [_FIRST, _SECOND, *[_FURTHER] * (count - _WITH_FIFTH), _FOURTH, _SIGNS, head]


def without_way(people: Sequence[Person], workflow: Workflow) -> tuple[str, ...]:
    """Return the names of those whose text nobody could review and sign, were they to write it; empty where all is well.

    Tried is every choice of reviewers, because who reviews may not sign either.
    """
    able = able_people(people)
    writers = _holding(able, workflow.steps[Step.SAVE].duties)
    return tuple(one.name for one in writers if not _goes_out(one, able, workflow))


def _goes_out(writer: Person, able: Sequence[Person], workflow: Workflow) -> bool:
    others = [one for one in able if one.id != writer.id]
    reviewers = [_holding(others, workflow.steps[step].duties) for step in REVIEWS]
    sign = workflow.steps[Step.SIGN]
    signing = [sign.duties, *((duty,) for duty in sign.for_grade.values())]
    # Somebody signs of each grade whom the reviews can spare: every review has another one to take it.
    return all(
        any(
            all([one for one in found if one.id != signer.id] for found in reviewers)
            for signer in _holding(others, duties)
        )
        for duties in signing
    )


def _holding(people: Iterable[Person], duties: Iterable[str]) -> list[Person]:
    wanted = set(duties)
    return [one for one in people if one.duties & wanted]
