"""Gradients and scores of batches, worked out by one thread for each core.

Each thread takes the next part of the batch when it has done one. With torch's own threads every single operation
waits for the slowest core, so that one other busy program on the machine costs far more than its share.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import torch
from torch import Tensor

from training.dropout import Drop
from training.model import (
    Page,
    Scores,
    Tensors,
    Trunk,
    groups,
    loss_of,
    map_gradients,
    merged_map,
    read,
    unmapped,
)


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a batch: what is read, where the answers are, and what is dropped."""

    page: Page
    starts: Tensor
    ends: Tensor
    drop: Drop


class Crew:
    """Works for as long as the process lives, which from then on leaves torch no threads of its own."""

    def __init__(self, trunk: Trunk, dtype: torch.dtype, answers_weight: float = 0.2, threads: int = 0) -> None:
        """`answers_weight` is as for `loss_of`; 0 threads stand for one for each core."""
        self.trunk, self.dtype = trunk, dtype
        self._weight = answers_weight
        self._groups = groups(trunk)
        torch.set_num_threads(1)
        self._pool = ThreadPoolExecutor(threads or os.cpu_count() or 1)

    def merged(self, learnt: Mapping[str, Tensor]) -> Tensors:
        """All that `read` needs, with gradients to be asked for."""
        merged = {name: learnt[name].detach() for name in unmapped(learnt)}
        for found in self._pool.map(lambda names: self._merged(learnt, names), self._groups):
            merged |= found
        return {name: tensor.requires_grad_() for name, tensor in merged.items()}

    @torch.no_grad()
    def _merged(self, learnt: Mapping[str, Tensor], names: list[str]) -> Tensors:
        return merged_map(self.trunk, learnt, names, self.dtype)

    def gradients(self, learnt: Mapping[str, Tensor], parts: Sequence[Part]) -> tuple[float, Tensors]:
        """Mean loss of the batch and the gradients of all that is learnt; the same whichever thread did what."""
        merged = self.merged(learnt)
        total = sum(len(part.starts) for part in parts)
        done = list(self._pool.map(lambda part: self._worked(merged, part, total), parts))

        def summed(name: str) -> Tensor:
            return torch.stack([gradients[name] for _loss, gradients in done]).sum(0, dtype=torch.float32)

        @torch.no_grad()
        def carried(group: list[str]) -> Tensors:
            weight, bias = summed(f"{group[0]}.w").to(self.dtype), summed(f"{group[0]}.b")
            return map_gradients(learnt, group, weight, bias)

        found = {name: summed(name) for name in unmapped(learnt)}
        for one in self._pool.map(carried, self._groups):
            found |= one
        return sum(loss for loss, _gradients in done) / total, found

    def _worked(self, merged: Tensors, part: Part, total: int) -> tuple[float, Tensors]:
        """The summed loss of a part of the batch, and its share of the batch's gradients."""
        loss = loss_of(read(self.trunk, merged, part.page, part.drop), part.starts, part.ends, self._weight)
        gradients = torch.autograd.grad(loss / total, list(merged.values()))
        return loss.item(), dict(zip(merged, gradients, strict=True))

    def scores(self, merged: Mapping[str, Tensor], pages: Iterable[Page]) -> Iterator[Scores]:
        """The scores of each page, in order, without gradients."""
        plain = {name: tensor.detach() for name, tensor in merged.items()}

        def scored(page: Page) -> Scores:
            with torch.inference_mode():
                return read(self.trunk, plain, page)

        return self._pool.map(scored, pages)
