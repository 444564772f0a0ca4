"""`yaowang train`, `evaluate` and `bench`: what is done offline, beside no running service."""

import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

from crawlers.disk_words import disk_sentence
from service.cli.learn import learn_from_officers
from service.cli.opening import DataOption
from service.cli.speak import fail, fail_reading, say, write_line

__all__ = ["register"]

SharedOption = Annotated[Path, typer.Option("--shared", help="标注数据目录，默认 ../shared/data")]
_SHARED = Path("../shared/data")


def register(application: typer.Typer) -> None:
    """Add the commands of this module."""
    application.command("train", help="用标注数据训练模型；比现有模型差则拒绝替换。")(train)
    application.command("evaluate", help="在标注数据上衡量现有模型，并列出关键词基线。")(evaluate)
    application.command("bench", help="基准：同一次运行里与对照做法的倍数。")(bench)


def train(
    shared: SharedOption = _SHARED,
    out: Annotated[Path | None, typer.Option("--out", help="另存到这个目录，不替换现有模型")] = None,
    *,
    context: typer.Context,
    officers: Annotated[
        bool, typer.Option("--officers", help="学习本单位人员的标注；写明 --shared 时连同标注数据重新训练")
    ] = False,
    encoder: Annotated[
        bool, typer.Option("--encoder", help="先重新微调第二层模型（一至一个半小时，需安装 requirements-train.lock）")
    ] = False,
    wished: Annotated[bool, typer.Option("--wished", hidden=True, help="只办理网页上提出的训练")] = False,
    data: DataOption = None,
) -> None:
    """Train on the labelled data; the shipped model is replaced only by one that is not worse."""
    if officers:
        given = context.get_parameter_source("shared")
        with_texts = given is not None and given.name == "COMMANDLINE"
        learn_from_officers(data, shared if with_texts else None, wished=wished)
        return
    from analysis.assess import MODELS
    from analysis.training.gate import promote
    from analysis.training.train import train as fit

    with tempfile.TemporaryDirectory(prefix="yaowang-train-") as folder:
        candidate = out or Path(folder)
        try:
            source = _fine_tuned(shared, candidate) if encoder else MODELS
            manifest = fit(shared, candidate, say, encoder=source)
            verdict = None if out else promote(candidate, shared / "attention" / "dev.jsonl")
        except OSError as error:
            fail(f"没有训练：{error.filename or candidate} 无法读写：{disk_sentence(error)}")
        except ValueError as error:
            fail(f"没有训练：{error}")
    if verdict is None:
        write_line({"version": manifest["version"], "path": str(out)})
        return
    say(verdict.reason)
    write_line({"version": manifest["version"], "promoted": verdict.promoted})
    if not verdict.promoted:
        raise typer.Exit(1)


def _fine_tuned(shared: Path, folder: Path) -> Path:
    """Fine-tune the encoder into `folder`."""
    if find_spec("torch") is None or find_spec("onnx") is None:
        fail(
            "微调第二层模型需要 torch 和 onnx：请先安装 requirements-train.lock（pip install --require-hashes -r …）。"
        )
    from analysis.training.encoder.tune import tune
    from analysis.training.encoder.weights import BaseWeightsError

    try:
        tune(shared, folder, say)
    except BaseWeightsError as error:
        fail(f"没有底座模型，未训练：{error}")
    return folder


def evaluate(
    gold: Annotated[Path | None, typer.Argument(help="标注文件，默认 attention/dev.jsonl")] = None,
    shared: SharedOption = _SHARED,
) -> None:
    """Print how the shipped model does on labelled documents, with intervals, beside the keyword-only baseline."""
    from analysis.assess import Analyser
    from analysis.training.evaluate import evaluate as measure

    path = gold or shared / "attention" / "dev.jsonl"
    try:
        result = measure(path, Analyser.load())
    except OSError as error:
        fail_reading(path, error)
    except (ValueError, TypeError) as error:
        fail(f"{path} 无法衡量：{error}")
    say(result.table())
    write_line(
        {"data": result.data, "sha256": result.data_hash, "model": result.model, "metrics": dict(result.metrics)}
    )


def bench(
    parts: Annotated[
        list[str] | None, typer.Argument(help="chain、tiers、load、scan、extract、crawl、dates、charset；不写为全部")
    ] = None,
) -> None:
    """Run the benchmark suite of `tests/bench`, which comes with the source and not with the installed program."""
    root = Path(__file__).resolve().parents[2]
    if not (root / "tests" / "bench" / "run.py").exists():
        fail("基准随源码提供，请在源码目录里运行 ./yaowang bench。")
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.run", *(parts or [])], cwd=root, check=False, timeout=3600
    )
    raise typer.Exit(done.returncode)
