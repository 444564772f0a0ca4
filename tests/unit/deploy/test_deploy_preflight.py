import json
from pathlib import Path

import pytest

from deploy.preflight import check_configuration, main
from service.settings import Settings

SOUND = {
    "base_url": "https://yaowang.example",
    "secure_cookies": True,
    "smtp_host": "mail.example",
    "smtp_security": "tls",
    "smtp_password": "long and real",
    "mail_from": "yaowang@example",
    "contact": "mailto:press@example",
}


def configured(data: Path, **changes: object) -> Settings:
    return Settings.model_validate(SOUND | {"data": data} | changes)


def test_a_sound_configuration_is_left_alone(tmp_path: Path) -> None:
    assert check_configuration(configured(tmp_path / "data")) == []


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"host": "0.0.0.0", "base_url": "http://press.example", "secure_cookies": False}, "口令会以明文经过网络"),  # noqa: S104
        ({"secure_cookies": False}, "secure_cookies 没有打开"),
        ({"base_url": "http://10.0.0.1"}, "浏览器会登录不上"),
        ({"base_url": None, "secure_cookies": False}, "在别的电脑上打不开"),
        ({"smtp_host": None}, "只存在本机信箱"),
        ({"smtp_security": "none"}, "邮件口令会以明文发送"),
        ({"mail_from": "yaowang@localhost"}, "发件人仍是默认值"),
        ({"contact": None}, "没有向对方网站亮明联系方式"),
        ({"store_url": "postgresql+psycopg://db/y", "author_key": "k" * 16}, "检索库却在本机"),
        ({"store_url": "postgresql+psycopg://db/y", "search_url": "http://es:9200"}, "作者代号的密钥"),
        ({"catalogue": Path("/nowhere/at/all")}, "/nowhere/at/all 不存在"),
    ],
)
def test_what_others_would_stumble_over_is_said_once(tmp_path: Path, changes: dict[str, object], sentence: str) -> None:
    found = check_configuration(configured(tmp_path / "data", **changes))
    assert [sentence in finding.sentence for finding in found] == [True]
    assert all(finding.severity == "warning" and finding.remedy for finding in found)


def test_a_readable_file_with_a_secret_is_named_with_its_keys(tmp_path: Path) -> None:
    tmp_path.chmod(0o750)
    path = tmp_path / "settings.toml"
    path.write_text('smtp_password = "long and real"\nport = 8300\n', encoding="utf-8")
    path.chmod(0o644)
    (finding,) = check_configuration(configured(tmp_path))
    assert "smtp_password" in finding.sentence
    assert "port" not in finding.sentence
    path.chmod(0o640)
    assert check_configuration(configured(tmp_path)) == []


def test_wrong_settings_are_an_error_that_names_them(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = tmp_path / "data"
    data.mkdir()
    (data / "settings.toml").write_text("porrt = 1\n", encoding="utf-8")
    assert main(["--data", str(data)]) == 1
    (line,) = capsys.readouterr().out.splitlines()
    assert json.loads(line)["severity"] == "error"
    assert "porrt" in line


def test_looking_at_a_folder_still_to_be_made_makes_nothing(tmp_path: Path) -> None:
    main(["--data", str(tmp_path / "new")])
    assert not (tmp_path / "new").exists()
