"""The real `kabar` command, as a person and as a program use it."""

from __future__ import annotations

import json
import os
import pty
import re
import resource
import select
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from kabar_process import environment
from patience import PATIENCE

from index.types import Embedder

QUESTION = "For how many million euros was the second crane of the harbour bought?"
ANSWER = "The harbour of Lowen bought a second crane for 4.2 million euros."
Kabar = Callable[..., "subprocess.CompletedProcess[str]"]


def test_a_question_is_answered(kabar: Kabar, index_dir: Path, articles_dir: Path) -> None:
    run = kabar("ask", QUESTION, "--index-dir", str(index_dir))
    assert (run.returncode, run.stderr) == (0, "")
    title = "Harbour of Lowen gets a second crane"
    assert run.stdout == f"{ANSWER}\n\n{title} · 3 March 2024\n{articles_dir}/harbour.txt\n"


def test_json_stands_alone_on_standard_output(kabar: Kabar, index_dir: Path) -> None:
    run = kabar("ask", "--json", QUESTION, "--index-dir", str(index_dir))
    answer = json.loads(run.stdout)
    assert (run.returncode, run.stderr) == (0, "")
    assert answer["answer"] == answer["quote"]["text"][answer["quote"]["start"] : answer["quote"]["end"]] == ANSWER
    assert answer["sources"][0]["published"] == "2024-03-03"
    assert run.stdout.count("\n") == 1


def test_what_the_articles_do_not_say_exits_with_1(kabar: Kabar, index_dir: Path) -> None:
    run = kabar("ask", "siapa juara dunia?", settings={"INDEX_DIR": str(index_dir)})
    assert run.returncode == 1
    assert run.stdout.startswith("The articles do not say.\n\nWhat comes closest:\n")
    as_json = kabar("ask", "--json", "siapa juara dunia?", settings={"INDEX_DIR": str(index_dir)})
    assert (as_json.returncode, json.loads(as_json.stdout)["answer"]) == (1, None)


def test_an_answer_is_explained(kabar: Kabar, index_dir: Path) -> None:
    run = kabar("ask", "--explain", QUESTION, "--index-dir", str(index_dir))
    assert run.returncode == 0, run.stderr
    assert re.search(r"harbour\[\d+:\d+\] .*\d\.\d{3} .*\d\.\d{2}", run.stdout)
    assert re.search(r"Answered: .*\(confidence 0\.\d\d and ANSWER_THRESHOLD 0\.18\)", run.stdout)
    told = json.loads(kabar("ask", "--explain", "--json", QUESTION, "--index-dir", str(index_dir)).stdout)
    explanation = told["explanation"]
    assert explanation["candidates"][0]["answer"] == told["answer"]
    assert (explanation["understood"], explanation["threshold"]) == (QUESTION, 0.18)


def test_a_refusal_is_explained(kabar: Kabar, index_dir: Path) -> None:
    run = kabar("ask", "--explain", "siapa juara dunia?", "--index-dir", str(index_dir))
    assert run.returncode == 1
    assert "Refused: the best candidate has too little (confidence 0." in run.stdout


def test_questions_may_come_line_by_line(kabar: Kabar, index_dir: Path) -> None:
    run = kabar("ask", "--json", "--index-dir", str(index_dir), input=f"{QUESTION}\n\n  \nsiapa?\n")
    assert run.returncode == 0
    assert [json.loads(line)["answer"] for line in run.stdout.splitlines()] == [ANSWER, None]


