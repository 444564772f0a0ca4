"""An office for tests of who is told: people in invented roles, a roster, a clock that jumps, a mail server that goes away."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage

from service.domain.alerts.alert import Alert
from service.domain.events.event import Event
from service.domain.people.person import Person, Role
from service.domain.people.roster import Shift
from service.flows.alerts.consider import Office, consider
from service.flows.telling.deliver import deliver_mail
from service.flows.watch import WatchReport, watch
from service.policies.register import load_register
from service.policies.routing import load_routing
from service.ports.notify import Delivery, NotifyError
from service.ports.store import Store

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
REGISTER = load_register()
SHIPPED = load_routing(REGISTER)
OFFICE = Office(register=REGISTER, address="http://127.0.0.1:8300", routing=lambda: SHIPPED)


def person(name: str, role: Role = Role.OFFICER, **given: object) -> Person:
    made = Person(
        id=f"p-{name}",
        name=name,
        role=role,
        password_hash="",
        email=f"{name.encode().hex()}@office.invalid",
        created_at=datetime(2026, 1, 1, tzinfo=UTC),
    )
    return replace(made, **given)  # type: ignore[arg-type] # fields of a person


DAY_OFFICER, NIGHT_OFFICER = person("值班员甲"), person("值班员乙")
LEAD = person("值班负责人", Role.APPROVER)
KEEPER = person("系统管理员", Role.ADMINISTRATOR)
READER = person("研判员丙", notify_from="blue")
PEOPLE = (DAY_OFFICER, NIGHT_OFFICER, LEAD, KEEPER, READER)


def shift(begins_at: datetime, hours: float, who: Person, deputy: Person | None = None) -> Shift:
    return Shift(
        id=f"s-{begins_at:%Y%m%d%H%M}",
        name="班",
        begins_at=begins_at,
        ends_at=begins_at + hours * HOUR,
        person_id=who.id,
        deputy_id=deputy.id if deputy else None,
        made_by=LEAD.name,
        made_at=begins_at,
    )


@dataclass
class Post:
    """A mail server that can go away; it keeps what it took, with the time."""

    clock: "Clock"
    away: bool = False
    taken: list[tuple[datetime, EmailMessage]] = field(default_factory=list)
    # By address: looking into a message's headers again and again would cost more than sending it.
    subjects: dict[str, list[str]] = field(default_factory=dict)

    def send(self, message: EmailMessage) -> Delivery:
        if self.away:
            raise NotifyError("邮件服务器连接被拒绝", recoverable=True)
        self.taken.append((self.clock(), message))
        self.subjects.setdefault(str(message["To"]), []).append(str(message["Subject"]))
        return Delivery(message_id=str(message["Message-ID"]), accepted_by="test")

    def check(self) -> str | None:
        return "邮件服务器连接被拒绝" if self.away else None

    def to(self, who: Person) -> list[str]:
        """Return the subjects of mails on alerts that a person received, in order."""
        return [subject for subject in self.subjects.get(who.email or "", []) if "值班表" not in subject]


@dataclass
class Clock:
    """A clock that the test moves, also back."""

    moment: datetime

    def __call__(self) -> datetime:
        return self.moment


@dataclass
class Running:
    """The service's steps over a store, driven by the clock."""

    store: Store
    clock: Clock
    post: Post
    office: Office = OFFICE

    def step(self) -> WatchReport:
        """Do what the roles do every few seconds."""
        report = watch(self.store, office=self.office, now=self.clock)
        deliver_mail(self.store, self.post, sender="yaowang@office.invalid", now=self.clock, limit=200)
        return report

    def pass_by(self, span: timedelta, *, every: timedelta = MINUTE) -> Iterator[datetime]:
        """Let time pass in steps; the moment after each is yielded."""
        until = self.clock.moment + span
        while self.clock.moment < until:
            self.clock.moment = min(until, self.clock.moment + every)
            self.step()
            yield self.clock.moment

    def wait(self, span: timedelta, *, every: timedelta = MINUTE) -> None:
        """Let time pass."""
        for _ in self.pass_by(span, every=every):
            pass

    def happens(self, event: Event) -> Alert:
        """Let an event be looked at, and return its alert."""
        with self.store.write() as work:
            consider(work, event, office=self.office, now=self.clock())
            alert = work.alerts.of_event(event.id)
        assert alert is not None
        return alert

    def alert(self, alert: Alert) -> Alert:
        """Return the alert as stored now."""
        with self.store.read() as work:
            found = work.alerts.get(alert.id)
        assert found is not None
        return found


def event(name: str, now: datetime, **given: object) -> Event:
    """Return an event that raises an orange alert: twelve harmed in one city."""
    made = Event(
        id=name,
        title=f"多人输注清云注射液后寒战（{name}）",
        first_at=now - 10 * MINUTE,
        last_at=now,
        known_at=now,
        document_count=3,
        source_count=2,
        severity=4,
        level="none",
        score=0.0,
        categories=("R01",),
        products=(f"清云注射液{name}",),
        firms=(),
        regions=("360700",),
        harmed=12,
        facts={"cluster": True, "jiangxi": True},
    )
    return replace(made, **given)  # type: ignore[arg-type] # fields of an event
