"""How quick is Kabar beside sentence-transformers doing the same? One table, everything in one run.

    python benchmarks/speed.py

A cold `kabar ask` over the sample articles against a ten-line script (plain_script.py, its index made beforehand);
one question and PASSAGES passages embedded by Kabar, by sentence-transformers in torch and with its ONNX backend (which
needs the test extra); and the peak memory of each of these processes. Medians of RUNS runs, taken in turn.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from platformdirs import user_cache_path

RUNS, PASSAGES = 5, 200
QUESTION = "how many troops were sent to Kursk?"
KABAR = [sys.executable, "-m", "bot.cli"]
ARTICLES = Path(__file__).parent.parent / "articles"
EMBED = """
import sys, time
from pathlib import Path
from statistics import median
sys.path.insert(0, {root!r})
{load}
texts = [" ".join(f"kata{{n % 97}} berita{{n % 89}}" for n in range(at, at + 28)) for at in range({passages})]
question()
def seconds(what, times):
    taken = []
    for _ in range(times):
        begun = time.perf_counter()
        what()
        taken.append(time.perf_counter() - begun)
    return median(taken)
print(seconds(question, 50), seconds(lambda: passages(texts), 1))
"""
LOAD = {
    "Kabar": """
from index.embedding.loading import load_embedder
embedder = load_embedder("bundled", Path({cache!r}))
question = lambda: embedder.embed_question({asked!r})
passages = embedder.embed_passages
""",
    "sentence-transformers, torch": """
from sentence_transformers import SentenceTransformer
model = SentenceTransformer({folder!r}, device="cpu")
question = lambda: model.encode_query({asked!r})
passages = model.encode_document
""",
    "sentence-transformers, onnx": """
from sentence_transformers import SentenceTransformer
model = SentenceTransformer({folder!r}, device="cpu", backend="onnx")
question = lambda: model.encode_query({asked!r})
passages = model.encode_document
""",
}


def run(command: list[str], folder: Path) -> tuple[float, float, str]:
    """Wall seconds, peak memory in MB and output of a whole process."""
    begun = time.perf_counter()
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert process.stdout is not None
    output = process.stdout.read()
    _pid, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"{command} failed; run it by hand to see why")
    return time.perf_counter() - begun, usage.ru_maxrss / (1024 if sys.platform == "linux" else 1024**2), output


def cold_starts(model: Path, folder: Path) -> None:
    """Print how long a single question takes from the start of the process."""
    shutil.copytree(ARTICLES, folder / "articles")
    plain = [sys.executable, str(Path(__file__).parent / "plain_script.py"), str(model), "articles", QUESTION]
    commands = {"kabar ask": [*KABAR, "ask", QUESTION], "ten-line script": plain}
    run([*KABAR, "index", "build"], folder)
    measured: dict[str, list[tuple[float, float, str]]] = {name: [] for name in commands}
    for _ in range(RUNS + 1):  # the first run warms the disk's cache
        for name, command in commands.items():
            measured[name].append(run(command, folder))
    for name, runs in measured.items():
        seconds, megabytes = (median(one[at] for one in runs[1:]) for at in (0, 1))
        print(f"{name:32}{seconds:10.2f} s{megabytes:12.0f} MB")


def embedding(model: Path, folder: Path) -> None:
    """Print how long one question and many passages take, once the model is loaded."""
    root = str(Path(__file__).parent.parent)
    facts = {"cache": str(user_cache_path("kabar")), "folder": str(model), "asked": QUESTION}
    measured: dict[str, list[tuple[float, float, float]]] = {name: [] for name in LOAD}
    for _ in range(RUNS):
        for name, load in LOAD.items():
            script = EMBED.format(root=root, load=load.format(**facts), passages=PASSAGES)
            _seconds, megabytes, output = run([sys.executable, "-c", script], folder)
            question, passages = map(float, output.split())
            measured[name].append((question * 1000, PASSAGES / passages, megabytes))
    for name, runs in measured.items():
        question, speed, megabytes = (median(one[at] for one in runs) for at in range(3))
        print(f"{name:32}{question:9.1f} ms{speed:9.1f} passages/s{megabytes:8.0f} MB")


def main() -> None:
    """Print both tables."""
    os.environ |= {"PYTHONPATH": str(Path(__file__).parent.parent), "TOKENIZERS_PARALLELISM": "false"}
    with TemporaryDirectory() as temporary:
        model = Path(temporary) / "model"
        run([*KABAR, "model", "export", str(model)], Path(temporary))
        print(f"{'a question, from a cold start':32}{'wall':>12}{'peak memory':>15}")
        cold_starts(model, Path(temporary))
        print(f"{'embedding':32}{'a question':>12}{f'{PASSAGES} passages':>20}{'peak':>10}")
        embedding(model, Path(temporary))


if __name__ == "__main__":
    main()
