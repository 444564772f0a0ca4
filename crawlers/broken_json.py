"""Why a text is no JSON, in one Chinese clause for those who wrote or exported it. Pure."""

import json

__all__ = ["json_fault"]

_SHOWN = 12


def json_fault(error: ValueError | RecursionError) -> str:
    """Return where `json.loads` stopped and what stands there, for what it raised, as a clause without a full stop.

    Characters and bytes are counted from one.
    """
    if isinstance(error, RecursionError):
        return "括号层层嵌套过深"
    if isinstance(error, UnicodeDecodeError):
        return f"第 {error.start + 1} 个字节起不是 UTF-8 编码的文字"
    if not isinstance(error, json.JSONDecodeError):
        return "有一个数字过长"
    there = error.doc[error.pos : error.pos + _SHOWN].strip()
    return f"第 {error.pos + 1} 个字符起读不下去，{f'那里是“{there}”' if there else '文字到那里就断了'}"