def test_the_prompt_answers_remembers_and_ends(index_dir: Path, tmp_path: Path) -> None:
    terminal, inside = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "bot.cli", "ask", "--index-dir", str(index_dir)],
        env=environment({"TERM": "xterm", "PROMPT_TOOLKIT_NO_CPR": "1"}),
        cwd=tmp_path,
        stdin=inside,
        stdout=inside,
        stderr=inside,
    )
    os.close(inside)
    shown = ""

    def until(text: str, times: int = 1) -> None:
        nonlocal shown
        while shown.count(text) < times:
            assert select.select([terminal], [], [], PATIENCE)[0], shown
            shown += os.read(terminal, 65536).decode(errors="replace")

    until("Ask about 3 news articles")
    until("\x1b[?2004h")  # bracketed paste is on: the prompt is there
    os.write(terminal, f"{QUESTION}\r".encode())
    until("harbour.txt")
    until("\x1b[?2004h", times=2)
    os.write(terminal, b"half a line\x03")  # Ctrl-C drops the line
    until("\x1b[?2004h", times=3)
    os.write(terminal, b"\x1b[A\r")  # the arrow key brings the question back
    until("harbour.txt", times=2)
    until("\x1b[?2004h", times=4)
    os.write(terminal, b"\x04")  # Ctrl-D
    assert process.wait(timeout=PATIENCE) == 0
    os.close(terminal)


def test_search_shows_passages_with_their_scores(kabar: Kabar, index_dir: Path) -> None:
    run = kabar("search", "second crane", "-k", "2", "--json", "--index-dir", str(index_dir))
    found = json.loads(run.stdout)
    assert (found["question"], len(found["passages"])) == ("second crane", 2)
    assert {"article", "title", "published", "url", "path", "start", "end", "text", "score", "dense", "keyword"} <= set(
        found["passages"][0]
    )
    shown = kabar("search", "second crane", "--index-dir", str(index_dir)).stdout
    assert "1. Harbour of Lowen" in shown
    assert "score 0." in shown


def test_a_build_says_what_it_did(kabar: Kabar, articles_dir: Path, tmp_path: Path) -> None:
    (articles_dir / "empty.txt").write_text("")
    first = kabar("index", "build", "--json", settings={"ARTICLES_DIR": str(articles_dir)})
    report = json.loads(first.stdout)
    assert list(report) == [
        "snapshot", "added", "updated", "removed", "moved", "unchanged", "skipped", "copies", "superseded", "similar",
        "chunks",        "embedded", "reused", "seconds",
    ]  # fmt: skip
    assert (report["added"], report["unchanged"], report["reused"]) == (["harbour", "market", "orchestra"], 0, 0)
    assert report["skipped"] == [{"path": str(articles_dir / "empty.txt"), "reason": "it is empty"}]
    (articles_dir / "market.txt").unlink()
    second = kabar("index", "build", "--articles", str(articles_dir))
    assert "The index holds 2 articles" in second.stdout
    assert "removed: market" in second.stdout
    assert "it is empty" in second.stdout


def test_list_and_status_tell_what_is_there(kabar: Kabar, index_dir: Path) -> None:
    settings = {"INDEX_DIR": str(index_dir)}
    listed = json.loads(kabar("index", "list", "--json", settings=settings).stdout)["articles"]
    assert [(one["article"], one["published"]) for one in listed] == [
        ("harbour", "2024-03-03"), ("market", "2024-01-08"), ("orchestra", "2023-07-12"),
    ]  # fmt: skip
    status = json.loads(kabar("index", "status", "--json", settings=settings).stdout)
    assert (status["articles"], status["model"], status["newest"]) == (3, "hash", "2024-03-03")
    assert status["bytes"] == sum(file.stat().st_size for file in index_dir.glob("snapshots/*/*"))
    assert "Pasar Melati dibuka kembali" in kabar("index", "list", settings=settings).stdout
    assert status["snapshot"] in kabar("index", "status", settings=settings).stdout
    lines = kabar("index", "list", settings=settings | {"COLUMNS": "60"}).stdout.splitlines()
    assert [line.rstrip().endswith(".txt") for line in lines] == [False, True, True, True]
    nothing = json.loads(kabar("index", "list", "none", "--json", settings=settings).stdout)
    assert nothing["articles"] == []  # what an article has not, such as a link, is no word of it


