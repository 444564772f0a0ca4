"""Has files that are no lines be read by a child process with hard limits, which writes their rows into a temporary file.

What a hostile or huge workbook or array costs, it costs the child. One that the child does not read to its end gives no
row at all.
"""

import json
import mmap
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import IO, Any

from crawlers.child import Child, ChildDied, ChildLimits
from crawlers.disk_words import disk_words
from crawlers.imports.headings import MAX_COLUMNS, ImportRefused, Table
from crawlers.imports.records import Row, row_of

__all__ = ["array_lines", "open_spool", "read_workbook", "spooled_line", "told"]

_LIMITS = ChildLimits(memory_bytes=2 * 2**30, cpu_seconds=600, answer_seconds=900.0, questions=1)
# Each may fill its memory: a third one waits for a turn, and is refused before the browser gives up.
_TURNS = threading.BoundedSemaphore(2)
_TURN_SECONDS = 30.0


_Unfinished = Callable[[Path, Path, str], str]


def read_workbook(path: Path, limits: ChildLimits | None = None) -> Table:
    """Return the headings of an XLSX workbook, and its rows from a file that is gone with them.

    Raises:
        ImportRefused: it cannot be read, or not to its end within the limits.
    """
    answer, lines = _spooled("crawlers.imports.workbook", path, limits, _unfinished_workbook)
    names = tuple(answer["headings"])
    return Table(names, _rows(lines, names), lines.close, tuple(answer["others"]))


def array_lines(path: Path, charset: str, limits: ChildLimits | None = None) -> Iterator[str]:
    """Yield the elements of a JSON array, one a line.

    Raises:
        ImportRefused: it cannot be read, or not within the limits; raised before the first line.
    """
    _, lines = _spooled("crawlers.imports.json_array", path, limits, _unfinished_array, charset=charset)
    with lines:
        yield from lines


def told(work: Callable[[], Mapping[str, Any]]) -> dict[str, Any]:
    """Return what the child's work gives, or what is to be said where it gives nothing."""
    try:
        return dict(work())
    except ImportRefused as refused:
        return {"refused": str(refused)}
    except MemoryError:
        return {"ending": "内存用尽"}
    except OSError as error:
        return {"ending": f"写不下临时文件，{disk_words(error)}"}


def _spooled(
    module: str, path: Path, limits: ChildLimits | None, unfinished: _Unfinished, **question: str
) -> tuple[dict[str, Any], IO[str]]:
    """Return what the child of `module` answers, and the file that it wrote."""
    if not _TURNS.acquire(timeout=_TURN_SECONDS):
        raise ImportRefused(f"{path.name} 还没有读：本机正在读别的文件，请过几分钟再导入。")
    try:
        with (
            tempfile.TemporaryDirectory(prefix="yaowang-rows-") as folder,
            closing(Child(module, limits or _LIMITS)) as child,
        ):
            spool = Path(folder) / "rows.jsonl"
            spool.touch()
            try:
                answer = child.ask({"path": str(path.absolute()), "spool": str(spool), **question}, b"")
            except ChildDied as ending:
                raise ImportRefused(unfinished(path, spool, str(ending))) from ending
            if "refused" in answer:
                raise ImportRefused(answer["refused"])
            if "ending" in answer:
                raise ImportRefused(unfinished(path, spool, answer["ending"]))
            # The file loses its name here and its bytes when it is closed, whatever becomes of this process.
            return answer, spool.open(encoding="utf-8", errors="surrogatepass")
    finally:
        _TURNS.release()


def _unfinished_workbook(path: Path, spool: Path, ending: str) -> str:
    number = _last_number(spool)
    place = f"第 {number} 行之后" if number else "开头"
    return (
        f"{path.name} 在{place}读不下去：读取工作簿的子进程中断（{ending}），一行也没有导入。"
        "请在 Excel 中把要导入的行复制到新工作簿，或另存为 .csv，太大的拆分后再导入。"
    )


def _unfinished_array(path: Path, _spool: Path, ending: str) -> str:
    return (
        f"{path.name} 读不下去：读取 JSON 数组的子进程中断（{ending}），一行也没有导入。"
        "请转成每行一个对象的 .jsonl，太大的拆分后再导入。"
    )


def _last_number(spool: Path) -> int | None:
    """Return the number of the last row that was written whole; a line may be too long to be read for it."""
    if not spool.stat().st_size:
        return None
    with spool.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as lines:
        end = lines.rfind(b"\n")
        start = lines.rfind(b"\n", 0, max(end, 0)) + 1
        return int(lines[start + 1 : lines.find(b",", start)]) if end > 0 else None


def open_spool(path: Path) -> IO[str]:
    """Open a temporary file for writing, row by row, so that what is written tells how far the reading came."""
    return path.open("w", buffering=1, encoding="utf-8", errors="surrogatepass")


def spooled_line(number: int, cells: Sequence[Any], fault: str | None = None) -> str:
    """Return the line of a row; empty cells at its end are left out."""
    width = len(cells)
    while width and cells[width - 1] is None:
        width -= 1
    return json.dumps([number, list(cells[:width]), fault], ensure_ascii=False, default=_tagged) + "\n"


def _rows(lines: IO[str], names: tuple[str, ...]) -> Iterator[Row]:
    with lines:
        for line in lines:
            number, cells, fault = json.loads(line, object_hook=_untagged)
            if fault is not None:
                yield Row(number, {}, fault)
            else:
                row = row_of(number, names, cells[: len(names)] + [None] * (MAX_COLUMNS + 1 - len(names)))
                # Cells of a workbook are no pieces of another cell's text: what goes on beyond the headings is a remark.
                beyond = any(map(_says_something, cells[len(names) :]))
                yield replace(row, beyond=beyond, spreadsheet=True)


def _says_something(cell: Any) -> bool:
    return cell is not None and bool(str(cell).strip())


def _tagged(value: object) -> object:
    """Say in JSON what JSON has no word for."""
    match value:
        case datetime() | date() | time():
            return {type(value).__name__: value.isoformat()}
        case timedelta():
            return {"timedelta": [value.days, value.seconds, value.microseconds]}
        case _:
            return str(value)


def _untagged(tagged: Mapping[str, Any]) -> object:
    ((kind, value),) = tagged.items()
    match kind:
        case "datetime":
            return datetime.fromisoformat(value)
        case "date":
            return date.fromisoformat(value)
        case "time":
            return time.fromisoformat(value)
        case _:
            return timedelta(*value)
