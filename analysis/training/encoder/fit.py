"""Fine-tuning all layers on labelled documents: nine losses on one head.

Two more, on heads of their own, ask for the row of the table of situations and for the articles that readers named,
which is what `analysis.matching.recognition` reads. Data, seed and kind of processor determine the weights.

Recipe: AdamW, learning rate 7e-5 falling by 0.92 a layer downwards, 1e-3 for the heads, four epochs of batches of 32, the embedding of
pieces kept as it is. Collected texts are read twice and written ones in part in the later epochs: written texts are tidier, and
their labels come from other readers. Where the processor multiplies in bfloat16, the layers do (Micikevicius and others 2018 on training at half the
precision): 1.6 to 1.8 times as fast, and joined with the linear tier as good on forward titles (average precision .853 after .851,
leading category .757 after .757).
"""

import math
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn import functional

from analysis.assessment import RISK_CATEGORIES, Level, Tone
from analysis.training.data import Example
from analysis.training.encoder.network import Network, pooled
from analysis.training.encoder.weights import Base

__all__ = ["SEED", "Recipe", "fine_tune", "told_articles", "told_rows"]

SEED = 20261126
_PADDING = 0
_TONES = (Tone.NEGATIVE, Tone.NEUTRAL, Tone.POSITIVE)
# Losses of risks only count less in a batch that holds few of them.
_FULL_RISKS = 6
_SITUATIONS = 0.3
_ARTICLES = 0.3
_LEAST_NAMED = 3
"""Documents that an article has to be named for, so that it is told."""
_NEED = 0.7


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """What training depends on beside data and seed."""

    course: tuple[tuple[int, float], ...] = ((1, 1.0), (1, 1.0), (2, 0.75), (2, 0.5))
    """An epoch each: how often collected texts are read, and which share of the written ones."""

    batch: int = 32
    rate: float = 7e-5
    head_rate: float = 1e-3
    layer_decay: float = 0.92
    weight_decay: float = 0.01
    warm_up: float = 0.1
    dropout: float = 0.1
    head_dropout: float = 0.2
    longest_gradient: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Targets:
    level: Tensor
    tells_level: Tensor
    categories: Tensor
    first: Tensor
    severity: Tensor
    tone: Tensor
    need: Tensor
    situations: Tensor
    articles: Tensor

    @classmethod
    def of(cls, examples: Sequence[Example]) -> "_Targets":
        return cls(
            level=torch.tensor([int(example.level) for example in examples]),
            tells_level=torch.tensor([example.tells_level for example in examples]),
            categories=torch.tensor(
                [[float(code in example.categories) for code in RISK_CATEGORIES] for example in examples]
            ),
            first=torch.tensor([RISK_CATEGORIES.index(e.categories[0]) if e.categories else 0 for e in examples]),
            severity=torch.tensor([max(0, example.severity - 1) for example in examples]),
            tone=torch.tensor([_TONES.index(e.tone) if e.tone and e.tells_tone else -1 for e in examples]),
            need=torch.tensor([-1.0 if e.needs_answer is None else float(e.needs_answer) for e in examples]),
            situations=_shares([dict.fromkeys(e.situations, 1.0) for e in examples], told_rows(examples)),
            articles=_shares([e.articles for e in examples], told_articles(examples)),
        )


def told_rows(examples: Sequence[Example]) -> list[str]:
    """Return the rows that the examples name, in the order of the head's outputs."""
    return sorted({row for example in examples for row in example.situations})


def told_articles(examples: Sequence[Example]) -> list[str]:
    """Return the articles that are named for enough of the examples, in the order of the head's outputs."""
    named = Counter(article for example in examples for article in example.articles)
    return sorted(article for article, count in named.items() if count >= _LEAST_NAMED)


def _shares(worths: Sequence[Mapping[str, float]], outputs: Sequence[str]) -> Tensor:
    """Return examples × outputs: each one's share of what the example names, all zeros where it names none."""
    column = {output: number for number, output in enumerate(outputs)}
    shares = torch.zeros(len(worths), len(outputs))
    for number, named in enumerate(worths):
        for output in named.keys() & column.keys():
            shares[number, column[output]] = named[output]
    return shares / shares.sum(1, keepdim=True).clamp(min=1e-9)


