"""A training learns, and one that was killed loses nothing."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import torch
from kabar_process import REPOSITORY, environment
from patience import wait_until
from tiny_reader import arguments, first_batch, questions, write_data

from index.types import ConfigurationError
from training import data as data_module
from training.checkpoints import KEPT, checkpoints, load
from training.train import Training


def test_what_can_be_memorised_is_learnt(options: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for share in ("SWAPPED", "ENGLISH_WORDS"):  # to compare names and languages is more than so small a trunk can learn
        monkeypatch.setattr(data_module, share, 0.0)
    training = Training(options("out", "--rate", "1e-2", "--dropout", "0", "--steps", "300", "--precision", "fp32"))
    parts = first_batch(training.material)
    before, _gradients = training.crew.gradients(training.state.learnt, parts)
    training.run()
    after, _gradients = training.crew.gradients(training.state.learnt, parts)
    assert after < before / 3
    rows = [json.loads(line) for line in (training.options.out / "figures.jsonl").read_text().splitlines()]
    assert [(row["step"], row["weights"]) for row in rows] == [(300, "average"), (300, "raw")]
    assert rows[1]["idkmrc-valid"]["em"] > 0.8
    assert rows[1]["idkmrc-valid"]["auc"] > 0.9
    assert load(training.options.out / "best.pt")["best"] > 0


def killed(arguments: Sequence[str], out: Path) -> None:
    """Train in a process that saves after each step, and kill it once it has saved a few times."""
    process = subprocess.Popen(
        [sys.executable, "-m", "training.train", *arguments, "--save-minutes", "0"],
        cwd=REPOSITORY, env=environment({}), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
    )  # fmt: skip
    try:
        wait_until(lambda: process.poll() is not None or len(checkpoints(out)) >= KEPT)
        assert process.poll() is None, process.communicate()[1].decode()
    finally:
        process.kill()
        process.communicate()


def test_a_training_that_was_killed_goes_on_as_if_it_never_was(
    options: Any, folder: Path, data: Path, mined: Path, tmp_path: Path
) -> None:
    out = tmp_path / "killed"
    killed(arguments(folder, data, mined, out), out)
    step = load(checkpoints(out)[0])["step"]
    (out / "checkpoint-99999999.pt").write_bytes(b"half of it")
    steps = str(step + 20)  # some passes over the data later
    resumed = Training(options("killed", "--steps", steps, "--resume"))
    assert resumed.state.step == step
    whole = Training(options("whole", "--steps", steps))
    for training in (resumed, whole):
        training.run()
        assert training.state.step == step + 20
    assert resumed.state.epoch == whole.state.epoch > 0
    for name in whole.state.learnt:
        assert torch.equal(resumed.state.learnt[name], whole.state.learnt[name]), name
        assert torch.equal(resumed.state.average[name], whole.state.average[name]), name


def test_the_average_follows_the_weights(options: Any) -> None:
    training = Training(options("out", "--average", "0.3", "--rate", "1e-2"))
    expected = {name: tensor.clone() for name, tensor in training.state.average.items()}
    batch = training._pass().batches[0]
    for kept in (2 / 11, 3 / 12, 0.3):  # the first ones forget faster
        training._step(batch)
        for name, tensor in training.state.learnt.items():
            expected[name] = kept * expected[name] + (1 - kept) * tensor.detach()
            torch.testing.assert_close(training.state.average[name], expected[name], rtol=1e-4, atol=1e-6)


class Interrupted(Training):
    """Stops at step 15 whatever it was told."""

    def _is_done(self) -> bool:
        return self.state.step >= 15 or super()._is_done()


def test_the_rate_warms_up_stays_and_falls_to_zero(options: Any) -> None:
    training = Training(options("constant", "--steps", "12", "--rate", "1e-3"))
    assert training._rate() == pytest.approx(1e-4)
    training.run()
    assert training._rate() == 1e-3
    start = str(checkpoints(training.options.out)[0])
    falling = ["--rate", "1e-3", "--resume", "--start", start, "--decay-steps", "8"]
    first = Interrupted(options("falling", *falling))
    first.run()
    assert first._rate() == pytest.approx(1e-3 * 5 / 8)
    second = Training(options("falling", *falling))
    assert second.state.step == 15
    second.run()
    assert (second.state.step, second.state.decay_from, second._rate()) == (20, 12, 0)


def test_options_that_do_not_fit_what_is_there_are_refused_in_words(options: Any, tmp_path: Path) -> None:
    Training(options("out", "--steps", "1")).run()
    checkpoint = str(checkpoints(tmp_path / "out")[0])
    Training(options("falling", "--start", checkpoint, "--decay-steps", "1")).run()
    for said, refused in {
        "has checkpoints": options("out"),
        "goes on with --rank 4": options("other", "--start", checkpoint, "--rank", "8"),
        "--decay-steps needs --start": options("new", "--decay-steps", "3"),
        "needs --start": options("out", "--resume", "--decay-steps", "3"),
        "give the --decay-steps": options("falling", "--resume"),
        "no checkpoint that can be read": options("new", "--start", __file__),
    }.items():
        with pytest.raises(ConfigurationError, match=said):
            Training(refused)
    with pytest.raises(ConfigurationError, match="too few questions"):
        Training(options("new", "--parts", "99")).run()


def test_files_that_are_missing_are_named_before_anything_is_loaded(options: Any, tmp_path: Path) -> None:
    rows = questions()
    del rows["facqa-train"], rows["en-id-valid"]
    write_data(tmp_path / "data", rows)
    incomplete = options("out")
    incomplete.data = tmp_path / "data"
    with pytest.raises(ConfigurationError, match=r"lacks facqa-train\.jsonl\.gz, en-id-valid\.jsonl\.gz"):
        Training(incomplete)
