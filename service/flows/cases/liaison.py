"""Write down what was asked of other departments and bodies, and what they answered."""

from service.domain.cases.assess import answer_liaison, liaise
from service.domain.cases.file import Case, LiaisonKind
from service.domain.cases.workflow import Step
from service.flows.cases.scene import Hand, at_case

__all__ = ["ask_party", "party_answered"]


def ask_party(
    hand: Hand,
    *,
    kind: LiaisonKind,
    party: str,
    question: str,
) -> Case:
    """Write down a question; asking for facts while assessing is a step of the work flow."""
    with at_case(hand) as scene:
        move = liaise(scene.file, scene.desk, kind=kind, party=party, question=question)
        asked_facts = move.step is not None and move.step.step is Step.ASK_FACTS
        return scene.carry(move, "facts_asked" if asked_facts else "liaised", question=question.strip())


def party_answered(hand: Hand, number: int, *, answer: str) -> Case:
    """Write down an answer, once."""
    with at_case(hand) as scene:
        move = answer_liaison(scene.file, scene.desk, number, answer)
        return scene.carry(move, "liaison_answered", answer=answer.strip())
