"""Measuring answers: figures worked out by hand, files of cases of any kind, and the real `kabar eval`."""

from __future__ import annotations

import gzip
import json
import math
import re
import signal
import string
import subprocess
import sys
import time
import unicodedata
from collections.abc import Mapping, Sequence
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kabar_process import REPOSITORY, Kabar, environment
from rich.console import Console
from typer.testing import CliRunner

from bot.answers.answerer import Answerer
from bot.cli import app
from bot.evaluation.baseline import JUDGED_FIGURES, differences, drops
from bot.evaluation.cases import Case, read_cases
from bot.evaluation.measures import Outcome, auc, figures
from bot.evaluation.report import MOST_SHOWN, report
from bot.evaluation.scoring import exact_match, f1, words
from bot.evaluation.trial import ReadingTrial, Trial, contexts_of, index_of, over_contexts
from bot.readers.sentence import SentenceReader
from bot.settings import Settings
from index.build import build
from index.embedding.hashing import HashEmbedder
from index.store.snapshots import Snapshot, open_current
from index.text.chunking import chunk
from index.types import Passage

SAMPLES = REPOSITORY / "tests" / "data" / "sample-cases.jsonl"
CRANE = "For how many million euros was the second crane of the harbour bought?"
ANSWER = "The harbour of Lowen bought a second crane for 4.2 million euros."
CASES = [
    {"question": CRANE, "answers": [{"text": ANSWER, "start": 0}, {"text": "4.2 million", "start": -1}]},
    {"question": "Berapa pedagang menempati kios baru di Pasar Melati?", "answers": ["312 pedagang"]},
    {"question": "siapa juara dunia?", "answers": []},
]
CASES[0]["article"], CASES[1]["article"] = "harbour", "market"
CONTEXTS = [
    "The lighthouse of Torrin was built in 1874. Its lamp is seen from thirty miles away.",
    "Jembatan gantung di Lembah Sunyi dibuka pada Mei. Panjangnya 96 meter dan dijaga dua petugas.",
    "The bakery sells rye bread. A loaf costs three crowns on weekdays.",
]
OVER = [
    {"question": "In which year was the lighthouse of Torrin built?", "answers": ["1874"], "context": CONTEXTS[0]},
    {"question": "Berapa panjang jembatan gantung?", "answers": ["96 meter"], "context": CONTEXTS[1]},
    {"question": "Who painted the lighthouse?", "answers": [], "context": CONTEXTS[0]},
]


def write(path: Path, rows: Sequence[object]) -> Path:
    """A file with these rows as JSON, one a line."""
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def outcome(expected: Sequence[str] = (), best: str | None = None, **facts: Any) -> Outcome:
    """What became of a case; answered if `confidence` is at least a half."""
    confidence = facts.get("confidence", 0.0)
    answer = best if confidence >= 0.5 else None
    ranks = facts.get("rank"), facts.get("search_rank")
    return Outcome("q", tuple(expected), best, answer, confidence, *ranks, facts.get("milliseconds", 1.0))


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


# --- words, exact match, F1 -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The  Quick, brown fox!", ["quick", "brown", "fox"]),
        ("sekitar 11.000 tentara", ["sekitar", "11000", "tentara"]),
        ("anak-anak dan/atau ibu–ibu", ["anak", "anak", "dan", "atau", "ibu", "ibu"]),
        ("Rp 4,2 miliar (€3.1 m)", ["rp", "42", "miliar", "31", "m"]),
        ("STRASSE Straße", ["strasse", "strasse"]),
        ("ﬁnal １２", ["final", "12"]),
        ("cafe\u0301", ["caf\u00e9"]),
        ("soft\u00adhyphen", ["softhyphen"]),
        ("हिन्दी भाषा।", ["हिन्दी", "भाषा"]),
        ("كِتَاب", ["كِتَاب"]),
        ("東京タワー、2回", ["東", "京", "タ", "ワ", "ー", "2", "回"]),
        ("ที่นี่ ๑๒", ["ที่", "นี่", "๑๒"]),
        ("ភាសា", ["ភា", "សា"]),
        ("Tokyo東京NHK", ["tokyo", "東", "京", "nhk"]),
        ("제주도 한라산", ["제주도", "한라산"]),
        ("The", ["the"]),
        ("€", ["€"]),
        ("", []),
    ],
)
def test_words_are_told_in_any_script(text: str, expected: list[str]) -> None:
    assert words(text) == tuple(unicodedata.normalize("NFKC", word) for word in expected)


