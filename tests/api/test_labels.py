"""Labels over the pages: the card, a correction of a document, and the versions of the model."""

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from analysis.assessment import Level, Tone
from analysis.frozen import is_frozen
from crawlers.records import DocumentKind
from service.domain.learning.label import Label, LabelGiven, LabelOrigin
from service.domain.people.person import Role
from service.ports.search import SearchQuery
from service.ports.store import Completion
from tests.api.conftest import Site
from tests.builders import NOW, build_assessment, build_document

EVENT = "20261125-03"
RISK = Label(level=Level.RISK, categories=("R09",), severity=3, tone=Tone.NEGATIVE)


def first_document(site: Site) -> str:
    with site.context.store.read() as work:
        return work.events.documents(EVENT)[0].document_id


def test_a_card_asks_with_a_reason_and_the_next_one_is_another_document(site: Site) -> None:
    browser = site.browser(Role.OFFICER)
    shown = browser.client.get("/labels").text
    assert "为什么问这一条" in shown
    asked = re.findall(r'action="/labels/([^"/]+)" class="label-form"', shown)
    why = re.findall(r'name="why" value="([a-z]+)"', shown)
    answered = browser.post(f"/labels/{asked[0]}", level="0", tone="neu", why=why[0], seen="0")
    assert answered.headers["location"] == "/labels"
    after = browser.client.get("/labels").text
    assert f'action="/labels/{asked[0]}"' not in after
    assert "已更正" in after
    with site.context.store.read() as work:
        given = work.labels.latest([asked[0]])[asked[0]]
        (row,) = work.audit.rows(subject=f"document:{asked[0]}")
    assert (given.label.level, given.origin, given.actor) == (Level.OFF_TOPIC, LabelOrigin(why[0]), "研判乙")
    assert (row.action, row.detail["label"]["level"], row.detail["judged"]["level"]) == ("label.given", 0, 2)


def test_what_was_taken_back_is_asked_again_and_what_was_skipped_is_not(site: Site) -> None:
    browser = site.browser(Role.OFFICER)
    asked = re.findall(r'action="/labels/([^"/]+)" class="label-form"', browser.client.get("/labels").text)[0]
    browser.post(f"/labels/{asked}", level="0", tone="neu", why="random", seen="0")
    assert browser.post("/labels/undo").headers["location"] == "/labels?done=label_undone"
    assert f'action="/labels/{asked}"' in browser.client.get("/labels").text
    assert browser.post("/labels/undo").status_code == 409
    browser.post(f"/labels/{asked}/skip")
    assert f'action="/labels/{asked}"' not in browser.client.get("/labels").text
    assert site.browser(Role.APPROVER).client.get("/labels").status_code == 200


def test_a_corrected_document_shows_both_values_and_who(site: Site) -> None:
    browser, document = site.browser(Role.OFFICER), first_document(site)
    page = f"/events/{EVENT}?tab=documents"
    assert "更正判断…" in browser.client.get(page).text
    answered = browser.client.post(
        f"/labels/{document}",
        data={"csrf": browser.csrf, "level": "2", "leading": "R07", "category": ["R01", "R07"], "severity": "5", "tone": "neg", "seen": "0", "event": EVENT},
    )  # fmt: skip
    assert answered.headers["location"] == f"/events/{EVENT}?tab=documents&done=label"
    shown = browser.client.get(page).text
    assert "已更正" in shown
    assert "研判乙（11月25日 14:32）：风险 · R07 疫苗与预防接种 · R01 · 严重度 5 · 负面" in shown
    assert "更正判断…" in site.browser(Role.ADMINISTRATOR).client.get(page).text
    viewer = site.browser(Role.VIEWER).client.get(page).text
    assert "已更正" in viewer
    assert "再更正" not in viewer


def test_a_risk_that_was_missed_is_named_with_its_own_mark_and_waits_to_be_judged_again(site: Site) -> None:
    missed = build_document(source="drop-vendor", native="missed-1", title="土方", text="有人服用土方后昏迷", at=NOW)
    with site.context.store.write() as work:
        work.documents.put([missed], now=NOW)
        (leased,) = work.documents.claim(limit=9, lease=timedelta(minutes=1), now=NOW)
        none = replace(build_assessment(missed), level=Level.IN_REMIT, categories=(), severity=0, p_risk=0.1)
        work.documents.complete_all([Completion(leased=leased, assessment=none)], now=NOW)
    browser = site.browser(Role.OFFICER)
    fields = {"level": "2", "leading": "R02", "severity": "4", "tone": "neg", "seen": "0", "why": "random"}
    answered = browser.post(f"/labels/{missed.id}", missed="true", **fields)
    assert answered.headers["location"] == "/labels?done=label_missed"
    shown = browser.client.get("/labels?done=label_missed").text
    assert "已登记为漏判" in shown
    assert "漏判，已立为风险" in shown
    with site.context.store.read() as work:
        assert work.documents.pending_count() == 1


