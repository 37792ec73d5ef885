"""The wheel, installed away from the tree: what pyproject.toml forgets is missing there, and nowhere else."""

from __future__ import annotations

import json
import shutil
import site
import subprocess
import sys
import tomllib
import venv
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from zipfile import ZipFile

import pytest
from bot_process import ANSWER, QUESTION
from docx import Document
from kabar_process import REPOSITORY, environment
from patience import PATIENCE, wait_until
from telegram_server import TelegramServer

pytestmark = pytest.mark.slow
PACKAGES = ("bot", "index")
BESIDE = ("pyproject.toml", "README.md", "LICENSE")
"""What a wheel is made of, beside the packages."""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from a copy: in the tree it would take along what an older build left there."""
    tree, folder = tmp_path_factory.mktemp("tree"), tmp_path_factory.mktemp("wheel")
    for name in BESIDE:
        shutil.copy(REPOSITORY / name, tree)
    for name in PACKAGES:
        shutil.copytree(REPOSITORY / name, tree / name, ignore=shutil.ignore_patterns("__pycache__"))
    pip("wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", str(folder), str(tree))
    (wheel,) = folder.iterdir()
    return wheel


@pytest.fixture(scope="module")
def elsewhere(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs of a fresh environment that has the wheel, and the libraries of the environment of the tests."""
    home = tmp_path_factory.mktemp("elsewhere")
    venv.create(home, symlinks=True)
    pip("--python", str(home / "bin" / "python"), "install", "--no-deps", "--no-index", str(wheel))
    # A folder that a .pth file names is searched, but its own .pth files are not followed: that of an editable Kabar
    # would lead back into the tree.
    (packages,) = home.glob("lib/python*/site-packages")
    (packages / "libraries.pth").write_text("\n".join(site.getsitepackages()))
    return home / "bin"


def pip(*arguments: str) -> None:
    """Run pip as if nobody had configured it, and without a network."""
    command = [sys.executable, "-m", "pip", "--isolated", *arguments]
    process = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert process.returncode == 0, process.stdout + process.stderr


def without_tree(settings: Mapping[str, str]) -> dict[str, str]:
    """What a process needs that must not find the tree."""
    return environment({**settings, "PYTHONPATH": ""})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty folder to run in."""
    folder = tmp_path / "empty"
    folder.mkdir()
    return folder


@pytest.fixture
def run(elsewhere: Path, folder: Path) -> Callable[..., str]:
    """Runs a program of the other environment in the empty folder; gives what it prints."""

    def run(*command: str, settings: Mapping[str, str] | None = None) -> str:
        process = subprocess.run(
            [elsewhere / command[0], *command[1:]],
            env=without_tree(settings or {}),
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        assert process.returncode == 0, process.stdout + process.stderr
        return process.stdout

    return run


@pytest.fixture
def bot(server: TelegramServer, elsewhere: Path, folder: Path, index_dir: Path) -> Iterator[subprocess.Popen[bytes]]:
    """The bot of the other environment, on the small index."""
    settings = {"TELEGRAM_BOT_TOKEN": server.token, "TELEGRAM_API_BASE": server.url, "INDEX_DIR": str(index_dir)}
    process = subprocess.Popen([elsewhere / "kabar", "bot"], env=without_tree(settings), cwd=folder)
    yield process
    process.kill()
    process.wait()


def test_it_holds_every_file_of_the_packages_and_no_other(wheel: Path) -> None:
    with ZipFile(wheel) as archive:
        contents = {name for name in archive.namelist() if ".dist-info/" not in name}
    files = {
        path.relative_to(REPOSITORY).as_posix()
        for package in PACKAGES
        for path in (REPOSITORY / package).rglob("*")
        if path.is_file() and path.parent.name != "__pycache__" and not path.name.startswith(".")
    }
    assert contents == files


def test_it_is_what_runs_there_in_its_version(run: Callable[..., str], elsewhere: Path) -> None:
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text("utf-8"))["project"]
    assert run("kabar", "--version") == f"kabar {project['version']}\n"
    files = run("python", "-c", "import bot, index\nfor package in bot, index: print(package.__file__)")
    assert [elsewhere.parent in Path(file).parents for file in files.split()] == [True, True]


def test_the_terminal_builds_and_answers(run: Callable[..., str], articles_dir: Path) -> None:
    document = Document()  # read by a process of its own, which has to find the packages too
    document.add_paragraph("Lighthouse of Lowen is painted again")
    document.add_paragraph("The lighthouse of Lowen was painted in red and white by Ines Falk.")
    document.save(str(articles_dir / "lighthouse.docx"))
    settings = {"ARTICLES_DIR": str(articles_dir)}
    report = json.loads(run("kabar", "index", "build", "--json", settings=settings))
    assert (sorted(report["added"]), report["skipped"]) == (["harbour", "lighthouse", "market", "orchestra"], [])
    assert json.loads(run("kabar", "ask", QUESTION, "--json", settings=settings))["answer"] == ANSWER


def test_the_bot_answers(server: TelegramServer, bot: subprocess.Popen[bytes]) -> None:
    alice = server.user("Alice", language_code="id")

    def has_said(text: str) -> bool:
        assert bot.poll() is None, "the bot ended; what it wrote stands below"
        return any(text in message.text for message in server.messages(alice))

    for message, reply in ((QUESTION, ANSWER), ("/start", "3 artikel berita")):
        server.say(alice, message)
        wait_until(lambda reply=reply: has_said(reply))
    bot.terminate()
    assert bot.wait(timeout=PATIENCE) == 0
