"""What a page says while others write for longer than anybody waits."""

from dataclasses import replace
from typing import NoReturn, cast

from fastapi.testclient import TestClient

from service.ports.store import Store, StoreBusyError
from service.web.app import create_app
from tests.api.conftest import Site
from tests.builders import PASSWORD


class _Busy:
    def __init__(self, store: Store) -> None:
        self.read, self.check = store.read, store.check

    def write(self) -> NoReturn:
        raise StoreBusyError("数据库正忙")


def test_a_busy_store_is_said_to_be_busy_and_not_away_with_collecting_stopped(site: Site) -> None:
    context = replace(site.context, store=cast("Store", _Busy(site.context.store)))
    answer = TestClient(create_app(context)).post("/login", data={"name": "研判乙", "password": PASSWORD})
    assert answer.status_code == 503
    assert "数据库正忙，等了十秒仍没有轮到这次操作。请过一会儿再试" in answer.text
    assert "采集已暂停" not in answer.text
