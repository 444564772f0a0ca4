from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from service.domain.alerts.alert import Alert, AlertLevel, AlertState
from service.domain.people.person import Person, Role
from service.domain.people.roster import Shift
from service.domain.telling.inhibition import Mute, MuteReason, Neighbour, mute_of
from service.domain.telling.receivers import Ask, CauseKind, Held, HoldReason, Occasion, Plan, Receiver, Staff, plan
from service.domain.telling.routing import Labels, ReceiverKind, Route, Routing, Scope, Target, matched, scope_of
from service.domain.telling.silence import Matcher, MatcherField, Silence
from tests.unit.service.domain.builders import HOUR, NOW, alert

NONE, BLUE, YELLOW, ORANGE, RED = AlertLevel
DUTY, THRESHOLD, OWNER = (Target(kind) for kind in (ReceiverKind.DUTY, ReceiverKind.THRESHOLD, ReceiverKind.OWNER))
SECOND = timedelta(seconds=1)
NIGHT = datetime(2026, 11, 25, 16, tzinfo=UTC)


def person(name: str, notify_from: str | None = None, role: Role = Role.OFFICER, **given: object) -> Person:
    made = Person(
        id=f"p-{name}",
        name=name,
        role=role,
        password_hash="",
        email=f"{name}@office.invalid",
        notify_from=notify_from,
        created_at=NOW,
    )
    return replace(made, **given)  # type: ignore[arg-type] # fields of a person


def labels(level: AlertLevel = ORANGE, **given: object) -> Labels:
    made = Labels(
        event_id="E1",
        level=level,
        categories=("R01",),
        regions=("360700",),
        products=("清云注射液",),
        departments=("legal",),
    )
    return replace(made, **given)  # type: ignore[arg-type] # fields of labels


def route(name: str, **given: object) -> Route:
    return replace(Route(id=name, words=name), **given)  # type: ignore[arg-type] # fields of a route


def shift(begins: timedelta, ends: timedelta, who: str = "甲", deputy: str | None = None) -> Shift:
    return Shift(
        id=f"s{begins}",
        name="白班",
        begins_at=NOW + begins,
        ends_at=NOW + ends,
        person_id=f"p-{who}",
        deputy_id=f"p-{deputy}" if deputy else None,
        made_by="x",
        made_at=NOW,
    )


class TestScope:
    @pytest.mark.parametrize(
        ("regions", "scope"),
        [
            ((), Scope.UNKNOWN),
            (("110000",), Scope.UNKNOWN),
            (("360700",), Scope.CITY),
            (("360731", "360100"), Scope.CITY),
            (("360700", "360100", "361100"), Scope.PROVINCE),
            (("360700", "360000"), Scope.PROVINCE),
            (("36",), Scope.PROVINCE),
        ],
    )
    def test_the_provinces_own_code_or_three_cities_make_an_event_province_wide(
        self, regions: tuple[str, ...], scope: Scope
    ) -> None:
        assert scope_of(regions) is scope


class TestMatched:
    @pytest.mark.parametrize(
        ("conditions", "holds"),
        [
            ({}, True),
            ({"levels": frozenset({ORANGE, RED})}, True),
            ({"levels": frozenset({RED})}, False),
            ({"categories": ("R02", "R01")}, True),
            ({"categories": ("R02",)}, False),
            ({"regions": ("3607",)}, True),
            ({"regions": ("3601",)}, False),
            ({"regions": ("3601", "3607")}, True),
            ({"departments": ("legal",)}, True),
            ({"departments": ("science",)}, False),
            ({"scope": Scope.CITY}, True),
            ({"scope": Scope.PROVINCE}, False),
            ({"levels": frozenset({ORANGE}), "categories": ("R02",)}, False),
        ],
    )
    def test_a_rule_applies_where_every_condition_holds(self, conditions: dict[str, object], *, holds: bool) -> None:
        found = matched(Routing(routes=(route("r", **conditions),)), labels())
        assert (found[0].path == ("r",)) is holds

    def test_the_first_match_wins_unless_it_says_to_proceed(self) -> None:
        first, second, third = route("1"), route("2"), route("3")
        assert [one.path for one in matched(Routing(routes=(first, second)), labels())] == [("1",)]
        going_on = (replace(first, proceed=True), second, third)
        assert [one.path for one in matched(Routing(routes=going_on), labels())] == [("1",), ("2",)]

    def test_a_child_speaks_for_its_rule_and_inherits_receivers(self) -> None:
        child = route("city", scope=Scope.CITY)
        parent = route("adr", categories=("R01",), receivers=(OWNER,), children=(child,))
        [found] = matched(Routing(routes=(parent,)), labels())
        assert (found.path, found.receivers) == (("adr", "city"), (OWNER,))
        [other] = matched(Routing(routes=(parent,)), labels(regions=()))
        assert other.path == ("adr",)

    def test_where_no_rule_applies_or_one_is_wrong_the_standing_receivers_are_told(self) -> None:
        rules = Routing(routes=(route("red", levels=frozenset({RED})),), receivers=(DUTY,))
        assert matched(rules, labels())[0].receivers == (DUTY,)
        wrong = replace(rules, faults=("文件 第 3 行：错",))
        assert [one.receivers for one in matched(wrong, labels(RED))] == [(DUTY,), (DUTY,)]


