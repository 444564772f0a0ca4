"""What the crawler keeps of the pages that documents were read from, from a press on loopback to files and records."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from crawlers.records import Document, Source
from service.domain.documents.evidence import EvidenceRules, EvidenceState
from service.flows.keeping.expiring import remove_unneeded
from service.flows.keeping.preserving import Preserver
from service.flows.keeping.sealing import orphans_of, verify_evidence
from service.storage.crawl import StoreSink
from tests.flows.conftest import NOW, article
from tests.flows.preserved import ARTICLE, RULES, Preserved, body_of, sha256
from tests.flows.press import Page, Press

Declare = Callable[..., Source]


class TestKeeping:
    def test_after_the_source_answers_404_the_page_is_there_and_its_hash_verifies(
        self, preserved: Preserved, source: Source, press: Press
    ) -> None:
        preserved.visit(source)
        body = body_of(press, ARTICLE)
        press.pages[ARTICLE] = Page(status=404)
        preserved.clock.forward(hours=2)
        preserved.look_again(source, ARTICLE)
        (record,) = (one for one in preserved.records() if one.url == press.url(ARTICLE))
        assert preserved.files.read(record.sha256, record.length) == body
        assert record.sha256 == sha256(body)
        found = verify_evidence(preserved.store, preserved.files)
        assert (found.pages, found.faults, found.broken) == (2, [], [])

    def test_the_record_says_what_the_answer_said_of_itself_and_where_it_was_led(
        self, preserved: Preserved, source: Source, press: Press
    ) -> None:
        headers = {"Last-Modified": "Tue, 24 Nov 2026 01:30:00 GMT", "ETag": '"5f-1"'}
        moved = replace(article("消息 /a/1.html", charset="gb18030"), headers=headers)
        press.pages |= {ARTICLE: Page(status=302, headers={"Location": "/new/1.html"}), "/new/1.html": moved}
        preserved.visit(source)
        (record,) = (one for one in preserved.records() if one.url == press.url(ARTICLE))
        assert record.final_url == press.url("/new/1.html")
        assert (record.status, record.charset, record.etag) == (200, "gb18030", '"5f-1"')
        assert record.content_type == "text/html; charset=gb18030"
        assert record.last_modified == headers["Last-Modified"]
        assert (record.version, record.part, record.fetched_at, record.kept_at) == (1, 1, NOW, NOW)
        assert (record.length, record.sha256) == (len(moved.body), sha256(moved.body))

    def test_an_edited_page_is_kept_beside_the_earlier_one_and_an_unchanged_text_is_not_kept_again(
        self, preserved: Preserved, source: Source, press: Press
    ) -> None:
        preserved.visit(source)
        first = body_of(press, ARTICLE)
        press.pages[ARTICLE] = Page(body=first.replace(b"</body>", b"<!-- another advertisement --></body>"))
        preserved.look_again(source, ARTICLE)
        assert len(preserved.records()) == 2
        edited = first.replace("暂停销售使用".encode(), "恢复销售使用".encode())
        press.pages[ARTICLE] = Page(body=edited)
        preserved.look_again(source, ARTICLE)
        versions = {one.version: one.sha256 for one in preserved.records() if one.url == press.url(ARTICLE)}
        assert versions == {1: sha256(first), 2: sha256(edited)}
        assert list(orphans_of(preserved.store, preserved.files)) == []

    def test_two_documents_read_from_the_same_bytes_share_one_file(
        self, preserved: Preserved, press: Press, declare: Declare
    ) -> None:
        body = json.dumps({"rows": [{"t": "甲事件"}, {"t": "乙事件"}]}, ensure_ascii=False).encode()
        press.pages["/hot"] = Page(body=body, kind="application/json")
        rule = {"format": "json", "record": "rows", "title": "t"}
        hot = declare(kind="hot_list", url=press.url("/hot"), list=rule)
        preserved.visit(hot)
        preserved.visit(hot)
        assert [one.sha256 for one in preserved.records()] == [sha256(body)] * 2
        assert preserved.files.size()[0] == 1
        assert preserved.files.read(sha256(body), len(body)) == body

    def test_every_page_of_an_article_of_several_is_kept(
        self, preserved: Preserved, source: Source, press: Press
    ) -> None:
        following = "<a href='/a/1_2.html'>下一页</a></body>".encode()
        press.pages[ARTICLE] = Page(body=body_of(press, ARTICLE).replace(b"</body>", following))
        second = article("消息 /a/1.html").body.replace("派员".encode(), "再次派员".encode())
        press.pages["/a/1_2.html"] = Page(body=second)
        preserved.visit(source)
        parts = [(one.part, one.sha256) for one in preserved.records() if "/a/1" in one.url]
        assert parts == [(1, sha256(body_of(press, ARTICLE))), (2, sha256(second))]

    def test_of_a_page_beyond_the_limit_hash_and_length_are_kept_and_the_record_says_so(
        self, preserved: Preserved, source: Source, press: Press
    ) -> None:
        preserved.rules = EvidenceRules(page_bytes=100, kept_for=RULES.kept_for)
        preserved.visit(source)
        assert {one.state for one in preserved.records()} == {EvidenceState.TOO_LARGE}
        assert {one.sha256 for one in preserved.records()} == {
            sha256(body_of(press, p)) for p in (ARTICLE, "/a/2.html")
        }
        assert preserved.files.size() == (0, 0)
        assert verify_evidence(preserved.store, preserved.files).faults == []

    def test_a_folder_that_cannot_be_written_costs_no_document(self, preserved: Preserved, source: Source) -> None:
        preserved.folder.write_text("a file where the folder should be")
        preserved.visit(source)
        with preserved.store.read() as work:
            assert work.documents.count() == 2
        assert {one.state for one in preserved.records()} == {EvidenceState.UNWRITTEN}

    def test_a_document_of_before_gets_its_page_when_it_is_looked_at_again(
        self, preserved: Preserved, source: Source, press: Press
    ) -> None:
        preserved.visit(source)
        documents = preserved.documents()
        assert [one.snapshots for one in documents] == [(), ()]
        bare = StoreSink(preserved.store, preserved.clock)
        assert bare.put([replace(one, text=one.text + "（更新）") for one in documents]).edited == 2
        edited = body_of(press, ARTICLE).replace(b"</p></div>", "（更新）</p></div>".encode())
        press.pages[ARTICLE] = Page(body=edited)
        preserved.look_again(source, ARTICLE)
        assert [one.version for one in preserved.records() if one.url == press.url(ARTICLE)] == [1, 2]
        with preserved.store.read() as work:
            versions = work.evidence.versions([documents[0].id])
        assert versions[documents[0].id][0] == 2  # the page as it is now, of the version that was stored without it


class TestCrashes:
    def test_a_crash_between_file_and_record_leaves_a_whole_file_that_a_check_collects(
        self, preserved: Preserved, source: Source, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def killed(*_: object, **__: object) -> int:
            raise KeyboardInterrupt

        documents = self.caught(preserved, source, monkeypatch)
        monkeypatch.setattr(Preserver, "record", killed)
        with pytest.raises(KeyboardInterrupt):
            preserved.sink().put(documents)
        assert preserved.records() == []
        with preserved.store.read() as work:
            assert work.documents.count() == 0
        orphans = set(orphans_of(preserved.store, preserved.files))
        assert orphans == {shot.sha256 for one in documents for shot in one.snapshots}
        assert verify_evidence(preserved.store, preserved.files).faults == []
        assert remove_unneeded(preserved.store, preserved.files, orphans) == 2
        assert preserved.files.size() == (0, 0)

    def test_a_file_that_was_taken_for_an_orphan_before_its_record_was_there_is_written_again(
        self, preserved: Preserved, source: Source, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        documents = self.caught(preserved, source, monkeypatch)
        preserver = Preserver(files=preserved.files, rules=RULES)
        pages = preserver.keep(preserved.store, documents)
        remove_unneeded(preserved.store, preserved.files, list(orphans_of(preserved.store, preserved.files)))
        with preserved.store.write() as work:
            work.documents.put(documents, now=NOW)
            assert preserver.record(work, pages, now=NOW) == 2
        assert verify_evidence(preserved.store, preserved.files).faults == []

    def test_a_draft_that_a_crash_left_is_no_evidence_and_is_tidied_away(self, preserved: Preserved) -> None:
        shelf = preserved.folder / "ab"
        shelf.mkdir(parents=True)
        (shelf / ".0123456789abcdef-00").write_bytes(b"half")
        assert list(preserved.files.hashes()) == []
        preserved.files.tidy(before=NOW - timedelta(days=10_000))
        assert len(list(shelf.iterdir())) == 1
        preserved.files.tidy(before=NOW + timedelta(days=10_000))
        assert list(shelf.iterdir()) == []

    @staticmethod
    def caught(preserved: Preserved, source: Source, monkeypatch: pytest.MonkeyPatch) -> list[Document]:
        """Return the documents that a visit hands to the sink, which stores nothing of them."""
        caught: list[Document] = []
        with monkeypatch.context() as patched:

            def catch(_: object, documents: list[Document]) -> None:
                caught.extend(documents)
                raise OSError("not now")

            patched.setattr(StoreSink, "put", catch)
            preserved.visit(source)
        assert all(one.snapshots for one in caught)
        assert len(caught) == 2
        return caught
