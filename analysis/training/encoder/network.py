"""The network: post-norm BERT layers from the base weights, mean pooling, linear heads over the standardised mean."""

import math

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn import functional

from analysis.tiers.encoder import ENCODER_LABELS
from analysis.training.encoder.weights import Base

__all__ = ["Network", "pooled"]

_EPSILON = 1e-12
_LEAST_SPREAD = 1e-4


class Layer(nn.Module):
    """Self-attention and feed-forward, each added to its input and normalised after."""

    def __init__(self, width: int, inner: int, heads: int, dropout: float) -> None:
        """Make a layer without weights of its own; `Network` copies the base's."""
        super().__init__()
        self.heads, self.dropout = heads, dropout
        self.query_key_value = nn.Linear(width, 3 * width)
        self.attended = nn.Linear(width, width)
        self.attended_norm = nn.LayerNorm(width, eps=_EPSILON)
        self.inner = nn.Linear(width, inner)
        self.outer = nn.Linear(inner, width)
        self.outer_norm = nn.LayerNorm(width, eps=_EPSILON)

    def forward(self, hidden: Tensor, mask: Tensor | None) -> Tensor:
        """Return the layer's output; `mask` is true where a piece stands, None where all do."""
        rows, length, width = hidden.shape
        split = self.query_key_value(hidden).reshape(rows, length, 3, self.heads, width // self.heads)
        query, key, value = split.permute(2, 0, 3, 1, 4).unbind(0)
        if mask is None:
            # Written out: this form exports to plain operators.
            weights = ((query @ key.transpose(-1, -2)) / math.sqrt(width // self.heads)).softmax(-1)
            context = weights @ value
        else:
            context = functional.scaled_dot_product_attention(query, key, value, attn_mask=mask[:, None, None, :])
        joined = context.transpose(1, 2).reshape(rows, length, width)
        hidden = self.attended_norm(hidden + self._dropped(self.attended(joined)))
        return self.outer_norm(hidden + self._dropped(self.outer(functional.gelu(self.inner(hidden)))))

    def _dropped(self, values: Tensor) -> Tensor:
        return functional.dropout(values, self.dropout, self.training)


class Network(nn.Module):
    """The encoder with its head; `forward` gives the logits of `ENCODER_LABELS`."""

    def __init__(
        self, base: Base, kept: npt.NDArray[np.int64], rows: int, articles: int, *, dropout: float, head_dropout: float
    ) -> None:
        """Take over the base's weights, its embedding only of the pieces `kept`; so many `rows` of situations and `articles` are told apart."""
        super().__init__()
        tensors = {name: torch.tensor(value) for name, value in base.tensors.items()}
        self.dropout, self.head_dropout = dropout, head_dropout
        self.words = nn.Embedding.from_pretrained(tensors["emb.word"][torch.from_numpy(kept)], freeze=True)
        self.places = nn.Embedding.from_pretrained(tensors["emb.pos"] + tensors["emb.type"][0], freeze=False)
        self.norm = nn.LayerNorm(base.width, eps=_EPSILON)
        self.layers = nn.ModuleList([Layer(base.width, base.inner, base.heads, dropout) for _ in range(base.layers)])
        self.register_buffer("mean", torch.zeros(base.width))
        self.register_buffer("spread", torch.ones(base.width))
        self.head = nn.Linear(base.width, len(ENCODER_LABELS))
        nn.init.normal_(self.head.weight, std=0.01)
        nn.init.zeros_(self.head.bias)
        self.situations = nn.Linear(base.width, rows)
        self.articles = nn.Linear(base.width, articles)
        self._copy(tensors)

    @torch.no_grad()
    def _copy(self, tensors: dict[str, Tensor]) -> None:
        self.norm.weight.copy_(tensors["emb.ln.w"])
        self.norm.bias.copy_(tensors["emb.ln.b"])
        for number, layer in enumerate(self.layers):
            own = {name.split(".", 1)[1]: value for name, value in tensors.items() if name.startswith(f"l{number}.")}
            for kind in ("w", "b"):
                part = "weight" if kind == "w" else "bias"
                joined = torch.cat([own[f"{name}.{kind}"] for name in "qkv"])
                getattr(layer.query_key_value, part).copy_(joined)
                for name, module in (
                    ("ao", layer.attended),
                    ("aln", layer.attended_norm),
                    ("fi", layer.inner),
                    ("fo", layer.outer),
                    ("oln", layer.outer_norm),
                ):
                    getattr(module, part).copy_(own[f"{name}.{kind}"])

    @torch.no_grad()
    def standardise(self, vectors: Tensor) -> None:
        """Take mean and spread of the pooled vectors of training texts, so that the head starts on one scale."""
        self.mean.copy_(vectors.mean(0))
        self.spread.copy_(vectors.std(0) + _LEAST_SPREAD)

    def hidden(self, ids: Tensor, mask: Tensor | None) -> Tensor:
        """Return the last layer's output, rows × pieces × width."""
        embedded = self.words(ids) + self.places.weight[: ids.shape[1]]
        values = functional.dropout(self.norm(embedded), self.dropout, self.training)
        for layer in self.layers:
            values = layer(values, mask)
        return values

    def vectors(self, ids: Tensor, mask: Tensor | None) -> Tensor:
        """Return the standardised mean of the pieces, rows × width, as heads read it."""
        vectors = (pooled(self.hidden(ids, mask), mask) - self.mean) / self.spread
        return functional.dropout(vectors, self.head_dropout, self.training)

    def forward(self, ids: Tensor, mask: Tensor | None) -> Tensor:
        """Return logits, rows × labels."""
        return self.head(self.vectors(ids, mask))


def pooled(hidden: Tensor, mask: Tensor | None) -> Tensor:
    """Return the mean over the pieces that stand."""
    if mask is None:
        return hidden.mean(1)
    weights = mask[..., None].to(hidden.dtype)
    return (hidden * weights).sum(1) / weights.sum(1)
