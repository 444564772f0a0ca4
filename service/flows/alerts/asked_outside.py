"""Looks up the articles of new alerts outside of the transaction that raises them.

Who writes waits for whoever writes. An alert's articles take 60 ms, 45 of them the encoder, and a batch may raise
24: held within the transaction, they were two thirds of it (1.29 of 1.85 s for 21 alerts of 200 documents).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from service.flows.office import Office
from service.flows.policies.questions import Articles, Library, Question
from service.ports.store import Store, Work

__all__ = ["write_asked_outside"]

_Done = TypeVar("_Done")


def write_asked_outside(store: Store, office: Office, act: Callable[[Work, Office], _Done]) -> _Done:
    """Return what `act` does in one writing transaction, with the library asked between two.

    The transaction in which `act` first asks is taken back whole; its questions are answered with none open, and `act` is
    done anew. What it asks then and did not ask before, as where its events changed meanwhile, is answered within; so is what
    the library can recall.
    So `act` may be called twice, and must change nothing outside of the work before it has asked.
    """
    if office.library is None:
        with store.write() as work:
            return act(work, office)
    try:
        with store.write() as work:
            return act(work, replace(office, library=_Noting(office.library)))
    except _UnansweredError as error:
        answers = dict(zip(error.questions, office.library.answer(error.questions), strict=True))
    with store.write() as work:
        return act(work, replace(office, library=_Answered(answers, office.library)))


class _UnansweredError(Exception):
    """Ends a transaction that asks."""

    def __init__(self, questions: Sequence[Question]) -> None:
        super().__init__(f"{len(questions)} questions are to be answered outside of the transaction")
        self.questions = questions


class _Noting:
    """Answers what the library can recall, or nothing: whoever asks is to ask outside."""

    def __init__(self, library: Library) -> None:
        self._library = library

    def answer(self, questions: Sequence[Question]) -> list[Articles]:
        known = [found for one in questions if (found := self.recall(one)) is not None]
        if len(known) < len(questions):
            raise _UnansweredError(questions)
        return known

    def recall(self, question: Question, /) -> Articles | None:
        return self._library.recall(question)


class _Answered:
    """Answers as was answered before, and asks the library for the rest."""

    def __init__(self, answers: Mapping[Question, Articles], library: Library) -> None:
        self._answers = answers
        self._library = library

    def answer(self, questions: Sequence[Question]) -> list[Articles]:
        new = [question for question in questions if question not in self._answers]
        known = {**self._answers, **dict(zip(new, self._library.answer(new), strict=True))}
        return [known[question] for question in questions]

    def recall(self, question: Question, /) -> Articles | None:
        return self._answers.get(question)
