"""`yaowang drill`: run a response drill from first page to report."""

import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from service.cli.opening import DataOption, settings_of
from service.cli.speak import EXIT_FAILED, fail, misuse, say, write_line

if TYPE_CHECKING:
    from service.drill.scenario import Scenario

__all__ = ["register"]

SpeedOption = Annotated[float, typer.Option("--speed", min=1, max=60, help="时钟倍数，1 到 60")]
StayOption = Annotated[bool, typer.Option("--stay", help="结束后保留演练网页，直到 Ctrl-C")]
ParentOption = Annotated[int | None, typer.Option("--parent", hidden=True, help="启动它的进程的编号；它不在了就结束")]
PortOption = Annotated[int, typer.Option("--port", min=0, max=65535, help="演练网页端口，0 为任选")]

PeopleOption = Annotated[bool, typer.Option("--people", hidden=True, help="从标准输入读取可登录演练的人员")]


def register(application: typer.Typer) -> None:
    """Add the command of this module."""
    application.command("drill", help="演练：在独立的数据目录里按剧本演一遍，结束时出报告。")(drill)


def drill(
    scenario: Annotated[str | None, typer.Argument(help="剧本编号或文件；不写则列出")] = None,
    *,
    speed: SpeedOption = 10.0,
    port: PortOption = 0,
    stay: StayOption = False,
    data: DataOption = None,
    parent: ParentOption = None,
    people_given: PeopleOption = False,
) -> None:
    """Play one scenario, or list them all; one that was ended early is reported with status 1.

    Nothing but the data folder is read from the settings: the real store, search engine and mail server are not opened.
    """
    from service.drill.people import read_people
    from service.drill.play import DrillError, play

    chosen = _choose(scenario)
    if chosen is None:
        return
    people = read_people(sys.stdin) if people_given else []
    try:
        outcome = play(
            chosen,
            parent=settings_of(data=data).data / "drills",
            speed=speed,
            stop=_stop(parent),
            say=say,
            people=people,
            port=port,
            stay=stay,
        )
    except DrillError as error:
        fail(str(error))
    write_line(outcome.report.to_json())
    if outcome.report.ended_early:
        raise typer.Exit(EXIT_FAILED)


def _stop(parent: int | None) -> threading.Event:
    from service.stopping import stop_on_signals
    from service.supervise import stop_with_parent

    stop = stop_on_signals()
    if parent is not None:
        stop_with_parent(stop, parent=parent)
    return stop


def _choose(name: str | None) -> "Scenario | None":
    from service.drill.scenario import ScenarioError, load_scenario, scenarios

    try:
        if name is not None and name.endswith((".yaml", ".yml")):
            return load_scenario(Path(name))
        shipped = {scenario.id: scenario for scenario in scenarios()}
    except ScenarioError as error:
        fail(str(error))
    if name in shipped:
        return shipped[name]
    widest = max(map(len, shipped), default=0)
    for scenario in shipped.values():
        say(f"{scenario.id:<{widest}}  {scenario.title}：{scenario.summary}")
    if name is not None:
        misuse(f"没有剧本 {name}；可选的见上。")
    return None
