"""A policy file that is uploaded: shown as it was read, filled in, taken in one act or not at all."""

import html
import re
from datetime import date, timedelta
from pathlib import Path

import pytest
from httpx2 import Response

from service.domain.people.person import Role
from service.domain.policies.policy import PolicyLevel
from service.domain.refusal import NotFound
from service.flows.rules.policy_desk import KEPT, read_preview, take_upload
from tests.api.conftest import Browser, Site
from tests.api.flat import flat
from tests.builders import NOW
from tests.papers import docx_of

LAW = "演示药品法(2024-01-10)"
TEXT = "# 演示药品法\n\n## 第一章 总则\n\n第一条 为了演示。\n\n第二条 演示之二。\n\n第四条 本法自2024年3月1日起施行。\n"
RULE = [
    "演示省药品零售管理办法",
    "（2025年11月3日演示省药品监督管理局公布）",
    "第一条 为了演示零售。",
    "第二条 本办法自2026年1月1日起施行。",
]


def upload(browser: Browser, name: str, content: bytes | str) -> str:
    """Upload a file and return the address of its preview."""
    raw = content.encode() if isinstance(content, str) else content
    answer = browser.client.post("/policies/import", data={"csrf": browser.csrf}, files={"file": (name, raw)})
    assert answer.status_code == 303, told(answer.text)
    return str(answer.headers["location"])


def told(text: str) -> str:
    """Return what a page tells in its notices."""
    return "\n".join(
        re.sub("<[^>]+>", "", html.unescape(one)) for one in re.findall(r'<p class="notice.*?</p>', flat(text))
    )


def filled(text: str) -> dict[str, str]:
    """Return what stands in the form of a preview."""
    fields = dict(re.findall(r'<input name="(\w+)"[^>]*? value="([^"]*)"', text))
    return {name: html.unescape(value) for name, value in fields.items() if name != "supersede"}


def held(site: Site) -> dict[str, int]:
    with site.context.store.read() as work:
        counts = work.policies.article_counts()
        return {one.stem: counts.get(one.stem, 0) for one in work.policies.listing()}


def keep(browser: Browser, address: str, **fields: str) -> Response:
    return browser.post(address, **{**filled(browser.client.get(address).text), "act": "keep", **fields})


@pytest.fixture
def officer(site: Site) -> Browser:
    return site.browser(Role.OFFICER)


def test_a_preview_tells_what_was_read_and_stores_nothing_in_the_library(site: Site, officer: Browser) -> None:
    before = held(site)
    text = html.unescape(officer.client.get(upload(officer, f"{LAW}.md", TEXT)).text)
    assert "3 条，第一条至第四条" in text
    assert '<dt>缺号</dt><dd><span class="text-orange">第三条</span>' in flat(text)
    assert "条文编到第四条，其中没有第三条" in told(text)
    assert (filled(text)["title"], filled(text)["issued"], filled(text)["valid_from"]) == (
        "演示药品法",
        "2024-01-10",
        "2024-03-01",
    )
    assert "自动判断：法律" in text
    assert "为了演示。" in text
    assert "本法自2024年3月1日起施行。" in text
    assert held(site) == before


def test_what_is_confirmed_is_in_the_library_with_the_persons_audit_row_and_the_preview_is_gone(
    site: Site, officer: Browser
) -> None:
    address = upload(officer, f"{LAW}.md", TEXT)
    answer = keep(officer, address)
    assert answer.status_code == 303, told(answer.text)
    assert held(site)[LAW] == 3
    assert officer.person is not None
    with site.context.store.read() as work:
        [row] = work.audit.rows(subject=f"policy:{LAW}", limit=5)
        policy = work.policies.get(LAW)
    assert (row.actor, row.action) == (officer.person.name, "policy.imported")
    assert policy is not None
    assert (policy.imported_by, policy.level) == (officer.person.name, PolicyLevel.LAW)
    again = keep_again(officer, address)
    assert again.status_code == 404
    assert "已入库、已放弃或已过期" in again.text


def keep_again(browser: Browser, address: str) -> Response:
    return browser.post(address, stem=LAW, act="keep")


