from pathlib import Path

import pytest

from service.bootstrap import build, prepare
from service.settings import SettingsError, load_settings, role_environment, unknown_variables
from service.storage.dialects import sqlite_file

KEYS_OF_MANUALS = ("EMPTY", "sk-xxxxxxxxxxxx", "your-api-key", "<YOUR_API_KEY>", "ollama", "changeme", "sk-1")


def written(folder: Path, text: str) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "settings.toml").write_text(text, encoding="utf-8")
    return folder


def test_command_line_beats_environment_beats_secrets_beats_file_beats_default(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data, secrets = tmp_path / "var", tmp_path / "secrets"
    secrets.mkdir()
    assert load_settings(data=data).port == 8300
    written(data, "port = 8301\n")
    assert load_settings(data=data).port == 8301
    (secrets / "yaowang_port").write_text("8302\n", encoding="utf-8")
    monkeypatch.setenv("YAOWANG_SECRETS_DIR", str(secrets))
    assert load_settings(data=data).port == 8302
    monkeypatch.setenv("YAOWANG_PORT", "8303")
    assert load_settings(data=data).port == 8303
    assert load_settings(data=data, port=8304).port == 8304
    assert load_settings(data=data, port=None).port == 8303


def test_the_data_folder_of_the_environment_brings_its_own_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("YAOWANG_DATA", str(written(tmp_path / "elsewhere", 'office = "宣传处"\n')))
    settings = load_settings()
    assert settings.office == "宣传处"
    assert settings.data == tmp_path / "elsewhere"


@pytest.mark.parametrize("name", ["药望 数据", "50% #1", "a%20b", "what?", "a?b=c&d"])
def test_the_store_lies_in_the_data_folder_whatever_signs_its_name_has(tmp_path: Path, name: str) -> None:
    folder = tmp_path / name
    folder.mkdir()
    settings = load_settings(data=folder)
    prepare(settings)
    assert [made.name for made in folder.iterdir()] == ["yaowang.db"]
    assert list(tmp_path.iterdir()) == [folder]
    assert sqlite_file(settings.effective_store_url) == folder / "yaowang.db"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("prot = 8300\n", "prot：没有这个设置"),
        ('port = "eight"\n', "port：应为整数"),
        ("port = 99999\n", "port：应不大于 65535"),
        ('smtp_security = "ssl"\n', "smtp_security：应为 none、starttls 或 tls"),
        ('province = "36"\n', "province：应为六位行政区划代码"),
        ('search_name = "Y W"\n', "search_name：应以小写字母开头"),
        ('base_url = "yaowang.example.gov.cn"\n', "base_url：应为 http:// 或 https:// 开头的网址"),
        ('base_url = "https://yaowang.example:port"\n', "base_url：应为 http:// 或 https:// 开头的网址"),
        ('search_url = "search.example 9200"\n', "search_url：应为 http:// 或 https:// 开头的网址"),
        ('mail_from = "yaowang"\n', "mail_from：应为邮箱地址"),
        ('second_factor = "sms"\n', "second_factor：应为 voluntary、administrators 或 all"),
        ('admit_from = "10.20.0.0/16,office"\n', "admit_from：office 不是地址或网段"),
        ('admit_from = "10.20.0.1/16"\n', "admit_from：10.20.0.1/16 不是地址或网段"),
        ('webhook = "slack"\n', "webhook：应为 none、wecom（企业微信）"),
        ('webhook = "wecom"\n', "打开第二通道（webhook）须同时写 webhook_url"),
        ('webhook = "wecom"\nwebhook_url = "http://qyapi.example/send?key=k-1"\n', "webhook_url 不能使用：须为 https"),
        ('webhook = "wecom"\nwebhook_url = "https://10.3.0.8/send?key=k-1"\n', "webhook_url 不能使用：须为 https"),
        ('webhook = "wecom"\nwebhook_url = "https://u:p@qyapi.example/send"\n', "webhook_url 不能使用：须为 https"),
        ('webhook = "json"\nwebhook_url = "https://x.example/"\n', "webhook 为 json 时须写 webhook_secret，32 个以上"),
        ('webhook_inside = ["0.0.0.0/0"]\n', "webhook_inside：0.0.0.0/0 不是可用的内网地址或网段"),
        ('daily_report_at = "8点半"\n', "daily_report_at：应为时刻，如 08:30"),
        ('daily_report_to = ["值班室"]\n', "daily_report_to：值班室 不是邮箱地址"),
        ('daily_report_to = ["duty@office。invalid"]\n', "daily_report_to：duty@office。invalid 不是邮箱地址"),
        ('mail_from = "yaowang@office。invalid"\n', "mail_from：应为邮箱地址"),
        ('pulse_url = "http://monitor.example/k-1"\n', "pulse_url 不能使用：须为公网 https 地址"),
        ("crawl = 7\n", "crawl：应为 true 或 false"),
        ("port = \n", "settings.toml 无法读取：不是有效的 TOML"),
        ('smtp_password = "ChangeMe"\n', "smtp_password：这是占位的密码"),
        ('author_key = " 请修改 "\n', "author_key：这是占位的密码"),
        ('store_url = "postgresql+psycopg://office:changeme@db/yaowang"\n', "store_url：这是占位的密码"),
    ],
)
def test_a_wrong_setting_is_named_with_what_is_wrong(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(SettingsError) as caught:
        load_settings(data=written(tmp_path / "var", text))
    assert told in str(caught.value)


HERE = 'opinion_url = "http://127.0.0.1:11434/v1"\nopinion_model = "m"\n'


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("opinion = true\n", "须同时写 opinion_url 和 opinion_model"),
        (f"opinion = true\n{HERE}", "内网地址须列入 opinion_inside"),
        ('opinion = true\nopinion_url = "http://models.example.net/v1"\nopinion_model = "m"\n', "公网只用 https"),
        ('opinion = true\nopinion_url = "ftp://10.3.0.8/v1"\nopinion_model = "m"\n', "须为 http(s) 地址"),
        (
            'opinion = true\nopinion_url = "https://models.example.net/v1?key=1"\nopinion_model = "m"\n',
            "不带用户名、密码和参数",
        ),
        (
            'opinion = true\nopinion_url = "https://a:b@models.example.net/v1"\nopinion_model = "m"\n',
            "不带用户名、密码和参数",
        ),
        ('opinion_inside = "169.254.169.254"\n', "opinion_inside：169.254.169.254 不是可用的内网地址"),
        ('opinion_levels = "1,3"\n', "opinion_levels：没有 3"),
        ('opinion_categories = ["R01", "R99"]\n', "opinion_categories：没有 R99"),
        ('opinion_band = "wide"\n', "opinion_band：应为数字"),
        ("opinion_severity = 3\n", "opinion_severity：应不小于 4"),
        *((f'opinion_key = "{key}"\n', "本地模型不要密钥时，不写这一项") for key in KEYS_OF_MANUALS),
    ],
)
def test_a_second_opinion_that_cannot_be_asked_is_refused_with_what_to_write(
    tmp_path: Path, text: str, told: str
) -> None:
    with pytest.raises(SettingsError) as caught:
        load_settings(data=written(tmp_path / "var", text))
    assert told in str(caught.value)


