"""People and their sessions."""

from datetime import datetime

from sqlalchemy import Connection, delete, select, update

from service.domain.people.person import Person, Session
from service.storage.dialects import upsert
from service.storage.rows import one_record, records, values_of
from service.storage.schema import people, sessions

__all__ = ["SqlPeople"]


class SqlPeople:
    """`service.ports.store.People` within one transaction."""

    def __init__(self, connection: Connection) -> None:
        """Work inside `connection`'s transaction."""
        self._connection = connection

    def get(self, person_id: str) -> Person | None:
        """Return the person, or `None`."""
        return one_record(self._connection, Person, select(people).where(people.c.id == person_id))

    def by_name(self, name: str) -> Person | None:
        """Return the person of that exact name, or `None`."""
        return one_record(self._connection, Person, select(people).where(people.c.name == name))

    def save(self, person: Person) -> None:
        """Insert or replace."""
        upsert(self._connection, people, [values_of(person, people)], keys=("id",))

    def listing(self) -> list[Person]:
        """Return everybody in order of joining."""
        statement = select(people).order_by(people.c.created_at, people.c.id)
        return records(self._connection, Person, statement)

    def session(self, session_id: str) -> Session | None:
        """Return the session, or `None`."""
        return one_record(self._connection, Session, select(sessions).where(sessions.c.id == session_id))

    def save_session(self, session: Session) -> None:
        """Insert or replace."""
        upsert(self._connection, sessions, [values_of(session, sessions)], keys=("id",))

    def touch_session(self, session_id: str, *, seen_at: datetime) -> None:
        """Note when a session was last seen; one that was ended meanwhile stays ended."""
        self._connection.execute(update(sessions).where(sessions.c.id == session_id).values(seen_at=seen_at))

    def end_session(self, session_id: str) -> None:
        """Forget one session."""
        self._connection.execute(delete(sessions).where(sessions.c.id == session_id))

    def end_sessions_of(self, person_id: str) -> None:
        """Forget every session of one person."""
        self._connection.execute(delete(sessions).where(sessions.c.person_id == person_id))
