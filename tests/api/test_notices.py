"""The page of notice records, and the files as they came."""

from dataclasses import replace

import pytest

from crawlers.ports import KeptFile
from service.domain.people.person import Role
from service.storage.crawl import StoreSink
from service.web.downloads import saved_as
from tests.api.conftest import Site
from tests.builders import NOW
from tests.contract.stored import document

FILE = KeptFile(
    hash="ab" * 32, name="名单 1.html", media_type="text/html", content=b"<script>alert(1)</script>", fetched_at=NOW
)


@pytest.fixture
def with_rows(site: Site) -> Site:
    rows = [
        {"product": "示例<b>胶囊", "maker": "示例甲制药", "batch": "240101", "failed_items": "溶出度", "检出值": "0.6%"}
    ]
    notice = replace(document("n1"), extras={"rows": rows, "notice": "关于抽检的通告"})
    with site.context.store.write() as work:
        work.documents.put([notice], now=NOW)
        work.attachments.replace_rows([notice])
        work.attachments.keep(FILE)
    return site


def test_the_page_of_sources_says_that_attachments_are_not_kept_until_the_bound_is_raised(site: Site) -> None:
    reader = site.browser(Role.VIEWER).client
    assert StoreSink(site.context.store, lambda: NOW, attachment_bytes=1).keep(FILE) is not None
    object.__setattr__(site.context, "attachment_bytes", 1)
    text = reader.get("/sources").text
    assert "附件空间已满" in text
    assert FILE.name in text
    object.__setattr__(site.context, "attachment_bytes", 2**20)
    assert "附件空间已满" not in reader.get("/sources").text


def test_records_are_found_by_batch_and_shown_with_their_notice(with_rows: Site) -> None:
    page = with_rows.browser(Role.VIEWER).client.get("/notices", params={"batch": "2401"}).text
    assert "示例&lt;b&gt;胶囊" in page
    assert "关于抽检的通告" in page
    assert "检出值" in page


def test_what_is_not_there_is_said(with_rows: Site) -> None:
    page = with_rows.browser(Role.VIEWER).client.get("/notices", params={"maker": "没有这家"}).text
    assert "没有符合条件的记录" in page


def test_a_file_is_handed_out_to_be_saved_and_never_shown(with_rows: Site) -> None:
    answer = with_rows.browser(Role.VIEWER).client.get(f"/files/{FILE.hash}")
    assert answer.content == FILE.content
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"] == saved_as("名单 1.html")["Content-Disposition"]
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("digest", ["cd" * 32, "short", "..%2f..%2fetc"])
def test_a_file_that_is_not_kept_is_not_found(with_rows: Site, digest: str) -> None:
    assert with_rows.browser(Role.VIEWER).client.get(f"/files/{digest}").status_code == 404
