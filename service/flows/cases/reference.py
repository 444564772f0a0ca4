"""The response reference of a case: what is known and open, with the stored articles, as a text to begin from."""

from collections.abc import Mapping
from datetime import datetime

from service.domain.alerts.alert import Alert
from service.domain.beijing import BEIJING
from service.domain.cases.file import CaseFile
from service.domain.cases.response import ReferenceDraft, reference_draft
from service.domain.events.event import Event
from service.domain.policies.policy import Policy, PolicyArticle
from service.ports.store import Work

__all__ = ["articles_of", "policies_of", "reference_of"]

_DOCUMENTS = 100


def articles_of(work: Work, alert: Alert) -> Mapping[str, PolicyArticle]:
    """Return the stored articles that the alert's basis names, by key."""
    keys = {str(key) for item in alert.basis for key in item.get("article_keys") or ()}
    found = ((key, work.policies.article(key)) for key in sorted(keys))
    return {key: article for key, article in found if article is not None}


def policies_of(work: Work, alert: Alert) -> Mapping[str, Policy]:
    """Return the stored documents that the alert's basis names articles of, by stem."""
    stems = {str(key).partition("#")[0] for item in alert.basis for key in item.get("article_keys") or ()}
    found = ((stem, work.policies.get(stem)) for stem in sorted(stems))
    return {stem: policy for stem, policy in found if policy is not None}


def reference_of(
    work: Work, file: CaseFile, alert: Alert, event: Event, articles: Mapping[str, PolicyArticle], *, now: datetime
) -> ReferenceDraft:
    """Return the reference as it stands now; what other parties answered counts as what this office has done."""
    measures = [f"{one.kind.word}：{one.party}答复“{one.answer}”" for one in file.liaisons if one.answer is not None]
    day = now.astimezone(BEIJING).date()
    return reference_draft(
        alert=alert,
        event=event,
        documents=work.events.documents(event.id, limit=_DOCUMENTS),
        articles=articles,
        now=now,
        measures=measures,
        standings={stem: one.standing(day) for stem, one in policies_of(work, alert).items()},
    )
