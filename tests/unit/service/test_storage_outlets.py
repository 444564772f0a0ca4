from service.storage.outlets import speaker_name


def test_what_brought_an_outlet_stands_beside_it_unless_it_says_its_name_already() -> None:
    row = {"source_id": "drop", "source_class": "social", "source_name": "数据导出", "origin": "晨报"}
    assert speaker_name(row) == "晨报（数据导出）"
    assert speaker_name(row | {"source_name": "晨报（演练）"}) == "晨报（演练）"
    assert speaker_name(row | {"origin": None}) == "数据导出"