def test_without_the_switch_there_is_nobody_to_ask_and_none_in_a_drill(tmp_path: Path) -> None:
    address = f'{HERE}opinion_inside = "127.0.0.1"\nopinion_levels = "1,2"\n'
    off = load_settings(data=written(tmp_path / "off", address))
    on = load_settings(data=written(tmp_path / "on", f"opinion = true\n{address}"))
    for settings, drill in ((off, False), (on, True)):
        app = build(settings, drill=drill)
        assert app.opinion_rules is None
        assert app.adviser is None
        app.close()
    app = build(on)
    assert app.opinion_rules is not None
    assert app.opinion_rules.levels == {1, 2}
    assert app.adviser is not None
    assert (app.adviser.model, app.adviser.place) == ("m", "127.0.0.1:11434")
    app.close()


def test_a_secret_is_not_repeated_in_what_is_said_about_it(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        load_settings(data=written(tmp_path / "var", 'smtp_password = "hunter2"\nprot = 1\n'))
    assert "hunter2" not in str(caught.value)


def test_a_file_in_another_encoding_is_told(tmp_path: Path) -> None:
    data = written(tmp_path / "var", "")
    (data / "settings.toml").write_bytes('office = "综合处"'.encode("gb18030"))
    with pytest.raises(SettingsError, match=r"settings\.toml 无法读取"):
        load_settings(data=data)


def test_a_secrets_folder_that_is_missing_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YAOWANG_SECRETS_DIR", str(tmp_path / "nowhere"))
    with pytest.raises(SettingsError, match="nowhere 不存在"):
        load_settings(data=tmp_path)


def test_a_misspelt_variable_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("YAOWANG_SMTP_HOTS", "YAOWANG_SMTP_HOST", "YAOWANG_SECRETS_DIR"):
        monkeypatch.setenv(name, "x")
    assert unknown_variables() == ["YAOWANG_SMTP_HOTS"]


@pytest.mark.parametrize("written_as", ["药品,疫苗", "药品， 疫苗、", '["药品", "疫苗"]', "药品;疫苗"])
def test_watch_words_are_divided_as_people_write_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, written_as: str
) -> None:
    monkeypatch.setenv("YAOWANG_WATCH_WORDS", written_as)
    assert load_settings(data=tmp_path).watch_words == ("药品", "疫苗")


