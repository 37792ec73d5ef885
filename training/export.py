"""Write what a checkpoint has learnt as one small file; or the whole reader's weights.

    python -m training.export TRUNK CHECKPOINT OUT.safetensors             # adapters, heads, biases, norms in float16
    python -m training.export TRUNK CHECKPOINT OUT.safetensors --merged    # all maps as they now are, in float32
    python -m training.export TRUNK CHECKPOINT OUT.safetensors --with OTHER --with ANOTHER    # the mean of several

The small file is what ships. It holds `l0.q.up` and `l0.q.down`, whose product is added to `l0.q.w`, the biases and
norms that take the place of the trunk's own (`l0.q.b`, `l0.aln.w`, `emb.ln.w`, …), and the heads `span.w`, `span.b`
(start, end) and `answers.w`, `answers.b`. The merged file, for other programs, holds the same with `l0.q.w` for the
products; the word, position and type embeddings are the trunk's in both.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import Tensor

from bot.readers.bundled import FORMAT
from training.checkpoints import learnt_in
from training.commands import parser, run
from training.model import Tensors, Trunk, is_factor, rank_of

BASE = "intfloat/multilingual-e5-small"
NOTHING = 1e-12
"""What a length of zero is taken for."""


@torch.no_grad()
def small(learnt: Mapping[str, Tensor]) -> Tensors:
    """All that is learnt, in float16. The factors share their scale evenly, so that none is rounded to nothing."""
    halved: Tensors = {}
    for name, tensor in learnt.items():
        if name.endswith(".up"):
            up, down = _balanced(tensor, learnt[f"{name[:-3]}.down"])
            halved[name], halved[f"{name[:-3]}.down"] = up.half().contiguous(), down.half().contiguous()
        elif not is_factor(name):
            halved[name] = tensor.half().contiguous()
    return halved


def _balanced(up: Tensor, down: Tensor) -> tuple[Tensor, Tensor]:
    """The same product from factors whose rows and columns have the same lengths, the strongest first."""
    lengths = up.norm(dim=0), down.norm(dim=1)
    order = (lengths[0] * lengths[1]).argsort(descending=True)
    scale = (lengths[1].clamp(min=NOTHING) / lengths[0].clamp(min=NOTHING)).sqrt()
    return (up * scale)[:, order], (down / scale[:, None])[order]


@torch.no_grad()
def merged(trunk: Trunk, learnt: Mapping[str, Tensor]) -> Tensors:
    """All weights of the reader but its embeddings, under the names of index/embedding/weights.py."""
    whole = {name: tensor.float().clone() for name, tensor in learnt.items() if not is_factor(name)}
    for name, weight in trunk.maps.items():
        whole[name] = weight + learnt[f"{name[:-2]}.up"].float() @ learnt[f"{name[:-2]}.down"].float()
    return whole


def mean(several: Sequence[Tensors]) -> Tensors:
    """The mean of what checkpoints of one training have learnt, which reads better than each (Izmailov et al. 2018)."""
    return {name: torch.stack([learnt[name].float() for learnt in several]).mean(dim=0) for name in several[0]}


def main() -> None:
    made = parser("export", __doc__, "trunk", "checkpoint", "out")
    made.add_argument("--raw", action="store_true", help="the weights as they are, not their moving average")
    made.add_argument("--merged", action="store_true", help="float32, with the trunk's maps")
    made.add_argument(
        "--with",
        dest="others",
        action="append",
        default=[],
        type=Path,
        metavar="CHECKPOINT",
        help="another checkpoint of the same training, to take the mean with; may be given again",
    )
    options = made.parse_args()
    learnt = mean([learnt_in(file, raw=options.raw) for file in (options.checkpoint, *options.others)])
    trunk = Trunk(options.trunk, rank_of(learnt))
    tensors = merged(trunk, learnt) if options.merged else small(learnt)
    facts = {name: str(size) for name, size in asdict(trunk.sizes).items()}
    kind = "merged" if options.merged else "adapters"
    save_file(tensors, options.out, {"format": FORMAT, "base": BASE, "kind": kind} | facts)
    sys.stdout.write(f"{options.out}: {options.out.stat().st_size:,} bytes\n")


if __name__ == "__main__":
    run(main)
