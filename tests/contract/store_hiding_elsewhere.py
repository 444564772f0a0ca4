"""What the store promises of hidden strings beside the document and what was derived from it. The person is invented."""

from dataclasses import replace
from datetime import timedelta

from crawlers.attachments.documents import Attached
from crawlers.ports import SourceProgress
from crawlers.records import Document
from crawlers.remembered import FILES, REFUSED_FILES
from service.domain.clocks.exclusion import Exclusion, ExclusionKind
from service.domain.documents.hidden import MARK
from service.domain.matters.disclosure import DisclosureDecision, DisclosureState
from service.domain.matters.matter import Matter
from service.domain.telling.silence import Matcher, MatcherField
from service.ports.own_sources import SourceProbe
from service.ports.store import Store
from tests.contract.store_following import matter
from tests.contract.store_hiding import GONE, LATER, NAME, find, hide, tell, told
from tests.contract.store_routing import silence
from tests.contract.stored import NOW, clock, put

LEFT_OUT = Exclusion(
    kind=ExclusionKind.CONSULT, since=NOW, by="p", reason=f"等{NAME}答复", basis="", verified=True, due_before=None
)


def matter_of(of: Document) -> Matter:
    made = matter("m1")
    duties = tuple(replace(one, extended_why=f"{NAME}住院") for one in made.duties)
    return replace(made, document_id=of.id, title=of.title, duties=duties)


def decision_of(of: Document) -> DisclosureDecision:
    return DisclosureDecision(
        id="d1",
        subject=of.title,
        matters=("m1",),
        state=DisclosureState.ACCEPTED,
        decided_by="p",
        decided_at=NOW,
        reason=f"{NAME}等多人问起",
    )


class HidingElsewhereContract:
    """A string that is hidden is gone from what persons wrote about the event, from what was cut, and from what comes later."""

    def test_reasons_of_clocks_silences_and_disclosures_go_too(self, store: Store) -> None:
        of = tell(store)
        kept, decision = matter_of(of), decision_of(of)
        with store.write() as work:
            work.clocks.save(replace(clock(), reason=f"{NAME}要求暂缓", exclusions=(LEFT_OUT,)))
            for event_id in ("e1", "e9"):
                matchers = (Matcher(MatcherField.EVENT, event_id),)
                quiet = replace(silence(event_id, ends_at=LATER), matchers=matchers, reason=f"{NAME}一事已知")
                work.silences.save(quiet)
            work.matters.save_all([kept])
            work.matters.save_disclosure(decision)
        before = find(store, of)
        assert {"预警的时限", "静默", "高频主题的公开决定", "办件"} <= set(before.places)
        after = hide(store, of)
        assert after == before
        assert [one.what for one in after.left if one.where == "/alerts/silences"] == ["静默的理由或条件"]
        assert find(store, of).places == {}
        with store.read() as work:
            told = work.clocks.get("c1")
            open_matter = work.matters.get("m1")
            [decided] = work.matters.disclosures()
        assert told is not None
        assert open_matter is not None
        assert (told.reason, told.exclusions[0].reason) == (f"{GONE}要求暂缓", f"等{GONE}答复")
        assert open_matter.duties[0].extended_why == f"{GONE}住院"
        assert (decided.subject, decided.reason) == (of.title.replace(NAME, GONE), f"{GONE}等多人问起")

    def test_the_beginning_of_a_name_that_a_long_subject_was_cut_in_goes_too(self, store: Store) -> None:
        of = tell(store)
        letters = {
            f"mail:cut{kept}": {
                "alert_id": "a1",
                "letter": {"subject": f"[红色] {'药' * 90}反映{NAME[:kept]}…｜24小时时限"},
            }
            for kept in range(1, len(NAME))
        }
        with store.write() as work:
            for key, payload in letters.items():
                work.outbox.add(key, "mail", payload, now=NOW)
            work.outbox.add("mail:stranger", "mail", {"alert_id": "a9", "letter": f"{NAME[0]}…"}, now=NOW)
        hide(store, of)
        assert find(store, of).places == {}
        with store.write() as work:
            rows = work.outbox.claim(kinds=["mail"], limit=10, lease=timedelta(minutes=1), now=NOW)
        told = {row.key: str(row.payload) for row in rows}
        assert all(f"反映{MARK * kept}…" in told[f"mail:cut{kept}"] for kept in range(1, len(NAME)))
        assert f"{NAME[0]}…" in told["mail:stranger"]

    def test_an_entry_that_a_hot_list_knows_by_its_title_is_hidden_in_that_too_and_known_again(
        self, store: Store
    ) -> None:
        title = f"{NAME}反映清云注射液后发热"
        of = tell(store, told(native_id=title))
        hide(store, of)
        edited = replace(of, text="话题简介改过。", fetched_at=LATER)
        for entry in (of, edited):
            put(store, entry, now=LATER)
        with store.read() as work:
            kept = work.documents.get(of.id)
        assert kept is not None
        assert kept.native_id == kept.title == title.replace(NAME, GONE)

    def test_what_a_probe_of_a_site_saw_is_shown_without_the_name(self, store: Store) -> None:
        of = tell(store)
        seen = {"title": of.title, "url": "https://news.invalid/1.html", "published_at": None}
        other = {**seen, "title": "药品抽检"}
        with store.write() as work:
            work.own_sources.save_probe(
                SourceProbe(
                    id="probe",
                    url="https://news.invalid/",
                    name="报",
                    asked_by="p",
                    asked_at=NOW,
                    samples=(seen, other),
                )
            )
        assert find(store, of).places["新增信源探查时看到的标题"] == 1
        hide(store, of)
        with store.read() as work:
            probe = work.own_sources.probe("probe")
        assert probe is not None
        assert probe.samples == ({**seen, "title": of.title.replace(NAME, GONE)}, other)

    def test_a_file_that_came_with_the_document_is_taken_without_the_name(self, store: Store) -> None:
        of = tell(store)
        waiting = Attached(
            url="https://news.invalid/1.pdf", name=f"{NAME}的病历.pdf", parent_id=of.id, parent_title=of.title, kind=of.kind,
            published_at=None, precision=of.precision, origin=None, region=None,
        )  # fmt: skip
        progress = SourceProgress(source_id=of.source_id, memory={FILES: [waiting.to_json()], REFUSED_FILES: []})
        with store.write() as work:
            work.sources.save_progress(progress)
        assert find(store, of).places["待取网页和附件的标题和摘要"] == 1
        hide(store, of)
        with store.write() as work:
            [renamed] = work.sources.progress(of.source_id).memory[FILES]
            # A visit that began before the act ends after it.
            work.sources.save_progress(progress)
            [again] = work.sources.progress(of.source_id).memory[FILES]
        assert NAME not in str([renamed, again])
        assert again["parent_title"] == of.title.replace(NAME, GONE)
        attached = told(id="file", native_id="news.invalid/1.pdf", extras={"parent": of.id})
        put(store, attached, now=LATER)
        with store.read() as work:
            kept = work.documents.get("file")
        assert kept is not None
        assert NAME not in kept.title + kept.text
