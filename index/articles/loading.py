"""Files become articles: one table of the formats that are read, and one loop."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path, PurePosixPath

from index.articles import opening
from index.articles.errors import attempt, load_error
from index.articles.formats.documents import read_docx, read_pdf
from index.articles.formats.feeds import read_feed
from index.articles.formats.html import read_html
from index.articles.formats.json_lines import read_json_lines
from index.articles.formats.mail import read_mail, read_text
from index.articles.formats.markdown import read_markdown
from index.articles.ids import ItemIds
from index.articles.opening import LARGEST, display_path
from index.articles.story import story
from index.articles.types import ArticleFile, Draft, Format
from index.text.characters import one_line
from index.text.language import detect_language
from index.types import Article, LoadError, RefusedError

VERSION = 3
"""Raised whenever the same file could give another article."""

FORMATS: dict[str, Format] = {
    ".txt": read_text,
    ".eml": read_mail,
    ".md": read_markdown,
    ".markdown": read_markdown,
    ".html": read_html,
    ".htm": read_html,
    ".pdf": read_pdf,
    ".docx": read_docx,
    ".rss": read_feed,
    ".atom": read_feed,
    ".xml": read_feed,
    ".jsonl": read_json_lines,
    ".ndjson": read_json_lines,
}
"""What reads a file, by its name's last part in lower case."""
ANY_SIZE = (".jsonl", ".ndjson")
"""What is read as a stream; of the others a file has at most LARGEST bytes."""

LONGEST_TITLE = 300
"""Characters, of an author's name too."""
NAMED = 100
"""Of the items in a file that give no article, so many are named; the others are only counted."""


def load(file: ArticleFile, article_id: str) -> Iterator[Article | LoadError]:
    """The articles of a file as they are read, with a LoadError in the place of each that cannot be.

    `article_id` is the file's among all (see `article_ids`); if it holds several, theirs stand below it. A file of
    JSON Lines that changes meanwhile gives, after the articles, an error that says so.
    """
    try:
        yield from _few_errors(file, _articles(file, article_id))
    except Exception as exc:  # whatever a library trips over in a hostile file, the others are still read
        yield load_error(file, exc)


def checksum(path: Path) -> str:
    """XXH3 of a file's bytes, by which one can tell that it gives what it gave; LoadError where it gives nothing."""
    return opening.checksum(path, None if path.suffix.lower() in ANY_SIZE else LARGEST)


def is_tried(file: ArticleFile) -> bool:
    """Whether its name is that of one of the formats, and it is no link to elsewhere."""
    return not file.leads_out and file.relative.suffix.lower() in FORMATS


def refusal(file: ArticleFile) -> LoadError:
    """Why a file that `is_tried` says no of is not read."""
    if file.leads_out:
        return LoadError(display_path(file.path), "a link that leads out of the articles' folder")
    if file.path.is_dir():
        return LoadError(display_path(file.path), "a folder that cannot be opened")
    suffix = file.relative.suffix.lower() or "no suffix"
    return LoadError(display_path(file.path), f"not a kind of article Kabar reads ({suffix})")


def _articles(file: ArticleFile, article_id: str) -> Iterator[Article | LoadError]:
    """All of them, however many give none; raises what is wrong with the file as a whole."""
    ids = ItemIds(article_id)
    for draft in _format(file)(file):
        if isinstance(draft, LoadError):
            yield draft
        else:
            own_id = _item_id(draft, ids) if draft.place else article_id
            yield attempt(file, draft.place, partial(_article, file, own_id, draft))


def _format(file: ArticleFile) -> Format:
    if not is_tried(file):
        raise refusal(file)
    return FORMATS[file.relative.suffix.lower()]


def _item_id(draft: Draft, ids: ItemIds) -> str:
    names = (draft.id, draft.facts.url or "", draft.facts.title or "")
    return ids.next(names, "\0".join([*names, str(draft.facts.published), draft.source]))


def _article(file: ArticleFile, article_id: str, draft: Draft) -> Article:
    paragraphs, facts = story(draft)
    if not paragraphs:
        raise RefusedError("it holds no story")
    text = "\n\n".join(paragraphs)
    return Article(
        id=article_id,
        title=_shortened(facts.title) or _name(file.relative),
        text=text,
        path=display_path(file.path),
        published=facts.published,
        author=_shortened(facts.author),
        url=facts.url,
        language=detect_language(text, facts.language),
        updated=facts.updated if facts.updated != facts.published else None,
        outlet=_shortened(facts.outlet),
    )


def _shortened(name: str | None) -> str | None:
    """A title is given to the model with each passage; one of a megabyte would take it a day."""
    return f"{name[: LONGEST_TITLE - 1]}…" if name and len(name) > LONGEST_TITLE else name


def _name(relative: PurePosixPath) -> str:
    """For an article without a headline: what its file is called."""
    return one_line(re.sub(r"[-_\s]+", " ", relative.stem)) or "article"


def _few_errors(file: ArticleFile, items: Iterator[Article | LoadError]) -> Iterator[Article | LoadError]:
    """The items, of whose errors the first are named and the others counted; an error where there is no item."""
    count = errors = 0
    for item in items:
        count += 1
        errors += isinstance(item, LoadError)
        if isinstance(item, Article) or errors <= NAMED:
            yield item
    if errors > NAMED:
        yield LoadError(display_path(file.path), f"{errors - NAMED:,} more of its {count:,} items give no article")
    if not count:
        yield LoadError(display_path(file.path), "it is empty")
