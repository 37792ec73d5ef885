"""How long does a crowd wait? A hundred users at once, beside the same questions through the library one by one.

    python benchmarks/load.py [--users 100] [--rounds 3]

Runs the real bot as a process against the Bot API server of the tests, over the sample articles. Every question is
another one, so that none comes from the cache of answers. EMBEDDING_MODEL=hash and READER_MODEL=sentence leave the
models' own time out.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from itertools import cycle
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from telegram_server import TelegramServer  # noqa: E402

from bot.answers.answerer import Answerer  # noqa: E402
from bot.evaluation.cases import read_cases  # noqa: E402
from bot.readers.loading import load_reader  # noqa: E402
from bot.settings import Settings  # noqa: E402
from index.build import build  # noqa: E402
from index.embedding.loading import load_embedder  # noqa: E402
from index.store.snapshots import open_current  # noqa: E402

TICKS = os.sysconf("SC_CLK_TCK")


def processor_seconds(pid: int) -> float:
    """What a process has used of all cores."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def peak_megabytes(pid: int) -> float:
    """The most memory that a process has had."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024


def questions(count: int) -> list[str]:
    """As many different questions: each of the sample cases, asked by somebody else."""
    asked = [case.question for case in read_cases(ROOT / "tests/data/sample-cases.jsonl")]
    return [f"{question} ({number})" for number, question in zip(range(count), cycle(asked), strict=False)]


def through_the_library(index: Path, asked: list[str]) -> tuple[list[float], float]:
    """Milliseconds of each question, one after another in this process, and processor milliseconds a question."""
    settings = Settings()
    embedder = load_embedder(settings.embedding_model, settings.model_cache)
    reader = load_reader(settings.reader_model, embedder, settings.model_cache)
    build([ROOT / "articles"], index, embedder)
    taken = []
    with open_current(index) as snapshot:
        answerer = Answerer(snapshot, embedder, reader)
        answerer.ask("warm up?")
        before = time.process_time()
        for question in asked:
            begun = time.perf_counter()
            answerer.ask(question)
            taken.append((time.perf_counter() - begun) * 1000)
    return taken, (time.process_time() - before) * 1000 / len(asked)


def through_the_bot(index: Path, folder: Path, users: int, rounds: int) -> tuple[list[float], float, float]:
    """Milliseconds from question to answer, the bot's processor milliseconds a question, and its peak memory in MB."""
    with TelegramServer() as server:
        settings = {
            "TELEGRAM_BOT_TOKEN": server.token, "TELEGRAM_API_BASE": server.url, "INDEX_DIR": str(index),
            "QUESTIONS_PER_MINUTE": "0", "STATE_DB": str(folder / "state.sqlite"), "PYTHONPATH": str(ROOT),
        }  # fmt: skip
        log = (folder / "log").open("w")
        bot = subprocess.Popen([sys.executable, "-m", "bot"], env=os.environ | settings, cwd=folder, stderr=log)
        try:
            server.wait_for_call("getUpdates", timeout=60)
            crowd = [server.user(f"User {number}", language_code="en") for number in range(users)]
            server.say(crowd[0], "warm up?")
            server.wait_for_message(crowd[0], timeout=60)
            before, taken = processor_seconds(bot.pid), []
            asked = iter(questions(users * rounds))
            for _ in range(rounds):
                begun = time.monotonic()
                for user in crowd:
                    server.say(user, next(asked))
                answered = (server.wait_for_message(user, timeout=120).sent_at for user in crowd)
                taken += [(at - begun) * 1000 for at in answered]
            processor = (processor_seconds(bot.pid) - before) * 1000 / (users * rounds)
            return taken, processor, peak_megabytes(bot.pid)
        finally:
            bot.terminate()
            bot.wait(timeout=60)
            log.close()


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--users", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    with TemporaryDirectory() as name:
        folder = Path(name)
        alone, answering = through_the_library(folder / "index", questions(options.users * options.rounds))
        crowd, everything, megabytes = through_the_bot(folder / "index", folder, options.users, options.rounds)
    print(f"{'milliseconds':44}{'p50':>8}{'p95':>8}{'all':>9}{'processor':>11}")
    for label, times, whole, processor in (
        ("through the library, one after another", alone, sum(alone), answering),
        (f"through the bot, {options.users} at once", crowd, max(crowd) * options.rounds, everything),
    ):
        print(f"{label:44}{np.percentile(times, 50):8.0f}{np.percentile(times, 95):8.0f}{whole:9.0f}{processor:11.1f}")
    print(f"the bot's own processor time, a question: {everything - answering:.1f}")
    print(f"its peak memory: {megabytes:.0f} MB")


if __name__ == "__main__":
    main()