def test_watch_words_may_stand_as_a_list_in_the_file(tmp_path: Path) -> None:
    data = written(tmp_path / "var", 'watch_words = ["药品", "疫苗"]\n')
    assert load_settings(data=data).watch_words == ("药品", "疫苗")


def test_push_secrets_are_read_by_source_and_weak_ones_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YAOWANG_PUSH_SECRETS", '{"vendor-a": "' + "s" * 32 + '"}')
    assert load_settings(data=tmp_path).push_secrets["vendor-a"].get_secret_value() == "s" * 32
    monkeypatch.setenv("YAOWANG_PUSH_SECRETS", '{"vendor-a": "short"}')
    with pytest.raises(SettingsError, match="vendor-a 的推送密钥太短") as caught:
        load_settings(data=tmp_path)
    assert "short" not in str(caught.value)


def test_the_roles_of_up_link_to_the_port_that_up_was_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(tmp_path, "port = 8301\n")
    given = role_environment(load_settings(data=tmp_path, port=8451))
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    assert load_settings(data=tmp_path).address == "http://127.0.0.1:8451"


def test_the_address_of_the_second_channel_is_named_in_no_refusal_and_no_listing_of_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("YAOWANG_WEBHOOK", "wecom")
    monkeypatch.setenv("YAOWANG_WEBHOOK_URL", "http://robot.example/send?key=7f3a9c1e-made-up")
    with pytest.raises(SettingsError) as caught:
        load_settings(data=tmp_path)
    assert "made-up" not in str(caught.value)
    monkeypatch.setenv("YAOWANG_WEBHOOK_URL", "https://robot.example/send?key=7f3a9c1e-made-up")
    assert "made-up" not in repr(load_settings(data=tmp_path))


@pytest.mark.parametrize(
    ("url", "inside"),
    [
        ("https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=7f3a9c1e", ()),
        ("https://10.3.0.8/send", ("10.3.0.0/24",)),
        ("http://127.0.0.1:9000/send", ()),
        ("http://localhost:9000/send", ()),
    ],
)
def test_a_robot_on_the_internet_in_the_office_or_on_this_machine_can_be_named(
    tmp_path: Path, url: str, inside: tuple[str, ...]
) -> None:
    settings = load_settings(data=tmp_path, webhook="dingtalk", webhook_url=url, webhook_inside=inside)
    app = build(settings)
    assert app.channel is not None
    assert app.channel.name == "钉钉群机器人"
    assert app.second_notifier is not None


def test_a_drill_has_no_second_channel_whatever_the_settings_say(tmp_path: Path) -> None:
    settings = load_settings(data=tmp_path, webhook="wecom", webhook_url="https://robot.example/send?key=7f3a9c1e")
    drilled = build(settings, drill=True)
    assert build(settings).channel is not None
    assert drilled.channel is None
    assert drilled.second_notifier is None
