"""What the store promises of hidden strings. The person is invented."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from analysis.assessment import Entity, EntityType
from crawlers.lists.listed import Listed
from crawlers.ports import SourceProgress
from crawlers.records import Document, document_id
from crawlers.remembered import LATE, LEFT_ALONE
from crawlers.visits.late import LatePage
from service.domain.documents.hidden import MARK, keyed_hash
from service.domain.learning.opinion import Cause, SecondOpinion
from service.domain.telling.notification import harmless
from service.ports.hiding import Found
from service.ports.store import Store
from service.storage.sql import SqlStore
from tests.contract.store_cases import ID, case, draft
from tests.contract.store_explanations import EXPLANATION
from tests.contract.store_following import matter
from tests.contract.stored import AUTHOR_KEY, NOW, alert, assessment, claim, complete, document, event, put

NAME = "欧阳甲乙"
GONE = MARK * 4
LATER = NOW + timedelta(days=2)


def told(**changes: Any) -> Document:
    made = document(
        title=f"{NAME}反映清云注射液后发热",
        text=f"市民{NAME}反映输注清云注射液后寒战，{NAME}已就医。",
        author="9f8e7d",
        origin=f"{NAME}的记录",
        extras={"place": {"said_by": NAME}},
    )
    return replace(made, **changes)


def tell(store: Store, of: Document | None = None) -> Document:
    """Store the document with everything that is derived from it and holds the name."""
    of = of or told()
    put(store, of)
    [leased] = claim(store)
    named = Entity(type=EntityType.DRUG, text=NAME, start=0, end=4, field="title", canonical=NAME)
    judged = replace(assessment(of), entities=(named, *assessment(of).entities), tokens="欧阳 甲乙 反映 寒战")
    sketch = {"terms": {NAME: 2.5, "寒战": 1.0}, "names": [NAME], "members": []}
    with store.write() as work:
        work.events.save(event(title=of.title, sketch=sketch), ["t:寒战", f"t:{NAME}"])
        work.alerts.save(alert(title=of.title, triggers=(f"{NAME}一人",)))
        work.cases.add(case(title=of.title), [draft(text=f"{NAME}的情况")])
        assert complete(work, leased, judged, event_id="e1")
        work.explanations.put(of.id, leased.fence, replace(EXPLANATION, rules=(NAME,)), now=NOW)
        work.outbox.add("mail:1", "mail", {"to": "a@office.invalid", "alert_id": "a1", "letter": NAME}, now=NOW)
        work.outbox.add("mail:2", "mail", {"to": "a@office.invalid", "alert_id": "other", "letter": NAME}, now=NOW)
    return of


def hide(store: Store, of: Document, *, whole: bool = False, authorless: bool = False, name: str = NAME) -> Found:
    with store.write() as work:
        area = work.hiding.area(of.id, whole_event=whole)
        assert area is not None
        return work.hiding.hide(area, name, authorless=authorless, now=NOW)


def find(store: Store, of: Document, name: str = NAME) -> Found:
    with store.read() as work:
        area = work.hiding.area(of.id, whole_event=True)
        assert area is not None
        return work.hiding.find(area, name)


class HidingContract:
    """A string that is hidden is gone from everything that can be changed, and comes back with no later text."""

    def test_a_hidden_name_is_gone_from_the_document_and_from_everything_derived(self, store: Store) -> None:
        of = tell(store)
        before = find(store, of)
        assert set(before.places) >= {"稿件", "研判", "研判说明", "事件", "事件的归并特征", "预警", "处置"}
        assert hide(store, of) == before
        assert find(store, of).places == {}
        with store.read() as work:
            kept = work.documents.get(of.id)
            assert kept is not None
            assert kept.text == of.text.replace(NAME, GONE)
            assert (len(kept.title), len(kept.text)) == (len(of.title), len(of.text))
            assert kept.extras == {"place": {"said_by": GONE}}
            judged = work.documents.assessment_of(of.id)
            assert judged is not None
            assert judged.entities[0].text == kept.title[0:4] == GONE
            assert judged.tokens == f"{MARK * 2} {MARK * 2} 反映 寒战"
            happened, raised = work.events.get("e1"), work.alerts.get("a1")
            assert happened is not None
            assert raised is not None
            assert happened.title == raised.title == kept.title
            assert happened.sketch["terms"] == {GONE: 2.5, "寒战": 1.0}
            kept_case = work.cases.get(ID)
            assert kept_case is not None
            assert kept_case.title == kept.title
            assert work.explanations.of_documents([of.id])[of.id].rules == (GONE,)

    def test_a_latin_name_that_a_waiting_letter_took_apart_like_an_address_is_hidden_in_it(self, store: Store) -> None:
        of = told(text="John.Smith 反映用药后寒战。")
        tell(store, of)
        letter = {"alert_id": "a1", "letter": harmless("【预警】John.Smith 反映寒战")}
        with store.write() as work:
            work.outbox.add("mail:3", "mail", letter, now=NOW)
        hide(store, of, name="John.Smith")
        with store.write() as work:
            rows = work.outbox.claim(kinds=["mail"], limit=10, lease=timedelta(minutes=1), now=NOW)
        assert "Smith" not in str([row.payload for row in rows])

    def test_what_a_list_said_of_a_page_that_is_still_to_be_had_goes_too_and_stays_away(self, store: Store) -> None:
        of = tell(store)
        page, other = (
            LatePage(record=Listed(native_id=native, title=of.title, url=of.url, summary=NAME)).to_json()
            for native in (of.native_id, "another")
        )
        progress = SourceProgress(source_id=of.source_id, memory={LATE: [page, other], LEFT_ALONE: [page]})
        with store.write() as work:
            work.sources.save_progress(progress)
        assert find(store, of).places["待取网页和附件的标题和摘要"] == 1
        hide(store, of)
        assert find(store, of).places == {}
        with store.write() as work:
            assert work.sources.progress(of.source_id).memory == {LATE: [other], LEFT_ALONE: []}
            # A visit that began before the act ends after it.
            work.sources.save_progress(progress)
        with store.read() as work:
            assert work.sources.progress(of.source_id).memory == {LATE: [other], LEFT_ALONE: []}

    def test_mails_of_the_events_alert_are_hidden_and_mails_of_others_are_not(self, store: Store) -> None:
        of = tell(store)
        hide(store, of)
        with store.write() as work:
            rows = work.outbox.claim(kinds=["mail"], limit=10, lease=timedelta(minutes=1), now=NOW)
        assert [row.payload["letter"] for row in rows] == [GONE, NAME]
        assert rows[0].payload["to"] == "a@office.invalid"

    def test_the_same_text_fetched_again_is_known_and_brings_nothing_back(self, store: Store) -> None:
        of = tell(store)
        hide(store, of)
        with store.write() as work:
            result = work.documents.put([replace(of, fetched_at=LATER)], now=LATER)
        assert (result.added, result.edited, result.known) == (0, 0, 1)
        assert claim(store, now=LATER) == []
        assert find(store, of).places == {}

    def test_an_edited_text_is_stored_without_the_name_and_so_is_what_it_replaces(self, store: Store) -> None:
        of = tell(store)
        hide(store, of)
        edited = replace(of, text=f"更正：{NAME}已康复。", extras={"said": NAME}, fetched_at=LATER)
        with store.write() as work:
            assert work.documents.put([edited], now=LATER).edited == 1
            work.attachments.replace_rows([replace(edited, extras={"rows": [{"product": NAME}]})])
        with store.read() as work:
            kept = work.documents.get(of.id)
            assert kept is not None
            assert kept.text == f"更正：{GONE}已康复。"
            assert kept.extras["said"] == GONE
            assert [row.values["product"] for row in work.attachments.find(product=MARK)] == [GONE]
        assert find(store, of).places == {}

    @pytest.mark.parametrize("native", ["sha256:0123", f"{NAME}反映清云注射液后发热"])
    def test_an_id_that_an_earlier_build_made_of_the_words_is_named_as_left(self, store: Store, native: str) -> None:
        of = told(id=document_id("s", native), source_id="s", native_id=native)
        keyed = told(id="keyed", source_id="s", native_id=native)
        put(store, of, keyed)
        left = [one for document in (of, keyed) for one in find(store, document).left]
        assert [one.where for one in left if "稿件编号" in one.what] == [of.id]

    def test_it_is_told_under_which_ids_documents_and_matters_are_stored(self, store: Store) -> None:
        of = tell(store)
        with store.write() as work:
            work.matters.save_all([matter("m-only", document_id=None)])
        with store.read() as work:
            assert work.hiding.stored_under([of.id, "m-only", "nothing"]) == {of.id, "m-only"}
            assert work.hiding.stored_under([]) == frozenset()

    def test_versions_of_before_are_hidden_too(self, store: Store) -> None:
        of = tell(store)
        put(store, replace(of, text="已删除。", title="已删除", fetched_at=LATER), now=LATER)
        assert {"稿件的旧版本", "旧版本的研判"} <= set(find(store, of).places)
        hide(store, of)
        assert find(store, of).places == {}

    def test_no_hash_that_could_be_guessed_from_is_left(self, store: Store) -> None:
        of = tell(store)
        asked = SecondOpinion(
            document_id=of.id,
            content_hash=of.content_hash,
            cause=Cause.BORDERLINE,
            judged={},
            queued_at=NOW,
            ready_at=NOW,
            question="ab" * 32,
        )
        with store.write() as work:
            work.opinions.add([asked])
        hide(store, of)
        with store.read() as work:
            kept = work.documents.get(of.id)
            opinion = work.opinions.of_documents([of.id])[of.id]
            hidden = work.hiding.of_documents([of.id])[of.id]
        assert kept is not None
        assert [(one.digest, one.length) for one in hidden] == [(keyed_hash(AUTHOR_KEY, NAME), 4)]
        assert opinion.question is None
        assert content_hashes(store) == [kept.content_hash] * 2

    def test_a_worker_that_still_judges_the_old_text_cannot_complete_it(self, store: Store) -> None:
        of = told()
        put(store, of)
        [leased] = claim(store)
        hide(store, of)
        with store.write() as work:
            assert not complete(work, leased, assessment(of))
        [again] = claim(store)
        assert again.document.title == of.title.replace(NAME, GONE)

    def test_the_judgement_gets_a_new_version_so_that_the_projection_takes_it(self, store: Store) -> None:
        of = tell(store)
        with store.read() as work:
            before = work.hiding.versions([of.id])[of.id]
        hide(store, of)
        with store.read() as work:
            assert work.hiding.versions([of.id]) == {of.id: before + 1}
            [shown] = work.documents.search_documents_of([of.id])
            assert (shown.version, NAME in shown.text + shown.tokens + shown.title) == (before + 1, False)
            assert of.id in work.explanations.of_documents([of.id])

    def test_the_author_goes_where_that_is_asked_and_does_not_come_back(self, store: Store) -> None:
        of = tell(store)
        hide(store, of, authorless=True)
        put(store, replace(of, text="改过。", fetched_at=LATER), now=LATER)
        with store.read() as work:
            kept = work.documents.get(of.id)
        assert kept is not None
        assert kept.author is None

    def test_the_author_stays_away_when_something_else_is_hidden_later(self, store: Store) -> None:
        of = tell(store)
        hide(store, of, authorless=True)
        hide(store, of, name="清云注射液")
        hide(store, of, name=NAME)
        put(store, replace(of, text="改过。", fetched_at=LATER), now=LATER)
        with store.read() as work:
            kept = work.documents.get(of.id)
        assert kept is not None
        assert kept.author is None

    def test_the_author_stays_where_nobody_asks(self, store: Store) -> None:
        of = tell(store)
        hide(store, of)
        with store.read() as work:
            kept = work.documents.get(of.id)
        assert kept is not None
        assert kept.author == "9f8e7d"

    def test_the_whole_event_or_one_document(self, store: Store) -> None:
        of = tell(store)
        other = told(id="other", native_id="other")
        put(store, other)
        [leased] = claim(store)
        with store.write() as work:
            assert complete(work, leased, assessment(other), event_id="e1")
        hide(store, of)
        assert find(store, of).documents == (other.id,)
        hide(store, of, whole=True)
        assert find(store, of).places == {}
        with store.read() as work:
            assert set(work.hiding.of_documents([of.id, other.id])) == {of.id, other.id}

    def test_what_is_written_once_is_named_and_stays(self, store: Store) -> None:
        of = tell(store, told(url=f"https://news.invalid/{NAME}"))
        with store.write() as work:
            work.audit.append(actor="x", action="mail.replaced", subject="a1", detail={"reason": NAME}, now=NOW)
        left = {(one.what, one.where) for one in hide(store, of).left}
        assert ("原文网址", f"https://news.invalid/{NAME}") in left
        assert ("审计记录（只增不改）", "1 条") in left
        assert ("处置的口径稿", f"/cases/{ID}") in left
        with store.read() as work:
            assert work.audit.verify() is None

    def test_there_is_no_area_of_no_document(self, store: Store) -> None:
        with store.read() as work:
            assert work.hiding.area("nothing", whole_event=False) is None

    @pytest.mark.parametrize("key", [None, lambda: b"the key of another installation"])
    def test_by_another_key_no_later_text_is_taken(self, store: SqlStore, key: Any) -> None:
        of = tell(store)
        hide(store, of)
        store._author_key = key
        edited = replace(of, text=f"更正：{NAME}已康复。", fetched_at=LATER)
        with store.write() as work:
            result = work.documents.put([edited], now=LATER)
        assert (result.added, result.edited, result.known) == (0, 0, 1)
        assert find(store, of).places == {}


def content_hashes(store: Store) -> list[str]:
    """Return every hash that is stored of a text."""
    assert isinstance(store, SqlStore)
    engine = create_engine(store._engines.reader.url, poolclass=NullPool)
    with engine.connect() as connection:
        tables = ("documents", "document_versions", "opinions")
        return [found for table in tables for found in connection.scalars(text(f"SELECT content_hash FROM {table}"))]
