"""Documents and judgements as lines of JSON: what `yaowang judge` reads and writes."""

import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

from analysis.assessment import Assessment, Entity, Evidence
from crawlers.broken_json import json_fault
from crawlers.records import BEIJING, Document, DocumentKind

__all__ = ["judgement", "read_documents"]


def judgement(assessment: Assessment) -> dict[str, Any]:
    """Return an assessment as the line that `yaowang judge` writes, JSON-able.

    Categories and severity of a document that is no risk, but might be one, are those that it would have as a risk.
    """
    possible = assessment.possible
    return {
        "id": assessment.document_id,
        "level": int(assessment.level),
        "p_in_remit": round(assessment.p_in_remit, 6),
        "p_risk": round(assessment.p_risk, 6),
        "categories": [
            {"code": score.code, "p": score.p} for score in (possible.categories if possible else assessment.categories)
        ],
        "severity": possible.severity if possible else assessment.severity,
        "needs_response": bool(assessment.facts.get("needs_response")),
        "tone": assessment.tone.value,
        "entities": [_entity_row(entity) for entity in assessment.entities],
        "evidence": [_evidence_row(evidence) for evidence in assessment.evidence],
        "model": assessment.model,
    }


def _entity_row(entity: Entity) -> dict[str, Any]:
    row: dict[str, Any] = {
        "type": entity.type.value,
        "text": entity.text,
        "start": entity.start,
        "end": entity.end,
        "field": entity.field,
    }
    optional = {"canonical": entity.canonical, "code": entity.code, "value": entity.value}
    return row | {name: value for name, value in optional.items() if value is not None}


def _evidence_row(evidence: Evidence) -> dict[str, Any]:
    return {
        "text": evidence.text,
        "start": evidence.start,
        "end": evidence.end,
        "field": evidence.field,
        "rule": evidence.rule,
        "category": evidence.category,
    }


def read_documents(lines: Iterable[str | bytes]) -> Iterator[Document | ValueError]:
    """Yield, for each line of `yaowang judge`'s input, a document, or the error that says why it is none.

    Blank lines are skipped. A broken line yields a `ValueError` naming line and reason in Chinese instead of raising
    it, so that one bad line does not cost its neighbours their judgement; the caller reports it and goes on. Bytes are
    UTF-8.
    """
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            yield _document(_loaded(line))
        except ValueError as error:
            yield ValueError(f"第 {number} 行：{error}")


def _loaded(line: str | bytes) -> Any:
    try:
        return json.loads(line)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"不是合法的 JSON：{json_fault(error)}") from error


def _document(row: Any) -> Document:
    if not isinstance(row, dict):
        raise ValueError(f"应为一个 JSON 对象，这里是 {type(row).__name__}")  # noqa: TRY004 (one kind of error a line)
    if not isinstance(row.get("id"), str | int) or isinstance(row.get("id"), bool):
        raise ValueError("缺少 id（字符串或数字）")  # noqa: TRY004
    strings = {}
    for name in ("title", "text", "source", "published_at"):
        value = row.get(name)
        if value is not None and not isinstance(value, str):
            raise ValueError(f"{name} 应为字符串，这里是 {type(value).__name__}")
        strings[name] = value or ""
    if not (strings["title"].strip() or strings["text"].strip()):
        raise ValueError("title 和 text 都是空的")
    return Document(
        id=str(row["id"]),
        source_id=strings["source"],
        native_id=str(row["id"]),
        kind=DocumentKind.ARTICLE,
        title=strings["title"],
        text=strings["text"],
        fetched_at=_moment(strings["published_at"]) or _NEVER_FETCHED,
        published_at=_moment(strings["published_at"]),
    )


# A line that is judged was collected by somebody else; its judgement does not depend on when.
_NEVER_FETCHED = datetime(1970, 1, 1, tzinfo=UTC)


def _moment(written: str) -> datetime | None:
    """Return an ISO 8601 time; without a zone it is taken for Beijing time."""
    if not written:
        return None
    try:
        moment = datetime.fromisoformat(written)
    except ValueError as error:
        raise ValueError(f"published_at“{written[:40]}”不是 ISO 8601 时间") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=BEIJING)
