"""Runs extraction in a child process with hard limits, so that no page can hang or kill a crawl."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, ClassVar

from crawlers.child import ChildDied, ChildLimits, Sandbox, serve
from crawlers.gate import GateRefusal, RefusalReason
from crawlers.parsing.article import Article, extract
from crawlers.parsing.selection import ArticleSelectors
from crawlers.records import DatePrecision

__all__ = ["ExtractionSandbox", "SandboxLimits", "answer_page"]

SandboxLimits = ChildLimits
"""What one child may use: a gigabyte of address space, 10 processor seconds and 20 seconds by the clock per page."""


@dataclass(frozen=True, slots=True)
class _Selectors:
    title: tuple[str, ...] = ()
    body: tuple[str, ...] = ()
    published: tuple[str, ...] = ()
    origin: tuple[str, ...] = ()
    author: tuple[str, ...] = ()


class ExtractionSandbox(Sandbox):
    """A child process that extracts articles; `module` is what runs in it."""

    module: ClassVar[str] = "crawlers.parsing.sandbox"

    def __init__(self, limits: SandboxLimits | None = None) -> None:
        """Set the limits; the child starts with the first page."""
        super().__init__(self.module, limits or SandboxLimits())

    def extract(
        self,
        raw: bytes,
        *,
        url: str | None = None,
        content_type: str | None = None,
        now: datetime,
        rule: ArticleSelectors | None = None,
    ) -> Article | GateRefusal:
        """Do as `crawlers.parsing.article.extract` does, in the child; never raises on any page."""
        question = {"url": url, "content_type": content_type, "now": now.isoformat(), "rule": _rule_to_json(rule)}
        try:
            return _answer_from_json(self._child.ask(question, raw))
        except ChildDied as ending:
            return GateRefusal(RefusalReason.CRASHED, f"解析这个网页的子进程中断（{ending}），下一网页换新进程")


def _rule_to_json(rule: ArticleSelectors | None) -> dict[str, list[str]] | None:
    if rule is None:
        return None
    return {name: list(getattr(rule, name)) for name in _Selectors.__dataclass_fields__}


def _answer_from_json(answer: dict[str, Any]) -> Article | GateRefusal:
    if "reason" in answer:
        return GateRefusal(RefusalReason(answer["reason"]), answer["detail"])
    published = answer["published"]
    return Article(
        **answer
        | {
            "attachments": tuple((str(url), str(name)) for url, name in answer["attachments"]),
            "rows": tuple(answer["rows"]),
            "published": datetime.fromisoformat(published) if published else None,
            "precision": DatePrecision(answer["precision"]),
        }
    )


def answer_page(question: dict[str, Any], raw: bytes) -> dict[str, Any]:
    """Return, in the child, what `ExtractionSandbox.extract` asks of it."""
    rule = question["rule"]
    found = extract(
        raw,
        url=question["url"],
        content_type=question["content_type"],
        now=datetime.fromisoformat(question["now"]),
        rule=_Selectors(**{name: tuple(values) for name, values in rule.items()}) if rule else None,
    )
    answer = asdict(found)
    if isinstance(found, Article) and found.published is not None:
        answer["published"] = found.published.isoformat()
    return answer


if __name__ == "__main__":
    serve(answer_page)
