"""Which document is quoted for what happened."""

import pytest

from service.domain.events.known import known_facts, telling_document
from tests.builders import build_event
from tests.unit.service.domain.cases.test_response import document

SOBER = {"title": "进贤一诊所5人输液后寒战", "text": "5人输液后寒战，已送医。"}


@pytest.mark.parametrize(
    "title",
    [
        "速看，随时会删！毒疫苗害了一整个村",
        "天理何在！！黑心诊所草菅人命",
        "转给更多妈妈，救救孩子",
        "内部消息透露真相😡",
    ],
)
def test_what_cries_out_is_not_quoted_where_a_sober_document_of_its_class_tells_the_same(title: str) -> None:
    crying = document(1, title=title, severity=5)
    assert telling_document([crying, document(2, **SOBER)]) == 2
    assert telling_document([crying]) == 1


def test_the_weightier_class_of_source_comes_before_the_tone() -> None:
    told = document(1, title="惊天！一诊所5人输液后寒战", source_class="provincial_media")
    assert telling_document([told, document(2, **SOBER)]) == 1


def test_of_two_sober_ones_the_graver_is_quoted() -> None:
    assert telling_document([document(1, **SOBER, severity=3), document(2, **SOBER, severity=4)]) == 2


def test_where_it_happened_is_told_to_the_town_as_the_mail_tells_it_with_the_documents_that_name_it() -> None:
    event = build_event(facts={"places": ["江西省赣州市于都县贡江镇"]})
    documents = [document(1, text="于都县贡江镇卫生院6人输液后寒战"), document(2, text="一地6人输液后寒战")]
    (where,) = (fact for fact in known_facts(event, documents) if fact.label == "何地")
    assert (where.value, where.documents, where.open) == ("江西省赣州市于都县贡江镇", (1,), "")
