"""Help and faults of use: in Chinese, whole, and aligned."""

import re
import tomllib
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer
from typer.core import TyperArgument, TyperGroup, TyperOption
from typer.testing import CliRunner, Result

from service.cli import application

ROOT = typer.main.get_command(application)


def commands(group: object = ROOT, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    yield path
    if isinstance(group, TyperGroup):
        for name, command in group.commands.items():
            yield from commands(command, (*path, name))


def run(*words: str) -> Result:
    return CliRunner().invoke(application, list(words), prog_name="yaowang")


def cells(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


@pytest.mark.parametrize("path", list(commands()), ids=" ".join)
def test_help_is_chinese_and_fits_a_terminal(path: tuple[str, ...]) -> None:
    told = run(*path, "--help")
    assert told.exit_code == 0
    assert not re.search(r"Usage|Options|Commands|Arguments|required|default|Show this|<\w|x[<>]=|<=x", told.output)
    assert all(cells(line) <= 80 for line in told.output.splitlines() if " " in line.strip())


@pytest.mark.parametrize("path", list(commands()), ids=" ".join)
def test_every_argument_and_option_says_what_it_is(path: tuple[str, ...]) -> None:
    command = ROOT
    for name in path:
        assert isinstance(command, TyperGroup)
        command = command.commands[name]
    for one in command.params:
        assert isinstance(one, TyperArgument | TyperOption)
        assert one.hidden or one.help, (path, one.name)


def test_meanings_begin_in_one_column() -> None:
    lines = run("topics", "report", "--help").output.splitlines()
    begun = {
        cells(line[: line.index(said)])
        for line in lines
        for said in ("前后比较的", "把解读要点", "数据目录")
        if said in line
    }
    assert len(begun) == 1


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["quux"], "没有 quux 这个命令。用法见 yaowang --help。"),
        (["policies", "lst"], "没有 lst 这个命令，是否要写 list。用法见 yaowang policies --help。"),
        (["import"], "缺少参数 FILE。用法见 yaowang import --help。"),
        (["import", "a.csv"], "缺少选项 --source。用法见 yaowang import --help。"),
        (["import", "a", "b", "--source", "c"], "多出了参数 b，有空格的内容请加引号。用法见 yaowang import --help。"),
        (["brief", "--wek", "1"], "没有 --wek 这个选项，是否要写 --week。用法见 yaowang brief --help。"),
        (
            ["audit", "list", "--limit", "many"],
            "选项 --limit 的值不对：应为 1 至 10000 的整数。用法见 yaowang audit list --help。",
        ),
        (["drill", "--speed", "100"], "选项 --speed 的值不对：应为 1 至 60 的数。用法见 yaowang drill --help。"),
        (["brief", "--week"], "选项 --week 后面要写一个值。"),
        (["words", "list", "--removed=1"], "选项 --removed 后面不能写值。"),
    ],
)
def test_wrong_use_is_said_in_a_sentence_with_status_2(words: list[str], sentence: str) -> None:
    told = run(*words)
    assert told.exit_code == 2
    assert told.stderr == f"{sentence}\n"


def test_a_group_alone_shows_its_commands() -> None:
    told = run("policies")
    assert told.exit_code == 2
    assert "命令：" in told.stderr


def test_the_version_is_the_one_of_the_project_file_and_goes_to_standard_output() -> None:
    project = tomllib.loads((Path(__file__).parents[4] / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    answer = run("--version")
    assert (answer.exit_code, answer.stdout) == (0, f"yaowang {project['version']}\n")
