"""A word is tried, confirmed, kept and removed on the page 词库, by keyboard where it matters."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, expect

from service.domain.people.person import Role
from service.domain.words.own_words import OwnWord, WordDraft, WordSort
from service.flows.words.acts import Wordbook, add_word
from tests.browser.conftest import Served, serve
from tests.browser.test_layout import _complaints
from tests.builders import NOW, build_person
from tests.dashboard import make_context

Window = Callable[[int, int], BrowserContext]
DRAFTS = (
    WordDraft(sort=WordSort.WORD, text="小安瓶", kind="drug", canonical="清安口服液", note="学生间的叫法"),
    WordDraft(sort=WordSort.WORD, text="打完脸僵", kind="risk", category="R01"),
    WordDraft(sort=WordSort.ALIAS, text="布老芬", canonical="布洛芬", note="规避写法，评论区常见，连同谐音一起登记"),
    WordDraft(sort=WordSort.EXCLUSION, text="疫苗", within="职场疫苗"),
)


@pytest.fixture(scope="module")
def worded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    context = make_context(tmp_path_factory.mktemp("worded"))
    for draft in DRAFTS:
        add_word(context.store, build_person(Role.OFFICER), draft, now=NOW)
    broken = OwnWord(id="b", sort="alias", text="旧商品名", canonical="已撤名称", author="研判乙", created_at=NOW)
    with context.store.write() as work:
        work.words.save([broken])
    yield from serve(context)


@pytest.mark.parametrize("size", [(1366, 768), (390, 844)], ids=["1366x768", "390x844"])
def test_the_page_is_whole_and_chinese(worded: Served, window: Window, size: tuple[int, int]) -> None:
    book = Wordbook(worded.context.store)
    book.refresh()
    page = worded.enter(window(*size))
    paths = ["/words", *(f"/words?add={sort.value}" for sort in WordSort), "/words?state=removed", "/words?q=没有这个"]
    complaints = {path: _complaints(page, worded.address, path) for path in paths}
    letters = {
        f"untranslated: {run}" for run in "".join(c if c.isalpha() else " " for c in book.words.identity).split()
    }
    assert {path: left for path, found in complaints.items() if (left := set(found) - letters)} == {}
    page.goto(f"{worded.address}/words")
    assert page.locator("main .primary:visible").count() == 1


def test_a_word_is_tried_confirmed_kept_and_removed(worded: Served, window: Window, pictures: Path) -> None:
    page = worded.enter(window(1366, 768), name="研判乙")
    page.keyboard.press("g")
    page.keyboard.press("w")
    page.wait_for_url(f"{worded.address}/words")
    page.get_by_role("link", name="不再识别", exact=True).click()
    page.get_by_label("词", exact=True).fill("布洛芬")
    page.get_by_label("说明", exact=True).fill("专项另行监测")
    page.get_by_label("试一试").fill("家属称服用布洛芬后休克")
    page.get_by_role("button", name="试一试").click()
    expect(page.get_by_role("row", name="布洛芬 药品 不再命中")).to_be_visible()
    page.get_by_role("button", name="保存", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("兜底规则")
    expect(page.get_by_label("说明", exact=True)).to_have_value("专项另行监测")
    page.screenshot(path=pictures / "words-doubt.png")
    page.get_by_label("已核对，仍要保存").check()
    page.get_by_role("button", name="保存", exact=True).click()
    expect(page.get_by_role("status").first).to_contain_text("从下一批稿件起生效")
    page.get_by_role("button", name="移除：布洛芬").click()
    expect(page.get_by_role("status").first).to_contain_text("已移除")
    expect(page.get_by_role("button", name="移除：布洛芬")).to_have_count(0)
