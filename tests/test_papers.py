"""The papers tell what is there: the rooms, the files, the links, the version, the libraries."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from kabar_process import REPOSITORY
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from test_house import MAY_IMPORT

PAPERS = [
    *REPOSITORY.glob("*.md"),
    *(path for folder in ("bot", "docs", "training") for path in (REPOSITORY / folder).rglob("*.md")),
]
SOURCES = [
    path
    for folder in ("bot", "index", "training", "benchmarks")
    for path in sorted((REPOSITORY / folder).rglob("*.py"))
]
ARCHITECTURE = (REPOSITORY / "docs" / "architecture.md").read_text("utf-8")
PROJECT = tomllib.loads((REPOSITORY / "pyproject.toml").read_text("utf-8"))["project"]


def test_the_rooms_are_documented_with_what_they_may_import() -> None:
    rows = re.findall(r"^\| `((bot|index)\.\w+)` \| [^|]+ \|([^|]*)\|$", ARCHITECTURE, re.MULTILINE)
    rooms = {
        room: {name if name == "index" else f"{package}.{name}" for name in re.findall(r"\w+", below)}
        for room, package, below in rows
    }
    assert rooms == MAY_IMPORT


def test_the_names_of_the_code_are_those_of_the_code() -> None:
    words = {word for path in SOURCES for word in re.findall(r"\w+", path.read_text("utf-8"))}
    names = re.findall(r"`([A-Za-z_]\w*)(?:\.(\w+))?(?:\(\w*\))?`", re.sub(r"`(?:bot|index)\.\w+`", "", ARCHITECTURE))
    assert [name for parts in names for name in parts if name and name not in words] == []


def test_files_that_are_named_are_there() -> None:
    papers = [paper for paper in PAPERS if paper.name != "CHANGELOG.md"]  # which tells of what is gone, too
    places = {
        (path.relative_to(REPOSITORY).as_posix(), name)
        for path in (*papers, *SOURCES, REPOSITORY / "pyproject.toml", *(REPOSITORY / "deploy").iterdir())
        for name in re.findall(FILE, path.read_text("utf-8"))
    }
    assert sorted((path, name) for path, name in places if not (REPOSITORY / name).exists()) == []


FILE = r"(?<![\w/.-])(?:bot|index|tests|training|benchmarks|deploy|docs|\.ci|\.github)/[\w./-]*\w"
"""The path of a file or a folder of ours."""


@pytest.mark.parametrize("paper", PAPERS, ids=lambda path: path.relative_to(REPOSITORY).as_posix())
def test_links_lead_somewhere(paper: Path) -> None:
    links = re.findall(r"\]\(([^)\s]+)\)|<img src=\"([^\"]+)\"", paper.read_text("utf-8"))
    places = [(markdown or image).partition("#") for markdown, image in links if "://" not in markdown]
    assert [f"{name}{hash_}{part}" for name, hash_, part in places if not leads(paper, name, part)] == []


def leads(paper: Path, name: str, part: str) -> bool:
    """Whether a file has such a name, and such a heading."""
    path = paper.parent / name if name else paper
    if not path.exists() or not part:
        return path.exists()
    headings = re.findall(r"^#+ (.+)$", path.read_text("utf-8"), re.MULTILINE)
    return part in {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_the_changelog_tells_of_this_version() -> None:
    changelog = (REPOSITORY / "CHANGELOG.md").read_text("utf-8")
    assert re.search(rf"^## \[{re.escape(PROJECT['version'])}\] - \S", changelog, re.MULTILINE)


@pytest.mark.parametrize("dependency", [*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["test"]])
def test_the_constraints_keep_to_what_the_project_asks_for(dependency: str) -> None:
    lines = (REPOSITORY / "constraints.txt").read_text("utf-8").splitlines()
    versions = {canonicalize_name(name): version for name, _, version in (line.partition("==") for line in lines)}
    requirement = Requirement(dependency)
    if requirement.name != "setuptools":  # pip does not list it among what is installed
        assert requirement.specifier.contains(versions[canonicalize_name(requirement.name)])
