"""The files an operator starts from, read as the programs read them that are meant to; where these are installed, by them."""

import ipaddress
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from uvicorn import Config
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from service.api.headers import _IMPORT_BYTES
from service.settings import Settings
from service.workers import ROLES

DEPLOY = Path(__file__).resolve().parents[3] / "deploy"
MEBIBYTE = 2**20
# It lies where only administrators look for programs.
NGINX = shutil.which("nginx", path=f"{os.defpath}:/usr/local/sbin:/usr/sbin")


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
    return read


async def _nothing(*_: Any) -> None:
    """Stand in for the application: only what the server believes of addresses is asked."""


def nginx() -> str:
    written = (DEPLOY / "nginx.conf").read_text(encoding="utf-8")
    return re.sub(r"^\s*#.*$", "", written, flags=re.MULTILINE)


def servers() -> list[str]:
    return nginx().split("server {")[1:]


class TestCompose:
    def test_every_role_runs_and_every_secret_it_asks_for_is_there(self, compose: dict[str, Any]) -> None:
        services = compose["services"]
        assert {service["command"][0] for name, service in services.items() if name in ROLES} == set(ROLES)
        asked = {secret for service in services.values() for secret in service.get("secrets", ())}
        assert asked == set(compose["secrets"])
        volumes = {line.partition(":")[0] for service in services.values() for line in service["volumes"]}
        assert volumes == set(compose["volumes"])

    def test_every_variable_is_a_setting(self, compose: dict[str, Any]) -> None:
        named = {name for role in ROLES for name in compose["services"][role]["environment"]} - {"FORWARDED_ALLOW_IPS"}
        known = {f"YAOWANG_{name.upper()}" for name in Settings.model_fields} | {"YAOWANG_SECRETS_DIR"}
        assert named <= known

    def test_the_address_of_a_browser_is_believed_from_the_gateway_alone(
        self, compose: dict[str, Any], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        [network] = compose["networks"]["default"]["ipam"]["config"]
        named = compose["services"]["web"]["environment"]["FORWARDED_ALLOW_IPS"]
        assert named == network["gateway"]
        assert ipaddress.ip_address(named) in ipaddress.ip_network(network["subnet"])
        monkeypatch.setenv("FORWARDED_ALLOW_IPS", named)
        config = Config(app=_nothing, log_config=None)
        trusted = ProxyHeadersMiddleware(_nothing, trusted_hosts=config.forwarded_allow_ips).trusted_hosts
        assert named in trusted
        assert "127.0.0.1" not in trusted

    def test_what_is_secret_or_made_for_this_machine_is_not_copied_into_the_image(
        self, compose: dict[str, Any]
    ) -> None:
        left_out = (DEPLOY / "Dockerfile.dockerignore").read_text(encoding="utf-8").splitlines()
        secrets = {f"/deploy/{Path(secret['file']).parent}" for secret in compose["secrets"].values()}
        settings = {f"/deploy/{one['path']}" for role in ROLES for one in compose["services"][role]["env_file"]}
        assert secrets | settings | {"/.venv", "/var", "/.git"} <= set(left_out)


class TestProxy:
    def test_https_has_a_certificate_and_plain_http_only_leads_there(self) -> None:
        plain, safe = servers()
        assert "return 301 https://" in plain
        assert "proxy_pass" not in plain
        assert re.search(r"listen 443 ssl\b", safe)
        assert "ssl_certificate " in safe
        assert "ssl_certificate_key " in safe

    def test_an_import_of_the_largest_size_passes(self) -> None:
        found = re.search(r"client_max_body_size (\d+)m;", nginx())
        assert found is not None
        assert int(found[1]) * MEBIBYTE > _IMPORT_BYTES

    def test_each_way_to_the_service_says_who_asks_and_for_which_name(self) -> None:
        ways = [part for part in nginx().split("location ")[1:] if "proxy_pass" in part]
        assert [way.partition("{")[0].strip() for way in ways] == ["/", "= /events/stream"]
        for way in ways:
            for line in ("Host $http_host", "X-Forwarded-For $remote_addr", "X-Forwarded-Proto https"):
                assert f"proxy_set_header {line};" in way
        assert "proxy_buffering off;" in ways[1]

    def test_no_word_of_a_search_stands_in_the_access_log(self) -> None:
        [kept] = re.findall(r"^log_format yaowang '(.*)';$", nginx(), flags=re.MULTILINE)
        named = set(re.findall(r"\$\w+", kept))
        assert {"$remote_addr", "$time_iso8601", "$uri", "$status"} <= named
        assert not named & {"$request", "$request_uri", "$args", "$query_string", "$http_referer"}
        assert all(re.search(r"^    access_log \S+ yaowang;$", one, flags=re.MULTILINE) for one in servers())

    def test_no_word_of_a_search_stands_in_the_error_log(self) -> None:
        # A line of it about an upstream that does not answer is of level error, and ends with the whole request.
        assert all(
            re.search(r"^    error_log \S+ (?:crit|alert|emerg);$", one, flags=re.MULTILINE) for one in servers()
        )

    @pytest.mark.skipif(NGINX is None, reason="nginx is not installed")
    def test_nginx_takes_it(self, tmp_path: Path) -> None:
        # A certificate is for nginx to read, which this test has not; all the rest is as shipped.
        written = re.sub(r"listen 443 ssl http2;|ssl_\w+ .*;", "", nginx())
        (tmp_path / "nginx.conf").write_text(
            f"pid {tmp_path}/pid; error_log stderr; events {{}} http {{ {written} }}", encoding="utf-8"
        )
        command = [str(NGINX), "-t", "-p", str(tmp_path), "-c", str(tmp_path / "nginx.conf")]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        assert "syntax is ok" in done.stderr, done.stderr


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not installed")
@pytest.mark.parametrize("unit", ["yaowang.service", "yaowang-role@.service"])
def test_a_command_by_hand_is_given_what_the_service_has(unit: str) -> None:
    said = (DEPLOY / "README.md").read_text(encoding="utf-8")
    [by_hand] = re.findall(r"^yaowang\(\) \{\n(.*?)^\}$", said, flags=re.MULTILINE | re.DOTALL)
    of_unit = (DEPLOY / unit).read_text(encoding="utf-8")
    assert "\nUser=yaowang\nGroup=yaowang\n" in of_unit
    assert "--uid=yaowang --gid=yaowang" in by_hand
    for name in ("EnvironmentFile", "UMask"):
        [value] = re.findall(rf"^{name}=(.*)$", of_unit, flags=re.MULTILINE)
        assert f"--property={name}={value} " in by_hand
    [program, data] = re.findall(r"^ExecStart=(\S+) \S+ --data (\S+)$", of_unit, flags=re.MULTILINE)[0]
    assert f'--setenv=YAOWANG_DATA={data} {program} "$@"' in by_hand


def test_systemd_takes_every_unit(tmp_path: Path) -> None:
    units = []
    for file in [*DEPLOY.glob("*.service"), *DEPLOY.glob("*.timer")]:
        # Nothing is installed in /opt; that a program is there is looked at too.
        written = file.read_text(encoding="utf-8").replace("/opt/yaowang/yaowang", "/bin/true")
        unit = tmp_path / file.name.replace("@.", "@web.")
        unit.write_text(re.sub(r"^Documentation=.*$", "", written, flags=re.MULTILINE), encoding="utf-8")
        units.append(str(unit))
    assert len(units) == 4
    command = ["systemd-analyze", "verify", *units]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert [line for line in done.stderr.splitlines() if "yaowang" in line] == []
