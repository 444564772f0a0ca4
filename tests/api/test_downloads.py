"""The names under which files are saved: what each is, and whether it is of a drill."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from urllib.parse import unquote

import pytest

from crawlers.ports import KeptFile
from crawlers.snapshots import snapshot_of
from service.domain.documents.evidence import EvidenceRules, page_name
from service.domain.people.person import Role
from service.domain.topics.sheet import QUESTIONS
from service.domain.topics.topic import Topic
from service.flows.keeping.preserving import Preserver
from service.storage.crawl import StoreSink
from service.web.downloads import saved_as
from tests.api.conftest import Site
from tests.builders import NOW
from tests.contract.stored import document
from tests.dashboard import make_context
from tests.flows.cases.scene import Way
from tests.following import watch_rule

ALERT = "A-20261125-03"


def names_of(site: Site) -> list[str]:
    """Return the names of every paper, package and table that a site hands out, in a fixed order."""
    officer, approver = site.browser(Role.OFFICER), site.browser(Role.APPROVER)
    topic, way = watched(site), Way(site.context.store, ALERT).published()
    fields = {f"answer_{key}": f"已核对{key}" for key in QUESTIONS} | {"level": "", "reason": ""}
    fields |= {
        "concern": "成本",
        "group": "药店",
        "likelihood": "1",
        "impact": "1",
        "answer": "有",
        "owner": "承办人丙",
    }
    assert officer.post(f"/topics/{topic.id}/sheet", **fields).is_redirect
    paths = (
        f"/topics/{topic.id}/questions.xlsx",
        f"/topics/{topic.id}/sheet/1.docx",
        f"/cases/{way.case.id}/archive",
        "/policies/ledger.xlsx",
        "/policies/ledger.csv",
        "/words/export.csv",
        "/labels/export.csv",
    )
    return [named(approver.client.get(path).headers["content-disposition"]) for path in paths]


def watched(site: Site) -> Topic:
    person = site.browser(Role.OFFICER).person
    assert person is not None
    return watch_rule(site.context.store, person)


def named(header: str) -> str:
    return unquote(header.removeprefix("attachment; filename*=UTF-8''"))


@pytest.fixture
def drilled(tmp_path: Path) -> Iterator[Site]:
    context = make_context(tmp_path, drill=True)
    yield Site.over(context)
    context.store.close()
    context.search.close()


def test_the_name_of_every_file_of_a_drill_says_so_first(drilled: Site) -> None:
    assert [name.partition("-")[0] for name in names_of(drilled)] == ["演练"] * 7


def test_what_came_from_elsewhere_says_first_that_a_drill_keeps_it(drilled: Site) -> None:
    file = KeptFile(hash="ab" * 32, name="名单.xlsx", media_type="", content=b"1", fetched_at=NOW)
    shot = snapshot_of(b"<p>", url="https://news.invalid/1.html", headers={}, fetched_at=NOW)
    assert drilled.context.evidence is not None
    keeper = Preserver(
        files=drilled.context.evidence, rules=EvidenceRules(page_bytes=2**20, kept_for=timedelta(days=400))
    )
    StoreSink(drilled.context.store, lambda: NOW, preserver=keeper).put([replace(document("d1"), snapshots=(shot,))])
    with drilled.context.store.write() as work:
        work.attachments.keep(file)
    with drilled.context.store.read() as work:
        [record] = work.evidence.of_documents([document("d1").id])[document("d1").id]
    officer = drilled.browser(Role.OFFICER).client
    paths = (f"/files/{file.hash}", f"/evidence/{record.seq}")
    told = [named(officer.get(path).headers["content-disposition"]) for path in paths]
    assert told == ["演练-名单.xlsx", f"演练-{page_name(record)}"]


def test_a_file_is_named_after_what_it_is_and_of_what(site: Site) -> None:
    told = names_of(site)
    with site.context.store.read() as work:
        case = work.cases.of_alerts([ALERT])[ALERT]
    assert told[0].startswith("解读要点 ")
    assert told[1].startswith("风险评估表 第1版 ")
    assert told[2] == f"处置归档 {case.title[:30]} {case.id}.zip"
    day = NOW.date().isoformat()
    assert told[3:] == [f"政策台账-{day}.xlsx", f"政策台账-{day}.csv", "自定词表.csv", "标注.csv"]


def test_no_sign_of_a_title_keeps_a_file_from_being_saved() -> None:
    header = saved_as('关于"甲/乙"的通知：a\\b\r\nSet-Cookie: x?.xlsx')["Content-Disposition"]
    assert header.isascii()
    assert named(header) == "关于_甲_乙_的通知：a_b_Set-Cookie_ x_.xlsx"
