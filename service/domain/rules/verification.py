"""Lays the office's own checks over the register; a check of an entry that has changed since does not hold."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any, TypeVar

from service.domain.clocks.clock import ClockRule
from service.domain.policies.checks import Check
from service.domain.policies.policy import PolicyDocument, PolicyFact
from service.domain.rules.register import AppliedPolicy, Register

__all__ = ["checked_register", "entry_of", "fingerprint", "stem_of", "words_of"]

Entry = PolicyFact | ClockRule | PolicyDocument
T = TypeVar("T", PolicyFact, ClockRule, PolicyDocument)


def entry_of(register: Register, subject: str) -> Entry | None:
    """Return the entry that `fact:ID`, `clock:ID` or `document:ID` names, `None` where there is none."""
    kind, _, name = subject.partition(":")
    sections: Mapping[str, Mapping[str, Entry]] = {
        "fact": register.policies,
        "clock": register.clocks,
        "document": register.documents,
    }
    return sections.get(kind, {}).get(name)


def stem_of(register: Register, entry: Entry) -> str | None:
    """Return the stem of the text that an entry is checked against."""
    match entry:
        case PolicyFact():
            return entry.document.stem
        case ClockRule():
            return next((s for s in (register.policies[p].document.stem for p in entry.policies) if s), None)
        case _:
            return entry.stem


def words_of(entry: Entry) -> str:
    """Return how a sentence names the entry."""
    match entry:
        case PolicyFact():
            return f"{entry.id} {entry.citation}"
        case ClockRule():
            return f"{entry.id} {entry.action}"
        case _:
            return f"《{entry.title}》"


def fingerprint(entry: Entry) -> str:
    """Return a hash of everything that a check vouches for: what the entry says, not how well it is known."""
    text = json.dumps(_said(entry), ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def checked_register(
    register: Register, checks: Mapping[str, Check], text_hashes: Mapping[str, str] = MappingProxyType({})
) -> Register:
    """Return the register with the latest check of each entry laid over it; `text_hashes` are those of the stored texts by stem."""
    if not checks:
        return register

    def laid(kind: str, entries: Mapping[str, T]) -> Mapping[str, T]:
        found = {name: _laid(register, f"{kind}:{name}", entry, checks, text_hashes) for name, entry in entries.items()}
        return MappingProxyType(found)

    documents = laid("document", register.documents)
    facts = laid("fact", register.policies)
    facts = MappingProxyType({name: replace(one, document=documents[one.document.id]) for name, one in facts.items()})

    def applied(one: AppliedPolicy) -> AppliedPolicy:
        return replace(one, fact=facts[one.fact.id])

    categories = {
        name: replace(rule, policies=tuple(applied(one) for one in rule.policies))
        for name, rule in register.categories.items()
    }
    return replace(
        register,
        documents=documents,
        policies=facts,
        clocks=laid("clock", register.clocks),
        general=tuple(applied(one) for one in register.general),
        categories=MappingProxyType(categories),
    )


def _laid(register: Register, subject: str, entry: T, checks: Mapping[str, Check], hashes: Mapping[str, str]) -> T:
    check = checks.get(subject)
    if check is None:
        return entry
    held = hashes.get(stem_of(register, entry) or "")
    other_text = check.text_hash is not None and held is not None and held != check.text_hash
    return replace(entry, check=replace(check, outdated=other_text or check.fingerprint != fingerprint(entry)))


def _said(entry: Entry) -> list[Any]:
    match entry:
        case PolicyFact():
            return [entry.citation, entry.gist, entry.limit, entry.duty, entry.publish, _said(entry.document)]
        case ClockRule():
            limit = entry.limit if isinstance(entry.limit, str) else sorted(entry.limit.items())
            return [entry.role.value, limit, entry.action, list(entry.policies), entry.extend, entry.repeat]
        case _:
            days = [day.isoformat() if day else None for day in (entry.valid_from, entry.valid_to)]
            return [entry.title, entry.issue_number, entry.body, entry.issued, *days, entry.superseded_by]
