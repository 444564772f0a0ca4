from tests.contract.notifier import letter_to


def part(kind: str) -> str:
    body = letter_to("duty@office.invalid").get_body((kind,))
    assert body is not None
    return str(body.get_content())


def test_the_next_step_stands_before_the_documents_in_text_and_in_html() -> None:
    for kind in ("plain", "html"):
        text = part(kind)
        assert text.index("确认收到并指派承办人") < text.index("首发稿件")
        assert text.index("时限与依据") < text.index("确认收到并指派承办人")