def fine_tune(
    base: Base,
    kept: npt.NDArray[np.int64],
    pieces: Sequence[Sequence[int]],
    examples: Sequence[Example],
    *,
    recipe: Recipe,
    progress: Callable[[str], None],
) -> Network:
    """Return a network fine-tuned on `examples`, whose texts are `pieces`; some 35 thread-minutes for 12,000 of them."""
    torch.manual_seed(SEED)
    rng = np.random.default_rng(SEED)
    targets = _Targets.of(examples)
    outputs = targets.situations.shape[1], targets.articles.shape[1]
    network = Network(base, kept, *outputs, dropout=recipe.dropout, head_dropout=recipe.head_dropout)
    network.eval()
    with torch.no_grad():
        network.standardise(torch.cat([_vectors(network, pieces[::6], rows) for rows in _by_length(pieces[::6], 64)]))
    network.train()
    halved = _multiplies_in_halves()
    groups = _groups(network, recipe)
    optimiser = torch.optim.AdamW(groups, betas=(0.9, 0.98), eps=1e-6)
    course = [_readings(examples, *epoch, rng) for epoch in recipe.course]
    steps = sum(math.ceil(len(read) / recipe.batch) for read in course)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: _warm(step / steps, recipe.warm_up))
    parameters = [parameter for group in groups for parameter in group["params"]]  # type: ignore[attr-defined]
    for epoch, read in enumerate(course, start=1):
        total, count = 0.0, 0
        for batch in _batches(pieces, read, recipe.batch, rng):
            chosen = torch.from_numpy(batch)
            with torch.autocast("cpu", dtype=torch.bfloat16, enabled=halved):
                vectors = network.vectors(*_padded(pieces, batch)).float()
            loss = _loss(network.head(vectors), targets, chosen)
            (loss + _asides(network, vectors, targets, chosen)).backward()
            nn.utils.clip_grad_norm_(parameters, recipe.longest_gradient)
            optimiser.step()
            optimiser.zero_grad(set_to_none=True)
            schedule.step()
            total, count = total + loss.item(), count + 1
        progress(f"第 {epoch} 轮，共 {len(course)} 轮：损失 {total / count:.3f}")
    return network.eval()


def _multiplies_in_halves() -> bool:
    able = torch.cpu.get_capabilities()
    return bool(able.get("avx512_bf16") or able.get("amx_bf16"))


def _vectors(network: Network, pieces: Sequence[Sequence[int]], rows: npt.NDArray[np.int64]) -> Tensor:
    ids, mask = _padded(pieces, rows)
    return pooled(network.hidden(ids, mask), mask)


def _padded(pieces: Sequence[Sequence[int]], rows: npt.NDArray[np.int64]) -> tuple[Tensor, Tensor]:
    longest = max(len(pieces[row]) for row in rows)
    ids = np.full((len(rows), longest), _PADDING, dtype=np.int64)
    for number, row in enumerate(rows):
        ids[number, : len(pieces[row])] = pieces[row]
    return torch.from_numpy(ids), torch.from_numpy(ids != _PADDING)


def _by_length(pieces: Sequence[Sequence[int]], size: int) -> Iterator[npt.NDArray[np.int64]]:
    order = np.argsort([len(one) for one in pieces], kind="stable")
    for begin in range(0, len(order), size):
        yield order[begin : begin + size]


def _readings(examples: Sequence[Example], times: int, share: float, rng: np.random.Generator) -> npt.NDArray[np.int64]:
    """Return which examples an epoch reads: the collected ones so many `times`, a `share` of the written ones."""
    written = np.array([example.written for example in examples])
    collected, ours = np.flatnonzero(~written), np.flatnonzero(written)
    return np.concatenate([np.tile(collected, times), rng.permutation(ours)[: round(share * len(ours))]])


def _batches(
    pieces: Sequence[Sequence[int]], read: npt.NDArray[np.int64], size: int, rng: np.random.Generator
) -> list[npt.NDArray[np.int64]]:
    """Return shuffled batches of what an epoch reads, of texts of like length, so that little is padded."""
    shuffled = rng.permutation(read)
    lengths = np.array([len(one) for one in pieces])
    batches = []
    for begin in range(0, len(shuffled), size * 16):
        part = shuffled[begin : begin + size * 16]
        part = part[np.argsort(lengths[part], kind="stable")]
        batches += [part[start : start + size] for start in range(0, len(part), size)]
    return [batches[number] for number in rng.permutation(len(batches))]