def test_exact_match_takes_any_answer_that_is_right() -> None:
    assert exact_match("the 11.000 Troops.", ["eleven", "11,000 troops"]) == 1
    assert exact_match("11.000 troops of it", ["11,000 troops"]) == 0
    assert exact_match(None, ["x"]) == exact_match("x", []) == 0


def test_f1_is_the_best_overlap_of_words() -> None:
    # 2 of 3 words are right, 2 of 4 are found: 2 * (2/3 * 2/4) / (2/3 + 2/4) = 4/7.
    assert f1("sekitar 11.000 tentara", ["lebih dari 11.000 tentara"]) == pytest.approx(4 / 7)
    assert f1("red red", ["red"]) == pytest.approx(2 / 3)  # a word counts as often as it stands there
    assert f1("red", ["blue", "red car"]) == pytest.approx(2 / 3)
    assert f1("東京駅", ["東京"]) == pytest.approx(4 / 5)
    assert f1("คน", ["กิน"]) == pytest.approx(1 / 2)
    assert f1("red", ["blue"]) == f1(None, ["red"]) == f1("red", []) == 0


@given(st.text(min_size=1), st.text(min_size=1))
def test_f1_is_symmetric_and_whole_for_the_same_words(one: str, other: str) -> None:
    assert 0 <= f1(one, [other]) == f1(other, [one]) <= 1
    if words(one):
        assert f1(one, [one]) == exact_match(one, [one]) == 1
    assert exact_match(one, [other]) <= f1(one, [other]) or not words(one)


@given(
    st.text(st.sampled_from(" \nabehntAT.,'$%+^09~"))
    | st.lists(st.sampled_from("A an The cat, $9".split())).map(" ".join)
)
def test_in_english_words_are_those_of_squad(text: str) -> None:
    bare = "".join(character for character in text.lower() if character not in string.punctuation)
    squad = re.sub(r"\b(a|an|the)\b", " ", bare).split()
    assert list(words(text)) == (squad or text.lower().split())


# --- figures --------------------------------------------------------------------------------------------------


def test_figures_worked_out_by_hand() -> None:
    found = figures(
        [
            outcome(["red car"], "red car", confidence=0.9, rank=1, search_rank=2, milliseconds=10),
            outcome(["red car"], "red", confidence=0.6, rank=3, search_rank=1, milliseconds=20),
            outcome(["red car"], "blue", confidence=0.7, rank=6, search_rank=4, milliseconds=30),
            outcome(["red car"], "red car", confidence=0.2, rank=math.inf, search_rank=math.inf, milliseconds=40),
            outcome(["red car"], confidence=0.0, milliseconds=50),  # its article is not known
            outcome([], "blue", confidence=0.6, milliseconds=60),
            outcome([], "blue", confidence=0.1, milliseconds=70),
        ]
    )
    assert (found["cases"], found["answerable"], found["unanswerable"]) == (7, 5, 2)
    assert found["retrieval"] == {"recall@1": 0.25, "recall@5": 0.5, "mrr": round((1 + 1 / 3 + 1 / 6) / 4, 4)}
    assert found["search"] == {"recall@1": 0.25, "recall@5": 0.75, "mrr": round((1 / 2 + 1 + 1 / 4) / 4, 4)}
    # F1 of the best spans: 1, 2/3, 0, 1, 0.
    assert found["answers"] == {"exact_match": 0.4, "f1": round((1 + 2 / 3 + 1) / 5, 4)}
    # Above 0.6 and 0.1 lie: 0.9 both, 0.6 one and a tie, 0.7 both, 0.2 one, 0.0 none: 6.5 of 10.
    # Over all: 1, 2/3, 0, 0 (refused), 0 (refused); 0 (answered), 1 (refused).
    assert found["abstention"] == {
        "auc": 0.65, "answered": 0.6, "refused": 0.5, "f1": round((1 + 2 / 3 + 1) / 7, 4),
    }  # fmt: skip
    assert found["latency_ms"] == {"p50": 40.0, "p95": 67.0}
    assert found["failures"] == [
        {"question": "q", "expected": ["red car"], "got": "blue"},
        {"question": "q", "expected": ["red car"], "got": None},
        {"question": "q", "expected": ["red car"], "got": None},
        {"question": "q", "expected": [], "got": "blue"},
    ]


