"""`kabar index …`: making the index, looking into it, and going back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table
from rich.text import Text

from bot.commands.console import (
    ArticlesDir,
    AsJson,
    Debug,
    IndexDir,
    embedder_of,
    err,
    out,
    plain_errors,
    print_error,
    print_json,
    reader_of,
    settings_with,
    shown_progress,
)
from index.types import BuildError, ConfigurationError, KabarError, LoadError

if TYPE_CHECKING:
    from bot.settings import Settings
    from index.build import BuildReport
    from index.doctor import Check
    from index.store.disk import Listed
    from index.types import Embedder

WRONG = 1
"""The exit code of a doctor who found something."""
ARTICLE_KEYS = (
    "article",
    "title",
    "published",
    "author",
    "url",
    "language",
    "path",
    "chunks",
    "copy_of",
    "superseded_by",
    "similar_to",
)

index_app = typer.Typer(help="Make the articles searchable, see what is in the index, go back.", no_args_is_help=True)


@index_app.command()
def build(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(help="Files or folders that stand in for the articles' folder this once.", show_default=False),
    ] = None,
    dry_run: Annotated[
        bool,
        typer.Option(
            "--dry-run", help="Only tell what would be done. Only MODEL_CACHE is made ready, as by any command."
        ),
    ] = False,
    full: Annotated[bool, typer.Option("--full", help="Read and embed everything again.")] = False,
    watch: Annotated[bool, typer.Option("--watch", help="Go on, and build again whenever the folder changes.")] = False,
    as_json: AsJson = False,
    index_dir: IndexDir = None,
    articles: ArticlesDir = None,
    debug: Debug = False,
) -> None:
    """Make the index hold exactly what stands in the articles' folder."""
    with plain_errors(debug):
        settings = settings_with(index_dir, articles)
        roots = paths or [settings.articles_dir]
        embedder = embedder_of(settings)
        if watch:
            if dry_run or full:
                raise ConfigurationError("--watch goes with neither --dry-run nor --full. Run those on their own.")
            _watch(roots, settings, embedder, as_json)
        report = _build(roots, settings, embedder, full=full, dry_run=dry_run)
        _print_report(report, as_json, dry_run=dry_run)


def _build(
    roots: Sequence[Path], settings: Settings, embedder: Embedder, *, full: bool = False, dry_run: bool = False
) -> BuildReport:
    from index.build import build as build_index

    with shown_progress() as progress:
        return build_index(roots, settings.index_dir, embedder, progress, full=full, dry_run=dry_run)


def _watch(roots: Sequence[Path], settings: Settings, embedder: Embedder, as_json: bool) -> None:
    from index.folder import watch

    told = ""

    def build_once() -> bool:
        nonlocal told
        try:
            _print_report(_build(roots, settings, embedder), as_json)
        except KabarError as exc:
            if str(exc) != told:
                print_error(exc)
            told = str(exc)
            return False
        told = ""
        return True

    err.print(Text(f"Watching {', '.join(map(str, roots))}. Ctrl-C ends.", "dim"), soft_wrap=True)
    try:
        watch(roots, build_once)
    except KeyboardInterrupt:
        err.print("Stopped watching; the live index is whole.")
        raise typer.Exit from None


@index_app.command()
def add(
    sources: Annotated[list[str], typer.Argument(metavar="PATH|URL…", help="Files, folders or web pages.")],
    as_json: AsJson = False,
    index_dir: IndexDir = None,
    articles: ArticlesDir = None,
    debug: Debug = False,
) -> None:
    """Copy articles into the articles' folder, then build."""
    with plain_errors(debug):
        from index import folder
        from index.web.fetching import Fetcher

        settings = settings_with(index_dir, articles)
        addition = folder.add(sources, settings.articles_dir, Fetcher().fetch)
        if not addition.files:
            raise KabarError("\n".join(map(str, addition.refused)))
        report = _build_after("copied", settings, embedder_of(settings))
        _print_report(report, as_json, files=addition.files, refused=addition.refused)


@index_app.command()
def remove(
    ids: Annotated[list[str], typer.Argument(metavar="ARTICLE…", help="As `kabar index list` names them.")],
    as_json: AsJson = False,
    index_dir: IndexDir = None,
    articles: ArticlesDir = None,
    debug: Debug = False,
) -> None:
    """Move the files of articles, and of their true copies, out of the articles' folder, then build."""
    with plain_errors(debug):
        from index import folder
        from index.store.snapshots import open_current

        settings = settings_with(index_dir, articles)
        embedder = embedder_of(settings)
        with open_current(settings.index_dir) as snapshot:
            listed = list(snapshot.store.articles())
        files = folder.remove(ids, listed, settings.articles_dir, settings.index_dir)
        report = _build_after("moved", settings, embedder)
        _print_report(report, as_json, files=files)


def _build_after(what: str, settings: Settings, embedder: Embedder) -> BuildReport:
    """Build when files were copied or moved, and say so if that fails."""
    try:
        return _build([settings.articles_dir], settings, embedder)
    except BuildError as exc:
        raise BuildError(f"{exc} The files were {what} already; afterwards run: kabar index build") from exc


