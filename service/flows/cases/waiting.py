"""How many cases wait for a person's next step."""

from service.domain.cases.turn import turn_of
from service.domain.cases.workflow import Workflow
from service.domain.people.person import Act, Person, may
from service.ports.store import Work

__all__ = ["waiting_for"]

_MOST = 200


def waiting_for(work: Work, person: Person, workflow: Workflow) -> int:
    """Return how many running cases have their next step in this person's hands."""
    if not person.duties or not may(person.role, Act.HANDLE_ALERT):
        return 0
    files = work.cases.files([case.id for case in work.cases.listing(limit=_MOST)])
    events = work.events.get_all([file.case.event_id for file in files.values()])
    grades = {name: event.grade for name, event in events.items()}
    turns = (turn_of(person, file, workflow, grades.get(file.case.event_id)) for file in files.values())
    return sum(turn is not None for turn in turns)