def test_json_is_utf_8_in_every_terminal(articles_dir: Path, index_dir: Path, tmp_path: Path) -> None:
    title = "Kafe “Melati” naïve \U0001f600"
    (articles_dir / "cafe.txt").write_text(f"{title}\n\nThe café on Mill Street opened in May.\n", encoding="utf-8")
    settings = {"INDEX_DIR": str(index_dir), "ARTICLES_DIR": str(articles_dir), "PYTHONIOENCODING": "latin-1"}
    for arguments in (["index", "build"], ["index", "list"]):
        command = [sys.executable, "-m", "bot.cli", *arguments, "--json"]
        run = subprocess.run(command, env=environment(settings), cwd=tmp_path, capture_output=True, check=True)
        result = json.loads(run.stdout.decode("utf-8"))
    assert title in {article["title"] for article in result["articles"]}


@pytest.mark.parametrize(
    ("arguments", "settings", "sentence"),
    [
        (["ask", "who?"], {}, "There is no index in var/index yet. Run: kabar index build"),
        (["search", "who?"], {}, "There is no index in var/index yet"),
        (["index", "list"], {}, "There is no index in var/index yet"),
        (["index", "status"], {}, "There is no index in var/index yet"),
        (["ask", " "], {}, "The question is empty"),
        (["search", ""], {}, "The question is empty"),
        (["index", "build"], {}, "There is no file or folder articles"),
        (["index", "build", "nowhere"], {}, "There is no file or folder nowhere"),
        (["ask", "who?"], {"ANSWER_THRESHOLD": "high"}, "ANSWER_THRESHOLD: "),
        (["bot"], {}, "TELEGRAM_BOT_TOKEN is not set"),
        (["ask", "--unknown"], {}, "No such option"),
        (["fly"], {}, "No such command"),
        (["index", "history"], {}, "There is no index in var/index yet"),
        (["index", "rollback"], {}, "There is no index in var/index yet"),
        (["index", "remove", "x"], {}, "There is no index in var/index yet"),
        (["index", "build", "--watch", "--full"], {}, "--watch goes with neither"),
        (["ask", "who?", "--since", "yesterday"], {}, "--since"),
        (["ask", "who?", "--since", "2024-02-01", "--until", "2024-01-01"], {}, "--since is later than --until"),
    ],
)
def test_wrong_usage_exits_with_2_and_says_what_to_do(
    kabar: Kabar, arguments: list[str], settings: dict[str, str], sentence: str
) -> None:
    run = kabar(*arguments, settings=settings)
    assert (run.returncode, run.stdout) == (2, "")
    assert sentence in run.stderr
    assert "Traceback" not in run.stderr


def test_a_question_may_be_asked_of_some_articles_only(kabar: Kabar, articles_dir: Path, index_dir: Path) -> None:
    def articles(*options: str) -> set[str]:
        run = kabar("ask", "second crane", "--json", *options, "--index-dir", str(index_dir))
        return {source["article"] for source in json.loads(run.stdout)["sources"]}

    assert articles() == {"harbour", "market", "orchestra"}
    assert articles("--since", "2024-01-08") == {"harbour", "market"}
    assert articles("--since", "2024-01-08", "--until", "2024-03-02") == {"market"}
    assert articles("--language", "ID") == {"market"}
    assert articles("--article", "market", "--article", "orchestra") == {"market", "orchestra"}
    assert articles("--since", "2030-01-01") == set()
    found = json.loads(
        kabar("search", "second crane", "--json", "--until", "2023-12-31", "--index-dir", str(index_dir)).stdout
    )
    assert {passage["article"] for passage in found["passages"]} == {"orchestra"}
    unknown = kabar("ask", "second crane", "--article", "harbor", "--index-dir", str(index_dir))
    assert (unknown.returncode, unknown.stdout) == (2, "")
    assert "There is no article harbor in the index" in unknown.stderr
    (articles_dir / "zz.txt").write_bytes((articles_dir / "harbour.txt").read_bytes())
    kabar("index", "build", settings={"INDEX_DIR": str(index_dir), "ARTICLES_DIR": str(articles_dir)})
    copy = kabar("search", "crane", "--article", "zz", "--index-dir", str(index_dir))
    assert (copy.returncode, "zz is a copy of harbour" in copy.stderr) == (2, True)
    garbled = kabar("search", "crane", "--article", "\udcff", "--index-dir", str(index_dir))
    assert (garbled.returncode, garbled.stdout) == (2, "")


