"""The reader: the embedding model's trunk with low-rank changes, and on top of it where an answer starts and ends.

The trunk is BERT as multilingual-e5-small has it, written out in torch. Its linear maps stay as they are; what is
learnt of each is a product of two thin matrices, `up` and `down` (LoRA; Hu et al. 2021, arXiv:2106.09685), besides all
biases, all norms and two heads. Once a step the products are added to the maps (`merged_map`), so that the many tokens
of a batch pass one matrix and not three, and the gradients of the merged maps are carried back to the thin ones
(`map_gradients`). All are plain functions of tensors, so that several threads can each read a part of the batch.

Names are those of index/embedding/weights.py: `l3.fo.w`, with `l3.fo.up` and `l3.fo.down` for what is learnt.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor
from torch.nn import functional

from index.embedding.weights import standard_name
from index.types import ModelError
from training.dropout import Drop

Tensors = dict[str, Tensor]

MAPS = ("q", "k", "v", "ao", "fi", "fo")
NORMS = ("aln", "oln")
TOGETHER = ("q", "k", "v")
"""They read the same tokens: one map of three times the width is quicker than three."""
IMPOSSIBLE = -1e4
"""The score of a token that can neither start nor end an answer, nor be attended to."""


@dataclass(frozen=True, slots=True)
class Sizes:
    """What a reader is made of."""

    hidden: int
    layers: int
    heads: int
    intermediate: int
    epsilon: float
    rank: int

    @classmethod
    def of(cls, trunk: Path, rank: int) -> Sizes:
        """As the trunk's folder says."""
        facts = json.loads((trunk / "config.json").read_text())
        return cls(
            facts["hidden_size"],
            facts["num_hidden_layers"],
            facts["num_attention_heads"],
            facts["intermediate_size"],
            facts["layer_norm_eps"],
            rank,
        )


class Scores(NamedTuple):
    """Logits: (batch, tokens) for start and end, (batch,) for "the passage answers"."""

    start: Tensor
    end: Tensor
    answers: Tensor


class Page(NamedTuple):
    """Questions beside passages, padded to one length: (batch, length) each.

    Padding is not attended to; only the first token, "does not say", and the passage's own are allowed as an answer.
    """

    tokens: Tensor
    attended: Tensor
    allowed: Tensor


class Trunk:
    """What is never changed: the word table, which stays in its file, and the linear maps."""

    def __init__(self, folder: Path, rank: int) -> None:
        """Load what training.prepare wrote into the folder. Raises ModelError when that is not there."""
        try:
            self.sizes = Sizes.of(folder, rank)
            state = _tensors(folder / "model.safetensors")
        except (OSError, SafetensorError, ValueError, KeyError) as exc:
            raise no_trunk(folder, exc) from exc
        self.words = state[standard_name("emb.word")]
        self.places = state[standard_name("emb.pos")] + state[standard_name("emb.type")][0]
        self.maps: Tensors = {}
        self.rest: Tensors = {name: state[standard_name(name)] for name in ("emb.ln.w", "emb.ln.b")}
        """Norms and biases as they were before anything was learnt."""
        for layer in range(self.sizes.layers):
            for part in (*MAPS, *NORMS):
                weight, bias = f"l{layer}.{part}.w", f"l{layer}.{part}.b"
                (self.maps if part in MAPS else self.rest)[weight] = state[standard_name(weight)]
                self.rest[bias] = state[standard_name(bias)]


def _tensors(file: Path) -> Tensors:
    with safe_open(str(file), "pt") as content:
        return {name: content.get_tensor(name) for name in content.keys()}  # noqa: SIM118 (it is no mapping)


def no_trunk(folder: Path, exc: Exception) -> ModelError:
    """What to raise when a folder is not what training.prepare writes."""
    return ModelError(
        str(folder),
        f"{folder} is not the unpacked embedding model ({exc}). `python -m training.prepare CACHE` prints the folder.",
    )


def first_learnt(trunk: Trunk, generator: torch.Generator) -> Tensors:
    """What a reader has learnt before its first step: nothing, since `up` is zero."""
    learnt = {name: tensor.clone() for name, tensor in trunk.rest.items()}
    for name, weight in trunk.maps.items():
        outputs, inputs = weight.shape
        bound = 1 / math.sqrt(inputs)
        down = torch.rand(trunk.sizes.rank, inputs, generator=generator) * 2 * bound - bound
        learnt[f"{name[:-2]}.down"] = down
        learnt[f"{name[:-2]}.up"] = torch.zeros(outputs, trunk.sizes.rank)
    for head, outputs in (("span", 2), ("answers", 1)):
        learnt[f"{head}.w"] = torch.randn(outputs, trunk.sizes.hidden, generator=generator) * 0.02
        learnt[f"{head}.b"] = torch.zeros(outputs)
    return learnt


def groups(trunk: Trunk) -> list[list[str]]:
    """The names of the maps that belong together, for work that can be done side by side."""
    layers = range(trunk.sizes.layers)
    return [
        [f"l{layer}.{part}" for part in parts] for layer in layers for parts in (TOGETHER, ("ao",), ("fi",), ("fo",))
    ]


