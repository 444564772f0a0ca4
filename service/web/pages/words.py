"""词库: the office's own words, trying one out before it is kept, tables in and out, and judging again what was judged before."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, File, Form, Query, Request, UploadFile
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from analysis.assessment import CATEGORY_NAMES
from service.api.identity import Guard, Identity, Reader, context_of
from service.api.room import NEEDS_ROOM
from service.domain.people.person import Act
from service.domain.refusal import Refusal
from service.domain.words.own_words import MOST_WORDS, WordDraft, WordSort, lay_over
from service.domain.words.word_checks import WordDoubt
from service.domain.words.word_table import LARGEST_TABLE, read_words, words_csv
from service.flows.judging.rejudging import MOST_DOCUMENTS, judge_again
from service.flows.words import acts as flows
from service.flows.words.word_trial import LONGEST_SENTENCE, Trial, try_words
from service.ports.store import Work
from service.web.downloads import saved_as
from service.web.render import page
from service.web.views.paging import LAST_PAGE, pager
from service.web.views.word_rows import KINDS, SORTS, word_row

router = APIRouter()

WordKeeper = Annotated[Identity, Depends(Guard(Act.EDIT_WORDS))]

_PAGE = 30
_DAYS = (1, 3, 7, 14, 30)
_CATEGORIES = tuple((code, f"{code} {name}") for code, name in CATEGORY_NAMES.items())


@dataclass(frozen=True, slots=True)
class Filters:
    """Which words the list shows."""

    add: Annotated[WordSort, Query()] = WordSort.WORD
    sort: Annotated[str, Query(pattern="^(|word|alias|exclusion)$")] = ""
    state: Annotated[str, Query(pattern="^(|removed)$")] = ""
    q: Annotated[str, Query(max_length=60)] = ""
    number: Annotated[int, Query(alias="page", ge=1, le=LAST_PAGE)] = 1


@dataclass(frozen=True, slots=True)
class WordForm:
    """A word as the form sends it, with the sentence to try it on."""

    sort: Annotated[WordSort, Form()] = WordSort.WORD
    text: Annotated[str, Form(max_length=200)] = ""
    kind: Annotated[str, Form(max_length=20)] = ""
    category: Annotated[str, Form(max_length=8)] = ""
    canonical: Annotated[str, Form(max_length=200)] = ""
    within: Annotated[str, Form(max_length=200)] = ""
    note: Annotated[str, Form(max_length=1000)] = ""
    sentence: Annotated[str, Form(max_length=4000)] = ""
    sure: Annotated[bool, Form()] = False
    step: Annotated[Literal["try", "save"], Form()] = "try"

    @property
    def draft(self) -> WordDraft:
        """The word without what surrounds it."""
        return WordDraft(
            sort=self.sort,
            text=self.text.strip(),
            kind=self.kind,
            category=self.category,
            canonical=self.canonical.strip(),
            within=self.within.strip(),
            note=self.note.strip(),
        )


@router.get("/words")
def words(request: Request, identity: Reader, filters: Annotated[Filters, Depends()]) -> HTMLResponse:
    """List the words and show the form."""
    return _show(request, identity, filters, WordForm(sort=filters.add))


@router.post("/words")
def add(request: Request, identity: WordKeeper, form: Annotated[WordForm, Depends()]) -> Response:
    """Try a word on a sentence, or keep it; what is refused is said above the form as it was filled in."""
    context = context_of(request)
    filters = Filters(add=form.sort)
    try:
        if form.step == "try":
            draft = form.draft if form.text.strip() else None
            tried = try_words(context.store, form.sentence, draft, now=context.now())
            return _show(request, identity, filters, form, trial=tried, fault=tried.fault)
        flows.add_word(context.store, identity.person, form.draft, now=context.now(), sure=form.sure)
    except Refusal as refusal:
        return _show(request, identity, filters, form, fault=refusal.sentence, doubt=isinstance(refusal, WordDoubt))
    return RedirectResponse(f"/words?add={form.sort.value}&done=word_added", status_code=303)


@router.post("/words/{word_id}/remove")
def remove(request: Request, identity: WordKeeper, word_id: str) -> RedirectResponse:
    """Take a word out of force. Raises `NotFound`, `Conflict`."""
    context = context_of(request)
    flows.remove_word(context.store, identity.person, word_id, now=context.now())
    return RedirectResponse("/words?done=word_removed", status_code=303)


@router.post("/words/{word_id}/restore")
def restore(request: Request, identity: WordKeeper, word_id: str) -> RedirectResponse:
    """Put a removed word back. Raises `NotFound`, `Refusal`."""
    context = context_of(request)
    flows.restore_word(context.store, identity.person, word_id, now=context.now())
    return RedirectResponse("/words?done=word_restored", status_code=303)


@router.post("/words/again", dependencies=[NEEDS_ROOM])
def again(request: Request, identity: WordKeeper, days: Annotated[int, Form()]) -> RedirectResponse:
    """Have what was published in the last days judged again. Raises `Refusal`."""
    context = context_of(request)
    judge_again(context.store, identity.person, days=days, now=context.now())
    return RedirectResponse("/words?done=words_again#again", status_code=303)


@router.get("/words/export.csv")
def export(request: Request, identity: Reader) -> Response:  # noqa: ARG001 - who may read may take the table along
    """Hand out the words in force as a table."""
    context = context_of(request)
    with context.store.read() as work:
        content = words_csv(work.words.in_force())
    headers = saved_as("自定词表.csv", drill=context.drill is not None)
    return Response(content, media_type="text/csv", headers=headers)


@router.post("/words/import", dependencies=[NEEDS_ROOM])
def import_table(
    request: Request,
    identity: WordKeeper,
    file: Annotated[UploadFile, File()],
    *,
    sure: Annotated[bool, Form()] = False,
) -> HTMLResponse:
    """Add the words of a table; what was refused is said row by row."""
    context = context_of(request)
    filters, form = Filters(), WordForm()
    try:
        rows = read_words(file.file.read(LARGEST_TABLE + 1))
        report = flows.import_words(context.store, identity.person, rows, now=context.now(), sure=sure)
    except Refusal as refusal:
        return _show(request, identity, filters, form, fault=f"文件没有导入：{refusal.sentence}")
    return _show(request, identity, filters, form, report=report)


def _show(
    request: Request,
    identity: Identity,
    filters: Filters,
    form: WordForm,
    *,
    trial: Trial | None = None,
    fault: str = "",
    doubt: bool = False,
    report: flows.ImportedWords | None = None,
) -> HTMLResponse:
    context = context_of(request)
    with context.store.read() as work:
        view = _listed(work, filters)
        view |= _again(work, context.now()) if identity.may(Act.EDIT_WORDS) else {"spans": [], "waiting": 0}
    return page(
        request,
        "words.html",
        identity=identity,
        key="words",
        title="词库",
        status=422 if fault else 200,
        filters=filters,
        form=form,
        trial=trial,
        fault=fault,
        doubt=doubt or form.sure,
        report=report,
        sorts=SORTS,
        kinds=KINDS,
        categories=_CATEGORIES,
        longest=LONGEST_SENTENCE,
        most=MOST_WORDS,
        **view,
    )


def _listed(work: Work, filters: Filters) -> dict[str, Any]:
    held = work.words.in_force()
    found = work.words.listing(
        sort=WordSort(filters.sort) if filters.sort else None,
        query=filters.q.strip(),
        removed=filters.state == "removed",
        limit=_PAGE + 1,
        offset=(filters.number - 1) * _PAGE,
    )
    laid, faults = lay_over(held, flows.shipped_vocabulary())
    kept = {"add": filters.add.value, "sort": filters.sort, "state": filters.state, "q": filters.q}
    earlier, later = pager("/words", kept, filters.number, more=len(found) > _PAGE)
    counts = work.words.counts()
    return {
        "rows": [word_row(word, faults) for word in found[:_PAGE]],
        "faults": [sentence for word in held if (sentence := faults.get(word.id))],
        "counts": [(name, counts.get(sort, 0)) for sort, name in SORTS],
        "total": len(held),
        "identity_of_words": laid.identity,
        "changed_at": flows.changed_at(work),
        "earlier": earlier,
        "later": later,
    }


def _again(work: Work, now: Any) -> dict[str, Any]:
    if flows.changed_at(work) is None:
        return {"spans": [], "waiting": 0}
    ask = work.rejudgements
    counted = [(days, ask.countable(since=now - timedelta(days=days), limit=MOST_DOCUMENTS)) for days in _DAYS]
    return {"spans": counted, "waiting": ask.open_count()}
