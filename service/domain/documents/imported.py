"""Imported files: whose word they may be, for what comes into an office's source counts as said by that office; and where reading ended."""

from crawlers.records import Source, SourceClass
from service.domain.refusal import Conflict

__all__ = ["refuse_office_word", "speaks_for_office", "unread_told"]


def speaks_for_office(source: Source) -> bool:
    """Tell whether what comes from this source is taken for an official confirmation."""
    return source.source_class is SourceClass.OFFICIAL


def refuse_office_word(source: Source, *, confirmed: bool = False) -> None:
    """Raise `Conflict` for a file for an office's source, unless it is confirmed to hold that office's own publications."""
    if speaks_for_office(source) and not confirmed:
        raise Conflict(
            f"“{source.name}”是官方信源，导入其中的稿件会算作官方发布和官方证实。请改选其他信源；"
            "确是该单位自己发布的，须由系统管理员在导入时确认。"
        )


def unread_told(row: int | None, command: str) -> tuple[str, ...]:
    """Return the sentence for a file of which from `row` on nothing was read, none where it was read whole; `command` reads all of one."""
    if row is None:
        return ()
    told = (
        f"文件太长，时间用尽：第 {row} 行以前已经处理，从这一行起没有读。"
        f"请把其余各行连同列名另存为一个文件再导入，或由管理员在服务器上用 {command} 导入整个文件；已收的不会重复入库。"
    )
    return (told,)