def test_calibration_worked_out_by_hand() -> None:
    found = figures(
        [
            outcome(["red"], "red", confidence=0.95),
            outcome(["red"], "blue", confidence=0.91),
            outcome([], "red", confidence=0.31),
            outcome(["red"], "red", confidence=1.0),
        ]
    )["calibration"]
    # Bin 9 says (0.95 + 0.91 + 1) / 3 and has 2/3 right; bin 3 says 0.31 and has none.
    assert found["ece"] == round((abs(2.86 - 2) + 0.31) / 4, 4)
    assert len(found["bins"]) == 10
    assert found["bins"][9] == {"from": 0.9, "to": 1.0, "cases": 3, "confidence": 0.9533, "right": 0.6667}
    assert found["bins"][3] == {"from": 0.3, "to": 0.4, "cases": 1, "confidence": 0.31, "right": 0.0}
    assert found["bins"][0] == {"from": 0.0, "to": 0.1, "cases": 0, "confidence": None, "right": None}


def test_what_no_case_can_tell_is_null() -> None:
    only_answerable = figures([outcome(["x"], "x", confidence=1.0)])
    assert set(only_answerable["retrieval"].values()) == {None}
    assert (only_answerable["abstention"]["auc"], only_answerable["abstention"]["refused"]) == (None, None)
    only_unanswerable = figures([outcome([])])
    assert set(only_unanswerable["answers"].values()) == {None}
    assert only_unanswerable["abstention"] == {"auc": None, "answered": None, "refused": 1.0, "f1": 1.0}


@given(*[st.lists(st.integers(0, 5), min_size=1, max_size=12)] * 2)
def test_auc_is_what_comparing_all_pairs_gives(positive: list[int], negative: list[int]) -> None:
    pairs = [(one > other) + (one == other) / 2 for one in positive for other in negative]
    assert auc(positive, negative) == round(sum(pairs) / len(pairs), 4)


# --- baselines ------------------------------------------------------------------------------------------------


def test_only_judged_figures_that_drop_too_far_are_worse() -> None:
    before = figures([outcome(["red car"], "red car", confidence=0.9, rank=1, milliseconds=1)])
    after = figures([outcome(["red car"], "red", confidence=0.9, rank=2, milliseconds=900)])
    changed = differences(after, before)
    assert changed["retrieval"] == {"recall@1": -1.0, "recall@5": 0.0, "mrr": -0.5}
    assert changed["latency_ms"]["p50"] == 899
    assert changed["cases"] == 0
    assert changed["abstention"]["auc"] is None
    assert changed["calibration"] == {"ece": 0.0}  # two words of three are right
    assert "failures" not in changed
    assert drops(changed, 0.4) == ["retrieval recall@1", "retrieval mrr", "answers exact_match"]
    assert drops(changed, 1) == []
    assert drops(differences(before, after), 0) == []


def test_a_drop_of_just_the_tolerance_is_none() -> None:
    tree = {
        group: dict.fromkeys([name for at, name in JUDGED_FIGURES if at == group], 0.91) for group, _ in JUDGED_FIGURES
    }
    lower = {group: dict.fromkeys(names, 0.9) for group, names in tree.items()}
    assert drops(differences(lower, tree), 0.01) == []
    assert len(drops(differences(lower, tree), 0.0099)) == len(JUDGED_FIGURES)
    assert len(drops(differences(lower, tree), math.nan)) == len(JUDGED_FIGURES)
    assert differences(tree, {}) == {group: dict.fromkeys(names) for group, names in tree.items()}


# --- trials ---------------------------------------------------------------------------------------------------


