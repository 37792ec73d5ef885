"""How many pages are read as a human editor would read them: python benchmarks/pages.py FOLDER

FOLDER holds files and expect.json, as tests/data/pages does; its README says what is expected of each. Printed are each
miss, which `--quiet` leaves out, and the shares of right titles, days and refusals, and of pieces of text that are
there and that are rightly left out: for all files, for the HTML pages alone, and for these as plain trafilatura reads
them.
"""

from __future__ import annotations

import argparse
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path, PurePosixPath
from typing import Any

from trafilatura import bare_extraction

from index.articles.loading import load
from index.articles.types import ArticleFile
from index.types import Article

Verdict = tuple[str, bool, str]
"""What was looked at, whether it is right, and what was found instead."""
Table = dict[str, list[bool]]
PAGES = {".html", ".htm"}


def verdicts(path: Path, expected: dict[str, Any]) -> Iterator[Verdict]:
    """What is right and wrong about what a file gives."""
    found = [one for one in load(ArticleFile(path, PurePosixPath(path.name)), path.stem) if isinstance(one, Article)]
    if expected.get("refused"):
        yield "refused", not found, "read as an article"
        return
    if not found:
        yield "read", bool(expected.get("or_refused")), "refused"
        return
    whole = expected.get("articles") or [expected]
    if "count" in expected or len(whole) > 1:
        counts = [expected.get("count", len(whole)), *_listed(expected.get("count_also"))]
        yield "count", len(found) in counts, str(len(found))
    for article, facts in zip(found, whole, strict=False):
        yield from _of_article(article, facts, expected.get("lacks", []))


def _of_article(article: Article, facts: dict[str, Any], lacks: list[str]) -> Iterator[Verdict]:
    text = _plain(article.text)
    if "title" in facts:
        titles = [facts["title"], *_listed(facts.get("title_also"))]
        yield "title", _plain(article.title) in map(_plain, filter(None, titles)), article.title
    if "published" in facts:
        day = article.published.isoformat() if article.published else None
        yield "day", day in [facts["published"], *_listed(facts.get("published_also"))], str(day)
    for piece in facts.get("contains", []):
        yield "text", _plain(piece) in text, f"lacks {piece!r}"
    for piece in dict.fromkeys([*facts.get("lacks", []), *lacks]):
        yield "left out", _plain(piece) not in text, f"holds {piece!r}"


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _plain(text: str) -> str:
    return " ".join(text.split())


def plainly(path: Path, expected: dict[str, Any]) -> Iterator[Verdict]:
    """What is right and wrong about what trafilatura takes from a page."""
    page = bare_extraction(path.read_bytes(), with_metadata=True)
    found = page if isinstance(page, dict) else page.as_dict() if page else {}
    text = found.get("text") or ""
    if expected.get("refused"):
        yield "refused", not text, "read as an article"
    else:
        day = date.fromisoformat(found["date"]) if found.get("date") else None
        yield from _of_article(Article("", found.get("title") or "", text, "", day), expected, [])


def main(folder: Path, quiet: bool) -> None:
    expected = json.loads((folder / "expect.json").read_text("utf-8"))
    tables: dict[str, Table] = {name: defaultdict(list) for name in ("all files", "HTML pages", "plain trafilatura")}
    for name, facts in expected.items():
        path = folder / name
        found = list(verdicts(path, facts))
        counted(tables["all files"], found)
        if path.suffix in PAGES:
            counted(tables["HTML pages"], found)
            counted(tables["plain trafilatura"], plainly(path, facts))
        for what, is_right, instead in found:
            if not is_right and not quiet:
                print(f"{name}: {what}: {instead[:120]}")
    print(f"{'':10}" + "".join(f"{name:>24}" for name in tables))
    for what in tables["all files"]:
        shares = (table[what] for table in tables.values())
        print(
            f"{what:10}"
            + "".join(f"{sum(one) / len(one):15.3f} of {len(one):5}" if one else " " * 24 for one in shares)
        )


def _share(rights: list[bool]) -> str:
    return f"{sum(rights) / len(rights):15.3f} of {len(rights):5}" if rights else " " * 24


def counted(table: Table, found: Iterable[Verdict]) -> None:
    """Put verdicts into a table."""
    for what, is_right, _instead in found:
        table[what].append(is_right)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--quiet", action="store_true")
    main(**vars(parser.parse_args()))
