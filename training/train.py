"""Train the reader, for as long as one likes.

    python -m training.train TRUNK DATA MINED OUT                         # warm-up, then a constant rate, until killed
    python -m training.train TRUNK DATA MINED OUT --resume                # go on from OUT's newest checkpoint
    python -m training.train TRUNK DATA MINED OUT2 --resume --start OUT/checkpoint-….pt --decay-steps 3000   # then stop

A process that is killed loses what it did since its last checkpoint, and nothing else: batches, dropout and rate depend
on the seed and the step alone. OUT also gets best.pt, the state with the best figures on the -valid files so far, and
figures.jsonl, all figures.
"""

from __future__ import annotations

import argparse
import json
import logging
import time
from pathlib import Path
from typing import Any

import torch

from index.types import ConfigurationError
from training.cases import TRAIN, VALID, check_data
from training.checkpoints import save, write
from training.commands import parser, run
from training.crew import Crew
from training.data import Batches, Example, Material, batches, parts_of
from training.dropout import Dropout
from training.evaluate import Figures, all_readings
from training.model import Tensors, Trunk
from training.state import CONSTANT, begin
from training.windows import cutter_of

log = logging.getLogger("training")


class Training:
    """The loop."""

    def __init__(self, options: argparse.Namespace) -> None:
        """Load everything and go on from where `state.begin` says; `options` are what `arguments` gives."""
        check_data(options.data, (*TRAIN, *VALID))
        options.out.mkdir(parents=True, exist_ok=True)
        self.options = options
        self.trunk = Trunk(options.trunk, options.rank)
        self.cutter = cutter_of(options.trunk)
        self.dtype = torch.bfloat16 if options.precision == "bf16" else torch.float32
        self.crew = Crew(self.trunk, self.dtype, options.answers_weight, options.threads)
        self.dropout = Dropout(options.dropout, torch.Generator().manual_seed(options.seed), self.dtype)
        self.state = begin(self.trunk, options)
        self.material = Material(options.data, options.mined, self.cutter)

    def run(self) -> None:
        """Until the steps are done, or for ever."""
        log.info("%d numbers are learnt; %s", sum(map(torch.numel, self.state.learnt.values())), vars(self.options))
        saved_at = time.monotonic()
        passed = self._pass()
        losses: list[float] = []
        began, read = time.monotonic(), 0
        while not self._is_done():
            if self.state.position >= len(passed.batches):
                self.state.epoch, self.state.position = self.state.epoch + 1, 0
                passed = self._pass()
            batch = passed.batches[self.state.position]
            losses.append(self._step(batch))
            read += sum(map(len, batch))
            if self.state.step % self.options.log_every == 0:
                self._log(losses, read / (time.monotonic() - began), len(passed.batches))
                losses, began, read = [], time.monotonic(), 0
            if self.state.step % self.options.evaluate_every == 0:
                self._evaluate()
                began, read = time.monotonic(), 0
            if time.monotonic() - saved_at > self.options.save_minutes * 60:
                self._save()
                saved_at = time.monotonic()
        self._save()
        self._evaluate(with_raw=True)

    def _pass(self) -> Batches:
        options = self.options
        passed = batches(self.material, options.seed, self.state.epoch, options.part_size, options.parts)
        if not passed.batches:
            raise ConfigurationError(
                f"{options.data} has too few questions for a single batch. Give a smaller --parts."
            )
        return passed

    def _is_done(self) -> bool:
        """Whether the step that this run goes up to is done; never where it has none."""
        return self._last_step > 0 and self.state.step >= self._last_step

    @property
    def _last_step(self) -> int:
        """0 for a run that goes on for ever."""
        if self.state.decay_from == CONSTANT:
            return int(self.options.steps)
        return int(self.state.decay_from + self.options.decay_steps)

    def _rate(self) -> float:
        options, state = self.options, self.state
        rate = options.rate * min(1.0, (state.step + 1) / options.warm_up)
        if state.decay_from != CONSTANT:
            rate *= max(0.0, 1 - (state.step - state.decay_from) / options.decay_steps)
        return float(rate)

    def _step(self, batch: list[list[Example]]) -> float:
        """Learn from a batch; its loss."""
        options, state = self.options, self.state
        parts = parts_of(batch, self.dropout, options.seed * 1_000_003 + state.step)
        loss, gradients = self.crew.gradients(state.learnt, parts)
        for name, tensor in state.learnt.items():
            tensor.grad = gradients[name]
        torch.nn.utils.clip_grad_norm_(state.learnt.values(), options.clip)
        for group in state.optimiser.param_groups:
            group["lr"] = self._rate()
        state.optimiser.step()
        state.step += 1
        state.position += 1
        # Early on the average forgets faster, or it would hold to the beginning.
        kept = min(options.average, (1 + state.step) / (10 + state.step))
        with torch.no_grad():
            torch._foreach_lerp_(list(state.average.values()), list(state.learnt.values()), 1 - kept)
        return loss

    def _log(self, losses: list[float], speed: float, batches_of_pass: int) -> None:
        state, options = self.state, self.options
        steps_left = self._last_step - state.step if self._last_step else batches_of_pass - state.position
        log.info(
            "step %d  epoch %d %d/%d  loss %.4f  rate %.2e  %.1f examples/s  %s in %.0f min",
            state.step,
            state.epoch,
            state.position,
            batches_of_pass,
            sum(losses) / max(1, len(losses)),
            self._rate(),
            speed,
            "done" if self._last_step else "epoch ends",
            steps_left * options.part_size * options.parts / speed / 60,
        )

    def _evaluate(self, *, with_raw: bool = False) -> None:
        """Measure the average, and the last weights themselves if asked to; keep the state if it is the best so far."""
        state = self.state
        worth = _worth(self._measured("average", state.average))
        if with_raw:
            self._measured("raw", state.learnt)
        if worth > state.best:
            state.best = worth
            write(state.saved(), self.options.out / "best.pt")

    def _measured(self, weights: str, learnt: Tensors) -> dict[str, Figures]:
        figures = all_readings(self.crew, learnt, self.cutter, self.options.data)
        log.info("step %d  %s %s", self.state.step, weights, json.dumps(figures))
        row: dict[str, Any] = {"step": self.state.step, "weights": weights, **figures}
        with (self.options.out / "figures.jsonl").open("a") as file:
            file.write(json.dumps(row) + "\n")
        return figures

    def _save(self) -> None:
        file = save(self.state.saved(), self.options.out, self.options.copy_to)
        log.info("saved %s", file.name)