def test_what_is_in_no_event_is_found_by_search_and_named_as_missed(site: Site) -> None:
    shown = site.browser(Role.OFFICER).client.get("/labels").text
    (asked,) = re.findall(r'action="/labels/([^"/]+)" class="label-form"', shown)
    like = site.context.search.find(SearchQuery(limit=1)).hits[0].document
    site.context.search.index([replace(like, document_id=asked, seq=90_000, tokens="蓝色 药瓶", event_id=None)])
    link = f"/labels?document={asked}"
    officer, viewer = (site.browser(role).client.get("/search?q=蓝色").text for role in (Role.OFFICER, Role.VIEWER))
    assert link in officer
    assert link not in viewer
    browser = site.browser(Role.OFFICER)
    browser.post(f"/labels/{asked}/skip")
    card = browser.client.get(link).text
    assert f'action="/labels/{asked}"' in card
    assert "由您从检索结果中选定" in card
    browser.post(f"/labels/{asked}", level="1", tone="neu", seen="0")
    assert 'name="seen" value="0"' not in browser.client.get(link).text
    assert browser.client.get("/labels?document=nobody").status_code == 404


def test_a_form_cannot_say_by_its_reason_that_a_risk_was_missed(site: Site) -> None:
    document = first_document(site)
    fields = {"level": "2", "leading": "R02", "severity": "4", "tone": "neg", "seen": "0", "why": "missed"}
    site.browser(Role.OFFICER).post(f"/labels/{document}", **fields)
    with site.context.store.read() as work:
        assert work.labels.latest([document])[document].origin is LabelOrigin.CORRECTION


def test_who_looked_before_another_labelled_is_told_so(site: Site) -> None:
    document = first_document(site)
    first = site.browser(Role.OFFICER).post(f"/labels/{document}", level="1", tone="neu", seen="0", event=EVENT)
    late = site.browser(Role.APPROVER).post(f"/labels/{document}", level="0", tone="neu", seen="0", event=EVENT)
    assert (first.status_code, late.status_code) == (303, 409)
    assert "研判乙刚刚已标注" in late.text
    with site.context.store.read() as work:
        assert work.labels.latest([document])[document].label.level is Level.IN_REMIT


def test_a_card_leaves_every_answer_open(site: Site) -> None:
    card = site.browser(Role.OFFICER).client.get("/labels").text.split("data-label-card")[1].split("</form>")[0]
    assert 'name="tone"' in card
    assert 'name="severity"' in card
    assert " checked" not in card


def test_a_label_whose_parts_do_not_fit_is_refused_with_what_is_missing(site: Site) -> None:
    browser, document = site.browser(Role.OFFICER), first_document(site)
    for fields, sentence in (
        ({"level": "2", "severity": "3", "tone": "neg"}, "至少选一个类别"),
        ({"level": "2", "leading": "R14", "severity": "3", "tone": "neg"}, "没有类别 R14"),
        ({"level": "2", "leading": "R01", "severity": "0", "tone": "neg"}, "1 至 5"),
        ({"level": "-1", "tone": "neg"}, "请选择级别"),
    ):
        refused = browser.post(f"/labels/{document}", **fields)
        assert refused.status_code in {400, 422}, fields
        assert sentence in refused.text


def test_the_versions_say_what_is_wanting_and_give_the_button_to_who_keeps_models(site: Site) -> None:
    keeper = site.browser(Role.ADMINISTRATOR)
    assert "至少要 50 篇标注" in keeper.client.get("/labels/models").text
    assert keeper.post("/labels/models/train").status_code == 409
    assert "换用…" not in site.browser(Role.OFFICER).client.get("/labels/models").text


def test_a_training_is_offered_only_where_what_is_kept_to_measure_on_holds_risks(site: Site) -> None:
    events = [f"e{number}" for number in range(120)]
    learned, kept = ([event for event in events if is_frozen(event) is frozen] for frozen in (False, True))
    calm, risky = Label(level=Level.OFF_TOPIC, tone=Tone.NEUTRAL), RISK
    said = [(event, risky) for event in learned[:40]] + [(event, calm) for event in kept[:12]]
    keeper = site.browser(Role.ADMINISTRATOR)
    label_groups(site, said)
    shown = keeper.client.get("/labels/models").text
    assert "现有 12 篇、风险 0 篇，请再标注一些别的事件的稿件" in shown
    assert 'action="/labels/models/train"' not in shown
    assert keeper.post("/labels/models/train").status_code == 409
    card = site.browser(Role.OFFICER).client.get("/labels").text
    assert re.search(r"<b>12</b> 篇留作检验，其中 <b>0</b> 篇为风险", card)
    label_groups(site, [(event, risky) for event in kept[:2]])
    assert 'action="/labels/models/train"' in keeper.client.get("/labels/models").text
    assert keeper.post("/labels/models/train").headers["location"] == "/labels/models?done=training_wished"


