"""Dropout for processors, where drawing fresh bits for every activation takes a third of a step."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

Drop = Callable[[Tensor], Tensor]
"""A dropout: the activations, some of them zero and the others the larger for it."""
POOL = 1 << 24
"""Activations that there are masks for."""


class Dropout:
    """Dropout that costs one multiplication: masks are cut at random places from a pool of random bits."""

    def __init__(self, share: float, generator: torch.Generator, dtype: torch.dtype, size: int = POOL) -> None:
        self._share = share
        self._pool = (torch.rand(size, generator=generator) >= share).to(dtype) / (1 - share)

    def drawn(self, generator: torch.Generator) -> Drop:
        """A dropout whose places the generator decides."""
        if not self._share:
            return lambda values: values

        def drop(values: Tensor) -> Tensor:
            at = int(torch.randint(len(self._pool) - values.numel(), (), generator=generator))
            return values * self._pool[at : at + values.numel()].view(values.shape)

        return drop
