"""The audit trail tells what each row is about by a name and leads there."""

import html

from service.domain.people.person import Role
from tests.api.conftest import Site
from tests.builders import NOW

RED = "A-20261125-03"
EVENT = "20261125-03"


def test_subjects_of_the_audit_trail_are_named_and_lead_to_their_pages(site: Site) -> None:
    with site.context.store.write() as work:
        for subject in (f"event:{EVENT}", f"clock:C-5H-{RED}", "source:seed-hot", "person:p-officer", "alert:gone"):
            work.audit.append(actor="system", action="event.graded", subject=subject, detail={}, now=NOW)
        title = work.events.get(EVENT).title  # type: ignore[union-attr]
        person = work.people.get("p-officer")
    source = next(one.name for one in site.context.catalogue_sources if one.id == "seed-hot")
    text = html.unescape(site.browser(Role.AUDITOR).client.get("/system?tab=audit").text)
    assert f'<a href="/events/{EVENT}">预警 {title}</a>' in text
    assert f'<a href="/events/{EVENT}">事件 {title}</a>' in text
    assert f'<a href="/events/{EVENT}?tab=handling">时限 {title}</a>' in text
    assert f'<a href="/sources#seed-hot">信源 {source}</a>' in text
    assert person is not None
    assert f"用户 {person.name}" in text
    assert f"预警 {RED}" not in text
    assert "预警 gone" in text