def test_title_and_day_of_a_plain_document_are_read_in_its_text_and_wait_for_a_look(
    site: Site, officer: Browser
) -> None:
    address = upload(officer, "附件1.docx", docx_of(RULE))
    text = officer.client.get(address).text
    form = filled(text)
    assert (form["title"], form["issued"], form["valid_from"]) == ("演示省药品零售管理办法", "2025-11-03", "2026-01-01")
    assert form["stem"] == "演示省药品零售管理办法(2025-11-03)"
    assert text.count("读自正文，请核对") == 2
    assert keep(officer, address, body="演示省药品监督管理局", level="地方政府规章").status_code == 303
    with site.context.store.read() as work:
        policy = work.policies.get(form["stem"])
    assert policy is not None
    assert (policy.title, policy.issued, policy.body) == (form["title"], date(2025, 11, 3), "演示省药品监督管理局")
    assert policy.level is PolicyLevel.LOCAL_RULE


def test_a_law_that_the_register_knows_is_named_as_alerts_look_for_it(officer: Browser) -> None:
    adopted = "2001年2月28日 某次会议第一次修订\n\n2019年8月26日 某次会议《关于2015年4月24日决定的决定》第二次修订\n\n"
    text = f"# 中华人民共和国药品管理法\n\n{adopted}第一条 演示。\n\n第二条 本法自2019年12月1日起施行。\n"
    form = filled(officer.client.get(upload(officer, "药品管理法 (1).md", text)).text)
    assert (form["stem"], form["issued"]) == ("药品管理法(2019-08-26)", "2019-08-26")


def test_a_missing_day_is_asked_for_in_the_form_and_nothing_is_stored_without_it(site: Site, officer: Browser) -> None:
    address = upload(officer, "演示规程.txt", "第一条 演示。\n第二条 再演示。\n")
    before = held(site)
    refused = keep(officer, address, title="演示规程办法")
    assert refused.status_code == 422
    assert "缺少公布日期：请在下面填写“公布日期”" in told(refused.text)
    assert "--set" not in refused.text
    assert 'value="演示规程办法"' in refused.text
    assert held(site) == before
    assert keep(officer, address, title="演示规程办法", issued="2026-02-03").status_code == 303


def test_a_text_without_articles_is_taken_once_its_kind_is_chosen(site: Site, officer: Browser) -> None:
    address = upload(officer, "演示问答.txt", "一、背景。\n二、内容。\n")
    refused = keep(officer, address, issued="2026-02-03")
    assert "没有找到条文" in told(refused.text)
    assert keep(officer, address, issued="2026-02-03", kind="解读", stem="演示问答").status_code == 303
    assert held(site)["演示问答"] == 0


def test_a_version_that_overlaps_is_named_and_ends_only_where_the_person_says_so(site: Site, officer: Browser) -> None:
    keep(officer, upload(officer, f"{LAW}.md", TEXT))
    later = "演示药品法(2026-01-10)"
    address = upload(officer, f"{later}.md", TEXT.replace("2024年3月1日", "2026年3月1日"))
    text = officer.client.get(address).text
    assert "效力期重叠" in told(text)
    assert 'name="supersede" value="true">' in text
    refused = keep(officer, address)
    assert refused.status_code == 409
    assert "请勾选“旧版在新版施行前一日失效”" in told(refused.text)
    assert later not in held(site)
    assert keep(officer, address, supersede="true").status_code == 303
    with site.context.store.read() as work:
        ended = work.policies.get(LAW)
    assert ended is not None
    assert (ended.valid_to, ended.superseded_by) == (date(2026, 2, 28), later)


