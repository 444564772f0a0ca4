"""Files beside an article, from the link to their documents, with the manners of every other request."""

import hashlib
import io
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from crawlers.attachments import kinds
from crawlers.health import HealthState, health
from crawlers.records import Document, Source
from crawlers.remembered import ASKED_ANEW
from crawlers.run import CrawlReport
from tests.flows.conftest import LIST_RULE, Clock, article, list_page
from tests.flows.held import Held
from tests.flows.press import Page, Press
from tests.notices.made import make
from tests.notices.written import as_docx, as_xlsx

Declare = Callable[..., Source]
Visit = Callable[..., CrawlReport]

NOTICE = make(1, "drugs")
DOCX = as_docx(NOTICE)
NOW = datetime(2026, 11, 25, tzinfo=UTC)


def serve(press: Press, *links: str, path: str = "/a.html") -> None:
    press.pages["/list.html"] = list_page(path)
    page = article("关于药品抽检不合格的通告")
    listed = "".join(
        f'<p>附件：<a href="{link}">不符合规定药品名单{number}</a></p>' for number, link in enumerate(links, 1)
    )
    press.pages[path] = replace(page, body=page.body.replace(b"</body>", listed.encode() + b"</body>"))


def attachments(held: Held) -> list[Document]:
    return [document for document in held.documents.values() if document.method == "attachment"]


def test_a_file_becomes_a_document_with_text_rows_and_the_bytes_kept(
    press: Press, held: Held, declare: Declare, visit: Visit
) -> None:
    serve(press, "/files/mingdan.docx")
    press.pages["/files/mingdan.docx"] = Page(body=DOCX, kind="application/octet-stream")
    report = visit(declare(kind="listing", url=press.url("/list.html"), list=LIST_RULE)).sources[0]
    assert (report.added, report.failed) == (2, None)
    (found,) = attachments(held)
    parent = next(document for document in held.documents.values() if document.method != "attachment")
    assert found.title == "关于药品抽检不合格的通告（附件：不符合规定药品名单1）"
    assert (found.extras["parent"], found.published_at, found.kind) == (parent.id, parent.published_at, parent.kind)
    assert [row["batch"] for row in found.extras["rows"]] == [record["batch"] for record in NOTICE.records]
    assert f"产品名称：{NOTICE.records[0]['product']}" in found.text
    digest = hashlib.sha256(DOCX).hexdigest()
    assert found.extras["attachment"]["hash"] == digest
    assert held.files[digest].content == DOCX


def test_a_file_is_fetched_once_over_visits(press: Press, held: Held, declare: Declare, visit: Visit) -> None:
    serve(press, "/1.xlsx")
    press.pages["/1.xlsx"] = Page(body=as_xlsx(NOTICE), kind="application/vnd.ms-excel")
    source = declare(kind="listing", url=press.url("/list.html"), list=LIST_RULE)
    visit(source)
    visit(source)
    assert press.paths().count("/1.xlsx") == 1
    assert len(attachments(held)) == 1


def test_a_file_that_cannot_be_had_is_tried_at_three_visits_and_costs_its_article_nothing(
    press: Press, held: Held, declare: Declare, visit: Visit
) -> None:
    serve(press, "/gone.pdf")
    source = declare(kind="listing", url=press.url("/list.html"), list=LIST_RULE)
    for _ in range(5):
        assert visit(source).sources[0].failed is None
    assert held.titles() == ["关于药品抽检不合格的通告"]
    assert press.paths().count("/gone.pdf") == 3


@pytest.mark.parametrize(("visits", "apart"), [(6, 1), (12, 12)])
def test_a_file_is_had_after_its_server_was_down_for_hours_or_days(
    press: Press, held: Held, declare: Declare, visit: Visit, clock: Clock, visits: int, apart: int
) -> None:
    serve(press, "/1.docx")
    press.pages["/1.docx"] = Page(status=502)
    source = declare(kind="listing", url=press.url("/list.html"), list=LIST_RULE)
    for _ in range(visits):
        visit(source)
        clock.forward(hours=apart)
    press.pages["/1.docx"] = Page(body=DOCX)
    clock.forward(hours=24)
    visit(source)
    assert len(attachments(held)) == 1


