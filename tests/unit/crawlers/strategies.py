"""Arbitrary valid documents, progress records and quarantine entries."""

from datetime import UTC, datetime, timedelta, timezone
from types import MappingProxyType

from hypothesis import strategies as st

from crawlers.ports import QuarantineEntry, SourceProgress
from crawlers.records import DatePrecision, Document, DocumentKind, Engagement

__all__ = ["documents", "moments", "progress_records", "quarantine_entries"]

moments = st.datetimes(
    min_value=datetime(1990, 1, 1),  # noqa: DTZ001 - the strategy adds the zone
    max_value=datetime(2060, 1, 1),  # noqa: DTZ001 - as above
    timezones=st.sampled_from([UTC, timezone(timedelta(hours=8))]),
)
_words = st.text(alphabet=st.characters(codec="utf-8"), max_size=40)
_some_words = st.text(alphabet=st.characters(codec="utf-8"), min_size=1, max_size=40)
_counts = st.one_of(st.none(), st.integers(0, 2**62))
_json = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-(2**53), 2**53), _words),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(_words, inner, max_size=3)),
    max_leaves=6,
)
_facts = st.dictionaries(_words, _json, max_size=4)
_engagements = st.builds(
    Engagement,
    seen_at=moments,
    views=_counts,
    likes=_counts,
    comments=_counts,
    reposts=_counts,
    saves=_counts,
    heat=_counts,
    rank=_counts,
)
documents = st.builds(
    Document,
    id=_some_words,
    source_id=_some_words,
    native_id=_some_words,
    kind=st.sampled_from(DocumentKind),
    title=_some_words,
    text=_words,
    fetched_at=moments,
    url=st.one_of(st.none(), _words),
    published_at=st.one_of(st.none(), moments),
    precision=st.sampled_from(DatePrecision),
    origin=st.one_of(st.none(), _words),
    author=st.one_of(st.none(), _words),
    region=st.one_of(st.none(), _words),
    engagement=st.one_of(st.none(), _engagements),
    raw_hash=st.one_of(st.none(), _words),
    method=st.one_of(st.none(), _words),
    extras=_facts.map(MappingProxyType),
)
_maybe = st.one_of(st.none(), moments)
progress_records = st.builds(
    SourceProgress,
    source_id=_some_words,
    etag=st.one_of(st.none(), _words),
    last_modified=st.one_of(st.none(), _words),
    list_hash=st.one_of(st.none(), _words),
    watermark=_maybe,
    next_due_at=_maybe,
    last_run_at=_maybe,
    last_success_at=_maybe,
    last_new_at=_maybe,
    failures=st.integers(0, 100),
    last_error=st.one_of(st.none(), _words),
    interval_seconds=st.one_of(st.none(), st.floats(0, 1e6)),
    taken=st.integers(0, 10**9),
    memory=_facts,
)
quarantine_entries = st.builds(
    QuarantineEntry,
    stage=_some_words,
    reason=_some_words,
    detail=_words,
    source_id=st.one_of(st.none(), _words),
    sample=st.binary(max_size=60),
    at=moments,
)
