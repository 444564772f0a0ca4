"""A form that was refused: why, and what stood in it, so that its page comes back as it was filled in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Annotated

from fastapi import Depends, Form, Request
from markupsafe import escape
from starlette.datastructures import FormData

from service.api.identity import ForgedError, verify_origin
from service.domain.refusal import Conflict, Forbidden, NotFound, Refusal
from service.web.views.marking import undirected

__all__ = ["NOT_REFUSED", "Refused", "Sent", "first", "own_texts", "refused_by", "sent_fields", "status_of", "texts_of"]

_STATUS: tuple[tuple[type[Refusal], int], ...] = (
    (Forbidden, 403),
    (NotFound, 404),
    (Conflict, 409),
    (Refusal, 422),
)

_TEXTS: Mapping[str, str] = MappingProxyType(
    {
        "title": "标题",
        "words": "搜索词",
        "without": "排除词",
        "text": "正文",
        "summary": "研判结论",
        "reason": "理由",
        "informant": "来源",
        "remark": "说明",
        "party": "对象",
        "question": "事项",
        "answer": "答复",
        "concern": "顾虑",
        "reach": "传播与到达",
        "questions": "遗留问题",
        "lessons": "经验教训",
        "to": "上报对象",
        "channel": "发布渠道",
        "reference": "编号或网址",
        "place": "公开的栏目或网址",
        "sentence": "试用的句子",
        "note": "说明",
        "url": "网址",
        "called": "信源名称",
        "basis": "采集依据",
    }
)
"""The fields into which people write, by name; `answer_scope` is one of `answer`."""


async def sent_fields(request: Request) -> Mapping[str, Sequence[str]]:
    """Return the fields of a form as they were sent, without its token and files."""
    kept: FormData | None = getattr(request.state, "form", None)
    form = await request.form() if kept is None else kept
    return {name: [value for value in form.getlist(name) if isinstance(value, str)] for name in form if name != "csrf"}


async def _closed_after(request: Request, csrf: Annotated[str, Form()] = "") -> Mapping[str, Sequence[str]]:  # noqa: ARG001
    # The framework closes what files a form holds only where a route declares a field of the form.
    return await sent_fields(request)


Sent = Annotated[Mapping[str, Sequence[str]], Depends(_closed_after)]


def first(sent: Mapping[str, Sequence[str]], name: str) -> str:
    """Return the first value of a field, "" where it was not sent."""
    return next(iter(sent.get(name, ())), "")


def status_of(refusal: Refusal) -> int:
    """Return how a refusal is answered in HTTP."""
    return next(status for kind, status in _STATUS if isinstance(refusal, kind))


def texts_of(typed: Mapping[str, Sequence[str]]) -> list[tuple[str, str]]:
    """Return what somebody wrote into a form, each text with the word for its field."""
    return [
        (_TEXTS[kind], value)
        for name, values in typed.items()
        if (kind := name.partition("_")[0]) in _TEXTS
        for value in values
        if _is_text(value.strip())
    ]


def _is_text(value: str) -> bool:
    # yes and no are choices, and no form has longer ones under these names.
    return bool(value) and not (value.isascii() and value.isalpha() and len(value) <= len("yes"))


async def own_texts(request: Request) -> list[tuple[str, str]]:
    """Return what somebody wrote into a form of this dashboard; nothing where the browser says that another site sent it."""
    kind = request.headers.get("content-type", "").partition(";")[0]
    if request.method != "POST" or kind != "application/x-www-form-urlencoded":
        return []
    try:
        verify_origin(request)
    except ForgedError:
        return []
    return texts_of(await sent_fields(request))


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """Why a form was refused, where it was sent and what stood in it; the other forms of its page stand as ever.

    `stray` are the texts, each with its word, for which the page no longer has a field: they are shown on top to be
    copied. `case` is the id of the case where it can be done instead, "" for none.
    """

    sentence: str = ""
    status: int = 200
    action: str = ""
    typed: Mapping[str, Sequence[str]] = field(default_factory=lambda: MappingProxyType({}))
    stray: Sequence[tuple[str, str]] = ()
    case: str = ""

    def without_field(self, html: str) -> list[tuple[str, str]]:
        """Return the texts, each with its word, that a page does not hold: its form is gone, or the field of the form."""
        sent_to = f'action="{escape(self.action)}"'
        # A form may be sent elsewhere by one of its buttons.
        gone = f'method="post" {sent_to}' not in html and f"form{sent_to}" not in html
        return [
            (word, text) for word, text in texts_of(self.typed) if gone or str(undirected(escape(text))) not in html
        ]

    def of(self, action: str) -> bool:
        """Return whether the form of that address was refused."""
        return bool(self.action) and action == self.action

    def value(self, action: str, name: str, stored: str = "") -> str:
        """Return what stands in a field: what was typed where its form was refused, else what is `stored`."""
        return first(self.typed, name) if self.of(action) and name in self.typed else stored


NOT_REFUSED = Refused()


def refused_by(request: Request, refusal: Refusal, sent: Mapping[str, Sequence[str]]) -> Refused:
    """Return a refusal with what was sent."""
    kind, _, name = refusal.about.partition(":")
    return Refused(
        sentence=refusal.sentence,
        status=status_of(refusal),
        action=request.url.path,
        typed=sent,
        case=name if kind == "case" else "",
    )
