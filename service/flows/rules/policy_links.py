"""Links between documents of the library: an interpretation with its policy, and what is on record of their making (三同步)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from service.domain.people.person import Act, Person
from service.domain.policies.library import LinkKind, PolicyLink, Together, together
from service.domain.policies.policy import Policy, PolicyKind
from service.domain.refusal import Conflict, NotFound
from service.flows.acts import note, permit
from service.ports.store import Store, Work

__all__ = ["LinkedPolicy", "link_policies", "linked_policies"]

_ANSWERS = frozenset({"yes", "no"})


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkedPolicy:
    """A policy with what speaks of it, and whether both were made together."""

    policy: Policy
    made: Sequence[tuple[Policy, PolicyLink]]
    together: Together


def link_policies(
    store: Store,
    person: Person,
    stem: str,
    about: str,
    *,
    kind: LinkKind = LinkKind.INTERPRETS,
    drafted: str | None = None,
    approved: str | None = None,
    now: datetime,
) -> PolicyLink:
    """Record that the document `stem` speaks of the document `about`; `drafted` and `approved` say `yes` or `no` whether together.

    Recording again replaces what was recorded; what is left out stays as it was.

    Raises:
        Forbidden: The role may not.
        NotFound: One of the two is not in the library.
        Conflict: A document is linked with itself, or an interpretation with what is none.
    """
    permit(person, Act.LINK_POLICY)
    if stem == about:
        raise Conflict("文件不能与自己关联")
    with store.write() as work:
        speaking, spoken_of = _held(work, stem), _held(work, about)
        if kind is LinkKind.INTERPRETS and spoken_of.kind is PolicyKind.INTERPRETATION:
            raise Conflict(f"“{spoken_of.title}”本身是解读，不能再被解读")
        before = next((one for one in work.policies.links(stem) if (one.about, one.kind) == (about, kind)), None)
        link = PolicyLink(
            stem=stem,
            about=about,
            kind=kind,
            person=person.name,
            at=now,
            drafted_together=drafted if drafted in _ANSWERS else before.drafted_together if before else None,
            approved_together=approved if approved in _ANSWERS else before.approved_together if before else None,
        )
        work.policies.save_link(link)
        detail = {
            "about": about,
            "kind": kind.value,
            "drafted_together": link.drafted_together,
            "approved_together": link.approved_together,
            "title": speaking.title,
        }
        note(work, person, "policy.linked", f"policy:{stem}", detail, now)
    return link


def linked_policies(policies: Sequence[Policy], links: Sequence[PolicyLink]) -> Mapping[str, LinkedPolicy]:
    """Return every binding policy with what speaks of it, by stem."""
    by_stem = {policy.stem: policy for policy in policies}
    found = {}
    for policy in policies:
        if policy.kind is PolicyKind.INTERPRETATION:
            continue
        made = [(by_stem[link.stem], link) for link in links if link.about == policy.stem and link.stem in by_stem]
        found[policy.stem] = LinkedPolicy(policy=policy, made=made, together=together(policy, made))
    return found


def _held(work: Work, stem: str) -> Policy:
    policy = work.policies.get(stem)
    if policy is None:
        raise NotFound(f"政策库里没有“{stem}”，全部名称见政策库页面或 yaowang policies list")
    return policy