def test_a_file_that_never_answers_costs_a_dozen_requests_in_a_week_and_is_then_told_and_brought_back_by_a_wish(
    press: Press, held: Held, declare: Declare, visit: Visit, clock: Clock
) -> None:
    serve(press, "/1.docx")
    press.pages["/1.docx"] = Page(status=503)
    source = declare(kind="listing", url=press.url("/list.html"), list=LIST_RULE)
    for _ in range(26):
        visit(source)
        clock.forward(hours=12)
    assert press.paths().count("/1.docx") == 14
    (entry,) = held.entries
    assert entry.reason == "原文未取到"
    assert "附件“不符合规定药品名单1”" in entry.detail
    remembered = held.remembered["daily"]
    held.save_progress(replace(remembered, memory=dict(remembered.memory) | {ASKED_ANEW: "now"}))
    press.pages["/1.docx"] = Page(body=DOCX)
    visit(source)
    assert len(attachments(held)) == 1


def test_a_file_that_is_refused_keeps_no_other_from_being_had(
    press: Press, held: Held, declare: Declare, visit: Visit, clock: Clock
) -> None:
    serve(press, "/refused.docx", "/1.docx", "/2.docx")
    press.pages |= {"/refused.docx": Page(status=403), "/1.docx": Page(body=DOCX), "/2.docx": Page(body=DOCX + b"\0")}
    source = declare(kind="listing", url=press.url("/list.html"), list=LIST_RULE)
    for _ in range(20):
        visit(source)
        clock.forward(hours=12)
    assert len(attachments(held)) == 2
    assert press.paths().count("/refused.docx") == 7
    assert [entry.reason for entry in held.entries] == ["原文未取到"]


def test_a_file_that_came_too_late_is_taken_by_the_next_visit(
    press: Press, held: Held, declare: Declare, visit: Visit
) -> None:
    serve(press, "/late.docx")
    source = declare(kind="listing", url=press.url("/list.html"), list=LIST_RULE)
    visit(source)
    press.pages["/late.docx"] = Page(body=DOCX)
    visit(source)
    assert len(attachments(held)) == 1


def test_a_file_whose_host_asks_for_patience_is_taken_when_that_is_over(
    press: Press, held: Held, declare: Declare, visit: Visit, clock: Clock
) -> None:
    serve(press, press.url("/1.docx", "other.test"))
    press.pages["/1.docx"] = Page(status=429, headers={"Retry-After": "7200"})
    source = declare(kind="listing", url=press.url("/list.html"), list=LIST_RULE)
    for _ in range(5):
        visit(source)
        clock.forward(minutes=10)
    press.pages["/1.docx"] = Page(body=DOCX)
    clock.forward(hours=3)
    visit(source)
    assert len(attachments(held)) == 1


def test_what_is_no_file_that_can_be_read_is_quarantined_with_a_reason_and_its_neighbour_is_read(
    press: Press, held: Held, declare: Declare, visit: Visit
) -> None:
    serve(press, "/login.pdf", "/good.docx")
    press.pages["/login.pdf"] = Page(body=b"<html><body>please log in</body></html>")
    press.pages["/good.docx"] = Page(body=DOCX)
    visit(declare(kind="listing", url=press.url("/list.html"), list=LIST_RULE))
    assert [(entry.reason, "/login.pdf" in entry.detail) for entry in held.entries] == [("非文本", True)]
    assert len(attachments(held)) == 1


def test_a_file_that_cannot_be_understood_is_kept_and_its_document_says_so(
    press: Press, held: Held, declare: Declare, visit: Visit
) -> None:
    serve(press, "/broken.pdf")
    press.pages["/broken.pdf"] = Page(body=b"%PDF-1.7 broken", kind="application/pdf")
    visit(declare(kind="listing", url=press.url("/list.html"), list=LIST_RULE))
    (found,) = attachments(held)
    assert "内容未能读取" in found.text
    assert len(held.files) == 1


