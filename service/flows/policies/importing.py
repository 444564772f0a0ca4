"""The policy library: import texts, split into articles, and offer them for matching with their days in force."""

import re
import stat
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from types import MappingProxyType

from analysis.matching.articles import Article
from analysis.matching.retrieval import ArticleIndex, Validity
from crawlers.disk_words import disk_sentence, legible
from service.domain.policies.library import LinkKind, PolicyLink, name_of, overlapping
from service.domain.policies.policy import Policy, PolicyArticle, PolicyKind, PolicyVersion
from service.domain.rules.register import Register
from service.flows.policies.policy_files import PolicyFile, read_policy_file
from service.flows.policies.policy_given import given_again
from service.flows.policies.policy_sources import SUFFIXES, PolicyFileError
from service.ports.store import Store, Work

__all__ = [
    "INTERPRETS",
    "LIBRARY_CHANGED",
    "POLICIES",
    "LibraryReport",
    "OverlapError",
    "days_of",
    "import_policies",
    "keep_file",
    "keep_policy",
    "link_by_name",
    "link_waiting",
    "load_index",
    "not_ended",
    "rival_of",
]

LIBRARY_CHANGED = "policies.changed"
"""Name of the stored value that every change of the library changes."""

POLICIES = "policies"
"""What to be alone with before a document joins the library: of two versions that come at once the second sees the first."""

INTERPRETS = "interprets"
"""Key of `Policy.extras` under which an interpretation keeps the name of what it interprets."""

_DAY = timedelta(days=1)
# An interpretation comes out with its document, sometimes some days ahead of it.
_AHEAD = timedelta(days=30)
_LIMIT_FILES = 5000
_ISSUES = re.compile(r"关于(?:印发|发布|公布).+的(?:通知|公告|通告)$")
_MOST_NAMED = 5
_NONE_GIVEN: Mapping[str, str] = MappingProxyType({})


class OverlapError(PolicyFileError):
    """A document is not taken: it would be in force beside `rival`, another version of it, on one day."""

    def __init__(self, policy: Policy, rival: Policy) -> None:
        """Say which two, and what to do with the command."""
        told = f"（{days_of(rival)}与{days_of(policy)}）：{_advice(policy, rival)}"
        super().__init__(f"与已入库的“{rival.stem}”效力期重叠{told}")
        self.policy, self.rival = policy, rival


@dataclass(slots=True, kw_only=True)
class LibraryReport:
    """What was taken: policies and articles, of them new, changed and as they were.

    `refused` holds one sentence per file that was not taken, `notices` what a person should look at in those that were.
    """

    policies: int = 0
    articles: int = 0
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: list[str] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)


def import_policies(
    store: Store,
    path: Path,
    *,
    register: Register,
    actor: str,
    now: datetime,
    supersede: bool = False,
    given: Mapping[str, str] = _NONE_GIVEN,
) -> LibraryReport:
    """Take one file (Markdown, text, HTML, DOCX, PDF), or every such file of a folder; each is taken whole or not at all.

    A file imported again changes nothing; with another text it is the next version, and the earlier one is kept. A text
    that would be in force beside another version of the same document is refused; with `supersede` the earlier of the
    two ends the day before the later one begins. What a folder holds beside such files is said, not taken. `given`
    describes a single file as its header would, and is kept with the document: imported again it need not be given
    again.

    Raises:
        OSError: there is nothing at `path`, or it cannot be looked at.
    """
    report = LibraryReport(notices=_passed_over(path))
    taken_from: dict[str, str] = {}
    for file in _files(path):
        named = legible(file)
        try:
            _refuse_same_name(named, taken_from)
            with store.read() as work:
                said = given_again(given, work.policies.get(named.stem))
            taken = read_policy_file(file, register, now=now, given=said.values)
            taken = replace(taken, policy=replace(taken.policy, extras=said.extras))
            with store.write() as work:
                state = keep_file(work, taken, actor=actor, now=now, supersede=supersede)
                ended = not_ended(work, taken)
        except PolicyFileError as error:
            report.refused.append(f"{named.name} {error}" if error.line else f"{named.name}：{error}")
            continue
        except OSError as error:
            report.refused.append(f"{named.name}：无法读取：{disk_sentence(error).removesuffix('。')}")
            continue
        except ValueError as error:
            report.refused.append(f"{named.name}：{error}")
            continue
        report.policies += 1
        report.articles += len(taken.articles)
        setattr(report, state, getattr(report, state) + 1)
        report.notices += [f"{named.name}：{sentence}" for sentence in (*said.notices, *taken.notices, *ended)]
    return report


