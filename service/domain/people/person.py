"""People, roles, and what each role may do."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

__all__ = ["Act", "Person", "Role", "Session", "granted", "may"]


class Role(StrEnum):
    """Roles of the service; one person has one role."""

    VIEWER = "viewer"
    OFFICER = "officer"
    APPROVER = "approver"
    ADMINISTRATOR = "administrator"
    AUDITOR = "auditor"

    @property
    def word(self) -> str:
        """The role's name in the interface."""
        return {
            "viewer": "只读",
            "officer": "研判员",
            "approver": "审批人",
            "administrator": "系统管理员",
            "auditor": "审计员",
        }[self.value]


class Act(StrEnum):
    """What a person can do; every route names one, checked on the server."""

    READ = "read"
    HANDLE_ALERT = "handle_alert"
    ARM_CLOCK = "arm_clock"
    CLOSE_ALERT = "close_alert"
    IMPORT = "import"
    BRIEF = "brief"
    MANAGE_SOURCES = "manage_sources"
    MANAGE_PEOPLE = "manage_people"
    RUN_DRILL = "run_drill"
    READ_AUDIT = "read_audit"
    FOLLOW = "follow"
    SIGN_SHEET = "sign_sheet"
    HANDLE_MATTER = "handle_matter"
    EXTEND_MATTER = "extend_matter"
    LINK_POLICY = "link_policy"
    CHECK_POLICY = "check_policy"
    MANAGE_ROSTER = "manage_roster"
    LABEL = "label"
    MANAGE_MODELS = "manage_models"
    EDIT_WORDS = "edit_words"
    TRY_AGAIN = "try_again"
    HIDE = "hide"

    @property
    def word(self) -> str:
        """The act in the interface, as it stands within a sentence."""
        return _ACT_WORDS[self]


_ACT_WORDS: Mapping[Act, str] = MappingProxyType(
    {
        Act.READ: "查看",
        Act.HANDLE_ALERT: "办理预警与处置",
        Act.ARM_CLOCK: "启动、暂停、延长或取消时限",
        Act.CLOSE_ALERT: "关闭预警、调级与定级",
        Act.IMPORT: "导入文件",
        Act.BRIEF: "生成简报",
        Act.MANAGE_SOURCES: "管理信源",
        Act.MANAGE_PEOPLE: "管理用户",
        Act.RUN_DRILL: "开展演练",
        Act.READ_AUDIT: "查看审计记录",
        Act.FOLLOW: "跟踪政策",
        Act.SIGN_SHEET: "签署风险评估表",
        Act.HANDLE_MATTER: "办理投诉举报与申请",
        Act.EXTEND_MATTER: "延长办件时限",
        Act.LINK_POLICY: "关联政策与解读",
        Act.CHECK_POLICY: "核实政策条目",
        Act.MANAGE_ROSTER: "排值班表与处室人员",
        Act.LABEL: "标注",
        Act.MANAGE_MODELS: "训练与换用模型",
        Act.EDIT_WORDS: "修改词库",
        Act.TRY_AGAIN: "重试已搁置的稿件和已放弃的发送",
        Act.HIDE: "隐去稿件中的姓名等内容",
    }
)


_GRANTS: Mapping[Role, frozenset[Act]] = MappingProxyType(
    {
        Role.VIEWER: frozenset({Act.READ}),
        Role.OFFICER: frozenset(
            {
                Act.READ,
                Act.HANDLE_ALERT,
                Act.IMPORT,
                Act.BRIEF,
                Act.FOLLOW,
                Act.HANDLE_MATTER,
                Act.LINK_POLICY,
                Act.LABEL,
                Act.EDIT_WORDS,
            }
        ),
        Role.APPROVER: frozenset(
            {
                Act.READ,
                Act.HANDLE_ALERT,
                Act.ARM_CLOCK,
                Act.CLOSE_ALERT,
                Act.IMPORT,
                Act.BRIEF,
                Act.FOLLOW,
                Act.SIGN_SHEET,
                Act.HANDLE_MATTER,
                Act.EXTEND_MATTER,
                Act.LINK_POLICY,
                Act.MANAGE_ROSTER,
                Act.LABEL,
                Act.EDIT_WORDS,
                Act.HIDE,
            }
        ),
        Role.ADMINISTRATOR: frozenset(
            {
                Act.READ,
                Act.HANDLE_ALERT,
                Act.ARM_CLOCK,
                Act.CLOSE_ALERT,
                Act.IMPORT,
                Act.BRIEF,
                Act.MANAGE_SOURCES,
                Act.MANAGE_PEOPLE,
                Act.RUN_DRILL,
                Act.FOLLOW,
                Act.SIGN_SHEET,
                Act.HANDLE_MATTER,
                Act.EXTEND_MATTER,
                Act.LINK_POLICY,
                Act.MANAGE_ROSTER,
                Act.EDIT_WORDS,
                Act.HIDE,
                Act.LABEL,
                Act.MANAGE_MODELS,
                Act.CHECK_POLICY,
                Act.TRY_AGAIN,
            }
        ),
        Role.AUDITOR: frozenset({Act.READ, Act.READ_AUDIT}),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who can log in. `password_hash` is Argon2id; `email` receives alerts where `notify_from` is reached.

    `notify_from` is the lowest level key that is mailed to this person (`red` … `blue`), `None` for no mail. `duties`
    are the ids of the duties 岗位 that the person holds in the work flow of an answer; the role says what the program
    lets them do. A password that must be changed is a one-time password and opens nothing from `password_until` on.
    `second_factor` is the sealed secret of the device that makes the codes, `second_factor_offered` one
    whose first code is awaited, `second_factor_step` the step of the last code that was taken.
    """

    id: str
    name: str
    role: Role
    password_hash: str
    email: str | None = None
    notify_from: str | None = None
    must_change_password: bool = False
    password_until: datetime | None = None
    disabled: bool = False
    failures: int = 0
    locked_until: datetime | None = None
    duties: frozenset[str] = frozenset()
    second_factor: str | None = None
    second_factor_offered: str | None = None
    second_factor_step: int = 0
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One logged-in browser. `id` is the hash of the cookie's random token; `csrf` the synchroniser token.

    One that `awaits_code` has given the right password and opens nothing yet.
    """

    id: str
    person_id: str
    csrf: str
    awaits_code: bool = False
    created_at: datetime
    seen_at: datetime


def may(role: Role, act: Act) -> bool:
    """Tell whether `role` is granted `act`."""
    return act in _GRANTS[role]


def granted(act: Act) -> tuple[Role, ...]:
    """Return the roles that are granted `act`, the least first."""
    return tuple(role for role in Role if may(role, act))
