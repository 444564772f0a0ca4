"""What the store promises of the outbox, people, sources, quarantine, counts, policies and values."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from functools import partial

import pytest

from crawlers.ports import QuarantineEntry, SourceProgress
from service.domain.people.person import Role
from service.domain.policies.policy import Policy, PolicyArticle
from service.ports.registers import SourceCheck
from service.ports.store import OutboxRow, Store
from tests.contract.stored import LEASE, NOW, person, session

HOUR = timedelta(hours=1)
SHANGHAI = timezone(timedelta(hours=8))


def claim(store: Store, *kinds: str, limit: int = 10, now: datetime = NOW) -> list[OutboxRow]:
    with store.write() as work:
        return work.outbox.claim(kinds=kinds or ["mail"], limit=limit, lease=LEASE, now=now)


def enqueue(store: Store, key: str, kind: str = "mail") -> bool:
    with store.write() as work:
        return work.outbox.add(key, kind, {"to": "duty@office.invalid", "nested": [1, {"字": None}]}, now=NOW)


class OutboxContract:
    """What leaves the process: at least once, by deterministic key."""

    def test_the_same_key_is_enqueued_once_even_after_delivery(self, store: Store) -> None:
        assert enqueue(store, "mail:a1:orange:p1")
        assert not enqueue(store, "mail:a1:orange:p1")
        [row] = claim(store)
        with store.write() as work:
            assert work.outbox.done(row, now=NOW)
        assert not enqueue(store, "mail:a1:orange:p1")
        assert claim(store, now=NOW + HOUR) == []

    def test_a_claimed_row_carries_its_payload_and_first_attempt(self, store: Store) -> None:
        enqueue(store, "k")
        [row] = claim(store)
        assert row.payload == {"to": "duty@office.invalid", "nested": [1, {"字": None}]}
        assert (row.key, row.kind, row.attempts, row.created_at) == ("k", "mail", 1, NOW)

    def test_rows_are_claimed_oldest_first_by_kind(self, store: Store) -> None:
        for key, kind in (("1", "mail"), ("2", "search"), ("3", "mail")):
            enqueue(store, key, kind)
        assert [row.key for row in claim(store, "mail", limit=1)] == ["1"]
        assert [row.key for row in claim(store, "mail", "search")] == ["2", "3"]
        assert claim(store, "webhook") == []

    def test_a_row_whose_worker_died_comes_back_after_its_lease(self, store: Store) -> None:
        enqueue(store, "k")
        claim(store)
        assert claim(store, now=NOW + LEASE - timedelta(microseconds=1)) == []
        [row] = claim(store, now=NOW + LEASE)
        assert row.attempts == 2

    def test_a_late_worker_can_neither_finish_nor_put_back(self, store: Store) -> None:
        enqueue(store, "k")
        [late] = claim(store)
        [current] = claim(store, now=NOW + LEASE)
        with store.write() as work:
            assert not work.outbox.done(late, now=NOW)
            assert not work.outbox.retry(late, error="迟到", not_before=NOW)
            assert work.outbox.done(current, now=NOW)
            assert not work.outbox.done(current, now=NOW)

    def test_a_retry_waits_for_its_time(self, store: Store) -> None:
        enqueue(store, "k")
        [row] = claim(store)
        with store.write() as work:
            assert work.outbox.retry(row, error="421 稍后再试", not_before=NOW + HOUR)
        assert claim(store, now=NOW + HOUR - timedelta(microseconds=1)) == []
        [again] = claim(store, now=NOW + HOUR)
        assert again.attempts == 2

    def test_a_row_that_nobody_tried_is_told_from_one_that_is_tried_again(self, store: Store) -> None:
        def state() -> str:
            with store.read() as work:
                return work.outbox.states(["k", "none"])["k"]

        enqueue(store, "k")
        assert state() == "queued"
        [row] = claim(store)
        with store.write() as work:
            assert work.outbox.retry(row, error="421 稍后再试", not_before=NOW + HOUR)
        assert state() == "waiting"

    def test_a_dead_row_is_kept_and_never_claimed(self, store: Store) -> None:
        enqueue(store, "k")
        [row] = claim(store)
        with store.write() as work:
            assert work.outbox.retry(row, error="550 无此用户", not_before=NOW, dead=True)
            assert work.outbox.waiting() == {}
            [trouble] = work.outbox.troubled()
        assert claim(store, now=NOW + 99 * HOUR) == []
        assert (trouble["key"], trouble["state"], trouble["error"]) == ("k", "dead", "550 无此用户")

    def test_waiting_rows_are_counted_by_kind_leased_ones_included(self, store: Store) -> None:
        for key, kind in (("1", "mail"), ("2", "search"), ("3", "search")):
            enqueue(store, key, kind)
        claim(store, "search", limit=1)
        with store.read() as work:
            assert work.outbox.waiting() == {"mail": 1, "search": 2}

    def test_troubled_rows_failed_and_are_not_delivered(self, store: Store) -> None:
        for key in ("fine", "failed", "mended"):
            enqueue(store, key)
        fine, failed, mended = claim(store)
        with store.write() as work:
            for row in (failed, mended):
                work.outbox.retry(row, error="连接被拒绝", not_before=NOW + HOUR)
            work.outbox.done(fine, now=NOW)
        rows = {row.key: row for row in claim(store, now=NOW + HOUR)}
        with store.write() as work:
            work.outbox.done(rows["mended"], now=NOW)
            [trouble] = work.outbox.troubled()
        assert set(trouble) == {"key", "kind", "attempts", "error", "not_before", "state", "created_at"}
        assert (trouble["key"], trouble["attempts"]) == ("failed", 2)


class PeopleContract:
    """People and sessions."""

    def test_a_person_reads_back_equal_by_id_and_by_name(self, store: Store) -> None:
        locked = person("p2", role=Role.AUDITOR, failures=5, locked_until=NOW, disabled=True, email=None)
        with store.write() as work:
            work.people.save(person("p1"))
            work.people.save(locked)
        with store.read() as work:
            assert work.people.get("p1") == person("p1")
            assert work.people.by_name(locked.name) == locked
            assert work.people.get("p3") is None
            assert work.people.by_name("无此人") is None
            assert work.people.listing() == [person("p1"), locked]

    def test_a_person_is_replaced_by_id(self, store: Store) -> None:
        with store.write() as work:
            work.people.save(person("p1"))
            work.people.save(person("p1", role=Role.APPROVER))
            assert work.people.listing() == [person("p1", role=Role.APPROVER)]

    def test_sessions_end_one_by_one_or_all_of_a_person(self, store: Store) -> None:
        with store.write() as work:
            for person_id in ("p1", "p2"):
                work.people.save(person(person_id))
            for session_id, person_id in (("s1", "p1"), ("s2", "p1"), ("s3", "p1"), ("s4", "p2")):
                work.people.save_session(session(session_id, person_id=person_id))
            assert work.people.session("s1") == session("s1")
            work.people.end_session("s1")
            assert work.people.session("s1") is None
            assert work.people.session("s2") is not None
            work.people.end_sessions_of("p1")
            assert [work.people.session(name) for name in ("s2", "s3")] == [None, None]
            assert work.people.session("s4") is not None


class SourcesContract:
    """Progress, switches and descriptions."""

    def test_a_source_never_crawled_has_an_empty_progress(self, store: Store) -> None:
        with store.read() as work:
            assert work.sources.progress("new") == SourceProgress(source_id="new")
            assert work.sources.all_progress() == {}

    def test_progress_reads_back_equal_and_is_replaced(self, store: Store) -> None:
        first = SourceProgress(source_id="a", etag='"x"', watermark=NOW, memory={"page": 3}, interval_seconds=900.5)
        second = SourceProgress(source_id="a", failures=2, last_error="连接超时", last_run_at=NOW, taken=7)
        with store.write() as work:
            work.sources.save_progress(first)
            assert work.sources.progress("a") == first
            work.sources.save_progress(second)
            assert work.sources.all_progress() == {"a": second}

    def test_switches_hold_what_people_set(self, store: Store) -> None:
        with store.write() as work:
            assert work.sources.switches() == {}
            work.sources.switch("a", enabled=False)
            work.sources.switch("b", enabled=False)
            work.sources.switch("a", enabled=True)
            assert work.sources.switches() == {"a": True, "b": False}

    def test_live_checks_read_back_equal_and_are_replaced(self, store: Store) -> None:
        wished = SourceCheck(source_id="a", wished_at=NOW, wished_by="管理员甲", tries=1)
        settled = SourceCheck(source_id="a", checked_at=NOW, passed_at=NOW - timedelta(days=1), reason="列表为空。")
        other = SourceCheck(source_id="b", checked_at=NOW, passed_at=NOW)
        with store.write() as work:
            assert work.sources.checks() == {}
            work.sources.save_check(wished)
            work.sources.save_check(other)
            assert work.sources.checks() == {"a": wished, "b": other}
            work.sources.save_check(settled)
        with store.read() as work:
            assert work.sources.checks() == {"a": settled, "b": other}

    def test_descriptions_are_replaced_by_id(self, store: Store) -> None:
        with store.write() as work:
            work.sources.describe([])
            work.sources.describe([{"id": "a", "name": "旧名", "source_class": "media", "weight": 1.0}])
            row = {
                "id": "a",
                "name": "新名",
                "source_class": "trade",
                "region": "36",
                "weight": 2.0,
                "credibility": 0.5,
            }
            work.sources.describe([row | {"url": "https://left.out.invalid"}])
            assert work.sources.described() == {"a": row}


class KeptContract:
    """Quarantine, counts, policies, values."""

    def test_quarantined_things_are_listed_newest_first_by_stage(self, store: Store) -> None:
        entries = [
            QuarantineEntry(stage=stage, reason="编码", detail="第 3 行", source_id="a", sample=b"\xff\x00", at=NOW)
            for stage in ("gate", "import")
        ]
        with store.write() as work:
            work.quarantine.add([])
            work.quarantine.add(entries)
            assert [row.entry for row in work.quarantine.listing()] == entries[::-1]
            assert [row.entry for row in work.quarantine.listing(stage="gate", limit=5)] == entries[:1]

    def test_what_is_quarantined_once_is_there_once_whenever_it_comes_again(self, store: Store) -> None:
        entry = QuarantineEntry(stage="import", reason="时间", detail="第 3 行", source_id="s", sample=b"a,b", at=NOW)
        for _ in range(2):
            with store.write() as work:
                work.quarantine.add_once([entry, entry, replace(entry, detail="第 4 行")])
        with store.read() as work:
            assert [row.entry.detail for row in work.quarantine.listing()] == ["第 4 行", "第 3 行"]

    def test_quarantine_counts_what_is_not_replayed(self, store: Store) -> None:
        entry = QuarantineEntry(stage="parse", reason="正文", detail="没有正文", at=NOW)
        with store.write() as work:
            work.quarantine.add([entry, entry])
            row = work.quarantine.listing(limit=1)[0]
            work.quarantine.mark_replayed([row.id], now=NOW)
            assert work.quarantine.counts() == {("parse", "正文"): 1}
            assert work.quarantine.listing(limit=1)[0].replayed_at == NOW

    def test_quarantine_takes_what_made_the_trouble(self, store: Store) -> None:
        with store.write() as work:
            entry = QuarantineEntry(stage="gate", reason="编码", detail="“\x00\ud83d”", sample=b"x" * 99_999, at=NOW)
            work.quarantine.add([entry])
            [row] = work.quarantine.listing()
        assert len(row.entry.sample) == 64 * 1024
        assert row.entry.detail.startswith("“\ufffd")

    def test_roll_ups_add_up_by_cell(self, store: Store) -> None:
        hour = NOW.replace(minute=0, second=0, microsecond=0)
        with store.write() as work:
            for category in ("", "R01"):
                for moment in (NOW, NOW + timedelta(minutes=5), NOW + HOUR):
                    work.rollups.add(
                        hour=moment, source_class="media", category=category, region="3607", level=2, tone="neg"
                    )
            work.rollups.add(hour=NOW, source_class="social", category="", region="", level=0, tone="neu", count=5)
            assert work.rollups.hourly(since=hour, until=hour + HOUR) == {hour: 7}
            assert work.rollups.hourly(since=hour, until=hour + 2 * HOUR, level_at_least=2) == {hour: 2, hour + HOUR: 1}
        with store.write() as work:
            work.rollups.add(hour=NOW, source_class="social", category="", region="", level=0, tone="neu")
        with store.read() as work:
            totals = partial(work.rollups.totals, since=hour, until=hour + 2 * HOUR)
            assert totals(by="source_class") == {"media": 3, "social": 6}
            assert totals(by="category") == {"R01": 3}
            assert totals(by="region") == {"3607": 3, "": 6}
            assert totals(by="tone", level_at_least=1) == {"neg": 3}
            assert totals(by="level") == {"2": 3, "0": 6}
            with pytest.raises(ValueError, match="by"):
                totals(by="hour")

    def test_a_policy_is_replaced_with_all_its_articles(self, store: Store) -> None:
        law = Policy(stem="law", title="药品管理法", issued=date(2019, 8, 26), text_hash="h", extras={"n": 1})

        def article(number: int, stem: str = "law") -> PolicyArticle:
            key = f"{stem}#第{number}条"
            return PolicyArticle(key=key, stem=stem, number=f"第{number}条", position=number, chapter=None, text="全文")

        with store.write() as work:
            work.policies.save(law, [article(1), article(2)])
            work.policies.save(Policy(stem="act", title="办法"), [article(1, "act")])
            work.policies.save(law, [article(3), article(2)])
            assert work.policies.listing() == [Policy(stem="act", title="办法"), law]
            assert work.policies.article("law#第1条") is None
            assert work.policies.article("law#第3条") == article(3)
            assert list(work.policies.articles()) == [article(1, "act"), article(2), article(3)]

    def test_values_are_remembered_by_name(self, store: Store) -> None:
        with store.write() as work:
            assert work.value("issue", 7) == 7
            work.set_value("issue", 8)
            work.set_value("roster", {"周一": ["甲", None]})
            work.set_value("nothing", None)
        with store.read() as work:
            assert work.value("issue", 7) == 8
            assert work.value("roster") == {"周一": ["甲", None]}
            assert work.value("nothing", "default") is None

    def test_times_read_back_in_utc_to_the_microsecond(self, store: Store) -> None:
        extreme = [NOW.astimezone(SHANGHAI), datetime(1970, 1, 1, tzinfo=UTC), datetime(2999, 12, 31, 23, tzinfo=UTC)]
        with store.write() as work:
            for moment in (*extreme, datetime(1949, 10, 1, 7, 0, 0, 1, tzinfo=UTC)):
                work.sources.save_progress(SourceProgress(source_id="a", watermark=moment))
                found = work.sources.progress("a").watermark
                assert found == moment
                assert found.utcoffset() == timedelta(0)

    def test_a_naive_time_is_refused(self, store: Store) -> None:
        with pytest.raises(Exception, match="time zone"), store.write() as work:
            work.sources.save_progress(SourceProgress(source_id="a", watermark=NOW.replace(tzinfo=None)))
