"""The rules in force: shipped data, the office's own files, the days off it entered and its checks, read again when one of them changes, without a restart.

What exists is left as it is: a clock keeps its limit and due time, a notice that was sent keeps its key. A changed rule
speaks from the next decision on.
"""

from collections.abc import Callable, Hashable
from dataclasses import replace
from datetime import datetime, timedelta

from service.domain.clocks.days_off import DaysOff, with_days_off
from service.domain.rules.register import Register
from service.domain.rules.verification import checked_register
from service.flows.alerts.consider import Office
from service.flows.policies.importing import LIBRARY_CHANGED
from service.ports.store import Store

__all__ = ["CHECKS_CHANGED", "DAYS_OFF", "Rulebook"]

CHECKS_CHANGED = "policies.checked"
"""Name of the stored value that every check and every entry of days off changes."""

DAYS_OFF = "calendar.days_off"
"""Name of the stored value that holds the days off that were entered, by year."""

_LOOK_EVERY = timedelta(seconds=2)


class Rulebook:
    """The register of one process. `load` reads the files anew and raises `ValueError` where one is wrong; `stamp` tells cheaply whether they changed.

    A wrong file leaves the rules that were in force; `problem` says what is wrong until it is put right.
    """

    def __init__(
        self,
        store: Store,
        load: Callable[[], Register],
        stamp: Callable[[], Hashable],
        spare: Callable[[], tuple[Register, str]] | None = None,
    ) -> None:
        """Read the files now: a mistake in them at the start raises `ValueError`, unless `spare` gives rules to go on by.

        `spare` also says in words which these are.
        """
        self._store = store
        self._load = load
        self._stamp = stamp
        self._files: Hashable = stamp()
        self.problem: str | None = None
        try:
            self._shipped = load()
        except ValueError as error:
            if spare is None:
                raise
            self._shipped, told = spare()
            self.problem = f"政策数据有误，{told}：{error}"
        self._stored: Hashable = None
        self._looked: datetime | None = None
        self.register = self._shipped

    def refresh(self, now: datetime, *, at_once: bool = False) -> bool:
        """Look for changes, at most every two seconds unless `at_once`; tell whether the rules are other ones now."""
        if not at_once and self._looked is not None and timedelta(0) <= now - self._looked < _LOOK_EVERY:
            return False
        self._looked = now
        files = self._stamp()
        changed = files != self._files
        if changed:
            self._files = files
            try:
                self._shipped, self.problem = self._load(), None
            except ValueError as error:
                self.problem = f"政策数据有误，仍按原有规则运行：{error}"
                changed = False
        with self._store.read() as work:
            stored = (work.value(CHECKS_CHANGED), work.value(LIBRARY_CHANGED))
            if stored == self._stored and not changed:
                return False
            entered = work.value(DAYS_OFF, {})
            checks, hashes = work.policies.checks(), work.policies.text_hashes()
        self._stored = stored
        years = [DaysOff.from_json(year, values) for year, values in sorted(entered.items())]
        calendar = with_days_off(self._shipped.calendar, years)
        told = self._shipped if calendar is self._shipped.calendar else replace(self._shipped, calendar=calendar)
        before, self.register = self.register, checked_register(told, checks, hashes)
        return self.register != before

    def office(self, office: Office) -> Office:
        """Return the office with the rules in force."""
        return office if office.register is self.register else replace(office, register=self.register)

    def shipped(self) -> Register:
        """Return the rules without the office's checks and the days off that it entered."""
        return self._shipped