def test_an_older_version_is_named_wherever_articles_are(kabar: Kabar, tmp_path: Path) -> None:
    settings = {"INDEX_DIR": str(tmp_path / "index"), "ARTICLES_DIR": str(tmp_path / "articles")}
    (tmp_path / "articles").mkdir()
    text = "A flood tore through the valley of Sella and carried off {} houses, and 210 people slept in the school."
    for name, houses, day in (("old", 17, 18), ("new", 11, 19)):
        matter = f"---\ntitle: Flood\ndate: 2025-03-{day}\nurl: https://valley.example/flood\n---\n\n"
        (tmp_path / "articles" / f"{name}.md").write_text(matter + text.format(houses))
    built = kabar("index", "build", settings=settings).stdout
    assert "older version, not indexed: old is superseded by new" in built
    facts = json.loads(kabar("index", "build", "--json", settings=settings).stdout)
    assert (facts["superseded"], facts["copies"], facts["unchanged"]) == ([{"article": "old", "by": "new"}], [], 1)
    assert "superseded by new" in kabar("index", "list", settings=settings).stdout
    listed = json.loads(kabar("index", "list", "--json", settings=settings).stdout)["articles"]
    assert [(one["article"], one["superseded_by"]) for one in listed] == [("new", None), ("old", "new")]
    assert json.loads(kabar("index", "status", "--json", settings=settings).stdout)["superseded"] == 1
    asked = kabar("search", "houses", "--article", "old", settings=settings)
    assert (asked.returncode, "old is superseded by new" in asked.stderr) == (2, True)
    assert "old" in kabar("index", "remove", "new", settings=settings).stdout
    listed = json.loads(kabar("index", "list", "--json", settings=settings).stdout)["articles"]
    assert [(one["article"], one["superseded_by"]) for one in listed] == [("old", None)]


def test_articles_come_and_go_by_command(kabar: Kabar, articles_dir: Path, index_dir: Path, tmp_path: Path) -> None:
    settings = {"INDEX_DIR": str(index_dir), "ARTICLES_DIR": str(articles_dir)}
    (tmp_path / "bakery.md").write_text("# New bakery\n\nThe bakery on Mill Street opened in May.\n")
    added = json.loads(kabar("index", "add", "--json", "bakery.md", "photo.jpg", settings=settings).stdout)
    assert (added["added"], added["files"]) == (["bakery"], [str(articles_dir / "bakery.md")])
    assert [skipped["path"] for skipped in added["skipped"]] == ["photo.jpg"]
    removed = json.loads(kabar("index", "remove", "--json", "bakery", settings=settings).stdout)
    assert (removed["removed"], removed["files"]) == (["bakery"], [str(index_dir / "removed" / "bakery.md")])
    refused = kabar("index", "add", "photo.jpg", "http://127.0.0.1:9/x", "file:///etc/passwd", settings=settings)
    assert (refused.returncode, refused.stdout) == (3, "")
    assert [line.partition(": ")[0] for line in refused.stderr.splitlines()] == [
        "photo.jpg", "http://127.0.0.1:9/x", "file:///etc/passwd",
    ]  # fmt: skip
    misspelt = kabar("index", "remove", "harbor", settings=settings)
    assert (misspelt.returncode, misspelt.stderr.count("\n")) == (2, 1)
    assert "Did you mean harbour" in misspelt.stderr


