"""A policy is watched and its risk assessed; a complaint is taken, worked and compared: with different log-ins."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from service.domain.people.person import Role
from service.domain.topics.sheet import QUESTIONS
from service.domain.topics.topic import Topic
from tests.browser.conftest import Served, serve
from tests.browser.test_layout import _complaints
from tests.builders import build_person
from tests.dashboard import make_context
from tests.following import seed_following

Window = Callable[[int, int], BrowserContext]
LAYOUT = Path(__file__).with_name("layout.js").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def followed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Served, Topic]]:
    folder = tmp_path_factory.mktemp("followed")
    context = make_context(folder)
    topic = seed_following(context.store, build_person(Role.OFFICER), context.office.register, folder)
    for served in serve(context):
        yield served, topic


def _fits(page: Page) -> None:
    found = page.evaluate(LAYOUT)
    assert found["overflow"] <= 0
    assert page.locator("main .primary:visible").count() <= 1


@pytest.mark.parametrize("size", [(1366, 768), (1920, 1080), (390, 844)], ids=["1366x768", "1920x1080", "390x844"])
def test_pages_of_topics_and_matters_are_whole_and_chinese(
    followed: tuple[Served, Topic], window: Window, size: tuple[int, int]
) -> None:
    served, topic = followed
    page = served.enter(window(*size))
    with served.context.store.read() as work:
        matters = [one.id for one in work.matters.listing()]
    paths = ["/topics", *(f"/topics/{topic.id}?tab={tab}" for tab in ("overview", "voices", "sheet", "settings"))]
    paths += ["/matters", "/matters/frequent", *(f"/matters/{one}" for one in matters)]
    assert {path: found for path in paths if (found := _complaints(page, served.address, path))} == {}


def test_on_a_telephone_every_field_of_a_risk_sheet_can_be_filled_in_and_figures_stay_side_by_side(
    followed: tuple[Served, Topic], window: Window
) -> None:
    served, topic = followed
    page = served.enter(window(390, 844))
    page.goto(f"{served.address}/topics/{topic.id}?tab=sheet")
    for label in ("顾虑 1", "答复口径 1", "答复人 1"):
        expect(page.get_by_label(label)).to_be_visible()
    page.goto(f"{served.address}/topics/{topic.id}?tab=overview")
    cells = page.locator(".effect-table tbody tr").first.locator("td")
    boxes = [box for cell in cells.all() if (box := cell.bounding_box())]
    assert len({box["y"] for box in boxes}) == 1
    assert boxes[-1]["x"] + boxes[-1]["width"] <= 390


def test_a_policy_is_watched_assessed_and_signed_by_two_people(followed: tuple[Served, Topic], window: Window) -> None:
    served, topic = followed
    page = served.enter(window(1366, 768), name="研判乙")
    page.goto(f"{served.address}/topics")
    page.get_by_role("link", name=topic.title).click()
    expect(page.get_by_role("heading", name="分阶段")).to_be_visible()
    _fits(page)
    page.get_by_role("link", name="征求意见", exact=True).click()
    expect(page.get_by_text("老批号的药还能继续卖吗？", exact=True)).to_be_visible()
    _fits(page)
    page.get_by_role("link", name="风险评估表").click()
    for question in QUESTIONS.values():
        page.get_by_label(question).fill("已核对")
    page.get_by_label("顾虑 1").fill("药店成本上升")
    page.get_by_label("答复口径 1").fill("设有过渡期")
    page.get_by_label("答复人 1").fill("承办人丙")
    _fits(page)
    page.get_by_role("button", name="保存为新版").click()
    expect(page.get_by_role("status")).to_have_text("评估表已存为新的一版。")
    other = served.enter(window(1366, 768), name="审批丙")
    other.goto(f"{served.address}/topics/{topic.id}?tab=sheet")
    other.get_by_role("button", name="签署第1版").click()
    expect(other.get_by_text("审批丙 签署")).to_be_visible()


def test_a_complaint_is_accepted_and_compared_with_an_event(followed: tuple[Served, Topic], window: Window) -> None:
    served, _ = followed
    page = served.enter(window(1366, 768), name="研判乙")
    page.goto(f"{served.address}/matters")
    _fits(page)
    page.get_by_role("link", name="章贡区某药店售出的示例注射液").click()
    expect(page.get_by_text("同一产品：示例注射液").first).to_be_visible()
    _fits(page)
    page.get_by_role("button", name="同一情况").click()
    expect(page.get_by_role("status")).to_have_text("核对结果已登记。")
    page.locator("summary", has_text="受理").last.click()
    page.get_by_role("button", name="受理", exact=True).click()
    expect(page.get_by_role("status")).to_have_text("办理情况已登记。")
    expect(page.get_by_text("按时完成")).to_be_visible()


def test_a_refused_sheet_comes_back_with_what_was_typed_and_the_reason_on_top(
    followed: tuple[Served, Topic], window: Window, pictures: Path
) -> None:
    served, topic = followed
    page = served.enter(window(1366, 768), name="研判乙")
    page.goto(f"{served.address}/topics/{topic.id}?tab=sheet")
    typed = {f"answer_{key}": f"第一行（{key}）\n第二行" for key in QUESTIONS} | {"reason": ""}
    for name, text in typed.items():
        page.locator(f"[name={name}]").fill(text)
    # A concern without its text is what is refused, also where an earlier version had one.
    page.get_by_label("顾虑 1", exact=True).fill("")
    page.get_by_label("答复口径 1", exact=True).fill("已设过渡期")
    page.get_by_role("button", name="保存为新版").click()
    expect(page.get_by_role("alert")).to_have_text("第1条填写了内容但没有写明顾虑，请补上或清空这一行")
    for name, text in typed.items():
        expect(page.locator(f"[name={name}]")).to_have_value(text)
    expect(page.get_by_label("答复口径 1", exact=True)).to_have_value("已设过渡期")
    _fits(page)
    page.screenshot(path=pictures / "refused-sheet.png")
