"""What most tests share: a few small articles, and indexes over them."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from kabar_process import Kabar, environment
from patience import PATIENCE
from sample_articles import write_articles

from bot.answers.answerer import Answerer
from bot.answers.live import LiveAnswerer
from bot.readers.sentence import SentenceReader
from index.build import build
from index.embedding.exporting import export
from index.embedding.hashing import HashEmbedder
from index.embedding.loading import load_embedder
from index.store.snapshots import Snapshot, open_current
from index.types import Embedder

pytest_plugins = ["bot_process"]  # the fixtures of the bot as a process

# How long an example takes tells of the machine and not of Kabar; that examples of a test share its folder is no harm,
# where each writes its file anew. Examples are the same on every run, so that a red build is the fault of the change at
# hand; `pytest --hypothesis-profile=search` draws new ones, and ten times as many.
settings.register_profile(
    "kabar",
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.register_profile("search", settings.get_profile("kabar"), derandomize=False, max_examples=1000)
settings.load_profile("kabar")


@pytest.fixture
def articles_dir(tmp_path: Path) -> Path:
    """A folder with three articles, one of them Indonesian."""
    folder = tmp_path / "articles"
    write_articles(folder)
    return folder


@pytest.fixture
def index_dir(tmp_path: Path, articles_dir: Path) -> Path:
    """An index of those three articles, made with the `hash` embedder."""
    folder = tmp_path / "index"
    build([articles_dir], folder, HashEmbedder())
    return folder


@pytest.fixture
def snapshot(index_dir: Path) -> Snapshot:
    return open_current(index_dir)


@pytest.fixture
def live(index_dir: Path) -> LiveAnswerer:
    """The answerer of that index, which follows what is built."""
    embedder = HashEmbedder()

    def answerer(snapshot: Snapshot) -> Answerer:
        return Answerer(snapshot, embedder, SentenceReader(embedder), 0.1)

    return LiveAnswerer(index_dir, open_current(index_dir), answerer)


@pytest.fixture
def add_bakery(articles_dir: Path, index_dir: Path) -> Callable[[], str]:
    """Adds an article about a bakery to that index; gives the name of the new snapshot."""

    def add() -> str:
        (articles_dir / "bakery.txt").write_text("New bakery\n\nThe bakery on Mill Street opened in May.\n")
        return build([articles_dir], index_dir, HashEmbedder()).snapshot

    return add


@pytest.fixture
def anyio_backend() -> str:
    """Coroutines of tests run on the loop that the bot runs on."""
    return "asyncio"


@pytest.fixture(scope="session")
def model_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the embedded model is unpacked, once for all tests."""
    return tmp_path_factory.mktemp("models")


@pytest.fixture(scope="session")
def bundled(model_cache: Path) -> Embedder:
    """The real embedded model."""
    return load_embedder("bundled", model_cache)


@pytest.fixture(scope="session")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same model as a folder for sentence-transformers."""
    folder = tmp_path_factory.mktemp("exported")
    export(folder)
    return folder


@pytest.fixture
def kabar(tmp_path: Path) -> Kabar:
    """Runs the real `kabar` command in an empty folder, with the settings given and no others."""

    def run(
        *arguments: str, settings: Mapping[str, str] | None = None, **options: object
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "bot.cli", *arguments],
            env=environment(settings or {}),
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
            **options,  # type: ignore[call-overload]
        )

    return run
