"""The workbook of a watched policy."""

import io
from datetime import datetime, timedelta

from openpyxl import load_workbook

from service.domain.people.person import Person
from service.export.topic import write_topic
from service.flows.topics.topic_report import report_topic
from service.ports.store import Store
from tests.builders import NOW
from tests.following import watch_rule


def test_a_phase_ends_on_its_last_day_and_not_on_the_day_after(store: Store, officer: Person) -> None:
    topic = watch_rule(store, officer)
    file = io.BytesIO()
    write_topic(report_topic(store, topic.id, now=NOW), file)
    rows = load_workbook(file)["分阶段"].iter_rows(min_row=2, values_only=True)
    ends = [end.date() for _, _, end, *_ in rows if isinstance(end, datetime)]
    begun = [phase.since for phase in topic.phases]
    assert ends[:-1] == [since - timedelta(days=1) for since in begun[1:]]
    assert ends[-1] == NOW.date()
