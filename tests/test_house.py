"""The rules of the house, read from the syntax trees: who may import whom, and what must be documented."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.main import get_command

from bot.cli import app
from bot.settings import Settings

REPOSITORY = Path(__file__).parent.parent
MODULES = {
    ".".join(path.relative_to(REPOSITORY).with_suffix("").parts): path
    for package in ("bot", "index")
    for path in (REPOSITORY / package).rglob("*.py")
}
HANDLERS = {name for name in MODULES if name.startswith("bot.handlers.")}
MODELS = {"index.embedding.loading", "index.embedding.bundled", "index.embedding.unpacking", "bot.readers.huggingface"}
ONLY_IN = {
    "telegram": {"bot.telegram.app"} | HANDLERS,
    "aiohttp": {"bot.telegram.web"},
    "faiss": {"index.store.disk", "index.store.writer"},
    "datasketch": {"index.text.duplicates"},
    "httpcore": {"index.web.fetching"},
    "feedparser": {"index.sandbox.feed"},
    "pypdf": {"index.sandbox.pdf"},
    "docx": {"index.sandbox.docx"},
    "torch": MODELS,
    "transformers": MODELS,
    "sentence_transformers": MODELS,
    "tokenizers": MODELS,
    "sentencepiece": MODELS,
    "onnx": {"index.embedding.graph", "index.embedding.unpacking"},
    "onnxruntime": {"index.embedding.bundled", "index.embedding.graph"},
}
IMPORTED_LATE = {
    "bot.telegram.app",
    *HANDLERS,
    "index.embedding.bundled",
    "index.sandbox.feed",
    "index.sandbox.pdf",
    "index.web.fetching",
    "index.sandbox.docx",
}
HEAVY = {*ONLY_IN, "trafilatura", "dateparser", "sentencex", "py3langid", "prompt_toolkit"}


def imports(tree: ast.Module) -> Iterator[tuple[str, bool]]:
    """Every module that is imported, and whether that happens when the file itself is imported."""
    for node in ast.walk(tree):
        at_top = node in tree.body
        if isinstance(node, ast.Import):
            yield from ((alias.name, at_top) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "relative imports hide where things come from"
            yield from ((name, at_top) for name in [node.module or ""])
            if node.module in {"bot", "bot.handlers", "index"}:
                yield from ((f"{node.module}.{alias.name}", at_top) for alias in node.names)


IMPORTS = {name: list(imports(ast.parse(path.read_text("utf-8")))) for name, path in MODULES.items()}


def test_index_never_imports_bot() -> None:
    assert [
        name
        for name, found in IMPORTS.items()
        if name.startswith("index.")
        for other, _ in found
        if other.startswith("bot")
    ] == []


def test_types_imports_nothing_of_ours() -> None:
    assert [other for other, _ in IMPORTS["index.types"] if other.partition(".")[0] in {"bot", "index"}] == []


@pytest.mark.parametrize("library", ONLY_IN)
def test_a_library_is_used_only_where_it_belongs(library: str) -> None:
    users = {name for name, found in IMPORTS.items() for other, _ in found if other.partition(".")[0] == library}
    assert users <= ONLY_IN[library]


def test_heavy_libraries_are_imported_where_they_are_first_used() -> None:
    early = {
        (name, other)
        for name, found in IMPORTS.items()
        for other, at_top in found
        if at_top and other.partition(".")[0] in HEAVY and name not in IMPORTED_LATE
    }
    assert early == set()


def test_imports_never_run_in_a_circle() -> None:
    ours = {name: {other for other, _ in found if other in MODULES} for name, found in IMPORTS.items()}
    while free := {name for name, needs in ours.items() if not needs & ours.keys()}:
        ours = {name: needs for name, needs in ours.items() if name not in free}
    assert ours == {}


def commands() -> list[str]:
    group = get_command(app)
    names = []
    for name, command in group.commands.items():  # type: ignore[attr-defined]
        names += [f"{name} {below}" for below in getattr(command, "commands", {})] or [name]
    return names


@pytest.mark.parametrize("command", commands())
def test_every_command_is_documented(command: str) -> None:
    assert f"kabar {command}" in (REPOSITORY / "README.md").read_text("utf-8")


@pytest.mark.parametrize("setting", sorted(Settings.model_fields))
def test_every_setting_is_documented(setting: str) -> None:
    example = (REPOSITORY / ".env.example").read_text("utf-8")
    assert re.search(rf"^# .+\n(# .+\n)*{setting.upper()}=", example, re.MULTILINE)
