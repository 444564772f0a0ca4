"""The forms of the page 用户 as they were typed, so that a refused one comes back as it was filled in."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Annotated

from fastapi import Form

from service.domain.people.mail_address import LONGEST, is_mail_address
from service.domain.people.person import Person, Role
from service.domain.refusal import Refusal
from service.flows.people.acts import PersonChange

__all__ = ["NOTHING_TYPED", "PersonForm", "Typed", "duty_typed", "form_of"]

_LONGEST_DUTY = 40
_SHOWN = 60
_ROLES = frozenset(role.value for role in Role)
_LEVELS = frozenset({"", "red", "orange", "yellow", "blue"})


@dataclass(frozen=True, slots=True)
class PersonForm:
    """The editable fields of a person."""

    role: Annotated[str, Form()] = ""
    email: Annotated[str, Form()] = ""
    notify_from: Annotated[str, Form()] = ""
    disabled: Annotated[str, Form()] = "false"
    duties: Annotated[list[str] | None, Form()] = None
    seen: Annotated[str, Form(max_length=16)] = ""

    def read(self, known_duties: Collection[str]) -> PersonChange:
        """Return what the form asks for; what is no duty of the work flow is left out. Raises `Refusal`."""
        email = self.email.strip()
        if self.role not in _ROLES:
            raise Refusal("请选择角色。")
        if email and not is_mail_address(email):
            raise Refusal(
                f"邮箱“{email[:_SHOWN]}”不是可用的地址，请写成 name@example.cn 的样子：只写一个地址，"
                f"用英文字母和半角标点，最多 {LONGEST} 字。"
            )
        if self.notify_from not in _LEVELS:
            raise Refusal("请选择从哪一级预警起发邮件。")
        if self.disabled not in {"true", "false"}:
            raise Refusal("请选择允许登录还是停用。")
        return PersonChange(
            role=Role(self.role),
            email=email or None,
            notify_from=self.notify_from or None,
            disabled=self.disabled == "true",
            duties=frozenset(self.duties or ()) & frozenset(known_duties),
            seen=self.seen,
        )


def form_of(person: Person) -> PersonForm:
    """Return the form of a person as it stands."""
    return PersonForm(
        role=person.role.value,
        email=person.email or "",
        notify_from=person.notify_from or "",
        disabled="true" if person.disabled else "false",
        duties=sorted(person.duties),
    )


def duty_typed(text: str) -> str:
    """Return who is on duty, as the top bar shows it. Raises `Refusal`."""
    duty = text.strip()
    if len(duty) > _LONGEST_DUTY:
        raise Refusal(f"值班最多写 {_LONGEST_DUTY} 字，现有 {len(duty)} 字，请缩短。")
    return duty


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """What stood in the refused form, and why it was refused; the other forms of the page stand as ever."""

    fault: str = ""
    status: int = 422
    name: str = ""
    new: PersonForm = PersonForm()
    person_id: str = ""
    change: PersonForm = PersonForm()
    duty: str | None = None


NOTHING_TYPED = Typed()