def test_one_can_look_back_and_go_back(kabar: Kabar, articles_dir: Path, index_dir: Path) -> None:
    settings = {"INDEX_DIR": str(index_dir), "ARTICLES_DIR": str(articles_dir)}
    (articles_dir / "market.txt").unlink()
    planned = json.loads(kabar("index", "build", "--dry-run", "--json", settings=settings).stdout)
    assert (planned["removed"], planned["dry_run"]) == (["market"], True)
    assert "market" in kabar("index", "list", settings=settings).stdout
    kabar("index", "build", settings=settings)
    kept = json.loads(kabar("index", "history", "--json", settings=settings).stdout)["snapshots"]
    assert [(one["live"], one["removed"], one["articles"]) for one in kept] == [(True, ["market"], 2), (False, [], 3)]
    assert "-1" in kabar("index", "history", settings=settings).stdout
    back = json.loads(kabar("index", "rollback", "--json", settings=settings).stdout)
    assert back == {"snapshot": kept[1]["snapshot"], "before": kept[0]["snapshot"]}
    assert "Pasar Melati" in kabar("index", "list", "pasar", settings=settings).stdout
    assert "Pasar Melati" not in kabar("index", "list", "crane", settings=settings).stdout
    last = kabar("index", "rollback", settings=settings)
    assert (last.returncode, last.stdout) == (2, "")
    assert "There is no snapshot before" in last.stderr
    assert json.loads(kabar("index", "build", "--full", "--json", settings=settings).stdout)["reused"] == 0


def test_a_doctor_finds_what_is_wrong_and_says_what_mends_it(
    kabar: Kabar, articles_dir: Path, index_dir: Path, tmp_path: Path
) -> None:
    settings = {"INDEX_DIR": str(index_dir), "ARTICLES_DIR": str(articles_dir)}
    well = kabar("index", "doctor", "--json", settings=settings)
    assert (well.returncode, json.loads(well.stdout)["ok"]) == (0, True)
    told = kabar("index", "doctor", settings=settings).stdout
    assert "wrong" not in told
    assert "model: hash, 512 dimensions, computed in whole numbers\n" in told

    def wrong(**changed: str) -> dict[str, str]:
        run = kabar("index", "doctor", "--json", settings=settings | changed)
        assert run.returncode == 1
        return {check["check"]: check["detail"] for check in json.loads(run.stdout)["checks"] if not check["ok"]}

    (articles_dir / "empty.txt").write_text("")
    assert "it is empty" in wrong()["articles in the index"]
    (articles_dir / "bakery.txt").write_text("New bakery\n\nThe bakery on Mill Street opened in May.\n")
    assert "it is empty" in wrong()["articles in the index"]
    for name in ("empty.txt", "bakery.txt"):
        (articles_dir / name).unlink()
    assert "cannot be loaded" in wrong(EMBEDDING_MODEL=str(tmp_path / "nowhere"))["model"]
    assert "cannot be loaded" in wrong(READER_MODEL=str(tmp_path / "nowhere"))["reader"]
    assert "there is no folder" in wrong(ARTICLES_DIR="nowhere")["articles"]
    assert "There is no index" in wrong(INDEX_DIR="nowhere")["live index"]
    (vectors,) = index_dir.glob("snapshots/*/vectors.faiss")
    vectors.write_bytes(vectors.read_bytes()[:-1])
    assert {"snapshot", "live index"} <= set(wrong())


