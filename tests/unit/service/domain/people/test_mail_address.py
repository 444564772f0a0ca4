import pytest

from service.domain.people.mail_address import LONGEST, is_mail_address


@pytest.mark.parametrize(
    "written", ["zhang.san@jx.example.gov.cn", "duty+night@office.invalid", "root@localhost", "oa@mail_server.invalid"]
)
def test_a_plain_address_is_one(written: str) -> None:
    assert is_mail_address(written)


@pytest.mark.parametrize(
    "written",
    [
        "",
        "zhang",
        "zhang@",
        "@office.invalid",
        "zhang@office。invalid",
        "zhang＠office.invalid",
        "张三@office.invalid",
        "zhang@办公室.中国",
        "a@b.cn;c@d.cn",
        "a@b.cn,",
        "张三 <zhang@office.invalid>",
        "zhang@office..invalid",
        "zhang@office.invalid\nBcc: x@y.cn",
        "a" * LONGEST + "@b.cn",
    ],
)
def test_what_an_input_method_or_a_pasted_list_leaves_behind_is_none(written: str) -> None:
    assert not is_mail_address(written)
