"""Reads attachments in a child process with hard limits, so that no file can hang or kill a crawl."""

from typing import Any

from crawlers.attachments.kinds import MAX_BYTES, AttachmentKind
from crawlers.attachments.reading import AttachmentText, answer_of, read_attachment
from crawlers.child import ChildDied, ChildLimits, Sandbox, serve
from crawlers.gate import GateRefusal, RefusalReason

__all__ = ["AttachmentSandbox"]

# A visit lasts a minute: what takes longer would never end. The recogniser maps 2 GiB of address space for a page.
_LIMITS = ChildLimits(memory_bytes=4 * 2**30, cpu_seconds=45, answer_seconds=50.0, questions=200)


class AttachmentSandbox(Sandbox):
    """A child process that reads files."""

    def __init__(self, *, recognise: bool = False, limits: ChildLimits = _LIMITS) -> None:
        """Say whether text in pictures is recognised; the child starts with the first file."""
        self._recognise = recognise
        super().__init__("crawlers.attachments.sandbox", limits)

    def read(self, raw: bytes) -> AttachmentText | GateRefusal:
        """Do as `crawlers.attachments.reading.read_attachment` does, in the child; never raises on any file."""
        if len(raw) > MAX_BYTES:
            return GateRefusal(RefusalReason.TOO_LARGE, f"附件有 {len(raw)} 字节，上限 {MAX_BYTES}")
        try:
            return _read_from_json(self._child.ask({"recognise": self._recognise}, raw))
        except ChildDied as ending:
            return GateRefusal(RefusalReason.CRASHED, f"读取这个附件的子进程中断（{ending}），只保存了原件")


def _read_from_json(answer: dict[str, Any]) -> AttachmentText | GateRefusal:
    if "reason" in answer:
        return GateRefusal(RefusalReason(answer["reason"]), answer["detail"])
    lists = {"rows": tuple(answer["rows"]), "remarks": tuple(answer["remarks"])}
    return AttachmentText(**answer | lists | {"kind": AttachmentKind(answer["kind"])})


def _answer(question: dict[str, Any], raw: bytes) -> dict[str, Any]:
    return answer_of(read_attachment(raw, recognise=bool(question["recognise"])))


if __name__ == "__main__":
    serve(_answer)
