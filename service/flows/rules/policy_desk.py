"""A policy file that comes in by the dashboard: read, shown with what can be filled in, and taken or dropped by a person."""

import re
import secrets
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from threading import BoundedSemaphore

from analysis.matching.articles import missing_articles
from crawlers.parsing.policy_facts import policy_facts
from service.domain.people.person import Act, Person
from service.domain.policies.library import name_of
from service.domain.policies.policy import Policy, PolicyArticle, PolicyKind
from service.domain.refusal import Conflict, NotFound, Refusal
from service.domain.rules.register import Register
from service.flows.acts import permit
from service.flows.policies.importing import POLICIES, OverlapError, days_of, keep_file, not_ended, rival_of
from service.flows.policies.policy_files import articles_in, describe, policy_file
from service.flows.policies.policy_given import KEYS, NAMES, NONE_SAID, given_again
from service.flows.policies.policy_sources import PolicyFileError, PolicySource, read_source
from service.ports.previews import PolicyPreview
from service.ports.store import Store, Work

__all__ = ["FIELDS", "KEPT", "PolicyReading", "confirm_preview", "drop_preview", "read_preview", "take_upload"]

KEPT = timedelta(hours=24)
"""How long a file that nobody decided on waits."""

FIELDS: Sequence[str] = tuple(KEYS[name] for name in NAMES if KEYS[name] != "superseded_by")
"""What the form asks for, beside the name in the library (`stem`)."""

_MOST_WAITING = 5
# Each file is read by a child that may take a gigabyte.
_READING = BoundedSemaphore(2)
_PATIENCE_S = 20.0
_LONGEST_STEM = 120
_UNSAFE = re.compile(r"[/#?%\\\x00-\x1f]+")
_PAGES_OF_THE_LIBRARY = frozenset({"import", "situations", "entries", "calendar"})
_COPY = re.compile(r"\s*[(（]\d{1,2}[)）]$|\s*-\s*副本$")
_DATED = re.compile(r"[(（]\d{4}-\d{2}-\d{2}[)）]$")
_CHOSEN = frozenset({"kind", "level"})
_MAY_BE_NONE = frozenset({"issue_number", "valid_to"})
_TITLE = re.compile(
    r"^[^，。；：！？]{2,80}?(?:法|条例|办法|规定|规则|细则|规范|通知|公告|通告|意见|方案|预案|要点|指南|决定|解释|批复|函|解读|问答|说明)"
    r"(?:[（(][^（）()]{1,20}[）)])?$"
)
_HEAD_LINES = 12
# In brackets below the title, or a line each as the national data base of laws has them.
_ADOPTED = re.compile(
    r"^(?:[（(].{0,400}?(?:通过|公布|修正|修订|发布).{0,40}[）)]"
    r"|\d{4}\s*年\s*\d{1,2}\s*月\s*\d{1,2}\s*日.{2,160}?(?:通过|公布|修正|修订|发布))$"
)
_DAY = re.compile(r"(\d{4})\s*年\s*(\d{1,2})\s*月\s*(\d{1,2})\s*日")


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyReading:
    """What a file would be in the library, as filled in so far.

    `values` stand in the form, `guessed` names those that were read in the text and wait for a look. `fault` says why it
    cannot be taken, `rival` is the version it would be in force beside, and `yields` whether one of the two can end
    before the other; `before` is what the library holds under the name, `alike` what it holds of that title elsewhere.
    """

    file: str
    stem: str
    values: Mapping[str, str]
    guessed: frozenset[str]
    policy: Policy | None
    articles: Sequence[PolicyArticle]
    missing: Sequence[str]
    fault: str
    notices: Sequence[str]
    before: Policy | None
    same_text: bool
    rival: Policy | None
    yields: bool
    alike: Sequence[Policy]
    characters: int


def take_upload(store: Store, person: Person, file: Path, name: str, *, now: datetime) -> str:
    """Read an uploaded file and keep what was read for `KEPT`, at most the last five of a person; return its id.

    Raises:
        Refusal: It cannot be read; the sentence is the command's.
        Conflict: Too many files are being read.
    """
    permit(person, Act.IMPORT)
    if not _READING.acquire(timeout=_PATIENCE_S):
        raise Conflict("正在读取其他文件，请过一分钟再上传")
    try:
        source = read_source(file, now=now)
    except (ValueError, OSError) as error:
        raise Refusal(f"{name}：{error}") from error
    finally:
        _READING.release()
    preview = PolicyPreview(id=secrets.token_hex(8), person_id=person.id, file=name, source=source.to_json(), at=now)
    with store.write() as work:
        work.previews.drop_before(now - KEPT)
        for old, _, _ in work.previews.waiting(person.id)[_MOST_WAITING - 1 :]:
            work.previews.drop(old)
        work.previews.put(preview)
    return preview.id


