"""What is said beside the articles that are offered: a law that has ended, and a matter that another authority answers.

One wording for the event's page, the draft and the command line. A note has no article, so nothing can quote or cite it.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from analysis.matching.retrieval import Consulted, EndedLaw
from analysis.matching.situations import Situation
from service.domain.policies.policy import Policy
from service.domain.rules.register import Register

__all__ = ["law_notes", "named"]

_ENDED_NAMED = 2


def law_notes(found: Consulted, policies: Mapping[str, Policy], register: Register | None) -> Iterator[dict[str, Any]]:
    """Yield the notes in the shape of a basis: whose matter it is first, with `office`, then at most two laws that have ended.

    `policies` are the documents of the library by stem.
    """
    if found.elsewhere is not None:
        yield _elsewhere(found.elsewhere)
    for one in found.ended[:_ENDED_NAMED]:
        yield _ended(one, policies, register)


def named(stem: str, policies: Mapping[str, Policy], register: Register | None) -> tuple[str, str | None]:
    """Return title and issue number of a policy, of the library, else of the register; the stem where neither knows it."""
    documents = register.documents.values() if register is not None else ()
    policy = policies.get(stem) or next((known for known in documents if known.stem == stem), None)
    return (policy.title, policy.issue_number) if policy else (stem, None)


def _elsewhere(row: Situation) -> dict[str, Any]:
    remit = row.remit
    assert remit is not None
    said = f"由{remit.office}处理；本系统没有为这类事项列出条文，不引条文" if row.alone else f"由{remit.office}主管"
    return _note(remit.title, said, row.why, row.id, verified=remit.verified) | {"office": remit.office}


def _ended(one: EndedLaw, policies: Mapping[str, Policy], register: Register | None) -> dict[str, Any]:
    held = policies.get(one.stem)
    later = held.superseded_by if held is not None else None
    instead = f"现行文本“{later}”已入库，请查其中相应的条" if later else "请查现行文本相应的条，并把它导入政策库"
    said = f"系统收录的文本已于 {one.ended_at.isoformat()} 失效，所列条号不再引用；{instead}"
    return _note(named(one.stem, policies, register)[0], said, one.why, one.situation, verified=False)


def _note(title: str, said: str, why: str, situation: str, *, verified: bool) -> dict[str, Any]:
    return {
        "policy_id": "",
        "title": title,
        "issue_number": None,
        "article": None,
        "article_keys": [],
        "gist": said,
        "limit": None,
        "verified": verified,
        "why": f"按情形自动匹配，{why}",
        "situation": situation,
    }
