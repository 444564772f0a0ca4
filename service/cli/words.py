"""`yaowang words`: the office's own words, as the page 词库 keeps them."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from service.cli.opening import ByOption, DataOption, opened, person_named
from service.cli.speak import EXIT_FAILED, fail, fail_reading, fail_writing, misuse, say, write_line, write_lines
from service.cli.whole_file import write_whole

if TYPE_CHECKING:
    from service.domain.words.own_words import OwnWord

__all__ = ["register"]

KindOption = Annotated[
    str, typer.Option("--kind", help="新词的种类：drug、vaccine、device、cosmetic、firm、risk、strong、harm")
]
SureOption = Annotated[bool, typer.Option("--sure", help="已核对后果，仍要保存")]


def register(application: typer.Typer) -> None:
    """Add the commands of this module."""
    group = typer.Typer(no_args_is_help=True)
    group.command("list", help="列出自有词（JSON 行）。")(list_words)
    group.command("add", help="添加新词（--kind）、别名（--alias-of）或不再识别（--exclude）。")(add)
    group.command("remove", help="移除一条自有词：写它的编号或词本身。")(remove)
    group.command("import", help="导入 CSV 表格，列与导出的相同；重复导入不会重复添加。")(import_table)
    group.command("export", help="导出在用的自有词（CSV）。")(export)
    group.command("apply", help="让近几天的稿件按现有词重新研判，不重复报警。")(apply)
    application.add_typer(group, name="words", help="词库：列出、添加、移除、导入、导出自有词，重新研判。")


def list_words(
    *, removed: Annotated[bool, typer.Option("--removed", help="列已移除的")] = False, data: DataOption = None
) -> None:
    """Write own words as JSON lines, each with why it cannot be used, if so."""
    from service.domain.words.own_words import MOST_WORDS, lay_over
    from service.flows.words.acts import shipped_vocabulary

    with opened(data) as app, app.store.read() as work:
        held = work.words.in_force()
        found = work.words.listing(removed=True, limit=MOST_WORDS) if removed else held
    faults = lay_over(held, shipped_vocabulary())[1]
    write_lines(_row(word) | {"fault": faults.get(word.id)} for word in found)


def add(  # noqa: PLR0913 - each is an option of the command
    text: Annotated[str, typer.Argument(metavar="word", help="词")],
    *,
    by: ByOption,
    kind: KindOption = "",
    category: Annotated[str, typer.Option("--category", help="风险词的类别：R01 至 R14")] = "",
    canonical: Annotated[str, typer.Option("--canonical", help="新词的规范名，不写即词本身")] = "",
    alias_of: Annotated[str, typer.Option("--alias-of", help="作为这个规范名的别名")] = "",
    exclude: Annotated[bool, typer.Option("--exclude", help="不再识别这个词")] = False,
    within: Annotated[str, typer.Option("--within", help="只在这个短语里不再识别")] = "",
    note: Annotated[str, typer.Option("--note", help="说明")] = "",
    sure: SureOption = False,
    data: DataOption = None,
) -> None:
    """Add one word in a person's name."""
    from service.domain.refusal import Refusal
    from service.domain.words.own_words import WordDraft, WordSort
    from service.domain.words.word_checks import WordDoubt
    from service.flows.words.acts import add_word

    if sum((bool(kind), bool(alias_of), exclude)) != 1:
        misuse("请写 --kind、--alias-of、--exclude 三者之一。")
    sort = WordSort.WORD if kind else WordSort.ALIAS if alias_of else WordSort.EXCLUSION
    draft = WordDraft(
        sort=sort,
        text=text.strip(),
        kind=kind,
        category=category,
        canonical=(alias_of or canonical).strip(),
        within=within.strip(),
        note=note.strip(),
    )
    with opened(data) as app:
        try:
            word = add_word(app.store, person_named(app, by), draft, now=app.now(), sure=sure)
        except WordDoubt as doubt:
            fail(f"{doubt.sentence}（命令行为 --sure）")
        except Refusal as refusal:
            fail(refusal.sentence)
    say("已保存，从下一批稿件起生效。")
    write_line(_row(word))


def remove(
    word: Annotated[str, typer.Argument(help="编号，或词本身")], *, by: ByOption, data: DataOption = None
) -> None:
    """Remove a word in a person's name, named by its id or by itself."""
    from service.domain.refusal import Refusal
    from service.domain.words.own_words import normal
    from service.flows.words.acts import remove_word

    with opened(data) as app:
        with app.store.read() as work:
            named = [one for one in work.words.in_force() if one.id == word or normal(one.text) == normal(word)]
        if not named:
            fail(f"没有在用的自有词 {word}。全部见 yaowang words list。")
        if len(named) > 1:
            fail(f"{word} 有 {len(named)} 条，请写编号：{'、'.join(one.id for one in named)}。")
        try:
            remove_word(app.store, person_named(app, by), named[0].id, now=app.now())
        except Refusal as refusal:
            fail(refusal.sentence)
    say("已移除，从下一批稿件起生效。")


def import_table(
    file: Annotated[Path, typer.Argument(help="CSV 表格，列与导出的相同")],
    *,
    by: ByOption,
    sure: SureOption = False,
    data: DataOption = None,
) -> None:
    """Import a table in a person's name; bad rows are said with their line, good ones kept."""
    from service.domain.refusal import Refusal
    from service.domain.words.word_table import LARGEST_TABLE, read_words
    from service.flows.words.acts import import_words

    try:
        with file.open("rb") as table:
            rows = read_words(table.read(LARGEST_TABLE + 1))
    except OSError as error:
        fail_reading(file, error)
    except Refusal as refusal:
        fail(f"{file}：{refusal.sentence}")
    with opened(data) as app:
        try:
            report = import_words(app.store, person_named(app, by), rows, now=app.now(), sure=sure)
        except Refusal as refusal:
            fail(refusal.sentence)
    for sentence in report.refused:
        say(f"未收：{sentence}")
    write_line({"added": report.added, "known": report.known, "refused": len(report.refused)})
    if report.refused and not (report.added or report.known):
        raise typer.Exit(EXIT_FAILED)


def export(
    out: Annotated[Path, typer.Option("--out", help="写到哪个文件")] = Path("words.csv"), data: DataOption = None
) -> None:
    """Write the words in force as CSV; print the path."""
    from service.domain.words.word_table import words_csv

    with opened(data) as app, app.store.read() as work:
        content = words_csv(work.words.in_force())
    try:
        write_whole(out, content)
    except OSError as error:
        fail_writing(out, error)
    write_line({"path": str(out)})


def apply(
    *,
    days: Annotated[int, typer.Option("--days", help="近几天的稿件，1 至 30")],
    by: ByOption,
    data: DataOption = None,
) -> None:
    """Have documents of the last days judged again by the assess role; print how many are asked for."""
    from service.domain.refusal import Refusal
    from service.flows.judging.rejudging import judge_again

    with opened(data) as app:
        try:
            asked = judge_again(app.store, person_named(app, by), days=days, now=app.now())
        except Refusal as refusal:
            fail(refusal.sentence)
    say("由研判进程在没有新稿时逐批重新研判。")
    write_line({"asked": asked})


def _row(word: "OwnWord") -> dict[str, object]:
    return {
        "id": word.id,
        "sort": word.sort,
        "text": word.text,
        "kind": word.kind,
        "category": word.category,
        "canonical": word.canonical,
        "within": word.within,
        "note": word.note,
        "author": word.author,
        "created_at": word.created_at.isoformat(),
        "removed_by": word.removed_by,
    }