def test_a_watching_build_follows_the_folder(articles_dir: Path, index_dir: Path) -> None:
    brackets = articles_dir.parent / "["  # which are rich's own language
    brackets.mkdir()
    articles_dir = articles_dir.rename(brackets / "news]")
    command = [sys.executable, "-m", "bot.cli", "index", "build", "--watch", "--json"]
    settings = {"INDEX_DIR": str(index_dir), "ARTICLES_DIR": str(articles_dir)}
    watching = subprocess.Popen(
        command, env=environment(settings), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert watching.stdout is not None
    try:
        assert json.loads(watching.stdout.readline())["updated"] == ["harbour", "market", "orchestra"]
        (articles_dir / "bakery.txt").write_text("New bakery\n\nThe bakery on Mill Street opened in May.\n")
        assert json.loads(watching.stdout.readline())["added"] == ["bakery"]
    finally:
        watching.send_signal(signal.SIGINT)
    _, errors = watching.communicate(timeout=PATIENCE)
    assert "Traceback" not in errors


def test_a_damaged_index_exits_with_2(kabar: Kabar, index_dir: Path) -> None:
    (vectors,) = index_dir.glob("snapshots/*/vectors.faiss")
    content = bytearray(vectors.read_bytes())
    content[-100] ^= 1
    vectors.write_bytes(content)
    run = kabar("ask", QUESTION, "--index-dir", str(index_dir))
    assert run.returncode == 2
    assert run.stderr.rstrip().endswith("is damaged. Run: kabar index build")


def test_an_index_that_cannot_be_written_exits_with_3(kabar: Kabar, articles_dir: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    run = kabar("index", "build", str(articles_dir), "--index-dir", str(tmp_path / "file" / "index"))
    assert run.returncode == 3
    assert "The index could not be built" in run.stderr
    assert "Traceback" not in run.stderr


def test_a_cache_without_room_for_the_model_is_told(kabar: Kabar, index_dir: Path, tmp_path: Path) -> None:
    run = kabar(
        *("ask", "who?", "--index-dir", str(index_dir)),
        settings={"EMBEDDING_MODEL": "bundled", "MODEL_CACHE": str(tmp_path / "cache")},
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (10_000_000, 10_000_000)),
    )
    assert run.returncode == 2
    assert "cannot be unpacked" in run.stderr
    assert "Free 100 MB there, or set MODEL_CACHE" in run.stderr
    assert [path for path in (tmp_path / "cache").iterdir() if path.is_dir()] == []


def test_debug_shows_the_traceback(kabar: Kabar) -> None:
    assert "Traceback" in kabar("ask", "who?", "--debug").stderr


def test_a_question_in_another_encoding_is_asked_all_the_same(kabar: Kabar, index_dir: Path) -> None:
    run = subprocess.run(
        [sys.executable.encode(), b"-m", b"bot.cli", b"ask", b"crane \xff\xfe?", b"--json"],
        env=environment({"INDEX_DIR": str(index_dir), "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}),
        capture_output=True,
        check=False,
    )
    assert run.returncode in {0, 1}, run.stderr
    assert json.loads(run.stdout)["question"].startswith("crane ")


def test_a_reader_of_the_output_may_go_away(kabar: Kabar, index_dir: Path) -> None:
    command = f"{sys.executable} -m bot.cli index list --index-dir {index_dir} | true"
    run = subprocess.run(command, shell=True, env=environment({}), capture_output=True, text=True, check=False)  # noqa: S602
    assert (run.returncode, run.stderr) == (0, "")


def imported(stderr: str) -> set[str]:
    """The libraries that a process started with PYTHONPROFILEIMPORTTIME imported."""
    return {line.rpartition("|")[2].strip().partition(".")[0] for line in stderr.splitlines() if "|" in line}


def test_a_question_needs_no_training_library(
    kabar: Kabar, model_cache: Path, bundled: Embedder, articles_dir: Path
) -> None:
    settings = {"EMBEDDING_MODEL": "", "MODEL_CACHE": str(model_cache), "ARTICLES_DIR": str(articles_dir)}
    assert kabar("index", "build", settings=settings).returncode == 0
    run = kabar("ask", QUESTION, settings=settings | {"PYTHONPROFILEIMPORTTIME": "1"})
    assert run.stdout.startswith(ANSWER)
    assert {"onnxruntime", "sentencepiece", "faiss"} <= imported(run.stderr)
    assert (
        imported(run.stderr) & {"torch", "transformers", "sentence_transformers", "tokenizers", "onnx", "scipy"}
        == set()
    )


def test_help_answers_without_the_heavy_libraries(tmp_path: Path) -> None:
    code = (
        "import sys\nfrom typer.testing import CliRunner\nfrom bot.cli import app\n"
        "assert 'Ask a folder of news articles' in CliRunner().invoke(app, ['--help']).output\n"
        "print([name for name in ('torch', 'transformers', 'faiss', 'telegram', 'trafilatura') if name in sys.modules])"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], env=environment({}), cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert run.stdout.strip() == "[]"
