"""The grouping of events is corrected on the page of an event: documents move out, events are merged, either is taken back."""

from datetime import timedelta

import pytest

from service.domain.people.person import Role
from service.ports.store import Completion
from tests.api.conftest import Site
from tests.builders import NOW, build_assessment, build_document, build_event

TITLES = ("于都多人输注清云注射液后寒战", "于都清云注射液断货三周", "湘东孩子吃感冒颗粒后起疹")


@pytest.fixture
def grouped(site: Site) -> tuple[Site, list[str]]:
    """A site with an event of two documents, G1, and one of a third, G2; and the ids of the documents."""
    documents = [
        build_document(native=f"g{number}", title=title, text=f"{title}。") for number, title in enumerate(TITLES)
    ]
    events = dict(zip([one.id for one in documents], ("G1", "G1", "G2"), strict=True))
    with site.context.store.write() as work:
        work.documents.put(documents, now=NOW)
        for name, title, count in (("G1", TITLES[0], 2), ("G2", TITLES[2], 1)):
            work.events.save(build_event(id=name, title=title, document_count=count), ["k"])
        leased = work.documents.claim(limit=50, lease=timedelta(minutes=1), now=NOW)
        mine = [
            Completion(leased=row, assessment=build_assessment(row.document), event_id=events[row.document.id])
            for row in leased
            if row.document.id in events
        ]
        work.documents.complete_all(mine, now=NOW)
    return site, [one.id for one in documents]


def test_a_document_moves_out_into_an_event_of_its_own_and_comes_back(grouped: tuple[Site, list[str]]) -> None:
    site, ids = grouped
    browser = site.browser(Role.OFFICER)
    assert 'form="move"' in browser.client.get("/events/G1?tab=documents").text
    done = browser.post("/events/G1/move", goal="new", reason="两件事", document=ids[1])
    assert done.headers["location"] == "/events/G1?tab=documents&done=moved_out"
    shown = browser.client.get(done.headers["location"]).text
    assert "稿件已移出" in shown
    assert "移出 1 篇到" in shown
    with site.context.store.read() as work:
        [act] = work.regroupings.of_event("G1")
        own = work.events.of_documents([ids[1]])[ids[1]]
    assert own == act.target
    assert "移入 1 篇，来自" in browser.client.get(f"/events/{own}?tab=documents").text
    browser = site.browser(Role.APPROVER)
    back = browser.post(f"/events/{own}/regroupings/{act.id}", reason="看错了")
    assert back.headers["location"] == "/events/G1?tab=documents&done=regrouping_undone"
    with site.context.store.read() as work:
        assert work.events.of_documents([ids[1]]) == {ids[1]: "G1"}
    assert "本事件已并入" in browser.client.get(f"/events/{own}").text


def test_an_event_is_merged_by_its_number_or_address_and_says_where_it_went(grouped: tuple[Site, list[str]]) -> None:
    site, _ = grouped
    assert "/events/G2/merge" not in site.browser(Role.OFFICER).client.get("/events/G2?tab=documents").text
    browser = site.browser(Role.APPROVER)
    done = browser.post("/events/G2/merge", event="http://127.0.0.1:8300/events/G1?tab=documents", reason="同一批次")
    assert done.status_code == 303
    with site.context.store.read() as work:
        [act] = work.regroupings.of_event("G1")
    assert done.headers["location"] == f"/events/{act.target}?tab=documents&done=merged"
    page = browser.client.get(f"/events/{act.source}").text
    assert "本事件已并入" in page
    assert f'href="/events/{act.target}"' in page
    assert browser.client.get(f"/api/events/{act.source}").json()["merged_into"] == act.target
    listed = {one["id"] for one in browser.client.get("/api/events").json()["events"]}
    assert act.target in listed
    assert act.source not in listed


@pytest.mark.parametrize(
    ("path", "form", "sentence"),
    [
        ("move", {"goal": "new", "reason": "两件事"}, "请先勾选要移出的稿件"),
        ("move", {"goal": "event", "event": "?", "reason": "两件事"}, "请填写另一事件的编号"),
        ("merge", {"event": "G9", "reason": "一件事"}, "没有编号为 G9 的事件"),
        ("merge", {"event": "G2", "reason": " "}, "归并事件须写明理由"),
        ("regroupings/g9", {"reason": "看错了"}, "没有这次归组记录"),
    ],
)
def test_what_cannot_be_done_is_said_on_the_page_with_what_was_typed(
    grouped: tuple[Site, list[str]], path: str, form: dict[str, str], sentence: str
) -> None:
    site, _ = grouped
    refused = site.browser(Role.APPROVER).post(f"/events/G1/{path}", **form)
    assert refused.status_code in {404, 409, 422}
    assert sentence in refused.text
    if form["reason"].strip() and path != "regroupings/g9":
        assert form["reason"] in refused.text