def read_preview(
    work: Work,
    person: Person,
    preview_id: str,
    filled: Mapping[str, str] | None,
    *,
    register: Register,
    now: datetime,
) -> PolicyReading:
    """Return what an uploaded file would be with a form as it is `filled` in, and as it was read where `None`.

    Raises:
        NotFound: It was decided, dropped or forgotten, or somebody else uploaded it.
    """
    preview, source = _waiting(work, person, preview_id, now)
    if filled is not None:
        written = filled.get("stem", "")
        stem = _stem(written) if written else _proposed(work, preview, source, {}, register)
        values = {key: filled.get(key, "").strip() for key in FIELDS}
        return _reading(work, preview, source, stem, values, register, frozenset())
    guesses = _guesses(source, preview.file, now)
    stem = _proposed(work, preview, source, guesses, register)
    base = _described(stem, source, work, register)[0]
    # A name that was proposed from the guesses would tell them as if somebody had said so.
    own = stem if any(document.stem == stem for document in register.documents.values()) else Path(preview.file).stem
    named = _described(own, source, work, register)[0]
    guesses = {key: value for key, value in guesses.items() if not _told(key, named, own)}
    return _reading(work, preview, source, stem, {**_values(base), **guesses}, register, frozenset(guesses))


def confirm_preview(
    store: Store,
    person: Person,
    preview_id: str,
    filled: Mapping[str, str],
    *,
    supersede: bool,
    register: Register,
    now: datetime,
) -> str:
    """Take an uploaded file into the library in the person's name, in one transaction; return its name there.

    Raises:
        NotFound: It was decided, dropped or forgotten, or somebody else uploaded it.
        Refusal: Something is missing or wrong; nothing is stored.
        Forbidden: The role is not granted the act.
    """
    permit(person, Act.IMPORT)
    with store.write() as work:
        work.alone(POLICIES)
        preview, source = _waiting(work, person, preview_id, now)
        stem = _stem(filled.get("stem", ""))
        try:
            said = given_again(_given(stem, source, filled, work, register), work.policies.get(stem), form=True)
            taken = policy_file(stem, source.with_given(said.values), register)
            taken = replace(taken, policy=replace(taken.policy, extras=said.extras))
            keep_file(work, taken, actor=person.name, now=now, supersede=supersede)
        except OverlapError as error:
            raise Conflict(_overlap(error.policy, error.rival)) from error
        except PolicyFileError as error:
            raise Refusal(str(error)) from error
        work.previews.drop(preview.id)
    return stem


def drop_preview(store: Store, person: Person, preview_id: str, *, now: datetime) -> None:
    """Forget an uploaded file. Raises `NotFound`."""
    permit(person, Act.IMPORT)
    with store.write() as work:
        _waiting(work, person, preview_id, now)
        work.previews.drop(preview_id)


def _waiting(work: Work, person: Person, preview_id: str, now: datetime) -> tuple[PolicyPreview, PolicySource]:
    found = work.previews.get(preview_id)
    if found is None or found.person_id != person.id or found.at < now - KEPT:
        raise NotFound("这份预览已入库、已放弃或已过期，请重新上传文件")
    return found, PolicySource.from_json(found.source, form=True)


def _reading(
    work: Work,
    preview: PolicyPreview,
    source: PolicySource,
    stem: str,
    values: Mapping[str, str],
    register: Register,
    guessed: frozenset[str],
) -> PolicyReading:
    fault, policy, taken = "", None, None
    notices: list[str] = []
    before = work.policies.get(stem)
    try:
        given = _given(stem, source, {**values, "stem": stem}, work, register)
        said = given_again(given, before, form=True)
        notices += said.notices
        policy = describe(stem, source.with_given(said.values), register)
        taken = policy_file(stem, source.with_given(said.values), register)
        notices += (*taken.notices, *not_ended(work, taken))
    except PolicyFileError as error:
        fault = str(error)
    articles = taken.articles if taken else _articles(source, stem)
    rival = rival_of(work, policy) if policy else None
    return PolicyReading(
        file=preview.file,
        stem=stem,
        values=values,
        guessed=guessed,
        policy=policy,
        articles=articles,
        missing=missing_articles(article.number for article in articles),
        fault=fault,
        notices=notices,
        before=before,
        same_text=before is not None and before.text_hash == source.sha256,
        rival=rival,
        yields=bool(policy and rival and _yields(policy, rival)),
        alike=_alike(work, policy) if policy else (),
        characters=len(source.text),
    )


def _articles(source: PolicySource, stem: str) -> tuple[PolicyArticle, ...]:
    try:
        return articles_in(source.text, stem, first_line=source.first_line)
    except PolicyFileError:
        return ()


def _described(
    stem: str, source: PolicySource, work: Work, register: Register
) -> tuple[Policy | None, Mapping[str, str]]:
    """Return what a document is where nothing more is filled in, and what was said of it before."""
    kept = given_again({}, work.policies.get(stem), form=True).values
    try:
        return describe(stem, source.with_given(kept), register), kept
    except PolicyFileError:
        return None, kept