def test_a_rank_counts_articles_and_not_passages(snapshot: Snapshot) -> None:
    answerer = Answerer(snapshot, HashEmbedder(), SentenceReader(HashEmbedder()), 0.18)
    sources = [passage.article for passage in answerer.ask(CRANE).sources]
    trial = Trial(answerer)
    for place, article in enumerate(dict.fromkeys(sources), 1):
        assert trial.outcome(Case(CRANE, ("x",), article)).rank == place
    assert trial.outcome(Case(CRANE, ("x",), "elsewhere")).rank == math.inf
    assert trial.outcome(Case(CRANE, ("x",))).rank is None
    assert trial.outcome(Case(CRANE, (), "harbour")).rank is None  # nothing to be found
    assert trial.strangers([Case("q", (), "harbour"), Case("q", (), "elsewhere")]) == ["elsewhere"]


def test_where_only_a_context_is_known_the_article_with_its_sentences_is_right(snapshot: Snapshot) -> None:
    trial = Trial(Answerer(snapshot, HashEmbedder(), SentenceReader(HashEmbedder()), 0.18))
    context = "The harbour of Lowen bought a second crane\nfor 4.2 million euros.  It lifts 80 tonnes."
    assert trial.outcome(Case(CRANE, ("x",), context=context)).rank == 1
    assert trial.outcome(Case(CRANE, ("x",), context=context.replace("80", "90"))).rank == math.inf


def test_a_copy_that_is_not_indexed_stands_for_the_article_that_is(articles_dir: Path, tmp_path: Path) -> None:
    (articles_dir / "z-copy.txt").write_text((articles_dir / "harbour.txt").read_text())
    build([articles_dir], tmp_path / "index", HashEmbedder())
    with open_current(tmp_path / "index") as snapshot:
        assert [link[:2] for link in snapshot.store.links() if link[1]] == [("z-copy", "harbour")]
        trial = Trial(Answerer(snapshot, HashEmbedder(), SentenceReader(HashEmbedder()), 0.18))
        assert trial.outcome(Case(CRANE, ("x",), "z-copy")).rank == 1
        assert trial.strangers([Case("q", (), "z-copy")]) == []


class Remembering(SentenceReader):
    """A reader that keeps what it was given."""

    def read(self, question: str, passages: Sequence[Passage], among: int) -> list[Any]:
        self.passages, self.among = list(passages), among
        return list(super().read(question, passages, among))


def test_reading_gives_the_passages_that_a_build_makes_of_the_context_and_no_others() -> None:
    long = " ".join(f"Keeper number {number} lit the lamp of Torrin in {1800 + number}." for number in range(40))
    cases = over_contexts([Case("Who lit the lamp?", ("Keeper",), context=text) for text in (long, CONTEXTS[0])])
    embedder = HashEmbedder()
    with index_of(contexts_of(cases), embedder, lambda *_: None) as snapshot:
        reader = Remembering(embedder)
        trial = ReadingTrial(Answerer(snapshot, embedder, reader, 0.18), embedder)
        for case in cases:
            assert trial.outcome(case).rank is None
            made = chunk(case.context or "", embedder.count_tokens, "en")
            assert sorted(passage.text for passage in reader.passages) == sorted(one.text for one in made)
            assert reader.among == len(made)
            assert [one.score for one in reader.passages] == sorted(
                (one.score for one in reader.passages), reverse=True
            )
            vectors = embedder.embed_passages([passage.text for passage in reader.passages])
            nearness = vectors @ embedder.embed_question(case.question)
            assert [passage.dense for passage in reader.passages] == pytest.approx(nearness.tolist(), abs=2e-3)
    assert not snapshot.folder.exists()


def test_contexts_keep_their_language_or_have_it_told() -> None:
    told = "Pemerintah kota membuka kembali pasar lama setelah perbaikan yang berlangsung selama dua tahun penuh."
    with index_of({CONTEXTS[0]: "fr", told: ""}, HashEmbedder(), lambda *_: None) as snapshot:
        assert {listed.article.text: listed.article.language for listed in snapshot.store.articles()} == {
            CONTEXTS[0]: "fr",
            told: "id",
        }


# --- files of cases -------------------------------------------------------------------------------------------