def _warm(share: float, warm_up: float) -> float:
    """Return the factor of the rates: up in a line, then down in a line to a fiftieth."""
    return share / warm_up + 0.01 if share < warm_up else max(0.02, (1 - share) / (1 - warm_up))


def _groups(network: Network, recipe: Recipe) -> list[dict[str, object]]:
    groups: list[dict[str, object]] = []
    depth = len(network.layers)
    for number, layer in enumerate(network.layers):
        rate = recipe.rate * recipe.layer_decay ** (depth - 1 - number)
        weights = [p for p in layer.parameters() if p.dim() > 1]
        rest = [p for p in layer.parameters() if p.dim() <= 1]
        groups.append({"params": weights, "lr": rate, "weight_decay": recipe.weight_decay})
        groups.append({"params": rest, "lr": rate, "weight_decay": 0.0})
    lowest = [*network.norm.parameters(), network.places.weight]
    groups.append({"params": lowest, "lr": recipe.rate * recipe.layer_decay**depth, "weight_decay": 0.0})
    heads = [p for head in (network.head, network.situations, network.articles) for p in head.parameters()]
    head = {"params": heads, "lr": recipe.head_rate, "weight_decay": recipe.weight_decay}
    return [*groups, head]


_COLUMNS = {
    "level": slice(0, 3),
    "risk": 3,
    "remit": 4,
    "categories": slice(5, 18),
    "first": slice(18, 31),
    "severity": slice(31, 36),
    "tone": slice(36, 39),
    "need": 39,
}


def _asides(network: Network, vectors: Tensor, targets: _Targets, rows: Tensor) -> Tensor:
    """Return the losses of the two heads beside."""
    situations = _aside(network.situations(vectors), targets.situations[rows])
    return _SITUATIONS * situations + _ARTICLES * _aside(network.articles(vectors), targets.articles[rows])


def _aside(logits: Tensor, shares: Tensor) -> Tensor:
    """Return the loss on rows or articles, less where few of the batch name one."""
    named = shares.sum(1) > 0
    if not named.any():
        return 0.0 * logits.sum()
    share = min(1.0, int(named.sum()) / _FULL_RISKS)
    return share * functional.cross_entropy(logits[named], shares[named])


def _loss(logits: Tensor, targets: _Targets, rows: Tensor) -> Tensor:
    level, tone = targets.level[rows], targets.tone[rows]
    risky = level == int(Level.RISK)
    binary = functional.binary_cross_entropy_with_logits
    telling = targets.tells_level[rows]
    loss = 0.0 * logits.sum()
    if telling.any():
        said, own_level = logits[telling], level[telling]
        loss = functional.cross_entropy(said[:, _COLUMNS["level"]], own_level)
        loss = loss + binary(said[:, _COLUMNS["risk"]], (own_level == int(Level.RISK)).float())
        loss = loss + 0.5 * binary(said[:, _COLUMNS["remit"]], (own_level > 0).float())
        loss = loss * telling.float().mean()
    if (tone >= 0).any():
        loss = loss + 0.5 * functional.cross_entropy(logits[:, _COLUMNS["tone"]], tone, ignore_index=-1)
    if risky.any():
        own, of = logits[risky], rows[risky]
        share = min(1.0, len(of) / _FULL_RISKS)
        loss = loss + share * 3 * binary(own[:, _COLUMNS["categories"]], targets.categories[of])
        loss = loss + share * 0.5 * functional.cross_entropy(own[:, _COLUMNS["first"]], targets.first[of])
        loss = loss + share * 0.4 * functional.cross_entropy(own[:, _COLUMNS["severity"]], targets.severity[of])
        loss = loss + _need(own[:, _COLUMNS["need"]], targets.need[of])
    return loss


def _need(logits: Tensor, need: Tensor) -> Tensor:
    """Return the loss on whether risks need a public answer, of those of which it is known."""
    known = need >= 0
    if not known.any():
        return 0.0 * logits.sum()
    share = min(1.0, int(known.sum()) / _FULL_RISKS)
    return share * _NEED * functional.binary_cross_entropy_with_logits(logits[known], need[known])
