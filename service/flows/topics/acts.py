"""What people do to topics: open, change, close, assess the risk before publication; and the documents that join them."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from analysis.assessment import Assessment
from crawlers.records import Document
from service.domain.beijing import beijing
from service.domain.events.event import EventDocument
from service.domain.people.person import Act, Person
from service.domain.policies.policy import Policy
from service.domain.refusal import Conflict, NotFound, Refusal
from service.domain.topics.assigned import AssignedDocument, Heard, assign
from service.domain.topics.sheet import Filled, RiskSheet, checked, propose_level, sign
from service.domain.topics.topic import (
    Breadth,
    Phase,
    Topic,
    TopicMatcher,
    TopicState,
    begins,
    checked_phases,
    checked_words,
    closed,
    reopened,
    title_core,
)
from service.flows.acts import note, permit, reason_of
from service.ports.store import Store, Work

__all__ = [
    "change_topic",
    "close_topic",
    "every_topic",
    "follow_documents",
    "matching_policy",
    "open_topic",
    "reopen_topic",
    "save_sheet",
    "sign_sheet",
    "topic_of",
    "topic_of_policies",
]

MOST_OPEN = 60
"""Open topics at once: every document that is judged is looked through for each."""

_TRIED = 2_000
_LOOKED_THROUGH = 20_000
_PAGE = 500
_LONGEST_TITLE = 200


def topic_of(work: Work, topic_id: str, *, hold: bool = False) -> Topic:
    """Return the topic; with `hold` two people cannot change it at once. Raises `NotFound`."""
    topic = work.topics.get(topic_id, hold=hold)
    if topic is None:
        raise NotFound("没有这个政策跟踪专题，可能链接已失效")
    return topic


def matching_policy(work: Work, title: str, issue_number: str | None) -> str | None:
    """Return the stem of the library's policy of that number or title, `None` while it is not there.

    A draft and the policy that it became are called alike, but for the words that mark the draft.
    """
    core = title_core(title)
    for policy in work.policies.listing():
        if (issue_number and policy.issue_number == issue_number) or title_core(policy.title) == core:
            return policy.stem
    return None


def topic_of_policies(work: Work, policies: Iterable[Policy]) -> Topic | None:
    """Return the topic last opened on one of these documents, by stem, number or title; `None` where none is watched."""
    known = list(policies)
    stems, numbers = {one.stem for one in known}, {one.issue_number for one in known if one.issue_number}
    cores = {title_core(one.title) for one in known}
    for topic in every_topic(work):
        if topic.stem in stems or topic.issue_number in numbers or title_core(topic.title) in cores:
            return topic
    return None


def every_topic(work: Work) -> Iterator[Topic]:
    """Yield every topic, the last opened first: one of years ago is the topic of its policy still."""
    offset = 0
    while found := work.topics.listing(limit=_PAGE, offset=offset):
        yield from found
        offset += _PAGE


def open_topic(
    store: Store,
    person: Person,
    *,
    title: str,
    issue_number: str | None = None,
    words: Sequence[str] = (),
    without: Sequence[str] = (),
    phases: Sequence[Phase],
    now: datetime,
) -> Topic:
    """Open a topic and assign what is stored of its time already.

    Raises:
        Refusal: Title, words or phases cannot be used, or the words hold of nearly everything; the sentence has the count.
        Conflict: It is watched already, or too many are open.
        Forbidden: The role is not granted the act.
    """
    permit(person, Act.FOLLOW)
    name = title.strip()
    if not name or len(name) > _LONGEST_TITLE:
        raise Refusal(f"请填写政策标题，{_LONGEST_TITLE}字以内")
    number = (issue_number or "").strip() or None
    topic = Topic(
        id=hashlib.sha256(f"{name}\x1f{number or ''}\x1f{now.isoformat()}".encode()).hexdigest()[:12],
        title=name,
        issue_number=number,
        words=checked_words(words, title=name, issue_number=number),
        without=tuple(filter(None, (word.strip() for word in without))),
        phases=checked_phases(phases),
        opened_by=person.name,
        opened_at=now,
        changed_at=now,
    )
    _try_out(store, topic)
    with store.write() as work:
        work.alone("topics")
        _refuse_another(work, topic)
        topic = replace(topic, stem=matching_policy(work, name, number))
        work.topics.save(topic)
        detail = {"name": name, "words": list(topic.words), "phases": _told(topic.phases)}
        note(work, person, "topic.opened", f"topic:{topic.id}", detail, now)
    filled = _fill(store, topic, now)
    _refill_within(store, topic, now)
    return filled


def change_topic(
    store: Store,
    person: Person,
    topic_id: str,
    *,
    words: Sequence[str] | None = None,
    without: Sequence[str] | None = None,
    phases: Sequence[Phase] | None = None,
    seen: int | None = None,
    now: datetime,
) -> Topic:
    """Change words or phases; with other words, documents are assigned anew. `seen` is the revision that the person began from.

    Raises:
        Conflict: The topic is closed, or somebody changed it meanwhile.
        Refusal, NotFound, Forbidden: As for `open_topic`.
    """
    permit(person, Act.FOLLOW)
    with store.read() as work:
        known = _open(topic_of(work, topic_id))
    if seen is not None and seen != known.revision:
        without_words = f"，排除词：{'、'.join(known.without)}" if known.without else ""
        raise Conflict(
            f"他人已改过归入条件或阶段（现在的搜索词：{'、'.join(known.words)}{without_words}），没有保存。"
            "您填写的仍在下面，请对照后再保存"
        )
    changed = replace(
        known,
        words=known.words
        if words is None
        else checked_words(words, title=known.title, issue_number=known.issue_number),
        without=known.without if without is None else tuple(filter(None, (word.strip() for word in without))),
        phases=known.phases if phases is None else checked_phases(phases),
        changed_at=now,
        revision=known.revision + 1,
    )
    _try_out(store, changed)
    with store.write() as work:
        if topic_of(work, topic_id, hold=True).revision != known.revision:
            raise Conflict("该专题刚被他人修改，请刷新后再改")
        work.topics.save(changed)
        detail = {"words": list(changed.words), "without": list(changed.without), "phases": _told(changed.phases)}
        note(work, person, "topic.changed", f"topic:{topic_id}", detail, now)
        work.topics.clear(topic_id)
    return _fill(store, changed, now)


def close_topic(store: Store, person: Person, topic_id: str, *, now: datetime) -> Topic:
    """End the watch; what was assigned stays. Raises `Conflict` where it is closed already, `NotFound`, `Forbidden`."""
    permit(person, Act.FOLLOW)
    with store.write() as work:
        topic = closed(topic_of(work, topic_id, hold=True), now=now)
        work.topics.save(topic)
        note(work, person, "topic.closed", f"topic:{topic_id}", {"name": topic.title}, now)
    return topic


def reopen_topic(store: Store, person: Person, topic_id: str, reason: str, *, now: datetime) -> Topic:
    """Watch a closed topic again: what was assigned is there still, and what came meanwhile is assigned.

    Raises:
        Conflict: It is watched, another one on the same policy is, or too many are.
        Refusal: There is no reason.
        NotFound, Forbidden: As for `open_topic`.
    """
    permit(person, Act.FOLLOW)
    why = reason_of(reason, act="恢复跟踪")
    with store.write() as work:
        work.alone("topics")
        topic = reopened(topic_of(work, topic_id, hold=True), now=now)
        _refuse_another(work, topic)
        work.topics.save(topic)
        note(work, person, "topic.reopened", f"topic:{topic_id}", {"name": topic.title, "reason": why}, now)
    filled = _fill(store, topic, now)
    _refill_within(store, topic, now)
    return filled


def save_sheet(
    store: Store, person: Person, topic_id: str, filled: Filled, *, base: int | None = None, now: datetime
) -> RiskSheet:
    """Save the next version of the risk assessment sheet.

    `base` is the version that the person began from, 0 for none; `None` asks for no check.

    Raises:
        Refusal: The sheet says nothing, too much, or departs from the proposal without a reason.
        Conflict: The topic is closed, or somebody saved a version meanwhile.
        NotFound, Forbidden: As everywhere.
    """
    permit(person, Act.FOLLOW)
    with store.write() as work:
        _open(topic_of(work, topic_id, hold=True))
        versions = work.topics.sheets(topic_id)
        if base is not None and versions and versions[0].version != base:
            raise Conflict(_newer_sheet(versions[0], base, now))
        proposed = propose_level(filled.answers, filled.concerns)
        sheet = checked(
            RiskSheet(
                topic_id=topic_id,
                version=versions[0].version + 1 if versions else 1,
                answers={key: text.strip() for key, text in filled.answers.items() if text.strip()},
                concerns=tuple(filled.concerns),
                proposed=proposed,
                level=filled.level or proposed,
                reason=filled.reason.strip(),
                author=person.name,
                saved_at=now,
            )
        )
        work.topics.save_sheet(sheet)
        detail = {"version": sheet.version, "level": sheet.level.word, "reason": sheet.reason}
        note(work, person, "sheet.saved", f"topic:{topic_id}", detail, now)
    return sheet


def _newer_sheet(latest: RiskSheet, base: int, now: datetime) -> str:
    mine = f"您改的是第{base}版" if base else "您打开时还没有评估表"
    return (
        f"{latest.author}已于{beijing(latest.saved_at, now)}存了第{latest.version}版，{mine}，没有保存。"
        "您填写的仍在下面，请对照合并后再保存"
    )


def sign_sheet(store: Store, person: Person, topic_id: str, version: int, *, now: datetime) -> RiskSheet:
    """Sign the latest version; its author cannot.

    Raises:
        Conflict: It is signed, incomplete, no longer the latest, or the person's own.
        NotFound, Forbidden: As everywhere.
    """
    permit(person, Act.SIGN_SHEET)
    with store.write() as work:
        versions = work.topics.sheets(topic_of(work, topic_id, hold=True).id)
        if not versions:
            raise NotFound("还没有评估表")
        if versions[0].version != version:
            raise Conflict(f"第{version}版之后已有第{versions[0].version}版，请签署最新一版")
        signed = sign(versions[0], by=person.name, now=now)
        work.topics.save_sheet(signed)
        detail = {"version": version, "level": signed.level.word}
        note(work, person, "sheet.signed", f"topic:{topic_id}", detail, now)
    return signed


def follow_documents(work: Work, judged: Sequence[tuple[Document, Assessment, str, bool]], *, now: datetime) -> int:
    """Assign documents that are just judged (each with its source's class and whether it repeats another) to open topics.

    Part of the transaction that records the judgement. A document judged again leaves the topics that it no longer
    belongs to.
    """
    topics = work.topics.listing(state=TopicState.OPEN.value, limit=MOST_OPEN)
    if not topics or not judged:
        return 0
    matchers = [TopicMatcher(topic, topics) for topic in topics]
    since = {topic.id: begins(topic, now=now) for topic in topics}
    work.topics.withdraw([document.id for document, *_ in judged], topic_ids=list(since))
    rows = [
        row
        for document, said, source_class, duplicate in judged
        for row in assign(matchers, Heard.of_judged(document, said, source_class=source_class, duplicate=duplicate))
        if row.at >= since[row.topic_id]
    ]
    work.topics.assign(rows)
    return len(rows)


def _open(topic: Topic) -> Topic:
    if topic.state is TopicState.CLOSED:
        raise Conflict("该专题已结束跟踪，不能再改")
    return topic


def _refuse_another(work: Work, topic: Topic) -> None:
    others = work.topics.listing(state=TopicState.OPEN.value, limit=MOST_OPEN)
    if len(others) >= MOST_OPEN:
        raise Conflict(f"跟踪中的专题已有{len(others)}个，请先结束不再需要的")
    for other in others:
        if other.title == topic.title or (topic.issue_number and other.issue_number == topic.issue_number):
            raise Conflict(f"“{other.title}”已在跟踪中，请直接使用该专题")


def _try_out(store: Store, topic: Topic) -> None:
    """Refuse words that hold of nearly everything, by the newest two thousand documents whatever their time."""
    matcher = TopicMatcher(topic, _others(store))
    looked = found = 0
    for page in _pages(store, None, _TRIED):
        told = [matcher.match(TopicMatcher.fold(row.title, row.text)) for row in page]
        looked += len(page)
        # An office that brings the replies to a draft holds of little else: they name it, and are what it wants to watch.
        found += sum(match is not None and not matcher.names_it(match) for match in told)
    Breadth(looked, found).refuse_everything()


def _fill(store: Store, topic: Topic, now: datetime) -> Topic:
    """Assign what is stored, newest first; returns the topic with the time that was reached."""
    since = begins(topic, now=now)
    matchers = [TopicMatcher(topic, _others(store))]
    reached = since
    looked = 0
    for page in _pages(store, since, _LOOKED_THROUGH):
        rows: list[AssignedDocument] = [row for one in page for row in assign(matchers, Heard.of_listed(one))]
        looked += len(page)
        with store.write() as work:
            work.topics.assign(rows)
        if looked >= _LOOKED_THROUGH:
            reached = min(row.published_at or row.stored_at for row in page)
    filled = replace(topic, filled_since=reached)
    with store.write() as work:
        if topic_of(work, topic.id, hold=True).revision == topic.revision:
            work.topics.save(filled)
    return filled


def _others(store: Store) -> list[Topic]:
    with store.read() as work:
        return list(every_topic(work))


def _refill_within(store: Store, topic: Topic, now: datetime) -> None:
    """Assign anew to open topics whose title the new one's contains: what names the new one was theirs until now."""
    core = title_core(topic.title)
    for other in _others(store):
        shorter = title_core(other.title)
        if other.state is TopicState.OPEN and shorter != core and shorter in core:
            with store.write() as work:
                work.topics.clear(other.id)
            _fill(store, other, now)


def _pages(store: Store, since: datetime | None, limit: int) -> Iterator[list[EventDocument]]:
    before: int | None = None
    looked = 0
    while looked < limit:
        with store.read() as work:
            page = work.documents.listing(since=since, limit=min(_PAGE, limit - looked), before_seq=before)
        if not page:
            return
        looked += len(page)
        before = page[-1][0]
        yield [row for _, row in page]


def _told(phases: Sequence[Phase]) -> list[str]:
    return [f"{phase.kind.word} {phase.since}" for phase in phases]
