"""How many cases wait for a person's next step."""

from service.domain.cases.call import able, second_name_calls
from service.domain.cases.file import CaseFile
from service.domain.cases.turn import turn_of
from service.domain.cases.workflow import Workflow
from service.domain.people.person import Act, Person, may
from service.ports.store import Work

__all__ = ["waiting_for"]


def waiting_for(work: Work, person: Person, workflow: Workflow) -> int:
    """Return how many running cases have their next step in this person's hands, or a bypass that they could confirm."""
    if not person.duties or not may(person.role, Act.HANDLE_ALERT):
        return 0
    files = work.cases.files([case.id for case in work.cases.listing(limit=None)])
    events = work.events.get_all([file.case.event_id for file in files.values()])
    grades = {name: event.grade for name, event in events.items()}

    def waits(file: CaseFile) -> bool:
        if turn_of(person, file, workflow, grades.get(file.case.event_id)) is not None:
            return True
        return any(able(call, (person,), file, workflow) for call in second_name_calls(file, workflow))

    return sum(waits(file) for file in files.values())
