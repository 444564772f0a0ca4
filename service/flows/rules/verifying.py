"""What an administrator vouches for: a fact, a clock or a document of the register, compared with the published text."""

from datetime import datetime

from service.domain.people.person import Act, Person
from service.domain.policies.checks import Check, CheckVerdict
from service.domain.refusal import NotFound
from service.domain.rules.register import Register
from service.domain.rules.verification import entry_of, fingerprint, stem_of, words_of
from service.flows.acts import note, permit, reason_of
from service.flows.rules.in_force import CHECKS_CHANGED
from service.ports.store import Store

__all__ = ["check_entry"]


def check_entry(
    store: Store,
    person: Person,
    subject: str,
    verdict: CheckVerdict,
    remark: str,
    *,
    register: Register,
    now: datetime,
) -> Check:
    """Record what the person found when comparing an entry (`fact:ID`, `clock:ID`, `document:ID`) with the text, with a note.

    The check is stored over the shipped mark; it holds until the entry or the stored text changes. The audit row stands
    in the same transaction.

    Raises:
        Forbidden: The role may not.
        NotFound: There is no such entry.
        Refusal: There is no note of what was compared.
    """
    permit(person, Act.CHECK_POLICY)
    compared = reason_of(remark, act="核实")
    entry = entry_of(register, subject)
    if entry is None:
        raise NotFound(f"政策目录中没有 {subject}")
    stem = stem_of(register, entry)
    with store.write() as work:
        policy = work.policies.get(stem) if stem else None
        check = Check(
            subject=subject,
            verdict=verdict,
            person=person.name,
            at=now,
            note=compared,
            fingerprint=fingerprint(entry),
            text_hash=policy.text_hash if policy else None,
        )
        work.policies.add_check(check)
        work.set_value(CHECKS_CHANGED, f"{now.isoformat()} {subject} {verdict.value}")
        detail = {
            "entry": words_of(entry),
            "verdict": verdict.value,
            "reason": compared,
            "fingerprint": check.fingerprint,
            "text_hash": check.text_hash,
        }
        note(work, person, "policy.checked", f"policy:{subject}", detail, now)
    return check
