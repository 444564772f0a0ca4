"""What is asked of the policy library by what people type into its field."""

from datetime import date

import pytest

from service.web.views.policy_views import query_of

NAMES = {"药品管理法", "疫苗管理法", "化妆品监督管理条例"}


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("疫苗法76", ("疫苗管理法", "第七十六条")),
        ("疫苗管理法 76条", ("疫苗管理法", "第七十六条")),
        ("药品法107条第二款", ("药品管理法", "第一百零七条")),
        ("药管法第107条第2款第（一）项", ("药品管理法", "第一百零七条")),
        ("妆条例４４条", ("化妆品监督管理条例", "第四十四条")),
        ("《中华人民共和国药品管理法》第98条", ("药品管理法", "第九十八条")),
        ("药品管理法 2019", ("药品管理法", "2019")),
        ("药品管理法3年", ("药品管理法3年",)),
        ("通报20条措施", ("通报20条措施",)),
        ('"疫苗法"', ("疫苗法",)),
        ("中华人民共和国", ("中华人民共和国",)),
    ],
)
def test_an_article_is_asked_for_as_the_library_writes_it(typed: str, words: tuple[str, ...]) -> None:
    asked = query_of(
        typed, level="", kind="", standing="", region="", on=date(2026, 11, 27), limit=9, names=NAMES
    )  # fmt: skip
    assert asked.words == words
