import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.matching.articles import split_articles
from service.domain.cases.response import reference_draft
from service.domain.events.event import EventDocument
from service.domain.policies.policy import PolicyArticle, Standing
from service.domain.policies.quotation import NOT_STORED, check_quotations
from tests.unit.service.domain.builders import HOUR, NOW, alert, event

KEY = "甲乙管理法(2024-01-01)#第一百零七条"
TEXT = "任何单位和个人不得编造、散布虚假信息（包括图片）。\n依照《丙丁条例》第九条称为“虚假信息”的，适用前款；未经授权不得发布上述信息。"
ARTICLES = {
    KEY: PolicyArticle(
        key=KEY, stem="甲乙管理法(2024-01-01)", number="第一百零七条", position=1, chapter=None, text=TEXT
    )
}


def document(number: int, **given: Any) -> EventDocument:
    known: dict[str, Any] = {
        "document_id": f"d{number}",
        "title": "诊所多人输液后寒战",
        "text": "用甲乙注射液后12人寒战",
        "url": None,
        "source_id": "s",
        "source_name": f"信源{number}",
        "source_class": "social",
        "kind": "post",
        "published_at": NOW - HOUR,
        "stored_at": NOW,
        "level": 2,
        "severity": 4,
        "tone": "neg",
        "categories": ("R01",),
        "duplicate_of": None,
        "evidence": ({"field": "text", "start": 0, "end": 2},),
    }
    return EventDocument(**known | given)


def basis(**given: Any) -> dict[str, Any]:
    known = {
        "policy_id": "INF-01",
        "title": "甲乙管理法",
        "issue_number": "主席令第1号",
        "article": "第一百零七条",
        "article_keys": [KEY],
        "gist": "统一公布",
        "verified": True,
        "why": "发布权限",
    }
    return known | given


class TestReference:
    def test_what_is_known_names_its_documents_and_what_is_not_is_open(self) -> None:
        official = document(2, source_class="official", source_name="某局", text="甲乙注射液使用者12人不适")
        draft = reference_draft(
            alert=alert(basis=(basis(),)),
            event=event(harmed=12),
            documents=[document(1), official],
            articles=ARTICLES,
            now=NOW,
            measures=["11月25日已封存同批次药品"],
        )
        slots = {slot.id: slot for slot in draft.slots}
        assert list(slots) == ["known", "open", "measures", "speaker", "authority"]
        known = {line.text.split("：")[0]: line for line in slots["known"].lines}
        assert known["伤亡"].documents == ("d1", "d2")
        assert "某局" in known["产品"].text
        assert not any(line.open for line in slots["known"].lines)
        assert [line.text.split("：")[0] for line in slots["open"].lines] == ["企业"]
        assert slots["measures"].lines[0].text == "11月25日已封存同批次药品"
        assert slots["measures"].lines[-1].open
        assert "法规处" in slots["speaker"].lines[0].text
        assert "〔待核实〕企业：稿件未说明" in draft.text

    def test_a_text_that_is_not_in_force_is_marked_in_the_reference(self) -> None:
        given: dict[str, Any] = {
            "alert": alert(basis=(basis(),)),
            "event": event(),
            "documents": [],
            "articles": ARTICLES,
        }
        stem = KEY.partition("#")[0]
        for standing, mark in ((Standing.EXPIRED, "〔已失效，请改引现行文本〕"), (Standing.IN_FORCE, "")):
            draft = reference_draft(**given, now=NOW, standings={stem: standing})
            assert f"第一百零七条{mark}：“{TEXT}”" in draft.text
            assert draft.findings == ()

    def test_articles_are_quoted_verbatim_and_what_is_not_stored_is_said_so(self) -> None:
        missing = basis(title="未入库办法", article="第五条", article_keys=["未入库办法#第五条"], gist="限期报告")
        without = basis(title="某通知", article="", article_keys=[], gist="四十八小时内回应", verified=False)
        draft = reference_draft(
            alert=alert(basis=(basis(), missing, without, basis())),
            event=event(),
            documents=[],
            articles=ARTICLES,
            now=NOW,
        )
        assert [quotation.text for quotation in draft.quotations] == [TEXT, None, None]
        assert f"《甲乙管理法》（主席令第1号）第一百零七条：“{TEXT}”" in draft.text
        assert f"《未入库办法》（主席令第1号）第五条〔{NOT_STORED}〕要点（非原文）：限期报告" in draft.text
        assert f"《某通知》（主席令第1号）〔待核实〕〔{NOT_STORED}〕要点（非原文）：四十八小时内回应" in draft.text
        assert draft.findings == ()
        assert draft.as_json()["quotations"][0]["text"] == TEXT

    def test_whose_matter_it_is_and_a_law_that_ended_are_sentences_and_no_citation(self) -> None:
        note = basis(article=None, article_keys=[], issue_number=None, situation="x", gist="所列条号不再引用")
        ended = note | {"title": "甲乙旧法", "verified": False}
        whose = note | {"title": "《医保条例》《医保办法》", "office": "医疗保障部门", "gist": "由医疗保障部门处理"}
        draft = reference_draft(
            alert=alert(basis=(whose, ended)), event=event(), documents=[], articles=ARTICLES, now=NOW
        )
        assert draft.text.endswith(
            "【政策依据】\n《医保条例》《医保办法》：由医疗保障部门处理\n《甲乙旧法》〔待核实〕：所列条号不再引用"
        )
        assert draft.findings == ()

    def test_authority_stands_in_it_with_what_is_lawful_instead(self) -> None:
        publication = {"verdict": "check", "sentence": "须核实。", "basis": "《甲乙管理法》", "alternative": "转报"}
        draft = reference_draft(alert=alert(publication=publication), event=event(), documents=[], articles={}, now=NOW)
        authority = draft.slots[-1]
        assert [(line.text, line.open) for line in authority.lines] == [
            ("须核实。（《甲乙管理法》）", True),
            ("可以做的：转报", False),
        ]
        assert "未匹配到政策依据" in draft.text

    def test_harm_that_was_not_counted_is_never_said_to_be_absent(self) -> None:
        draft = reference_draft(alert=alert(), event=event(), documents=[document(1)], articles=ARTICLES, now=NOW)
        [harm] = [line for slot in draft.slots for line in slot.lines if line.text.startswith("伤亡")]
        assert harm.open
        assert "请看原文" in harm.text

    def test_a_draft_of_300_documents_takes_less_than_300_ms(self) -> None:
        documents = [document(n) for n in range(300)]
        began = time.process_time()
        reference_draft(
            alert=alert(basis=(basis(),) * 40), event=event(harmed=12), documents=documents, articles=ARTICLES, now=NOW
        )
        assert time.process_time() - began < 0.3