def _refuse_same_name(file: Path, before: dict[str, str]) -> None:
    """Refuse a second file of one name in a folder: it would be taken for the next version of the first, each time anew."""
    first = before.setdefault(file.stem, file.name)
    if first != file.name:
        raise PolicyFileError(f"与同一目录的 {first} 只差扩展名，会被当作它的新版本；请只留一份，或改用别的文件名")


def keep_file(work: Work, taken: PolicyFile, *, actor: str, now: datetime, supersede: bool) -> str:
    """Put what was read of a file into the library with its links, as `keep_policy` does.

    Raises:
        OverlapError: It would be in force beside another version of the same document.
    """
    policy = taken.policy
    if taken.interprets:
        policy = replace(policy, extras={**policy.extras, INTERPRETS: taken.interprets})
    state = keep_policy(work, policy, taken.articles, taken.text, actor=actor, now=now, supersede=supersede)
    if taken.interprets:
        link_by_name(work, taken.policy, taken.interprets, actor=actor, now=now)
    if state != "unchanged":
        link_waiting(work, taken.policy, actor=actor, now=now)
    return state


def keep_policy(
    work: Work,
    policy: Policy,
    articles: Sequence[PolicyArticle],
    text: str,
    *,
    actor: str,
    now: datetime,
    supersede: bool = False,
) -> str:
    """Put one document into the library in the open transaction; return `added`, `changed` or `unchanged`.

    Raises:
        OverlapError: It would be in force beside another version of the same document.
    """
    work.alone(POLICIES)
    before = work.policies.get(policy.stem)
    version = 1 if before is None else before.version + (before.text_hash != policy.text_hash)
    kept = replace(policy, version=version, imported_at=now, imported_by=actor)
    if before is not None:
        kept = replace(kept, extras={**before.extras, **kept.extras}, url=kept.url or before.url)
        kept = _still_ended(work, kept, before)
        same = replace(kept, imported_at=before.imported_at, imported_by=before.imported_by) == before
        # A file that an earlier program cut wrongly is cut anew.
        if same and tuple(work.policies.articles_of(policy.stem)) == tuple(articles):
            return "unchanged"
    kept = _make_room(work, kept, actor=actor, now=now, supersede=supersede)
    work.policies.save(kept, articles)
    work.policies.keep_version(
        PolicyVersion(
            stem=kept.stem,
            version=version,
            title=kept.title,
            text_hash=kept.text_hash,
            text=text,
            imported_at=now,
            imported_by=actor,
        )
    )
    detail = {"articles": len(articles), "sha256": kept.text_hash, "version": version}
    work.audit.append(actor=actor, action="policy.imported", subject=f"policy:{kept.stem}", detail=detail, now=now)
    work.set_value(LIBRARY_CHANGED, f"{now.isoformat()} {kept.stem} {version}")
    return "added" if before is None else "changed"


def _still_ended(work: Work, policy: Policy, before: Policy) -> Policy:
    """Keep the end that a later version set when it was imported: the file of the earlier one does not know of it.

    A later end of its own, such as a term of five years, says nothing against it.
    """
    if policy.superseded_by is not None or before.superseded_by is None or before.valid_to is None:
        return policy
    if policy.valid_to is not None and policy.valid_to <= before.valid_to:
        return policy
    successor = work.policies.get(before.superseded_by)
    if successor is None or successor.valid_from is None or before.valid_to != successor.valid_from - _DAY:
        return policy
    return replace(policy, valid_to=before.valid_to, superseded_by=before.superseded_by)


