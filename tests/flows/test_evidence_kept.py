"""Files, records and the audit trail held against each other, and what is given up of them with time."""

import gzip
import hashlib
import sqlite3
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from crawlers.records import Source
from service.domain.documents.evidence import EvidenceRecord, EvidenceState
from service.flows.keeping.expiring import give_up_old_pages
from service.flows.keeping.sealing import orphans_of, seal_days, verify_evidence
from tests.contract.stored import alert, event, judge_all
from tests.flows.conftest import LIST_RULE, NOW, article, list_page
from tests.flows.preserved import ARTICLE, Preserved, sha256
from tests.flows.press import Press

Declare = Callable[..., Source]


class TestVerifying:
    @pytest.fixture
    def kept(self, preserved: Preserved, source: Source) -> EvidenceRecord:
        preserved.visit(source)
        return preserved.records()[0]

    def kinds(self, preserved: Preserved) -> list[tuple[str, str]]:
        return [(one.kind, one.record.sha256) for one in verify_evidence(preserved.store, preserved.files).faults]

    def test_a_flipped_byte_in_a_file_is_found(self, preserved: Preserved, kept: EvidenceRecord) -> None:
        raw = bytearray(preserved.file(kept).read_bytes())
        raw[len(raw) // 2] ^= 1
        preserved.file(kept).write_bytes(raw)
        assert self.kinds(preserved) == [("altered", kept.sha256)]

    def test_a_well_formed_file_of_other_bytes_is_found(self, preserved: Preserved, kept: EvidenceRecord) -> None:
        preserved.file(kept).write_bytes(gzip.compress(b"<p>nothing happened</p>"))
        assert self.kinds(preserved) == [("altered", kept.sha256)]

    def test_a_bomb_in_the_place_of_a_page_is_found_without_being_unpacked(
        self, preserved: Preserved, kept: EvidenceRecord, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        hashed: list[int] = []
        real = hashlib.sha256

        def counting(body: bytes = b"") -> object:
            hashed.append(len(body))
            return real(body)

        preserved.file(kept).write_bytes(gzip.compress(bytes(50_000_000)))
        monkeypatch.setattr("service.storage.evidence_files.hashlib.sha256", counting)
        assert self.kinds(preserved) == [("altered", kept.sha256)]
        assert max(hashed, default=0) <= max(one.length for one in preserved.records()) + 1

    def test_a_missing_file_and_one_too_many_are_told_apart(self, preserved: Preserved, kept: EvidenceRecord) -> None:
        preserved.file(kept).unlink()
        preserved.files.put({"ab" * 32: gzip.compress(b"of nobody")})
        assert self.kinds(preserved) == [("missing", kept.sha256)]
        assert list(orphans_of(preserved.store, preserved.files)) == ["ab" * 32]

    def test_the_digest_of_past_days_stands_in_the_audit_trail_once(
        self, preserved: Preserved, kept: EvidenceRecord
    ) -> None:
        assert seal_days(preserved.store, now=NOW) == 0
        preserved.clock.forward(days=1)
        assert seal_days(preserved.store, now=preserved.clock()) == 2
        assert seal_days(preserved.store, now=preserved.clock()) == 0
        with preserved.store.read() as work:
            (row,) = work.audit.rows(action="evidence.digested")
            assert work.audit.verify() is None
        assert (row.detail["after_seq"], row.detail["until_seq"], row.detail["pages"]) == (0, kept.seq + 1, 2)
        found = verify_evidence(preserved.store, preserved.files)
        assert (found.sealed, found.unsealed, found.broken) == (2, 0, [])

    @pytest.mark.parametrize(
        "act", ["UPDATE evidence SET sha256 = '{other}' WHERE seq = 1", "DELETE FROM evidence WHERE seq = 1"]
    )
    def test_a_record_that_is_altered_or_deleted_after_its_day_is_found_by_the_digest(
        self, preserved: Preserved, kept: EvidenceRecord, tmp_path: Path, act: str
    ) -> None:
        preserved.clock.forward(days=1)
        seal_days(preserved.store, now=preserved.clock())
        other = gzip.compress(b"another page")
        preserved.files.put({sha256(b"another page"): other})
        connection = sqlite3.connect(tmp_path / "yaowang.db")
        connection.execute(act.format(other=sha256(b"another page")))
        connection.commit()
        connection.close()
        (sentence,) = verify_evidence(preserved.store, preserved.files).broken
        assert "摘要不符" in sentence
        assert kept.seq == 1

    def test_days_that_follow_each_other_are_bound_each_by_its_own_digest(
        self, preserved: Preserved, kept: EvidenceRecord, press: Press, source: Source
    ) -> None:
        preserved.clock.forward(days=1)
        seal_days(preserved.store, now=preserved.clock())
        press.pages["/list.html"] = list_page(ARTICLE, "/a/2.html", "/a/3.html")
        press.pages["/a/3.html"] = article("消息 /a/3.html")
        preserved.visit(source)
        found = verify_evidence(preserved.store, preserved.files)
        assert (found.sealed, found.unsealed, found.broken) == (2, 1, [])
        preserved.clock.forward(days=1)
        assert seal_days(preserved.store, now=preserved.clock()) == 1
        found = verify_evidence(preserved.store, preserved.files)
        assert (found.sealed, found.unsealed, found.broken) == (3, 0, [])
        assert kept.seq == 1


class TestGivingUp:
    @pytest.fixture
    def later(self, preserved: Preserved, source: Source) -> Preserved:
        preserved.visit(source)
        preserved.clock.forward(days=401)
        return preserved

    def test_old_pages_that_belong_to_no_alert_go_and_their_hashes_stay(self, later: Preserved) -> None:
        assert give_up_old_pages(later.store, later.preserver, now=NOW + timedelta(days=399)).pages == 0
        told = give_up_old_pages(later.store, later.preserver, now=later.clock())
        assert (told.pages, told.files) == (2, 2)
        assert later.files.size() == (0, 0)
        assert {(one.state, len(one.sha256)) for one in later.records()} == {(EvidenceState.EXPIRED, 64)}
        with later.store.read() as work:
            (row,) = work.audit.rows(action="evidence.expired")
        assert (row.detail["pages"], row.detail["files"]) == (2, 2)
        assert give_up_old_pages(later.store, later.preserver, now=later.clock()).pages == 0
        assert verify_evidence(later.store, later.files).faults == []

    def test_what_an_alert_or_its_case_needs_never_goes_however_old_it_is(self, later: Preserved) -> None:
        with later.store.write() as work:
            work.events.save(event(), [])
            judge_all(work, event_id="e1")
            work.alerts.save(alert())
        later.clock.forward(days=4000)
        assert give_up_old_pages(later.store, later.preserver, now=later.clock()).pages == 0
        assert later.files.size()[0] == 2
        assert {one.state for one in later.records()} == {EvidenceState.KEPT}

    def test_a_file_that_a_younger_page_shares_stays(self, later: Preserved, press: Press, declare: Declare) -> None:
        twin = declare(id="twin", kind="listing", url=press.url("/list.html"), list=LIST_RULE)
        later.visit(twin)
        told = give_up_old_pages(later.store, later.preserver, now=later.clock())
        assert (told.pages, told.files) == (2, 0)
        assert verify_evidence(later.store, later.files).faults == []

    def test_a_run_gives_up_a_bounded_number(self, later: Preserved, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("service.flows.keeping.expiring._AT_ONCE", 1)
        told = [give_up_old_pages(later.store, later.preserver, now=later.clock()).pages for _ in range(3)]
        assert told == [1, 1, 0]

    def test_a_digest_still_holds_after_pages_were_given_up(self, later: Preserved) -> None:
        seal_days(later.store, now=later.clock())
        give_up_old_pages(later.store, later.preserver, now=later.clock())
        found = verify_evidence(later.store, later.files)
        assert (found.sealed, found.broken, found.faults) == (2, [], [])
