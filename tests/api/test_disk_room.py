"""What people see and may still do while the disk fills, and when it is full."""

from dataclasses import replace
from datetime import timedelta
from typing import NoReturn, cast

import pytest

from service.disk_room import DiskRoom
from service.domain.people.person import Role
from service.flows.crawl.push import PushDesk
from service.ports.store import Store, StoreFullError
from tests.api.conftest import Browser, Site
from tests.builders import NOW, PASSWORD

MIB = 1024**2
AMOUNTS = (
    "/import",
    "/matters/import",
    "/briefings",
    "/drills",
    "/labels/models/train",
    "/words/again",
    "/words/import",
)


def beside(site: Site, mib: int, role: Role = Role.OFFICER) -> Browser:
    """A browser of the role in front of the site, with so much left of a disk of 2 TB."""
    narrow = Site.over(replace(site.context, room=lambda: DiskRoom(mib * MIB, 2 * 1024**4)))
    return narrow.browser(role)


class _Full:
    """A store that can be read, and on whose disk nothing more fits."""

    def __init__(self, store: Store) -> None:
        self.read, self.check = store.read, store.check

    def write(self) -> NoReturn:
        raise StoreFullError("磁盘已满")


def full(site: Site, role: Role = Role.OFFICER, *, later: timedelta = timedelta()) -> Browser:
    signed = site.browser(role)
    context = replace(site.context, store=cast("Store", _Full(site.context.store)), now=lambda: NOW + later)
    client = Site.over(context).client()
    client.cookies.update(signed.client.cookies)
    return Browser(client, signed.csrf, signed.person)


@pytest.mark.parametrize("path", ["/", "/alerts", "/sources"])
def test_every_page_says_that_nothing_is_collected_and_what_to_do(site: Site, path: str) -> None:
    text = beside(site, 1000).client.get(path).text
    assert "磁盘将满，已停止采集：只剩 1000 MiB，采集至少需要 1024 MiB。请清理磁盘，有空间后自动继续。" in text
    assert "磁盘将满" not in beside(site, 1024).client.get(path).text


def test_what_comes_in_amounts_is_refused_with_507_and_single_acts_are_stored(site: Site) -> None:
    browser = beside(site, 500)
    answer = browser.post("/briefings", week="2026-W45")
    assert answer.status_code == 507
    assert "没有保存。磁盘将满，已停止采集，导入、推送和简报也暂停：只剩 500 MiB" in answer.text
    assert beside(site, 600).post("/briefings", week="2026-W45").status_code == 303
    with site.context.store.read() as work:
        alert_id = next(alert.id for alert in work.alerts.open() if alert.acknowledged_at is None)
    assert browser.post(f"/alerts/{alert_id}/acknowledge").status_code in {200, 303}
    with site.context.store.read() as work:
        assert work.audit.rows(limit=1)[0].action == "alert.acknowledged"


@pytest.mark.parametrize("path", AMOUNTS)
def test_who_is_not_signed_in_learns_nothing_of_the_disk(site: Site, path: str) -> None:
    narrow = Site.over(replace(site.context, room=lambda: DiskRoom(MIB, 1024**4)))
    answer = narrow.client().post(path, data={})
    assert answer.status_code in {401, 303}
    assert "MiB" not in answer.text


@pytest.mark.parametrize("path", AMOUNTS)
def test_every_way_in_for_amounts_asks_for_room(site: Site, path: str) -> None:
    assert beside(site, 1, Role.ADMINISTRATOR).post(path).status_code == 507


def test_a_push_is_refused_with_507_in_json(site: Site) -> None:
    desk = PushDesk(store=site.context.store, sources={}, secrets={}, now=site.context.now, author_key=b"key")
    open_to_pushes = Site.over(replace(site.context, push=desk))
    answer = beside(open_to_pushes, 500).client.post("/api/push/partner", content=b"[]")
    assert answer.status_code == 507
    assert answer.json() == {"status": 507, "sentence": "磁盘将满，暂不接收推送，没有入库。请稍后重发。"}
    assert beside(open_to_pushes, 600).client.post("/api/push/partner", content=b"[]").status_code == 401


class TestFullDisk:
    def test_what_cannot_be_stored_is_answered_with_507_and_what_was_written_is_shown(self, site: Site) -> None:
        with site.context.store.read() as work:
            alert_id = next(alert.id for alert in work.alerts.open())
        answer = full(site, Role.APPROVER).post(f"/alerts/{alert_id}/close", reason="已核实为误报")
        assert answer.status_code == 507
        assert "磁盘已满，这次操作没有保存；已有的内容仍可查阅" in answer.text
        assert "已核实为误报" in answer.text
        login = full(site).client.post("/login", data={"name": "研判乙", "password": PASSWORD})
        assert login.status_code == 507

    def test_pages_are_read_on_although_a_session_cannot_be_touched(self, site: Site) -> None:
        browser = full(site, later=timedelta(minutes=5))
        assert [browser.client.get(path).status_code for path in ("/", "/alerts", "/search?q=药")] == [200] * 3