@index_app.command("list")
def list_articles(
    words: Annotated[
        list[str] | None, typer.Argument(help="Only articles that have all of these words in what is listed.")
    ] = None,
    as_json: AsJson = False,
    index_dir: IndexDir = None,
    debug: Debug = False,
) -> None:
    """List the articles in the index, newest first."""
    with plain_errors(debug):
        from index.store.snapshots import open_current

        with open_current(settings_with(index_dir).index_dir) as snapshot:
            facts = [_article_json(listed) for listed in snapshot.store.articles()]
            name = snapshot.name
        wanted = [word.casefold() for word in words or []]
        facts = [one for one in facts if all(word in _listed_words(one) for word in wanted)]
        if as_json:
            print_json({"snapshot": name, "articles": facts})
            return
        table = Table("date", "article", "title", "passages", "source", box=None, header_style="dim", pad_edge=False)
        for one in facts:
            passages = _not_indexed(one) or str(one["chunks"])
            date, source = str(one["published"] or "no date"), str(one["url"] or one["path"])
            table.add_row(date, Text(str(one["article"]), "cyan"), Text(str(one["title"])), passages, Text(source))
        _print_table(table)


def _not_indexed(facts: dict[str, object]) -> str:
    """Why an article is not indexed; nothing where it is."""
    if facts["copy_of"]:
        return f"copy of {facts['copy_of']}"
    return f"superseded by {facts['superseded_by']}" if facts["superseded_by"] else ""


def _listed_words(facts: dict[str, object]) -> str:
    return " ".join(str(fact) for fact in facts.values() if fact is not None).casefold()


def _article_json(listed: Listed) -> dict[str, object]:
    facts = asdict(listed.article) | listed._asdict() | {"article": listed.article.id}
    return {key: facts[key] for key in ARTICLE_KEYS}


@index_app.command()
def status(as_json: AsJson = False, index_dir: IndexDir = None, debug: Debug = False) -> None:
    """Tell what the live index holds, how old it is and how it was made."""
    with plain_errors(debug):
        from index.store.snapshots import open_current

        with open_current(settings_with(index_dir).index_dir) as snapshot:
            manifest, links = snapshot.manifest, snapshot.store.links()
            age = max(datetime.now(UTC) - datetime.fromisoformat(manifest.created), timedelta(0))
            size = sum(file.stat().st_size for file in snapshot.folder.iterdir())
            facts = {
                "snapshot": snapshot.name,
                "created": manifest.created,
                "age_seconds": round(age.total_seconds()),
                "parent": manifest.parent,
                "model": manifest.model,
                "articles": manifest.articles,
                "copies": sum(link.copy_of is not None for link in links),
                "superseded": sum(link.superseded_by is not None for link in links),
                "chunks": manifest.chunks,
                "newest": snapshot.store.newest(),
                "bytes": size,
                "added": manifest.added,
                "updated": manifest.updated,
                "removed": manifest.removed,
            }
        if as_json:
            print_json(facts)
            return
        table = Table.grid(padding=(0, 2))
        for name, value in (facts | {"age_seconds": _told(age), "bytes": f"{size / 1e6:.1f} MB"}).items():
            shown = _few(value) if isinstance(value, list) else "none" if value is None else str(value)
            table.add_row(Text(SHOWN_AS.get(name, name), "dim"), Text(shown))
        _print_table(table)


SHOWN_AS = {"age_seconds": "age", "bytes": "size"}


@index_app.command()
def history(as_json: AsJson = False, index_dir: IndexDir = None, debug: Debug = False) -> None:
    """List the snapshots that are kept, newest first, and what each changed."""
    with plain_errors(debug):
        from index.store import snapshots

        folder = settings_with(index_dir).index_dir
        live, kept = snapshots.current_name(folder), snapshots.history(folder)
        if as_json:
            facts = [
                {"snapshot": name, "live": name == live, "damaged": manifest is None}
                | ({key: getattr(manifest, key) for key in HISTORY_KEYS} if manifest else {})
                for name, manifest in kept
            ]
            print_json({"snapshots": facts})
            return
        table = Table("", "snapshot", "articles", "passages", "changes", box=None, header_style="dim", pad_edge=False)
        for name, manifest in kept:
            mark = Text("live", "green") if name == live else ""
            if manifest is None:
                table.add_row(mark, Text(name, "cyan"), "", "", Text("damaged", "red"))
                continue
            changed = f"+{len(manifest.added)} ~{len(manifest.updated)} -{len(manifest.removed)}"
            table.add_row(mark, Text(name, "cyan"), str(manifest.articles), str(manifest.chunks), changed)
        _print_table(table)


HISTORY_KEYS = ("created", "parent", "model", "articles", "chunks", "added", "updated", "removed")


