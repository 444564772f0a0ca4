"""What the store promises of policy files that wait for a decision."""

from dataclasses import replace
from datetime import timedelta

from service.ports.previews import PolicyPreview
from service.ports.store import Store
from tests.contract.stored import NOW

READ = PolicyPreview(
    id="p1", person_id="a", file="演示.md", source={"text": "第一条 甲", "header": {"kind": ["解读", 0]}}, at=NOW
)


def put(store: Store, *previews: PolicyPreview) -> None:
    with store.write() as work:
        for preview in previews:
            work.previews.put(preview)


class PreviewsContract:
    """Kept until they are decided, dropped or too old."""

    def test_what_was_read_of_a_file_reads_back_equal(self, store: Store) -> None:
        put(store, READ)
        with store.read() as work:
            assert work.previews.get("p1") == READ
            assert work.previews.get("p2") is None

    def test_the_files_of_a_person_are_listed_the_latest_first(self, store: Store) -> None:
        later = NOW + timedelta(minutes=1)
        put(store, READ, replace(READ, id="p2", at=later), replace(READ, id="p3", person_id="b"))
        with store.read() as work:
            assert work.previews.waiting("a") == [("p2", "演示.md", later), ("p1", "演示.md", NOW)]

    def test_dropped_and_old_files_are_forgotten(self, store: Store) -> None:
        put(store, READ, replace(READ, id="p2", at=NOW + timedelta(hours=1)), replace(READ, id="p3"))
        with store.write() as work:
            work.previews.drop("p3")
            work.previews.drop("none")
            assert [one for one, _, _ in work.previews.waiting("a")] == ["p2", "p1"]
            work.previews.drop_before(NOW + timedelta(hours=1))
        with store.read() as work:
            assert [one for one, _, _ in work.previews.waiting("a")] == ["p2"]
