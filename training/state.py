"""Everything that a step of the training changes, and where a training goes on from."""

from __future__ import annotations

import argparse
import logging
from dataclasses import dataclass
from typing import Any

import torch

from index.types import ConfigurationError
from training.checkpoints import checkpoints, load, newest
from training.model import Tensors, Trunk, first_learnt, is_factor, rank_of

CONSTANT = -1
"""As `decay_from`: the rate does not fall."""

log = logging.getLogger("training")


@dataclass
class State:
    """Everything that a step changes."""

    learnt: Tensors
    average: Tensors
    optimiser: torch.optim.AdamW
    step: int = 0
    epoch: int = 0
    position: int = 0
    """Batches of this epoch that are done."""
    decay_from: int = CONSTANT
    """The step at which the rate began to fall."""
    best: float = 0.0
    """The most that an evaluation was worth."""

    def saved(self) -> dict[str, Any]:
        """The same as plain values and tensors."""
        return {
            "learnt": {name: tensor.detach() for name, tensor in self.learnt.items()},
            "average": self.average,
            "optimiser": self.optimiser.state_dict(),
            "step": self.step,
            "epoch": self.epoch,
            "position": self.position,
            "decay_from": self.decay_from,
            "best": self.best,
        }

    def restore(self, saved: dict[str, Any]) -> None:
        """Become what `saved` gave."""
        with torch.no_grad():
            for name, tensor in saved["learnt"].items():
                self.learnt[name].copy_(tensor)
        self.average = saved["average"]
        self.optimiser.load_state_dict(saved["optimiser"])
        self.step, self.epoch, self.position = saved["step"], saved["epoch"], saved["position"]
        self.decay_from, self.best = saved["decay_from"], saved["best"]


def begin(trunk: Trunk, options: argparse.Namespace) -> State:
    """Where to go on: at OUT's newest checkpoint, at that of --start, or at the very beginning.

    Raises ConfigurationError when the options do not fit what is there.
    """
    state = _first(trunk, options)
    saved = _found(options)
    if saved is not None:
        if rank_of(saved["learnt"]) != options.rank:
            raise ConfigurationError(f"The checkpoint goes on with --rank {rank_of(saved['learnt'])} alone.")
        state.restore(saved)
        log.info("from step %d, epoch %d, batch %d", state.step, state.epoch, state.position)
    if options.decay_steps and state.decay_from == CONSTANT:
        raise ConfigurationError(
            "--decay-steps needs --start CHECKPOINT, and an OUT that no run with a constant rate uses."
        )
    if not options.decay_steps and state.decay_from != CONSTANT:
        raise ConfigurationError(f"The rate falls in {options.out}: give the --decay-steps that it began with.")
    return state


def _found(options: argparse.Namespace) -> dict[str, Any] | None:
    """The checkpoint to go on from, if there is one."""
    if not options.resume and checkpoints(options.out):
        raise ConfigurationError(f"{options.out} has checkpoints. Give --resume to go on, or another folder.")
    saved = newest(options.out, options.copy_to) if options.resume else None
    if saved is None and options.start:
        saved = load(options.start)
        saved |= {"decay_from": saved["step"] if options.decay_steps else CONSTANT, "best": 0.0}
    return saved


def _first(trunk: Trunk, options: argparse.Namespace) -> State:
    """Nothing learnt yet."""
    learnt = first_learnt(trunk, torch.Generator().manual_seed(options.seed))
    average = {name: tensor.clone() for name, tensor in learnt.items()}
    for tensor in learnt.values():
        tensor.requires_grad_()
    groups = [
        {"params": [learnt[name] for name in learnt if is_factor(name)], "weight_decay": options.weight_decay},
        {"params": [learnt[name] for name in learnt if not is_factor(name)], "weight_decay": 0.0},
    ]
    return State(learnt, average, torch.optim.AdamW(groups, lr=options.rate, betas=(0.9, 0.98), fused=True))
