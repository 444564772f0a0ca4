"""Whose service this is, as every flow needs to know it."""

from collections.abc import Callable
from dataclasses import dataclass

from service.domain.places import PROVINCE
from service.domain.rules.register import Register
from service.domain.telling.routing import Routing
from service.domain.telling.second_channel import SecondChannel
from service.flows.policies.questions import Library

__all__ = ["Office"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """The policy facts the office keeps to, its province, where its mails link to, and whether it drills.

    `library` is given where events are considered for the first time; without it no articles are matched. `routing`
    returns the rules of the moment, so that a changed file counts without a restart. `channel` is the second channel, `None`
    where there is none.
    """

    register: Register
    address: str
    province: str = PROVINCE
    drill: bool = False
    library: Library | None = None
    routing: Callable[[], Routing] = Routing
    channel: SecondChannel | None = None
