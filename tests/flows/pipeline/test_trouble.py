from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from crawlers.ports import SourceProgress
from crawlers.records import Source, SourceClass
from crawlers.remembered import ROTTEN
from service.domain.people.person import Role
from service.flows.alerts.consider import Office
from service.flows.crawl.sources import stop_host
from service.flows.crawl.trouble import TroubleTold, tell_trouble
from service.flows.people.acts import add_person
from service.flows.telling.deliver import deliver_mail
from service.notify.mailbox import MailboxNotifier
from service.ports.store import OutboxRow, Store
from tests.flows.pipeline.conftest import START, MovingClock

PAPER = Source(id="paper", name="晚报", kind="feed", source_class=SourceClass.MEDIA, url="https://paper.test/rss")
DAILY = replace(PAPER, id="daily", name="日报", url="https://daily.test/rss")
FINE = SourceProgress(
    source_id="paper",
    last_run_at=START,
    last_success_at=START,
    last_new_at=START,
    next_due_at=START + timedelta(days=9),
)
FAILING = replace(FINE, failures=2, last_error="连接超时。")


@pytest.fixture(autouse=True)
def _administrator(store: Store) -> None:
    add_person(store, name="管理", role=Role.ADMINISTRATOR, by="system", now=START, email="admin@office.invalid")


def look(store: Store, office: Office, clock: MovingClock, **progress: SourceProgress) -> TroubleTold:
    with store.write() as work:
        for source_id, remembered in progress.items():
            work.sources.save_progress(replace(remembered, source_id=source_id))
    return tell_trouble(store, [PAPER, DAILY], office=office, now=clock())


def mails(store: Store) -> Iterator[OutboxRow]:
    with store.write() as work:
        yield from work.outbox.claim(kinds=["mail"], limit=50, lease=timedelta(0), now=START + timedelta(days=3))


def test_a_trouble_is_told_once_to_administrators_with_the_reason_in_words(
    store: Store, office: Office, clock: MovingClock
) -> None:
    assert look(store, office, clock, paper=FAILING).begun == ("paper",)
    assert look(store, office, clock, paper=replace(FAILING, failures=3)) == TroubleTold()
    (mail,) = mails(store)
    assert mail.payload["to"] == "admin@office.invalid"
    assert mail.payload["letter"]["listed"] == ["晚报：连接超时。连续失败 2 次，下次采集：3月12日 10:00。"]


def test_its_end_is_told_once(store: Store, office: Office, clock: MovingClock) -> None:
    look(store, office, clock, paper=FAILING)
    assert look(store, office, clock, paper=FINE).over == ("paper",)
    assert look(store, office, clock, paper=FINE) == TroubleTold()
    assert [row.payload["letter"]["listed"] for row in mails(store)][1] == ["晚报：已恢复采集。"]


def test_one_failed_visit_is_no_mail(store: Store, office: Office, clock: MovingClock) -> None:
    assert look(store, office, clock, paper=replace(FAILING, failures=1)) == TroubleTold()


def test_many_that_fail_together_are_one_mail(store: Store, office: Office, clock: MovingClock) -> None:
    look(store, office, clock, paper=FAILING, daily=FAILING)
    (mail,) = mails(store)
    assert len(mail.payload["letter"]["listed"]) == 2
    assert mail.payload["letter"]["subject"] == "[信源异常] 2 个：晚报等"


def test_what_comes_and_goes_is_told_again_after_six_hours_only(
    store: Store, office: Office, clock: MovingClock
) -> None:
    look(store, office, clock, paper=FAILING)
    look(store, office, clock, paper=FINE)
    clock.pass_by(hours=1)
    assert look(store, office, clock, paper=FAILING).begun == ()
    look(store, office, clock, paper=FINE)
    clock.pass_by(hours=7)
    assert look(store, office, clock, paper=FAILING).begun == ("paper",)


def test_a_list_that_gives_too_little_is_a_trouble(store: Store, office: Office, clock: MovingClock) -> None:
    odd = replace(FINE, last_error="列表条目少于预期，网页可能已改版：x。", memory={ROTTEN: True})
    assert look(store, office, clock, paper=odd).begun == ("paper",)


def test_stopped_hosts_and_sources_that_are_off_are_no_trouble(
    store: Store, office: Office, clock: MovingClock
) -> None:
    stop_host(store, "paper.test", actor="甲", reason="来函", now=START)
    with store.write() as work:
        work.sources.switch("daily", enabled=False)
    assert look(store, office, clock, paper=FAILING, daily=FAILING) == TroubleTold()


def test_the_mail_can_be_read(
    store: Store, office: Office, clock: MovingClock, tmp_path_factory: pytest.TempPathFactory
) -> None:
    look(store, office, clock, paper=FAILING)
    folder = tmp_path_factory.mktemp("mail")
    told = deliver_mail(store, MailboxNotifier(folder=folder / "box"), sender="yaowang@office.invalid", now=clock)
    assert (told.delivered, told.dead) == (1, 0)
