"""Every page at two sizes: nothing runs over, nothing overlaps, nothing is untranslated, no glyph is missing."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, ConsoleMessage, Page

from tests.browser.conftest import Served

LAYOUT = Path(__file__).with_name("layout.js").read_text(encoding="utf-8")
EVENT = "/events/20261125-03"
PAGES = (
    "/",
    "/alerts",
    "/alerts?state=closed",
    "/events",
    EVENT,
    *(f"{EVENT}?tab={tab}" for tab in ("timeline", "spread", "documents", "basis_list", "handling", "audit")),
    f"{EVENT}?tab=notices",
    "/alerts/silences",
    "/system/roster",
    "/system/routing?level=orange&category=R01&region=3607",
    "/search",
    "/search?q=注射液",
    "/search?q=%22",
    "/cases",
    "/briefings",
    "/policies",
    *(f"/policies?tab={tab}" for tab in ("facts", "clocks", "pairs")),
    "/policies/entries/clock:W-RC",
    "/policies/entries/fact:GOV-01",
    "/policies/situations",
    "/policies/import",
    "/topics",
    "/matters",
    "/matters/frequent",
    "/matters/import",
    "/sources",
    "/sources/add",
    "/sources/probes/seed-probe",
    "/words",
    "/labels",
    "/labels/models",
    "/words?add=exclusion&state=removed",
    "/notices",
    "/opinions",
    "/surges",
    "/search?since=2026-11-25T12&until=2026-11-25T15&tone=neg&level=2",
    "/import",
    "/drills",
    "/drills/mail",
    "/drills/20261120-090000-cluster-ab12",
    "/system",
    "/system?tab=outbox",
    "/system?tab=quarantine",
    "/password",
    "/out?u=https://news.example/a",
    "/nothing-here",
)
# Not words: codes of categories, policies and clocks, addresses, file names, units, and what a person typed.
NO_WORDS = re.compile(
    r"https?://\S+|\S+@\S+|\b[\w.-]+\.(?:example|invalid|csv|docx|txt|xlsx|yaml)\b|\b[A-Z]{1,4}-?\d+\w*\b|\b[CW]-[A-Z0-9]+\b|\b(?:CSV|XLSX|JSONL|PDF|DOCX|HTML|TXT|Markdown|docx?|wps|MB|KB)\b"
    r"|<script>alert\('x'\)</script>|yaowang \w+ \w+|\b(?=[0-9a-f]*[0-9])[0-9a-f]{6,64}\b"
)
WORD = re.compile(r"[A-Za-z]{2,}")


def _complaints(page: Page, address: str, path: str) -> list[str]:
    noticed: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        # The one expected: the missing page answers 404.
        if message.type in {"error", "warning"} and "404" not in message.text:
            noticed.append(f"console: {message.text}")

    page.on("console", listen)
    page.goto(address + path)
    page.wait_for_load_state("load")
    found = page.evaluate(LAYOUT)
    page.remove_listener("console", listen)
    if found["overflow"] > 0:
        noticed.append(f"{found['overflow']} px wider than the window")
    noticed += [f"overlap: {pair}" for pair in found["overlaps"]]
    noticed += [f"heading out of order: {head}" for head in found["headings"]]
    noticed += [f"heading of a table without scope: {head}" for head in found["unscoped"]]
    noticed += [f"too small: {text}" for text in found["small"]]
    if found["glyphs"]:
        noticed.append(f"no glyph for {''.join(found['glyphs'])}")
    noticed += [f"untranslated: {word}" for word in sorted(set(WORD.findall(NO_WORDS.sub("", found["text"]))))]
    return noticed


@pytest.mark.parametrize("size", [(1366, 768), (1920, 1080)], ids=["1366x768", "1920x1080"])
def test_every_page_is_whole_and_chinese(
    served: Served, window: Callable[[int, int], BrowserContext], pictures: Path, size: tuple[int, int]
) -> None:
    page = served.enter(window(*size))
    complaints = {}
    for number, path in enumerate(PAGES):
        noticed = _complaints(page, served.address, path)
        page.screenshot(path=pictures / f"{number:02d}-{size[0]}.png")
        if noticed:
            complaints[path] = noticed
    assert not complaints, "\n".join(f"{path}: {noticed}" for path, noticed in complaints.items())


# Of each text outside of drawings its size and, where that is fixed, the height of its line.
_SIZES = """() => [...document.querySelectorAll("body *:not(script, style, option, svg, svg *)")]
    .filter((e) => [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim()) && e.checkVisibility())
    .map((e) => [e.textContent.trim().slice(0, 20), parseFloat(getComputedStyle(e).fontSize), parseFloat(getComputedStyle(e).lineHeight) || 0])"""


def test_all_text_of_every_page_grows_with_the_text_size_of_the_browser(
    served: Served, window: Callable[[int, int], BrowserContext]
) -> None:
    page = served.enter(window(1366, 768))
    fixed: dict[str, set[str]] = {}
    for path in PAGES:
        page.goto(served.address + path)
        before = page.evaluate(_SIZES)
        page.evaluate("document.documentElement.style.fontSize = '20px'")
        after = page.evaluate(_SIZES)
        grown = zip(before, after, strict=True)
        if stuck := {one[0] for one, more in grown if one[1] * 1.24 > more[1] or one[2] * 1.24 > more[2]}:
            fixed[path] = stuck
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, path
    assert not fixed


def test_the_log_in_page_is_whole_and_chinese(served: Served, window: Callable[[int, int], BrowserContext]) -> None:
    page = window(1366, 768).new_page()
    assert _complaints(page, served.address, "/login") == []


def test_the_pages_of_a_drill_are_whole_and_marked(
    served_drill: Served, window: Callable[[int, int], BrowserContext]
) -> None:
    page = served_drill.enter(window(1366, 768))
    for path in ("/", EVENT, "/drills", "/drills/mail"):
        assert _complaints(page, served_drill.address, path) == [], path
        assert page.title().startswith("【演练】")
        assert page.locator(".drill-band").is_visible()


def test_a_first_run_says_what_is_tried_and_offers_two_ways_on(
    served_empty: Served, window: Callable[[int, int], BrowserContext]
) -> None:
    page = served_empty.enter(window(1366, 768))
    assert _complaints(page, served_empty.address, "/") == []
    assert page.get_by_role("link", name="导入文件").is_visible()
    assert page.get_by_role("link", name="开始演练").is_visible()


def test_one_screen_shows_the_whole_situation(served: Served, window: Callable[[int, int], BrowserContext]) -> None:
    page = served.enter(window(1366, 768))
    for name in ("各级未关闭预警", "最近到期"):
        assert page.get_by_label(name).is_visible()
    box = page.locator("#sources-title").bounding_box()
    assert box is not None
    assert box["y"] < 768 - 60


def test_a_narrow_window_does_not_run_over(served: Served, window: Callable[[int, int], BrowserContext]) -> None:
    page = served.enter(window(820, 1100))
    for path in ("/", "/alerts", EVENT):
        page.goto(served.address + path)
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, path


def test_on_a_phone_tables_slide_and_nothing_overlaps(
    served: Served, window: Callable[[int, int], BrowserContext], pictures: Path
) -> None:
    page = served.enter(window(390, 844))
    complaints = {}
    for number, path in enumerate(PAGES):
        page.goto(served.address + path)
        found = page.evaluate(LAYOUT)
        page.screenshot(path=pictures / f"{number:02d}-390.png")
        if found["overflow"] > 0 or found["overlaps"]:
            complaints[path] = (found["overflow"], found["overlaps"])
    assert not complaints, "\n".join(f"{path}: {noticed}" for path, noticed in complaints.items())


def test_the_bar_of_a_phone_shows_four_ways_and_more_on_request(
    served: Served, window: Callable[[int, int], BrowserContext]
) -> None:
    page = served.enter(window(390, 844))
    entries = page.locator(".rail a.entry:visible, .rail .more:visible")
    assert [words.split()[0] for words in entries.all_inner_texts()] == ["总览", "预警", "处置", "更多"]
    page.get_by_label("更多").press("Space")
    page.get_by_role("link", name="政策跟踪").click()
    page.wait_for_url("**/topics")


@pytest.mark.parametrize("path", ["/events", f"{EVENT}?tab=handling", "/sources"])
def test_on_a_telephone_lists_that_are_needed_at_night_are_stacked_and_not_slid(
    served: Served, window: Callable[[int, int], BrowserContext], path: str
) -> None:
    page = served.enter(window(390, 844))
    page.goto(served.address + path)
    cells = page.locator("table.stacked tbody tr").first.locator("td:visible")
    boxes = [cell.bounding_box() for cell in cells.all()]
    assert len(boxes) >= 4
    assert all(box is not None and box["x"] >= 0 and box["x"] + box["width"] <= 390 for box in boxes)


def test_on_a_telephone_the_next_step_is_the_first_button_and_a_text_to_label_has_the_whole_width(
    served: Served, window: Callable[[int, int], BrowserContext]
) -> None:
    page = served.enter(window(390, 844))
    page.goto(served.address + EVENT)
    tops = page.locator(".page-head .acts > *").evaluate_all(
        "all => all.map(e => [e.getBoundingClientRect().top, e.getBoundingClientRect().left, e.innerText.trim()]).sort((a, b) => a[0] - b[0] || a[1] - b[1])"
    )
    assert tops[0][2] == "确认收到"
    page.goto(served.address + "/labels")
    box = page.locator(".label-card").bounding_box()
    assert box is not None
    assert box["width"] > 300


@pytest.mark.parametrize(
    ("path", "heads"),
    [
        ("/policies?tab=clocks", "编号 归属 事项 时限 依据 核实"),
        ("/policies?tab=facts", "编号 文件 要点 时限 核实 效力 原文"),
        ("/policies/situations", "情形与理由 主要条文 相关条文 编号"),
        ("/system?tab=quarantine", "编号 环节 说明 信源 时间 怎么办"),
        ("/system", "用户名 角色 岗位 邮箱 邮件提醒 登录"),
        ("/briefings", "期次 起止 生成时间 文件"),
        ("/drills", "脚本 状态 开始 时钟"),
    ],
)
def test_on_a_telephone_every_table_is_stacked_and_each_part_bears_its_heading(
    served: Served, window: Callable[[int, int], BrowserContext], path: str, heads: str
) -> None:
    page = served.enter(window(390, 844))
    page.goto(served.address + path)
    cells = page.locator("main table tbody tr").first.locator("td:visible").all()
    told = [cell.evaluate("e => getComputedStyle(e, '::before').content.replaceAll('\"', '')") for cell in cells]
    assert [head for head in told if head] == heads.split()
    assert all(box["x"] + box["width"] <= 390 for cell in cells if (box := cell.bounding_box()))
    assert page.locator("main .panel").evaluate_all("all => all.filter(e => e.scrollWidth > e.clientWidth).length") == 0


def test_on_paper_tables_stay_tables_and_what_is_left_of_a_limit_stands_beside_the_time(
    served: Served, window: Callable[[int, int], BrowserContext]
) -> None:
    page = served.enter(window(718, 1000))
    page.goto(f"{served.address}/policies?tab=clocks")
    page.emulate_media(media="print")
    assert page.locator("main table").evaluate("e => getComputedStyle(e).display") == "table"
    page.goto(f"{served.address}/alerts")
    assert page.locator("#clock").is_visible()
    for hidden in (".rail", ".seek", ".filters", "#bulk"):
        assert not page.locator(hidden).first.is_visible(), hidden
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    page.goto(served.address)
    broken = "all => all.filter(e => getComputedStyle(e).breakInside !== 'avoid').map(e => e.innerText.slice(0, 9))"
    assert page.locator(".watch > .panel").evaluate_all(broken) == []


def test_what_is_filled_in_has_an_edge_that_is_seen(
    served: Served, window: Callable[[int, int], BrowserContext]
) -> None:
    page = served.enter(window(1366, 768))
    page.goto(f"{served.address}/system")
    edges = page.locator("main :is(input:not([type=hidden], [type=checkbox]), select)").evaluate_all(
        "all => all.map(e => getComputedStyle(e).borderTopColor.match(/\\d+/g).slice(0, 3).map(Number))"
    )
    assert edges
    assert min(_ratio(edge, [255, 255, 255]) for edge in edges) >= 3


def _ratio(one: list[int], other: list[int]) -> float:
    """Return the contrast of two colours as WCAG 2.2 reckons it."""
    low, high = sorted(
        sum(
            weight * (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4)
            for weight, part in zip((0.2126, 0.7152, 0.0722), (value / 255 for value in colour), strict=True)
        )
        for colour in (one, other)
    )
    return (high + 0.05) / (low + 0.05)


def test_no_two_buttons_of_a_page_are_heard_alike(served: Served, window: Callable[[int, int], BrowserContext]) -> None:
    page = served.enter(window(1366, 768))
    for path in ("/system", "/drills", "/sources", "/briefings", "/system/routing"):
        page.goto(served.address + path)
        heard = page.locator("main :is(button, summary, a.chip):visible").evaluate_all(
            "all => all.map(e => (e.ariaLabel || e.textContent).trim().replace(/\\s+/g, ' '))"
        )
        assert sorted(heard) == sorted(set(heard)), path


def test_on_a_telephone_the_bar_does_not_cover_what_the_keyboard_comes_to(
    served: Served, window: Callable[[int, int], BrowserContext]
) -> None:
    page = served.enter(window(390, 844))
    page.goto(served.address + EVENT)
    bar = page.locator(".rail").bounding_box()
    assert bar is not None
    page.locator("#main").focus()
    for _ in range(25):
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.getBoundingClientRect().bottom") <= bar["y"] + 1


def test_on_a_telephone_a_long_list_begins_with_twenty_rows_and_with_what_the_address_points_to(
    served: Served, window: Callable[[int, int], BrowserContext]
) -> None:
    page = served.enter(window(390, 844))
    page.goto(f"{served.address}/policies?tab=facts")
    rows = page.locator("main table tbody tr")
    total = rows.count()
    shown = page.locator("main table tbody tr:visible")
    assert total > 40
    assert shown.count() == 20
    page.get_by_role("button", name="再显示 20 条").click()
    assert shown.count() == 40
    last = rows.last.get_attribute("id")
    page.goto("about:blank")
    page.goto(f"{served.address}/policies?tab=facts#{last}")
    assert rows.last.is_visible()
    page.set_viewport_size({"width": 1366, "height": 768})
    assert shown.count() == total


def test_on_a_telephone_the_open_tab_is_seen(served: Served, window: Callable[[int, int], BrowserContext]) -> None:
    page = served.enter(window(390, 844))
    page.goto(f"{served.address}{EVENT}?tab=audit")
    box = page.locator(".tabs [aria-current]").bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390