PEOPLE = (
    person("甲"),
    person("乙", "red"),
    person("丙", "yellow"),
    person("丁", "blue"),
    person("无址", "blue", email=None),
    person("停用", "blue", disabled=True),
    person("审批", role=Role.APPROVER),
)


def asked(
    level: AlertLevel = ORANGE,
    *,
    occasion: Occasion = Occasion.RAISED,
    receivers: tuple[Target, ...] = (DUTY, THRESHOLD),
    staff: Staff | None = None,
    now: datetime = NOW,
    **given: object,
) -> tuple[dict[str, set[CauseKind]], dict[str, HoldReason]]:
    ask = replace(Ask(occasion=occasion), **given)  # type: ignore[arg-type] # fields of an ask
    rules = Routing(routes=(route("r", receivers=receivers),), blue_at_once=now is NIGHT)
    found = plan(labels(level), ask, routing=rules, staff=staff or Staff(people=PEOPLE), now=now)
    told = {one.person.name: {cause.kind for cause in one.causes} for one in found.told}
    return told, {one.person.name: one.reason for one in found.held}


class TestPlan:
    @pytest.mark.parametrize(("level", "names"), [(NONE, ""), (YELLOW, "丙丁"), (ORANGE, "丙丁"), (RED, "乙丙丁")])
    def test_a_person_is_told_from_their_threshold_on(self, level: AlertLevel, names: str) -> None:
        assert set(asked(level)[0]) == set(names)

    def test_everybody_active_is_answered_with_a_cause_or_one_reason(self) -> None:
        told, held = asked()
        assert set(told) | set(held) == {one.name for one in PEOPLE if not one.disabled}
        assert held == {
            "甲": HoldReason.NOT_NAMED,
            "乙": HoldReason.BELOW_THRESHOLD,
            "无址": HoldReason.NO_ADDRESS,
            "审批": HoldReason.NOT_NAMED,
        }

    def test_blue_waits_for_the_summary_and_where_it_does_not_quiet_hours_hold_it(self) -> None:
        assert not Routing().blue_at_once
        assert asked(BLUE)[1]["丁"] is HoldReason.WAITS_FOR_DIGEST
        assert asked(BLUE, now=NIGHT)[1]["丁"] is HoldReason.QUIET_HOURS
        assert set(asked(YELLOW, now=NIGHT)[0]) == {"丙", "丁"}

    def test_blue_by_day_is_told_where_the_rules_say_at_once(self) -> None:
        rules = Routing(routes=(route("r", receivers=(THRESHOLD,)),), blue_at_once=True)
        found = plan(labels(BLUE), Ask(occasion=Occasion.RAISED), routing=rules, staff=Staff(people=PEOPLE), now=NOW)
        assert [one.person.name for one in found.told] == ["丁"]

    @pytest.mark.parametrize("now", [NOW, NIGHT])
    @pytest.mark.parametrize("occasion", [Occasion.CLOCK, Occasion.GRADED])
    def test_a_deadline_or_grade_of_a_blue_alert_is_told_at_any_hour(self, occasion: Occasion, now: datetime) -> None:
        assert set(asked(BLUE, occasion=occasion, now=now)[0]) == {"丁"}
        assert asked(BLUE, occasion=occasion, now=now, receivers=(Target(ReceiverKind.PERSON, "无人"),))[0] == {
            "审批": {CauseKind.LAST_RESORT}
        }

    def test_a_deadline_of_a_blue_alert_reaches_who_is_on_duty_whom_the_rules_on_blue_do_not_name(self) -> None:
        staff = Staff(people=PEOPLE, shifts=(shift(-HOUR, HOUR, "甲"),), roster_kept=True)
        told, _ = asked(BLUE, occasion=Occasion.CLOCK, receivers=(THRESHOLD,), staff=staff)
        assert told == {"甲": {CauseKind.ON_DUTY}, "丁": {CauseKind.THRESHOLD}}
        assert set(asked(ORANGE, occasion=Occasion.CLOCK, receivers=(THRESHOLD,), staff=staff)[0]) == {"丙", "丁"}

    @pytest.mark.parametrize("reason", MuteReason)
    def test_what_is_muted_names_the_reason_and_deadlines_are_told_all_the_same(self, reason: MuteReason) -> None:
        mute = Mute(reason, "因为")
        told, held = asked(mute=mute)
        assert (told, held["丙"].value) == ({}, reason.value)
        assert set(asked(mute=mute, occasion=Occasion.CLOCK)[0]) == {"丙", "丁"}
        assert set(asked(mute=mute, occasion=Occasion.GRADED)[0]) == {"丙", "丁"}
        assert asked(mute=mute, occasion=Occasion.UNACKNOWLEDGED)[0] == {}
        assert asked(mute=mute, occasion=Occasion.IDLE)[0] == {}

    def test_nobody_is_told_twice_on_one_occasion(self) -> None:
        told, held = asked(told=frozenset({"p-丙"}))
        assert (set(told), held["丙"]) == ({"丁"}, HoldReason.ALREADY_TOLD)

    def test_a_deadline_reaches_the_owner_too(self) -> None:
        told, _ = asked(occasion=Occasion.CLOCK, owner="甲")
        assert told["甲"] == {CauseKind.OWNER}
        assert set(told) == {"甲", "丙", "丁"}
        assert "甲" not in asked(occasion=Occasion.CLOCK)[0]

    def test_who_is_on_duty_and_subscribed_is_told_once_with_both_causes(self) -> None:
        staff = Staff(people=PEOPLE, shifts=(shift(-HOUR, HOUR, "丙"),), roster_kept=True)
        assert asked(staff=staff)[0]["丙"] == {CauseKind.ON_DUTY, CauseKind.THRESHOLD}

    @pytest.mark.parametrize(
        ("shifts", "told"),
        [
            ((), {"审批": {CauseKind.STANDS_IN}}),
            ((shift(HOUR, 2 * HOUR),), {"审批": {CauseKind.STANDS_IN}}),
            ((shift(-HOUR, HOUR),), {"甲": {CauseKind.ON_DUTY}}),
            ((shift(-HOUR, HOUR, "无址", "乙"),), {"乙": {CauseKind.DEPUTY}}),
            ((shift(-HOUR, HOUR, "停用"),), {"审批": {CauseKind.STANDS_IN}}),
            ((shift(-HOUR, HOUR, "无址", "停用"),), {"审批": {CauseKind.STANDS_IN}}),
        ],
    )
    def test_duty_is_who_is_on_duty_else_the_deputy_else_who_leads(
        self, shifts: tuple[Shift, ...], told: dict[str, set[CauseKind]]
    ) -> None:
        staff = Staff(people=PEOPLE, shifts=shifts, roster_kept=True)
        assert asked(receivers=(DUTY,), staff=staff)[0] == told

    def test_without_a_roster_nobody_stands_in_and_an_alert_that_would_reach_nobody_reaches_who_leads(self) -> None:
        assert asked(receivers=(DUTY,))[0] == {"审批": {CauseKind.LAST_RESORT}}
        assert asked(BLUE, receivers=(DUTY,))[0] == {}

    @pytest.mark.parametrize(
        ("target", "told"),
        [
            (Target(ReceiverKind.ROLE, "approver"), {"审批": {CauseKind.ROLE}}),
            (Target(ReceiverKind.PERSON, "甲"), {"甲": {CauseKind.NAMED}}),
            (Target(ReceiverKind.DEPARTMENT, "science"), {"乙": {CauseKind.DEPARTMENT}}),
            (Target(ReceiverKind.LEAD), {"甲": {CauseKind.LEAD}}),
            (Target(ReceiverKind.POST, "duty_lead"), {"丙": {CauseKind.POST}}),
            (Target(ReceiverKind.DEPUTY), {"乙": {CauseKind.DEPUTY}}),
            # A post, a person and a role of one name are three things.
            (Target(ReceiverKind.POST, "approver"), {"审批": {CauseKind.LAST_RESORT}}),
            (Target(ReceiverKind.PERSON, "duty_lead"), {"审批": {CauseKind.LAST_RESORT}}),
            (Target(ReceiverKind.POST, "甲"), {"审批": {CauseKind.LAST_RESORT}}),
        ],
    )
    def test_a_rule_names_receivers_and_not_addresses(self, target: Target, told: dict[str, set[CauseKind]]) -> None:
        people = tuple(replace(one, duties=frozenset({"duty_lead"})) if one.name == "丙" else one for one in PEOPLE)
        members = {"legal": frozenset({"p-甲"}), "science": frozenset({"p-乙"})}
        staff = Staff(people=people, members=members, shifts=(shift(-HOUR, HOUR, "丁", "乙"),), roster_kept=True)
        assert asked(receivers=(target,), staff=staff)[0] == told

    def test_nobody_is_told_only_where_nothing_holds_the_mail_and_nobody_had_it_before(self) -> None:
        one, mute = PEOPLE[0], Mute(MuteReason.SILENCED, "因为")
        held = {reason: Plan((), (Held(one, reason, "因为"),)) for reason in HoldReason}
        waits = {HoldReason.ALREADY_TOLD, HoldReason.WAITS_FOR_DIGEST, HoldReason.QUIET_HOURS}
        assert {reason for reason, found in held.items() if not found.nobody} == waits
        assert not replace(held[HoldReason.NO_ADDRESS], mute=mute).nobody
        assert not Plan((Receiver(one, ()),), ()).nobody
        assert not Plan((), (*held[HoldReason.ALREADY_TOLD].held, *held[HoldReason.NO_ADDRESS].held)).nobody

    def test_who_subscribed_to_this_level_and_is_named_by_no_rule_is_not_said_to_be_below_it(self) -> None:
        assert asked(YELLOW, receivers=(DUTY,))[1]["丙"] is HoldReason.NOT_NAMED
        assert asked(BLUE, receivers=(DUTY,))[1]["丙"] is HoldReason.BELOW_THRESHOLD

    def test_a_subscription_to_none_is_none(self) -> None:
        staff = Staff(people=(person("甲", "none"), person("乙", "red")))
        assert set(asked(RED, staff=staff)[0]) == {"乙"}

    def test_every_reason_for_holding_a_mail_has_a_word(self) -> None:
        assert len({reason.word for reason in HoldReason}) == len(HoldReason)

    @pytest.mark.parametrize(
        ("name", "kind"),
        [
            ("first_raise:orange", Occasion.RAISED),
            ("escalated:red:2", Occasion.RAISED),
            ("assigned:4", Occasion.RAISED),
            ("unacknowledged:1:2", Occasion.UNACKNOWLEDGED),
            ("idle:orange:3", Occasion.IDLE),
            ("clock:C-48H:2", Occasion.CLOCK),
            ("graded:II:3", Occasion.GRADED),
            ("level_set:5", Occasion.GRADED),
        ],
    )
    def test_the_name_of_an_occasion_says_its_kind(self, name: str, kind: Occasion) -> None:
        assert Occasion.of(name) is kind