def test_what_the_command_refuses_is_refused_with_its_sentence_and_leaves_nothing(officer: Browser) -> None:
    def refusal(name: str, content: bytes) -> str:
        answer = officer.client.post("/policies/import", data={"csrf": officer.csrf}, files={"file": (name, content)})
        assert answer.status_code == 422
        return told(answer.text)

    assert "旧版.doc：不支持的格式 .doc" in refusal("旧版.doc", b"x")
    assert "另存为 .docx 再导入" in refusal("旧版.wps", b"x")
    assert "坏.docx：不是有效的 DOCX 文件" in refusal("坏.docx", b"PK nothing")
    assert "坏.pdf：不是有效的 PDF 文件，或已损坏" in refusal("坏.pdf", b"%PDF nothing")
    assert "空.md：文件是空的" in refusal("空.md", b"  ")
    assert "大.txt：文件超过 8 MiB" in refusal("大.txt", b"a" * (8 * 2**20 + 1))
    assert "第 2 行：文件开头的“颜色: 红”无法识别" in refusal("头.md", "---\n颜色: 红\n---\n第一条 甲".encode())
    assert "待核对" not in officer.client.get("/policies/import").text


def test_a_preview_is_its_own_persons_and_ends_after_a_day(site: Site, officer: Browser, tmp_path: Path) -> None:
    address = upload(officer, f"{LAW}.md", TEXT)
    assert f'href="{address}"' in officer.client.get("/policies/import").text
    other = site.browser(Role.APPROVER)
    assert other.client.get(address).status_code == 404
    assert keep_again(other, address).status_code == 404
    assert officer.person is not None
    preview, register = address.rpartition("/")[2], site.context.office.register
    on_time, late = NOW + KEPT, NOW + KEPT + timedelta(seconds=1)
    with site.context.store.read() as work:
        assert read_preview(work, officer.person, preview, None, register=register, now=on_time).stem == LAW
        with pytest.raises(NotFound, match="已过期"):
            read_preview(work, officer.person, preview, None, register=register, now=late)
    # The next upload, whoever's it is, takes with it what is over.
    take_upload(site.context.store, officer.person, file_of(tmp_path), "新.md", now=late)
    with site.context.store.read() as work:
        assert work.previews.get(preview) is None


def file_of(folder: Path) -> Path:
    file = folder / "新.md"
    file.write_text(TEXT, encoding="utf-8")
    return file


def test_no_more_than_five_files_of_a_person_wait(officer: Browser) -> None:
    addresses = [upload(officer, f"演示{n}.md", TEXT) for n in range(6)]
    assert sorted(officer.client.get(one).status_code for one in addresses) == [200] * 5 + [404]


def test_a_dropped_file_leaves_nothing(site: Site, officer: Browser) -> None:
    address = upload(officer, f"{LAW}.md", TEXT)
    assert officer.post(f"{address}/drop").status_code == 303
    assert officer.client.get(address).status_code == 404
    assert LAW not in held(site)


def test_checking_again_shows_what_was_filled_in_and_stores_nothing(site: Site, officer: Browser) -> None:
    address = upload(officer, f"{LAW}.md", TEXT)
    form = filled(officer.client.get(address).text)
    text = officer.post(
        address, **{**form, "issue_number": "演示令第1号", "valid_to": "2025-12-31", "act": "check"}
    ).text
    assert filled(text)["issue_number"] == "演示令第1号"
    assert "已失效" in text
    assert LAW not in held(site)


@pytest.mark.parametrize("stem", ["", "甲#乙", "甲/乙", "import", "甲" * 121])
def test_a_name_that_could_not_be_cited_or_opened_is_refused(site: Site, officer: Browser, stem: str) -> None:
    address = upload(officer, f"{LAW}.md", TEXT)
    before = held(site)
    refused = keep(officer, address, stem=stem)
    assert refused.status_code == 422
    assert "库内名称应为 1 至 120 个字" in told(refused.text)
    assert held(site) == before


def test_a_number_and_a_last_day_that_are_emptied_are_none_and_not_read_in_the_text_again(
    site: Site, officer: Browser
) -> None:
    address = upload(
        officer,
        "演示办法(2025-11-03).md",
        "示药监规〔2025〕3号\n第一条 甲。\n第二条 自2026年1月1日起施行，有效期五年。\n",
    )
    values = filled(officer.client.get(address).text)
    assert (values["issue_number"], values["valid_to"]) == ("示药监规〔2025〕3号", "2030-12-31")
    keep(officer, address, issue_number="", valid_to="")
    with site.context.store.read() as work:
        policy = work.policies.get("演示办法(2025-11-03)")
    assert policy is not None
    assert (policy.issue_number, policy.valid_to) == (None, None)
