"""What the guide tells its reader to press is there to be pressed."""

import re

from tests.architecture.sources import ROOT

GUIDE = (ROOT / "docs" / "guide.zh-CN.md").read_text(encoding="utf-8")
# 点“指派…”, 按**导入文件**, 选“成为新事件”, and the way to a page: “系统 → 用户”.
_PRESSED = re.compile(r"[点选](?:“([^”→]+)”|\*\*([^*\n：。]+)\*\*)")
_WAYS = re.compile(r"“([^”]+ → [^”]+)”")
_WRITTEN = ("service/web", "service/domain", "service/flows", "service/drill/scenarios")


def _words() -> str:
    files = [
        path for folder in _WRITTEN for path in (ROOT / folder).rglob("*") if path.suffix in {".html", ".py", ".yaml"}
    ]
    return re.sub(r"\s+", "", "\n".join(path.read_text(encoding="utf-8") for path in files))


def _parts(named: str) -> list[str]:
    """Return what a page writes of a name: without the dots of a menu, in parts around a number."""
    return [part for part in re.split(r"\s*N\s*", re.sub(r"\s+(?!N)", "", named).rstrip("…")) if part]


def test_everything_that_the_guide_says_to_press_or_choose_is_on_a_page() -> None:
    pressed = {one or other for one, other in _PRESSED.findall(GUIDE)}
    pressed |= {step for way in _WAYS.findall(GUIDE) for step in way.split(" → ")}
    assert len(pressed) > 40
    words = _words()
    assert {name for name in pressed if not all(part in words for part in _parts(name))} == set()
