"""What published policy governs the answer to an event, and who leads it."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from analysis.assessment import CATEGORY_NAMES
from service.domain.events.facts import IncidentFacts, holds
from service.domain.policies.policy import PolicyBasis, PolicyFact, is_note
from service.domain.rules.register import AppliedPolicy, CategoryRule, Register

__all__ = [
    "basis_for",
    "lead_department",
    "matched_entries",
    "transfer_departments",
    "with_matched",
]

_RUMOUR = "R13"


def basis_for(categories: Sequence[str], facts: IncidentFacts, register: Register, on: date) -> tuple[PolicyBasis, ...]:
    """Return the policies that apply on that day, each once, in the order of the categories; verified ones first.

    Policies that were not in force on `on` are left out, whatever the data says of the category.
    """
    found: dict[str, PolicyBasis] = {}
    for category, applied in _applied(categories, register):
        fact = applied.fact
        if fact.id not in found and fact.document.in_force(on) and holds(applied.when, categories, facts):
            found[fact.id] = _entry(fact, applied.why, category)
    return tuple(sorted(found.values(), key=lambda entry: not entry.verified))


def matched_entries(basis: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return the entries of an alert's basis that were matched from the policy library by the event's situation."""
    return [entry for entry in basis if entry.get("situation")]


def with_matched(duties: Sequence[PolicyBasis], matched: Sequence[Mapping[str, Any]]) -> tuple[Mapping[str, Any], ...]:
    """Return a basis as an alert keeps it: the register's duties, then matched entries but articles that a duty names already.

    Before all stands whose matter it is where another authority answers.
    """
    named = {key for duty in duties for key in duty.article_keys}
    elsewhere = [entry for entry in matched if entry.get("office")]
    others = (entry for entry in matched if not entry.get("office"))
    fresh = (entry for entry in others if is_note(entry) or not named.issuperset(entry.get("article_keys") or ()))
    return (*elsewhere, *(duty.as_json() for duty in duties), *fresh)


def _applied(categories: Sequence[str], register: Register) -> Iterator[tuple[str | None, AppliedPolicy]]:
    for applied in register.general:
        yield None, applied
    for category in categories:
        rule = register.categories.get(category)
        for applied in rule.policies if rule else ():
            yield category, applied


def _entry(fact: PolicyFact, why: str, category: str | None) -> PolicyBasis:
    reason = f"类别“{CATEGORY_NAMES.get(category, category)}”：{why}" if category else why
    return PolicyBasis(
        policy_id=fact.id,
        title=fact.document.title,
        issue_number=fact.document.issue_number,
        article="、".join(fact.articles) or None,
        article_keys=fact.keys,
        gist=fact.gist,
        limit=fact.limit,
        verified=fact.verified,
        why=reason,
    )


def lead_department(categories: Sequence[str], register: Register) -> str:
    """Return who must answer: the lead of the first category, then who joins; rumour leads only where it stands alone."""
    rule = _leading(categories, register)
    if rule is None:
        return register.units["general_planning"].label
    return "、".join(unit.label for unit in (*rule.lead, *rule.joining))


def transfer_departments(categories: Sequence[str], register: Register) -> tuple[str, ...]:
    """Return the bodies outside the regulator to which the categories are passed on, each once."""
    rules = (register.categories[category] for category in categories if category in register.categories)
    return tuple(dict.fromkeys(unit.label for rule in rules for unit in rule.transfer))


def _leading(categories: Sequence[str], register: Register) -> CategoryRule | None:
    known = [category for category in categories if category in register.categories]
    chosen = next((category for category in known if category != _RUMOUR), known[0] if known else None)
    return None if chosen is None else register.categories[chosen]
