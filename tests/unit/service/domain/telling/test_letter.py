from dataclasses import replace

from service.domain.alerts.alert import AlertLevel
from service.domain.telling.letter import Letter, compose, write_letter
from tests.builders import NOW, build_alert, build_event
from tests.contract.notifier import letter_to


def part(kind: str) -> str:
    body = letter_to("duty@office.invalid").get_body((kind,))
    assert body is not None
    return str(body.get_content())


def test_the_next_step_follows_the_deadline_before_reasons_and_documents_in_text_and_in_html() -> None:
    for kind in ("plain", "html"):
        text = part(kind)
        assert text.index("确认收到并指派承办人") < text.index("为何收到") < text.index("首发稿件")
        assert text.index("时限与依据") < text.index("确认收到并指派承办人")


def test_a_mail_writes_the_province_city_and_county_of_its_places_once() -> None:
    county = "江西省赣州市于都县"
    event = build_event()
    event = replace(event, facts=dict(event.facts) | {"places": [county, f"{county}罗坳镇", f"{county}禾丰镇"]})
    letter = write_letter(
        subject="", alert=build_alert(), event=event, clocks=(), documents=(), link="", drill=False, now=NOW
    )
    assert "地点：江西省赣州市于都县、罗坳镇、禾丰镇；" in letter.summary


def test_a_mail_tells_how_many_sources_speak_on_their_own_where_some_pass_on_what_others_said() -> None:
    event = replace(build_event(), source_count=5, heat={"independent_sources": 3})
    for said, told in (("信源5个（独立3个）；", event), ("信源5个；", replace(event, heat={"independent_sources": 5}))):
        letter = write_letter(
            subject="", alert=build_alert(), event=told, clocks=(), documents=(), link="", drill=False, now=NOW
        )
        assert said in letter.summary


def test_a_mail_shows_its_level_first_by_shape_and_word_in_text_and_in_html() -> None:
    for level, shown in ((AlertLevel.RED, "▲ 红色预警"), (AlertLevel.BLUE, "● 蓝色预警"), (AlertLevel.NONE, "")):
        alert = build_alert(level=level)
        letter = write_letter(
            subject="某县多人寒战",
            alert=alert,
            event=build_event(),
            clocks=(),
            documents=(),
            link="",
            drill=True,
            now=NOW,
        )
        assert letter == Letter.from_json(letter.to_json())
        message = compose(letter, key="k", sender="a@x.invalid", recipient="b@x.invalid", sent_at=NOW)
        text, page = (str(message.get_body((kind,)).get_content()) for kind in ("plain", "html"))  # type: ignore[union-attr]
        if shown:
            assert text.splitlines()[2] == shown
            body = page.partition("<body")[2]
            assert 0 < body.index(f"{shown}</span>") < body.index("某县多人寒战")
        else:
            assert "预警</span>" not in page


def test_a_mail_tells_the_number_by_which_an_event_is_named_on_the_telephone() -> None:
    event = replace(build_event(), id="ebdc46a607701a077e80")
    letter = write_letter(
        subject="", alert=build_alert(), event=event, clocks=(), documents=(), link="", drill=False, now=NOW
    )
    assert letter.summary.endswith("事件编号 198-985-382。")