def test_the_labels_that_count_are_handed_out_as_a_table_without_titles_of_complaints(site: Site) -> None:
    browser = site.browser(Role.OFFICER)
    assert "/labels/export.csv" not in browser.client.get("/labels").text
    learned, kept = (next(f"e{n}" for n in range(99) if is_frozen(f"e{n}") is frozen) for frozen in (False, True))
    label_groups(site, [(learned, RISK), (kept, RISK)])
    complaint = build_document(native="c9", title="=某小区来信", text="", at=NOW, kind=DocumentKind.COMPLAINT)
    post = build_document(native="p9", title="=HYPERLINK(1)", text="", at=NOW)
    with site.context.store.write() as work:
        work.documents.put([complaint, post], now=NOW)
        for document in (complaint, post):
            given = LabelGiven(
                document_id=document.id, label=RISK, group=learned, origin=LabelOrigin.MISSED, actor="甲", at=NOW
            )
            work.labels.add(given)
    answer = browser.client.get("/labels/export.csv")
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [(row[1], row[2], row[7], row[8]) for row in rows[1:]] == [
        (learned, "风险", "随机", "训练"),
        (kept, "风险", "随机", "检验"),
        ("", "风险", "漏判", "训练"),
        ("'=HYPERLINK(1)", "风险", "漏判", "训练"),
    ]
    assert "某小区" not in answer.text
    with site.context.store.read() as work:
        (row,) = work.audit.rows(limit=1)
    assert browser.person is not None
    assert (row.actor, row.action, row.detail) == (browser.person.name, "labels.exported", {"labels": 4})
    assert "/labels/export.csv" in browser.client.get("/labels").text


def label_groups(site: Site, said: Sequence[tuple[str, Label]]) -> None:
    """Store a label of a document of each group, the last one of a document counts."""
    documents = [build_document(native=f"of-{event}", title=event, text="", at=NOW) for event, _ in said]
    with site.context.store.write() as work:
        work.documents.put(documents, now=NOW)
        for document, (event, label) in zip(documents, said, strict=True):
            work.labels.add(
                LabelGiven(
                    document_id=document.id,
                    label=label,
                    group=event,
                    origin=LabelOrigin.RANDOM,
                    actor="值班员甲",
                    at=NOW,
                )
            )


def test_a_training_is_listed_with_what_it_measured_and_a_version_can_be_returned_from(site: Site) -> None:
    with site.context.store.write() as work:
        measured = {"frozen": {"documents": 12, "risks": 5, "before": {"risks found": 3.0, "risk AP": 0.61}, "after": {"risks found": 5.0, "risk AP": 0.75}}}  # fmt: skip
        run = work.models.wish(actor="管理丁", now=NOW)
        work.models.save(
            replace(run, finished_at=NOW, promoted=True, version="officers-0a1b2c3d", manifest="ab", labels=60, risks=25, measured=measured)
        )  # fmt: skip
        work.models.place("officers-0a1b2c3d", actor="管理丁", reason="不差于现用", now=NOW)
        work.models.save(
            replace(
                work.models.wish(actor="管理丁", now=NOW),
                finished_at=NOW,
                promoted=False,
                reasons=("风险找到由 5 变为 4，变差了",),
            )
        )
    keeper = site.browser(Role.ADMINISTRATOR)
    shown = keeper.client.get("/labels/models").text
    assert all(
        words in shown
        for words in (
            "officers-0a1b2c3d",
            "风险找到 3 → <b>5</b>",
            "风险排序（AP） 0.610",
            "风险找到由 5 变为 4，变差了",
            "未启用",
        )
    )
    returned = keeper.post("/labels/models/place", version="", reason="误报增多")
    assert returned.headers["location"] == "/labels/models?done=model_placed"
    with site.context.store.read() as work:
        placement = work.models.in_force()
    assert placement is not None
    assert (placement.version, placement.actor, placement.reason) == ("", "管理丁", "误报增多")


def test_a_card_that_shows_what_a_citizen_wrote_is_written_down(site: Site) -> None:
    complaint = build_document(
        native="c1",
        title="来信",
        text="我吃了这种药后起疹子。",
        at=NOW - timedelta(hours=1),
        kind=DocumentKind.COMPLAINT,
    )
    with site.context.store.write() as work:
        work.documents.put([complaint], now=NOW)
        (leased,) = work.documents.claim(limit=9, lease=timedelta(minutes=1), now=NOW)
        work.documents.complete_all([Completion(leased=leased, assessment=build_assessment(complaint))], now=NOW)
    browser = site.browser(Role.OFFICER)
    for _ in range(20):
        (asked,) = re.findall(r'action="/labels/([^"/]+)" class="label-form"', browser.client.get("/labels").text)
        with site.context.store.read() as work:
            read = [row.action for row in work.audit.rows(subject=f"document:{asked}")]
        assert read == (["personal.read"] if asked == complaint.id else [])
        if asked == complaint.id:
            return
        browser.post(f"/labels/{asked}/skip")
    raise AssertionError("the complaint was never asked about")