def _worth(figures: dict[str, Figures]) -> float:
    """By which one state is better than another: refusing counts as much as answering right."""
    return sum(one["f1"] + one["em"] + 2 * one.get("auc", 0.0) for one in figures.values())


def arguments() -> argparse.ArgumentParser:
    """The parser of the command line; the recipe's defaults are those of the reader that ships."""
    made = parser("train", __doc__, "trunk", "data", "mined", "out")
    begins = made.add_argument_group("where it begins, and where it ends")
    begins.add_argument("--resume", action="store_true", help="go on from OUT's newest checkpoint, if there is one")
    begins.add_argument("--start", type=Path, help="a checkpoint to start from, where there is none to resume")
    begins.add_argument(
        "--decay-steps", type=int, default=0, help="let the rate of --start fall to zero in so many steps, and stop"
    )
    begins.add_argument("--steps", type=int, default=0, help="stop after this step; 0: never")
    begins.add_argument("--copy-to", type=Path, help="a folder, on another disk perhaps, for a copy of each checkpoint")
    begins.add_argument("--save-minutes", type=float, default=10, help="minutes between two checkpoints (%(default)s)")
    begins.add_argument("--evaluate-every", type=int, default=2000, help="measure after so many steps (%(default)s)")
    begins.add_argument("--log-every", type=int, default=50, help="tell after so many steps (%(default)s)")
    recipe = made.add_argument_group("the recipe")
    recipe.add_argument("--rate", type=float, default=7e-4, help="learning rate after the warm-up (%(default)s)")
    recipe.add_argument("--warm-up", type=int, default=300, help="steps until the full rate (%(default)s)")
    recipe.add_argument(
        "--average", type=float, default=0.999, help="share that the moving average keeps (%(default)s)"
    )
    recipe.add_argument("--rank", type=int, default=64, help="of the changes to each linear map (%(default)s)")
    recipe.add_argument(
        "--weight-decay",
        type=float,
        default=0.05,
        help="of these changes; that of the checkpoint goes on (%(default)s)",
    )
    recipe.add_argument("--clip", type=float, default=1.0, help="largest norm of the gradients (%(default)s)")
    recipe.add_argument("--dropout", type=float, default=0.1, help="share of the activations (%(default)s)")
    recipe.add_argument(
        "--answers-weight", type=float, default=0.2, help='of "it answers at all" in the loss (%(default)s)'
    )
    recipe.add_argument("--seed", type=int, default=7, help="of everything that chance decides (%(default)s)")
    recipe.add_argument("--parts", type=int, default=4, help="of a batch (%(default)s)")
    recipe.add_argument("--part-size", type=int, default=8, help="examples that a thread reads at once (%(default)s)")
    recipe.add_argument(
        "--precision", choices=("bf16", "fp32"), default="bf16", help="of the linear maps (%(default)s)"
    )
    recipe.add_argument("--threads", type=int, default=0, help="0: one for each core")
    return made


def main() -> None:
    options = arguments().parse_args()
    logging.basicConfig(format="%(asctime)s %(message)s", datefmt="%H:%M:%S", level=logging.INFO)
    Training(options).run()


if __name__ == "__main__":
    run(main)