def test_a_file_for_which_there_is_no_room_is_read_and_not_kept_and_its_source_and_the_quarantine_say_so(
    press: Press, held: Held, declare: Declare, visit: Visit
) -> None:
    held.room = len(DOCX) - 1
    serve(press, "/1.docx")
    press.pages["/1.docx"] = Page(body=DOCX)
    source = declare(kind="listing", url=press.url("/list.html"), list=LIST_RULE)
    assert visit(source).sources[0].failed is None
    (found,) = attachments(held)
    assert held.files == {}
    assert found.extras["attachment"]["unkept"] == "附件已存满"
    assert [row["batch"] for row in found.extras["rows"]] == [record["batch"] for record in NOTICE.records]
    assert [(entry.reason, "/1.docx" in entry.detail, entry.sample) for entry in held.entries] == [
        ("附件空间已满", True, b"")
    ]
    told = health(held.progress(source.id), replace(source, enabled=True), held.progress(source.id).last_run_at or NOW)
    assert (told.state, "本次有 1 个附件因附件空间已满没有保存原件" in told.sentence) == (HealthState.ODD, True)


def test_a_listed_file_for_which_there_was_no_room_is_kept_once_a_person_asks_for_it_again(
    press: Press, held: Held, declare: Declare, visit: Visit
) -> None:
    held.room = 0
    press.pages |= {"/list.html": list_page("/1.docx"), "/1.docx": Page(body=DOCX)}
    source = declare(kind="listing", url=press.url("/list.html"), list=LIST_RULE)
    visit(source)
    visit(source)
    assert press.paths().count("/1.docx") == 1
    held.room = 2**40
    progress = held.progress(source.id)
    held.save_progress(replace(progress, memory=dict(progress.memory) | {ASKED_ANEW: NOW.isoformat()}))
    visit(source)
    visit(source)
    assert [file.content for file in held.files.values()] == [DOCX]
    assert "unkept" not in held.titled("消息 /1.docx")[0].extras["attachment"]
    assert press.paths().count("/1.docx") == 2


def test_a_file_that_is_neither_kept_nor_understood_says_both(
    press: Press, held: Held, declare: Declare, visit: Visit
) -> None:
    held.room = 0
    serve(press, "/broken.pdf")
    press.pages["/broken.pdf"] = Page(body=b"%PDF-1.7 broken", kind="application/pdf")
    visit(declare(kind="listing", url=press.url("/list.html"), list=LIST_RULE))
    (found,) = attachments(held)
    assert "附件原件未保存（附件空间已满），内容未能读取" in found.text


def test_an_archive_is_read_and_one_that_is_not_opened_says_so_on_its_document(
    press: Press, held: Held, declare: Declare, visit: Visit
) -> None:
    serve(press, "/lists.zip", "/lists.rar")
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("名单.docx", DOCX)
    press.pages["/lists.zip"] = Page(body=file.getvalue(), kind="application/zip")
    press.pages["/lists.rar"] = Page(body=b"Rar!\x1a\x07\x01\x00", kind="application/x-rar-compressed")
    visit(declare(kind="listing", url=press.url("/list.html"), list=LIST_RULE))
    read, closed = sorted(attachments(held), key=lambda one: one.url or "", reverse=True)
    assert [row["batch"] for row in read.extras["rows"]] == [record["batch"] for record in NOTICE.records]
    assert closed.text == "（附件原件已保存，内容未能读取：附件是 RAR 或 7z 压缩包，没有打开，请下载原件查看。）"
    assert len(held.files) == 2


def test_a_file_that_robots_forbids_is_not_asked_for(press: Press, held: Held, declare: Declare, visit: Visit) -> None:
    serve(press, "/private/1.docx")
    press.pages["/robots.txt"] = Page(body=b"User-agent: *\nDisallow: /private/\n", kind="text/plain")
    press.pages["/private/1.docx"] = Page(body=DOCX)
    visit(declare(kind="listing", url=press.url("/list.html"), list=LIST_RULE))
    assert "/private/1.docx" not in press.paths()
    assert attachments(held) == []