@index_app.command()
def rollback(
    snapshot: Annotated[
        str | None, typer.Argument(help="As `kabar index history` names it; else the one before the live one.")
    ] = None,
    as_json: AsJson = False,
    index_dir: IndexDir = None,
    debug: Debug = False,
) -> None:
    """Go back to an earlier snapshot; the articles' folder stays as it is, and the next build follows it again."""
    with plain_errors(debug):
        from index.store import snapshots

        folder = settings_with(index_dir).index_dir
        before = snapshots.current_name(folder)
        name = snapshots.roll_back(folder, snapshot)
        if as_json:
            print_json({"snapshot": name, "before": before})
        else:
            out.print(f"Snapshot {name} is live again; it was {before}.", soft_wrap=True)


@index_app.command()
def doctor(
    as_json: AsJson = False, index_dir: IndexDir = None, articles: ArticlesDir = None, debug: Debug = False
) -> None:
    """Check everything that can be wrong with articles, index and models, and say how to mend it."""
    with plain_errors(debug):
        from index.doctor import examine

        settings = settings_with(index_dir, articles)
        checks = list(examine(settings.articles_dir, settings.index_dir, lambda: embedder_of(settings)))
        checks.append(_reader_check(settings))
        well = all(check.ok for check in checks)
        if as_json:
            print_json({"ok": well, "checks": [check._asdict() for check in checks]})
        else:
            for check in checks:
                mark = Text("ok    ", "green") if check.ok else Text("wrong ", "red")
                out.print(mark + Text(f"{check.check}: {check.detail}", "default"), soft_wrap=True)
                if check.mend:
                    out.print(Text(f"      {check.mend}", "yellow"), soft_wrap=True)
        if not well:
            raise typer.Exit(WRONG)


def _reader_check(settings: Settings) -> Check:
    from index.doctor import Check
    from index.embedding.hashing import HashEmbedder

    try:
        reader = reader_of(settings, HashEmbedder())  # which embedder it is makes no difference to its weights
    except KabarError as exc:
        return Check("reader", False, str(exc))
    return Check("reader", True, f"{reader.name} can be loaded")


def _print_table(table: Table) -> None:
    """A pipe gets whole lines, a terminal what fits into it."""
    if not out.is_terminal:
        out.width = WHOLE_LINES
    out.print(table)


WHOLE_LINES = 100_000
"""Columns."""


# --- reports ----------------------------------------------------------------------------------------------------


def _print_report(
    report: BuildReport,
    as_json: bool,
    *,
    dry_run: bool = False,
    files: Sequence[Path] = (),
    refused: Sequence[LoadError] = (),
) -> None:
    if as_json:
        facts = _report_json(report, refused)
        print_json(facts | ({"files": list(map(str, files))} if files else {}) | ({"dry_run": True} if dry_run else {}))
    else:
        out.print(_report_text(report, dry_run, files, refused), soft_wrap=True)


def _report_json(report: BuildReport, refused: Sequence[LoadError]) -> dict[str, object]:
    changes = report.changes
    return {
        "snapshot": report.snapshot,
        "added": changes.added,
        "updated": changes.updated,
        "removed": changes.removed,
        "moved": [{"from": old, "to": new} for old, new in changes.moved],
        "unchanged": report.unchanged,
        "skipped": [{"path": error.path, "reason": error.reason} for error in (*refused, *report.skipped)],
        "copies": [{"article": copy, "of": original} for copy, original in report.copies],
        "superseded": [{"article": older, "by": newest} for older, newest in report.superseded],
        "similar": [{"article": article, "to": other} for article, other in report.similar],
        "chunks": report.chunks,
        "embedded": report.embedded,
        "reused": report.chunks - report.embedded,
        "seconds": round(report.seconds, 3),
    }


def _report_text(report: BuildReport, dry_run: bool, files: Sequence[Path], refused: Sequence[LoadError]) -> Text:
    holds = "Nothing was changed. The index would hold" if dry_run else "The index holds"
    text = Text(
        f"{holds} {_counted(report.articles, 'article')} in {_counted(report.chunks, 'passage')}: "
        f"{report.embedded} embedded, {report.chunks - report.embedded} reused, {report.seconds:.1f} s. "
    )
    text.append(f"Snapshot {report.snapshot}" if report.snapshot else "")
    for file in files:
        text.append("\n  file: ", "bold").append(str(file))
    changes = report.changes
    for change, ids in (("added", changes.added), ("updated", changes.updated), ("removed", changes.removed)):
        if ids:
            text.append(f"\n  {change}: ", "bold").append(_few(ids))
    for label, pairs, link in (
        ("moved", changes.moved, "is now"),
        ("copy, not indexed", report.copies, "says the same as"),
        ("older version, not indexed", report.superseded, "is superseded by"),
        ("nearly the same", report.similar, "and"),
    ):
        for article, other in pairs[:MOST_SHOWN]:
            text.append(f"\n  {label}: ", "bold").append(f"{article} {link} {other}")
    for error in (*refused, *report.skipped):
        text.append("\n  skipped: ", "bold yellow").append(str(error))
    return text


MOST_SHOWN = 50


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _few(ids: Sequence[str]) -> str:
    more = len(ids) - MOST_SHOWN
    return ", ".join(ids[:MOST_SHOWN]) + (f" and {more} more" if more > 0 else "") or "none"


def _told(age: timedelta) -> str:
    from babel.dates import format_timedelta

    return format_timedelta(age, locale="en")