def _given(
    stem: str, source: PolicySource, filled: Mapping[str, str], work: Work, register: Register
) -> Mapping[str, str]:
    """Return what a person says anew: what they chose, and what differs from what is told without them."""
    base, kept = _described(stem, source, work, register)
    told = _values(base)
    given = {}
    for name in NAMES:
        key = KEYS[name]
        value = filled.get(key, "").strip()
        if key in FIELDS and (value != told.get(key, "") if key not in _CHOSEN else value or name in kept):
            # Emptied, these two would be read in the text again: a person means that the document has none.
            given[name] = value or (NONE_SAID if key in _MAY_BE_NONE else "")
    return given


def _values(policy: Policy | None) -> dict[str, str]:
    """Return what stands in the form for a document; rank and kind stay open until somebody chooses them."""
    if policy is None:
        return dict.fromkeys(FIELDS, "")
    values = {key: getattr(policy, key, None) for key in FIELDS if key not in _CHOSEN}
    return dict.fromkeys(FIELDS, "") | {key: str(value) for key, value in values.items() if value is not None}


def _told(key: str, base: Policy | None, stem: str) -> bool:
    """Whether a value was said by name, header, page or register, and not only for want of a better one."""
    if base is None or not _values(base)[key]:
        return False
    if key == "title":
        return base.title != stem or bool(_DATED.search(stem))
    return key != "valid_from" or base.issued is not None


def _guesses(source: PolicySource, file: str, now: datetime) -> dict[str, str]:
    """Return what the text seems to say of title, body and day of issue: a person looks before it counts."""
    lines = [line.strip().lstrip("#").strip() for line in source.text.splitlines() if line.strip()][:_HEAD_LINES]
    found = {"title": next((line for line in lines if _TITLE.match(line)), "")}
    facts = policy_facts(found["title"] or Path(file).stem, source.text, published=None, declared={}, now=now)
    found["body"], found["issued"] = facts.get("issuing_body", ""), facts.get("issued", "")
    adopted = [line for line in lines if _ADOPTED.match(line)]
    # A line of its own begins with its day, and may name others; brackets hold all days in their order.
    if adopted and (days := list(_DAY.finditer(adopted[-1]))):
        found["issued"] = _iso(days[-1] if adopted[-1][0] in "（(" else days[0]) or found["issued"]
    return {key: value for key, value in found.items() if value}


def _iso(match: re.Match[str]) -> str:
    try:
        return date(int(match[1]), int(match[2]), int(match[3])).isoformat()
    except ValueError:
        return ""


def _proposed(
    work: Work, preview: PolicyPreview, source: PolicySource, guesses: Mapping[str, str], register: Register
) -> str:
    """Return the name for the library: that of the file where it is known or dated, the register's, else title and day."""
    own = _COPY.sub("", unicodedata.normalize("NFC", Path(preview.file).stem)).strip()
    own = _UNSAFE.sub("", own)[:_LONGEST_STEM] or "文件"
    known = {document.stem: document for document in register.documents.values() if document.stem}
    if own in known or _DATED.search(own) or work.policies.get(own) is not None:
        return own
    title = source.said("title") or source.title or guesses.get("title") or own
    issued = source.said("issued") or (str(source.issued) if source.issued else guesses.get("issued"))
    same = [one for one in known.values() if name_of(one.title) == name_of(title)]
    dated = next((one.stem for one in same if issued and one.issued == issued), None)
    if dated:
        return dated
    return _UNSAFE.sub("", f"{title}({issued})" if issued else title)[:_LONGEST_STEM]


def _stem(written: str) -> str:
    stem = unicodedata.normalize("NFC", written).strip()
    if not stem or len(stem) > _LONGEST_STEM or _UNSAFE.search(stem) or stem in _PAGES_OF_THE_LIBRARY:
        raise Refusal(f"库内名称应为 1 至 {_LONGEST_STEM} 个字，不含 / # ? % \\，如 药品管理法(2019-08-26)")
    return stem


def _alike(work: Work, policy: Policy) -> Sequence[Policy]:
    """Return what the library holds of that title, or number, under other names."""
    name = name_of(policy.title)
    found = [one for one in work.policies.called(name) if name_of(one.title) == name]
    if policy.issue_number and policy.kind is PolicyKind.POLICY:
        found += [one for one in work.policies.called(policy.issue_number) if one not in found]
    return [one for one in found if one.stem != policy.stem and one.kind is policy.kind]


def _yields(policy: Policy, rival: Policy) -> bool:
    starts, begun = policy.valid_from, rival.valid_from
    return starts is not None and begun is not None and starts != begun


def _overlap(policy: Policy, rival: Policy) -> str:
    told = f"与已入库的“{rival.stem}”效力期重叠（{days_of(rival)}与{days_of(policy)}）："
    if _yields(policy, rival):
        return f"{told}请勾选“旧版在新版施行前一日失效”，或核对施行日期、填写失效日期"
    if policy.valid_from is None or rival.valid_from is None:
        return f"{told}请填写施行日期；旧版没有施行日期的，请先重新导入旧版并填写"
    return f"{told}两份同日施行，只能留一份；请核对施行日期，或把库内名称改为“{rival.stem}”，作为它的新版文本"