def merged_map(trunk: Trunk, learnt: Mapping[str, Tensor], names: list[str], dtype: torch.dtype) -> Tensors:
    """One map, or several put together, with what is learnt added, and its bias; named after the first."""
    parts = []
    for name in names:
        up, down = learnt[f"{name}.up"].to(dtype), learnt[f"{name}.down"].to(dtype)
        parts.append((trunk.maps[f"{name}.w"] + up @ down).to(dtype))
    bias = torch.cat([learnt[f"{name}.b"] for name in names]).to(dtype)
    return {f"{names[0]}.w": torch.cat(parts) if len(parts) > 1 else parts[0], f"{names[0]}.b": bias}


def map_gradients(learnt: Mapping[str, Tensor], names: list[str], weight: Tensor, bias: Tensor) -> Tensors:
    """Gradients of what is learnt of a map, or of several put together, from those of the merged map."""
    found: Tensors = {}
    sizes = [len(learnt[f"{name}.up"]) for name in names]
    parts = zip(names, weight.split_with_sizes(sizes), bias.split_with_sizes(sizes), strict=True)
    for name, weight_part, bias_part in parts:
        up, down = learnt[f"{name}.up"].to(weight.dtype), learnt[f"{name}.down"].to(weight.dtype)
        found[f"{name}.up"] = (weight_part @ down.T).float()
        found[f"{name}.down"] = (up.T @ weight_part).float()
        found[f"{name}.b"] = bias_part.float()
    return found


def unmapped(learnt: Mapping[str, Tensor]) -> list[str]:
    """Names of what is learnt and used as it is: norms and heads."""
    return [
        name for name in learnt if name.startswith(("emb", "span", "answers")) or ".aln." in name or ".oln." in name
    ]


def read(trunk: Trunk, merged: Mapping[str, Tensor], page: Page, drop: Drop = lambda values: values) -> Scores:
    """The scores of every token. `merged` holds all that `merged_map` gives, and the norms and heads."""
    sizes = trunk.sizes
    maps_dtype = merged["l0.ao.w"].dtype
    tokens = trunk.words[page.tokens] + trunk.places[: page.tokens.shape[1]]
    mask = None
    if not bool(page.attended.all()):
        mask = torch.zeros(page.attended.shape, dtype=maps_dtype).masked_fill(~page.attended, IMPOSSIBLE)[:, None, None]

    def normed(values: Tensor, name: str) -> Tensor:
        weight, bias = merged[f"{name}.w"], merged[f"{name}.b"]
        return functional.layer_norm(values, (sizes.hidden,), weight, bias, sizes.epsilon)

    def mapped(values: Tensor, name: str) -> Tensor:
        return functional.linear(values, merged[f"{name}.w"], merged[f"{name}.b"])

    state = drop(normed(tokens, "emb.ln").to(maps_dtype))
    for layer in range(sizes.layers):
        seen = _attended(mapped(state, f"l{layer}.q"), sizes, mask)
        state = normed(state + drop(mapped(seen, f"l{layer}.ao")), f"l{layer}.aln")
        widened = functional.gelu(mapped(state, f"l{layer}.fi"))
        state = normed(state + drop(mapped(widened, f"l{layer}.fo")), f"l{layer}.oln")
    state = state.float()
    starts, ends = mapped(state, "span").unbind(-1)
    answers = mapped(state[:, 0], "answers").squeeze(-1)
    return Scores(starts.masked_fill(~page.allowed, IMPOSSIBLE), ends.masked_fill(~page.allowed, IMPOSSIBLE), answers)


def _attended(parts: Tensor, sizes: Sizes, mask: Tensor | None) -> Tensor:
    """What each token takes from the others, of queries, keys and values side by side."""
    batch, length, _width = parts.shape
    depth = sizes.hidden // sizes.heads
    parts = parts.view(batch, length, 3, sizes.heads, depth).permute(2, 0, 3, 1, 4)
    query, key, value = parts.reshape(3, batch * sizes.heads, length, depth).unbind()
    # Written out: the backward pass of torch's own attention takes four times as long on a processor.
    scores = torch.bmm(query * depth**-0.5, key.transpose(1, 2))
    if mask is not None:
        scores = (scores.view(batch, sizes.heads, length, length) + mask).view(scores.shape)
    found = torch.bmm(scores.softmax(-1), value)
    return found.view(batch, sizes.heads, length, depth).transpose(1, 2).reshape(batch, length, sizes.hidden)


def loss_of(scores: Scores, starts: Tensor, ends: Tensor, weight: float) -> Tensor:
    """Summed over the batch: half the two cross-entropies of the span, and `weight` times that of "it answers".

    `starts` and `ends` are places of tokens; 0 is "does not say".
    """
    span = functional.cross_entropy(scores.start, starts, reduction="sum")
    span = span + functional.cross_entropy(scores.end, ends, reduction="sum")
    answers = functional.binary_cross_entropy_with_logits(scores.answers, (starts > 0).float(), reduction="sum")
    return span / 2 + weight * answers


def is_factor(name: str) -> bool:
    """Whether weight decay should pull it to zero: the low-rank changes, and nothing else."""
    return name.endswith((".up", ".down"))


def rank_of(learnt: Mapping[str, Tensor]) -> int:
    """The rank of what is learnt of a map."""
    return len(learnt["l0.q.down"])