class TestQuotations:
    @pytest.mark.parametrize(
        ("text", "kinds"),
        [
            ("《甲乙管理法》第一百零七条规定“任何单位和个人不得编造、散布虚假信息”。", []),
            ("《中华人民共和国甲乙管理法》第107条：“任何单位和个人不得编造、散布虚假信息(包括图片)”", []),
            ("《甲乙管理法》第一百零七条“任何单位……未经授权不得发布上述信息”", []),
            ("《甲乙管理法》第一百零七条“称为‘虚假信息’的，适用前款”", []),
            ("《甲乙管理法》第一百零七条“称为“虚假信息”的，适用前款”", []),
            ("《甲乙管理法》第一百零七条“任何人不得编造虚假信息”", ["quotation_altered"]),
            ("《甲乙管理法》第一百零七条“未经授权不得发布上述信息……任何单位”", ["quotation_altered"]),
            ("依据《甲乙管理法》第九条办理。", ["article_unknown"]),
            ("《戊己办法》第五条“应当限期报告有关情况”", ["article_missing"]),
            ("《戊己办法》第五条要求限期报告。", []),
            ("《甲乙管理法》第一百零七条已有规定。他说：“任何人不得编造虚假信息”。", []),
            ("网民称“该产品有毒有害”。", []),
            ('《甲乙管理法》第一百零七条："任何人不得编造虚假信息"。', ["quotation_altered"]),
            ('《甲乙管理法》第一百零七条："任何单位和个人不得编造"。', []),
            ("《甲乙管理法》第一百零七条的“编造假话”", ["quotation_altered"]),
            ("《甲乙管理法》第一百零七条的“假消息”", []),
            ("《甲乙管理法》第一百零七条「任何人不得编造虚假信息」", ["quotation_altered"]),
            ("《甲乙管理法》第一百零七条之一“任何单位和个人不得编造”", ["article_unknown"]),
            (f"《甲乙管理法》第一百零七条{'甲' * 60}“任何人不得编造虚假信息”", ["quotation_altered"]),
            (f"《甲乙管理法》第一百零七条{'甲' * 61}“任何人不得编造虚假信息”", []),
            ("《甲乙管理法》第一百零七条“任何人不得编造”，《戊己办法》第五条要求限期报告。", ["quotation_altered"]),
            ("《戊己办法》第五条要求限期报告，《甲乙管理法》第一百零七条“任何人不得编造”。", ["quotation_altered"]),
            ("《甲乙管理法》要求公开，《戊己办法》第五条“任何单位和个人不得编造”", ["article_missing"]),
            ("《甲乙管理法》第一百零七条“任何人不得编造”、“未经允许不得发布”", ["quotation_altered"] * 2),
            ("《甲乙管理法》第一百零七条、第九条“任何单位和个人不得编造”", ["article_unknown"]),
        ],
    )
    def test_words_are_held_to_the_stored_article(self, text: str, kinds: list[str]) -> None:
        found = check_quotations(text, ARTICLES)
        assert [finding.kind for finding in found] == kinds
        assert all(finding.blocking and text[finding.start : finding.end] == finding.text for finding in found)

    def test_a_straight_mark_left_open_in_one_paragraph_hides_nothing_of_the_next(self) -> None:
        text = '他说"完了\n《甲乙管理法》第一百零七条："任何人不得编造虚假信息"。'
        [found] = check_quotations(text, ARTICLES)
        assert found.text == '"任何人不得编造虚假信息"'

    def test_what_is_wrong_is_marked_from_the_opening_to_the_closing_sign_and_says_of_what(self) -> None:
        [found] = check_quotations("依《甲乙管理法》第一百零七条“任何人不得编造”。", ARTICLES)
        assert (found.text, found.word) == ("“任何人不得编造”", "引文不符")
        assert "《甲乙管理法》第一百零七条的原文不符" in found.sentence
        [unknown] = check_quotations("依《甲乙管理法》第9条。", ARTICLES)
        assert (unknown.text, unknown.word) == ("第9条", "条号不符")

    @given(st.integers(0, len(TEXT) - 6), st.integers(5, 60))
    @settings(max_examples=100)
    def test_any_piece_of_an_article_is_a_quotation_and_any_changed_piece_is_not(self, start: int, length: int) -> None:
        piece = TEXT[start : start + length]
        if piece.count("“") != piece.count("”") or piece.find("”") < piece.find("“"):
            return
        assert check_quotations(f"《甲乙管理法》第一百零七条：“{piece}”", ARTICLES) == []
        if len(piece.strip()) > 5:
            changed = f"{piece[:3]}甲{piece[3:]}"
            found = check_quotations(f"《甲乙管理法》第一百零七条：“{changed}”", ARTICLES)
            assert [finding.kind for finding in found] == ["quotation_altered"]

    def test_any_stored_edition_of_a_policy_may_be_quoted(self) -> None:
        older = replace(
            ARTICLES[KEY], key="甲乙管理法(2010-01-01)#第一百零七条", stem="甲乙管理法(2010-01-01)", text="旧文一段话。"
        )
        both = ARTICLES | {older.key: older}
        assert check_quotations("《甲乙管理法》第一百零七条“旧文一段话”、“未经授权不得发布上述信息”", both) == []

    def test_words_of_an_edition_that_is_not_in_force_are_told_and_do_not_block(self) -> None:
        older = replace(
            ARTICLES[KEY], key="甲乙管理法(2010-01-01)#第一百零七条", stem="甲乙管理法(2010-01-01)", text="旧文一段话。"
        )
        gone = replace(older, key="甲乙管理法(2010-01-01)#第九条", number="第九条")
        held = ARTICLES | {older.key: older, gone.key: gone}
        ended = {older.stem: "已失效"}
        [quoted] = check_quotations("《甲乙管理法》第一百零七条“旧文一段话”", held, not_in_force=ended)
        assert (quoted.kind, quoted.text, quoted.blocking) == ("not_in_force", "“旧文一段话”", False)
        assert "“甲乙管理法(2010-01-01)”（已失效）" in quoted.sentence
        [cited] = check_quotations("依《甲乙管理法》第9条“旧文一段话”办理。", held, not_in_force=ended)
        assert (cited.text, cited.blocking) == ("第9条", False)
        current = "依《甲乙管理法》第一百零七条“未经授权不得发布上述信息”。"
        assert check_quotations(current, held, not_in_force=ended) == []
        both = held | {older.key: replace(older, text=TEXT)}
        assert check_quotations(current, both, not_in_force=ended) == []

    def test_every_article_of_the_laws_can_be_quoted_whole(self, shared_data: Path) -> None:
        for file in sorted((shared_data / "law").glob("*.md")):
            for number, one in enumerate(split_articles(file.read_text(encoding="utf-8"), file.stem)):
                held = PolicyArticle(
                    key=one.key, stem=one.stem, number=one.number, position=number, chapter=None, text=one.text
                )
                assert check_quotations(f"《{file.stem}》{one.number}：“{one.text}”", {one.key: held}) == [], one.key
