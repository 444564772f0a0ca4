"""The days off of a year, entered from the State Council's notice by an administrator, in force everywhere within seconds."""

from dataclasses import replace
from datetime import datetime

from service.domain.beijing import BEIJING
from service.domain.clocks.calendar import WorkingCalendar
from service.domain.clocks.days_off import DaysOff, read_notice
from service.domain.people.person import Act, Person
from service.domain.refusal import Conflict, Refusal
from service.flows.acts import note, permit
from service.flows.rules.in_force import CHECKS_CHANGED, DAYS_OFF
from service.ports.store import Store, Work

__all__ = ["enter_days_off", "entered_days_off", "notice_for"]


def notice_for(text: str, shipped: WorkingCalendar, now: datetime) -> DaysOff:
    """Return what a notice says, where it is one that may be entered now; `shipped` is the calendar without what was entered.

    Raises:
        Refusal: It cannot be read, or is of another year than this or the next.
        Conflict: The year is known without it.
    """
    read = read_notice(text)
    this_year = now.astimezone(BEIJING).year
    if read.year not in {this_year, this_year + 1}:
        raise Refusal(f"这是{read.year}年的通知，现在只录入{this_year}年或{this_year + 1}年的")
    if shipped.knows(read.year):
        raise Conflict(f"{read.year}年的节假日已由程序或 calendar-{read.year}.yaml 收录，不必再录入")
    return read


def enter_days_off(store: Store, person: Person, text: str, *, shipped: WorkingCalendar, now: datetime) -> DaysOff:
    """Keep the days off of a notice in the person's name, in place of what was entered of that year before.

    Raises:
        Forbidden: The role may not.
        Refusal, Conflict: As `notice_for` says.
    """
    permit(person, Act.CHECK_POLICY)
    read = replace(notice_for(text, shipped, now), by=person.name)
    with store.write() as work:
        work.alone(DAYS_OFF)
        work.set_value(DAYS_OFF, {**work.value(DAYS_OFF, {}), str(read.year): read.to_json()})
        work.set_value(CHECKS_CHANGED, f"{now.isoformat()} {read.to_json()}")
        detail = {"what": [read.source, f"放假 {len(read.off)} 天", *(f"{day} 上班" for day in read.working)]}
        note(work, person, "policy.days_off", f"policy:{read.year}年节假日", detail, now)
    return read


def entered_days_off(work: Work) -> list[DaysOff]:
    """Return what was entered, the latest year first."""
    kept = work.value(DAYS_OFF, {})
    return [DaysOff.from_json(year, kept[year]) for year in sorted(kept, reverse=True)]