def not_ended(work: Work, taken: PolicyFile) -> list[str]:
    """Say which documents the library holds as in force though this one says that it ends them."""
    begins = taken.policy.valid_from or taken.policy.issued
    if begins is None:
        return []
    held = ((name_of(title), one) for title in taken.repeals for one in work.policies.called(name_of(title)))
    return [
        f"正文写明废止《{one.title}》，政策库中“{one.stem}”在 {begins} 以后仍算有效：请重新导入它，失效日期写 {begins - _DAY}"
        for name, one in held
        if one.stem != taken.policy.stem and _goes_on(one, name, begins)
    ]


def _goes_on(policy: Policy, name: str, ended: date) -> bool:
    """Tell whether a document of this name began before the day and has no end before it."""
    # A rule is often held under the title of the notice that it was issued with.
    meant = name_of(policy.title) == name or _ISSUES.search(policy.title) is not None
    began = (policy.valid_from or policy.issued or date.min) < ended
    return policy.kind is PolicyKind.POLICY and meant and began and (policy.valid_to or date.max) >= ended


def rival_of(work: Work, policy: Policy) -> Policy | None:
    """Return another version that would be in force on one day with a document, were it taken as it is."""
    before = work.policies.get(policy.stem)
    kept = policy if before is None else _still_ended(work, policy, before)
    return overlapping(kept, work.policies.called(name_of(kept.title)))


def _make_room(work: Work, policy: Policy, *, actor: str, now: datetime, supersede: bool) -> Policy:
    """End the earlier of two versions where that is asked for; return the policy, ended where it is itself the earlier one."""
    while (rival := overlapping(policy, work.policies.called(name_of(policy.title)))) is not None:
        starts, begun = policy.valid_from, rival.valid_from
        if not supersede or starts is None or begun is None or begun == starts:
            raise OverlapError(policy, rival)
        if starts < begun:
            policy = replace(policy, valid_to=begun - _DAY, superseded_by=rival.stem)
            ended = policy
        else:
            ended = replace(rival, valid_to=starts - _DAY, superseded_by=policy.stem)
            work.policies.save(ended, work.policies.articles_of(rival.stem))
        detail = {"valid_to": str(ended.valid_to), "superseded_by": ended.superseded_by}
        subject = f"policy:{ended.stem}"
        work.audit.append(actor=actor, action="policy.superseded", subject=subject, detail=detail, now=now)
    return policy


def _advice(policy: Policy, rival: Policy) -> str:
    """Say what to do about two versions that would be in force together."""
    starts, begun = policy.valid_from, rival.valid_from
    if starts is None or begun is None:
        return "请在文件开头写明施行日期，旧版另写失效日期"
    if starts == begun:
        return "两份同日施行，只能留一份；请核对施行日期，或沿用已入库的文件名导入，作为同一文件的新版文本"
    if starts < begun:
        return f"这一份是旧版，请在文件开头写明失效日期（最晚为 {begun - _DAY}），或用 --supersede 让它在新版施行前一日失效"
    return "请在旧版文件开头写明失效日期后先导入旧版，或用 --supersede 让旧版在新版施行前一日失效"


def days_of(policy: Policy) -> str:
    """Say from when to when a document is in force."""
    return f"{policy.valid_from or '起始不明'} 至 {policy.valid_to or '今'}"


def link_by_name(work: Work, policy: Policy, name: str, *, actor: str, now: datetime) -> PolicyLink | None:
    """Link an interpretation with the document that it names by stem, number or title; `None` where the library has none such.

    Of several versions of one document the latest that was issued by then is meant.
    """
    wanted = name_of(name)
    found = [
        one
        for one in work.policies.called(wanted)
        if one.kind is not PolicyKind.INTERPRETATION and wanted in {one.stem, one.issue_number, name_of(one.title)}
    ]
    if not found:
        return None
    known = [one for one in found if policy.issued is None or (one.issued or date.min) <= policy.issued + _AHEAD]
    about = max(known or found, key=lambda one: (one.issued or date.min, one.stem))
    held = next((link for link in work.policies.links(policy.stem) if link.about == about.stem), None)
    if held is not None or about.stem == policy.stem:
        return held
    link = PolicyLink(stem=policy.stem, about=about.stem, kind=LinkKind.INTERPRETS, person=actor, at=now)
    work.policies.save_link(link)
    detail = {"about": about.stem, "kind": link.kind.value}
    work.audit.append(actor=actor, action="policy.linked", subject=f"policy:{policy.stem}", detail=detail, now=now)
    return link


