"""What every way to another model promises, whatever stands behind it."""

from abc import ABC, abstractmethod

import pytest

from service.domain.learning.opinion import Unfit
from service.domain.learning.opinion_words import make_question
from service.ports.opinions import Adviser, AdviserError, Reply

QUESTION = make_question("清云注射液被通报", "章贡区两家卫生院患者输注后寒战、发热。", characters=500)


def ask(adviser: Adviser) -> Reply:
    return adviser.ask(QUESTION.messages, most_tokens=600)


def unfit(adviser: Adviser) -> AdviserError:
    with pytest.raises(AdviserError) as caught:
        ask(adviser)
    return caught.value


class AdviserContract(ABC):
    """Subclasses hand in a way to a model, and make the model behave."""

    @abstractmethod
    def adviser(self, *, most_seconds: float = 5.0) -> Adviser: ...

    @abstractmethod
    def says(self, content: str, *, tokens: int | None) -> None:
        """Let the model answer with these words."""

    @abstractmethod
    def falls_silent(self) -> None:
        """Let the model take the question and say nothing."""

    @abstractmethod
    def is_away(self) -> Adviser:
        """Return a way to a model that is not there."""

    @abstractmethod
    def asked(self) -> int:
        """Return how many questions arrived."""

    def test_the_words_come_back_as_they_are_with_what_they_cost(self) -> None:
        self.says("{“这不是 JSON”}", tokens=77)
        assert ask(self.adviser()) == Reply(content="{“这不是 JSON”}", tokens=77)
        assert self.asked() == 1

    def test_a_cost_that_is_not_told_is_unknown_and_not_nothing(self) -> None:
        self.says("{}", tokens=None)
        assert ask(self.adviser()).tokens is None

    def test_silence_ends_at_the_time_limit_and_is_named(self) -> None:
        self.falls_silent()
        assert unfit(self.adviser(most_seconds=0.3)).unfit is Unfit.TIMEOUT

    def test_a_model_that_is_away_is_named_and_worth_another_try(self) -> None:
        error = unfit(self.is_away())
        assert error.unfit is Unfit.CONNECTION
        assert error.unfit.worth_another

    def test_a_question_is_put_once_whatever_comes_of_it(self) -> None:
        self.falls_silent()
        unfit(self.adviser(most_seconds=0.3))
        assert self.asked() == 1

    def test_name_and_place_are_told(self) -> None:
        adviser = self.adviser()
        assert adviser.model
        assert adviser.place
