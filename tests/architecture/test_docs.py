"""What the documents must name, and must not invent. `python -m tests.architecture.test_docs` prints the settings table."""

import importlib
import inspect
import pkgutil
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import typer.main
from fastapi import APIRouter
from fastapi.routing import APIRoute

import service.api
from service.cli import application
from service.domain.alerts.alert import AlertLevel, AlertReason
from service.domain.people.person import Role
from service.settings import Settings
from tests.architecture.sources import ROOT, project_files

GUIDE = ROOT / "docs" / "guide.zh-CN.md"
DOCUMENTS = sorted(
    path
    for path in project_files()
    if path.suffix == ".md" and not any(part.startswith(".") for part in path.relative_to(ROOT).parts)
)
# Records of decisions and changes tell of their own time.
OF_TODAY = [path for path in DOCUMENTS if path.name != "CHANGELOG.md" and path.parent.name != "adr"]
# `test` belongs to the launcher; the program itself does not know it.
LAUNCHER_COMMANDS = {"test"}
DATA = {".json", ".jsonl", ".npz", ".onnx", ".tsv", ".yaml"}
FENCE = re.compile(r"^```(?P<language>\w*)\n(?P<body>.*?)^```", re.MULTILINE | re.DOTALL)
CODE_SPAN = re.compile(r"`([^`\n]+)`")
CALL = re.compile(r"(?:\./|bin/|^|\s)yaowang +(?P<words>[a-z]+(?: +[a-z][a-z-]*)?)", re.MULTILINE)
INSIDE = re.compile(r"(?:crawlers|analysis|service|deploy|tests|docs)/[\w./{},*-]*")
ROUTE = re.compile(r"`(?P<method>GET|POST) (?P<path>/[^` ]+)`")
TO_HEADING = re.compile(r"\[[^\]]*\]\((?P<file>[^)#\s]*)#(?P<heading>[^)\s]+)\)")
LINK = re.compile(r"\[[^\]]*\]\((?P<target>[^)#\s]+)(?:#[^)\s]*)?\)")


def settings_table() -> str:
    """Return the table of all settings as `docs/settings.md` holds it."""
    rows = ["| setting | variable | default | meaning |", "| --- | --- | --- | --- |"]
    for name, field in Settings.model_fields.items():
        rows.append(f"| `{name}` | `YAOWANG_{name.upper()}` | {_default(field.default)} | {field.description} |")
    return "\n".join(rows)


def _default(value: object) -> str:
    """Return a default as it would be written in `settings.toml` or the environment."""
    if value is None or value in ((), {}):
        return "none"
    if isinstance(value, tuple):
        return f"`{','.join(map(str, value))}`"
    return f"`{value}`" if isinstance(value, str) else f"`{str(value).lower()}`"


def commands() -> Iterator[str]:
    """Yield every command as it is typed, such as `users add`."""
    yield from _below(typer.main.get_command(application), ())


def _below(command: object, path: tuple[str, ...]) -> Iterator[str]:
    inner: dict[str, object] | None = getattr(command, "commands", None)
    if inner is None:
        yield " ".join(path)
        return
    for name, sub in inner.items():
        yield from _below(sub, (*path, name))


def routes() -> Iterator[tuple[str, str]]:
    """Yield method and path of every route of the JSON interface."""
    for module in pkgutil.iter_modules(service.api.__path__, f"{service.api.__name__}."):
        router = getattr(importlib.import_module(module.name), "router", None)
        if isinstance(router, APIRouter):
            for route in router.routes:
                if isinstance(route, APIRoute):
                    yield from ((method, route.path) for method in sorted(route.methods or ()))


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def test_the_settings_table_is_that_of_the_program() -> None:
    assert settings_table() in _text(ROOT / "docs" / "settings.md")


def test_every_setting_has_a_meaning() -> None:
    assert [name for name, field in Settings.model_fields.items() if not field.description] == []


def test_the_chinese_guide_names_every_setting() -> None:
    text = _text(GUIDE)
    assert [name for name in Settings.model_fields if f"`YAOWANG_{name.upper()}`" not in text] == []


