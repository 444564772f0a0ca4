"""Whose word an imported file may be: what comes into an office's source counts as said by that office."""

from crawlers.records import Source, SourceClass
from service.domain.refusal import Conflict

__all__ = ["refuse_office_word", "speaks_for_office"]


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
