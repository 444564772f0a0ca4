"""What a live visit must bring for a source to be switched on."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from crawlers.access.failure import FailureCode
from crawlers.catalogue.declaration import Declaration
from crawlers.catalogue.loader import source_of
from crawlers.live_check import CHECK_ARTICLES, Brought, LiveChecks, gently, verdict
from crawlers.ports import SourceProgress
from crawlers.records import Document, DocumentKind, Source, document_id
from crawlers.sinks.memory import MemorySink
from crawlers.visits.conclusion import SourceReport

NOW = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)
LIST = {"record": "li", "title": "a", "link": "a@href"}


def declared(**keys: Any) -> Source:
    basics = {"id": "daily", "name": "测试日报", "kind": "listing", "source_class": "media", "weight": 5}
    basics |= {"access": "open", "legal_basis": "测试", "url": "https://paper.test/", "list": LIST}
    return source_of(Declaration.model_validate(basics | keys))


def report(*, listed: int = 8, code: FailureCode | None = None, **more: Any) -> SourceReport:
    failed = None if code is None else "访问中出了问题。"
    return SourceReport(source_id="daily", name="测试日报", listed=listed, failed=failed, failure_code=code, **more)


GOOD = Brought(documents=3, titled=3, dated=2)
WANTS_FIVE = {"expect": {"min_items": 5}}
HOT = {"kind": "hot_list", "list": {"record": "li", "title": "a"}}


@pytest.mark.parametrize(
    ("keys", "visit", "brought", "passed", "words"),
    [
        pytest.param(WANTS_FIVE, report(), GOOD, True, None, id="enough"),
        pytest.param(WANTS_FIVE, report(listed=5), Brought(1, 1, 1), True, None, id="just enough"),
        pytest.param(WANTS_FIVE, report(listed=4), GOOD, False, "列出 4 条，至少应有 5 条", id="too few"),
        pytest.param({"expect": {"min_items": 0}}, report(listed=0), GOOD, False, "至少应有 1 条", id="at least one"),
        pytest.param({}, report(code=FailureCode.CHALLENGE), GOOD, False, "出了问题", id="failed"),
        pytest.param({}, report(dropped={"robots": 3}), Brought(), False, "没有取到一篇稿件（robots 3）", id="nothing"),
        pytest.param({}, report(), Brought(3, 0, 3), False, "读不出标题", id="no titles"),
        pytest.param({}, report(), Brought(3, 3, 0), False, "读不出发布时间", id="no times"),
        pytest.param(HOT, report(), Brought(3, 3, 0), True, None, id="a ranking tells no times"),
        pytest.param({"article": {"fetch": False}}, report(), Brought(3, 3, 0), True, None, id="a list without times"),
        pytest.param({}, report(code=FailureCode.DAILY_CAP), GOOD, True, None, id="a remark is no failure"),
        pytest.param({}, report(code=FailureCode.TIME_LIMIT), GOOD, True, None, id="cut short with enough"),
        pytest.param({}, report(code=FailureCode.TIME_LIMIT), Brought(), None, "出了问题", id="cut short too soon"),
    ],
)
def test_the_reason_is_named_in_words(
    keys: dict[str, Any], visit: SourceReport, brought: Brought, *, passed: bool | None, words: str | None
) -> None:
    found = verdict(declared(**keys), visit, brought)
    assert found.passed is passed
    assert found.reason is None if words is None else words in str(found.reason)


def test_a_check_asks_for_one_page_and_a_few_articles_never_more_than_declared() -> None:
    declaration = Declaration.model_validate(dict(gently(declared(), articles=CHECK_ARTICLES).declaration))
    assert (declaration.paging.max_pages, declaration.politeness.max_articles) == (1, CHECK_ARTICLES)
    shy = declared(politeness={"max_articles": 1, "delay": "9s"})
    kept = Declaration.model_validate(dict(gently(shy, articles=CHECK_ARTICLES).declaration)).politeness
    assert (kept.max_articles, kept.delay.total_seconds()) == (1, 9)


def document(source_id: str, *, dated: bool) -> Document:
    return Document(
        id=document_id(source_id, "1"),
        source_id=source_id,
        native_id="1",
        kind=DocumentKind.ARTICLE,
        title="消息",
        text="正文",
        fetched_at=NOW,
        published_at=NOW if dated else None,
    )


def test_a_check_knows_nothing_of_earlier_visits_and_other_sources_lose_nothing() -> None:
    held = MemorySink()
    for source_id in ("daily", "other"):
        memory = {"day": "2026-11-25", "requests": 9, "tries": {"1": 3}}
        held.save_progress(SourceProgress(source_id=source_id, etag='"x"', list_hash="h", memory=memory))
    checks = LiveChecks({"daily"})
    state, sink = checks.state(lambda: held)(), checks.sink(lambda: held)()
    fresh = state.progress("daily")
    assert (fresh.etag, fresh.list_hash, fresh.memory) == (None, None, {"day": "2026-11-25", "requests": 9})
    assert state.progress("other") == held.remembered["other"]
    sink.put([document("daily", dated=True), document("other", dated=False)])
    assert len(held.documents) == 2
    assert checks.brought == {"daily": Brought(1, 1, 1)}
    other = replace(declared(), id="other")
    found = checks.verdicts([declared(), other], [report(), replace(report(), source_id="other")])
    assert {source_id: one.passed for source_id, one in found.items()} == {"daily": True}