def test_cases_are_read_gzipped_or_not_whatever_the_name(tmp_path: Path) -> None:
    plain = write(tmp_path / "cases.jsonl.gz", [{"QUESTION": "q\ud800", "answers": ["a", {"text": "a"}, "b"]}, OVER[0]])
    (tmp_path / "cases.txt").write_bytes(gzip.compress(b"\xef\xbb\xbf" + plain.read_bytes() + b"\n\n"))
    cases = read_cases(plain)
    assert cases == read_cases(tmp_path / "cases.txt")
    assert [(case.question, case.answers, case.line) for case in cases] == [
        ("q?", ("a", "b"), 1),
        (OVER[0]["question"], ("1874",), 2),
    ]
    assert cases[1].context == CONTEXTS[0]


def test_a_case_is_all_that_its_line_says(tmp_path: Path) -> None:
    text = "Ada leads Lowen. Ada is 80."
    answers = [
        {"text": "Ada", "start": 0}, {"text": "Ada", "start": 17}, {"text": "Lowen", "start": 9},
        {"text": "eighty", "start": -1}, {"text": "80", "start": "24"}, "Lowen",
    ]  # fmt: skip
    facts = {"id": "a-7", "article": "lowen", "question_lang": "in", "context_lang": "en-GB"}
    rows = [{"question": "q", "answers": answers, "context": text} | facts, {"question": "q", "answers": ["Ada"]}]
    whole, bare = read_cases(write(tmp_path / "cases.jsonl", rows))
    assert whole == Case(
        question="q", answers=("Ada", "Lowen", "eighty", "80"), article="lowen", context=text,
        spans=((0, 3), (17, 20)), id="a-7", question_language="id", context_language="en", line=1,
    )  # fmt: skip
    assert bare == Case("q", ("Ada",), line=2)


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


# --- the command ----------------------------------------------------------------------------------------------

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


def test_a_long_list_of_failures_is_cut() -> None:
    console = Console(width=100, record=True, file=StringIO())
    console.print(report(figures([outcome([f"[b]{number}"], confidence=1.0) for number in range(MOST_SHOWN + 7)])))
    shown = console.export_text()
    assert "[b]0" in shown  # brackets are no markup
    assert f"[b]{MOST_SHOWN - 1}" in shown
    assert f"[b]{MOST_SHOWN}" not in shown
    assert "and 7 more; --json has all." in shown


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


def test_interrupted_it_ends_quietly_and_leaves_no_half_file(index_dir: Path, tmp_path: Path) -> None:
    write(tmp_path / "cases.jsonl", CASES * 20_000)
    (tmp_path / "p.jsonl").write_text("earlier\n")
    command = [sys.executable, "-m", "bot.cli", "eval", "cases.jsonl", "--predictions", "p.jsonl"]
    run = subprocess.Popen(
        [*command, "--index-dir", str(index_dir)],
        env=environment({}),
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    deadline = time.monotonic() + 60
    while not any(path.stat().st_size for path in tmp_path.glob(".writing-*")):
        assert time.monotonic() < deadline
        assert run.poll() is None
        time.sleep(0.05)
    run.send_signal(signal.SIGINT)
    stdout, stderr = run.communicate(timeout=30)
    assert (run.returncode, stdout) == (130, "")
    assert stderr == "Interrupted; the live index is as it was.\n"
    assert (tmp_path / "p.jsonl").read_text() == "earlier\n"
    assert not list(tmp_path.glob(".*"))


# --- the sample cases -----------------------------------------------------------------------------------------


def test_the_sample_cases_hold_for_the_sample_articles(tmp_path: Path) -> None:
    build([REPOSITORY / "articles"], tmp_path / "index", HashEmbedder())
    cases = read_cases(SAMPLES)
    with open_current(tmp_path / "index") as snapshot:
        articles = {listed.article.id: listed.article.text for listed in snapshot.store.articles()}
    assert len({case.question for case in cases}) == len(cases) == 40
    assert sum(not case.answers for case in cases) == 14
    assert {case.article for case in cases} == {"", *articles}
    for case in cases:
        assert bool(case.article) == bool(case.answers)
        text = articles[case.article] if case.article else ""
        assert not case.answers or any(answer in text for answer in case.answers), case.question