def link_waiting(work: Work, policy: Policy, *, actor: str, now: datetime) -> None:
    """Link the interpretations that came before the document that they name."""
    if policy.kind is PolicyKind.INTERPRETATION:
        return
    for one in work.policies.called(name_of(policy.title)):
        named = one.extras.get(INTERPRETS)
        if one.kind is PolicyKind.INTERPRETATION and isinstance(named, str) and not work.policies.links(one.stem):
            link_by_name(work, one, named, actor=actor, now=now)


def load_index(
    store: Store,
    tokenize: Callable[[str], Sequence[str]],
    register: Register | None = None,
    *,
    gists: bool = True,
) -> ArticleIndex:
    """Return the imported articles, ready for matching, each with the days its policy is in force.

    Drafts and interpretations bind nobody and are left out. With a `register` its days have the last word, but for a text
    that the library knows to end earlier: the register does not know what the office imported since. Unless
    `gists` is false articles that are known by gist alone stand in with their gist: they can be offered, but have no
    text to quote.
    """
    with store.read() as work:
        policies = {one.stem: one for one in work.policies.listing() if one.kind is PolicyKind.POLICY}
        held = [one for one in work.policies.articles() if one.stem in policies]
    articles = [Article(key=one.key, number=one.number, chapter=one.chapter or "", text=one.text) for one in held]
    validity = {
        policy.stem: Validity(since=policy.valid_from, until=policy.valid_to + _DAY if policy.valid_to else None)
        for policy in policies.values()
    }
    if register is not None:
        validity |= {
            document.stem: Validity(since=document.valid_from, until=last + _DAY if last else None)
            for document in register.documents.values()
            if document.stem
            for last in [_earlier(document.valid_to, policies.get(document.stem))]
        }
        articles += [
            Article(key=gist.key, number=gist.key.partition("#")[2], chapter="", text=gist.gist)
            for gist in register.gists.values()
            if gists and gist.key.partition("#")[0] not in policies
        ]
    return ArticleIndex(articles, tokenize, validity)


def _earlier(last: date | None, policy: Policy | None) -> date | None:
    return min((day for day in (last, policy.valid_to if policy else None) if day is not None), default=None)


def _files(path: Path) -> Iterator[Path]:
    if not stat.S_ISDIR(path.stat().st_mode):
        yield path
        return
    yield from _texts(path)[:_LIMIT_FILES]


def _texts(folder: Path) -> list[Path]:
    return sorted(one for one in folder.iterdir() if one.suffix.lower() in SUFFIXES and one.name != "SOURCE.txt")


def _passed_over(path: Path) -> list[str]:
    """Say what a folder holds that is not read: sub-folders, files of other formats, and files beyond the most that are taken."""
    if not path.is_dir():
        return []
    others = sorted(one for one in path.iterdir() if not one.name.startswith(".") and one.name != "SOURCE.txt")
    folders = [one.name for one in others if one.is_dir()]
    strange = [one.name for one in others if not one.is_dir() and one.suffix.lower() not in SUFFIXES]
    beyond = [one.name for one in _texts(path)[_LIMIT_FILES:]]
    said = (
        (folders, "子目录没有读，请逐个目录导入"),
        (strange, f"格式不支持，没有读，可用的是 {'、'.join(SUFFIXES)}；doc、wps 文件请另存为 docx"),
        (beyond, f"一次只读 {_LIMIT_FILES} 份，其余没有读，请分批导入"),
    )
    return [f"{_named(names)}：{sentence}" for names, sentence in said if names]


def _named(names: Sequence[str]) -> str:
    listed = "、".join(names[:_MOST_NAMED])
    return f"{listed} 等 {len(names)} 个" if len(names) > _MOST_NAMED else listed
