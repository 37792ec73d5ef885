"""The rules of the house, read from the syntax trees: who may import whom, and what must be documented."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator

import pytest
from kabar_process import REPOSITORY
from typer.main import get_command

from bot.cli import app
from bot.settings import Settings

MODULES = {
    ".".join(path.relative_to(REPOSITORY).with_suffix("").parts).removesuffix(".__init__"): path
    for package in ("bot", "index")
    for path in (REPOSITORY / package).rglob("*.py")
}

MAY_IMPORT = {
    "bot.__main__": {"bot.cli"},
    "bot.cli": {"bot.commands", "bot.logs", "bot.telegram", "index"},
    "bot.commands": {
        "bot.answers", "bot.evaluation", "bot.phrases", "bot.questions", "bot.readers", "bot.settings", "bot.telegram",
        "index",
    },
    "bot.telegram": {"bot.answers", "bot.phrases", "bot.questions", "bot.settings", "index"},
    "bot.evaluation": {"bot.answers", "bot.questions", "index"},
    "bot.answers": {"bot.figures", "bot.phrases", "bot.questions", "bot.readers", "index"},
    "bot.readers": {"bot.questions", "index"},
    "bot.questions": {"index"},
    "bot.figures": set(),
    "bot.phrases": {"index"},
    "bot.settings": {"index"},
    "bot.logs": {"index"},
    "index.doctor": {"index.build", "index.store", "index.types"},
    "index.folder": {"index.articles", "index.atomic", "index.store", "index.types", "index.web"},
    "index.build": {"index.articles", "index.steps", "index.store", "index.text", "index.types"},
    "index.steps": {"index.articles", "index.store", "index.text", "index.types"},
    "index.search": {"index.text", "index.types"},
    "index.web": {"index.articles", "index.text", "index.types"},
    "index.articles": {"index.days", "index.sandbox", "index.text", "index.types"},
    "index.sandbox": {"index.text", "index.types"},
    "index.store": {"index.atomic", "index.text", "index.types"},
    "index.embedding": {"index.atomic", "index.types"},
    "index.text": {"index.types"},
    "index.days": set(),
    "index.atomic": set(),
    "index.types": set(),
}  # fmt: skip
"""Room -> the other rooms that it may import; `index` stands for all of its rooms. No arrow leads upwards."""

MOST_MODULES = 16
"""In one room; with more, nobody sees what it is for."""

BOT_API = {name for name in MODULES if name.startswith("bot.telegram.handlers")} | {
    f"bot.telegram.{name}" for name in ("app", "commands", "order", "parts", "sending", "updates", "web")
}
MODELS = {"index.embedding.exporting", "index.embedding.huggingface", "bot.readers.huggingface"}
ONLY_IN = {
    "telegram": BOT_API,
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
    "sentencepiece": {"index.embedding.bundled", "index.embedding.unpacking"},
    "onnxruntime": {"index.embedding.bundled"},
}
IMPORTED_LATE = {
    *BOT_API,
    "index.embedding.bundled",
    "index.sandbox.docx",
    "index.sandbox.feed",
    "index.sandbox.pdf",
    "index.web.fetching",
}
HEAVY = {*ONLY_IN, "trafilatura", "dateparser", "filelock", "sentencex", "py3langid", "prompt_toolkit"}


def imports(tree: ast.Module) -> Iterator[tuple[str, bool]]:
    """Every module that is imported, and whether that happens when the file itself is imported."""
    for node in ast.walk(tree):
        at_top = node in tree.body
        if isinstance(node, ast.Import):
            yield from ((alias.name, at_top) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "relative imports hide where things come from"
            of = node.module or ""
            modules = [name for alias in node.names if (name := f"{of}.{alias.name}") in MODULES]
            yield from ((name, at_top) for name in (modules or [of]))


def room(module: str) -> str:
    """The part of the house that a module belongs to: its folder, or itself where it lies beside the folders."""
    return ".".join(module.split(".")[:2])


IMPORTS = {name: list(imports(ast.parse(path.read_text("utf-8")))) for name, path in MODULES.items()}


def test_rooms_import_only_what_lies_below_them() -> None:
    arrows = {
        (room(name), room(other))
        for name, found in IMPORTS.items()
        for other, _ in found
        if other in MODULES and room(other) != room(name)
    }
    allowed = {(name, below) for name, rooms in MAY_IMPORT.items() for below in rooms}
    assert [(a, b) for a, b in sorted(arrows) if not {(a, b), (a, b.partition(".")[0])} & allowed] == []


def test_every_room_is_known_and_none_imports_in_a_circle() -> None:
    assert {room(name) for name in MODULES} - {"bot", "index"} == MAY_IMPORT.keys()
    of_index = {name for name in MAY_IMPORT if name.startswith("index.")}
    waiting = {name: (rooms | of_index if "index" in rooms else rooms) for name, rooms in MAY_IMPORT.items()}
    while free := {name for name, rooms in waiting.items() if not rooms & waiting.keys()}:
        waiting = {name: rooms for name, rooms in waiting.items() if name not in free}
    assert waiting == {}


def test_no_room_holds_more_than_can_be_seen_at_once() -> None:
    held = Counter(path.parent for path in MODULES.values() if path.name != "__init__.py")
    assert {str(folder): count for folder, count in held.items() if count > MOST_MODULES} == {}


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
