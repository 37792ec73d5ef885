"""The real `kabar eval`: what it measures, what it compares with, and what it refuses."""

from __future__ import annotations

import gzip
import json
import math
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from evaluation_cases import ANSWER, CASES, CONTEXTS, OVER, outcome, write
from kabar_process import Kabar, environment
from patience import PATIENCE, wait_until
from typer.testing import CliRunner

from bot.cli import app
from bot.evaluation.measures import figures
from bot.settings import Settings


@pytest.fixture
def kabar_eval(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Kabar:
    """Runs the real command in this process, as `kabar` does in one of its own."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str, settings: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
        others: dict[str, str | None] = {name.upper(): None for name in Settings.model_fields}
        ended = CliRunner().invoke(
            app, ["eval", *arguments], env=others | environment({"READER_MODEL": "sentence"} | dict(settings or {}))
        )
        return subprocess.CompletedProcess(arguments, ended.exit_code, ended.stdout, ended.stderr)

    return run


# --- what is refused ------------------------------------------------------------------------------------------

GOOD = '{"question": "q", "answers": []}\n'


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "holds no case"),
        (b"\n \n", "holds no case"),
        (GOOD + "{\n", "line 2: it is not valid JSON"),
        (GOOD + "\n[1]", "line 3: it is not a JSON object"),
        ('{"answers": []}', 'line 1: it has no "question"'),
        ('{"question": " ", "answers": []}', 'line 1: it has no "question"'),
        ('{"question": 7, "answers": []}', 'line 1: its "question" is not a string'),
        ('{"question": "q"}', 'line 1: it has no "answers"'),
        ('{"question": "q", "answers": null}', 'line 1: its "answers" are not a list'),
        ('{"question": "q", "answers": "a"}', 'line 1: its "answers" are not a list'),
        ('{"question": "q", "answers": [7]}', 'one of its "answers" is neither'),
        ('{"question": "q", "answers": [{"start": 7}]}', 'one of its "answers" is neither'),
        ('{"question": "q", "answers": [" "]}', 'one of its "answers" is neither'),
        ('{"question": "q", "answers": [], "article": 7}', 'its "article" is not a string'),
        ('{"question": "q", "answers": [], "context": []}', 'its "context" is not a string'),
        ("[" * 100_000, "line 1: it is not valid JSON"),
        (b"\xff\xfe\x00", "line 1: it is not UTF-8"),
        (b'{"question": "' + b"x" * (21 << 20) + b'", "answers": []}', "line 1: it is larger than 20 MB"),
        (gzip.compress(b"\0" * (30 << 20)), "line 1: it is larger than 20 MB"),
        (gzip.compress(GOOD.encode())[:-9], "damaged"),
        (b"\x1f\x8b rubbish", "damaged"),
    ],
)
def test_a_bad_file_of_cases_is_told_in_a_sentence(
    kabar_eval: Kabar, tmp_path: Path, content: Any, sentence: str
) -> None:
    (tmp_path / "cases.jsonl").write_bytes(content.encode() if isinstance(content, str) else content)
    refused(kabar_eval("cases.jsonl", "--json"), f"cases.jsonl{'' if sentence[0] in 'hd' else ', '}", sentence)


def refused(run: subprocess.CompletedProcess[str], *sentences: str) -> None:
    """Check that it ended with 2, one line of words, and nothing else."""
    assert (run.returncode, run.stdout, run.stderr.count("\n")) == (2, "", 1), run.stderr
    for sentence in sentences:
        assert sentence in run.stderr
    assert "Traceback" not in run.stderr


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["missing.jsonl"], "There is no file missing.jsonl"),
        (["."], "cannot be read"),
        (["cases.jsonl"], "There is no index in var/index yet"),
        (["cases.jsonl", "--reading"], 'cases.jsonl, line 1: the case has no "context", which --reading needs'),
        (["cases.jsonl", "--over-contexts"], 'line 1: the case has no "context", which --over-contexts needs'),
        (["refusals.jsonl", "--over-contexts"], 'No case of refusals.jsonl has a "context"'),
        (["over.jsonl", "--over-contexts", "--reading"], "--reading goes without --over-contexts"),
        (["over.jsonl", "--contexts", "over.jsonl"], "--contexts goes with --over-contexts only"),
        (["over.jsonl", "--over-contexts", "--contexts", "cases.jsonl"], 'No line of cases.jsonl has a "context"'),
        (["over.jsonl", "--over-contexts", "--contexts", "missing"], "There is no file missing"),
        (["over.jsonl", "--reading", "--predictions", "nowhere/p.jsonl"], "cannot be written to nowhere/p.jsonl"),
        (["over.jsonl", "--reading", "--predictions", "over.jsonl/p"], "cannot be written to over.jsonl/p"),
        (["over.jsonl", "--reading", "--predictions", "."], ". is no file"),
        (["over.jsonl", "--reading", "--predictions", "/dev/null"], "/dev/null is no file"),
        (["over.jsonl", "--reading", "--predictions", "over.jsonl"], "over.jsonl is read in this run"),
        (["over.jsonl", "--reading", "--baseline", "missing.json"], "missing.json cannot be read"),
        (["over.jsonl", "--reading", "--baseline", "over.jsonl"], "over.jsonl is not JSON"),
        (["over.jsonl", "--reading", "--baseline", "other.json"], "other.json holds something else"),
        (["over.jsonl", "--reading", "--baseline", "nan.json"], "nan.json is not JSON"),
    ],
)
def test_what_cannot_be_measured_is_told_at_once(
    kabar_eval: Kabar, tmp_path: Path, options: list[str], sentence: str
) -> None:
    write(tmp_path / "cases.jsonl", CASES)
    write(tmp_path / "refusals.jsonl", CASES[2:])
    write(tmp_path / "over.jsonl", OVER)
    whole = figures([outcome(["x"])] * 2 + [outcome()])
    write(tmp_path / "other.json", [whole | {"answers": {"exact_match": "high", "f1": 0}}])
    write(tmp_path / "nan.json", [whole | {"answers": {"exact_match": math.nan, "f1": 0}}])
    # Were a model loaded first, that would be told.
    loads_no_model = {} if "yet" in sentence else {"EMBEDDING_MODEL": str(tmp_path / "nowhere")}
    refused(kabar_eval(*options, settings=loads_no_model), sentence)
    assert (tmp_path / "over.jsonl").read_text().count("\n") == len(OVER)
    assert not list(tmp_path.glob(".*"))


# --- what is measured -----------------------------------------------------------------------------------------

KEYS = [
    "cases", "answerable", "unanswerable", "retrieval", "search", "answers", "abstention", "calibration",
    "latency_ms", "failures",
]  # fmt: skip


def measured(
    kabar_eval: Kabar, *options: str, settings: Mapping[str, str] | None = None, rc: int = 0
) -> dict[str, Any]:
    """The figures that `kabar eval --json` prints."""
    run = kabar_eval(*options, "--json", settings=settings or {})
    assert run.returncode == rc, run.stderr
    assert run.stdout.count("\n") == 1
    found: dict[str, Any] = json.loads(run.stdout)
    return found


def test_the_live_index_is_measured(kabar_eval: Kabar, index_dir: Path, tmp_path: Path) -> None:
    cases = write(tmp_path / "cases.jsonl", CASES)
    options = [str(cases), "--index-dir", str(index_dir), "--predictions", "p.jsonl"]
    found = measured(kabar_eval, *options)
    assert list(found) == KEYS
    assert (found["cases"], found["answerable"], found["unanswerable"]) == (3, 2, 1)
    assert found["retrieval"] == {"recall@1": 1.0, "recall@5": 1.0, "mrr": 1.0}
    # The sentence about the crane is right as it stands; that about the traders has 2 right words of 6, of 2.
    assert found["answers"] == {"exact_match": 0.5, "f1": 0.75}
    assert found["abstention"] == {"auc": 1.0, "answered": 1.0, "refused": 1.0, "f1": round(2.5 / 3, 4)}
    assert 0 < found["latency_ms"]["p50"] <= found["latency_ms"]["p95"]
    lines = [json.loads(line) for line in (tmp_path / "p.jsonl").read_text().splitlines()]
    assert [line["question"] for line in lines] == [case["question"] for case in CASES]
    assert [list(line) for line in lines] == [["question", "answer", "confidence", "answered"]] * 3
    assert lines[0]["answer"] == ANSWER
    assert [line["answered"] for line in lines] == [True, True, False]
    assert lines[2]["answer"]  # the best span, though it was refused
    assert not list(tmp_path.glob(".*"))


def test_the_report_lists_figures_and_failures(kabar: Kabar, index_dir: Path, tmp_path: Path) -> None:
    cases = write(tmp_path / "cases.jsonl", [*CASES[:1], CASES[2] | {"answers": ["Ada Brink", "Brink"]}])
    run = kabar("eval", str(cases), "--index-dir", str(index_dir))
    assert (run.returncode, run.stderr) == (0, "")
    assert run.stdout.startswith("2 cases, 2 answerable and 0 not\n")
    assert "recall@1     1.000  the right article comes first" in run.stdout
    assert "auc              –" in run.stdout
    assert run.stdout.endswith(
        "Treated wrongly: 1\n\nsiapa juara dunia?\n  expected  Ada Brink | Brink\n  got       (refused)\n"
    )


def test_an_article_that_is_not_there_is_named(kabar_eval: Kabar, index_dir: Path, tmp_path: Path) -> None:
    cases = write(tmp_path / "cases.jsonl", [CASES[0] | {"article": "harbor"}])
    run = kabar_eval(str(cases), "--json", "--index-dir", str(index_dir))
    assert run.returncode == 0
    assert "Not in the index, so never found: harbor." in run.stderr
    assert json.loads(run.stdout)["retrieval"]["mrr"] == 0


def test_contexts_are_indexed_and_asked(kabar_eval: Kabar, tmp_path: Path) -> None:
    cases = tmp_path / "over.gz"
    cases.write_bytes(gzip.compress(write(tmp_path / "over.jsonl", OVER).read_bytes()))
    found = measured(kabar_eval, str(cases), "--over-contexts")
    assert found["retrieval"] == {"recall@1": 1.0, "recall@5": 1.0, "mrr": 1.0}
    assert found["abstention"]["auc"] is not None
    # A distractor that says what the question asks comes before the right article.
    asked = "In which year was the lighthouse of Torrin built? In that year was the lighthouse built."
    more = write(tmp_path / "more.jsonl", [{"context": asked}, {"note": "no context"}, {"context": CONTEXTS[2]}])
    crowded = measured(kabar_eval, str(cases), "--over-contexts", "--contexts", str(more), "--contexts", str(cases))
    assert crowded["retrieval"] == {"recall@1": 0.5, "recall@5": 1.0, "mrr": 0.75}
    assert not (tmp_path / "var").exists()


def test_contexts_that_differ_only_in_how_they_are_written_are_one_article(kabar_eval: Kabar, tmp_path: Path) -> None:
    same = [OVER[0], OVER[0] | {"context": CONTEXTS[0].replace(". ", ".\n")}]
    found = measured(kabar_eval, str(write(tmp_path / "over.jsonl", same)), "--over-contexts")
    assert found["retrieval"]["recall@1"] == 1.0


def test_reading_asks_the_own_context_alone(kabar_eval: Kabar, tmp_path: Path) -> None:
    # Only its own context can give this question an answer about bread.
    cases = [*OVER, OVER[0] | {"context": CONTEXTS[2], "answers": ["The bakery sells rye bread"]}]
    write(tmp_path / "over.jsonl", cases)
    found = measured(kabar_eval, "over.jsonl", "--reading", "--predictions", "p.jsonl")
    assert found["retrieval"] == {"recall@1": None, "recall@5": None, "mrr": None}
    answers = [json.loads(line)["answer"] for line in (tmp_path / "p.jsonl").read_text().splitlines()]
    assert all(answer in case["context"] for answer, case in zip(answers, cases, strict=True))
    assert found["cases"] == 4


def test_a_context_that_says_nothing_gives_no_answer(kabar_eval: Kabar, tmp_path: Path) -> None:
    write(tmp_path / "over.jsonl", [OVER[0], OVER[1] | {"context": "\u200b"}])
    found = measured(kabar_eval, "over.jsonl", "--reading")
    assert found["failures"][-1] == {"question": OVER[1]["question"], "expected": ["96 meter"], "got": None}


def test_what_a_killed_run_left_in_the_temporary_folder_goes_with_the_next(
    kabar_eval: Kabar, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    temporary = tmp_path / "temporary"
    (temporary / "kabar-eval-killed" / "snapshots").mkdir(parents=True)
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    measured(kabar_eval, str(write(tmp_path / "over.jsonl", OVER)), "--over-contexts")
    assert not any(temporary.iterdir())


@pytest.mark.parametrize("mode", ["--reading", "--over-contexts"])
def test_a_baseline_tells_what_became_worse(kabar_eval: Kabar, tmp_path: Path, mode: str) -> None:
    write(tmp_path / "over.jsonl", OVER)
    # With a threshold of 0 all is answered, with 1 nothing is.
    (tmp_path / "before.json").write_text(
        kabar_eval("over.jsonl", mode, "--json", settings={"ANSWER_THRESHOLD": "0"}).stdout
    )
    options = ["over.jsonl", mode, "--baseline", "before.json"]
    same = measured(kabar_eval, *options, settings={"ANSWER_THRESHOLD": "0"})
    assert set(same["differences"]["abstention"].values()) == {0.0}
    changed = measured(kabar_eval, *options, settings={"ANSWER_THRESHOLD": "1"}, rc=1)
    assert changed["differences"]["abstention"]["answered"] == -1.0
    assert changed["differences"]["abstention"]["refused"] == 1.0
    assert changed["differences"]["retrieval"]["mrr"] == (None if mode == "--reading" else 0.0)
    worse = kabar_eval(*options, settings={"ANSWER_THRESHOLD": "1"})
    assert (worse.returncode, worse.stderr) == (1, "Worse than the baseline: abstention answered.\n")
    assert "answered     0.000  -1.000" in worse.stdout
    assert kabar_eval(*options, "--tolerance", "1", settings={"ANSWER_THRESHOLD": "1"}).returncode == 0
    other = {"--reading": "--over-contexts", "--over-contexts": "--reading"}[mode]
    refused(kabar_eval("over.jsonl", other, "--baseline", "before.json"), "was measured another way")
    write(tmp_path / "fewer.jsonl", OVER[:2])
    refused(kabar_eval("fewer.jsonl", mode, "--baseline", "before.json"), "with 3 cases, and there are 2 now")
    write(tmp_path / "turned.jsonl", [*OVER[:2], OVER[2] | {"answers": ["x"]}])
    refused(kabar_eval("turned.jsonl", mode, "--baseline", "before.json"), "with 2 answerable cases")
    assert kabar_eval(*options, "--tolerance", "-1").returncode == 2


HELD_UP = """
import time
from bot.cli import app
from bot.evaluation.trial import Trial
outcome, begun = Trial.outcome, []
def held_up(self, case):
    begun.append(case)
    while len(begun) > 200:
        time.sleep(0.01)
    return outcome(self, case)
Trial.outcome = held_up
app()
"""
"""`kabar`, where `eval` comes to the 200th case and no further."""


def test_interrupted_it_ends_quietly_and_leaves_no_half_file(index_dir: Path, tmp_path: Path) -> None:
    write(tmp_path / "cases.jsonl", CASES * 100)
    (tmp_path / "p.jsonl").write_text("earlier\n")
    command = [sys.executable, "-c", HELD_UP, "eval", "cases.jsonl", "--predictions", "p.jsonl"]
    run = subprocess.Popen(
        [*command, "--index-dir", str(index_dir)],
        env=environment({}),
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    wait_until(lambda: run.poll() is not None or any(path.stat().st_size for path in tmp_path.glob(".writing-*")))
    run.send_signal(signal.SIGINT)
    stdout, stderr = run.communicate(timeout=PATIENCE)
    assert (run.returncode, stdout) == (130, "")
    assert stderr == "Interrupted; the live index is as it was.\n"
    assert (tmp_path / "p.jsonl").read_text() == "earlier\n"
    assert not list(tmp_path.glob(".*"))