def test_the_chinese_guide_tells_the_defaults_of_the_program() -> None:
    told: dict[str, str] = {}
    for row in [line for line in _text(GUIDE).splitlines() if line.startswith("| `YAOWANG_")]:
        names, _, cell = row.strip("| ").split("|")
        told |= dict(zip(re.findall(r"`YAOWANG_(\w+)`", names), cell.strip().split("、"), strict=True))
    defaults = {name.upper(): _default(field.default) for name, field in Settings.model_fields.items()}
    # What is made or chosen where nothing is set stands there in words.
    assert {
        name: (told[name], default)
        for name, default in defaults.items()
        if told[name] != default and (default != "none" or told[name].startswith("`"))
    } == {}


def test_every_command_is_documented() -> None:
    text = _text(ROOT / "docs" / "commands.md")
    listed = list(commands())
    assert len(listed) > 20
    assert [command for command in listed if f"`yaowang {command}" not in text] == []


def test_every_option_is_documented() -> None:
    text = _text(ROOT / "docs" / "commands.md")
    there = set(_options(typer.main.get_command(application)))
    assert len(there) > 40
    assert sorted(option for option in there if not re.search(rf"{option}(?![a-z-])", text)) == []


def _options(command: object) -> Iterator[str]:
    for inner in getattr(command, "commands", {}).values():
        yield from _options(inner)
    for parameter in getattr(command, "params", ()):
        if not getattr(parameter, "hidden", False):
            yield from (name for name in parameter.opts if name.startswith("--"))


def test_the_page_of_the_json_interface_names_every_route_and_no_other() -> None:
    named = {(match["method"], match["path"]) for match in ROUTE.finditer(_text(ROOT / "docs" / "api.md"))}
    there = set(routes())
    assert len(there) > 15
    assert named == there


def test_the_module_of_a_command_begins_with_its_name() -> None:
    homes = dict(_homes(typer.main.get_command(application), ()))
    assert homes["sources stop-host"] == "service.cli.hosts"
    first_lines = {home: (importlib.import_module(home).__doc__ or "").splitlines()[0] for home in homes.values()}
    unnamed = {
        command: home
        for command, home in homes.items()
        if not re.search(rf"`(?:yaowang )?{command.split()[0]}[` ]", first_lines[home])
    }
    assert unnamed == {}


