"""The pages of topics and matters that were ended by mistake: each is taken up again with a reason."""

from pathlib import Path

import pytest

from service.domain.people.person import Role
from service.domain.topics.topic import Topic
from tests.api.conftest import Site
from tests.api.test_following import CONFLICT, REFUSED, SEE_OTHER, matter_id
from tests.builders import build_person
from tests.following import seed_following


@pytest.fixture
def topic(site: Site, tmp_path: Path) -> Topic:
    """A watched policy and a dozen matters on the seeded site."""
    return seed_following(site.context.store, build_person(Role.OFFICER), site.context.office.register, tmp_path)


def test_a_topic_closed_by_mistake_is_watched_again(site: Site, topic: Topic) -> None:
    officer = site.browser(Role.OFFICER)
    officer.post(f"/topics/{topic.id}/close")
    refused = officer.post(f"/topics/{topic.id}/reopen", reason=" ")
    assert (refused.status_code, "恢复跟踪须写明理由" in refused.text) == (REFUSED, True)
    assert "恢复跟踪" in officer.client.get(f"/topics/{topic.id}?tab=settings").text
    answer = officer.post(f"/topics/{topic.id}/reopen", reason="误点结束")
    assert (answer.status_code, answer.headers["location"]) == (
        SEE_OTHER,
        f"/topics/{topic.id}?done=topic_reopened",
    )
    assert topic.title in officer.client.get("/topics").text


@pytest.mark.usefixtures("topic")
def test_a_matter_ended_by_mistake_is_opened_again_with_a_reason(site: Site) -> None:
    officer, one = site.browser(Role.OFFICER), matter_id(site, "TS-101")
    officer.post(f"/matters/{one}/refuse", remark="不属本局职责")
    refused = officer.post(f"/matters/{one}/reopen")
    assert (refused.status_code, "重新打开须写明理由" in refused.text) == (CONFLICT, True)
    assert officer.post(f"/matters/{one}/reopen", remark="误点，属本局职责").status_code == SEE_OTHER
    text = officer.client.get(f"/matters/{one}").text
    for words in ("重新打开办件", "误点，属本局职责", "计时中"):
        assert words in text
