"""A child process that wants more memory than there is for every question."""

from typing import Any

from crawlers.child import serve


def _answer(_question: dict[str, Any], _raw: bytes) -> dict[str, Any]:
    return {"kept": len(bytearray(2**50))}


if __name__ == "__main__":
    serve(_answer)
