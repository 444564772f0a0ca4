"""Learning from officers' labels: fit, measure beside the model that judges now, and say whether the new one may."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from analysis.assess import MODELS, Analyser
from analysis.tiers.linear import MANIFEST, ModelRefusedError, read_manifest
from analysis.training.adaptation import adapt
from analysis.training.card import CARD
from analysis.training.data import DEV_FILE, Example, load_events
from analysis.training.evaluate import Evaluation, evaluate
from analysis.training.gate import judge_candidate
from analysis.training.officer_gate import Fall, Measured, Shift, compare, measure, measure_shift
from analysis.training.officers import labels_hash, split
from crawlers.records import Document

__all__ = ["Learned", "learn", "manifest_hash"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Learned:
    """A model that learned from officers' labels: its name, the SHA-256 of its manifest, and how it measures.

    `falls` are the reasons against it, empty where it may judge. `measured` is JSON-able: `frozen` and, where the
    development file was at hand, `dev` hold `before` and `after`; `recent` the change among recent documents.
    """

    version: str
    manifest: str
    parent: str
    falls: tuple[Fall, ...]
    measured: Mapping[str, Any]


def learn(
    examples: Sequence[Example],
    recent: Sequence[Document],
    *,
    judging: Path,
    out: Path,
    shared: Path | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> Learned:
    """Fit on the labels but the frozen ones, write the model with its card into `out`, and measure it.

    Args:
        examples: What officers say.
        recent: Documents of the last weeks, whatever is said of them.
        judging: Folder of the model that judges now; where it is refused, the shipped one is compared with.
        out: Folder of the new model.
        shared: Folder of the texts that the shipped model was trained on, where they are at hand: then everything is
            trained anew, else the shipped model is adapted.
        progress: Told what is being done.

    Raises:
        ModelRefusedError: If the shipped model does not fit the running lexicon or segmenter.
        FileNotFoundError: If a file of `shared` is missing.
        ValueError: If a line of one is no labelled document.
    """
    learned, frozen = split(examples)
    manifest = dict(_fit(learned, out, shared, progress))
    before, after = _load(judging), Analyser.load(out)
    progress("在留作检验的标注上衡量")
    measured = (measure(before, frozen), measure(after, frozen))
    progress("用两个模型研判近期稿件")
    # What is labelled was to change.
    known = {example.document.id for example in examples}
    others = [document for document in recent if document.id not in known]
    shift = measure_shift(before, after, others) if others else None
    falls = list(compare(*measured, shift))
    told: dict[str, Any] = {"frozen": _both(*measured), "recent": asdict(shift) if shift else None}
    if shared is not None:
        progress("在标注文件上衡量")
        dev = [evaluate(shared / DEV_FILE, model, load_events(shared)) for model in (before, after)]
        falls += [Fall(one.name, one.before, one.after) for one in judge_candidate(dev[1], dev[0]).falls]
        told["dev"] = {"before": dict(dev[0].metrics), "after": dict(dev[1].metrics)}
        manifest |= _as_measured(dev[1])
    manifest["trained_on"] = {**manifest["trained_on"], "officers": labels_hash(learned)}
    manifest["officers"] = told | {"learned": len(learned), "against": [str(fall) for fall in falls]}
    (out / MANIFEST).write_text(json.dumps(manifest, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    (out / CARD).write_text(_card(manifest, measured, shift, falls), encoding="utf-8")
    return Learned(
        version=manifest["version"],
        manifest=manifest_hash(out),
        parent=before.version,
        falls=tuple(falls),
        measured=told,
    )


def manifest_hash(folder: Path) -> str:
    """Return the SHA-256 of the manifest of a model folder, which names the hashes of its other files.

    Raises:
        ModelRefusedError: If there is none.
    """
    read_manifest(folder)
    return hashlib.sha256((folder / MANIFEST).read_bytes()).hexdigest()


def _fit(
    learned: Sequence[Example], out: Path, shared: Path | None, progress: Callable[[str], None]
) -> Mapping[str, Any]:
    if shared is None:
        return adapt(learned, MODELS, out, progress)
    # Two seconds of imports that an adaptation does without.
    from analysis.training.train import train

    return train(shared, out, progress, further=learned)


def _load(folder: Path) -> Analyser:
    try:
        return Analyser.load(folder)
    except ModelRefusedError:
        return Analyser.load()


def _both(before: Measured, after: Measured) -> dict[str, Any]:
    return {
        "documents": before.documents,
        "risks": before.risks,
        "before": dict(before.metrics),
        "after": dict(after.metrics),
    }


def _as_measured(evaluation: Evaluation) -> dict[str, Any]:
    return {
        "metrics": {name: round(value, 4) for name, value in evaluation.metrics.items()},
        "measured_on": {evaluation.data: evaluation.data_hash},
    }


def _card(
    manifest: Mapping[str, Any], measured: tuple[Measured, Measured], shift: Shift | None, falls: Sequence[Fall]
) -> str:
    """Return the card of a model that learned from officers' labels in Markdown."""
    before, after = measured
    rows = "\n".join(f"| {name} | {before.metrics[name]:.4g} | {after.metrics[name]:.4g} |" for name in after.metrics)
    parent = manifest.get("parent")
    made = (
        f"`{parent['version']}` with its weights changed on {manifest['officers']['learned']} labelled documents"
        if parent
        else f"trained anew on the shared texts and {manifest['officers']['learned']} labelled documents"
    )
    changed = f"{shift.changed} of {shift.documents} would change their level" if shift else "there were none"
    return _CARD.format(
        version=manifest["version"],
        made=made,
        labels=manifest["trained_on"]["officers"],
        documents=before.documents,
        risks=before.risks,
        rows=rows,
        changed=changed,
        verdict="; ".join(str(fall) for fall in falls) or "no reason against it",
    )


_CARD = """# Model card: {version}

**What it is.** {made}. What the shipped model does and does not do is told by its own card.

**Labels.** Given by officers of this installation; SHA-256 of what they say: `{labels}`. A fifth of their events is frozen:
never learned from, at no training.

**Measured** on {documents} frozen documents with {risks} risks, the model that judged before beside this one:

| | before | after |
| --- | --- | --- |
{rows}

**Recent documents:** {changed}.

**Gate:** {verdict}.
"""
