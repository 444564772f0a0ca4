"""Crawled notices and interpretations join the library in the transaction that stores them."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

from crawlers.records import Document, DocumentKind, document_id
from service.domain.policies.policy import Policy, PolicyKind, PolicyLevel
from service.domain.rules.register import Register
from service.flows.policies.importing import import_policies
from service.ports.store import Store
from service.storage.crawl import StoreSink
from tests.flows.acts.scene import NOW

TITLE = "江西省药品零售演示办法"
STEM = f"{TITLE}(2026-11-20)"


def paper(native_id: str, title: str = TITLE, text: str = "第一条 甲。\n第二条 乙。", **given: Any) -> Document:
    source = given.pop("source", "province")
    kind = given.pop("kind", DocumentKind.POLICY)
    published = given.pop("published_at", NOW - timedelta(days=5))
    return Document(
        id=document_id(source, native_id),
        source_id=source,
        native_id=native_id,
        kind=kind,
        title=title,
        text=text,
        url=f"https://press.invalid/{native_id}",
        fetched_at=NOW,
        published_at=published,
        extras=given,
    )


RULE = paper(
    "1",
    issue_number="赣药监规〔2026〕3号",
    issuing_body="江西省药品监督管理局",
    issued="2026-11-20",
    effective="2026-12-20",
)


def put(store: Store, *documents: Document) -> None:
    StoreSink(store, lambda: NOW).put(documents)


def library(store: Store) -> dict[str, Policy]:
    with store.read() as work:
        return {policy.stem: policy for policy in work.policies.listing()}


class TestJoining:
    def test_a_policy_joins_with_what_its_source_says_of_it(self, store: Store) -> None:
        put(store, RULE, paper("2", "一条新闻", kind=DocumentKind.NOTICE))
        [policy] = library(store).values()
        assert (policy.stem, policy.title, policy.issue_number) == (STEM, TITLE, "赣药监规〔2026〕3号")
        assert (policy.issued, policy.valid_from) == (date(2026, 11, 20), date(2026, 12, 20))
        assert (policy.level, policy.region, policy.source_id) == (PolicyLevel.NORMATIVE, "360000", "province")
        assert policy.url == "https://press.invalid/1"
        with store.read() as work:
            assert [article.key for article in work.policies.articles()] == [f"{STEM}#第一条", f"{STEM}#第二条"]
            assert work.documents.get(RULE.id) is not None

    def test_seen_again_it_changes_nothing_and_edited_it_is_the_next_version(self, store: Store) -> None:
        put(store, RULE)
        put(store, RULE)
        assert library(store)[STEM].version == 1
        put(store, paper("1", text="第一条 改过。", **RULE.extras))
        policy = library(store)[STEM]
        assert policy.version == 2
        with store.read() as work:
            assert [one.text for one in work.policies.versions(STEM)] == ["第一条 改过。", RULE.text]

    def test_an_interpretation_finds_its_policy(self, store: Store) -> None:
        put(store, RULE, paper("3", f"《{TITLE}》政策解读", "一、背景。", interprets=TITLE, issued="2026-11-23"))
        made = next(policy for policy in library(store).values() if policy.kind is PolicyKind.INTERPRETATION)
        assert (made.valid_from, made.level) == (None, None)
        with store.read() as work:
            [link] = work.policies.links()
            assert (link.stem, link.about, link.person) == (made.stem, STEM, "system")
            assert work.policies.articles_of(made.stem) == []

    def test_an_interpretation_that_came_first_waits_for_its_policy(self, store: Store) -> None:
        put(store, paper("3", f"《{TITLE}》政策解读", "一、背景。", interprets=TITLE, issued="2026-11-20"))
        with store.read() as work:
            assert work.policies.links() == []
        put(store, RULE)
        with store.read() as work:
            [link] = work.policies.links()
        assert link.about == STEM

    def test_a_draft_is_never_in_force(self, store: Store) -> None:
        put(store, paper("4", "江西省演示办法（征求意见稿）", issued="2026-11-01"))
        [draft] = library(store).values()
        assert (draft.kind, draft.valid_from) == (PolicyKind.DRAFT, None)

    def test_what_a_person_brought_is_never_replaced(self, store: Store, texts: Path, register: Register) -> None:
        (texts / f"{STEM}.md").write_text("第一条 局里的文本。\n", encoding="utf-8")
        import_policies(store, texts, register=register, actor="测试", now=NOW)
        put(store, RULE)
        with store.read() as work:
            assert [article.text for article in work.policies.articles()] == ["局里的文本。"]
            assert work.quarantine.listing() == []

    def test_a_text_that_cannot_be_taken_costs_itself_only_and_is_quarantined(self, store: Store) -> None:
        put(store, paper("5", "演示规定", "第一条 甲。\n第一条 乙。"), RULE)
        assert list(library(store)) == [STEM]
        with store.read() as work:
            [row] = work.quarantine.listing()
            assert work.documents.count() == 2
        assert row.entry.stage == "policy"
        assert "第 2 行：第一条写了两次" in row.entry.detail
        put(store, paper("5", "演示规定", "第一条 甲。\n第一条 乙。"))
        with store.read() as work:
            assert len(work.quarantine.listing()) == 1

    def test_two_papers_of_one_name_and_day_are_two(self, store: Store) -> None:
        notice = paper("6", "关于演示的通告", "各单位：甲。", issued="2026-11-02")
        other = paper("7", "关于演示的通告", "各单位：乙。", issued="2026-11-02")
        elsewhere = paper("6", "关于演示的通告", "各单位：甲。", issued="2026-11-02", source="city")
        put(store, notice)
        put(store, elsewhere)
        assert list(library(store)) == ["关于演示的通告(2026-11-02)"]
        put(store, other)
        assert sorted(policy.extras["document_id"] for policy in library(store).values()) == sorted(
            [notice.id, other.id]
        )
        assert f"关于演示的通告(2026-11-02){other.id[:8]}" in library(store)
