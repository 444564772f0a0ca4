"""Help and faults of use in Chinese: typer writes its own words in English and offers no place for others.

The errors and the formatter that are named here are private to typer, whose minor version `pyproject.toml` pins.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from difflib import get_close_matches

import typer
from typer._click.exceptions import (
    BadOptionUsage,
    BadParameter,
    MissingParameter,
    NoArgsIsHelpError,
    NoSuchOption,
    UsageError,
)
from typer._click.formatting import HelpFormatter
from typer.core import TyperArgument, TyperOption

__all__ = ["ChineseContext", "misuse_sentence"]

_HEADINGS = {"Options": "选项", "Commands": "命令", "Arguments": "参数"}
_USAGE = (("COMMAND [ARGS]...", "命令 …"), ("[OPTIONS]", "[选项]"))
# What stands behind a name tells what is to be written there; a list is told by the words of its help.
_TYPES = ((re.compile(r"<(?:int|float)(?: range)?>"), "N"), (re.compile(r"<list\[\w+\]>|<str>"), "TEXT"))
_ARGUMENT = re.compile(r"\{\w+\}|(?<=\[)\w+(?=\]\s*(?:\.\.\.)?)(?<!选项)")
_TYPED_ARGUMENT = re.compile(r"(?!-)(\w+(?:\.\.\.)?) <.*>$")
_RANGE = re.compile(r"(-?[\d.]+)<=x<=(-?[\d.]+)")
_BRACKET = re.compile(r"(?:  )?\[((?:required|default: [^\]]*|x?[<>=\d.x]+)(?:; [^\]]*)?)\]$")
_NO_COMMAND = re.compile(r"No such command '(.*?)'")
_SURPLUS = re.compile(r"Got unexpected extra argument\(s\) \((.*)\)$", re.DOTALL)
_GAP = 2


class _Formatter(HelpFormatter):
    """Lays out help by the cells that characters take: a Chinese one takes two."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        """Write the usage line."""
        for english, chinese in _USAGE:
            args = args.replace(english, chinese)
        args = _ARGUMENT.sub(lambda found: found[0].strip("{}").upper(), args)
        self.write(f"{prefix or '用法：'}{prog} {args}\n")

    def write_heading(self, heading: str) -> None:
        """Write the heading of a section."""
        self.write(f"{_HEADINGS.get(heading, heading)}：\n")

    def write_text(self, text: str) -> None:
        """Write the sentences about a command."""
        indent = " " * self.current_indent
        for paragraph in text.split("\n\n"):
            self.write("".join(f"{indent}{line}\n" for line in _wrapped(paragraph, self.width - len(indent))))

    def write_dl(self, rows: Sequence[tuple[str, str]], col_max: int = 30, col_spacing: int = _GAP) -> None:
        """Write names and what they mean in two columns."""
        told = [(_typed(name), _extra(meaning)) for name, meaning in rows]
        first = min(max(_cells(name) for name, _ in told), col_max) + col_spacing
        indent = " " * self.current_indent
        for name, meaning in told:
            lines = list(_wrapped(meaning, max(self.width - first - self.current_indent, 20))) or [""]
            room = first - _cells(name)
            beside = f"{name}{' ' * room}" if room >= col_spacing else f"{name}\n{indent}{' ' * first}"
            self.write(f"{indent}{beside}{lines[0]}".rstrip() + "\n")
            self.write("".join(f"{indent}{' ' * first}{line}\n" for line in lines[1:]))


class ChineseContext(typer.Context):
    """The context of a command, whose help is in Chinese."""

    formatter_class = _Formatter


def misuse_sentence(error: UsageError) -> str:
    """Return what was used wrongly and where the right use is told; the help where a group was named alone."""
    if isinstance(error, NoArgsIsHelpError):
        return error.format_message()
    where = f"用法见 {error.ctx.command_path} --help。" if error.ctx is not None else ""
    return f"{_fault(error)}{where}"


def _fault(error: UsageError) -> str:
    match error:
        case MissingParameter():
            return f"缺少{_named(error).rstrip()}。"
        case BadParameter():
            return f"{_named(error)}的值不对：{_bounds(error)}。"
        case NoSuchOption():
            return f"没有 {error.option_name} 这个选项{_meant(error.possibilities)}。"
        case BadOptionUsage():
            takes = "does not take" not in error.message
            return f"选项 {error.option_name} 后面{'要写一个值' if takes else '不能写值'}。"
        case _:
            return _other_fault(error)


def _other_fault(error: UsageError) -> str:
    surplus = _SURPLUS.match(error.message)
    if surplus is not None:
        return f"多出了参数 {surplus[1]}，有空格的内容请加引号。"
    unknown = _NO_COMMAND.match(error.message)
    if unknown is not None:
        known = getattr(error.ctx.command, "commands", {}) if error.ctx is not None else {}
        return f"没有 {unknown[1]} 这个命令{_meant(get_close_matches(unknown[1], known))}。"
    return f"{error.message.rstrip('.')}。"


def _named(error: BadParameter) -> str:
    match error.param:
        case TyperOption() as option:
            return f"选项 {option.opts[0]} "
        case TyperArgument() as argument:
            return f"参数 {argument.display_name_raw.upper()} "
        case _:
            return "参数"


def _bounds(error: BadParameter) -> str:
    if isinstance(error.param, TyperOption | TyperArgument):
        whole = "整数" if error.ctx is not None and "int" in error.param.display_type(error.ctx) else "数"
        least, most = error.param.min, error.param.max
        if least is not None and most is not None:
            return f"应为 {least:g} 至 {most:g} 的{whole}"
        if re.search(r"valid (?:integer|number)", error.message):
            return f"应为{whole}"
    return error.message.rstrip(".")


def _meant(names: Sequence[str] | None) -> str:
    return f"，是否要写 {'、'.join(sorted(names))}" if names else ""


def _typed(name: str) -> str:
    """Return options with what is to be written behind them, and arguments as the usage names them."""
    argument = _TYPED_ARGUMENT.match(name)
    if argument is not None:
        return argument[1].upper()
    for english, shown in _TYPES:
        name = english.sub(shown, name)
    return name.replace("<path>", "PATH")


def _extra(meaning: str) -> str:
    """Put what typer adds behind the help of an option into Chinese."""
    if meaning == "Show this message and exit.":
        return "显示这段说明"
    found = _BRACKET.search(meaning)
    if found is None:
        return meaning
    told = []
    for part in found[1].split("; "):
        shown = _RANGE.sub(r"\1 至 \2", part).replace("required", "必填").replace("default: ", "默认 ")
        told.append(shown)
    return f"{meaning[: found.start()]}［{'，'.join(told)}］"


def _cells(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def _wrapped(text: str, width: int) -> Iterator[str]:
    """Yield lines of at most `width` cells, cut between Chinese characters or at spaces, no mark of punctuation first."""
    line, used = "", 0
    for piece in re.findall(r"[\x21-\x7e]+|\s+|[^\x00-\x7f][，。；：、）”］》]*", text):
        cells = _cells(piece)
        if line and used + cells > width:
            yield line.rstrip()
            line, used = "", 0
        if line or not piece.isspace():
            line, used = line + piece, used + cells
    if line.strip():
        yield line.rstrip()
