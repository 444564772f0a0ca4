"""`yaowang drill`: run a response drill from first page to report."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from service.cli.opening import DataOption, opened
from service.cli.speak import fail, misuse, say, write_line

if TYPE_CHECKING:
    from service.drill.scenario import Scenario

__all__ = ["register"]

SpeedOption = Annotated[float, typer.Option("--speed", min=1, max=60, help="时钟倍数，1 到 60")]
StayOption = Annotated[bool, typer.Option("--stay", help="结束后保留演练网页，直到 Ctrl-C")]
AttachedOption = Annotated[bool, typer.Option("--attached", hidden=True, help="随启动它的进程结束")]
PortOption = Annotated[int, typer.Option("--port", min=0, max=65535, help="演练网页端口，0 为任选")]


def register(application: typer.Typer) -> None:
    """Add the command of this module."""
    application.command("drill", help="演练：在独立的数据目录里按剧本演一遍，结束时出报告。")(drill)


def drill(
    scenario: Annotated[str | None, typer.Argument(help="剧本编号或文件；不写则列出")] = None,
    *,
    speed: SpeedOption = 10.0,
    port: PortOption = 0,
    stay: StayOption = False,
    attached: AttachedOption = False,
    data: DataOption = None,
) -> None:
    """Play one scenario, or list them all."""
    from service.drill.play import play
    from service.drill.scenario import ScenarioError
    from service.supervise import stop_with_parent
    from service.workers import stop_on_signals

    try:
        chosen = _choose(scenario)
    except ScenarioError as error:
        fail(str(error))
    if chosen is None:
        return
    with opened(data) as app:
        with app.store.read() as work:
            people = [person for person in work.people.listing() if not person.disabled]
        parent = app.settings.data / "drills"
    stop = stop_on_signals()
    if attached:
        stop_with_parent(stop)
    outcome = play(
        chosen,
        parent=parent,
        speed=speed,
        stop=stop,
        say=say,
        people=people,
        port=port,
        stay=stay,
    )
    write_line(outcome.report.to_json())


def _choose(name: str | None) -> "Scenario | None":
    from service.drill.scenario import load_scenario, scenarios

    if name is not None and name.endswith((".yaml", ".yml")):
        return load_scenario(Path(name))
    shipped = {scenario.id: scenario for scenario in scenarios()}
    if name in shipped:
        return shipped[name]
    for scenario in shipped.values():
        say(f"{scenario.id}\t{scenario.title}\t{scenario.summary}")
    if name is not None:
        misuse(f"没有剧本 {name}；可选的见上。")
    return None