def test_links_of_the_site_around_the_article_are_left_alone(press: Press, declare: Declare, visit: Visit) -> None:
    serve(press)
    page = press.pages["/a.html"]
    assert isinstance(page, Page)
    aside = '<div class="sidebar"><a href="/annual.pdf">年度报告</a></div>'.encode()
    press.pages["/a.html"] = replace(page, body=page.body.replace(b"<body>", b"<body>" + aside))
    visit(declare(kind="listing", url=press.url("/list.html"), list=LIST_RULE))
    assert "/annual.pdf" not in press.paths()


def test_a_file_that_was_refused_is_fetched_again_once_a_limit_or_the_declaration_changed_and_not_before(
    press: Press, held: Held, declare: Declare, visit: Visit
) -> None:
    serve(press, "/1.docx")
    press.pages["/1.docx"] = Page(body=b"<html>please log in</html>")
    keys = {"kind": "listing", "url": press.url("/list.html"), "list": LIST_RULE}
    for _ in range(3):
        visit(declare(**keys), limits={"room": 1})
    assert press.paths().count("/1.docx") == 1
    visit(declare(**keys), limits={"room": 2})
    visit(declare(**keys), limits={"room": 2})
    assert press.paths().count("/1.docx") == 2
    press.pages["/1.docx"] = Page(body=DOCX)
    visit(declare(**keys, region="360100"), limits={"room": 2})
    visit(declare(**keys, region="360100"), limits={"room": 2})
    assert press.paths().count("/1.docx") == 3
    assert len(attachments(held)) == 1


def test_a_file_too_large_is_fetched_again_once_the_limit_of_the_program_is_raised(
    press: Press, held: Held, declare: Declare, visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    serve(press, "/1.docx")
    press.pages["/1.docx"] = Page(body=DOCX)
    source = declare(kind="listing", url=press.url("/list.html"), list=LIST_RULE)
    monkeypatch.setattr(kinds, "MAX_BYTES", 100)
    visit(source)
    visit(source)
    assert (press.paths().count("/1.docx"), attachments(held)) == (1, [])
    monkeypatch.undo()
    visit(source)
    assert len(attachments(held)) == 1


def test_a_file_without_room_is_fetched_once_more_and_kept_when_there_is_room(
    press: Press, held: Held, declare: Declare, visit: Visit
) -> None:
    held.room = 0
    serve(press, "/1.docx")
    press.pages["/1.docx"] = Page(body=DOCX)
    source = declare(kind="listing", url=press.url("/list.html"), list=LIST_RULE)
    visit(source, limits={"room": 0})
    held.room = len(DOCX)
    visit(source, limits={"room": 0})
    assert held.files == {}
    visit(source, limits={"room": len(DOCX)})
    visit(source, limits={"room": len(DOCX)})
    assert (len(held.files), press.paths().count("/1.docx")) == (1, 2)
    assert "unkept" not in attachments(held)[0].extras["attachment"]


def test_a_wish_brings_back_what_was_given_up_once(press: Press, held: Held, declare: Declare, visit: Visit) -> None:
    serve(press, "/gone.pdf")
    source = declare(kind="listing", url=press.url("/list.html"), list=LIST_RULE)
    for _ in range(4):
        visit(source)
    known = held.progress(source.id)
    held.save_progress(replace(known, memory={**known.memory, ASKED_ANEW: "2026-11-26T00:00:00+00:00"}))
    press.pages["/gone.pdf"] = Page(body=b"no file at all")
    for _ in range(3):
        visit(source)
    assert press.paths().count("/gone.pdf") == 4


def test_files_that_wait_outlive_a_visit_whose_list_fails(
    press: Press, held: Held, declare: Declare, visit: Visit
) -> None:
    serve(press, "/late.docx")
    source = declare(kind="listing", url=press.url("/list.html"), list=LIST_RULE)
    visit(source)
    there = press.pages.pop("/list.html")
    visit(source)
    press.pages |= {"/list.html": there, "/late.docx": Page(body=DOCX)}
    visit(source)
    assert len(attachments(held)) == 1