def _homes(command: object, path: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Yield every command with the module that its function stands in."""
    inner: dict[str, object] | None = getattr(command, "commands", None)
    if inner is None:
        function: Callable[..., object] = getattr(command, "callback", str)
        yield " ".join(path), inspect.unwrap(function).__module__
        return
    for name, sub in inner.items():
        yield from _homes(sub, (*path, name))


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_document_tells_of_a_command_that_does_not_exist(path: Path) -> None:
    known = set(commands())
    groups = {command.split()[0] for command in known}
    text = _text(path)
    code = "\n".join([match["body"] for match in FENCE.finditer(text)] + CODE_SPAN.findall(FENCE.sub("", text)))
    called = [match["words"].split() for match in CALL.finditer(code)]
    unknown = [
        " ".join(words)
        for words in called
        if words[0] not in groups | LAUNCHER_COMMANDS
        or (words[0] not in known | LAUNCHER_COMMANDS and len(words) > 1 and " ".join(words) not in known)
    ]
    assert unknown == []


def test_the_guide_explains_every_reason_level_and_role() -> None:
    text = _text(GUIDE)
    words = (
        [reason.word for reason in AlertReason] + [level.word for level in AlertLevel] + [role.word for role in Role]
    )
    assert [word for word in words if word not in text] == []
    assert [reason.value for reason in AlertReason if f"`{reason.value}`" not in text] == []


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_inside_the_project_leads_somewhere(path: Path) -> None:
    targets = [match["target"] for match in LINK.finditer(FENCE.sub("", _text(path)))]
    inside = [target for target in targets if "://" not in target and not target.startswith("mailto:")]
    assert [target for target in inside if not (path.parent / target).exists()] == []


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_to_a_heading_finds_it(path: Path) -> None:
    links = [(match["file"], match["heading"]) for match in TO_HEADING.finditer(FENCE.sub("", _text(path)))]
    inside = [(path.parent / name if name else path, heading) for name, heading in links if "://" not in name]
    assert [heading for target, heading in inside if heading not in _headings(target)] == []


def _headings(path: Path) -> set[str]:
    """Return the anchors that the usual viewers make of the headings: lower case, hyphens, no punctuation."""
    lines = [line.lstrip("#").strip() for line in FENCE.sub("", _text(path)).splitlines() if line.startswith("#")]
    return {re.sub(r"[^\w -]", "", line.lower()).replace(" ", "-") for line in lines}


@pytest.mark.parametrize("path", OF_TODAY, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_file_that_a_document_of_today_names_is_there(path: Path) -> None:
    spans = CODE_SPAN.findall(FENCE.sub("", _text(path)))
    named = [name for span in spans if INSIDE.fullmatch(span) for name in _expanded(span)]
    assert [name for name in named if not any(ROOT.glob(name.rstrip("/")))] == []


def test_a_module_that_is_named_without_its_folder_lies_beside_the_one_before_it() -> None:
    named = list(_placed(ROOT / "docs" / "architecture.md"))
    assert len(named) > 100
    assert [str(path.relative_to(ROOT)) for path in named if path.suffix == ".py" and not any(_there(path))] == []


def test_every_file_of_data_that_ships_is_named_with_where_it_comes_from() -> None:
    named = {found for path in _placed(ROOT / "docs" / "data.md") for found in _there(path)}
    shipped = [
        path
        for path in project_files()
        if path.suffix in DATA and path.relative_to(ROOT).parts[0] in {"analysis", "crawlers", "service"}
    ]
    # What npm is told to fetch is no data of the product's.
    told = [path for path in shipped if path.parent != ROOT / "service" / "web" / "assets"]
    assert len(told) > 50
    assert [str(path.relative_to(ROOT)) for path in told if not named & {path, *path.parents}] == []


def _placed(document: Path) -> Iterator[Path]:
    """Yield every path that a document names; a file named alone lies beside the path before it in its line."""
    for line in FENCE.sub("", _text(document)).splitlines():
        folder = ROOT
        for name in [name for span in CODE_SPAN.findall(line) for name in _expanded(span)]:
            if INSIDE.fullmatch(name):
                yield ROOT / name.rstrip("/")
                folder = ROOT / name if name.endswith("/") else (ROOT / name).parent
            elif re.fullmatch(r"\w+\.\w+", name) and f".{name.rsplit('.')[-1]}" in {".py", *DATA}:
                yield folder / name


def _there(path: Path) -> Iterator[Path]:
    yield from ROOT.glob(str(path.relative_to(ROOT)))


def test_the_index_of_decisions_names_every_record() -> None:
    folder = ROOT / "docs" / "adr"
    linked = {match["target"] for match in LINK.finditer(_text(folder / "README.md"))}
    assert sorted(path.name for path in folder.glob("0*.md") if path.name not in linked) == []


def test_the_architecture_has_a_row_for_everything_that_lies_in_service() -> None:
    rows = [line for line in _text(ROOT / "docs" / "architecture.md").splitlines() if line.startswith("| `")]
    named = {name.rstrip("/") for row in rows for span in CODE_SPAN.findall(row) for name in _expanded(span)}
    parts = (path.relative_to(ROOT).parts for path in project_files())
    inside = {f"service/{part[1]}" for part in parts if part[0] == "service" and part[1] != "__init__.py"}
    assert sorted(inside - named) == []


def test_the_architecture_names_every_module_at_the_top_of_analysis() -> None:
    top = {path for path in (ROOT / "analysis").glob("*.py") if path.name != "__init__.py"}
    assert len(top) > 10
    assert sorted(path.name for path in top - set(_placed(ROOT / "docs" / "architecture.md"))) == []


def _expanded(span: str) -> list[str]:
    """Return what a span with braces stands for: `a/{b,c}.py` is `a/b.py` and `a/c.py`."""
    braces = re.search(r"\{([^{}]*)\}", span)
    if braces is None:
        return [span]
    before, behind = span[: braces.start()], span[braces.end() :]
    return [whole for part in braces[1].split(",") for whole in _expanded(f"{before}{part}{behind}")]


if __name__ == "__main__":
    import sys

    sys.stdout.write(settings_table() + "\n")
