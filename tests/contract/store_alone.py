"""What the store promises of acts that read first and write after, when several do them at once."""

import hashlib
import json
from datetime import timedelta

from crawlers.records import Source, SourceClass
from service.domain.documents.push import sign
from service.domain.people.person import Role
from service.domain.refusal import Refusal
from service.flows.crawl.push import Push, PushDesk, PushRefusedError
from service.flows.people.roster import add_shift
from service.ports.store import Store
from tests.contract.store_transactions import WORKERS, together
from tests.contract.stored import NOW, person

__all__ = ["AloneContract"]

HOUR = timedelta(hours=1)
SECRET = hashlib.sha256(b"an invented secret").digest()
VENDOR = Source(
    id="vendor-a",
    name="示例供应商推送",
    kind="push",
    source_class=SourceClass.SOCIAL,
    access="import_only",
    declaration={"document_kind": "post"},
)


class AloneContract:
    """Acts that name the same thing are done one after the other."""

    def test_what_is_read_first_and_written_after_is_done_one_after_the_other(self, store: Store) -> None:
        def count(_: int) -> list[str]:
            for _ in range(5):
                with store.write() as work:
                    work.alone("counter")
                    work.set_value("counter", work.value("counter", 0) + 1)
            return []

        together(count)
        with store.read() as work:
            assert work.value("counter") == WORKERS * 5

    def test_of_a_push_that_comes_several_times_at_once_one_is_taken(self, store: Store) -> None:
        desk = PushDesk(
            store=store,
            sources={VENDOR.id: VENDOR},
            secrets={VENDOR.id: SECRET},
            now=lambda: NOW,
            author_key=b"0123456789abcdef",
        )
        row = {"id": "p1", "title": "示例", "text": "有网友反映。", "published_at": "2026-11-01 09:00"}
        body, stamp = json.dumps([row]).encode(), str(int(NOW.timestamp()))
        push = Push(source_id=VENDOR.id, timestamp=stamp, signature=sign(SECRET, stamp, body), body=body)

        def send(_: int) -> list[str]:
            try:
                desk.take(push)
            except PushRefusedError as refused:
                return [str(refused.fault.status)]
            return ["200"]

        assert sorted(together(send)) == [["200"], *[["409"]] * (WORKERS - 1)]

    def test_of_several_who_enter_one_shift_at_once_one_does(self, store: Store) -> None:
        keeper = person("keeper", role=Role.ADMINISTRATOR)
        with store.write() as work:
            work.people.save(keeper)

        def enter(_: int) -> list[str]:
            try:
                add_shift(
                    store,
                    keeper,
                    begins_at=NOW,
                    ends_at=NOW + HOUR,
                    person_id="keeper",
                    deputy_id=None,
                    now=NOW,
                )
            except Refusal:
                return ["refused"]
            return ["entered"]

        assert sorted(together(enter)) == [["entered"], *[["refused"]] * (WORKERS - 1)]