def silence(*matchers: Matcher, **given: object) -> Silence:
    made = Silence(
        id="s1",
        matchers=matchers,
        up_to=ORANGE,
        author="甲",
        reason="已掌握",
        begins_at=NOW - HOUR,
        ends_at=NOW + HOUR,
        created_at=NOW,
    )
    return replace(made, **given)  # type: ignore[arg-type] # fields of a silence


def muted(
    one: Alert, found: Labels | None = None, *, silences: tuple[Silence, ...] = (), others: tuple[Neighbour, ...] = ()
) -> MuteReason | None:
    mute = mute_of(one, found or labels(one.level), silences=silences, neighbours=others, now=NOW)
    return None if mute is None else mute.reason


BY_EVENT = silence(Matcher(MatcherField.EVENT, "E1"))
WIDE = labels(ORANGE, event_id="E2", regions=("360000",))
NEIGHBOUR = Neighbour(alert(ORANGE, id="A2", event_id="E2"), WIDE)


class TestMute:
    def test_nothing_mutes_an_alert_by_itself(self) -> None:
        assert muted(alert(ORANGE)) is None

    @pytest.mark.parametrize(
        ("one", "mutes"),
        [
            (BY_EVENT, True),
            (replace(BY_EVENT, up_to=YELLOW), False),
            (replace(BY_EVENT, ends_at=NOW), False),
            (replace(BY_EVENT, begins_at=NOW + HOUR), False),
            (replace(BY_EVENT, ended_at=NOW - HOUR / 2), False),
            (silence(Matcher(MatcherField.PRODUCT, "清云注射液"), Matcher(MatcherField.REGION, "3607")), True),
            (silence(Matcher(MatcherField.PRODUCT, "清云注射液"), Matcher(MatcherField.REGION, "3601")), False),
            (silence(Matcher(MatcherField.CATEGORY, "R01"), Matcher(MatcherField.FIRM, "某厂")), False),
        ],
    )
    def test_a_silence_mutes_while_it_runs_what_every_matcher_meets_up_to_its_level(
        self, one: Silence, *, mutes: bool
    ) -> None:
        assert muted(alert(ORANGE), silences=(one,)) is (MuteReason.SILENCED if mutes else None)

    @pytest.mark.parametrize(
        ("found", "other", "mutes"),
        [
            (labels(), NEIGHBOUR, True),
            (labels(RED), NEIGHBOUR, False),
            (labels(YELLOW), NEIGHBOUR, True),
            (labels(products=()), NEIGHBOUR, False),
            (labels(products=("别的",)), NEIGHBOUR, False),
            (labels(categories=("R04",)), NEIGHBOUR, False),
            (labels(regions=()), NEIGHBOUR, False),
            (labels(regions=("360000",)), NEIGHBOUR, False),
            (labels(), replace(NEIGHBOUR, labels=labels(event_id="E2")), False),
            (labels(), replace(NEIGHBOUR, labels=replace(WIDE, level=YELLOW)), False),
            (labels(), replace(NEIGHBOUR, alert=alert(ORANGE, id="A2", state=AlertState.CLOSED)), False),
            (labels(), replace(NEIGHBOUR, alert=alert(ORANGE, id="A2", raised_at=NOW - 90 * HOUR)), False),
            (labels(), replace(NEIGHBOUR, alert=alert(ORANGE)), False),
            (labels(RED), replace(NEIGHBOUR, labels=replace(WIDE, level=RED)), False),
            (labels(products=()), replace(NEIGHBOUR, labels=replace(WIDE, products=())), False),
            (labels(), replace(NEIGHBOUR, alert=alert(ORANGE, id="A2", raised_at=NOW - 73 * HOUR)), True),
            (labels(), replace(NEIGHBOUR, alert=alert(ORANGE, id="A2", raised_at=NOW + 71 * HOUR)), True),
            (labels(), replace(NEIGHBOUR, alert=alert(ORANGE, id="A2", raised_at=NOW + 71 * HOUR + SECOND)), False),
        ],
    )
    def test_an_alert_on_the_province_covers_those_of_cities_on_one_product_and_category(
        self, found: Labels, other: Neighbour, *, mutes: bool
    ) -> None:
        assert muted(alert(found.level), found, others=(other,)) is (MuteReason.WIDER_ALERT if mutes else None)

    @pytest.mark.parametrize(
        ("hours", "answered", "level", "mutes"),
        [
            (1, "orange", ORANGE, True),
            (47, "orange", YELLOW, True),
            (48, "orange", ORANGE, False),
            (1, "yellow", ORANGE, False),
            (1, None, ORANGE, False),
            (-1, "orange", ORANGE, False),
            (0, "orange", ORANGE, True),
        ],
    )
    def test_an_answer_mutes_48_hours_of_what_stands_no_higher_than_what_it_answered(
        self, hours: int, answered: str | None, level: AlertLevel, *, mutes: bool
    ) -> None:
        one = alert(level, answered_at=NOW - hours * HOUR, extras={"answered_level": answered})
        assert muted(one) is (MuteReason.ANSWERED if mutes else None)
